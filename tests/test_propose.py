"""The solver against every possible plan, and exact wholeness against the rule that is only sufficient."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factgeo import settings as factgeo_settings
from factgeo.propose import exact
from factgeo.propose.problem import NO_LIMIT, Group, Objective, Problem, allowed_units, pieces, trim
from factgeo.propose.wholeness import cuts

OPTIONS = factgeo_settings.load().solver


def problem(
    graph: nx.Graph,
    cost: np.ndarray,
    *,
    size: list[int],
    minimum: int,
    per_team: float = np.inf,
    unserved: int = 1000,
    **rules: object,
) -> Problem:
    """One base per unit; ``cost[unit, base]``, negative where the pair is not allowed."""
    count = len(size)
    pairs = np.argwhere(cost >= 0)
    objective = Objective("balanced", cost[pairs[:, 0], pairs[:, 1]], unserved * np.array(size))
    given = {
        "home": np.arange(count),
        "pairs": pairs,
        "size": np.array(size)[pairs[:, 0]],
        "minimum": minimum,
        "persons": np.array(size),
        "per_team": per_team,
        "most_teams": np.ones(count, dtype=np.int64),
        "neighbours": {unit: frozenset(graph[unit]) for unit in graph},
        "stages": (objective,),
    }
    return Problem(**(given | rules))


def price(p: Problem, plan: Mapping[int, int]) -> int:
    return p.value(p.stages[0], plan)


def every_plan(p: Problem, graph: nx.Graph) -> Iterator[Mapping[int, int]]:
    """All assignments that keep every rule, found by trying everything."""
    allowed = {(int(i), int(j)) for i, j in p.pairs}
    choices = [[None, *(j for j in range(len(p.home)) if (i, j) in allowed)] for i in range(p.units)]
    for choice in product(*choices):
        base_of = {unit: base for unit, base in enumerate(choice) if base is not None}
        if keeps_rules(p, graph, base_of):
            yield base_of


def keeps_rules(p: Problem, graph: nx.Graph, base_of: Mapping[int, int]) -> bool:
    """Rule by rule, by other means than the solver's."""
    teams = 0
    row = {(int(i), int(j)): k for k, (i, j) in enumerate(p.pairs)}
    for base in set(base_of.values()):
        units = [unit for unit, its_base in base_of.items() if its_base == base]
        load, size = sum(int(p.persons[u]) for u in units), sum(int(p.size[row[u, base]]) for u in units)
        needed = max(1, -(-load // int(p.per_team))) if np.isfinite(p.per_team) else 1
        teams += needed
        whole = p.neighbours is None or nx.is_connected(graph.subgraph(units))
        near = p.excess is None or sum(int(p.excess[row[u, base]]) for u in units) <= 0
        if not (p.home[base] in units and size >= p.minimum and needed <= p.most_teams[base] and whole and near):
            return False
    demanded = all(g.least <= len(g.bases & set(base_of.values())) <= g.most for g in p.groups) and p.served <= set(
        base_of
    )
    return demanded and p.teams[0] <= teams <= p.teams[1]


@st.composite
def small_problems(draw: st.DrawFn) -> tuple[Problem, nx.Graph]:
    count = draw(st.integers(2, 5))
    edges = [(a, b) for a in range(count) for b in range(a) if draw(st.booleans())]
    graph = nx.empty_graph(count)
    graph.add_edges_from(edges)
    cost = np.array(draw(st.lists(st.integers(-30, 300), min_size=count**2, max_size=count**2))).reshape(count, count)
    size = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    minimum, spare = draw(st.integers(1, 15)), draw(st.integers(0, 15))
    per_team = draw(st.sampled_from([np.inf, minimum + spare]))
    unserved = draw(st.integers(1, 60))
    return problem(graph, cost, size=size, minimum=minimum, per_team=per_team, unserved=unserved), graph


@st.composite
def groups(draw: st.DrawFn, bases: int) -> Group:
    some = draw(st.sets(st.integers(0, bases - 1), min_size=1, max_size=3))
    least = draw(st.integers(0, 2))
    return Group(frozenset(some), least, draw(st.sampled_from([NO_LIMIT, least, least + 1])))


@st.composite
def ruled_problems(draw: st.DrawFn) -> tuple[Problem, nx.Graph]:
    """Small problems with several bases per unit, sizes by pair, demands, counted teams, far residents and stages."""
    plain, graph = draw(small_problems())
    count = plain.units
    home = np.array(draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=4)))
    pairs = np.array([(int(h), j) for j, h in enumerate(home)])
    others = [(i, j) for i in range(count) for j in range(len(home)) if i != home[j] and draw(st.booleans())]
    pairs = np.concatenate([pairs, np.array(others, dtype=int).reshape(-1, 2)])

    def per_pair(low: int, high: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(low, high), min_size=len(pairs), max_size=len(pairs))))

    def per_unit(low: int, high: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(low, high), min_size=count, max_size=count)))

    stages = [
        Objective("first", per_pair(0, 5), per_unit(0, 9), per_team=draw(st.sampled_from([0, 0, 1, -1]))),
        Objective("second", per_pair(0, 300), per_unit(0, 300)),
    ]
    low = draw(st.integers(0, 3))
    ruled = replace(
        plain,
        home=home,
        pairs=pairs,
        size=per_pair(0, 9),
        minimum=draw(st.integers(0, 12)),
        most_teams=np.array([draw(st.integers(1, 3)) for _ in home]),
        neighbours=draw(st.sampled_from([None, plain.neighbours])),
        stages=tuple(stages[draw(st.integers(0, 1)) :]),
        excess=per_pair(-9, 9) if draw(st.booleans()) else None,
        start=draw(st.sampled_from([None, stages[1]])),
        teams=draw(st.sampled_from([(0, NO_LIMIT), (low, low + draw(st.integers(0, 2)))])),
        served=frozenset(draw(st.sets(st.integers(0, count - 1), max_size=2))),
        groups=tuple(draw(st.lists(groups(len(home)), max_size=1))),
    )
    return ruled, graph


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
