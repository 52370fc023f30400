"""The solver against every possible plan, and exact wholeness against the rule that is only sufficient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factgeo import settings as factgeo_settings
from factgeo.propose import exact
from factgeo.propose.problem import Problem, allowed_units, components, trim
from factgeo.propose.wholeness import cuts

OPTIONS = factgeo_settings.load().solver


def problem(
    graph: nx.Graph,
    cost: np.ndarray,
    *,
    size: list[int],
    minimum: int,
    capacity: float = np.inf,
    unserved: int = 1000,
) -> Problem:
    """One base per unit; ``cost[unit, base]``, negative where the pair is not allowed."""
    count = len(size)
    pairs = np.argwhere(cost >= 0)
    return Problem(
        size=np.array(size),
        persons=np.array(size),
        home=np.arange(count),
        pairs=pairs,
        cost=cost[pairs[:, 0], pairs[:, 1]],
        unserved_cost=unserved * np.array(size),
        minimum=minimum,
        capacity=np.full(count, capacity),
        neighbours={unit: frozenset(graph[unit]) for unit in graph},
    )


def every_plan(p: Problem, graph: nx.Graph) -> Iterator[Mapping[int, int]]:
    """All assignments that keep every rule, found by trying everything."""
    allowed = {(int(i), int(j)) for i, j in p.pairs}
    choices = [[None, *(j for j in range(len(p.size)) if (i, j) in allowed)] for i in range(len(p.size))]
    for choice in product(*choices):
        base_of = {unit: base for unit, base in enumerate(choice) if base is not None}
        if all(keeps_rules(p, graph, base, base_of) for base in set(base_of.values())):
            yield base_of


def keeps_rules(p: Problem, graph: nx.Graph, base: int, base_of: Mapping[int, int]) -> bool:
    units = [unit for unit, its_base in base_of.items() if its_base == base]
    total = p.size[units].sum()
    return base in units and p.minimum <= total <= p.capacity[base] and nx.is_connected(graph.subgraph(units))


@st.composite
def small_problems(draw: st.DrawFn) -> tuple[Problem, nx.Graph]:
    count = draw(st.integers(2, 5))
    edges = [(a, b) for a in range(count) for b in range(a) if draw(st.booleans())]
    graph = nx.empty_graph(count)
    graph.add_edges_from(edges)
    cost = np.array(draw(st.lists(st.integers(-30, 300), min_size=count**2, max_size=count**2))).reshape(count, count)
    size = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    minimum, spare = draw(st.integers(1, 15)), draw(st.integers(0, 15))
    capacity = draw(st.sampled_from([np.inf, minimum + spare]))
    unserved = draw(st.integers(1, 60))
    return problem(graph, cost, size=size, minimum=minimum, capacity=capacity, unserved=unserved), graph


@settings(max_examples=120, deadline=None)
@given(small_problems())
def test_no_plan_at_all_is_cheaper_than_the_proposed_one(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    solution = exact.solve(p, OPTIONS)
    best = min(p.value(plan) for plan in every_plan(p, graph))
    assert p.value(solution.base_of) == best
    assert solution.value == pytest.approx(best)
    assert solution.bound <= solution.value + 1e-6
    assert solution.status == "optimal"


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
    found = cuts({0: 0, 3: 0}, {0: 0}, {0: frozenset(range(4))}, neighbours)
    assert [(cut.unit, cut.separator) for cut in found] == [(3, frozenset({2}))]


def test_a_base_that_can_never_gather_enough_is_left_out_of_the_model() -> None:
    graph = nx.path_graph(3)
    cost = np.array([[0, -1, -1], [-1, 0, 1], [-1, 1, 0]])
    trimmed = trim(problem(graph, cost, size=[1, 2, 2], minimum=4))
    assert set(allowed_units(trimmed)) == {1, 2}


def test_parts_that_share_no_pair_are_solved_apart() -> None:
    graph = nx.path_graph(4)
    cost = np.array([[0, 1, -1, -1], [1, 0, -1, -1], [-1, -1, 0, 1], [-1, -1, 1, 0]])
    p = problem(graph, cost, size=[1] * 4, minimum=1)
    assert [units.tolist() for units, _ in components(p)] == [[0, 1], [2, 3]]


def test_the_same_problem_gives_the_same_plan_to_the_last_unit() -> None:
    """A 5 x 5 grid where many plans cost the same."""
    graph = nx.grid_2d_graph(5, 5)
    spots = np.array(graph.nodes)
    cost = np.abs(spots[:, None] - spots[None, :]).sum(axis=2)
    p = problem(nx.convert_node_labels_to_integers(graph), cost, size=[1] * 25, minimum=3, capacity=6)
    assert exact.solve(p, OPTIONS).base_of == exact.solve(p, OPTIONS).base_of


def test_a_plan_cut_short_is_whole_and_says_how_far_it_may_be_from_the_best() -> None:
    rng = np.random.default_rng(3)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(9, 9))
    cost = rng.integers(1, 1000, (81, 81))
    p = problem(graph, cost, size=rng.integers(1, 9, 81).tolist(), minimum=30, capacity=45, unserved=500)
    solution = exact.solve(p, OPTIONS.model_copy(update={"time_limit": 0.3}))
    assert solution.status == "time_limit"
    assert solution.bound <= p.value(solution.base_of)
    assert all(keeps_rules(p, graph, base, solution.base_of) for base in set(solution.base_of.values()))


def test_an_interrupt_keeps_the_best_plan_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(9, 9))
    cost = rng.integers(1, 1000, (81, 81))
    p = problem(graph, cost, size=rng.integers(1, 9, 81).tolist(), minimum=30, capacity=45, unserved=500)
    pressed = iter([False] * 20 + [True])
    join = exact.threading.Thread.join

    def ctrl_c(thread: object, timeout: float | None = None) -> None:
        join(thread, timeout)
        if next(pressed, False):
            raise KeyboardInterrupt

    monkeypatch.setattr(exact.threading.Thread, "join", ctrl_c)
    solution = exact.solve(p, OPTIONS)
    assert solution.status == "interrupted"
    assert all(keeps_rules(p, graph, base, solution.base_of) for base in set(solution.base_of.values()))
