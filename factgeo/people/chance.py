"""The part of chance in an expected number of persons: intervals of counts, by named methods, always the same.

There are three methods. ``binomial_triangular`` is the prediction interval of a binomial count whose fraction is not
known, but drawn from the triangular distribution low-central-high. It takes the mixture's own quantiles, so that it
also holds for three expected persons. ``garwood`` is the exact Poisson interval of the expected number behind a count.
``mover`` is the interval of a sum of independent parts by the method of variance estimates recovery (Zou and Donner
2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Three = tuple[float, float, float]
Method = Literal["binomial_triangular", "garwood", "mover"]

LEVEL = 0.95  # of all intervals
TAIL = (1 - LEVEL) / 2
DRAWS = 200  # points of the triangular distribution, all of the same weight


@dataclass(frozen=True)
class Interval:
    """The interval of a count with probability ``level``, by ``method``: whole persons, both ends included."""

    low: int
    high: int
    method: Method
    level: float = LEVEL


def prediction(base: float, share: Three) -> Interval:
    """Return the prediction interval of a count among ``base`` people; ``share`` (0-1) is low, central and high."""
    return predictions([base], share)[0]


def predictions(bases: Sequence[float] | Floats, share: Three) -> list[Interval]:
    """Return the prediction interval for each of several numbers of people, each by itself."""
    people = np.rint(np.asarray(bases, dtype=np.float64))
    points = _triangular(share)
    ends = _quantiles(people, points, TAIL), _quantiles(people, points, 1 - TAIL)
    return [Interval(int(low), int(high), "binomial_triangular") for low, high in zip(*ends, strict=True)]


def garwood(count: float) -> Interval:
    """Return the exact Poisson interval of the expected number behind a count, rounded outwards."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    low = stats.chi2.ppf(TAIL, 2 * count) / 2 if count > 0 else 0.0
    high = stats.chi2.ppf(1 - TAIL, 2 * (count + 1)) / 2
    return Interval(int(np.floor(low)), int(np.ceil(high)), "garwood")


def mover(parts: Sequence[tuple[float, Interval]]) -> Interval:
    """Return the interval of a sum of independent numbers, given as central values and intervals, rounded outwards."""
    total = sum(central for central, _ in parts)
    below = np.sqrt(sum((central - each.low) ** 2 for central, each in parts))
    above = np.sqrt(sum((each.high - central) ** 2 for central, each in parts))
    return Interval(max(0, int(np.floor(total - below))), int(np.ceil(total + above)), "mover")


def _triangular(share: Three) -> Floats:
    """Return equally likely points of the triangular distribution, in ascending order."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    low, central, high = share
    if low == high:
        return np.array([central])
    middles = (np.arange(DRAWS) + 0.5) / DRAWS
    mode = (central - low) / (high - low)
    return np.asarray(stats.triang.ppf(middles, mode, loc=low, scale=high - low), dtype=np.float64)


def _quantiles(people: Floats, points: Floats, probability: float) -> Whole:
    """Return, for each number of people, the least count that the mixture does not exceed with this probability.

    It lies between the quantiles at the lowest and the highest fraction, and is found by halving.
    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    low = np.asarray(stats.binom.ppf(probability, people, points[0]), dtype=np.int64)
    high = np.asarray(stats.binom.ppf(probability, people, points[-1]), dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        below = np.asarray(stats.binom.cdf(middle[:, None], people[:, None], points[None, :])).mean(axis=1)
        low, high = np.where(below >= probability, low, middle + 1), np.where(below >= probability, middle, high)
        low = np.minimum(low, high)  # where it was found before the others
    return high
