"""Why a unit has no team, in words."""

from __future__ import annotations

from factgeo.atlas.pack import Atlas
from factgeo.language import number, text
from factgeo.planning.measure import TeamFigures
from factgeo.planning.plan import Unserved
from factgeo.planning.result import Result
from factgeo.report.rules import minimum


def unserved_sentence(entry: Unserved, result: Result, atlas: Atlas) -> str:
    """Why a unit has no team, with its name and figures."""
    settings = result.plan.settings
    values = {
        "unit": atlas.units.at[entry.unit_code, "name"],
        "persons": number(int(atlas.population.at[entry.unit_code, "persons"])),
        "minimum": minimum(settings),
        "limit": number(settings.travel.too_far),
    }
    if entry.reason != "cut_off":
        return text(f"unserved.{entry.reason}", **values)
    return text("unserved.possible", **values) + " " + _obstacle(entry, result, values["limit"])


def _obstacle(entry: Unserved, result: Result, limit: str) -> str:
    """What keeps a unit from the nearest team: distance, a full team, or neighbours of other teams."""
    nearest = _nearest_team(entry.unit_code, result)
    if nearest is None:
        return text("obstacle.no_team")
    team, mean = nearest
    shown = {"team": team.name, "mean": number(mean), "limit": limit, "size": number(team.population)}
    settings = result.plan.settings
    persons = int(result.journeys.by_unit.persons[result.plan.area.units.index(entry.unit_code)])
    limit_of_team = team.teams * settings.capacity.per_team
    if mean > settings.travel.too_far:
        return text("obstacle.far", **shown)
    if settings.capacity.enabled and team.population + persons > limit_of_team:
        return text("obstacle.full", capacity=number(limit_of_team), **shown)
    return text("obstacle.apart", **shown)


def _nearest_team(unit: str, result: Result) -> tuple[TeamFigures, float] | None:
    """The team within the same borders whose base has the fewest mean minutes to the unit."""
    plan, means = result.plan, result.journeys.by_unit.mean_min()
    column = plan.area.units.index(unit)
    distances = [
        (float(means[result.journeys.row[catchment.base], column]), figures)
        for catchment, figures in zip(plan.catchments, result.figures.teams, strict=True)
        if result.same_zone(unit, catchment.base.unit_code)
    ]
    mean, team = min(distances, key=lambda pair: pair[0], default=(0.0, None))
    return None if team is None else (team, mean)
