"""The next-best plans of an area, measured like the best one, so that a planner sees the price of a wish."""

from __future__ import annotations

from dataclasses import dataclass

from factgeo import language
from factgeo.planning import pipeline
from factgeo.planning.propose import alternatives
from factgeo.planning.propose.request import Request
from factgeo.planning.result import Result
from factgeo.progress import Tell, silent
from factgeo.travel.bases import Base


@dataclass(frozen=True)
class NextBest:
    """A plan that differs enough from the best plan and from all before it.

    Attributes:
        result: The plan with its figures.
        price: By how much the goal's last stage is worse than in the best plan (person-minutes, for most goals).
        moved: Codes of the units with another base than in the best plan, or a team in only one of the two.
        new_bases, old_bases: Bases that only it uses, and that only the best plan uses.
    """

    result: Result
    price: float
    moved: tuple[str, ...]
    new_bases: tuple[Base, ...]
    old_bases: tuple[Base, ...]


def next_best(result: Result, count: int, *, differ: int = 3, progress: Tell = silent) -> tuple[NextBest, ...]:
    """Return ``count`` next-best plans under the rules of ``result``, the best first; fewer if no more are possible.

    Args:
        result: The best plan.
        count: The number of plans.
        differ: Units that must be elsewhere in a plan that uses the same bases.
        progress: Called with a sentence as solving goes on.
    """
    request = Request(result.atlas, result.plan.area, result.plan.settings, result.journeys)
    problem = request.problem()
    row, unit_at = result.journeys.row, {unit: k for k, unit in enumerate(result.plan.area.units)}
    best = {unit_at[unit]: row[base] for unit, base in result.plan.base_of().items()}

    def told(part: str) -> None:
        progress(language.text("progress.alternative", part=part))

    found = alternatives.alternatives(problem, best, count, differ, result.plan.settings.solver, told)
    return tuple(_measured(each, result, request) for each in found)


def _measured(found: alternatives.Alternative, best: Result, request: Request) -> NextBest:
    plan, notes = pipeline.checked(request, request.problem(), found.solution)
    mine, theirs = ({catchment.base for catchment in each.catchments} for each in (plan, best.plan))
    return NextBest(
        result=pipeline.measured(plan, best.atlas, best.journeys, notes=notes),
        price=found.costs[-1],
        moved=tuple(best.plan.area.units[unit] for unit in found.moved),
        new_bases=tuple(sorted(mine - theirs, key=lambda base: base.unit_code)),
        old_bases=tuple(sorted(theirs - mine, key=lambda base: base.unit_code)),
    )
