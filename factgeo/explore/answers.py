"""The optional analyses of a plan (alternatives, curve, next teams, stability, moves, why), run together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from factgeo.atlas import areas
from factgeo.errors import UnknownNameError
from factgeo.explore import alternatives as alternative_plans
from factgeo.explore import moves, stability, tradeoff, why
from factgeo.explore.alternatives import NextBest
from factgeo.explore.moves import Move
from factgeo.explore.next_teams import NextTeams
from factgeo.explore.stability import Stability
from factgeo.explore.tradeoff import TradeOff
from factgeo.explore.why import Answer
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.progress import Tell, silent


@dataclass(frozen=True)
class Asked:
    """The requested analyses.

    Attributes:
        alternatives: The number of next-best plans.
        differ: Units that must be elsewhere in an alternative with the same bases.
        trade_off: Is the curve of teams against reach wanted?
        runs: The number of runs of the stability study.
        previous: The plan from which changes are listed.
        why: A unit and a team that it is not with, as a planner calls them.
    """

    alternatives: int = 0
    differ: int = 3
    trade_off: bool = False
    runs: int = 0
    previous: Plan | None = None
    why: tuple[str, str] | None = None


@dataclass(frozen=True)
class Further:
    """The requested analyses and their results; a field is empty or None if it was not requested."""

    asked: Asked = Asked()
    alternatives: tuple[NextBest, ...] = ()
    trade_offs: tuple[TradeOff, ...] = ()
    next_teams: NextTeams | None = None
    stability: Stability | None = None
    previous: Plan | None = None
    moves: tuple[Move, ...] = ()
    answer: Answer | None = None


def explore(result: Result, asked: Asked, so_far: Further, progress: Tell = silent) -> Further:
    """Add every requested analysis of a plan to ``so_far``, one after the other.

    Raises:
        KeyboardInterrupt: Interrupted.
        PlanError: No run of the sample has a plan.
        SettingsError: The scheduler of the settings does not answer.
        UnknownNameError: The unit or team of ``why`` is not in the plan.
    """
    answer = _answer(result, *asked.why) if asked.why else None
    alternatives: tuple[NextBest, ...] = ()
    if asked.alternatives:
        alternatives = alternative_plans.next_best(result, asked.alternatives, differ=asked.differ, progress=progress)
    return replace(
        so_far,
        asked=asked,
        alternatives=alternatives,
        trade_offs=tradeoff.trade_offs(result, progress) if asked.trade_off else (),
        stability=_stability(result, asked.runs, progress) if asked.runs else None,
        previous=asked.previous,
        moves=moves.find(result, asked.previous) if asked.previous else (),
        answer=answer,
    )


def _answer(result: Result, unit: str, team: str) -> Answer:
    """Return why a unit is not with a team."""
    units = areas.resolve(unit, result.atlas).units
    if len(units) != 1 or units[0] not in result.plan.area.units:
        raise UnknownNameError("which_unit", name=unit, area=result.plan.area.name)
    return why.why(result, units[0], why.find_team(team, result).base)


def _stability(result: Result, runs: int, progress: Tell) -> Stability:
    settings = result.plan.settings
    drawn = stability.sample(settings, runs=runs)
    return stability.run(result, drawn, scheduler=settings.scheduler, progress=progress)


def ranked(further: Further) -> Iterator[tuple[int, NextBest]]:
    """The alternatives with their rank."""
    return enumerate(further.alternatives, start=1)
