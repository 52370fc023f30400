"""Build fixed links that do not exist yet into the road network; ``network`` closes roads and ferries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from factgeo.atlas import places
from factgeo.atlas.access import Access
from factgeo.atlas.pack import Atlas
from factgeo.atlas.places import Place
from factgeo.errors import Faults, SettingsError, SourceError, UnknownNameError, read_each
from factgeo.files import userfiles
from factgeo.files.userfiles import Table
from factgeo.language import Number, names
from factgeo.settings import FixedLink, Settings
from factgeo.travel import access
from factgeo.travel import times as travel_times

TO_ROAD_M = 2_000  # a link must end within this distance of a road
NODE_M = 1.0  # a link that ends this near to the end of a road begins at that end
LONGEST_MIN, LONGEST_KM, LONGEST_NAME = 300, 500, 100
COLUMNS = {
    "name": ("name", "navn", "namn"),
    "from": ("from", "fra", "fra sted", "fra stad"),
    "to": ("to", "til", "til sted", "til stad"),
    "minutes": ("minutes", "minutter", "minutt", "min"),
    "km": ("km", "kilometer", "kilometers", "lengde km", "lengd km"),
}


def read(path: Path, atlas: Atlas) -> tuple[FixedLink, ...]:
    """Read fixed links from a table with name, from, to, minutes and, if known, km (else the straight distance).

    Raises:
        SourceError: The file cannot be read, or a row has an unknown place or an impossible number.
    """
    table = userfiles.read(path, COLUMNS, needed=["name", "from", "to", "minutes"])
    return tuple(read_each(table.lines, lambda line: _link(table, line, atlas)))


def _link(table: Table, line: int, atlas: Atlas) -> FixedLink:
    faults = Faults()
    with faults.noted():
        start, end = read_each(("from", "to"), lambda column: _place(table.at(line, column), line, table.path, atlas))
    with faults.noted():
        minutes = table.decimal(line, "minutes", above=0, up_to=LONGEST_MIN)
    faults.refuse()
    if userfiles.is_given(table.at(line, "km")):
        km = table.decimal(line, "km", above=0, up_to=LONGEST_KM)
    else:
        a, b = travel_times.as_points(np.array([start.lon, end.lon]), np.array([start.lat, end.lat]))
        km = max(0.01, round(float(shapely.distance(a, b)) / 1000, 2))
    if not km <= LONGEST_KM:
        raise SourceError("link_too_long", file=table.path, line=line, km=Number(km), most=LONGEST_KM)
    name = table.at(line, "name") or f"{start.name}-{end.name}"
    if len(name) > LONGEST_NAME:
        raise SourceError("link_name", file=table.path, line=line, most=LONGEST_NAME)
    if sign := names.unseen(name):
        raise SourceError("cell_unseen", file=table.path, line=line, column="name", sign=sign)
    return FixedLink(name=name, start=(start.lon, start.lat), end=(end.lon, end.lat), minutes=minutes, km=km)


def _place(name: str, line: int, path: Path, atlas: Atlas) -> Place:
    try:
        return places.resolve(name, atlas)
    except UnknownNameError as error:
        raise SourceError("link_place", file=path, line=line, reason=error.message()) from None


def built(atlas: Atlas, settings: Settings) -> Atlas:
    """Return the pack with the links of ``roads.added`` in its network; the pack itself if there are none.

    A link begins and ends on the nearest road, which is divided there. Cells cannot get on it between its ends.

    Raises:
        SettingsError: A link's end is too far from every road.
    """
    if not settings.roads.added:
        return atlas
    work = _Network(atlas.roads, atlas.cell_access)
    joined = []
    for link in settings.roads.added:
        ends = travel_times.as_points(*(np.array(degrees) for degrees in zip(link.start, link.end, strict=True)))
        nodes = []
        for point in ends:
            work, node = _with_node(work, point, link.name, atlas)
            nodes.append(node)
        work = _Network(_with_edge(work.roads, nodes, link, settings), work.cells)
        joined.append(_unit_link(ends, atlas))
    links = pd.concat([atlas.links, pd.DataFrame(joined)], ignore_index=True)
    links = links[links["unit_a"] != links["unit_b"]].drop_duplicates(ignore_index=True)
    return atlas.changed(roads=work.roads, cell_access=work.cells, links=links)


@dataclass(frozen=True)
class _Network:
    """Edges, and the places where cells get on them."""

    roads: gpd.GeoDataFrame
    cells: Access


def _with_node(work: _Network, point: shapely.Point, name: str, atlas: Atlas) -> tuple[_Network, int]:
    """Return the network with a node on the road nearest to a point, and the node."""
    spot = access.find(np.array([point]), work.roads, atlas.units.geometry.to_numpy(), by_car_first=False)
    edge, position = int(spot.edge[0]), float(spot.position[0])
    if edge < 0 or spot.metres[0] > TO_ROAD_M:
        raise SettingsError("link_off_road", name=name, limit=TO_ROAD_M // 1000)
    row = work.roads.iloc[edge]
    if position * row["length_m"] < NODE_M:
        return work, int(row["from_node"])
    if (1 - position) * row["length_m"] < NODE_M:
        return work, int(row["to_node"])
    node = int(work.roads[["from_node", "to_node"]].to_numpy().max()) + 1
    return _Network(
        _divided(work.roads, edge, position, node), _moved(work.cells, edge, position, len(work.roads))
    ), node


def _divided(roads: gpd.GeoDataFrame, edge: int, position: float, node: int) -> gpd.GeoDataFrame:
    """Divide an edge at ``node``: the edge ends there, and a new last row goes on from there."""
    parts = pd.concat([roads, roads.iloc[[edge]]], ignore_index=True)
    last, line = len(roads), roads.geometry.iloc[edge]
    parts.loc[last, "edge_id"] = last
    parts.loc[edge, "to_node"], parts.loc[last, "from_node"] = node, node
    for column in ("length_m", "forward_min", "backward_min"):
        whole = float(roads[column].iloc[edge])
        parts.loc[edge, column], parts.loc[last, column] = position * whole, (1 - position) * whole
    shapes = parts.geometry.to_numpy().copy()
    shapes[edge] = substring(line, 0, position, normalized=True)
    shapes[last] = substring(line, position, 1, normalized=True)
    return gpd.GeoDataFrame(parts.drop(columns="geometry"), geometry=shapes, crs=roads.crs)


def _moved(cells: Access, edge: int, position: float, last: int) -> Access:
    """Put the cells of a divided edge on the half where they are now."""
    on, beyond = cells.edge == edge, (cells.edge == edge) & (cells.position > position)
    place = np.where(on, cells.position / position, cells.position)
    place = np.where(beyond, (cells.position - position) / (1 - position), place)
    return Access(np.where(beyond, last, cells.edge).astype(np.int32), place, cells.metres)


def _with_edge(roads: gpd.GeoDataFrame, nodes: list[int], link: FixedLink, settings: Settings) -> gpd.GeoDataFrame:
    """Add the link as a new last row."""
    ends = [_node_place(roads, node) for node in nodes]
    row = {
        "edge_id": len(roads), "from_node": nodes[0], "to_node": nodes[1], "kind": "road", "road_class": "R",
        "number": link.name, "length_m": 1000 * link.km / settings.roads.stretch, "oneway": "B",
        "limit_kph": np.nan, "forward_min": link.minutes, "backward_min": link.minutes,
        "tunnel": True,  # so that no cell gets on between its ends
        "bridge": False, "season": "all_year", "in_service": "yes", "crossing_id": "", "crossing": "",
        "crossing_min": np.nan, "headway_min": np.nan,
    }  # fmt: skip
    table = gpd.GeoDataFrame([row], geometry=[shapely.LineString(ends)], crs=roads.crs).astype(roads.dtypes.to_dict())
    return gpd.GeoDataFrame(pd.concat([roads, table[roads.columns]], ignore_index=True), crs=roads.crs)


def _node_place(roads: gpd.GeoDataFrame, node: int) -> NDArray[np.float64]:
    starts = np.flatnonzero(roads["from_node"] == node)
    line = roads.geometry.iloc[int(starts[0] if len(starts) else np.flatnonzero(roads["to_node"] == node)[0])]
    place: NDArray[np.float64] = np.array(line.coords[0 if len(starts) else -1])
    return place


def _unit_link(ends: NDArray[np.object_], atlas: Atlas) -> dict[str, str]:
    """Return the units that a link joins, as a row of the pack's links."""
    nearest = shapely.STRtree(atlas.units.geometry.to_numpy()).nearest(ends)
    a, b = sorted(str(atlas.units.index[k]) for k in nearest)
    return {"unit_a": a, "unit_b": b, "kind": "road", "crossing": ""}
