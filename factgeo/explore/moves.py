"""The moves from a previous plan to the plan that changes it least, and their reasons."""

from __future__ import annotations

import time
from dataclasses import dataclass

from factgeo.explore.why import Answer, why
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.settings import Settings
from factgeo.travel.bases import Base

PATIENCE_S = 20.0  # for finding reasons; moves after that are listed without


@dataclass(frozen=True)
class Move:
    """A unit that had a team in the previous plan and has another now, or none.

    Attributes:
        unit: Its code.
        persons: Its residents.
        before: The base before.
        after: The base now; None if the unit has no team.
        cost: The cost of leaving it where it was; None if it was not computed.
    """

    unit: str
    persons: int
    before: Base
    after: Base | None
    cost: Answer | None


def from_plan(settings: Settings, previous: Plan) -> Settings:
    """Return settings under which it costs to move residents away from the team that they have in a plan."""
    where = {unit: (base.unit_code, base.lon, base.lat) for unit, base in previous.base_of().items()}
    return settings.model_copy(update={"moves": settings.moves.model_copy(update={"previous": where})})


def find(result: Result, previous: Plan) -> tuple[Move, ...]:
    """Return the units that move, those with most residents first, each with the cost of staying."""
    before, after = previous.base_of(), result.plan.base_of()
    persons = result.atlas.population["persons"]
    moved = sorted((u for u in before if after.get(u) != before[u]), key=lambda unit: (-int(persons[unit]), unit))
    deadline = time.monotonic() + PATIENCE_S
    return tuple(
        Move(
            unit=unit,
            persons=int(persons[unit]),
            before=before[unit],
            after=after.get(unit),
            cost=why(result, unit, before[unit]) if time.monotonic() < deadline else None,
        )
        for unit in moved
    )
