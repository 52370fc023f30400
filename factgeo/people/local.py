"""Local counts: people of the target group that the municipalities counted themselves, in a planner's own table.

It is meant for BrukerPlan's totals per municipality. BrukerPlan sorts people who receive municipal services by their
living conditions (levekårsindeks) into green, yellow, red and blue light (grønn, gul, rød, blålys), blue being worst.
The guide to the benefits of FACT takes *the number of users with red or blue light* as the extent of the target group.
So a total here means red and blue; green and yellow are not part of it.

No message ever repeats a cell of the file, because it may be about a person; messages name line and column instead. A
file with a row per person is refused before anything of it is kept. Raw counts stay in a :class:`privacy.Sealed`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from factgeo import machine
from factgeo.atlas.pack import Atlas
from factgeo.errors import Faults, SourceError, read_each
from factgeo.files import codes as codes_of
from factgeo.files import userfiles
from factgeo.language import Phrase, names, text
from factgeo.people import privacy
from factgeo.people.disclosure import NOTHING, Told, name_of_sum
from factgeo.people.privacy import WITHHELD, Mark, Sealed, Shown

DISTRICT_HEADERS = {"bydel", "bydelsnr", "bydelsnummer", "bydelskode", "bydelsnavn", "district"}
CODE_HEADERS = {
    "kommunenr", "kommunenummer", "kommune nr", "kommune nummer", "kommunekode", "komnr", "knr", "unit code",
    "region code", "regionkode", "municipality code", "planomrade",
}  # fmt: skip
NAME_HEADERS = {
    "kommune",
    "kommunenavn",
    "kommune navn",
    "municipality",
    "municipality name",
    "unit",
    "unit name",
    "region",
}
BARE_NAME_HEADERS = {"navn", "namn", "name"}  # of a municipality, or of a person
TOTAL_HEADERS = {
    "antall", "antal", "total", "totalt", "sum", "i alt", "personer", "antall personer", "antal personar", "persons",
    "brukere", "brukarar", "pasienter", "pasientar", "antall brukere", "antal brukarar", "count", "rod bla",
    "rodt og blatt lys", "raudt og blatt lys",
}  # fmt: skip
RED_HEADERS = {"rod", "rode", "rodlys", "rodt lys", "raud", "raude", "raudt lys", "red", "red light"}
BLUE_HEADERS = {"bla", "blalys", "blatt lys", "blue", "blue light"}
YEAR_HEADERS = {"ar", "arstall", "arstal", "kartleggingsar", "year"}
PERSONAL_HEADERS = re.compile(
    r"fodsel.*|fodt|fodd|fnr|fdato|person ?(nr|nummer|id)|pnr|pid|ssn|d ?(nr|nummer)|pasient(?!er|ar).*|patient(?!s).*"
    r"|(bruker|brukar|klient|client|user) ?(id|nr|nummer|navn|namn|name|kode)|lopenr|lopenummer|journal.*|npr.*"
    r"|fornavn|fornamn|etternavn|etternamn|mellomnavn|fullt navn|first ?name|last ?name|surname|given name|full name"
    r"|initial.*|birth.*|date of birth|dob|adresse.*|address.*|gate.*|telefon.*|tlf|mobil.*|phone|e ?post.*|e ?mail.*"
    r"|kjonn|sex|gender|alder|age|diagnose.*|diagnosis|icd.*|sivilstand.*|(bruker|brukar|pasient|klient)"
)
ELEVEN_DIGITS = re.compile(r"(?<!\d)(\d{6})[ \N{NO-BREAK SPACE}.\-]?(\d{5})(?!\d)")
TEN_DIGITS = re.compile(r"(?<!\d)\d{10}(?!\d)")  # a spreadsheet took the first 0
DATES = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})|(\d{4})-\d{2}-\d{2})(?!\d)")
CONTROL = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
YOUNGEST = 16  # BrukerPlan's; a date that far back is a date of birth
OLDEST_YEAR = 2000
UNIT_KINDS = ("district", "code", "name", "bare_name")  # columns that say where the counts belong, most precise first
COUNT_KINDS = ("total", "red", "blue")
LIGHTS = {"red", "blue"}
MOST_PERSONS = 1_000_000
NAMED = 6  # rows that one message names
MIDDLE_OF_SMALL = 2.5  # of 1 to 4


@dataclass(frozen=True)
class LocalCounts:
    """Counts per municipality or district, as they may be published; all others stay sealed.

    Attributes:
        file: Name of the file, without its folder.
        years: Years of the counts, if the file has them.
        units: The planning units of each row, by the code of the row (municipality or district).
        shown: Persons of each row, red and blue light together, by the code of the row.
        red: Persons with red light, by the code of the row; empty if the file does not divide them.
        blue: Persons with blue light, by the code of the row; empty if the file does not divide them.
        total: All rows of the file together.
        ignored: Number of columns that were not read.
    """

    file: str
    years: tuple[int, ...]
    units: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, Shown]
    red: Mapping[str, Shown]
    blue: Mapping[str, Shown]
    total: Shown
    ignored: int
    _adults: Mapping[str, int] = field(repr=False)
    _told: Told = field(repr=False)
    _names: Mapping[str, str] = field(repr=False)
    _sealed: Sealed = field(repr=False)

    @property
    def told(self) -> Told:
        """Everything that was published of these counts, and of the counts that were published before them."""
        return self._told

    def beside(self, earlier: Told) -> LocalCounts:
        """Return the same counts as they may be published after other counts, or after these."""
        return _shown_beside(self, earlier)

    def for_estimate(self, unit: str) -> float | None:
        """Return persons of a planning unit, to compute with; None if the file has no count for it.

        It uses only what is public, so no figure computed from it can reveal a count. A shown count is itself. The rest
        of the file's total is shared among its hidden counts by their adults (all together they add up to the total).
        If the total is hidden too, ``<5`` is 2.5. A city's count is shared among its districts by adults.
        """
        code = self._row(unit)
        persons = None if code is None else self._public_value(code)
        if code is None or persons is None:
            return None
        return persons * self._adults[unit] / self._adults_of([code])

    def exact(self, units: Iterable[str]) -> bool:
        """Is each of these units counted, shown, and a row of its own? Otherwise a sum of them is an estimate."""
        codes = [self._row(unit) for unit in units]
        return all(code and self.shown[code].count is not None and len(self.units[code]) == 1 for code in codes)

    def of(self, divisions: Mapping[str, Iterable[str]]) -> dict[str, Shown]:
        """Return exact totals of sets of units (catchments, trusts), as they may be published after all that is public.

        Give all sets that are published in one place in one call, or go on with the answer of :meth:`telling`: only
        these are kept from revealing each other.

        Returns:
            One entry per set that is made of whole rows of the file; other sets have only an estimate.
        """
        shown = self.telling(divisions).told.shown
        return {name: shown[name_of_sum(rows)] for name, rows in self._sets(divisions).items()}

    def telling(self, divisions: Mapping[str, Iterable[str]]) -> LocalCounts:
        """Return the same counts, which remember that the totals of some sets of units were published."""
        sums = {name_of_sum(rows): rows for rows in self._sets(divisions).values() if len(rows) > 1}
        return replace(self, _told=self._told.adding(sums))

    def missing(self, units: Iterable[str]) -> tuple[str, ...]:
        """Return those of these units for which the file has no count, sorted."""
        return tuple(sorted(unit for unit in units if self._row(unit) is None))

    def made(self) -> str:
        """Say in a sentence the file, its years, its rows and how many of them are hidden."""
        hidden = sum(each.count is None for each in self.shown.values())
        years = ", ".join(map(str, self.years)) or text("local.no_year")
        return text("local.made", file=self.file, years=years, rows=len(self.shown), hidden=hidden)

    def _row(self, unit: str) -> str | None:
        return next((code for code in (unit, unit[:4]) if unit in self.units.get(code, ())), None)

    def _sets(self, divisions: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        """Return the sets that are made of whole rows, by the rows' names in what was published."""
        rows = {name: self._whole_rows(units) for name, units in divisions.items()}
        return {name: tuple(self._names[code] for code in codes) for name, codes in rows.items() if codes}

    def _whole_rows(self, units: Iterable[str]) -> tuple[str, ...]:
        wanted = set(units)
        codes = sorted({code for unit in wanted if (code := self._row(unit))})
        held = {unit for code in codes for unit in self.units[code]}
        return tuple(codes) if held == wanted else ()

    def _public_value(self, code: str) -> float | None:
        if (known := self.shown[code].count) is not None:
            return known
        if self.total.count is None:
            return MIDDLE_OF_SMALL if self.shown[code].mark is Mark.SMALL else None
        hidden = [each for each, told in self.shown.items() if told.count is None]
        left = self.total.count - sum(told.count or 0 for told in self.shown.values())
        return left * self._adults_of([code]) / self._adults_of(hidden)

    def _adults_of(self, codes: Iterable[str]) -> int:
        return sum(self._adults[unit] for code in codes for unit in self.units[code])


