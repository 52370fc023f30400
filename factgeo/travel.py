"""Seconds from bases to cells, and one trip taken apart.

Times are whole seconds inside, so that results are exact and repeatable; unreachable is a state of its own
(``UNREACHABLE`` in integer arrays, ``None`` in results), never a number to calculate with.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from factgeo.access import Access
from factgeo.network import RoadNetwork, access_seconds
from factgeo.settings import Settings

UNREACHABLE = np.iinfo(np.int32).max
BASES_AT_A_TIME = 128  # keeps the memory of one run small


@dataclass(frozen=True)
class Trip:
    """One way from a to b, in minutes; all None or empty where b cannot be reached."""

    reachable: bool
    minutes: float | None
    drive_min: float | None
    crossing_min: float | None
    wait_min: float | None
    access_min: float | None
    km: float | None
    ferries: tuple[str, ...]
    roads: tuple[str, ...]


def seconds_to_cells(network: RoadNetwork, bases: Access, cells: Access, settings: Settings) -> NDArray[np.int32]:
    """Seconds from each base to each cell, bases x cells, ``UNREACHABLE`` where no road or ferry leads."""
    result = np.empty((len(bases.edge), len(cells.edge)), dtype=np.int32)
    for start in range(0, len(bases.edge), BASES_AT_A_TIME):
        chunk = slice(start, start + BASES_AT_A_TIME)
        part = Access(bases.edge[chunk], bases.position[chunk], bases.metres[chunk])
        result[chunk] = _seconds_of_chunk(network, part, cells, settings)
    return result


def _seconds_of_chunk(network: RoadNetwork, bases: Access, cells: Access, settings: Settings) -> NDArray[np.int32]:
    to_node = dijkstra(_graph(network, bases), indices=network.nodes + np.arange(len(bases.edge)))
    known = cells.edge >= 0
    edge, position = cells.edge[known], cells.position[known]
    whole = network.seconds[edge]
    first = np.round(position * whole)
    total = np.minimum(to_node[:, network.from_node[edge]] + first, to_node[:, network.to_node[edge]] + (whole - first))
    _shortcut_on_own_edge(total, bases, edge, first, whole)
    total += access_seconds(bases.metres, settings)[:, None] + access_seconds(cells.metres[known], settings)
    result = np.full((len(bases.edge), len(cells.edge)), UNREACHABLE, dtype=np.int32)
    result[:, known] = np.where(np.isfinite(total), total, UNREACHABLE)
    return result


def _shortcut_on_own_edge(
    total: NDArray[np.float64],
    bases: Access,
    edge: NDArray[np.int32],
    first: NDArray[np.float64],
    whole: NDArray[np.int32],
) -> None:
    """Cells on the same road piece as the base are reached along it, without a detour over its ends."""
    for row, base_edge in enumerate(bases.edge):
        same = edge == base_edge
        start = np.round(bases.position[row] * whole[same])
        total[row, same] = np.minimum(total[row, same], np.abs(first[same] - start))


def _graph(network: RoadNetwork, bases: Access) -> csr_array:
    """The open edges in both directions, and one more node per base that leads to the ends of its road."""
    seconds = network.seconds
    at, row = bases.edge, np.arange(len(bases.edge)) + network.nodes
    on_road = at >= 0
    first = np.round(bases.position * seconds[at])
    from_node, to_node = network.from_node[network.open], network.to_node[network.open]
    columns = {
        "a": np.concatenate([from_node, to_node, row[on_road], row[on_road]]),
        "b": np.concatenate([to_node, from_node, network.from_node[at[on_road]], network.to_node[at[on_road]]]),
        "s": np.concatenate([*[seconds[network.open]] * 2, first[on_road], (seconds[at] - first)[on_road]]),
    }
    # of parallel edges the fastest counts
    table = pd.DataFrame(columns).sort_values("s", kind="stable").drop_duplicates(["a", "b"])
    size = network.nodes + len(at)
    seconds_or_one = np.maximum(table["s"].to_numpy(dtype=float), 1e-9)  # a stored zero would mean no edge
    return csr_array((seconds_or_one, (table["a"], table["b"])), shape=(size, size))


@dataclass(frozen=True)
class UnitTimes:
    """Travel from bases to whole units; arrays are bases x units.

    Attributes:
        units: Unit codes, in the order of the columns.
        persons: Residents of each unit.
        person_seconds: Sum over residents of seconds; an unreachable one counts with ``travel.unreachable``.
        beyond: Residents further away than ``travel.minutes``, the unreachable among them.
        unreachable: Residents to whom no road or ferry leads.
    """

    units: tuple[str, ...]
    persons: NDArray[np.int64]
    person_seconds: NDArray[np.int64]
    beyond: NDArray[np.int64]
    unreachable: NDArray[np.int64]

    def mean_min(self) -> NDArray[np.float64]:
        """Mean minutes from each base to the residents of each unit; infinite for a unit without residents."""
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = self.person_seconds / self.persons / 60
        return np.where(self.persons > 0, mean, np.inf)


def by_unit(seconds: NDArray[np.int32], cells: pd.DataFrame, settings: Settings) -> UnitTimes:
    """Sum the seconds to cells over each unit. ``cells`` is sorted by unit_code and matches the columns."""
    codes, starts = np.unique(cells["unit_code"].to_numpy(dtype=str), return_index=True)
    persons = cells["persons"].to_numpy(dtype=np.int64)
    shape = (len(seconds), len(codes))
    sums = [np.empty(shape, dtype=np.int64) for _ in range(3)]
    stand_in = round(60 * settings.travel.unreachable)
    limit = 60 * settings.travel.minutes
    for row, to_cells in enumerate(seconds):
        lost = to_cells == UNREACHABLE
        counted = np.where(lost, stand_in, to_cells).astype(np.int64)
        for table, weights in zip(sums, (counted * persons, persons * (to_cells > limit), persons * lost), strict=True):
            table[row] = np.add.reduceat(weights, starts)
    return UnitTimes(tuple(codes), np.add.reduceat(persons, starts), *sums)


def trip(network: RoadNetwork, roads: gpd.GeoDataFrame, ends: Access, settings: Settings) -> Trip:
    """The fastest way between the two points of ``ends``, taken apart."""
    access = access_seconds(ends.metres, settings)
    if (ends.edge < 0).any():
        return _no_trip()
    legs = _legs(network, ends)
    if legs is None:
        return _no_trip()
    rows, seconds = legs
    share = seconds / network.seconds[rows]
    wait, crossing = float(network.wait_s[rows].sum()), float(network.crossing_s[rows].sum())
    drive, off_road = float(seconds.sum()) - wait - crossing, float(access.sum())
    metres = float(network.length_m[rows] @ share + ends.metres.sum() * settings.access.detour)
    edges = roads.iloc[rows[seconds > 0]]
    return Trip(
        reachable=True,
        minutes=(drive + crossing + wait + off_road) / 60,
        drive_min=drive / 60,
        crossing_min=crossing / 60,
        wait_min=wait / 60,
        access_min=off_road / 60,
        km=metres / 1000,
        ferries=tuple(edges.loc[edges["kind"] == "ferry", "crossing"]),
        roads=tuple(name for name, _ in groupby(edges.loc[edges["kind"] == "road", "number"]) if name),
    )


def _no_trip() -> Trip:
    return Trip(False, None, None, None, None, None, None, (), ())


def _legs(network: RoadNetwork, ends: Access) -> tuple[NDArray[np.intp], NDArray[np.float64]] | None:
    """Rows of the edges travelled, in order, and the whole seconds on each; None where there is no way."""
    edge_a, edge_b = int(ends.edge[0]), int(ends.edge[1])
    seconds = network.seconds
    from_a, from_b = (float(np.round(ends.position[k] * seconds[ends.edge[k]])) for k in (0, 1))
    start = Access(ends.edge[:1], ends.position[:1], ends.metres[:1])
    distances, predecessors = dijkstra(_graph(network, start), indices=[network.nodes], return_predecessors=True)
    distance, before = distances[0], predecessors[0]
    via_from = distance[network.from_node[edge_b]] + from_b
    via_to = distance[network.to_node[edge_b]] + seconds[edge_b] - from_b
    along = abs(from_a - from_b) if edge_a == edge_b else np.inf
    if along <= min(via_from, via_to):
        return np.array([edge_a]), np.array([along])
    if not np.isfinite(min(via_from, via_to)):
        return None
    enters_from = via_from <= via_to
    nodes = [int(network.from_node[edge_b] if enters_from else network.to_node[edge_b])]
    while before[nodes[-1]] != network.nodes:
        nodes.append(int(before[nodes[-1]]))
    nodes.reverse()
    middle = _edges_between(network, nodes)
    first = from_a if nodes[0] == network.from_node[edge_a] else seconds[edge_a] - from_a
    last = from_b if enters_from else seconds[edge_b] - from_b
    return np.array([edge_a, *middle, edge_b]), np.array([first, *seconds[middle], last], dtype=float)


def _edges_between(network: RoadNetwork, nodes: list[int]) -> list[int]:
    """The fastest open edge between each two nodes that follow one another."""
    lookup: dict[tuple[int, int], int] = {}
    usable = np.flatnonzero(network.open & np.isin(network.from_node, nodes) & np.isin(network.to_node, nodes))
    for row in usable[np.argsort(-network.seconds[usable], kind="stable")]:
        a, b = int(network.from_node[row]), int(network.to_node[row])
        lookup[a, b] = lookup[b, a] = int(row)
    return [lookup[a, b] for a, b in pairwise(nodes)]


def as_points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    """Shapely points in EPSG:25833 from degrees."""
    points: NDArray[np.object_] = gpd.GeoSeries(shapely.points(lon, lat), crs=4326).to_crs(25833).to_numpy()
    return points
