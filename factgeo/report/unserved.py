"""Why a unit has no team, in words."""

from __future__ import annotations

from factgeo.language import Number, Words, joined, say
from factgeo.planning.measure import TeamFigures
from factgeo.planning.plan import Unserved
from factgeo.planning.result import Result
from factgeo.report import rules


def reason(entry: Unserved, result: Result) -> Words:
    """Why a unit has no team, with its name and figures."""
    settings, atlas = result.plan.settings, result.atlas
    values = {
        "unit": atlas.units.at[entry.unit_code, "name"],
        "persons": Number(int(atlas.population.at[entry.unit_code, "persons"])),
        "minimum": rules.minimum(settings),
        "limit": Number(settings.travel.too_far),
    }
    if entry.reason != "cut_off":
        return say(f"unserved.{entry.reason}", **values)
    return joined((say("unserved.possible", **values), _obstacle(entry, result)), " ")


def _obstacle(entry: Unserved, result: Result) -> Words:
    """What keeps a unit from the nearest team: distance, a full team, or neighbours of other teams."""
    nearest, settings = _nearest_team(entry.unit_code, result), result.plan.settings
    if nearest is None:
        return say("obstacle.no_team")
    team, mean = nearest
    shown = {"team": team.name, "mean": Number(mean)}
    persons = int(result.journeys.by_unit.persons[result.plan.area.units.index(entry.unit_code)])
    limit_of_team = team.teams * settings.capacity.per_team
    if mean > settings.travel.too_far:
        return say("obstacle.far", limit=Number(settings.travel.too_far), **shown)
    if settings.capacity.enabled and team.population + persons > limit_of_team:
        return say("obstacle.full", size=Number(team.population), capacity=Number(limit_of_team), **shown)
    return say("obstacle.apart", **shown)


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
