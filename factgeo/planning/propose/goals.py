"""What makes one plan better than another: the stages of each goal."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.propose.problem import Objective
from factgeo.settings import Settings


@dataclass(frozen=True)
class Prices:
    """What stages add up, in whole numbers.

    Attributes:
        persons: Residents of each unit.
        person_seconds: Of each pair.
        beyond: Residents of each pair beyond T minutes.
        extra: Person-seconds that a pair costs besides: its base is not among the preferred, or residents move to it.
        left: Person-seconds that leaving out each unit costs besides, because its residents lose their team.
    """

    persons: NDArray[np.int64]
    person_seconds: NDArray[np.int64]
    beyond: NDArray[np.int64]
    extra: NDArray[np.int64]
    left: NDArray[np.int64]


def stages(prices: Prices, settings: Settings) -> tuple[Objective, ...]:
    """The stages of the goal that the settings name, the first first."""
    goal, slack = settings.goal, settings.goal.tolerance
    if goal.name == "strict":
        return reach(prices, slack), served(prices, slack), minutes(prices)
    if goal.name == "everyone":
        return served(prices, slack), reach(prices, slack), minutes(prices)
    if goal.name == "fewest_teams":
        return teams(prices), balanced(prices, settings)
    return (balanced(prices, settings),)


def start(prices: Prices, settings: Settings) -> Objective | None:
    """For goals that begin with counting heads: the balanced goal with a hundred times the price for the unserved."""
    if settings.goal.name not in ("strict", "everyone"):
        return None
    plain = balanced(prices, settings)
    return replace(plain, name="start", unserved=100 * plain.unserved)


def limits(prices: Prices, settings: Settings) -> tuple[tuple[Objective, int], ...]:
    """What no plan may exceed: with ``fewest_teams`` the residents who may live beyond T or without a team."""
    if settings.goal.name != "fewest_teams":
        return ()
    total = int(prices.persons.sum())
    return ((reach(prices), total - int(np.ceil(settings.goal.reach_floor * total))),)


def balanced(prices: Prices, settings: Settings) -> Objective:
    """Person-minutes, with a price for residents beyond T and for those without a team."""
    goal = settings.goal
    cost = prices.person_seconds + 60 * goal.beyond_price * prices.beyond + prices.extra
    return Objective("balanced", cost, 60 * goal.unserved_price * prices.persons + prices.left, unit=60)


def reach(prices: Prices, slack: float = 0.0) -> Objective:
    """Residents who do not live within T minutes of their own team."""
    return Objective("reach", prices.beyond, prices.persons, slack=slack)


def served(prices: Prices, slack: float = 0.0) -> Objective:
    """Residents without a team."""
    return Objective("served", np.zeros_like(prices.beyond), prices.persons, slack=slack)


def minutes(prices: Prices) -> Objective:
    """Person-minutes of those who have a team."""
    return Objective("minutes", prices.person_seconds + prices.extra, prices.left, unit=60)


def teams(prices: Prices) -> Objective:
    """How many teams there are."""
    return Objective("teams", np.zeros_like(prices.beyond), np.zeros_like(prices.persons), per_team=1)
