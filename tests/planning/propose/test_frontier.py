"""The trade-off curve against every possible plan, and on the shipped pack."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.problems import (
    LOAD,
    OPTIONS,
    curve_problems,
    every_plan,
    heads,
    keeps_rules,
    problems,
    small_problems,
    two_squares,
    values,
)

from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.planning.propose import exact
from factgeo.planning.propose.formulate import formulate
from factgeo.planning.propose.frontier import Point, curve, goal_problem, joined, reach_problem
from factgeo.planning.propose.problem import Group, Problem, Solution, StageProof, catchments, pieces, trim
from factgeo.planning.result import Result
from factgeo.travel import journeys


def best_by_teams(p: Problem, graph: nx.Graph) -> dict[int, tuple[int, ...]]:
    """The best values of every possible plan, for each number of teams but none."""
    best: dict[int, tuple[int, ...]] = {}
    for plan in every_plan(p, graph):
        teams = sum(p.teams_of(plan).values())
        best[teams] = min(best.get(teams, values(p, plan)), values(p, plan))
    best.pop(0, None)
    return best


@settings(max_examples=150, deadline=None)
@given(curve_problems())
def test_every_point_is_the_best_of_all_plans_with_as_many_teams(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    best = best_by_teams(p, graph)
    points = curve(p, None, OPTIONS)
    assert [point.teams for point in points] == list(range(1, max(best, default=0) + 1))
    for point in points:
        plan = point.solution.base_of
        assert (plan is None) == (point.teams not in best)
        if plan is None:
            assert point.solution.stages[-1].status == "none"
            assert point.residents_within is None
            continue
        assert keeps_rules(p, graph, plan)
        assert sum(p.teams_of(plan).values()) == point.teams
        assert values(p, plan) == best[point.teams]
        assert [(s.value, s.bound, s.status) for s in point.solution.stages] == [
            (value, value, "optimal") for value in best[point.teams]
        ]


@settings(max_examples=60, deadline=None)
@given(curve_problems())
def test_a_point_states_who_is_within_reach_who_is_served_and_their_minutes(drawn: tuple[Problem, nx.Graph]) -> None:
    p, _ = drawn
    cost = {(int(i), int(j)): (p.stages[0].cost[k], p.stages[2].cost[k]) for k, (i, j) in enumerate(p.pairs)}
    for point in curve(p, None, OPTIONS):
        plan = point.solution.base_of
        if plan is not None:
            assert point.residents_served == sum(p.persons[unit] for unit in plan)
            assert point.residents_within == sum(p.persons[pair[0]] - cost[pair][0] for pair in plan.items())
            assert point.person_minutes_served == sum(cost[pair][1] for pair in plan.items())
            assert point.bases == tuple(sorted(catchments(plan)))


@settings(max_examples=60, deadline=None)
@given(small_problems(), st.integers(0, 3))
def test_both_aims_have_the_same_numbers_of_teams_and_each_is_best_at_its_own(
    drawn: tuple[Problem, nx.Graph], far: int
) -> None:
    goal, graph = drawn
    reach = replace(goal, stages=heads(goal, np.full(len(goal.pairs), far)))
    points = curve(reach, goal, OPTIONS)
    for aim, problem in (("goal", goal), ("reach", reach)):
        mine = {point.teams: point.solution.base_of for point in points if point.aim == aim}
        assert {k: values(problem, plan) for k, plan in mine.items() if plan is not None} == best_by_teams(
            problem, graph
        )


def test_pieces_joined_give_what_the_whole_gives_as_one_piece() -> None:
    p, graph = two_squares()
    assert len(pieces(trim(p))) == 2
    points = curve(p, None, OPTIONS)
    assert [point.teams for point in points if point.solution.base_of is not None] == [1, 2, 3, 4]
    for point in points:
        whole = exact.solve(replace(p, teams=(point.teams, point.teams)), OPTIONS)
        assert [s.value for s in point.solution.stages] == [s.value for s in whole.stages]
    assert {p.teams: values_of(p) for p in points} == best_by_teams(p, graph)


def values_of(point: Point) -> tuple[float, ...]:
    return tuple(stage.value for stage in point.solution.stages)


def test_a_number_between_two_possible_ones_can_be_impossible() -> None:
    """One unit so big that its base has two teams whenever it has any."""
    p = Problem(
        home=np.array([0]), pairs=np.array([(0, 0)]), size=np.array([15]), minimum=4, persons=np.array([15]),
        per_team=10.0, most_teams=np.array([2]), neighbours=None, stages=(),
    )  # fmt: skip
    one, two = curve(replace(p, stages=heads(p, np.array([1]))), None, OPTIONS)
    assert one.solution.base_of is None
    assert one.solution.stages[0].status == "none"
    assert two.solution.base_of == {0: 0}


def test_rules_that_contradict_each_other_give_no_point() -> None:
    p, _ = two_squares()
    assert curve(replace(p, served=frozenset({0}), groups=(Group(frozenset(), 1),)), None, OPTIONS) == ()


def test_demands_on_the_number_of_teams_do_not_shorten_the_curve() -> None:
    p, _ = two_squares()
    free, bound = curve(p, None, OPTIONS), curve(replace(p, teams=(2, 2)), None, OPTIONS)
    assert [values_of(point) for point in free] == [values_of(point) for point in bound]


def solution(p: Problem, base_of: dict[int, int] | None, *stages: tuple[float, str]) -> Solution:
    proofs = (StageProof(s.name, 0.0, bound, status, 1.0) for s, (bound, status) in zip(p.stages, stages, strict=True))
    return Solution(base_of, tuple(proofs))


def test_what_is_not_proven_of_one_piece_is_not_proven_of_the_whole() -> None:
    p, _ = two_squares()
    apart = pieces(trim(p))
    full = {0: 0, 1: 0}
    a, b = apart[0].problem, apart[1].problem
    proven = {1: solution(b, {1: 1}, (6, "optimal"), (6, "optimal"), (2, "optimal"))}
    for first, second in (("time_limit", "time_limit"), ("optimal", "time_limit"), ("optimal", "optimal")):
        cut_short = {1: solution(a, full, (4, first), (3, second), (0, second))}
        stages = joined(p, apart, [cut_short, proven])[2].solution.stages
        assert [stage.status for stage in stages[:2]] == [first, second]
        if first == "time_limit":
            assert stages[0].bound == 4 + b.value(b.stages[0], {1: 1})
            assert stages[0].bound <= stages[0].value


def test_a_number_that_was_not_settled_in_time_is_not_called_impossible() -> None:
    p, _ = two_squares()
    apart = pieces(trim(p))
    open_one = {1: solution(apart[0].problem, None, *[(0, "time_limit")] * 3)}
    proven = {1: solution(apart[1].problem, {1: 1}, *[(0, "optimal")] * 3)}
    found = joined(p, apart, [open_one, proven])
    assert found[2].solution.base_of is None
    assert found[2].solution.stages[0].status == "time_limit"
    assert 1 not in found


def test_without_time_every_point_says_so() -> None:
    p, _ = two_squares()
    points = curve(p, p, OPTIONS.model_copy(update={"time_limit": 0.0}))
    assert [(point.aim, point.teams) for point in points] == [(a, k) for a in ("goal", "reach") for k in range(1, 8)]
    assert {point.solution.stages[0].status for point in points} == {"time_limit"}


@pytest.fixture(scope="module")
def forde_points(shipped: Atlas) -> tuple[Point, ...]:
    return curve(*problems(shipped, "Helse Førde"), OPTIONS)


def test_the_curve_of_helse_forde_has_the_default_plan_at_its_number_of_teams(
    forde: Result, forde_points: tuple[Point, ...]
) -> None:
    (mine,) = (p for p in forde_points if p.aim == "goal" and p.teams == len(forde.plan.catchments))
    (stage,) = mine.solution.stages
    assert stage.value == pytest.approx(forde.plan.proof.stages[0].value)
    assert stage.value == min(p.solution.stages[0].value for p in forde_points if p.aim == "goal")
    persons = forde.figures.population
    assert mine.residents_within == pytest.approx(forde.figures.share_within[60] * persons)
    assert mine.residents_served == pytest.approx(forde.figures.served * persons)


def test_every_point_of_helse_forde_is_proven_and_reach_is_never_better_than_with_that_aim(
    forde_points: tuple[Point, ...],
) -> None:
    assert all(stage.status == "optimal" for point in forde_points for stage in point.solution.stages)
    goal, reach = ([p for p in forde_points if p.aim == aim] for aim in ("goal", "reach"))
    assert [p.teams for p in goal] == [p.teams for p in reach] == [1, 2, 3, 4, 5]
    for first, best in zip(goal, reach, strict=True):
        assert (first.residents_within or 0) <= (best.residents_within or 0)
    assert max(p.residents_within or 0 for p in reach) > (reach[-1].residents_within or 0)


def test_the_pieces_of_a_county_give_what_it_gives_as_one(shipped: Atlas) -> None:
    reach, goal = problems(shipped, "Finnmark", "size.minimum=8000")
    assert len(pieces(trim(goal))) > 1
    for aim, problem in (("goal", goal), ("reach", reach)):
        for point in curve(reach, goal, OPTIONS):
            if point.aim == aim:
                whole = exact.solve(replace(problem, teams=(point.teams, point.teams)), OPTIONS)
                assert [s.value for s in point.solution.stages] == pytest.approx([s.value for s in whole.stages])


def test_at_a_given_number_the_fewest_teams_say_nothing_and_preferences_are_no_minutes(shipped: Atlas) -> None:
    chosen = areas.resolve("Helse Førde", shipped)
    rules = LOAD(assignments=["goal.name=fewest_teams", "goal.reach_floor=0.5", 'bases.preferred=["Solund"]'])
    times = journeys.compute(shipped, chosen.units, rules)
    goal, reach = goal_problem(shipped, chosen, rules, times), reach_problem(shipped, chosen, rules, times)
    assert [stage.name for stage in goal.stages] == ["balanced"]
    assert goal.limits == reach.limits == ()
    unit, base = reach.pairs.T
    assert (reach.stages[-1].cost == times.by_unit.person_seconds[base, unit]).all()
    assert (goal.stages[0].cost != formulate(shipped, chosen, LOAD(), times).stages[0].cost).any()
