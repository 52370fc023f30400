"""Read OpenStreetMap: the ways that cars may drive, and the ferries, from a saved file or a download.

``osm_file`` reads ``.osm`` files, because OSMnx does not read relations or the remarks of a server or an editor.
Downloads go through OSMnx, which drops the tags of ferries and joins a ferry to the road at its quay. So they are
loaded unsimplified and with the tags named here. Each row of the result is a straight piece between two nodes of
OpenStreetMap (or an edge of a GraphML file); ``building.graph`` joins them to edges.

Road classes: ``motorway``, ``motorroad=yes`` (trunk), else what ``ref`` says (E, Rv, Fv), else trunk R, primary and
secondary and tertiary F, unclassified and residential and living streets K, service roads and driveable tracks P.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError, ProjError

from factgeo.errors import SourceError
from factgeo.sources import graphml, osm_ferries, osm_file, osm_seasons, osm_tags
from factgeo.sources.guarded_xml import one_line
from factgeo.sources.osm_tags import CONDITIONAL, GONE, RIGHTS, limit_kph, minutes

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["FILE_KINDS", "digest", "download", "limit_kph", "minutes", "read"]

CRS = "EPSG:25833"
BUFFER_M = 10_000  # a place is cut with this much around it: the fastest way often leads outside its border
STEAMER_M = 120_000  # a ferry line longer than this is a coastal route
STEAMER = re.compile(r"hurtigrut|havila|kystrut|coastal express", re.IGNORECASE)
USEFUL_TAGS = (
    "access", "area", "bridge", "duration", "foot", "highway", "ice_road", "interval", "junction", "maxspeed",
    "motorroad", "name", "oneway", "opening_hours", "operator", "ref", "route", "seasonal", "service", "state",
    "tunnel", "winter_road", *GONE, *RIGHTS, *CONDITIONAL,
)  # fmt: skip
OF_RELATIONS = ("type", "route_master", *osm_ferries.ON_LAND)
CLASS_OF = {
    "motorway": "motorway", "trunk": "R", "primary": "F", "secondary": "F", "tertiary": "F", "unclassified": "K",
    "residential": "K", "living_street": "K", "road": "K", "service": "P", "track": "P",
}  # fmt: skip
NOT_THROUGH = {"parking_aisle", "drive-through", "emergency_access"}  # service=
CLOSED = {"no", "private", "agricultural", "forestry", "military", "emergency", "psv", "bus", "delivery"}
OPEN_TRACK = {"yes", "designated", "permissive", "destination"}
KINDS = ("road", "ferry", "boat")  # "steamer" and "ice" are counted and left out
LONGEST_MIN = 2000  # a ferry of more minutes is a slip of the pen
OVERPASS = ['["highway"]["area"!~"yes"]', '["route"="ferry"]']
FILE_KINDS = (".osm", ".osm.bz2", ".osm.gz", ".xml", ".xml.bz2", ".xml.gz", ".graphml")


@dataclass(frozen=True)
class _Net:
    """A network as one of the readers returns it.

    Attributes:
        edges: From node, to node and tags of each edge, in drawing order; ``osmid``, ``timed`` and ``geometry`` too.
        places: x and y of the nodes, in ``crs``.
        notes: Counts of what the reader reports.
    """

    edges: Iterable[tuple[Any, Any, dict[str, Any]]]
    places: Mapping[Any, tuple[float, float]]
    crs: Any = "EPSG:4326"
    notes: dict[str, float] = field(default_factory=dict)


def read(path: Path) -> gpd.GeoDataFrame:
    """Read the car roads and ferries of a saved ``.osm``, ``.osm.bz2``, ``.xml`` or GraphML file.

    Returns:
        One row per piece, EPSG:25833: from_key, to_key (OpenStreetMap node ids), kind (road, ferry, boat), road_class,
        number, oneway (B, FT), limit_kph (km/h, NaN unknown), tunnel, bridge, season (summer, all_year, unknown; empty
        for roads), in_service, crossing_id, crossing, crossing_min (minutes, this piece's share of the crossing; NaN
        unknown), headway_min (minutes between departures; NaN unknown), geometry. ``attrs["notes"]`` counts what a
        planner must know (see ``networks.osm`` in the catalogue).

    Raises:
        SourceError: There is no such file, or it is of another kind, cut off, incomplete, too big, or has no car road.
    """
    name = path.name.lower()
    if name.endswith(".pbf"):
        raise SourceError("osm_pbf", file=path, target=path.with_suffix("").with_suffix(".osm").name)
    if not name.endswith(FILE_KINDS):
        raise SourceError("osm_kind", file=path, kinds=", ".join(FILE_KINDS))
    if not path.is_file():
        raise SourceError("roads_missing", file=path)
    net = _of_graph(_load_graphml(path), path) if name.endswith(".graphml") else _load_xml(path)
    return _pieces(net, path)


def download(place: str) -> gpd.GeoDataFrame:
    """Download the car roads and ferries of a place by name, with 10 km around it; needs a network.

    Ferries that are relations over ways without tags are not downloaded; the notes say so.

    Returns:
        The same table as :func:`read`.

    Raises:
        SourceError: There is no network, no such place, or no road there.
    """
    ox = _osmnx()
    with _settings(ox), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            area = ox.geocode_to_gdf(place).to_crs(CRS).buffer(BUFFER_M).to_crs(4326).union_all()
            graph = ox.graph_from_polygon(area, simplify=False, retain_all=True, custom_filter=OVERPASS)
        except (OSError, ValueError, TypeError) as error:  # requests' errors are OSErrors, OSMnx's are ValueErrors
            raise SourceError("osm_download", place=place, reason=_brief(error)) from None
    net = _of_graph(graph, place)
    net.notes["relations_not_asked"] = 1
    return _pieces(net, place)


def digest(edges: gpd.GeoDataFrame) -> str:
    """Return the sha256 of the downloaded data, for the manifest."""
    ends = edges["from_key"].astype(str).str.cat(edges["to_key"].astype(str), sep=" ")
    content = "\n".join(sorted(ends)).encode() + b"".join(sorted(edges.geometry.to_wkb()))
    return hashlib.sha256(content).hexdigest()


def _osmnx() -> Any:  # noqa: ANN401 - a module
    try:
        import osmnx  # noqa: PLC0415 - an optional part of the installation
    except ImportError:
        raise SourceError("osm_no_osmnx") from None
    return osmnx


@contextmanager
def _settings(ox: Any) -> Iterator[None]:  # noqa: ANN401 - a module
    """Set OSMnx to the tags that are needed here and no cache folder; its settings are restored afterwards.

    With ``all_oneway`` each way comes once, in its one direction if it has one, and keeps its tag ``oneway``.
    """
    wanted = {"useful_tags_way": list(USEFUL_TAGS), "all_oneway": True, "use_cache": False, "log_file": False}
    before = {name: getattr(ox.settings, name) for name in wanted}
    try:
        for name, value in wanted.items():
            setattr(ox.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(ox.settings, name, value)


def _brief(error: Exception) -> str:
    return one_line(str(error)) or type(error).__name__


# -- .osm files


def _load_xml(path: Path) -> _Net:
    extract = osm_file.read(path, tags={*USEFUL_TAGS, *OF_RELATIONS})
    sailed = osm_ferries.sailed(extract)
    tags = {way: sailed.tags.get(way, found.tags) for way, found in extract.ways.items()}
    wanted = {way: said for way, said in tags.items() if "highway" in said or osm_tags.is_ferry(said)}
    places = extract.points.of(chain.from_iterable(extract.ways[way].refs for way in wanted))
    cut = 0
    edges = []
    for way, said in wanted.items():
        if said.get("highway", "").removesuffix("_link") in CLASS_OF or osm_tags.is_ferry(said):
            runs = _runs(extract.ways[way].refs, places, ferry=osm_tags.is_ferry(said))
            cut += sum(map(len, runs)) < len(extract.ways[way].refs)
            data = {**said, "osmid": way, "timed": sailed.timed.get(way, way)}
            edges += [(u, v, data) for run in runs for u, v in _segments(run, osm_tags.direction(said))]
    if not edges and cut:
        raise SourceError("osm_clipped", file=path)
    return _Net(edges, places, notes={**sailed.notes, "deleted": extract.deleted, "ways_cut": cut})


def _runs(refs: array[int], places: Mapping[int, Any], *, ferry: bool) -> list[list[int]]:
    """Return the parts of a way whose points are in the file: an extract is cut at its border.

    A road that leaves the extract and comes back is in two parts. A ferry is complete, perhaps straightened, or
    missing.
    """
    if ferry:
        there = [ref for ref in refs if ref in places]
        return [there] if len(refs) and refs[0] in places and refs[-1] in places else []
    runs: list[list[int]] = [[]]
    for ref in refs:
        if ref in places:
            runs[-1].append(ref)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _segments(run: list[int], direction: str) -> Iterator[tuple[int, int]]:
    """Return the ways from point to point in driving order; what a way passes there and back counts once."""
    seen: set[tuple[int, int]] = set()
    for u, v in pairwise(reversed(run) if direction == "TF" else run):
        key = (u, v) if direction != "B" else (min(u, v), max(u, v))
        if u != v and key not in seen:
            seen.add(key)
            yield u, v


# -- graphs


def _load_graphml(path: Path) -> nx.MultiDiGraph[Any]:
    """Read a GraphML file of any OSMnx version: attributes are not converted, and only highway, x and y are needed."""
    import networkx as nx  # noqa: PLC0415 - slow to import

    graphml.refuse(path)
    try:
        found: Any = nx.read_graphml(path, force_multigraph=True)
        graph: nx.MultiDiGraph[Any] = found if found.is_directed() else _directed(found)
    except (ParseError, OSError, KeyError, ValueError, TypeError, AttributeError, nx.NetworkXError) as error:
        raise SourceError("source_unreadable", file=path, reason=_brief(error)) from None
    lacking = [name for name in ("x", "y") if any(name not in data for _, data in graph.nodes(data=True))]
    if not any("highway" in data for _, _, data in graph.edges(data=True)):
        lacking.append("highway")
    if lacking and graph.number_of_edges():
        raise SourceError("osm_graphml", file=path, missing=", ".join(lacking))
    return graph


def _directed(found: nx.MultiGraph[Any]) -> nx.MultiDiGraph[Any]:
    """Return a graph without directions as a directed one: OSMnx keeps the directions in the attributes from and to."""
    import networkx as nx  # noqa: PLC0415 - slow to import

    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(**found.graph)
    graph.add_nodes_from(found.nodes(data=True))
    for u, v, data in found.edges(data=True):
        ends = (v, u) if (str(data.get("from")), str(data.get("to"))) == (str(v), str(u)) else (u, v)
        graph.add_edge(*ends, **data)
    return graph


def _of_graph(graph: nx.MultiDiGraph[Any], name: Path | str) -> _Net:
    try:
        places = {node: (float(data["x"]), float(data["y"])) for node, data in graph.nodes(data=True)}
    except (ValueError, TypeError) as error:
        raise SourceError("source_unreadable", file=name, reason=_brief(error)) from None
    return _Net(_once(graph), places, graph.graph.get("crs", "EPSG:4326"))


def _once(graph: nx.MultiDiGraph[Any]) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Return each edge once: a road that is open both ways is in the graph in both directions."""
    seen: set[tuple[Any, ...]] = set()
    for u, v, data in graph.edges(data=True):
        if _is_oneway(data):
            yield u, v, data
            continue
        way, length = str(data.get("osmid", "")), str(data.get("length", ""))[:8]
        key = (*sorted((str(u), str(v))), "".join(sorted(way)), length)
        if key not in seen:
            seen.add(key)
            yield u, v, data


