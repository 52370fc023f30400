"""Reach as the object that other programs rely on, and rows of tables: minutes to a tenth, shares to a millionth."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from factgeo.contract import sensitivity as sensitivity_contract
from factgeo.language.figures import maybe_tenth, millionth
from factgeo.planning.measure import WITHIN, TravelFigures
from factgeo.reach import shares
from factgeo.reach.answers import ReachReport
from factgeo.reach.fairness import Borders, Fairness, Help
from factgeo.reach.left_out import LeftOut
from factgeo.reach.shares import ClassShare, Group, Reach, Region
from factgeo.reach.today import Today, lacking_areas
from factgeo.report import columns
from factgeo.travel.bases import Base

REGION_KEYS = (
    "code", "name", "service", "class", "units", "population", "adults", "population_in_area", "counted", "share",
    "whole",
)  # fmt: skip
CENTRALITY_KEYS = ("centrality_class", "units", "population")


def to_json(found: ReachReport) -> dict[str, Any]:
    """The object that ``factgeo reach --json`` prints."""
    content = measure_json(found.reach)
    told = sensitivity_contract.to_json(found.sensitivity) if found.sensitivity else {"sensitivity": []}
    content["sensitivity"] = told.pop("sensitivity")
    if found.sensitivity:
        content["sensitivity_summary"] = told
    if found.planned is not None:
        content["left_out"] = left_out_json(found.left_out)
        content["fairness"] = fairness_json(found.fairness) if found.fairness else None
        content["borders"] = borders_json(found.borders) if found.borders else None
        content["remedies"] = remedies_json(found.remedies or ())
    if found.today:
        content["today"] = [today_json(each) for each in found.today]
    if found.frontier:
        content["frontier"] = [
            {"aim": point.aim, "teams": point.teams, "share_within_T": millionth(point.within),
             "share_served": millionth(point.served), "status": point.status}
            for point in found.frontier
        ]  # fmt: skip
    return content


def measure_json(found: Reach) -> dict[str, Any]:
    """The object that ``factgeo reach --json`` prints, without ``sensitivity``."""
    return {
        "preset": found.preset,
        "definition": found.definition.text(),
        "area": found.area.name,
        "population": found.population,
        "counted": found.counted,
        "share": millionth(found.share),
        "classes": [_class_json(each) for each in found.classes],
        "share_within": {str(k): millionth(found.share_within[k]) if found.share_within else None for k in WITHIN},
        "by_region": [_region_json(region, found) for region in found.regions],
        "by_hf": [_group_json(group) for group in shares.grouped(found.units, found.atlas, "hf_name")],
        "by_unit": [dataclasses.asdict(unit) for unit in found.units],
        "readings": [
            {"edge": each.edge, "classes": [_class_json(one) for one in each.classes]} for each in found.readings
        ],
        "outside": dict(found.outside),
        "published": [dataclasses.asdict(each) for each in found.published],
        "notes": [note.text() for note in found.notes],
    }


def _class_json(each: ClassShare) -> dict[str, Any]:
    return {
        "class": each.number,
        "service": each.service,
        "regions": each.regions,
        "population": each.population,
        "share": millionth(each.share),
    }


def _region_json(region: Region, found: Reach) -> dict[str, Any]:
    return {
        **columns.row(columns.REGION, region, REGION_KEYS),
        "base": None if region.base is None else _base_json(region.base),
        "base_quality": "estimate" if region.base and found.preset == "report-2017" else None,
        "travel": _travel_json(region.travel),
    }


def _base_json(base: Base) -> dict[str, Any]:
    return {"unit_code": base.unit_code, "name": base.name, "lon": base.lon, "lat": base.lat}


def _travel_json(travel: TravelFigures | None) -> dict[str, Any] | None:
    if travel is None:
        return None
    shown = dataclasses.asdict(travel)
    within = {str(limit): millionth(share) for limit, share in travel.share_within.items()}
    return {name: maybe_tenth(value) if name.endswith("_min") else value for name, value in shown.items()} | {
        "share_within": within
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {**dataclasses.asdict(group), "share": millionth(group.share)}


def left_out_json(out: Iterable[LeftOut]) -> list[dict[str, Any]]:
    """Residents left out, by unit and reason."""
    return [columns.row(columns.LEFT_OUT, each) for each in out]


def remedies_json(found: Iterable[Help]) -> list[dict[str, Any]]:
    """The places with their remedies."""
    return [
        {
            "place": _base_json(each.place),
            "residents": each.residents,
            "remedies": [
                {
                    "kind": remedy.kind,
                    "of": remedy.of,
                    "units": list(remedy.units),
                    "residents": remedy.residents,
                    "takes": maybe_tenth(remedy.takes),
                    "proven": remedy.proven,
                }
                for remedy in each.remedies
            ],
        }
        for each in found
    ]


def today_json(found: Today) -> dict[str, Any]:
    """Reach of the listed teams by one reading."""
    return {
        "reading": found.reading,
        "area": found.area.name,
        "minutes": found.minutes,
        "quality": "estimate",
        "status": "unknown",
        "population": found.population,
        "covered": found.covered,
        "counted": found.counted,
        "share": millionth(found.share),
        "sure": found.sure,
        "share_within": {str(limit): millionth(share) for limit, share in found.share_within.items()},
        "teams": [team.team_id for team in found.placed],
        "unplaced": [team.team_id for team in found.unplaced],
        "only_team_for": [{"team_id": each.team.team_id, "persons": each.persons} for each in found.alone],
        "by_county": _parts_json(found, "county_name"),
        "by_hf": _parts_json(found, "hf_name"),
        "by_helsefellesskap": _parts_json(found, "helsefellesskap"),
        "lacking_units": list(found.lacking),
        "lacking_dps": lacking_areas(found, "dps_name"),
        "by_unit": [dataclasses.asdict(unit) for unit in found.units],
    }


def _parts_json(found: Today, column: str) -> list[dict[str, Any]]:
    return [_group_json(group) for group in shares.grouped(found.units, found.atlas, column)]


def fairness_rows(found: Fairness) -> list[dict[str, Any]]:
    """One flat row per unit, for a table file."""
    return [columns.row(columns.UNIT, unit) for unit in found.units]


def fairness_json(found: Fairness) -> dict[str, Any]:
    """Minutes by unit and centrality, and the indices."""
    index = found.inequality
    return {
        "by_unit": fairness_rows(found),
        "inequality": None if index is None else _four_digits(dataclasses.asdict(index)),
        "by_centrality": [
            {**columns.row(columns.CENTRALITY, each, CENTRALITY_KEYS), "travel": _travel_json(each.travel)}
            for each in found.centrality
        ],
    }


def _four_digits(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def borders_json(found: Borders) -> dict[str, Any]:
    """The price of borders, whole and by pair."""
    return {
        "border": found.border,
        "population": found.population,
        "nearer_1": found.nearer_1,
        "nearer_10": found.nearer_10,
        "brought": found.brought,
        "pairs": [dataclasses.asdict(pair) for pair in found.pairs],
    }
