"""Tables and texts that planners bring, read in one way whatever program saved them.

A table may be in UTF-8 with or without a mark, UTF-16 or Windows-1252; its cells divided by semicolon, tab, comma or
bar, or by what a line ``sep=`` says; with title lines above the header, sums and footnotes below the rows. Everything
is text until somebody asks for a number. Lines are counted as an editor shows them, and columns are named in messages
as the file has them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from factgeo.errors import Faults, SourceError, read_each
from factgeo.files import documents
from factgeo.language import names

SEPARATORS = (";", "\t", ",", "|")
FIRST_ROWS = 12  # the header stands among them
SHOWN = 8  # columns that a message lists
MOST_BYTES = 200_000_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 1_000
LONGEST_NUMBER = 24  # letters of a cell that is read as a number
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods, xls
SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # no text has these
SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?', re.IGNORECASE)
SUM_ROWS = {"sum", "total", "totalt", "totalsum", "i alt", "til sammen", "samlet", "samla", "alle", "hele omradet"}
FOOTNOTE = re.compile(
    r"\s*(\*|\d\)|©|(kilde|kjelde|source|fotnote|footnote|merk|note|nb|oppdatert|sist oppdatert|last updated|statistikk"
    r"banken|statbank)\b)", re.IGNORECASE,
)  # fmt: skip
LONG_NOTE = 40  # letters of a lone cell below an empty line that is a footnote whatever it begins with
SPACES = re.compile(r"[\s'’\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]")  # between thousands
GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*", re.ASCII)
MANY_GROUPS = re.compile(  # of one, ``1.234``, nobody knows whether it is 1 or 1000
    r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:(?:\1\d{3})+(?:(?!\1)[.,]\d+)?|(?!\1)[.,]\d+)", re.ASCII
)
WHOLE = re.compile(r"[+-]?\d+(?:[.,]0{1,2})?", re.ASCII)
NONE, NOT_GIVEN = {"-", "–"}, {".", "..", "...", "…", ":"}  # SSB's signs: nobody; not known, or not to be published

Header = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, eq=False)
class Table:
    """A planner's table as text.

    Attributes:
        path: The file.
        rows: One row per row of the file, index = its line in the file; empty cells are "".
        headers: Name of each column as the file has it.
        header_line: Where the header stands.
    """

    path: Path
    rows: pd.DataFrame
    headers: Mapping[str, str]
    header_line: int

    @property
    def lines(self) -> list[int]:
        """Lines of the rows."""
        return [int(line) for line in self.rows.index]

    def has(self, *columns: str) -> bool:
        """Are all of these columns there?"""
        return set(columns) <= set(self.rows.columns)

    def at(self, line: int, column: str) -> str:
        """The text of a cell; "" where there is no such column."""
        return str(self.rows.at[line, column]) if column in self.rows.columns else ""

    def decimal(self, line: int, column: str, *, above: float, up_to: float) -> float:
        """The number in a cell.

        Raises:
            SourceError: It is no number, or not within ``above`` (not included) and ``up_to``.
        """
        value = number(self.at(line, column))
        if value is None or not above < value <= up_to:
            name, given = self.headers.get(column, column), self.at(line, column)
            limits = {"low": f"{above:g}", "high": f"{up_to:g}"}
            raise SourceError("cell_out_of_range", file=self.path, line=line, column=name, value=given, **limits)
        return value

    def decimals(self, line: int, columns: Iterable[str], *, above: float, up_to: float) -> list[float]:
        """The numbers in several cells of a row.

        Raises:
            SourceError: As :meth:`decimal`, of all cells.
        """
        return read_each(columns, lambda column: self.decimal(line, column, above=above, up_to=up_to))


def text_of(path: Path) -> str:
    """A text file as text, whichever of the usual encodings it is in; lines end as they end there.

    Raises:
        SourceError: Not there, not readable, empty, larger than any table of a planner's, or no text.
    """
    raw = _bytes_of(path)
    if raw.startswith(SPREADSHEETS) or path.suffix.lower() in SPREADSHEET_SUFFIXES:
        raise SourceError("file_is_spreadsheet", file=path)
    try:
        found = documents.decoded(raw, otherwise="cp1252")
    except UnicodeDecodeError:
        raise SourceError("file_is_no_text", file=path) from None
    if CONTROL.search(found):
        raise SourceError("file_is_no_text", file=path)
    return found


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise SourceError("file_not_there", file=path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceError("file_too_large", file=path, most=MOST_BYTES // 1_000_000)
        raw = path.read_bytes()
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError("file_unreadable", file=path, reason=error.strerror or error) from None
    if not raw.strip():
        raise SourceError("file_empty", file=path)
    return raw


def read(path: Path, columns: Mapping[str, Sequence[str]], *, needed: Sequence[str], sums_in: str = "") -> Table:
    """A planner's table with the columns that are known; others keep the name that they have.

    Args:
        path: The file.
        columns: By the word for a column the headers it may have, the best first, as :func:`names.plain` writes them.
            Where a file has several of them, the best is taken.
        needed: Columns that must be there; the header is the first row that has them all.
        sums_in: Column in which "Sum" or "I alt" marks a row that is no row of its own.

    Raises:
        SourceError: Not readable, without a header or rows, a column is there twice, a row is longer than the header.
    """
    found = grid(path, lambda cells: _is_header(cells, columns, needed))
    if found is None:
        listed = ", ".join(cell for cell in _first_row(path) if cell) or "–"
        lacking = [word for word in needed if not _is_header(_first_row(path), columns, (word,))] or needed
        missing = ", ".join(f"{word} ({', '.join(columns[word][1:2])})".removesuffix(" ()") for word in lacking)
        raise SourceError("source_columns", file=path, missing=missing, found=listed)
    name_of = _names(list(found.rows.columns), columns, path)
    table = found.rows.rename(columns={header: word for word, header in name_of.items()})
    headers = {**found.headers, **name_of}
    if sums_in:
        table = table[~table[sums_in].map(is_sum)]
    if table.empty:
        raise SourceError("rows_missing", file=path)
    return Table(path, table, {word: headers[word] for word in table.columns}, found.header_line)


def grid(path: Path, is_header: Header) -> Table | None:
    """A planner's table with its columns as they are called there; None where no row is a header.

    Raises:
        SourceError: Not readable, without rows, or a row is longer than the header.
    """
    content = text_of(path)
    for separator in _separators(content):
        first = list(islice(_peeked(content, separator, path), FIRST_ROWS))
        header = next((line for line, cells in first if is_header(cells)), None)
        if header is not None:
            rows = list(_records(content, separator, path))
            return _table([(line, cells) for line, cells in rows if line >= header], path)
    return None


def first_rows(path: Path) -> list[list[str]]:
    """The first rows of a table, for those who look for more in them than a header."""
    content = text_of(path)
    first, *_ = _separators(content)
    return [cells for _, cells in islice(_peeked(content, first, path), FIRST_ROWS)]


def _first_row(path: Path) -> list[str]:
    return next((cells[:SHOWN] for cells in first_rows(path) if any(cells)), [])


def _separators(content: str) -> tuple[str, ...]:
    """The separator that the file states, or all there are, the most frequent of the first lines first."""
    lines = content[:10_000].splitlines()
    stated = SEPARATOR_LINE.fullmatch(lines[0].strip()) if lines else None
    if stated:
        return (stated[1],)
    first = "\n".join(lines[:FIRST_ROWS])
    return tuple(sorted(SEPARATORS, key=lambda separator: -first.count(separator)))


def _peeked(content: str, separator: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows until the first that does not go with the separator."""
    try:
        yield from _records(content, separator, path)
    except SourceError as error:
        if error.key != "row_unreadable":
            raise


