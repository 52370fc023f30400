"""NVDB Ruteplan (Statens vegvesen): the official routing network with minutes per direction, as a GeoPackage."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from factgeo.errors import SourceError
from factgeo.sources import layers

CRS = "EPSG:25833"
# The columns of the editions by what they say; names are compared in lower case.
DIRECTION = ("oneway",)
FORWARD_MIN, BACKWARD_MIN = ("ft_minutes", "drivetime_fw"), ("tf_minutes", "drivetime_bw")
FORWARD_KPH, BACKWARD_KPH = ("ft_fart", "speedfw", "speed_fw"), ("tf_fart", "speedtw", "speed_bw")
FROM_KEY, TO_KEY = ("fromnodeid", "fromnode"), ("tonodeid", "tonode")
CATEGORY, NUMBER, MEDIUM = ("vegtype", "vegkategori"), ("vegnummer",), ("medium",)
BARRED, BIKE_ROAD, NAME = ("sperring", "isblocked"), ("isbikeroad",), ("gatenavn", "streetname", "addressname")
LENGTH_M = ("meter_org", "shape_length", "length")
SPECIAL = ("specialveg", "roadclass_text", "typeveg")
DIRECTIONS = {"B": "B", "FT": "FT", "TF": "TF", "N": "N", "": "B", "F": "FT", "T": "TF"}
CLASSES = ("E", "R", "F", "K", "P")
LONGEST_M, LONGEST_MIN = 500_000, 2_000  # of one link, as the road table allows
SPEEDS_KPH = (5.0, 130.0)


def read(path: Path) -> gpd.GeoDataFrame:
    """Read the links that cars may drive, with the published minutes of each direction.

    Barred links, cycle roads and links that are closed both ways are left out. Private and forest roads are class P.

    Returns:
        One row per link, EPSG:25833: from_key, to_key (node ids; null if the edition has none), kind, road_class,
        number, length_m, oneway (B, FT, TF), limit_kph, forward_min, backward_min (minutes, NaN if closed or unknown),
        tunnel, bridge, season, in_service, crossing_id, crossing, crossing_min, geometry.

    Raises:
        SourceError: The file is not readable, has no NVDB columns, an unknown direction, a negative length, or no link
            for cars.
    """
    if not path.is_file():
        raise SourceError("roads_missing", file=path)
    raw = layers.read_layer(path, columns=[FORWARD_MIN, BACKWARD_MIN], shape="lines", lacking="nvdb_columns")
    raw = raw.rename(columns={name: str(name).lower() for name in raw.columns if name != raw.geometry.name})
    raw = layers.in_crs(raw, CRS, path)
    links = _links(raw, path)
    usable = _for_cars(raw) & (links["oneway"] != "N")
    if not usable.any():
        raise SourceError("roads_none", file=path)
    return links[usable].reset_index(drop=True)


def _column(raw: pd.DataFrame, names: tuple[str, ...]) -> pd.Series | None:
    return next((raw[name] for name in names if name in raw.columns), None)


def _text(raw: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    column = _column(raw, names)
    empty = pd.Series("", index=raw.index)
    return empty if column is None else column.astype("object").where(column.notna(), "").astype(str).str.strip()


def _numbers(raw: pd.DataFrame, names: tuple[str, ...], otherwise: float = np.nan) -> pd.Series:
    column = _column(raw, names)
    if column is None:
        return pd.Series(otherwise, index=raw.index)
    return pd.to_numeric(column, errors="coerce").astype(float)


def _links(raw: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    links = gpd.GeoDataFrame(geometry=_one_line(raw, path), index=raw.index, crs=CRS)
    links["from_key"], links["to_key"] = _keys(raw)
    ferry = _text(raw, SPECIAL).str.lower().str.contains("ferje|ferge") | (_text(raw, CATEGORY).str.lower() == "ferje")
    category = _text(raw, CATEGORY).str.upper().str[:1]
    links["kind"] = np.where(ferry, "ferry", "road")
    links["road_class"] = np.where(ferry, "ferry", category.where(category.isin(CLASSES), "P"))
    number = _text(raw, NUMBER).str.removesuffix(".0")
    links["number"] = np.where(number.isin(["", "0"]) | ~category.isin(["E", "R", "F"]), "", category + number)
    links["length_m"] = _lengths(raw, links, path)
    links["oneway"], links["forward_min"], links["backward_min"] = _directions(raw, path)
    limits = pd.concat([_numbers(raw, FORWARD_KPH), _numbers(raw, BACKWARD_KPH)], axis=1).max(axis=1)
    links["limit_kph"] = limits.where(limits.between(*SPEEDS_KPH))
    medium = _text(raw, MEDIUM).str.upper()
    links["tunnel"], links["bridge"] = medium.isin(["T", "U"]), medium.isin(["B", "L"])
    for column in ("season", "in_service"):
        links[column] = np.where(ferry, "unknown", "")
    links["crossing"], links["crossing_id"] = np.where(ferry, _text(raw, NAME), ""), ""
    links["crossing_min"] = links["forward_min"].fillna(links["backward_min"]).where(ferry)
    links.loc[ferry, ["forward_min", "backward_min"]] = np.nan
    return links


def _one_line(raw: gpd.GeoDataFrame, path: Path) -> NDArray[np.object_]:
    """Return flat lines; refuse a link in several parts that do not follow one another."""
    lines = shapely.force_2d(raw.geometry.to_numpy())
    several = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    single = several & (shapely.get_num_geometries(lines) == 1)
    lines[single] = shapely.get_geometry(lines[single], 0)
    parted = several & ~single
    lines[parted] = shapely.line_merge(lines[parted], directed=True)
    odd = shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING
    if odd.any():
        raise SourceError("roads_geometry", file=path, row=raw.index[int(odd.argmax())])
    return np.asarray(lines, dtype=object)


def _keys(raw: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Return node ids as text; None on every row if the edition has none or leaves one out."""
    start, end = _text(raw, FROM_KEY), _text(raw, TO_KEY)
    if (start == "").any() or (end == "").any():
        nothing = pd.Series(None, index=raw.index, dtype=object)
        return nothing, nothing
    return start, end


