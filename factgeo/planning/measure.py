"""Figures of a plan: people, travel and reach of each team and of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factgeo.atlas import teams as listed_teams
from factgeo.atlas.pack import Atlas
from factgeo.atlas.shares import share_of
from factgeo.language import Phrase
from factgeo.people import need
from factgeo.people.need import TargetGroup
from factgeo.planning import services
from factgeo.planning.plan import Catchment, Part, Plan
from factgeo.planning.services import ServiceClass
from factgeo.settings import Settings
from factgeo.travel.journeys import Journeys, access_of
from factgeo.travel.network import RoadNetwork
from factgeo.travel.times import UNREACHABLE, seconds_to_cells
from factgeo.travel.trips import Parts

WITHIN = (30, 45, 60, 90)  # minutes for which shares are shown

NAMED = 3  # units that the name of a step tells


@dataclass(frozen=True)
class TravelFigures:
    """Minutes from the own team's base; None if too many residents are unreachable for the figure to exist.

    Attributes:
        median_min: Minutes within which half of the residents live.
        p90_min: Minutes within which 90 % of the residents live.
        p95_min: Minutes within which 95 % of the residents live.
        edge_min: The most minutes to a reachable cell.
        mean_min: Mean over the reachable residents.
        unreachable: Residents without a road or ferry from the base.
        share_within: Share (0-1) of all residents within each limit of ``WITHIN`` (minutes).
    """

    median_min: float | None
    p90_min: float | None
    p95_min: float | None
    edge_min: float | None
    mean_min: float | None
    unreachable: int
    share_within: dict[int, float]


@dataclass(frozen=True)
class WayFigures:
    """The parts of the way to a reachable resident, as means; None if no resident can be reached.

    Attributes:
        drive_min: Minutes of driving.
        crossing_min: Minutes on ferries and boats.
        wait_min: Minutes of waiting.
        access_min: Minutes to and from the road.
        km: Length.
        by_ferry: Residents whose best way takes a ferry or boat.
    """

    drive_min: float | None
    crossing_min: float | None
    wait_min: float | None
    access_min: float | None
    km: float | None
    by_ferry: int


@dataclass(frozen=True)
class Margin:
    """By how much a catchment is above the limits of the service classes; negative below them.

    Attributes:
        residents: Residents above the least of FACT.
        adults: Adults above the least of ACT.
        edge_min: Minutes by which the outer edge is nearer than its limit; None if the edge cannot be reached.
    """

    residents: int
    adults: int
    edge_min: float | None


@dataclass(frozen=True)
class TeamFigures:
    """The figures of one catchment; ``flags`` are what a reader should notice (see the catalogue below ``flag.``)."""

    team_id: str
    name: str
    service: ServiceClass
    teams: int
    population: int
    adults: int
    target_group: TargetGroup
    travel: TravelFigures
    way: WayFigures
    flags: tuple[str, ...]
    margin: Margin


@dataclass(frozen=True)
class ActFigures:
    """The figures of one ACT area.

    Attributes:
        adults_within: Adults within T minutes of the ACT base, which the area must have enough of.
        act_level: Expected persons who need ACT's intensity; an estimate.
        caseload: Fewest and most clients of an ACT team.
    """

    act_id: str
    name: str
    population: int
    adults: int
    adults_within: int
    act_level: TargetGroup
    caseload: tuple[int, int]
    travel: TravelFigures


@dataclass(frozen=True)
class PlanFigures:
    """The figures of the whole plan.

    Attributes:
        served: Share (0-1) of the area's residents who live in a catchment.
        share_within: Share (0-1) of the area's residents within each limit of ``WITHIN`` of their own team's base.
        mean_min: Mean minutes of the served residents who can be reached; None if there are none.
        unreachable: Residents in catchments without a road or ferry from the base.
        act: The ACT areas, if the plan has a second tier.
    """

    population: int
    adults: int
    teams: tuple[TeamFigures, ...]
    served: float
    share_within: dict[int, float]
    mean_min: float | None
    unreachable: int
    act: tuple[ActFigures, ...]


def measure(plan: Plan, atlas: Atlas, journeys: Journeys, ways: Parts) -> PlanFigures:
    """Return the figures of a plan.

    Args:
        plan: The plan.
        atlas: The pack; residents are its official totals.
        journeys: The travel times of the plan's area.
        ways: The way from its own team's base to each cell of ``journeys``.
    """
    people = atlas.population.loc[list(plan.area.units)]
    population, adults = int(people["persons"].sum()), int(people["adults"].sum())
    persons_of, adults_of = people["persons"].to_dict(), people["adults"].to_dict()
    names = team_names(plan, atlas)
    teams, minutes, persons = [], [np.empty(0)], [np.empty(0, dtype=np.int64)]
    for catchment in plan.catchments:
        own_minutes, own_persons = journeys.minutes(catchment.base, catchment.units)
        edge = percentile(own_minutes, own_persons, plan.settings.service.edge_percentile)
        figures = travel_figures(own_minutes, own_persons)
        own_way = way_figures(ways, journeys, catchment.units)
        here = sum(persons_of[unit] for unit in catchment.units), sum(adults_of[unit] for unit in catchment.units)
        teams.append(_team(catchment, names[catchment.team_id], plan, atlas, here, figures, own_way, edge))
        minutes.append(own_minutes)
        persons.append(own_persons)
    whole = travel_figures(np.concatenate(minutes), np.concatenate(persons), of=population)
    served = sum(team.population for team in teams)
    share = share_of(served, population)
    act = tuple(_act_figures(plan, atlas, journeys))
    return PlanFigures(
        population, adults, tuple(teams), share, whole.share_within, whole.mean_min, whole.unreachable, act
    )


def _act_figures(plan: Plan, atlas: Atlas, journeys: Journeys) -> Iterator[ActFigures]:
    """Yield the figures of the ACT areas, numbered in their order."""
    for number, area in enumerate(plan.act.areas if plan.act else (), start=1):
        units = plan.act_units(area)
        people = atlas.population.loc[list(units)]
        population, adults = int(people["persons"].sum()), int(people["adults"].sum())
        minutes, persons = journeys.minutes(area.base, units)
        mine = journeys.cells["unit_code"].isin(units).to_numpy()
        near = minutes <= plan.settings.travel.minutes
        group = need.target_group(need.fraction(atlas, plan.settings), population=population, adults=adults)
        yield ActFigures(
            act_id=f"A{number:02d}",
            name=area.base.name,
            population=population,
            adults=adults,
            adults_within=int(journeys.cells.loc[mine, "adults"].to_numpy()[near].sum()),
            act_level=need.act_level(atlas, group, plan.settings),
            caseload=need.act_caseload(atlas, plan.settings),
            travel=travel_figures(minutes, persons),
        )


@dataclass(frozen=True)
class PartFigures:
    """The figures of a part of a big unit, from the grid cells; travel is from the part's own base."""

    population: int
    adults: int
    travel: TravelFigures


