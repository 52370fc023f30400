"""Demands on units and kept teams: the solver against every possible plan, and the rule against its plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.problems import OPTIONS, keeps_rules, problem, ruled_problems, small_problems

from factgeo.planning.propose import exact
from factgeo.planning.propose.demands import Demands
from factgeo.planning.propose.problem import NO_LIMIT, Group, Problem, pieces, trim

Plan = dict[int, int]


def every_assignment(p: Problem) -> Iterator[Plan]:
    """Each unit to any base, allowed or not, or to none."""
    for choice in product([None, *range(len(p.home))], repeat=p.units):
        yield {unit: base for unit, base in enumerate(choice) if base is not None}


def allowed_assignments(p: Problem) -> Iterator[Plan]:
    """Each unit to a base that it may have, or to none."""
    some = {unit: [None] for unit in range(p.units)}
    for unit, base in p.pairs.tolist():
        some[unit].append(base)
    for choice in product(*some.values()):
        yield {unit: base for unit, base in enumerate(choice) if base is not None}


def keeps_demands(p: Problem, graph: nx.Graph, plan: Mapping[int, int]) -> bool:
    """Every rule, said as a planner would: same team, other team, and what ``test_propose`` says of the others."""
    if any((unit, base) not in set(map(tuple, p.pairs.tolist())) for unit, base in plan.items()):
        return False
    for group in p.together:
        members = sorted(group)
        if any(plan.get(unit) != plan.get(members[0]) for unit in members):
            return False
    for a, b in p.apart:
        if a in plan and b in plan and plan[a] == plan[b]:
            return False
    return keeps_rules(p, graph, plan)


@st.composite
def demanding_problems(draw: st.DrawFn) -> tuple[Problem, nx.Graph]:
    """Problems with every rule, and with groups that stay together and pairs that do not, contradictory ones too."""
    p, graph = draw(ruled_problems())
    unit = st.integers(0, p.units - 1)
    together = draw(st.lists(st.frozensets(unit, min_size=2, max_size=3), max_size=2))
    apart = draw(st.lists(st.tuples(unit, unit).filter(lambda pair: pair[0] != pair[1]), max_size=2))
    return replace(p, together=tuple(together), apart=tuple(apart)), graph


@settings(max_examples=300, deadline=None)
@given(demanding_problems())
def test_units_together_and_apart_agree_with_trying_everything(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    solution = exact.solve(p, OPTIONS)
    plans = [plan for plan in allowed_assignments(p) if keeps_demands(p, graph, plan)]
    if not plans:
        assert solution.base_of is None
        assert solution.stages[-1].status == "none"
        return
    assert solution.base_of is not None
    assert keeps_demands(p, graph, solution.base_of)
    best = min(tuple(p.value(stage, plan) for stage in p.stages) for plan in plans)
    assert tuple(p.value(stage, solution.base_of) for stage in p.stages) == best
    assert [stage.value for stage in solution.stages] == pytest.approx(best)


@settings(max_examples=40, deadline=None)
@given(demanding_problems().filter(lambda drawn: (len(drawn[0].home) + 1) ** drawn[0].units <= 1500))
def test_what_holds_is_what_the_rules_say_in_plain_words(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    for plan in every_assignment(p):
        assert p.holds(plan) == keeps_demands(p, graph, plan), plan


@settings(max_examples=60, deadline=None)
@given(demanding_problems())
def test_a_demand_never_makes_the_best_plan_better(drawn: tuple[Problem, nx.Graph]) -> None:
    p, _ = drawn
    demanding, free = exact.solve(p, OPTIONS), exact.solve(replace(p, together=(), apart=()), OPTIONS)
    if demanding.base_of is not None:
        assert free.base_of is not None
        prices = [tuple(p.value(stage, plan) for stage in p.stages) for plan in (free.base_of, demanding.base_of)]
        assert prices[0] <= prices[1]


def test_units_that_stay_together_are_never_solved_in_two_pieces() -> None:
    """0-1 and 2-3 share no pair; 1 and 2 may only be together, so both are left out."""
    graph = nx.path_graph(4)
    cost = np.array([[0, 1, -1, -1], [1, 0, -1, -1], [-1, -1, 0, 1], [-1, -1, 1, 0]])
    p = problem(graph, cost, size=[1] * 4, minimum=1, together=(frozenset({1, 2}),))
    assert len(pieces(p)) == 1
    assert exact.solve(p, OPTIONS).base_of == {0: 0, 3: 3}


def test_a_unit_that_may_go_nowhere_leaves_out_the_one_that_must_be_with_it() -> None:
    graph = nx.path_graph(2)
    cost = np.array([[0, -1], [-1, -1]])
    p = problem(graph, cost, size=[1, 1], minimum=1, together=(frozenset({0, 1}),))
    assert exact.solve(p, OPTIONS).base_of == {}
    assert exact.solve(replace(p, served=frozenset({0})), OPTIONS).base_of is None


def test_units_apart_may_both_be_without_a_team() -> None:
    graph = nx.path_graph(2)
    p = problem(graph, np.array([[-1, -1], [-1, -1]]), size=[1, 1], minimum=1, apart=((0, 1),))
    assert exact.solve(p, OPTIONS).base_of == {}


def test_a_base_never_takes_the_unit_that_its_own_unit_must_not_be_with() -> None:
    """Together they would be cheapest by far; the base lies in unit 0."""
    graph = nx.path_graph(2)
    cost = np.array([[0, -1], [1, -1]])
    p = problem(graph, cost, size=[1, 1], minimum=1, apart=((1, 0),))
    assert exact.solve(p, OPTIONS).base_of == {0: 0}


def plain_allowed(asked: Demands, near: np.ndarray, home: np.ndarray) -> np.ndarray:
    """Which pairs are left, one pair at a time."""
    bases_of_kept = {base for _, bases in asked.keep for base in bases}

    def may(unit: int, base: int) -> bool:
        for units, bases in asked.keep:
            if unit in units:
                return base in bases
        in_kept_area = any(home[base] in units for units, _ in asked.keep)
        if in_kept_area or base in bases_of_kept or unit in asked.leave or home[base] in asked.leave:
            return False
        return bool(near[unit, base]) and all(base in bases for units, bases in asked.lock if unit in units)

    return np.array([[may(unit, base) for base in range(len(home))] for unit in range(len(near))])


@st.composite
def demands(draw: st.DrawFn) -> tuple[Problem, nx.Graph, Demands]:
    """A small problem, and kept teams, locks and units without a team that do not contradict each other."""
    p, graph = draw(small_problems())
    order = draw(st.permutations(range(p.units)))
    kept = frozenset(order[: draw(st.integers(1, 2))])
    rest = [unit for unit in order if unit not in kept]
    bases = draw(st.frozensets(st.sampled_from(sorted(kept)), min_size=1))
    left = frozenset(rest[:1]) if draw(st.booleans()) else frozenset()
    free = sorted(set(rest) - left)
    lock = ()
    if len(free) > 1 and draw(st.booleans()):
        lock = ((frozenset(free[:1]), frozenset({draw(st.sampled_from(free))})),)
    asked = Demands(keep=((kept, bases),), lock=lock, together=(), apart=(), leave=left, listed={})
    return p, graph, asked


@settings(max_examples=150, deadline=None)
@given(demands())
def test_a_kept_team_stands_whatever_its_size_and_roads_and_the_rest_is_best(
    drawn: tuple[Problem, nx.Graph, Demands],
) -> None:
    """The kept team is taken out and the rest tried in every way; size, distance and gaps do not count for it."""
    plain, graph, asked = drawn
    count, home = plain.units, plain.home
    near = np.zeros((count, count), dtype=bool)
    near[tuple(plain.pairs.T)] = True
    left = asked.allow(near, home)
    assert (left == plain_allowed(asked, near, home)).all()
    pairs = np.argwhere(left)
    cost = np.arange(count * count).reshape(count, count)[tuple(pairs.T)] * 7 % 31
    stands = asked.whatever_size(pairs, home)
    size = plain.persons[pairs[:, 0]]
    p = replace(
        plain,
        pairs=pairs,
        size=np.where(stands, np.maximum(size, plain.minimum), size),
        most_teams=asked.most_teams(plain.most_teams, plain.persons, plain.per_team),
        neighbours=asked.joined(plain.neighbours or {}),
        stages=(replace(plain.stages[0], cost=cost),),
        served=asked.served,
        groups=asked.groups,
        together=asked.one_team,
    )
    ((kept, bases),) = asked.keep
    price = {(int(u), int(b)): int(c) for (u, b), c in zip(pairs, cost, strict=True)}
    own = {base: sum(price[unit, base] for unit in kept) for base in bases}
    solution = exact.solve(p, OPTIONS)
    rest = replace(plain, pairs=pairs, size=size, stages=p.stages, served=asked.served - kept)
    plans = [plan for plan in allowed_assignments(rest) if not kept & plan.keys() and keeps_demands(rest, graph, plan)]
    if not plans:
        assert solution.base_of is None
        return
    assert solution.base_of is not None
    assert {solution.base_of[unit] for unit in kept} <= bases
    assert len({solution.base_of[unit] for unit in kept}) == 1
    not_left_out = int(rest.stages[0].unserved[sorted(kept)].sum())
    best = min(rest.value(rest.stages[0], plan) for plan in plans) - not_left_out + min(own.values())
    assert p.value(p.stages[0], solution.base_of) == best


def test_a_listed_team_stands_alone_below_the_least_size_but_its_neighbour_may_join() -> None:
    asked = Demands(keep=(), lock=(), together=(), apart=(), leave=frozenset(), listed={0: 2})
    pairs, home = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]), np.array([0, 1])
    assert asked.whatever_size(pairs, home).tolist() == [True, False, False, False]
    assert asked.groups == (Group(frozenset({0}), 1, 1),)
    assert asked.most_teams(np.array([1, 1]), np.array([5, 5]), 4.0).tolist() == [2, 1]


def test_trimming_leaves_the_rules_about_units_as_they_are() -> None:
    graph = nx.path_graph(3)
    cost = np.array([[0, -1, 1], [-1, 0, -1], [1, -1, 0]])
    p = problem(graph, cost, size=[1, 1, 1], minimum=1, together=(frozenset({0, 2}),), apart=((0, 1),))
    trimmed = trim(p)
    assert (trimmed.together, trimmed.apart) == (p.together, p.apart)
    assert exact.solve(p, OPTIONS).base_of == {1: 1}  # 0 and 2 are not joined without 1
    assert p.teams == (0, NO_LIMIT)
