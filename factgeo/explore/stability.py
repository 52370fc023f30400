"""The stability of a plan: solved again and again with speeds, waiting, thresholds and population from their ranges.

A unit *stays* in a run if the base that serves it there lies in one of the units of its catchment in the plan: a base
that moves within the catchment is still the same team. A unit without a team stays if it has none again. The runs say
how much the proposal depends on inputs that are not known exactly. They are no forecast, and no run is likelier than
another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import ADULT_AGE, Atlas
from factgeo.atlas.rounding import largest_remainder
from factgeo.atlas.shares import share_of, shares_of
from factgeo.errors import PlanError
from factgeo.language import text
from factgeo.planning.check import check, of_kept_teams
from factgeo.planning.plan import Plan
from factgeo.planning.propose import exact
from factgeo.planning.propose.proposal import as_plan
from factgeo.planning.propose.request import Request
from factgeo.planning.result import Result
from factgeo.progress import Tell, silent
from factgeo.settings import Settings, load
from factgeo.travel import cluster, journeys
from factgeo.travel import times as travel_times
from factgeo.travel.journeys import Journeys

RUN_LIMIT_S = 10.0  # of solving; one hard run must not hold up the others
PERCENTILES = (5.0, 50.0, 95.0)
TWO_VALUES = 2


SOURCES = {
    "driving": "facts:drive_time_factor (1.15), estimate (0.9)",
    "waiting": "facts:ferry_wait_cap_planned (20/15), estimate (10/15)",
    "minimum": "estimate",
    "minutes": "facts:travel_sensitivity_minutes (45/60), estimate (75/60)",
    "beyond_price": "estimate",
    "unserved_price": "estimate",
    "years_ahead": "estimate",
}
PRICES = ("beyond_price", "unserved_price")


@dataclass(frozen=True)
class Quantity:
    """A quantity that varies: from ``low`` to ``high``, with ``central`` in the plan.

    Attributes:
        name: Its range in ``settings.stability``.
        low: Lowest value of the setting; for ``years_ahead`` years after the pack's year.
        central: The plan's value.
        high: Highest value.
        unit: ``ratio``, ``minutes``, ``persons``, ``person-minutes`` or ``years``.
        source: ``facts:ID``, ``estimate``, or ``settings`` for a range that a planner has chosen.
        log: Is it drawn evenly on a logarithmic scale?
    """

    name: str
    low: float
    central: float
    high: float
    unit: str
    source: str
    log: bool = False

    def at(self, share: float) -> float:
        """Return the value at a point (0-1) of the range."""
        if self.low == self.high:
            return self.low
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True)
class Sample:
    """The values of each run, a Latin hypercube: each quantity is spread evenly over its range.

    Attributes:
        quantities: The quantities, in the order of the columns.
        rows: One per run.
        seed: The seed of the sample; the same seed gives the same sample.
    """

    quantities: tuple[Quantity, ...]
    rows: tuple[tuple[float, ...], ...]
    seed: int

    def values(self, run: int) -> dict[str, float]:
        """Return the values of one run by name."""
        return dict(zip((quantity.name for quantity in self.quantities), self.rows[run], strict=True))


def sample(settings: Settings, *, runs: int) -> Sample:
    """Draw a Latin hypercube over the ranges of ``settings.stability``, with its seed.

    Quantities without effect under the settings are not drawn: waiting if ``ferry.wait_rule`` is ``none``, the two
    prices if the goal has none.
    """
    from scipy.stats import qmc  # noqa: PLC0415 - slow to import

    quantities, seed = tuple(_quantities(settings)), settings.stability.seed
    shares = qmc.LatinHypercube(len(quantities), rng=seed).random(runs)
    rows = tuple(tuple(q.at(float(u)) for q, u in zip(quantities, row, strict=True)) for row in shares)
    return Sample(quantities, rows, seed)


def _quantities(settings: Settings) -> Iterator[Quantity]:
    central = {
        "driving": (settings.roads.junction_factor, "ratio"),
        "waiting": (settings.ferry.wait_min, "minutes"),
        "minimum": (float(settings.size.minimum), "persons"),
        "minutes": (settings.travel.minutes, "minutes"),
        "beyond_price": (float(settings.goal.beyond_price), "person-minutes"),
        "unserved_price": (float(settings.goal.unserved_price), "person-minutes"),
    }
    ranges, usual, idle = settings.stability, load().stability, _without_effect(settings)
    for name, (value, unit) in central.items():
        if name not in idle:
            low, high = getattr(ranges, name)
            source = SOURCES[name] if (low, high) == getattr(usual, name) else "settings"
            yield Quantity(name, low * value, value, high * value, unit, source, log=name in PRICES and low > 0)
    source = SOURCES["years_ahead"] if ranges.years_ahead == usual.years_ahead else "settings"
    yield Quantity("years_ahead", ranges.years_ahead[0], 0.0, ranges.years_ahead[1], "years", source)


def _without_effect(settings: Settings) -> set[str]:
    waiting = {"waiting"} if settings.ferry.wait_rule == "none" else set()
    priced = settings.goal.name in {"balanced", "fewest_teams"}
    return waiting | (set() if priced else set(PRICES))


def varied(settings: Settings, values: Mapping[str, float]) -> Settings:
    """Return the settings of one run, without known timetables and headways, a second tier and a split of big units.

    ``values`` may lack any quantity, which then does not change.
    """
    changes: dict[str, dict[str, float]] = {
        "roads": _some(values, junction_factor="driving"),
        "ferry": _some(values, wait_min="waiting"),
        "size": {name: max(1, round(value)) for name, value in _some(values, minimum="minimum").items()},
        "travel": _some(values, minutes="minutes"),
        "goal": {name: round(values[name]) for name in PRICES if name in values},
        "act_areas": {"enabled": False},
        "split": {"big_units": False},
        "solver": {"time_limit": min(RUN_LIMIT_S, settings.solver.time_limit)},
    }
    tables = {name: getattr(settings, name).model_copy(update=change) for name, change in changes.items()}
    return settings.model_copy(update={**tables, "scheduler": ""})


def _some(values: Mapping[str, float], **names: str) -> dict[str, float]:
    """Return settings by their own names, as far as the values have them."""
    return {setting: values[name] for setting, name in names.items() if name in values}


def yearly_change(atlas: Atlas) -> pd.Series:
    """Return residents of a year as a multiple of the year before, by unit_code: the median over the pack's years.

    It is the median because a border change or a single event moves one year by more than a trend does in ten.
    """
    persons = atlas.residents.groupby(["unit_code", "year"])["persons"].sum().unstack()
    change = (persons / persons.shift(axis="columns")).median(axis="columns")
    return change.reindex(atlas.units.index).fillna(1.0)


def grown(atlas: Atlas, change: pd.Series, years: float) -> Atlas:
    """Return the pack with the residents that there would be if the units of ``change`` went on like this.

    All ages grow alike, and so do all cells of a unit. Numbers are whole persons with the same sums in residents and
    cells. A unit never loses its last resident. The residents have the pack's own year.

    Args:
        atlas: The pack.
        change: Multiple per year, by unit_code (see :func:`yearly_change`); other units do not change.
        years: The number of years ahead.
    """
    now = (atlas.residents["year"] == atlas.year).to_numpy()
    residents, cells = atlas.residents, atlas.cells
    ages, homes = _rows(residents, change.index, now), _rows(cells, change.index)
    persons, of_cell = residents["persons"].to_numpy(copy=True), cells["persons"].to_numpy(copy=True)
    adults, is_adult = cells["adults"].to_numpy(copy=True), (residents["age"] >= ADULT_AGE).to_numpy()
    for unit, factor in change.items():
        mine, home = ages[str(unit)], homes[str(unit)]
        total = int(persons[mine].sum())
        then = max(min(1, total), round(total * float(factor) ** years))
        persons[mine] = largest_remainder(persons[mine], then)
        of_cell[home] = largest_remainder(of_cell[home], then)
        adults[home] = largest_remainder(of_cell[home], int(persons[mine][is_adult[mine]].sum()))
    lived_in = of_cell > 0
    return atlas.changed(
        residents=residents.assign(persons=persons)[persons > 0].reset_index(drop=True),
        cells=cells.assign(persons=of_cell, adults=adults)[lived_in].reset_index(drop=True),
        cell_access=atlas.cell_access.of(np.flatnonzero(lived_in)),
    )


def _rows(table: pd.DataFrame, units: pd.Index, only: NDArray[np.bool_] | None = None) -> dict[str, NDArray[np.intp]]:
    """Return the row numbers of each unit."""
    mask = table["unit_code"].isin(units).to_numpy() & (True if only is None else only)
    chosen = np.flatnonzero(mask)
    groups = pd.Series(chosen).groupby(table["unit_code"].to_numpy()[chosen])
    nothing = np.empty(0, dtype=np.intp)
    return {str(unit): nothing for unit in units} | {str(unit): rows.to_numpy() for unit, rows in groups}


@dataclass(frozen=True)
class Outcome:
    """The outcome of one run.

    Attributes:
        base: For each unit of the area, the unit and the name of the base that serves it; None without a team.
        reach: Share of the run's residents within the plan's own T minutes of their team.
        catchments: The number of catchments.
        proven: Was the run's plan proven to be the best?
    """

    base: tuple[tuple[str, str] | None, ...]
    reach: float
    catchments: int
    proven: bool


@dataclass(frozen=True)
class _World:
    """The data that all runs share."""

    atlas: Atlas
    change: pd.Series
    area: Area
    settings: Settings


def _world(atlas: Atlas, area: Area, settings: Settings) -> _World:
    """Return the shared data without residents of earlier years, with all tables read: workers may lack the files."""
    change = yearly_change(atlas).loc[list(area.units)]
    now = atlas.residents[atlas.residents["year"] == atlas.year].reset_index(drop=True)
    read = atlas.changed(
        residents=now, units=atlas.units, cells=atlas.cells, roads=atlas.roads, links=atlas.links,
        places=atlas.places, cell_access=atlas.cell_access,
    )  # fmt: skip
    return _World(read, change, area, settings)


def _outcome(world: _World, values: Mapping[str, float]) -> Outcome | None:
    atlas = grown(world.atlas, world.change, values.get("years_ahead", 0.0))
    settings = varied(world.settings, values)
    times = journeys.compute(atlas, world.area.units, settings)
    try:
        plan = _plan(Request(atlas, world.area, settings, times))
    except PlanError:
        return None
    if plan is None:
        return None
    findings = check(plan, atlas, times)
    if len(of_kept_teams(findings, plan, atlas)) < len(findings):
        raise PlanError("plan_check", findings="; ".join(finding.text() for finding in findings[:5]))
    base_of = plan.base_of()
    found = (base_of.get(unit) for unit in world.area.units)
    return Outcome(
        base=tuple(None if base is None else (base.unit_code, base.name) for base in found),
        reach=_reach(plan, times, world.settings),
        catchments=len(plan.catchments),
        proven=plan.proof.status == "optimal",
    )


def _plan(request: Request) -> Plan | None:
    """Return the best plan, or None if there is none. Skips the slow search of ``propose`` for the reason."""
    problem = request.problem()
    solution = exact.solve(problem, request.settings.solver)
    if any(stage.status == "interrupted" for stage in solution.stages):
        raise KeyboardInterrupt
    return None if solution.base_of is None else as_plan(request, problem, solution)


def _reach(plan: Plan, times: Journeys, settings: Settings) -> float:
    """Return the share of all residents within ``travel.minutes`` of ``settings`` from their own team's base."""
    near = travel_times.by_unit(times.seconds, times.cells, settings)
    column = {unit: k for k, unit in enumerate(near.units)}
    pairs = [(times.row[base], column[unit]) for unit, base in plan.base_of().items()]
    within = sum(int(near.persons[k] - near.beyond[row, k]) for row, k in pairs)
    return share_of(within, int(near.persons.sum()))


