"""Compare two plans of one area: units that change team, shorter and longer ways, teams and bases.

Team ids mean nothing across plans. The catchments of the two plans are matched by the residents that they share. A unit
has moved if its catchment in b is not the match of its catchment in a.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError
from factgeo.language import Words, figures, say
from factgeo.planning.check import Finding
from factgeo.planning.measure import PlanFigures, TeamFigures
from factgeo.planning.plan import Catchment, Plan
from factgeo.planning.result import Result
from factgeo.settings import Settings
from factgeo.travel.bases import Base
from factgeo.travel.times import UNREACHABLE

EQUAL_MIN = 0.5  # minutes below which a way is called equally long
STEPS = (5, 15, 30)  # minutes at which a change is put into the next class
CLASSES = len(STEPS) + 1  # classes of a shorter way, and as many of a longer one
ROADS = ("roads.", "ferry.", "access.")  # settings that change travel times under every plan
NAMED = 5  # units that a refusal names

K = TypeVar("K")
S = TypeVar("S")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Place = tuple[str, float, float]  # unit, lon, lat of a base: what it is, whatever it is called


@dataclass(frozen=True)
class Sides(Generic[T_co]):
    """The same value of the first plan and of the second."""

    a: T_co
    b: T_co

    def map(self, function: Callable[[T_co], S]) -> Sides[S]:
        """A function of both."""
        return Sides(function(self.a), function(self.b))


@dataclass(frozen=True)
class TravelChange:
    """The change of the way from the own team's base for some residents; each resident is counted exactly once.

    Attributes:
        shorter: Residents by how much shorter (``CLASSES`` of them: up to 5, 15, 30 minutes, and over).
        longer: Residents by how much longer, in the same classes.
        equal: Residents whose way changes by less than ``EQUAL_MIN``.
        won: Residents reached in b only.
        lost: Residents reached in a only: in b they have no team, or no road from it.
        never: Residents reached in neither.
        mean_min: Mean minutes of those reached in each plan; None if there are none.
        mean_min_both: Mean minutes of those reached in both, the only means that can be compared; None if there are
            none.
        minutes_less: Person-minutes of residents whose way gets shorter or who are won; residents who cannot be reached
            count with the stand-in of plan a's settings.
        minutes_more: Person-minutes of residents whose way gets longer or who are lost.
    """

    shorter: tuple[int, ...]
    longer: tuple[int, ...]
    equal: int
    won: int
    lost: int
    never: int
    mean_min: Sides[float | None]
    mean_min_both: Sides[float | None]
    minutes_less: float
    minutes_more: float

    @property
    def persons(self) -> int:
        """All residents."""
        return sum(self.shorter) + sum(self.longer) + self.equal + self.won + self.lost + self.never

    @property
    def change_min(self) -> float | None:
        """The mean change for residents reached in both plans; None if there are none."""
        means = self.mean_min_both
        return None if means.a is None or means.b is None else means.b - means.a


@dataclass(frozen=True)
class UnitChange:
    """One unit under both plans.

    Attributes:
        unit_code: The unit.
        name: Its name.
        teams: Its team in each plan; None without one.
        moved: Does it change, get or lose its team?
        keeps_base: Does it keep its base, whichever team that is?
        travel: The change of the way for its residents.
    """

    unit_code: str
    name: str
    teams: Sides[TeamFigures | None]
    moved: bool
    keeps_base: bool
    travel: TravelChange


@dataclass(frozen=True)
class Pair:
    """A catchment of a and its match in b, with the residents they share."""

    teams: Sides[TeamFigures]
    bases: Sides[Base]
    shared: int

    @property
    def keeps_base(self) -> bool:
        """Does the team drive from the same place?"""
        return _place(self.bases.a) == _place(self.bases.b)


@dataclass(frozen=True)
class SettingChange:
    """A setting that differs, by its dotted key; None where one plan does not have it."""

    key: str
    values: Sides[object]


@dataclass(frozen=True)
class Comparison:
    """Two plans compared.

    Attributes:
        atlas: The pack of both plans, with the links that the second plan adds.
        names: The names of the plans.
        plans: The plans.
        figures: The figures of the plans.
        pairs: Catchments that are in both, in the order of a.
        only: Teams of catchments without a match.
        bases_kept: Places of bases of both plans.
        bases_only: Places of bases of one plan alone.
        units: Every unit, by code.
        whole: The change of the way for all residents.
        settings: The settings that differ.
        broken: Rules of its own settings that each plan breaks because a planner wants it so.
    """

    atlas: Atlas
    names: Sides[str]
    plans: Sides[Plan]
    figures: Sides[PlanFigures]
    pairs: tuple[Pair, ...]
    only: Sides[tuple[TeamFigures, ...]]
    bases_kept: tuple[Base, ...]
    bases_only: Sides[tuple[Base, ...]]
    units: tuple[UnitChange, ...]
    whole: TravelChange
    settings: tuple[SettingChange, ...]
    broken: Sides[tuple[Finding, ...]]

    @property
    def moved(self) -> tuple[UnitChange, ...]:
        """Units that change, get or lose their team, the most residents first."""
        return tuple(sorted((u for u in self.units if u.moved), key=lambda u: (-u.travel.persons, u.unit_code)))

    @property
    def gains(self) -> tuple[UnitChange, ...]:
        """Units where some way gets shorter or is won, those with the most person-minutes first."""
        noticed = [u for u in self.units if sum(u.travel.shorter) + u.travel.won]
        return tuple(sorted(noticed, key=lambda u: (-u.travel.minutes_less, u.unit_code)))

    @property
    def losses(self) -> tuple[UnitChange, ...]:
        """Units where some way gets longer or is lost, those with the most person-minutes first."""
        noticed = [u for u in self.units if sum(u.travel.longer) + u.travel.lost]
        return tuple(sorted(noticed, key=lambda u: (-u.travel.minutes_more, u.unit_code)))

    @property
    def get_team(self) -> int:
        """Residents of units that have a team only in b."""
        return sum(u.travel.persons for u in self.units if u.teams.a is None and u.teams.b is not None)

    @property
    def lose_team(self) -> int:
        """Residents of units that have a team only in a."""
        return sum(u.travel.persons for u in self.units if u.teams.a is not None and u.teams.b is None)

    @property
    def other_roads(self) -> bool:
        """Were travel times computed with different settings?"""
        return any(change.key.startswith(ROADS) for change in self.settings)


def compare(a: Result, b: Result, *, names: tuple[str, str] = ("a", "b")) -> Comparison:
    """Compare two plans for the same units from the same pack.

    Raises:
        PlanError: The plans have different packs or different units.
    """
    both, called = Sides(a, b), Sides(*names)
    _refuse_others(both, called)
    pairs, bases, cells = _pairs(both), both.map(_bases), _cells(both)
    return Comparison(
        atlas=b.atlas,
        names=called,
        plans=both.map(lambda side: side.plan),
        figures=both.map(lambda side: side.figures),
        pairs=pairs,
        only=Sides(
            _but(_teams(a), {p.teams.a.team_id for p in pairs}), _but(_teams(b), {p.teams.b.team_id for p in pairs})
        ),
        bases_kept=tuple(base for place, base in bases.a.items() if place in bases.b),
        bases_only=Sides(_but(bases.a, bases.b), _but(bases.b, bases.a)),
        units=_units(both, pairs, cells),
        whole=_travel_change(cells),
        settings=_setting_changes(both.map(lambda side: side.plan.settings)),
        broken=both.map(lambda side: side.notes),
    )


def _refuse_others(both: Sides[Result], names: Sides[str]) -> None:
    """Refuse plans that cannot be compared."""
    packs = both.map(lambda side: side.plan.pack_digest)
    if packs.a != packs.b:
        raise PlanError("compare_packs", a=names.a, b=names.b, pack_a=packs.a[:12], pack_b=packs.b[:12])
    units = both.map(lambda side: set(side.plan.area.units))
    if units.a != units.b:
        only = Sides(_named(units.a - units.b, both.a.atlas), _named(units.b - units.a, both.b.atlas))
        raise PlanError("compare_areas", a=names.a, b=names.b, only_a=only.a, only_b=only.b)


def _named(units: set[str], atlas: Atlas) -> Words:
    """Units by name, the rest of many as a number."""
    return figures.names(list(atlas.units.loc[sorted(units), "name"]), NAMED) if units else say("compare.none")


def _pairs(both: Sides[Result]) -> tuple[Pair, ...]:
    """Match catchments so that as many residents as possible stay; a tie keeps most bases."""
    catchments = both.map(lambda side: side.plan.catchments)
    shared = _shared(catchments, both.a.atlas.population["persons"].to_dict())
    places = catchments.map(lambda side: [_place(catchment.base) for catchment in side])
    same = np.array([[place == other for other in places.b] for place in places.a], dtype=bool).reshape(shared.shape)
    weight = shared * (min(shared.shape) + 1) + (same & (shared > 0))
    rows, columns = linear_sum_assignment(weight, maximize=True)
    teams = both.map(lambda side: side.figures.teams)
    return tuple(
        Pair(
            Sides(teams.a[row], teams.b[column]),
            Sides(catchments.a[row].base, catchments.b[column].base),
            int(shared[row, column]),
        )
        for row, column in zip(rows, columns, strict=True)
        if weight[row, column]
    )


def _shared(catchments: Sides[tuple[Catchment, ...]], persons: Mapping[str, int]) -> NDArray[np.int64]:
    """Return the residents that each catchment of a shares with each of b."""
    shared = np.zeros((len(catchments.a), len(catchments.b)), dtype=np.int64)
    column_of = {unit: column for column, catchment in enumerate(catchments.b) for unit in catchment.units}
    for row, catchment in enumerate(catchments.a):
        for unit in catchment.units:
            if unit in column_of:
                shared[row, column_of[unit]] += persons[unit]
    return shared


def _place(base: Base) -> Place:
    return base.unit_code, base.lon, base.lat


def _bases(result: Result) -> dict[Place, Base]:
    return {_place(catchment.base): catchment.base for catchment in result.plan.catchments}


def _teams(result: Result) -> dict[str, TeamFigures]:
    return {team.team_id: team for team in result.figures.teams}


def _but(things: Mapping[K, T], others: Container[K]) -> tuple[T, ...]:
    """Return the items whose key is not among the others."""
    return tuple(thing for key, thing in things.items() if key not in others)


def _units(both: Sides[Result], pairs: tuple[Pair, ...], cells: pd.DataFrame) -> tuple[UnitChange, ...]:
    """Yield every unit of the area with its team and its residents' ways under both plans."""
    match = {"": "", **{pair.teams.a.team_id: pair.teams.b.team_id for pair in pairs}}  # no team remains no team
    teams, team_of = both.map(_teams), both.map(lambda side: side.plan.team_of())
    base_of = both.map(lambda side: {unit: _place(base) for unit, base in side.plan.base_of().items()})
    names, by_unit = both.a.atlas.units["name"], dict(iter(cells.groupby("unit_code")))
    changes = []
    for unit in sorted(both.a.plan.area.units):
        own = Sides(team_of.a.get(unit, ""), team_of.b.get(unit, ""))
        moved = match.get(own.a) != own.b
        sides = Sides(teams.a.get(own.a), teams.b.get(own.b))
        travel = _travel_change(by_unit.get(unit, cells[:0]))
        keeps_base = unit in base_of.a and base_of.a[unit] == base_of.b.get(unit)
        changes.append(UnitChange(unit, str(names[unit]), sides, moved, keeps_base, travel))
    return tuple(changes)


