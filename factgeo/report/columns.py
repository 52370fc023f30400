"""What is known of a unit, a region and the like: one list each, for JSON, CSV, tables, pages and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from factgeo.atlas.shares import share_of
from factgeo.language import Number, Percent, Words, say
from factgeo.language.figures import NO_FIGURE, capital, maybe_tenth, millionth, minutes
from factgeo.planning.measure import WITHIN
from factgeo.reach.fairness import Centrality, UnitFairness
from factgeo.reach.left_out import LeftOut
from factgeo.reach.shares import CLASSES, Region
from factgeo.report.content import Column, Table
from factgeo.report.labels import OUT_WORDS

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
    """

    of: Callable[[T_contra], Any]
    plain: Callable[[Any], Any] = _same
    heading: Words = ""
    said: Callable[[Any], Words] = str


Fields = Mapping[str, Field[T_contra]]  # by the key that programs know it by


def row(fields: Fields[T_contra], thing: T_contra, keys: Iterable[str] | None = None) -> dict[str, Any]:
    """What programs get of one thing: all fields, or those with these keys."""
    return {key: fields[key].plain(fields[key].of(thing)) for key in keys or fields}


def said(fields: Fields[T_contra], thing: T_contra, key: str) -> Words:
    """One field of a thing in words."""
    return fields[key].said(fields[key].of(thing))


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
