"""Codes of municipalities and city districts as files write them, and codes that are no longer in use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import pandas as pd

COUNTY_DIGITS, MUNICIPALITY_DIGITS, DISTRICT_DIGITS = 2, 4, 6
LOST_ZERO = {digits - 1 for digits in (COUNTY_DIGITS, MUNICIPALITY_DIGITS, DISTRICT_DIGITS)}
CODE = re.compile(r"(?:K[-.])?(\d{3,6})(?:\s.*)?", re.IGNORECASE | re.ASCII | re.DOTALL)


def in_text(cell: str) -> str:
    """Return the code that begins a text (``301``, ``0301 Oslo``, ``K-0301``), with the zero that spreadsheets drop.

    Only Oslo and its districts have such a zero: three digits are a municipality's, five a district's. "" for no code.
    """
    digits = CODE.fullmatch(cell.strip())
    return padded(digits[1]) if digits else ""


def padded(digits: str) -> str:
    """Return a code with the zero that a spreadsheet dropped; other texts do not change."""
    return f"0{digits}" if len(digits) in LOST_ZERO and digits.isascii() and digits.isdigit() else digits


@cache
def former() -> Mapping[str, tuple[str, ...]]:
    """Return codes of municipalities that are no longer in use, and the codes of 2024 that took over their land.

    From SSB's standard for municipalities (Klass 131), changes of 2018, 2020 and 2024; last_year is the last in use.
    """
    with resources.files("factgeo.files").joinpath("former_codes.csv").open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=str)
    return {str(code): tuple(rows["municipality_code"]) for code, rows in table.groupby("former_code")}


def successors(text: str, names: Mapping[str, str]) -> str:
    """Return today's municipalities for a text that begins with a former code: "1508 Ålesund / 1580 Haram"; else "".

    Args:
        text: A text from a file or a person.
        names: Names of today's municipalities by code.
    """
    return " / ".join(f"{code} {names[code]}" for code in former().get(in_text(text), ()) if code in names)
