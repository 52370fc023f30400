"""Turn another road network into a pack's road table: pieces from OpenStreetMap or NVDB are joined and numbered.

The pieces come with node keys of their publisher, or are joined by equal end points. Ferry ends that touch no road are
tied to the nearest road node. The largest piece in which every road leads to every other and back is kept. Another
piece is kept if it has residents near it who have no road of the largest piece.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from factgeo.atlas import access as entry
from factgeo.building.roads import EDGE_COLUMNS, SAME_POINT_M, RoadTables
from factgeo.errors import SourceError
from factgeo.sources import nvdb, osm
from factgeo.sources.files import file_sha256
from factgeo.sources.kartverket import CRS
from factgeo.travel import access

QUAY_TIE_M = 500  # a ferry end that touches no road is tied to the nearest road node within this distance
REACH_M = 3_000  # a detailed network comes near every home; who lives further off lies outside of it
KINDS = ("road", "ferry", "boat")
MEETING = (3, 8)  # so many ferry lines that meet at one point at sea are joined two by two
ONEWAYS = ("B", "FT", "TF")
REQUIRED = ("kind", "road_class", "geometry")
DEFAULTS: dict[str, Any] = {
    "number": "", "oneway": "B", "limit_kph": np.nan, "forward_min": np.nan, "backward_min": np.nan, "tunnel": False,
    "bridge": False, "season": "", "in_service": "", "crossing_id": "", "crossing": "", "crossing_min": np.nan,
    "headway_min": np.nan,
}  # fmt: skip
ALIKE = (
    "kind", "road_class", "number", "limit_kph", "tunnel", "bridge", "season", "in_service", "crossing_id", "crossing",
    "headway_min",
)  # fmt: skip
SUMMED = ("length_m", "forward_min", "backward_min", "crossing_min")

OSM = {
    "title": "Roads and ferries of OpenStreetMap", "publisher": "© OpenStreetMap contributors",
    "licence": "ODbL 1.0", "page": "https://www.openstreetmap.org/copyright",
}  # fmt: skip
NVDB = {
    "title": "NVDB Ruteplan", "publisher": "Statens vegvesen", "licence": "NLOD",
    "page": "https://kartkatalog.geonorge.no (NVDB Ruteplan)",
}  # fmt: skip

Ends = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """The homes of residents, to judge which roads they need.

    Attributes:
        homes: Shapely points, EPSG:25833.
        land: Polygons of the dry land.
    """

    homes: NDArray[np.object_]
    land: NDArray[np.object_]


@dataclass(frozen=True)
class Source:
    """A network as it was read, and its origin.

    Attributes:
        name: Name of the file, or ``osm:PLACE``.
        pieces: The raw pieces (see :func:`from_edges`).
        passport: Its entry among the sources of the manifest.
        notes: Counts of what the reader left out or changed (``networks.osm`` in the catalogue).
    """

    name: str
    pieces: gpd.GeoDataFrame
    passport: dict[str, Any]
    notes: dict[str, float] = field(default_factory=dict)


def read(wanted: str) -> Source:
    """Read the network of a file (OpenStreetMap, GraphML, NVDB Ruteplan) or of ``osm:PLACE``.

    Raises:
        SourceError: There is no such file, it is of another kind, or its reader refuses it.
    """
    if wanted.startswith("osm:"):
        pieces = osm.download(wanted.removeprefix("osm:").strip())
        today = datetime.now(tz=UTC).date().isoformat()
        return Source(wanted, pieces, _passport(wanted, osm.digest(pieces), **OSM, as_of=today), _notes(pieces))
    path = Path(wanted)
    if path.suffix.lower() == ".gpkg":
        return Source(path.name, nvdb.read(path), _passport(path.name, file_sha256(path), **NVDB))
    if not path.name.lower().endswith((*osm.FILE_KINDS, ".pbf")):
        raise SourceError("roads_kind", file=path, kinds=", ".join(osm.FILE_KINDS))
    pieces = osm.read(path)
    return Source(path.name, pieces, _passport(path.name, file_sha256(path), **OSM), _notes(pieces))


def _notes(pieces: gpd.GeoDataFrame) -> dict[str, float]:
    """Take the notes off the table; otherwise every table made from it would carry them."""
    return dict(pieces.attrs.pop("notes", {}))


def _passport(name: str, sha256: str, **said: str) -> dict[str, Any]:
    return {"path": name, **said, "sha256": sha256, "known": True}


def from_edges(raw: gpd.GeoDataFrame, *, people: People | None = None, simplify: bool = True) -> RoadTables:
    """Return the road table of a network in raw pieces.

    Args:
        raw: One row per piece: kind (road, ferry, boat), road_class, geometry and, if known, from_key, to_key,
            length_m, and the columns of ``DEFAULTS``. Any stated coordinate system.
        people: The homes of residents; None keeps only the largest piece.
        simplify: Join pieces of roads between junctions where nothing changes (ferries are always joined).

    Returns:
        The table. Node numbers and edge ids depend only on geometry and keys, not on the order of the rows.

    Raises:
        SourceError: A column or the coordinate system is missing, a length is negative, or there is no road.
    """
    edges = _checked(raw)
    edges, ends = _without_points(*_numbered(edges))
    edges, ends, ties = _tie_quays(edges, ends)
    kept, pieces = _kept(edges, ends, people)
    left_out = edges[~kept]
    edges, ends = edges[kept].reset_index(drop=True), ends[kept]
    edges, ends = _quay_to_quay(*_joined(edges, ends, simplify=simplify))
    table = _assemble(edges, ends)
    return RoadTables(table, _no_crossings(), _report(table, left_out, ties, pieces))


def _no_crossings() -> pd.DataFrame:
    return pd.DataFrame({"crossing_id": [], "name": [], "reason": []}, dtype=str)


def _checked(raw: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    missing = [name for name in REQUIRED if name not in raw.columns]
    if missing:
        raise SourceError("roads_columns", missing=", ".join(missing))
    if not (raw["kind"] == "road").any():
        raise SourceError("roads_empty")
    if raw.crs is None:
        raise SourceError("roads_crs")
    edges = raw.reset_index(drop=True).to_crs(CRS)
    _refuse_bad_lines(edges)
    for column, value in DEFAULTS.items():
        edges[column] = edges[column].fillna(value) if column in edges else value
    if not edges["oneway"].isin(ONEWAYS).all():
        raise SourceError("roads_oneway", value=edges.loc[~edges["oneway"].isin(ONEWAYS), "oneway"].iloc[0])
    metres = edges.geometry.length
    edges["length_m"] = edges["length_m"].fillna(metres).astype(float) if "length_m" in edges else metres
    if (edges["length_m"] < 0).any():
        row = int((edges["length_m"] < 0).idxmax())
        raise SourceError("roads_negative", row=row, value=edges.loc[row, "length_m"])
    if not (metres[edges["kind"] == "road"] > 0).any():
        raise SourceError("roads_empty")
    return edges


def _refuse_bad_lines(edges: gpd.GeoDataFrame) -> None:
    lines = edges.geometry.to_numpy()
    bad = shapely.is_empty(lines) | (shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING)
    bad |= ~np.isfinite(edges.geometry.bounds.to_numpy()).all(axis=1)
    if bad.any():
        raise SourceError("roads_line", row=int(bad.argmax()))


def _numbered(edges: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Ends]:
    """Return node numbers of both ends: by the publisher's keys if all rows have them, else by equal end points."""
    keyed = {"from_key", "to_key"} <= set(edges.columns) and bool(edges[["from_key", "to_key"]].notna().all(axis=None))
    if keyed:
        keys = np.concatenate([edges["from_key"].astype(str), edges["to_key"].astype(str)])
        number = np.unique(keys, return_inverse=True)[1]
    else:
        places = np.round(_end_places(edges) / SAME_POINT_M).astype(np.int64)
        number = np.unique(places, axis=0, return_inverse=True)[1].ravel()
    return edges.drop(columns=["from_key", "to_key"], errors="ignore"), number.reshape(2, -1).T.astype(np.int64)


