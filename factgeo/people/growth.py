"""Residents of each unit by single year of age in other years: the pack's own years, and a projection of SSB.

The official figures of earlier years are back-cast to the units of today, which some changes of borders do not allow.
The municipalities of ``TOGETHER`` have figures before their year only as a group. A projection is per municipality; the
districts of a city get their city's growth, age by age.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import AGES, Atlas
from factgeo.errors import PlanError, SourceError
from factgeo.files import codes
from factgeo.files.codes import DISTRICT_DIGITS, MUNICIPALITY_DIGITS
from factgeo.language import names
from factgeo.sources.projections import BOTH_SEXES, MAIN, CodeOf, Projection, by_code, read_projection
from factgeo.sources.ssb import OLDEST_AGE

Quality = Literal["measured", "derived", "estimate"]
Cause = Literal["halved", "merged", "moved"]

PROJECTION = "SSB 14288/14746"
PUBLISHED = "SSB 07459, 10826"
COUNTRY = ("Hele landet", "Heile landet", "Norge", "Noreg", "The whole country")
NAMED = 5  # names in a sentence


@dataclass(frozen=True)
class Together:
    """Units whose figures before a year are right only as a sum.

    Attributes:
        units: Unit codes, or the four digits of a city for all its districts.
        before: First year (1 January) from which each unit has its own figure.
        cause: ``halved``: an undivided municipality, half of it given to each. ``merged``: a municipality that was
            merged into the city is spread over all its districts. ``moved``: people changed municipality with a border,
            and the earlier years have them in the old one.
    """

    units: tuple[str, ...]
    before: int
    cause: Cause


# Found by holding the years against SSB's 250 m grid of 1 January 2019 within the borders of today (see the tests).
TOGETHER = (
    Together(("1508", "1580"), 2024, "halved"),  # Ålesund until Haram left it
    Together(("1103",), 2020, "merged"),  # Stavanger: Finnøy and Rennesøy
    Together(("5001",), 2020, "merged"),  # Trondheim: Klæbu
    Together(("4602", "4649"), 2020, "moved"),  # Bryggja, from Vågsøy (Kinn) to Stad: about 500 people
    Together(("4005", "4020"), 2020, "moved"),  # the north of Sauherad (Midt-Telemark) to Notodden: about 400
    Together(("1806", "1875"), 2020, "moved"),  # Tysfjord, divided between Narvik and Hamarøy: about 100
    Together(("5055", "5056", "5059"), 2020, "moved"),  # Snillfjord, divided between Heim, Hitra and Orkland: about 150
    Together(("1535", "1539"), 2021, "moved"),  # Vågstranda, from Rauma to Vestnes: about 400
)


@dataclass(frozen=True, eq=False)
class People:
    """Residents on 1 January of a year.

    Attributes:
        year: The year.
        persons: Unit code x age (0-105, the last is 105 and older); whole if published, not if projected.
        source: The publisher.
        projected: Are they a projection?
        together: Groups of units whose own figures are wrong in this year, but whose sum is right.
        alternative: Which of SSB's alternatives a projection is; "" if its file does not say.
        grouped: Did the projection have groups of ages, which are divided here by today's single years?
    """

    year: int
    persons: pd.DataFrame
    source: str
    projected: bool
    together: tuple[frozenset[str], ...] = ()
    alternative: str = ""
    grouped: bool = False

    def counted(self, youngest: int, oldest: int) -> pd.Series:
        """Return the residents of each unit in these years of age, both ends included."""
        return self.persons.loc[:, youngest:oldest].sum(axis=1)

    def among(self, units: Iterable[str], youngest: int, oldest: int) -> float:
        """Return the residents of these units together, in these years of age."""
        return float(self.counted(youngest, oldest)[list(units)].sum())

    def divided(self, units: Iterable[str]) -> frozenset[str]:
        """Return those of the units that have no figure of their own in this year."""
        return frozenset(units) & frozenset().union(*self.together)

    def quality(self, units: Iterable[str]) -> Quality:
        """Return ``measured`` for municipalities, ``derived`` for parts of a city, ``estimate`` if projected.

        Residents of no stated district are spread over those of their city.
        """
        if self.projected:
            return "estimate"
        known = self.persons.index
        cities = {unit[:MUNICIPALITY_DIGITS] for unit in units if len(unit) == DISTRICT_DIGITS}
        whole = {unit for unit in known if len(unit) == DISTRICT_DIGITS and unit[:MUNICIPALITY_DIGITS] in cities}
        return "measured" if whole <= set(units) else "derived"


@dataclass(frozen=True)
class History:
    """Residents of an area on 1 January of each of the pack's years.

    Attributes:
        area: Its name.
        years: The years, oldest first.
        persons: Residents of all ages; None in years without a figure, because a border changed through the area.
        adults: Residents of 18 and over; None as above.
        young: Residents of 12-25; None as above.
        old: Residents of 65 and over; None as above.
        causes: Why such years exist: the units that were one with others outside, and the first year with their own
            figures.
        source: The publisher.
    """

    area: str
    years: tuple[int, ...]
    persons: tuple[int | None, ...]
    adults: tuple[int | None, ...]
    young: tuple[int | None, ...]
    old: tuple[int | None, ...]
    causes: tuple[Together, ...]
    source: str


def years(atlas: Atlas) -> tuple[int, ...]:
    """Return the years of which the pack has residents, oldest first."""
    return tuple(sorted(int(year) for year in atlas.residents["year"].unique()))


def people(
    atlas: Atlas,
    units: Sequence[str],
    *,
    projection: Path | None = None,
    year: int | None = None,
    alternative: str = MAIN,
) -> People:
    """Return the residents of all units of the pack in a year, from the pack or a projection.

    Args:
        atlas: The pack.
        units: The units that the answer is for. A projection must have their municipalities, and a past year must not
            divide a group of ``TOGETHER`` into some of them and others.
        projection: Table 14288 or 14746 as CSV.
        year: The year (1 January); None: the pack's. A projection needs it.
        alternative: Which of the projection's alternatives, by its four letters.

    Raises:
        PlanError: Neither has the year, a projection comes without a year, or a border divides ``units`` in that year.
        SourceError: The projection is unreadable, has other borders, or lacks a municipality of ``units``.
    """
    known = years(atlas)
    if projection is None:
        wanted = atlas.year if year is None else year
        if wanted not in known:
            raise PlanError("year_unknown", year=wanted, first=known[0], last=known[-1])
        return _published(atlas, units, wanted)
    if year is None:
        raise PlanError("projection_without_year", file=projection)
    return _projected(atlas, units, projected(atlas, projection, alternative=alternative), projection, year)


def history(atlas: Atlas, area: Area) -> History:
    """Return the residents of an area in each of the pack's years: official figures, borders of today."""
    known = years(atlas)
    cut = tuple(group for group in TOGETHER if _divides(_members(group, atlas), area.units))
    own = atlas.residents[atlas.residents["unit_code"].isin(area.units)]

    def of(who: str) -> tuple[int | None, ...]:
        youngest, oldest = AGES[who]
        sums = own[own["age"].between(youngest, oldest)].groupby("year")["persons"].sum().reindex(known, fill_value=0)
        return tuple(None if any(y < group.before for group in cut) else int(sums[y]) for y in known)

    return History(area.name, known, of("all"), of("adults"), of("12-25"), of("65+"), cut, PUBLISHED)


