"""The fairness of travel to teams: units, inequality, centrality, the price of borders, and remedies.

Inequality is measured with PySAL's ``inequality``: Gini's and Theil's index over residents who can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas import areas
from factgeo.planning.measure import TravelFigures, travel_figures
from factgeo.planning.propose import beside
from factgeo.planning.propose.frontier import reach_problem
from factgeo.planning.propose.problem import Problem, catchments
from factgeo.planning.result import Result
from factgeo.travel.bases import Base
from factgeo.travel.times import UNREACHABLE

Kind = Literal["team", "satellite", "agreement"]
Ints = NDArray[np.int64]
LITTLE_S, MUCH_S = 60, 600  # seconds nearer to another trust's team that are counted: 1 and 10 minutes


# -- minutes, unit by unit ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitFairness:
    """Minutes from the own team to the residents of a unit; without a team all of them are unreachable."""

    unit_code: str
    name: str
    centrality: int
    population: int
    served: bool
    travel: TravelFigures


@dataclass(frozen=True)
class Inequality:
    """The inequality of minutes to the own team, over residents who can be reached; 0 if all have the same.

    Attributes:
        gini_units: Gini's index if each resident has the mean of their unit; so units weigh by their residents.
        theil_units: Theil's index in the same way.
        gini_people: Gini's index if each resident has their own minutes.
        theil_people: Theil's index in the same way; minus that of the units, it is the inequality within units.
        residents: Residents who are counted.
        without: Residents without a team or a way, who have no minutes.
    """

    gini_units: float
    theil_units: float
    gini_people: float
    theil_people: float
    residents: int
    without: int


@dataclass(frozen=True)
class Centrality:
    """One of SSB's classes of centrality (1: most central; 6: least)."""

    centrality: int
    units: int
    population: int
    travel: TravelFigures


@dataclass(frozen=True)
class Fairness:
    """The spread of minutes to the own team; ``inequality`` is None if fewer than two residents can be reached."""

    units: tuple[UnitFairness, ...]
    inequality: Inequality | None
    centrality: tuple[Centrality, ...]


def fairness(result: Result) -> Fairness:
    """Compute minutes to the own team by unit, their inequality, and minutes by class of centrality."""
    cells, units = result.journeys.cells, result.atlas.units
    minutes, persons = _minutes(result), cells["persons"].to_numpy(dtype=np.int64)
    served = result.plan.team_of()
    by_unit = cells.groupby("unit_code").indices
    central = cells["unit_code"].map(units["centrality_class"]).to_numpy()
    return Fairness(
        units=tuple(
            UnitFairness(
                unit_code=unit,
                name=str(units.at[unit, "name"]),
                centrality=int(units.at[unit, "centrality_class"]),
                population=int(persons[rows].sum()),
                served=unit in served,
                travel=travel_figures(minutes[rows], persons[rows]),
            )
            for unit, rows in ((unit, by_unit.get(unit, np.empty(0, dtype=np.intp))) for unit in result.plan.area.units)
        ),
        inequality=inequality(minutes, persons, cells["unit_code"]),
        centrality=tuple(_central(int(k), result, minutes, persons, central == k) for k in np.unique(central)),
    )


def _minutes(result: Result) -> NDArray[np.float64]:
    """Return the minutes to each cell from its own team; infinite without a team or a way."""
    seconds = result.ways.seconds
    return np.where(seconds == UNREACHABLE, np.inf, seconds / 60)


def _central(
    number: int, result: Result, minutes: NDArray[np.float64], persons: Ints, mine: NDArray[np.bool_]
) -> Centrality:
    units = int(result.journeys.cells.loc[mine, "unit_code"].nunique())
    return Centrality(number, units, int(persons[mine].sum()), travel_figures(minutes[mine], persons[mine]))


