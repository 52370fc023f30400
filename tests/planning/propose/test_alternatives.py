"""The next-best plans against every possible plan, and on the shipped pack."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.problems import OPTIONS, every_plan, problems, ruled_problems, two_squares, values

from factgeo.atlas.pack import Atlas
from factgeo.planning.propose import exact
from factgeo.planning.propose.alternatives import alternatives, difference
from factgeo.planning.propose.problem import Problem


def differ(p: Problem, a: Mapping[int, int], b: Mapping[int, int], units: int) -> bool:
    """Another set of bases, or enough units elsewhere."""
    elsewhere = sum(a.get(unit) != b.get(unit) for unit in range(p.units))
    return set(a.values()) != set(b.values()) or elsewhere >= units


@settings(max_examples=150, deadline=None)
@given(ruled_problems(), st.integers(1, 4), st.integers(1, 3))
def test_each_alternative_is_the_best_of_all_plans_that_differ_enough(
    drawn: tuple[Problem, nx.Graph], units: int, count: int
) -> None:
    p, graph = drawn
    best = exact.solve(p, OPTIONS).base_of
    if best is None:
        return
    plans = list(every_plan(p, graph))
    earlier: list[Mapping[int, int]] = [best]
    found = alternatives(p, best, count, units, OPTIONS)
    for each in found:
        plan = each.solution.base_of
        assert plan in plans
        assert all(differ(p, plan, other, units) for other in earlier)
        left = [other for other in plans if all(differ(p, other, seen, units) for seen in earlier)]
        assert values(p, plan) == min(values(p, other) for other in left)
        assert each.costs == tuple(a - b for a, b in zip(values(p, plan), values(p, best), strict=True))
        assert each.moved == tuple(unit for unit in range(p.units) if plan.get(unit) != best.get(unit))
        assert all(stage.status == "optimal" for stage in each.solution.stages)
        earlier.append(plan)
    rest = [other for other in plans if all(differ(p, other, seen, units) for seen in earlier)]
    assert len(found) == count or not rest


@settings(max_examples=150, deadline=None)
@given(ruled_problems(), st.integers(1, 4))
def test_the_linear_rule_says_of_any_two_plans_whether_they_differ(drawn: tuple[Problem, nx.Graph], units: int) -> None:
    p, graph = drawn
    plans = list(every_plan(p, graph))[:40]
    for plan in plans:
        rule = difference(p, plan, units)
        for other in plans:
            assert (p.value(rule, other) <= -units) == differ(p, plan, other, units)


def test_a_plan_that_need_not_differ_is_refused() -> None:
    p, _ = two_squares()
    with pytest.raises(ValueError, match="differ"):
        alternatives(p, {}, 1, 0, OPTIONS)


def test_without_time_there_is_no_alternative() -> None:
    p, _ = two_squares()
    assert alternatives(p, {}, 1, 1, OPTIONS.model_copy(update={"time_limit": 0.0})) == ()


@pytest.mark.parametrize("area", ["Helse Førde", "Finnmarkssykehuset"])
def test_five_alternatives_are_proven_differ_and_cost_more_and_more(shipped: Atlas, area: str) -> None:
    _, goal = problems(shipped, area)
    best = exact.solve(goal, OPTIONS).base_of
    assert best is not None
    found = alternatives(goal, best, 5, 3, OPTIONS)
    assert len(found) == 5
    plans = [best, *(each.solution.base_of or {} for each in found)]
    assert all(differ(goal, a, b, 3) for k, a in enumerate(plans) for b in plans[:k])
    assert all(goal.holds(plan) for plan in plans)
    costs = [each.costs[0] for each in found]
    assert costs == sorted(costs)
    assert costs[0] >= 0
    assert all(each.solution.stages[0].status == "optimal" for each in found)