def by_unit(atlas: Atlas) -> pd.DataFrame:
    """Return residents, unit code x year; missing if a unit has no figure of its own (see ``TOGETHER``)."""
    table = atlas.residents.pivot_table(index="unit_code", columns="year", values="persons", aggfunc="sum")
    table = table.reindex(atlas.units.index).fillna(0).astype(float)
    for group in TOGETHER:
        table.loc[sorted(_members(group, atlas)), [y for y in table.columns if y < group.before]] = np.nan
    return table


def _members(group: Together, atlas: Atlas) -> frozenset[str]:
    """Return the group's units that the pack has."""
    return frozenset(atlas.units.index[atlas.units["municipality_code"].isin(group.units)])


def _divides(group: frozenset[str], units: Iterable[str]) -> bool:
    """Are some of the group among the units, and some not?"""
    return bool(group & frozenset(units)) and not group <= frozenset(units)


def _published(atlas: Atlas, units: Sequence[str], year: int) -> People:
    """Return one of the pack's years; the units must not divide a group that was one unit then."""
    earlier = {_members(group, atlas): group.before for group in TOGETHER if year < group.before}
    for group, since in earlier.items():
        if _divides(group, units):
            mine = _names(group & frozenset(units), atlas)
            others = _names(group - frozenset(units), atlas)
            raise PlanError("history_divided", names=mine, others=others, year=year, since=since)
    return People(year, _by_age(atlas, year), PUBLISHED, projected=False, together=tuple(earlier))


def _names(units: Iterable[str], atlas: Atlas) -> str:
    """Return the names of units; of many, only the first."""
    listed = [str(atlas.units.at[unit, "name"]) for unit in sorted(units)]
    return ", ".join(listed[:NAMED]) + (" …" if len(listed) > NAMED else "")


def _by_age(atlas: Atlas, year: int) -> pd.DataFrame:
    then = atlas.residents[atlas.residents["year"] == year]
    table = then.pivot_table(index="unit_code", columns="age", values="persons", aggfunc="sum")
    return table.reindex(index=atlas.units.index, columns=range(OLDEST_AGE + 1)).fillna(0).astype(float)


def _projected(atlas: Atlas, units: Sequence[str], found: Projection, path: Path, year: int) -> People:
    """Return the projection's municipalities; districts grow as their city does, each age by itself."""
    table = found.table
    _refuse_other_borders(table, atlas, units, path)
    if year not in found.years:
        raise PlanError("projection_year", file=path, year=year, first=found.years[0], last=found.years[-1])
    _refuse_missing_ages(table, path)
    then = _by_single_age(table[table["year"] == year], atlas)
    source = f"{PROJECTION}, {found.alternative or MAIN} ({path.name})"
    return People(year, _on_units(then, atlas), source, projected=True, alternative=found.alternative,
                  grouped=found.grouped)  # fmt: skip


