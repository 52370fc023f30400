"""The ACT and FACT teams of the national list of October 2025, and what can be read from their names.

The list gives names and counties only. Bases and the units that a team covers are read from the names, so every figure
made of them is an estimate. The list also mixes teams in operation with teams that are being set up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, groupby
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import PackError, UnknownNameError
from factgeo.language import names, number, percent, text

Reading = Literal["narrow", "wide"]
READINGS: tuple[Reading, ...] = ("narrow", "wide")
TABLE = "teams_2025_10"
GENERAL = ("ACT", "FACT", "D-FACT")
FIRST_LINE = 2  # of the file, below the header
NAMED = 2  # covered units that the table on the screen names
ROUNDED_TO = -2  # hundreds of residents: more would claim too much for a name reading
KIND_WORDS = {
    "ACT": "teams.kind.act",
    "FACT": "teams.kind.fact",
    "D-FACT": "teams.kind.d_fact",
    "RUS-FACT": "teams.kind.substance_use",
    "SECURITY-FACT": "teams.kind.security",
    "ELDERLY-FACT": "teams.kind.older_adults",
    "OTHER": "teams.kind.other",
}
CONFIDENCE_WORDS = {
    "high": "teams.confidence.high",
    "medium": "teams.confidence.medium",
    "low": "teams.confidence.low",
}
OVERLAP_WORDS = {
    "same": "teams.overlap.same",
    "within": "teams.overlap.within",
    "part": "teams.overlap.part",
    "base": "teams.overlap.base",
}
ALLOWED: dict[str, Collection[str]] = {
    "kind": KIND_WORDS,
    "status": ("operating_or_planned",),
    "inference": ("name", "dps", "unknown"),
    "confidence": CONFIDENCE_WORDS,
}
COLUMNS = (
    "team_id", "county_2024", "name_as_listed", "name_normalised", "kind", "status", "base_unit", "covers",
    "inference", "confidence", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Team:
    """A listed team; only its name as listed and its county are facts.

    Attributes:
        kind: ACT, FACT, D-FACT, RUS-FACT, SECURITY-FACT, ELDERLY-FACT or OTHER.
        county: The county that it is listed under.
        status: ``operating_or_planned``: the list does not say which.
        base_unit: The unit of the probable base; None if nothing points to one.
        base_inferred: Other units are possible for the base as well.
        narrow: The units that the name itself means, sorted; empty if it means none.
        wide: The units that it would mean as the name of a DPS; it holds those of ``narrow``, and equals them if the
            name has one meaning.
        inference: How the units were read: by ``name``, by ``dps``, or ``unknown``.
        confidence: In the units: high, medium or low.
        note: The note of the list's reader.
    """

    team_id: str
    name: str
    name_as_listed: str
    kind: str
    county: str
    status: str
    base_unit: str | None
    base_inferred: bool
    narrow: tuple[str, ...]
    wide: tuple[str, ...]
    inference: str
    confidence: str
    note: str

    @property
    def general(self) -> bool:
        """Is it for all adults of the target group? Other teams come on top and cover no residents in general."""
        return self.kind in GENERAL

    @property
    def quality(self) -> str:
        """How good the base is known to be, in the words of the pack: derived or estimate."""
        return "derived" if self.confidence == "high" and not self.base_inferred else "estimate"

    def units(self, reading: Reading) -> tuple[str, ...]:
        """The units that it covers by one of the two readings."""
        return self.narrow if reading == "narrow" else self.wide

    def touches(self, units: Collection[str], reading: Reading = "wide") -> bool:
        """Does it have its base in one of these units, or cover one? A name that means none is read widely."""
        own = self.units(reading) or self.wide
        return self.base_unit in units or not set(own).isdisjoint(units)


@dataclass(frozen=True)
class Overlap:
    """Two general teams for the same people or at the same place: several teams there, or one team listed twice.

    Attributes:
        first: The first in the order of the list; if one lies within the other, the smaller.
        second: The other one.
        kind: They cover the ``same`` units; the first lies ``within`` the second; they share a ``part``; or they share
            only the ``base``.
        shared: The units that both cover, sorted.
    """

    first: Team
    second: Team
    kind: Literal["same", "within", "part", "base"]
    shared: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """The listed teams as a plan of some units sees them; each team that touches the units is in exactly one field.

    Attributes:
        bases: General teams by the unit of the area that their base is in; units sorted.
        unplaced: General teams without a known base.
        outside: General teams based elsewhere that cover some of the units.
        overlays: Teams for some of the target group only.
        left_out: Teams that the planner says do not run.
    """

    bases: Mapping[str, tuple[Team, ...]]
    unplaced: tuple[Team, ...]
    outside: tuple[Team, ...]
    overlays: tuple[Team, ...]
    left_out: tuple[Team, ...]


@dataclass(frozen=True)
class Covered:
    """The residents that general teams cover by one reading of their names; an estimate.

    Attributes:
        population: Residents of the covered units, each counted once.
        adults: Adults of the covered units, each counted once.
        share: Residents as a share (0-1) of the area.
        share_adults: Adults as a share (0-1) of the area.
        lacking: Units that no general team covers, sorted.
    """

    population: int
    adults: int
    share: float
    share_adults: float
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """One line of the table, and the units that each code may mean in each column."""

    line: int
    cells: Mapping[str, str]
    known: Mapping[str, Mapping[str, tuple[str, ...]]]

    def word(self, column: str) -> str:
        value = self.cells[column]
        if value not in ALLOWED[column]:
            raise PackError("teams_word", allowed=", ".join(ALLOWED[column]), **self._where(column, value))
        return value

    def units(self, column: str, codes: Iterable[str]) -> tuple[str, ...]:
        """All units that the codes mean, sorted."""
        units: set[str] = set()
        for code in codes:
            if code not in self.known[column]:
                raise PackError("teams_code", **self._where(column, code))
            units.update(self.known[column][code])
        return tuple(sorted(units))

    def _where(self, column: str, value: str) -> dict[str, object]:
        return {"table": f"facts/{TABLE}.csv", "line": self.line, "column": column, "value": value}


@lru_cache(maxsize=4)
def listed(atlas: Atlas) -> tuple[Team, ...]:
    """Return all teams of the list, in its order.

    Raises:
        PackError: The table lacks a column, names a team twice, or has a code or a word without a meaning.
    """
    table = atlas.facts(TABLE)
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        raise PackError("table_contract", table=TABLE, column=lacking[0], reason="-")
    twice = table.loc[table["team_id"].duplicated(), "team_id"]
    if len(twice):
        raise PackError("table_contract", table=TABLE, column="team_id", reason=twice.iloc[0])
    known = _known_codes(atlas.units)
    rows = (_Row(line, cells, known) for line, cells in enumerate(table.to_dict("records"), start=FIRST_LINE))
    return tuple(_team(row, atlas) for row in rows)


def _known_codes(units: pd.DataFrame) -> dict[str, dict[str, tuple[str, ...]]]:
    """The units that a code means: of a unit or a municipality, and in the notes of a DPS area."""

    def meaning(column: str) -> dict[str, tuple[str, ...]]:
        return {str(code): tuple(rows.index) for code, rows in units.groupby(column)}

    own = {**meaning("municipality_code"), **meaning("unit_code")}
    return {"base_unit": own, "covers": own, "note": meaning("dps_code")}


def _team(row: _Row, atlas: Atlas) -> Team:
    cells = row.cells
    narrow = row.units("covers", cells["covers"].split(";") if cells["covers"] else [])
    wider = re.search(r"\bwide=([^;\s]*)", cells["note"])
    wide = row.units("note", wider.group(1).split("+")) if wider else narrow
    base = row.units("base_unit", [cells["base_unit"]] if cells["base_unit"] else [])
    return Team(
        team_id=cells["team_id"],
        name=cells["name_normalised"],
        name_as_listed=cells["name_as_listed"],
        kind=row.word("kind"),
        county=cells["county_2024"],
        status=row.word("status"),
        base_unit=_base_unit(cells["base_unit"], base, atlas),
        base_inferred=bool(base) and (len(base) > 1 or narrow != base),
        narrow=narrow,
        wide=tuple(sorted({*narrow, *wide})),
        inference=row.word("inference"),
        confidence=row.word("confidence"),
        note=cells["note"],
    )


def _base_unit(code: str, units: Sequence[str], atlas: Atlas) -> str | None:
    """The unit meant by the code of a base; of a city in districts, the one with the city's administrative centre."""
    if len(units) <= 1:
        return units[0] if units else None
    places = atlas.places
    centre = places[(places["kind"] == "centre") & (places["municipality_code"] == code)]
    if centre.empty:
        raise PackError("table_contract", table="places", column="kind", reason=f"centre {code}")
    points = gpd.GeoSeries(gpd.points_from_xy(centre["lon"], centre["lat"]), crs=4326).to_crs(atlas.units.crs)
    return str(atlas.units.loc[list(units)].distance(points.iloc[0]).idxmin())  # 0 where the outline holds it


