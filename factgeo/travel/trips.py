"""The parts of ways: driving, crossing, waiting and access, kilometres and ferries, and the route of one trip.

Of equally fast ways, the one with the fewest boardings counts, then the shortest. So the parts are as repeatable as the
total.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from factgeo.atlas.access import Access
from factgeo.settings import Settings
from factgeo.travel import times as travel_times
from factgeo.travel.access import FAR
from factgeo.travel.network import RoadNetwork
from factgeo.travel.times import UNREACHABLE

Ints = NDArray[np.int32]
# seconds, half boardings and metres of a way as one whole number below 2**53, so that scipy's sums stay exact
SECOND, HALF_BOARDING = 1 << 32, 1 << 24
NO_WAY = FAR // 2  # seconds of a node that no way leads to; with FAR added it still fits into 64 bits


@dataclass(frozen=True)
class Parts:
    """The parts of ways, in whole seconds and metres; all are ``UNREACHABLE`` if there is no way.

    Attributes:
        seconds: The whole way, as in ``times.seconds_to_cells``.
        drive_s: Seconds of driving.
        crossing_s: Seconds on ferries and boats.
        wait_s: Seconds of waiting.
        access_s: Seconds to and from the road.
        metres: Length, to and from the road included.
        boardings: Boardings of ferries and boats.
    """

    seconds: Ints
    drive_s: Ints
    crossing_s: Ints
    wait_s: Ints
    access_s: Ints
    metres: Ints
    boardings: Ints


@dataclass(frozen=True)
class Trip:
    """One way from one place to another; all fields are None or empty if there is no way.

    Attributes:
        reachable: Is there a way?
        minutes: The whole way.
        drive_min: Minutes of driving.
        crossing_min: Minutes on ferries and boats.
        wait_min: Minutes of waiting.
        access_min: Minutes to and from the road.
        km: Length, to and from the road included.
        ferries: Names of the car ferries, in order.
        boats: Boardings of passenger boats, which have no names.
        roads: Road numbers, in order.
    """

    reachable: bool
    minutes: float | None
    drive_min: float | None
    crossing_min: float | None
    wait_min: float | None
    access_min: float | None
    km: float | None
    ferries: tuple[str, ...]
    boats: int
    roads: tuple[str, ...]


@dataclass(frozen=True)
class _Directed:
    """Open directed edges, with the seconds, metres and half boardings of each."""

    tail: Ints
    head: Ints
    row: Ints
    seconds: Ints
    crossing: Ints
    wait: Ints
    metres: Ints
    halves: Ints

    @property
    def cost(self) -> NDArray[np.int64]:
        """The cost of each edge: seconds, then half boardings, then metres, in one number."""
        return _cost(self.seconds, self.halves, self.metres)


def _cost(seconds: NDArray[np.integer], halves: NDArray[np.integer] | int, metres: Ints) -> NDArray[np.int64]:
    whole: NDArray[np.int64] = seconds.astype(np.int64) * SECOND + np.int64(halves) * HALF_BOARDING + metres
    return whole


def _directed(network: RoadNetwork) -> _Directed:
    tail, head, seconds, row = travel_times.directed(network)
    halves = np.round(2 * network.boardings[row]).astype(np.int32)
    metres = np.round(network.length_m[row]).astype(np.int32)
    return _Directed(tail, head, row, seconds, network.crossing_s[row], network.wait_s[row], metres, halves)


def rows(
    network: RoadNetwork, bases: Access, cells: Access, settings: Settings, *, compiled: bool | None = None
) -> Iterator[tuple[int, Parts]]:
    """Yield, for each base, its number and the parts of the ways to all cells."""
    engine = _compiled_rows if (travel_times.has_kernel() if compiled is None else compiled) else _scipy_rows
    own, door = (travel_times.doors(points, settings).astype(np.int64) for points in (bases, cells))
    own_m, door_m = _off_road_m(bases, settings), _off_road_m(cells, settings)
    for base, on_road in engine(network, _at_road(bases), _at_road(cells)):
        _along_own_edge(network, bases, base, cells, on_road)
        seconds, halves, metres, crossing, wait = on_road
        lost = (seconds >= NO_WAY) | (bases.edge[base] < 0) | (cells.edge < 0)
        columns = [
            seconds + own[base] + door, seconds - crossing - wait, crossing, wait, own[base] + door,
            metres + own_m[base] + door_m, halves // 2,
        ]  # fmt: skip
        yield base, Parts(*(np.where(lost, UNREACHABLE, column).astype(np.int32) for column in columns))


def _off_road_m(points: Access, settings: Settings) -> Ints:
    """Return the whole metres between each point and its road; 0 if there is none."""
    return np.round(np.where(points.edge >= 0, points.metres, 0.0) * settings.access.detour).astype(np.int32)


def _along_own_edge(network: RoadNetwork, bases: Access, base: int, cells: Access, on_road: NDArray[np.int64]) -> None:
    """Take the way along the base's own edge if it is the better one; ``on_road`` is changed in place."""
    same, along = travel_times.own_edge(network, bases, base, cells)
    metres = np.abs(_metres_to(network, cells)[same] - _metres_to(network, bases)[base])
    better = _cost(along, 0, metres) < _cost(on_road[0, same], on_road[1, same], on_road[2, same])
    zero = np.zeros(int(better.sum()), dtype=np.int64)
    on_road[:, same[better]] = [along[better], zero, metres[better], zero, zero]


