"""A plan: every unit of an area is in exactly one catchment or listed as unserved. Plans never change in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from factgeo.atlas.areas import Area
from factgeo.settings import Edits, Settings
from factgeo.travel.bases import Base

Reason = Literal["too_few", "too_far", "no_road", "cut_off", "locked"]
Status = Literal["optimal", "time_limit", "interrupted", "none"]
Aim = Literal["reach", "goal"]  # the aim of the plans on a trade-off curve


@dataclass(frozen=True)
class Catchment:
    """The units that one base serves, its own among them; codes are sorted."""

    team_id: str
    base: Base
    units: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A piece of a big unit.

    Attributes:
        code: Code of the unit, a point and a number. Number 1 holds the unit's centre, the others follow by their bases
            from north to south.
        unit_code: The unit.
        base: The unit's centre or a dense cell; it lies in one of the part's cells.
        cells: ``ssbid`` of its cells, sorted.
    """

    code: str
    unit_code: str
    base: Base
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ActArea:
    """Entire catchments that one ACT base serves as well; ``teams`` are their team ids, in order."""

    base: Base
    teams: tuple[str, ...]


@dataclass(frozen=True)
class Unserved:
    """A unit without a team, and the reason."""

    unit_code: str
    reason: Reason


@dataclass(frozen=True)
class Stage:
    """One solve: its value and bound, the relative gap between them, and how it ended.

    Value and bound are person-minutes for ``balanced`` and ``minutes``, residents not within T minutes of their team
    for ``reach``, residents without a team for ``served``, teams for ``teams``, and person-minutes from ACT bases for
    ``act_areas``.
    """

    goal: str
    value: float
    bound: float
    gap: float
    status: Status
    seconds: float


@dataclass(frozen=True)
class ActTier:
    """ACT areas above the catchments, and the proof of their quality."""

    areas: tuple[ActArea, ...]
    stage: Stage


@dataclass(frozen=True)
class Proof:
    """The proof of a plan's quality: how far each stage can be from the best."""

    solver: str
    status: Status
    stages: tuple[Stage, ...]
    claimed: bool = field(default=False, compare=False)  # read from a file, not proven again

    @property
    def gap(self) -> float:
        """The worst gap of the stages; 0 without stages."""
        return max((stage.gap for stage in self.stages), default=0.0)

    @property
    def seconds(self) -> float:
        """Seconds of solving of all stages."""
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
    """A plan for one area, with the settings that shaped it and the proof of its quality."""

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
        """Return the team id of each served unit."""
        return {unit: catchment.team_id for catchment in self.catchments for unit in catchment.units}

    def base_of(self) -> dict[str, Base]:
        """Return the base of each served unit."""
        return {unit: catchment.base for catchment in self.catchments for unit in catchment.units}

    def act_units(self, area: ActArea) -> tuple[str, ...]:
        """Return the units of an ACT area."""
        return tuple(
            unit for catchment in self.catchments if catchment.team_id in area.teams for unit in catchment.units
        )