def _by_single_age(then: pd.DataFrame, atlas: Atlas) -> pd.DataFrame:
    """Return persons of municipalities in each year of age; a group of ages is divided as its years are today."""
    today = _by_age(atlas, atlas.year).groupby(atlas.units["municipality_code"]).sum()
    persons = pd.DataFrame(0.0, index=sorted(set(then["region_code"])), columns=today.columns)
    for (youngest, oldest), group in then.groupby(["age", "oldest"]):
        number = group.groupby("region_code")["persons"].sum()
        now = today.loc[number.index, youngest:oldest]
        alone = 1 / now.shape[1]  # where nobody of these ages lives there today
        share = now.div(now.sum(axis=1), axis=0).fillna(alone)
        persons.loc[number.index, youngest:oldest] += share.mul(number, axis=0)
    return persons


def _on_units(municipal: pd.DataFrame, atlas: Atlas) -> pd.DataFrame:
    """Return persons of units from persons of municipalities; 0 for a municipality that the projection lacks."""
    now = _by_age(atlas, atlas.year)
    city = atlas.units["municipality_code"]
    city_now = now.groupby(city).transform("sum")
    everyone = now.sum(axis=1)
    alone = (everyone / everyone.groupby(city).transform("sum")).to_numpy()[:, None]  # where an age has nobody today
    share = np.where(city_now > 0, now / city_now.where(city_now > 0, 1), alone)
    then = municipal.reindex(index=city, columns=now.columns).fillna(0).to_numpy()
    return pd.DataFrame(then * share, index=now.index, columns=now.columns)


def projected(atlas: Atlas, path: Path, *, alternative: str = MAIN) -> Projection:
    """Read a projection, its municipalities given by code or name; errors on an old code name today's municipalities.

    Raises:
        SourceError: The file is unreadable, or has other borders.
    """
    try:
        return read_projection(path, code_of=_municipality_of(atlas, path), alternative=alternative)
    except SourceError as error:
        value = str(error.details.get("value", ""))
        today = codes.successors(value, _of_today(atlas)) if error.key == "projection_old_code" else ""
        if not today:
            raise
        line = error.details["line"]
        raise SourceError("projection_successor", file=path, line=line, value=value, today=today) from None


def _of_today(atlas: Atlas) -> dict[str, str]:
    """Return the names of the municipalities by code."""
    return dict(zip(atlas.units["municipality_code"], atlas.units["municipality_name"], strict=True))


def _municipality_of(atlas: Atlas, path: Path) -> CodeOf:
    """Return the code in a cell of a projection, which names a municipality, a county or the country."""
    towns = atlas.units.drop_duplicates("municipality_code")
    spelt = list(zip(towns["municipality_name"], towns["official_name"], strict=True))
    wider = [(name,) for name in (*COUNTRY, *towns["county_name"].unique())]

    def code_of(text: str) -> str | None:
        if (code := by_code(text)) is not None:
            return code
        found = [str(towns["municipality_code"].iloc[k]) for k in names.matching(text, spelt)]
        if len(found) > 1:
            listed = ", ".join(f"{code} {_of_today(atlas)[code]}" for code in found)
            raise SourceError("projection_ambiguous", file=path, value=text, candidates=listed)
        return found[0] if found else ("" if names.matching(text, wider) else None)

    return code_of


def _refuse_other_borders(table: pd.DataFrame, atlas: Atlas, units: Sequence[str], path: Path) -> None:
    """Refuse a projection with codes that are not of today, or without a municipality of the units."""
    of_today = _of_today(atlas)
    given = set(table["region_code"])
    strangers = sorted(given - of_today.keys())
    if strangers:
        raise SourceError("projection_borders", file=path, codes=", ".join(strangers[:NAMED]), count=len(strangers))
    wanted = set(atlas.units.loc[list(units), "municipality_code"])
    missing = [f"{code} {of_today[code]}" for code in sorted(wanted - given)]
    if missing:
        named = ", ".join(missing[:NAMED]) + (" …" if len(missing) > NAMED else "")
        raise SourceError("projection_municipalities", file=path, names=named, count=len(missing))


def _refuse_missing_ages(table: pd.DataFrame, path: Path) -> None:
    """Refuse a projection that lacks years of age of a sex: sums would be too small."""
    found = table[["sex", "age", "oldest"]].drop_duplicates()
    years_of = (found["oldest"] - found["age"] + 1).groupby(found["sex"]).sum()
    asked = [BOTH_SEXES] if BOTH_SEXES in years_of.index else [1, 2]
    told = int(years_of.reindex(asked, fill_value=0).sum())
    if told < len(asked) * (OLDEST_AGE + 1):
        raise SourceError("projection_ages", file=path, found=told, expected=len(asked) * (OLDEST_AGE + 1))
