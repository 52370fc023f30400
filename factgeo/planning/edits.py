"""A planner's demands on a plan: read from a file, turned into unit codes, and checked for contradictions.

The demands live in the settings (tables ``edits``, ``bases`` and ``teams``). So a plan carries them, its check knows
them, and the app sets them in the same way as a file does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import combinations, product
from pathlib import Path
from typing import Annotated, Any

import networkx as nx
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from factgeo import language
from factgeo.atlas import areas, teams
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import (
    FactgeoError,
    Faults,
    PlanError,
    SettingsError,
    SourceError,
    UnknownNameError,
    field_of,
    read_each,
)
from factgeo.files import documents, userfiles
from factgeo.files.documents import UnreadableError
from factgeo.language import Phrase, names
from factgeo.planning.plan import Demands, Plan
from factgeo.settings import Edits, KeptTeam, Lock, Settings
from factgeo.travel import bases
from factgeo.travel.bases import Base

UNITS_APART = "+"  # between the units of a row
ORDER = ("en", "nb", "nn")  # of the words below; a missing word is the same as the one before
# the names of each rule in a table, in the languages that planners write
RULES = {
    "keep": ("keep", "behold", "behald"),
    "lock": ("lock", "lås"),
    "together": ("together", "sammen", "saman"),
    "apart": ("apart", "hver for seg", "kvar for seg"),
    "leave": ("leave", "uten team", "utan team"),
    "base": ("base",),
    "no_base": ("no base", "ikke base", "ikkje base"),
    "teams": ("teams", "antall team", "antal team", "talet på team"),
}
COLUMNS = {
    "rule": ("rule", "regel"),
    "units": ("units", "enheter", "einingar", "kommuner", "kommunar", "kommune", "unit", "sted", "stad"),
    "team": ("team", "team id", "base"),
}
WITH_TEAM = ("keep", "lock")  # rules of a table that name a team; the others must not
COUNTS = {"": ("at_least", "at_most"), ">=": ("at_least",), "<=": ("at_most",)}
MOST_TEAMS = 1000
LONGEST = 100  # letters in the name of a team or base
# the expected kind of a wrong value in a file, by pydantic's name for the error
EXPECTED = {
    "list_type": "list",
    "model_type": "table",
    "string_type": "text",
    "string_too_long": "short",
    "string_too_short": "text",
    "int_type": "count",
    "greater_than_equal": "count",
    "less_than_equal": "count",
    "missing": "there",
    "too_short": "filled",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _code(value: object) -> object:
    """Turn a unit's code that was written without quotes into text."""
    return str(value) if type(value) is int else value


Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Unit = Annotated[str, Field(min_length=1), BeforeValidator(_code)]
Units = Annotated[list[Unit], Field(min_length=1)]
Count = Annotated[int, Field(ge=0, le=MOST_TEAMS)]


class _Keep(_Strict):
    units: Units
    name: Annotated[Name, Field(validation_alias=AliasChoices("name", "team"))]
    base: Annotated[str, Field(max_length=LONGEST)] = ""


class _Lock(_Strict):
    units: Units
    base: Annotated[Name, Field(validation_alias=AliasChoices("base", "team"))]


class _Bases(_Strict):
    required: list[Unit] = []
    forbidden: list[Unit] = []
    preferred: list[Unit] = []


class _Teams(_Strict):
    exactly: Count | None = None
    at_least: Count | None = None
    at_most: Count | None = None


class _File(_Strict):
    """A file of demands in TOML."""

    keep: list[_Keep] = []
    lock: list[_Lock] = []
    together: list[Units] = []
    apart: list[Units] = []
    leave: list[Unit] = []
    bases: _Bases = _Bases()
    teams: _Teams = _Teams()


@dataclass(frozen=True)
class _Row:
    """A demand as it stands in the file.

    Attributes:
        where: Its place in the file.
        rule: A key of ``RULES``, or of the table ``bases``.
        names: Units; for bases, places; for ``teams``, a number with its sign.
        team: The name of a kept team, or the base or team id of a lock.
        base: The base of a kept team, if the file names one.
    """

    where: str | Phrase
    rule: str
    names: tuple[str, ...]
    team: str = ""
    base: str = ""


