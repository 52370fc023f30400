"""A request for a plan, its demands beyond the rules, and whether any plan can meet it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.language import Number, Phrase
from factgeo.planning import edits
from factgeo.planning.plan import Demands
from factgeo.planning.propose import exact
from factgeo.planning.propose.formulate import formulate
from factgeo.planning.propose.problem import Group, Objective, Problem
from factgeo.settings import KeptTeam, Lock, Settings
from factgeo.travel.journeys import Journeys

LONGEST_S = 10.0  # the time limit for finding out whether any plan is possible


@dataclass(frozen=True)
class Request:
    """A request for a plan of an area under some settings, with the travel times."""

    atlas: Atlas
    area: Area
    settings: Settings
    journeys: Journeys

    @cached_property
    def demands(self) -> Demands:
        """What the planner demands, in codes."""
        return edits.demands(self.settings, self.atlas)

    def problem(self) -> Problem:
        """Return the request as arrays."""
        return formulate(self.atlas, self.area, self.settings, self.journeys)

    def under(self, settings: Settings) -> Request:
        """Return the request under other settings; roads and bases must be the same."""
        return replace(self, settings=settings)

    def with_rule(self, table: str, key: str, value: object) -> Request:
        """Return the request with one setting changed."""
        return self.under(with_rule(self.settings, table, key, value))

    def possible(self, *more: Group) -> bool:
        """Was a plan found within ``LONGEST_S``? ``more`` are further rules on how many bases are used."""
        problem, solver = self.problem(), self.settings.solver
        problem = replace(problem, groups=(*problem.groups, *more))
        anything = Objective("any", 0 * problem.stages[0].cost, 0 * problem.persons)
        options = solver.model_copy(update={"time_limit": min(LONGEST_S, solver.time_limit)})
        return exact.solve(replace(problem, stages=(anything,), start=None), options).base_of is not None

    def named(self, units: Sequence[str]) -> str:
        """Return the names of units, given their codes."""
        return ", ".join(str(self.atlas.units.at[unit, "name"]) for unit in units)

    def zone_name(self, unit: str) -> str:
        """Return the name of the zone that no catchment around a unit may leave; without borders, of the area."""
        column = {"dps": "dps_name", "county": "county_name"}.get(self.settings.border)
        column = column or areas.BORDERS.get(self.settings.border, "")
        return str(self.atlas.units.at[unit, column]) if column else self.area.name

    def residents(self, units: Sequence[str]) -> Number:
        """Return the residents of units."""
        return Number(int(self.atlas.population.loc[list(units), "persons"].sum()))


def with_rule(settings: Settings, table: str, key: str, value: object) -> Settings:
    """Return the settings with one value of a table changed."""
    return settings.model_copy(update={table: getattr(settings, table).model_copy(update={key: value})})


@dataclass(frozen=True)
class Demand:
    """A demand on the plan beyond the rules: the value of ``settings.<table>.<key>``, or an item of that list."""

    phrase: Phrase
    table: str
    key: str
    value: object

    def drop(self, settings: Settings) -> Settings:
        """Return the settings without this demand."""
        old = getattr(getattr(settings, self.table), self.key)
        if isinstance(old, tuple):
            return with_rule(settings, self.table, self.key, tuple(each for each in old if each != self.value))
        return with_rule(settings, self.table, self.key, type(old)(0))


def demands(request: Request) -> Iterator[Demand]:
    """Yield all demands on the plan beyond the rules."""
    settings = request.settings
    goal, teams, edits = settings.goal, settings.teams, settings.edits
    if goal.name == "fewest_teams" and goal.reach_floor:
        shown = {"floor": Number(100 * goal.reach_floor, 1)}
        yield Demand(Phrase("asked.reach_floor", values=shown), "goal", "reach_floor", goal.reach_floor)
    for key in ("per_zone", "at_least", "at_most"):
        if getattr(teams, key):
            shown = {"count": Number(getattr(teams, key))}
            yield Demand(Phrase(f"asked.{key}", values=shown), "teams", key, getattr(teams, key))
    for name in settings.bases.required:
        yield Demand(Phrase("asked.required", values={"base": name}), "bases", "required", name)
    for site in settings.bases.sites:
        if site.role == "required":
            yield Demand(Phrase("asked.required", values={"base": site.name}), "bases", "sites", site)
    for unit in edits.leave:
        yield Demand(Phrase("asked.leave", values={"units": _named(request, (unit,))}), "edits", "leave", unit)
    for key in ("apart", "together"):
        for units in getattr(edits, key):
            yield Demand(Phrase(f"asked.{key}", values={"units": _named(request, units)}), "edits", key, units)
    yield from (_of_team(request, "lock", lock) for lock in edits.lock)
    yield from (_of_team(request, "keep", team) for team in edits.keep)


def _of_team(request: Request, key: str, team: Lock | KeptTeam) -> Demand:
    name = team.name if isinstance(team, KeptTeam) else team.base
    shown = {"units": _named(request, team.units), "team": name}
    return Demand(Phrase(f"asked.{key}", values=shown), "edits", key, team)


def _named(request: Request, units: Sequence[str]) -> str:
    """Return the names of units; each is given by its code or its name."""
    return ", ".join(request.named([unit]) if unit in request.atlas.units.index else unit for unit in units)
