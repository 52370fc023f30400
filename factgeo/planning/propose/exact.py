"""Solve a problem to proven optimality with HiGHS, contiguity included.

Each stage has four steps. Relax: add cuts until the bound stops rising. Grow: make a first plan from the relaxed
solution. Restrict: solve to integers with the pairs of low reduced cost, which gives a good plan soon. Widen: solve
with all pairs that can be in a better plan, which proves the best. A pair whose reduced cost is above the distance
between bound and plan can be in no better plan.
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
WIDER = 16  # times this share in the next round, as long as there is no plan
FEW_PAIRS = 1500  # with no more pairs than this, all go into the first round
ROUNDS = 60  # the most rounds of cuts
STALLED = 3e-4  # cutting ends when PATIENCE rounds together raise the bound by no more than this share
PATIENCE = 4
START_SHARE = 0.25  # of the time, to look for a plan to start from
MOST_CATCHMENTS = 200_000  # with more, a plan is not chosen among all of them


def solve(problem: Problem, options: Solver, progress: Tell = silent) -> Solution:
    """Return the best plan, stage by stage, or the best one found when time runs out.

    Pieces that share no pair are solved one by one. Without an interrupt the result depends only on ``problem`` and
    ``options``. After Ctrl-C each piece still to solve gets ``HURRY_S``, so that the best plan so far covers the
    whole area.

    Args:
        problem: The rules and the stages.
        options: Time limit in seconds, gap, threads and seed.
        progress: Called with "piece/pieces".
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
    return Solution(dict(sorted(base_of.items())), _add_up(problem.stages, proofs, rest))


def _search(problem: Problem, options: Solver) -> Choice | _Search:
    """Choose the search for a piece: among all its catchments if they are few, else among its pairs."""
    every = catalogue(problem, MOST_CATCHMENTS)
    return _Search(problem, options) if every is None else Choice(problem, every, options)


def contradicts(problem: Problem) -> bool:
    """Does the problem demand a unit or a base that no pair offers?"""
    units, bases = (set(problem.pairs[:, k].tolist()) for k in (0, 1))
    return not (problem.served <= units and all(len(group.bases & bases) >= group.least for group in problem.groups))


def _nothing(problem: Problem, status: Status) -> tuple[StageProof, ...]:
    """Return the proofs of a problem without a plan."""
    return tuple(StageProof(stage.name, 0.0, 0.0, status, 0.0) for stage in problem.stages)


def _add_up(
    stages: tuple[Objective, ...], proofs: list[tuple[StageProof, ...]], rest: list[int]
) -> tuple[StageProof, ...]:
    """Add up the proofs of all pieces, stage by stage; ``rest`` are the units that are in no piece."""
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
    """The best plan so far, and its exact value in the stage at hand."""

    base_of: dict[int, int] | None = None
    value: float = math.inf


