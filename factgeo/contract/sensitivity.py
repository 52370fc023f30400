"""The sensitivity as the object that other programs rely on, and as a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import pandas as pd

from factgeo.reach.sensitivity import PUBLISHED, Crossing, Influence, Level, Row, Sensitivity

DIGITS = 6  # of a share in JSON


def to_json(sensitivity: Sensitivity) -> dict[str, Any]:
    """What ``factgeo reach --sensitivity --json`` adds: ``sensitivity`` holds one row per combination."""
    return {
        "quality": "estimate",
        "published_share": PUBLISHED,
        "area": sensitivity.area.name,
        "population": sensitivity.population,
        "reference": _row_json(sensitivity.row[sensitivity.reference]),
        "ranking": [_influence_json(each) for each in sensitivity.ranking],
        "crossings": [_crossing_json(each) for each in sensitivity.crossings],
        "within_half_a_point": [_row_json(row) for row in sensitivity.near],
        "sensitivity": [_row_json(row) for row in sensitivity.rows],
    }


def table(rows: Iterable[Row]) -> pd.DataFrame:
    """One row per combination, in the columns of the JSON."""
    return pd.DataFrame([_row_json(row) for row in rows])


def _row_json(row: Row) -> dict[str, Any]:
    figures = {"share": round(row.share, DIGITS), "residents": row.residents, "regions": row.regions}
    return {**dataclasses.asdict(row.combination), **figures}


def _influence_json(each: Influence) -> dict[str, Any]:
    return {
        "assumption": each.assumption,
        "least": _point_json(each.least.value, each.least.share),
        "most": _point_json(each.most.value, each.most.share),
        "swing": round(each.swing, DIGITS),
        "variance_alone": round(each.main, 3),
        "variance_in_all": round(each.total, 3),
    }


def _crossing_json(each: Crossing) -> dict[str, Any]:
    points = {name: getattr(each, name) for name in ("below", "above", "least", "most")}
    return {
        "assumption": each.assumption,
        "travel_rule": each.start.criterion != "none",
        "crosses": each.above is not None,
        **{name: None if point is None else _point_json(point.value, point.share) for name, point in points.items()},
    }


def _point_json(value: Level, share: float) -> dict[str, Any]:
    return {"value": round(value, 4) if isinstance(value, float) else value, "share": round(share, DIGITS)}
