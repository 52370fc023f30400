"""Whole persons that add up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from factgeo.atlas.rounding import largest_remainder

WEIGHTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 1e-3)


def test_the_largest_remainders_get_what_rounding_down_leaves() -> None:
    assert largest_remainder([1.2, 2.7, 3.1], 7).tolist() == [1, 3, 3]


def test_on_a_tie_the_earlier_one_gets_the_person() -> None:
    assert largest_remainder([1, 1, 1], 4).tolist() == [2, 1, 1]


@given(WEIGHTS, st.integers(0, 10_000_000))
def test_the_sum_is_exact_and_nobody_is_a_whole_person_off(weights: list[float], total: int) -> None:
    whole = largest_remainder(weights, total)
    assert whole.sum() == total
    assert (whole >= 0).all()
    assert np.abs(whole - np.array(weights) * (total / sum(weights))).max() < 1 + 1e-6