def read(path: Path, atlas: Atlas, previous: Plan | None = None) -> dict[str, Any]:
    """Read a planner's demands from TOML or CSV as tables for :func:`factgeo.settings.load`; units become codes.

    TOML: ``[[keep]]`` (name, units, base), ``[[lock]]`` (units, team: the place or unit of its base), ``together``,
    ``apart``, ``leave`` (lists), ``[bases]`` (required, forbidden, preferred), ``[teams]`` (exactly, at_least,
    at_most). CSV: columns rule, units (several joined by +) and team, one demand per row. A lock may name its team by
    its id in ``previous``.

    Raises:
        SourceError: The file cannot be read, or the rule of a row is unknown.
        SettingsError: A key is unknown, a value is of the wrong kind, or two demands contradict. The error names file
            and place.
        UnknownNameError: A unit is unknown. The error names file and place.
    """
    if not path.is_file():
        raise SourceError("file_not_there", file=path)
    rows = _from_toml(path) if path.suffix.lower() == ".toml" else _from_csv(path)
    return _tables(rows, path, atlas, previous)


def _from_toml(path: Path) -> list[_Row]:
    try:
        content = _File.model_validate(documents.read_toml(path))
    except ValidationError as error:
        faults = Faults()
        faults.add_all(error.errors(include_url=False), lambda each: _refusal(each, path))
        raise faults.all() from None
    except UnreadableError as error:
        raise SettingsError("edits_file", file=path, reason=error.reason) from None
    signs = {"exactly": "", "at_least": ">=", "at_most": "<="}
    counts = content.teams.model_dump(exclude_none=True)
    return [
        *(_Row(f"keep[{n}]", "keep", tuple(t.units), t.name, t.base) for n, t in enumerate(content.keep, 1)),
        *(_Row(f"lock[{n}]", "lock", tuple(t.units), t.base) for n, t in enumerate(content.lock, 1)),
        *(_Row(f"together[{n}]", "together", tuple(units)) for n, units in enumerate(content.together, 1)),
        *(_Row(f"apart[{n}]", "apart", tuple(units)) for n, units in enumerate(content.apart, 1)),
        *(_Row("leave", "leave", (unit,)) for unit in content.leave),
        *(_Row("bases", key, tuple(given)) for key, given in content.bases.model_dump().items() if given),
        *(_Row(f"teams.{key}", "teams", (f"{signs[key]}{count}",)) for key, count in counts.items()),
    ]


def _refusal(error: ErrorDetails, path: Path) -> SettingsError:
    """Turn pydantic's error into one that names the place in the file; lists are counted from 1."""
    key = field_of(error["loc"])
    if error["type"] == "extra_forbidden":
        tables: dict[object, type[BaseModel]] = {"keep": _Keep, "lock": _Lock, "bases": _Bases, "teams": _Teams}
        table = tables[error["loc"][0]] if len(error["loc"]) > 1 else _File
        known = {*table.model_fields, *(("team",) if table in (_Keep, _Lock) else ())}
        return SettingsError("edits_key", file=path, key=key, known=", ".join(sorted(known)))
    expected = Phrase(f"edits_value.{EXPECTED.get(error['type'], 'text')}")
    return SettingsError("edits_value", file=path, key=key, expected=expected)


def _from_csv(path: Path) -> list[_Row]:
    """Return the rows of a table; rows that keep a team of the same name become one."""
    table = userfiles.read(path, COLUMNS, needed=list(COLUMNS))
    kept: dict[str, _Row] = {}
    rows = []
    cells = {line: [table.at(line, column) for column in COLUMNS] for line in table.lines}
    for row in read_each((line for line in cells if any(cells[line])), lambda line: _row(path, line, *cells[line])):
        if row.rule != "keep":
            rows.append(row)
            continue
        before = kept.get(row.team)
        kept[row.team] = replace(row, names=(*(before.names if before else ()), *row.names))
    return [*kept.values(), *rows]


