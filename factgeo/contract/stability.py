"""The stability of a plan as the object that other programs rely on."""

from __future__ import annotations

import dataclasses
from typing import Any

from factgeo.explore.stability import Spread, Stability

SCHEMA = "factgeo.stability/1"


def to_json(stability: Stability) -> dict[str, Any]:
    """The stability as an object (schema ``factgeo.stability/1``); shares to a millionth."""
    drawn = stability.sample
    return {
        "schema": SCHEMA,
        "seed": drawn.seed,
        "runs": len(drawn.rows),
        "no_plan": stability.no_plan,
        "unproven": stability.unproven,
        "residents_stay": round(stability.residents_stay, 6),
        "reach": _rounded(stability.reach),
        "catchment_count": _rounded(stability.count),
        "quantities": [
            {**dataclasses.asdict(q), **{name: round(getattr(q, name), 6) for name in ("low", "central", "high")}}
            for q in drawn.quantities
        ],
        "drivers": [
            {"name": d.name, "rank_correlation": None if d.correlation is None else round(d.correlation, 2)}
            for d in stability.drivers
        ],
        "units": [dataclasses.asdict(unit) for unit in stability.units],
        "catchments": [
            {**dataclasses.asdict(c), "residents_stay": round(c.residents_stay, 6)} for c in stability.catchments
        ],
        "sample": [
            {**{q.name: round(v, 6) for q, v in zip(drawn.quantities, row, strict=True)},
             "moved": None if moved is None else round(moved, 6)}
            for row, moved in zip(drawn.rows, stability.moved, strict=True)
        ],
    }  # fmt: skip


def _rounded(spread: Spread) -> dict[str, float]:
    return {name: round(value, 6) for name, value in dataclasses.asdict(spread).items()}
