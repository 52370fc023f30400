"""Open publishers' files, so that each fault is reported in a sentence that names the file."""

from __future__ import annotations

import csv
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from factgeo.errors import SourceError
from factgeo.files import documents
from factgeo.files.documents import UnreadableError


@dataclass(frozen=True)
class Passport:
    """The origin of a source file, from its ``MANIFEST.toml``, and the bytes that were read."""

    path: str
    title: str
    publisher: str
    licence: str
    page: str
    as_of: str
    sha256: str
    known: bool  # False: the mirror's manifest lacks this file or describes other bytes


@dataclass
class SourceFolder:
    """A folder of official files; it remembers the files that were read from it."""

    root: Path
    passports: dict[str, Passport] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a folder that does not exist, before any work is done."""
        if not self.root.is_dir():
            raise SourceError("source_folder", folder=self.root)
        self._manifest = _read_manifest(self.root)

    def find(self, relative: str) -> Path:
        """Return the path of a source file, and note it in ``passports``.

        Raises:
            SourceError: The file is missing or empty.
        """
        path = self.root / relative
        if not path.is_file():
            raise SourceError("source_missing", file=relative, folder=self.root)
        if path.stat().st_size == 0:
            raise SourceError("source_empty", file=path)
        self.passports[relative] = self._passport(relative, path)
        return path

    def _passport(self, relative: str, path: Path) -> Passport:
        entry = self._manifest.get(relative, {})
        sha256 = file_sha256(path)
        return Passport(
            path=relative,
            title=str(entry.get("title", path.name)),
            publisher=str(entry.get("publisher", "")),
            licence=str(entry.get("licence", "")),
            page=str(entry.get("page", "")),
            as_of=str(entry.get("as_of", "")),
            sha256=sha256,
            known=entry.get("sha256") == sha256,
        )


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_manifest(root: Path) -> dict[str, Mapping[str, Any]]:
    path = root / "MANIFEST.toml"
    if not path.is_file():
        return {}
    try:
        entries = documents.read_toml(path).get("file", [])
    except UnreadableError as error:
        raise SourceError("source_unreadable", file=path, reason=error.reason) from None
    tables = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return {str(entry["path"]): entry for entry in tables if "path" in entry}


def read_csv(path: Path, *, columns: Sequence[str], separator: str = ",", encoding: str = "utf-8-sig") -> pd.DataFrame:
    """Read a CSV file (also ``.gz``) as text, with at least these columns.

    Returns:
        One row per line, all columns as text, empty cells as "", index = line number in the file.

    Raises:
        SourceError: The file is not readable, cut off or without rows, or a column is missing.
    """
    try:
        table = pd.read_csv(
            path,
            sep=separator,
            dtype=str,
            keep_default_na=False,
            encoding=encoding,
            on_bad_lines="error",
            skip_blank_lines=False,  # so that row numbers are line numbers
        )
    except (OSError, EOFError, UnicodeDecodeError, ValueError, csv.Error, zlib.error) as error:
        raise SourceError("source_unreadable", file=path, reason=_one_line(error)) from None
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise SourceError(
            "source_columns",
            file=path,
            missing=", ".join(missing),
            found=", ".join(map(str, table.columns[:8])),
        )
    table.index = pd.RangeIndex(2, len(table) + 2, name="line")
    table = table[(table != "").any(axis=1)]
    if table.empty:
        raise SourceError("source_empty", file=path)
    return table


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def whole_numbers(table: pd.DataFrame, column: str, path: Path, *, at_least: int | None = None) -> pd.Series[int]:
    """Return a text column as integers; the error names the line of the first cell that is no integer.

    Raises:
        SourceError: A cell is empty, has decimals or text, or is below ``at_least``.
    """
    cells = table[column].str.strip()
    bad = ~cells.str.fullmatch(r"-?\d{1,18}")
    if bad.any():
        line = int(bad.idxmax())
        raise SourceError("source_not_whole", file=path, line=line, column=column, value=cells[line])
    numbers = cells.astype("int64")
    if at_least is not None and (numbers < at_least).any():
        line = int((numbers < at_least).idxmax())
        raise SourceError(
            "source_too_small", file=path, line=line, column=column, value=numbers[line], at_least=at_least
        )
    return numbers


def decimals(table: pd.DataFrame, column: str, path: Path, *, empty: float | None = None) -> pd.Series[float]:
    """Return a text column with decimal points as numbers; empty cells become ``empty``, if that is given.

    Raises:
        SourceError: A cell is no number.
    """
    cells = table[column].str.strip()
    numbers = pd.to_numeric(cells.mask(cells == "", "nan"), errors="coerce")
    bad = numbers.isna() & ((cells != "") if empty is not None else True)
    if bad.any():
        line = int(bad.idxmax())
        raise SourceError("source_not_number", file=path, line=line, column=column, value=cells[line])
    return numbers if empty is None else numbers.fillna(empty)


def refuse_duplicates(table: pd.DataFrame, columns: list[str], path: Path) -> None:
    """Refuse a table with a key in two rows; the error names the first.

    Raises:
        SourceError: Two rows have the same key.
    """
    twice = table.duplicated(columns)
    if twice.any():
        line = twice.idxmax()
        key = ", ".join(str(table.loc[line, name]) for name in columns)
        raise SourceError("source_duplicate", file=path, line=line, column=", ".join(columns), value=key)


def refuse_other_words(table: pd.DataFrame, column: str, allowed: Sequence[str], path: Path) -> None:
    """Refuse a column with other than the allowed words; the error names the first.

    Raises:
        SourceError: A cell has another word.
    """
    bad = ~table[column].isin(allowed)
    if bad.any():
        line = int(bad.idxmax())
        value, words = table.loc[line, column], ", ".join(allowed)
        raise SourceError("source_other_word", file=path, line=line, column=column, value=value, allowed=words)