def inequality(minutes: NDArray[np.float64], persons: Ints, unit: pd.Series) -> Inequality | None:
    """Return the indices over every resident; None if fewer than two can be reached, or if all minutes are 0."""
    from inequality.gini import Gini  # noqa: PLC0415 - slow to import, for it loads matplotlib
    from inequality.theil import Theil  # noqa: PLC0415 - as above

    known = np.isfinite(minutes) & (persons > 0)
    weights, own = persons[known], minutes[known]
    if weights.sum() <= 1 or not own.any():
        return None
    table = pd.DataFrame({"unit": unit.to_numpy()[known], "persons": weights, "sum": own * weights})
    sums = table.groupby("unit")[["persons", "sum"]].sum()
    people = np.repeat(own, weights)  # the library knows no weights
    of_units = np.repeat((sums["sum"] / sums["persons"]).to_numpy(), sums["persons"].to_numpy())
    return Inequality(
        gini_units=max(0.0, float(Gini(of_units).g)),
        theil_units=max(0.0, float(Theil(of_units).T)),
        gini_people=max(0.0, float(Gini(people).g)),
        theil_people=max(0.0, float(Theil(people).T)),
        residents=int(weights.sum()),
        without=int(persons.sum() - weights.sum()),
    )


# -- the price of borders ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BorderPair:
    """Residents of one trust (or other border zone), and the teams of another that are nearer to them.

    Attributes:
        own: The zone of the residents.
        other: The zone of the teams.
        nearer_1: Residents with a team who live at least 1 minute nearer to the other's team.
        nearer_10: Residents with a team who live at least 10 minutes nearer to the other's team.
        reached: Residents without a team or without a road from it, whom the other's team reaches.
        brought: Residents who are not within T minutes of a team of their own, but of the other's.
    """

    own: str
    other: str
    nearer_1: int
    nearer_10: int
    reached: int
    brought: int


@dataclass(frozen=True)
class Borders:
    """The price of borders: the responsible team against the nearest team of another zone.

    Attributes:
        border: The setting; with ``none``, or in an area of one zone, there are no pairs.
        pairs: Each resident is in at most one pair. The pairs that bring most residents within T come first, then those
            with most residents nearer to the other's team.
    """

    border: str
    population: int
    pairs: tuple[BorderPair, ...]

    @property
    def nearer_1(self) -> int:
        """Residents at least one minute nearer to another zone's team."""
        return sum(pair.nearer_1 for pair in self.pairs)

    @property
    def nearer_10(self) -> int:
        """Residents at least ten minutes nearer to another zone's team."""
        return sum(pair.nearer_10 for pair in self.pairs)

    @property
    def reached(self) -> int:
        """Residents without a way to a team of their own whom another zone's team reaches."""
        return sum(pair.reached for pair in self.pairs)

    @property
    def brought(self) -> int:
        """Residents whom agreements would bring within T."""
        return sum(pair.brought for pair in self.pairs)


def borders(result: Result) -> Borders:
    """Find the residents who live nearer to another zone's team than to their own, and the gain from agreements."""
    table = _across(result)
    sums = table.groupby(["own", "other"], sort=True)[["nearer_1", "nearer_10", "reached", "brought"]].sum()
    pairs = [
        BorderPair(str(own), str(other), *(int(value) for value in row))
        for (own, other), row in zip(sums.index, sums.to_numpy(), strict=True)
        if row.any()
    ]
    pairs.sort(key=lambda pair: (-pair.brought, -pair.nearer_1, pair.own, pair.other))
    return Borders(result.plan.settings.border, result.figures.population, tuple(pairs))


def _across(result: Result) -> pd.DataFrame:
    """Return, for each cell that a team of another zone reaches, both zones, that team, and persons by the gain."""
    cells, own_s = result.journeys.cells, result.ways.seconds.astype(np.int64)
    zones = _zones(result)
    zone = cells["unit_code"].map(zones).to_numpy()
    of_base = np.array([zones[c.base.unit_code] for c in result.plan.catchments], dtype=object)
    base, other_s = _nearest_elsewhere(result, zone, of_base)
    limit, persons = 60 * result.plan.settings.travel.minutes, cells["persons"].to_numpy(dtype=np.int64)
    own, other = own_s != UNREACHABLE, other_s != UNREACHABLE
    table = pd.DataFrame({
        "unit": cells["unit_code"],
        "own": zone,
        "base": base,
        "nearer_1": persons * (own & (own_s - other_s >= LITTLE_S)),
        "nearer_10": persons * (own & (own_s - other_s >= MUCH_S)),
        "reached": persons * (~own & other),
        "brought": persons * ((own_s > limit) & (other_s <= limit)),
    })[other]  # fmt: skip
    return table.assign(other=of_base[table["base"]])


