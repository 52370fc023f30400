"""Travel from the bases of an area to all its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas.access import Access
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.places import Place
from factgeo.errors import SettingsError
from factgeo.settings import Settings
from factgeo.travel import access, changes, network, trips
from factgeo.travel import times as travel_times
from factgeo.travel.bases import Base, candidates
from factgeo.travel.network import RoadNetwork
from factgeo.travel.times import UnitTimes
from factgeo.travel.trips import Parts, Trip

BASE_LABELS = ("base_unit", "base_name")


@dataclass(frozen=True)
class Journeys:
    """Seconds from bases to cells.

    Attributes:
        bases: The bases, in the order of the rows.
        cells: The cells of the area, sorted by unit_code, in the order of the columns.
        seconds: Bases x cells; ``times.UNREACHABLE`` if no road or ferry leads to a cell.
        settings: The settings that the times were computed with.
        network: The roads and ferries under these settings.
        from_bases: Where the bases get on the road.
        to_cells: Where the cells get on the road.
    """

    bases: tuple[Base, ...]
    cells: pd.DataFrame
    seconds: NDArray[np.int32]
    settings: Settings
    network: RoadNetwork
    from_bases: Access
    to_cells: Access

    @cached_property
    def row(self) -> dict[Base, int]:
        """The row of each base."""
        return {base: row for row, base in enumerate(self.bases)}

    @cached_property
    def by_unit(self) -> UnitTimes:
        """The travel times, summed over the residents of each unit."""
        return travel_times.by_unit(self.seconds, self.cells, self.settings)

    @cached_property
    def persons(self) -> NDArray[np.int64]:
        """The residents of each cell."""
        persons: NDArray[np.int64] = self.cells["persons"].to_numpy(dtype=np.int64)
        return persons

    @cached_property
    def _columns_of_unit(self) -> dict[str, NDArray[np.intp]]:
        """The columns of each unit's cells."""
        codes, first = np.unique(self._codes, return_index=True)
        ends = [*first[1:], len(self.cells)]
        return {code: np.arange(a, b) for code, a, b in zip(codes, first, ends, strict=True)}

    @cached_property
    def _codes(self) -> NDArray[np.object_]:
        """The unit of each cell."""
        codes: NDArray[np.object_] = self.cells["unit_code"].to_numpy(dtype=object)
        return codes

    def first_columns(self, units: Sequence[str]) -> NDArray[np.intp]:
        """Where the cells of each unit begin among the columns, and where the last ones end; for all units, sorted."""
        return np.searchsorted(self._codes, np.array([*units, "~"], dtype=object))

    def columns(self, units: Iterable[str]) -> NDArray[np.intp]:
        """Return the columns of the cells of ``units``, ascending."""
        of_unit = self._columns_of_unit
        some = [of_unit[unit] for unit in sorted(units) if unit in of_unit]
        return np.concatenate(some) if some else np.empty(0, dtype=np.intp)

    def minutes(self, base: Base, units: Iterable[str]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the minutes from ``base`` to each cell of ``units`` (infinite: unreachable), and its residents."""
        columns = self.columns(units)
        seconds = self.seconds[self.row[base], columns].astype(float)
        seconds[seconds == travel_times.UNREACHABLE] = np.inf
        return seconds / 60, self.persons[columns]

    def mean_min(self, base: Base, unit: str) -> float | None:
        """Return the mean minutes from a base to the residents of a unit who can be reached; None if there are none."""
        return self.by_unit.mean_reached_min([(self.row[base], self._unit_columns[unit])])

    @cached_property
    def _unit_columns(self) -> dict[str, int]:
        """The column of each unit in ``by_unit``."""
        return {unit: column for column, unit in enumerate(self.by_unit.units)}

    def own_ways(self, base_of: Mapping[str, Base], known: tuple[Mapping[str, Base], Parts] | None = None) -> Parts:
        """Return the parts of the way to each cell from the base that serves its unit, one value per cell.

        Cells without a way, and those of units that ``base_of`` lacks, have ``UNREACHABLE``.

        Args:
            base_of: The base of each unit.
            known: The ``base_of`` and the answer of an earlier call: only units with another base are computed.
        """
        before, ways = known or ({}, None)
        size = len(self.cells)
        columns = {
            f.name: getattr(ways, f.name).copy() if ways else np.full(size, travel_times.UNREACHABLE, dtype=np.int32)
            for f in fields(Parts)
        }
        units_of: dict[Base | None, list[str]] = {}
        for unit in {**before, **base_of}:
            if before.get(unit) != base_of.get(unit):
                units_of.setdefault(base_of.get(unit), []).append(unit)
        left = self.columns(units_of.pop(None, ()))
        for column in columns.values():
            column[left] = travel_times.UNREACHABLE
        bases = [base for base in units_of if base is not None]
        some = self.from_bases.of(np.array([self.row[base] for base in bases], dtype=np.intp))
        for k, parts in trips.rows(self.network, some, self.to_cells, self.settings):
            mine = self.columns(units_of[bases[k]])
            for name, column in columns.items():
                column[mine] = getattr(parts, name)[mine]
        return Parts(**columns)


def compute_travel_times(atlas: Atlas, area: Area, settings: Settings) -> Journeys:
    """Travel times from every base that a plan of an area may have to everyone who lives there.

    The way may lead through any other area, over the links that the settings add, and not over what they close.

    Args:
        atlas: The pack.
        area: Whose bases and residents.
        settings: Bases, speeds, ferries, closed and added links.

    Returns:
        Whole seconds as an array of bases x cells, with the bases and the cells (1 km).

    Raises:
        SettingsError: A rule for bases names no base, or a site lies outside Norway or far from every road.
    """
    return compute(changes.built(atlas, settings), area.units, settings)


def tabulate_travel_times(journeys: Journeys, per: Literal["unit", "cell"] = "unit") -> pd.DataFrame:
    """Travel times in minutes as a table.

    Args:
        journeys: Travel times of an area.
        per: A row for each unit (the mean of its residents who can be reached) or for each cell.

    Returns:
        A row for each ``unit_code`` or cell (``ssbid``); a column for each base: the code of its unit and its name,
        in the order of ``journeys.bases``. NaN: no road or ferry leads there, or nobody lives there.
    """
    bases = pd.MultiIndex.from_tuples([(base.unit_code, base.name) for base in journeys.bases], names=BASE_LABELS)
    if per == "cell":
        seconds = np.where(journeys.seconds == travel_times.UNREACHABLE, np.nan, journeys.seconds)
        return pd.DataFrame(seconds.T / 60, index=pd.Index(journeys.cells["ssbid"]), columns=bases)
    times = journeys.by_unit
    reached = times.persons - times.unreachable
    known = times.person_seconds - times.unreachable * round(60 * journeys.settings.travel.unreachable)
    minutes = known / 60 / np.where(reached > 0, reached, np.nan)
    return pd.DataFrame(minutes.T, index=pd.Index(times.units, name="unit_code"), columns=bases)


def compute(atlas: Atlas, units: tuple[str, ...], settings: Settings) -> Journeys:
    """Compute the travel from the candidate bases of some units to all their cells. Ways may lead through other units.

    Unlike :func:`compute_travel_times` it takes a pack that has the links that the settings add.

    Raises:
        SettingsError: A rule names an unknown base, or a site lies outside Norway or far from every road.
    """
    bases = candidates(atlas, units, settings)
    mask = atlas.cells["unit_code"].isin(units).to_numpy()
    to_cells = atlas.cell_access.of(np.flatnonzero(mask))
    roads = network.from_table(atlas.roads, settings)
    from_bases = access_of(atlas, [base.lon for base in bases], [base.lat for base in bases])
    _refuse_off_road(bases, from_bases)
    seconds = (
        travel_times.seconds_on_cluster(roads, from_bases, to_cells, settings, scheduler=settings.scheduler)
        if settings.scheduler
        else travel_times.seconds_to_cells(roads, from_bases, to_cells, settings)
    )
    cells = atlas.cells[mask].reset_index(drop=True)
    return Journeys(bases, cells, seconds, settings, roads, from_bases, to_cells)


def _refuse_off_road(bases: tuple[Base, ...], access: Access) -> None:
    """Refuse a planner's site without a road: it could serve no cell."""
    for base, edge in zip(bases, access.edge, strict=True):
        if base.kind == "site" and edge < 0:
            raise SettingsError("site_no_road", name=base.name)


def find_trip(atlas: Atlas, start: Place, end: Place, settings: Settings) -> Trip:
    """Return the fastest way from one place to another, with its parts.

    Args:
        atlas: The pack.
        start: A place as :func:`factgeo.atlas.places.resolve` finds it, or made of a name, lon and lat (degrees).
        end: The other place.
        settings: Speeds, ferries, closed and added links.

    Returns:
        Minutes and kilometres, in all and by part; ``reachable`` is False if no road or ferry leads there.
    """
    atlas = changes.built(atlas, settings)
    ends = access_of(atlas, [start.lon, end.lon], [start.lat, end.lat])
    return trips.trip(network.from_table(atlas.roads, settings), atlas.roads, ends, settings)


def access_of(atlas: Atlas, lon: list[float], lat: list[float]) -> Access:
    """Find where points (degrees, EPSG:4326) get on the road."""
    points = travel_times.as_points(np.array(lon), np.array(lat))
    return access.find(
        points,
        atlas.roads,
        atlas.units.geometry.to_numpy(),
        limit_m=atlas.manifest["settings"].get("reach_m", access.LIMIT_M),
    )
