"""Statistics Norway's population projections (tables 14288 and 14746) as a CSV file of a user's own download."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from factgeo.errors import SourceError
from factgeo.sources import files
from factgeo.sources.ssb import OLDEST_AGE

MAIN = "MMMM"
HEADERS = {
    "region": {"region", "regions", "region_code", "regionkode", "kommune", "kommunenummer", "municipality"},
    "sex": {"kjønn", "sex", "gender"},
    "age": {"alder", "age"},
    "year": {"år", "year", "tid", "time"},
    "persons": {
        "persons", "personer", "person", "antall", "tal", "number", "folkemengde", "folkemengd", "population",
        "framskrevet folkemengde", "framskrevne folkemengde", "projected population", "value", "verdi",
    },
    "alternative": {
        "alternativ", "alternative", "framskrivingsalternativ", "framskrivningsalternativ", "statistikkvariabel",
        "contents", "contentscode",
    },
}  # fmt: skip
SEXES = {
    "1": 1, "menn": 1, "mann": 1, "men": 1, "male": 1, "males": 1,
    "2": 2, "kvinner": 2, "kvinne": 2, "women": 2, "female": 2, "females": 2,
}  # fmt: skip
COUNTIES_2024 = {"03", "11", "15", "18", "31", "32", "33", "34", "39", "40", "42", "46", "50", "55", "56"}
SPLIT_2024 = {"1507"}  # Ålesund before Haram left it; its county's number stayed
FIRST_LINES = 6  # a title and an empty line may stand above the header
YEAR_COLUMN = re.compile(r"(?:(.*?)\s+)?((?:19|20|21)\d\d)")
CODE = re.compile(r"\b([HLMK0]{4})\b")
AGE = re.compile(
    r"0*(\d{1,3})\s*(?:år|years?)?\s*(\+|eller eldre|eller over|or older|or over|and over)?", re.IGNORECASE
)


@dataclass(frozen=True)
class _Layout:
    """Where the header stands, and which column says what.

    Attributes:
        line: Line number of the header.
        separator: Between the cells.
        columns: Column by what it says: region, sex, age, and year and persons, or alternative.
        years: Year by column, where each year has a column of its own.
    """

    line: int
    separator: str
    columns: dict[str, str]
    years: dict[str, int]


def read_projection(path: Path, *, alternative: str = MAIN) -> pd.DataFrame:
    """Table 14288 or 14746 as CSV (``;`` or ``,``; UTF-8 or Latin-1; long, or one column per year).

    Args:
        path: The file.
        alternative: Which of the projection's alternatives, where the file has several.

    Returns:
        One row per municipality, sex, age and year: region_code (4-digit text), sex (1 men, 2 women), age (0-105, 105
        is 105 and older), year, persons (0 or more).

    Raises:
        SourceError: Another header, municipal codes from before 2024, a cell that is none of what it should be, a
            duplicate, a negative number, or rows that are missing; with file and line.
    """
    content = _decoded(path)
    layout = _layout(content, path, alternative)
    raw = _table(content, layout, path)
    raw = _of_alternative(raw, layout, path, alternative)
    long = _long(raw, layout)
    table = pd.DataFrame({"region_code": _regions(long, path)}, index=long.index)
    table["sex"] = _sexes(long, path)
    table["age"] = _ages(long, path)
    table["year"] = files.whole_numbers(long, "year", path, at_least=1900)
    table["persons"] = files.whole_numbers(long, "persons", path, at_least=0)
    table = table.sort_index(kind="stable")
    _refuse_duplicates(table, path)
    _refuse_gaps(table, path)
    return table.sort_values(["region_code", "year", "sex", "age"], ignore_index=True)


def _decoded(path: Path) -> str:
    if not path.is_file():
        raise SourceError("projection_missing", file=path)
    content = path.read_bytes()
    if not content.strip():
        raise SourceError("source_empty", file=path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _layout(content: str, path: Path, alternative: str) -> _Layout:
    """The header is the first line that names region, sex and age."""
    lines = content.splitlines()[:FIRST_LINES]
    for number, line in enumerate(lines, start=1):
        for separator in (";", ",", "\t"):
            cells = [cell.strip().strip('"').strip() for cell in line.split(separator)]
            columns = {what: cell for cell in cells for what in HEADERS if cell.lower() in HEADERS[what]}
            years = {cell: year for cell in cells if (year := _year_of(cell, alternative)) is not None}
            of_years = bool(years) and "year" not in columns
            if {"region", "sex", "age"} <= set(columns) and (of_years or {"year", "persons"} <= set(columns)):
                return _checked(_Layout(number, separator, columns, years if of_years else {}), cells, path)
    raise SourceError("projection_header", file=path, found=lines[0][:120])


def _checked(layout: _Layout, cells: list[str], path: Path) -> _Layout:
    """No two columns may say the same."""
    said = [what for cell in cells for what in HEADERS if cell.lower() in HEADERS[what]]
    if (
        len(set(cells)) < len(cells)
        or len(set(said)) < len(said)
        or len(set(layout.years.values())) < len(layout.years)
    ):
        raise SourceError("projection_header", file=path, found=", ".join(cells)[:120])
    return layout


def _year_of(cell: str, alternative: str) -> int | None:
    """The year of a column such as ``2030``, ``Folkemengde 2030`` or ``MMMM 2030``; None for other alternatives."""
    found = YEAR_COLUMN.fullmatch(cell)
    return int(found[2]) if found and _alternative(found[1] or "") in ("", alternative) else None


def _alternative(text: str) -> str:
    """The code in a text such as ``MMMM (hovedalternativet)``, "" where it names none."""
    found = CODE.search(text)
    if found:
        return found[1]
    return MAIN if re.search(r"hovedalternativ|main alternative", text, re.IGNORECASE) else ""


def _table(content: str, layout: _Layout, path: Path) -> pd.DataFrame:
    """The rows below the header as text; index = line in the file."""
    below = "\n".join(content.splitlines()[layout.line - 1 :])
    try:
        raw = pd.read_csv(
            io.StringIO(below), sep=layout.separator, dtype=str, keep_default_na=False, skip_blank_lines=False,
            skipinitialspace=True, index_col=False,
        )  # fmt: skip
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise SourceError("source_unreadable", file=path, reason=reason) from None
    raw.columns = [str(name).strip() for name in raw.columns]
    raw.index = pd.RangeIndex(layout.line + 1, layout.line + 1 + len(raw), name="line")
    raw = raw[(raw != "").any(axis=1)]
    if raw.empty:
        raise SourceError("source_empty", file=path)
    return raw


def _of_alternative(raw: pd.DataFrame, layout: _Layout, path: Path, alternative: str) -> pd.DataFrame:
    """The rows of one alternative; a column that names none (such as ``Personer``) says nothing of alternatives."""
    column = layout.columns.get("alternative")
    if column is None:
        return raw
    codes = raw[column].map(_alternative)
    if (codes == "").all() and raw[column].nunique() == 1:  # noqa: PD101 - few values
        return raw
    if not (codes == alternative).any():
        found = ", ".join(sorted(set(raw[column]))[:6])
        raise SourceError("projection_alternative", file=path, wanted=alternative, found=found)
    return raw[codes == alternative]


def _long(raw: pd.DataFrame, layout: _Layout) -> pd.DataFrame:
    """Columns region, sex, age, year, persons as text; index = line in the file."""
    names = {layout.columns[what]: what for what in ("region", "sex", "age")}
    if not layout.years:
        names |= {layout.columns[what]: what for what in ("year", "persons")}
        return raw[list(names)].rename(columns=names)
    one_year = [
        raw[[*names, column]].rename(columns={**names, column: "persons"}).assign(year=str(year))
        for column, year in layout.years.items()
    ]
    return pd.concat(one_year)


def _first_bad(bad: pd.Series) -> int:
    """Line of the first bad row (a line stands several times where each year has a column)."""
    return int(bad.index[bad.to_numpy().argmax()])


def _cell(column: pd.Series, bad: pd.Series) -> str:
    return str(column.iloc[int(bad.to_numpy().argmax())])


def _regions(long: pd.DataFrame, path: Path) -> pd.Series:
    """Municipal codes of ``4640``, ``4640 Sogndal`` or ``K-4640 Sogndal``."""
    said = long["region"].str.strip()
    codes = said.str.extract(r"^(?:K-)?(\d{4})(?:\s.*)?$", expand=False)
    bad = codes.isna()
    if bad.any():
        raise SourceError("projection_region", file=path, line=_first_bad(bad), value=_cell(said, bad))
    old = ~codes.str[:2].isin(COUNTIES_2024) | codes.isin(SPLIT_2024)
    if old.any():
        raise SourceError("projection_old_code", file=path, line=_first_bad(old), value=_cell(said, old))
    return codes


def _sexes(long: pd.DataFrame, path: Path) -> pd.Series:
    sex = long["sex"].str.strip().str.lower().map(SEXES)
    bad = sex.isna()
    if bad.any():
        raise SourceError("projection_sex", file=path, line=_first_bad(bad), value=_cell(long["sex"], bad))
    return sex.astype("int64")


def _ages(long: pd.DataFrame, path: Path) -> pd.Series:
    """Years of age; only 105 is open at the top."""
    ages = {text: _age(text.strip()) for text in long["age"].unique()}
    age = long["age"].map(ages)
    bad = age.isna()
    if bad.any():
        raise SourceError("projection_age", file=path, line=_first_bad(bad), value=_cell(long["age"], bad))
    return age.astype("int64")


def _age(text: str) -> int | None:
    found = AGE.fullmatch(text)
    if found is None or int(found[1]) > OLDEST_AGE or (found[2] and int(found[1]) < OLDEST_AGE):
        return None
    return int(found[1])


def _refuse_duplicates(table: pd.DataFrame, path: Path) -> None:
    keys = ["region_code", "sex", "age", "year"]
    twice = table.duplicated(keys)
    if twice.any():
        row = table.iloc[int(twice.to_numpy().argmax())]
        value = ", ".join(str(row[key]) for key in keys)
        raise SourceError("source_duplicate", file=path, line=_first_bad(twice), column=", ".join(keys), value=value)


def _refuse_gaps(table: pd.DataFrame, path: Path) -> None:
    """Every municipality has every year, sex and age that any of them has, or rows were lost."""
    expected = len(table[["sex", "age"]].drop_duplicates())
    rows = table.groupby(["region_code", "year"]).size().unstack(fill_value=0)
    short = rows[(rows < expected).any(axis=1)]
    if len(short):
        code = str(short.index[0])
        year = int(short.columns[int((short.iloc[0] < expected).to_numpy().argmax())])
        line = int(table.index[table["region_code"] == code].max())
        found = int(short.loc[code, year])
        raise SourceError("projection_gap", file=path, line=line, code=code, year=year, found=found, expected=expected)
