"""Residents of each unit by single year of age in other years: the pack's own years, and a projection of SSB's.

The official figures of earlier years are back-cast to the units of today, which some changes of borders do not allow:
the municipalities of ``TOGETHER`` have figures before their year only as a group. A projection is per municipality; the
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
    """Units whose figures before a year are right only when they are summed.

    Attributes:
        units: Unit codes, or the four digits of a city for all its districts.
        before: First year (1 January) from which each has its own figure.
        cause: ``halved``: an undivided municipality, half of it given to each. ``merged``: what was merged into the
            city is spread over all its districts. ``moved``: people changed municipality with a border, and the
            earlier years have them in the old one.
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
        persons: Unit code x age (0-105, the last is 105 and older); whole where published, not where projected.
        source: Who published them.
        projected: Are they a projection?
        together: Groups of units whose own figures mean nothing in this year; their sum does.
        alternative: Which of SSB's alternatives a projection is; "" where its file does not say.
        grouped: Had the projection groups of ages, divided here by today's single years?
    """

    year: int
    persons: pd.DataFrame
    source: str
    projected: bool
    together: tuple[frozenset[str], ...] = ()
    alternative: str = ""
    grouped: bool = False

    def counted(self, youngest: int, oldest: int) -> pd.Series:
        """Residents of each unit in these years of age, both included."""
        return self.persons.loc[:, youngest:oldest].sum(axis=1)

    def among(self, units: Iterable[str], youngest: int, oldest: int) -> float:
        """Residents of these units together, in these years of age."""
        return float(self.counted(youngest, oldest)[list(units)].sum())

    def divided(self, units: Iterable[str]) -> frozenset[str]:
        """Those of the units that have no figure of their own in this year."""
        return frozenset(units) & frozenset().union(*self.together)

    def quality(self, units: Iterable[str]) -> Quality:
        """``measured`` for municipalities, ``derived`` with a part of a city's districts, ``estimate`` if projected.

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
        years: Oldest first.
        persons, adults, young, old: Residents of all ages, 18+, 12-25 and 65+; None in years of which the area has
            no figure, because a border changed through it.
        causes: Why there are such years: the units that were one with others outside, and the year that has them first.
        source: Who published them.
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
    """The years of which the pack has residents, oldest first."""
    return tuple(sorted(int(year) for year in atlas.residents["year"].unique()))


def people(
    atlas: Atlas,
    units: Sequence[str],
    *,
    projection: Path | None = None,
    year: int | None = None,
    alternative: str = MAIN,
) -> People:
    """Residents of all units of the pack in a year (default: the pack's), from the pack or a projection.

    Args:
        atlas: The pack.
        units: Those that are asked for: a projection must have their municipalities, a past year may not divide
            a group of ``TOGETHER`` among them and others.
        projection: Table 14288 or 14746 as CSV.
        year: 1 January of which year; must be given with a projection.
        alternative: Which of the projection's alternatives, by its four letters.

    Raises:
        PlanError: A year that neither has, no year for a projection, or a year before a border that divides ``units``.
        SourceError: The projection is unreadable, for other borders, or without a municipality of ``units``.
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
    """Residents of an area in each of the pack's years; official figures, borders of today."""
    known = years(atlas)
    cut = tuple(group for group in TOGETHER if _divides(_members(group, atlas), area.units))
    own = atlas.residents[atlas.residents["unit_code"].isin(area.units)]

    def of(who: str) -> tuple[int | None, ...]:
        youngest, oldest = AGES[who]
        sums = own[own["age"].between(youngest, oldest)].groupby("year")["persons"].sum().reindex(known, fill_value=0)
        return tuple(None if any(y < group.before for group in cut) else int(sums[y]) for y in known)

    return History(area.name, known, of("all"), of("adults"), of("12-25"), of("65+"), cut, PUBLISHED)