def _zones(result: Result) -> dict[str, str]:
    """Return the name of each unit's border zone; DPS areas and counties have their name, not their code."""
    units, border = result.atlas.units, result.plan.settings.border
    named = {"dps": "dps_name", "county": "county_name"}.get(border)
    zones = units[named] if named else areas.zones(units, border)
    return {str(unit): str(zone) for unit, zone in zones.items()}


def _nearest_elsewhere(
    result: Result, zone: NDArray[np.object_], of_base: NDArray[np.object_]
) -> tuple[NDArray[np.intp], Ints]:
    """Return, for each cell, the position of the nearest catchment of another zone, and the seconds from its base."""
    plan, journeys = result.plan, result.journeys
    rows = np.array([journeys.row[c.base] for c in plan.catchments], dtype=np.intp)
    nearest = np.zeros(len(zone), dtype=np.intp)
    seconds = np.full(len(zone), UNREACHABLE, dtype=np.int64)
    for each in pd.unique(zone):
        others, mine = np.flatnonzero(of_base != each), np.flatnonzero(zone == each)
        if len(others):
            away = journeys.seconds[np.ix_(rows[others], mine)]
            best = away.argmin(axis=0)
            nearest[mine], seconds[mine] = others[best], away[best, np.arange(len(mine))]
    return nearest, seconds


# -- where one more thing would help -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Remedy:
    """One more team, a second base of a team, or an agreement across a border.

    Attributes:
        kind: ``team``: a team of any size in addition to those of the plan and to the new ones that gain more, with all
            areas drawn again by the optimiser. ``satellite``: a second base in a catchment (every base of it is tried).
            ``agreement``: another zone's team comes to those who live near it.
        place: Base of the new team or satellite, or of the team that comes across the border.
        of: The team (``satellite``), or the zone of the residents (``agreement``).
        units: Units of the residents who are brought within T; for a team the units of its area.
        residents: Residents who are brought within T minutes.
        takes: ``team``: residents of its area. ``satellite``: minutes from the hub (None: no way). ``agreement``: mean
            minutes of the residents from the other team.
        proven: No other place of its kind gains more.
    """

    kind: Kind
    place: Base
    of: str
    units: tuple[str, ...]
    residents: int
    takes: float | None
    proven: bool


@dataclass(frozen=True)
class Help:
    """A place where something would help, and its remedies, the one that brings most residents first."""

    place: Base
    remedies: tuple[Remedy, ...]

    @property
    def residents(self) -> int:
        """Residents whom the best remedy brings within T minutes."""
        return self.remedies[0].residents


def best_remedies(result: Result, count: int = 10) -> tuple[Help, ...]:
    """Return the places where one remedy brings most residents within T minutes, the best first.

    A new team's gain comes on top of those before it, so the gains of several new teams can be added up. Gains of
    different kinds cannot: they may be for the same people.
    """
    at: dict[Base, list[Remedy]] = {}
    for remedy in (*new_teams(result, count), *satellites(result), *agreements(result)):
        if remedy.residents:
            at.setdefault(remedy.place, []).append(remedy)
    found = [
        Help(place, tuple(sorted(some, key=lambda each: (-each.residents, each.kind, each.of))))
        for place, some in at.items()
    ]
    found.sort(key=lambda each: (-each.residents, each.place.unit_code, each.place.name))
    return tuple(found[:count])


