"""The planning problem as plain arrays: which unit may belong to which base, what is best, and which rules hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.plan import Status

Neighbours = Mapping[int, frozenset[int]]
Whole = NDArray[np.int64]
NO_LIMIT = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Objective:
    """The sum that a stage minimises, in whole numbers.

    Attributes:
        name: Its name in the proof.
        cost: Price of each pair of the problem.
        unserved: Price of leaving each unit out.
        per_team: Price of each team.
        slack: Share of the persons by which the stages after this one may exceed its best value.
        unit: The proof states values and bounds in multiples of this.
    """

    name: str
    cost: Whole
    unserved: Whole
    per_team: int = 0
    slack: float = 0.0
    unit: int = 1


@dataclass(frozen=True)
class Group:
    """Bases of which at least ``least`` and at most ``most`` must be used."""

    bases: frozenset[int]
    least: int
    most: int = NO_LIMIT


@dataclass(frozen=True)
class Problem:
    """Assign units to bases. Unit and base are positions 0..n-1; base j lies in unit ``home[j]``.

    Attributes:
        home: Unit in which each base lies. A used base serves its own unit, so a unit has at most one used base.
        pairs: Rows (unit, base) that are allowed.
        size: What each pair counts towards the minimum.
        minimum: Least size of a catchment.
        persons: What each unit counts towards the capacity.
        per_team: Persons that one team can serve (infinite: no limit).
        most_teams: How many teams each base can have.
        neighbours: Units joined to each unit, if a catchment must be contiguous; None: it need not be.
        stages: The objectives in order. Each later stage keeps the values of the earlier ones, up to their slack.
        excess: What each pair counts in a sum that must not be above zero for any base; None: no such rule.
        teams: Fewest and most teams of the whole plan.
        served: Units that must have a team.
        groups: How many of some bases must be used.
        together: Groups of units that have the same base, or all have none.
        apart: Pairs of units that do not have the same base.
        limits: Objectives, each with the highest value that a plan may have.
        start: An objective whose best plan is a good start, if the first stage leaves much open; None: no start.
    """

    home: NDArray[np.intp]
    pairs: NDArray[np.intp]
    size: Whole
    minimum: int
    persons: Whole
    per_team: float
    most_teams: NDArray[np.int64]
    neighbours: Neighbours | None
    stages: tuple[Objective, ...]
    excess: Whole | None = None
    teams: tuple[int, int] = (0, NO_LIMIT)
    served: frozenset[int] = frozenset()
    groups: tuple[Group, ...] = ()
    together: tuple[frozenset[int], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    limits: tuple[tuple[Objective, int], ...] = ()
    start: Objective | None = None

    @property
    def units(self) -> int:
        """The number of units."""
        return len(self.persons)

    @property
    def counts_teams(self) -> bool:
        """Does the number of teams matter?"""
        priced = any(stage.per_team for stage in (*self.stages, *(limit for limit, _ in self.limits)))
        return priced or self.teams != (0, NO_LIMIT)

    def value(self, stage: Objective, base_of: Mapping[int, int]) -> int:
        """Return the exact value of a stage for an assignment (unit -> base)."""
        row = self.row_of_pair
        served = sum(int(stage.cost[row[pair]]) for pair in base_of.items())
        left_out = sum(int(stage.unserved[i]) for i in range(self.units) if i not in base_of)
        return served + left_out + stage.per_team * sum(self.teams_of(base_of).values())

    def least(self, stage: Objective) -> int:
        """Return a value that no assignment is below.

        Every unit has its cheapest base or none, whichever costs less. If a team lowers the value, all teams count.
        """
        cheapest = stage.unserved.copy()
        np.minimum.at(cheapest, self.pairs[:, 0], stage.cost)
        return int(cheapest.sum()) + min(0, stage.per_team) * int(self.most_teams.sum())

    def teams_of(self, base_of: Mapping[int, int]) -> dict[int, int]:
        """Return the teams of each used base: as many as its residents fill, and at least one."""
        load: dict[int, int] = {}
        for unit, base in base_of.items():
            load[base] = load.get(base, 0) + int(self.persons[unit])
        return {base: max(1, int(np.ceil(total / self.per_team))) for base, total in load.items()}

    @cached_property
    def row_of_pair(self) -> dict[tuple[int, int], int]:
        """The row of each allowed pair."""
        return {(int(i), int(j)): k for k, (i, j) in enumerate(self.pairs)}

    def holds(self, base_of: Mapping[int, int]) -> bool:
        """Does an assignment (unit -> base) keep every rule of the problem?"""
        row = self.row_of_pair
        if not all(pair in row for pair in base_of.items()):
            return False
        members = catchments(base_of)
        teams = self.teams_of(base_of)
        return (
            self.served <= set(base_of)
            and all(group.least <= len(group.bases & set(members)) <= group.most for group in self.groups)
            and all(len({base_of.get(unit) for unit in units}) == 1 for units in self.together)
            and not any(a in base_of and base_of[a] == base_of.get(b) for a, b in self.apart)
            and all(self.value(limit, base_of) <= most for limit, most in self.limits)
            and self.teams[0] <= sum(teams.values()) <= self.teams[1]
            and all(teams[base] <= self.most_teams[base] for base in members)
            and all(self._catchment_holds(base, units, row) for base, units in members.items())
        )

    def _catchment_holds(self, base: int, units: set[int], row: Mapping[tuple[int, int], int]) -> bool:
        rows = [row[unit, base] for unit in units]
        home = int(self.home[base])
        return (
            home in units
            and int(self.size[rows].sum()) >= self.minimum
            and (self.excess is None or int(self.excess[rows].sum()) <= 0)
            and (self.neighbours is None or len(reachable(home, units, self.neighbours)) == len(units))
        )


@dataclass(frozen=True)
class StageProof:
    """How one stage ended: its value and best known bound, in multiples of the objective's ``unit``."""

    name: str
    value: float
    bound: float
    status: Status
    seconds: float


