"""The population potential: the people who live within reach of a place, across all borders.

For each inhabited cell and candidate base it counts residents, adults, young people and the expected target group
within some minutes, and the gravity form ``sum of persons x 0.5 ** (minutes / half-life)``. The way leads from the
place to the resident, as a team drives, with the ferries and the waiting of the settings. Residents without a road
count nowhere. Potentials of several places overlap: they must never be added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from factgeo.atlas import areas
from factgeo.atlas.access import Access
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.places import Place
from factgeo.errors import PlanError
from factgeo.people import need
from factgeo.people.need import Fraction, TargetGroup
from factgeo.progress import raise_if_stopped
from factgeo.settings import LONGEST_MIN, MOST_LIMITS, Settings
from factgeo.travel import changes, journeys, network, trips
from factgeo.travel import times as travel_times
from factgeo.travel.access import FAR, Starts
from factgeo.travel.bases import Base, candidates, dense_bases
from factgeo.travel.network import RoadNetwork

HALF_LIVES = 20  # a resident further away counts less than a millionth in the gravity form, and is left out
FARTHEST_S = 2**18  # 73 hours; further than any way in Norway
PLACES_AT_A_TIME = 64  # where numba is missing

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Rules:
    """The rules of a potential.

    Attributes:
        minutes: Limits one way, ascending.
        reach: The limit that places are ranked and drawn by; one of ``minutes``.
        half_life_min: Minutes at which a resident counts half in the gravity form.
        levels: Least residents within ``reach`` for a FACT team and for a full ACT team; ascending.
        best: The number of places that are named.
    """

    minutes: tuple[int, ...]
    reach: int
    half_life_min: float
    levels: tuple[int, int]
    best: int

    @property
    def column(self) -> int:
        """The position of ``reach`` among the limits."""
        return self.minutes.index(self.reach)


def rules(settings: Settings) -> Rules:
    """Return the rules of the settings; T, in whole minutes, is among the limits."""
    asked, reach = settings.potential, max(1, round(settings.travel.minutes))
    return Rules(tuple(sorted({*asked.within, reach})), reach, asked.half_life_min, asked.levels, asked.best)


def read_minutes(given: str) -> tuple[int, ...]:
    """Read limits as typed: ``30,45,60,90``.

    Raises:
        PlanError: It is no list of at most 8 whole minutes from 1 to 600.
    """
    parts = [part.strip() for part in given.split(",")]
    values = sorted({int(part) for part in parts if part.isdecimal()})
    if not all(part.isdecimal() for part in parts) or len(values) > MOST_LIMITS:
        raise PlanError("potential_minutes", given=given, most=MOST_LIMITS, longest=LONGEST_MIN)
    if not 1 <= values[0] <= values[-1] <= LONGEST_MIN:
        raise PlanError("potential_minutes", given=given, most=MOST_LIMITS, longest=LONGEST_MIN)
    return tuple(values)


@dataclass(frozen=True, eq=False)
class People:
    """The people in each cell of the pack.

    Attributes:
        persons: As in the cells table.
        adults: As in the cells table.
        young: Residents of 12-25; those of a unit are spread over its cells in proportion to persons (derived).
        zone: Number of the border zone (setting ``border``) that the cell lies in.
    """

    persons: Floats
    adults: Floats
    young: Floats
    zone: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Potentials:
    """The potential of some places; arrays are places x limits, ``gravity`` is one value per place.

    Attributes:
        residents: Residents within each limit.
        adults: Adults within each limit.
        young: Those of 12-25, derived; not whole.
        own_zone: Those of ``residents`` who live in the place's own border zone.
        gravity: Residents, each weighted by 0.5 ** (minutes / half-life).
    """

    residents: Counts
    adults: Counts
    young: Floats
    own_zone: Counts
    gravity: Floats

    def of(self, rows: slice | NDArray[np.intp]) -> Self:
        """Return the potential of some of the places."""
        return type(self)(
            self.residents[rows], self.adults[rows], self.young[rows], self.own_zone[rows], self.gravity[rows]
        )  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """The people within reach of one place; tuples follow the limits of the rules.

    Attributes:
        name: The place.
        unit_code: The unit that it lies in, or nearest to.
        lon: Degrees.
        lat: Degrees.
        kind: ``cell`` (an inhabited cell), ``centre``, ``dense`` or ``site`` (a candidate base), ``place``.
        young: Rounded; derived.
        own_zone: Those of ``residents`` in the place's own border zone.
    """

    name: str
    unit_code: str
    lon: float
    lat: float
    kind: str
    residents: tuple[int, ...]
    adults: tuple[int, ...]
    young: tuple[int, ...]
    target_group: tuple[TargetGroup, ...]
    own_zone: tuple[int, ...]
    gravity: int


@dataclass(frozen=True)
class BestPlace:
    """One of an area's best places.

    Attributes:
        place: The people within its reach.
        new: Residents within reach of it and of no place before it.
    """

    place: Reached
    new: int


@dataclass(frozen=True)
class Standing:
    """Where in an area a team could stand at all.

    Attributes:
        level: Least residents, or adults, within reach.
        who: ``residents`` or ``adults``.
        cells: Cells from which so many are within reach.
        residents: The area's residents who live in these cells.
        own_zone: The same if only the place's own border zone counts; None for adults.
    """

    level: int
    who: str
    cells: int
    residents: int
    own_zone: int | None


@dataclass(frozen=True, eq=False)
class AreaPotential:
    """The potential of all cells and candidate bases of an area.

    Attributes:
        atlas: The pack, with the links that the settings add.
        cells: Rows of the pack's cells table that lie in the area.
        bases: The candidate bases of the settings.
        of_cells: In the order of ``cells``.
        of_bases: In the order of ``bases``.
        best: The best places, the best first.
        standing: For each level, the residents who live where a team could stand.
        off_road: The area's residents in cells without a road, whose potential is 0.
        share: The fraction that makes the target group.
    """

    atlas: Atlas
    area: Area
    year: int
    settings: Settings
    rules: Rules
    cells: pd.DataFrame
    bases: tuple[Base, ...]
    of_cells: Potentials
    of_bases: Potentials
    best: tuple[BestPlace, ...]
    standing: tuple[Standing, ...]
    off_road: int
    share: Fraction


@dataclass(frozen=True)
class FromUnit:
    """The residents of one unit within reach of a place; ``within`` follows the limits of the rules."""

    unit_code: str
    name: str
    residents: int
    within: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PlacePotential:
    """The people within reach of one place.

    Attributes:
        atlas: The pack, with the links that the settings add.
        from_units: Units with residents within the longest limit, those with most within ``rules.reach`` first.
        by_ferry: Those of the residents within each limit whose way takes a ferry or boat.
        cells: The cells within the longest limit (ssbid, unit_code, x, y, persons, adults, young, minutes).
        share: The fraction that makes the target group.
    """

    atlas: Atlas
    place: Reached
    year: int
    settings: Settings
    rules: Rules
    from_units: tuple[FromUnit, ...]
    by_ferry: tuple[int, ...]
    cells: pd.DataFrame
    share: Fraction


# -- from many places --------------------------------------------------------------------------------------------------


def people(atlas: Atlas, settings: Settings) -> People:
    """Return the people in each cell of the pack."""
    cells = atlas.cells
    persons = cells["persons"].to_numpy(dtype=float)
    of_unit = cells.groupby("unit_code")["persons"].transform("sum").to_numpy(dtype=float)
    young = cells["unit_code"].map(atlas.counted("12-25")).to_numpy(dtype=float) * persons / of_unit
    zones = pd.Series(_zone_numbers(atlas, settings), index=atlas.units.index)
    return People(persons, cells["adults"].to_numpy(dtype=float), young, cells["unit_code"].map(zones).to_numpy())


def _zone_numbers(atlas: Atlas, settings: Settings) -> NDArray[np.intp]:
    """Return the number of each unit's border zone, in the order of the units."""
    numbers: NDArray[np.intp] = pd.factorize(areas.zones(atlas.units, settings.border))[0]
    return numbers


