"""The road network as arrays, with the seconds that the settings give each edge."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.settings import Settings

ROADS = ("road", "tie", "landing")


@dataclass(frozen=True)
class RoadNetwork:
    """Edges as parallel arrays; row k of each is edge k of the road table.

    Attributes:
        from_node, to_node: Node numbers, 0 to ``nodes`` - 1.
        drive_s, crossing_s, wait_s: Whole seconds of driving, of sailing, and of waiting before boarding.
        open: False where a ferry or boat does not run under the settings.
        length_m: True length (stretched).
        nodes: Number of nodes.
    """

    from_node: NDArray[np.int32]
    to_node: NDArray[np.int32]
    drive_s: NDArray[np.int32]
    crossing_s: NDArray[np.int32]
    wait_s: NDArray[np.int32]
    open: NDArray[np.bool_]
    length_m: NDArray[np.float64]
    nodes: int

    @property
    def seconds(self) -> NDArray[np.int32]:
        """All seconds of each edge, the same in both directions; at least 1."""
        total: NDArray[np.int32] = np.maximum(self.drive_s + self.crossing_s + self.wait_s, 1)
        return total


def from_table(roads: gpd.GeoDataFrame, settings: Settings) -> RoadNetwork:
    """The network of a road table (see ``building.roads``) under the settings."""
    sails = roads["kind"].isin(["ferry", "boat"]).to_numpy()
    metres = roads["length_m"].to_numpy() * np.where(sails, 1.0, settings.roads.stretch)
    return RoadNetwork(
        from_node=roads["from_node"].to_numpy(dtype=np.int32),
        to_node=roads["to_node"].to_numpy(dtype=np.int32),
        drive_s=_whole_seconds(np.where(sails, 0.0, metres / _metres_per_second(roads["road_class"], settings))),
        crossing_s=_whole_seconds(np.where(sails, 60 * crossing_minutes(roads, settings), 0.0)),
        wait_s=_whole_seconds(np.where(sails, 60 * settings.ferry.wait_min, 0.0)),
        open=runs(roads, settings),
        length_m=metres,
        nodes=int(max(roads["from_node"].max(), roads["to_node"].max())) + 1,
    )


def runs(roads: pd.DataFrame, settings: Settings) -> NDArray[np.bool_]:
    """True for edges that can be used under the settings; ``unknown`` seasons count as all year."""
    closed = (roads["season"] == "summer") & (not settings.ferry.summer)
    closed |= (roads["season"] == "tourist") & (not settings.ferry.tourist)
    closed |= roads["in_service"] == "no"
    closed |= (roads["kind"] == "boat") & (not settings.ferry.boats)
    return np.asarray(~closed, dtype=bool)


def crossing_minutes(roads: pd.DataFrame, settings: Settings) -> NDArray[np.float64]:
    """Minutes under way on ferries (published, else fixed + per km) and boats (by speed); 0 on roads."""
    km = roads["length_m"].to_numpy() / 1000
    rule = settings.ferry.fixed_min + settings.ferry.min_per_km * km
    published = roads["crossing_min"].to_numpy(dtype=float)
    ferry = np.where(np.isnan(published), rule, published)
    boat = 60 * km / settings.ferry.boat_speed_kph
    kind = roads["kind"].to_numpy()
    return np.where(kind == "ferry", ferry, np.where(kind == "boat", boat, 0.0))


def access_seconds(metres: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    """Whole seconds from a point to its road; infinite where there is none."""
    return np.round(metres * settings.access.detour / (settings.access.speed_kph / 3.6))


def _metres_per_second(road_class: pd.Series, settings: Settings) -> NDArray[np.float64]:
    speeds = settings.roads.speed_kph.model_dump()
    kph = road_class.map(speeds).fillna(speeds["K"]).to_numpy(dtype=float)
    return np.asarray(kph / 3.6 / (settings.roads.junction_factor * settings.roads.winter_factor), dtype=float)


def _whole_seconds(seconds: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.round(seconds).astype(np.int32)
