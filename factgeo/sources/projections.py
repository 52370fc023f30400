"""Read Statistics Norway's population projections (tables 14288 and 14746) from a CSV file of a user's own download.

The statistics bank saves them in many forms: years in rows or in columns, alternatives in rows or in columns, codes or
names, single years of age or groups, both sexes apart or together. All of them give the same table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from factgeo.errors import SourceError
from factgeo.files import codes, userfiles
from factgeo.files.userfiles import Table
from factgeo.language import names
from factgeo.sources.ssb import OLDEST_AGE

MAIN = "MMMM"
BOTH_SEXES = 0
HEADERS = {
    "region": ("region code", "regionkode", "kommunenummer", "kommunenr", "region", "regions", "kommune",
               "municipality"),
    "sex": ("kjonn", "sex", "gender"),
    "age": ("alder", "age"),
    "year": ("ar", "year", "tid", "time"),
    "alternative": ("alternativ", "alternative", "framskrivingsalternativ", "framskrivningsalternativ",
                    "contentscode", "contents", "statistikkvariabel"),
}  # fmt: skip
# what a column or cell is called that tells persons and nothing of an alternative
PERSONS = {
    "persons", "personer", "person", "antall", "tal", "number", "folkemengde", "folkemengd", "population", "value",
    "verdi", "framskrevet folkemengde", "framskrevne folkemengde", "framskriven folkemengd", "projected population",
}  # fmt: skip
TITLE = re.compile(r"14288:|14746:")  # the statistics bank's own heading of a table's only column
# what SSB calls its alternatives, as names.plain writes it; the letters are fertility, life expectancy, internal
# migration and immigration, each main (M), high (H), low (L) or none (0)
ALTERNATIVES = {
    "hovedalternativ": MAIN, "main alternative": MAIN, "hoy nasjonal vekst": "HHMH", "hog nasjonal vekst": "HHMH",
    "high national growth": "HHMH", "lav nasjonal vekst": "LLML", "lag nasjonal vekst": "LLML",
    "low national growth": "LLML", "hoy innvandring": "MMMH", "hog innvandring": "MMMH", "high immigration": "MMMH",
    "lav innvandring": "MMML", "lag innvandring": "MMML", "low immigration": "MMML", "sterk aldring": "LHML",
    "strong ageing": "LHML", "svak aldring": "HLMH", "weak ageing": "HLMH", "ingen innvandring": "MM00",
    "ingen flytting": "MM00", "no immigration": "MM00", "no migration": "MM00",
}  # fmt: skip
CONTENTS = {"Personer1": "HHMH", "Personer2": "LLML"}  # in table 14288; Personer is the main one
CODE = re.compile(r"\b([HLMK0]{4})\b")
YEAR_COLUMN = re.compile(r"(?:(.*?)[\s,:]+)?((?:19|20|21)\d\d)", re.DOTALL)
SEXES = {
    "0": 0, "begge kjonn": 0, "begge kjonn samlet": 0, "both sexes": 0, "total": 0, "i alt": 0, "alle": 0,
    "1": 1, "menn": 1, "mann": 1, "men": 1, "male": 1, "males": 1,
    "2": 2, "kvinner": 2, "kvinne": 2, "women": 2, "female": 2, "females": 2,
}  # fmt: skip
AGE = re.compile(
    r"0*(?P<first>\d{1,3})\s*(?:år|years?)?\s*(?:[-–]\s*0*(?P<last>\d{1,3})\s*(?:år|years?)?"
    r"|(?P<open>\+|eller eldre|eller over|og over|or older|or over|and over))?", re.IGNORECASE | re.ASCII,
)  # fmt: skip
ALL_AGES = {"i alt", "alle aldre", "alle aldrar", "all ages", "total", "totalt", "999"}
COUNTIES_2024 = {"03", "11", "15", "18", "31", "32", "33", "34", "39", "40", "42", "46", "50", "55", "56"}
SPLIT_2024 = {"1507"}  # Ålesund before Haram left it; its county's number stayed
WIDER = re.compile(r"(?:[KF]-)?(0|\d\d)(?:\s+\D.*)?", re.ASCII)  # a county or the country, by its code
KEYS = ("region_code", "sex", "age", "year")

# the municipality of a text, "" for a wider area that sums others, None where it is neither
CodeOf = Callable[[str], str | None]


@dataclass(frozen=True, eq=False)
class Projection:
    """The figures of a file in one form.

    Attributes:
        table: One row per municipality, sex, age and year: region_code (4-digit text), sex (1 men, 2 women, 0 both
            together), age and oldest (the first and last year of age of the row, equal for a single year; 105 is 105
            and older), year, persons (0 or more).
        alternative: Which of SSB's alternatives it is; "" if the file does not say, as SSB's main table does not.
    """

    table: pd.DataFrame
    alternative: str

    @property
    def grouped(self) -> bool:
        """Does it have groups of ages?"""
        return bool((self.table["age"] < self.table["oldest"]).any())

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the projection, the earliest first."""
        return tuple(sorted(int(year) for year in self.table["year"].unique()))