@dataclass(frozen=True)
class Solution:
    """An assignment with the proof of each stage.

    Attributes:
        base_of: Unit -> base. None: no assignment keeps the rules (the last stage's status is ``none``), or none was
            found in time.
        stages: The proofs of the stages.
    """

    base_of: Mapping[int, int] | None
    stages: tuple[StageProof, ...]


def catchments(base_of: Mapping[int, int]) -> dict[int, set[int]]:
    """Return the units of each used base."""
    members: dict[int, set[int]] = {}
    for unit, base in base_of.items():
        members.setdefault(base, set()).add(unit)
    return members


def allowed_units(problem: Problem) -> dict[int, frozenset[int]]:
    """Return, for each base, the units that may belong to it."""
    units: dict[int, set[int]] = {}
    for unit, base in problem.pairs:
        units.setdefault(int(base), set()).add(int(unit))
    return {base: frozenset(members) for base, members in units.items()}


def trim(problem: Problem) -> Problem:
    """Drop the pairs that are in no plan: units cut off from the base, and bases that cannot reach the minimum size."""
    size = {(int(i), int(j)): int(s) for (i, j), s in zip(problem.pairs, problem.size, strict=True)}
    members = {}
    for base, units in allowed_units(problem).items():
        home = int(problem.home[base])
        joined = units if problem.neighbours is None else reachable(home, units, problem.neighbours)
        if home in joined and sum(size[unit, base] for unit in joined) >= problem.minimum:
            members[base] = joined
    keep = np.array([int(i) in members.get(int(j), ()) for i, j in problem.pairs], dtype=bool)
    return keep_pairs(problem, keep)


