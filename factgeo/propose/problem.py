"""The model of a catchment plan as plain arrays: who may belong to whom, at what price, and what must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factgeo.plan import Status

Neighbours = Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class Problem:
    """Assign units to bases. Unit and base are positions 0..n-1; base j lies in unit ``home[j]``.

    Attributes:
        size: What counts towards the minimum, per unit.
        persons: What counts towards the capacity, per unit.
        home: Unit in which each base lies; a used base serves its own unit.
        pairs: Rows (unit, base) that are allowed.
        cost: Price of each pair.
        unserved_cost: Price of leaving a unit out.
        minimum: Least size of a catchment.
        capacity: Most persons a base can serve (infinite: no limit).
        neighbours: Units joined to each unit; a catchment must be connected.
    """

    size: NDArray[np.int64]
    persons: NDArray[np.int64]
    home: NDArray[np.intp]
    pairs: NDArray[np.intp]
    cost: NDArray[np.int64]
    unserved_cost: NDArray[np.int64]
    minimum: int
    capacity: NDArray[np.float64]
    neighbours: Neighbours

    def value(self, base_of: Mapping[int, int]) -> int:
        """Exact price of an assignment (unit -> base)."""
        price = {(int(i), int(j)): int(c) for (i, j), c in zip(self.pairs, self.cost, strict=True)}
        served = sum(price[i, j] for i, j in base_of.items())
        return served + sum(int(c) for i, c in enumerate(self.unserved_cost) if i not in base_of)


@dataclass(frozen=True)
class Solution:
    """An assignment (unit -> base) with the best bound that is known for any."""

    base_of: Mapping[int, int]
    value: float
    bound: float
    status: Status


def allowed_units(problem: Problem) -> dict[int, frozenset[int]]:
    """For each base the units that may belong to it."""
    units: dict[int, set[int]] = {}
    for unit, base in problem.pairs:
        units.setdefault(int(base), set()).add(int(unit))
    return {base: frozenset(members) for base, members in units.items()}


def trim(problem: Problem) -> Problem:
    """Without pairs that can be in no plan: units cut off from their base, bases that cannot reach the minimum."""
    members = {}
    for base, units in allowed_units(problem).items():
        whole = reachable(int(problem.home[base]), units, problem.neighbours)
        if whole and problem.size[list(whole)].sum() >= problem.minimum:
            members[base] = whole
    keep = np.array([int(i) in members.get(int(j), ()) for i, j in problem.pairs], dtype=bool)
    return Problem(
        size=problem.size, persons=problem.persons, home=problem.home, pairs=problem.pairs[keep],
        cost=problem.cost[keep], unserved_cost=problem.unserved_cost, minimum=problem.minimum,
        capacity=problem.capacity, neighbours=problem.neighbours,
    )  # fmt: skip


def reachable(start: int, within: frozenset[int] | set[int], neighbours: Neighbours) -> frozenset[int]:
    """The units of ``within`` that are joined to ``start`` by units of ``within``; none if ``start`` is not in it."""
    if start not in within:
        return frozenset()
    seen, edge = {start}, [start]
    while edge:
        new = (neighbours.get(edge.pop(), frozenset()) & within) - seen
        seen |= new
        edge += new
    return frozenset(seen)


def components(problem: Problem) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Independent parts as (units, rows of ``pairs``): no pair joins one part to another."""
    parent = list(range(len(problem.size)))

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = parent[parent[unit]]
            unit = parent[unit]
        return unit

    for unit, base in problem.pairs:
        parent[root(int(unit))] = root(int(problem.home[base]))
    roots = np.array([root(unit) for unit in range(len(parent))], dtype=np.intp)
    pair_root = roots[problem.pairs[:, 0]]
    return [(np.flatnonzero(roots == r), np.flatnonzero(pair_root == r)) for r in np.unique(pair_root)]
