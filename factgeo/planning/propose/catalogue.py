"""List every possible catchment, if they are few: contiguous, within the capacity, at least the minimum size.

One team serves so few residents that a hospital trust has a few thousand possible catchments at most. A plan is then a
choice among them. That removes before solving what makes the model of pairs hard: parts of teams and catchments in
pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from factgeo.planning.propose.problem import Objective, Problem

Masks = NDArray[np.uint64]
WORD = 64


@dataclass(frozen=True)
class Catalogue:
    """Catchments, one a row. Each keeps all rules about a single catchment.

    Attributes:
        set_of: A number for each catchment; catchments of the same units have the same number.
        members: Catchments x units, 1 where a unit belongs to the catchment, else 0.
        base: Base of each catchment.
        teams: Teams of each catchment.
        pairs: Catchments x pairs of the problem, 1 where the catchment takes the pair, else 0.
    """

    set_of: NDArray[np.intp]
    members: csr_array
    base: NDArray[np.intp]
    teams: NDArray[np.int64]
    pairs: csr_array

    def gains(self, objective: Objective) -> NDArray[np.int64]:
        """Return by how much each catchment changes ``objective``, compared with a plan without catchments."""
        served: NDArray[np.int64] = self.pairs @ objective.cost - self.members @ objective.unserved
        return served + objective.per_team * self.teams

    def some(self, rows: NDArray[np.intp]) -> Catalogue:
        """Return the catalogue with these rows alone."""
        return Catalogue(self.set_of[rows], self.members[rows], self.base[rows], self.teams[rows], self.pairs[rows])


def catalogue(problem: Problem, most: int) -> Catalogue | None:
    """Return all catchments of a problem; None if they, or the connected sets to look at, are more than ``most``.

    Without a capacity or without contiguity the catchments are too many: None.
    """
    sets = _connected(problem, most)
    if sets is None:
        return None
    members = np.unpackbits(sets.view(np.uint8), axis=1, bitorder="little")[:, : problem.units]
    inside = csr_array(members.astype(np.int64))
    found = list(_of_bases(problem, inside))
    row, base = (np.concatenate([part[k] for part in found] or [np.empty(0, np.intp)]) for k in (0, 1))
    if len(row) > most:
        return None
    own = inside[row]
    load = np.asarray(own @ problem.persons)
    teams = np.maximum(1, np.ceil(load / problem.per_team)).astype(np.int64)
    return Catalogue(row, own, base, teams, _pairs(problem, own, base))


def _pairs(problem: Problem, members: csr_array, base: NDArray[np.intp]) -> csr_array:
    position = np.full((problem.units, len(problem.home)), -1)
    position[problem.pairs[:, 0], problem.pairs[:, 1]] = np.arange(len(problem.pairs))
    row, unit = members.nonzero()
    columns = position[unit, base[row]]
    shape = (len(base), len(problem.pairs))
    return csr_array((np.ones(len(row), dtype=np.int64), (row, columns)), shape=shape)


def _of_bases(problem: Problem, inside: csr_array) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield, for each base, the rows of the sets that can be its catchment, and the base as often."""
    load, units = inside @ problem.persons, inside.sum(axis=1)
    kept = _keeps_together(problem, inside)
    by_unit = inside.tocsc()
    for base in np.unique(problem.pairs[:, 1]):
        own = problem.pairs[:, 1] == base
        unit = problem.pairs[own, 0]
        home = int(problem.home[base])
        rows = by_unit.indices[by_unit.indptr[home] : by_unit.indptr[home + 1]]
        room = problem.per_team * int(problem.most_teams[base])
        rows = np.sort(rows[kept[rows] & (load[rows] <= room)]).astype(np.intp)
        some = inside[rows]
        fits = some @ _spread(problem, unit, np.ones(len(unit), dtype=np.int64)) == units[rows]
        fits &= some @ _spread(problem, unit, problem.size[own]) >= problem.minimum
        if problem.excess is not None:
            fits &= some @ _spread(problem, unit, problem.excess[own]) <= 0
        rows = rows[fits]
        yield rows, np.full(len(rows), base, dtype=np.intp)


