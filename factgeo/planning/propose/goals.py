"""The stages of each goal: what makes one plan better than another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from factgeo.planning.propose.problem import Objective
from factgeo.settings import Settings


@dataclass(frozen=True)
class Prices:
    """The numbers that stages add up, all whole.

    Attributes:
        persons: Residents of each unit.
        person_seconds: Travel time of all residents of each pair's unit to its base.
        beyond: Residents of each pair's unit who live beyond T minutes from its base.
        extra: Person-seconds that each pair costs on top: its base is not preferred, or residents change base.
        left: Person-seconds that leaving out each unit costs on top, because its residents lose their team.
    """

    persons: NDArray[np.int64]
    person_seconds: NDArray[np.int64]
    beyond: NDArray[np.int64]
    extra: NDArray[np.int64]
    left: NDArray[np.int64]


def stages(prices: Prices, settings: Settings) -> tuple[Objective, ...]:
    """Return the stages of ``settings.goal``, in order."""
    goal, slack = settings.goal, settings.goal.tolerance
    if goal.name == "strict":
        return reach(prices, slack), served(prices, slack), minutes(prices)
    if goal.name == "everyone":
        return served(prices, slack), reach(prices, slack), minutes(prices)
    if goal.name == "fewest_teams":
        return teams(prices), balanced(prices, settings)
    return (balanced(prices, settings),)


def start(prices: Prices, settings: Settings) -> Objective | None:
    """Return an objective to start from; None if the goal's own first stage is a good start.

    A first stage that counts residents leaves many plans equally good. The start is then the balanced goal with a
    hundred times the price for residents without a team.
    """
    if settings.goal.name not in ("strict", "everyone"):
        return None
    plain = balanced(prices, settings)
    return replace(plain, name="start", unserved=100 * plain.unserved)


def limits(prices: Prices, settings: Settings) -> tuple[tuple[Objective, int], ...]:
    """Return the limits of every plan: with ``fewest_teams``, how many residents may be beyond T or without a team."""
    if settings.goal.name != "fewest_teams":
        return ()
    total = int(prices.persons.sum())
    return ((reach(prices), total - int(np.ceil(settings.goal.reach_floor * total))),)


def balanced(prices: Prices, settings: Settings) -> Objective:
    """Return the objective of person-minutes, plus a price per resident beyond T and per resident without a team."""
    goal = settings.goal
    cost = prices.person_seconds + 60 * goal.beyond_price * prices.beyond + prices.extra
    return Objective("balanced", cost, 60 * goal.unserved_price * prices.persons + prices.left, unit=60)


def reach(prices: Prices, slack: float = 0.0) -> Objective:
    """Return the objective that counts residents who do not live within T minutes of their own team."""
    return Objective("reach", prices.beyond, prices.persons, slack=slack)


def served(prices: Prices, slack: float = 0.0) -> Objective:
    """Return the objective that counts residents without a team."""
    return Objective("served", np.zeros_like(prices.beyond), prices.persons, slack=slack)


def minutes(prices: Prices) -> Objective:
    """Return the objective that counts person-minutes of residents with a team."""
    return Objective("minutes", prices.person_seconds + prices.extra, prices.left, unit=60)


def teams(prices: Prices) -> Objective:
    """Return the objective that counts teams."""
    return Objective("teams", np.zeros_like(prices.beyond), np.zeros_like(prices.persons), per_team=1)
