"""The result of the pipeline: a plan with its figures, travel times and proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from factgeo.atlas.pack import Atlas
from factgeo.planning.check import Finding, proof_of
from factgeo.planning.effects import Effects
from factgeo.planning.measure import PartFigures, PlanFigures, TravelFigures, of_units, unit_percentiles
from factgeo.planning.plan import Plan, Proof
from factgeo.planning.split import Split
from factgeo.travel import network
from factgeo.travel.journeys import Journeys
from factgeo.travel.times import UNREACHABLE
from factgeo.travel.trips import Parts


@dataclass(frozen=True)
class Result:
    """A plan with all that reports, maps and files show of it.

    Attributes:
        plan: The plan.
        figures: Its figures.
        journeys: The travel times of its area.
        ways: The way from its own team's base to each cell of ``journeys``, in parts.
        zone_of: The border zone of each unit; no catchment crosses zones.
        atlas: The pack, with the links that the settings add.
        effects: The effects of closed roads and ferries or new links; None if the settings have none, or if the plan
            was interrupted.
        splits: The parts of units above one team's capacity, if the settings ask for them.
        parts: The figures of these parts, by their code.
        notes: Rules that the plan breaks: those that kept teams break or, in a plan that was edited or read, any.
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
        """The plan's proof; no proof if one of ``notes`` contradicts it."""
        return proof_of(self.plan, self.notes, self.atlas)

    @cached_property
    def unit_travel(self) -> Mapping[str, TravelFigures]:
        """Travel of the residents of each unit with a team, from its own team's base."""
        return of_units(self.plan, self.journeys)

    @cached_property
    def unit_minutes(self) -> NDArray[np.float64]:
        """Median and 95th percentile of the minutes from the own base: two rows, one column per unit of the area.

        Infinite where so many cannot be reached, and where nobody lives.
        """
        return unit_percentiles(self.ways.seconds, self.journeys, self.plan.area.units, (50, 95))

    @cached_property
    def roads_closed(self) -> NDArray[np.bool_]:
        """Which edges of the pack's roads the settings close."""
        return network.closed(self.atlas.roads, self.plan.settings)

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
        """Do both units lie in one border zone, so that one catchment may hold them?"""
        return self.zone_of[unit] == self.zone_of[other]


def own_teams(result: Result) -> int:
    """Teams of a plan; a big unit may have several."""
    return sum(team.teams for team in result.figures.teams)


def share_within(result: Result) -> float:
    """Share (0-1) of the residents within T minutes of their own team's base."""
    return result.within / max(1, result.figures.population)