class _Search:
    """Search one piece among its pairs; each stage starts from the best plan of the stage before."""

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
        """Solve all stages, one after the other, until ``deadline`` (of the monotonic clock)."""
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
        """Look for a plan to start from, in ``START_SHARE`` of the time."""
        self._deadline = time.monotonic() + START_SHARE * (deadline - time.monotonic())
        self._stage(start)
        if not self._interrupted:
            self._deadline = deadline

    def _stage(self, stage: Objective) -> tuple[float, Status]:
        """Search one stage and leave the best plan in ``_best``.

        Returns:
            A value that no plan is below, and how the search ended.
        """
        known = self._best.base_of
        self._best = _Best(known, math.inf if known is None else self._problem.value(stage, known))
        if self._best.value <= self._problem.least(stage):
            return self._best.value, "optimal"  # nothing can be better

        # Relax. Every plan also solves the relaxed model. So its bound holds for all plans, and if it has no solution
        # there is no plan. Values of plans are whole numbers, so the bound may be rounded up.
        relaxed = self._relax(stage)
        if relaxed.impossible:
            return math.inf, "none"
        lowest = rounded_up(relaxed.bound)

        # Grow. A plan that meets the bound is proven without any search. Any other one still helps: the lower its
        # value, the fewer pairs can be in a better plan.
        if relaxed.done and relaxed.x is not None:
            self._consider(stage, greedy.plan(self._problem, stage, relaxed.x), mend=False)
            if self._best.value <= lowest:
                return lowest, "optimal"

        bound, status = self._restrict_and_widen(stage, relaxed)
        return max(lowest, bound), status

    def _relax(self, stage: Objective) -> Found:
        """Solve the relaxed model of a stage with all pairs, and cut until its bound stops rising."""
        self._model.aim(stage)
        self._model.allow_only(np.ones(len(self._problem.pairs), dtype=bool))
        return self._tighten()

    def _restrict_and_widen(self, stage: Objective, relaxed: Found) -> tuple[float, Status]:
        """Solve to integers with the cheapest pairs, then with more, until the pairs left out can improve nothing.

        Returns:
            A value that no plan is below, and how the search ended.
        """
        all_at_once = not relaxed.done or len(self._problem.pairs) <= FEW_PAIRS  # no reduced costs, or no need of them
        share = math.inf if all_at_once else CHEAP
        room = math.inf if all_at_once else CHEAP * abs(relaxed.bound)
        while True:
            # Restrict. Good plans are made of pairs of low reduced cost, and a model of few pairs is solved soon.
            keep = self._with_known(relaxed.reduced <= room)
            restricted, status = self._integer(stage, keep)

            # A plan has only kept pairs, and is not below `restricted`; or it has a pair that is left out, and is not
            # below the relaxed bound plus the reduced cost of this pair. So no plan is below the lesser of the two.
            others = math.inf if keep.all() else relaxed.bound + relaxed.reduced[~keep].min()
            bound = min(restricted, others)

            # Stop if time is up, or if no plan with a pair that is left out is better than the best so far. Without a
            # plan that is so only when no pair is left out: then there is none.
            if status != "optimal" or self._best.value <= others:
                return bound, "none" if status == "optimal" and self._best.base_of is None else status

            # Widen. If there is a plan, take all pairs that can be in a better one: the next round is the last. If
            # there is none, no reduced cost is too high, so take many more pairs each round, in the end all.
            if self._best.base_of is None:
                share = share * WIDER if share < 1 else math.inf
                room = share * max(1.0, abs(relaxed.bound))
            else:
                room = self._best.value - relaxed.bound

    def _run(self, *, relaxed: bool) -> Found:
        """Run the model; after Ctrl-C leave ``HURRY_S`` for the rest of this piece."""
        found = self._model.run(self._deadline - time.monotonic(), relaxed=relaxed)
        if found.interrupted:
            self._interrupted = True
            self._deadline = min(self._deadline, time.monotonic() + HURRY_S)
        return found

    def _with_known(self, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Add the pairs of the best plan so far, so that the restricted model has at least this solution."""
        kept = keep.copy()
        if self._best.base_of:
            kept[[self._model.column[pair] for pair in self._best.base_of.items()]] = True
        return kept

    def _tighten(self) -> Found:
        """Solve the relaxed model and add cuts until its bound stops rising; return the last finished run."""
        bounds: list[float] = []
        last = None
        while True:
            found = self._run(relaxed=True)
            if not found.done or found.x is None:
                # Cuts hold for every plan, so an earlier bound stays true when time runs out in a later round.
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
        contiguity = self._relaxed_contiguity(x)
        self._model.add_knapsack(sizes)
        self._model.add_contiguity(contiguity)
        return bool(sizes or contiguity)

    def _relaxed_contiguity(self, x: NDArray[np.float64]) -> list[Cut]:
        """Return contiguity cuts that a relaxed solution violates.

        The pieces of a catchment depend on which shares of units count: first any share, then more than half.
        """
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
        """Solve to integers with the pairs of ``keep``; cut catchments in pieces and solve again until there are none.

        There are far too many contiguity cuts to add them all, so the model has only those that a solution violated. A
        model that lacks cuts has no higher optimum: each bound on the way holds for every plan of these pairs.

        Returns:
            A value that no plan of these pairs is below (infinite: there is none), and how the search ended.
        """
        self._model.allow_only(keep)
        bound = -math.inf
        while True:
            found = self._run(relaxed=False)
            if found.impossible:
                return math.inf, "optimal"
            bound = max(bound, found.bound)
            base_of = {} if found.x is None else assignment(self._problem, found.x)
            violated = self._violated(base_of)
            self._consider(stage, base_of, mend=bool(violated))
            if not found.done:
                return bound, "interrupted" if self._interrupted else "time_limit"
            if not violated:
                return bound, "optimal"
            self._model.add_contiguity(violated)

    def _violated(self, base_of: Mapping[int, int]) -> list[Cut]:
        """Return the contiguity cuts that an assignment violates."""
        neighbours = self._problem.neighbours
        if neighbours is None:
            return []
        return cuts(catchments(base_of), self._model.home, self._model.allowed, neighbours)

    def _consider(self, stage: Objective, base_of: dict[int, int], *, mend: bool) -> None:
        """Keep a plan if it obeys all rules and is better than the best so far; ``mend`` drops loose pieces first."""
        plan = self._mend(base_of) if mend else base_of
        as_good = all(self._problem.value(earlier, plan) <= most for earlier, most in self._settled)
        if as_good and self._problem.holds(plan):
            value = self._problem.value(stage, plan)
            if value < self._best.value:
                self._best = _Best(dict(sorted(plan.items())), value)

    def _mend(self, base_of: Mapping[int, int]) -> dict[int, int]:
        """Drop the loose pieces of each catchment, and each catchment that is then too small."""
        problem, neighbours = self._problem, self._problem.neighbours
        kept: dict[int, int] = {}
        for base, units in catchments(base_of).items():
            joined = units if neighbours is None else reachable(self._model.home[base], units, neighbours)
            if problem.size[[self._model.column[unit, base] for unit in joined]].sum() >= problem.minimum:
                kept |= dict.fromkeys(joined, base)
        return kept