def by_code(text: str) -> str | None:
    """Return the municipality of a text that begins with its code; "" for a county's or the country's code."""
    code = codes.in_text(text)
    if code:
        return code if len(code) == codes.MUNICIPALITY_DIGITS else None
    return "" if WIDER.fullmatch(text) else None


def read_projection(path: Path, *, code_of: CodeOf = by_code, alternative: str = MAIN) -> Projection:
    """Read table 14288 or 14746 as the statistics bank or a spreadsheet saves it.

    Args:
        path: The file.
        code_of: Finds the municipality that a cell names.
        alternative: Which of the projection's alternatives, if the file has several.

    Raises:
        SourceError: The header, the alternative or a cell is wrong, codes are from before 2024, a row is a duplicate, a
            number is negative, or rows are missing. The error names file and line.
    """
    found = userfiles.grid(path, lambda cells: _layout(cells) is not None)
    layout = _layout(list(found.rows.columns)) if found else None
    if found is None or layout is None:
        listed = ", ".join(cell for row in userfiles.first_rows(path)[:1] for cell in row)
        raise SourceError("projection_header", file=path, found=listed)
    figures, said = _of_alternative(_figures(found, layout), alternative, path)
    table = _without_sums(_typed(figures, layout, found, code_of))
    _refuse_duplicates(table, path)
    _refuse_overlaps(table, found, layout)
    _refuse_gaps(table, path)
    return Projection(table.sort_values(["region_code", "year", "sex", "age"], ignore_index=True), said)


# --- which column says what


@dataclass(frozen=True)
class _Layout:
    """The columns of a file by meaning.

    Attributes:
        named: By the words of ``HEADERS``.
        persons: The alternative and the year of each column with figures; the year is None if years are rows.
    """

    named: Mapping[str, str]
    persons: Mapping[str, tuple[str, int | None]]


def _layout(cells: Sequence[str]) -> _Layout | None:
    """Return the columns by meaning; None if these are no headings of a projection, or two of them mean the same."""
    plain = {names.plain(cell): cell for cell in reversed(cells)}
    named = {what: plain[word] for what, words in HEADERS.items() for word in words[::-1] if word in plain}
    in_rows = "year" in named
    persons = {cell: told for cell in cells if cell not in named.values() and (told := _told(cell, in_rows=in_rows))}
    told_apart = {(_alternative(said), year) for said, year in persons.values()}
    twice = len({*map(str.casefold, cells)} - {""}) < sum(map(bool, cells)) or len(told_apart) < len(persons)
    return None if twice or not persons or not {"region", "age"} <= named.keys() else _Layout(named, persons)


def _told(cell: str, *, in_rows: bool) -> tuple[str, int | None] | None:
    """Return the alternative and the year in a heading; None for a column without figures."""
    dated = None if in_rows else YEAR_COLUMN.fullmatch(cell)
    if not (in_rows or dated):
        return None
    label = (dated[1] or "") if dated else cell
    if dated and not label:
        return "", int(dated[2])
    return None if _alternative(label) is None else (label, int(dated[2]) if dated else None)


