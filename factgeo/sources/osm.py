"""OpenStreetMap: the ways that cars may drive, and the ferries, from a saved file or a download, through OSMnx.

OSMnx drops the tags of ferries and melts a ferry into the road at its quay, so graphs are loaded unsimplified and with
the tags named here. Each row that comes out is a straight piece between two nodes of OpenStreetMap (or an edge of a
GraphML file); ``building.graph`` joins them to edges.

Road classes: ``motorway``, ``motorroad=yes`` (trunk), else what ``ref`` says (E, Rv, Fv), else trunk R, primary and
secondary and tertiary F, unclassified and residential and living streets K, service roads and driveable tracks P.
"""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from xml.sax import SAXException

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError, ProjError

from factgeo.errors import SourceError

if TYPE_CHECKING:
    import networkx as nx

CRS = "EPSG:25833"
BUFFER_M = 10_000  # a place is cut with this much around it: the fastest way often leads outside its border
STEAMER_M = 120_000  # a ferry line longer than this is a coastal route
STEAMER = re.compile(r"hurtigrut|havila|kystrut|coastal express", re.IGNORECASE)
USEFUL_TAGS = (
    "access", "area", "bridge", "duration", "highway", "junction", "maxspeed", "motor_vehicle", "motorcar",
    "motorroad", "name", "oneway", "operator", "ref", "route", "service", "tunnel", "vehicle",
)  # fmt: skip
CLASS_OF = {
    "motorway": "motorway", "trunk": "R", "primary": "F", "secondary": "F", "tertiary": "F", "unclassified": "K",
    "residential": "K", "living_street": "K", "road": "K", "service": "P", "track": "P",
}  # fmt: skip
NOT_THROUGH = {"parking_aisle", "drive-through", "emergency_access"}  # service=
CLOSED = {"no", "private", "agricultural", "forestry", "military", "emergency", "psv", "bus", "delivery"}
OPEN_TRACK = {"yes", "designated", "permissive", "destination"}
ZONE_KPH = {"urban": 50.0, "rural": 80.0, "motorway": 100.0, "living_street": 15.0}  # general limits in Norway
SPEEDS_KPH = (5.0, 130.0)
KPH_PER_MPH = 1.609344
OVERPASS = ['["highway"]["area"!~"yes"]', '["route"="ferry"]']
FILE_KINDS = (".osm", ".osm.bz2", ".xml", ".xml.bz2", ".graphml")


def read(path: Path) -> gpd.GeoDataFrame:
    """The car roads and ferries of a saved ``.osm``, ``.osm.bz2``, ``.xml`` or GraphML file.

    Returns:
        One row per piece, EPSG:25833: from_key, to_key (OpenStreetMap node ids), kind (road, ferry, boat), road_class,
        number, oneway (B, FT), limit_kph (km/h, NaN unknown), tunnel, bridge, season, in_service, crossing_id,
        crossing, crossing_min (minutes, this piece's share of the crossing; NaN unknown), geometry.

    Raises:
        SourceError: No such file, another kind of file, cut off, clipped through its ways, or no car road in it.
    """
    name = path.name.lower()
    if name.endswith(".pbf"):
        raise SourceError("osm_pbf", file=path, target=path.with_suffix("").with_suffix(".osm").name)
    if not name.endswith(FILE_KINDS):
        raise SourceError("osm_kind", file=path, kinds=", ".join(FILE_KINDS))
    if not path.is_file():
        raise SourceError("roads_missing", file=path)
    graph = _load_graphml(path) if name.endswith(".graphml") else _load_xml(path)
    return _pieces(graph, path)


