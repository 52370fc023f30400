"""The road network as arrays, with the seconds of each edge under the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from factgeo.errors import SettingsError
from factgeo.language import names
from factgeo.settings import Settings

BOX_CORNERS = 4
SIDE_DEGREES = 0.25  # a side of a box gets a point at least this often, so that it follows its parallel on the map
MAP_DEGREES = shapely.box(-15, 50, 50, 85)  # the map of Norway is not valid outside this box
NORWAY_DEGREES = shapely.box(4, 57, 32, 72)
Corners = tuple[float, float, float, float]  # west, south, east, north in degrees
FAST_KPH, SLOW_KPH = 60, 40  # limits from which ``roads.share_of_limit`` calls a road fast, or not slow


@dataclass(frozen=True)
class RoadNetwork:
    """Edges as parallel arrays; row k of each is edge k of the road table.

    Attributes:
        from_node: Node at the start of each edge.
        to_node: Node at its end.
        forward_s: Whole seconds of driving from from_node to to_node.
        backward_s: Whole seconds of driving back.
        crossing_s: Whole seconds of sailing, the same in both directions.
        wait_s: Whole seconds of waiting before boarding, the same in both directions.
        boardings: Boardings: 1 on a ferry, 0.5 for each end on land of a boat's leg, else 0.
        forward_open: False if one-way rules, the season or the settings close the direction.
        backward_open: The same for the way back.
        length_m: True length (stretched), metres.
        node_xy: Place of each node, nodes x 2, metres.
    """

    from_node: NDArray[np.int32]
    to_node: NDArray[np.int32]
    forward_s: NDArray[np.int32]
    backward_s: NDArray[np.int32]
    crossing_s: NDArray[np.int32]
    wait_s: NDArray[np.int32]
    boardings: NDArray[np.float64]
    forward_open: NDArray[np.bool_]
    backward_open: NDArray[np.bool_]
    length_m: NDArray[np.float64]
    node_xy: NDArray[np.float64]

    @property
    def nodes(self) -> int:
        """The number of nodes, which are numbered from 0."""
        return len(self.node_xy)

    @cached_property
    def forward_total(self) -> NDArray[np.int32]:
        """All seconds of each edge from from_node to to_node; at least 1."""
        return self._total(self.forward_s)

    @cached_property
    def backward_total(self) -> NDArray[np.int32]:
        """All seconds of each edge from to_node to from_node; at least 1."""
        return self._total(self.backward_s)

    def _total(self, driving: NDArray[np.int32]) -> NDArray[np.int32]:
        total: NDArray[np.int32] = np.maximum(driving + self.crossing_s + self.wait_s, 1)
        return total


def from_table(roads: gpd.GeoDataFrame, settings: Settings) -> RoadNetwork:
    """Return the network of a road table (see ``building.roads``) under the settings."""
    sails = roads["kind"].isin(["ferry", "boat"]).to_numpy()
    metres = roads["length_m"].to_numpy() * np.where(sails, 1.0, settings.roads.stretch)
    driving = np.where(sails, 0.0, metres / _metres_per_second(roads, settings))
    running = usable(roads, settings)
    oneway, boardings = roads["oneway"].to_numpy(), _boardings(roads)
    return RoadNetwork(
        from_node=roads["from_node"].to_numpy(dtype=np.int32),
        to_node=roads["to_node"].to_numpy(dtype=np.int32),
        forward_s=_whole_seconds(_published_or(roads["forward_min"], driving, settings)),
        backward_s=_whole_seconds(_published_or(roads["backward_min"], driving, settings)),
        crossing_s=_whole_seconds(np.where(sails, 60 * crossing_minutes(roads, settings), 0.0)),
        wait_s=_whole_seconds(60 * wait_minutes(roads, settings) * boardings),
        boardings=boardings,
        forward_open=running & (oneway != "TF"),
        backward_open=running & (oneway != "FT"),
        length_m=metres,
        node_xy=_node_places(roads),
    )


def _node_places(roads: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the coordinates of each node, from the ends of its edges."""
    lines = roads.geometry.to_numpy()
    nodes = int(max(roads["from_node"].max(), roads["to_node"].max())) + 1
    places = np.zeros((nodes, 2))
    for column, end in (("from_node", 0), ("to_node", -1)):
        places[roads[column].to_numpy()] = shapely.get_coordinates(shapely.get_point(lines, end))
    return places


def _boardings(roads: pd.DataFrame) -> NDArray[np.float64]:
    """Return the boardings of each edge: 1 on a ferry, 0.5 for each end on land of a boat's leg, else 0.

    Boat lines meet at sea, where there is no waiting: a trip over several of them boards once.
    """
    boat = (roads["kind"] == "boat").to_numpy()
    ends = roads[["from_node", "to_node"]].to_numpy()
    on_land = np.isin(ends, ends[~boat]).sum(axis=1) / 2
    ferry = (roads["kind"] == "ferry").to_numpy()
    return np.asarray(np.where(boat, on_land, ferry), dtype=float)


