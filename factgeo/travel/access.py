"""Find where cells and bases get on the road: the nearest road that can be reached without crossing the sea."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from factgeo.atlas.access import Access

DRY_M = 300  # metres of water that a straight way may cross: outlines and cell centres are not more exact
LIMIT_M = 15_000  # a point further from every road has none; N1000 lacks most municipal and private roads
WET_SEARCH_M = 6_000  # how far to look for another road if the nearest lies across water
FAR = 2**30  # seconds, more than any way takes
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Targets:
    """Cells as seen from the two ends of their edge.

    Attributes:
        node_a: Start node of each cell's edge.
        from_a: Whole seconds from that node to the cell's door; ``FAR`` if the way is closed.
        node_b: End node of each cell's edge.
        from_b: Whole seconds from that node to the cell's door; ``FAR`` if the way is closed.
    """

    node_a: Ints
    from_a: Ints
    node_b: Ints
    from_b: Ints


@dataclass(frozen=True)
class Starts:
    """Bases as the two nodes at the ends of their edge, bases x 2; ``FAR`` seconds if the way to a node is closed."""

    node: Ints
    seconds: Ints


def find(
    points: NDArray[np.object_],
    roads: gpd.GeoDataFrame,
    land: NDArray[np.object_],
    *,
    limit_m: float = LIMIT_M,
    by_car_first: bool = True,
) -> Access:
    """Find the nearest road of each point, never a ferry, a boat or a tunnel, and never across the sea.

    Roads that belong to the largest network of roads and car ferries come first. A point without such a road takes the
    landing of a passenger boat, or a road on an island that only boats reach; it is unreachable unless boats are
    allowed.

    Args:
        points: Shapely points, EPSG:25833.
        roads: Edges with from_node, to_node, kind, tunnel and geometry.
        land: Polygons of the dry land.
        limit_m: A point further than this from every road (metres) has none.
        by_car_first: False: take the nearest of all roads, whether cars can leave it or not.
    """
    usable = (roads["kind"].isin(["road", "tie", "landing"]) & ~roads["tunnel"]).to_numpy()
    if not by_car_first:
        return _nearest(points, roads, np.flatnonzero(usable), land, limit_m)

    # The nearest road may be one that cars cannot leave, such as a road on an island without a ferry. A point there
    # would count as unreachable although another road is near, so the large network comes first.
    by_car = joined_by_car(roads)
    found = _nearest(points, roads, np.flatnonzero(usable & by_car), land, limit_m)

    # Only points without any road of the large network look further: these roads are the only ones they have.
    lost = np.flatnonzero(found.edge < 0)
    by_boat = np.flatnonzero(usable & ~by_car)
    if len(lost) and len(by_boat):
        rest = _nearest(points[lost], roads, by_boat, land, limit_m)
        found.edge[lost], found.position[lost], found.metres[lost] = rest.edge, rest.position, rest.metres
    return found


def joined_by_car(roads: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return True for edges that roads and car ferries join to the longest network, in any season."""
    drives = np.asarray(roads["kind"] != "boat", dtype=bool)
    if not drives.any():
        return drives
    a, b = roads["from_node"].to_numpy(), roads["to_node"].to_numpy()
    nodes = int(max(a.max(), b.max())) + 1
    graph = coo_array((np.ones(drives.sum()), (a[drives], b[drives])), shape=(nodes, nodes))
    label = connected_components(graph, directed=False)[1][a]
    metres = np.bincount(label[drives], weights=roads["length_m"].to_numpy()[drives])
    return np.asarray(drives & (label == metres.argmax()), dtype=bool)


def _nearest(
    points: NDArray[np.object_],
    roads: gpd.GeoDataFrame,
    usable: NDArray[np.intp],
    land: NDArray[np.object_],
    limit_m: float,
) -> Access:
    """Find the nearest usable edge of each point to which a straight way leads over land."""
    lines = roads.geometry.to_numpy()[usable]
    tree = shapely.STRtree(lines)
    near, hit = tree.query_nearest(points, max_distance=limit_m, all_matches=False)
    chosen = np.full(len(points), -1, dtype=np.int32)
    chosen[near] = hit

    # Cutting ways with outlines is slow, and most nearest roads lie on the same shore. So all points try their nearest
    # road first, and only those whose way is wet look at the other roads one by one.
    ways = _ways(points[near], lines[hit])
    wet = near[_water_m(ways, land) > DRY_M]
    chosen[wet] = [_dry_road(points[k], lines, tree, land, limit_m) for k in wet]
    return _as_access(points, lines, usable, chosen)


def _ways(points: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return straight lines from points to the nearest spot of their line."""
    ways: NDArray[np.object_] = shapely.shortest_line(points, lines)
    return ways


def _water_m(ways: NDArray[np.object_], land: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the metres of each straight way that lie outside the land; ways up to ``DRY_M`` count in full."""
    lengths = shapely.length(ways)
    water = lengths.copy()
    longer = np.flatnonzero(lengths > DRY_M)  # a shorter way cannot be too wet, so its land need not be cut
    shapely.prepare(land)
    row, area = shapely.STRtree(land).query(ways[longer], predicate="intersects")
    dry = shapely.length(shapely.intersection(ways[longer[row]], land[area]))
    np.subtract.at(water, longer[row], dry)
    return water


def _dry_road(
    point: shapely.Point, lines: NDArray[np.object_], tree: shapely.STRtree, land: NDArray[np.object_], limit_m: float
) -> int:
    """Return the position of the nearest road to which a straight way leads over land; -1 if there is none."""
    candidates = tree.query(point, predicate="dwithin", distance=min(WET_SEARCH_M, limit_m))
    ways = _ways(np.full(len(candidates), point), lines[candidates])
    order = np.argsort(shapely.length(ways), kind="stable")
    dry = _water_m(ways[order], land) <= DRY_M
    return int(candidates[order[dry.argmax()]]) if dry.any() else -1


def _as_access(
    points: NDArray[np.object_],
    lines: NDArray[np.object_],
    usable: NDArray[np.intp],
    chosen: NDArray[np.int32],
) -> Access:
    found = chosen >= 0
    edge = np.full(len(points), -1, dtype=np.int32)
    position, metres = np.zeros(len(points)), np.full(len(points), np.inf)
    on = lines[chosen[found]]
    edge[found] = usable[chosen[found]]
    position[found] = shapely.line_locate_point(on, points[found], normalized=True)
    metres[found] = shapely.distance(points[found], on)
    return Access(edge, position, metres)