def _alternative(text: str) -> str | None:
    """Return the letters of the alternative in a text, "" if it only means persons, None for other texts."""
    found = CODE.search(text)
    if found:
        return found[1]
    if text in CONTENTS:
        return CONTENTS[text]
    plain = names.plain(text)
    known = next((letters for name, letters in ALTERNATIVES.items() if name in plain), None)
    return known or ("" if not plain or plain in PERSONS or TITLE.match(text) else None)


# --- from the file's form to one row per figure


def _figures(found: Table, layout: _Layout) -> pd.DataFrame:
    """Return every figure as text with its region, sex, age, year and the text of its alternative; index = line."""
    named = layout.named
    constant = {what: column for what, column in named.items() if what != "alternative"}
    parts = []
    for column, (label, year) in layout.persons.items():
        part = found.rows[[*constant.values(), column]].set_axis([*constant, "persons"], axis=1)
        part = part.assign(**({} if year is None else {"year": str(year)}), said=label)
        if "alternative" in named and not _alternative(label):
            part["said"] = found.rows[named["alternative"]]
        parts.append(part)
    table = pd.concat(parts)
    return table if "sex" in table.columns else table.assign(sex=str(BOTH_SEXES))


def _of_alternative(figures: pd.DataFrame, wanted: str, path: Path) -> tuple[pd.DataFrame, str]:
    """Return the figures of one alternative, and the alternative by the file's words.

    Figures without a name, as in SSB's main table, are the main alternative; an unknown name never is.
    """
    letters = {said: _alternative(said) for said in figures["said"].unique()}
    of_figure = figures["said"].map(letters)
    said = wanted if (of_figure == wanted).any() else ""
    chosen = figures[of_figure == said]
    if chosen.empty or (not said and wanted != MAIN):
        found = ", ".join(sorted(text or MAIN for text in letters))
        raise SourceError("projection_alternative", file=path, wanted=wanted, found=found)
    return chosen, said


def _typed(figures: pd.DataFrame, layout: _Layout, found: Table, code_of: CodeOf) -> pd.DataFrame:
    """Return codes and numbers instead of texts, without rows of wider areas."""
    path, named = found.path, layout.named
    table = pd.DataFrame({"region_code": _regions(figures, path, code_of)}, index=figures.index)
    here = figures[table["region_code"] != ""]
    table = table.loc[table["region_code"] != ""].assign(sex=_mapped(here, "sex", _sex, path))
    spans = here["age"].map({text: _span(text) for text in here["age"].unique()})
    _refuse(here, "age", spans.isna(), path)
    table["age"], table["oldest"] = (spans.map(lambda span, k=k: span[k]).astype("int64") for k in (0, 1))
    for what in ("year", "persons"):
        table[what] = _whole(here, what, path, named.get(what, next(iter(layout.persons))))
    return table.sort_index(kind="stable")


def _regions(figures: pd.DataFrame, path: Path, code_of: CodeOf) -> pd.Series:
    """Return municipal codes; "" for wider areas."""
    said = figures["region"]
    known = {text: code_of(text) for text in said.unique()}
    code = said.map(known)
    _refuse(figures, "region", code.isna(), path)
    old = (code != "") & (~code.str[: codes.COUNTY_DIGITS].isin(COUNTIES_2024) | code.isin(SPLIT_2024))
    if old.any():
        raise SourceError("projection_old_code", file=path, line=_first(old), value=_cell(said, old))
    if not (code != "").any():
        raise SourceError("projection_region", file=path, line=int(said.index[0]), value=said.iloc[0])
    return code


def _sex(text: str) -> int | None:
    return SEXES.get(names.plain(text))


