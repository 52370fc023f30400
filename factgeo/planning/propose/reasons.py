"""Why a unit is left without a team: one reason for each unit."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.plan import Reason
from factgeo.planning.propose.problem import Neighbours, Problem, reachable, trim
from factgeo.travel.times import UnitTimes

NO_BASES = np.iinfo(np.int64).max
MOST = 0.5  # a unit has no road if no base reaches more than this share of its residents


def reasons(
    problem: Problem,
    base_of: Mapping[int, int],
    times: UnitTimes,
    counted: NDArray[np.int64],
    locked: AbstractSet[int],
) -> dict[int, Reason]:
    """Return the reason for each unit that ``base_of`` leaves out, in the order of the units.

    Args:
        problem: The rules.
        base_of: The plan (unit -> base).
        times: Travel times, bases x units.
        counted: The size of each unit.
        locked: Units that the planner wants without a team.
    """
    out = [unit for unit in range(problem.units) if unit not in base_of]
    possible, joined = _possible(problem), problem.neighbours or {}
    return {
        unit: "locked" if unit in locked else _reason(unit, problem, possible, times, joined, counted) for unit in out
    }


def _possible(problem: Problem) -> set[int]:
    """Return the units for which some contiguous group around an allowed base reaches the minimum size."""
    return {int(unit) for unit in trim(problem).pairs[:, 0]}


def _reason(
    unit: int,
    problem: Problem,
    possible: set[int],
    times: UnitTimes,
    joined: Neighbours,
    counted: NDArray[np.int64],
) -> Reason:
    if times.unreachable[:, unit].min(initial=NO_BASES) > MOST * problem.persons[unit] and len(times.unreachable):
        return "no_road"
    if unit in possible:
        return "cut_off"
    group = reachable(unit, set(range(problem.units)), joined)
    return "too_few" if counted[list(group)].sum() < problem.minimum else "too_far"