def part_figures(
    atlas: Atlas, parts: tuple[Part, ...], roads: RoadNetwork, settings: Settings
) -> dict[str, PartFigures]:
    """Return the figures of parts, by their code."""
    own = access_of(atlas, [part.base.lon for part in parts], [part.base.lat for part in parts])
    found = {}
    for row, part in enumerate(parts):
        cells = np.flatnonzero(atlas.cells["ssbid"].isin(part.cells))
        seconds = seconds_to_cells(roads, own.of(slice(row, row + 1)), atlas.cell_access.of(cells), settings)[0]
        minutes = np.where(seconds == UNREACHABLE, np.inf, seconds / 60)
        people = atlas.cells.iloc[cells]
        persons = people["persons"].to_numpy(dtype=np.int64)
        adults = int(people["adults"].sum())
        found[part.code] = PartFigures(int(persons.sum()), adults, travel_figures(minutes, persons))
    return found


def travel_figures(minutes: NDArray[np.float64], persons: NDArray[np.int64], *, of: int | None = None) -> TravelFigures:
    """Return percentiles, mean and shares of minutes, weighted by persons.

    Args:
        minutes: Minutes to each cell; infinite: unreachable.
        persons: Residents of each cell.
        of: Residents that shares are taken of; None: those of the cells.
    """
    total = int(persons.sum()) if of is None else of
    reachable = np.isfinite(minutes)
    within = {limit: share_of(int(persons[minutes <= limit].sum()), total) for limit in WITHIN}
    known, weights = minutes[reachable], persons[reachable]
    return TravelFigures(
        median_min=percentile(minutes, persons, 50),
        p90_min=percentile(minutes, persons, 90),
        p95_min=percentile(minutes, persons, 95),
        edge_min=float(known.max()) if len(known) else None,
        mean_min=float(np.average(known, weights=weights)) if weights.sum() else None,
        unreachable=int(persons[~reachable].sum()),
        share_within=within,
    )


