"""The Norwegian Mapping Authority (Kartverket): municipalities, city districts, N1000 roads, ferries and names."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from factgeo.errors import SourceError
from factgeo.sources import files, layers

CRS = 25833
BUILT = "V"  # N1000 vegfase: V exists, P is planned
MUNICIPALITIES = 357
# west, south, east and north of what the files must fill, degrees
MAINLAND, CITIES = (4.51, 57.96, 31.17, 71.19), (5.14, 58.88, 10.95, 63.52)


def read_municipalities(path: Path) -> gpd.GeoDataFrame:
    """Read coast-clipped municipalities: municipality_code, official_name (with parallel names), geometry (valid).

    Raises:
        SourceError: A municipality is missing, is there twice, or has no area.
    """
    raw = layers.read_layer(path, columns=["kommunenummer", "name"], shape="areas")
    raw = layers.in_crs(raw, CRS, path)
    columns = {
        "municipality_code": raw["kommunenummer"].astype(str).str.zfill(4),
        "official_name": raw["name"].astype(str).str.strip(),
    }
    shapes = layers.outlines(raw, columns["municipality_code"], path)
    table = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    files.refuse_duplicates(pd.DataFrame(table), ["municipality_code"], path)
    if len(table) != MUNICIPALITIES:
        raise SourceError("municipality_count", file=path, found=len(table), expected=MUNICIPALITIES)
    return table.sort_values("municipality_code", ignore_index=True)


def read_districts(path: Path) -> gpd.GeoDataFrame:
    """Read city districts: unit_code (6 digits), geometry (valid), EPSG:25833. They reach into the sea.

    Raises:
        SourceError: A district has no area.
    """
    raw = layers.read_layer(path, columns=["bydelnr"], shape="areas")
    if raw.crs.is_geographic:
        # the file says EPSG:4326 with coordinates in lon lat order, which is how GDAL hands them over
        raw = raw.set_crs(4326, allow_override=True)
    raw = layers.in_crs(raw, CRS, path)
    codes = raw["bydelnr"].astype(str).str.zfill(6)
    shapes = layers.outlines(raw, codes, path)
    return gpd.GeoDataFrame({"unit_code": codes}, geometry=shapes, crs=CRS).reset_index(drop=True)


def read_road_lines(path: Path) -> gpd.GeoDataFrame:
    """Read built roads for cars: category (E, R, F, K, P), number, motorway (motorveg, motortrafikkveg, ""), medium."""
    raw = _read_n1000(path)
    roads = raw[(raw["typeVeg"] == "enkelBilveg") & (raw["vegfase"] == BUILT)]
    if roads.empty:
        raise SourceError("no_roads", file=path)
    return gpd.GeoDataFrame(
        {
            "category": roads["vegkategori"].fillna("P"),
            "number": roads["vegnummer"].fillna("--").replace("--", ""),
            "motorway": roads["motorvegtype"].fillna("").replace("IkkeMotorveg", ""),
            "medium": roads["medium"].fillna("T"),
        },
        geometry=roads.geometry,
        crs=CRS,
    )


def read_ferry_lines(path: Path) -> gpd.GeoDataFrame:
    """Read car-ferry lines, index = fid in the source file (the key of ``ferry_crossings.csv``)."""
    raw = _read_n1000(path)
    lines = raw[raw["typeVeg"] == "bilferje"]
    if lines.empty:
        raise SourceError("no_ferries", file=path)
    return lines[["geometry"]]


def read_boat_lines(n1000: Path, other: Path) -> gpd.GeoDataFrame:
    """Read passenger-boat lines, from the road layer and the layer of other boat routes; without names or times."""
    raw = _read_n1000(n1000)
    boats = raw[raw["typeVeg"] == "passasjerferje"][["geometry"]]
    rest = layers.in_crs(layers.read_layer(other, shape="lines")[["geometry"]], CRS, other)
    return gpd.GeoDataFrame(pd.concat([boats, rest], ignore_index=True), crs=CRS)


def _read_n1000(path: Path) -> gpd.GeoDataFrame:
    columns = ["typeVeg", "vegfase", "vegkategori", "vegnummer", "motorvegtype", "medium"]
    return layers.in_crs(layers.read_layer(path, columns=columns, shape="lines", layer="Veglenke"), CRS, path)


def read_place_names(path: Path) -> pd.DataFrame:
    """Read names of settlements, quays and airports: name, kind, language, x, y (label anchors, 1-3 km off)."""
    raw = files.read_csv(path, columns=["name", "type", "language", "x", "y"])
    table = pd.DataFrame({"name": raw["name"].str.strip(), "kind": raw["type"], "language": raw["language"]})
    for axis in ("x", "y"):
        table[axis] = files.decimals(raw, axis, path)
    return table.reset_index(drop=True)
