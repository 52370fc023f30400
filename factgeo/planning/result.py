"""A plan with everything that is shown of it, as the pipeline hands it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from factgeo.atlas.pack import Atlas
from factgeo.planning.check import Finding, proof_of
from factgeo.planning.effects import Effects
from factgeo.planning.measure import PartFigures, PlanFigures
from factgeo.planning.plan import Plan, Proof
from factgeo.planning.split import Split
from factgeo.travel.journeys import Journeys
from factgeo.travel.times import UNREACHABLE
from factgeo.travel.trips import Parts


@dataclass(frozen=True)
class Result:
    """A plan with everything that is shown of it.

    Attributes:
        plan, figures, journeys: The plan, what is measured of it, and the travel times of the area.
        ways: For each cell of ``journeys`` the way from its own team's base, taken apart.
        zone_of: The zone of each unit that no catchment crosses.
        atlas: The pack, with the links that the settings add.
        splits: The parts of units above one team's capacity, if the settings ask for them.
        parts: Figures of these parts, by their code.
        effects: What closed roads and ferries or new links change; None where the settings have
            none, or the plan was interrupted.
        notes: Rules that the plan breaks because somebody wants it so; none for a plan of our own making.
    """

    plan: Plan
    figures: PlanFigures
    journeys: Journeys
    ways: Parts
    zone_of: Mapping[str, str]
    atlas: Atlas
    effects: Effects | None
    splits: tuple[Split, ...]
    parts: Mapping[str, PartFigures]
    notes: tuple[Finding, ...] = ()

    @cached_property
    def proof(self) -> Proof:
        """How good the plan is known to be; nothing is, where its proof does not hold against what was found here."""
        return proof_of(self.plan, self.notes, self.atlas)

    @property
    def within(self) -> int:
        """Residents within T minutes of their own team's base."""
        seconds, limit = self.ways.seconds, 60 * self.plan.settings.travel.minutes
        return int(self.journeys.cells["persons"].to_numpy()[(seconds != UNREACHABLE) & (seconds <= limit)].sum())

    @property
    def served(self) -> int:
        """Residents with a team."""
        return sum(team.population for team in self.figures.teams)

    def same_zone(self, unit: str, other: str) -> bool:
        """May one catchment hold both units, as far as borders go?"""
        return self.zone_of[unit] == self.zone_of[other]


def own_teams(result: Result) -> int:
    """Teams of a plan; a big unit may have several."""
    return sum(team.teams for team in result.figures.teams)


def share_within(result: Result) -> float:
    """Share (0-1) of the residents within T minutes of their own team's base."""
    return result.within / max(1, result.figures.population)
