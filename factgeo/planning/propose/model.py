"""The mixed-integer model of a problem: its columns are pairs of unit and base."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.propose.contiguity import Cut, first_cuts
from factgeo.planning.propose.engine import INFINITE, Engine, Found, Row
from factgeo.planning.propose.knapsack import Knapsack, KnapsackCut
from factgeo.planning.propose.problem import NO_LIMIT, Objective, Problem, allowed_units
from factgeo.settings import Solver


class Model:
    """The model: columns, rows and an objective.

    Columns are, in this order: each pair (taken or not), each unit (left out or not), and, if teams are counted, the
    number of teams of each base.
    """

    def __init__(self, problem: Problem, options: Solver) -> None:
        self.problem = problem
        self.allowed = allowed_units(problem)
        self.home = {base: int(problem.home[base]) for base in self.allowed}
        self.column = problem.row_of_pair
        self._unit_columns = len(problem.pairs) + np.arange(problem.units)
        self._team_column = self._team_columns()
        whole = np.concatenate([np.arange(len(problem.pairs)), np.array(list(self._team_column.values()), dtype=int)])
        self._engine = Engine(options, *self._bounds(), whole)
        self._engine.add(self._rows())
        for objective, most in problem.limits:
            self.limit(objective, most)

    def _team_columns(self) -> dict[int, int]:
        if not self.problem.counts_teams:
            return {}
        start = len(self.problem.pairs) + self.problem.units
        return {base: start + k for k, base in enumerate(self.allowed)}

    def _bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        problem = self.problem
        lower = np.zeros(len(problem.pairs) + problem.units + len(self._team_column))
        upper = np.ones(len(lower))
        upper[self._unit_columns[list(problem.served)]] = 0
        for base, column in self._team_column.items():
            upper[column] = problem.most_teams[base]
        return lower, upper

    def aim(self, objective: Objective) -> None:
        """Minimise ``objective`` in the runs to come."""
        self._engine.aim(self._costs(objective), float(np.abs(objective.unserved).sum() or objective.cost.sum()))

    def limit(self, objective: Objective, most: float) -> None:
        """Add a row: ``objective`` must not be above ``most``."""
        self._engine.limit(self._costs(objective), most)

    def _costs(self, objective: Objective) -> NDArray[np.float64]:
        teams = np.full(len(self._team_column), float(objective.per_team))
        return np.concatenate([objective.cost.astype(float), objective.unserved.astype(float), teams])

    def run(self, seconds: float, *, relaxed: bool) -> Found:
        """Solve the model, or its relaxation, within ``seconds``.

        ``x`` and ``reduced`` of the answer have one value for each pair; ``reduced`` is 0 unless a relaxed run is done.
        """
        found, count = self._engine.run(seconds, relaxed=relaxed), len(self.problem.pairs)
        reduced = found.reduced[:count] if relaxed and found.done else np.zeros(count)
        return replace(found, x=None if found.x is None else found.x[:count], reduced=reduced)

    def allow_only(self, keep: NDArray[np.bool_]) -> None:
        """Leave out the pairs that ``keep`` marks False in the runs to come."""
        self._engine.allow_only(keep)

    def add_contiguity(self, cuts: Iterable[Cut]) -> None:
        """Add contiguity cuts: they forbid catchments in pieces."""
        self._engine.add(self._contiguity_row(cut) for cut in cuts)

    def add_knapsack(self, cuts: Iterable[KnapsackCut]) -> None:
        """Add cuts on sizes: they forbid parts of teams."""
        self._engine.add(
            Row(np.append(cut.columns, cut.used), np.append(cut.coefficients, -cut.times), 0.0, INFINITE)
            for cut in cuts
        )

    def _rows(self) -> Iterator[Row]:
        """Yield all rows of the rules, and the contiguity cuts of single units.

        Each unit is served once or left out. Only used bases serve. Then come sizes, capacity, excess and teams.
        """
        problem = self.problem
        of_unit: dict[int, list[int]] = {unit: [] for unit in range(problem.units)}
        for column, (unit, _) in enumerate(problem.pairs):
            of_unit[int(unit)].append(column)
        for unit, columns in of_unit.items():
            yield Row([*columns, int(self._unit_columns[unit])], [1.0] * (len(columns) + 1), 1.0, 1.0)
        for base in self.allowed:
            yield from self._base_rows(base)
        if problem.teams != (0, NO_LIMIT):
            columns = list(self._team_column.values())
            yield Row(columns, [1.0] * len(columns), problem.teams[0], _upper(problem.teams[1]))
        for group in problem.groups:
            columns = [self.used(base) for base in sorted(group.bases & set(self.allowed))]
            yield Row(columns, [1.0] * len(columns), group.least, _upper(group.most))
        yield from self._together_rows()
        yield from self._apart_rows()
        if problem.neighbours is not None:
            yield from map(self._contiguity_row, first_cuts(self.home, self.allowed, problem.neighbours))

    def _together_rows(self) -> Iterator[Row]:
        """Each unit of a group has the base of the first one."""
        for group in self.problem.together:
            first, *others = sorted(group)
            for unit in others:
                for base in self.allowed:
                    signed = {(first, base): 1.0, (unit, base): -1.0}
                    known = {self.column[pair]: sign for pair, sign in signed.items() if pair in self.column}
                    if known:
                        yield Row(list(known), list(known.values()), 0.0, 0.0)

    def _apart_rows(self) -> Iterator[Row]:
        """A used base takes at most one of two units that are kept apart."""
        for units in self.problem.apart:
            for base in self.allowed:
                if all((unit, base) in self.column for unit in units):
                    used = self.used(base)
                    others = sorted({self.column[unit, base] for unit in units} - {used})
                    room = [used] if len(others) == len(units) else []  # its own unit leaves no room for the other
                    yield Row([*others, *room], [1.0] * len(others) + [-1.0] * len(room), -INFINITE, 0.0)

    def _base_rows(self, base: int) -> Iterator[Row]:
        """Yield the rows of one base; each is scaled to coefficients around 1, where the solver's tolerances fit."""
        problem, used = self.problem, self.used(base)
        minimum, capacity = self.minimum(base), self.capacity(base)
        for column in minimum.columns:
            yield Row([int(column), used], [1.0, -1.0], -INFINITE, 0.0)
        if minimum.limit > 0:
            weights = np.minimum(minimum.weights, minimum.limit) / minimum.limit
            yield Row(np.append(minimum.columns, used), np.append(weights, -1.0), 0.0, INFINITE)
        if capacity is not None:
            scale = max(capacity.limit, 1)
            weights = np.append(capacity.weights / scale, -capacity.limit / scale)
            yield Row(np.append(capacity.columns, used), weights, -INFINITE, 0.0)
        if problem.excess is not None:
            columns = np.append(minimum.columns, used)
            excess = problem.excess[columns].astype(float)
            yield Row(columns, excess / max(1.0, np.abs(excess).max()), -INFINITE, 0.0)
        if base in self._team_column:
            yield from self._team_rows(base, minimum.columns, used)

    def _team_rows(self, base: int, others: NDArray[np.intp], used: int) -> Iterator[Row]:
        """A used base has as many teams as its residents fill, and at least one; an unused base has none."""
        problem, teams = self.problem, self._team_column[base]
        most = int(problem.most_teams[base]) if math.isfinite(problem.per_team) else 1
        yield Row([teams, used], [1.0, -1.0], 0.0, INFINITE)
        yield Row([teams, used], [1.0, -float(most)], -INFINITE, 0.0)
        if most > 1:
            columns = np.append(others, used)
            load = problem.persons[problem.pairs[columns, 0]] / problem.per_team
            # k teams need more residents than k - 1 teams can take
            filled = 1 + 1 / (most - 1) / problem.per_team
            yield Row(np.append(columns, teams), np.append(load, -1.0), -INFINITE, 0.0)
            yield Row(np.append(columns, teams), np.append(load, -filled), -filled, INFINITE)

    def used(self, base: int) -> int:
        """Return the column that says whether a base is used: the pair of the base and its own unit."""
        return self.column[self.home[base], base]

    def minimum(self, base: int) -> Knapsack:
        """Return the size that the base's own unit lacks, and the sizes that the other units would bring."""
        used = self.used(base)
        columns = self._others(base)
        sizes = self.problem.size
        return Knapsack(columns, sizes[columns], used, self.problem.minimum - int(sizes[used]))

    def capacity(self, base: int) -> Knapsack | None:
        """Return the residents that the base's teams can take besides its own unit; None if there is no capacity."""
        problem = self.problem
        if not math.isfinite(problem.per_team):
            return None
        columns = self._others(base)
        room = problem.per_team * int(problem.most_teams[base]) - int(problem.persons[self.home[base]])
        return Knapsack(columns, problem.persons[problem.pairs[columns, 0]], self.used(base), math.floor(room))

    def _others(self, base: int) -> NDArray[np.intp]:
        """Return the columns of all units of the base but its own."""
        home = self.home[base]
        return np.array([self.column[unit, base] for unit in sorted(self.allowed[base]) if unit != home], dtype=np.intp)

    def _contiguity_row(self, cut: Cut) -> Row:
        columns = [self.column[cut.unit, cut.base], *(self.column[unit, cut.base] for unit in sorted(cut.separator))]
        return Row(columns, [1.0] + [-1.0] * len(cut.separator), -INFINITE, 0.0)


def _upper(most: int) -> float:
    return INFINITE if most == NO_LIMIT else float(most)


def assignment(problem: Problem, x: NDArray[np.float64]) -> dict[int, int]:
    """Return the pairs that a solution takes, as unit -> base."""
    return {int(unit): int(base) for unit, base in problem.pairs[x > 0.5]}  # noqa: PLR2004


def shares(model: Model, x: NDArray[np.float64], above: float) -> Mapping[int, set[int]]:
    """Return, for a relaxed solution, the units of each base whose value is over ``above`` times that of the base."""
    members: dict[int, set[int]] = {}
    for column in np.flatnonzero(x > 1e-6):  # noqa: PLR2004 - the solver's idea of zero
        unit, base = (int(k) for k in model.problem.pairs[column])
        if x[column] > above * x[model.used(base)] or unit == model.home[base]:
            members.setdefault(base, set()).add(unit)
    return members