def potentials(
    roads: RoadNetwork,
    places: Access,
    zones: NDArray[np.intp],
    cells: Access,
    who: People,
    settings: Settings,
    asked: Rules,
    *,
    compiled: bool | None = None,
) -> Potentials:
    """Compute the potential of each place.

    Args:
        roads: Roads and ferries under the settings.
        places: Where the places get on the road.
        zones: The border zone of each place.
        cells: Where all cells get on the road.
        who: The people in each cell.
        settings: The ways to and from the road.
        asked: Limits and half-life.
        compiled: The engine; None: the compiled one if numba is installed. Both give the same numbers.

    Raises:
        KeyboardInterrupt: A stop was requested.
    """
    limits = 60 * np.array(asked.minutes, dtype=np.int64)
    weight = _weights(asked.half_life_min)
    sums, gravity = np.zeros((len(places.edge), 4, len(limits))), np.zeros(len(places.edge))
    fast = travel_times.has_kernel() if compiled is None else compiled
    engine, add_up = (_compiled_rows, _compiled_sums()) if fast else (_plain_rows, _plain_sums)
    for row, seconds in engine(roads, places, cells, settings, max(int(limits[-1]), len(weight) - 1)):
        raise_if_stopped()
        counted = (who.persons, who.adults, who.young, who.zone)
        gravity[row] = add_up(seconds, limits, weight, *counted, zones[row], sums[row])
    residents, adults, young, own_zone = sums.cumsum(axis=2).swapaxes(0, 1)
    return Potentials(_whole(residents), _whole(adults), young, _whole(own_zone), gravity)


