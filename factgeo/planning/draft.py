"""Edit a plan by hand: every edit returns a new plan.

No rule of the settings forbids an edit; ``check`` reports afterwards which rules it breaks. Only locked units and teams
do not change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError
from factgeo.planning import pipeline, planfields, planfile
from factgeo.planning.measure import team_names, unit_names
from factgeo.planning.plan import NO_PROOF, ActTier, Catchment, Plan, Stage, Unserved
from factgeo.planning.result import Result
from factgeo.settings import Edits, KeptTeam, Lock
from factgeo.travel import bases, network
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys

NO_STAGE = Stage(planfields.ACT_STAGE, 0.0, 0.0, 0.0, "none", 0.0)
LONGEST_NAME = 100  # letters in the name of a locked team


@dataclass(frozen=True)
class EditContext:
    """What every edit of an area needs: the pack with the links that the settings add, and the travel times."""

    atlas: Atlas
    times: Journeys

    @classmethod
    def of(cls, result: Result) -> EditContext:
        """Return the pack and the travel times of a result."""
        return cls(result.atlas, result.journeys)

    def seconds(self, base: Base, unit: str) -> int:
        """Return the person-seconds from a base to all residents of a unit."""
        return int(self.times.by_unit.person_seconds[self.times.row[base], self.times.by_unit.units.index(unit)])

    def candidates(self, units: Iterable[str]) -> list[Base]:
        """Return the bases that a team of these units can have."""
        inside = set(units)
        return [base for base in self.times.bases if base.unit_code in inside]

    def joined(self, plan: Plan) -> nx.Graph[str]:
        """Return the graph of the units of a plan's area, joined by the links that its settings count."""
        atlas, units = self.atlas, plan.area.units
        joined: dict[str, Iterable[str]] = {**network.joined(atlas.links, atlas.roads, units, plan.settings)}
        return nx.from_dict_of_lists(joined)

    def name(self, unit: str) -> str:
        """Return the name of a unit."""
        return str(self.atlas.units.at[unit, "name"])


# edits of the catchments


def move(plan: Plan, units: Iterable[str], team_id: str | None, context: EditContext) -> Plan:
    """Move units to a team; with ``team_id`` None, leave them without a team.

    A team that loses its base's unit gets the base with the fewest person-minutes to its other units. A team that loses
    all its units is gone.

    Raises:
        PlanError: A unit or the team is locked or not in the plan, or a team would have no possible base.
    """
    team_of, units = plan.team_of(), tuple(dict.fromkeys(units))
    _refuse_unknown(plan, units, () if team_id is None else (team_id,))
    moving = [unit for unit in units if team_of.get(unit) != team_id]
    return _moved(plan, moving, team_id, context) if moving else plan


def add_team(plan: Plan, base: Base, context: EditContext) -> Plan:
    """Add a team with the next free number around a base; it takes the base's unit.

    Raises:
        PlanError: The base is no candidate, its unit is locked, or a team would have no possible base.
    """
    _refuse_unknown(plan, (base.unit_code,), ())
    _refuse_no_candidate(base, context)
    team_id = next_ids(plan, 1)[0]
    return _moved(plan, [base.unit_code], team_id, context, {team_id: base})


def set_base(plan: Plan, team_id: str, base: Base, context: EditContext) -> Plan:
    """Move a team's base. The base's unit joins the team if needed; the team's locks are updated.

    Raises:
        PlanError: The base is no candidate, its unit or the team is locked, or not in the plan.
    """
    _refuse_unknown(plan, (base.unit_code,), (team_id,))
    _refuse_no_candidate(base, context)
    if team(plan, team_id).base == base:
        return plan
    moving = [] if plan.team_of().get(base.unit_code) == team_id else [base.unit_code]
    return _moved(plan, moving, team_id, context, {team_id: base})


def join(plan: Plan, team_id: str, other: str, context: EditContext) -> Plan:
    """Move all units of the team ``other`` to the team ``team_id``, which keeps its base.

    Raises:
        PlanError: A unit of the other team or the team is locked, or one of the two is not in the plan.
    """
    _refuse_unknown(plan, (), (team_id, other))
    return move(plan, team(plan, other).units, team_id, context)


