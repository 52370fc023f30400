"""The time on the road: visits, hours, kilometres and cars of a team whose clients live all over its catchment.

Clients live where the target group does, so each cell has its share of them. A trip goes to ``n`` clients of the same
unit: out to the first, from each to the next, and home from the last. With ``r`` the mean minutes from the base to the
clients of the unit and ``h`` those from one of them to another, it takes ``2 r + (n - 1) h`` minutes: for one client
exactly there and back. ``h`` is ``hop_factor`` times the mean minutes to the unit's residents from the base that is
nearest to them (see :func:`hops`), and never above ``2 r``: a way by the base is always possible. The order of the
clients is random, so a well-planned round is a little shorter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from factgeo.atlas.shares import share_of, shares_of
from factgeo.settings import Driving, Three
from factgeo.travel.journeys import Journeys
from factgeo.travel.times import UNREACHABLE

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """A figure with its least and its greatest value."""

    low: float
    central: float
    high: float

    @property
    def values(self) -> Three:
        """Low, central and high."""
        return self.low, self.central, self.high

    def map(self, change: Callable[[float], float]) -> Range:
        """Return the range with each value changed; ``change`` must not fall if its argument rises."""
        return Range(*(change(value) for value in self.values))

    def times(self, other: Range) -> Range:
        """Return the product of two figures that are not negative."""
        return Range(self.low * other.low, self.central * other.central, self.high * other.high)

    def per(self, other: Range) -> Range:
        """Return the quotient of two figures that are not negative: low by high, high by low."""
        pairs = zip(self.values, reversed(other.values), strict=True)
        return Range(*(above / below if below else 0.0 for above, below in pairs))


@dataclass(frozen=True)
class Homes:
    """The homes of a team's clients, unit by unit (arrays with one value per unit).

    Attributes:
        units: Codes, sorted.
        share: Share (0-1) of the team's clients who live there and can be reached.
        minutes: Mean one-way minutes to them; 0 if none can be reached.
        km: Mean one-way kilometres to them; 0 if none can be reached.
        hop_minutes: Mean minutes from one of them to another.
        unreachable: Share (0-1) of the team's clients without a road or ferry.
    """

    units: tuple[str, ...]
    share: Floats
    minutes: Floats
    km: Floats
    hop_minutes: Floats
    unreachable: float

    @property
    def mean_minutes(self) -> float | None:
        """Mean one-way minutes to a client who can be reached; None if none can."""
        reached = float(self.share.sum())
        return float(self.share @ self.minutes) / reached if reached else None


@dataclass(frozen=True)
class Work:
    """The work of a team and its staff.

    Attributes:
        clients: Of the team, also those who cannot be reached.
        contacts: Contacts per client and week.
        in_field: Share (0-1) of contacts outside the office.
        per_position: Clients per position, all positions counted.
        hours_per_position: Working hours of a position in a mean week of the year.
    """

    clients: Range
    contacts: Range
    in_field: Range
    per_position: Range
    hours_per_position: float


@dataclass(frozen=True)
class Load:
    """The driving of a team in a week.

    Attributes:
        visits: Visits to clients who can be reached, outside the office.
        not_driven: Visits that clients without a road or ferry should have; they are in none of the other figures.
        trips: Trips of a car.
        hours: Working hours on the road, of all who go along, with waiting for ferries.
        visit_hours: Working hours with the clients of these visits.
        km: Kilometres of the cars, with ferries.
        cars: Whole cars that are needed; no more are out at once than there is staff for.
        road_hours: Hours on the road for each position.
        road_share: Share of the working time on the road.
        visit_share: Share of the working time with clients outside the office.
        decides: The input that the hours on the road are most uncertain by: a name of ``INPUTS``.
    """

    visits: Range
    not_driven: Range
    trips: Range
    hours: Range
    visit_hours: Range
    km: Range
    cars: Range
    road_hours: Range
    road_share: Range
    visit_share: Range
    decides: str

    @property
    def over_full(self) -> bool:
        """Do driving and visits alone need more working time than there is (central)?"""
        return self.road_share.central + self.visit_share.central > 1


FIGURES = tuple(field.name for field in fields(Load) if field.name != "decides")
INPUTS = (
    "clients", "contacts", "in_field", "per_position", "clients_per_trip", "staff_per_trip", "visit_minutes",
    "car_hours_per_week",
)  # fmt: skip


def trip_minutes(one_way: Floats, hop: Floats, clients: Floats | float) -> Floats:
    """Return the minutes of a trip to so many clients (at least 1) of the same unit, there and back."""
    minutes: Floats = 2 * one_way + (np.asarray(clients) - 1) * np.minimum(hop, 2 * one_way)
    return minutes


def minutes_from(journeys: Journeys, row: int) -> Floats:
    """Return the minutes from a base, given by its row, to each cell; NaN if there is no way."""
    seconds = journeys.seconds[row]
    return np.where(seconds == UNREACHABLE, np.nan, seconds / 60)


def hops(journeys: Journeys, weight: Floats, factor: float) -> dict[str, float]:
    """Return the mean minutes between two clients of the same unit, for each unit of the area.

    A way between two homes by some base is always possible, so twice the mean minutes from any base is the most it can
    be. On a straight road with its base in the middle it is 4/3 of that mean, on a disc 1.36, and if most live in the
    middle and some far out, nearer to twice.

    Args:
        journeys: Travel in the area.
        weight: Expected clients in each cell, in any unit of measure.
        factor: ``hop_factor``.

    Returns:
        Minutes by unit; 0 for a unit without residents whom a base reaches. Of the bases, those that reach most count.
    """
    codes, starts = np.unique(journeys.cells["unit_code"].to_numpy(dtype=str), return_index=True)
    reached, minutes = (np.empty((len(journeys.bases), len(codes))) for _ in range(2))
    for row, seconds in enumerate(journeys.seconds):
        there = weight * (seconds != UNREACHABLE)
        reached[row] = np.add.reduceat(there, starts)
        minutes[row] = np.add.reduceat(there * seconds, starts) / 60
    mean = np.divide(minutes, reached, out=np.zeros_like(minutes), where=reached > 0)
    best = np.where(np.isclose(reached, reached.max(axis=0)), mean, np.inf).min(axis=0)
    return dict(zip(codes.tolist(), (factor * best).tolist(), strict=True))


@dataclass(frozen=True)
class Cells:
    """The cells of a catchment.

    Attributes:
        units: Codes of its units, sorted.
        unit: For each cell the number of its unit among them.
        weight: Expected clients in each cell, in any unit of measure.
        pace: Kilometres per minute on the way to each cell.
        hop_minutes: For each unit as from :func:`hops`.
    """

    units: tuple[str, ...]
    unit: NDArray[np.intp]
    weight: Floats
    pace: Floats
    hop_minutes: Floats


def homes(cells: Cells, minutes: Floats) -> Homes:
    """Return the homes of a team's clients, at these minutes one way to each cell (NaN: there is no way)."""
    reached = np.isfinite(minutes)
    there = np.where(reached, cells.weight, 0.0)
    count, total = len(cells.units), float(cells.weight.sum())
    of_unit = np.bincount(cells.unit, there, count)

    def mean(values: Floats) -> Floats:
        sums = np.bincount(cells.unit, there * np.where(reached, np.nan_to_num(values), 0.0), count)
        return np.divide(sums, of_unit, out=np.zeros(count), where=of_unit > 0)

    return Homes(
        units=cells.units,
        share=shares_of(of_unit, total),
        minutes=mean(minutes),
        km=mean(minutes * cells.pace),
        hop_minutes=cells.hop_minutes,
        unreachable=share_of(float(cells.weight[~reached].sum()), total),
    )


