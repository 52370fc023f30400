"""Reading a plan: the folder or plan.json that ``plan`` wrote, edited by hand or not, or a table unit_code,team_id.

What the file says is taken as a claim: :func:`read` builds the plan as it stands, ``check`` then holds it against every
rule, as for a plan of our own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
from pydantic import ValidationError

from factgeo import areas, bases, codes, journeys, settings, userfiles
from factgeo.areas import Area
from factgeo.errors import PlanError, SettingsError, UnknownNameError
from factgeo.journeys import Journeys
from factgeo.language import Phrase
from factgeo.pack import Atlas
from factgeo.plan import NO_PROOF, ActArea, ActTier, Base, Catchment, Plan, Proof, Stage, Status, Unserved
from factgeo.settings import Settings
from factgeo.userfiles import Table

SCHEMA = "factgeo.plan/1"
REASONS = ("too_few", "too_far", "no_road", "cut_off", "locked")
ACT_STAGE = "act_areas"
COLUMNS = {
    "unit_code": ("unit code", "kommunenummer", "kommunenr", "kommunekode", "bydelsnummer", "bydelsnr", "unit", "enhet",
                  "eining", "kode", "kommune", "bydel", "municipality", "district", "unit name", "navn", "namn"),
    "team_id": ("team id", "team", "teamet", "opptaksomrade", "opptaksomrade team", "catchment"),
    "base_unit": ("base unit",),
    "base_lon": ("base lon",),
    "base_lat": ("base lat",),
}  # fmt: skip

Known = Mapping[tuple[str, float, float], Base]  # bases by unit, longitude and latitude


def read(path: Path, atlas: Atlas) -> Plan:
    """The plan of a folder, of a ``plan.json``, or of a CSV with the columns unit_code and team_id.

    A CSV's units may be codes or names; those without a team_id are left out on purpose. Its teams have the base with
    the fewest person-minutes, or, where there are columns base_unit, base_lon and base_lat, the base at that place.
    Its rules are the default settings.

    Raises:
        PlanError: It cannot be read, is of another make or pack, or names what is not there; file and field are named.
        SourceError: The CSV cannot be read.
        UnknownNameError: A unit of the CSV is unknown; file and line are named.
    """
    if path.suffix.lower() == ".csv":
        return _from_csv(path, atlas)
    file = path / "plan.json" if path.is_dir() else path
    content = _content(file)
    try:
        plan = from_content(content, atlas, file)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, PlanError):
            raise
        raise PlanError("plan_field", file=file, field=_field(error)) from None
    return replace(plan, proof=replace(plan.proof, claimed=True))


def _from_csv(path: Path, atlas: Atlas) -> Plan:
    """A table as a plan; nothing is claimed of its quality."""
    rows = userfiles.read(path, COLUMNS, needed=["unit_code", "team_id"], sums_in="unit_code")
    team_of = _teams_of_rows(rows, atlas)
    units = tuple(sorted(team_of))
    rules = settings.load()
    times = journeys.compute(atlas, units, rules)
    members: dict[str, list[str]] = {}
    for unit in units:
        members.setdefault(team_of[unit], []).append(unit)
    left = members.pop("", [])
    given = _bases_of_rows(rows)
    catchments = tuple(
        Catchment(team, _base_of_team(team, given.get(team), tuple(codes), times, path), tuple(codes))
        for team, codes in sorted(members.items())
    )
    return Plan(
        area=areas.named(units, path.stem, atlas),
        settings=rules,
        catchments=catchments,
        unserved=tuple(Unserved(unit, "locked") for unit in left),
        proof=NO_PROOF,
        pack_digest=atlas.digest,
    )


def _teams_of_rows(rows: Table, atlas: Atlas) -> dict[str, str]:
    """The team of each unit; a municipality that is divided into districts stands for all of them."""
    team_of: dict[str, str] = {}
    for line in rows.lines:
        for unit in _units_of_row(rows.at(line, "unit_code"), line, rows.path, atlas):
            if unit in team_of:
                raise PlanError("plan_twice", file=rows.path, line=line, unit=atlas.units.at[unit, "name"])
            team_of[unit] = rows.at(line, "team_id")
    return team_of


def _units_of_row(given: str, line: int, path: Path, atlas: Atlas) -> tuple[str, ...]:
    try:
        return areas.resolve(given, atlas).units
    except UnknownNameError as error:
        where = Phrase("edits_where.line", values={"line": line})
        problem = Phrase(f"error.{error.key}", values=error.details)
        raise UnknownNameError("edits_at", file=path, where=where, problem=problem) from None


def _bases_of_rows(rows: Table) -> dict[str, tuple[str, float, float]]:
    """Unit, longitude and latitude of each team's base, where the table has them."""
    if not rows.has("base_unit", "base_lon", "base_lat"):
        return {}
    given: dict[str, tuple[str, float, float]] = {}
    for line in rows.lines:
        team, unit = rows.at(line, "team_id"), codes.padded(rows.at(line, "base_unit"))
        if not (team and unit):
            continue
        lon, lat = (rows.decimal(line, name, above=-180, up_to=180) for name in ("base_lon", "base_lat"))
        if given.setdefault(team, (unit, lon, lat)) != (unit, lon, lat):
            raise PlanError("plan_two_bases", file=rows.path, line=line, name=team)
    return given