def divide(plan: Plan, team_id: str, context: EditContext, base: Base | None = None) -> Plan:
    """Divide a team in two: a new team around a second base takes the units that are nearer to it.

    Without ``base``, the second base is the one with the fewest pieces of both teams, then the fewest person-minutes.
    Locked units stay.

    Raises:
        PlanError: The team is locked or not in the plan, or no second base is possible.
    """
    _refuse_unknown(plan, (), (team_id,))
    whole = team(plan, team_id)
    if base is not None:
        _refuse_no_candidate(base, context)
    free = set(whole.units) - locked_units(plan) - {whole.base.unit_code}
    possible = [each for each in ([base] if base else context.candidates(free)) if each.unit_code in free]
    if team_id in locked_teams(plan):
        raise PlanError("draft_team_locked", team=team_names(plan, context.atlas)[team_id])
    if not possible:
        raise PlanError("draft_undivided", team=team_names(plan, context.atlas)[team_id])
    joined = context.joined(plan)

    def price(second: Base) -> tuple[int, int]:
        leaving = _nearer(whole, second, free, context)
        halves = (leaving, set(whole.units) - leaving)
        pieces = sum(nx.number_connected_components(joined.subgraph(part)) for part in halves)
        return pieces, _person_seconds(whole.base, halves[1], context) + _person_seconds(second, leaving, context)

    second = min(possible, key=price)
    new_id = next_ids(plan, 1)[0]
    return _moved(plan, sorted(_nearer(whole, second, free, context)), new_id, context, {new_id: second})


def _nearer(whole: Catchment, second: Base, free: Iterable[str], context: EditContext) -> set[str]:
    """Return the free units that are nearer to the second base, its own unit among them."""
    nearer = {unit for unit in free if context.seconds(second, unit) < context.seconds(whole.base, unit)}
    return nearer | {second.unit_code}


def _person_seconds(base: Base, units: Iterable[str], context: EditContext) -> int:
    return sum(context.seconds(base, unit) for unit in units)


def _moved(
    plan: Plan,
    moving: Sequence[str],
    team_id: str | None,
    context: EditContext,
    base_of: Mapping[str, Base] | None = None,
) -> Plan:
    """Return the plan with the units ``moving`` in another team, which is new if its id is unknown.

    ``base_of`` gives teams a base; the others keep theirs as long as its unit is in the team.
    """
    _refuse_locked(plan, moving, team_id, context.atlas)
    members = {catchment.team_id: set(catchment.units) - set(moving) for catchment in plan.catchments}
    unserved = [entry for entry in plan.unserved if entry.unit_code not in moving]
    if team_id is None:
        unserved = sorted([*unserved, *(Unserved(unit, "locked") for unit in moving)], key=lambda e: e.unit_code)
    else:
        members[team_id] = members.get(team_id, set()) | set(moving)
    base_before = {catchment.team_id: catchment.base for catchment in plan.catchments} | dict(base_of or {})
    catchments = tuple(
        Catchment(each, _base(each, base_before[each], units, plan, context), tuple(sorted(units)))
        for each, units in members.items()
        if units
    )
    then = replace(plan, catchments=catchments, unserved=tuple(unserved), proof=NO_PROOF)
    return _with_locks(replace(then, act=_act(then)), plan, context)


def _base(team_id: str, base: Base, units: set[str], plan: Plan, context: EditContext) -> Base:
    """Return the base itself if its unit is in the team, else the best of the bases that are left."""
    if base.unit_code in units:
        return base
    possible = context.candidates(units)
    if not possible:
        left = ", ".join(map(context.name, sorted(units)))
        raise PlanError("draft_no_base", team=team_names(plan, context.atlas)[team_id], units=left)
    return planfile.best_base(possible, sorted(units), context.times)