@dataclass(frozen=True)
class UnitStability:
    """The runs in which a unit stays, and its other teams.

    Attributes:
        unit_code: The unit.
        team: Name of its team in the plan; empty without one.
        stays: Runs in which it stays.
        without: Runs in which it has no team.
        other: Name of its most frequent other team; empty if it never has another.
        other_runs: Runs in which it has that one.
    """

    unit_code: str
    team: str
    stays: int
    without: int
    other: str
    other_runs: int


@dataclass(frozen=True)
class CatchmentStability:
    """The runs in which a base lies in one of the catchment's units, and the mean share of its residents who stay."""

    team_id: str
    name: str
    stands: int
    residents_stay: float


@dataclass(frozen=True)
class Spread:
    """The 5th, 50th and 95th percentile over the runs; each is the value of a run."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Driver:
    """Rank correlation between a quantity and the share of residents who move; None if one of them never varies."""

    name: str
    correlation: float | None


@dataclass(frozen=True)
class Stability:
    """The result of all runs. Residents are those of the pack's year, in all runs.

    Attributes:
        sample: The values of each run.
        no_plan: Runs in which no plan keeps the rules, or none was found in time; they count nowhere else.
        unproven: Runs whose plan is not proven to be the best.
        units: In the order of the plan's area.
        catchments: In the order of the plan's catchments.
        residents_stay: Mean share of the area's residents who stay.
        moved: Share of the residents who move in each run; None without a plan.
        reach: Share of residents within the plan's own T minutes of their team.
        count: Number of catchments.
        drivers: The quantities that vary with change, the strongest first. This is correlation, not cause.
    """

    sample: Sample
    no_plan: int
    unproven: int
    units: tuple[UnitStability, ...]
    catchments: tuple[CatchmentStability, ...]
    residents_stay: float
    moved: tuple[float | None, ...]
    reach: Spread
    count: Spread
    drivers: tuple[Driver, ...]

    @property
    def planned(self) -> int:
        """The number of runs that have a plan; shares are taken of these."""
        return len(self.sample.rows) - self.no_plan


def run(result: Result, drawn: Sample, *, scheduler: str = "", progress: Tell = silent) -> Stability:
    """Solve the plan's problem once for each row of the sample, and compare each plan with ``result``.

    Args:
        result: The plan; it need not be proposed or proven.
        drawn: The sample.
        scheduler: Address of a Dask scheduler whose workers take the runs; empty: here.
        progress: Called with a sentence as the runs go on.

    Raises:
        PlanError: No run has a plan, or a run's plan fails its check.
        SettingsError: The scheduler does not answer.
        KeyboardInterrupt: Interrupted.
    """
    plan = result.plan
    world = _world(result.atlas, plan.area, plan.settings)
    rows = [drawn.values(k) for k in range(len(drawn.rows))]
    if scheduler:
        outcomes = cluster.each(_outcome, world, rows, scheduler=scheduler)
    else:
        outcomes = []
        for count, values in enumerate(rows, start=1):
            progress(text("stability.progress", run=count, runs=len(rows)))
            outcomes.append(_outcome(world, values))
    if not any(outcomes):
        raise PlanError("stability_no_plan", runs=len(rows))
    return summed_up(result, drawn, outcomes)


def summed_up(result: Result, drawn: Sample, outcomes: Sequence[Outcome | None]) -> Stability:
    """Sum up the runs, of which at least one must have a plan."""
    plan, names = result.plan, _team_names(result)
    units, own = plan.area.units, plan.team_of()
    found = [each for each in outcomes if each is not None]
    teams = [[_team_in_plan(base, own) for base in each.base] for each in found]
    stays = np.array([[team == own.get(unit, "") for team, unit in zip(run, units, strict=True)] for run in teams])
    persons = result.atlas.population.loc[list(units), "persons"].to_numpy()
    stay_share = shares_of(stays @ persons, int(persons.sum()))
    of_run = iter(stay_share)
    moved = tuple(None if each is None else 1 - float(next(of_run)) for each in outcomes)
    return Stability(
        sample=drawn,
        no_plan=len(outcomes) - len(found),
        unproven=sum(not each.proven for each in found),
        units=tuple(
            _unit(unit, names.get(own.get(unit, ""), ""), stays[:, k], [run[k] for run in teams], names)
            for k, unit in enumerate(units)
        ),
        catchments=tuple(_catchments(plan, names, found, stays, persons)),
        residents_stay=float(stay_share.mean()),
        moved=moved,
        reach=_spread([each.reach for each in found]),
        count=_spread([each.catchments for each in found]),
        drivers=_drivers(drawn, moved),
    )


def _team_names(result: Result) -> dict[str, str]:
    return {team.team_id: team.name for team in result.figures.teams}


def _team_in_plan(base: tuple[str, str] | None, own: Mapping[str, str]) -> str:
    """Return the id of the plan's team whose catchment holds a run's base, else the base's name; empty without one."""
    if base is None:
        return ""
    unit, name = base
    return own.get(unit, name)