def _metres_to(network: RoadNetwork, points: Access) -> Ints:
    """Return the whole metres from the start of each point's edge to the point."""
    return np.round(points.position * network.length_m[np.maximum(points.edge, 0)]).astype(np.int32)


def _metres_beyond(network: RoadNetwork, points: Access) -> Ints:
    """Return the whole metres from each point to the end of its edge."""
    whole = np.round(network.length_m[np.maximum(points.edge, 0)]).astype(np.int32)
    beyond: Ints = whole - _metres_to(network, points)
    return beyond


def _at_road(points: Access) -> Access:
    """Return the points moved to their road."""
    return Access(points.edge, points.position, np.zeros(len(points.edge)))


def _compiled_rows(network: RoadNetwork, bases: Access, cells: Access) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield, for each base, the seconds, half boardings, metres, crossing and waiting on the road, from the kernel."""
    from factgeo.travel import kernel  # noqa: PLC0415 - slow to import, and numba may be missing

    edges = _directed(network)
    graph = kernel.graph(edges.tail, edges.head, edges.seconds, network.nodes, network.node_xy)
    loads = np.column_stack([edges.halves, edges.metres, edges.crossing, edges.wait])
    starts, targets = travel_times.set_out(network, bases), travel_times.arrive(network, cells)
    start_m = np.column_stack([_metres_to(network, bases), _metres_beyond(network, bases)])
    target_m = np.column_stack([_metres_to(network, cells), _metres_beyond(network, cells)])
    for base, found in kernel.parts(graph, starts, targets, loads, start_m, target_m):
        yield base, found.astype(np.int64)


def _scipy_rows(network: RoadNetwork, bases: Access, cells: Access) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield the same from scipy's Dijkstra, with one number per edge: slower, but its code is easier to trust."""
    edges, targets = _directed(network), travel_times.arrive(network, cells)
    for base in range(len(bases.edge)):
        tree = _tree(network, edges, bases, base)
        crossing, wait = (_along(tree, load) for load in (edges.crossing, edges.wait))
        by_a = tree.cost[targets.node_a] + _cost(targets.from_a, 0, _metres_to(network, cells))
        by_b = tree.cost[targets.node_b] + _cost(targets.from_b, 0, _metres_beyond(network, cells))
        best, last = np.minimum(by_a, by_b), np.where(by_a <= by_b, targets.node_a, targets.node_b)
        parts = [best // SECOND, best % SECOND // HALF_BOARDING, best % HALF_BOARDING, crossing[last], wait[last]]
        yield base, np.array(parts, dtype=np.int64)


@dataclass(frozen=True)
class _Tree:
    """The best ways from one base to all nodes.

    Attributes:
        cost: Cost of the way to each node (see ``_cost``); ``NO_WAY`` seconds if there is no way.
        edge: The directed edge by which each node is reached; -1 at the base's own edge and if there is no way.
        before: The node before it; the node itself if there is none.
    """

    cost: NDArray[np.int64]
    edge: NDArray[np.intp]
    before: NDArray[np.intp]


def _tree(network: RoadNetwork, edges: _Directed, bases: Access, base: int) -> _Tree:
    """Run Dijkstra over the combined cost, from an extra node that leads to both ends of the base's edge."""
    size = network.nodes + 1
    key = edges.tail.astype(np.int64) * size + edges.head
    cheapest = pd.DataFrame({"key": key, "cost": edges.cost}).sort_values(["key", "cost"]).drop_duplicates("key")
    starts = travel_times.set_out(network, bases)
    metres = np.array([_metres_to(network, bases)[base], _metres_beyond(network, bases)[base]])
    out = pd.DataFrame({"node": starts.node[base], "cost": _cost(starts.seconds[base], 0, metres)})
    out = out[starts.seconds[base] < FAR].sort_values("cost").drop_duplicates("node")
    tail = np.concatenate([edges.tail[cheapest.index], np.full(len(out), network.nodes)])
    head = np.concatenate([edges.head[cheapest.index], out["node"]])
    # setting out costs one more, for a stored zero would mean no edge
    cost = np.concatenate([cheapest["cost"], out["cost"] + 1]).astype(float)
    graph = csr_array((cost, (tail, head)), shape=(size, size))
    distances, predecessors = dijkstra(graph, indices=[network.nodes], return_predecessors=True)
    away, before = distances[0, :-1], predecessors[0, :-1].astype(np.intp)
    nodes = np.arange(network.nodes)
    on_road = np.isfinite(away) & (before < network.nodes)
    edge = np.full(network.nodes, -1, dtype=np.intp)
    place = np.searchsorted(cheapest["key"], before[on_road] * size + nodes[on_road])
    edge[on_road] = cheapest.index[place]
    whole = np.where(np.isfinite(away), away - 1, float(NO_WAY) * SECOND).astype(np.int64)
    return _Tree(whole, edge, np.where(on_road, before, nodes))


def _along(tree: _Tree, load: Ints) -> NDArray[np.int64]:
    """Return the sum of ``load`` over the way to each node; each round doubles the number of edges that are summed."""
    total = np.where(tree.edge >= 0, load[tree.edge], 0).astype(np.int64)
    before = tree.before
    while (before != before[before]).any():
        total += np.where(before != np.arange(len(before)), total[before], 0)
        before = before[before]
    return total


def trip(network: RoadNetwork, roads: gpd.GeoDataFrame, ends: Access, settings: Settings) -> Trip:
    """Return the best way between the two points of ``ends``, with its parts."""
    legs = None if (ends.edge < 0).any() else _legs(network, ends)
    if legs is None:
        return Trip(False, None, None, None, None, None, None, (), 0, ())
    wait, crossing = float(network.wait_s[legs.row].sum()), float(network.crossing_s[legs.row].sum())
    drive, off_road = float(legs.seconds.sum()) - wait - crossing, float(travel_times.doors(ends, settings).sum())
    edges = roads.iloc[legs.row[legs.seconds > 0]]
    return Trip(
        reachable=True,
        minutes=(drive + crossing + wait + off_road) / 60,
        drive_min=drive / 60,
        crossing_min=crossing / 60,
        wait_min=wait / 60,
        access_min=off_road / 60,
        km=float(legs.metres.sum() + _off_road_m(ends, settings).sum()) / 1000,
        ferries=tuple(edges.loc[edges["kind"] == "ferry", "crossing"]),
        boats=round(float(network.boardings[legs.row].sum())) - int((edges["kind"] == "ferry").sum()),
        roads=tuple(name for name, _ in groupby(edges.loc[edges["kind"] == "road", "number"]) if name),
    )


@dataclass(frozen=True)
class _Legs:
    """The edges of one way in order: the row in the network, and the whole seconds and metres on it."""

    row: NDArray[np.intp]
    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]


