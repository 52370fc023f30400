"""Reading a plan back: the folder or plan.json that ``plan`` wrote, edited by hand or not.

What the file says is taken as a claim: :func:`read` builds the plan as it stands, ``check`` then holds it against every
rule, as for a plan of our own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from factgeo import bases
from factgeo.areas import Area
from factgeo.errors import PlanError
from factgeo.pack import Atlas
from factgeo.plan import ActArea, ActTier, Base, Catchment, Plan, Proof, Stage, Unserved
from factgeo.settings import Settings

SCHEMA = "factgeo.plan/1"
REASONS = ("too_few", "too_far", "no_road", "cut_off", "locked")
ACT_STAGE = "act_areas"


def read(path: Path, atlas: Atlas) -> Plan:
    """The plan of a folder or of a ``plan.json``.

    Raises:
        PlanError: It cannot be read, is of another make or pack, or names what is not there; file and field are named.
    """
    file = path / "plan.json" if path.is_dir() else path
    content = _content(file)
    if content.get("pack_digest") != atlas.digest:
        raise PlanError(
            "plan_other_pack", file=file, found=str(content.get("pack_digest"))[:12], pack=atlas.digest[:12]
        )
    try:
        return _plan(content, atlas, file)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, PlanError):
            raise
        raise PlanError("plan_field", file=file, field=_field(error)) from None


def _content(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PlanError("plan_unreadable", file=file, reason=error) from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise PlanError("plan_schema", file=file, schema=SCHEMA)
    return content


def _field(error: Exception) -> str:
    """The field that an error is about."""
    if isinstance(error, ValidationError):
        return "rules." + ".".join(str(part) for part in error.errors()[0]["loc"])
    return str(error.args[0]) if isinstance(error, KeyError) else str(error)


def _plan(content: Mapping[str, Any], atlas: Atlas, file: Path) -> Plan:
    settings = Settings.model_validate(content["rules"])
    teams, unserved = content["teams"], content["unserved"]
    units = tuple(str(unit) for unit in content["area"]["unit_codes"])
    named = {*units, *(u for team in teams for u in team["units"]), *(entry["unit_code"] for entry in unserved)}
    strangers = sorted(named - set(atlas.units.index))
    if strangers:
        raise PlanError("plan_units", file=file, units=", ".join(strangers[:5]))
    known = {(base.unit_code, base.lon, base.lat): base for base in bases.candidates(atlas, units, settings)}
    catchments = tuple(
        Catchment(str(team["team_id"]), _base(team["base"], known, file), tuple(sorted(team["units"])))
        for team in teams
    )
    stages = tuple(Stage(**stage) for stage in content["solver"]["stages"])
    own = tuple(stage for stage in stages if stage.goal != ACT_STAGE)
    return Plan(
        area=Area(str(content["area"]["name"]), units),
        settings=settings,
        catchments=catchments,
        unserved=tuple(_unserved(entry, file) for entry in unserved),
        proof=Proof(str(content["solver"]["name"]), content["solver"]["status"], own),
        pack_digest=str(content["pack_digest"]),
        act=_act(content, known, stages, file) if settings.act_areas.enabled else None,
    )


def _base(entry: Mapping[str, Any], known: Mapping[tuple[str, float, float], Base], file: Path) -> Base:
    base = known.get((str(entry["unit_code"]), float(entry["lon"]), float(entry["lat"])))
    if base is None:
        raise PlanError("plan_base", file=file, name=entry["name"], unit=entry["unit_code"])
    return base


def _unserved(entry: Mapping[str, Any], file: Path) -> Unserved:
    if entry["reason"] not in REASONS:
        raise PlanError(
            "plan_reason", file=file, unit=entry["unit_code"], given=entry["reason"], known=", ".join(REASONS)
        )
    return Unserved(str(entry["unit_code"]), entry["reason"])


def _act(
    content: Mapping[str, Any],
    known: Mapping[tuple[str, float, float], Base],
    stages: tuple[Stage, ...],
    file: Path,
) -> ActTier:
    ids = {team["team_id"] for team in content["teams"]}
    areas = []
    for entry in content["act_areas"]:
        strangers = sorted(set(entry["teams"]) - ids)
        if strangers:
            raise PlanError("plan_teams", file=file, teams=", ".join(strangers))
        areas.append(ActArea(_base(entry["base"], known, file), tuple(entry["teams"])))
    return ActTier(tuple(areas), next(stage for stage in stages if stage.goal == ACT_STAGE))
