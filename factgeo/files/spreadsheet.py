"""Write tables as CSV that spreadsheets open correctly, and in which no cell is a formula."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from factgeo.language import escaping


def as_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV text, with commas; text like a formula gets an apostrophe in front."""
    words = [k for k, kind in enumerate(table.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    shown = table.rename(columns=_inert)
    for k in words:
        shown.isetitem(k, table.iloc[:, k].map(_inert))
    written: str = shown.to_csv(index=False, lineterminator="\n")
    return written


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as such a CSV file in UTF-8."""
    path.write_text(as_csv(table), encoding="utf-8", newline="")


def _inert(value: object) -> object:
    return escaping.cell(value) if isinstance(value, str) else value