def _row(path: Path, line: int, given: str, units: str, team: str) -> _Row:
    """Read a row of a table; ``given`` is the rule in a planner's words."""
    rule = next((rule for rule, words in RULES.items() if " ".join(given.casefold().split()) in words), None)
    named = tuple(name.strip() for name in units.split(UNITS_APART) if name.strip())
    if rule is None:
        at = ORDER.index(language.in_use())
        known = ", ".join(words[min(at, len(words) - 1)] for words in RULES.values())
        raise SourceError("edits_rule", file=path, line=line, given=given, known=known)
    if not named or (rule in WITH_TEAM and not team):
        raise SourceError("edits_row", file=path, line=line, rule=given)
    if team and rule not in WITH_TEAM:
        raise SourceError("edits_team_unused", file=path, line=line, rule=given, team=team)
    if len(team) > LONGEST:
        raise SourceError("edits_long", file=path, line=line, most=LONGEST)
    where = Phrase("edits_where.line", values={"line": line})
    if rule == "teams":
        if len(named) > 1 or not re.fullmatch(r"(>=|<=)?\s*[0-9]{1,3}", named[0]):
            raise SourceError("edits_count", file=path, line=line, given=units)
        return _Row(where, rule, named)
    return _Row(where, {"base": "required", "no_base": "forbidden"}.get(rule, rule), named, team)


def _tables(rows: Iterable[_Row], path: Path, atlas: Atlas, previous: Plan | None) -> dict[str, Any]:
    """Turn demands into tables of the settings."""
    edits: dict[str, list[Any]] = {name: [] for name in Edits.model_fields}
    of_bases: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    ids = {catchment.team_id: catchment.base.unit_code for catchment in previous.catchments} if previous else {}

    def take(row: _Row) -> None:
        _refuse_unseen(row, path)
        if row.rule in _Bases.model_fields:
            of_bases.setdefault(row.rule, []).extend(row.names)
        elif row.rule == "teams":
            _count(row, counts, path)
        elif row.rule == "leave":
            edits["leave"] += _units(row, path, atlas)
        elif row.rule == "keep":
            edits["keep"].append({"name": row.team, "units": _units(row, path, atlas), "base": row.base})
        elif row.rule == "lock":
            edits["lock"].append({"units": _units(row, path, atlas), "base": ids.get(row.team, row.team)})
        else:
            edits[row.rule].append(_group(row, path, atlas))

    read_each(rows, take)
    tables = {"bases": of_bases, "teams": counts}
    return {"edits": edits, **{name: table for name, table in tables.items() if table}}


def _refuse_unseen(row: _Row, path: Path) -> None:
    """Refuse names of teams or bases with characters that cannot be seen; units are refused if they are not found."""
    sign = names.unseen(row.team + row.base)
    if sign is not None:
        problem = Phrase("edits_unseen", values={"sign": sign})
        raise SettingsError("edits_at", file=path, where=row.where, problem=problem)


def _units(row: _Row, path: Path, atlas: Atlas) -> list[str]:
    """Return the codes of the units that a row names, each once."""
    try:
        return _codes(row.names, atlas)
    except UnknownNameError as error:
        raise error.reworded(lambda each: _unknown(each, row, path)) from None


def _unknown(error: FactgeoError, row: _Row, path: Path) -> UnknownNameError:
    problem = Phrase(f"error.{error.key}", values=error.details)
    return UnknownNameError("edits_at", file=path, where=row.where, problem=problem)


def _group(row: _Row, path: Path, atlas: Atlas) -> list[str]:
    """Return the units of a row with the rule together (two or more units) or apart (two units)."""
    units = _units(row, path, atlas)
    if len(units) < 2 or (row.rule == "apart" and len(units) > 2):  # noqa: PLR2004 - a pair
        problem = Phrase(f"edits_group.{row.rule}", values={"units": _named(units, atlas)})
        raise SettingsError("edits_at", file=path, where=row.where, problem=problem)
    return units


