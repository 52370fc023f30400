"""Why a unit is left without a team: one reason each."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.plan import Reason
from factgeo.planning.propose.problem import Neighbours, Problem, reachable, trim
from factgeo.travel.times import UnitTimes

NOBODY = np.iinfo(np.int64).max
MOST = 0.5  # a unit most of whose residents no base reaches has no road


def reasons(
    problem: Problem,
    base_of: Mapping[int, int],
    times: UnitTimes,
    counted: NDArray[np.int64],
    locked: AbstractSet[int],
) -> dict[int, Reason]:
    """The reason for each unit that ``base_of`` leaves out, in the units' order.

    ``counted`` is the size of each unit; ``locked`` are those that somebody wants without a team.
    """
    out = [unit for unit in range(problem.units) if unit not in base_of]
    possible, joined = _possible(problem), problem.neighbours or {}
    return {
        unit: "locked" if unit in locked else _reason(unit, problem, possible, times, joined, counted) for unit in out
    }


def _possible(problem: Problem) -> set[int]:
    """Units for which some whole group around an allowed base reaches the minimum."""
    return {int(unit) for unit in trim(problem).pairs[:, 0]}


def _reason(
    unit: int,
    problem: Problem,
    possible: set[int],
    times: UnitTimes,
    joined: Neighbours,
    counted: NDArray[np.int64],
) -> Reason:
    if times.unreachable[:, unit].min(initial=NOBODY) > MOST * problem.persons[unit] and len(times.unreachable):
        return "no_road"
    if unit in possible:
        return "cut_off"
    group = reachable(unit, set(range(problem.units)), joined)
    return "too_few" if counted[list(group)].sum() < problem.minimum else "too_far"
