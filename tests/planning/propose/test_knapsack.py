"""Knapsack cuts keep every plan that the size rules allow, and cut off the relaxed solution they were made for."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from factgeo.planning.propose.knapsack import Knapsack, KnapsackCut, capacity_cut, minimum_cuts

SHARES = st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.9, 1.0]) | st.floats(0, 1)


@st.composite
def relaxed(draw: st.DrawFn) -> tuple[Knapsack, np.ndarray]:
    """A knapsack whose columns lie anywhere in the model, and a relaxed solution where nobody is taken beyond y."""
    count = draw(st.integers(1, 6))
    spots = draw(st.permutations(range(count + 2)))
    weights = draw(st.lists(st.integers(0, 12), min_size=count, max_size=count))
    limit = draw(st.integers(0, sum(weights) + 3))
    x = np.array(draw(st.lists(st.floats(0, 1), min_size=count + 2, max_size=count + 2)))
    used = draw(SHARES)
    x[spots[0]] = used
    for spot in spots[1 : count + 1]:
        x[spot] = used * draw(SHARES)
    return Knapsack(np.array(spots[1 : count + 1]), np.array(weights), spots[0], limit), x


def left(cut: KnapsackCut, x: np.ndarray) -> float:
    """The left-hand side of the cut; the cut holds where it is not below zero."""
    return float(cut.coefficients @ x[cut.columns]) - cut.times * float(x[cut.used])


def whole_points(knapsack: Knapsack, size: int) -> list[tuple[np.ndarray, int]]:
    """Every 0/1 solution with the base used, what it gathers, and the one with the base not used (gathers -1)."""
    points = [(np.zeros(size), -1)]
    for taken in product((0, 1), repeat=len(knapsack.columns)):
        x = np.zeros(size)
        x[knapsack.used] = 1
        x[knapsack.columns] = taken
        points.append((x, int(knapsack.weights @ np.array(taken))))
    return points


@settings(max_examples=300, deadline=None)
@given(relaxed())
def test_a_minimum_cut_keeps_every_catchment_that_is_big_enough(drawn: tuple[Knapsack, np.ndarray]) -> None:
    knapsack, x = drawn
    for cut in minimum_cuts(knapsack, x, most=50):
        for point, gathered in whole_points(knapsack, len(x)):
            if gathered < 0 or gathered >= knapsack.limit:
                assert left(cut, point) >= -1e-9


@settings(max_examples=300, deadline=None)
@given(relaxed())
def test_a_capacity_cut_keeps_every_catchment_that_fits(drawn: tuple[Knapsack, np.ndarray]) -> None:
    knapsack, x = drawn
    for cut in capacity_cut(knapsack, x):
        for point, gathered in whole_points(knapsack, len(x)):
            if gathered <= knapsack.limit:
                assert left(cut, point) >= -1e-9


@settings(max_examples=300, deadline=None)
@given(relaxed())
def test_every_cut_forbids_the_relaxed_solution_it_was_made_for(drawn: tuple[Knapsack, np.ndarray]) -> None:
    knapsack, x = drawn
    assert all(left(cut, x) < 0 for cut in (*minimum_cuts(knapsack, x), *capacity_cut(knapsack, x)))


@settings(max_examples=100, deadline=None)
@given(relaxed())
def test_a_catchment_that_is_too_small_is_always_cut_off(drawn: tuple[Knapsack, np.ndarray]) -> None:
    """Whole, but too small: the plain minimum cut finds it, so the search cannot end with it."""
    knapsack, x = drawn
    x = np.round(x)
    x[knapsack.used] = 1
    lacking = knapsack.limit - int(knapsack.weights @ x[knapsack.columns])
    assert bool(minimum_cuts(knapsack, x)) == (lacking > 0)


@settings(max_examples=100, deadline=None)
@given(relaxed())
def test_a_catchment_that_is_too_big_is_always_cut_off(drawn: tuple[Knapsack, np.ndarray]) -> None:
    knapsack, x = drawn
    x = np.round(x)
    x[knapsack.used] = 1
    too_much = int(knapsack.weights @ x[knapsack.columns]) > knapsack.limit
    assert bool(capacity_cut(knapsack, x)) == too_much


@settings(max_examples=100, deadline=None)
@given(relaxed(), st.integers(1, 3))
def test_no_more_cuts_than_asked_for_and_the_most_violated_first(drawn: tuple[Knapsack, np.ndarray], most: int) -> None:
    knapsack, x = drawn
    every = minimum_cuts(knapsack, x, most=50)
    assume(every)
    some = minimum_cuts(knapsack, x, most=most)
    assert len(some) == min(most, len(every))
    violations = [left(cut, x) for cut in every]
    assert all(earlier <= later + 1e-9 for earlier, later in pairwise(violations))
    assert left(some[0], x) == violations[0]


def test_half_a_team_with_one_big_neighbour_is_forbidden() -> None:
    """10 are lacking; of the two who would bring 100 each, a tenth of one looks like enough until it is cut."""
    knapsack = Knapsack(np.array([1, 2]), np.array([100, 100]), 0, 10)
    (cut, *_) = minimum_cuts(knapsack, np.array([0.5, 0.05, 0.0]))
    assert left(cut, np.array([0.5, 0.05, 0.0])) < 0
    assert cut.coefficients.tolist() == [1.0, 1.0]


def test_two_of_three_who_fit_only_one_at_a_time() -> None:
    knapsack = Knapsack(np.array([1, 2, 3]), np.array([6, 6, 7]), 0, 10)
    (cut,) = capacity_cut(knapsack, np.array([1.0, 0.8, 0.8, 0.0]))
    assert sorted(cut.columns.tolist()) == [1, 2, 3]  # the third is as big as the others and cannot join one either
    assert left(cut, np.array([1.0, 1.0, 0.0, 0.0])) == 0
    assert left(cut, np.array([1.0, 1.0, 0.0, 1.0])) < 0


def test_a_base_that_lacks_nothing_or_is_not_used_needs_no_cut() -> None:
    columns, weights = np.array([1, 2]), np.array([5, 5])
    half = np.array([1.0, 0.5, 0.5])
    assert minimum_cuts(Knapsack(columns, weights, 0, 0), half) == []
    assert minimum_cuts(Knapsack(columns, weights, 0, -3), half) == []
    assert minimum_cuts(Knapsack(columns, weights, 0, 8), np.zeros(3)) == []
    assert capacity_cut(Knapsack(columns, weights, 0, 5), np.zeros(3)) == []
    assert capacity_cut(Knapsack(columns, weights, 0, 10), np.ones(3)) == []
