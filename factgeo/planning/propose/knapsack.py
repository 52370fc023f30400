"""Cuts that follow from the size rules alone and bring the relaxed model near the plans.

A relaxed catchment can be "a quarter of a team". Two kinds of cut forbid most of that; x says whether a unit belongs to
the base, y whether the base is used, w is the size of a unit:

- *minimum*: if the units of S belong to the base and r persons are still lacking, the other units must bring them:
  sum over the others of min(w, r) x >= r y (Carr, Fleischer, Leung and Phillips, SODA 2000), also rounded up to
  multiples of one of the weights (Chvatal and Gomory);
- *capacity*: units that do not fit together (a cover K) cannot all belong to the base: the sum of x over K and all
  units at least as big as its biggest is <= (|K| - 1) y (Balas, Mathematical Programming 8, 1975).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
LEAST_VIOLATION = 0.01
MOST_STEPS = 24  # weights that a minimum cut is rounded up to


@dataclass(frozen=True)
class Knapsack:
    """The units that one base may take besides its own.

    Attributes:
        columns: Their columns in the model.
        weights: The size or the residents that each adds.
        used: The column that says whether the base is used.
        limit: The size that is still lacking, or the residents that there is room for.
    """

    columns: NDArray[np.intp]
    weights: NDArray[np.int64]
    used: int
    limit: int


@dataclass(frozen=True)
class KnapsackCut:
    """A row: sum of coefficients x columns - times x used >= 0."""

    columns: NDArray[np.intp]
    coefficients: Numbers
    used: int
    times: float


def minimum_cuts(knapsack: Knapsack, x: Numbers, *, most: int = 2) -> list[KnapsackCut]:
    """Return the ``most`` most violated minimum cuts of one base; ``knapsack.limit`` is the size it still lacks."""
    used = x[knapsack.used]
    if used < LEAST_VIOLATION or knapsack.limit <= 0:
        return []
    share = x[knapsack.columns] / used
    order = np.argsort(-share, kind="stable")
    lacking, found = knapsack.limit, []
    for taken in range(len(order) + 1):
        if lacking <= 0:
            break
        rest = order[taken:]
        found += _round_up(np.minimum(knapsack.weights[rest], lacking), share[rest], lacking, rest)
        if taken == len(order) or share[order[taken]] <= 0:
            break
        lacking -= int(knapsack.weights[order[taken]])
    found.sort(key=lambda cut: -cut[0])
    return [KnapsackCut(knapsack.columns[rest], c, knapsack.used, 1.0) for _, rest, c in found[:most]]


def _round_up(
    weights: NDArray[np.int64], share: Numbers, lacking: int, rest: NDArray[np.intp]
) -> list[tuple[float, NDArray[np.intp], Numbers]]:
    """Return violation, members and coefficients of a cut, plain and rounded up to steps; its right-hand side is 1."""
    steps = np.unique(weights[share > 0])[:MOST_STEPS]
    rows = [weights / lacking, *(np.ceil(weights / step) / -(-lacking // int(step)) for step in steps if step > 0)]
    violations = [1.0 - float(row @ share) for row in rows]
    return [(v, rest, row) for v, row in zip(violations, rows, strict=True) if v > LEAST_VIOLATION]


def capacity_cut(knapsack: Knapsack, x: Numbers) -> list[KnapsackCut]:
    """Return the cover cut of one base over its units of highest value, if it is violated, else an empty list.

    ``knapsack.limit`` is the room that the base's own unit leaves.
    """
    used, values = x[knapsack.used], x[knapsack.columns]
    candidates = np.flatnonzero(values > 0)
    order = candidates[np.argsort(-values[candidates], kind="stable")]
    total = np.cumsum(knapsack.weights[order])
    if used < LEAST_VIOLATION or not len(total) or total[-1] <= knapsack.limit:
        return []
    cover = list(order[: int(np.argmax(total > knapsack.limit)) + 1])
    weight = int(knapsack.weights[cover].sum())
    # A smaller cover gives a stronger cut: drop units that it can do without, those of lowest value first.
    for k in sorted(cover, key=lambda k: float(values[k])):
        if weight - knapsack.weights[k] > knapsack.limit:
            cover.remove(k)
            weight -= int(knapsack.weights[k])
    big = knapsack.weights >= knapsack.weights[cover].max()
    big[cover] = True
    members = np.flatnonzero(big)
    if float(values[members].sum()) <= (len(cover) - 1) * used + LEAST_VIOLATION:
        return []
    return [KnapsackCut(knapsack.columns[members], -np.ones(len(members)), knapsack.used, -float(len(cover) - 1))]
