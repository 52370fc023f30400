"""Find a good plan soon: grow catchments along the relaxed solution, attach the rest, move units while that pays.

It proves nothing. It gives the search a plan to beat, and after an interrupt it is a plan to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.propose.problem import Objective, Problem, allowed_units, reachable

LEAST_USED = 0.05  # bases that the relaxed solution uses less than this are not grown at first
ROUNDS = 10  # of moving units, at most


def plan(problem: Problem, stage: Objective, x: NDArray[np.float64]) -> dict[int, int]:
    """Return an assignment (unit -> base) for one stage; ``x`` is the value of each pair in the relaxed solution.

    The assignment keeps sizes, capacities, excess and contiguity. It may break rules that span the whole plan.
    """
    return _Growth(problem, stage, x).plan()


class _Growth:
    def __init__(self, problem: Problem, stage: Objective, x: NDArray[np.float64]) -> None:
        self._problem = problem
        self._row = problem.row_of_pair
        self._allowed = allowed_units(problem)
        self._cost = stage.cost
        self._unserved = stage.unserved
        self._x = x
        self._members: dict[int, set[int]] = {}
        self._base_of: dict[int, int] = {}

    def plan(self) -> dict[int, int]:
        used = {base: float(self._x[self._row[self._home(base), base]]) for base in self._allowed}
        order = sorted(used, key=lambda base: (-used[base], base))
        self._grow_all(base for base in order if used[base] >= LEAST_USED)
        self._attach_all()  # before the unlikely bases grow, so that these take only what the likely ones leave
        self._grow_all(order)
        self._attach_all()
        self._move_while_it_pays()
        return dict(sorted(self._base_of.items()))

    def _home(self, base: int) -> int:
        return int(self._problem.home[base])

    def _price(self, unit: int, base: int) -> int:
        return int(self._cost[self._row[unit, base]])

    def _grow_all(self, bases: Iterable[int]) -> None:
        for base in bases:
            if self._home(base) in self._base_of:
                continue
            members = self._grow(base)
            dear = sum(self._price(unit, base) - int(self._unserved[unit]) for unit in members) > 0
            if members and not dear:
                self._members[base] = members
                self._base_of |= dict.fromkeys(members, base)

    def _grow(self, base: int) -> set[int]:
        """Return the base's own unit and others until they reach the minimum size; an empty set if they never do."""
        members = {self._home(base)}
        while self._size(base, members) < self._problem.minimum:
            joining = [unit for unit in self._free(base, members) if self._fits(base, {*members, unit})]
            if not joining:
                return set()
            members.add(min(joining, key=lambda unit: self._reluctance(unit, base)))
        return members if self._fits(base, members) and self._near_enough(base, members) else set()

    def _reluctance(self, unit: int, base: int) -> tuple[float, float, int]:
        """Sort first the units that the relaxed solution gives to the base, then those that cost least per size."""
        row = self._row[unit, base]
        cost = int(self._cost[row]) - int(self._unserved[unit])
        return -round(float(self._x[row]), 3), cost / max(1, int(self._problem.size[row])), unit

    def _free(self, base: int, members: set[int]) -> set[int]:
        """Return the units without a base that may join ``members``."""
        neighbours = self._problem.neighbours
        free = {unit for unit in self._allowed[base] if unit not in self._base_of} - members
        return free if neighbours is None else free & set().union(*(neighbours[unit] for unit in members))

    def _size(self, base: int, members: set[int]) -> int:
        return int(self._problem.size[[self._row[unit, base] for unit in members]].sum())

    def _fits(self, base: int, members: set[int]) -> bool:
        problem = self._problem
        return int(problem.persons[list(members)].sum()) <= problem.per_team * int(problem.most_teams[base])

    def _near_enough(self, base: int, members: set[int]) -> bool:
        excess = self._problem.excess
        return excess is None or int(excess[[self._row[unit, base] for unit in members]].sum()) <= 0

    def _attach_all(self) -> None:
        """Give free units to the cheapest catchment next to them, if that costs no more than leaving them out."""
        changed = True
        while changed:
            changed = False
            for unit in range(self._problem.units):
                if unit not in self._base_of:
                    base = min(self._takers(unit), key=lambda base: (self._price(unit, base), base), default=None)
                    if base is not None and self._price(unit, base) <= int(self._unserved[unit]):
                        self._members[base].add(unit)
                        self._base_of[unit] = base
                        changed = True

    def _takers(self, unit: int) -> list[int]:
        """Return the bases whose catchments can take a unit."""
        return [base for base, members in self._members.items() if self._can_take(base, members, unit)]

    def _can_take(self, base: int, members: set[int], unit: int) -> bool:
        neighbours, more = self._problem.neighbours, {*members, unit}
        joined = neighbours is None or bool(neighbours[unit] & members)
        return joined and (unit, base) in self._row and self._fits(base, more) and self._near_enough(base, more)

    def _move_while_it_pays(self) -> None:
        for _ in range(ROUNDS):
            moved = [self._move(unit) for unit in sorted(self._base_of)]
            if not any(moved):
                return

    def _move(self, unit: int) -> bool:
        """Move a unit to a cheaper catchment if its old one stays contiguous and big enough; False if it stays."""
        old = self._base_of[unit]
        cheaper = [base for base in self._takers(unit) if self._price(unit, base) < self._price(unit, old)]
        if not cheaper or not self._can_lose(old, unit):
            return False
        new = min(cheaper, key=lambda base: (self._price(unit, base), base))
        self._members[old].discard(unit)
        self._members[new].add(unit)
        self._base_of[unit] = new
        return True

    def _can_lose(self, base: int, unit: int) -> bool:
        rest, home = self._members[base] - {unit}, self._home(base)
        neighbours: Mapping[int, frozenset[int]] | None = self._problem.neighbours
        contiguous = neighbours is None or len(reachable(home, rest, neighbours)) == len(rest)
        enough = self._size(base, rest) >= self._problem.minimum
        return unit != home and contiguous and enough and self._near_enough(base, rest)
