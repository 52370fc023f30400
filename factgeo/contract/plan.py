"""A plan as the object that other programs rely on. New keys may be added, none renamed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from factgeo import __version__
from factgeo.contract import explore as explore_contract
from factgeo.explore.answers import Further
from factgeo.language import written
from factgeo.language.figures import maybe_tenth
from factgeo.planning.effects import Effect, Effects
from factgeo.planning.measure import ActFigures, TravelFigures, WayFigures
from factgeo.planning.plan import ActArea, Catchment, Plan, Stage, Unserved
from factgeo.planning.result import Result
from factgeo.report import columns, unserved
from factgeo.report.columns import Team

WAY = tuple(field.name for field in dataclasses.fields(WayFigures))
PLAN_SCHEMA = "factgeo.plan/1"


def plan_json(result: Result, further: Further | None = None) -> dict[str, Any]:
    """The plan as the object of ``plan.json`` (schema ``factgeo.plan/1``), with what else was asked of it."""
    plan, figures = result.plan, result.figures
    return {
        "schema": PLAN_SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "factgeo": __version__,
        "config_digest": plan.settings.digest(),
        "pack_digest": plan.pack_digest,
        "area": {
            "name": plan.area.name,
            "units": len(plan.area.units),
            "unit_codes": list(plan.area.units),
            "population": figures.population,
            "adults": figures.adults,
        },
        "rules": plan.settings.content(),
        "solver": _solver(result),
        "teams": [
            {
                **_team(team),
                "base": dataclasses.asdict(team.catchment.base),
                "units": list(team.catchment.units),
                "parts": _parts(team.catchment, result),
            }
            for team in columns.teams(result)
        ],
        "act_areas": [_act(figures, area) for figures, area in zip(figures.act, plan.act.areas, strict=True)]
        if plan.act
        else [],
        "unserved": [_unserved(entry, result) for entry in plan.unserved],
        "reach": {
            "served": round(figures.served, 6),
            "share_within": _shares(figures.share_within),
            "mean_min": maybe_tenth(figures.mean_min),
        },
        "broken_rules": [{"team_id": note.team_id, "text": note.text()} for note in result.notes],
        **({} if result.effects is None else {"changes": _changes(result.effects, plan)}),
        **({} if further is None else explore_contract.to_json(further, result)),
    }


def _changes(effects: Effects, plan: Plan) -> dict[str, Any]:
    """What closures and new links change: the whole, and each unit that notices."""
    roads = plan.settings.roads
    return {
        "closed": list(roads.closed),
        "added": [link.name for link in roads.added],
        **effect(effects.whole),
        "units": [{"unit_code": e.unit_code, **effect(e)} for e in effects.units if e.changes],
    }


def effect(change: Effect) -> dict[str, Any]:
    """Minutes, residents within the limit, and residents that no team reaches, today and then."""
    return {
        "population": change.persons,
        "mean_min": {"today": maybe_tenth(change.today.mean_min), "then": maybe_tenth(change.then.mean_min)},
        "within": {"today": change.today.within, "then": change.then.within},
        "lost": {"today": change.today.lost, "then": change.then.lost},
    }


def _solver(result: Result) -> dict[str, Any]:
    """What is known of how good the plan is; no value of a proof that does not hold."""
    plan, proof = result.plan, result.proof
    act = [plan.act.stage] if plan.act else []
    if proof != plan.proof:
        act = [Stage(stage.goal, 0.0, 0.0, 0.0, "none", 0.0) for stage in act]
    stages = [
        {**dataclasses.asdict(stage), "value": round(stage.value, 3), "bound": round(stage.bound, 3),
         "seconds": round(stage.seconds, 2)}
        for stage in (*proof.stages, *act)
    ]  # fmt: skip
    seconds = round(proof.seconds, 2)
    return {
        "name": proof.solver,
        "status": proof.status,
        "gap": proof.gap,
        "seconds": seconds,
        "stages": stages,
    }


def _team(team: Team) -> dict[str, Any]:
    figures, names = team.figures, ("team_id", "name", "service", "teams", "population", "adults")
    return {
        **columns.row(columns.TEAM, team, names),
        "target_group": dataclasses.asdict(figures.target_group),
        "travel": {**travel(figures.travel), **columns.row(columns.TEAM, team, WAY)},
        "flags": list(figures.flags),
        "margin": {**dataclasses.asdict(figures.margin), "edge_min": maybe_tenth(figures.margin.edge_min)},
    }


def _parts(catchment: Catchment, result: Result) -> list[dict[str, Any]]:
    """The parts of the catchment's big units, with the balance that was reached."""
    return [
        {
            "code": part.code,
            "unit_code": part.unit_code,
            "base": dataclasses.asdict(part.base),
            "population": result.parts[part.code].population,
            "adults": result.parts[part.code].adults,
            "travel": travel(result.parts[part.code].travel),
            "balance": split.balance if math.isfinite(split.balance) else None,
            "status": split.status,
            "cells": list(part.cells),
        }
        for split in result.splits
        for part in split.parts
        if part.unit_code in catchment.units
    ]


def _act(figures: ActFigures, area: ActArea) -> dict[str, Any]:
    return {
        "act_id": figures.act_id,
        "name": figures.name,
        "base": dataclasses.asdict(area.base),
        "teams": list(area.teams),
        "population": figures.population,
        "adults": figures.adults,
        "adults_within": figures.adults_within,
        "act_level": dataclasses.asdict(figures.act_level),
        "caseload": list(figures.caseload),
        "travel": travel(figures.travel),
    }


def travel(figures: TravelFigures) -> dict[str, Any]:
    """Travel figures with minutes to a tenth and shares to a millionth."""
    return {
        "median_min": maybe_tenth(figures.median_min),
        "p90_min": maybe_tenth(figures.p90_min),
        "p95_min": maybe_tenth(figures.p95_min),
        "edge_min": maybe_tenth(figures.edge_min),
        "mean_min": maybe_tenth(figures.mean_min),
        "unreachable": figures.unreachable,
        "share_within": _shares(figures.share_within),
    }


def teams_table(result: Result) -> pd.DataFrame:
    """One row per catchment with its figures."""
    return pd.DataFrame(columns.row(columns.TEAM, team) for team in columns.teams(result))


def _unserved(entry: Unserved, result: Result) -> dict[str, Any]:
    persons = int(result.atlas.population.at[entry.unit_code, "persons"])
    said = written(unserved.reason(entry, result))
    return {"unit_code": entry.unit_code, "population": persons, "reason": entry.reason, "text": said}


def _shares(shares: Mapping[int, float]) -> dict[str, float]:
    return {str(limit): round(share, 6) for limit, share in shares.items()}
