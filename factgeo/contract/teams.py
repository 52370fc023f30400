"""The listed teams as the objects that other programs rely on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from factgeo.atlas.pack import Atlas
from factgeo.atlas.teams import READINGS, Overlap, Team, overlaps


def to_json(teams: Iterable[Team], atlas: Atlas) -> list[dict[str, Any]]:
    """The teams as objects for other programs; ``overlaps`` names only teams among them."""
    given = list(teams)
    pairs = overlaps(given)
    return [_object(team, pairs, atlas) for team in given]


def _object(team: Team, pairs: Iterable[Overlap], atlas: Atlas) -> dict[str, Any]:
    shown = ("team_id", "name", "name_as_listed", "kind", "county", "inference", "confidence", "note")
    return {
        **{name: getattr(team, name) for name in shown},
        "general": team.general,
        "status": "unknown",
        "status_as_listed": team.status,
        "base": _base_object(team, atlas),
        "covers": {reading: _covers_object(team.units(reading), atlas) for reading in READINGS},
        "overlaps": [
            {"team_id": (pair.second if pair.first == team else pair.first).team_id, "kind": pair.kind}
            for pair in pairs
            if team in (pair.first, pair.second)
        ],
    }


def _base_object(team: Team, atlas: Atlas) -> dict[str, Any] | None:
    if team.base_unit is None:
        return None
    unit = atlas.units.loc[team.base_unit]
    return {
        "unit_code": team.base_unit,
        "name": str(unit["base_name"]),
        "lon": float(unit["base_lon"]),
        "lat": float(unit["base_lat"]),
        "quality": team.quality,
    }


def _covers_object(units: tuple[str, ...], atlas: Atlas) -> dict[str, Any]:
    people = atlas.population.loc[list(units)].sum()
    return {
        "units": list(units),
        "population": int(people["persons"]),
        "adults": int(people["adults"]),
        "quality": "estimate",
    }