def _spread(problem: Problem, unit: NDArray[np.intp], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the values of some units as values of all units, 0 for the others."""
    spread = np.zeros(problem.units, dtype=np.int64)
    spread[unit] = values
    return spread


def _keeps_together(problem: Problem, inside: csr_array) -> NDArray[np.bool_]:
    """Return which sets have all or none of each group of units together, and at most one of two units apart."""
    kept = np.ones(inside.shape[0], dtype=bool)
    for units in problem.together:
        count = inside @ np.isin(np.arange(problem.units), list(units)).astype(np.int64)
        kept &= (count == 0) | (count == len(units))
    for a, b in problem.apart:
        kept &= inside @ np.isin(np.arange(problem.units), [a, b]).astype(np.int64) < 2 - (a == b)
    return kept


@dataclass(frozen=True)
class _Sets:
    """Connected sets of units, one a row, as bits.

    Attributes:
        units: The units of each set.
        closed: Units that no set grown from this one may take, because another row takes them.
        beside: Units joined to the set.
        bases: Bases that all units of the set may belong to.
        load: Residents of the set.
        room: The most residents that a set grown from this one may have.
    """

    units: Masks
    closed: Masks
    beside: Masks
    bases: Masks
    load: NDArray[np.int64]
    room: NDArray[np.float64]


def _connected(problem: Problem, most: int) -> Masks | None:
    """Return the connected sets of units that some base may serve, each once, as bits; None if more than ``most``."""
    if problem.neighbours is None or not np.isfinite(problem.per_team):
        return None
    growth = _Growth(problem)
    sets, found, count = growth.first(), [], 0
    while len(sets.load):
        count += len(sets.load)
        if count > most:
            return None
        found.append(sets.units)
        sets = growth.larger(sets, most)
    return np.concatenate(found) if found else growth.first().units


class _Growth:
    """Grow connected sets of k + 1 units from those of k, so that each set comes up once.

    A set grows by each unit joined to it. A unit that one growth takes is closed to the growths after it.
    """

    def __init__(self, problem: Problem) -> None:
        count, bases = problem.units, len(problem.home)
        joined = np.zeros((count, count), dtype=bool)
        for unit, others in (problem.neighbours or {}).items():
            joined[unit, list(others)] = True
        allowed = np.zeros((count, bases), dtype=bool)
        allowed[problem.pairs[:, 0], problem.pairs[:, 1]] = True
        self._persons = problem.persons
        self._room = np.zeros(count)
        served = np.unique(problem.pairs[:, 1])
        np.maximum.at(self._room, problem.home[served], problem.per_team * problem.most_teams[served])
        self._order = np.argsort(-self._room, kind="stable")
        self._joined, self._allowed = _bits(joined), _bits(allowed)
        self._single, self._lower = _bits(np.eye(count, dtype=bool)), _bits(np.tri(count, k=-1, dtype=bool))

    def first(self) -> _Sets:
        """Return each unit as a set, the one with most room first; the units before it are closed to it."""
        order = self._order[self._persons[self._order] <= self._room[self._order]]
        rank = np.empty(len(self._order), dtype=np.intp)
        rank[self._order] = np.arange(len(self._order))
        closed = _bits(rank[None, :] < rank[order, None])
        return _Sets(
            self._single[order], closed, self._joined[order], self._allowed[order], self._persons[order],
            self._room[order],
        )  # fmt: skip

    def larger(self, sets: _Sets, most: int) -> _Sets:
        """Return all sets with one unit more, or some of them as soon as they are more than ``most``."""
        free = sets.beside & ~sets.units & ~sets.closed
        parts = []
        for unit in np.flatnonzero(_any_bits(free, len(self._persons))):
            rows = np.flatnonzero(free[:, unit // WORD] & self._single[unit, unit // WORD])
            load = sets.load[rows] + self._persons[unit]
            bases = sets.bases[rows] & self._allowed[unit]
            fits = (load <= sets.room[rows]) & bases.any(axis=1)
            rows = rows[fits]
            parts.append(
                _Sets(
                    sets.units[rows] | self._single[unit],
                    sets.closed[rows] | (free[rows] & self._lower[unit]),
                    sets.beside[rows] | self._joined[unit],
                    bases[fits],
                    load[fits],
                    sets.room[rows],
                )
            )
            if sum(len(part.load) for part in parts) > most:
                break
        names = ("units", "closed", "beside", "bases", "load", "room")
        parts = parts or [_Sets(*(getattr(sets, name)[:0] for name in names))]
        return _Sets(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _bits(rows: NDArray[np.bool_]) -> Masks:
    """Return rows of truth values as rows of 64-bit words."""
    count = -(-max(1, rows.shape[1]) // WORD) * WORD
    padded = np.zeros((rows.shape[0], count), dtype=bool)
    padded[:, : rows.shape[1]] = rows
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def _any_bits(masks: Masks, count: int) -> NDArray[np.bool_]:
    """Return which of the first ``count`` bits are set in any row."""
    together = np.bitwise_or.reduce(masks, axis=0, keepdims=True)
    return np.unpackbits(together.view(np.uint8), axis=1, bitorder="little")[0, :count].astype(bool)
