"""The second tier: ACT areas that join entire neighbouring FACT catchments.

The base of an ACT area is a base of one of its catchments. At least ``service.act_adults`` adults live within T minutes
of it. A catchment can join if at least ``act_areas.share`` of its residents live within T minutes of that base. The
areas are the best at the prices of the goal. Outside them, FACT teams serve ACT clients.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.planning.plan import ActArea, ActTier, Catchment, Stage
from factgeo.planning.propose import exact
from factgeo.planning.propose.problem import Neighbours, Objective, Problem
from factgeo.planning.propose.problem import catchments as catchments_of
from factgeo.settings import Settings
from factgeo.travel.journeys import Journeys
from factgeo.travel.times import UNREACHABLE


def act_tier(
    atlas: Atlas,
    catchments: Sequence[Catchment],
    unit_neighbours: Neighbours,
    units: tuple[str, ...],
    journeys: Journeys,
    settings: Settings,
) -> ActTier:
    """Return the best ACT areas above these catchments; ``unit_neighbours`` are positions in ``units``."""
    if not catchments:
        return ActTier((), Stage("act_areas", 0.0, 0.0, 0.0, "optimal", 0.0))
    problem = _problem(atlas, catchments, _joined(catchments, unit_neighbours, units), journeys, settings)
    solution = exact.solve(problem, settings.solver)
    members = catchments_of(solution.base_of or {})
    found = [
        ActArea(catchments[base].base, tuple(catchments[member].team_id for member in sorted(members[base])))
        for base in sorted(members, key=lambda base: catchments[base].base.unit_code)
    ]
    proof = solution.stages[0]
    gap = (proof.value - proof.bound) / proof.value if proof.value > 0 else 0.0
    return ActTier(tuple(found), Stage("act_areas", proof.value, proof.bound, gap, proof.status, proof.seconds))


def _problem(
    atlas: Atlas,
    catchments: Sequence[Catchment],
    neighbours: Neighbours,
    journeys: Journeys,
    settings: Settings,
) -> Problem:
    """Return the problem of the second tier: its units are the catchments, its bases are their bases."""
    travel, goal, count = settings.travel, settings.goal, len(catchments)
    persons, seconds, within, adults = _sums(catchments, journeys, settings)
    beyond = persons[:, None] - within
    zones = areas.zones(atlas.units, settings.border)
    zone = np.array([zones[catchment.base.unit_code] for catchment in catchments])
    near = within >= settings.act_areas.share * persons[:, None]
    near &= seconds <= 60 * travel.too_far * persons[:, None]
    pairs = np.argwhere((near & (zone[:, None] == zone[None, :])) | np.eye(count, dtype=bool))
    unit, base = pairs.T
    cost = seconds[unit, base] + 60 * goal.beyond_price * beyond[unit, base]
    return Problem(
        home=np.arange(count),
        pairs=pairs,
        size=adults[unit, base],
        minimum=settings.service.act_adults,
        persons=persons,
        per_team=np.inf,
        most_teams=np.ones(count, dtype=np.int64),
        neighbours=neighbours,
        stages=(Objective("act_areas", cost, 60 * goal.unserved_price * persons, unit=60),),
    )


def _sums(
    catchments: Sequence[Catchment], journeys: Journeys, settings: Settings
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return residents of each catchment, then person-seconds, residents and adults within T as catchments x bases."""
    number = {unit: k for k, catchment in enumerate(catchments) for unit in catchment.units}
    own = journeys.cells["unit_code"].map(number)
    mine = own.notna().to_numpy()
    group = own[mine].to_numpy(dtype=np.intp)
    persons, adults = (journeys.cells.loc[mine, name].to_numpy(dtype=np.int64) for name in ("persons", "adults"))
    away = journeys.seconds[[journeys.row[catchment.base] for catchment in catchments]][:, mine]
    counted = np.where(away == UNREACHABLE, round(60 * settings.travel.unreachable), away).astype(np.int64)
    near = away <= round(60 * settings.travel.minutes)

    def by_catchment(weights: NDArray[np.int64]) -> NDArray[np.int64]:
        sums = pd.DataFrame(weights.T).groupby(group).sum().reindex(range(len(catchments)), fill_value=0)
        return np.asarray(sums, dtype=np.int64)

    total = by_catchment(persons[None, :])[:, 0]
    return total, by_catchment(counted * persons), by_catchment(near * persons), by_catchment(near * adults)


def _joined(catchments: Sequence[Catchment], unit_neighbours: Neighbours, units: tuple[str, ...]) -> Neighbours:
    """Return, for each catchment, the catchments with a unit joined to one of its units."""
    number = {unit: k for k, catchment in enumerate(catchments) for unit in catchment.units}
    joined: dict[int, set[int]] = {k: set() for k in range(len(catchments))}
    for position, others in unit_neighbours.items():
        for other in others:
            a, b = number.get(units[position]), number.get(units[other])
            if a is not None and b is not None and a != b:
                joined[a].add(b)
    return {k: frozenset(others) for k, others in joined.items()}
