"""Tables that planners make themselves: CSV as spreadsheets save it, in any of their separators and encodings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from factgeo.errors import SourceError
from factgeo.sources import files


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
    encoding = _encoding(raw)
    lines = raw.decode(encoding, errors="replace").splitlines()
    header = lines[0] if lines else ""
    separator = max(";\t,", key=header.count)
    table = files.read_csv(path, columns=(), separator=separator, encoding=encoding)
    table = table.rename(columns=lambda name: str(name).strip().casefold()).map(str.strip)
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise SourceError("columns_twice", file=path, columns=", ".join(twice))
    missing = [name for name in columns if name not in table.columns]
    if missing:
        found = ", ".join(map(str, table.columns[:8]))
        raise SourceError("source_columns", file=path, missing=", ".join(missing), found=found)
    return table


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
