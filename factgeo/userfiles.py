"""Tables that planners make themselves: CSV as spreadsheets save it, in any of their separators and encodings."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from factgeo.errors import SourceError

SHOWN = 8  # columns that a message lists


def read_csv(path: Path, *, columns: Sequence[str]) -> pd.DataFrame:
    """A planner's CSV as text, at least with these columns; the index is the line number in the file.

    Semicolon, tab or comma; UTF-8 or Windows-1252; column names in any case.

    Raises:
        SourceError: Not there, not readable, without rows, or a column is missing or there twice.
    """
    if not path.is_file():
        raise SourceError("file_not_there", file=path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError("source_unreadable", file=path, reason=error.strerror or error) from None
    content = raw.decode(_encoding(raw), errors="replace")
    header, *_ = content.splitlines() or [""]
    rows = csv.reader(content.splitlines(), delimiter=max(";\t,", key=header.count))
    try:
        return _table([[cell.strip() for cell in row] for row in rows], path, columns)
    except csv.Error as error:
        raise SourceError("source_unreadable", file=path, reason=error) from None


def _table(rows: Sequence[list[str]], path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table with the line numbers as index; rows without any content are left out."""
    names = [name.casefold() for name in rows[0]] if rows else []
    while names and not names[-1]:
        names.pop()  # spreadsheets write empty columns at the end
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError("columns_twice", file=path, columns=", ".join(twice))
    missing = [name for name in columns if name not in names]
    if missing:
        found = ", ".join(names[:SHOWN]) or "–"
        raise SourceError("source_columns", file=path, missing=", ".join(missing), found=found)
    for line, row in enumerate(rows[1:], start=2):
        if any(row[len(names) :]):
            raise SourceError("row_too_long", file=path, line=line, columns=len(names))
    filled = {line: row for line, row in enumerate(rows[1:], start=2) if any(row)}
    if not filled:
        raise SourceError("rows_missing", file=path)
    cut = [[*row, *[""] * len(names)][: len(names)] for row in filled.values()]
    return pd.DataFrame(cut, columns=names, index=pd.Index(filled, name="line"), dtype=str)


def _encoding(raw: bytes) -> str:
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def decimal(table: pd.DataFrame, line: int, column: str, path: Path, *, above: float, up_to: float) -> float:
    """A number of one cell, decimal comma or point.

    Raises:
        SourceError: It is no number, or not within ``above`` (not included) and ``up_to``.
    """
    given = str(table.at[line, column])
    try:
        value = float(given.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", "."))
    except ValueError:
        value = float("nan")
    if not above < value <= up_to:
        raise SourceError(
            "cell_out_of_range", file=path, line=line, column=column, value=given, low=f"{above:g}", high=f"{up_to:g}"
        )
    return value
