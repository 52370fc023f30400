"""Reach of the teams of today's list, by three readings of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas import teams
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.shares import share_of
from factgeo.atlas.teams import Reading, Team
from factgeo.reach.shares import Ints, Seconds, UnitToday, residents_of, shares_within
from factgeo.settings import Settings
from factgeo.travel import changes, journeys, network
from factgeo.travel import times as travel_times
from factgeo.travel.times import UNREACHABLE

TodayReading = Literal["narrow", "wide", "any"]


@dataclass(frozen=True)
class Dependence:
    """Residents for whom one listed team is the only one within T: they lose it if it does not run or is elsewhere."""

    team: Team
    persons: int


@dataclass(frozen=True)
class Today:
    """Reach of the general teams of the list of October 2025; an estimate, because bases and areas are read from names.

    Attributes:
        atlas: The pack.
        reading: ``narrow`` and ``wide``: that reading of the names covers the unit, and the resident lives within T
            minutes of that team's base. ``any``: within T of any listed base, whatever the borders.
        placed: General teams that count and have a base.
        unplaced: General teams that touch the area and have no known base; they are counted as reaching no resident.
        covered: Residents of covered units.
        counted: Residents who are reached.
        sure: Residents reached by teams whose base is known with high confidence.
        alone: Teams that are the only one for some residents, those with most residents first.
        share_within: Share (0-1) of the area within each limit (minutes) of the nearest team that counts for them.
    """

    atlas: Atlas
    reading: TodayReading
    area: Area
    minutes: float
    population: int
    placed: tuple[Team, ...]
    unplaced: tuple[Team, ...]
    covered: int
    counted: int
    sure: int
    alone: tuple[Dependence, ...]
    share_within: Mapping[int, float]
    units: tuple[UnitToday, ...]

    @property
    def share(self) -> float:
        """Share (0-1) of the area's residents who are reached."""
        return share_of(self.counted, self.population)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Units that no listed team covers (``any``: reaches), sorted."""
        return tuple(unit.unit_code for unit in self.units if not unit.covered)


def today(atlas: Atlas, area: Area, settings: Settings, reading: TodayReading) -> Today:
    """Compute the reach of what exists or is planned, by one reading of the list."""
    then = changes.built(atlas, settings)
    own = _as_read(reading)
    general = [t for t in _general(atlas) if reading == "any" or not set(t.units(own)).isdisjoint(area.units)]
    placed = [team for team in general if team.base_unit is not None]
    mask = then.cells["unit_code"].isin(area.units).to_numpy()
    cells = then.cells[mask]
    persons, unit = cells["persons"].to_numpy(dtype=np.int64), cells["unit_code"]
    seconds = _from_teams(then, placed, np.flatnonzero(mask), settings)
    mine = np.array([_covers(team, unit, reading) for team in placed], dtype=bool).reshape(len(placed), len(cells))
    near = mine & (seconds <= 60 * settings.travel.minutes)
    reached: NDArray[np.bool_] = np.logical_or.reduce(near, axis=0)
    sure: NDArray[np.bool_] = np.logical_or.reduce(near[[team.quality == "derived" for team in placed]], axis=0)
    nearest = np.where(mine, seconds, UNREACHABLE).min(axis=0, initial=UNREACHABLE)
    covered = set(unit[reached]) if reading == "any" else {code for team in general for code in team.units(own)}
    units = _units_today(atlas, area, unit, persons, covered, reached, sure)
    population = residents_of(atlas, area.units)
    return Today(
        atlas=atlas,
        reading=reading,
        area=area,
        minutes=settings.travel.minutes,
        population=population,
        placed=tuple(placed),
        unplaced=tuple(team for team in _general(atlas) if team.base_unit is None and team.touches(area.units)),
        covered=sum(each.population for each in units if each.covered),
        counted=sum(each.counted for each in units),
        sure=sum(each.sure for each in units),
        alone=_alone(placed, near, persons),
        share_within=shares_within(nearest, persons, population),
        units=units,
    )


def _general(atlas: Atlas) -> list[Team]:
    """Return the listed teams for all adults of the target group."""
    return [team for team in teams.listed(atlas) if team.general]


def _as_read(reading: TodayReading) -> Reading:
    """Return the reading of the names; with ``any`` it does not matter."""
    return "wide" if reading == "any" else reading


def _covers(team: Team, unit: pd.Series, reading: TodayReading) -> NDArray[np.bool_]:
    """Return the cells, by their units, that the team counts for."""
    if reading == "any":
        return np.ones(len(unit), dtype=bool)
    return np.asarray(unit.isin(team.units(reading)), dtype=bool)


def _from_teams(atlas: Atlas, placed: Sequence[Team], cells: NDArray[np.intp], settings: Settings) -> Seconds:
    """Return the seconds from each team's base to each cell; teams of one unit share its base."""
    where = sorted({team.base_unit for team in placed if team.base_unit is not None})
    units = atlas.units.loc[where]
    starts = journeys.access_of(atlas, units["base_lon"].tolist(), units["base_lat"].tolist())
    roads = network.from_table(atlas.roads, settings)
    seconds = travel_times.seconds_to_cells(roads, starts, atlas.cell_access.of(cells), settings)
    return seconds[[where.index(team.base_unit) for team in placed if team.base_unit is not None]]


def _alone(placed: Sequence[Team], near: NDArray[np.bool_], persons: Ints) -> tuple[Dependence, ...]:
    single = near.sum(axis=0) == 1
    found = [Dependence(team, int(persons[own & single].sum())) for team, own in zip(placed, near, strict=True)]
    return tuple(sorted((each for each in found if each.persons), key=lambda each: (-each.persons, each.team.team_id)))


def _units_today(
    atlas: Atlas,
    area: Area,
    unit: pd.Series,
    persons: Ints,
    covered: set[str],
    near: NDArray[np.bool_],
    sure: NDArray[np.bool_],
) -> tuple[UnitToday, ...]:
    table = pd.DataFrame({"counted": persons * near, "sure": persons * sure}).groupby(unit.to_numpy()).sum()
    table = table.reindex(list(area.units), fill_value=0)
    return tuple(
        UnitToday(code, int(atlas.population.at[code, "persons"]), code in covered, int(own.counted), int(own.sure))
        for code, own in zip(area.units, table.itertuples(), strict=True)
    )


def lacking_areas(found: Today, column: str) -> list[str]:
    """Names in a column of the units table of which no unit is covered."""
    names = found.atlas.units.loc[[unit.unit_code for unit in found.units], column].astype(str)
    covered = set(names[[unit.covered for unit in found.units]])
    return sorted(set(names) - covered)