@cache
def _compiled_sums() -> Callable[..., float]:
    from factgeo.travel.compiled import compiled  # noqa: PLC0415 - slow to import, and numba may be missing

    return compiled(_sums)


def _sums(
    seconds: NDArray[np.int32],
    limits: Counts,
    weight: Floats,
    persons: Floats,
    adults: Floats,
    young: Floats,
    zone: NDArray[np.intp],
    own: int,
    bands: Floats,
) -> float:
    """Add the people of each cell to the first limit that it lies within; return the gravity form.

    It is written cell by cell, to be compiled.
    """
    gravity, last = 0.0, len(limits) - 1
    for cell in range(len(seconds)):
        away = seconds[cell]
        if away < len(weight):
            gravity += weight[away] * persons[cell]
        if away <= limits[last]:
            k = 0
            while away > limits[k]:
                k += 1
            bands[0, k] += persons[cell]
            bands[1, k] += adults[cell]
            bands[2, k] += young[cell]
            if zone[cell] == own:
                bands[3, k] += persons[cell]
    return gravity


def _plain_sums(
    seconds: NDArray[np.int32],
    limits: Counts,
    weight: Floats,
    persons: Floats,
    adults: Floats,
    young: Floats,
    zone: NDArray[np.intp],
    own: int,
    bands: Floats,
) -> float:
    """Compute the same in numpy."""
    near = np.flatnonzero(seconds <= limits[-1])
    band = np.searchsorted(limits, seconds[near])
    for k, counted in enumerate((persons, adults, young, persons * (zone == own))):
        bands[k] = np.bincount(band, counted[near], minlength=len(limits))
    pulls = np.flatnonzero(seconds < len(weight))
    return float(weight[seconds[pulls]] @ persons[pulls])


def _whole(counts: Floats) -> Counts:
    return np.round(counts).astype(np.int64)


def _weights(half_life_min: float) -> Floats:
    """Return the weight of a resident in the gravity form, by whole seconds; residents further away count nothing."""
    farthest = int(min(FARTHEST_S, HALF_LIVES * 60 * half_life_min))
    weight: Floats = np.exp2(-np.arange(farthest + 1) / (60 * half_life_min))
    return weight


