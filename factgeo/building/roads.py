"""Build the road network of the pack from Kartverket's N1000 and the table of ferry crossings.

N1000 joins roads by shared end points, but half of its ferry quays touch no road, some roads stop just short of the
next, and ferry legs meet at sea. So roads are split where another road ends, and every crossing becomes one edge from
quay to quay (travellers cannot change ferries at sea). Each quay is tied to the nearest road. Pieces that are still
apart are tied if the gap is small.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import LineString, Point

from factgeo.errors import SourceError
from factgeo.sources.kartverket import CRS

QUAY_TIE_M = 1500  # a quay is tied to a road within this distance
DEAD_END_TIE_M = 100  # a road that stops within this distance of another is joined to it
STRAY_TIE_M = 600  # roads that lie apart are tied to the network within this distance
SAME_POINT_M = 0.02  # coordinates are compared at this precision
LINE_GAP_M = 50  # ferry lines of one crossing whose ends are this near are one line
SHARED_QUAY_M = 400  # quays without a road within this distance are one quay
BOAT_QUAY_M = 500  # the end of a passenger boat is tied to a road within this distance; else it is a landing
COASTAL_STEAMER_M = 120_000  # a boat line longer than this is a coastal route, not local transport
HARBOUR_M = 1000  # boat lines that end this near to one another are legs of one route
LANDING_M = 1.0  # length of the stub that stands for the local road at a quay without N1000 road

EDGE_COLUMNS = [
    "edge_id", "from_node", "to_node", "kind", "road_class", "number", "length_m", "oneway", "limit_kph",
    "forward_min", "backward_min", "tunnel", "bridge", "season", "in_service", "crossing_id", "crossing",
    "crossing_min", "headway_min", "geometry",
]  # fmt: skip
BOTH_WAYS = "B"  # oneway: B both ways, FT only from from_node to to_node, TF only back


@dataclass(frozen=True)
class RoadTables:
    """The network, and the crossings that could not be joined to it.

    Attributes:
        edges: One row per edge (see ``EDGE_COLUMNS``), EPSG:25833. kind is road, tie, landing, ferry or boat.
        left_out: Crossings that are not routable: crossing_id, name, reason.
        report: Counts and lengths that the manifest prints.
    """

    edges: gpd.GeoDataFrame
    left_out: pd.DataFrame
    report: dict[str, float]


def build(
    lines: gpd.GeoDataFrame, ferry_lines: gpd.GeoDataFrame, crossings: pd.DataFrame, boats: gpd.GeoDataFrame
) -> RoadTables:
    """Build the network of the pack from N1000 road lines, ferry lines, the crossings table and passenger boats."""
    roads = _split_where_roads_end(_road_table(lines))
    ferries, left_out = _ferry_table(ferry_lines, crossings)
    roads, ties = _tie_quays(roads, ferries, [])
    roads, ties = _tie_dead_ends(roads, ties)
    roads, ties = _tie_strays(roads, ferries, ties)
    boat_table = _boat_table(boats, roads)
    landings = _landings(np.unique(_ends(ferries.geometry), axis=0), roads, ties, QUAY_TIE_M)
    stops = _boat_stops(boat_table)
    roads, ties = _tie(roads, stops, np.ones(len(roads), dtype=bool), BOAT_QUAY_M, ties)
    boat_landings = _landings(stops, roads, ties, BOAT_QUAY_M)
    edges = _assemble([roads, _tie_table(ties), landings, boat_landings, ferries, boat_table])
    edges, dropped_km = _drop_strays(edges)
    return RoadTables(edges, left_out, _report(edges, ties, dropped_km))


def _road_table(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return road lines with the columns of an edge; motorways and trunk roads are classes of their own."""
    road_class = lines["category"].where(lines["motorway"] == "", lines["motorway"])
    table = gpd.GeoDataFrame(geometry=lines.geometry.to_numpy(), crs=CRS)
    table["kind"] = "road"
    table["road_class"] = road_class.replace({"motorveg": "motorway", "motortrafikkveg": "trunk"}).to_numpy()
    table["number"] = np.where(lines["number"] == "", "", lines["category"] + lines["number"])
    table["tunnel"], table["bridge"] = (
        (lines["medium"] == "U").to_numpy(),
        (lines["medium"] == "L").to_numpy(),
    )
    return table