def _is_oneway(data: dict[str, Any]) -> bool:
    """Is an edge one-way? A graph's edges lead in driving direction, also where ``oneway=-1`` turned them round."""
    return osm_tags.direction({tag: _first(data.get(tag)) for tag in ("oneway", "highway", "junction")}) != "B"


def _values(value: object) -> list[str]:
    """Return the values of a tag; a simplified GraphML file can have several."""
    if isinstance(value, str) and value.startswith("["):
        value = graphml.listed(value)
    several = value if isinstance(value, list | tuple | set) else [value]
    return [str(one).strip() for one in several if one is not None and str(one) not in {"", "nan", "None"}]


def _first(value: object) -> str:
    return next(iter(_values(value)), "")


# -- from edges to pieces


def _pieces(net: _Net, name: Path | str) -> gpd.GeoDataFrame:
    rows = [row for row in (_piece(u, v, data, name) for u, v, data in net.edges) if row is not None]
    if not any(row["kind"] == "road" for row in rows):
        raise SourceError("roads_none", file=name)
    table = pd.DataFrame(rows)
    lines = _lines(net, table, name)
    edges = _as_crossings(gpd.GeoDataFrame(table.drop(columns="line"), geometry=lines, crs=CRS))
    notes = {key: count for key, count in {**net.notes, **_notes(edges)}.items() if count}
    edges = edges[edges["kind"].isin(KINDS)].reset_index(drop=True)
    edges = edges.drop(columns=["way", "timed", "minutes", "part_of_year", "other_season"])
    edges.attrs["notes"] = notes
    return edges


