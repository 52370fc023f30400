"""The next teams beside existing ones, against every possible plan and on the shipped pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.problems import OPTIONS, curve_problems, every_plan, problems, two_squares, values

from factgeo.atlas.pack import Atlas
from factgeo.planning.propose import exact
from factgeo.planning.propose.beside import beside, one_by_one
from factgeo.planning.propose.problem import Group, Problem, pieces, trim

Values = tuple[int, ...]


def standing(p: Problem, existing: Mapping[int, int]) -> Problem:
    """Existing bases are exempt from the least size and have room for their teams, pair by pair."""
    size, most = p.size.copy(), p.most_teams.copy()
    for k, (unit, base) in enumerate(p.pairs):
        if base in existing and p.home[base] == unit:
            size[k] = max(size[k], p.minimum)
    for base, teams in existing.items():
        most[base] = max(most[base], teams)
    return replace(p, size=size, most_teams=most)


def by_bases(p: Problem, graph: nx.Graph) -> dict[frozenset[int], Values]:
    """The best values of all plans, for each set of used bases."""
    best: dict[frozenset[int], Values] = {}
    for plan in every_plan(p, graph):
        used = frozenset(plan.values())
        best[used] = min(best.get(used, values(p, plan)), values(p, plan))
    return best


def best_with(best: Mapping[frozenset[int], Values], kept: frozenset[int], more: int) -> Values | None:
    return min((v for used, v in best.items() if kept <= used and len(used - kept) == more), default=None)


def minus(a: Values, b: Values) -> Values:
    return tuple(x - y for x, y in zip(a, b, strict=True))


@st.composite
def beside_problems(draw: st.DrawFn) -> tuple[Problem, nx.Graph, dict[int, int], int]:
    p, graph = draw(curve_problems())
    some = draw(st.sets(st.integers(0, len(p.home) - 1), max_size=2))
    existing = {base: draw(st.integers(1, 3)) for base in sorted(some)}
    return p, graph, existing, draw(st.integers(1, 3))


@settings(max_examples=150, deadline=None)
@given(beside_problems())
def test_the_baseline_each_step_and_all_together_are_the_best_of_all_plans(
    drawn: tuple[Problem, nx.Graph, dict[int, int], int],
) -> None:
    p, graph, existing, count = drawn
    q, kept = standing(p, existing), frozenset(existing)
    best = by_bases(q, graph)
    found = beside(p, existing, count, OPTIONS)
    before = best_with(best, kept, 0)
    if before is None:
        assert found.baseline.base_of is None
        assert found.one_by_one == found.jointly == ()
        return
    assert found.baseline.base_of is not None
    assert values(q, found.baseline.base_of) == before
    possible = [n for n in range(count + 1) if best_with(best, kept, n) is not None]
    assert found.together.base_of is not None
    assert values(q, found.together.base_of) == best_with(best, kept, possible[-1])
    assert len(found.jointly) == possible[-1]
    for step in found.one_by_one:
        after = best_with(best, kept, 1)
        assert after is not None
        assert values(q, step.solution.base_of or {}) == after
        assert step.gains == minus(before, after)
        assert best_with(best, kept | {step.base}, 0) == after
        kept, before = kept | {step.base}, after
    assert len(found.one_by_one) == count or best_with(best, kept, 1) is None


@settings(max_examples=100, deadline=None)
@given(beside_problems())
def test_a_base_is_worth_what_is_lost_without_it_alone(
    drawn: tuple[Problem, nx.Graph, dict[int, int], int],
) -> None:
    p, graph, existing, count = drawn
    q = standing(p, existing)
    best = by_bases(q, graph)
    found = beside(p, existing, count, OPTIONS)
    used = frozenset((found.together.base_of or {}).values())
    assert {step.base for step in found.jointly} == (used - set(existing) if found.jointly else set())
    for step in found.jointly:
        without = best.get(used - {step.base})
        assert step.gains == (None if without is None else minus(without, best[used]))


def test_a_base_that_exists_stands_below_the_least_size_and_a_new_one_does_not() -> None:
    p, _ = two_squares()
    small = replace(p, minimum=12)
    found = beside(small, {0: 1}, 5, OPTIONS)
    assert 0 in set((found.baseline.base_of or {}).values())
    assert [step.base for step in found.one_by_one] == [4]
    assert [step.base for step in found.jointly] == [4]
    assert found.jointly[0].gains == found.one_by_one[0].gains


@settings(max_examples=100, deadline=None)
@given(beside_problems())
def test_one_by_one_alone_takes_the_same_steps(drawn: tuple[Problem, nx.Graph, dict[int, int], int]) -> None:
    p, _, existing, count = drawn
    steps = one_by_one(p, existing, count, OPTIONS)
    assert [(step.base, step.gains) for step in steps] == [
        (step.base, step.gains) for step in beside(p, existing, count, OPTIONS).one_by_one
    ]


def test_a_listed_team_more_makes_room_for_a_team_more() -> None:
    p, _ = two_squares()
    one, two = (beside(replace(p, per_team=8.0), {1: teams}, 1, OPTIONS).baseline for teams in (1, 2))
    assert (sum(b == 1 for b in (one.base_of or {}).values()), sum(b == 1 for b in (two.base_of or {}).values())) == (
        2,
        3,
    )


def test_bases_that_cannot_all_stand_have_no_baseline() -> None:
    p, _ = two_squares()
    found = beside(replace(p, groups=(Group(frozenset({0}), 0, 0),)), {0: 1}, 1, OPTIONS)
    assert found.baseline.base_of is None
    assert found.baseline.stages[0].status == "none"
    assert (found.one_by_one, found.jointly) == ((), ())


def each_choice(q: Problem, kept: frozenset[int], count: int) -> Iterator[Values]:
    """The values of each choice of new bases, each solved on its own."""
    others = sorted(set(range(len(q.home))) - kept)
    for new in combinations(others, count):
        must = tuple(Group(frozenset({base}), 1) for base in (*kept, *new))
        only = Group(frozenset(others) - set(new), 0, 0)
        solution = exact.solve(replace(q, groups=(*must, only)), OPTIONS)
        if solution.base_of is not None:
            yield values(q, solution.base_of)


@pytest.mark.parametrize("area", ["Finnmarkssykehuset", "Helse Førde"])
def test_the_next_two_teams_beat_every_other_pair(shipped: Atlas, area: str) -> None:
    reach, _ = problems(shipped, area, "size.minimum=8000")
    first = int(np.argmax(reach.persons[reach.home]))
    found = beside(reach, {first: 1}, 2, OPTIONS)
    q, kept = standing(reach, {first: 1}), frozenset({first})
    assert values(q, found.together.base_of or {}) == min(each_choice(q, kept, 2))
    step = found.one_by_one[0]
    assert values(q, step.solution.base_of or {}) == min(each_choice(q, kept, 1))
    after = values(q, found.one_by_one[1].solution.base_of or {})
    assert after == min(each_choice(q, kept | {step.base}, 1))
    assert found.together.stages[0].value <= after[0]


def test_the_same_question_has_the_same_answer_again(shipped: Atlas) -> None:
    reach, _ = problems(shipped, "Finnmarkssykehuset")
    assert len(pieces(trim(reach))) > 1
    first, second = (beside(reach, {3: 1}, 3, OPTIONS) for _ in range(2))
    assert [step.base for step in first.one_by_one] == [step.base for step in second.one_by_one]
    assert first.together.base_of == second.together.base_of
    assert [step.gains for step in first.jointly] == [step.gains for step in second.jointly]
