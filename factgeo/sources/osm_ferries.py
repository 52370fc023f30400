"""Ferries that are relations: the tags that ``type=route, route=ferry`` gives its member ways.

Many ferries are mapped as a relation over ways that carry no tags, or others. Such a way becomes a ferry with the tags
of its relation. A way that is a ferry already keeps its own tags and takes from the relation those that it lacks. A way
in several relations takes from one of them: one that carries cars, all year, before others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from factgeo.sources import osm_tags
from factgeo.sources.osm_file import Extract, Relation
from factgeo.sources.osm_seasons import season
from factgeo.sources.osm_tags import CONDITIONAL, RIGHTS

LINES = {"route", "superroute", "route_master"}  # type=
ON_LAND = ("building", "highway", "man_made", "public_transport", "railway", "waterway")  # such a member is no sea lane
NOT_SAILED = ("platform", "stop")  # roles begin so; forward and backward do not count, for every ferry comes back
SEASON_TAGS = ("opening_hours", "seasonal", *CONDITIONAL)
TOGETHER = (("access", *RIGHTS), SEASON_TAGS)  # who has one of these has said it all
PASSED_ON = ("duration", "foot", "interval", "name", "operator", "ref", "access", *RIGHTS, *SEASON_TAGS)


@dataclass(frozen=True)
class Line:
    """A ferry relation and the ways under it; ``lacking`` members are not in the file."""

    number: int
    tags: dict[str, str]
    ways: list[int]
    lacking: int

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """Lines with the most to say about a way come first."""
        passengers = osm_tags.right(self.tags, general=False) == "no"
        return passengers, season(self.tags) == "summer", self.tags.get("type") != "route", self.number


@dataclass(frozen=True)
class Sailed:
    """Ways by their number, with the tags that hold for them.

    Attributes:
        tags: Tags of ways that are ferries by a relation, or take something from one.
        timed: Key of the relation whose duration such a way shares with others; missing if its own duration holds.
        notes: ``ferry_relations`` (read), ``relations_unread`` (no way of them in the file), ``relations_cut``.
    """

    tags: dict[int, dict[str, str]]
    timed: dict[int, str]
    notes: Counter[str]


def sailed(extract: Extract) -> Sailed:
    """Return the tags that the ferry relations of a file give its ways."""
    found = Sailed({}, {}, Counter())
    lines = sorted(_lines(extract), key=lambda line: line.rank)
    taken: set[int] = set()
    for line in lines:
        found.notes["ferry_relations" if line.ways else "relations_unread"] += 1
        found.notes["relations_cut"] += bool(line.ways and line.lacking)
        mine = [way for way in line.ways if way not in taken]
        taken.update(mine)
        _pass_on(line, mine, extract, found)
    return found


def _lines(extract: Extract) -> Iterator[Line]:
    for number, relation in extract.relations.items():
        tags = relation.tags
        is_line = tags.get("type") in LINES and (osm_tags.is_ferry(tags) or tags.get("route_master") == "ferry")
        if is_line and osm_tags.is_there(tags):
            yield Line(number, tags, *_ways_under(relation, extract))


def _ways_under(relation: Relation, extract: Extract) -> tuple[list[int], int]:
    """Return the sea lanes among the members and the members of members, and how many members are missing."""
    ways: dict[int, None] = {}
    lacking, seen = 0, {id(relation)}
    waiting = [relation]
    while waiting:
        for kind, number, role in waiting.pop().members:
            if kind == "relation":
                below = extract.relations.get(number)
                lacking += below is None
                if below is not None and id(below) not in seen:
                    seen.add(id(below))
                    waiting.append(below)
            elif kind == "way" and not role.startswith(NOT_SAILED):
                way = extract.ways.get(number)
                lacking += way is None
                if way is not None and _is_sea_lane(way.tags):
                    ways[number] = None
    return list(ways), lacking


def _is_sea_lane(tags: Mapping[str, str]) -> bool:
    if osm_tags.is_ferry(tags):
        return True
    return osm_tags.is_there(tags) and not any(tags.get(tag, "ferry") not in ("ferry", "fairway") for tag in ON_LAND)


def _pass_on(line: Line, mine: list[int], extract: Extract, found: Sailed) -> None:
    """Pass tags to the ways of this line, and its duration to those of them without their own."""
    given = {tag: line.tags[tag] for tag in PASSED_ON if tag != "duration" and line.tags.get(tag)}
    own = {way: osm_tags.minutes(extract.ways[way].tags.get("duration", "")) for way in line.ways}
    silent = [way for way in mine if np.isnan(own[way])]
    for way in mine:
        found.tags[way] = _tags_of(extract.ways[way].tags, given)
    minutes = osm_tags.minutes(line.tags.get("duration", "")) - float(np.nansum(list(own.values())))
    if line.lacking or not silent or not minutes > 0:
        return
    metres = {way: _degrees(extract, way) for way, known in own.items() if np.isnan(known)}
    part = sum(metres[way] for way in silent) / (sum(metres.values()) or 1.0)
    for way in silent:
        found.tags[way]["duration"] = f"{minutes * part:.4f}"
        found.timed[way] = f"relation {line.number}"


def _tags_of(own: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    if not osm_tags.is_ferry(own):
        kept = {tag: value for tag, value in own.items() if tag in ("oneway", "duration")}
        return {**kept, **given, "route": "ferry"}
    settled = {tag for group in TOGETHER if any(own.get(tag) for tag in group) for tag in group}
    return {**{tag: value for tag, value in given.items() if tag not in settled}, **own}


def _degrees(extract: Extract, way: int) -> float:
    """Return the length of a way in degrees of latitude; only shares of such lengths are used."""
    where = extract.points.of(extract.ways[way].refs)
    places: NDArray[np.float64] = np.array([where[ref] for ref in extract.ways[way].refs if ref in where])
    if len(places) < 2:  # noqa: PLR2004 - a line
        return 0.0
    return float(shapely.LineString(places * [np.cos(np.radians(places[0, 1])), 1.0]).length)
