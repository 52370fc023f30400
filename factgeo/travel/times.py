"""Seconds from bases to cells.

Times are whole seconds, so that results are exact and repeatable. Unreachable is a state of its own (``UNREACHABLE`` in
integer arrays, ``None`` in results), never a number to calculate with.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from factgeo.atlas.access import Access
from factgeo.settings import Settings
from factgeo.travel import cluster
from factgeo.travel.access import FAR, Starts, Targets
from factgeo.travel.network import RoadNetwork, access_seconds

UNREACHABLE = np.iinfo(np.int32).max
BASES_AT_A_TIME = 64  # of the scipy fallback and of a worker, to keep the memory of one run small
LONGEST_WITHIN = np.iinfo(np.uint16).max  # seconds
NO_LIMIT = 2**29  # seconds; further than any way in Norway


def seconds_to_cells(
    network: RoadNetwork,
    bases: Access,
    cells: Access,
    settings: Settings,
    *,
    limit_s: int = NO_LIMIT,
    compiled: bool | None = None,
) -> NDArray[np.int32]:
    """Return the seconds from each base to each cell, bases x cells.

    A cell has ``UNREACHABLE`` if no road or ferry leads there, or if the way takes more than ``limit_s`` seconds.
    ``compiled`` chooses the engine (None: the compiled one if numba is installed); both give the same numbers.
    """
    result = np.full((len(bases.edge), len(cells.edge)), UNREACHABLE, dtype=np.int32)
    engine = _compiled_rows if (has_kernel() if compiled is None else compiled) else _scipy_rows
    for row, seconds in engine(network, bases, cells, settings, limit_s):
        result[row] = seconds
    return result


def seconds_on_cluster(
    network: RoadNetwork, bases: Access, cells: Access, settings: Settings, *, scheduler: str
) -> NDArray[np.int32]:
    """Compute :func:`seconds_to_cells` on the workers of a Dask scheduler, some bases at a time; the same numbers."""
    chunks = [slice(k, k + BASES_AT_A_TIME) for k in range(0, len(bases.edge), BASES_AT_A_TIME)]
    shared = (network, bases, cells, settings)
    return np.concatenate(cluster.each(_chunk_of_bases, shared, chunks, scheduler=scheduler))


def _chunk_of_bases(shared: tuple[RoadNetwork, Access, Access, Settings], rows: slice) -> NDArray[np.int32]:
    network, bases, cells, settings = shared
    return seconds_to_cells(network, bases.of(rows), cells, settings)


@dataclass(frozen=True)
class Within:
    """Seconds from bases to only those cells that are within a limit: it stays small for many bases and cells.

    Attributes:
        first: Where the cells of each base begin; one more entry than there are bases.
        cell: Column of each cell.
        seconds: Seconds to it, at most 65,535.
    """

    first: NDArray[np.int64]
    cell: NDArray[np.int32]
    seconds: NDArray[np.uint16]


def within(
    network: RoadNetwork,
    bases: Access,
    cells: Access,
    settings: Settings,
    *,
    limit_s: int,
    compiled: bool | None = None,
) -> Within:
    """Find the cells within ``limit_s`` seconds of each base.

    Raises:
        ValueError: ``limit_s`` is above ``LONGEST_WITHIN`` (18 hours).
    """
    if limit_s > LONGEST_WITHIN:
        raise ValueError(f"limit_s is {limit_s}, at most {LONGEST_WITHIN}")
    engine = _compiled_rows if (has_kernel() if compiled is None else compiled) else _scipy_rows
    first = np.zeros(len(bases.edge) + 1, dtype=np.int64)
    cell, seconds, end = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.uint16), 0
    for row, found in engine(network, bases, cells, settings, limit_s):
        near = np.flatnonzero(found != UNREACHABLE)
        begin, end = end, end + len(near)
        if end > len(cell):
            # Grow in place, by an eighth each time: to join pieces at the end would take twice the memory.
            cell.resize(end + end // 8, refcheck=False)
            seconds.resize(end + end // 8, refcheck=False)
        cell[begin:end], seconds[begin:end] = near, found[near]
        first[row + 1] = end
    cell.resize(end, refcheck=False)
    seconds.resize(end, refcheck=False)
    return Within(first, cell, seconds)


def nearest_base(
    network: RoadNetwork, bases: Access, cells: Access, settings: Settings
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the nearest base of each cell and the seconds to it; -1 and ``UNREACHABLE`` if none can be reached.

    One run starts from all bases at once. It needs numba.
    """
    from factgeo.travel import kernel  # noqa: PLC0415 - slow to import, and numba may be missing

    tail, head, seconds, _ = directed(network)
    graph = kernel.graph(tail, head, seconds, network.nodes, network.node_xy)
    starts = set_out(network, bases)
    own = doors(bases, settings).astype(np.int32)
    later = np.where(starts.seconds < FAR, starts.seconds + own[:, None], FAR).astype(np.int32)
    base, away = kernel.nearest(
        graph, Starts(starts.node, later), arrive(network, cells, doors(cells, settings)), NO_LIMIT
    )
    base, away = base.copy(), away.copy()
    for row in range(len(bases.edge)):
        same, along = own_edge(network, bases, row, cells)
        door = access_seconds(cells.metres[same], settings).astype(np.int64)
        total = along + door + int(own[row])
        better = total < away[same]
        base[same[better]], away[same[better]] = row, total[better]
    return base, np.where(base >= 0, away, UNREACHABLE).astype(np.int32)