def _span(text: str) -> tuple[int, int] | None:
    """Return the first and last year of age of ``45 år``, ``1-5 år``, ``90 år eller eldre`` or ``105+``."""
    if names.plain(text) in ALL_AGES:
        return 0, OLDEST_AGE
    found = AGE.fullmatch(text.strip())
    if found is None:
        return None
    first = int(found["first"])
    last = OLDEST_AGE if found["open"] else int(found["last"] or first)
    return (first, last) if first <= last <= OLDEST_AGE else None


def _mapped(figures: pd.DataFrame, column: str, read: Callable[[str], int | None], path: Path) -> pd.Series:
    numbers = figures[column].map({text: read(text) for text in figures[column].unique()})
    _refuse(figures, column, numbers.isna(), path)
    return numbers.astype("int64")


def _whole(figures: pd.DataFrame, what: str, path: Path, heading: str) -> pd.Series:
    """Return a column as whole numbers, 0 or more."""
    numbers = figures[what].map({text: userfiles.whole(text) for text in figures[what].unique()})
    bad = numbers.isna()
    if bad.any():
        value = _cell(figures[what], bad)
        raise SourceError("source_not_whole", file=path, line=_first(bad), column=heading, value=value)
    if (numbers < 0).any():
        value, line = _cell(figures[what], numbers < 0), _first(numbers < 0)
        raise SourceError("source_too_small", file=path, line=line, column=heading, value=value, at_least=0)
    return numbers.astype("int64")


def _first(bad: pd.Series) -> int:
    """Return the line of the first bad row (a line comes several times if each year has a column)."""
    return int(bad.index[bad.to_numpy().argmax()])


def _cell(column: pd.Series, bad: pd.Series) -> str:
    return str(column.iloc[int(bad.to_numpy().argmax())])


def _refuse(figures: pd.DataFrame, column: str, bad: pd.Series, path: Path) -> None:
    if bad.any():
        line, value = _first(bad), _cell(figures[column], bad)
        raise SourceError(f"projection_{column}", file=path, line=line, value=value)


# --- whether it is whole


def _without_sums(table: pd.DataFrame) -> pd.DataFrame:
    """Drop rows of both sexes if each sex has rows as well, and rows of all ages if single ages have rows."""
    apart = table["sex"] != BOTH_SEXES
    if apart.any():
        table = table[apart]
    everyone = (table["age"] == 0) & (table["oldest"] == OLDEST_AGE)
    return table[~everyone] if (~everyone).any() else table


def _refuse_duplicates(table: pd.DataFrame, path: Path) -> None:
    twice = table.duplicated([*KEYS, "oldest"])
    if twice.any():
        row = table.iloc[int(twice.to_numpy().argmax())]
        value = ", ".join(str(row[key]) for key in KEYS)
        raise SourceError("source_duplicate", file=path, line=_first(twice), column=", ".join(KEYS), value=value)


def _refuse_overlaps(table: pd.DataFrame, found: Table, layout: _Layout) -> None:
    """Refuse a year of age in two groups: a sum over ages would count it twice."""
    order = table.sort_values([*KEYS], kind="stable")
    same = order[["region_code", "sex", "year"]]
    overlaps = (same == same.shift()).all(axis=1) & (order["age"] <= order["oldest"].shift())
    if overlaps.any():
        line = _first(overlaps)
        raise SourceError("projection_overlap", file=found.path, line=line, value=found.at(line, layout.named["age"]))


def _refuse_gaps(table: pd.DataFrame, path: Path) -> None:
    """Refuse missing rows: every municipality must have every year, sex and age that any of them has."""
    expected = len(table[["sex", "age", "oldest"]].drop_duplicates())
    rows = table.groupby(["region_code", "year"]).size().unstack(fill_value=0)
    short = rows[(rows < expected).any(axis=1)]
    if len(short):
        code = str(short.index[0])
        year = int(short.columns[int((short.iloc[0] < expected).to_numpy().argmax())])
        line = int(table.index[table["region_code"] == code].max())
        found = int(short.loc[code, year])
        raise SourceError("projection_gap", file=path, line=line, code=code, year=year, found=found, expected=expected)