def _split_where_roads_end(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Split lines at inner vertices where another line ends."""
    coords, owner = shapely.get_coordinates(roads.geometry.to_numpy(), return_index=True)
    keys = _point_keys(coords)
    inner = np.zeros(len(coords), dtype=bool)
    inner[1:-1] = (owner[1:-1] == owner[:-2]) & (owner[1:-1] == owner[2:])
    is_end = np.isin(keys, keys[~inner])
    cuts = np.flatnonzero(inner & is_end)
    return _split(roads, owner[cuts], coords[cuts])


def _split(roads: gpd.GeoDataFrame, owner: NDArray[np.intp], points: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Split line ``owner[k]`` (position) at the point on it nearest to ``points[k]``; the other lines do not change."""
    if not len(owner):
        return roads
    pieces: list[LineString] = []
    parents: list[int] = []
    geometries = roads.geometry.to_numpy()
    for row in np.unique(owner):
        parts = _cut_line(geometries[row], points[owner == row])
        pieces += parts
        parents += [int(row)] * len(parts)
    whole = np.ones(len(roads), dtype=bool)
    whole[owner] = False
    cut = roads.iloc[parents].set_geometry(np.array(pieces, dtype=object), crs=CRS)
    return gpd.GeoDataFrame(pd.concat([roads[whole], cut], ignore_index=True), crs=CRS)


def _cut_line(line: LineString, points: NDArray[np.float64]) -> list[LineString]:
    """Return the parts of a line between points that lie on it; each point becomes an end of two parts."""
    where = np.atleast_1d(shapely.line_locate_point(line, shapely.points(points)))
    order = np.argsort(where, kind="stable")
    coords = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
    parts, start, start_at = [], coords[0], 0.0
    for k in order:
        at = float(where[k])
        if at - start_at < SAME_POINT_M or along[-1] - at < SAME_POINT_M:
            continue
        between = coords[(along > start_at + SAME_POINT_M / 2) & (along < at - SAME_POINT_M / 2)]
        parts.append(LineString([start, *between, points[k]]))
        start, start_at = points[k], at
    parts.append(LineString([start, *coords[along > start_at + SAME_POINT_M / 2]]))
    return parts


def _point_keys(coords: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return one integer per point; equal for points within the precision of comparison."""
    cell = np.round(coords / SAME_POINT_M).astype(np.int64)
    key: NDArray[np.int64] = cell[:, 0] * 2_000_000_000 + cell[:, 1]
    return key


def _ferry_table(lines: gpd.GeoDataFrame, crossings: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return one edge per crossing from quay to quay, along its lines (straight if N1000 draws none).

    Crossings without known quays are left out by name.
    """
    known = crossings["point_a"].notna() & crossings["point_b"].notna()
    left_out = crossings.loc[~known, ["crossing_id", "name"]].assign(reason="not_on_map")
    table = crossings[known].reset_index(drop=True)
    paths = [_crossing_path(row, lines) for row in table.itertuples()]
    ferries = gpd.GeoDataFrame(geometry=paths, crs=CRS)
    ferries["kind"], ferries["road_class"], ferries["number"] = "ferry", "ferry", table["route_no"]
    for column in ("crossing_id", "season", "in_service", "crossing_min", "headway_min"):
        ferries[column] = table[column]
    ferries["crossing"] = table["name"]
    return ferries, left_out.reset_index(drop=True)


def _crossing_path(crossing: Any, lines: gpd.GeoDataFrame) -> LineString:  # noqa: ANN401 - a named tuple
    """Return the lines of one crossing in sailing order, as one line from quay a to quay b.

    Raises:
        SourceError: A line is not on the map, or the lines lead somewhere else.
    """
    if not crossing.line_ids:
        return LineString([crossing.point_a, crossing.point_b])
    left = [lines.geometry.get(line_id) for line_id in crossing.line_ids]
    at, coords = crossing.point_a, []
    while left and all(left):
        gaps = [min(at.distance(Point(line.coords[0])), at.distance(Point(line.coords[-1]))) for line in left]
        if min(gaps) > LINE_GAP_M:
            break
        line = left.pop(int(np.argmin(gaps)))
        backwards = at.distance(Point(line.coords[-1])) < at.distance(Point(line.coords[0]))
        coords += list(line.coords)[::-1] if backwards else list(line.coords)
        at = Point(coords[-1])
    if left or at.distance(crossing.point_b) > LINE_GAP_M:
        raise SourceError("crossing_lines", name=crossing.name)
    return LineString(coords)


def _ends(lines: Iterable[LineString]) -> NDArray[np.float64]:
    """Return the coordinates of both ends of each line: first all starts, then all ends."""
    array = np.array(list(lines), dtype=object)
    starts, stops = shapely.get_point(array, 0), shapely.get_point(array, -1)
    return shapely.get_coordinates(np.concatenate([starts, stops]))


Tie = tuple[tuple[float, float], tuple[float, float]]


def _tie(
    roads: gpd.GeoDataFrame,
    points: NDArray[np.float64],
    candidates: NDArray[np.bool_],
    reach_m: float,
    ties: list[Tie],
) -> tuple[gpd.GeoDataFrame, list[Tie]]:
    """Tie each point to the nearest candidate road within reach, a tunnel only at its ends; the road is split there."""
    if not len(points) or not candidates.any():
        return roads, ties
    rows = np.flatnonzero(candidates)
    targets = _tie_targets(roads)
    spots = np.asarray(shapely.points(points), dtype=object)
    near, hit = shapely.STRtree(targets[rows]).query_nearest(spots, max_distance=reach_m, all_matches=False)
    owner = rows[hit]
    on_road = shapely.get_point(shapely.shortest_line(targets[owner], spots[near]), 0)
    at = _snap_to_ends(roads.geometry.to_numpy()[owner], shapely.get_coordinates(on_road))
    new = [
        ((float(p[0]), float(p[1])), (float(q[0]), float(q[1])))
        for p, q in zip(points[near], at, strict=True)
        if np.hypot(*(p - q)) > SAME_POINT_M
    ]
    return _split(roads, owner, at), ties + new


def _tie_targets(roads: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the lines or points where a road can be joined: anywhere above ground, at the two ends of a tunnel."""
    lines = roads.geometry.to_numpy()
    both = np.column_stack([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    ends = np.atleast_1d(np.asarray(shapely.multipoints(both), dtype=object))
    return np.where(roads["tunnel"].to_numpy(), ends, lines)


def _snap_to_ends(lines: NDArray[np.object_], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move points that lie within a metre of an end of their line onto that end."""
    moved = points.copy()
    for which in (0, -1):
        end = shapely.get_coordinates(shapely.get_point(lines, which))
        close = np.hypot(*(end - points).T) < 1.0
        moved[close] = end[close]
    return moved


def _tie_quays(
    roads: gpd.GeoDataFrame, ferries: gpd.GeoDataFrame, ties: list[Tie]
) -> tuple[gpd.GeoDataFrame, list[Tie]]:
    """Tie every quay to the nearest road, and quays without a road to one another."""
    quays = np.unique(_ends(ferries.geometry), axis=0)
    roads, tied = _tie(roads, quays, np.ones(len(roads), dtype=bool), QUAY_TIE_M, ties)
    tree = shapely.STRtree(_tie_targets(roads))
    lonely = quays[np.setdiff1d(np.arange(len(quays)), tree.query_nearest(
        shapely.points(quays), max_distance=QUAY_TIE_M, all_matches=False)[0])]  # fmt: skip
    spots = shapely.points(lonely)
    a, b = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=SHARED_QUAY_M)
    pairs = [(tuple(lonely[i]), tuple(lonely[j])) for i, j in zip(a, b, strict=True) if i < j]
    return roads, tied + pairs


def _tie_dead_ends(roads: gpd.GeoDataFrame, ties: list[Tie]) -> tuple[gpd.GeoDataFrame, list[Tie]]:
    """Join roads that stop just short of another road which they do not touch."""
    ends = _ends(roads.geometry)
    keys = _point_keys(ends)
    unique, counts = np.unique(keys, return_counts=True)
    tied = _point_keys(np.array([p for tie in ties for p in tie], dtype=float).reshape(-1, 2))
    dead = np.isin(keys, unique[counts == 1]) & ~np.isin(keys, tied)
    own_lines = np.concatenate([roads.geometry.to_numpy()] * 2)
    tree = shapely.STRtree(_tie_targets(roads))
    lines = roads.geometry.to_numpy()
    for k in np.flatnonzero(dead):
        near = tree.query(Point(ends[k]), predicate="dwithin", distance=DEAD_END_TIE_M)
        if (shapely.distance(lines[near], own_lines[k]) > SAME_POINT_M).any():
            apart = shapely.distance(roads.geometry.to_numpy(), own_lines[k]) > SAME_POINT_M
            roads, ties = _tie(roads, ends[k][None, :], apart, DEAD_END_TIE_M, ties)
    return roads, ties


def _components(lines: NDArray[np.object_], ties: list[Tie]) -> NDArray[np.int32]:
    """Return the component of each line, joined at shared ends and by ties."""
    every = np.concatenate([lines, np.array([LineString(tie) for tie in ties], dtype=object)]) if ties else lines
    keys = _point_keys(_ends(every))
    unique, node = np.unique(keys, return_inverse=True)
    a, b = node[: len(every)], node[len(every) :]
    graph = coo_matrix((np.ones(len(every)), (a, b)), shape=(len(unique), len(unique)))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels[a][: len(lines)]


def _tie_strays(
    roads: gpd.GeoDataFrame, ferries: gpd.GeoDataFrame, ties: list[Tie]
) -> tuple[gpd.GeoDataFrame, list[Tie]]:
    """Tie road pieces apart from the main network by their nearest end, if the gap is small."""
    while True:
        lines = np.concatenate([roads.geometry.to_numpy(), ferries.geometry.to_numpy()])
        label = _components(lines, ties)
        km = np.bincount(label, weights=shapely.length(lines))
        main = int(km.argmax())
        of_road = label[: len(roads)]
        in_main = of_road == main
        tree = shapely.STRtree(_tie_targets(roads)[in_main])
        best: tuple[float, NDArray[np.float64]] | None = None
        for stray in np.unique(of_road[~in_main]):
            ends = _ends(roads.geometry.to_numpy()[of_road == stray])
            hit, distance = tree.query_nearest(
                shapely.points(ends), max_distance=STRAY_TIE_M, return_distance=True, all_matches=False
            )
            if len(distance) and (best is None or distance.min() < best[0]):
                best = (float(distance.min()), ends[hit[0][int(distance.argmin())]])
        if best is None:
            return roads, ties
        roads, ties = _tie(roads, best[1][None, :], in_main, STRAY_TIE_M, ties)


def _landings(quays: NDArray[np.float64], roads: gpd.GeoDataFrame, ties: list[Tie], reach_m: float) -> gpd.GeoDataFrame:
    """Return a stub of road at each quay without a road: residents there can walk to the ferry."""
    road_points = _point_keys(_ends(roads.geometry))
    tied = _point_keys(np.array([p for p, _ in ties], dtype=float).reshape(-1, 2))
    tree = shapely.STRtree(_tie_targets(roads))
    lonely = [
        p
        for p, key in zip(quays, _point_keys(quays), strict=True)
        if key not in road_points
        and (key not in tied or not len(tree.query(Point(p), predicate="dwithin", distance=reach_m)))
    ]
    stubs = [LineString([(x, y), (x + LANDING_M, y)]) for x, y in lonely]
    table = gpd.GeoDataFrame(geometry=stubs, crs=CRS)
    return table.assign(kind="landing", road_class="K", number="")


def _boat_table(boats: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return passenger-boat lines as edges, without the coastal steamer, whose legs form one long route."""
    lines = boats.geometry.explode(ignore_index=True)
    lines = lines[lines.length.groupby(_routes(lines)).transform("sum") <= COASTAL_STEAMER_M]
    table = gpd.GeoDataFrame(geometry=lines.to_numpy(), crs=roads.crs)
    return table.assign(kind="boat", road_class="boat", number="", season="unknown", in_service="unknown")


def _routes(lines: gpd.GeoSeries) -> NDArray[np.int32]:
    """Return the number of the route of each line; lines that end in one harbour belong to one route."""
    if lines.empty:
        return np.empty(0, dtype=np.int32)
    ends = np.asarray(shapely.points(_ends(lines)), dtype=object)
    a, b = shapely.STRtree(ends).query(ends, predicate="dwithin", distance=HARBOUR_M)
    graph = coo_matrix((np.ones(len(a)), (a % len(lines), b % len(lines))), shape=(len(lines), len(lines)))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


def _boat_stops(boats: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return where boat lines end alone; lines that meet do so at sea."""
    ends = _ends(boats.geometry)
    _, first, counts = np.unique(_point_keys(ends), return_index=True, return_counts=True)
    alone: NDArray[np.float64] = ends[np.sort(first[counts == 1])]
    return alone


def _tie_table(ties: list[Tie]) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(geometry=[LineString(tie) for tie in ties], crs=CRS)
    return table.assign(kind="tie", road_class="K", number="")


def _assemble(tables: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return all edges in one table, with node and edge ids that depend only on the geometry."""
    edges = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=CRS)
    edges["length_m"] = edges.geometry.length
    ends = _ends(edges.geometry)
    keys = _point_keys(ends)
    _, node = np.unique(keys, return_inverse=True)
    edges["from_node"], edges["to_node"] = node[: len(edges)], node[len(edges) :]
    for column in ("tunnel", "bridge"):
        edges[column] = edges.get(column, pd.Series(False, index=edges.index)).fillna(False).astype(bool)
    for column in ("season", "in_service", "crossing_id", "crossing", "number"):
        edges[column] = edges.get(column, pd.Series("", index=edges.index)).fillna("").astype(str)
    edges["oneway"] = BOTH_WAYS  # N1000 knows neither directions nor limits nor minutes
    for column in ("limit_kph", "forward_min", "backward_min"):
        edges[column] = np.nan
    edges = edges.sort_values(["from_node", "to_node", "kind", "crossing_id", "length_m"], ignore_index=True)
    edges["edge_id"] = np.arange(len(edges))
    return edges[EDGE_COLUMNS]


def _drop_strays(edges: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, float]:
    """Drop the pieces that not even a boat joins to the main network; return also how many km of road those were."""
    nodes = int(max(edges["from_node"].max(), edges["to_node"].max())) + 1
    graph = coo_matrix((np.ones(len(edges)), (edges["from_node"], edges["to_node"])), shape=(nodes, nodes))
    labels = connected_components(graph, directed=False)[1][edges["from_node"].to_numpy()]
    keep = labels == np.bincount(labels, weights=edges["length_m"]).argmax()
    lost = edges.loc[~keep & (edges["kind"] == "road"), "length_m"].sum() / 1000
    kept = edges[keep].reset_index(drop=True)
    _, renumbered = np.unique(np.concatenate([kept["from_node"], kept["to_node"]]), return_inverse=True)
    kept["from_node"], kept["to_node"] = renumbered[: len(kept)], renumbered[len(kept) :]
    kept["edge_id"] = np.arange(len(kept))
    return kept, float(lost)


def _report(edges: gpd.GeoDataFrame, ties: list[Tie], dropped_km: float) -> dict[str, float]:
    road_km = float(edges.loc[edges["kind"] == "road", "length_m"].sum() / 1000)
    return {
        "road_km": round(road_km, 1),
        "road_km_left_out": round(dropped_km, 1),
        "road_share_joined": round(road_km / (road_km + dropped_km), 5),
        "ties": len(ties),
        "crossings": int((edges["kind"] == "ferry").sum()),
    }
