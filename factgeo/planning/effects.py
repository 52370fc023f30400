"""The effects of closed roads and ferries, or of new links: today's best plan against the best plan then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.plan import Plan
from factgeo.travel.journeys import Journeys
from factgeo.travel.times import UNREACHABLE

Seconds = NDArray[np.int32]


@dataclass(frozen=True)
class Side:
    """Travel of some residents from their own team's base, on one of the two networks.

    Attributes:
        mean_min: Mean minutes of the residents whom both plans reach, so that the sides can be compared; None if there
            are none.
        within: Residents within ``travel.minutes``.
        lost: Residents without a team, or without a road or ferry from its base.
    """

    mean_min: float | None
    within: int
    lost: int


@dataclass(frozen=True)
class Effect:
    """The changes for one unit, or for the whole area (``unit_code`` is empty)."""

    unit_code: str
    persons: int
    today: Side
    then: Side

    @property
    def person_minutes(self) -> float:
        """The mean change times residents; lists are sorted by it."""
        if self.today.mean_min is None or self.then.mean_min is None:
            return 0.0
        return (self.then.mean_min - self.today.mean_min) * self.persons

    @property
    def changes(self) -> bool:
        """Is anything different?"""
        return self.today != self.then


@dataclass(frozen=True)
class Effects:
    """The effects on the whole area and on each unit.

    Units are sorted by the residents that they lose or win, then by changed person-minutes, the largest first.
    """

    whole: Effect
    units: tuple[Effect, ...]


def measure(today: Plan | None, then: Plan, journeys_today: Journeys, journeys_then: Journeys) -> Effects:
    """Compare two plans of one area, each on its own network; both networks have the same cells.

    If today's roads allow no plan, ``today`` is None: then no resident has a team.
    """
    before = journeys_today.own_ways(today.base_of() if today else {}).seconds
    after = journeys_then.own_ways(then.base_of()).seconds
    unit = journeys_then.cells["unit_code"].to_numpy(dtype=str)
    persons = journeys_then.cells["persons"].to_numpy(dtype=np.int64)
    limit = round(60 * then.settings.travel.minutes)

    def effect(code: str, mask: NDArray[np.bool_]) -> Effect:
        both = mask & (before != UNREACHABLE) & (after != UNREACHABLE)
        sides = (_side(seconds, mask, both, persons, limit) for seconds in (before, after))
        return Effect(code, int(persons[mask].sum()), *sides)

    each = [effect(code, unit == code) for code in then.area.units]
    each.sort(key=lambda e: (-abs(e.then.lost - e.today.lost), -abs(e.person_minutes), e.unit_code))
    return Effects(effect("", np.ones(len(unit), dtype=bool)), tuple(each))


def _side(
    seconds: Seconds, mask: NDArray[np.bool_], both: NDArray[np.bool_], persons: NDArray[np.int64], limit: int
) -> Side:
    mean = float(np.average(seconds[both], weights=persons[both])) / 60 if persons[both].any() else None
    within = int(persons[mask & (seconds <= limit)].sum())
    return Side(mean, within, int(persons[mask & (seconds == UNREACHABLE)].sum()))
