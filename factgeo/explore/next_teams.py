"""The next teams in addition to the listed ones: where they add most reach, one at a time and together.

The listed teams stand with their bases, of any size. Areas are drawn again each time: the start is the listed teams
with their best areas. So the gain of a new team is not mixed up with the gain from better borders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from factgeo import language
from factgeo.atlas import teams
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.teams import Standing
from factgeo.errors import PlanError
from factgeo.planning import edits, pipeline
from factgeo.planning.propose import beside
from factgeo.planning.propose.problem import Group, Solution
from factgeo.planning.propose.relaxation import first_possible
from factgeo.planning.propose.request import Request
from factgeo.planning.result import Result
from factgeo.progress import Tell, silent
from factgeo.settings import Settings
from factgeo.travel import changes, journeys
from factgeo.travel.bases import Base


@dataclass(frozen=True)
class NextTeam:
    """A new team.

    Attributes:
        base: Its base.
        within: Residents who come within T minutes of their team; None if no plan is possible without it.
        served: Residents who get a team; None as above.
    """

    base: Base
    within: int | None
    served: int | None


@dataclass(frozen=True)
class NextTeams:
    """New teams in addition to the listed ones.

    Attributes:
        asked: The number that was asked for; if there are fewer, no more are possible under the rules.
        possible_from: The largest minimum size of a catchment with which all of them are possible; None if they are
            possible already, or not even with the smallest.
        standing: The listed teams of the area, also those without a known base.
        baseline: The listed teams alone, with their best areas.
        one_by_one: Each adds most to those before.
        jointly: The best so many together, each with the loss without it alone.
    """

    asked: int
    possible_from: int | None
    standing: Standing
    baseline: Result
    one_by_one: tuple[NextTeam, ...]
    jointly: tuple[NextTeam, ...]


def next_teams(
    atlas: Atlas, area: Area, settings: Settings, count: int, progress: Tell = silent
) -> tuple[Result, NextTeams]:
    """Return the best plan with ``count`` more teams than are listed, and the gain of each new team.

    Reach counts first, then residents with a team, then minutes, exactly.

    Raises:
        PlanError: The listed teams cannot all stand, or a demand leaves no room for them alone or for the new ones.
    """
    rules = _with_listed(settings)
    baseline = pipeline.propose(atlas, area, rules, progress)
    request = Request(baseline.atlas, area, rules, baseline.journeys)
    existing = _existing(request)
    _refuse_other_total(len(existing), count, settings)

    def told(part: str) -> None:
        progress(language.text("progress.next", part=part))

    found = beside.beside(request.problem(), existing, count, rules.solver, told)
    _refuse_no_baseline(found.baseline, settings)
    standing = teams.standing(atlas, area.units, without=settings.existing.without)
    one_by_one, jointly = (_teams(some, request) for some in (found.one_by_one, found.jointly))
    enough = len(jointly) == count
    return _measured(found.together, request, baseline), NextTeams(
        asked=count,
        possible_from=None if enough else _possible_from(request, frozenset(existing), count),
        standing=standing,
        baseline=_measured(found.baseline, request, baseline),
        one_by_one=one_by_one,
        jointly=jointly,
    )


def listed_alone(atlas: Atlas, area: Area, settings: Settings, progress: Tell = silent) -> Result:
    """Return the plan of the listed teams alone, each with its best area; reach counts first.

    Raises:
        PlanError: The listed teams cannot all stand, or a demand cannot be met with them alone.
    """
    progress(language.text("progress.travel"))
    rules, then = _with_listed(settings), changes.built(atlas, settings)
    request = Request(then, area, rules, journeys.compute(then, area.units, rules))
    found = beside.beside(request.problem(), _existing(request), 0, rules.solver).baseline
    _refuse_no_baseline(found, settings)
    plan, notes = pipeline.checked(request, request.problem(), found)
    return pipeline.measured(plan, then, request.journeys, notes=notes)


def _refuse_other_total(listed: int, count: int, settings: Settings) -> None:
    """Refuse a demand on the number of teams that leaves no room for the listed ones, alone or with the new ones."""
    rule = settings.teams
    if rule.at_least > listed or 0 < rule.at_most < listed + count:
        shown = {"least": rule.at_least, "most": rule.at_most or "–"}
        raise PlanError("next_total", listed=listed, count=count, **shown)


def _refuse_no_baseline(baseline: Solution, settings: Settings) -> None:
    """Refuse if there is no plan of the listed teams alone, because the gains are counted from it."""
    if baseline.base_of is not None:
        return
    if baseline.stages and baseline.stages[-1].status != "none":
        raise PlanError("no_plan_in_time", limit=settings.solver.time_limit)
    raise PlanError("next_no_room")


def _existing(request: Request) -> dict[int, int]:
    """Return the rows of the listed teams' bases, with the number of teams at each."""
    times = request.journeys
    bases = edits.listed_bases(request.demands.coded, request.atlas, request.area, request.settings, times.bases)
    return {times.row[base]: number for base, number in bases.items()}


def _possible_from(request: Request, existing: frozenset[int], count: int) -> int | None:
    """Return the largest minimum size of a catchment with which so many new bases are possible."""
    others = frozenset(range(len(request.journeys.bases))) - existing

    def possible(size: int) -> bool:
        return request.with_rule("size", "minimum", size).possible(Group(others, count, count))

    return first_possible(range(request.settings.size.minimum - 1, 0, -1), possible)


def _with_listed(settings: Settings) -> Settings:
    """Return the rules with the listed teams standing and reach first."""
    goal = settings.goal.model_copy(update={"name": "strict", "tolerance": 0.0})
    existing = settings.existing.model_copy(update={"listed": True})
    return settings.model_copy(update={"goal": goal, "existing": existing})


def _measured(solution: Solution, request: Request, like: Result) -> Result:
    plan, notes = pipeline.checked(request, request.problem(), solution)
    return pipeline.measured(plan, like.atlas, like.journeys, notes=notes)


def _teams(steps: Sequence[beside.Step], request: Request) -> tuple[NextTeam, ...]:
    bases = request.journeys.bases
    return tuple(NextTeam(bases[step.base], *(step.gains or (None, None))[:2]) for step in steps)
