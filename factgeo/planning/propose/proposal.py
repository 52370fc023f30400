"""Propose a plan for an area under some settings, with its proof."""

from __future__ import annotations

from collections.abc import Mapping

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.planning.plan import Catchment, Plan, Proof, Stage, Unserved
from factgeo.planning.propose import exact
from factgeo.planning.propose.problem import Problem, Solution
from factgeo.planning.propose.reasons import reasons
from factgeo.planning.propose.refusal import refuse
from factgeo.planning.propose.request import Request
from factgeo.planning.propose.tiers import act_tier
from factgeo.progress import Tell, silent
from factgeo.settings import Settings
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys

SOLVER = "HiGHS"


def find_plan(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    journeys: Journeys,
    progress: Tell = silent,
) -> Plan:
    """Return the best plan for an area under the settings, with its proof.

    Args:
        atlas: The pack.
        area: The units to plan for.
        settings: All settings.
        journeys: Travel times from the candidate bases to all cells of the area.
        progress: Called with "piece/pieces" as solving goes on.

    Raises:
        PlanError: No plan keeps the rules, or none was found in time.
        KeyboardInterrupt: Interrupted before any plan was found.
    """
    request = Request(atlas, area, settings, journeys)
    problem = request.problem()
    solution = exact.solve(problem, settings.solver, progress)
    if solution.base_of is None:
        refuse(request, solution)
    return as_plan(request, problem, solution)


def as_plan(request: Request, problem: Problem, solution: Solution) -> Plan:
    """Turn a solution of a request's problem into a plan, with a reason for each unit left out.

    Raises:
        ValueError: The solution has no assignment.
    """
    if solution.base_of is None:
        raise ValueError("a solution without an assignment is no plan")
    atlas, area, settings, journeys = request.atlas, request.area, request.settings, request.journeys
    counted = atlas.counted(settings.size.who).loc[list(area.units)].to_numpy()
    left = request.demands.coded.leave
    locked = {k for k, unit in enumerate(area.units) if unit in left}
    unserved = reasons(problem, solution.base_of, journeys.by_unit, counted, locked)
    catchments = _catchments(area, solution.base_of, journeys.bases)
    joined = problem.neighbours or {}
    return Plan(
        area=area,
        settings=settings,
        catchments=catchments,
        unserved=tuple(Unserved(area.units[unit], reason) for unit, reason in unserved.items()),
        proof=_proof(solution),
        pack_digest=atlas.digest,
        demands=request.demands,
        act=act_tier(atlas, catchments, joined, area.units, journeys, settings) if settings.act_areas.enabled else None,
    )


def _catchments(area: Area, base_of: Mapping[int, int], bases: tuple[Base, ...]) -> tuple[Catchment, ...]:
    """Return one catchment per used base, numbered in the order of the bases' unit codes."""
    members: dict[int, list[str]] = {}
    for unit, base in sorted(base_of.items()):
        members.setdefault(base, []).append(area.units[unit])
    digits = max(2, len(str(len(members))))
    order = sorted(members, key=lambda base: bases[base].unit_code)
    return tuple(
        Catchment(f"T{number:0{digits}d}", bases[base], tuple(sorted(members[base])))
        for number, base in enumerate(order, start=1)
    )


def _proof(solution: Solution) -> Proof:
    """Turn the stages into a proof; a gap within the solver's tolerance counts as proven."""
    stages = tuple(
        Stage(
            goal=stage.name,
            value=stage.value,
            bound=stage.bound,
            gap=(stage.value - stage.bound) / stage.value if stage.value > 0 else 0.0,
            status=stage.status,
            seconds=stage.seconds,
        )
        for stage in solution.stages
    )
    return Proof(SOLVER, max((stage.status for stage in stages), key=exact.WORST_LAST.index), stages)
