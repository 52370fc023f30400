"""What is shown of a team, once: how each figure is read for programs, and how it is said to readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import maybe_tenth, millionth, minutes
from factgeo.people.need import TargetGroup
from factgeo.planning.measure import WITHIN, TeamFigures
from factgeo.planning.plan import Catchment
from factgeo.planning.result import Result
from factgeo.report.content import Column, Table

SHOWN_MIN = 60  # minutes whose share documents show


@dataclass(frozen=True)
class Team:
    """A team with what its columns are read from."""

    figures: TeamFigures
    catchment: Catchment
    result: Result


@dataclass(frozen=True)
class TeamColumn:
    """A column of teams.

    Attributes:
        key: Its key in JSON, tables and the app.
        read: What was measured.
        said: What readers see.
        heading: Its entry below ``column.`` in documents; empty where these do not have it.
        rounded: How other programs get it: minutes to a tenth, shares (0-1) to a millionth, lists with semicolons.
    """

    key: str
    read: Callable[[Team], Any]
    said: Callable[[Team], Words]
    heading: str = ""
    rounded: Callable[[Any], object] = lambda value: value

    def value(self, team: Team) -> object:
        """What other programs get."""
        return self.rounded(self.read(team))


def _word(key: str, read: Callable[[Team], str], heading: str = "") -> TeamColumn:
    return TeamColumn(key, read, read, heading)


def _count(key: str, read: Callable[[Team], float], heading: str = "", *, digits: int = 0) -> TeamColumn:
    return TeamColumn(key, read, lambda team: Number(read(team), digits), heading)


def _tenth(key: str, read: Callable[[Team], float | None], heading: str = "") -> TeamColumn:
    return TeamColumn(key, read, lambda team: minutes(read(team)), heading, maybe_tenth)


def _travel(key: str, heading: str = "") -> TeamColumn:
    return _tenth(key, lambda team: getattr(team.figures.travel, key), heading)


def _way(key: str) -> TeamColumn:
    return _tenth(key, lambda team: getattr(team.figures.way, key))


def _within(limit: int) -> TeamColumn:
    def share(team: Team) -> float:
        return team.figures.travel.share_within[limit]

    heading = "within" if limit == SHOWN_MIN else ""
    return TeamColumn(f"share_within_{limit}", share, lambda team: Percent(share(team), 0), heading, millionth)


def target_group(group: TargetGroup) -> Words:
    """Central value (low–high)."""
    return joined((Number(group.central), " (", Number(group.low), "–", Number(group.high), ")"), "")


def _service(team: Team) -> Words:
    return say(f"service.{team.figures.service}")


def _target_group(team: Team) -> Words:
    return target_group(team.figures.target_group)


def _units(team: Team) -> Words:
    return ", ".join(team.result.atlas.units.loc[list(team.catchment.units), "name"])


def _flags(team: Team) -> Words:
    limit = Number(team.result.plan.settings.travel.minutes)
    return joined(say(f"flag.{flag}", limit=limit) for flag in team.figures.flags)


TEAM_COLUMNS = (
    _word("team_id", lambda team: team.figures.team_id, "id"),
    _word("name", lambda team: team.figures.name, "team"),
    TeamColumn("service", lambda team: team.figures.service, _service, "service"),
    _count("teams", lambda team: team.figures.teams),
    _word("base_unit", lambda team: team.catchment.base.unit_code),
    _word("base_name", lambda team: team.catchment.base.name),
    _count("base_lon", lambda team: team.catchment.base.lon, digits=4),
    _count("base_lat", lambda team: team.catchment.base.lat, digits=4),
    TeamColumn("units", lambda team: team.catchment.units, _units, "units", ";".join),
    _count("population", lambda team: team.figures.population, "population"),
    _count("adults", lambda team: team.figures.adults, "adults"),
    _count("target_group_low", lambda team: team.figures.target_group.low),
    TeamColumn("target_group_central", lambda team: team.figures.target_group.central, _target_group, "target"),
    _count("target_group_high", lambda team: team.figures.target_group.high),
    _travel("median_min", "median"),
    _travel("p90_min"),
    _travel("p95_min", "p95"),
    _travel("edge_min"),
    _travel("mean_min", "mean"),
    _count("unreachable", lambda team: team.figures.travel.unreachable),
    *(_way(key) for key in ("drive_min", "crossing_min", "wait_min", "access_min", "km")),
    _count("by_ferry", lambda team: team.figures.way.by_ferry),
    *(_within(limit) for limit in WITHIN),
    TeamColumn("flags", lambda team: team.figures.flags, _flags, "notes", ";".join),
)
BY_KEY = {column.key: column for column in TEAM_COLUMNS}


def teams(result: Result) -> list[Team]:
    """The teams of a plan."""
    pairs = zip(result.figures.teams, result.plan.catchments, strict=True)
    return [Team(figures, catchment, result) for figures, catchment in pairs]


def table(result: Result, keys: Iterable[str]) -> Table:
    """A row for each team, with these columns as readers see them."""
    shown = [BY_KEY[key] for key in keys]
    heads = tuple(Column(column.key, say(f"column.{column.heading}")) for column in shown)
    return Table("teams", heads, tuple(tuple(column.said(team) for column in shown) for team in teams(result)))
