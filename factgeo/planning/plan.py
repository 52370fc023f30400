"""A plan: every unit of an area in exactly one catchment or openly unserved. Plans never change in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from factgeo.atlas.areas import Area
from factgeo.settings import Edits, Settings
from factgeo.travel.bases import Base

Reason = Literal["too_few", "too_far", "no_road", "cut_off", "locked"]
Status = Literal["optimal", "time_limit", "interrupted", "none"]
Aim = Literal["reach", "goal"]  # what a curve of plans is drawn for


@dataclass(frozen=True)
class Catchment:
    """The units that one base serves, its own among them; codes sorted."""

    team_id: str
    base: Base
    units: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A piece of a big unit.

    Attributes:
        code: Code of the unit, a point and a number. Number 1 has the unit's own centre, the others follow by
            their bases from north to south.
        unit_code: The unit.
        base: In one of the part's cells: the unit's centre or a dense cell.
        cells: ``ssbid`` of its cells, sorted.
    """

    code: str
    unit_code: str
    base: Base
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ActArea:
    """Whole catchments (team ids, in order) that one ACT base serves besides."""

    base: Base
    teams: tuple[str, ...]


@dataclass(frozen=True)
class Unserved:
    """A unit without a team, and why."""

    unit_code: str
    reason: Reason


@dataclass(frozen=True)
class Stage:
    """One solve: value and bound, the relative gap between them, and how it ended.

    In person-minutes for ``balanced`` and ``minutes``, in residents not within T minutes of a team for ``reach``, in
    residents without a team for ``served``, in teams for ``teams``, in person-minutes from ACT bases for ``act_areas``.
    """

    goal: str
    value: float
    bound: float
    gap: float
    status: Status
    seconds: float


@dataclass(frozen=True)
class ActTier:
    """ACT areas above the catchments, and how good they are known to be."""

    areas: tuple[ActArea, ...]
    stage: Stage


@dataclass(frozen=True)
class Proof:
    """How good the plan is known to be."""

    solver: str
    status: Status
    stages: tuple[Stage, ...]
    claimed: bool = field(default=False, compare=False)  # a file says so; nobody has proven it again

    @property
    def gap(self) -> float:
        """The worst gap of the stages; 0 where there was nothing to solve."""
        return max((stage.gap for stage in self.stages), default=0.0)

    @property
    def seconds(self) -> float:
        """Solving time of all stages."""
        return sum(stage.seconds for stage in self.stages)


NO_PROOF = Proof("", "none", ())


@dataclass(frozen=True)
class Demands:
    """What a planner demands of a plan.

    Attributes:
        given: As the settings have it: units by name or code.
        coded: The same with unit codes only (see :func:`factgeo.planning.edits.demands`).
    """

    given: Edits
    coded: Edits

    def changed(self, **changes: object) -> Demands:
        """Some demands replaced by others whose units are codes."""
        return Demands(self.given.model_copy(update=changes), self.coded.model_copy(update=changes))


NO_EDITS = Edits(keep=(), lock=(), together=(), apart=(), leave=())
NO_DEMANDS = Demands(NO_EDITS, NO_EDITS)


@dataclass(frozen=True)
class Plan:
    """A proposal for one area, with the settings that shaped it and the proof of its quality.

    ``demands`` are those of the settings; they follow from settings and pack, so they are not compared.

    Raises:
        ValueError: ``demands`` are those of other settings.
    """

    area: Area
    settings: Settings
    catchments: tuple[Catchment, ...]
    unserved: tuple[Unserved, ...]
    proof: Proof
    pack_digest: str
    act: ActTier | None = None
    demands: Demands = field(default=NO_DEMANDS, compare=False)

    def __post_init__(self) -> None:
        """Refuse settings that were replaced alone."""
        if self.demands.given != self.settings.edits:
            raise ValueError("the demands are not those of the settings; see edits.under")

    def team_of(self) -> dict[str, str]:
        """Team id of each served unit."""
        return {unit: catchment.team_id for catchment in self.catchments for unit in catchment.units}

    def base_of(self) -> dict[str, Base]:
        """Base of each served unit."""
        return {unit: catchment.base for catchment in self.catchments for unit in catchment.units}

    def act_units(self, area: ActArea) -> tuple[str, ...]:
        """The units of an ACT area."""
        return tuple(
            unit for catchment in self.catchments if catchment.team_id in area.teams for unit in catchment.units
        )
