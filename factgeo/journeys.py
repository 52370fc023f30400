"""Travel from the bases of an area to everyone who lives there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo import access, network, travel, trips
from factgeo.access import Access
from factgeo.pack import Atlas
from factgeo.places import Place
from factgeo.plan import Base
from factgeo.settings import Settings
from factgeo.travel import UnitTimes
from factgeo.trips import Trip


@dataclass(frozen=True)
class Journeys:
    """Seconds from bases to cells.

    Attributes:
        bases: In the order of the rows.
        cells: The cells of the area, sorted by unit_code, in the order of the columns.
        seconds: Bases x cells, ``travel.UNREACHABLE`` where no road or ferry leads.
        settings: What the times were computed with.
    """

    bases: tuple[Base, ...]
    cells: pd.DataFrame
    seconds: NDArray[np.int32]
    settings: Settings

    @cached_property
    def by_unit(self) -> UnitTimes:
        """The same, summed over the residents of each unit."""
        return travel.by_unit(self.seconds, self.cells, self.settings)

    def minutes(self, base_unit: str, units: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Minutes (infinite: unreachable) and residents of each cell of ``units``, from the base of ``base_unit``."""
        row = [base.unit_code for base in self.bases].index(base_unit)
        mask = self.cells["unit_code"].isin(units).to_numpy()
        seconds = self.seconds[row, mask].astype(float)
        seconds[seconds == travel.UNREACHABLE] = np.inf
        return seconds / 60, self.cells.loc[mask, "persons"].to_numpy(dtype=np.int64)


def unit_bases(atlas: Atlas, units: tuple[str, ...]) -> tuple[Base, ...]:
    """The base of each unit, as the pack has it."""
    rows = atlas.units.loc[list(units)]
    return tuple(
        Base(str(code), str(name), float(lon), float(lat))
        for code, name, lon, lat in zip(rows.index, rows["base_name"], rows["base_lon"], rows["base_lat"], strict=True)
    )


def compute(atlas: Atlas, units: tuple[str, ...], settings: Settings) -> Journeys:
    """Journeys from one base per unit to all cells of these units. The way may lead through any other unit."""
    bases = unit_bases(atlas, units)
    mask = atlas.cells["unit_code"].isin(units).to_numpy()
    to_cells = atlas.cell_access
    own = Access(to_cells.edge[mask], to_cells.position[mask], to_cells.metres[mask])
    roads = network.from_table(atlas.roads, settings)
    from_bases = access_of(atlas, [base.lon for base in bases], [base.lat for base in bases])
    seconds = travel.seconds_to_cells(roads, from_bases, own, settings)
    return Journeys(bases, atlas.cells[mask].reset_index(drop=True), seconds, settings)


def between(atlas: Atlas, start: Place, end: Place, settings: Settings) -> Trip:
    """The fastest way from one place to another, taken apart."""
    ends = access_of(atlas, [start.lon, end.lon], [start.lat, end.lat])
    return trips.trip(network.from_table(atlas.roads, settings), atlas.roads, ends, settings)


def access_of(atlas: Atlas, lon: list[float], lat: list[float]) -> Access:
    """Where points (degrees) get on the road."""
    points = travel.as_points(np.array(lon), np.array(lat))
    return access.find(points, atlas.roads, atlas.units.geometry.to_numpy())