def find(name: str, teams: Iterable[Team]) -> Team:
    """Return the team with this id or name.

    Raises:
        UnknownNameError: There is none (the error offers the nearest), or several have the name.
    """
    pool = list(teams)
    hits = [pool[k] for k in names.matching(name, [(t.team_id, t.name, t.name_as_listed) for t in pool])]
    if len(hits) > 1:
        raise UnknownNameError("ambiguous_team", name=name, candidates=", ".join(team.team_id for team in hits))
    if not hits:
        nearest = names.nearest(name, [team.name for team in pool]) or [team.name for team in pool[:4]]
        raise UnknownNameError("unknown_team", name=name, nearest=", ".join(nearest))
    return hits[0]


def in_area(teams: Iterable[Team], area: Area) -> tuple[Team, ...]:
    """Return teams with their base in the area or that may cover some of it, by the wider reading: none is missed."""
    return tuple(team for team in teams if team.touches(area.units))


def list_teams(atlas: Atlas, area: Area) -> tuple[Team, ...]:
    """The listed teams that have their base in an area or may cover some of it, by the wider reading of their names.

    Args:
        atlas: The pack.
        area: The area.

    Returns:
        The teams in the order of the list of October 2025; only their names and counties are facts.
    """
    return in_area(listed(atlas), area)