def _published_or(minutes: pd.Series, driving: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    """Return the seconds of driving: from the minutes published with the network or, without them, ``driving``."""
    published = 60 * minutes.to_numpy(dtype=float) * _slowdown(settings)
    return np.where(np.isnan(published), driving, published)


def runs(roads: pd.DataFrame, settings: Settings) -> NDArray[np.bool_]:
    """Return True for edges that run under the settings; ``unknown`` seasons count as all year."""
    closed = (roads["season"] == "summer") & (not settings.ferry.summer)
    closed |= (roads["season"] == "tourist") & (not settings.ferry.tourist)
    closed |= roads["in_service"] == "no"
    closed |= (roads["kind"] == "boat") & (not settings.ferry.boats)
    return np.asarray(~closed, dtype=bool)


def usable(roads: gpd.GeoDataFrame, settings: Settings) -> NDArray[np.bool_]:
    """Return True for edges that run under the settings and are not closed by them."""
    return runs(roads, settings) & ~closed(roads, settings)


def closed(roads: gpd.GeoDataFrame, settings: Settings) -> NDArray[np.bool_]:
    """Return True for edges that ``roads.closed`` closes.

    Raises:
        SettingsError: A name is neither a ferry, a road number nor a box, or closes no edge that is open.
    """
    mask = np.zeros(len(roads), dtype=bool)
    running = runs(roads, settings) if settings.roads.closed else mask
    for name in settings.roads.closed:
        hit = _closed_by(name, roads)
        if not (hit & running).any():  # the results would be those of the open network, but look like others
            raise SettingsError("closed_idle", given=name)
        mask |= hit
    return mask


def _closed_by(name: str, roads: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return the edges of one closure: those of a box, of a crossing (in either direction) or of a road number."""
    corners = _corners(name)
    if corners is not None:
        return _closed_by_box(name, corners, roads)
    wanted = names.plain(name)
    plain = roads["crossing"].map(names.plain)
    turned = roads["crossing"].map(lambda crossing: names.plain("-".join(reversed(crossing.split("-")))))
    number = roads["number"].map(lambda text: names.plain(text).replace(" ", ""))
    asked = wanted.replace(" ", "").replace("v", "")
    hit = ((plain == wanted) | (turned == wanted)) & (wanted != "") | (number == asked) & (asked != "")
    if not (names.legible(name) and hit.any()):
        offered = names.nearest(name, [crossing for crossing in roads["crossing"].unique() if crossing])
        raise SettingsError("closed_unknown", given=name, nearest=", ".join(offered) or "Lavik-Oppedal")
    return np.asarray(hit, dtype=bool)


def _corners(name: str) -> Corners | None:
    """Return the four numbers of a box; None if the text is meant as a name.

    Raises:
        SettingsError: The text has numbers, but not four, or four parts that are not all numbers.
    """
    parts = re.split(r"[,;]", name)
    numbers = [_number(part) for part in (parts if len(parts) > 1 else name.split())]
    known = [number for number in numbers if number is not None]
    if len(known) == len(numbers) == BOX_CORNERS:
        return known[0], known[1], known[2], known[3]
    if len(parts) == BOX_CORNERS or (len(known) == len(numbers) and len(known) > 1):
        raise SettingsError("closed_box", given=name)
    return None


def _number(text: str) -> float | None:
    """Return a finite number; None for other texts."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _closed_by_box(name: str, corners: Corners, roads: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return the edges that touch a box.

    Raises:
        SettingsError: The corners are in the wrong order, or the box touches no edge.
    """
    hit = _touched(corners, roads)
    if hit.any():
        return hit
    meant = next((other for other in _other_orders(corners) if _touched(other, roads).any()), None)
    if meant is not None:
        raise SettingsError("closed_turned", given=name, meant=",".join(f"{number:g}" for number in meant))
    if not _is_box(corners):
        raise SettingsError("closed_no_box", given=name)
    raise SettingsError("closed_nowhere" if _is_on_map(corners) else "closed_beyond", given=name)


def _is_box(corners: Corners) -> bool:
    """Are the corners an area of the earth, in the order west, south, east, north?"""
    west, south, east, north = corners
    return -180 <= west < east <= 180 and -90 <= south < north <= 90  # noqa: PLR2004 - degrees


def _is_on_map(corners: Corners) -> bool:
    """Is this a box on the map of Norway and the seas around it?"""
    return _is_box(corners) and bool(MAP_DEGREES.contains(shapely.box(*corners)))


def _touched(corners: Corners, roads: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return the edges that touch a box; none if it is no box. Its sides follow the parallels, curves on the map."""
    if not _is_on_map(corners):
        return np.zeros(len(roads), dtype=bool)
    box = shapely.segmentize(shapely.box(*corners), SIDE_DEGREES)
    on_map = gpd.GeoSeries([box], crs=4326).to_crs(roads.crs).iloc[0]
    return np.asarray(roads.intersects(on_map), dtype=bool)


def _other_orders(corners: Corners) -> Iterator[Corners]:
    """Yield boxes in Norway that the same four numbers can mean: in other programs' orders, or as any two corners."""
    a, b, c, d = corners
    orders = (
        (b, a, d, c),  # south, west, north, east
        (min(a, c), min(b, d), max(a, c), max(b, d)),
        (min(b, d), min(a, c), max(b, d), max(a, c)),
        (a, c, b, d),  # west, east, south, north
        (c, a, d, b),  # south, north, west, east
    )
    yield from (order for order in orders if NORWAY_DEGREES.contains(shapely.box(*order)))


def joined(
    links: pd.DataFrame, roads: gpd.GeoDataFrame, units: Sequence[str], settings: Settings
) -> dict[str, tuple[str, ...]]:
    """Return, for each unit, the other units, sorted, that a link of ``whole.links`` joins to it.

    A ferry joins units if one of its edges runs and is not closed.
    """
    kinds = settings.whole.links
    counted = links["kind"].isin(kinds) & links["unit_a"].isin(units) & links["unit_b"].isin(units)
    if "ferry" in kinds:
        sailing = roads.loc[(roads["kind"] == "ferry") & usable(roads, settings), "crossing"]
        counted &= (links["kind"] != "ferry") | links["crossing"].isin(sailing)
    neighbours: dict[str, set[str]] = {unit: set() for unit in units}
    for one, other in links.loc[counted, ["unit_a", "unit_b"]].itertuples(index=False, name=None):
        neighbours[one].add(other)
        neighbours[other].add(one)
    return {unit: tuple(sorted(others)) for unit, others in neighbours.items()}


def crossing_minutes(roads: pd.DataFrame, settings: Settings) -> NDArray[np.float64]:
    """Return the minutes of sailing: of ferries as published, else fixed + per km; of boats by speed; 0 on roads."""
    km = roads["length_m"].to_numpy() / 1000
    rule = settings.ferry.fixed_min + settings.ferry.min_per_km * km
    published = roads["crossing_min"].to_numpy(dtype=float)
    ferry = np.where(np.isnan(published), rule, published)
    boat = 60 * km / settings.ferry.boat_speed_kph
    kind = roads["kind"].to_numpy()
    return np.where(kind == "ferry", ferry, np.where(kind == "boat", boat, 0.0))


def wait_minutes(roads: pd.DataFrame, settings: Settings) -> NDArray[np.float64]:
    """Return the minutes of waiting per boarding under ``ferry.wait_rule``.

    Raises:
        SettingsError: ``ferry.timetable`` names a crossing that is not in the network.
    """
    usual = np.full(len(roads), settings.ferry.wait_min)
    if settings.ferry.wait_rule == "none":
        return np.zeros(len(roads))
    if settings.ferry.wait_rule == "measured_mean":
        return usual
    _refuse_strange_crossings(roads, settings)
    own = roads["crossing"].map(settings.ferry.timetable).to_numpy(dtype=float)
    known = np.where(np.isnan(own), roads["headway_min"].to_numpy(dtype=float) / 2, own)
    return np.where(np.isnan(known), usual, known)


def _refuse_strange_crossings(roads: pd.DataFrame, settings: Settings) -> None:
    """Refuse the timetable of an unknown crossing, which would have no effect."""
    known = set(roads["crossing"])
    for name in settings.ferry.timetable:
        if name not in known:
            offered = ", ".join(names.nearest(name, sorted(known - {""}))) or "-"
            raise SettingsError("timetable_strange", given=name, nearest=offered)


def access_seconds(metres: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    """Return the whole seconds from points to their road; infinite if there is none."""
    return np.round(metres * settings.access.detour / (settings.access.speed_kph / 3.6))


def _metres_per_second(roads: pd.DataFrame, settings: Settings) -> NDArray[np.float64]:
    """Return the mean speed of each edge: a share of the speed limit if it is known, else by road class."""
    by_class = settings.roads.speed_kph.model_dump()
    kph = roads["road_class"].map(by_class).fillna(by_class["K"]).to_numpy(dtype=float)
    limit = roads["limit_kph"].to_numpy(dtype=float)
    share = settings.roads.share_of_limit
    part = np.where(limit >= FAST_KPH, share.fast, np.where(limit >= SLOW_KPH, share.middle, share.slow))
    kph = np.where(np.isnan(limit), kph, limit * part)
    return np.asarray(kph / 3.6 / _slowdown(settings), dtype=float)


def _slowdown(settings: Settings) -> float:
    return settings.roads.junction_factor * settings.roads.winter_factor


def _whole_seconds(seconds: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.round(seconds).astype(np.int32)