def _records(content: str, separator: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line where it begins; a line that states the separator is none."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise SourceError("row_unreadable", file=path, line=begins) from None
        if cells is None:
            return
        if len(cells) > MOST_COLUMNS or begins > MOST_ROWS:
            raise SourceError("table_too_large", file=path, rows=MOST_ROWS, columns=MOST_COLUMNS)
        if begins > 1 or not SEPARATOR_LINE.fullmatch(separator.join(cells)):
            yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


def _table(rows: list[tuple[int, list[str]]], path: Path) -> Table:
    """Rows, of which the first is the header, as a table; without empty rows and footnotes."""
    (header_line, header), *below = rows
    names_ = [" ".join(cell.split()) for cell in header]
    while names_ and not names_[-1]:
        names_.pop()  # spreadsheets write empty columns at the end
    body = [(line, cells) for line, cells in _without_footnotes(below) if any(cells)]
    too_long = [line for line, cells in body if any(cells[len(names_) :])]
    faults = Faults()
    faults.add_all(too_long, lambda line: SourceError("row_too_long", file=path, line=line, columns=len(names_)))
    faults.refuse()
    if not body:
        raise SourceError("rows_missing", file=path)
    cut = [[*cells, *[""] * len(names_)][: len(names_)] for _, cells in body]
    unique = _unique(names_)
    index = pd.Index([line for line, _ in body], name="line")
    return Table(path, pd.DataFrame(cut, columns=unique, index=index, dtype=str),
                 dict(zip(unique, names_, strict=True)), header_line)  # fmt: skip


def _unique(headers: Sequence[str]) -> list[str]:
    """The headers, those that were there before with their number."""
    return [name if name and name not in headers[:k] else f"{name} ({k + 1})" for k, name in enumerate(headers)]


def _without_footnotes(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The rows up to the last that is no footnote: a note begins like one, or is a long text of its own below all."""
    empty = [any(cells) for _, cells in rows]
    last = len(rows)
    while last and (not empty[last - 1] or _is_footnote(rows[last - 1][1], apart=not all(empty[:last]))):
        last -= 1
    return rows[:last]


def _is_footnote(cells: Sequence[str], *, apart: bool) -> bool:
    alone = not any(cells[1:])
    return bool(cells) and bool(FOOTNOTE.match(cells[0]) or (apart and alone and len(cells[0]) > LONG_NOTE))


def _is_header(cells: Sequence[str], columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> bool:
    said = {names.plain(cell) for cell in cells}
    return all(said.intersection(columns[word]) for word in needed)


def _names(found: Sequence[str], columns: Mapping[str, Sequence[str]], path: Path) -> dict[str, str]:
    """For each column that is known and there, its header in the file: the best of those it may have."""
    plain = [names.plain(header.removesuffix(f" ({k + 1})")) for k, header in enumerate(found)]
    name_of = {}
    for word, headers in columns.items():
        best = next((header for header in headers if header in plain), None)
        if best is None:
            continue
        if plain.count(best) > 1:
            raise SourceError("columns_twice", file=path, columns=found[plain.index(best)])
        name_of[word] = found[plain.index(best)]
    return name_of


def is_sum(cell: str) -> bool:
    """Does a cell say that its row is the sum of others?"""
    return names.plain(cell) in SUM_ROWS


def number(given: str) -> float | None:
    """A number as people write it: decimal comma or point, thousands apart by spaces, points, commas or apostrophes.

    SSB's ``-`` is 0. None where it is no number; a lone point or comma is a decimal sign.
    """
    bare = SPACES.sub("", given.replace("\N{MINUS SIGN}", "-"))
    if bare in NONE:
        return 0.0
    if len(bare) > LONGEST_NUMBER:
        return None
    grouped = MANY_GROUPS.fullmatch(bare)
    bare = (bare.replace(grouped[1], "") if grouped else bare).replace(",", ".")
    return float(bare) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", bare, re.ASCII) else None


def whole(given: str) -> int | None:
    """A whole number as people write it; here a point or comma before three digits parts thousands.

    SSB's ``-`` is 0. None where it is no whole number.
    """
    bare = SPACES.sub("", given.replace("\N{MINUS SIGN}", "-"))
    if bare in NONE:
        return 0
    if len(bare) > LONGEST_NUMBER:
        return None
    if GROUPS.fullmatch(bare):
        return int(re.sub(r"[.,]", "", bare))
    return int(re.split(r"[.,]", bare)[0]) if WHOLE.fullmatch(bare) else None


def is_given(cell: str) -> bool:
    """Does a cell say anything? SSB writes ``.``, ``..`` and ``:`` where there is no number to tell."""
    return cell.strip() not in {"", *NOT_GIVEN}