def _notes(edges: gpd.GeoDataFrame) -> dict[str, float]:
    """Return the lines and kilometres that were left out, or that count as open although they are not always."""
    kind, km = edges["kind"], edges.geometry.length / 1000
    sails = edges[kind.isin(("ferry", "boat"))]
    return {
        "steamers": int(edges.loc[kind == "steamer", "way"].nunique()),
        "summer_ferries": int(sails.loc[sails["season"] == "summer", "crossing_id"].nunique()),
        "other_seasons": int(sails.loc[sails["other_season"], "crossing_id"].nunique()),
        "part_of_year_km": round(float(km[(kind == "road") & edges["part_of_year"]].sum()), 1),
        "ice_km": round(float(km[kind == "ice"].sum()), 1),
    }


def _piece(u: object, v: object, data: dict[str, Any], name: Path | str) -> dict[str, Any] | None:
    """Return one row; None if it is no car road, ferry or passenger boat."""
    tags = {key: found for key in USEFUL_TAGS if (found := _values(data.get(key)))}
    one = {key: found[0] for key, found in tags.items()}
    ways = _values(data.get("osmid"))
    if any(osm_tags.is_ferry({"route": route}) for route in tags.get("route", [])):
        if "highway" in tags and len(ways) > 1:
            raise SourceError("osm_melted", file=name, ways=", ".join(ways[:3]))
        what = _ferry(one)
    else:
        what = _road(one, tags.get("highway", []), tags.get("maxspeed", []))
    if what is None or not osm_tags.is_there(one):
        return None
    way = ways[0] if ways else f"{u} {v}"
    return {
        "from_key": u, "to_key": v, "oneway": "B" if osm_tags.direction(one) == "B" else "FT", "season": "",
        "in_service": "", "crossing_id": "", "crossing": "", "crossing_min": np.nan, "forward_min": np.nan,
        "backward_min": np.nan, "headway_min": np.nan, "tunnel": one.get("tunnel", "no") != "no",
        "bridge": one.get("bridge", "no") != "no", "line": data.get("geometry"), "way": way,
        "timed": str(data.get("timed", way)), "minutes": np.nan, "part_of_year": False, "other_season": False, **what,
    }  # fmt: skip


