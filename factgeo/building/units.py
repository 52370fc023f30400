"""Build the outlines of the planning units: municipalities and the districts of four cities, as one clean coverage."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from factgeo.errors import SourceError
from factgeo.sources.kartverket import CRS

GRID_M = 0.1  # outlines are brought to this precision, so that shared borders share their vertices
SLIVER_M2 = 50_000  # a gap between outlines up to this size is a drawing error, not water
TOLERANCE_M = 120.0  # of the generalised outlines (Visvalingam: the side of a square of the smallest triangle)


def build(
    municipalities: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, health_areas: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return exact outlines: unit_code, geometry; valid, no overlaps, no gaps along land borders.

    Raises:
        SourceError: Outlines and health areas do not name the same units, or other units cover one entirely.
    """
    _refuse_other_codes(municipalities["municipality_code"], health_areas["municipality_code"])
    in_city = health_areas["unit_code"].str.len() == 6  # noqa: PLR2004 - districts have six digits
    _refuse_other_codes(districts["unit_code"], health_areas.loc[in_city, "unit_code"])
    faces = _faces(municipalities, districts)
    city_of = health_areas[in_city].set_index("unit_code")["municipality_code"]
    owner = _owners(faces, municipalities, districts, city_of)
    known = owner != ""
    outlines = gpd.GeoDataFrame({"unit_code": owner[known]}, geometry=faces[known], crs=CRS)
    lost = sorted(set(health_areas["unit_code"]) - set(owner[known]))
    if lost:
        raise SourceError("units_without_area", units=", ".join(lost[:8]))
    return outlines.dissolve("unit_code", as_index=False, method="coverage")


def generalise(outlines: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M) -> gpd.GeoDataFrame:
    """Return simpler outlines that still share their borders; coordinates are whole metres.

    ``tolerance_m`` is halved as long as a unit's area would change by 1 % or more.
    """
    exact = outlines.geometry.to_numpy()
    simple = shapely.coverage_simplify(exact, tolerance_m)
    if np.abs(shapely.area(simple) / shapely.area(exact) - 1).max() >= 0.01:  # noqa: PLR2004
        return generalise(outlines, tolerance_m / 2)
    return outlines.set_geometry(np.asarray(simple, dtype=object), crs=CRS)


def _refuse_other_codes(drawn: pd.Series, listed: pd.Series) -> None:
    missing, extra = sorted(set(listed) - set(drawn)), sorted(set(drawn) - set(listed))
    if missing or extra:
        raise SourceError("unit_codes", missing=", ".join(missing[:8]) or "-", extra=", ".join(extra[:8]) or "-")


def _faces(municipalities: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the smallest areas that the borders of municipalities and districts cut the map into."""
    borders = np.concatenate([municipalities.boundary.to_numpy(), districts.boundary.to_numpy()])
    lines = shapely.union_all(borders, grid_size=GRID_M)
    return np.array(shapely.get_parts(shapely.polygonize([lines])), dtype=object)


def _owners(
    faces: NDArray[np.object_],
    municipalities: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    city_of: pd.Series,
) -> NDArray[np.str_]:
    """Return the unit of each face, "" for water; a sliver goes to the neighbour with the longest border."""
    inside = shapely.point_on_surface(faces)
    owner = _first_hit(inside, municipalities.geometry.to_numpy(), municipalities["municipality_code"].to_numpy())
    gaps = np.flatnonzero((owner == "") & (shapely.area(faces) < SLIVER_M2))
    _fill_gaps(faces, owner, gaps)
    for city in city_of.unique():
        of_city = districts[districts["unit_code"].isin(city_of[city_of == city].index)]
        rows = np.flatnonzero(owner == city)
        tree = shapely.STRtree(of_city.geometry.to_numpy())
        owner[rows] = of_city["unit_code"].to_numpy()[tree.nearest(inside[rows])]
    return owner


def _first_hit(points: NDArray[np.object_], areas: NDArray[np.object_], codes: NDArray[np.str_]) -> NDArray[np.str_]:
    point, area = shapely.STRtree(areas).query(points, predicate="intersects")
    found = np.full(len(points), "", dtype="<U6")
    found[point[::-1]] = codes[area[::-1]]
    return found


def _fill_gaps(faces: NDArray[np.object_], owner: NDArray[np.str_], gaps: NDArray[np.intp]) -> None:
    """Give each small gap surrounded by land to the neighbour with the longest shared border."""
    tree = shapely.STRtree(faces)
    for gap in gaps:
        around = [k for k in tree.query(faces[gap], predicate="touches") if owner[k] != ""]
        shared = [shapely.length(shapely.intersection(faces[gap].exterior, faces[k])) for k in around]
        if sum(shared) > 0.99 * faces[gap].exterior.length:
            owner[gap] = owner[around[int(np.argmax(shared))]]


def locate(points: gpd.GeoSeries, outlines: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.Series:
    """Return the unit code of each point: the unit that it lies in, else the nearest one.

    Inside a city, points off the coast go by the districts as drawn, which reach into the sea.
    """
    geometries, codes = outlines.geometry.to_numpy(), outlines["unit_code"].to_numpy()
    spots = points.to_numpy()
    found = _first_hit(spots, geometries, codes)
    at_sea = np.flatnonzero(found == "")
    found[at_sea] = codes[shapely.STRtree(geometries).nearest(spots[at_sea])]
    in_city = at_sea[np.char.str_len(found[at_sea]) == 6]  # noqa: PLR2004
    drawn = _first_hit(spots[in_city], districts.geometry.to_numpy(), districts["unit_code"].to_numpy())
    same_city = np.array([a[:4] == b[:4] for a, b in zip(drawn, found[in_city], strict=True)], dtype=bool)
    found[in_city] = np.where(same_city, drawn, found[in_city])
    return pd.Series(found, index=points.index, dtype=str)
