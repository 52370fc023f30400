"""Who has far to their team: units, inequality, centrality, the price of borders, and where one more thing would help.

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
    """Minutes from the own team to the residents of a unit; without a team everyone is unreachable."""

    unit_code: str
    name: str
    centrality: int
    population: int
    served: bool
    travel: TravelFigures


@dataclass(frozen=True)
class Inequality:
    """How unequal minutes to the own team are: 0 where all have the same; over residents who can be reached.

    Attributes:
        gini_units, theil_units: Each resident with the mean of their unit, so units weigh as many as live there.
        gini_people, theil_people: Each resident with their own minutes; Theil's index less that of the units is the
            inequality within units.
        residents: Who is in it.
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
    """How minutes to the own team are spread; ``inequality`` is None where fewer than two residents can be reached."""

    units: tuple[UnitFairness, ...]
    inequality: Inequality | None
    centrality: tuple[Centrality, ...]


def fairness(result: Result) -> Fairness:
    """Minutes to the own team by unit, how unequal they are, and by class of centrality."""
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
    """Minutes to each cell from its own team; infinite without a team or a way."""
    seconds = result.ways.seconds
    return np.where(seconds == UNREACHABLE, np.inf, seconds / 60)


def _central(
    number: int, result: Result, minutes: NDArray[np.float64], persons: Ints, mine: NDArray[np.bool_]
) -> Centrality:
    units = int(result.journeys.cells.loc[mine, "unit_code"].nunique())
    return Centrality(number, units, int(persons[mine].sum()), travel_figures(minutes[mine], persons[mine]))


def inequality(minutes: NDArray[np.float64], persons: Ints, unit: pd.Series) -> Inequality | None:
    """The indices over every resident; None where fewer than two can be reached, or nobody has any way to go."""
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
    """Residents of one trust (or what else the border is) and the teams of another that are nearer to them.

    Attributes:
        own, other: What the border setting keeps apart.
        nearer_1, nearer_10: Residents with a team who live at least 1 and 10 minutes nearer to the other's team.
        reached: Residents whom no road leads to from a team of their own, or who have no team, and the other's reaches.
        brought: Residents who are not within T minutes of a team of their own and are of the other's.
    """

    own: str
    other: str
    nearer_1: int
    nearer_10: int
    reached: int
    brought: int


@dataclass(frozen=True)
class Borders:
    """What borders cost: the responsible team against the nearest team of another trust.

    Attributes:
        border: The setting; with ``none``, or in an area of one zone, there are no pairs.
        pairs: Each resident is in one at most; most brought within T first, then most nearer.
    """

    border: str
    population: int
    pairs: tuple[BorderPair, ...]

    @property
    def nearer_1(self) -> int:
        """Residents at least a minute nearer to another's team."""
        return sum(pair.nearer_1 for pair in self.pairs)

    @property
    def nearer_10(self) -> int:
        """Residents at least ten minutes nearer to another's team."""
        return sum(pair.nearer_10 for pair in self.pairs)

    @property
    def reached(self) -> int:
        """Residents without a way to a team of their own whom another's reaches."""
        return sum(pair.reached for pair in self.pairs)

    @property
    def brought(self) -> int:
        """Residents whom agreements would bring within T."""
        return sum(pair.brought for pair in self.pairs)


def borders(result: Result) -> Borders:
    """Who lives nearer to another trust's team than to their own, and what agreements would give."""
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
    """For each cell that a team of another zone reaches: both zones, that team, and persons by what it would mean."""
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
    """What the border setting keeps apart, by name: of a DPS area or county not its code."""
    units, border = result.atlas.units, result.plan.settings.border
    named = {"dps": "dps_name", "county": "county_name"}.get(border)
    zones = units[named] if named else areas.zones(units, border)
    return {str(unit): str(zone) for unit, zone in zones.items()}


def _nearest_elsewhere(
    result: Result, zone: NDArray[np.object_], of_base: NDArray[np.object_]
) -> tuple[NDArray[np.intp], Ints]:
    """For each cell the nearest catchment (its position) of another zone, and the seconds from its base."""
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
        kind: ``team``: a team of any size beside those of the plan and the new ones that give more, all areas drawn
            anew (from the optimiser); ``satellite``: a second base in a catchment (every base of it is tried);
            ``agreement``: another trust's team comes to those who live near it.
        place: Base of the new team or satellite, or of the team that comes across the border.
        of: The team (``satellite``), or the trust whose residents they are (``agreement``).
        units: Where the residents live who are brought within T; for a team the units of its area.
        residents: How many are brought within T minutes.
        takes: ``team``: residents of its area; ``satellite``: minutes from the hub (None: no way);
            ``agreement``: residents' mean minutes from the other team.
        proven: No other place of its kind gives more.
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
    """A place where something would help, and what: the remedies there, the one that brings most people first."""

    place: Base
    remedies: tuple[Remedy, ...]

    @property
    def residents(self) -> int:
        """Residents whom the best remedy brings within T minutes."""
        return self.remedies[0].residents


def best_remedies(result: Result, count: int = 10) -> tuple[Help, ...]:
    """The places where one remedy brings most residents within T minutes, the most first.

    A new team gains besides those that come before it, so the residents of several new teams can be added up. Those of
    different kinds cannot: they may be the same people.
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
    """The places where one more team of any size adds most reach to those before; fewer where no more can be found."""
    plan, journeys = result.plan, result.journeys
    if not plan.catchments:
        return ()
    existing = {journeys.row[c.base]: team.teams for c, team in zip(plan.catchments, result.figures.teams, strict=True)}
    steps = beside.one_by_one(_any_size(result), existing, count, plan.settings.solver)
    return tuple(_new_team(step, result) for step in steps if step.gains and step.gains[0] > 0)


def _any_size(result: Result) -> Problem:
    """The rules of the plan with reach first, any number of teams, and no least size."""
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
    """For each catchment the second base that brings most of its residents within T; every base of it is tried."""
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
    """Minutes from the hub to the cell that is nearest to the satellite; None where no way leads."""
    journeys = result.journeys
    own = np.flatnonzero((journeys.cells["unit_code"] == base.unit_code).to_numpy())
    seconds = journeys.seconds[journeys.row[base], own]
    if not len(own) or seconds.min() == UNREACHABLE:
        return None
    away = int(journeys.seconds[journeys.row[hub], own[seconds.argmin()]])
    return None if away == UNREACHABLE else away / 60


def agreements(result: Result) -> tuple[Remedy, ...]:
    """For each trust and each nearest team of another the residents whom it would bring within T."""
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
