"""Hub and satellites: the further bases of a catchment that save most hours on the road.

Each cell is visited from the nearest of the hub and its satellites. The cost of staff at several places is not
modelled, nor are the ways between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from factgeo.capacity.driving import Load
from factgeo.travel.bases import Base

Floats = NDArray[np.float64]
EXACT_UP_TO = 2000  # groups of bases that are all looked at


@dataclass(frozen=True)
class Choice:
    """Satellites of a hub.

    Attributes:
        bases: The satellites, in the order of the candidates.
        load: The driving of a week with them, to the homes that the hub reaches.
        saved: Hours (central) saved against the hub alone.
        saved_more: Hours (central) saved against one satellite fewer.
        proven: No other satellites of the same number save more; else the best of one more each time.
        newly_reached: Weight of the cells that a satellite reaches and the hub does not.
    """

    bases: tuple[Base, ...]
    load: Load
    saved: float
    saved_more: float
    proven: bool
    newly_reached: float


@dataclass(frozen=True)
class Satellites:
    """The savings of satellites in a catchment.

    Attributes:
        hub_hours: Working hours on the road in a week from the hub alone (central).
        choices: The best one, two, ... satellites, up to the first that saves too little or the most that are tried.
        worth: The number of satellites that save the stated share of the hub's hours each; the next one does not.
    """

    hub_hours: float
    choices: tuple[Choice, ...]
    worth: int


def best(
    hub: Floats,
    others: Sequence[tuple[Base, Floats]],
    weight: Floats,
    hours: Callable[[Floats], float],
    load: Callable[[Floats], Load],
    *,
    share: float,
    at_most: int,
) -> Satellites:
    """Find the satellites that save most hours on the road.

    Args:
        hub: Minutes from the hub to each cell; NaN if there is no way.
        others: The bases that can be satellites, each with the minutes from there.
        weight: Expected clients in each cell, in any unit.
        hours: Hours on the road in a week (central) for given minutes to each cell; NaN: the cell is not visited.
        load: The entire load for the same.
        share: Satellites are added until the next one saves less than this share of the hub's hours.
        at_most: The most satellites.
    """
    alone = before = hours(hub)
    choices: list[Choice] = []
    taken: tuple[int, ...] = ()
    for count in range(1, min(at_most, len(others)) + 1 if alone else 1):
        proven = math.comb(len(others), count) <= EXACT_UP_TO
        groups = combinations(range(len(others)), count) if proven else _one_more(taken, len(others))
        found, taken = min((hours(_visited(hub, others, group)), group) for group in groups)
        reached = np.isnan(hub) & ~np.isnan(_nearest(hub, others, taken))
        choices.append(
            Choice(
                bases=tuple(others[k][0] for k in taken),
                load=load(_visited(hub, others, taken)),
                saved=alone - found,
                saved_more=before - found,
                proven=proven,
                newly_reached=float(weight[reached].sum()),
            )
        )
        if before - found < share * alone:
            break
        before = found
    return Satellites(alone, tuple(choices), sum(choice.saved_more >= share * alone for choice in choices))


def _one_more(taken: tuple[int, ...], candidates: int) -> Iterator[tuple[int, ...]]:
    return (tuple(sorted((*taken, k))) for k in range(candidates) if k not in taken)


def _nearest(hub: Floats, others: Sequence[tuple[Base, Floats]], group: tuple[int, ...]) -> Floats:
    """Return the minutes to each cell from the nearest of the hub and some satellites."""
    nearest: Floats = np.fmin.reduce([hub, *(others[k][1] for k in group)])
    return nearest


def _visited(hub: Floats, others: Sequence[tuple[Base, Floats]], group: tuple[int, ...]) -> Floats:
    """Return the same for cells that the hub reaches: cells that only satellites reach must not look like a loss."""
    return np.where(np.isnan(hub), np.nan, _nearest(hub, others, group))