def standing(
    atlas: Atlas, units: Collection[str], reading: Reading = "narrow", *, without: Collection[str] = ()
) -> Standing:
    """Return the listed teams as a plan of these units must see them.

    Args:
        atlas: The pack.
        units: The units of the plan.
        reading: Decides which teams without a base among the units cover some of them.
        without: Ids or names of teams that the planner says do not run.

    Raises:
        PackError: The list is damaged.
        UnknownNameError: ``without`` names no listed team.
    """
    every = listed(atlas)
    gone = {find(name, every).team_id for name in without}
    here = [team for team in every if team.touches(units, reading)]
    running = [team for team in here if team.team_id not in gone]
    general = [team for team in running if team.general]
    inside = [team for team in general if team.base_unit in units]
    bases = sorted({team.base_unit for team in inside if team.base_unit is not None})
    return Standing(
        bases={unit: tuple(team for team in inside if team.base_unit == unit) for unit in bases},
        unplaced=tuple(team for team in general if team.base_unit is None),
        outside=tuple(team for team in general if team.base_unit is not None and team.base_unit not in units),
        overlays=tuple(team for team in running if not team.general),
        left_out=tuple(team for team in here if team.team_id in gone),
    )


def coverage(teams: Iterable[Team], units: Iterable[str], reading: Reading) -> dict[str, tuple[Team, ...]]:
    """Return, for each unit, the general teams that cover it, in the teams' order; empty without a listed team."""
    general = [(team, frozenset(team.units(reading))) for team in teams if team.general]
    return {unit: tuple(team for team, own in general if unit in own) for unit in units}


def covered(teams: Iterable[Team], atlas: Atlas, area: Area, reading: Reading) -> Covered:
    """Return the residents of the area that some general team covers."""
    found = coverage(teams, area.units, reading)
    people = atlas.population.loc[list(area.units)]
    mine = people.loc[[unit for unit, own in found.items() if own]].sum()
    whole = people.sum()
    return Covered(
        population=int(mine["persons"]),
        adults=int(mine["adults"]),
        share=float(mine["persons"] / whole["persons"]) if whole["persons"] else 0.0,
        share_adults=float(mine["adults"] / whole["adults"]) if whole["adults"] else 0.0,
        lacking=tuple(sorted(unit for unit, own in found.items() if not own)),
    )