def _count(row: _Row, counts: dict[str, int], path: Path) -> None:
    """Add a number of teams, such as ``3``, ``>=2`` or ``<=4``; refuse it if an earlier row gives another number."""
    sign, number = row.names[0][:2], row.names[0].removeprefix(">=").removeprefix("<=")
    for key in COUNTS.get(sign, COUNTS[""]):
        if counts.setdefault(key, int(number)) != int(number):
            problem = Phrase("edits_group.teams", values={"one": counts[key], "other": int(number)})
            raise SettingsError("edits_at", file=path, where=row.where, problem=problem)


def _codes(given: Iterable[str], atlas: Atlas) -> list[str]:
    def units(name: str) -> tuple[str, ...]:
        return (name,) if name in atlas.units.index else areas.resolve(name, atlas).units

    return list(dict.fromkeys(code for codes in read_each(given, units) for code in codes))


def _in_codes(edits: Edits, atlas: Atlas) -> dict[str, Any]:
    faults = Faults()

    def codes(given: Iterable[str]) -> list[str]:
        with faults.noted():
            return _codes(given, atlas)
        return []

    found = {
        "keep": [{**team.model_dump(), "units": codes(team.units)} for team in edits.keep],
        "lock": [{**lock.model_dump(), "units": codes(lock.units)} for lock in edits.lock],
        "together": [codes(group) for group in edits.together],
        "apart": [codes(pair) for pair in edits.apart],
        "leave": codes(edits.leave),
    }
    faults.refuse()
    return found


def resolved(settings: Settings, atlas: Atlas) -> Edits:
    """Return the demands of ``settings`` with all units as codes.

    Raises:
        UnknownNameError: A unit is unknown.
        SettingsError: A demand is out of range, such as a pair of three units.
    """
    try:
        return Edits.model_validate(_in_codes(settings.edits, atlas))
    except ValidationError as error:
        faults = Faults()
        faults.add_all(error.errors(include_url=False), lambda each: _wrong_units(each, atlas))
        raise faults.all() from None


def _wrong_units(error: ErrorDetails, atlas: Atlas) -> SettingsError:
    key = "edits." + ".".join(map(str, error["loc"]))
    return SettingsError("edits_units", key=key, units=_named(error["input"], atlas))


def demands(settings: Settings, atlas: Atlas) -> Demands:
    """Return the demands of some settings as a plan carries them; raises what :func:`resolved` raises."""
    return Demands(settings.edits, resolved(settings, atlas))


def under(plan: Plan, settings: Settings, atlas: Atlas) -> Plan:
    """Return the plan under other settings, with their demands; raises what :func:`resolved` raises."""
    return replace(plan, settings=settings, demands=demands(settings, atlas))


def refuse_contradictions(
    edits: Edits, atlas: Atlas, area: Area, settings: Settings, candidates: Sequence[Base]
) -> None:
    """Refuse demands that no plan can meet together.

    Args:
        edits: The demands in codes.
        atlas: The pack.
        area: The units to plan for.
        settings: The other rules.
        candidates: The bases that may be used; forbidden bases are not among them.

    Raises:
        PlanError: Two demands contradict, or a team has no base left. The error names both sides.
    """
    _refuse_strangers(edits, atlas, area)
    _refuse_banned(edits, atlas, area, settings, candidates)
    _refuse_bases(edits, atlas, candidates)
    demands = _Demands(edits, atlas, candidates)
    demands.refuse_closed()
    demands.refuse_two_places()
    demands.refuse_apart()
    most = settings.teams.at_most
    if most and len(edits.keep) > most:
        raise PlanError("edits_too_many", kept=", ".join(team.name for team in edits.keep), most=most)


def _refuse_strangers(edits: Edits, atlas: Atlas, area: Area) -> None:
    """Refuse demands that name a unit outside the area."""
    named = [*edits.leave, *(unit for group in _groups(edits) for unit in group)]
    strangers = [str(atlas.units.at[unit, "name"]) for unit in named if unit not in area.units]
    if strangers:
        raise PlanError("edits_elsewhere", units=", ".join(dict.fromkeys(strangers)), area=area.name)


def _groups(edits: Edits) -> Iterator[tuple[str, ...]]:
    yield from (team.units for team in edits.keep)
    yield from (lock.units for lock in edits.lock)
    yield from (*edits.together, *edits.apart)


