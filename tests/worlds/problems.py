"""Small problems of the optimiser, drawn and fixed, with every plan that they allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from factgeo import settings as factgeo_settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.planning.propose.frontier import goal_problem, reach_problem
from factgeo.planning.propose.problem import NO_LIMIT, Group, Objective, Problem
from factgeo.travel import journeys

OPTIONS = factgeo_settings.load().solver

LOAD = factgeo_settings.load


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


@st.composite
def curve_problems(draw: st.DrawFn) -> tuple[Problem, nx.Graph]:
    """Problems with every rule but demands on the number of teams; stages as those of ``reach``."""
    p, graph = draw(ruled_problems())
    far = np.array(draw(st.lists(st.integers(0, 9), min_size=len(p.pairs), max_size=len(p.pairs))))
    return replace(p, stages=heads(p, far), start=None, teams=(0, NO_LIMIT)), graph


def values(p: Problem, plan: object) -> tuple[int, ...]:
    return tuple(p.value(stage, plan) for stage in p.stages)


def two_squares() -> tuple[Problem, nx.Graph]:
    """Two rows of three units that share no pair; the middle unit of the second is big enough for two teams."""
    graph = nx.disjoint_union(nx.path_graph(3), nx.path_graph(3))
    pairs = np.array([(i, j) for i in range(6) for j in range(6) if i // 3 == j // 3])
    persons = np.array([4, 2, 4, 3, 15, 3])
    cost = np.abs(pairs[:, 0] - pairs[:, 1])
    p = Problem(
        home=np.arange(6), pairs=pairs, size=persons[pairs[:, 0]], minimum=4, persons=persons, per_team=10.0,
        most_teams=np.array([1, 1, 1, 1, 2, 1]), neighbours={u: frozenset(graph[u]) for u in graph},
        stages=(Objective("far", cost, 3 * persons),),
    )  # fmt: skip
    return replace(p, stages=heads(p, cost)), graph


def problems(atlas: Atlas, area: str, *assignments: str) -> tuple[Problem, Problem]:
    chosen, rules = areas.resolve(area, atlas), LOAD(assignments=assignments)
    times = journeys.compute(atlas, chosen.units, rules)
    return reach_problem(atlas, chosen, rules, times), goal_problem(atlas, chosen, rules, times)


@st.composite
def groups(draw: st.DrawFn, bases: int) -> Group:
    some = draw(st.sets(st.integers(0, bases - 1), min_size=1, max_size=3))
    least = draw(st.integers(0, 2))
    return Group(frozenset(some), least, draw(st.sampled_from([NO_LIMIT, least, least + 1])))


def heads(p: Problem, far: np.ndarray) -> tuple[Objective, ...]:
    """Stages in the manner of reach, served and minutes; ``far`` per pair."""
    beyond = np.minimum(far, p.persons[p.pairs[:, 0]])
    return (
        Objective("reach", beyond, p.persons),
        Objective("served", 0 * beyond, p.persons),
        Objective("minutes", 7 * far + p.pairs.sum(axis=1), 0 * p.persons),
    )