def keep_pairs(problem: Problem, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Problem:
    """Return the problem with some of its pairs; ``keep`` is a mask or the rows to keep."""
    return replace(
        problem,
        pairs=problem.pairs[keep],
        size=problem.size[keep],
        excess=None if problem.excess is None else problem.excess[keep],
        stages=tuple(replace(stage, cost=stage.cost[keep]) for stage in problem.stages),
        limits=tuple((replace(limit, cost=limit.cost[keep]), most) for limit, most in problem.limits),
        start=problem.start and replace(problem.start, cost=problem.start.cost[keep]),
    )


def reachable(start: int, within: frozenset[int] | set[int], neighbours: Neighbours) -> frozenset[int]:
    """Return the units of ``within`` that units of ``within`` join to ``start``; none if ``start`` is not in it."""
    if start not in within:
        return frozenset()
    seen, edge = {start}, [start]
    while edge:
        new = (neighbours.get(edge.pop(), frozenset()) & within) - seen
        seen |= new
        edge += new
    return frozenset(seen)


@dataclass(frozen=True)
class Piece:
    """A piece of a problem as a problem of its own.

    Attributes:
        problem: The piece, with its own positions of units and bases.
        units: The position of each of its units in the whole problem.
        bases: The position of each of its bases in the whole problem.
    """

    problem: Problem
    units: NDArray[np.intp]
    bases: NDArray[np.intp]

    def in_whole(self, base_of: Mapping[int, int]) -> dict[int, int]:
        """Return an assignment of the piece in the positions of the whole problem."""
        return {int(self.units[unit]): int(self.bases[base]) for unit, base in base_of.items()}


def pieces(problem: Problem) -> list[Piece]:
    """Split a problem into independent pieces, which no pair and no rule joins.

    If teams are counted or limits are set, there is one piece, because such rules span the whole plan. Otherwise units
    without any pair are in no piece.
    """
    if problem.counts_teams or problem.limits:
        return [_piece(problem, np.arange(problem.units), np.arange(len(problem.pairs)))]
    root = _roots(problem)
    root_of_pair = root[problem.pairs[:, 0]]
    return [
        _piece(problem, np.flatnonzero(root == r), np.flatnonzero(root_of_pair == r)) for r in np.unique(root_of_pair)
    ]


def _roots(problem: Problem) -> NDArray[np.intp]:
    """Return a number for each unit: the same for units that a base, a group of bases or a rule on units joins."""
    parent = list(range(problem.units))

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = parent[parent[unit]]
            unit = parent[unit]
        return unit

    for unit, base in problem.pairs:
        parent[root(int(unit))] = root(int(problem.home[base]))
    for group in problem.groups:
        homes = [int(problem.home[base]) for base in sorted(group.bases)]
        for home in homes[1:]:
            parent[root(home)] = root(homes[0])
    for units in (*problem.together, *problem.apart):
        first, *others = sorted(units)
        for other in others:
            parent[root(other)] = root(first)
    return np.array([root(unit) for unit in range(problem.units)], dtype=np.intp)


def _piece(problem: Problem, units: NDArray[np.intp], rows: NDArray[np.intp]) -> Piece:
    bases = np.unique(problem.pairs[rows, 1])
    unit_at = {int(unit): k for k, unit in enumerate(units)}
    base_at = {int(base): k for k, base in enumerate(bases)}
    some = keep_pairs(problem, rows)
    pairs = np.array([(unit_at[int(i)], base_at[int(j)]) for i, j in some.pairs], dtype=np.intp).reshape(-1, 2)
    neighbours = problem.neighbours
    joined = neighbours and {unit_at[unit]: _at(neighbours.get(unit, frozenset()), unit_at) for unit in unit_at}
    own = replace(
        some,
        home=np.array([unit_at[int(problem.home[base])] for base in bases], dtype=np.intp),
        pairs=pairs,
        persons=problem.persons[units],
        most_teams=problem.most_teams[bases],
        neighbours=joined,
        stages=tuple(replace(stage, unserved=stage.unserved[units]) for stage in some.stages),
        limits=tuple((replace(limit, unserved=limit.unserved[units]), most) for limit, most in some.limits),
        start=some.start and replace(some.start, unserved=some.start.unserved[units]),
        served=_at(problem.served, unit_at),
        groups=tuple(
            replace(group, bases=_at(group.bases, base_at)) for group in problem.groups if group.bases & base_at.keys()
        ),
        together=tuple(_at(group, unit_at) for group in problem.together if group & unit_at.keys()),
        apart=tuple((unit_at[a], unit_at[b]) for a, b in problem.apart if a in unit_at and b in unit_at),
    )
    return Piece(own, units, bases)


def _at(positions: frozenset[int], place: Mapping[int, int]) -> frozenset[int]:
    return frozenset(place[position] for position in positions if position in place)
