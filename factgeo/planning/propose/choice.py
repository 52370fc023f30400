"""Choose the best plan among all possible catchments; each unit is in at most one.

Each stage has three steps. The relaxed choice gives a price for each unit and rule. From these prices follow a bound,
and for each catchment how far above this bound every plan with it is. The cheapest catchments are solved to integers.
Then all that can be in a better plan are, which proves the best. A catchment that is in no plan as good as a stage
demands is left out of the stages to come.
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
FEW = 500  # catchments in the first round
WIDER = 4  # times as many at most in the next round
SLACK = 1e-9  # a bound computed from prices is lowered by this share: sums of doubles are not exact


@dataclass(frozen=True)
class _Rules:
    """The rules as rows: lower <= matrix x catchments <= upper."""

    matrix: csr_array
    lower: Numbers
    upper: Numbers

    def some(self, columns: NDArray[np.intp]) -> Iterator[Row]:
        """Yield the rules for the catchments of ``columns`` alone."""
        part = self.matrix[:, columns]
        for row, (lower, upper) in enumerate(zip(self.lower, self.upper, strict=True)):
            mine = slice(part.indptr[row], part.indptr[row + 1])
            yield Row(part.indices[mine].astype(np.intp), part.data[mine], float(lower), float(upper))

    def worth(self, duals: Numbers) -> tuple[Numbers, float]:
        """Return prices with the right signs, and the least that the rules are worth at these prices.

        A price pulls towards one side of its rule. Where that side is infinite, the price can only be the solver's
        rounding, and 0 takes its place. Any prices of the right signs give a true bound (weak duality), so the bound
        does not depend on how exactly the solver worked.
        """
        prices = np.where((duals > 0) & np.isinf(self.lower) | (duals < 0) & np.isinf(self.upper), 0.0, duals)
        side = np.where(prices > 0, self.lower, np.where(prices < 0, self.upper, 0.0))
        return prices, float(prices @ side)


@dataclass(frozen=True)
class _Relaxed:
    """The relaxed choice: no plan is below ``bound``, none with a catchment is below ``bound`` plus its ``above``."""

    bound: float
    above: Numbers


class Choice:
    """Search one piece whose catchments are all known; each stage starts from the best plan of the stage before."""

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
        """Solve all stages, one after the other, until ``deadline`` (of the monotonic clock)."""
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
        """Search one stage and leave the best plan in ``_plan``.

        Returns:
            A value that no plan is below, and how the search ended.
        """
        self._value = math.inf if self._plan is None else self._problem.value(stage, self._plan)
        if self._value <= self._problem.least(stage):
            return self._value, "optimal"  # nothing can be better
        if not len(self._catchments.base):  # then the only plan is the one without teams, if the rules allow it
            return self._value, "none" if self._plan is None else "optimal"

        # Relax. Values of plans are whole numbers: a plan less than one above the bound is best.
        rules = self._rules()
        relaxed = self._relaxed(stage, rules)
        if not isinstance(relaxed, _Relaxed):
            return -math.inf if relaxed != "none" else math.inf, relaxed
        if self._value - NEARLY_ONE <= relaxed.bound:
            return self._value, "optimal"

        # Restrict and widen, as in the search among pairs.
        bound, status = self._integer(stage, rules, relaxed)

        # Shrink. Later stages must keep this stage's value, up to its slack. A catchment is left out if every plan with
        # it is worse than that.
        if self._plan is not None:
            settled = self._value + stage.slack * self._problem.persons.sum()
            self._catchments = self._catchments.some(np.flatnonzero(relaxed.above <= settled - relaxed.bound))
        return bound, status

    def _integer(self, stage: Objective, rules: _Rules, relaxed: _Relaxed) -> tuple[float, Status]:
        """Solve to integers with the cheapest catchments, then with more, until those left out can improve nothing."""
        order = np.argsort(relaxed.above, kind="stable")
        count = FEW
        while True:
            some = np.sort(order[:count])
            found = self._run(stage, rules, some, relaxed=False)
            if found.x is not None:
                self._consider(stage, some[found.x > 0.5])  # noqa: PLR2004

            # A plan has only these catchments, and is not below `within`; or it has one that is left out, and is not
            # below `others`, because the cheapest of those left out comes next in the order.
            others = relaxed.bound + relaxed.above[order[count]] if count < len(order) else math.inf
            within = math.inf if found.impossible else found.bound
            bound = max(rounded_up(relaxed.bound), min(within, others))
            if not (found.done or found.impossible):
                return bound, "interrupted" if self._interrupted else "time_limit"
            if self._value - NEARLY_ONE <= others:
                return bound, "none" if self._plan is None else "optimal"

            # With a plan, only catchments that can be in a better one are of use; without one, any may be.
            better = int(np.count_nonzero(relaxed.above <= self._value - NEARLY_ONE - relaxed.bound))
            count = WIDER * count if self._plan is None else min(better, WIDER * count)

    def _relaxed(self, stage: Objective, rules: _Rules) -> _Relaxed | Status:
        """Solve the relaxed choice; return how it ended if that gives no prices."""
        every = np.arange(len(self._catchments.base))
        found = self._run(stage, rules, every, relaxed=True)
        if found.impossible:
            return "none"
        if not found.done:
            return "interrupted" if self._interrupted else "time_limit"
        prices, worth = rules.worth(found.duals)
        above = self._catchments.gains(stage) - rules.matrix.T @ prices
        # A plan has no more catchments than units. Each can lower its value by the most negative `above` at most, which
        # is not quite zero because solver and doubles round.
        below = self._problem.units * min(0.0, float(above.min(initial=0.0)))
        bound = float(stage.unserved.sum()) + worth + below
        return _Relaxed(bound - SLACK * abs(bound), above)

    def _run(self, stage: Objective, rules: _Rules, columns: NDArray[np.intp], *, relaxed: bool) -> Found:
        count = len(columns)
        # The rows of the units keep each value at 1 or below. A bound of 1 on columns would take a part of their price.
        upper = np.full(count, INFINITE if relaxed else 1.0)
        engine = Engine(self._options, np.zeros(count), upper, np.arange(count))
        engine.add(rules.some(columns))
        gains = self._catchments.gains(stage)[columns].astype(float)
        worth = float(np.abs(stage.unserved).sum() or stage.cost.sum())
        engine.aim(gains, worth, whole=True, constant=float(stage.unserved.sum()))
        found = engine.run(self._deadline - time.monotonic(), relaxed=relaxed)
        self._interrupted |= found.interrupted
        return found

    def _consider(self, stage: Objective, columns: NDArray[np.intp]) -> None:
        """Keep a plan if it obeys all rules and is better than the best so far."""
        row, unit = self._catchments.members[columns].nonzero()
        plan = dict(sorted((int(u), int(self._catchments.base[columns[r]])) for r, u in zip(row, unit, strict=True)))
        as_good = all(self._problem.value(earlier, plan) <= most for earlier, most in self._settled)
        value = self._problem.value(stage, plan)
        if as_good and value < self._value and self._problem.holds(plan):
            self._plan, self._value = plan, value

    def _rules(self) -> _Rules:
        """Return the rules as rows: each unit at most once, numbers of teams and bases, limits, earlier stages."""
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
    """Can the best plan have a base that is not the first by the order of the stages for its units?"""
    return bool(problem.limits) or any(stage.slack for stage in problem.stages)


def _best_bases(problem: Problem, catchments: Catalogue) -> Catalogue:
    """Keep, for each set of units, the base that the stages put first, among bases that are in the same groups."""
    counted = [np.isin(catchments.base, list(group.bases)) for group in problem.groups]
    alike = [catchments.set_of, *counted]
    keys = [*alike, *(catchments.gains(stage) for stage in problem.stages), catchments.base]
    order = np.lexsort(keys[::-1])
    same = np.ones(max(0, len(order) - 1), dtype=bool)
    for key in alike:
        same &= key[order][1:] == key[order][:-1]
    return catchments.some(np.sort(order[np.concatenate([[True], ~same])[: len(order)]]))
