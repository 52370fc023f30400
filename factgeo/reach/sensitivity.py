"""The sensitivity of the share that can be reached to the assumptions about it.

One rule holds in every combination: *a region counts if it has enough people and meets the travel criterion; then the
residents of the area who live in it are counted*. Under the criterion ``people_within`` only those of them within the
minutes are counted. Size and criterion are those of the whole region, also if it reaches beyond the area; the share is
of all residents of the area. A resident who cannot be reached is further away than any number of minutes. Only
``maximum`` leaves out residents without a road or ferry under the unchanged settings, because a region with one such
farm has no outer edge.

The base of a region is the centre of its unit with the fewest person-minutes under the unchanged settings (an estimate:
the real sites are not in the open data); a plan's catchments have their own bases. The base does not move if ferries
close or speeds change, so that each assumption changes nothing but itself.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas.access import Access
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.shares import share_of, shares_of
from factgeo.errors import PlanError
from factgeo.language import text
from factgeo.planning.plan import Plan
from factgeo.progress import Tell, silent
from factgeo.settings import Settings
from factgeo.travel import changes, network
from factgeo.travel import times as travel_times
from factgeo.travel.bases import Base, candidates
from factgeo.travel.journeys import access_of
from factgeo.travel.network import RoadNetwork

Kind = Literal["dps", "hf", "helsefellesskap", "ba_region", "municipality", "catchment"]
Rule = Literal["residents", "adults"]
Criterion = Literal["none", "maximum", "p95", "share_90", "people_within"]
FerryRule = Literal["as_set", "no_waiting", "closed"]
Level = str | int | float | None
Persons = NDArray[np.int64]

PUBLISHED = 0.94  # report 3/2017, classes 1-3
NEAR = 0.005  # a share this near to the published one comes close to it
COLUMNS: Mapping[Kind, str] = {
    "dps": "dps_code",
    "hf": "hf_name",
    "helsefellesskap": "helsefellesskap",
    "ba_region": "ba_region",
    "municipality": "municipality_code",
}
# share of a region's residents who must live within the minutes for the region to count
NEEDED: Mapping[Criterion, float] = {"p95": 0.95, "share_90": 0.9}
COUNTED: Mapping[Rule, str] = {"residents": "persons", "adults": "adults"}
SPEEDS_TRIED = np.round(np.arange(0.5, 2.005, 0.01), 2)  # where a speed factor for the published share is looked for
CURVE_MINUTES = range(10, 151)
CURVE_SIZES = range(5_000, 80_001, 500)


@dataclass(frozen=True)
class Grid:
    """The levels of each assumption; every combination of them is computed.

    Attributes:
        units: The kinds of region; ``catchment`` counts only if there is a plan.
        sizes: Least number of people of a region.
        population_rules: The people that are counted for the size: all residents, or adults.
        minutes: Limits from the region's base.
        criteria: ``none``: the population rule only. ``p95``, ``share_90``: the region counts if 95 % or 90 % of its
            residents live within the minutes. ``maximum``: it counts if all do who have a road or ferry at all.
            ``people_within``: only residents within the minutes count.
        ferries: Waiting as in the settings, no waiting, or ferries and boats closed.
        speed_factors: Driving speed on roads, as a multiple of the speed of the settings.
    """

    units: tuple[Kind, ...] = ("dps", "hf", "helsefellesskap", "ba_region", "municipality", "catchment")
    sizes: tuple[int, ...] = (10_000, 15_000, 20_000, 30_000, 40_000, 50_000, 60_000)
    population_rules: tuple[Rule, ...] = ("residents", "adults")
    minutes: tuple[float, ...] = (30, 45, 60, 75, 90, 120)
    criteria: tuple[Criterion, ...] = ("none", "maximum", "p95", "share_90", "people_within")
    ferries: tuple[FerryRule, ...] = ("as_set", "no_waiting", "closed")
    speed_factors: tuple[float, ...] = (0.85, 1.0, 1.15)


DEFAULT_GRID = Grid()


@dataclass(frozen=True)
class Combination:
    """One level of each assumption; ``minutes``, ``ferry`` and ``speed_factor`` are None without a travel rule."""

    unit: Kind
    size: int
    population_rule: Rule
    minutes: float | None
    criterion: Criterion
    ferry: FerryRule | None
    speed_factor: float | None


ASSUMPTIONS = tuple(field.name for field in dataclasses.fields(Combination))


@dataclass(frozen=True)
class Row:
    """The result of a combination: residents of the area who are counted, their share (0-1), the regions that count.

    ``regions`` are only those with residents of the area; under ``people_within`` those that are large enough.
    """

    combination: Combination
    residents: int
    share: float
    regions: int


@dataclass(frozen=True)
class Point:
    """The share at one level of an assumption."""

    value: Level
    share: float


@dataclass(frozen=True)
class Influence:
    """The effect of one assumption on the share.

    Attributes:
        assumption: Field of :class:`Combination`.
        least: Lowest share over its levels, the others as in the reference.
        most: Highest share over its levels, the others as in the reference.
        main: Share (0-1) of the variance over the whole grid that it explains alone (Sobol's first index). Every
            combination weighs the same, also those that ``none`` makes equal.
        total: The same with all its interactions; the totals of several assumptions overlap.
    """

    assumption: str
    least: Point
    most: Point
    main: float
    total: float

    @property
    def swing(self) -> float:
        """The highest share minus the lowest."""
        return self.most.share - self.least.share


@dataclass(frozen=True)
class Crossing:
    """The value at which one assumption alone takes the share past the published one.

    Attributes:
        assumption: Field of :class:`Combination`, or ``required_share``: the share of a region's residents within the
            minutes.
        start: The other assumptions.
        below: The last value below the published share. The share does not change between ``below`` and ``above`` (a
            speed factor is searched in hundredths). None if no value takes it past.
        above: The first value above it, where the share jumps. None if no value takes it past.
        least: Lowest share of any value.
        most: Highest share of any value.
    """

    assumption: str
    start: Combination
    below: Point | None
    above: Point | None
    least: Point
    most: Point


@dataclass(frozen=True)
class Curve:
    """The share against minutes or size for one kind of region.

    ``criterion`` is the reference's, or ``none``; all else is as in the reference.
    """

    axis: Literal["minutes", "size"]
    unit: Kind
    criterion: Criterion
    values: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Sensitivity:
    """The share in every combination, and its dependence on the assumptions.

    Attributes:
        area: The area whose residents are counted.
        population: Its residents.
        grid: The levels, the reference's own among them.
        reference: The combination from which assumptions are changed one at a time.
        rows: One per combination that differs from all others; without a travel rule each size and unit once.
        ranking: The assumptions, the one with the largest effect first.
        crossings: From the reference, and from the same without a travel rule.
        curves: The curves for pictures.
    """

    area: Area
    population: int
    grid: Grid
    reference: Combination
    rows: tuple[Row, ...]
    ranking: tuple[Influence, ...]
    crossings: tuple[Crossing, ...]
    curves: tuple[Curve, ...]

    @cached_property
    def row(self) -> dict[Combination, Row]:
        """The row of each combination."""
        return {row.combination: row for row in self.rows}

    @cached_property
    def near(self) -> tuple[Row, ...]:
        """The rows that come near the published share, those with the fewest changed assumptions first."""
        close = [row for row in self.rows if abs(row.share - PUBLISHED) <= NEAR]
        return tuple(sorted(close, key=lambda row: (len(self.changed(row)), abs(row.share - PUBLISHED))))

    def changed(self, row: Row) -> list[str]:
        """Assumptions in which a row differs from the reference."""
        return [
            name
            for name in ASSUMPTIONS
            if getattr(row.combination, name) not in (None, getattr(self.reference, name))
        ]  # fmt: skip


def reference_of(settings: Settings) -> Combination:
    """Return the reference: DPS areas by the settings' thresholds of FACT, "outer edge" read as the 95th percentile."""
    service = settings.service
    return Combination("dps", service.fact_residents, "residents", service.edge_minutes, "p95", "as_set", 1.0)


def table(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    *,
    plan: Plan | None = None,
    grid: Grid = DEFAULT_GRID,
    progress: Tell = silent,
) -> Sensitivity:
    """Compute the share in every combination of a grid, rank the assumptions, and find what gives 94 %.

    Raises:
        PlanError: The plan lacks some units of the area.
    """
    _refuse_other_area(plan, area)
    if plan is not None and not plan.catchments:
        plan = None  # it has no regions of its own to count
    reference = reference_of(settings)
    grid = _with_reference(grid, reference, plan)
    progress(text("sensitivity.progress_bases"))
    world = _world(atlas, area, settings, plan, grid.units)
    residents, regions = _counts(world, grid, progress)
    shares = shares_of(residents, world.population)
    progress(text("sensitivity.progress_crossings"))
    return Sensitivity(
        area=area,
        population=world.population,
        grid=grid,
        reference=reference,
        rows=tuple(_rows(grid, residents, shares, regions)),
        ranking=_ranking(grid, reference, shares),
        crossings=tuple(_crossings(world, grid, reference, shares)),
        curves=tuple(_curves(world, grid, reference)),
    )


def _refuse_other_area(plan: Plan | None, area: Area) -> None:
    if plan is not None and not set(area.units) <= set(plan.area.units):
        raise PlanError("sensitivity_plan_area", plan=plan.area.name, area=area.name)


def _with_reference(grid: Grid, reference: Combination, plan: Plan | None) -> Grid:
    """Return the grid with the levels of the reference, and with catchments only if there are any."""
    levels = {
        field.name: (*own, *([value] if value not in own else []))
        for field, value in zip(dataclasses.fields(Grid), dataclasses.astuple(reference), strict=True)
        for own in [getattr(grid, field.name)]
    }
    for name in ("sizes", "minutes", "speed_factors"):
        levels[name] = tuple(sorted(levels[name]))
    levels["units"] = tuple(kind for kind in levels["units"] if kind != "catchment" or plan is not None)
    return Grid(**levels)


# regions and their bases


@dataclass(frozen=True)
class _Regions:
    """The regions of one kind that have residents of the area.

    Attributes:
        of_cell: Region of each cell; -1 if it has none.
        base: Row of each region's base among the world's.
        size: People of each region by the column that counts them.
        total: Residents of each region, from the cells.
        mine: Those of them who belong to the area.
    """

    of_cell: NDArray[np.intp]
    base: NDArray[np.intp]
    size: Mapping[str, Persons]
    total: Persons
    mine: Persons


@dataclass(frozen=True)
class _World:
    """The data that all combinations share.

    Attributes:
        persons: Residents of each cell.
        mine: Residents of each cell who belong to the area.
        today: For each kind of region, the seconds to each cell from its region's base, under the unchanged settings.
    """

    atlas: Atlas
    settings: Settings
    persons: Persons
    mine: Persons
    to_cells: Access
    from_bases: Access
    regions: Mapping[Kind, _Regions]
    today: Mapping[Kind, NDArray[np.int32]]

    @property
    def population(self) -> int:
        """Residents of the area."""
        return int(self.mine.sum())

    def enough(self, kind: Kind, criterion: Criterion) -> NDArray[np.float64]:
        """Return how many residents of each region must live within the minutes for it to count; at least one."""
        regions = self.regions[kind]
        if criterion != "maximum":
            return np.asarray(np.maximum(NEEDED[criterion] * regions.total, 1.0), dtype=float)
        joined = np.where(self.today[kind] != travel_times.UNREACHABLE, self.persons, 0)
        return np.maximum(_by_region(regions.of_cell, joined, len(regions.base)), 1).astype(float)


def _world(atlas: Atlas, area: Area, settings: Settings, plan: Plan | None, kinds: Sequence[Kind]) -> _World:
    atlas = changes.built(atlas, settings)
    labels = {kind: _labels(atlas, area, plan, kind) for kind in kinds}
    units = tuple(sorted(set(area.units).union(*(label.index for label in labels.values()))))
    inside = atlas.cells["unit_code"].isin(units).to_numpy()
    cells, to_cells = atlas.cells[inside].reset_index(drop=True), atlas.cell_access.of(np.flatnonzero(inside))
    bases_of = _bases(atlas, settings, plan, labels, cells, to_cells)
    bases = list(dict.fromkeys(base for own in bases_of.values() for base in own))
    persons = cells["persons"].to_numpy(dtype=np.int64)
    mine = np.where(cells["unit_code"].isin(area.units), persons, 0)
    row = {base: k for k, base in enumerate(bases)}
    regions = {
        kind: _regions(atlas, labels[kind], np.array([row[b] for b in bases_of[kind]], dtype=np.intp), cells, mine)
        for kind in kinds
    }
    from_bases = access_of(atlas, [base.lon for base in bases], [base.lat for base in bases])
    world = _World(atlas, settings, persons, mine, to_cells, from_bases, regions, {})
    return dataclasses.replace(world, today=_own_seconds(world, kinds, "as_set", 1.0))


def _labels(atlas: Atlas, area: Area, plan: Plan | None, kind: Kind) -> pd.Series:
    """Return the region of each unit, for regions with a unit of the area; units without a region are left out."""
    every = pd.Series(plan.team_of() if plan else {}, dtype=str) if kind == "catchment" else atlas.units[COLUMNS[kind]]
    own = every[every.index.isin(area.units)].unique()
    return every[every.isin(own)].sort_index()


def _bases(
    atlas: Atlas,
    settings: Settings,
    plan: Plan | None,
    labels: Mapping[Kind, pd.Series],
    cells: pd.DataFrame,
    to_cells: Access,
) -> dict[Kind, list[Base]]:
    """Return the base of each region, in the order of their sorted labels."""
    units = tuple(np.unique(cells["unit_code"].to_numpy(dtype=str)).tolist())
    plain = settings.bases.model_copy(
        update={"per_unit": 1, "sites": (), "required": (), "forbidden": (), "preferred": ()}
    )
    centres = candidates(atlas, units, settings.model_copy(update={"bases": plain}))
    starts = access_of(atlas, [base.lon for base in centres], [base.lat for base in centres])
    seconds = travel_times.seconds_to_cells(network.from_table(atlas.roads, settings), starts, to_cells, settings)
    cost = travel_times.by_unit(seconds, cells, settings).person_seconds
    place = {unit: k for k, unit in enumerate(units)}
    own = {team.team_id: team.base for team in plan.catchments} if plan else {}
    found: dict[Kind, list[Base]] = {}
    for kind, label in labels.items():
        groups = [(name, [place[unit] for unit in rows.index]) for name, rows in label.groupby(label, sort=True)]
        found[kind] = [
            own[str(name)] if kind == "catchment" else centres[at[int(cost[np.ix_(at, at)].sum(axis=1).argmin())]]
            for name, at in groups
        ]
    return found


def _regions(atlas: Atlas, label: pd.Series, base: NDArray[np.intp], cells: pd.DataFrame, mine: Persons) -> _Regions:
    names, number = np.unique(label.to_numpy(dtype=str), return_inverse=True)
    of_unit = dict(zip(label.index, number, strict=True))
    of_cell = cells["unit_code"].map(of_unit).fillna(-1).to_numpy(dtype=np.intp)
    people = atlas.population.loc[label.index]
    persons = cells["persons"].to_numpy(dtype=np.int64)
    return _Regions(
        of_cell=of_cell,
        base=base,
        size={c: np.bincount(number, people[c], len(names)).astype(np.int64) for c in COUNTED.values()},
        total=_by_region(of_cell, persons, len(names)),
        mine=_by_region(of_cell, mine, len(names)),
    )


def _by_region(of_cell: NDArray[np.intp], weights: Persons, regions: int) -> Persons:
    inside = of_cell >= 0
    return np.bincount(of_cell[inside], weights[inside], regions).astype(np.int64)


# travel


def roads(atlas: Atlas, settings: Settings, ferry: FerryRule, speed_factor: float) -> RoadNetwork:
    """Return the network with all driving faster by a factor, under a ferry rule; sailing does not change."""
    slower = {"junction_factor": settings.roads.junction_factor / speed_factor}
    waiting = {"wait_rule": "none"} if ferry == "no_waiting" else {}
    tables = {
        "roads": settings.roads.model_copy(update=slower),
        "ferry": settings.ferry.model_copy(update=waiting),
    }
    found = network.from_table(atlas.roads, settings.model_copy(update=tables))
    if ferry != "closed":
        return found
    land = ~atlas.roads["kind"].isin(["ferry", "boat"]).to_numpy()
    return dataclasses.replace(found, forward_open=found.forward_open & land, backward_open=found.backward_open & land)


def _own_seconds(
    world: _World, kinds: Sequence[Kind], ferry: FerryRule, speed_factor: float
) -> dict[Kind, NDArray[np.int32]]:
    """Return the seconds to each cell from the base of its region of each kind; ``UNREACHABLE`` without a region."""
    rows = np.unique(np.concatenate([world.regions[kind].base for kind in kinds]))
    graph = roads(world.atlas, world.settings, ferry, speed_factor)
    seconds = travel_times.seconds_to_cells(graph, world.from_bases.of(rows), world.to_cells, world.settings)
    found = {}
    for kind in kinds:
        regions = world.regions[kind]
        row = np.searchsorted(rows, regions.base)[regions.of_cell]
        own = seconds[row, np.arange(len(row))]
        found[kind] = np.where(regions.of_cell >= 0, own, travel_times.UNREACHABLE).astype(np.int32)
    return found


# counting


def _counts(world: _World, grid: Grid, progress: Tell) -> tuple[Persons, Persons]:
    """Return the residents and regions that are counted; the axes are the assumptions in their order."""
    shape = tuple(len(getattr(grid, field.name)) for field in dataclasses.fields(Grid))
    residents, regions = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    pairs = list(itertools.product(enumerate(grid.ferries), enumerate(grid.speed_factors)))
    for done, ((f, ferry), (v, speed)) in enumerate(pairs, start=1):
        progress(text("sensitivity.progress_travel", done=done, of=len(pairs)))
        own = _own_seconds(world, grid.units, ferry, speed)
        for (u, kind), (c, criterion) in itertools.product(enumerate(grid.units), enumerate(grid.criteria)):
            each = _counted(world, kind, own[kind], criterion, grid.minutes)
            large = _large(world.regions[kind], grid).astype(np.int64)
            residents[u, ..., c, f, v] = np.einsum("rm,rsw->swm", each, large)
            counts = each > 0 if criterion != "people_within" else np.ones_like(each)
            regions[u, ..., c, f, v] = np.einsum("rm,rsw->swm", counts.astype(np.int64), large)
    return residents, regions


def _large(regions: _Regions, grid: Grid) -> NDArray[np.bool_]:
    """Return whether each region is large enough, as regions x sizes x population rules."""
    people = np.column_stack([regions.size[COUNTED[rule]] for rule in grid.population_rules])
    return np.asarray(people[:, None, :] >= np.array(grid.sizes)[None, :, None])


def _counted(
    world: _World, kind: Kind, seconds: NDArray[np.int32], criterion: Criterion, minutes: Sequence[float]
) -> Persons:
    """Return the residents whom the travel criterion counts, as regions x minutes, whatever the regions' size."""
    regions = world.regions[kind]
    if criterion == "none":
        return np.repeat(regions.mine[:, None], len(minutes), axis=1)
    weights = world.mine if criterion == "people_within" else world.persons
    within = np.column_stack([
        _by_region(regions.of_cell, np.where(seconds <= 60 * limit, weights, 0), len(regions.base))
        for limit in minutes
    ])  # fmt: skip
    if criterion == "people_within":
        return within
    return np.where(within >= world.enough(kind, criterion)[:, None], regions.mine[:, None], 0)


def _rows(grid: Grid, residents: Persons, shares: NDArray[np.float64], regions: Persons) -> Iterator[Row]:
    """Return the rows in the order of the grid; without a travel rule only the first of those that are all the same."""
    seen = set()
    axes = [getattr(grid, field.name) for field in dataclasses.fields(Grid)]
    for index, levels in zip(np.ndindex(residents.shape), itertools.product(*axes), strict=True):
        combination = _plain(Combination(*levels))
        if combination not in seen:
            seen.add(combination)
            yield Row(combination, int(residents[index]), float(shares[index]), int(regions[index]))


def _plain(combination: Combination) -> Combination:
    """Return the combination without the assumptions that the criterion ``none`` does not use."""
    if combination.criterion != "none":
        return combination
    return dataclasses.replace(combination, minutes=None, ferry=None, speed_factor=None)


# which assumption moves the share most


def _ranking(grid: Grid, reference: Combination, shares: NDArray[np.float64]) -> tuple[Influence, ...]:
    """Rank by swing. Sobol's indices need no sampling: every combination is known, so they are plain means."""
    total = float(shares.var())
    found: list[Influence] = []
    for axis, name in enumerate(ASSUMPTIONS):
        points = _levels(grid, reference, shares, name)
        others = tuple(k for k in range(shares.ndim) if k != axis)
        main = float(shares.mean(axis=others).var()) / total if total else 0.0
        overall = float(shares.var(axis=axis).mean()) / total if total else 0.0
        own = getattr(reference, name)  # named rather than a level that gives the same
        least = min(points, key=lambda point: (point.share, point.value != own))
        most = max(points, key=lambda point: (point.share, point.value == own))
        found.append(Influence(name, least, most, main, overall))
    return tuple(sorted(found, key=lambda each: (-each.swing, ASSUMPTIONS.index(each.assumption))))


def _levels(grid: Grid, start: Combination, shares: NDArray[np.float64], name: str) -> list[Point]:
    """Return the share at each level of one assumption, the others as in ``start``, by rising share."""
    axes = {a: getattr(grid, field.name) for a, field in zip(ASSUMPTIONS, dataclasses.fields(Grid), strict=True)}
    here = tuple(slice(None) if a == name else axes[a].index(getattr(start, a)) for a in ASSUMPTIONS)
    points = [Point(value, float(share)) for value, share in zip(axes[name], shares[here], strict=True)]
    return sorted(points, key=lambda point: point.share)


# what would have to be true


def _crossings(world: _World, grid: Grid, reference: Combination, shares: NDArray[np.float64]) -> Iterator[Crossing]:
    """Return the crossings of each assumption alone, from the reference and from the population rule alone."""
    alone = dataclasses.replace(reference, criterion="none")
    own = world.today[reference.unit]
    for start in [reference, *([alone] if "none" in grid.criteria else [])]:
        travels = start.criterion != "none"
        for name in ("unit", "size", "population_rule", *(("minutes", "criterion", "ferry") if travels else ())):
            points = (
                _by_size(world, start, own)
                if name == "size"
                else _by_minutes(world, start, own)
                if name == "minutes"
                else _levels(grid, start, shares, name)
            )
            yield _crossing(name, start, points)
        if travels:
            yield _crossing("required_share", start, _by_required_share(world, start, own))
            yield _crossing("speed_factor", start, _by_speed(world, start))


def _crossing(name: str, start: Combination, points: Sequence[Point]) -> Crossing:
    """Return the neighbours of the published share among points of rising share."""
    under = [point for point in points if point.share < PUBLISHED]
    over = [point for point in points if point.share >= PUBLISHED]
    below, above = (under[-1], over[0]) if under and over else (None, None)
    return Crossing(name, _plain(start), below, above, points[0], points[-1])


def _by_size(world: _World, start: Combination, seconds: NDArray[np.int32]) -> list[Point]:
    """Return the exact share at every threshold where it changes, from the largest down."""
    regions = world.regions[start.unit]
    counted = _counted(world, start.unit, seconds, start.criterion, [start.minutes or 0.0])[:, 0]
    size = regions.size[COUNTED[start.population_rule]]
    steps = _steps(-size, counted, world.population, lambda value: -int(value))
    return [Point(int(size.max()) + 1, 0.0), *steps]


def _by_minutes(world: _World, start: Combination, seconds: NDArray[np.int32]) -> list[Point]:
    """Return the exact share at every limit where it changes, to the second, and at 0 minutes."""
    regions = world.regions[start.unit]
    large = regions.size[COUNTED[start.population_rule]] >= start.size
    if start.criterion == "people_within":
        when, who = seconds, np.where((regions.of_cell >= 0) & large[regions.of_cell], world.mine, 0)
    else:
        when, who = _edges(world, start, seconds), np.where(large, regions.mine, 0)
    known = when != travel_times.UNREACHABLE
    steps = _steps(when[known], who[known], world.population, lambda second: float(second) / 60)
    return [Point(0.0, 0.0), *steps] if not steps or steps[0].value else steps


def _edges(world: _World, start: Combination, seconds: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the seconds at which enough of each region's residents are within."""
    regions = world.regions[start.unit]
    enough = world.enough(start.unit, start.criterion)
    found = np.full(len(regions.base), travel_times.UNREACHABLE, dtype=np.int32)
    for region in range(len(found)):
        cells = np.flatnonzero(regions.of_cell == region)
        order = cells[np.argsort(seconds[cells], kind="stable")]
        reached = np.cumsum(world.persons[order])
        found[region] = seconds[order][np.searchsorted(reached, enough[region])]
    return found


def _by_required_share(world: _World, start: Combination, seconds: NDArray[np.int32]) -> list[Point]:
    """Return the exact share at every required share within the minutes."""
    regions = world.regions[start.unit]
    near = np.where(seconds <= 60 * (start.minutes or 0.0), world.persons, 0)
    within = _by_region(regions.of_cell, near, len(regions.base)) / regions.total
    large = regions.size[COUNTED[start.population_rule]] >= start.size
    steps = _steps(-within, np.where(large, regions.mine, 0), world.population, lambda value: -float(value))
    return steps if steps and steps[0].value == 1 else [Point(1.0, 0.0), *steps]


def _steps(
    values: NDArray[np.generic], weights: Persons, population: int, shown: Callable[[float], Level]
) -> list[Point]:
    """Return the share of the weights at or below each value that has any, by rising value."""
    levels, number = np.unique(values[weights > 0], return_inverse=True)
    reached = shares_of(np.cumsum(np.bincount(number, weights[weights > 0], len(levels))), population)
    return [Point(shown(value), float(share)) for value, share in zip(levels, reached, strict=True)]


def _by_speed(world: _World, start: Combination) -> list[Point]:
    """Return the ends of the speeds that are tried, and the neighbours of the published share, found by halving."""

    def point(k: int) -> Point:
        speed = float(SPEEDS_TRIED[k])
        own = _own_seconds(world, [start.unit], start.ferry or "as_set", speed)[start.unit]
        counted = _counted(world, start.unit, own, start.criterion, [start.minutes or 0.0])[:, 0]
        large = world.regions[start.unit].size[COUNTED[start.population_rule]] >= start.size
        return Point(speed, share_of(int(counted[large].sum()), world.population))

    low, high = 0, len(SPEEDS_TRIED) - 1
    known = {low: point(low), high: point(high)}
    while known[low].share < PUBLISHED <= known[high].share and high - low > 1:
        middle = (low + high) // 2
        known[middle] = point(middle)
        low, high = (middle, high) if known[middle].share < PUBLISHED else (low, middle)
    return [known[k] for k in sorted(known)]


# curves


def _curves(world: _World, grid: Grid, reference: Combination) -> Iterator[Curve]:
    """Yield the curves against minutes and size for every kind of region, and against size without a travel rule."""
    own = world.today
    for kind in grid.units:
        size = world.regions[kind].size[COUNTED[reference.population_rule]]
        counted = _counted(world, kind, own[kind], reference.criterion, list(CURVE_MINUTES))
        shares = shares_of(counted[size >= reference.size].sum(axis=0), world.population)
        yield Curve("minutes", kind, reference.criterion, tuple(CURVE_MINUTES), tuple(shares.tolist()))
        for criterion in (reference.criterion, "none"):
            each = _counted(world, kind, own[kind], criterion, [reference.minutes or 0.0])[:, 0]
            by_size = [share_of(int(each[size >= least].sum()), world.population) for least in CURVE_SIZES]
            yield Curve("size", kind, criterion, tuple(CURVE_SIZES), tuple(by_size))