def load(team: Homes, work: Work, rules: Driving) -> Load:
    """Compute the driving of a team in a week.

    The ranges are those of independent uncertainties: each input alone is put to its low and its high value, and the
    ratios that follow are combined as the root of the sum of squares of their logarithms.
    """
    inputs = _inputs(work, rules)
    central = {name: figure.central for name, figure in inputs.items()}
    middle = _week(team, central, work.hours_per_position)
    swings = np.array(
        [
            [_week(team, {**central, name: value}, work.hours_per_position) for value in (figure.low, figure.high)]
            for name, figure in inputs.items()
        ]
    )
    low, high = combined(middle, swings)
    ranges = {name: Range(*map(float, row)) for name, *row in zip(FIGURES, low, middle, high, strict=True)}
    ranges["cars"] = ranges["cars"].map(lambda cars: math.ceil(round(cars, 6)))
    spread = np.ptp(swings[:, :, FIGURES.index("hours")], axis=1)
    return Load(**ranges, decides=INPUTS[int(spread.argmax())])


def hours(team: Homes, work: Work, rules: Driving) -> float:
    """Return the working hours on the road in a week (central), as in :func:`load`."""
    central = {name: figure.central for name, figure in _inputs(work, rules).items()}
    return float(_week(team, central, work.hours_per_position)[FIGURES.index("hours")])


def combined(middle: Floats, swings: Floats) -> tuple[Floats, Floats]:
    """Return low and high ends of figures under independent uncertainties of their inputs.

    Args:
        middle: The figures with every input central.
        swings: Inputs x 2 x figures: the same with one input at its low and at its high value.
    """
    safe = np.where(middle > 0, middle, 1)
    with np.errstate(divide="ignore"):
        logs = np.log(np.where(middle > 0, swings, 1) / safe)
    up, down = np.maximum(logs, 0).max(axis=1), np.maximum(-logs, 0).max(axis=1)
    low, high = (middle * np.exp(sign * np.sqrt((ways**2).sum(axis=0))) for sign, ways in ((-1, down), (1, up)))
    return low, np.where(middle > 0, high, swings.max(axis=(0, 1)))


def _inputs(work: Work, rules: Driving) -> dict[str, Range]:
    """Return all inputs that vary, by the names of ``INPUTS``."""
    own = {name: getattr(work, name) for name in ("clients", "contacts", "in_field", "per_position")}
    return {name: own[name] if name in own else Range(*getattr(rules, name)) for name in INPUTS}


def _week(team: Homes, inputs: Mapping[str, float], hours_per_position: float) -> Floats:
    """Return the figures of ``FIGURES`` for one value of each input."""
    visits = inputs["clients"] * inputs["contacts"] * inputs["in_field"]
    each = visits * team.share
    together = np.clip(each, 1, inputs["clients_per_trip"])  # nobody combines more visits than a unit has in a week
    trips = each / together
    driven = trip_minutes(team.minutes, team.hop_minutes, together)
    pace = np.divide(team.km, team.minutes, out=np.zeros(len(team.km)), where=team.minutes > 0)
    on_road, visiting = float(trips @ driven) / 60, float(each.sum()) * inputs["visit_minutes"] / 60
    crew, positions = inputs["staff_per_trip"], inputs["clients"] / inputs["per_position"]
    working = positions * hours_per_position
    return np.array(
        [
            each.sum(),
            visits * team.unreachable,
            trips.sum(),
            crew * on_road,
            crew * visiting,
            trips @ (driven * pace),
            min((on_road + visiting) / inputs["car_hours_per_week"], math.ceil(positions) / crew),
            crew * on_road / positions if positions else 0,
            crew * on_road / working if working else 0,
            crew * visiting / working if working else 0,
        ]
    )