def _act(plan: Plan) -> ActTier | None:
    """Return the ACT areas whose teams all exist and have the area's base among their units, without a proof."""
    if plan.act is None:
        return None
    ids = {catchment.team_id for catchment in plan.catchments}
    complete = [area for area in plan.act.areas if ids.issuperset(area.teams)]
    return ActTier(tuple(area for area in complete if area.base.unit_code in plan.act_units(area)), NO_STAGE)


def team(plan: Plan, team_id: str) -> Catchment:
    """Return the team with an id, which must be in the plan."""
    return next(catchment for catchment in plan.catchments if catchment.team_id == team_id)


def next_ids(plan: Plan, count: int) -> list[str]:
    """Return ``count`` ids for new teams: the next free numbers after those of the plan."""
    ids = [catchment.team_id for catchment in plan.catchments]
    numbers = [found.group(1) for found in (re.fullmatch(r"T([0-9]{1,9})", team_id) for team_id in ids) if found]
    digits = max([2, *map(len, numbers)])
    highest = max(map(int, numbers), default=0)
    return [f"T{highest + k:0{digits}d}" for k in range(1, count + 1)]


def _refuse_unknown(plan: Plan, units: Iterable[str], team_ids: Iterable[str]) -> None:
    """Refuse units and teams that are not in the plan; another page may have removed them meanwhile."""
    strangers = [unit for unit in units if unit not in plan.area.units]
    if strangers:
        raise PlanError("draft_unknown_unit", unit=strangers[0], area=plan.area.name)
    gone = set(team_ids) - {catchment.team_id for catchment in plan.catchments}
    if gone:
        raise PlanError("draft_unknown_team", team=min(gone))


def _refuse_no_candidate(base: Base, context: EditContext) -> None:
    if base not in context.times.row:
        raise PlanError("draft_no_candidate", base=base.name)


def _refuse_locked(plan: Plan, moving: Sequence[str], team_id: str | None, atlas: Atlas) -> None:
    """Refuse to move locked units, and to change a locked team."""
    team_of, kept = plan.team_of(), locked_teams(plan)
    changed = kept & {team_id, *(team_of.get(unit) for unit in moving)} if moving else frozenset()
    if changed:
        raise PlanError("draft_team_locked", team=team_names(plan, atlas)[min(changed)])
    locked = locked_units(plan)
    stuck = [unit for unit in moving if unit in locked]
    if stuck:
        raise PlanError("draft_unit_locked", unit=unit_names(stuck, atlas))


# locks


def locked_units(plan: Plan) -> frozenset[str]:
    """Return the units that must not move: those locked, those left without a team, and those in a locked team."""
    asked = plan.demands.coded
    return frozenset(
        (*asked.leave, *(u for lock in asked.lock for u in lock.units), *(u for each in asked.keep for u in each.units))
    )


def locked_teams(plan: Plan) -> frozenset[str]:
    """Return the ids of the teams that must not change."""
    kept = {frozenset(each.units) for each in plan.demands.coded.keep}
    return frozenset(each.team_id for each in plan.catchments if kept and frozenset(each.units) in kept)


def lock_units(plan: Plan, units: Iterable[str], context: EditContext) -> Plan:
    """Units stay in the team they have now, or without one. Those of locked teams do so already.

    Raises:
        PlanError: A unit is not in the plan.
    """
    units = tuple(units)
    _refuse_unknown(plan, units, ())
    asked, base_of = plan.demands.coded, plan.base_of()
    kept = {unit for each in asked.keep for unit in each.units}
    new = {unit for unit in units if unit not in kept}
    spelt = {base: _spelling(base, context) for base in {base_of[unit] for unit in new & base_of.keys()}}
    locks = {unit: base for unit, base in _locks(asked).items() if unit not in new}
    locks |= {unit: spelt[base_of[unit]] for unit in new & base_of.keys()}
    leave = {*asked.leave} - new | new - base_of.keys()
    return _with_edits(plan, lock=_grouped(locks), leave=tuple(sorted(leave)))


