"""The best plan as a choice among all catchments that there can be, each unit in one at most.

Each stage: the relaxed choice gives a price for each unit and rule, and with them a bound and for each catchment by how
much a plan that has it is above that bound. The cheapest are solved to integers; then those that could be in a better
plan, which proves it. A catchment that can be in no plan as good as a stage demands is out for the stages to come.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from factgeo.planning.plan import Status
from factgeo.planning.propose.catalogue import Catalogue
from factgeo.planning.propose.engine import INFINITE, NEARLY_ONE, Engine, Found, Row, rounded_up
from factgeo.planning.propose.problem import NO_LIMIT, Objective, Problem, Solution, StageProof
from factgeo.settings import Solver

Numbers = NDArray[np.float64]
FEW = 500  # catchments in the first round, and
WIDER = 4  # times more in the next, as long as there is no plan
SLACK = 1e-9  # of a bound worked out from prices, relative: sums of doubles


@dataclass(frozen=True)
class _Rules:
    """lower <= matrix x catchments <= upper."""

    matrix: csr_array
    lower: Numbers
    upper: Numbers

    def some(self, columns: NDArray[np.intp]) -> Iterator[Row]:
        """The rules for some catchments alone."""
        part = self.matrix[:, columns]
        for row, (lower, upper) in enumerate(zip(self.lower, self.upper, strict=True)):
            mine = slice(part.indptr[row], part.indptr[row + 1])
            yield Row(part.indices[mine].astype(np.intp), part.data[mine], float(lower), float(upper))

    def worth(self, duals: Numbers) -> tuple[Numbers, float]:
        """Prices of the rules that are right in sign, and what the rules alone are worth at them."""
        prices = np.where((duals > 0) & np.isinf(self.lower) | (duals < 0) & np.isinf(self.upper), 0.0, duals)
        side = np.where(prices > 0, self.lower, np.where(prices < 0, self.upper, 0.0))
        return prices, float(prices @ side)


@dataclass(frozen=True)
class _Relaxed:
    """No plan is below ``bound``, and none with a catchment below ``bound`` and its ``above`` together."""

    bound: float
    above: Numbers


class Choice:
    """One piece of a problem whose catchments are all known: stage by stage, the best plan so far handed on."""

    def __init__(self, problem: Problem, catchments: Catalogue, options: Solver) -> None:
        self._problem = problem
        self._catchments = catchments if _may_differ(problem) else _best_bases(problem, catchments)
        self._options = options
        self._settled: list[tuple[Objective, int]] = []
        self._plan: dict[int, int] | None = None
        self._value = math.inf
        self._interrupted = False
        self._deadline = math.inf

    def solve(self, deadline: float) -> Solution:
        """All stages, one after the other, until the deadline (of the monotonic clock)."""
        self._deadline = deadline
        self._plan = {} if self._problem.holds({}) else None
        proofs: list[StageProof] = []
        for stage in self._problem.stages:
            begun = time.perf_counter()
            bound, status = self._stage(stage)
            seconds = time.perf_counter() - begun
            if self._plan is None:
                return Solution(None, (*proofs, StageProof(stage.name, 0, 0, status, seconds)))
            bound = max(bound, self._problem.least(stage))
            proofs.append(StageProof(stage.name, self._value, min(bound, self._value), status, seconds))
            slack = math.floor(stage.slack * self._problem.persons.sum())
            self._settled.append((stage, int(self._value) + slack))
        return Solution(self._plan, tuple(proofs))

    def _stage(self, stage: Objective) -> tuple[float, Status]:
        """The best bound and how the stage ended; the plan is in ``_plan``."""
        self._value = math.inf if self._plan is None else self._problem.value(stage, self._plan)
        if self._value <= self._problem.least(stage):
            return self._value, "optimal"  # nothing can be better
        if not len(self._catchments.base):
            return self._value, "none" if self._plan is None else "optimal"
        rules = self._rules()
        relaxed = self._relaxed(stage, rules)
        if not isinstance(relaxed, _Relaxed):
            return -math.inf if relaxed != "none" else math.inf, relaxed
        if self._value - NEARLY_ONE <= relaxed.bound:
            return self._value, "optimal"
        bound, status = self._integer(stage, rules, relaxed)
        if self._plan is not None:
            settled = self._value + stage.slack * self._problem.persons.sum()
            self._catchments = self._catchments.some(np.flatnonzero(relaxed.above <= settled - relaxed.bound))
        return bound, status

    def _integer(self, stage: Objective, rules: _Rules, relaxed: _Relaxed) -> tuple[float, Status]:
        order = np.argsort(relaxed.above, kind="stable")
        count = FEW
        while True:
            found = self._run(stage, rules, np.sort(order[:count]), relaxed=False)
            if found.x is not None:
                self._consider(stage, np.sort(order[:count])[found.x > 0.5])  # noqa: PLR2004
            others = relaxed.bound + relaxed.above[order[count]] if count < len(order) else math.inf
            within = math.inf if found.impossible else found.bound
            bound = max(rounded_up(relaxed.bound), min(within, others))
            if not (found.done or found.impossible):
                return bound, "interrupted" if self._interrupted else "time_limit"
            if self._value - NEARLY_ONE <= others:
                return bound, "none" if self._plan is None else "optimal"
            better = int(np.count_nonzero(relaxed.above <= self._value - NEARLY_ONE - relaxed.bound))
            count = WIDER * count if self._plan is None else min(better, WIDER * count)

    def _relaxed(self, stage: Objective, rules: _Rules) -> _Relaxed | Status:
        """Bound and prices; how it ended where there are none."""
        every = np.arange(len(self._catchments.base))
        found = self._run(stage, rules, every, relaxed=True)
        if found.impossible:
            return "none"
        if not found.done:
            return "interrupted" if self._interrupted else "time_limit"
        prices, worth = rules.worth(found.duals)
        above = self._catchments.gains(stage) - rules.matrix.T @ prices
        # a plan has no more catchments than units; what solver and doubles leave below zero is taken off the bound
        below = self._problem.units * min(0.0, float(above.min(initial=0.0)))
        bound = float(stage.unserved.sum()) + worth + below
        return _Relaxed(bound - SLACK * abs(bound), above)

    def _run(self, stage: Objective, rules: _Rules, columns: NDArray[np.intp], *, relaxed: bool) -> Found:
        count = len(columns)
        upper = np.full(
            count, INFINITE if relaxed else 1.0
        )  # units alone hold it below one, so that they have the price
        engine = Engine(self._options, np.zeros(count), upper, np.arange(count))
        engine.add(rules.some(columns))
        gains = self._catchments.gains(stage)[columns].astype(float)
        worth = float(np.abs(stage.unserved).sum() or stage.cost.sum())
        engine.aim(gains, worth, whole=True, constant=float(stage.unserved.sum()))
        found = engine.run(self._deadline - time.monotonic(), relaxed=relaxed)
        self._interrupted |= found.interrupted
        return found

    def _consider(self, stage: Objective, columns: NDArray[np.intp]) -> None:
        """Keep a plan if it holds and is better than the best so far."""
        row, unit = self._catchments.members[columns].nonzero()
        plan = dict(sorted((int(u), int(self._catchments.base[columns[r]])) for r, u in zip(row, unit, strict=True)))
        as_good = all(self._problem.value(earlier, plan) <= most for earlier, most in self._settled)
        value = self._problem.value(stage, plan)
        if as_good and value < self._value and self._problem.holds(plan):
            self._plan, self._value = plan, value

    def _rules(self) -> _Rules:
        """Each unit once; numbers of teams and of bases; limits and what earlier stages settled."""
        problem, catchments = self._problem, self._catchments
        units = np.arange(problem.units)
        rows = [csr_array(catchments.members.T)]
        lower, upper = [np.isin(units, list(problem.served)).astype(float)], [np.ones(problem.units)]
        limits = (*problem.limits, *self._settled)
        counted = [(catchments.teams, *problem.teams)] if problem.teams != (0, NO_LIMIT) else []
        counted += [(np.isin(catchments.base, list(g.bases)).astype(np.int64), g.least, g.most) for g in problem.groups]
        for count, least, most in counted:
            rows.append(csr_array(count[None, :]))
            lower.append(np.array([float(least)]))
            upper.append(np.array([INFINITE if most == NO_LIMIT else float(most)]))
        for objective, most in limits:
            scale = max(1.0, abs(most))
            rows.append(csr_array(catchments.gains(objective)[None, :] / scale))
            lower.append(np.array([-INFINITE]))
            upper.append(np.array([(most - objective.unserved.sum()) / scale]))
        return _Rules(csr_array(vstack(rows, format="csr")), np.concatenate(lower), np.concatenate(upper))


def _may_differ(problem: Problem) -> bool:
    """Can it matter which of two bases serves the same units, beside the order of the stages?"""
    return bool(problem.limits) or any(stage.slack for stage in problem.stages)


def _best_bases(problem: Problem, catchments: Catalogue) -> Catalogue:
    """For each set of units the base that the stages put first, of those that the same groups have."""
    counted = [np.isin(catchments.base, list(group.bases)) for group in problem.groups]
    alike = [catchments.set_of, *counted]
    keys = [*alike, *(catchments.gains(stage) for stage in problem.stages), catchments.base]
    order = np.lexsort(keys[::-1])
    same = np.ones(max(0, len(order) - 1), dtype=bool)
    for key in alike:
        same &= key[order][1:] == key[order][:-1]
    return catchments.some(np.sort(order[np.concatenate([[True], ~same])[: len(order)]]))
