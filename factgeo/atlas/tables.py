"""Contracts of the pack's tables: columns, types, ranges and keys, checked when a pack is built or verified."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from factgeo.errors import Faults, PackError

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

UNIT = r"\d{4}(\d{2})?"
QUALITIES = ["measured", "derived", "estimate"]


def check(name: str, table: pd.DataFrame) -> None:
    """Refuse a table that breaks its contract.

    Raises:
        PackError: The error names the table, the columns and the first bad value of each.
    """
    faults = Faults()
    if isinstance(table, gpd.GeoDataFrame):
        with faults.noted():
            _check_geometry(name, table)
        table = pd.DataFrame(table.drop(columns=table.geometry.name))
    wrong = _wrong_columns(name, table)
    faults.add_all(wrong, lambda each: PackError("table_contract", table=name, column=each, reason=wrong[each]))
    faults.refuse()


def _wrong_columns(name: str, table: pd.DataFrame) -> dict[str, str]:
    """The columns that break the contract, "-" for all columns together, and the first thing that is wrong with each.

    The first column that is wrong is found without the others, for a check of all of them words it differently.
    """
    from pandera.errors import SchemaError, SchemaErrors  # noqa: PLC0415 - slow to import, needed for builds only

    found: dict[str, str] = {}
    for lazy in (False, True):
        try:
            _schemas()[name].validate(table, lazy=lazy)
        except (SchemaError, SchemaErrors) as error:
            for each in error.schema_errors if isinstance(error, SchemaErrors) else [error]:
                found.setdefault(getattr(each.schema, "name", None) or "-", _first_line(each))
        else:
            break
    return found


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]


def _check_geometry(name: str, table: gpd.GeoDataFrame) -> None:
    bad = table.geometry.isna() | table.geometry.is_empty | ~table.geometry.is_valid
    if table.crs is None or table.crs.to_epsg() != 25833:  # noqa: PLR2004 - ETRS89 / UTM 33N
        raise PackError("table_contract", table=name, column="geometry", reason=f"CRS {table.crs}")
    if bad.any():
        raise PackError("table_contract", table=name, column="geometry", reason=f"row {bad.idxmax()}")


@cache
def _schemas() -> dict[str, DataFrameSchema]:
    from pandera.pandas import Check, Column, DataFrameSchema  # noqa: PLC0415 - slow to import

    def text(pattern: str = ".*") -> Column:
        return Column(str, Check.str_matches(f"^{pattern}$"))

    def whole(low: int, high: int) -> Column:
        return Column(int, Check.in_range(low, high), coerce=True)

    def real(low: float, high: float, *, empty: bool = False) -> Column:
        return Column(float, Check.in_range(low, high), nullable=empty, coerce=True)

    metres = 10_000_000
    return {
        "units": DataFrameSchema(
            {
                "unit_code": text(UNIT), "name": text(".+"), "official_name": text(".+"),
                "municipality_code": text(r"\d{4}"), "municipality_name": text(".+"),
                "county_code": text(r"\d{2}"), "county_name": text(".+"),
                "dps_code": text(r"D\d{2}"), "dps_name": text(".+"), "hf_name": text(".+"),
                "helsefellesskap": text(".+"), "rhf_name": text(".+"), "ba_region": text(),
                "centrality_class": text("[1-6]"), "base_lon": real(4, 32), "base_lat": real(57, 72),
                "base_name": text(".+"),
            },
            unique=["unit_code"], strict=True,
        ),
        "residents": DataFrameSchema(
            {"unit_code": text(UNIT), "year": whole(2000, 2100), "sex": whole(1, 2), "age": whole(0, 105),
             "persons": whole(1, 10_000_000)},
            unique=["unit_code", "year", "sex", "age"], strict=True,
        ),
        "cells": DataFrameSchema(
            {
                "ssbid": text(r"\d{14}"), "unit_code": text(UNIT), "x": whole(-metres, metres),
                "y": whole(0, metres), "home_x": whole(-metres, metres), "home_y": whole(0, metres),
                "persons": whole(1, 1_000_000), "adults": whole(0, 1_000_000),
                "quality": Column(str, Check.isin(QUALITIES)),
            },
            unique=["ssbid"], strict=True,
        ),
        "roads": DataFrameSchema(
            {
                "edge_id": whole(0, 100_000_000), "from_node": whole(0, 100_000_000),
                "to_node": whole(0, 100_000_000),
                "kind": Column(str, Check.isin(["road", "tie", "landing", "ferry", "boat"])),
                "road_class": text(".+"), "number": text(), "length_m": real(0, 500_000),
                "oneway": Column(str, Check.isin(["B", "FT", "TF"])), "limit_kph": real(5, 130, empty=True),
                "forward_min": real(0, 2000, empty=True), "backward_min": real(0, 2000, empty=True),
                "tunnel": Column(bool), "bridge": Column(bool),
                "season": Column(str, Check.isin(["", "all_year", "summer", "tourist", "unknown"])),
                "in_service": Column(str, Check.isin(["", "yes", "no", "unknown"])),
                "crossing_id": text(), "crossing": text(), "crossing_min": real(0, 2000, empty=True),
                "headway_min": real(0, 2000, empty=True),
            },
            unique=["edge_id"], strict=True,
        ),
        "access": DataFrameSchema(
            {"ssbid": text(r"\d{14}"), "edge_id": whole(-1, 100_000_000), "position": real(0, 1),
             "metres": real(0, float("inf"))},
            unique=["ssbid"], strict=True,
        ),
        "links": DataFrameSchema(
            {"unit_a": text(UNIT), "unit_b": text(UNIT), "kind": Column(str, Check.isin(["road", "ferry", "border"])),
             "crossing": text()},
            unique=["unit_a", "unit_b", "kind", "crossing"], strict=True,
        ),
        "places": DataFrameSchema(
            {
                "place_id": text(r"P\d{5}"), "name": text(".+"), "kind": text(".+"),
                "municipality_code": text(r"\d{4}"), "lon": real(4, 32), "lat": real(57, 72),
            },
            unique=["place_id"], strict=True,
        ),
    }  # fmt: skip