def unlock_units(plan: Plan, units: Iterable[str]) -> Plan:
    """Unlock units, so that they can move.

    Raises:
        PlanError: A unit is in a locked team, which can only be unlocked as a whole.
    """
    free = set(units)
    _refuse_unknown(plan, free, ())
    asked = plan.demands.coded
    for each in asked.keep:
        if free & set(each.units):
            raise PlanError("draft_team_locked", team=each.name)
    locks = {unit: base for unit, base in _locks(asked).items() if unit not in free}
    leave = tuple(unit for unit in asked.leave if unit not in free)
    return _without_proof(_with_edits(plan, lock=_grouped(locks), leave=leave))


def lock_team(plan: Plan, team_id: str, context: EditContext) -> Plan:
    """Lock a team to exactly its units and its base, whatever the rules say.

    Raises:
        PlanError: The team is not in the plan.
    """
    _refuse_unknown(plan, (), (team_id,))
    if team_id in locked_teams(plan):
        return plan
    mine = team(plan, team_id)
    others = _keeps_but(plan, mine)
    name = team_names(plan, context.atlas)[team_id][:LONGEST_NAME]
    kept = KeptTeam(name=name, units=mine.units, base=_spelling(mine.base, context))
    return _without_proof(_with_edits(plan, keep=(*others, kept)))


def unlock_team(plan: Plan, team_id: str) -> Plan:
    """Unlock a team, so that it can change; units with locks of their own stay locked.

    Raises:
        PlanError: The team is not in the plan.
    """
    _refuse_unknown(plan, (), (team_id,))
    return _without_proof(_with_edits(plan, keep=_keeps_but(plan, team(plan, team_id))))


def lock_all(plan: Plan, context: EditContext) -> Plan:
    """Lock every unit as it is."""
    return lock_units(plan, plan.area.units, context)


def unlock_all(plan: Plan) -> Plan:
    """Remove all locks and all demands that a unit has no team."""
    return _without_proof(_with_edits(plan, lock=(), keep=(), leave=()))


def _keeps_but(plan: Plan, mine: Catchment) -> tuple[KeptTeam, ...]:
    """Return the kept teams that share no unit with ``mine``."""
    return tuple(each for each in plan.demands.coded.keep if not set(each.units) & set(mine.units))


def _with_edits(plan: Plan, **changes: object) -> Plan:
    demands = plan.demands.changed(**changes)
    return replace(plan, settings=plan.settings.model_copy(update={"edits": demands.given}), demands=demands)


def _without_proof(plan: Plan) -> Plan:
    """Drop the proof: without the demand a better plan may exist. A lock that the plan obeys leaves it the best."""
    return replace(plan, proof=NO_PROOF)


def _locks(asked: Edits) -> dict[str, str]:
    """Return the base that each locked unit is locked to, as the lock spells it."""
    return {unit: lock.base for lock in asked.lock for unit in lock.units}


def _grouped(locks: Mapping[str, str]) -> tuple[Lock, ...]:
    """Return one lock per base; bases and units are sorted."""
    units: dict[str, list[str]] = {}
    for unit in sorted(locks):
        units.setdefault(locks[unit], []).append(unit)
    return tuple(Lock(units=tuple(units[base]), base=base) for base in sorted(units))


def _spelling(base: Base, context: EditContext) -> str:
    """Return a name for this base and no other candidate, as :func:`bases.names_base` reads it.

    If its unit has one candidate, it is the unit's code, else the base's name. If several candidates have that name, it
    is the code again, which means this base as long as the plan uses it in its unit.
    """
    code, candidates = base.unit_code, context.times.bases
    if sum(other.unit_code == code for other in candidates) == 1 or len(base.name) > LONGEST_NAME:
        return code
    meant = [other for other in candidates if bases.names_base(context.atlas, base.name, other)]
    return base.name if meant == [base] else code