def overlaps(teams: Iterable[Team], reading: Reading = "narrow") -> tuple[Overlap, ...]:
    """Return each pair of general teams that share units or a base, in the teams' order."""
    general = [team for team in teams if team.general]
    return tuple(_overlaps(combinations(general, 2), reading))


def _overlaps(pairs: Iterable[tuple[Team, Team]], reading: Reading) -> Iterator[Overlap]:
    for first, second in pairs:
        one, other = set(first.units(reading)), set(second.units(reading))
        shared = tuple(sorted(one & other))
        if not shared:
            if first.base_unit is not None and first.base_unit == second.base_unit:
                yield Overlap(first, second, "base", ())
        elif one == other:
            yield Overlap(first, second, "same", shared)
        elif one < other:
            yield Overlap(first, second, "within", shared)
        elif other < one:
            yield Overlap(second, first, "within", shared)
        else:
            yield Overlap(first, second, "part", shared)


def points(teams: Iterable[Team], atlas: Atlas) -> gpd.GeoDataFrame:
    """The teams that have a base, as points where their unit's base is, by team_id (EPSG:4326).

    Columns name, kind, general, confidence, quality, unit_code, and ``here``: how many of them stand at this point.
    """
    placed = [team for team in teams if team.base_unit is not None]
    table = pd.DataFrame(
        [(t.name, t.kind, t.general, t.confidence, t.quality, t.base_unit) for t in placed],
        index=pd.Index([team.team_id for team in placed], name="team_id"),
        columns=["name", "kind", "general", "confidence", "quality", "unit_code"],
    )
    table["here"] = table.groupby("unit_code")["name"].transform("size").astype("int64")
    where = atlas.units.loc[table["unit_code"].tolist()]
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(where["base_lon"], where["base_lat"]), crs=4326)


def to_json(teams: Iterable[Team], atlas: Atlas) -> list[dict[str, Any]]:
    """The teams as objects for other programs; ``overlaps`` names only teams among them."""
    given = list(teams)
    pairs = overlaps(given)
    return [_object(team, pairs, atlas) for team in given]


def _object(team: Team, pairs: Iterable[Overlap], atlas: Atlas) -> dict[str, Any]:
    shown = ("team_id", "name", "name_as_listed", "kind", "county", "inference", "confidence", "note")
    return {
        **{name: getattr(team, name) for name in shown},
        "general": team.general,
        "status": "unknown",
        "status_as_listed": team.status,
        "base": _base_object(team, atlas),
        "covers": {reading: _covers_object(team.units(reading), atlas) for reading in READINGS},
        "overlaps": [
            {"team_id": (pair.second if pair.first == team else pair.first).team_id, "kind": pair.kind}
            for pair in pairs
            if team in (pair.first, pair.second)
        ],
    }


def _base_object(team: Team, atlas: Atlas) -> dict[str, Any] | None:
    if team.base_unit is None:
        return None
    unit = atlas.units.loc[team.base_unit]
    return {
        "unit_code": team.base_unit,
        "name": str(unit["base_name"]),
        "lon": float(unit["base_lon"]),
        "lat": float(unit["base_lat"]),
        "quality": team.quality,
    }


def _covers_object(units: tuple[str, ...], atlas: Atlas) -> dict[str, Any]:
    people = atlas.population.loc[list(units)].sum()
    return {
        "units": list(units),
        "population": int(people["persons"]),
        "adults": int(people["adults"]),
        "quality": "estimate",
    }


def lines(teams: Iterable[Team], atlas: Atlas, area: Area) -> list[str]:
    """The teams of an area for the screen: a table by county, who may stand twice, and what to make of it."""
    given = tuple(teams)
    if not given:
        return [text("teams.none", area=area.name), text("teams.source")]
    return [*_table(given, atlas), text("teams.legend"), "", *_overlap_lines(given), *_closing(given, atlas, area)]


