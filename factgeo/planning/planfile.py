"""Read a plan: a folder or plan.json that ``plan`` wrote, edited by hand or not, or a table unit_code,team_id.

The content of the file is a claim: :func:`read` builds the plan from it without checking any rule. ``check`` then
checks all rules, as for a plan that was proposed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import Faults, PlanError, SettingsError, UnknownNameError, read_each
from factgeo.files import codes, documents, userfiles
from factgeo.files.documents import UnreadableError
from factgeo.files.userfiles import Table
from factgeo.language import Phrase, names
from factgeo.planning import edits, planfields
from factgeo.planning.plan import NO_PROOF, ActArea, ActTier, Catchment, Demands, Plan, Proof, Reason, Stage, Unserved
from factgeo.planning.planfields import ACT_STAGE, SCHEMA, GivenBase, GivenPlan, GivenSolver, GivenTeam, GivenUnserved
from factgeo.settings import Settings
from factgeo.travel import bases, journeys
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys

COLUMNS = {
    "unit_code": ("unit code", "kommunenummer", "kommunenr", "kommunekode", "bydelsnummer", "bydelsnr", "unit", "enhet",
                  "eining", "kode", "kommune", "bydel", "municipality", "district", "unit name", "navn", "namn"),
    "team_id": ("team id", "team", "teamet", "opptaksomrade", "opptaksomrade team", "catchment"),
    "base_unit": ("base unit",),
    "base_lon": ("base lon",),
    "base_lat": ("base lat",),
}  # fmt: skip
LONGEST_AREA = 2000  # letters in the name of an area, which can list several areas
LONGEST_TEAM = 100  # letters in a team's id

Known = Mapping[tuple[str, float, float], Base]  # bases by unit, longitude and latitude


def read(path: Path, atlas: Atlas) -> Plan:
    """Read the plan of a folder, of a ``plan.json``, or of a CSV with the columns unit_code and team_id.

    The units of a CSV are codes or names; units without a team_id are left out on purpose. Its teams have the base with
    the fewest person-minutes or, if there are columns base_unit, base_lon and base_lat, the base at that place. Its
    rules are the default settings.

    Raises:
        PlanError: The file cannot be read, has another schema or pack, or names units, bases or rules that do not
            exist. The error names file and field.
        SourceError: The CSV cannot be read.
        UnknownNameError: A unit of the CSV is unknown. The error names file and line.
    """
    if sign := names.unseen(path.name):
        raise PlanError("file_unseen", file=names.made_visible(str(path)), sign=sign)
    if path.suffix.lower() == ".csv":
        return _named(_from_csv(path, atlas), path)
    file = path / "plan.json" if path.is_dir() else path
    plan = from_content(_content(file), atlas, file)
    return replace(plan, proof=replace(plan.proof, claimed=True))


def _named(plan: Plan, file: Path) -> Plan:
    """Return the plan if the names of its area and teams can be shown.

    Raises:
        PlanError: A name has characters that cannot be seen, or is too long.
    """
    fields = {"area.name": (plan.area.name, LONGEST_AREA)}
    fields |= {f"team_id[{k}]": (each.team_id, LONGEST_TEAM) for k, each in enumerate(plan.catchments, start=1)}
    faults = Faults()
    for field, (name, most) in fields.items():
        if sign := names.unseen(name):
            faults.add(PlanError("text_unseen", file=file, field=field, sign=sign))
        elif len(name) > most:
            faults.add(PlanError("text_long", file=file, field=field, most=most))
    faults.refuse()
    return plan


def _from_csv(path: Path, atlas: Atlas) -> Plan:
    """Read a table as a plan without a proof."""
    rows = userfiles.read(path, COLUMNS, needed=["unit_code", "team_id"], sums_in="unit_code")
    faults = Faults()
    team_of = _teams_of_rows(rows, atlas, faults)
    given = _bases_of_rows(rows, faults)
    faults.refuse()
    units = tuple(sorted(team_of))
    rules = settings.load()
    times = journeys.compute(atlas, units, rules)
    members: dict[str, list[str]] = {}
    for unit in units:
        members.setdefault(team_of[unit], []).append(unit)
    left = members.pop("", [])
    catchments = read_each(
        sorted(members),
        lambda team: Catchment(
            team, _base_of_team(team, given.get(team), tuple(members[team]), times, path), tuple(members[team])
        ),
    )
    return Plan(
        area=areas.named(units, path.stem, atlas),
        settings=rules,
        catchments=tuple(catchments),
        unserved=tuple(Unserved(unit, "locked") for unit in left),
        proof=NO_PROOF,
        pack_digest=atlas.digest,
    )


def _teams_of_rows(rows: Table, atlas: Atlas, faults: Faults) -> dict[str, str]:
    """Return the team of each unit; a municipality that is divided into districts stands for all of them."""
    team_of: dict[str, str] = {}
    for line in rows.lines:
        with faults.noted():
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


def _bases_of_rows(rows: Table, faults: Faults) -> dict[str, tuple[str, float, float]]:
    """Return unit, longitude and latitude of each team's base; empty if the table lacks the columns."""
    if not rows.has("base_unit", "base_lon", "base_lat"):
        return {}
    given: dict[str, tuple[str, float, float]] = {}
    for line in rows.lines:
        team, unit = rows.at(line, "team_id"), codes.padded(rows.at(line, "base_unit"))
        if not (team and unit):
            continue
        with faults.noted():
            lon, lat = rows.decimals(line, ("base_lon", "base_lat"), above=-180, up_to=180)
            if given.setdefault(team, (unit, lon, lat)) != (unit, lon, lat):
                raise PlanError("plan_two_bases", file=rows.path, line=line, name=team)
    return given