def read(path: Path, atlas: Atlas) -> LocalCounts:
    """Read a planner's table of counts: one row per municipality or city district, CSV in any separator.

    Columns: the municipality or district by code or name; persons as a total (``antall``), or by red and blue light
    (``rødt lys``, ``blått lys``), or all three; ``år`` is optional. Other columns, such as notes, are not read.

    Raises:
        SourceError: The file cannot be read, is about single persons, or rows are wrong. The error names
        file, lines and
            columns, and never the content of a cell. For single persons it names the first sign only.
    """
    _refuse_identity_numbers(userfiles.text_of(path), path)
    table, columns = _table(path)
    _refuse_birth_dates(table, path, atlas)
    _refuse_person_names(table, columns, path, atlas)
    _refuse_former_codes(table, columns, path, atlas)
    found = read_each(table.index, lambda line: _row_code(table, line, columns, path, atlas))
    rows = dict(zip(table.index, found, strict=True))
    _refuse_rows_per_person(table, rows, columns, path)
    faults = Faults()
    with faults.noted():
        years = _years(table, columns, path, atlas)
        _refuse_twice(rows, years, columns, path)
    with faults.noted():
        counts = _counts(table, rows, columns, path, atlas)
    faults.refuse()
    ignored = len(table.columns) - sum(map(len, columns.values()))
    return _guarded(machine.shown(path.name), tuple(sorted(set(years.values()))), counts, ignored, atlas)


