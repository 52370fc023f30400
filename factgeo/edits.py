"""What a planner demands of a plan: read from a file, put into unit codes, and held against itself.

The demands live in the settings (tables ``edits``, ``bases`` and ``teams``), so that a plan carries them, its check
knows them, and the app sets them in the same way as a file does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from factgeo import areas, bases, names, teams, userfiles
from factgeo.areas import Area
from factgeo.errors import PlanError, SettingsError, SourceError
from factgeo.language import Phrase
from factgeo.pack import Atlas
from factgeo.plan import Base
from factgeo.settings import Edits, KeptTeam, Lock, Settings

UNITS_APART = "+"  # between the units of a row
# what each rule is called in a table, in the languages that planners write
RULES = {
    "keep": ("keep", "behold"),
    "lock": ("lock", "lås"),
    "together": ("together", "sammen", "saman"),
    "apart": ("apart", "hver for seg", "kvar for seg"),
    "leave": ("leave", "uten team", "utan team"),
    "base": ("base",),
    "no_base": ("no base", "ikke base", "ikkje base"),
    "teams": ("teams", "antall team", "antal team", "talet på team"),
}
OF_TEAM = {"name", "base", "team", "units"}
COUNTS = {"exactly", "at_least", "at_most"}
TABLES = {"bases": {"required", "forbidden", "preferred"}, "teams": COUNTS}
LISTS = ("together", "apart", "leave")


def read(path: Path, atlas: Atlas) -> dict[str, Any]:
    """A planner's demands from TOML or CSV as tables for :func:`factgeo.settings.load`; units become codes.

    TOML: ``[[keep]]`` (name, units, base), ``[[lock]]`` (units, team: the place or unit of its base), ``together``,
    ``apart``, ``leave`` (lists), ``[bases]`` (required, forbidden, preferred), ``[teams]`` (exactly, at_least,
    at_most). CSV: columns rule, units (several joined by +) and team, one demand per row.

    Raises:
        SourceError: The file cannot be read, or a row has another rule.
        SettingsError: A key is unknown.
        UnknownNameError: A unit is unknown.
    """
    if not path.is_file():
        raise SourceError("file_not_there", file=path)
    content = _from_toml(path) if path.suffix.lower() == ".toml" else _from_csv(path)
    edits = {
        "keep": [_team(entry, "name", path) for entry in content.get("keep", ())],
        "lock": [_team(entry, "base", path) for entry in content.get("lock", ())],
        **{name: content.get(name, []) for name in LISTS},
    }
    tables = {name: dict(content[name]) for name in TABLES if content.get(name)}
    count = tables.get("teams", {})
    if "exactly" in count:
        count["at_least"] = count["at_most"] = count.pop("exactly")
    return {"edits": _in_codes(edits, atlas), **tables}


def _from_toml(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("settings_file", file=path, reason=error) from None
    _refuse_unknown(path, "", content, {"keep", "lock", *LISTS, *TABLES})
    for name, known in TABLES.items():
        _refuse_unknown(path, name, content.get(name, {}), known)
    for name in ("keep", "lock"):
        for entry in _a_list(content.get(name, []), path, name):
            _refuse_unknown(path, name, entry, OF_TEAM)
    for name in LISTS:
        _a_list(content.get(name, []), path, name)
    return content


def _a_list(value: object, path: Path, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise SettingsError("edits_list", file=path, key=key)
    return value


def _refuse_unknown(path: Path, table: str, content: object, known: set[str]) -> None:
    if not isinstance(content, Mapping):
        raise SettingsError("edits_table", file=path, key=table)
    strange = sorted(set(content) - known)
    if strange:
        key = f"{table}.{strange[0]}" if table else strange[0]
        raise SettingsError("edits_key", file=path, key=key, known=", ".join(sorted(known)))


def _from_csv(path: Path) -> dict[str, Any]:
    """The rows as the same tables that TOML gives; rows that keep a team of one name are one team."""
    table = userfiles.read_csv(path, columns=["rule", "units", "team"])
    kept: dict[str, list[str]] = {}
    content: dict[str, Any] = {"lock": [], "bases": {}, "teams": {}, **{name: [] for name in LISTS}}
    for line in table.index:
        given, team = table.at[line, "rule"], table.at[line, "team"]
        units = [name.strip() for name in table.at[line, "units"].split(UNITS_APART) if name.strip()]
        rule = next((rule for rule, words in RULES.items() if given.casefold() in words), None)
        if rule is None:
            known = ", ".join(words[-1] for words in RULES.values())
            raise SourceError("edits_rule", file=path, line=line, given=given, known=known)
        if not units or (rule in ("keep", "lock") and not team):
            raise SourceError("edits_row", file=path, line=line, rule=given)
        if rule == "keep":
            kept.setdefault(team, []).extend(units)
        elif rule == "lock":
            content["lock"].append({"units": units, "base": team})
        elif rule in ("base", "no_base"):
            content["bases"].setdefault("required" if rule == "base" else "forbidden", []).extend(units)
        elif rule == "teams":
            content["teams"] |= _count(units[0], path, line)
        elif rule == "leave":
            content["leave"].extend(units)
        else:
            content[rule].append(units)
    return content | {"keep": [{"name": name, "units": units} for name, units in kept.items()]}


def _count(given: str, path: Path, line: int) -> dict[str, int]:
    """``3``, ``>=2`` or ``<=4``."""
    for sign, key in ((">=", "at_least"), ("<=", "at_most"), ("", "exactly")):
        if given.startswith(sign) and given.removeprefix(sign).strip().isdigit():
            return {key: int(given.removeprefix(sign))}
    raise SourceError("edits_count", file=path, line=line, given=given)


def _team(entry: Mapping[str, Any], named: str, path: Path) -> dict[str, Any]:
    """A kept team or a lock: whatever the file calls its team is its ``named``."""
    found = {"units": entry.get("units", []), **{key: entry[key] for key in ("name", "base") if key in entry}}
    if "team" in entry:
        found[named] = entry["team"]
    if not found.get(named) or not _a_list(found["units"], path, "units"):
        raise SettingsError("edits_team", file=path, key="keep" if named == "name" else "lock", missing=named)
    return found


def _in_codes(edits: Mapping[str, Any], atlas: Atlas) -> dict[str, Any]:
    def codes(given: Iterable[object]) -> list[str]:
        found = [code for name in given for code in areas.resolve(str(name), atlas).units]
        return list(dict.fromkeys(found))

    return {
        "keep": [{**team, "units": codes(team["units"])} for team in edits["keep"]],
        "lock": [{**lock, "units": codes(lock["units"])} for lock in edits["lock"]],
        "together": [codes(group) for group in edits["together"]],
        "apart": [codes(pair) for pair in edits["apart"]],
        "leave": codes(edits["leave"]),
    }


def resolved(settings: Settings, atlas: Atlas) -> Edits:
    """The demands of some settings with units as codes, whichever way they came in.

    Raises:
        UnknownNameError: A unit is unknown.
        SettingsError: A demand is out of range, such as a pair of three units.
    """
    return Edits.model_validate(_in_codes(settings.edits.model_dump(), atlas))


def refuse_contradictions(atlas: Atlas, area: Area, settings: Settings, candidates: Sequence[Base]) -> None:
    """Refuse demands that cannot hold together, whatever the plan.

    Args:
        atlas: The pack.
        area: What is planned for.
        settings: With the demands.
        candidates: The bases that may be used; forbidden ones are not among them.

    Raises:
        PlanError: Two demands contradict, or a team has no base left; both sides are named.
    """
    edits = resolved(settings, atlas)
    _refuse_strangers(edits, atlas, area)
    _refuse_bases(edits, atlas, candidates)
    demands = _Demands(edits, atlas, candidates)
    demands.refuse_closed()
    demands.refuse_two_places()
    demands.refuse_apart()
    most = settings.teams.at_most
    if most and len(edits.keep) > most:
        raise PlanError("edits_too_many", kept=", ".join(team.name for team in edits.keep), most=most)


def _refuse_strangers(edits: Edits, atlas: Atlas, area: Area) -> None:
    """Every unit that is named must lie in the area."""
    named = [*edits.leave, *(unit for group in _groups(edits) for unit in group)]
    strangers = [str(atlas.units.at[unit, "name"]) for unit in named if unit not in area.units]
    if strangers:
        raise PlanError("edits_elsewhere", units=", ".join(dict.fromkeys(strangers)), area=area.name)


def _groups(edits: Edits) -> Iterator[tuple[str, ...]]:
    yield from (team.units for team in edits.keep)
    yield from (lock.units for lock in edits.lock)
    yield from (*edits.together, *edits.apart)


def _refuse_bases(edits: Edits, atlas: Atlas, candidates: Sequence[Base]) -> None:
    """A kept team must have a base among its units, and a lock a base that exists."""
    for team in edits.keep:
        if not bases_of(team, atlas, candidates):
            raise PlanError("edits_no_base", team=team.name, base=team.base or "–")
    for lock in edits.lock:
        if not bases_of(lock, atlas, candidates):
            known = {name for base in candidates for name in (base.name, str(atlas.units.at[base.unit_code, "name"]))}
            nearest = ", ".join(names.nearest(lock.base, sorted(known))) or "–"
            raise PlanError("edits_lock_base", units=_named(lock.units, atlas), base=lock.base, nearest=nearest)


def bases_of(team: KeptTeam | Lock, atlas: Atlas, candidates: Iterable[Base]) -> list[Base]:
    """The bases that a kept team or a lock can mean."""
    inside = team.units if isinstance(team, KeptTeam) else None
    return [
        base
        for base in candidates
        if (inside is None or base.unit_code in inside) and (not team.base or bases.names_base(atlas, team.base, base))
    ]


def listed_bases(atlas: Atlas, area: Area, settings: Settings, candidates: Iterable[Base]) -> dict[Base, int]:
    """The bases of listed teams that a plan has to use, with the number of teams there; none unless asked for.

    A listed team in the area of a kept team is part of that.

    Raises:
        PlanError: The base of a listed team is forbidden.
        UnknownNameError: ``existing.without`` names no listed team.
    """
    if not settings.existing.listed:
        return {}
    edits = resolved(settings, atlas)
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


class _Demands:
    """Which units must be in one team, and where that team has to be."""

    def __init__(self, edits: Edits, atlas: Atlas, candidates: Sequence[Base]) -> None:
        self._edits = edits
        self._atlas = atlas
        self._homes = [
            (lock, {base.unit_code for base in bases_of(lock, atlas, candidates)}, _lock_phrase(lock))
            for lock in edits.lock
        ]
        self._placed = [
            *((unit, ("leave", ""), Phrase("demand.leave")) for unit in edits.leave),
            *((unit, ("keep", team.name), _keep_phrase(team)) for team in edits.keep for unit in team.units),
            *((unit, ("lock", *sorted(homes)), told) for lock, homes, told in self._homes for unit in lock.units),
        ]
        self._same: nx.Graph[str] = nx.Graph()
        self._same.add_nodes_from(unit for unit, _, _ in self._placed)
        for group in edits.together:
            nx.add_path(self._same, group)

    def refuse_closed(self) -> None:
        """Nobody can be locked to a base that a kept team needs, or that lies in a unit left without a team."""
        for lock, homes, told in self._homes:
            for team in self._edits.keep:
                if homes <= set(team.units):
                    self._refuse(lock.units[0], told, Phrase("demand.closed", values={"team": team.name}))
            if homes <= set(self._edits.leave):
                self._refuse(lock.units[0], told, Phrase("demand.left", values={"units": _named(homes, self._atlas)}))

    def _refuse(self, unit: str, first: Phrase, second: Phrase) -> None:
        raise PlanError("edits_contradict", unit=str(self._atlas.units.at[unit, "name"]), first=first, second=second)

    def refuse_two_places(self) -> None:
        """Units that must be together must not be demanded at two places, or beside a kept team."""
        for units in nx.connected_components(self._same):
            placed = [demand for demand in self._placed if demand[0] in units]
            for unit, place, phrase in placed[1:]:
                if place != placed[0][1]:
                    self._refuse(unit, self._whose(placed[0], unit), phrase)
            kept = next((team for team in self._edits.keep if units & set(team.units)), None)
            outside = sorted(units - set(kept.units)) if kept else []
            if kept and outside:
                first = Phrase(
                    "demand.together", values={"other": _named(sorted(units & set(kept.units)), self._atlas)}
                )
                self._refuse(outside[0], first, Phrase("demand.outside", values={"team": kept.name}))

    def _whose(self, placed: tuple[str, tuple[str, ...], Phrase], unit: str) -> Phrase:
        """The first demand as it concerns ``unit``: its own, or that of a unit that it must be together with."""
        if placed[0] == unit:
            return placed[2]
        return Phrase("demand.together", values={"other": _named([placed[0]], self._atlas)})

    def refuse_apart(self) -> None:
        """Two units that must not have the same team must not be demanded in one."""
        place = {unit: where for unit, where, _ in self._placed if where[0] != "leave"}
        for a, b in self._edits.apart:
            in_one = a in self._same and b in self._same and nx.has_path(self._same, a, b)
            if in_one or (a in place and place[a] == place.get(b)):
                other = {"other": _named([b], self._atlas)}
                self._refuse(a, Phrase("demand.together", values=other), Phrase("demand.apart", values=other))


def _keep_phrase(team: KeptTeam) -> Phrase:
    return Phrase("demand.keep", values={"team": team.name})


def _lock_phrase(lock: Lock) -> Phrase:
    return Phrase("demand.lock", values={"base": lock.base})