def _refuse_banned(edits: Edits, atlas: Atlas, area: Area, settings: Settings, candidates: Sequence[Base]) -> None:
    """Refuse demands that forbid a base that a kept team or a lock needs."""
    asked: list[KeptTeam | Lock] = [*edits.keep, *edits.lock]
    lost = [team for team in asked if not bases_of(team, atlas, candidates)]
    if not (lost and settings.bases.forbidden):
        return
    free = settings.model_copy(update={"bases": settings.bases.model_copy(update={"forbidden": ()})})
    every_base = bases.candidates(atlas, area.units, free)
    for team in lost:
        banned = dict.fromkeys(base.name for base in bases_of(team, atlas, every_base))
        if banned:
            demand = _keep_phrase(team) if isinstance(team, KeptTeam) else _lock_phrase(team)
            shown = {"units": _named(team.units, atlas), "demand": demand, "bases": ", ".join(banned)}
            raise PlanError("edits_banned", **shown)


def _refuse_bases(edits: Edits, atlas: Atlas, candidates: Sequence[Base]) -> None:
    """Refuse a kept team without a base among its units, and a lock to a base that does not exist."""
    for team in edits.keep:
        if not bases_of(team, atlas, candidates):
            raise PlanError("edits_no_base", team=team.name, base=team.base or "–")
    for lock in edits.lock:
        if not bases_of(lock, atlas, candidates):
            known = {name for base in candidates for name in (base.name, str(atlas.units.at[base.unit_code, "name"]))}
            nearest = ", ".join(names.nearest(lock.base, sorted(known))) or "–"
            raise PlanError("edits_lock_base", units=_named(lock.units, atlas), base=lock.base, nearest=nearest)


def bases_of(team: KeptTeam | Lock, atlas: Atlas, candidates: Iterable[Base]) -> list[Base]:
    """Return the bases that a kept team or a lock can mean."""
    inside = team.units if isinstance(team, KeptTeam) else None
    return [
        base
        for base in candidates
        if (inside is None or base.unit_code in inside) and (not team.base or bases.names_base(atlas, team.base, base))
    ]


def listed_bases(
    edits: Edits, atlas: Atlas, area: Area, settings: Settings, candidates: Iterable[Base]
) -> dict[Base, int]:
    """Return the bases of listed teams that a plan must use, with the number of teams there.

    It is empty unless ``existing.listed`` is set. A listed team in the area of a kept team is part of that team.

    Raises:
        PlanError: The base of a listed team is forbidden.
        UnknownNameError: ``existing.without`` names no listed team.
    """
    if not settings.existing.listed:
        return {}
    taken = {unit for team in edits.keep for unit in team.units}
    standing = teams.standing(atlas, area.units, without=settings.existing.without).bases
    centres = {base.unit_code: base for base in candidates if base.kind == "centre"}
    found = {}
    for unit, here in standing.items():
        if unit in taken:
            continue
        if unit not in centres or unit in edits.leave:
            raise PlanError("edits_listed", team=", ".join(team.name for team in here), unit=_named([unit], atlas))
        found[centres[unit]] = len(here)
    return found


def _named(units: Iterable[str], atlas: Atlas) -> str:
    return ", ".join(str(atlas.units.at[unit, "name"]) for unit in units)


@dataclass(frozen=True)
class _Placed:
    """A demand on the place of a unit: in a kept team, at a base in one of ``homes``, or (no homes) without a team."""

    unit: str
    homes: frozenset[str]
    phrase: Phrase
    kept: KeptTeam | None = None

    def contradicts(self, other: _Placed) -> bool:
        """Do the two demands exclude the same place?"""
        two_kept = self.kept is not None and other.kept is not None and self.kept is not other.kept
        return two_kept or (self.homes != other.homes and not self.homes & other.homes)

    def is_with(self, other: _Placed) -> bool:
        """Do the two demands mean the same team? A unit has at most one used base."""
        same_kept = self.kept is not None and self.kept is other.kept
        return same_kept or (len(self.homes) == 1 and self.homes == other.homes)


