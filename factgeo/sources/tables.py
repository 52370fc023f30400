"""Read small compiled tables: the centres of municipalities, and the cited facts."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from factgeo.errors import SourceError
from factgeo.sources import files
from factgeo.sources.kartverket import CRS

FACTS = (
    "effects",
    "ferry_crossings",
    "ferry_sea_junctions",
    "ferry_time_rule",
    "grant_form_fields",
    "health_areas",
    "parameters",
    "teams_2025_10",
    "unit_costs",
    "validation_cases",
)
SEASONS = ("all_year", "summer", "tourist", "unknown")
IN_SERVICE = ("yes", "no", "unknown")
NOT_STATED = "99"  # ending of a district code that stands for "district not stated"


def read_centres(path: Path) -> gpd.GeoDataFrame:
    """Read administrative centres: municipality_code, name, geometry (point, EPSG:25833, empty if unknown)."""
    raw = files.read_csv(path, columns=["kommunenummer", "adm_center", "adm_lon", "adm_lat"])
    lon, lat = (files.decimals(raw, column, path, empty=float("nan")) for column in ("adm_lon", "adm_lat"))
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=raw.index, crs=4326).to_crs(CRS)
    points = points.mask(lon.isna(), None)
    table = {
        "municipality_code": raw["kommunenummer"].str.strip().str.zfill(4),
        "name": raw["adm_center"].str.strip(),
    }
    return gpd.GeoDataFrame(table, geometry=points, crs=CRS).reset_index(drop=True)


def read_health_areas(folder: Path) -> pd.DataFrame:
    """Read the planning units with their health areas, without the codes for "district not stated"; all text.

    Raises:
        SourceError: The table is missing, lacks a column or names a unit twice.
    """
    path = _find(folder, "health_areas.csv")
    columns = [
        "unit_code",
        "unit_name",
        "municipality_code",
        "municipality_name",
        "county_code",
        "county_name",
    ]
    columns += [
        "dps_code",
        "dps_name",
        "hf_name",
        "rhf_name",
        "helsefellesskap",
        "ba_region",
        "centrality_class",
    ]
    table = files.read_csv(path, columns=[*columns, "admin_centre"])
    files.refuse_duplicates(table, ["unit_code"], path)
    stated = ~((table["unit_code"].str.len() == 6) & table["unit_code"].str.endswith(NOT_STATED))  # noqa: PLR2004
    return table[stated].sort_values("unit_code", ignore_index=True)


def read_crossings(folder: Path) -> gpd.GeoDataFrame:
    """Read car-ferry crossings, one per pair of quays: line_ids (list of fids), quays as points, season, minutes.

    Returns:
        crossing_id, name, quay_a, quay_b, route_no, line_ids, season, in_service, crossing_min (NaN: unknown),
        headway_min (NaN: unknown), point_a, point_b (EPSG:25833, None if the crossing is not on the map).

    Raises:
        SourceError: The table is missing, lacks a column, names a crossing twice or has an impossible cell.
    """
    path = _find(folder, "ferry_crossings.csv")
    columns = [
        "crossing_id",
        "name",
        "quay_a",
        "quay_b",
        "route_no",
        "n1000_line_ids",
        "season",
        "in_service",
    ]
    raw = files.read_csv(path, columns=[*columns, "crossing_min", "headway_min", "lon_a", "lat_a", "lon_b", "lat_b"])
    files.refuse_duplicates(raw, ["crossing_id"], path)
    files.refuse_other_words(raw, "season", SEASONS, path)
    files.refuse_other_words(raw, "in_service", IN_SERVICE, path)
    table = raw[[c for c in columns if c != "n1000_line_ids"]].copy()
    table["line_ids"] = _line_ids(raw["n1000_line_ids"], path)
    for column in ("crossing_min", "headway_min"):
        table[column] = files.decimals(raw, column, path, empty=float("nan"))
    for end in "ab":
        lon, lat = (files.decimals(raw, f"{axis}_{end}", path, empty=float("nan")) for axis in ("lon", "lat"))
        points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=raw.index, crs=4326).to_crs(CRS)
        table[f"point_{end}"] = points.mask(lon.isna(), None).to_numpy()
    return table.reset_index(drop=True)


def _find(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise SourceError("source_missing", file=name, folder=folder)
    return path


def _line_ids(cells: pd.Series[str], path: Path) -> list[list[int]]:
    """Return the ids of the lines of each crossing, from cells such as ``14385;14387``."""
    bad = ~cells.str.fullmatch(r"(\d+(;\d+)*)?")
    if bad.any():
        line = int(bad.idxmax())
        raise SourceError("source_not_whole", file=path, line=line, column=cells.name, value=cells[line])
    return [[int(i) for i in cell.split(";") if i] for cell in cells]