def is_identity_number(digits: str) -> bool:
    """Are these 11 digits a Norwegian identity number: do the control digits fit, or does it begin with a date?

    Birth numbers, D-numbers (day + 40) and synthetic ones (month + 40, 65 or 80) all count. A mistyped number, or one
    issued without the old control digits, still begins with a date.
    """
    given = [int(digit) for digit in digits]
    fits = all(sum(a * b for a, b in zip(weights, given, strict=False)) % 11 == 0 for weights in CONTROL)
    day, month = int(digits[:2]), int(digits[2:4])
    is_date = 1 <= day % 40 <= 31 and any(1 <= month - shift <= 12 for shift in (0, 40, 65, 80))  # noqa: PLR2004
    return fits or (is_date and day <= 71)  # noqa: PLR2004 - 31 + 40


# --- what is wrong with the whole file


def _refuse_identity_numbers(content: str, path: Path) -> None:
    for line, row in enumerate(re.split(r"\r\n|\n|\r", content), start=1):
        eleven = ["".join(parts) for parts in ELEVEN_DIGITS.findall(row)]
        ten = [f"0{digits}" for digits in TEN_DIGITS.findall(row)]
        if any(map(is_identity_number, eleven + ten)):
            raise _about_persons(path, line, Phrase("local.sign.identity"))