def _base_of_team(
    team: str, given: tuple[str, float, float] | None, units: tuple[str, ...], times: Journeys, path: Path
) -> Base:
    """Return the base at the place ``given``, or without one the base with the fewest person-minutes to the units."""
    possible = [base for base in times.bases if base.unit_code in units]
    if given is not None:
        possible = [base for base in possible if (base.unit_code, base.lon, base.lat) == given]
    if not possible:
        raise PlanError("plan_base", file=path, name=team, unit=given[0] if given else ", ".join(units))
    return best_base(possible, units, times)


def best_base(possible: Sequence[Base], units: Sequence[str], times: Journeys) -> Base:
    """Return the base with the fewest person-minutes to all residents of ``units``; ``possible`` must not be empty."""
    columns = [times.by_unit.units.index(unit) for unit in units]
    cost = [int(times.by_unit.person_seconds[times.row[base], columns].sum()) for base in possible]
    return possible[int(np.argmin(cost))]


def _content(file: Path) -> Mapping[str, Any]:
    try:
        content = documents.read_json(file)
    except UnreadableError as error:
        raise PlanError("plan_unreadable", file=file, reason=error.reason) from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise PlanError("plan_schema", file=file, schema=SCHEMA)
    return content


def from_content(content: Mapping[str, Any], atlas: Atlas, file: Path) -> Plan:
    """Return the plan of an object like that of ``plan.json``; errors name ``file``.

    Raises:
        PlanError: The object is of another pack, a field is missing or of the wrong kind, it names units, bases or
            rules that do not exist, or a name cannot be shown.
    """
    refuse_other_pack(content.get("pack_digest"), atlas, file)
    faults = Faults()
    unseen = names.unseen_places(content)
    faults.add_all(unseen, lambda field: PlanError("text_unseen", file=file, field=field, sign=unseen[field]))
    with faults.noted():
        given = planfields.plan(content, file)
    faults.refuse()
    with faults.noted():
        rules, demands = rules_from(given.rules, atlas, file)
    with faults.noted():
        refuse_strangers(given, atlas, file)
    faults.refuse()
    known = known_bases(atlas, tuple(given.area.unit_codes), rules)
    return _named(standing(given, rules, demands, known, file), file)


def refuse_other_pack(digest: object, atlas: Atlas, file: Path) -> None:
    """Refuse a plan of another pack: a plan is measured with the pack that it was made with."""
    if digest != atlas.digest:
        raise PlanError("plan_other_pack", file=file, found=str(digest)[:12], pack=atlas.digest[:12])


