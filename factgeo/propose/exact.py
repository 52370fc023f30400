"""Solving the model to proven optimality with HiGHS, wholeness included."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from factgeo.plan import Status
from factgeo.propose.problem import Problem, Solution, allowed_units, components, reachable, trim
from factgeo.propose.wholeness import Cut, cuts
from factgeo.settings import Solver

WORSE: tuple[Status, ...] = ("optimal", "time_limit", "interrupted")
HURRY_S = 2.0  # for each part still to solve after an interrupt
POLL_S = 0.05  # how often an interrupt is looked for while the solver runs


@dataclass(frozen=True)
class _Row:
    """lower <= sum of coefficient x column <= upper."""

    columns: list[int]
    coefficients: list[float]
    lower: float
    upper: float


def solve(problem: Problem, options: Solver, progress: Callable[[str], None] = lambda _: None) -> Solution:
    """The cheapest whole plan, or the best found when time runs out.

    Parts that share no pair are solved one by one. Without interruption the result depends on the problem and
    the options alone.

    After Ctrl-C the parts still to solve get a moment each, so that the best plan so far covers the whole area.
    """
    problem = trim(problem)
    base_of: dict[int, int] = {}
    in_no_part = set(range(len(problem.size)))
    value = bound = 0.0
    statuses: set[Status] = set()
    deadline = time.monotonic() + options.time_limit
    parts = components(problem)
    for number, (units, rows) in enumerate(parts, start=1):
        progress(f"{number}/{len(parts)}")
        part = _Part(problem, units, rows, options)
        solution = part.solve(time.monotonic() + HURRY_S if "interrupted" in statuses else deadline)
        base_of |= solution.base_of
        value, bound = value + solution.value, bound + solution.bound
        statuses.add(solution.status)
        in_no_part -= set(units.tolist())
    rest = sum(int(problem.unserved_cost[unit]) for unit in in_no_part)
    worst: Status = max(statuses, key=WORSE.index, default="optimal")
    return Solution(dict(sorted(base_of.items())), value + rest, bound + rest, worst)


class _Part:
    """One independent part of the problem as a mixed-integer model, with cuts added until every catchment is whole."""

    def __init__(self, problem: Problem, units: NDArray[np.intp], rows: NDArray[np.intp], options: Solver) -> None:
        self._problem = problem
        self._units = units.tolist()
        self._pairs = [(int(i), int(j)) for i, j in problem.pairs[rows]]
        self._cost = problem.cost[rows]
        self._column = {pair: k for k, pair in enumerate(self._pairs)}
        self._allowed = {base: members for base, members in allowed_units(problem).items() if base in self._bases()}
        self._home = {base: int(problem.home[base]) for base in self._bases()}
        # prices go in as parts of what leaving everyone out would cost, so that tolerances mean the same everywhere
        self._scale = max(1.0, float(problem.unserved_cost[units].sum()) / 1e4)
        self._options = options
        self._model = self._new_model()

    def _bases(self) -> list[int]:
        return sorted({base for _, base in self._pairs})

    def solve(self, deadline: float) -> Solution:
        """Solve, cut what is not whole, solve again; at the deadline keep what is whole of the best found."""
        bound = 0.0  # no price is negative
        while True:
            self._model.setOptionValue("time_limit", max(0.1, deadline - time.monotonic()))
            interrupted = _run(self._model)
            bound = max(bound, self._model.getInfo().mip_dual_bound * self._scale)
            found = self._assignment()
            done = self._model.getModelStatus() == highspy.HighsModelStatus.kOptimal
            violated = cuts(found, self._home, self._allowed, self._problem.neighbours)
            if done and violated and not interrupted:
                self._add_rows(self._cut_row(cut) for cut in violated)
                continue
            whole = self._whole_part(found) if violated else found
            value = self._value(whole)
            status: Status = "optimal" if done and not violated else "interrupted" if interrupted else "time_limit"
            return Solution(whole, value, min(value, bound), status)

    def _whole_part(self, base_of: Mapping[int, int]) -> dict[int, int]:
        """What is left when each catchment loses its loose pieces, and those then too small are given up."""
        kept: dict[int, int] = {}
        for base in set(base_of.values()):
            units = {unit for unit, its_base in base_of.items() if its_base == base}
            whole = reachable(self._home[base], units, self._problem.neighbours)
            if self._problem.size[list(whole)].sum() >= self._problem.minimum:
                kept |= dict.fromkeys(whole, base)
        return kept

    def _value(self, base_of: Mapping[int, int]) -> float:
        served = sum(float(self._cost[self._column[pair]]) for pair in base_of.items())
        return served + sum(float(self._problem.unserved_cost[u]) for u in self._units if u not in base_of)

    def _assignment(self) -> dict[int, int]:
        """The best assignment found so far; nothing where none was found."""
        if self._model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return {}
        chosen = np.asarray(self._model.getSolution().col_value)[: len(self._pairs)] > 0.5  # noqa: PLR2004
        return {unit: base for (unit, base), taken in zip(self._pairs, chosen, strict=True) if taken}

    def _new_model(self) -> highspy.Highs:
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        model.silent()
        model.HandleUserInterrupt = True
        model.setOptionValue("mip_rel_gap", self._options.gap)
        model.setOptionValue("mip_feasibility_tolerance", 1e-7)
        model.setOptionValue("threads", self._options.threads)
        model.setOptionValue("random_seed", self._options.seed)
        unserved = np.array([float(self._problem.unserved_cost[u]) for u in self._units])
        cost = np.concatenate([self._cost.astype(float), unserved]) / self._scale
        count, ones, zeros = len(cost), np.ones(len(cost)), np.zeros(len(cost))
        starts, nothing = np.zeros(count, dtype=np.int32), np.empty(0, dtype=np.int32)
        model.addCols(count, cost, zeros, ones, 0, starts, nothing, np.empty(0))
        integer = np.full(len(self._pairs), highspy.HighsVarType.kInteger)
        model.changeColsIntegrality(len(self._pairs), np.arange(len(self._pairs), dtype=np.int32), integer)
        self._model = model
        self._add_rows(self._rows())
        return model

    def _rows(self) -> Iterable[_Row]:
        """Each unit once; only used bases serve; minimum size and capacity of each catchment."""
        problem = self._problem
        of_unit: dict[int, list[int]] = {unit: [] for unit in self._units}
        of_base: dict[int, list[tuple[int, int]]] = {}
        for column, (unit, base) in enumerate(self._pairs):
            of_unit[unit].append(column)
            of_base.setdefault(base, []).append((unit, column))
        for number, unit in enumerate(self._units):
            columns = [*of_unit[unit], len(self._pairs) + number]
            yield _Row(columns, [1.0] * len(columns), 1.0, 1.0)
        for base, members in of_base.items():
            used = self._column[self._home[base], base]
            for _, column in members:
                if column != used:
                    yield _Row([column, used], [1.0, -1.0], -highspy.kHighsInf, 0.0)
            yield self._sum_row(members, problem.size, used, float(problem.minimum), at_least=True)
            if math.isfinite(problem.capacity[base]):
                yield self._sum_row(members, problem.persons, used, float(problem.capacity[base]), at_least=False)

    def _sum_row(
        self,
        members: list[tuple[int, int]],
        weight: NDArray[np.int64],
        used: int,
        limit: float,
        *,
        at_least: bool,
    ) -> _Row:
        """Sum of weights >= (or <=) the limit if the base is used, as a multiple of the limit."""
        columns = [column for _, column in members]
        coefficients = [float(weight[unit]) / limit - (1.0 if column == used else 0.0) for unit, column in members]
        return _Row(columns, coefficients, *((0.0, highspy.kHighsInf) if at_least else (-highspy.kHighsInf, 0.0)))

    def _cut_row(self, cut: Cut) -> _Row:
        columns = [
            self._column[cut.unit, cut.base],
            *(self._column[unit, cut.base] for unit in sorted(cut.separator)),
        ]
        return _Row(columns, [1.0] + [-1.0] * len(cut.separator), -highspy.kHighsInf, 0.0)

    def _add_rows(self, rows: Iterable[_Row]) -> None:
        listed = list(rows)
        starts = np.cumsum([0, *(len(row.columns) for row in listed)])[:-1].astype(np.int32)
        self._model.addRows(
            len(listed),
            np.array([row.lower for row in listed]),
            np.array([row.upper for row in listed]),
            sum(len(row.columns) for row in listed),
            starts,
            np.array([column for row in listed for column in row.columns], dtype=np.int32),
            np.array([value for row in listed for value in row.coefficients]),
        )


def _run(model: highspy.Highs) -> bool:
    """Run the solver in a thread so that Ctrl-C ends it at its best plan so far; True if that happened."""
    thread = threading.Thread(target=model.run, daemon=True)
    thread.start()
    interrupted = False
    while thread.is_alive():
        try:
            thread.join(POLL_S)
        except KeyboardInterrupt:
            interrupted = True
            model.cancelSolve()  # type: ignore[no-untyped-call]
    return interrupted