def _cells(both: Sides[Result]) -> pd.DataFrame:
    """Return one row per cell: residents, minutes under both plans (NaN: not reached), class of change, minutes saved.

    Minutes saved compare a cell that only one plan reaches with the stand-in of plan a's settings, if that is more.
    """
    seconds = both.map(lambda side: side.ways.seconds.astype(np.float64))
    minutes = seconds.map(lambda side: np.where(side == UNREACHABLE, np.nan, side / 60))
    stand_in = both.a.plan.settings.travel.unreachable
    won = np.fmax(stand_in - minutes.b, 0) * np.isnan(minutes.a)
    lost = np.fmax(stand_in - minutes.a, 0) * np.isnan(minutes.b)
    change = minutes.b - minutes.a
    cells = both.a.journeys.cells
    return pd.DataFrame(
        {
            "unit_code": cells["unit_code"],
            "persons": cells["persons"].astype(np.int64),
            "a": minutes.a,
            "b": minutes.b,
            "step": step(change),
            "saved": np.where(np.isnan(change), np.nan_to_num(won) - np.nan_to_num(lost), -change),
        }
    )


def step(change_min: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the class of changes in minutes: 0 for equal and NaN, 1 to ``CLASSES`` if longer, negative if shorter."""
    size = np.abs(change_min).round(6)  # seconds divided by 60 may miss half a minute by a hair
    found = np.sign(change_min) * (1 + np.searchsorted(STEPS, size, side="left"))
    return np.where(size >= EQUAL_MIN, found, 0).astype(np.int64)


def _travel_change(cells: pd.DataFrame) -> TravelChange:
    """Return the change of the way for the residents of some cells."""
    persons, classes = cells["persons"], cells["step"]
    reached = Sides(cells["a"].notna(), cells["b"].notna())
    both = reached.a & reached.b
    weighted = persons * cells["saved"]

    def count(mask: pd.Series) -> int:
        return int(persons[mask].sum())

    def mean(values: pd.Series, mask: pd.Series) -> float | None:
        return float(np.average(values[mask], weights=persons[mask])) if count(mask) else None

    return TravelChange(
        shorter=tuple(count(classes == -k) for k in range(1, CLASSES + 1)),
        longer=tuple(count(classes == k) for k in range(1, CLASSES + 1)),
        equal=count(both & (classes == 0)),
        won=count(~reached.a & reached.b),
        lost=count(reached.a & ~reached.b),
        never=count(~reached.a & ~reached.b),
        mean_min=Sides(mean(cells["a"], reached.a), mean(cells["b"], reached.b)),
        mean_min_both=Sides(mean(cells["a"], both), mean(cells["b"], both)),
        minutes_less=float(weighted[(classes < 0) | (~reached.a & reached.b)].sum()),
        minutes_more=float(-weighted[(classes > 0) | (reached.a & ~reached.b)].sum()),
    )


def _setting_changes(settings: Sides[Settings]) -> tuple[SettingChange, ...]:
    """Return settings with different values; the scheduler, where work is done, does not count."""
    flat = settings.map(lambda side: dict(_flat(side.model_dump(mode="json", exclude={"scheduler"}))))
    keys = [*flat.a, *(key for key in flat.b if key not in flat.a)]
    return tuple(
        SettingChange(key, Sides(flat.a.get(key), flat.b.get(key)))
        for key in keys
        if flat.a.get(key) != flat.b.get(key)
    )


def _flat(values: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    """Return settings by their dotted keys."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def difference(sides: Sides[float | None]) -> float | None:
    """B minus a, as exact as they are given; None where one is missing."""
    return None if sides.a is None or sides.b is None else round(sides.b - sides.a, 6)