def refuse_strangers(given: GivenPlan, atlas: Atlas, file: Path) -> None:
    """Refuse units that the pack does not have.

    Raises:
        PlanError: The area has such units.
    """
    strangers = sorted(set(given.area.unit_codes) - set(atlas.units.index))
    if strangers:
        raise PlanError("plan_units", file=file, units=", ".join(strangers[:5]))


def known_bases(atlas: Atlas, units: tuple[str, ...], rules: Settings) -> Known:
    """Return the bases that a plan can have, by unit and place."""
    return {(base.unit_code, base.lon, base.lat): base for base in bases.candidates(atlas, units, rules)}


def standing(given: GivenPlan, rules: Settings, demands: Demands, known: Known, file: Path) -> Plan:
    """Return the plan of ``given``, whose units must be in the pack, under ``rules``.

    Raises:
        PlanError: It names bases, reasons or teams that do not exist, or lacks the ACT stage that its rules need.
    """
    stages = tuple(Stage(**stage.model_dump()) for stage in given.solver.stages)
    faults = Faults()
    catchments: list[Catchment] = []
    unserved: list[Unserved] = []
    act: ActTier | None = None
    with faults.noted():
        catchments = read_each(given.teams, lambda team: _catchment(team, known, file))
    with faults.noted():
        unserved = read_each(given.unserved, lambda entry: _unserved(entry, file))
    with faults.noted():
        act = _act(given, known, stages, file) if rules.act_areas.enabled else None
    faults.refuse()
    return Plan(
        area=Area(given.area.name, tuple(given.area.unit_codes)),
        settings=rules,
        catchments=tuple(catchments),
        unserved=tuple(unserved),
        proof=_proof(given.solver, stages),
        pack_digest=given.pack_digest,
        act=act,
        demands=demands,
    )


def _catchment(given: GivenTeam, known: Known, file: Path) -> Catchment:
    return Catchment(given.team_id, _base(given.base, known, file), tuple(sorted(given.units)))


def _proof(given: GivenSolver, stages: tuple[Stage, ...]) -> Proof:
    own = tuple(stage for stage in stages if stage.goal != ACT_STAGE)
    return Proof(given.name, given.status, own, claimed=given.claimed)


def rules_from(given: Mapping[str, Any], atlas: Atlas, file: Path) -> tuple[Settings, Demands]:
    """Return the settings of a plan; settings that are newer than the plan have their defaults.

    The machines to compute on are never read from a plan, because such machines could make this one run their code.

    Raises:
        PlanError: A setting is unknown or out of range, or a demand names an unknown unit.
    """
    try:
        rules = settings.load(tables=given).here()
        demands = edits.demands(rules, atlas)
    except (SettingsError, UnknownNameError) as error:
        raise error.reworded(lambda each: PlanError("plan_rules", file=file, reason=each)) from None
    return rules, demands


def _base(given: GivenBase, known: Known, file: Path) -> Base:
    base = known.get((given.unit_code, given.lon, given.lat))
    if base is None:
        raise PlanError("plan_base", file=file, name=given.name, unit=given.unit_code)
    return base


def _unserved(given: GivenUnserved, file: Path) -> Unserved:
    reason = next((known for known in get_args(Reason) if known == given.reason), None)
    if reason is None:
        known = ", ".join(get_args(Reason))
        raise PlanError("plan_reason", file=file, unit=given.unit_code, given=given.reason, known=known)
    return Unserved(given.unit_code, reason)


def _act(given: GivenPlan, known: Known, stages: tuple[Stage, ...], file: Path) -> ActTier:
    """Return the second tier; the plan must have its stage, which states the tier's quality."""
    ids = {team.team_id for team in given.teams}
    strangers = sorted({team for entry in given.act_areas for team in entry.teams} - ids)
    stage = next((stage for stage in stages if stage.goal == ACT_STAGE), None)
    faults = Faults()
    if strangers:
        faults.add(PlanError("plan_teams", file=file, teams=", ".join(strangers)))
    if stage is None:
        faults.add(PlanError("plan_field", file=file, field=f"solver.stages ({ACT_STAGE})"))
    with faults.noted():
        areas_of_act = read_each(
            given.act_areas, lambda entry: ActArea(_base(entry.base, known, file), tuple(entry.teams))
        )
    if stage is None or faults:
        raise faults.all()
    return ActTier(tuple(areas_of_act), stage)
