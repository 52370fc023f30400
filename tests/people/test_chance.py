"""Intervals of counts, against simulation, published tables and by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from factgeo.people import chance
from factgeo.people.chance import Interval

SHARE = (0.0057, 0.0064, 0.0067)


@pytest.mark.parametrize("base", [469, 3_000, 19_298, 65_259, 4_526_020])  # about 3, 19, 124, 418 and 28,967 persons
def test_a_prediction_interval_holds_as_often_as_it_says(base: int) -> None:
    """A million areas drawn: first the fraction, then the persons."""
    random = np.random.default_rng(7)
    drawn = random.binomial(base, random.triangular(*SHARE, size=1_000_000))
    found = chance.prediction(base, SHARE)
    slack = 0.0015
    assert (drawn < found.low).mean() <= 0.025 + slack
    assert (drawn > found.high).mean() <= 0.025 + slack
    assert (drawn <= found.low).mean() >= 0.025 - slack  # no person could be left out
    assert (drawn >= found.high).mean() >= 0.025 - slack


def test_a_fraction_without_a_range_gives_the_binomial_interval() -> None:
    found = chance.prediction(10_000, (0.01, 0.01, 0.01))
    low, high = stats.binom.interval(0.95, 10_000, 0.01)
    assert found == Interval(int(low), int(high), "binomial_triangular")


@pytest.mark.parametrize("share", [(0.0, 0.0, 0.0), (0.01, 0.02, 0.02), (0.01, 0.01, 0.02), (0.5, 0.9, 1.0)])
def test_a_range_may_begin_or_end_at_its_middle(share: tuple[float, float, float]) -> None:
    found = chance.prediction(1000, share)
    assert 0 <= found.low <= 1000 * share[1] <= found.high <= 1000


def test_nobody_gives_nobody() -> None:
    assert chance.prediction(0, SHARE) == Interval(0, 0, "binomial_triangular")


def test_more_people_never_give_a_lower_end() -> None:
    found = chance.predictions(np.arange(0, 20_000, 37), SHARE)
    assert all(a.low <= b.low and a.high <= b.high for a, b in pairwise(found))


def test_a_wider_range_never_gives_a_narrower_interval() -> None:
    found = [chance.prediction(50_000, (0.0064 - width, 0.0064, 0.0064 + width)) for width in (0, 0.0005, 0.002, 0.006)]
    assert all(a.low >= b.low and a.high <= b.high for a, b in pairwise(found))


def test_many_at_once_are_each_as_alone() -> None:
    bases = [0, 10, 469, 65_259]
    assert chance.predictions(bases, SHARE) == [chance.prediction(base, SHARE) for base in bases]


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0, 4), (5, 1, 12), (10, 4, 19), (50, 37, 66), (100, 81, 122)])
def test_garwood_is_as_in_published_tables(count: int, low: int, high: int) -> None:
    """0-3.69, 1.62-11.67, 4.80-18.39, 37.11-65.92 and 81.36-121.63, rounded outwards."""
    assert chance.garwood(count) == Interval(low, high, "garwood")


def test_mover_adds_squares_of_the_distances() -> None:
    three, four = Interval(7, 13, "garwood"), Interval(16, 24, "garwood")
    assert chance.mover([(10, three), (20, four)]) == Interval(25, 35, "mover")


def test_the_interval_of_a_sum_is_narrower_than_the_sum_of_the_intervals() -> None:
    parts = [(count, chance.garwood(count)) for count in (10.0, 40.0, 90.0)]
    found = chance.mover(parts)
    assert sum(each.low for _, each in parts) < found.low < 140 < found.high < sum(each.high for _, each in parts)
