"""The next-best plans: each differs from the best and from every other by some units or a base.

That two plans differ enough is one linear rule. Every unit that is elsewhere counts one; a base that only one of
them uses counts as many as are asked for. So a plan with another base differs enough by that alone, and among plans
with the same bases the units are counted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from factgeo.planning.propose import exact
from factgeo.planning.propose.problem import Objective, Problem, Solution
from factgeo.progress import Tell, silent
from factgeo.settings import Solver


@dataclass(frozen=True)
class Alternative:
    """A plan that is the best of those that differ enough from all before it.

    Attributes:
        solution: The assignment and its proof.
        costs: By how much each stage of the problem is worse than in the best plan, in the unit that the proof states;
            below zero where it is better (a stage with slack, or one after it).
        moved: Units that are elsewhere than in the best plan, or have a team in only one of the two.
    """

    solution: Solution
    costs: tuple[float, ...]
    moved: tuple[int, ...]


def alternatives(
    problem: Problem,
    best: Mapping[int, int],
    count: int,
    units: int,
    options: Solver,
    progress: Tell = silent,
) -> tuple[Alternative, ...]:
    """The next-best plans, the best first; fewer where no more are possible or time runs out.

    Args:
        problem: The rules and what is best. All its stages apply to each alternative.
        best: The best plan (unit -> base).
        count: Alternatives wanted.
        units: How many units an alternative must have elsewhere, if it has the same bases; one at least.
        options: ``time_limit`` is for all together.
        progress: Called with "number/count" as solving goes on.

    Raises:
        ValueError: ``units`` is below one.
    """
    if units < 1:
        raise ValueError("a plan that need not differ is no alternative")
    deadline = time.monotonic() + options.time_limit
    found: list[Alternative] = []
    while len(found) < count and (left := deadline - time.monotonic()) > 0:
        progress(f"{len(found) + 1}/{count}")
        earlier = [best, *(each.solution.base_of or {} for each in found)]
        limits = tuple((difference(problem, plan, units), -units) for plan in earlier)
        solution = exact.solve(
            replace(problem, limits=(*problem.limits, *limits)), options.model_copy(update={"time_limit": left})
        )
        if solution.base_of is None:
            break
        found.append(_alternative(problem, best, solution))
    return tuple(found)


def difference(problem: Problem, plan: Mapping[int, int], units: int) -> Objective:
    """How far an assignment is from a plan, negative: at most ``-units`` where enough is different."""
    used, (unit, base) = set(plan.values()), problem.pairs.T
    homes = {int(problem.home[each]) for each in used}
    weight = np.array([units if each in homes else 1 for each in range(problem.units)], dtype=np.int64)
    before = np.array([plan.get(each, -1) for each in range(problem.units)], dtype=np.int64)
    new_base = (problem.home[base] == unit) & ~np.isin(base, sorted(used))
    elsewhere = np.where(before[unit] == base, 0, np.where(new_base, units, weight[unit]))
    return Objective("difference", -elsewhere, np.where(before >= 0, -weight, 0))


def _alternative(problem: Problem, best: Mapping[int, int], solution: Solution) -> Alternative:
    plan = solution.base_of or {}
    costs = tuple((problem.value(s, plan) - problem.value(s, best)) / s.unit for s in problem.stages)
    moved = tuple(unit for unit in range(problem.units) if plan.get(unit) != best.get(unit))
    return Alternative(solution, costs, moved)
