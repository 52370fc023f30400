"""HiGHS with columns, rows and an objective; Ctrl-C ends a run with the best solution so far."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from factgeo.progress import raise_if_stopped
from factgeo.settings import Solver

Numbers = NDArray[np.float64]
INFINITE = highspy.kHighsInf
POLL_S = 0.05  # how often an interrupt is looked for while the solver runs
WORTH = 1e4  # a plan costs about this much in the model, so that tolerances mean the same everywhere
LEAST_GAP = 1e-6  # absolute, in the model
NEARLY_ONE = 0.99  # plans have whole values: one that is no further than this above a bound is best
EXACT_BELOW = 1e6  # values that the solver knows to well within one


def rounded_up(bound: float) -> float:
    """Round up a bound on whole numbers, if it is below ``EXACT_BELOW``; the solver is not exact enough above that."""
    return float(math.ceil(bound - 1e-3)) if abs(bound) < EXACT_BELOW else bound


@dataclass(frozen=True)
class Row:
    """lower <= sum of coefficients x columns <= upper."""

    columns: NDArray[np.intp] | list[int]
    coefficients: Numbers | list[float]
    lower: float
    upper: float


@dataclass(frozen=True)
class Found:
    """The answer of one run of the solver.

    Attributes:
        x: Value of each column; None if no solution was found.
        bound: No solution is below this value of the objective.
        done: Was the run finished?
        impossible: Is it proven that there is no solution?
        interrupted: Was it ended by Ctrl-C or a stop request?
        reduced: Reduced cost of each column, after a relaxed run: the objective grows by at least this if it is taken.
        duals: Price of each row, after a relaxed run.
    """

    x: Numbers | None
    bound: float
    done: bool
    impossible: bool
    interrupted: bool
    reduced: Numbers
    duals: Numbers


class Engine:
    """One HiGHS model. It starts with columns alone; rows and the objective are added later.

    Args:
        options: Gap, threads and seed.
        lower: Lower bound of each column.
        upper: Upper bound of each column.
        whole: The columns whose values must be whole numbers.
    """

    def __init__(self, options: Solver, lower: Numbers, upper: Numbers, whole: NDArray[np.intp]) -> None:
        self._scale = 1.0
        self._asked_to_stop = threading.Event()
        highs = self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        highs.silent()
        for event in (highs.cbSimplexInterrupt, highs.cbMipInterrupt):
            event.subscribe(self._stop_if_asked)
        for name, value in (
            ("mip_rel_gap", options.gap), ("mip_feasibility_tolerance", 1e-7), ("threads", options.threads),
            ("random_seed", options.seed),
        ):  # fmt: skip
            highs.setOptionValue(name, value)
        count, nothing = len(lower), np.empty(0, dtype=np.int32)
        highs.addCols(count, np.zeros(count), lower, upper, 0, np.zeros(count, np.int32), nothing, np.empty(0))
        kinds = np.full(len(whole), highspy.HighsVarType.kInteger)
        highs.changeColsIntegrality(len(whole), whole.astype(np.int32), kinds)

    def aim(self, cost: Numbers, worth: float, *, whole: bool = False, constant: float = 0.0) -> None:
        """Minimise ``constant`` plus the sum of ``cost`` times columns.

        Args:
            cost: Price of each column.
            worth: About the price of a whole plan; it sets the scale of the model.
            whole: All sums are whole numbers, so a plan is best as soon as the bound is less than one below it.
            constant: Added to every sum. It matters because the gap that ends a run is relative to the whole sum.
        """
        exact = whole and worth <= EXACT_BELOW  # left as they are, the solver sees for itself that they are whole
        self._scale = 1.0 if exact else max(1.0, worth / WORTH)
        self._highs.setOptionValue("mip_abs_gap", max(LEAST_GAP, NEARLY_ONE / self._scale) if whole else LEAST_GAP)
        self._highs.changeObjectiveOffset(constant / self._scale)
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost / self._scale)

    def limit(self, cost: Numbers, most: float) -> None:
        """Add a row: the sum of ``cost`` times columns must not be above ``most``."""
        columns, scale = np.flatnonzero(cost), max(1.0, abs(most))
        self.add([Row(columns, cost[columns] / scale, -INFINITE, most / scale)])

    def allow_only(self, keep: NDArray[np.bool_]) -> None:
        """Fix the columns that ``keep`` marks False at 0 in later runs; ``keep`` covers the first columns."""
        count = len(keep)
        self._highs.changeColsBounds(count, np.arange(count, dtype=np.int32), np.zeros(count), keep.astype(float))

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        listed = list(rows)
        lengths = [len(row.columns) for row in listed]
        if not listed:
            return
        self._highs.addRows(
            len(listed),
            np.array([row.lower for row in listed]),
            np.array([row.upper for row in listed]),
            sum(lengths),
            np.cumsum([0, *lengths])[:-1].astype(np.int32),
            np.concatenate([np.asarray(row.columns) for row in listed]).astype(np.int32),
            np.concatenate([np.asarray(row.coefficients, dtype=float) for row in listed]),
        )

    def run(self, seconds: float, *, relaxed: bool) -> Found:
        """Solve the model, or its relaxation, within ``seconds``."""
        self._highs.setOptionValue("time_limit", max(0.1, seconds))
        self._highs.setOptionValue("solve_relaxation", relaxed)
        interrupted = self._run()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        solution = self._highs.getSolution()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        done = status == highspy.HighsModelStatus.kOptimal
        bound = info.objective_function_value if relaxed and done else -math.inf if relaxed else info.mip_dual_bound
        return Found(
            x=np.asarray(solution.col_value) if found else None,
            bound=bound * self._scale,
            done=done,
            impossible=status == highspy.HighsModelStatus.kInfeasible,
            interrupted=interrupted,
            reduced=np.asarray(solution.col_dual) * self._scale,
            duals=np.asarray(solution.row_dual) * self._scale,
        )

    def _run(self) -> bool:
        """Run in a thread, so that Ctrl-C or a stop request can end it with the best solution so far; True if so."""
        self._asked_to_stop.clear()
        thread = threading.Thread(target=self._highs.run, daemon=True)
        thread.start()
        while thread.is_alive():
            try:
                thread.join(POLL_S)
                raise_if_stopped()
            except KeyboardInterrupt:
                self._asked_to_stop.set()
        return self._asked_to_stop.is_set()

    def _stop_if_asked(self, event: highspy.HighsCallbackEvent) -> None:
        if self._asked_to_stop.is_set():
            event.interrupt()
