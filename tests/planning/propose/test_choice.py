"""All catchments against trying every set, and the choice among them against the search among pairs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.problems import OPTIONS, every_plan, problems, ruled_problems, two_squares

from factgeo.atlas.pack import Atlas
from factgeo.planning.propose import exact
from factgeo.planning.propose.catalogue import Catalogue, catalogue
from factgeo.planning.propose.choice import Choice
from factgeo.planning.propose.problem import Problem, Solution, pieces, trim

MANY = 100_000


@st.composite
def bounded_problems(draw: st.DrawFn) -> tuple[Problem, nx.Graph]:
    """Small problems with a capacity and contiguity, and at times with units together, apart, slack and limits."""
    p, graph = draw(ruled_problems())
    units = list(range(p.units))
    some = [frozenset(draw(st.permutations(units))[:2])] if draw(st.booleans()) else []
    apart = [tuple(draw(st.permutations(units))[:2])] if draw(st.booleans()) else []
    slack = draw(st.sampled_from([0.0, 0.0, 0.2]))
    limit = [(p.stages[-1], draw(st.integers(0, 600)))] if draw(st.booleans()) else []
    joined = {unit: frozenset(graph[unit]) for unit in graph}
    stages = tuple(replace(stage, slack=slack) for stage in p.stages)
    room = draw(st.integers(1, 20))
    return replace(
        p, per_team=float(room), neighbours=joined, together=tuple(some), apart=tuple(apart), limits=tuple(limit),
        stages=stages,
    ), graph  # fmt: skip


def listed(every: Catalogue) -> set[tuple[int, frozenset[int], int]]:
    """Base, units and teams of each catchment."""
    members = every.members.toarray()
    rows = [
        (int(every.base[k]), frozenset(np.flatnonzero(row).tolist()), int(every.teams[k]))
        for k, row in enumerate(members)
    ]
    assert len(rows) == len(set(rows))
    return set(rows)


def tried(p: Problem, graph: nx.Graph) -> set[tuple[int, frozenset[int], int]]:
    """Every set of units at every base, rule by rule."""
    row = {(int(i), int(j)): k for k, (i, j) in enumerate(p.pairs)}
    found = set()
    for base in range(len(p.home)):
        for count in range(1, p.units + 1):
            for units in combinations(range(p.units), count):
                pairs = [row.get((unit, base)) for unit in units]
                if p.home[base] not in units or None in pairs or not nx.is_connected(graph.subgraph(units)):
                    continue
                teams = max(1, -(-int(p.persons[list(units)].sum()) // int(p.per_team)))
                near = p.excess is None or p.excess[pairs].sum() <= 0
                whole = all(len(group & set(units)) in (0, len(group)) for group in p.together)
                alone = not any(a in units and b in units for a, b in p.apart)
                big = p.size[pairs].sum() >= p.minimum
                if teams <= p.most_teams[base] and near and whole and alone and big:
                    found.add((base, frozenset(units), teams))
    return found


@settings(max_examples=200, deadline=None)
@given(bounded_problems())
def test_the_catalogue_has_every_catchment_that_keeps_the_rules_and_each_once(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    every = catalogue(p, MANY)
    assert every is not None
    assert listed(every) == tried(p, graph)


@settings(max_examples=100, deadline=None)
@given(bounded_problems())
def test_what_catchments_gain_adds_up_to_the_price_of_the_plan(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    every = catalogue(p, MANY)
    assert every is not None
    place = {(base, units): k for k, (base, units) in enumerate(_keys(every))}
    free = replace(p, limits=(), together=(), apart=())
    for plan in list(every_plan(free, graph))[:30]:
        if not p.holds(plan):
            continue
        members: dict[int, set[int]] = {}
        for unit, base in plan.items():
            members.setdefault(base, set()).add(unit)
        rows = [place[base, frozenset(units)] for base, units in members.items()]
        for stage in p.stages:
            assert stage.unserved.sum() + every.gains(stage)[rows].sum() == p.value(stage, plan)


def _keys(every: Catalogue) -> list[tuple[int, frozenset[int]]]:
    members = every.members.toarray()
    return [(int(every.base[k]), frozenset(np.flatnonzero(row).tolist())) for k, row in enumerate(members)]


def chosen(p: Problem) -> Solution:
    every = catalogue(p, MANY)
    assert every is not None
    return Choice(p, every, OPTIONS).solve(time.monotonic() + 60)


def staged(p: Problem, plans: list[Mapping[int, int]]) -> list[int]:
    """The best value of each stage among all plans, the slack of those before in mind."""
    best = []
    for stage in p.stages:
        best.append(min(p.value(stage, plan) for plan in plans))
        room = best[-1] + int(np.floor(stage.slack * p.persons.sum()))
        plans = [plan for plan in plans if p.value(stage, plan) <= room]
    return best


@settings(max_examples=250, deadline=None)
@given(bounded_problems())
def test_the_choice_is_the_best_of_all_plans_at_every_stage(drawn: tuple[Problem, nx.Graph]) -> None:
    p, graph = drawn
    free = replace(p, limits=(), together=(), apart=())
    plans = [plan for plan in every_plan(free, graph) if p.holds(plan)]
    solution = chosen(p)
    assert (solution.base_of is None) == (not plans)
    if solution.base_of is None:
        assert solution.stages[-1].status == "none"
        return
    assert p.holds(solution.base_of)
    assert solution.stages[0].value == staged(p, plans)[0]
    if not any(stage.slack for stage in p.stages):
        assert [stage.value for stage in solution.stages] == staged(p, plans)
    assert all(stage.status == "optimal" and stage.bound <= stage.value for stage in solution.stages)


def test_more_catchments_than_asked_for_or_no_capacity_give_no_catalogue() -> None:
    p, _ = two_squares()
    every = catalogue(p, MANY)
    assert every is not None
    assert catalogue(p, len(every.base) - 1) is None
    assert catalogue(replace(p, per_team=np.inf), MANY) is None
    assert catalogue(replace(p, neighbours=None), MANY) is None


@pytest.mark.parametrize("area", ["Helse Førde", "Finnmarkssykehuset", "Helse Bergen"])
def test_a_trust_has_the_same_values_by_catchments_as_by_pairs(
    shipped: Atlas, monkeypatch: pytest.MonkeyPatch, area: str
) -> None:
    reach, goal = problems(shipped, area)
    assert all(catalogue(piece.problem, MANY) is not None for piece in pieces(trim(goal)))
    by_catchments = [exact.solve(p, OPTIONS) for p in (reach, goal)]
    monkeypatch.setattr(exact, "MOST_CATCHMENTS", 0)
    by_pairs = [exact.solve(p, OPTIONS) for p in (reach, goal)]
    for one, other in zip(by_catchments, by_pairs, strict=True):
        assert [s.value for s in one.stages] == pytest.approx([s.value for s in other.stages], rel=1e-6)
        assert {s.status for s in (*one.stages, *other.stages)} == {"optimal"}