@cache
def has_kernel() -> bool:
    """Is numba installed, and does it run with the installed numpy?"""
    try:
        importlib.import_module("factgeo.travel.compiled")
    except Exception:  # noqa: BLE001 - it refuses a numpy that it does not know, or breaks on it
        return False
    return True


def own_edge(
    network: RoadNetwork, bases: Access, row: int, cells: Access
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the cells on the base's own edge that can be reached along it, and the seconds to them."""
    edge = int(bases.edge[row])
    same = np.flatnonzero(cells.edge == edge) if edge >= 0 else np.empty(0, dtype=np.intp)
    if not len(same):
        return same, np.empty(0, dtype=np.int64)
    start, to = bases.position[row], cells.position[same]
    ahead = np.round(to * network.forward_total[edge]) - np.round(start * network.forward_total[edge])
    back = np.round(start * network.backward_total[edge]) - np.round(to * network.backward_total[edge])
    onward = np.where((to >= start) & network.forward_open[edge], ahead, np.inf)
    return_way = np.where((to <= start) & network.backward_open[edge], back, np.inf)
    along = np.minimum(onward, return_way)
    found = np.isfinite(along)
    return same[found], along[found].astype(np.int64)


def set_out(network: RoadNetwork, bases: Access) -> Starts:
    """Return the ends of each base's edge, and the seconds to them."""
    edge, position = np.maximum(bases.edge, 0), bases.position
    known = bases.edge >= 0
    forward, backward = network.forward_total[edge], network.backward_total[edge]
    onward = forward - np.round(position * forward)
    back = np.round(position * backward)
    seconds = np.column_stack([
        np.where(known & network.backward_open[edge], back, FAR),
        np.where(known & network.forward_open[edge], onward, FAR),
    ])  # fmt: skip
    node = np.column_stack([network.from_node[edge], network.to_node[edge]])
    return Starts(node.astype(np.int32), seconds.astype(np.int32))


def doors(points: Access, settings: Settings) -> NDArray[np.float64]:
    """Return the whole seconds between each point and its road; 0 if there is none."""
    return access_seconds(np.where(points.edge >= 0, points.metres, 0.0), settings)


def arrive(network: RoadNetwork, cells: Access, door: NDArray[np.float64] | float = 0.0) -> Targets:
    """Return the ends of each cell's edge, and the seconds from them to the cell; ``door`` are those off the road."""
    edge, position = np.maximum(cells.edge, 0), cells.position
    known = cells.edge >= 0
    forward, backward = network.forward_total[edge], network.backward_total[edge]
    from_a = np.round(position * forward) + door
    from_b = backward - np.round(position * backward) + door
    return Targets(
        network.from_node[edge],
        np.where(known & network.forward_open[edge], from_a, FAR).astype(np.int32),
        network.to_node[edge],
        np.where(known & network.backward_open[edge], from_b, FAR).astype(np.int32),
    )


def directed(
    network: RoadNetwork,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return the open directed edges: tail, head, seconds, and the row of the network that each comes from."""
    there, back = np.flatnonzero(network.forward_open), np.flatnonzero(network.backward_open)
    tail = np.concatenate([network.from_node[there], network.to_node[back]])
    head = np.concatenate([network.to_node[there], network.from_node[back]])
    seconds = np.concatenate([network.forward_total[there], network.backward_total[back]])
    return tail, head, seconds, np.concatenate([there, back]).astype(np.int32)


def _compiled_rows(
    network: RoadNetwork, bases: Access, cells: Access, settings: Settings, limit_s: int
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Yield rows from the compiled kernel, on all cores."""
    from factgeo.travel import kernel  # noqa: PLC0415 - slow to import, and numba may be missing

    tail, head, seconds, _ = directed(network)
    graph = kernel.graph(tail, head, seconds, network.nodes, network.node_xy)
    targets = arrive(network, cells, doors(cells, settings))
    own = access_seconds(bases.metres, settings)
    for row, found in kernel.rows(graph, set_out(network, bases), targets, limit_s):
        yield row, _finished(network, bases, row, cells, found.astype(np.int64), own[row], settings, limit_s)


def _finished(
    network: RoadNetwork,
    bases: Access,
    row: int,
    cells: Access,
    found: NDArray[np.int64],
    own_access: float,
    settings: Settings,
    limit_s: int,
) -> NDArray[np.int32]:
    """Add the way to the road, use the base's own edge if that is shorter, and mark cells too far ``UNREACHABLE``."""
    same, along = own_edge(network, bases, row, cells)
    door = access_seconds(cells.metres[same], settings).astype(np.int64)
    found[same] = np.minimum(found[same], along + door)
    total = found + (int(own_access) if np.isfinite(own_access) else FAR)
    return np.where(total <= min(limit_s, FAR - 1), total, UNREACHABLE).astype(np.int32)


def _scipy_rows(
    network: RoadNetwork, bases: Access, cells: Access, settings: Settings, limit_s: int
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Yield the same rows from scipy's Dijkstra: slower, but its code is easier to trust."""
    tail, head, seconds, _ = directed(network)
    starts, targets = set_out(network, bases), arrive(network, cells, doors(cells, settings))
    own = access_seconds(bases.metres, settings)
    for first in range(0, len(bases.edge), BASES_AT_A_TIME):
        chunk = np.arange(first, min(first + BASES_AT_A_TIME, len(bases.edge)))
        graph = _matrix(network, tail, head, seconds, starts, chunk)
        away = dijkstra(graph, indices=network.nodes + np.arange(len(chunk)))
        for k, row in enumerate(chunk):
            by_a, by_b = away[k, targets.node_a] + targets.from_a, away[k, targets.node_b] + targets.from_b
            found = np.minimum(np.minimum(by_a, by_b), FAR).astype(np.int64)
            yield int(row), _finished(network, bases, int(row), cells, found, own[row], settings, limit_s)


def _matrix(
    network: RoadNetwork,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    seconds: NDArray[np.int32],
    starts: Starts,
    chunk: NDArray[np.intp],
) -> csr_array:
    """Return the directed edges as a matrix, with one more node per base that leads to the ends of its edge."""
    extra = np.repeat(network.nodes + np.arange(len(chunk)), 2)
    open_way = starts.seconds[chunk].ravel() < FAR
    columns = {
        "a": np.concatenate([tail, extra[open_way]]),
        "b": np.concatenate([head, starts.node[chunk].ravel()[open_way]]),
        "s": np.concatenate([seconds, starts.seconds[chunk].ravel()[open_way]]),
    }
    # A sparse matrix adds up parallel edges, so only the fastest is kept. A stored zero would mean no edge.
    table = pd.DataFrame(columns).sort_values("s", kind="stable").drop_duplicates(["a", "b"])
    cost = np.maximum(table["s"].to_numpy(dtype=float), 1e-9)
    size = network.nodes + len(chunk)
    return csr_array((cost, (table["a"], table["b"])), shape=(size, size))


@dataclass(frozen=True)
class UnitTimes:
    """Travel from bases to entire units; arrays are bases x units.

    Attributes:
        units: Unit codes, in the order of the columns.
        persons: Residents of each unit.
        person_seconds: Sum of seconds over residents; an unreachable resident counts with ``stand_in_s``.
        beyond: Residents beyond ``travel.minutes``, the unreachable among them.
        unreachable: Residents without a road or ferry from the base.
        stand_in_s: The seconds of ``travel.unreachable``.
    """

    units: tuple[str, ...]
    persons: NDArray[np.int64]
    person_seconds: NDArray[np.int64]
    beyond: NDArray[np.int64]
    unreachable: NDArray[np.int64]
    stand_in_s: int

    def mean_min(self) -> NDArray[np.float64]:
        """Return the mean minutes from each base to the residents of each unit; infinite without residents."""
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = self.person_seconds / self.persons / 60
        return np.where(self.persons > 0, mean, np.inf)

    def mean_reached_min(self, pairs: Sequence[tuple[int, int]]) -> float | None:
        """Return the mean minutes of the residents who can be reached; None if there are none.

        ``pairs`` are rows and columns: each unit with the base that serves it.
        """
        lost = sum(int(self.unreachable[pair]) for pair in pairs)
        reached = sum(int(self.persons[column]) for _, column in pairs) - lost
        seconds = sum(int(self.person_seconds[pair]) for pair in pairs) - lost * self.stand_in_s
        return seconds / 60 / reached if reached else None


def by_unit(seconds: NDArray[np.int32], cells: pd.DataFrame, settings: Settings) -> UnitTimes:
    """Sum the seconds to cells over each unit; ``cells`` must be sorted by unit_code and match the columns."""
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
    person_seconds, beyond, unreachable = sums
    return UnitTimes(tuple(codes), np.add.reduceat(persons, starts), person_seconds, beyond, unreachable, stand_in)


def as_points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return degrees (EPSG:4326) as shapely points in EPSG:25833."""
    points: NDArray[np.object_] = gpd.GeoSeries(shapely.points(lon, lat), crs=4326).to_crs(25833).to_numpy()
    return points