def _base_of_team(
    team: str, given: tuple[str, float, float] | None, units: tuple[str, ...], times: Journeys, path: Path
) -> Base:
    """The base at the place that is given, or the one in the team's units with the fewest person-minutes."""
    possible = [base for base in times.bases if base.unit_code in units]
    if given is not None:
        possible = [base for base in possible if (base.unit_code, base.lon, base.lat) == given]
    if not possible:
        raise PlanError("plan_base", file=path, name=team, unit=given[0] if given else ", ".join(units))
    return best_base(possible, units, times)


def best_base(possible: Sequence[Base], units: Sequence[str], times: Journeys) -> Base:
    """The one of some bases (at least one) from which all residents of some units have the fewest person-minutes."""
    columns = [times.by_unit.units.index(unit) for unit in units]
    cost = [int(times.by_unit.person_seconds[times.row[base], columns].sum()) for base in possible]
    return possible[int(np.argmin(cost))]


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


def from_content(content: Mapping[str, Any], atlas: Atlas, file: Path) -> Plan:
    """The plan of an object like that of ``plan.json``; ``file`` is what errors name.

    Raises:
        PlanError: It is of another pack, or names units, bases or rules that are not there.
        KeyError, TypeError, ValueError: A field is missing, or of another kind.
    """
    if content.get("pack_digest") != atlas.digest:
        raise PlanError(
            "plan_other_pack", file=file, found=str(content.get("pack_digest"))[:12], pack=atlas.digest[:12]
        )
    rules = rules_from(content["rules"], file)
    refuse_strangers(content, atlas, file)
    units = tuple(str(unit) for unit in content["area"]["unit_codes"])
    return standing(content, rules, known_bases(atlas, units, rules), file)


def refuse_strangers(content: Mapping[str, Any], atlas: Atlas, file: Path) -> None:
    """Units that the pack does not have are a PlanError."""
    teams, unserved = content["teams"], content["unserved"]
    units = tuple(str(unit) for unit in content["area"]["unit_codes"])
    named = {*units, *(u for team in teams for u in team["units"]), *(entry["unit_code"] for entry in unserved)}
    strangers = sorted(named - set(atlas.units.index))
    if strangers:
        raise PlanError("plan_units", file=file, units=", ".join(strangers[:5]))


def known_bases(atlas: Atlas, units: tuple[str, ...], rules: Settings) -> Known:
    """The bases that a plan can have, by unit and place."""
    return {(base.unit_code, base.lon, base.lat): base for base in bases.candidates(atlas, units, rules)}


def standing(content: Mapping[str, Any], rules: Settings, known: Known, file: Path) -> Plan:
    """The plan of an object whose units are in the pack, under rules that are read already; errors as before."""
    teams = content["teams"]
    catchments = tuple(
        Catchment(str(team["team_id"]), _base(team["base"], known, file), tuple(sorted(team["units"])))
        for team in teams
    )
    stages = tuple(_stage(stage) for stage in content["solver"]["stages"])
    own = tuple(stage for stage in stages if stage.goal != ACT_STAGE)
    return Plan(
        area=Area(str(content["area"]["name"]), tuple(str(unit) for unit in content["area"]["unit_codes"])),
        settings=rules,
        catchments=catchments,
        unserved=tuple(_unserved(entry, file) for entry in content["unserved"]),
        proof=_proof(content["solver"], own),
        pack_digest=str(content["pack_digest"]),
        act=_act(content, known, stages, file) if rules.act_areas.enabled else None,
    )


def _proof(solver: Mapping[str, Any], stages: tuple[Stage, ...]) -> Proof:
    return Proof(str(solver["name"]), _status(solver), stages, claimed=bool(solver.get("claimed", False)))


def _stage(entry: Mapping[str, Any]) -> Stage:
    numbers = {name: float(entry[name]) for name in ("value", "bound", "gap", "seconds")}
    return Stage(goal=str(entry["goal"]), status=_status(entry), **numbers)


def _status(entry: Mapping[str, Any]) -> Status:
    name = "status"
    status: Status = entry[name]
    if status not in get_args(Status):
        raise KeyError(name)
    return status


def rules_from(given: Mapping[str, Any], file: Path) -> Settings:
    """The settings of a plan; those that are younger than the plan have their defaults.

    A plan never says on whose machines to compute, for these could make this one run what they send.

    Raises:
        PlanError: A setting is unknown or out of range.
    """
    try:
        return settings.load(tables=given).here()
    except SettingsError as error:
        raise PlanError("plan_rules", file=file, reason=error) from None


def _base(entry: Mapping[str, Any], known: Known, file: Path) -> Base:
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
    known: Known,
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
