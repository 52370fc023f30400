"""From an area and settings to a proven, checked plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo import areas
from factgeo.areas import Area
from factgeo.journeys import Journeys
from factgeo.network import usable
from factgeo.pack import Atlas
from factgeo.plan import Base, Catchment, Plan, Proof, Stage, Unserved
from factgeo.propose import exact
from factgeo.propose.problem import Problem, Solution
from factgeo.propose.reasons import reasons
from factgeo.settings import Settings

SOLVER = "HiGHS"


def propose(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    journeys: Journeys,
    progress: Callable[[str], None] = lambda _: None,
) -> Plan:
    """The best plan for an area under the settings, with its proof.

    Args:
        atlas: The pack.
        area: The units to plan for.
        settings: All settings.
        journeys: Travel times from the bases of the area's units (one base per unit, in the units' order).
        progress: Called with "part/parts" as solving goes on.
    """
    problem = _problem(atlas, area, settings, journeys)
    started = time.perf_counter()
    solution = exact.solve(problem, settings.solver, progress)
    seconds = time.perf_counter() - started
    unserved = reasons(problem, solution.base_of, journeys.by_unit)
    return Plan(
        area=area,
        settings=settings,
        catchments=_catchments(area, solution.base_of, journeys.bases),
        unserved=tuple(Unserved(area.units[unit], reason) for unit, reason in unserved.items()),
        proof=_proof(solution, settings, seconds),
        pack_digest=atlas.digest,
    )


def _problem(atlas: Atlas, area: Area, settings: Settings, journeys: Journeys) -> Problem:
    """The default model: one base per unit, prices in person-seconds."""
    units = atlas.units.loc[list(area.units)]
    people = atlas.population.loc[list(area.units)]
    times = journeys.by_unit
    pairs = _pairs(units, settings, times.mean_min())
    i, j = pairs.T
    price = times.person_seconds[j, i] + 60 * settings.goal.beyond_price * times.beyond[j, i]
    persons = people["persons"].to_numpy()
    return Problem(
        size=people["adults" if settings.size.who == "adults" else "persons"].to_numpy(),
        persons=persons,
        home=np.arange(len(units)),
        pairs=pairs,
        cost=price,
        unserved_cost=60 * settings.goal.unserved_price * persons,
        minimum=settings.size.minimum,
        capacity=_capacity(persons, settings),
        neighbours=_neighbours(atlas, area, settings),
    )


def _pairs(units: pd.DataFrame, settings: Settings, mean_min: NDArray[np.float64]) -> NDArray[np.intp]:
    """(unit, base) within one zone and not too far apart."""
    zone = areas.zones(units, settings.border).to_numpy()
    near = (settings.travel.too_far >= mean_min.T) & (zone[:, None] == zone[None, :])
    pairs: NDArray[np.intp] = np.argwhere(near)
    return pairs


def _capacity(persons: NDArray[np.int64], settings: Settings) -> NDArray[np.float64]:
    """Residents that a base can serve: one team, and in a unit above one team's capacity as many as it fills."""
    if not settings.capacity.enabled:
        return np.full(len(persons), np.inf)
    return settings.capacity.per_team * np.maximum(1, np.ceil(persons / settings.capacity.per_team))


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


def _catchments(area: Area, base_of: Mapping[int, int], bases: tuple[Base, ...]) -> tuple[Catchment, ...]:
    """One catchment per used base, numbered by the unit code of the base."""
    members: dict[int, list[str]] = {}
    for unit, base in sorted(base_of.items()):
        members.setdefault(base, []).append(area.units[unit])
    digits = max(2, len(str(len(members))))
    order = sorted(members, key=lambda base: bases[base].unit_code)
    return tuple(
        Catchment(f"T{number:0{digits}d}", bases[base], tuple(sorted(members[base])))
        for number, base in enumerate(order, start=1)
    )


def _proof(solution: Solution, settings: Settings, seconds: float) -> Proof:
    """Value and bound in person-minutes; a gap within the solver's tolerance counts as proven."""
    value, bound = solution.value / 60, solution.bound / 60
    gap = (value - bound) / value if value > 0 else 0.0
    stage = Stage(settings.goal.name, value, bound, gap, solution.status, seconds)
    return Proof(SOLVER, solution.status, (stage,))