def _compiled_rows(
    roads: RoadNetwork, places: Access, cells: Access, settings: Settings, limit_s: int
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Yield, for each place with a road, the seconds to every cell; above the limit if there is no such short way.

    Places on one edge all start by its two ends, so only the shortest ways from these are searched.
    """
    from factgeo.travel import kernel  # noqa: PLC0415 - slow to import, and numba may be missing

    tail, head, seconds, _ = travel_times.directed(roads)
    graph = kernel.graph(tail, head, seconds, roads.nodes, roads.node_xy)
    door = travel_times.doors(cells, settings)
    starts, own = travel_times.set_out(roads, places), travel_times.doors(places, settings).astype(np.int32)
    order = np.argsort(places.edge, kind="stable")
    order = order[places.edge[order] >= 0]
    first = order[np.unique(places.edge[order], return_index=True)[1]]
    ends = starts.node[first].reshape(-1, 1)
    from_ends = kernel.rows(graph, Starts(ends, np.zeros_like(ends)), travel_times.arrive(roads, cells, door), limit_s)
    for same_road in np.split(order, np.flatnonzero(np.diff(places.edge[order])) + 1) if len(order) else []:
        by_end = [next(from_ends)[1], next(from_ends)[1]]
        for row in same_road.tolist():
            found = _by_either(by_end, starts.seconds[row]) + own[row]
            same, along = travel_times.own_edge(roads, places, row, cells)
            found[same] = np.minimum(found[same], along + own[row] + door[same])
            yield row, found


def _by_either(by_end: list[NDArray[np.int32]], seconds: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the shorter of the ways by the two ends of an edge, without a closed one, whose sum has too many bits."""
    ways = [away + wait for away, wait in zip(by_end, seconds, strict=True) if wait < FAR]
    if not ways:
        return np.full_like(by_end[0], FAR)
    shorter: NDArray[np.int32] = np.minimum(ways[0], ways[-1])
    return shorter


def _plain_rows(
    roads: RoadNetwork, places: Access, cells: Access, settings: Settings, limit_s: int
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Yield the same without numba."""
    for first in range(0, len(places.edge), PLACES_AT_A_TIME):
        some = places.of(slice(first, first + PLACES_AT_A_TIME))
        found = travel_times.seconds_to_cells(roads, some, cells, settings, limit_s=limit_s, compiled=False)
        yield from enumerate(found, start=first)


# -- of an area --------------------------------------------------------------------------------------------------------


def of_area(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    asked: Rules | None = None,
    progress: Callable[[], None] = lambda: None,
) -> AreaPotential:
    """Compute the potential of every cell and candidate base of an area. People outside it count too.

    Args:
        atlas: The pack.
        area: Where a team could stand.
        settings: Travel, and the fraction of the target group.
        asked: Limits in minutes and the like; default: those of the settings.
        progress: Called when the long part begins.

    Raises:
        SettingsError: A rule names an unknown base, or the fraction of the target group is implausible.
    """
    asked = rules(settings) if asked is None else asked
    share = need.fraction(atlas, settings)
    atlas = changes.built(atlas, settings)
    roads, who = network.from_table(atlas.roads, settings), people(atlas, settings)
    rows = np.flatnonzero(atlas.cells["unit_code"].isin(area.units).to_numpy())
    bases = candidates(atlas, area.units, settings)
    at_bases = journeys.access_of(atlas, [base.lon for base in bases], [base.lat for base in bases])
    starts = _joined(atlas.cell_access.of(rows), at_bases)
    zone_of = dict(zip(atlas.units.index, _zone_numbers(atlas, settings), strict=True))
    zones = np.append(who.zone[rows], [zone_of[base.unit_code] for base in bases]).astype(np.intp)
    progress()
    found = potentials(roads, starts, zones, atlas.cell_access, who, settings, asked)
    of_cells, of_bases = found.of(slice(len(rows))), found.of(slice(len(rows), None))
    cells = atlas.cells.iloc[rows].reset_index(drop=True)
    spots = _Spots(atlas, roads, cells, bases, starts, found, settings, share)
    return AreaPotential(
        atlas, area, atlas.year, settings, asked, cells, bases, of_cells, of_bases, tuple(_best(spots, asked)),
        tuple(_standing(cells, of_cells, asked)), int(cells["persons"][starts.edge[: len(rows)] < 0].sum()), share,
    )  # fmt: skip


def _joined(first: Access, then: Access) -> Access:
    return Access(
        np.concatenate([first.edge, then.edge]),
        np.concatenate([first.position, then.position]),
        np.concatenate([first.metres, then.metres]),
    )


@dataclass(frozen=True, eq=False)
class _Spots:
    """The places of an area that can be chosen: its cells, then its candidate bases."""

    atlas: Atlas
    roads: RoadNetwork
    cells: pd.DataFrame
    bases: tuple[Base, ...]
    access: Access
    found: Potentials
    settings: Settings
    share: Fraction

    def to_choose_from(self, asked: Rules) -> NDArray[np.intp]:
        """Return the rows of each unit's best cell and of the bases."""
        table = pd.DataFrame({
            "unit": self.cells["unit_code"],
            "residents": self.found.residents[: len(self.cells), asked.column],
            "gravity": self.found.gravity[: len(self.cells)],
        })  # fmt: skip
        order = table.sort_values(["residents", "gravity"], ascending=False, kind="stable")
        cells = order.drop_duplicates("unit").index.sort_values().to_numpy()
        return np.append(cells, len(self.cells) + np.arange(len(self.bases))).astype(np.intp)

    def reached(self, row: int) -> Reached:
        """Return one of the places with its name and figures."""
        if row >= len(self.cells):
            base = self.bases[row - len(self.cells)]
            return _reached(base, base.kind, self.found, row, self.share)
        cell = self.cells.iloc[row]
        point = shapely.Point(cell["home_x"], cell["home_y"])
        base = dense_bases(self.atlas, str(cell["unit_code"]), [point])[0]
        return _reached(base, "cell", self.found, row, self.share)


def _best(spots: _Spots, asked: Rules) -> Iterator[BestPlace]:
    """Return the best places: each adds most residents whom no earlier place reaches.

    They are chosen among each unit's cell with most residents within reach, and the candidate bases. Of equals the one
    with more gravity counts, then the first in the table.
    """
    rows = spots.to_choose_from(asked)
    atlas, settings, gravity = spots.atlas, spots.settings, spots.found.gravity[rows]
    reach = travel_times.within(
        spots.roads, spots.access.of(rows), atlas.cell_access, settings, limit_s=60 * asked.reach
    )
    place = np.repeat(np.arange(len(rows)), np.diff(reach.first))
    left = atlas.cells["persons"].to_numpy(dtype=float)
    for _ in range(asked.best):
        new = np.bincount(place, left[reach.cell], minlength=len(rows))
        best = int(np.lexsort((np.arange(len(rows)), -gravity, -new))[0])
        if not new[best]:
            return
        yield BestPlace(spots.reached(int(rows[best])), round(float(new[best])))
        left = left.copy()
        left[reach.cell[reach.first[best] : reach.first[best + 1]]] = 0


def _standing(cells: pd.DataFrame, found: Potentials, asked: Rules) -> Iterator[Standing]:
    """Return the residents who live where a team could stand: both levels in residents, the higher also in adults."""
    persons, k = cells["persons"].to_numpy(dtype=np.int64), asked.column
    for level in asked.levels:
        enough, own = found.residents[:, k] >= level, found.own_zone[:, k] >= level
        yield Standing(level, "residents", int(enough.sum()), int(persons[enough].sum()), int(persons[own].sum()))
    enough = found.adults[:, k] >= asked.levels[1]
    yield Standing(asked.levels[1], "adults", int(enough.sum()), int(persons[enough].sum()), None)


def _reached(at: Base | _At, kind: str, found: Potentials, row: int, share: Fraction) -> Reached:
    residents, adults = found.residents[row].tolist(), found.adults[row].tolist()
    return Reached(
        name=at.name,
        unit_code=at.unit_code,
        lon=at.lon,
        lat=at.lat,
        kind=kind,
        residents=tuple(residents),
        adults=tuple(adults),
        young=tuple(round(value) for value in found.young[row].tolist()),
        target_group=tuple(
            need.target_group(share, population=a, adults=b) for a, b in zip(residents, adults, strict=True)
        ),
        own_zone=tuple(found.own_zone[row].tolist()),
        gravity=round(float(found.gravity[row])),
    )


def of_bases(found: AreaPotential) -> list[Reached]:
    """Return the candidate bases of an area, those with most residents within reach first."""
    listed = [_reached(base, base.kind, found.of_bases, row, found.share) for row, base in enumerate(found.bases)]
    return sorted(listed, key=lambda each: (-each.residents[found.rules.column], -each.gravity, each.unit_code))


# -- of a place --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _At:
    unit_code: str
    name: str
    lon: float
    lat: float


def of_place(atlas: Atlas, place: Place, settings: Settings, asked: Rules | None = None) -> PlacePotential:
    """Compute the people within reach of a place.

    Args:
        atlas: The pack.
        place: Where one sets out.
        settings: Travel, and the fraction of the target group.
        asked: Limits in minutes and the like; default: those of the settings.

    Raises:
        PlanError: No road leads away from the place.
        SettingsError: The fraction of the target group is implausible.
    """
    asked = rules(settings) if asked is None else asked
    share = need.fraction(atlas, settings)
    atlas = changes.built(atlas, settings)
    roads, who = network.from_table(atlas.roads, settings), people(atlas, settings)
    start = journeys.access_of(atlas, [place.lon], [place.lat])
    if start.edge[0] < 0:
        raise PlanError("potential_no_road", name=place.name)
    unit = _unit_at(atlas, place)
    zone = _zone_numbers(atlas, settings)[[atlas.units.index.get_loc(unit)]]
    found = potentials(roads, start, zone, atlas.cell_access, who, settings, asked)
    _, ways = next(iter(trips.rows(roads, start, atlas.cell_access, settings)))
    cells = atlas.cells[["ssbid", "unit_code", "x", "y", "persons", "adults"]].assign(
        young=who.young, minutes=_minutes(ways.seconds), boardings=ways.boardings
    )
    near = cells[cells["minutes"] <= asked.minutes[-1]].reset_index(drop=True)
    at = _At(unit, place.name, place.lon, place.lat)
    return PlacePotential(
        atlas, _reached(at, "place", found, 0, share), atlas.year, settings, asked,
        tuple(_from_units(atlas, near, asked)), _within(near[near["boardings"] > 0], asked),
        near.drop(columns="boardings"), share,
    )  # fmt: skip


def _minutes(seconds: NDArray[np.int32]) -> Floats:
    """Return minutes; infinite if there is no way."""
    return np.where(seconds == travel_times.UNREACHABLE, np.inf, seconds / 60)


def _unit_at(atlas: Atlas, place: Place) -> str:
    """Return the unit that a place lies in, or nearest to: quays lie outside the outlines."""
    point = gpd.GeoSeries([shapely.Point(place.lon, place.lat)], crs=4326).to_crs(25833).iloc[0]
    nearest = atlas.units.sindex.nearest(point, return_all=False)[1]
    return str(atlas.units.index[int(nearest[0])])


def _within(cells: pd.DataFrame, asked: Rules) -> tuple[int, ...]:
    """Return the residents of these cells within each limit."""
    return tuple(int(cells.loc[cells["minutes"] <= limit, "persons"].sum()) for limit in asked.minutes)


def _from_units(atlas: Atlas, near: pd.DataFrame, asked: Rules) -> list[FromUnit]:
    """Return the units of the residents, those with most within reach first."""
    persons = atlas.population["persons"]
    listed = [
        FromUnit(str(unit), str(atlas.units.at[unit, "name"]), int(persons[unit]), _within(cells, asked))
        for unit, cells in near.groupby("unit_code")
    ]
    return sorted(listed, key=lambda each: (-each.within[asked.column], -each.within[-1], each.unit_code))
