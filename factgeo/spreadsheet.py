"""Tables as CSV that spreadsheets open as they are meant, and in which no cell is a formula."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

# what a spreadsheet would run, unless it is a number; names may come from a planner's own file
FORMULA = re.compile(r"^\s*[=+\-@\t\r](?![0-9.,\s]*$)")


def as_csv(table: pd.DataFrame) -> str:
    """A table as CSV text, with commas; text that a spreadsheet would take for a formula begins with an apostrophe."""
    words = [k for k, kind in enumerate(table.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    inert = table.rename(columns=_inert)
    for k in words:
        inert.isetitem(k, table.iloc[:, k].map(_inert))
    written: str = inert.to_csv(index=False, lineterminator="\n")
    return written


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """The same as a file in UTF-8."""
    path.write_text(as_csv(table), encoding="utf-8", newline="")


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