def download(place: str) -> gpd.GeoDataFrame:
    """The car roads and ferries of a place by name, with 10 km around it; needs a network.

    Returns:
        The same table as :func:`read`.

    Raises:
        SourceError: No network, no such place, or no road there.
    """
    ox = _osmnx()
    with _settings(ox):
        try:
            area = ox.geocode_to_gdf(place).to_crs(CRS).buffer(BUFFER_M).to_crs(4326).union_all()
            graph = ox.graph_from_polygon(area, simplify=False, retain_all=True, custom_filter=OVERPASS)
        except (OSError, ValueError, TypeError) as error:  # requests' errors are OSErrors, OSMnx's are ValueErrors
            raise SourceError("osm_download", place=place, reason=_brief(error)) from None
    return _pieces(graph, place)


def digest(edges: gpd.GeoDataFrame) -> str:
    """sha256 of what was downloaded, for the manifest."""
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
    """OSMnx with the tags that are needed here and no cache folder; its settings are put back afterwards."""
    wanted = {"useful_tags_way": list(USEFUL_TAGS), "all_oneway": False, "use_cache": False, "log_file": False}
    before = {name: getattr(ox.settings, name) for name in wanted}
    try:
        for name, value in wanted.items():
            setattr(ox.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(ox.settings, name, value)


def _load_xml(path: Path) -> nx.MultiDiGraph[Any]:
    ox = _osmnx()
    with _settings(ox), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # OSMnx warns of files that it wrote itself
        try:
            graph: nx.MultiDiGraph[Any] = ox.graph_from_xml(path, simplify=False, retain_all=True)
        except (ParseError, SAXException, EOFError, OSError, UnicodeDecodeError) as error:
            raise SourceError("source_unreadable", file=path, reason=_brief(error)) from None
        except (KeyError, ValueError) as error:
            if "missing nodes" in str(error) or isinstance(error, KeyError):
                raise SourceError("osm_clipped", file=path) from None
            if "could not convert" in str(error):
                raise SourceError("source_unreadable", file=path, reason=_brief(error)) from None
            raise SourceError("roads_none", file=path) from None
    return graph


def _load_graphml(path: Path) -> nx.MultiDiGraph[Any]:
    """A GraphML file of any OSMnx version: attributes are read as they stand, none but highway and x, y is needed."""
    import networkx as nx  # noqa: PLC0415 - slow to import

    try:
        found: Any = nx.read_graphml(path, force_multigraph=True)
        graph: nx.MultiDiGraph[Any] = found if found.is_directed() else _directed(found)
    except (ParseError, OSError, KeyError, ValueError, nx.NetworkXError) as error:
        raise SourceError("source_unreadable", file=path, reason=_brief(error)) from None
    lacking = [name for name in ("x", "y") if any(name not in data for _, data in graph.nodes(data=True))]
    if not any("highway" in data for _, _, data in graph.edges(data=True)):
        lacking.append("highway")
    if lacking and graph.number_of_edges():
        raise SourceError("osm_graphml", file=path, missing=", ".join(lacking))
    return graph


def _directed(found: nx.MultiGraph[Any]) -> nx.MultiDiGraph[Any]:
    """A graph that was saved without directions: OSMnx keeps them in the attributes from and to."""
    import networkx as nx  # noqa: PLC0415 - slow to import

    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(**found.graph)
    graph.add_nodes_from(found.nodes(data=True))
    for u, v, data in found.edges(data=True):
        ends = (v, u) if (str(data.get("from")), str(data.get("to"))) == (str(v), str(u)) else (u, v)
        graph.add_edge(*ends, **data)
    return graph


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


# -- from a graph to pieces


def _pieces(graph: nx.MultiDiGraph[Any], name: Path | str) -> gpd.GeoDataFrame:
    rows = [row for row in (_piece(u, v, data, name) for u, v, data in _once(graph)) if row is not None]
    if not any(row["kind"] == "road" for row in rows):
        raise SourceError("roads_none", file=name)
    table = pd.DataFrame(rows)
    lines = _lines(graph, table, name)
    edges = gpd.GeoDataFrame(table.drop(columns="line"), geometry=lines, crs=CRS)
    return _as_crossings(edges).drop(columns=["way", "minutes"])


def _once(graph: nx.MultiDiGraph[Any]) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Each edge once: a road that is open both ways stands in the graph in either direction."""
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
    """OSMnx turns ``oneway=-1`` round and writes True; ``reversible`` counts as both ways."""
    return str(_first(data.get("oneway"))).lower() in {"true", "yes", "1", "-1"}


def _values(value: object) -> list[str]:
    """The values of a tag, of which a simplified GraphML file has several."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = ast.literal_eval(value)
        except (SyntaxError, ValueError):
            return []
    several = value if isinstance(value, list | tuple | set) else [value]
    return [str(one).strip() for one in several if one is not None and str(one) not in {"", "nan", "None"}]


def _first(value: object) -> str:
    return next(iter(_values(value)), "")


def _piece(u: object, v: object, data: dict[str, Any], name: Path | str) -> dict[str, Any] | None:
    """One row, or None for what is no car road, ferry or passenger boat."""
    tags = {key: _values(data.get(key)) for key in USEFUL_TAGS}
    one = {key: found[0] if found else "" for key, found in tags.items()}
    ways = _values(data.get("osmid"))
    if "ferry" in tags["route"]:
        if tags["highway"] and len(ways) > 1:
            raise SourceError("osm_melted", file=name, ways=", ".join(ways[:3]))
        what = _ferry(one)
    else:
        what = _road(one, tags["highway"], tags["maxspeed"])
    if what is None:
        return None
    return {
        "from_key": u, "to_key": v, "oneway": "FT" if _is_oneway(data) else "B", "season": "", "in_service": "",
        "crossing_id": "", "crossing": "", "crossing_min": np.nan, "forward_min": np.nan, "backward_min": np.nan,
        "tunnel": one["tunnel"] not in ("", "no"), "bridge": one["bridge"] not in ("", "no"),
        "line": data.get("geometry"), "way": ways[0] if ways else f"{u} {v}", "minutes": np.nan, **what,
    }  # fmt: skip


def _road(one: dict[str, str], highway: list[str], maxspeed: list[str]) -> dict[str, Any] | None:
    kinds = [kind.removesuffix("_link") for kind in highway]
    kind = next((kind for kind in kinds if kind in CLASS_OF), "")
    if not kind or one["area"] == "yes" or one["service"] in NOT_THROUGH or _right(one) in CLOSED:
        return None
    if kind == "track" and _right(one) not in OPEN_TRACK:
        return None
    number = _number(one["ref"])
    return {
        "kind": "road",
        "road_class": _road_class(kind, number, motorroad=one["motorroad"] == "yes"),
        "number": number,
        "limit_kph": limit_kph(maxspeed),
    }


def _right(one: dict[str, str]) -> str:
    """What cars may do here: the most specific tag decides."""
    return next((one[tag] for tag in ("motorcar", "motor_vehicle", "vehicle", "access") if one[tag]), "")


def _number(ref: str) -> str:
    """The first road number of ``ref`` as the pack writes it: E6, R4, F505; a bare number stays one."""
    first = ref.split(";", maxsplit=1)[0].replace(" ", "")
    found = re.fullmatch(r"(E|Rv|Fv|R|F|K|P)?\.?(\d+\w*)", first, re.IGNORECASE)
    return f"{(found[1] or '')[:1].upper()}{found[2]}" if found else first


def _road_class(kind: str, number: str, *, motorroad: bool) -> str:
    if kind == "motorway":
        return "motorway"
    if motorroad:
        return "trunk"
    return number[0] if re.match(r"[ERF]\d", number) else CLASS_OF[kind]


def _ferry(one: dict[str, str]) -> dict[str, Any] | None:
    """A car ferry or a passenger boat; None for coastal steamers and for lines that nobody may use."""
    if STEAMER.search(" ".join((one["name"], one["operator"], one["ref"]))) or one["access"] in {"no", "private"}:
        return None
    kind = "boat" if _right({**one, "access": ""}) == "no" else "ferry"
    return {
        "kind": kind, "road_class": kind, "number": _number(one["ref"]), "limit_kph": np.nan,
        "crossing": one["name"], "minutes": minutes(one["duration"]),
        "season": "unknown", "in_service": "unknown",
    }  # fmt: skip


def minutes(text: str) -> float:
    """Minutes of a ``duration`` tag (``00:20``, ``01:10:00``, ``PT1H20M``, ``20``, ``20 min``); NaN for other texts."""
    text = text.strip()
    clock = re.fullmatch(r"(\d+):(\d\d)(?::(\d\d))?", text)
    if clock:
        return 60 * int(clock[1]) + int(clock[2]) + int(clock[3] or 0) / 60
    iso = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if iso and any(iso.groups()):
        days, hours, mins, seconds = (int(part or 0) for part in iso.groups())
        return 1440 * days + 60 * hours + mins + seconds / 60
    plain = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(min|minutter|minutes|h|t)?\.?", text)
    if plain is None:
        return np.nan
    return float(plain[1].replace(",", ".")) * (60 if plain[2] in ("h", "t") else 1)


def limit_kph(tags: Iterable[str]) -> float:
    """km/h of one or more ``maxspeed`` tags (the mean of several): ``80``, ``50 mph``, ``NO:urban``; NaN if unknown."""
    found = [_kph(part.strip()) for tag in tags for part in re.split(r"[;|,]", tag)]
    known = [kph for kph in found if SPEEDS_KPH[0] <= kph <= SPEEDS_KPH[1]]
    return round(sum(known) / len(known), 1) if known else np.nan


def _kph(text: str) -> float:
    zone = re.fullmatch(r"[A-Za-z]{2}:(?:zone:?)?(\w+)", text)
    if zone:
        return float(zone[1]) if zone[1].isdigit() else ZONE_KPH.get(zone[1], np.nan)
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", text)
    if number is None:
        return np.nan
    return float(number[1]) * (KPH_PER_MPH if number[2] == "mph" else 1)


def _lines(graph: nx.MultiDiGraph[Any], table: pd.DataFrame, name: Path | str) -> np.ndarray[Any, Any]:
    """The geometry of each row in EPSG:25833: its own where it has one, else straight between its nodes."""
    try:
        transform = Transformer.from_crs(graph.graph.get("crs", "EPSG:4326"), CRS, always_xy=True).transform
        where = {node: (float(data["x"]), float(data["y"])) for node, data in graph.nodes(data=True)}
        ends = [[where[u], where[v]] for u, v in zip(table["from_key"], table["to_key"], strict=True)]
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
    """Pieces of one crossing get one id, one name and their share of its minutes; lines of a coastal length go."""
    sails = edges[edges["kind"] != "road"]
    if sails.empty:
        return edges
    metres = sails.geometry.length
    by_way = metres.groupby(sails["way"]).transform("sum")
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
        edges.loc[rows, "crossing_min"] = _shares(part, metres[rows], by_way[rows])
        edges.loc[rows, "number"] = part["number"].iloc[0]
    return edges.drop(index=list(too_long)).reset_index(drop=True)


def _shares(part: pd.DataFrame, metres: pd.Series, by_way: pd.Series) -> pd.Series:
    """Minutes of each piece of a crossing.

    A way's duration is spread over its pieces by length. Ways that editors cut in two carry the same duration
    twice: within a crossing it counts once. A piece that has none sails as fast as the others.
    """
    whole = metres.groupby(part["way"]).transform("sum") >= by_way - 1
    own = part["minutes"] * metres / by_way
    for value, same in part[whole].groupby("minutes"):
        if len(set(same["way"])) > 1:
            own[same.index] = float(value) * metres[same.index] / metres[same.index].sum()
    known = own.notna()
    if not known.any():
        return own
    per_metre = own[known].sum() / metres[known].sum()
    filled: pd.Series = own.where(known, per_metre * metres)
    return filled


def _crossings(sails: pd.DataFrame, on_land: set[Any]) -> Iterator[list[Any]]:
    """Pieces that follow one another at sea, from one quay (or meeting of lines) to the next."""
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