def _without_points(edges: gpd.GeoDataFrame, ends: Ends) -> tuple[gpd.GeoDataFrame, Ends]:
    """Drop pieces of no length; the two nodes of each become one."""
    point = (edges.geometry.length == 0).to_numpy()
    if point.any():
        size = int(ends.max()) + 1
        graph = coo_array((np.ones(point.sum()), (ends[point, 0], ends[point, 1])), shape=(size, size))
        ends = connected_components(graph, directed=False)[1].astype(np.int64)[ends]
    return edges[~point].reset_index(drop=True), ends[~point]


def _end_places(edges: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the coordinates of all starts, then of all ends."""
    lines = edges.geometry.to_numpy()
    return shapely.get_coordinates(np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)]))


def _tie_quays(edges: gpd.GeoDataFrame, ends: Ends) -> tuple[gpd.GeoDataFrame, Ends, int]:
    """Tie the loose ends of ferries and boats to the nearest road node within reach."""
    nodes, first = np.unique(ends.T.ravel(), return_index=True)
    places = _end_places(edges)[first]
    degree = np.bincount(ends.ravel())
    on_road = np.isin(nodes, ends[(edges["kind"] == "road").to_numpy()])
    loose = np.flatnonzero((degree[nodes] == 1) & ~on_road)
    roads = np.flatnonzero(on_road)
    tree = shapely.STRtree(np.asarray(shapely.points(places[roads]), dtype=object))
    quay, hit = tree.query_nearest(shapely.points(places[loose]), max_distance=QUAY_TIE_M, all_matches=False)
    if not len(quay):
        return edges, ends, 0
    a, b = loose[quay], roads[hit]
    lines = shapely.linestrings(np.stack([places[a], places[b]], axis=1))
    ties = gpd.GeoDataFrame(
        {"kind": "tie", "road_class": "K", **DEFAULTS}, index=range(len(a)), geometry=lines, crs=CRS
    )
    ties["length_m"] = ties.geometry.length
    together = gpd.GeoDataFrame(pd.concat([edges, ties], ignore_index=True), crs=CRS)
    return together, np.vstack([ends, np.column_stack([nodes[a], nodes[b]])]), len(a)


# -- what is kept


def piece_of(edges: pd.DataFrame, ends: Ends) -> NDArray[np.int64]:
    """Return the number of the piece of each edge; -1 for an edge between two pieces without a way back.

    In a piece every road leads to every other and back; one-way streets count.
    """
    forth, back = (edges["oneway"] != "TF").to_numpy(), (edges["oneway"] != "FT").to_numpy()
    a = np.concatenate([ends[forth, 0], ends[back, 1]])
    b = np.concatenate([ends[forth, 1], ends[back, 0]])
    size = int(ends.max()) + 1
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(size, size))
    label = connected_components(graph, directed=True, connection="strong")[1]
    same: NDArray[np.int64] = np.where(label[ends[:, 0]] == label[ends[:, 1]], label[ends[:, 0]], -1)
    return same


def main_piece(edges: pd.DataFrame, piece: NDArray[np.int64]) -> int:
    """Return the number of the piece with the most metres of road."""
    roads = (edges["kind"] == "road").to_numpy() & (piece >= 0)
    if not roads.any():
        raise SourceError("roads_one_way")
    return int(np.bincount(piece[roads], weights=edges["length_m"].to_numpy()[roads]).argmax())


def get_on(people: People, edges: gpd.GeoDataFrame, in_main: NDArray[np.bool_]) -> entry.Access:
    """Return where each home gets on the network: on the largest piece if it is within reach, else on another piece."""
    found = _within_reach(people.homes, edges, np.flatnonzero(in_main), people.land)
    lost = np.flatnonzero(found.edge < 0)
    rest = _within_reach(people.homes[lost], edges, np.flatnonzero(~in_main), people.land)
    columns = (
        (found.edge, rest.edge),
        (found.position, rest.position),
        (found.metres, rest.metres),
    )
    for mine, other in columns:
        mine[lost] = other
    return found


def _within_reach(
    homes: NDArray[np.object_], edges: gpd.GeoDataFrame, rows: NDArray[np.intp], land: NDArray[np.object_]
) -> entry.Access:
    """Find access to some edges, as rows of the whole table; homes beyond ``REACH_M`` of them have none."""
    edge = np.full(len(homes), -1, dtype=np.int32)
    position, metres = np.zeros(len(homes)), np.full(len(homes), np.inf)
    near = _beside(homes, edges.geometry.to_numpy()[rows])
    if len(near):
        # one common node: all of these edges count alike, whichever piece they belong to
        part = edges.iloc[rows].assign(from_node=0, to_node=0)
        found = access.find(homes[near], part, land)
        close = (found.edge >= 0) & (found.metres <= REACH_M)
        edge[near[close]] = rows[found.edge[close]]
        position[near[close]], metres[near[close]] = found.position[close], found.metres[close]
    return entry.Access(edge, position, metres)


def _beside(homes: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the homes with any of the lines within reach."""
    if not len(lines) or not len(homes):
        return np.empty(0, dtype=np.intp)
    near: NDArray[np.intp] = shapely.STRtree(lines).query_nearest(homes, max_distance=REACH_M, all_matches=False)[0]
    return near


def _kept(edges: gpd.GeoDataFrame, ends: Ends, people: People | None) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Return which edges are kept, and the numbers of pieces with and without residents."""
    piece = piece_of(edges, ends)
    main = main_piece(edges, piece)
    in_main = piece == main
    lived_in: set[int] = set()
    if people is not None:
        on = get_on(people, edges.assign(tunnel=edges["tunnel"] | (piece < 0)), in_main)
        lived_in = {int(number) for number in np.unique(piece[on.edge[on.edge >= 0]])} - {main, -1}
    apart = {int(number) for number in np.unique(piece[(edges["kind"] == "road").to_numpy()])} - {main, -1}
    counts = {"pieces_kept_apart": len(lived_in), "pieces_left_out": len(apart - lived_in)}
    return np.isin(piece, [main, *lived_in]), counts


# -- joining pieces between junctions


def _joined(edges: gpd.GeoDataFrame, ends: Ends, *, simplify: bool) -> tuple[gpd.GeoDataFrame, Ends]:
    """Join each chain of pieces, with no junction or change between them, to one edge."""
    found = _chains(edges, ends, _bends(edges, ends, simplify=simplify))
    drawn = edges["oneway"].to_numpy(dtype=object)
    chains = [_driven(chain, str(drawn[chain[0][0]])) for chain in found]
    rows = np.array([chain[0][0] for chain in chains])
    table = edges.iloc[rows].reset_index(drop=True)
    several = [k for k, chain in enumerate(chains) if len(chain) > 1 or chain[0][1]]
    geometry, lines = edges.geometry.to_numpy(), table.geometry.to_numpy().copy()
    values = {name: edges[name].to_numpy(dtype=float) for name in SUMMED}
    sums = {name: column[rows] for name, column in values.items()}
    oneway = table["oneway"].to_numpy(dtype=object).copy()
    new_ends = ends[rows].copy()
    for k in several:
        chain = chains[k]
        lines[k] = _one_line(geometry, chain)
        for name in SUMMED:
            sums[name][k] = sum(values[_turned(name, flipped)][row] for row, flipped in chain)
        oneway[k] = _turned(oneway[k], chain[0][1])
        new_ends[k] = ends[chain[0][0]][int(chain[0][1])], ends[chain[-1][0]][1 - int(chain[-1][1])]
    table = table.set_geometry(lines, crs=CRS).assign(oneway=oneway, **sums)
    return table, new_ends


def _driven(chain: list[tuple[int, bool]], oneway: str) -> list[tuple[int, bool]]:
    """Turn a joined one-way street into its driving direction, whichever of its pieces came first."""
    if len(chain) > 1 and _turned(oneway, chain[0][1]) == "TF":
        return [(row, not flipped) for row, flipped in reversed(chain)]
    return chain


def _turned(name: str, flipped: bool) -> str:  # noqa: FBT001 - part of a chain
    """Return a direction, or the column of a direction's minutes, as seen from the other end."""
    turned = {"FT": "TF", "TF": "FT", "forward_min": "backward_min", "backward_min": "forward_min"}
    return turned.get(name, name) if flipped else name


def _one_line(lines: NDArray[np.object_], chain: list[tuple[int, bool]]) -> shapely.LineString:
    parts = [shapely.get_coordinates(lines[row])[:: -1 if flipped else 1] for row, flipped in chain]
    return shapely.LineString(np.concatenate([parts[0], *[part[1:] for part in parts[1:]]]))


def _bends(edges: gpd.GeoDataFrame, ends: Ends, *, simplify: bool) -> dict[int, tuple[int, int]]:
    """Return the nodes where exactly two pieces meet and nothing changes, with these two pieces."""
    alike = edges.assign(
        one_way=edges["oneway"] != "B", timed=edges["forward_min"].notna() | edges["backward_min"].notna(),
        sailed=edges["crossing_min"].notna(),
    )  # fmt: skip
    group = alike.groupby([*ALIKE, "one_way", "timed", "sailed"], dropna=False).ngroup().to_numpy()
    node, row = ends.ravel(), np.repeat(np.arange(len(edges)), 2)
    order = np.argsort(node, kind="stable")
    node, row = node[order], row[order]
    unique, start, degree = np.unique(node, return_index=True, return_counts=True)
    start, unique = start[degree == 2], unique[degree == 2]  # noqa: PLR2004 - a bend
    a, b = row[start], row[start + 1]
    kind = edges["kind"].to_numpy()
    free = np.isin(kind[a], KINDS if simplify else ("ferry", "boat")) & (a != b) & (group[a] == group[b])
    free &= (edges["oneway"].to_numpy()[a] == "B") | (
        _leads_to(edges, ends, a, unique) != _leads_to(edges, ends, b, unique)
    )
    return {int(n): (int(i), int(j)) for n, i, j in zip(unique[free], a[free], b[free], strict=True)}


def _leads_to(edges: gpd.GeoDataFrame, ends: Ends, row: NDArray[np.intp], node: Ends) -> NDArray[np.bool_]:
    """Return True where a one-way piece may be driven towards the node."""
    forth = edges["oneway"].to_numpy()[row] == "FT"
    towards: NDArray[np.bool_] = forth == (ends[row, 1] == node)
    return towards


def _chains(edges: gpd.GeoDataFrame, ends: Ends, bends: dict[int, tuple[int, int]]) -> list[list[tuple[int, bool]]]:
    """Return the pieces in driving order, each with True if it is passed backwards; every piece is in one chain."""
    done = np.zeros(len(edges), dtype=bool)
    chains = []
    loose = [row for row in range(len(edges)) if int(ends[row, 0]) not in bends or int(ends[row, 1]) not in bends]
    for row in [*loose, *range(len(edges))]:  # rings without a junction come last: they start anywhere
        if not done[row]:
            flipped = int(ends[row, 0]) in bends and int(ends[row, 1]) not in bends
            chains.append(_walk(row, flipped, ends, bends, done))
    return chains


def _walk(
    row: int,
    flipped: bool,  # noqa: FBT001 - part of a chain
    ends: Ends,
    bends: dict[int, tuple[int, int]],
    done: NDArray[np.bool_],
) -> list[tuple[int, bool]]:
    """Return the chain that starts with this piece, up to the next junction."""
    chain = [(row, flipped)]
    done[row] = True
    while True:
        node = int(ends[row, 0 if flipped else 1])
        if node not in bends:
            return chain
        a, b = bends[node]
        row = b if a == row else a
        if done[row]:
            return chain
        flipped = int(ends[row, 1]) == node
        done[row] = True
        chain.append((row, flipped))


# -- ferries that meet at sea


def _quay_to_quay(edges: gpd.GeoDataFrame, ends: Ends) -> tuple[gpd.GeoDataFrame, Ends]:
    """Turn ferry lines that meet at sea into crossings from quay to quay: travellers cannot change at sea."""
    while (node := _meeting_at_sea(edges, ends)) is not None:
        edges, ends = _past(edges, ends, node)
    return edges, ends


def _meeting_at_sea(edges: gpd.GeoDataFrame, ends: Ends) -> int | None:
    """Return a node where three or more ferry lines, and nothing else, meet; None if there is none."""
    plain = (edges["kind"] == "ferry").to_numpy() & (edges["oneway"] == "B").to_numpy() & (ends[:, 0] != ends[:, 1])
    nodes, count = np.unique(ends[plain], return_counts=True)
    at_sea = ~np.isin(nodes, ends[~plain]) & (count >= MEETING[0]) & (count <= MEETING[1])
    return int(nodes[at_sea.argmax()]) if at_sea.any() else None


def _past(edges: gpd.GeoDataFrame, ends: Ends, node: int) -> tuple[gpd.GeoDataFrame, Ends]:
    """Join the lines through this node two by two, without detours between quays that a line joins already."""
    rows = np.flatnonzero((ends == node).any(axis=1))
    far = {int(row): int(ends[row].sum() - node) for row in rows}
    there = {frozenset(pair) for pair in ends[(edges["kind"] == "ferry").to_numpy()].tolist()}
    pairs = [(a, b) for a, b in combinations(far, 2) if far[a] != far[b] and {far[a], far[b]} not in there]
    lines = edges.geometry.to_numpy()
    shapes = [_one_line(lines, [(a, bool(ends[a, 0] == node)), (b, bool(ends[b, 1] == node))]) for a, b in pairs]
    first, second = (edges.iloc[[pair[k] for pair in pairs]].reset_index(drop=True) for k in (0, 1))
    new = first.set_geometry(shapes, crs=CRS)
    for column in SUMMED:
        new[column] = first[column] + second[column]
    for column in ("crossing", "crossing_id"):
        new[column] = [a if a == b else " + ".join(filter(None, (a, b))) for a, b in zip(
            first[column], second[column], strict=True)]  # fmt: skip
    keep = ~np.isin(np.arange(len(edges)), rows)
    together = gpd.GeoDataFrame(pd.concat([edges[keep], new], ignore_index=True), crs=CRS)
    new_ends = np.array([[far[a], far[b]] for a, b in pairs], dtype=np.int64).reshape(-1, 2)
    return together, np.vstack([ends[keep], new_ends])


# -- the table


def _assemble(edges: gpd.GeoDataFrame, ends: Ends) -> gpd.GeoDataFrame:
    """Return all columns of the pack, with node numbers by place and edge ids in the order of the nodes."""
    table = edges.copy()
    places = np.round(_end_places(edges), 2)
    nodes, first, inverse = np.unique(ends.T.ravel(), return_index=True, return_inverse=True)
    rank = np.empty(len(nodes), dtype=np.int64)
    rank[np.lexsort((nodes, places[first, 1], places[first, 0]))] = np.arange(len(nodes))
    table["from_node"], table["to_node"] = rank[inverse].reshape(2, -1)
    for column in ("number", "oneway", "season", "in_service", "crossing_id", "crossing"):
        table[column] = table[column].fillna("").astype(str)
    for column in ("tunnel", "bridge"):
        table[column] = table[column].astype(bool)
    for column in ("limit_kph", "headway_min", *SUMMED):
        table[column] = table[column].astype(float)
    table["wkb"] = table.geometry.to_wkb()
    table = table.sort_values(["from_node", "to_node", "kind", "crossing_id", "length_m", "wkb"], ignore_index=True)
    table["edge_id"] = np.arange(len(table))
    return table[EDGE_COLUMNS]


def _report(table: gpd.GeoDataFrame, left_out: gpd.GeoDataFrame, ties: int, pieces: dict[str, int]) -> dict[str, float]:
    """Return the counts and kilometres that the manifest prints."""
    ends = table[["from_node", "to_node"]].to_numpy()
    piece = piece_of(table, ends)
    roads = table["kind"] == "road"
    km = float(table.loc[roads, "length_m"].sum() / 1000)
    main_km = float(table.loc[roads & (piece == main_piece(table, piece)), "length_m"].sum() / 1000)
    lost_km = float(left_out.loc[left_out["kind"] == "road", "length_m"].sum() / 1000)
    known = table["limit_kph"].notna() | table["forward_min"].notna() | table["backward_min"].notna()
    return {
        "road_km": round(km, 1),
        "road_km_left_out": round(lost_km, 1),
        "road_share_joined": round(main_km / (km + lost_km), 5),
        "ties": ties,
        "crossings": int((table["kind"] == "ferry").sum()),
        "boats": int((table["kind"] == "boat").sum()),
        **pieces,
        "edges_one_way": int((table["oneway"] != "B").sum()),
        "edges_without_speed": int((roads & ~known).sum()),
    }