def _legs(network: RoadNetwork, ends: Access) -> _Legs | None:
    """Return the way from the first to the second of ``ends``; None if there is none."""
    start, end = (_at_road(ends.of(slice(k, k + 1))) for k in (0, 1))
    edges, targets = _directed(network), travel_times.arrive(network, end)
    tree = _tree(network, edges, start, 0)
    to, beyond = int(_metres_to(network, end)[0]), int(_metres_beyond(network, end)[0])
    arrivals = [
        (int(targets.node_a[0]), int(targets.from_a[0]), to),
        (int(targets.node_b[0]), int(targets.from_b[0]), beyond),
    ]
    node, last_s, last_m = min(arrivals, key=lambda way: int(tree.cost[way[0]]) + way[1] * SECOND + way[2])
    total = int(tree.cost[node]) + last_s * SECOND + last_m
    same, along = travel_times.own_edge(network, start, 0, end)
    own_m = abs(int(_metres_to(network, start)[0]) - to)
    if len(same) and int(along[0]) * SECOND + own_m <= total:
        return _Legs(start.edge.astype(np.intp), along[:1], np.array([own_m]))
    if total >= NO_WAY * SECOND:
        return None
    way: list[int] = []
    while tree.edge[node] >= 0:
        way.insert(0, int(tree.edge[node]))
        node = int(tree.before[node])
    first = int(tree.cost[node])
    return _Legs(
        np.array([start.edge[0], *edges.row[way], end.edge[0]], dtype=np.intp),
        np.array([first // SECOND, *edges.seconds[way], last_s]),
        np.array([first % HALF_BOARDING, *edges.metres[way], last_m]),
    )