def _unit(
    code: str, team: str, stays: NDArray[np.bool_], teams: Sequence[str], names: Mapping[str, str]
) -> UnitStability:
    others = Counter(other for other, same in zip(teams, stays, strict=True) if other and not same)
    most, times = min(others.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    return UnitStability(code, team, int(stays.sum()), teams.count(""), names.get(most, most), times)


def _catchments(
    plan: Plan,
    names: Mapping[str, str],
    found: Sequence[Outcome],
    stays: NDArray[np.bool_],
    persons: NDArray[np.int64],
) -> Iterator[CatchmentStability]:
    homes = [{base[0] for base in each.base if base is not None} for each in found]
    for catchment in plan.catchments:
        mine = np.isin(plan.area.units, catchment.units)
        stands = sum(not home.isdisjoint(catchment.units) for home in homes)
        share = share_of(float((stays[:, mine] @ persons[mine]).mean()), int(persons[mine].sum()))
        yield CatchmentStability(catchment.team_id, names[catchment.team_id], stands, share)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(*(float(v) for v in np.percentile(values, PERCENTILES, method="inverted_cdf")))


def _drivers(drawn: Sample, moved: Sequence[float | None]) -> tuple[Driver, ...]:
    """Sort the drivers, the strongest first and those without a correlation last."""
    planned = [(row, share) for row, share in zip(drawn.rows, moved, strict=True) if share is not None]
    shares = [share for _, share in planned]
    found = [
        Driver(quantity.name, _correlation([row[column] for row, _ in planned], shares))
        for column, quantity in enumerate(drawn.quantities)
    ]
    return tuple(sorted(found, key=lambda driver: -abs(driver.correlation or 0.0)))


def _correlation(values: Sequence[float], shares: Sequence[float]) -> float | None:
    from scipy.stats import spearmanr  # noqa: PLC0415 - slow to import

    if len(set(values)) < TWO_VALUES or len(set(shares)) < TWO_VALUES:
        return None
    return float(spearmanr(values, shares).statistic)


def shares_for_map(stability: Stability) -> dict[str, float]:
    """Return the share (0-1) of the runs in which each unit stays."""
    return {unit.unit_code: unit.stays / stability.planned for unit in stability.units}
