"""Where cells and bases get on the road: the nearest road that can be reached without crossing the sea."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

DRY_M = 300  # a straight way may cross this much water: outlines and cell centres are that inexact
LIMIT_M = 15_000  # who lives further from every road has none; N1000 lacks most municipal and private roads
WET_SEARCH_M = 6_000  # how far to look for another road when the nearest lies across water


@dataclass(frozen=True)
class Access:
    """For each point the road where it gets on; one row per point.

    Attributes:
        edge: Row of the edge in the road table, -1 where there is no road.
        position: Where on the edge, 0 (from_node) to 1 (to_node).
        metres: Straight distance to that spot.
    """

    edge: NDArray[np.int32]
    position: NDArray[np.float64]
    metres: NDArray[np.float64]


def find(points: NDArray[np.object_], roads: gpd.GeoDataFrame, land: NDArray[np.object_]) -> Access:
    """The nearest road of each point, never a ferry, a boat or a tunnel, and never across the sea.

    Args:
        points: Shapely points, EPSG:25833.
        roads: Edges with kind, tunnel and geometry. All of them are joined to the main network (by boat at least).
        land: Polygons of the dry land.
    """
    usable = np.flatnonzero(roads["kind"].isin(["road", "tie", "landing"]) & ~roads["tunnel"])
    lines = roads.geometry.to_numpy()[usable]
    tree = shapely.STRtree(lines)
    near, hit = tree.query_nearest(points, max_distance=LIMIT_M, all_matches=False)
    chosen = np.full(len(points), -1, dtype=np.int32)
    chosen[near] = hit
    ways = _ways(points[near], lines[hit])
    wet = near[_water_m(ways, land) > DRY_M]
    chosen[wet] = [_dry_road(points[k], lines, tree, land) for k in wet]
    return _as_access(points, lines, usable, chosen)


def _ways(points: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Straight lines from points to the nearest spot of their line."""
    ways: NDArray[np.object_] = shapely.shortest_line(points, lines)
    return ways


def _water_m(ways: NDArray[np.object_], land: NDArray[np.object_]) -> NDArray[np.float64]:
    """Metres of each straight way that lie outside the land."""
    lengths = shapely.length(ways)
    water = lengths.copy()
    longer = np.flatnonzero(lengths > DRY_M)
    shapely.prepare(land)
    row, area = shapely.STRtree(land).query(ways[longer], predicate="intersects")
    dry = shapely.length(shapely.intersection(ways[longer[row]], land[area]))
    np.subtract.at(water, longer[row], dry)
    return water


def _dry_road(
    point: shapely.Point, lines: NDArray[np.object_], tree: shapely.STRtree, land: NDArray[np.object_]
) -> int:
    """The nearest road that a straight way over land leads to, -1 if none does."""
    candidates = tree.query(point, predicate="dwithin", distance=WET_SEARCH_M)
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
