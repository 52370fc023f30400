"""Find which units are joined: by a road, by a car ferry, or by a shared land border."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CORNER_M = 300  # a road inside a third unit for less than this only cuts its corner on a generalised map
BORDER_M = 100  # units that share less border than this only touch


def build(edges: gpd.GeoDataFrame, node_unit: pd.Series, outlines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return unit_a < unit_b, kind (road, ferry, border) and crossing; each pair once per kind and crossing.

    A road joins two units if it leads from one into the other without a third between. Two districts of a city that
    share a border count as joined by road, because N1000 lacks most city streets.

    Args:
        edges: The network (see ``building.roads``).
        node_unit: Unit code of each node; a node at sea has the nearest unit.
        outlines: unit_code, geometry.
    """
    borders = _borders(outlines)
    streets = [(a, b) for a, b in borders if len(a) == len(b) == 6 and a[:4] == b[:4]]  # noqa: PLR2004
    roads = _road_pairs(edges[edges["kind"].isin(["road", "tie"])], node_unit, outlines)
    rows = [(*pair, "road", "") for pair in {*roads, *streets}]
    rows += [(*pair, "border", "") for pair in borders]
    ferries = edges[edges["kind"] == "ferry"]
    ends = zip(node_unit[ferries["from_node"]], node_unit[ferries["to_node"]], ferries["crossing"], strict=True)
    rows += [(*_ordered(a, b), "ferry", name) for a, b, name in ends if a != b]
    table = pd.DataFrame(rows, columns=["unit_a", "unit_b", "kind", "crossing"]).drop_duplicates()
    return table.sort_values(["unit_a", "unit_b", "kind", "crossing"], ignore_index=True)


def _ordered(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _borders(outlines: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    shapes, codes = outlines.geometry.to_numpy(), outlines["unit_code"].to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="touches")
    a, b = a[a < b], b[a < b]
    shared = shapely.length(shapely.intersection(shapes[a], shapes[b]))
    return [_ordered(codes[i], codes[j]) for i, j, m in zip(a, b, shared, strict=True) if m >= BORDER_M]


def _road_pairs(edges: gpd.GeoDataFrame, node_unit: pd.Series, outlines: gpd.GeoDataFrame) -> set[tuple[str, str]]:
    """Return the pairs of units that follow one another along some road."""
    lines, shapes = edges.geometry.to_numpy(), outlines.geometry.to_numpy()
    codes = outlines["unit_code"].to_numpy()
    start, end = node_unit[edges["from_node"]].to_numpy(), node_unit[edges["to_node"]].to_numpy()
    edge, unit = shapely.STRtree(shapes).query(lines, predicate="intersects")
    several = np.bincount(edge, minlength=len(lines)) > 1
    stretches: dict[int, list[tuple[float, float, str]]] = {int(k): [] for k in np.flatnonzero(several)}
    for k, j in zip(edge, unit, strict=True):
        if several[k]:
            stretches[int(k)] += _stretches(lines[k], shapes[j], codes[j])
    pairs = {_ordered(a, b) for a, b in zip(start, end, strict=True) if a != b}
    pairs -= {_ordered(start[k], end[k]) for k in stretches if start[k] != end[k]}
    for k, inside in stretches.items():
        ends_in = {start[k], end[k]}
        middle = [code for _, length, code in sorted(inside) if length >= CORNER_M or code in ends_in]
        pairs |= {_ordered(a, b) for a, b in pairwise([start[k], *middle, end[k]]) if a != b}
    return pairs


def _stretches(line: shapely.LineString, area: shapely.Geometry, code: str) -> list[tuple[float, float, str]]:
    """Return where along the line (middle, m) and for how long (m) it runs inside the area."""
    parts = shapely.get_parts(shapely.intersection(line, area))
    parts = parts[shapely.length(parts) > 0]
    middle = shapely.line_interpolate_point(parts, 0.5, normalized=True)
    return [(float(line.project(p)), float(part.length), code) for p, part in zip(middle, parts, strict=True)]
