"""Formulate an area and its settings as a problem: allowed pairs, prices and rules."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.planning.propose import goals
from factgeo.planning.propose.demands import demands
from factgeo.planning.propose.goals import Prices
from factgeo.planning.propose.problem import NO_LIMIT, Group, Problem
from factgeo.settings import Settings
from factgeo.travel import bases, network
from factgeo.travel.journeys import Journeys

MILLION = 1_000_000
NO_BASE, GONE = -1, -2  # a unit without a base in the previous plan; a previous base that is no candidate now

Pairs = NDArray[np.intp]


def formulate(atlas: Atlas, area: Area, settings: Settings, journeys: Journeys) -> Problem:
    """Return the rules as arrays. Unit k is ``area.units[k]``, base k is ``journeys.bases[k]``.

    Raises:
        PlanError: Demands of the planner contradict each other.
        SettingsError: A required base is also forbidden under another name, or a demand is out of range.
        UnknownNameError: A demand names an unknown unit.
    """
    units, times = atlas.units.loc[list(area.units)], journeys.by_unit
    position = {unit: k for k, unit in enumerate(area.units)}
    home = np.array([position[base.unit_code] for base in journeys.bases], dtype=np.intp)
    asked = demands(atlas, area, settings, journeys.bases)
    pairs: Pairs = np.argwhere(asked.allow(_near(units, settings, times.mean_min(), home), home))
    persons = atlas.population.loc[list(area.units), "persons"].to_numpy()
    prices = _prices(atlas, area, settings, journeys, pairs, home)
    capacity = settings.capacity
    per_team = float(capacity.per_team) if capacity.enabled else np.inf
    size = atlas.counted(settings.size.who).loc[list(area.units)].to_numpy()[pairs[:, 0]]
    stands = asked.whatever_size(pairs, home)
    kept = np.isin(pairs[:, 0], list(asked.kept))
    return Problem(
        home=home,
        pairs=pairs,
        size=np.where(stands, np.maximum(size, settings.size.minimum), size),
        minimum=settings.size.minimum,
        persons=persons,
        per_team=per_team,
        most_teams=asked.most_teams(_most_teams(persons[home], settings), persons, per_team),
        neighbours=asked.joined(_neighbours(atlas, area, settings)),
        stages=goals.stages(prices, settings),
        excess=np.where(kept, 0, _excess(prices, settings, pairs)) if settings.travel.hard else None,
        teams=(settings.teams.at_least, settings.teams.at_most or NO_LIMIT),
        served=asked.served,
        groups=(*_groups(atlas, area, settings, journeys), *asked.groups),
        together=asked.one_team,
        apart=asked.apart,
        limits=goals.limits(prices, settings),
        start=goals.start(prices, settings),
    )


def _prices(
    atlas: Atlas, area: Area, settings: Settings, journeys: Journeys, pairs: Pairs, home: NDArray[np.intp]
) -> Prices:
    times, (unit, base) = journeys.by_unit, pairs.T
    persons = atlas.population.loc[list(area.units), "persons"].to_numpy()
    dear = np.array([not bases.is_preferred(atlas, each, settings) for each in journeys.bases], dtype=bool)
    extra = np.where((home[base] == unit) & dear[base], 60 * settings.bases.preference_price, 0)
    moved = 60 * settings.moves.price * persons
    before = _previous(area, settings, journeys)
    extra += np.where((before[unit] != NO_BASE) & (before[unit] != base), moved[unit], 0)
    return Prices(
        persons=persons,
        person_seconds=times.person_seconds[base, unit],
        beyond=times.beyond[base, unit],
        extra=extra.astype(np.int64),
        left=np.where(before != NO_BASE, moved, 0),
    )


def _previous(area: Area, settings: Settings, journeys: Journeys) -> NDArray[np.intp]:
    """Return the base of each unit in the previous plan: ``NO_BASE`` without one, ``GONE`` if it is no candidate."""
    row = {(base.unit_code, base.lon, base.lat): k for k, base in enumerate(journeys.bases)}
    previous = settings.moves.previous
    return np.array([row.get(previous[unit], GONE) if unit in previous else NO_BASE for unit in area.units])


def _excess(prices: Prices, settings: Settings, pairs: Pairs) -> NDArray[np.int64]:
    """Return, for each pair, the residents beyond T minus those that the rule allows, in millionths of residents."""
    allowed = math.floor(round(MILLION * (1 - settings.travel.hard_share), 6))
    return MILLION * prices.beyond - allowed * prices.persons[pairs[:, 0]]


def _groups(atlas: Atlas, area: Area, settings: Settings, journeys: Journeys) -> tuple[Group, ...]:
    """Return the groups of required bases, and those for the number of bases in each border zone."""
    required = bases.required(atlas, journeys.bases, settings)
    groups = [Group(frozenset(journeys.row[base] for base in some), 1) for some in required]
    count = settings.teams.per_zone
    if count:
        zone = areas.zones(atlas.units.loc[list(area.units)], settings.border)
        of_zone: dict[str, set[int]] = {}
        for row, base in enumerate(journeys.bases):
            of_zone.setdefault(zone[base.unit_code], set()).add(row)
        groups += [Group(frozenset(rows), count, count) for rows in of_zone.values()]
    return tuple(groups)


def _near(
    units: pd.DataFrame, settings: Settings, mean_min: NDArray[np.float64], home: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return units x bases: True if both lie in one zone and the unit's mean time is not too far."""
    zone = areas.zones(units, settings.border).to_numpy()
    near: NDArray[np.bool_] = (settings.travel.too_far >= mean_min.T) & (zone[:, None] == zone[None, home])
    return near


def _most_teams(persons: NDArray[np.int64], settings: Settings) -> NDArray[np.int64]:
    """Return the most teams at each base: 1, or as many as the unit's own residents fill."""
    if not settings.capacity.enabled:
        return np.ones(len(persons), dtype=np.int64)
    return np.maximum(1, np.ceil(persons / settings.capacity.per_team)).astype(np.int64)


def _neighbours(atlas: Atlas, area: Area, settings: Settings) -> Mapping[int, frozenset[int]]:
    """Return, for each unit of the area, the units of the same zone that a link that counts joins to it."""
    position = {unit: k for k, unit in enumerate(area.units)}
    zone = areas.zones(atlas.units.loc[list(area.units)], settings.border).to_dict()
    return {
        position[unit]: frozenset(position[other] for other in others if zone[other] == zone[unit])
        for unit, others in network.joined(atlas.links, atlas.roads, area.units, settings).items()
    }
