"""An area and its settings as a problem: who may belong to whom, what it costs, and what must hold."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo import areas, bases
from factgeo.areas import Area
from factgeo.journeys import Journeys
from factgeo.network import usable
from factgeo.pack import Atlas
from factgeo.propose import goals
from factgeo.propose.goals import Prices
from factgeo.propose.problem import NO_LIMIT, Group, Problem
from factgeo.settings import Settings

MILLION = 1_000_000


def formulate(atlas: Atlas, area: Area, settings: Settings, journeys: Journeys) -> Problem:
    """The rules as arrays. Unit k is ``area.units[k]``, base k is ``journeys.bases[k]``.

    Raises:
        SettingsError: A required base is forbidden in other words.
    """
    units, times = atlas.units.loc[list(area.units)], journeys.by_unit
    position = {unit: k for k, unit in enumerate(area.units)}
    home = np.array([position[base.unit_code] for base in journeys.bases], dtype=np.intp)
    pairs = _pairs(units, settings, times.mean_min(), home)
    persons = atlas.population.loc[list(area.units), "persons"].to_numpy()
    prices = _prices(atlas, settings, journeys, pairs, persons, home)
    capacity = settings.capacity
    return Problem(
        home=home,
        pairs=pairs,
        size=atlas.counted(settings.size.who).loc[list(area.units)].to_numpy()[pairs[:, 0]],
        minimum=settings.size.minimum,
        persons=persons,
        per_team=float(capacity.per_team) if capacity.enabled else np.inf,
        most_teams=_most_teams(persons[home], settings),
        neighbours=_neighbours(atlas, area, settings),
        stages=goals.stages(prices, settings),
        excess=_excess(prices, settings, pairs) if settings.travel.hard else None,
        teams=(settings.teams.at_least, settings.teams.at_most or NO_LIMIT),
        groups=_groups(atlas, area, settings, journeys),
        limits=goals.limits(prices, settings),
        start=goals.start(prices, settings),
    )


def _prices(
    atlas: Atlas,
    settings: Settings,
    journeys: Journeys,
    pairs: NDArray[np.intp],
    persons: NDArray[np.int64],
    home: NDArray[np.intp],
) -> Prices:
    times, (unit, base) = journeys.by_unit, pairs.T
    dear = np.array([not bases.is_preferred(atlas, each, settings) for each in journeys.bases], dtype=bool)
    extra = np.where((home[base] == unit) & dear[base], 60 * settings.bases.preference_price, 0)
    return Prices(persons, times.person_seconds[base, unit], times.beyond[base, unit], extra.astype(np.int64))


def _excess(prices: Prices, settings: Settings, pairs: NDArray[np.intp]) -> NDArray[np.int64]:
    """In millionths of residents: those beyond T less those that the rule leaves room for."""
    allowed = math.floor(round(MILLION * (1 - settings.travel.hard_share), 6))
    return MILLION * prices.beyond - allowed * prices.persons[pairs[:, 0]]


def _groups(atlas: Atlas, area: Area, settings: Settings, journeys: Journeys) -> tuple[Group, ...]:
    """Required bases, and how many teams each border zone has."""
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


def _pairs(
    units: pd.DataFrame, settings: Settings, mean_min: NDArray[np.float64], home: NDArray[np.intp]
) -> NDArray[np.intp]:
    """(unit, base) within one zone and not too far apart."""
    zone = areas.zones(units, settings.border).to_numpy()
    near = (settings.travel.too_far >= mean_min.T) & (zone[:, None] == zone[None, home])
    pairs: NDArray[np.intp] = np.argwhere(near)
    return pairs


def _most_teams(persons: NDArray[np.int64], settings: Settings) -> NDArray[np.int64]:
    """One team at a base, and in a unit above one team's capacity as many as it fills."""
    if not settings.capacity.enabled:
        return np.ones(len(persons), dtype=np.int64)
    return np.maximum(1, np.ceil(persons / settings.capacity.per_team)).astype(np.int64)


def _neighbours(atlas: Atlas, area: Area, settings: Settings) -> Mapping[int, frozenset[int]]:
    """Units of the area and of one zone joined by the kinds of link that count; ferries only where they run."""
    links = atlas.links[atlas.links["kind"].isin(settings.whole.links)]
    roads = atlas.roads
    still = (roads["kind"] == "ferry") & ~usable(roads, settings)
    links = links[~links["crossing"].isin(set(roads.loc[still, "crossing"])) | (links["kind"] != "ferry")]
    position = {unit: k for k, unit in enumerate(area.units)}
    zone = areas.zones(atlas.units.loc[list(area.units)], settings.border).to_numpy()
    joined: dict[int, set[int]] = {k: set() for k in position.values()}
    for a, b in zip(links["unit_a"], links["unit_b"], strict=True):
        if a in position and b in position and zone[position[a]] == zone[position[b]]:
            joined[position[a]].add(position[b])
            joined[position[b]].add(position[a])
    return {unit: frozenset(others) for unit, others in joined.items()}
