"""Why a unit is not with another team: the best plan that forces it there, compared with the plan."""

from __future__ import annotations

from dataclasses import dataclass

from factgeo.atlas import areas
from factgeo.errors import PlanError, UnknownNameError
from factgeo.language import Words, names
from factgeo.planning import pipeline
from factgeo.planning.plan import Catchment
from factgeo.planning.result import Result
from factgeo.settings import Lock
from factgeo.travel.bases import Base


@dataclass(frozen=True)
class Answer:
    """The cost of forcing a unit to a team.

    Attributes:
        unit: Code of the unit.
        base: The base of the team in question.
        now: The unchanged plan.
        forced: The best plan with the unit in a team based in the same unit as ``base``; None if there is none.
        obstacle: Why there is none, and what would make it possible.
        already: The unit is with that team already.
    """

    unit: str
    base: Base
    now: Result
    forced: Result | None
    obstacle: PlanError | None
    already: bool = False

    @property
    def moved(self) -> tuple[str, ...]:
        """Other units that have another base, or lose or get a team, in the forced plan."""
        if self.forced is None:
            return ()
        before, after = self.now.plan.base_of(), self.forced.plan.base_of()
        units = self.now.plan.area.units
        return tuple(unit for unit in units if unit != self.unit and before.get(unit) != after.get(unit))

    @property
    def within(self) -> int:
        """By how many more residents live within T minutes of their team; negative: fewer."""
        return self.forced.within - self.now.within if self.forced else 0

    @property
    def served(self) -> int:
        """By how many more residents have a team."""
        return self.forced.served - self.now.served if self.forced else 0

    @property
    def price(self) -> float:
        """The loss in the goal's last stage, in its unit (person-minutes, for most goals)."""
        if self.forced is None or not self.now.proof.stages:
            return 0.0
        return self.forced.plan.proof.stages[-1].value - self.now.proof.stages[-1].value


def find_team(text: str, result: Result) -> Catchment:
    """Return the catchment that a planner means by its id, its name, its base, or a unit in it.

    Raises:
        UnknownNameError: There is no such catchment, or there are several.
    """
    plan = result.plan
    named = [
        (team.team_id, team.name, catchment.base.name)
        for team, catchment in zip(result.figures.teams, plan.catchments, strict=True)
    ]
    hits = [plan.catchments[k] for k in names.matching(text, named)]
    if not hits:
        units = set(areas.resolve(text, result.atlas).units)
        hits = [catchment for catchment in plan.catchments if units & set(catchment.units)]
    if len(hits) != 1:
        known = ", ".join(f"{team.team_id} {team.name}" for team in result.figures.teams[:12])
        raise UnknownNameError("which_team", name=text, known=known)
    return hits[0]


def why(result: Result, unit: str, base: Base) -> Answer:
    """Solve again with the unit locked to a team at the base (or elsewhere in its unit), and return both plans."""
    own = result.plan.base_of().get(unit)
    if own is not None and own.unit_code == base.unit_code:
        return Answer(unit, base, result, result, None, already=True)
    settings = result.plan.settings
    locked = (*settings.edits.lock, Lock(units=(unit,), base=base.unit_code))
    edits = settings.edits.model_copy(update={"lock": locked})
    try:
        forced = pipeline.propose_again(result, settings.model_copy(update={"edits": edits}))
    except PlanError as error:
        return Answer(unit, base, result, None, error)
    return Answer(unit, base, result, forced, None)


def obstacle(answer: Answer) -> Words:
    """Why the unit cannot be in the team; empty where it can."""
    return "" if answer.obstacle is None else answer.obstacle.words