def _road(one: dict[str, str], highway: list[str], maxspeed: list[str]) -> dict[str, Any] | None:
    kinds = [kind.removesuffix("_link") for kind in highway]
    kind = next((kind for kind in kinds if kind in CLASS_OF), "")
    right = osm_tags.right(one)
    if not kind or one.get("area") == "yes" or one.get("service") in NOT_THROUGH or right in CLOSED:
        return None
    if kind == "track" and right not in OPEN_TRACK:
        return None
    number = osm_tags.road_number(one.get("ref", ""))
    return {
        "kind": "ice" if "yes" in (one.get("ice_road"), one.get("winter_road")) else "road",
        "road_class": _road_class(kind, number, motorroad=one.get("motorroad") == "yes"),
        "number": number,
        "limit_kph": limit_kph(maxspeed),
        "part_of_year": osm_seasons.is_part_of_year(one),
    }


def _road_class(kind: str, number: str, *, motorroad: bool) -> str:
    if kind == "motorway":
        return "motorway"
    if motorroad:
        return "trunk"
    return number[0] if re.match(r"[ERF]\d", number) else CLASS_OF[kind]


def _ferry(one: dict[str, str]) -> dict[str, Any] | None:
    """Return a car ferry, a passenger boat or a coastal steamer; None for lines that are closed to all."""
    right = osm_tags.right(one)
    if right in {"no", "private"} and osm_tags.right(one, general=False) != "no" and one.get("foot", "no") == "no":
        return None
    steams = STEAMER.search(" ".join(one.get(tag, "") for tag in ("name", "operator", "ref")))
    kind = "steamer" if steams else "boat" if right in {"no", "private"} else "ferry"
    season = osm_seasons.season(one)
    return {
        "kind": kind, "road_class": kind, "number": osm_tags.road_number(one.get("ref", "")), "limit_kph": np.nan,
        "crossing": one.get("name", ""), "minutes": _possible(minutes(one.get("duration", ""))),
        "headway_min": _possible(minutes(one.get("interval", ""))), "season": season, "in_service": "unknown",
        "other_season": season == "unknown" and osm_seasons.is_part_of_year(one),
    }  # fmt: skip


