"""Cuts that follow from the size rules alone and bring the relaxed model near the plans.

A relaxed catchment is "a quarter of a team". Two kinds of cut forbid most of that:

- *minimum*: if the units of S come along and r persons are still lacking, the others must bring them:
  sum over the others of min(w, r) x >= r y (Carr, Fleischer, Leung and Phillips, SODA 2000), also rounded up to
  multiples of one of the weights (Chvatal and Gomory);
- *capacity*: units that do not fit together cannot all come: sum over a cover K and all units at least as big as its
  biggest x <= (|K| - 1) y (Balas, Mathematical Programming 8, 1975).
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
    """What one base may gather beside its own unit: columns of the model, and what each adds."""

    columns: NDArray[np.intp]
    weights: NDArray[np.int64]
    used: int
    limit: int


@dataclass(frozen=True)
class KnapsackCut:
    """sum of coefficients x columns - times x used >= 0."""

    columns: NDArray[np.intp]
    coefficients: Numbers
    used: int
    times: float


def minimum_cuts(knapsack: Knapsack, x: Numbers, *, most: int = 2) -> list[KnapsackCut]:
    """The most violated minimum cuts of one base; ``limit`` is what it still lacks."""
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
        found += _rounded(np.minimum(knapsack.weights[rest], lacking), share[rest], lacking, rest)
        if taken == len(order) or share[order[taken]] <= 0:
            break
        lacking -= int(knapsack.weights[order[taken]])
    found.sort(key=lambda cut: -cut[0])
    return [KnapsackCut(knapsack.columns[rest], c, knapsack.used, 1.0) for _, rest, c in found[:most]]


def _rounded(
    weights: NDArray[np.int64], share: Numbers, lacking: int, rest: NDArray[np.intp]
) -> list[tuple[float, NDArray[np.intp], Numbers]]:
    """Violation, members and coefficients of the cut as it is, and rounded up to steps; right-hand side 1."""
    steps = np.unique(weights[share > 0])[:MOST_STEPS]
    rows = [weights / lacking, *(np.ceil(weights / step) / -(-lacking // int(step)) for step in steps if step > 0)]
    violations = [1.0 - float(row @ share) for row in rows]
    return [(v, rest, row) for v, row in zip(violations, rows, strict=True) if v > LEAST_VIOLATION]


def capacity_cut(knapsack: Knapsack, x: Numbers) -> list[KnapsackCut]:
    """The cover cut of one base that takes its most wanted units first, if violated; ``limit`` is the room left."""
    used, values = x[knapsack.used], x[knapsack.columns]
    candidates = np.flatnonzero(values > 0)
    order = candidates[np.argsort(-values[candidates], kind="stable")]
    total = np.cumsum(knapsack.weights[order])
    if used < LEAST_VIOLATION or not len(total) or total[-1] <= knapsack.limit:
        return []
    cover = list(order[: int(np.argmax(total > knapsack.limit)) + 1])
    weight = int(knapsack.weights[cover].sum())
    for k in sorted(cover, key=lambda k: float(values[k])):  # only what is needed, the least wanted out first
        if weight - knapsack.weights[k] > knapsack.limit:
            cover.remove(k)
            weight -= int(knapsack.weights[k])
    big = knapsack.weights >= knapsack.weights[cover].max()
    big[cover] = True
    members = np.flatnonzero(big)
    if float(values[members].sum()) <= (len(cover) - 1) * used + LEAST_VIOLATION:
        return []
    return [KnapsackCut(knapsack.columns[members], -np.ones(len(members)), knapsack.used, -float(len(cover) - 1))]