def of_units(plan: Plan, journeys: Journeys) -> dict[str, TravelFigures]:
    """Travel of the residents of each unit with a team, from its own team's base."""
    return {unit: travel_figures(*journeys.minutes(base, (unit,))) for unit, base in plan.base_of().items()}


def unit_percentiles(
    seconds: NDArray[np.int32], journeys: Journeys, units: Sequence[str], percents: tuple[int, ...]
) -> NDArray[np.float64]:
    """The fewest minutes within which so many per cent of each unit's residents live.

    Args:
        seconds: The way to each cell of ``journeys`` from the base that serves it.
        journeys: With the cells of all ``units``.
        units: All units of the area, sorted.
        percents: Such as 50 for the median.

    Returns:
        One row per percentage, one column per unit; infinite where they cannot all be reached, and where nobody lives.
    """
    if not len(seconds):
        return np.full((len(percents), len(units)), np.inf)
    minutes = np.where(seconds == UNREACHABLE, np.inf, seconds / 60)
    first = journeys.first_columns(units)
    order = np.lexsort((minutes, np.repeat(np.arange(len(units)), np.diff(first))))
    reached = np.cumsum(journeys.persons[order])
    before = np.concatenate([[0], reached])[first]
    total = np.diff(before)
    share = np.array(percents)[:, None] / 100
    wanted = before[:-1] + np.ceil(share * total).astype(np.int64)
    at = np.minimum(np.searchsorted(reached, wanted, side="left"), len(order) - 1)
    return np.where(total > 0, minutes[order][at], np.inf)


def way_figures(ways: Parts, journeys: Journeys, units: tuple[str, ...]) -> WayFigures:
    """Return means over the reachable residents of ``units``; ``ways`` has one value per cell of ``journeys``."""
    here = journeys.columns(units)
    mine = here[ways.seconds[here] != UNREACHABLE]
    persons = journeys.persons[mine]

    def mean(values: NDArray[np.int32], unit: int) -> float | None:
        return float(np.average(values[mine], weights=persons)) / unit if persons.sum() else None

    return WayFigures(
        drive_min=mean(ways.drive_s, 60),
        crossing_min=mean(ways.crossing_s, 60),
        wait_min=mean(ways.wait_s, 60),
        access_min=mean(ways.access_s, 60),
        km=mean(ways.metres, 1000),
        by_ferry=int(persons[ways.boardings[mine] > 0].sum()),
    )


def percentile(minutes: NDArray[np.float64], persons: NDArray[np.int64], percent: float) -> float | None:
    """Return the fewest minutes within which ``percent`` of the persons live.

    None if there are no persons, or if too few can be reached.
    """
    if not persons.sum():
        return None
    order = np.argsort(minutes, kind="stable")
    reached = np.cumsum(persons[order])
    found = float(minutes[order][np.searchsorted(reached, percent / 100 * reached[-1], side="left")])
    return found if math.isfinite(found) else None


