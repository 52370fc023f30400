"""Who there is to serve, as a report: an area, each catchment of a plan, local counts and the years until now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.language import escaping, text
from factgeo.people import growth, need, privacy
from factgeo.people.growth import History
from factgeo.people.local import LocalCounts
from factgeo.people.need import Need
from factgeo.people.privacy import Shown
from factgeo.planning.plan import Plan
from factgeo.report import need as need_report
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


def report(
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


def lines(found: NeedReport) -> list[str]:
    """The report in sentences."""
    said = need_report.lines(found.whole)
    for team in found.teams.values():
        group = team.target_group
        values = {"low": need_report.shown(group.low), "high": need_report.shown(group.high)}
        central, between = need_report.shown(group.central), need_report.between(group)
        said.append(text("need.team", team=team.area, central=central, between=between, **values))
    return [*said, *_local_lines(found), *need_report.history_lines(found.history, _names(found.atlas))]


def _local_lines(found: NeedReport) -> list[str]:
    """How the local counts came about, what they sum up to, and who is missing."""
    if found.local is None:
        return []
    said = [found.local.made(), privacy.method()]
    if WHOLE in found.totals:
        said.append(text("need.local_total", area=found.whole.area, total=privacy.text(found.totals[WHOLE])))
    if sums_are_told(found):
        said.append(text("need.local_apart"))
    if found.missing:
        said.append(text("need.local_missing", names=", ".join(found.atlas.units.loc[list(found.missing), "name"])))
    return said


def sums_are_told(found: NeedReport) -> bool:
    """Stands a sum of local counts in the report, which another report's sum must not be held against?"""
    return any(total.count is not None for total in found.totals.values())


def _names(atlas: Atlas) -> dict[str, str]:
    return {str(unit): str(name) for unit, name in atlas.units["name"].items()}


def markdown(found: NeedReport) -> str:
    """The report as a document."""
    parts = [need_report.markdown(found.whole), *(need_report.markdown(team) for team in found.teams.values())]
    told = [*_local_lines(found), *need_report.history_lines(found.history, _names(found.atlas))]
    return "\n\n".join([*parts, escaping.bullets(told)]) + "\n"


def to_json(found: NeedReport) -> dict[str, Any]:
    """The object that ``factgeo need --json`` prints."""
    history = need_report.history_table(found.history)
    content = need_report.to_json(found.whole)
    if found.teams:
        content["teams"] = [{"team_id": team, **need_report.to_json(each)} for team, each in found.teams.items()]
    content["history"] = [{name: _plain(value) for name, value in row.items()} for row in history.to_dict("records")]
    if found.local is not None:
        content["local"] = {
            "units": {code: privacy.as_json(shown) for code, shown in found.local.shown.items()},
            "totals": {name: privacy.as_json(shown) for name, shown in found.totals.items()},
            "missing": list(found.missing),
            "made": found.local.made(),
            "method": privacy.method(),
            "apart": text("need.local_apart") if sums_are_told(found) else None,
        }
    return content


def _plain(value: Any) -> int | None:  # noqa: ANN401 - pandas' own kinds of number
    return None if value is None or value != value else int(value)  # noqa: PLR0124 - pandas' missing is unlike itself
