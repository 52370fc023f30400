"""Bases of the units, and names by which places can be found."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from factgeo.sources.kartverket import CRS

CENTRE_NEAR_CELL_M = 2500  # a centre from the gazetteer must lie this near to an inhabited cell of its unit
INSIDE_M = 50  # a base that has to be moved into its unit ends up this far inside
NAME_NEAR_CELL_M = 5000  # N1000 names are label anchors, up to 3-4 km off
KINDS = {
    "by": "town", "tettsted": "settlement", "tettbebyggelse": "settlement", "bygdelagBygd": "village",
    "grend": "village", "bydel": "neighbourhood", "ferjekai": "quay", "flyplass": "airport",
}  # fmt: skip


def bases(
    health_areas: pd.DataFrame, cells: pd.DataFrame, centres: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the base of each unit: unit_code, base_lon, base_lat, base_name.

    The base of a municipality is its administrative centre, that of a district its most populous cell. A municipality
    whose centre is unknown or far from its residents has its most populous cell too. Every base lies in its own unit.
    """
    dense = cells.sort_values(["persons", "ssbid"], ascending=[False, True]).drop_duplicates("unit_code")
    home = gpd.GeoSeries(gpd.points_from_xy(dense["home_x"], dense["home_y"]), index=dense["unit_code"], crs=CRS)
    point = _moved_inside(home, outlines)
    known = centres[centres.geometry.notna()].set_index("municipality_code").geometry
    known = known[known.index.isin(point.index) & _among_own_people(known, cells)]
    point[known.index] = known
    lonlat = point.to_crs(4326)
    table = pd.DataFrame({"base_lon": lonlat.x.round(5), "base_lat": lonlat.y.round(5)})
    names = health_areas.set_index("unit_code")
    is_district = names.index.str.len() == 6  # noqa: PLR2004 - districts have six digits
    table["base_name"] = names["admin_centre"].where(~is_district, names["unit_name"])
    return table.rename_axis("unit_code").reset_index().sort_values("unit_code", ignore_index=True)


def _moved_inside(points: gpd.GeoSeries, outlines: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Move points outside the unit of their index to the nearest spot inside it."""
    area = outlines.set_index("unit_code").geometry.loc[points.index]
    outside = ~points.within(area, align=False)
    inner = area[outside].buffer(-INSIDE_M)
    moved = points.copy()
    moved[outside] = shapely.get_point(shapely.shortest_line(inner.to_numpy(), points[outside].to_numpy()), 0)
    return moved


def _among_own_people(points: gpd.GeoSeries, cells: pd.DataFrame) -> np.ndarray:
    """Return True for points whose nearest inhabited cell is near and belongs to the unit of the same code."""
    tree = shapely.STRtree(shapely.points(cells["x"], cells["y"]))
    nearest = tree.nearest(points.to_numpy())
    hit = cells.iloc[nearest]
    distance = np.hypot(hit["x"].to_numpy() - points.x.to_numpy(), hit["y"].to_numpy() - points.y.to_numpy())
    near: np.ndarray = (hit["unit_code"].to_numpy() == points.index.to_numpy()) & (distance < CENTRE_NEAR_CELL_M)
    return near


def build(
    names: pd.DataFrame,
    crossings: pd.DataFrame,
    units: pd.DataFrame,
    cells: pd.DataFrame,
    centres: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Return place_id, name, kind, municipality_code, lon, lat of the places that ``factgeo travel`` finds by name.

    N1000 names move to the nearest inhabited cell, because they are label anchors. Quays come from the ferry table.
    Administrative centres come from the units, those of cities with districts from the gazetteer.
    """
    tree = shapely.STRtree(shapely.points(cells["x"], cells["y"]))
    spots = shapely.points(names["x"], names["y"])
    near, hit = tree.query_nearest(spots, max_distance=NAME_NEAR_CELL_M, all_matches=False)
    moved = names.iloc[near].reset_index(drop=True)
    home = cells.iloc[hit].reset_index(drop=True)
    settlements = pd.DataFrame(
        {"name": moved["name"], "kind": moved["kind"].map(KINDS), "unit_code": home["unit_code"], "x": home["x"],
         "y": home["y"]}
    )  # fmt: skip
    settlements = settlements[settlements["kind"] != "quay"]
    table = pd.concat([_centres(units, centres), _quays(crossings, cells, tree), settlements], ignore_index=True)
    lonlat = gpd.GeoSeries(gpd.points_from_xy(table["x"], table["y"]), crs=CRS).to_crs(4326)
    table["lon"], table["lat"] = lonlat.x.round(5), lonlat.y.round(5)
    municipality = units.set_index("unit_code")["municipality_code"]
    table["municipality_code"] = table["unit_code"].map(municipality)
    table = table.drop_duplicates(["name", "kind", "municipality_code"]).sort_values(
        ["kind", "name", "municipality_code"], ignore_index=True
    )
    table["place_id"] = [f"P{k:05d}" for k in range(1, len(table) + 1)]
    return table[["place_id", "name", "kind", "municipality_code", "lon", "lat"]]


def _centres(units: pd.DataFrame, centres: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the administrative centre of each municipality, also of cities with districts."""
    first = units.drop_duplicates("municipality_code").set_index("municipality_code")
    point = gpd.GeoSeries(gpd.points_from_xy(first["base_lon"], first["base_lat"]), index=first.index, crs=4326)
    point = point.to_crs(CRS)
    is_city = first["unit_code"].str.len() == 6  # noqa: PLR2004 - districts have six digits
    known = centres.set_index("municipality_code").geometry
    point[is_city] = known[first.index[is_city]]
    name = first["base_name"].where(~is_city, first["municipality_name"])
    columns = {"name": name, "kind": "centre", "unit_code": first["unit_code"], "x": point.x, "y": point.y}
    return pd.DataFrame(columns).reset_index(drop=True)


def _quays(crossings: pd.DataFrame, cells: pd.DataFrame, tree: shapely.STRtree) -> pd.DataFrame:
    """Return ferry quays by name."""
    drawn = crossings[crossings["point_a"].notna() & crossings["point_b"].notna()]
    name = pd.concat([drawn["quay_a"], drawn["quay_b"]], ignore_index=True)
    point = np.concatenate([drawn["point_a"].to_numpy(), drawn["point_b"].to_numpy()])
    unit = cells["unit_code"].to_numpy()[tree.nearest(point)]
    columns = {
        "name": name,
        "kind": "quay",
        "unit_code": unit,
        "x": shapely.get_x(point),
        "y": shapely.get_y(point),
    }
    table = pd.DataFrame(columns)
    return table[~table["name"].str.startswith("unnamed")]