def team_names(plan: Plan, atlas: Atlas) -> dict[str, str]:
    """Return the names of the teams by id.

    A kept team has the planner's name. Any other has the name of its base or, if two bases share it, of the base's
    unit.
    """
    kept = {frozenset(team.units): team.name for team in plan.demands.coded.keep}
    base_names = [catchment.base.name for catchment in plan.catchments]
    return {
        c.team_id: kept.get(
            frozenset(c.units),
            c.base.name if base_names.count(c.base.name) == 1 else str(atlas.units.at[c.base.unit_code, "name"]),
        )
        for c in plan.catchments
    }


def _team(
    catchment: Catchment,
    name: str,
    plan: Plan,
    atlas: Atlas,
    people: tuple[int, int],
    travel: TravelFigures,
    way: WayFigures,
    edge_min: float | None,
) -> TeamFigures:
    """Return the figures of a catchment; ``people`` are its residents and adults."""
    (population, adults), settings = people, plan.settings
    teams = math.ceil(population / settings.capacity.per_team) if settings.capacity.enabled else 1
    service = services.classify(
        population=population,
        adults=adults,
        edge_min=math.inf if edge_min is None else edge_min,
        rules=settings.service,
    )
    return TeamFigures(
        team_id=catchment.team_id,
        name=name,
        service=service,
        teams=max(1, teams),
        population=population,
        adults=adults,
        target_group=need.target_group(need.fraction(atlas, settings), population=population, adults=adults),
        travel=travel,
        way=way,
        flags=_flags(teams, travel, settings.travel.minutes)
        + _act_flag(catchment, plan)
        + _listed(catchment, plan, atlas),
        margin=Margin(
            residents=population - settings.service.fact_residents,
            adults=adults - settings.service.act_adults,
            edge_min=None if edge_min is None else settings.service.edge_minutes - edge_min,
        ),
    )


def _act_flag(catchment: Catchment, plan: Plan) -> tuple[str, ...]:
    """Flag whether an ACT area or the FACT team serves ACT clients; no flag in a plan of one tier."""
    if plan.act is None:
        return ()
    in_area = any(catchment.team_id in area.teams for area in plan.act.areas)
    return ("in_act_area",) if in_area else ("act_within_fact",)


def _listed(catchment: Catchment, plan: Plan, atlas: Atlas) -> tuple[str, ...]:
    """Flag whether the base's unit has a listed team; no flag in a plan that does not use listed teams."""
    rule = plan.settings.existing
    if not rule.listed:
        return ()
    standing = listed_teams.standing(atlas, plan.area.units, without=rule.without).bases
    return ("listed",) if catchment.base.unit_code in standing else ("new",)


def _flags(teams: int, travel: TravelFigures, limit: float) -> tuple[str, ...]:
    """Return what a reader should notice about a team."""
    noticed = {
        "several_teams": teams > 1,
        "far_edge": travel.p95_min is None or travel.p95_min > limit,
        "unreachable_residents": travel.unreachable > 0,
    }
    return tuple(flag for flag, holds in noticed.items() if holds)


def unit_names(units: Sequence[str], atlas: Atlas) -> str | Phrase:
    """Units by name, the rest of many as a number."""
    return _and_more([str(atlas.units.at[unit, "name"]) for unit in units])


def _and_more(names: Sequence[str]) -> str | Phrase:
    rest = len(names) - NAMED
    if rest > 1:
        return Phrase("draft.and_more", values={"names": ", ".join(names[:NAMED]), "count": rest})
    if len(names) > 1:
        return Phrase("draft.and_last", values={"names": ", ".join(names[:-1]), "last": names[-1]})
    return "".join(names)
