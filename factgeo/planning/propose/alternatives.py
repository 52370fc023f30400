"""The next-best plans: each differs from the best and from every other by some units or a base.

One linear rule says that two plans differ enough. Each unit that is elsewhere counts 1. A base that only one of the
two uses counts as much as the rule asks for. So another base is difference enough, and between plans with the same
bases the units are counted.
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
    """The best plan of those that differ enough from all plans before it.

    Attributes:
        solution: The assignment and its proof.
        costs: By how much each stage of the problem is worse than in the best plan, in the unit of its proof. Below
            zero it is better (a stage with slack, or one after it).
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
    """Return the next-best plans, the best first; fewer if no more are possible or time runs out.

    Args:
        problem: The rules and the stages. All stages apply to each alternative.
        best: The best plan (unit -> base).
        count: The number of alternatives.
        units: How many units an alternative with the same bases must have elsewhere; at least 1.
        options: ``time_limit`` (seconds) is for all alternatives together.
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
    """Return an objective: minus the difference of an assignment from ``plan``; ``-units`` or less is enough."""
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