class _Demands:
    """The demands as a graph: which units must be in one team, and where that team must be."""

    def __init__(self, edits: Edits, atlas: Atlas, candidates: Sequence[Base]) -> None:
        self._edits = edits
        self._atlas = atlas

        def homes(team: KeptTeam | Lock) -> frozenset[str]:
            return frozenset(base.unit_code for base in bases_of(team, atlas, candidates))

        self._locks = [_Placed(unit, homes(lock), _lock_phrase(lock)) for lock in edits.lock for unit in lock.units]
        self._placed = [
            *(_Placed(unit, frozenset(), Phrase("demand.leave")) for unit in edits.leave),
            *(_Placed(unit, homes(team), _keep_phrase(team), team) for team in edits.keep for unit in team.units),
            *self._locks,
        ]
        self._same: nx.Graph[str] = nx.Graph()
        self._same.add_nodes_from(placed.unit for placed in self._placed)
        for group in edits.together:
            nx.add_path(self._same, group)

    def refuse_closed(self) -> None:
        """Refuse a lock to a base in the area of a kept team, or in a unit that is left without a team."""
        for lock in self._locks:
            for team in self._edits.keep:
                if lock.homes <= set(team.units) and lock.unit not in team.units:
                    self._refuse(lock.unit, lock.phrase, Phrase("demand.closed", values={"team": team.name}))
            if lock.homes <= set(self._edits.leave):
                left = {"units": _named(sorted(lock.homes), self._atlas)}
                self._refuse(lock.unit, lock.phrase, Phrase("demand.left", values=left))

    def _refuse(self, unit: str, first: Phrase, second: Phrase) -> None:
        raise PlanError("edits_contradict", unit=str(self._atlas.units.at[unit, "name"]), first=first, second=second)

    def refuse_two_places(self) -> None:
        """Refuse units that must be together but are demanded at two places, or inside and outside a kept team."""
        for units in nx.connected_components(self._same):
            placed = [demand for demand in self._placed if demand.unit in units]
            for first, second in combinations(placed, 2):
                if first.contradicts(second):
                    self._refuse(second.unit, self._whose(first, second.unit), second.phrase)
            self._refuse_left_together(units)
            kept = next((team for team in self._edits.keep if units & set(team.units)), None)
            outside = sorted(units - set(kept.units)) if kept else []
            if kept and outside:
                other = {"other": _named(sorted(units & set(kept.units)), self._atlas)}
                second_side = Phrase("demand.outside", values={"team": kept.name})
                self._refuse(outside[0], Phrase("demand.together", values=other), second_side)

    def _refuse_left_together(self, units: AbstractSet[str]) -> None:
        """Refuse units that must have the same team but are left without one."""
        left = sorted(units & set(self._edits.leave))
        for group in self._edits.together:
            here = [unit for unit in left if unit in group]
            if here:
                others = _named([unit for unit in group if unit != here[0]], self._atlas)
                self._refuse(here[0], Phrase("demand.together", values={"other": others}), Phrase("demand.leave"))

    def _whose(self, placed: _Placed, unit: str) -> Phrase:
        """Say the first demand as it concerns ``unit``: its own, or that of a unit that it must be together with."""
        if placed.unit == unit:
            return placed.phrase
        return Phrase("demand.together", values={"other": _named([placed.unit], self._atlas)})

    def refuse_apart(self) -> None:
        """Refuse two units that must be apart but are demanded in one team."""
        for a, b in self._edits.apart:
            in_one = a in self._same and b in self._same and nx.has_path(self._same, a, b)
            places = [[placed for placed in self._placed if placed.unit == unit] for unit in (a, b)]
            if in_one or any(one.is_with(other) for one, other in product(*places)):
                other_unit = {"other": _named([b], self._atlas)}
                self._refuse(a, Phrase("demand.together", values=other_unit), Phrase("demand.apart", values=other_unit))


def _keep_phrase(team: KeptTeam) -> Phrase:
    return Phrase("demand.keep", values={"team": team.name})


def _lock_phrase(lock: Lock) -> Phrase:
    return Phrase("demand.lock", values={"base": lock.base})
