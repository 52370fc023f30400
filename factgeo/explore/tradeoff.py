"""The trade-off curve of an area: teams against reach against minutes, and the plan behind each point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from factgeo import language
from factgeo.atlas.shares import share_of
from factgeo.planning.plan import Aim, Status
from factgeo.planning.propose import frontier
from factgeo.planning.propose.exact import WORST_LAST
from factgeo.planning.result import Result, own_teams
from factgeo.progress import Tell, silent
from factgeo.travel.bases import Base

CLOSE = 0.005  # a share this near to the most possible hardly differs from it


@dataclass(frozen=True)
class TradeOff:
    """The best plan with a number of teams.

    Attributes:
        aim: ``reach``: most residents within T minutes of their team, then most with a team, then fewest minutes.
            ``goal``: the goal of the settings.
        teams: Teams of the whole plan; a big unit may have several.
        base_of: Base of each unit with a team.
        within: Share (0-1) of the area's residents within T minutes of their team.
        served: Share (0-1) of the area's residents with a team.
        mean_min: Mean minutes of residents with a team who can be reached; None if there are none.
        status: ``none``: it is proven that no plan has so many teams; all others but ``optimal`` are not proven.
        gap: Worst relative gap of the stages.
    """

    aim: Aim
    teams: int
    base_of: dict[str, Base]
    within: float
    served: float
    mean_min: float | None
    status: Status
    gap: float

    @property
    def bases(self) -> int:
        """The number of used bases."""
        return len(set(self.base_of.values()))


def trade_offs(result: Result, progress: Tell = silent) -> tuple[TradeOff, ...]:
    """Return a point for each number of teams from one to the most that is possible, for both aims, ``goal`` first.

    Args:
        result: A plan of the area. Its rules and travel times are used; the numbers of teams in its rules are ignored.
        progress: Called with a sentence as solving goes on.

    Raises:
        KeyboardInterrupt: Interrupted.
    """
    asked = (result.atlas, result.plan.area, result.plan.settings, result.journeys)

    def told(part: str) -> None:
        progress(language.text("progress.tradeoff", part=part))

    points = frontier.curve(
        frontier.reach_problem(*asked), frontier.goal_problem(*asked), result.plan.settings.solver, told
    )
    return tuple(_points(points, result))


def _points(points: tuple[frontier.Point, ...], result: Result) -> Iterator[TradeOff]:
    """Yield the points in shares and minutes, without numbers of teams above the largest possible."""
    most = max((point.teams for point in points if point.solution.base_of is not None), default=0)
    for point in points:
        if point.teams <= most:
            yield _in_shares(point, result)


def _in_shares(point: frontier.Point, result: Result) -> TradeOff:
    stages = point.solution.stages
    base_of = {
        result.plan.area.units[unit]: result.journeys.bases[base]
        for unit, base in (point.solution.base_of or {}).items()
    }
    population = result.figures.population
    return TradeOff(
        aim=point.aim,
        teams=point.teams,
        base_of=base_of,
        within=share_of(point.residents_within or 0, population),
        served=share_of(point.residents_served or 0, population),
        mean_min=_mean(base_of, result),
        status=max((stage.status for stage in stages), key=WORST_LAST.index),
        gap=max((s.value - s.bound) / s.value if s.value > 0 else 0.0 for s in stages),
    )


def _mean(base_of: dict[str, Base], result: Result) -> float | None:
    """Return the mean minutes of the residents who have a team and can be reached; None if there are none."""
    times = result.journeys.by_unit
    pairs = [(result.journeys.row[base], times.units.index(unit)) for unit, base in base_of.items()]
    return times.mean_reached_min(pairs)


@dataclass(frozen=True)
class Reading:
    """What the trade-off curve says of the number of teams; points are of the aim ``reach`` but for ``now``.

    Attributes:
        now: Teams of the proposal.
        best: The point with the largest share within T minutes, with the fewest teams that have it.
        enough: The point with the fewest teams whose share is within ``CLOSE`` of that.
        before: The point with a plan and the most teams below ``enough``; None without one.
        fewest: The point with the fewest teams that reaches as many as the proposal; None if none is known to.
        fewest_proven: It is proven that no fewer teams do.
    """

    now: int
    best: TradeOff
    enough: TradeOff
    before: TradeOff | None
    fewest: TradeOff | None
    fewest_proven: bool


def reading(points: Sequence[TradeOff], result: Result) -> Reading | None:
    """The curve read for a planner; None where no point aims at reach and has a plan."""
    reach = [point for point in points if point.aim == "reach"]
    planned = [point for point in reach if point.base_of]
    if not planned:
        return None
    best = max(planned, key=lambda point: (point.within, -point.teams))
    enough = next(point for point in planned if point.within >= best.within - CLOSE)
    wanted = result.within / max(1, result.figures.population)
    fewest = next((point for point in planned if point.within >= wanted), None)
    return Reading(
        now=own_teams(result),
        best=best,
        enough=enough,
        before=max((point for point in planned if point.teams < enough.teams), key=lambda p: p.teams, default=None),
        fewest=fewest,
        fewest_proven=fewest is not None and all(proven(point) for point in reach if point.teams < fewest.teams),
    )


def proven(point: TradeOff) -> bool:
    """Is this point known to be the best, or to be impossible?"""
    return point.status in ("optimal", "none")