def _lengths(raw: gpd.GeoDataFrame, links: gpd.GeoDataFrame, path: Path) -> pd.Series:
    """Return the published metres, else those of the geometry."""
    published = _numbers(raw, LENGTH_M)
    wrong = (published < 0) | (published > LONGEST_M)
    if wrong.any():
        row = wrong.idxmax()
        raise SourceError("roads_length", file=path, row=row, value=published[row])
    return published.where(published > 0, links.geometry.length)


def _directions(raw: gpd.GeoDataFrame, path: Path) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return directions (N if closed both ways), and minutes forward and back with NaN if closed or unknown.

    A direction is closed by ``oneway``, by negative minutes, or by the speed limit -1.
    """
    said = _text(raw, DIRECTION).str.upper()
    strange = ~said.isin(DIRECTIONS)
    if strange.any():
        row = strange.idxmax()
        raise SourceError("nvdb_direction", file=path, row=row, value=said[row])
    said = said.map(DIRECTIONS)
    forward, backward = _numbers(raw, FORWARD_MIN), _numbers(raw, BACKWARD_MIN)
    wrong = (forward > LONGEST_MIN) | (backward > LONGEST_MIN)
    if wrong.any():
        row = wrong.idxmax()
        raise SourceError("nvdb_minutes", file=path, row=row, value=np.nanmax([forward[row], backward[row]]))
    forth = said.isin(["B", "FT"]) & ~(forward < 0) & ~(_numbers(raw, FORWARD_KPH) < 0)
    back = said.isin(["B", "TF"]) & ~(backward < 0) & ~(_numbers(raw, BACKWARD_KPH) < 0)
    oneway = np.select([forth & back, forth, back], ["B", "FT", "TF"], "N")
    return (
        pd.Series(oneway, index=raw.index),
        forward.where(forth & (forward > 0)),
        backward.where(back & (backward > 0)),
    )


def _for_cars(raw: gpd.GeoDataFrame) -> pd.Series:
    barred = _text(raw, BARRED).str.removesuffix(".0").str.lower().isin(["1", "true"])
    bike = _text(raw, BIKE_ROAD).str.removesuffix(".0").str.lower().isin(["1", "true"])
    return ~barred & ~bike
