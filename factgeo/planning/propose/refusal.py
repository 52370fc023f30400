"""Why no plan meets a request: one sentence with figures, and the changes that would make a plan possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn

from factgeo.atlas import areas
from factgeo.errors import PlanError
from factgeo.language import Number, Phrase, Several
from factgeo.planning import edits
from factgeo.planning.propose import exact
from factgeo.planning.propose.problem import NO_LIMIT, Objective, Solution
from factgeo.planning.propose.relaxation import relaxations
from factgeo.planning.propose.request import Demand, Request, demands
from factgeo.settings import Site
from factgeo.travel import bases
from factgeo.travel.bases import Base


def refuse(request: Request, solution: Solution) -> NoReturn:
    """Refuse a request for which no plan was found.

    Raises:
        PlanError: No plan exists, or none was found in time. The first names demands that cannot hold and ways out.
        KeyboardInterrupt: The search was interrupted before it found a plan.
    """
    status = solution.stages[-1].status
    if status == "interrupted":
        raise KeyboardInterrupt
    if status == "time_limit":
        raise PlanError("no_plan_in_time", limit=request.settings.solver.time_limit)
    problem, ways = _describe(_conflict(request), request), tuple(relaxations(request))
    if not ways:
        raise PlanError("impossible_anyway", problem=problem)
    raise PlanError("impossible", problem=problem, ways=Several(ways, "; "))


def _conflict(request: Request) -> list[Demand]:
    """Return demands that cannot hold together under the rules; without any one of them the others can.

    The demands are dropped one after the other. A demand is to blame if a plan is possible without it. If not, it stays
    dropped.
    """
    rest, to_blame = request.settings, []
    for demand in demands(request):
        without = demand.drop(rest)
        if request.under(without).possible():
            to_blame.append(demand)
        else:
            rest = without
    return to_blame


def _describe(conflict: Sequence[Demand], request: Request) -> Phrase:
    """Describe the conflict, with the figures that show why."""
    if len(conflict) != 1:
        listed = Several(tuple(demand.phrase for demand in conflict), "; ")
        return Phrase("conflict.several", values={"demands": listed})
    only = conflict[0]
    phrases: dict[str, Callable[[Demand, Request], Phrase]] = {
        "at_least": _number_of_teams, "at_most": _number_of_teams, "reach_floor": _floor, "required": _no_team_at,
        "sites": _no_team_at, "lock": _lock, "together": _together,
    }  # fmt: skip
    if only.key not in phrases:
        return Phrase("conflict.one", values={"demand": only.phrase})
    return phrases[only.key](only, request)


def _number_of_teams(_only: Demand, request: Request) -> Phrase:
    """Say how many teams were asked for, and how many are possible under all other rules."""
    low, high = request.settings.teams.at_least, request.settings.teams.at_most
    asked = str(low) if low == high else f">= {low}" if not high else f"{low}–{high}"
    least, most = (Number(_extreme_teams(request, sign)) for sign in (1, -1))
    return Phrase("conflict.teams", values={"asked": asked, "least": least, "most": most})


def _extreme_teams(request: Request, sign: int) -> int:
    """Return the smallest (``sign`` 1) or largest (``sign`` -1) number of teams under the other rules."""
    problem = replace(request.problem(), teams=(0, NO_LIMIT), start=None)
    count = Objective("teams", 0 * problem.stages[0].cost, 0 * problem.persons, per_team=sign)
    found = exact.solve(replace(problem, stages=(count,)), request.settings.solver)
    return round(sign * found.stages[0].value)


def _floor(_only: Demand, request: Request) -> Phrase:
    """Say which reach was asked for, and the best that is possible."""
    problem, goal = request.problem(), request.settings.goal
    best = exact.solve(replace(problem, limits=(), stages=(problem.limits[0][0],)), request.settings.solver)
    share = 1 - best.stages[0].value / float(problem.persons.sum())
    shown = {"floor": Number(100 * goal.reach_floor, 1), "best": Number(100 * share, 1)}
    return Phrase("conflict.floor", values=shown)


def _no_team_at(only: Demand, request: Request) -> Phrase:
    """Say why there is no catchment around a required base."""
    found = [base for base in request.journeys.bases if _means(only.value, base, request)]
    return obstacle(request, tuple(dict.fromkeys(base.unit_code for base in found)), found)


def _means(asked: object, base: Base, request: Request) -> bool:
    if isinstance(asked, Site):
        return bases.is_site(base, asked)
    return bases.names_base(request.atlas, str(asked), base)


def _lock(only: Demand, request: Request) -> Phrase:
    """Say why units cannot belong to the base that they are locked to."""
    lock = request.with_rule("edits", "lock", (only.value,)).demands.coded.lock[0]
    return obstacle(request, lock.units, edits.bases_of(lock, request.atlas, request.journeys.bases))


def _together(only: Demand, request: Request) -> Phrase:
    """Say why no base can serve some units together, for the base whose farthest unit is nearest."""
    asked = request.with_rule("edits", "together", (only.value,)).demands.coded.together[0]
    columns = [request.area.units.index(unit) for unit in asked]
    farthest = request.journeys.by_unit.mean_min()[:, columns].max(axis=1)
    return obstacle(request, asked, [request.journeys.bases[int(farthest.argmin())]])


def obstacle(request: Request, units: Sequence[str], found: Sequence[Base]) -> Phrase:
    """Say why units cannot all belong to a team with one of the bases ``found``.

    The reason is a border, the distance, or that no group around the base is big enough.
    """
    settings, times = request.settings, request.journeys.by_unit
    zones = areas.zones(request.atlas.units, settings.border)
    name, limit = found[0].name, Number(settings.travel.too_far)
    across = [unit for unit in units if zones[unit] not in {zones[base.unit_code] for base in found}]
    if across:
        border = Phrase(f"border.{settings.border}")
        return Phrase("obstacle_to.border", values={"units": request.named(across), "base": name, "border": border})
    rows = [request.journeys.row[base] for base in found]
    nearest = {unit: float(times.mean_min()[rows, request.area.units.index(unit)].min()) for unit in units}
    farthest = max(units, key=lambda unit: nearest[unit])
    if nearest[farthest] > settings.travel.too_far:
        shown = {"unit": request.named([farthest]), "base": name, "mean": Number(nearest[farthest]), "limit": limit}
        return Phrase("obstacle_to.far", values=shown)
    size = Phrase(f"size.{settings.size.who}", values={"count": Number(settings.size.minimum)})
    group = {"units": request.named(units), "residents": request.residents(units), "base": name}
    zone = request.zone_name(found[0].unit_code)
    return Phrase("obstacle_to.group", values={**group, "zone": zone, "size": size, "limit": limit})
