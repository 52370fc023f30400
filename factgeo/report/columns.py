"""What is known of a team, a unit, a region and the like: one list each, for JSON, CSV, tables, pages and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from factgeo.atlas.shares import share_of
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, capital, maybe_tenth, millionth, minutes
from factgeo.people.need import TargetGroup
from factgeo.planning.measure import WITHIN, TeamFigures
from factgeo.planning.plan import Catchment
from factgeo.planning.result import Result
from factgeo.reach.fairness import Centrality, UnitFairness
from factgeo.reach.left_out import LeftOut
from factgeo.reach.shares import CLASSES, Region
from factgeo.report.content import Column, Table
from factgeo.report.labels import OUT_WORDS

SHOWN_MIN = 60  # minutes whose share documents show
T_contra = TypeVar("T_contra", contravariant=True)


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever a program takes
    return value


@dataclass(frozen=True)
class Field(Generic[T_contra]):
    """One thing that is known of each of several alike.

    Attributes:
        of: Gives its value.
        plain: Rounds the value for JSON and CSV.
        heading: Stands above it; empty where only programs read it.
        said: Puts the value into words.
        words: Puts it into words where the value alone is not enough.
    """

    of: Callable[[T_contra], Any]
    plain: Callable[[Any], Any] = _same
    heading: Words = ""
    said: Callable[[Any], Words] = str
    words: Callable[[T_contra], Words] | None = None


Fields = Mapping[str, Field[T_contra]]  # by the key that programs know it by


def row(fields: Fields[T_contra], thing: T_contra, keys: Iterable[str] | None = None) -> dict[str, Any]:
    """What programs get of one thing: all fields, or those with these keys."""
    return {key: fields[key].plain(fields[key].of(thing)) for key in keys or fields}


def said(fields: Fields[T_contra], thing: T_contra, key: str) -> Words:
    """One field of a thing in words."""
    field = fields[key]
    return field.words(thing) if field.words else field.said(field.of(thing))


def table(
    name: str, fields: Fields[T_contra], things: Iterable[T_contra], keys: Sequence[str], **headings: Words
) -> Table:
    """A row for each thing and a column for each key; ``headings`` take the place of those in the list."""
    columns = tuple(Column(key, headings.get(key, fields[key].heading)) for key in keys)
    return Table(name, columns, tuple(tuple(said(fields, thing, key) for key in keys) for thing in things))


def _within(limit: int) -> Field[UnitFairness | Centrality]:
    """The share within so many minutes; its heading says per cent."""
    return Field(
        lambda each: each.travel.share_within[limit],
        millionth,
        say("app_reach.column.within", limit=limit),
        lambda share: Number(100 * share),
    )


REGION: Fields[Region] = {
    "code": Field(lambda region: region.code, heading=say("reach.column.code")),
    "name": Field(lambda region: region.name, heading=say("reach.column.region")),
    "service": Field(
        lambda region: region.service, heading=say("column.service"), said=lambda service: say(f"service.{service}")
    ),
    "class": Field(lambda region: CLASSES.index(region.service) + 1),
    "units": Field(lambda region: list(region.units)),
    "population": Field(lambda region: region.population, heading=say("column.population"), said=Number),
    "adults": Field(lambda region: region.adults, heading=say("column.adults"), said=Number),
    "population_in_area": Field(lambda region: region.here),
    "counted": Field(lambda region: region.counted, heading=say("reach.column.counted"), said=Number),
    "share": Field(lambda region: share_of(region.counted, region.here), millionth),
    "whole": Field(lambda region: region.here == region.population),
    "base": Field(lambda region: region.base and region.base.name, heading=say("reach.column.base"), said=str),
    "edge_min": Field(
        lambda region: region.travel and region.travel.edge_min, heading=say("reach.column.edge"), said=minutes
    ),
    "p95_min": Field(lambda region: region.travel and region.travel.p95_min, heading=say("column.p95"), said=minutes),
    "share_within_60": Field(
        lambda region: region.travel and region.travel.share_within[60],
        heading=say("reach.column.within_60"),
        said=lambda share: NO_FIGURE if share is None else Percent(share),
    ),
}
WITHIN_KEYS = {f"share_within_{limit}": limit for limit in WITHIN}
TRAVEL: Fields[UnitFairness | Centrality] = {
    "median_min": Field(lambda each: each.travel.median_min, maybe_tenth, say("app_reach.column.median"), minutes),
    "p95_min": Field(lambda each: each.travel.p95_min, maybe_tenth, say("app_reach.column.p95"), minutes),
    "mean_min": Field(lambda each: each.travel.mean_min, maybe_tenth, say("app_reach.column.mean"), minutes),
    "unreachable": Field(lambda each: each.travel.unreachable),
    **{key: _within(limit) for key, limit in WITHIN_KEYS.items()},
}
UNIT: Fields[UnitFairness] = {
    "unit_code": Field(lambda unit: unit.unit_code),
    "name": Field(lambda unit: unit.name, heading=say("app_reach.column.unit")),
    "centrality_class": Field(lambda unit: unit.centrality, heading=say("app_reach.column.centrality"), said=Number),
    "population": Field(lambda unit: unit.population, heading=say("app_reach.column.population"), said=Number),
    "served": Field(lambda unit: unit.served),
    **TRAVEL,
}
CENTRALITY: Fields[Centrality] = {
    "centrality_class": Field(lambda each: each.centrality, heading=say("app_reach.column.centrality"), said=Number),
    "units": Field(lambda each: each.units, heading=say("app_reach.column.units"), said=Number),
    "population": Field(lambda each: each.population, heading=say("app_reach.column.population"), said=Number),
    **TRAVEL,
}
LEFT_OUT: Fields[LeftOut] = {
    "unit_code": Field(lambda each: each.unit_code),
    "name": Field(lambda each: each.name, heading=say("app_reach.column.unit")),
    "reason": Field(
        lambda each: each.reason,
        heading=say("app_reach.column.reason"),
        said=lambda reason: capital(say(OUT_WORDS[reason])),
    ),
    "persons": Field(lambda each: each.persons, heading=say("app_reach.column.persons"), said=Number),
    "nearest_min": Field(lambda each: each.nearest_min, maybe_tenth, say("app_reach.column.nearest"), minutes),
}


@dataclass(frozen=True)
class Team:
    """A team with all that its fields are read from."""

    figures: TeamFigures
    catchment: Catchment
    result: Result


def teams(result: Result) -> list[Team]:
    """The teams of a plan."""
    pairs = zip(result.figures.teams, result.plan.catchments, strict=True)
    return [Team(figures, catchment, result) for figures, catchment in pairs]


def target_group(group: TargetGroup) -> Words:
    """Central value (low–high)."""
    return joined((Number(group.central), " (", Number(group.low), "–", Number(group.high), ")"), "")


def _count(of: Callable[[Team], float], heading: Words = "") -> Field[Team]:
    return Field(of, heading=heading, said=Number)


def _minutes_of(of: Callable[[Team], float | None], heading: Words = "") -> Field[Team]:
    return Field(of, maybe_tenth, heading, minutes)


def _travel(key: str, heading: Words = "") -> Field[Team]:
    return _minutes_of(lambda team: getattr(team.figures.travel, key), heading)


def _way(key: str) -> Field[Team]:
    return _minutes_of(lambda team: getattr(team.figures.way, key))


def _share_within(limit: int) -> Field[Team]:
    heading = say("column.within") if limit == SHOWN_MIN else ""
    return Field(
        lambda team: team.figures.travel.share_within[limit], millionth, heading, lambda share: Percent(share, 0)
    )


def _unit_names(team: Team) -> Words:
    return ", ".join(team.result.atlas.units.loc[list(team.catchment.units), "name"])


def _flags(team: Team) -> Words:
    limit = Number(team.result.plan.settings.travel.minutes)
    return joined(say(f"flag.{flag}", limit=limit) for flag in team.figures.flags)


TEAM: Fields[Team] = {
    "team_id": Field(lambda team: team.figures.team_id, heading=say("column.id")),
    "name": Field(lambda team: team.figures.name, heading=say("column.team")),
    "service": Field(
        lambda team: team.figures.service, heading=say("column.service"), said=lambda service: say(f"service.{service}")
    ),
    "teams": _count(lambda team: team.figures.teams),
    "base_unit": Field(lambda team: team.catchment.base.unit_code),
    "base_name": Field(lambda team: team.catchment.base.name),
    "base_lon": Field(lambda team: team.catchment.base.lon),
    "base_lat": Field(lambda team: team.catchment.base.lat),
    "units": Field(lambda team: team.catchment.units, ";".join, say("column.units"), words=_unit_names),
    "population": _count(lambda team: team.figures.population, say("column.population")),
    "adults": _count(lambda team: team.figures.adults, say("column.adults")),
    "target_group_low": _count(lambda team: team.figures.target_group.low),
    "target_group_central": Field(
        lambda team: team.figures.target_group.central,
        heading=say("column.target"),
        words=lambda team: target_group(team.figures.target_group),
    ),
    "target_group_high": _count(lambda team: team.figures.target_group.high),
    "median_min": _travel("median_min", say("column.median")),
    "p90_min": _travel("p90_min"),
    "p95_min": _travel("p95_min", say("column.p95")),
    "edge_min": _travel("edge_min"),
    "mean_min": _travel("mean_min", say("column.mean")),
    "unreachable": _count(lambda team: team.figures.travel.unreachable),
    **{key: _way(key) for key in ("drive_min", "crossing_min", "wait_min", "access_min", "km")},
    "by_ferry": _count(lambda team: team.figures.way.by_ferry),
    **{f"share_within_{limit}": _share_within(limit) for limit in WITHIN},
    "flags": Field(lambda team: team.figures.flags, ";".join, say("column.notes"), words=_flags),
}