def _table(path: Path) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return the rows that count, without sums, and the columns by meaning; refuse a header about persons."""
    found = userfiles.grid(path, lambda cells: _has(cells, UNIT_KINDS) and _has(cells, COUNT_KINDS))
    found = found or userfiles.grid(path, lambda cells: _has(cells, UNIT_KINDS))
    headers = list(found.headers.values()) if found else [cell for row in userfiles.first_rows(path) for cell in row]
    if any(PERSONAL_HEADERS.fullmatch(names.plain(cell)) for cell in headers):
        raise _about_persons(path, found.header_line if found else 1, Phrase("local.sign.header"))
    if found is None:
        raise SourceError("local_no_unit", file=path)
    columns = _columns(headers)
    twice = [each for listed in columns.values() for each in listed if headers.count(each) > 1]
    if twice:
        raise SourceError("columns_twice", file=path, columns=twice[0])
    of_units = [column for kind in UNIT_KINDS for column in columns[kind]]
    sums = found.rows[of_units].map(userfiles.is_sum).any(axis=1)
    if sums.all():
        raise SourceError("rows_missing", file=path)
    return found.rows[~sums], columns


def _has(cells: Iterable[str], kinds: Sequence[str]) -> bool:
    columns = _columns(cells)
    return any(columns[kind] for kind in kinds)


def _columns(headers: Iterable[str]) -> dict[str, list[str]]:
    """Return the columns by meaning, in the order of the file."""
    known = {
        "district": DISTRICT_HEADERS, "code": CODE_HEADERS, "name": NAME_HEADERS, "bare_name": BARE_NAME_HEADERS,
        "total": TOTAL_HEADERS, "red": RED_HEADERS, "blue": BLUE_HEADERS, "year": YEAR_HEADERS,
    }  # fmt: skip
    listed = [str(header) for header in headers]
    return {kind: [header for header in listed if names.plain(header) in words] for kind, words in known.items()}


def _refuse_birth_dates(table: pd.DataFrame, path: Path, atlas: Atlas) -> None:
    for line in table.index:
        for long, iso in DATES.findall(" ; ".join(table.loc[line])):
            year = int(long or iso)
            if len(long) == 2:  # noqa: PLR2004 - 85 is 1985, 24 is 2024
                year += 2000 if 2000 + year <= atlas.year else 1900
            if year <= atlas.year - YOUNGEST:
                raise _about_persons(path, int(line), Phrase("local.sign.birth_date"))


def _refuse_person_names(table: pd.DataFrame, columns: Mapping[str, list[str]], path: Path, atlas: Atlas) -> None:
    """Refuse a column ``navn`` that does not hold names of municipalities or districts."""
    for column in columns["bare_name"]:
        for line in table.index:
            cell = str(table.at[line, column])
            if cell and not (_meanings(cell, atlas) or _successors(cell)):
                raise _about_persons(path, int(line), Phrase("local.sign.name"))


def _refuse_rows_per_person(
    table: pd.DataFrame, rows: Mapping[int, str], columns: Mapping[str, list[str]], path: Path
) -> None:
    """Refuse a table that has the same municipality in several rows without counts, or with one person each."""
    counting = [column for kind in COUNT_KINDS for column in columns[kind]]
    times = Counter(rows.values())
    repeated = [line for line, code in rows.items() if times[code] > 1]
    ones = [line for line in repeated if set(table.loc[line, counting]) <= {"0", "1", ""}]
    if repeated and ones == repeated:
        raise _about_persons(path, int(ones[0]), Phrase("local.sign.rows"))
    if not (columns["total"] or (columns["red"] and columns["blue"])):
        raise SourceError("local_no_count", file=path)


def _about_persons(path: Path, line: int, sign: Phrase) -> SourceError:
    return SourceError("local_persons", file=path, line=line, sign=sign)


# --- whose the counts are


def _row_code(table: pd.DataFrame, line: int, columns: Mapping[str, list[str]], path: Path, atlas: Atlas) -> str:
    """Return the code of the municipality or district of a row, by its most precise cell; the others must agree."""
    given = [
        (column, str(table.at[line, column]))
        for kind in UNIT_KINDS
        for column in columns[kind]
        if table.at[line, column]
    ]
    if not given:
        raise SourceError("local_no_unit_here", file=path, line=line)
    found = {column: _meaning(cell, line, column, path, atlas) for column, cell in given}
    (first, codes), *others = found.items()
    for column, wider in others:
        codes = [code for code in codes if any(_holds(each, code) or _holds(code, each) for each in wider)]
        if not codes:
            raise SourceError("local_disagree", file=path, line=line, column=column, other=first)
    if len(codes) > 1:
        listed = ", ".join(f"{code} {_name(code, atlas)}" for code in codes)
        raise SourceError("local_ambiguous", file=path, line=line, column=first, candidates=listed)
    return codes[0]


def _holds(outer: str, inner: str) -> bool:
    return inner.startswith(outer)


def _meaning(cell: str, line: int, column: str, path: Path, atlas: Atlas) -> list[str]:
    codes = _meanings(cell, atlas)
    if not codes:
        near = names.nearest(_bare(cell), [name for spelt in _spellings(atlas).values() for name in spelt])
        raise SourceError("local_unknown", file=path, line=line, column=column, nearest=", ".join(near) or "–")
    return codes


def _meanings(cell: str, atlas: Atlas) -> list[str]:
    """Return the codes of the municipalities and districts that a cell can mean."""
    spelt = _spellings(atlas)
    if code := codes_of.in_text(cell):
        return [code] if code in spelt else []
    codes = list(spelt)
    return [codes[k] for k in names.matching(_bare(cell), list(spelt.values()))]


def _bare(cell: str) -> str:
    return re.sub(r"\b(kommune|kommunen|bydel)\b", "", cell, flags=re.IGNORECASE).strip()


def _spellings(atlas: Atlas) -> dict[str, list[str]]:
    """Return, by code, the names of every municipality and of every district of a city."""
    units = atlas.units
    towns = units.drop_duplicates("municipality_code").set_index("municipality_code")
    spelt = {str(code): [str(row["municipality_name"]), str(row["official_name"])] for code, row in towns.iterrows()}
    return spelt | {str(code): [str(name)] for code, name in units["name"].items() if code not in spelt}


def _name(code: str, atlas: Atlas) -> str:
    return _spellings(atlas)[code][0]


def _successors(cell: str) -> tuple[str, ...]:
    return codes_of.former().get(codes_of.in_text(cell), ())


def _refuse_former_codes(table: pd.DataFrame, columns: Mapping[str, list[str]], path: Path, atlas: Atlas) -> None:
    """Refuse rows with a code from before 2024, all in one message."""
    found = []
    for column in columns["code"] + columns["name"]:
        for line in table.index:
            cell = str(table.at[line, column])
            if now := _successors(cell):
                listed = " / ".join(f"{code} {_name(code, atlas)}" for code in now)
                found.append((int(line), f"{codes_of.in_text(cell)} → {listed}"))
    if found:
        listed = "; ".join(_listed(said for _, said in found))
        raise SourceError("local_former_codes", file=path, line=found[0][0], number=len(found), codes=listed)


def _listed(words: Iterable[str]) -> list[str]:
    listed = list(words)
    return listed if len(listed) <= NAMED else [*listed[:NAMED], f"… (+{len(listed) - NAMED})"]


def _refuse_twice(
    rows: Mapping[int, str], years: Mapping[int, int], columns: Mapping[str, list[str]], path: Path
) -> None:
    """Refuse a municipality in two rows, and a city together with one of its districts."""
    column = next(each for kind in UNIT_KINDS for each in columns[kind])
    seen: dict[str, int] = {}

    def look(line: int) -> None:
        code = rows[line]
        for other, before in seen.items():
            if not (_holds(code, other) or _holds(other, code)):
                continue
            if code == other and years.get(line) != years.get(before):
                raise SourceError("local_two_years", file=path, line=line, first=before)
            raise SourceError("local_twice", file=path, line=line, column=column, first=before)
        seen[code] = line

    read_each(rows, look)


# --- how many they are


def _years(table: pd.DataFrame, columns: Mapping[str, list[str]], path: Path, atlas: Atlas) -> dict[int, int]:
    cells = [(int(line), column) for column in columns["year"] for line in table.index if table.at[line, column]]

    def year(line: int, column: str) -> int:
        cell = str(table.at[line, column])
        if not re.fullmatch(r"\d{4}", cell) or not OLDEST_YEAR <= int(cell) <= atlas.year:
            raise SourceError("local_year", file=path, line=line, column=column, low=OLDEST_YEAR, high=atlas.year)
        return int(cell)

    return dict(read_each(cells, lambda cell: (cell[0], year(*cell))))


def _counts(
    table: pd.DataFrame, rows: Mapping[int, str], columns: Mapping[str, list[str]], path: Path, atlas: Atlas
) -> dict[str, int]:
    """Return persons by the row's code, or by ``code:red`` and ``code:blue`` if every row has both lights.

    A row that says that its number is not known counts as if it did not exist.
    """
    used = {kind: columns[kind][0] for kind in COUNT_KINDS if columns[kind]}
    units = _units_of_rows(rows.values(), atlas)
    told: dict[str, dict[str, int]] = {}

    def take(line: int) -> None:
        code, found = rows[line], _told(table, line, used, path)
        if found and found["total"] > atlas.population.loc[list(units[code]), "adults"].sum():
            raise SourceError("local_too_many", file=path, line=line, column=next(iter(used.values())))
        if found:
            told[code] = found

    read_each(rows, take)
    if not told:
        raise SourceError("local_nothing_given", file=path)
    if all(found.keys() >= LIGHTS for found in told.values()):
        return {f"{code}:{light}": found[light] for code, found in told.items() for light in ("red", "blue")}
    return {code: found["total"] for code, found in told.items()}


def _told(table: pd.DataFrame, line: int, used: Mapping[str, str], path: Path) -> dict[str, int]:
    """Return the counts of a row: the total, and the lights if it has both; empty if its numbers are not known."""
    given = {kind: column for kind, column in used.items() if userfiles.is_given(table.at[line, column])}
    faults = Faults()
    blank = [column for column in used.values() if not table.at[line, column]]
    faults.add_all(blank, lambda column: SourceError("local_empty", file=path, line=line, column=column))
    with faults.noted():
        found = dict(read_each(given, lambda kind: (kind, _whole(table, line, given[kind], path))))
    faults.refuse()
    if found.keys() >= LIGHTS:
        persons = found["red"] + found["blue"]
        if found.setdefault("total", persons) != persons:
            raise SourceError("local_sum", file=path, line=line, column=used["total"])
    return found if "total" in found else {}


def _whole(table: pd.DataFrame, line: int, column: str, path: Path) -> int:
    """Return a whole number of persons; the error says what else the cell looks like."""
    cell = str(table.at[line, column])
    where = {"file": path, "line": line, "column": column}
    if re.fullmatch(r"[-−–]\s*[\d.,\s]+", cell):
        raise SourceError("local_negative", **where)
    found = userfiles.whole(cell)
    if found is not None and found < MOST_PERSONS:
        return found
    if re.fullmatch(r"[<≤].*|[*x]+|skjerm.*", cell, re.IGNORECASE):
        raise SourceError("local_hidden_already", **where)
    if cell.endswith("%") or re.fullmatch(r"0?[.,]\d+", cell):
        raise SourceError("local_percent", **where)
    raise SourceError("local_not_whole", **where)


def _units_of_rows(codes: Iterable[str], atlas: Atlas) -> dict[str, tuple[str, ...]]:
    towns = atlas.units["municipality_code"]
    return {code: (code,) if code in atlas.units.index else tuple(sorted(towns.index[towns == code])) for code in codes}


def _guarded(file: str, years: tuple[int, ...], counts: dict[str, int], ignored: int, atlas: Atlas) -> LocalCounts:
    codes = sorted({key.partition(":")[0] for key in counts})
    units = _units_of_rows(codes, atlas)
    raw = LocalCounts(
        file=file,
        years=years,
        units=units,
        shown={},
        red={},
        blue={},
        total=WITHHELD,
        ignored=ignored,
        _adults={unit: int(atlas.population.at[unit, "adults"]) for held in units.values() for unit in held},
        _told=NOTHING,
        _names={},
        _sealed=Sealed(counts),
    )
    return _shown_beside(raw, NOTHING)


def _shown_beside(raw: LocalCounts, earlier: Told) -> LocalCounts:
    """Return counts as they may be published after others."""
    counts, codes = privacy.opened(raw._sealed), sorted(raw.units)  # noqa: SLF001 - its own
    lights = [light for light in ("red", "blue") if f"{codes[0]}:{light}" in counts]
    names: dict[str, str] = {}
    for code in codes:
        row = {f"{code}:{light}": counts[f"{code}:{light}"] for light in lights}
        names |= earlier.names({**row, code: sum(row.values()) if lights else counts[code]})
    sums = {names[code]: tuple(names[f"{code}:{light}"] for light in lights) for code in codes if lights}
    totals = [tuple(names[f"{code}{kind}"] for code in codes) for kind in ("", *(f":{light}" for light in lights))]
    sums |= {name_of_sum(parts): parts for parts in totals if len(parts) > 1}
    now = earlier.further({names[key]: count for key, count in counts.items()}, sums)
    by_light = [{code: now.shown[names[f"{code}:{light}"]] for code in codes} for light in lights] or [{}, {}]
    return replace(
        raw,
        shown={code: now.shown[names[code]] for code in codes},
        red=by_light[0],
        blue=by_light[1],
        total=now.shown[name_of_sum(totals[0])],
        _told=now,
        _names=names,
    )
