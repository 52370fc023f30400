"""Solving a problem to proven optimality with HiGHS, wholeness included.

Each stage: relax and add cuts until the bound stops rising; grow a first plan from that; solve with the pairs that
the bound finds cheap, which gives a good plan soon; then solve with all pairs that could be in a better one, which
proves it. A pair whose reduced cost is above the distance between bound and plan can be in none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.plan import Status
from factgeo.planning.propose import greedy, knapsack
from factgeo.planning.propose.catalogue import catalogue
from factgeo.planning.propose.choice import Choice
from factgeo.planning.propose.contiguity import Cut, cuts
from factgeo.planning.propose.engine import Found, rounded_up
from factgeo.planning.propose.model import Model, assignment, shares
from factgeo.planning.propose.problem import (
    Objective,
    Problem,
    Solution,
    StageProof,
    catchments,
    pieces,
    reachable,
    trim,
)
from factgeo.progress import Tell, silent
from factgeo.settings import Solver

WORST_LAST: tuple[Status, ...] = ("optimal", "time_limit", "interrupted", "none")
HURRY_S = 2.0  # for each piece still to solve after an interrupt
CHEAP = 0.002  # first round: reduced cost up to this share of the bound
WIDER = 16  # times more in the next round, as long as there is no plan
FEW_PAIRS = 1500  # with fewer, all go into the first round
ROUNDS = 60  # of cuts at most, and
STALLED = 3e-4  # until this many rounds have together raised the bound by less than this share
PATIENCE = 4
START_SHARE = 0.25  # of the time, for a plan to start from
MOST_CATCHMENTS = 200_000  # with more, a plan is not chosen among all of them


def solve(problem: Problem, options: Solver, progress: Tell = silent) -> Solution:
    """The best whole plan, stage by stage, or the best found when time runs out.

    Pieces that share no pair are solved one by one. Without interruption the result depends on the problem and
    the options alone. After Ctrl-C the pieces still to solve get a moment each, so that the best plan so far covers
    the whole area.
    """
    trimmed = trim(problem)
    deadline = time.monotonic() + options.time_limit
    if contradicts(trimmed):
        return Solution(None, _nothing(problem, "none"))
    apart = pieces(trimmed)
    base_of: dict[int, int] = {}
    proofs: list[tuple[StageProof, ...]] = []
    hurry = False
    for number, piece in enumerate(apart, start=1):
        progress(f"{number}/{len(apart)}")
        solution = _search(piece.problem, options).solve(time.monotonic() + HURRY_S if hurry else deadline)
        if solution.base_of is None:
            return Solution(None, _nothing(problem, solution.stages[-1].status))
        hurry = hurry or any(stage.status == "interrupted" for stage in solution.stages)
        base_of |= piece.in_whole(solution.base_of)
        proofs.append(solution.stages)
    in_pieces = {int(unit) for piece in apart for unit in piece.units}
    rest = [unit for unit in range(problem.units) if unit not in in_pieces]
    return Solution(dict(sorted(base_of.items())), _added_up(problem.stages, proofs, rest))


def _search(problem: Problem, options: Solver) -> Choice | _Search:
    """The search that suits a piece: among all its catchments where they are few, else among its pairs."""
    every = catalogue(problem, MOST_CATCHMENTS)
    return _Search(problem, options) if every is None else Choice(problem, every, options)


def contradicts(problem: Problem) -> bool:
    """Is something demanded of a unit or base that no pair can give?"""
    units, bases = (set(problem.pairs[:, k].tolist()) for k in (0, 1))
    return not (problem.served <= units and all(len(group.bases & bases) >= group.least for group in problem.groups))


def _nothing(problem: Problem, status: Status) -> tuple[StageProof, ...]:
    """The proofs where there is no plan."""
    return tuple(StageProof(stage.name, 0.0, 0.0, status, 0.0) for stage in problem.stages)


def _added_up(
    stages: tuple[Objective, ...], proofs: list[tuple[StageProof, ...]], rest: list[int]
) -> tuple[StageProof, ...]:
    """The stages of all pieces together, with the units that no piece has."""
    total = []
    for k, stage in enumerate(stages):
        mine = [proof[k] for proof in proofs]
        left_out = float(stage.unserved[rest].sum())
        status: Status = max((proof.status for proof in mine), key=WORST_LAST.index, default="optimal")
        value, bound = (
            (left_out + sum(getattr(proof, name) for proof in mine)) / stage.unit for name in ("value", "bound")
        )
        total.append(StageProof(stage.name, value, bound, status, sum(proof.seconds for proof in mine)))
    return tuple(total)


@dataclass
class _Best:
    """The best plan so far, and its exact value."""

    base_of: dict[int, int] | None = None
    value: float = math.inf


class _Search:
    """One piece: stage by stage, the best plan so far handed on."""

    def __init__(self, problem: Problem, options: Solver) -> None:
        self._problem = problem
        self._model = Model(problem, options)
        self._settled: list[tuple[Objective, int]] = []
        self._interrupted = False
        self._knapsacks = [
            (self._model.minimum(base), self._model.capacity(base)) for base in sorted(self._model.allowed)
        ]
        self._best = _Best()

    def solve(self, deadline: float) -> Solution:
        """All stages, one after the other."""
        self._deadline = deadline
        empty: dict[int, int] = {}
        self._best = _Best(empty if self._problem.holds(empty) else None)
        proofs: list[StageProof] = []
        if self._problem.start is not None:
            self._begin(self._problem.start, deadline)
        for stage in self._problem.stages:
            begun = time.perf_counter()
            bound, status = self._stage(stage)
            bound = max(bound, self._problem.least(stage))
            seconds = time.perf_counter() - begun
            if self._best.base_of is None:
                return Solution(None, (*proofs, StageProof(stage.name, 0, 0, status, seconds)))
            value = self._best.value
            proofs.append(StageProof(stage.name, value, min(bound, value), status, seconds))
            self._settled.append((stage, int(value) + math.floor(stage.slack * self._problem.persons.sum())))
            self._model.limit(*self._settled[-1])
        return Solution(self._best.base_of, tuple(proofs))

    def _begin(self, start: Objective, deadline: float) -> None:
        """Look for a plan to start from, in a part of the time."""
        self._deadline = time.monotonic() + START_SHARE * (deadline - time.monotonic())
        self._stage(start)
        if not self._interrupted:
            self._deadline = deadline

    def _stage(self, stage: Objective) -> tuple[float, Status]:
        """The best bound and how the stage ended; the plan is in ``_best``."""
        known, every = self._best.base_of, np.ones(len(self._problem.pairs), dtype=bool)
        self._best = _Best(known, math.inf if known is None else self._problem.value(stage, known))
        if self._best.value <= self._problem.least(stage):
            return self._best.value, "optimal"  # nothing can be better
        self._model.aim(stage)
        self._model.allow_only(every)
        relaxed = self._tightened()
        if relaxed.impossible:
            return math.inf, "none"
        lowest = rounded_up(relaxed.bound)
        if relaxed.done and relaxed.x is not None:
            self._consider(stage, greedy.plan(self._problem, stage, relaxed.x), mend=False)
            if self._best.value <= lowest:
                return lowest, "optimal"
        share = CHEAP if relaxed.done and len(every) > FEW_PAIRS else math.inf
        keep = every if share == math.inf else self._with_known(relaxed.reduced <= share * abs(relaxed.bound))
        while True:
            restricted, status = self._integer(stage, keep)
            others = math.inf if keep.all() else relaxed.bound + relaxed.reduced[~keep].min()
            bound = max(lowest, min(restricted, others))
            if status != "optimal" or self._best.value <= others:
                return bound, "none" if status == "optimal" and self._best.base_of is None else status
            share = share * WIDER if share < 1 else math.inf
            no_plan = self._best.base_of is None
            room = share * max(1.0, abs(relaxed.bound)) if no_plan else self._best.value - relaxed.bound
            keep = self._with_known(relaxed.reduced <= room)

    def _run(self, *, relaxed: bool) -> Found:
        """Run the model; after Ctrl-C only a moment is left for what is still to solve."""
        found = self._model.run(self._deadline - time.monotonic(), relaxed=relaxed)
        if found.interrupted:
            self._interrupted = True
            self._deadline = min(self._deadline, time.monotonic() + HURRY_S)
        return found

    def _with_known(self, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The pairs of the best plan so far stay allowed."""
        kept = keep.copy()
        if self._best.base_of:
            kept[[self._model.column[pair] for pair in self._best.base_of.items()]] = True
        return kept

    def _tightened(self) -> Found:
        """The relaxed model, with cuts added until its bound stops rising."""
        bounds: list[float] = []
        last = None
        while True:
            found = self._run(relaxed=True)
            if not found.done or found.x is None:
                return found if last is None or found.impossible else last
            last = found
            bounds.append(found.bound)
            stalled = len(bounds) > PATIENCE and found.bound - bounds[-1 - PATIENCE] <= STALLED * abs(found.bound)
            late = time.monotonic() > self._deadline
            if stalled or late or len(bounds) > ROUNDS or not self._add_cuts(found.x):
                return found

    def _add_cuts(self, x: NDArray[np.float64]) -> bool:
        """Add the cuts that a relaxed solution violates; False if there are none."""
        sizes = [cut for minimum, _ in self._knapsacks for cut in knapsack.minimum_cuts(minimum, x)]
        sizes += [cut for _, most in self._knapsacks if most for cut in knapsack.capacity_cut(most, x)]
        whole = self._relaxed_wholeness(x)
        self._model.add_knapsack(sizes)
        self._model.add_wholeness(whole)
        return bool(sizes or whole)

    def _relaxed_wholeness(self, x: NDArray[np.float64]) -> list[Cut]:
        """Wholeness cuts that a relaxed solution violates, from the pieces of its stronger parts."""
        neighbours = self._problem.neighbours
        if neighbours is None:
            return []
        column = self._model.column
        violated: dict[Cut, None] = {}
        for above in (0.0, 0.5):
            for cut in cuts(shares(self._model, x, above), self._model.home, self._model.allowed, neighbours):
                others = sum(x[column[unit, cut.base]] for unit in cut.separator)
                if x[column[cut.unit, cut.base]] > others + knapsack.LEAST_VIOLATION:
                    violated[cut] = None
        return list(violated)

    def _integer(self, stage: Objective, keep: NDArray[np.bool_]) -> tuple[float, Status]:
        """Solve with these pairs, cut what is not whole, solve again; the bound holds for these pairs."""
        self._model.allow_only(keep)
        bound = -math.inf
        while True:
            found = self._run(relaxed=False)
            if found.impossible:
                return math.inf, "optimal"
            bound = max(bound, found.bound)
            base_of = {} if found.x is None else assignment(self._problem, found.x)
            violated = self._pieces(base_of)
            self._consider(stage, base_of, mend=bool(violated))
            if not found.done:
                return bound, "interrupted" if self._interrupted else "time_limit"
            if not violated:
                return bound, "optimal"
            self._model.add_wholeness(violated)

    def _pieces(self, base_of: Mapping[int, int]) -> list[Cut]:
        neighbours = self._problem.neighbours
        if neighbours is None:
            return []
        return cuts(catchments(base_of), self._model.home, self._model.allowed, neighbours)

    def _consider(self, stage: Objective, base_of: dict[int, int], *, mend: bool) -> None:
        """Keep a plan if it is whole, holds, and is better than the best so far."""
        plan = self._mended(base_of) if mend else base_of
        as_good = all(self._problem.value(earlier, plan) <= most for earlier, most in self._settled)
        if as_good and self._problem.holds(plan):
            value = self._problem.value(stage, plan)
            if value < self._best.value:
                self._best = _Best(dict(sorted(plan.items())), value)

    def _mended(self, base_of: Mapping[int, int]) -> dict[int, int]:
        """What is left when each catchment loses its loose pieces, and those then too small are given up."""
        problem, neighbours = self._problem, self._problem.neighbours
        kept: dict[int, int] = {}
        for base, units in catchments(base_of).items():
            whole = units if neighbours is None else reachable(self._model.home[base], units, neighbours)
            if problem.size[[self._model.column[unit, base] for unit in whole]].sum() >= problem.minimum:
                kept |= dict.fromkeys(whole, base)
        return kept