def _possible(mins: float) -> float:
    return mins if 0 < mins <= LONGEST_MIN else np.nan


def _lines(net: _Net, table: pd.DataFrame, name: Path | str) -> np.ndarray[Any, Any]:
    """Return the geometry of each row in EPSG:25833: its own if it has one, else straight between its nodes."""
    try:
        transform = Transformer.from_crs(net.crs, CRS, always_xy=True).transform
        ends = [[net.places[u], net.places[v]] for u, v in zip(table["from_key"], table["to_key"], strict=True)]
        lines = np.asarray(shapely.linestrings(np.array(ends)), dtype=object)
        own = table["line"].notna().to_numpy()
        lines[own] = [shapely.from_wkt(line) if isinstance(line, str) else line for line in table.loc[own, "line"]]
        moved = shapely.transform(lines, lambda xy: np.column_stack(transform(xy[:, 0], xy[:, 1])))
    except (CRSError, ProjError, ValueError, KeyError, shapely.errors.GEOSException) as error:
        raise SourceError("source_unreadable", file=name, reason=_brief(error)) from None
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise SourceError("source_crs", file=name)
    return np.asarray(moved, dtype=object)


# -- ferries: from pieces to crossings


def _as_crossings(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give pieces of one crossing one id, one name and their share of its minutes; long lines become steamers."""
    sails = edges[edges["kind"].isin(("ferry", "boat"))]
    if sails.empty:
        return edges
    metres = sails.geometry.length
    by_way = metres.groupby(sails["way"]).transform("sum")
    by_time = metres.groupby(sails["timed"]).transform("sum")
    too_long = set(sails.index[by_way > STEAMER_M])
    edges = edges.copy()
    on_land = set(edges.loc[edges["kind"] == "road", ["from_key", "to_key"]].to_numpy().ravel())
    for rows in _crossings(sails, on_land):
        part = sails.loc[rows]
        if metres[rows].sum() > STEAMER_M:
            too_long |= set(rows)
        named = part.loc[metres[rows].sort_values(ascending=False).index, "crossing"]
        edges.loc[rows, "crossing"] = next((name for name in named if name), "")
        edges.loc[rows, "crossing_id"] = f"osm-{min(part['way'])}"
        edges.loc[rows, "crossing_min"] = _shares(part, metres[rows], by_time[rows])
        edges.loc[rows, "number"] = part["number"].iloc[0]
    edges.loc[list(too_long), "kind"] = "steamer"
    return edges


def _shares(part: pd.DataFrame, metres: pd.Series, by_time: pd.Series) -> pd.Series:
    """Return the minutes of each piece of a crossing.

    The duration of a way, or of the relation that times it, is spread over its pieces by length. Ways that editors cut
    in two carry the same duration twice: within a crossing it counts once. A piece without a duration is as fast as the
    others.
    """
    whole = metres.groupby(part["timed"]).transform("sum") >= by_time - 1
    own = part["minutes"] * metres / by_time
    for value, same in part[whole].groupby("minutes"):
        if len(set(same["timed"])) > 1:
            own[same.index] = float(value) * metres[same.index] / metres[same.index].sum()
    known = own.notna()
    if not known.any():
        return own
    per_metre = own[known].sum() / metres[known].sum()
    filled: pd.Series = own.where(known, per_metre * metres)
    return filled


def _crossings(sails: pd.DataFrame, on_land: set[Any]) -> Iterator[list[Any]]:
    """Return pieces that follow one another at sea, from one quay (or meeting of lines) to the next."""
    at: dict[Any, list[Any]] = defaultdict(list)
    for row, u, v in zip(sails.index, sails["from_key"], sails["to_key"], strict=True):
        at[u].append(row)
        at[v].append(row)
    beside: dict[Any, list[Any]] = defaultdict(list)
    kind = sails["kind"]
    for node, rows in at.items():
        if len(rows) == 2 and node not in on_land and kind[rows[0]] == kind[rows[1]]:  # noqa: PLR2004
            beside[rows[0]].append(rows[1])
            beside[rows[1]].append(rows[0])
    seen: set[Any] = set()
    for row in sails.index:
        if row not in seen:
            found, open_ends = [], [row]
            seen.add(row)
            while open_ends:
                found.append(open_ends.pop())
                fresh = [other for other in beside[found[-1]] if other not in seen]
                seen.update(fresh)
                open_ends += fresh
            yield sorted(found)