def _table(teams: Sequence[Team], atlas: Atlas) -> Iterator[str]:
    """A table with a heading for each county, its columns as wide as their longest cell."""
    head = (
        text("teams.column.name"), text("teams.column.kind"), text("teams.column.base"), text("teams.column.covers"),
        text("teams.column.residents"), text("teams.column.confidence"), text("teams.column.status"),
    )  # fmt: skip
    rows = {team.team_id: _cells(team, atlas) for team in teams}
    widths = [max(map(len, column)) for column in zip(head, *rows.values(), strict=True)]

    def line(cells: Sequence[str]) -> str:
        return "  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    yield line(head)
    for county, group in groupby(teams, key=lambda team: team.county):
        yield county
        yield from (line(rows[team.team_id]) for team in group)


def _cells(team: Team, atlas: Atlas) -> tuple[str, ...]:
    base = text("teams.unknown") if team.base_unit is None else str(atlas.units.at[team.base_unit, "base_name"])
    return (
        team.name,
        text(KIND_WORDS[team.kind]),
        text("teams.presumed", base=base) if team.base_inferred else base,
        _named(team.narrow, atlas),
        _residents(team, atlas),
        text(CONFIDENCE_WORDS[team.confidence]),
        text("teams.status"),
    )


def _named(units: tuple[str, ...], atlas: Atlas) -> str:
    """The most populous places by name, a whole city by its own, and how many more there are."""
    if not units:
        return text("teams.unknown")
    sizes = atlas.units["municipality_code"].value_counts()
    sized: list[tuple[int, str]] = []
    for municipality, rows in atlas.units.loc[list(units)].groupby("municipality_code"):
        if len(rows) == sizes[municipality]:
            sized.append((_population(tuple(rows.index), atlas), str(rows["municipality_name"].iloc[0])))
        else:
            sized += [(_population((unit,), atlas), str(name)) for unit, name in rows["name"].items()]
    shown = [name for _, name in sorted(sized, reverse=True)]
    first, rest = ", ".join(shown[:NAMED]), len(shown) - NAMED
    return text("names.more", names=first, count=number(rest)) if rest > 0 else first


def _residents(team: Team, atlas: Atlas) -> str:
    """Residents of the covered units by both readings, to the nearest hundred."""
    narrow, wide = (number(round(_population(team.units(reading), atlas), ROUNDED_TO)) for reading in READINGS)
    if not team.narrow:
        return text("teams.up_to", count=wide) if team.wide else text("teams.unknown")
    return narrow if narrow == wide else f"{narrow}–{wide}"


def _population(units: tuple[str, ...], atlas: Atlas) -> int:
    return int(atlas.population.loc[list(units), "persons"].sum())


def _overlap_lines(teams: Sequence[Team]) -> list[str]:
    """Pairs that may be one team listed twice, each in a sentence."""
    pairs = overlaps(teams)
    if not pairs:
        return []
    said = [text(OVERLAP_WORDS[p.kind], first=p.first.name, second=p.second.name) for p in pairs]
    return [text("teams.overlaps", count=number(len(pairs))), *(f"  {line}" for line in said), ""]


def _closing(teams: Sequence[Team], atlas: Atlas, area: Area) -> list[str]:
    """How much of the list this is, whom it covers, and what it cannot tell."""
    general = sum(team.general for team in teams)
    unplaced = [team.name for team in teams if team.base_unit is None]
    narrow, wide = (covered(teams, atlas, area, reading) for reading in READINGS)
    counts = {"count": len(teams), "general": general, "overlays": len(teams) - general, "unplaced": len(unplaced)}
    shares = {"narrow": percent(narrow.share, 0), "wide": percent(wide.share, 0)}
    return [
        text("teams.count", area=area.name, **{name: number(value) for name, value in counts.items()}),
        *([text("teams.unplaced", names=", ".join(unplaced))] if unplaced else []),
        text("teams.covered", area=area.name, **shares),
        text("teams.lacking", narrow=number(len(narrow.lacking)), wide=number(len(wide.lacking)),
             units=number(len(area.units))),
        text("teams.source"),
    ]  # fmt: skip