def by_unit(atlas: Atlas) -> pd.DataFrame:
    """Residents, unit code x year; missing where a unit has no figure of its own (see ``TOGETHER``)."""
    table = atlas.residents.pivot_table(index="unit_code", columns="year", values="persons", aggfunc="sum")
    table = table.reindex(atlas.units.index).fillna(0).astype(float)
    for group in TOGETHER:
        table.loc[sorted(_members(group, atlas)), [y for y in table.columns if y < group.before]] = np.nan
    return table


def _members(group: Together, atlas: Atlas) -> frozenset[str]:
    """The group's units that the pack has."""
    return frozenset(atlas.units.index[atlas.units["municipality_code"].isin(group.units)])


def _divides(group: frozenset[str], units: Iterable[str]) -> bool:
    """Are some of the group among the units, and some not?"""
    return bool(group & frozenset(units)) and not group <= frozenset(units)


def _published(atlas: Atlas, units: Sequence[str], year: int) -> People:
    """One of the pack's years; the units may not cut through what was one then."""
    earlier = {_members(group, atlas): group.before for group in TOGETHER if year < group.before}
    for group, since in earlier.items():
        if _divides(group, units):
            mine = _names(group & frozenset(units), atlas)
            others = _names(group - frozenset(units), atlas)
            raise PlanError("history_divided", names=mine, others=others, year=year, since=since)
    return People(year, _by_age(atlas, year), PUBLISHED, projected=False, together=tuple(earlier))


def _names(units: Iterable[str], atlas: Atlas) -> str:
    """Their names, the first of them where there are many."""
    listed = [str(atlas.units.at[unit, "name"]) for unit in sorted(units)]
    return ", ".join(listed[:NAMED]) + (" …" if len(listed) > NAMED else "")


def _by_age(atlas: Atlas, year: int) -> pd.DataFrame:
    then = atlas.residents[atlas.residents["year"] == year]
    table = then.pivot_table(index="unit_code", columns="age", values="persons", aggfunc="sum")
    return table.reindex(index=atlas.units.index, columns=range(OLDEST_AGE + 1)).fillna(0).astype(float)


def _projected(atlas: Atlas, units: Sequence[str], found: Projection, path: Path, year: int) -> People:
    """The projection's municipalities; districts grow as their city does, each age by itself."""
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
    """Persons of each municipality in each year of age; a group is divided as its years are today."""
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
    """Persons of units from persons of municipalities; a municipality that the projection lacks has none."""
    now = _by_age(atlas, atlas.year)
    city = atlas.units["municipality_code"]
    city_now = now.groupby(city).transform("sum")
    everyone = now.sum(axis=1)
    alone = (everyone / everyone.groupby(city).transform("sum")).to_numpy()[:, None]  # where an age has nobody today
    share = np.where(city_now > 0, now / city_now.where(city_now > 0, 1), alone)
    then = municipal.reindex(index=city, columns=now.columns).fillna(0).to_numpy()
    return pd.DataFrame(then * share, index=now.index, columns=now.columns)


def projected(atlas: Atlas, path: Path, *, alternative: str = MAIN) -> Projection:
    """A file's projection, its municipalities by code or name; an old code is named with the municipalities of today.

    Raises:
        SourceError: It is unreadable, or for other borders.
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
    """Names of the municipalities by code."""
    return dict(zip(atlas.units["municipality_code"], atlas.units["municipality_name"], strict=True))


def _municipality_of(atlas: Atlas, path: Path) -> CodeOf:
    """How a cell of a projection names a municipality, a county or the country."""
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
    """Every code is one of today's, and the municipalities of the units are there."""
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
    """All years of age, of both sexes, or a sum would be too small."""
    found = table[["sex", "age", "oldest"]].drop_duplicates()
    years_of = (found["oldest"] - found["age"] + 1).groupby(found["sex"]).sum()
    asked = [BOTH_SEXES] if BOTH_SEXES in years_of.index else [1, 2]
    told = int(years_of.reindex(asked, fill_value=0).sum())
    if told < len(asked) * (OLDEST_AGE + 1):
        raise SourceError("projection_ages", file=path, found=told, expected=len(asked) * (OLDEST_AGE + 1))
