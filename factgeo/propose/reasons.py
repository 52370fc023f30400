"""Why a unit is left without a team: one reason each."""

from __future__ import annotations

from collections.abc import Mapping

from factgeo.plan import Reason
from factgeo.propose.problem import Problem, allowed_units, reachable
from factgeo.travel import UnitTimes

MOST = 0.5  # a unit most of whose residents no base reaches has no road


def reasons(problem: Problem, base_of: Mapping[int, int], times: UnitTimes) -> dict[int, Reason]:
    """The reason for each unit that ``base_of`` leaves out, in the units' order."""
    out = [unit for unit in range(len(problem.size)) if unit not in base_of]
    possible = _possible(problem)
    return {unit: _reason(unit, problem, possible, times) for unit in out}


def _possible(problem: Problem) -> set[int]:
    """Units for which some whole group around an allowed base reaches the minimum."""
    found: set[int] = set()
    for base, units in allowed_units(problem).items():
        whole = reachable(int(problem.home[base]), units, problem.neighbours)
        if whole and problem.size[list(whole)].sum() >= problem.minimum:
            found |= whole
    return found


def _reason(unit: int, problem: Problem, possible: set[int], times: UnitTimes) -> Reason:
    if times.unreachable[:, unit].min() > MOST * problem.persons[unit]:
        return "no_road"
    if unit in possible:
        return "cut_off"
    joined = reachable(unit, set(range(len(problem.size))), problem.neighbours)
    return "too_few" if problem.size[list(joined)].sum() < problem.minimum else "too_far"