def new_teams(result: Result, count: int) -> tuple[Remedy, ...]:
    """Return places where one more team of any size adds most reach to those before; fewer if no more are found."""
    plan, journeys = result.plan, result.journeys
    if not plan.catchments:
        return ()
    existing = {journeys.row[c.base]: team.teams for c, team in zip(plan.catchments, result.figures.teams, strict=True)}
    steps = beside.one_by_one(_any_size(result), existing, count, plan.settings.solver)
    return tuple(_new_team(step, result) for step in steps if step.gains and step.gains[0] > 0)


def _any_size(result: Result) -> Problem:
    """Return the rules of the plan with reach first, any number of teams, and no minimum size."""
    settings = result.plan.settings
    free = settings.teams.model_copy(update={"at_least": 0, "at_most": 0, "per_zone": 0})
    problem = reach_problem(
        result.atlas, result.plan.area, settings.model_copy(update={"teams": free}), result.journeys
    )
    unit, base = problem.pairs.T
    own = problem.home[base] == unit
    return replace(problem, size=np.where(own, np.maximum(problem.size, problem.minimum), problem.size))


def _new_team(step: beside.Step, result: Result) -> Remedy:
    units = result.plan.area.units
    own = tuple(units[k] for k in sorted(catchments(step.solution.base_of or {})[step.base]))
    people = int(result.atlas.population.loc[list(own), "persons"].sum())
    proven = all(stage.status == "optimal" for stage in step.solution.stages)
    gain = step.gains[0] if step.gains else 0
    return Remedy("team", result.journeys.bases[step.base], "", own, gain, people, proven)


def satellites(result: Result) -> tuple[Remedy, ...]:
    """Return, for each catchment, the second base that brings most residents within T; every base of it is tried."""
    found = (_satellite(k, result) for k in range(len(result.plan.catchments)))
    return tuple(each for each in found if each is not None)


def _satellite(position: int, result: Result) -> Remedy | None:
    journeys, catchment = result.journeys, result.plan.catchments[position]
    limit = 60 * result.plan.settings.travel.minutes
    cells = journeys.cells
    mine = np.flatnonzero(cells["unit_code"].isin(catchment.units) & (result.ways.seconds > limit))
    rows = [k for k, base in enumerate(journeys.bases) if base.unit_code in catchment.units and base != catchment.base]
    if not rows or not len(mine):
        return None
    near = journeys.seconds[rows][:, mine] <= limit
    gains = near @ cells["persons"].to_numpy(dtype=np.int64)[mine]
    best = int(gains.argmax())
    base = journeys.bases[rows[best]]
    units = tuple(sorted(set(cells["unit_code"].iloc[mine[near[best]]])))
    team = result.figures.teams[position].name
    away = _from_hub(catchment.base, base, result)
    return Remedy("satellite", base, team, units, int(gains[best]), away, proven=True)


def _from_hub(hub: Base, base: Base, result: Result) -> float | None:
    """Return the minutes from the hub to the cell nearest to the satellite; None if there is no way."""
    journeys = result.journeys
    own = np.flatnonzero((journeys.cells["unit_code"] == base.unit_code).to_numpy())
    seconds = journeys.seconds[journeys.row[base], own]
    if not len(own) or seconds.min() == UNREACHABLE:
        return None
    away = int(journeys.seconds[journeys.row[hub], own[seconds.argmin()]])
    return None if away == UNREACHABLE else away / 60


def agreements(result: Result) -> tuple[Remedy, ...]:
    """Return, for each zone and each nearest team of another, the residents whom that team would bring within T."""
    table = _across(result)
    table = table[table["brought"] > 0]
    return tuple(_agreements(table, result))


def _agreements(table: pd.DataFrame, result: Result) -> Iterator[Remedy]:
    rows = [result.journeys.row[c.base] for c in result.plan.catchments]
    for (own, base), some in table.groupby(["own", "base"], sort=True):
        seconds = result.journeys.seconds[rows[base], some.index.to_numpy()]
        mean = float(np.average(seconds, weights=some["brought"])) / 60
        units = tuple(sorted(set(some["unit"])))
        place = result.plan.catchments[base].base
        yield Remedy("agreement", place, str(own), units, int(some["brought"].sum()), mean, proven=True)
