"""The trade-off curve: the best plan for every number of teams, with its proof.

Pieces of a problem that share no pair are solved apart, each for every number of its own teams, and then joined.
Values of pieces add up, and addition keeps the order of lists of values (first stage first). So the least sum over all
ways to share out a number of teams is the value of the best plan of all pieces: nothing is lost. The same sum over the
bounds of the pieces gives the bound. Stages are exact here: no stage may worsen an earlier one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.planning.plan import Aim
from factgeo.planning.propose import exact
from factgeo.planning.propose.formulate import formulate
from factgeo.planning.propose.problem import NO_LIMIT, Objective, Piece, Problem, Solution, StageProof, pieces, trim
from factgeo.progress import Tell, silent
from factgeo.settings import Settings, Solver
from factgeo.travel.journeys import Journeys

Values = tuple[float, ...]
Progress = Tell
SHARE = 0.05  # of the time left, for one solve at least: a hard one must not take the time of all others
SOON = 0.01  # of the time left, to find each piece's largest number of teams; else larger ones are tried in vain


@dataclass(frozen=True)
class Point:
    """The best plan with a number of teams.

    Attributes:
        aim: ``reach``: most residents within T minutes, then most with a team, then fewest person-minutes.
            ``goal``: the goal of the settings.
        teams: Teams of the whole plan; a big unit may have several.
        bases: Used bases, by their positions in the problem.
        solution: The assignment and its proof. Without an assignment, a plan is proven impossible (status ``none``), or
            none was found in time.
        residents_within: Residents within T minutes of their own team; None without an assignment.
        residents_served: Residents with a team; None without an assignment.
        person_minutes_served: Travel minutes of all residents with a team, summed; None without an assignment.
    """

    aim: Aim
    teams: int
    bases: tuple[int, ...]
    solution: Solution
    residents_within: int | None
    residents_served: int | None
    person_minutes_served: float | None


@dataclass(frozen=True)
class Joined:
    """A plan joined from pieces.

    Attributes:
        solution: The assignment of all pieces and its proof.
        counts: The number that each piece contributes to the total (teams, or new bases); empty without an assignment.
    """

    solution: Solution
    counts: tuple[int, ...]


def reach_problem(atlas: Atlas, area: Area, settings: Settings, journeys: Journeys) -> Problem:
    """Return the problem with the aim ``reach``: its exact stages are reach, served and minutes."""
    goal = settings.goal.model_copy(update={"name": "strict", "tolerance": 0.0})
    bases = settings.bases.model_copy(update={"preference_price": 0})  # minutes are to be minutes
    return formulate(atlas, area, settings.model_copy(update={"goal": goal, "bases": bases}), journeys)


def goal_problem(atlas: Atlas, area: Area, settings: Settings, journeys: Journeys) -> Problem:
    """Return the problem with the goal of the settings; ``balanced`` takes the place of ``fewest_teams``.

    At a given number of teams, ``fewest_teams`` would find all plans equally good.
    """
    name = "balanced" if settings.goal.name == "fewest_teams" else settings.goal.name
    goal = settings.goal.model_copy(update={"name": name})
    return formulate(atlas, area, settings.model_copy(update={"goal": goal}), journeys)


def curve(reach: Problem, goal: Problem | None, options: Solver, progress: Progress = silent) -> tuple[Point, ...]:
    """Return the best plan for each number of teams from one to the largest that may be possible, for one aim or both.

    The numbers of teams in the settings are ignored. Points are sorted by aim, ``goal`` first, then by number.

    Args:
        reach: As from :func:`reach_problem`; its stages also give the figures of each point.
        goal: The same rules with another aim, as from :func:`goal_problem`; None: the curve has no such points.
        options: ``time_limit`` (seconds) is for the whole curve; as many solves as ``threads`` run at a time.
        progress: Called with "solved/to solve" of each round.

    Raises:
        KeyboardInterrupt: Interrupted.
    """
    deadline = time.monotonic() + options.time_limit
    points: list[Point] = []
    counts: list[list[int]] | None = None
    aims: tuple[tuple[Aim, Problem | None], ...] = (("goal", goal), ("reach", reach))
    for aim, asked in aims:
        if asked is None:
            continue
        problem = exactly(asked)
        if exact.contradicts(trim(problem)):
            continue
        apart = pieces(trim(problem))
        counts = _counts(apart, options, deadline, progress) if counts is None else counts
        solved = _each_count(apart, counts, options, deadline, progress)
        points += _points(aim, problem, exactly(reach), joined(problem, apart, solved))
        counts = [[n for n, found in some.items() if found.stages[-1].status != "none"] for some in solved]
    return tuple(points)


def exactly(problem: Problem) -> Problem:
    """Return the problem without a number of teams, slack or start (a start costs more here than it saves)."""
    stages = tuple(replace(stage, slack=0.0) for stage in problem.stages)
    return replace(problem, stages=stages, teams=(0, NO_LIMIT), start=None)


def _counts(apart: Sequence[Piece], options: Solver, deadline: float, progress: Progress) -> list[list[int]]:
    """Return the numbers of teams that each piece may have."""
    most = [_most_teams(piece.problem) for piece in apart]
    found = solve_each(most, options, deadline, progress, share=SOON)
    return [_numbers(problem, solution) for problem, solution in zip(most, found, strict=True)]


def _numbers(problem: Problem, most: Solution) -> list[int]:
    """Return the numbers from 0 to the most that is not proven impossible; an empty list if there is no plan."""
    (proof,) = most.stages
    if proof.status == "none":
        return []
    bound = problem.least(problem.stages[0]) if most.base_of is None else proof.bound
    return [*range(math.floor(1e-6 - bound) + 1)]


def _most_teams(problem: Problem) -> Problem:
    """Return the problem of having as many teams as possible."""
    count = Objective("teams", 0 * problem.stages[0].cost, 0 * problem.persons, per_team=-1)
    return replace(problem, stages=(count,))


def _each_count(
    apart: Sequence[Piece], counts: Sequence[Sequence[int]], options: Solver, deadline: float, progress: Progress
) -> list[dict[int, Solution]]:
    """Solve each piece for each of its numbers of teams."""
    asked = [(k, n) for k, some in enumerate(counts) for n in some]
    found = solve_each([replace(apart[k].problem, teams=(n, n)) for k, n in asked], options, deadline, progress)
    solved: list[dict[int, Solution]] = [{} for _ in apart]
    for (k, n), solution in zip(asked, found, strict=True):
        solved[k][n] = solution
    return solved


def solve_each(
    problems: Sequence[Problem],
    options: Solver,
    deadline: float,
    progress: Progress,
    *,
    share: float | None = None,
) -> list[Solution]:
    """Solve each problem, several at a time, all before ``deadline`` (of the monotonic clock).

    One solve may take ``share`` of the time that is left. None: half of an equal share for each, but between ``SHARE``
    and one half.

    Raises:
        KeyboardInterrupt: Interrupted; solves that have not begun are cancelled.
    """
    each = max(SHARE, min(0.5, 0.5 * options.threads / max(1, len(problems)))) if share is None else share

    def solve(problem: Problem) -> Solution:
        left = deadline - time.monotonic()
        alone = options.model_copy(update={"threads": 1, "time_limit": each * left})
        return exact.solve(problem, alone) if left > 0 else _unknown(problem)

    pool = ThreadPoolExecutor(options.threads)
    try:
        found = []
        for solution in pool.map(solve, problems):
            found.append(solution)
            progress(f"{len(found)}/{len(problems)}")
        return found
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _unknown(problem: Problem) -> Solution:
    """Return a solution without an assignment whose only knowledge is the least value of each stage."""
    return Solution(
        None, tuple(StageProof(s.name, 0.0, problem.least(s) / s.unit, "time_limit", 0.0) for s in problem.stages)
    )


def impossible(problem: Problem) -> Solution:
    """Return the solution that says: it is proven that no plan keeps the rules."""
    return Solution(None, tuple(StageProof(stage.name, 0.0, 0.0, "none", 0.0) for stage in problem.stages))


def joined(problem: Problem, apart: Sequence[Piece], solved: Sequence[Mapping[int, Solution]]) -> dict[int, Joined]:
    """Join the solutions of pieces to the best plan for each total.

    A total that is proven impossible is missing. A total that may be possible, but has no plan, has no assignment.
    Units in no piece are left out.

    Args:
        problem: The whole problem.
        apart: Its pieces.
        solved: For each piece its solutions, by the number that is added up to the total.
    """
    values = _least_sums(problem, [_values(piece, some) for piece, some in zip(apart, solved, strict=True)])
    bounds = _least_sums(problem, [_bounds(piece, some) for piece, some in zip(apart, solved, strict=True)])
    everything: dict[int, Joined] = {}
    for total, (bound, _) in sorted(bounds.items()):
        if total in values:
            value, counts = values[total]
            some = [found[count] for found, count in zip(solved, counts, strict=True)]
            everything[total] = Joined(_whole(problem, apart, some, value, bound), counts)
        else:
            everything[total] = Joined(_unknown(problem), ())
    return everything


def _values(piece: Piece, solved: Mapping[int, Solution]) -> dict[int, Values]:
    """Return the exact value of each stage, for each number that has a plan."""
    return {
        count: tuple(piece.problem.value(stage, found.base_of) for stage in piece.problem.stages)
        for count, found in solved.items()
        if found.base_of is not None
    }


def _bounds(piece: Piece, solved: Mapping[int, Solution]) -> dict[int, Values]:
    """Return, for each number not proven impossible, values of the stages that no plan comes before in order."""
    possible = {count: found for count, found in solved.items() if found.stages[-1].status != "none"}
    return {count: tuple(_bound(piece.problem, found)) for count, found in possible.items()}


def _bound(problem: Problem, found: Solution) -> list[float]:
    """Return the proven values, then the bound of the first stage that is not proven, then the least values."""
    bound = [float(problem.least(stage)) for stage in problem.stages]
    if found.base_of is None:
        return bound
    for k, (stage, proof) in enumerate(zip(problem.stages, found.stages, strict=True)):
        proven = proof.status == "optimal"
        bound[k] = problem.value(stage, found.base_of) if proven else max(bound[k], proof.bound * stage.unit)
        if not proven:
            break
    return bound


def _least_sums(problem: Problem, tables: Sequence[Mapping[int, Values]]) -> dict[int, tuple[Values, tuple[int, ...]]]:
    """Return, for each total, the least sum of one entry per table whose numbers add up to it, and these numbers."""
    best: dict[int, tuple[Values, tuple[int, ...]]] = {0: ((0,) * len(problem.stages), ())}
    for table in tables:
        longer: dict[int, tuple[Values, tuple[int, ...]]] = {}
        for total, (so_far, counts) in best.items():
            for count, own in table.items():
                sums = tuple(a + b for a, b in zip(so_far, own, strict=True))
                found = (sums, (*counts, count))
                longer[total + count] = min(longer.get(total + count, found), found)
        best = longer
    return best


def _whole(
    problem: Problem, apart: Sequence[Piece], some: Sequence[Solution], value: Values, bound: Values
) -> Solution:
    """Join the pieces' plans to one. A stage is proven if its own bound and all earlier ones meet the values."""
    base_of = {
        u: b for piece, found in zip(apart, some, strict=True) for u, b in piece.in_whole(found.base_of or {}).items()
    }
    in_pieces = {int(unit) for piece in apart for unit in piece.units}
    rest = [unit for unit in range(problem.units) if unit not in in_pieces]
    proofs = []
    for k, stage in enumerate(problem.stages):
        left_out = int(stage.unserved[rest].sum())
        met, settled = bound[: k + 1] == value[: k + 1], bound[:k] == value[:k]
        low = value[k] if met else bound[k] if settled else problem.least(stage) - left_out
        seconds = sum(found.stages[k].seconds for found in some)
        total, lowest = ((left_out + v) / stage.unit for v in (value[k], low))
        proofs.append(StageProof(stage.name, total, min(lowest, total), "optimal" if met else "time_limit", seconds))
    return Solution(dict(sorted(base_of.items())), tuple(proofs))


def _points(aim: Aim, problem: Problem, reach: Problem, plans: Mapping[int, Joined]) -> list[Point]:
    """Return a point for each number from one to the largest that may be possible."""
    none = impossible(problem)
    numbers = range(1, max(plans, default=0) + 1)
    return [_point(aim, teams, plans[teams].solution if teams in plans else none, reach) for teams in numbers]


def _point(aim: Aim, teams: int, solution: Solution, reach: Problem) -> Point:
    if solution.base_of is None:
        return Point(aim, teams, (), solution, None, None, None)
    beyond, left_out, seconds = (reach.value(stage, solution.base_of) for stage in reach.stages)
    persons = int(reach.persons.sum())
    bases = tuple(sorted(set(solution.base_of.values())))
    return Point(aim, teams, bases, solution, persons - beyond, persons - left_out, seconds / reach.stages[-1].unit)
