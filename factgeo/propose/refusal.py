"""Which rule no plan can keep, in one sentence with the nearest that is possible."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from factgeo.errors import PlanError
from factgeo.language import Number
from factgeo.propose import exact
from factgeo.propose.problem import NO_LIMIT, Group, Objective, Problem, Solution
from factgeo.settings import Settings


def refuse(problem: Problem, solution: Solution, settings: Settings) -> NoReturn:
    """Refuse a request for which no plan was found.

    Raises:
        PlanError: Always, with what is possible instead.
        KeyboardInterrupt: The search was interrupted before it found a plan.
    """
    status = solution.stages[-1].status
    if status == "interrupted":
        raise KeyboardInterrupt
    if status == "time_limit":
        raise PlanError("no_plan_in_time", limit=settings.solver.time_limit)
    if problem.limits:
        _refuse_floor(problem, settings)
    _refuse_bases(problem, settings)
    least, most = (_extreme_teams(problem, settings, sign) for sign in (1, -1))
    raise PlanError("teams_possible", asked=_asked(settings), least=Number(least), most=Number(most))


def _free(problem: Problem) -> Problem:
    """The problem without the demands on the whole plan."""
    return replace(problem, teams=(0, NO_LIMIT), limits=(), groups=())


def _refuse_floor(problem: Problem, settings: Settings) -> None:
    """The reach that is asked for, if even the best plan has less."""
    reach, most = problem.limits[0]
    missed = exact.solve(replace(_free(problem), stages=(reach,)), settings.solver).stages[0].value
    if missed > most:
        best = 1 - missed / float(problem.persons.sum())
        raise PlanError("reach_floor", floor=Number(100 * settings.goal.reach_floor, 1), best=Number(100 * best, 1))


def _refuse_bases(problem: Problem, settings: Settings) -> None:
    """A required base that can have no catchment, or several that cannot have one each."""
    names = [*settings.bases.required, *(site.name for site in settings.bases.sites if site.role == "required")]
    required, per_zone = problem.groups[: len(names)], problem.groups[len(names) :]
    for name, group in zip(names, required, strict=True):
        if exact.solve(replace(_free(problem), groups=(group,)), settings.solver).base_of is None:
            key = "required_base" if not _without_hard_travel(problem, group, settings) else "required_base_far"
            raise PlanError(key, name=name, minimum=Number(settings.size.minimum))
    if required and exact.solve(replace(_free(problem), groups=required), settings.solver).base_of is None:
        raise PlanError("required_together", names=", ".join(names))
    if per_zone:
        raise PlanError("teams_per_zone", asked=settings.teams.per_zone, minimum=Number(settings.size.minimum))


def _without_hard_travel(problem: Problem, group: Group, settings: Settings) -> bool:
    """Could a required base be used if travel were not a rule?"""
    soft = replace(_free(problem), groups=(group,), excess=None)
    return problem.excess is not None and exact.solve(soft, settings.solver).base_of is not None


def _extreme_teams(problem: Problem, settings: Settings, sign: int) -> int:
    """The smallest (1) or largest (-1) number of teams that any plan has under the other rules."""
    count = Objective("teams", 0 * problem.stages[0].cost, 0 * problem.persons, per_team=sign)
    found = exact.solve(replace(problem, teams=(0, NO_LIMIT), stages=(count,)), settings.solver)
    return round(sign * found.stages[0].value)


def _asked(settings: Settings) -> str:
    low, high = settings.teams.at_least, settings.teams.at_most
    return str(low) if low == high else f">= {low}" if not high else f"{low}-{high}"
