"""Who there is to serve: an area, each catchment of a plan, local counts and the years until now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.people import growth, need
from factgeo.people.growth import History
from factgeo.people.local import LocalCounts
from factgeo.people.need import Need
from factgeo.people.privacy import Shown
from factgeo.planning.plan import Plan
from factgeo.settings import Settings
from factgeo.sources.projections import MAIN

WHOLE = "whole"


@dataclass(frozen=True)
class NeedReport:
    """The need of an area with all that is told beside it.

    Attributes:
        atlas: The pack.
        whole: The area.
        teams: The catchments of a plan, by team id; empty without a plan.
        local: What municipalities have counted, as far as it may be told, these totals remembered; None without.
        totals: Exact local totals that may be told, by team id and ``whole``.
        missing: Codes of the area's units that the local file lacks; the fraction stands in for them.
        history: Residents in each year of the pack.
    """

    atlas: Atlas
    whole: Need
    teams: Mapping[str, Need]
    local: LocalCounts | None
    totals: Mapping[str, Shown]
    missing: tuple[str, ...]
    history: History


def assess(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    plan: Plan | None,
    *,
    local: LocalCounts | None = None,
    projection: Path | None = None,
    year: int | None = None,
    alternative: str = MAIN,
) -> NeedReport:
    """Assess an area, and each catchment if there is a plan; see :func:`factgeo.people.need.assess`."""
    teams = {c.team_id: Area(f"{c.team_id} {c.base.name}", c.units) for c in plan.catchments} if plan else {}
    whole, *each = need.assess_each(
        atlas, [area, *teams.values()], settings,
        local=local, projection=projection, year=year, alternative=alternative,
    )  # fmt: skip
    divisions = {WHOLE: area.units, **{team: own.units for team, own in teams.items()}}
    counted = None if local is None else local.telling(divisions)
    return NeedReport(
        atlas=atlas,
        whole=whole,
        teams=dict(zip(teams, each, strict=True)),
        local=counted,
        totals={} if counted is None else counted.of(divisions),
        missing=() if counted is None else counted.missing(area.units),
        history=growth.history(atlas, area),
    )


def sums_are_told(found: NeedReport) -> bool:
    """Stands a sum of local counts in the report, which another report's sum must not be held against?"""
    return any(total.count is not None for total in found.totals.values())