def _with_locks(then: Plan, before: Plan, context: EditContext) -> Plan:
    """Change the locks of teams whose base has changed to the new base."""
    now = {catchment.team_id: catchment.base for catchment in then.catchments}
    changed = {c.team_id: c for c in before.catchments if now.get(c.team_id, c.base) != c.base}
    asked = then.demands.coded
    if not (changed and (asked.lock or asked.keep)):
        return then
    spelt = {team_id: _spelling(now[team_id], context) for team_id in changed}
    locks, atlas = _locks(asked), context.atlas
    for unit, team_id in then.team_of().items():
        if unit in locks and team_id in changed and bases.names_base(atlas, locks[unit], changed[team_id].base):
            locks[unit] = spelt[team_id]
    renamed = {frozenset(each.units): spelt[each.team_id] for each in then.catchments if each.team_id in changed}
    keep = tuple(
        each.model_copy(update={"base": renamed.get(frozenset(each.units), each.base)}) if each.base else each
        for each in asked.keep
    )
    return _with_edits(then, lock=_grouped(locks), keep=keep)


# neighbours, improving the rest, and other plans


def neighbours(plan: Plan, unit: str, context: EditContext) -> tuple[str, ...]:
    """Return the ids of the other teams with a unit joined to this one, the nearest base first."""
    _refuse_unknown(plan, (unit,), ())
    team_of = plan.team_of()
    beside = {team_of[other] for other in context.joined(plan)[unit] if other in team_of} - {team_of.get(unit)}
    near = [catchment for catchment in plan.catchments if catchment.team_id in beside]
    return tuple(each.team_id for each in sorted(near, key=lambda each: context.seconds(each.base, unit)))


def improve(result: Result) -> Result:
    """Return the best plan that changes nothing locked. Teams that keep their base keep their id.

    Raises:
        PlanError: No plan keeps the rules and the locks.
    """
    found = pipeline.propose_again(result, result.plan.settings)
    return pipeline.remeasure_plan(found, _with_ids_of(result.plan, found.plan))


def drawn(plan: Plan, base_of: Mapping[str, Base]) -> Plan:
    """Return the plan with the units of ``base_of`` around its bases, whatever is locked.

    Teams whose base is used keep their id; the others get new ids. All other units have no team. Their reason is that
    of before, or else that the planner wants it so.

    Raises:
        PlanError: A unit is not in the plan.
    """
    _refuse_unknown(plan, base_of, ())
    members: dict[Base, list[str]] = {}
    for unit in plan.area.units:
        if unit in base_of:
            members.setdefault(base_of[unit], []).append(unit)
    ids, left = _ids(plan, members), {entry.unit_code: entry for entry in plan.unserved}
    then = replace(
        plan,
        catchments=tuple(Catchment(team_id, base, tuple(members[base])) for base, team_id in ids.items()),
        unserved=tuple(left.get(u, Unserved(u, "locked")) for u in plan.area.units if u not in base_of),
        proof=NO_PROOF,
    )
    return replace(then, act=_act(then))


def _with_ids_of(before: Plan, plan: Plan) -> Plan:
    """Return ``plan`` with the ids that its bases' teams had before, in that order, and new ids for the others."""
    id_of = _ids(before, [catchment.base for catchment in plan.catchments])
    ids = {catchment.team_id: id_of[catchment.base] for catchment in plan.catchments}
    place = {team_id: number for number, team_id in enumerate(id_of.values())}
    catchments = [replace(catchment, team_id=ids[catchment.team_id]) for catchment in plan.catchments]
    act = plan.act and replace(
        plan.act,
        areas=tuple(
            replace(a, teams=tuple(sorted((ids[t] for t in a.teams), key=place.__getitem__))) for a in plan.act.areas
        ),
    )
    return replace(plan, catchments=tuple(sorted(catchments, key=lambda each: place[each.team_id])), act=act)


def _ids(before: Plan, used: Collection[Base]) -> dict[Base, str]:
    """Return an id for each used base: those of ``before`` in its order, then new ones in the order of ``used``."""
    had = {each.base: each.team_id for each in before.catchments if each.base in used}
    new = [base for base in used if base not in had]
    return had | dict(zip(new, next_ids(before, len(new)), strict=True))
