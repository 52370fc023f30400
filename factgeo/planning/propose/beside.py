"""The next teams in addition to the existing ones: one at a time, and together.

The problem's stages say exactly which plan is best; with ``frontier.reach_problem`` that is most residents within T
minutes. New bases are counted in each piece, and the pieces are joined as on the trade-off curve.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from factgeo.planning.propose import exact
from factgeo.planning.propose.frontier import Joined, Progress, exactly, impossible, joined, solve_each
from factgeo.planning.propose.problem import Group, Piece, Problem, Solution, pieces, trim
from factgeo.progress import silent
from factgeo.settings import Solver


@dataclass(frozen=True)
class Step:
    """The gain from one new base.

    Attributes:
        base: Its position in the problem.
        gains: By how much each stage of the problem is better with the base, in whole numbers of the stage. Below zero
            it is worse. None: without the base no plan keeps the rules, or none was found in time.
        solution: One at a time: the plan with this base and those before. Together: the plan without this base alone.
    """

    base: int
    gains: tuple[int, ...] | None
    solution: Solution


@dataclass(frozen=True)
class Beside:
    """The next bases in addition to the existing ones.

    Attributes:
        baseline: The best areas of the existing bases alone. It has no assignment if they cannot all stand.
        one_by_one: Each step adds most to those before; fewer than asked for if no more are possible.
        together: The best plan with as many new bases at once; the baseline if none is possible.
        jointly: The new bases of ``together``, each with the loss when it alone is taken away.
    """

    baseline: Solution
    one_by_one: tuple[Step, ...]
    together: Solution
    jointly: tuple[Step, ...]


def beside(
    problem: Problem,
    existing: Mapping[int, int],
    count: int,
    options: Solver,
    progress: Progress = silent,
) -> Beside:
    """Find the next ``count`` bases in addition to the existing ones.

    Args:
        problem: The rules and the stages.
        existing: Existing bases, at most one in a unit, and how many teams each has. They need not reach the minimum
            size, and have room for that many teams.
        count: The number of new bases.
        options: ``time_limit`` (seconds) is for everything together.
        progress: Called with "solved/to solve" of each round.

    Raises:
        KeyboardInterrupt: Interrupted.
    """
    search = _Search(problem, existing, options, progress)
    baseline = search.baseline()
    if baseline.base_of is None:
        return Beside(baseline, (), baseline, ())
    return Beside(baseline, tuple(search.one_by_one(count)), *search.jointly(count))


def one_by_one(
    problem: Problem,
    existing: Mapping[int, int],
    count: int,
    options: Solver,
    progress: Progress = silent,
) -> tuple[Step, ...]:
    """Find only the steps one by one, which is many times faster; none if the existing bases cannot all stand.

    Arguments and errors are those of :func:`beside`.
    """
    search = _Search(problem, existing, options, progress)
    return () if search.baseline().base_of is None else tuple(search.one_by_one(count))


def _standing(problem: Problem, existing: Mapping[int, int]) -> Problem:
    """Return the problem in which existing bases are used, count as big enough, and have room for their teams."""
    unit, base = problem.pairs.T
    own = np.isin(base, list(existing)) & (problem.home[base] == unit)
    most = problem.most_teams.copy()
    for each, teams in existing.items():
        most[each] = max(most[each], teams)
    return replace(
        problem,
        size=np.where(own, np.maximum(problem.size, problem.minimum), problem.size),
        most_teams=most,
        groups=(*problem.groups, *(Group(frozenset({each}), 1) for each in sorted(existing))),
    )


class _Search:
    """The pieces of the problem and their solutions; ``baseline`` has to be called first."""

    def __init__(self, problem: Problem, existing: Mapping[int, int], options: Solver, progress: Progress) -> None:
        self._problem = trim(_standing(exactly(problem), existing))
        self._existing = frozenset(existing)
        self._options = options
        self._progress = progress
        self._deadline = time.monotonic() + options.time_limit
        self._apart = pieces(self._problem)
        self._alone: list[Solution] = []

    def baseline(self) -> Solution:
        """Return the best plan without new bases; it has no assignment if the existing ones cannot all stand."""
        if exact.contradicts(self._problem):
            return impossible(self._problem)
        self._alone = self._solved([_with_new(piece, self._existing, 0) for piece in self._apart])
        found = self._joined([{0: alone} for alone in self._alone]).get(0)
        return impossible(self._problem) if found is None else found.solution

    def one_by_one(self, count: int) -> list[Step]:
        """Return the best new bases, each in addition to the existing ones and those before it."""
        steps: list[Step] = []
        kept = self._existing
        now = list(self._alone)
        next_one = self._solved([_with_new(piece, kept, 1) for piece in self._apart])
        before = self._joined([{0: some} for some in now])[0]
        while len(steps) < count:
            after = self._joined([{0: some, 1: more} for some, more in zip(now, next_one, strict=True)]).get(1)
            if after is None or after.solution.base_of is None:
                break
            (base,) = set(after.solution.base_of.values()) - kept
            steps.append(Step(base, self._gains(before.solution, after.solution), after.solution))
            kept, before, changed = kept | {base}, after, after.counts.index(1)
            now[changed] = next_one[changed]
            next_one[changed] = self._solved([_with_new(self._apart[changed], kept, 1)])[0]
        return steps

    def jointly(self, count: int) -> tuple[Solution, tuple[Step, ...]]:
        """Return the best plan with ``count`` new bases, or as many as are possible, and the loss without each."""
        asked = [(k, n) for k in range(len(self._apart)) for n in range(1, count + 1)]
        found = self._solved([_with_new(self._apart[k], self._existing, n) for k, n in asked])
        tables = [{0: alone} for alone in self._alone]
        for (k, n), solution in zip(asked, found, strict=True):
            tables[k][n] = solution
        plans = self._joined(tables)
        best = max(n for n, plan in plans.items() if n <= count and plan.solution.base_of is not None)
        plan = plans[best]
        parts = [table[n] for table, n in zip(tables, plan.counts, strict=True)]
        return plan.solution, self._losses(plan.solution, parts)

    def _losses(self, plan: Solution, parts: Sequence[Solution]) -> tuple[Step, ...]:
        """Return the loss when one new base alone is taken away and all areas are drawn again."""
        new = sorted(set((plan.base_of or {}).values()) - self._existing)
        place = {int(base): k for k, piece in enumerate(self._apart) for base in piece.bases}
        kept = {base: self._existing | set(new) - {base} for base in new}
        without = self._solved([_with_new(self._apart[place[base]], kept[base], 0) for base in new])
        steps = []
        for base, found in zip(new, without, strict=True):
            tables = [{0: found if k == place[base] else part} for k, part in enumerate(parts)]
            rest = self._joined(tables).get(0)
            solution = impossible(self._problem) if rest is None else rest.solution
            steps.append(Step(base, self._gains(solution, plan), solution))
        return tuple(steps)

    def _gains(self, before: Solution, after: Solution) -> tuple[int, ...] | None:
        if before.base_of is None or after.base_of is None:
            return None
        value = self._problem.value
        return tuple(value(stage, before.base_of) - value(stage, after.base_of) for stage in self._problem.stages)

    def _solved(self, problems: Sequence[Problem]) -> list[Solution]:
        return solve_each(problems, self._options, self._deadline, self._progress)

    def _joined(self, tables: Sequence[Mapping[int, Solution]]) -> dict[int, Joined]:
        return joined(self._problem, self._apart, tables)


def _with_new(piece: Piece, kept: AbstractSet[int], count: int) -> Problem:
    """Return a piece that uses the ``kept`` bases (positions in the whole problem) and exactly ``count`` others."""
    problem = piece.problem
    own = np.flatnonzero(np.isin(piece.bases, list(kept))).tolist()
    others = frozenset(range(len(piece.bases))) - set(own)
    groups = (*(Group(frozenset({base}), 1) for base in own), Group(others, count, count))
    return replace(problem, groups=(*problem.groups, *groups))
