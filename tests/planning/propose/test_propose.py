"""The solver against every possible plan, and exact contiguity against the rule that is only sufficient."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from worlds.problems import OPTIONS, every_plan, keeps_rules, problem, ruled_problems, small_problems

from factgeo.planning.propose import exact
from factgeo.planning.propose.contiguity import cuts
from factgeo.planning.propose.problem import Problem, allowed_units, pieces, trim


def price(p: Problem, plan: Mapping[int, int]) -> int:
    return p.value(p.stages[0], plan)


@settings(max_examples=250, deadline=None)
@given(ruled_problems())
def test_every_rule_and_stage_agrees_with_trying_everything(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    solution = exact.solve(p, OPTIONS)
    plans = list(every_plan(p, graph))
    if not plans:
        assert solution.base_of is None
        assert solution.stages[-1].status == "none"
        return
    best = min(tuple(p.value(stage, plan) for stage in p.stages) for plan in plans)
    assert solution.base_of is not None
    assert tuple(p.value(stage, solution.base_of) for stage in p.stages) == best
    assert [stage.value for stage in solution.stages] == pytest.approx(best)
    assert all(stage.status == "optimal" and stage.bound <= stage.value for stage in solution.stages)


@settings(max_examples=120, deadline=None)
@given(small_problems())
def test_no_plan_at_all_is_cheaper_than_the_proposed_one(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    solution = exact.solve(p, OPTIONS)
    best = min(price(p, plan) for plan in every_plan(p, graph))
    assert solution.base_of is not None
    assert price(p, solution.base_of) == best
    (stage,) = solution.stages
    assert stage.value == pytest.approx(best)
    assert stage.bound <= stage.value + 1e-6
    assert stage.status == "optimal"


def test_a_unit_may_belong_to_its_base_through_a_neighbour_that_is_further_away() -> None:
    """The rule "some next neighbour is nearer to the base" forbids this plan; it is whole all the same.

    0 - 1 - 2 in a row, base in 0: unit 2 (cost 5) is nearer to the base than unit 1 (cost 9), through which it is
    joined, so it has no neighbour that is nearer than itself.
    """
    graph = nx.path_graph(3)
    cost = np.array([[0, -1, -1], [9, -1, -1], [5, -1, -1]])
    p = problem(graph, cost, size=[1, 1, 1], minimum=3)
    assert exact.solve(p, OPTIONS).base_of == {0: 0, 1: 0, 2: 0}


def test_a_catchment_in_pieces_is_never_proposed_however_cheap() -> None:
    """Unit 1 lies between 0 and 2 and may not belong to base 0, so 2 may not either."""
    graph = nx.path_graph(3)
    cost = np.array([[0, -1, -1], [-1, 0, -1], [1, -1, -1]])
    assert exact.solve(problem(graph, cost, size=[1, 1, 1], minimum=1), OPTIONS).base_of == {0: 0, 1: 1}


def test_a_cut_names_the_units_that_separate_a_loose_piece_from_its_base() -> None:
    graph = nx.path_graph(4)
    neighbours = {unit: frozenset(graph[unit]) for unit in graph}
    found = cuts({0: {0, 3}}, {0: 0}, {0: frozenset(range(4))}, neighbours)
    assert [(cut.unit, cut.separator) for cut in found] == [(3, frozenset({2}))]


def test_a_base_that_can_never_gather_enough_is_left_out_of_the_model() -> None:
    graph = nx.path_graph(3)
    cost = np.array([[0, -1, -1], [-1, 0, 1], [-1, 1, 0]])
    trimmed = trim(problem(graph, cost, size=[1, 2, 2], minimum=4))
    assert set(allowed_units(trimmed)) == {1, 2}


def test_pieces_that_share_no_pair_are_solved_apart() -> None:
    graph = nx.path_graph(4)
    cost = np.array([[0, 1, -1, -1], [1, 0, -1, -1], [-1, -1, 0, 1], [-1, -1, 1, 0]])
    p = problem(graph, cost, size=[1] * 4, minimum=1)
    assert [piece.units.tolist() for piece in pieces(p)] == [[0, 1], [2, 3]]


def test_the_same_problem_gives_the_same_plan_to_the_last_unit() -> None:
    """A 5 x 5 grid where many plans cost the same."""
    graph = nx.grid_2d_graph(5, 5)
    spots = np.array(graph.nodes)
    cost = np.abs(spots[:, None] - spots[None, :]).sum(axis=2)
    p = problem(nx.convert_node_labels_to_integers(graph), cost, size=[1] * 25, minimum=3, per_team=6)
    assert exact.solve(p, OPTIONS).base_of == exact.solve(p, OPTIONS).base_of


def test_a_plan_cut_short_is_whole_and_says_how_far_it_may_be_from_the_best() -> None:
    rng = np.random.default_rng(3)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(9, 9))
    cost = rng.integers(1, 1000, (81, 81))
    p = problem(graph, cost, size=rng.integers(1, 9, 81).tolist(), minimum=30, per_team=45, unserved=500)
    solution = exact.solve(p, OPTIONS.model_copy(update={"time_limit": 0.3}))
    assert solution.base_of is not None
    assert solution.stages[0].status == "time_limit"
    assert solution.stages[0].bound <= price(p, solution.base_of)
    assert keeps_rules(p, graph, solution.base_of)


def test_an_interrupt_keeps_the_best_plan_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(9, 9))
    cost = rng.integers(1, 1000, (81, 81))
    p = problem(graph, cost, size=rng.integers(1, 9, 81).tolist(), minimum=30, per_team=45, unserved=500)
    pressed = iter([False] * 20 + [True])
    join = threading.Thread.join

    def ctrl_c(thread: object, timeout: float | None = None) -> None:
        join(thread, timeout)
        if next(pressed, False):
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", ctrl_c)
    solution = exact.solve(p, OPTIONS)
    assert solution.base_of is not None
    assert solution.stages[0].status == "interrupted"
    assert keeps_rules(p, graph, solution.base_of)
