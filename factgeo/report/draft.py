"""What a step of a draft is called; ``plan`` is the one before it."""

from __future__ import annotations

from collections.abc import Sequence

from factgeo.atlas.pack import Atlas
from factgeo.language import Phrase
from factgeo.planning.measure import team_names, unit_names
from factgeo.planning.plan import Plan
from factgeo.travel.bases import Base


def did_move(plan: Plan, units: Sequence[str], team_id: str | None, atlas: Atlas) -> Phrase:
    """Units moved to another team, given one, or taken out of theirs."""
    team_of, names = plan.team_of(), team_names(plan, atlas)
    homes = {team_of.get(unit) for unit in units} - {team_id}
    values: dict[str, object] = {"units": unit_names(units, atlas)}
    if team_id is None:
        return Phrase("draft.did.left", values=values)
    values["team"] = names[team_id]
    home = homes.pop() if len(homes) == 1 else None
    if home is None:
        return Phrase("draft.did.given", values=values)
    return Phrase("draft.did.moved", values={**values, "home": names[home]})


def did_set_base(plan: Plan, team_id: str, base: Base, atlas: Atlas) -> Phrase:
    """The base of a team moved."""
    return Phrase("draft.did.based", values={"team": team_names(plan, atlas)[team_id], "base": base.name})


def did_add_team(base: Base) -> Phrase:
    """A team added."""
    return Phrase("draft.did.added", values={"base": base.name})


def did_join(plan: Plan, team_id: str, other: str, atlas: Atlas) -> Phrase:
    """Two teams made one."""
    names = team_names(plan, atlas)
    return Phrase("draft.did.joined", values={"team": names[team_id], "other": names[other]})


def did_divide(plan: Plan, team_id: str, then: Plan, atlas: Atlas) -> Phrase:
    """A team made two; the last of the plan after it is the new one."""
    values = {"team": team_names(plan, atlas)[team_id], "base": then.catchments[-1].base.name}
    return Phrase("draft.did.divided", values=values)


def did_lock_units(units: Sequence[str], atlas: Atlas) -> Phrase:
    """Units locked."""
    return Phrase("draft.did.locked", values={"units": unit_names(units, atlas)})


def did_unlock_units(units: Sequence[str], atlas: Atlas) -> Phrase:
    """Units unlocked."""
    return Phrase("draft.did.unlocked", values={"units": unit_names(units, atlas)})


def did_lock_team(plan: Plan, team_id: str, atlas: Atlas) -> Phrase:
    """A team locked."""
    return Phrase("draft.did.team_locked", values={"team": team_names(plan, atlas)[team_id]})


def did_unlock_team(plan: Plan, team_id: str, atlas: Atlas) -> Phrase:
    """A team unlocked."""
    return Phrase("draft.did.team_unlocked", values={"team": team_names(plan, atlas)[team_id]})


def did_lock_all() -> Phrase:
    """Everything locked."""
    return Phrase("draft.did.all_locked")


def did_unlock_all() -> Phrase:
    """Everything unlocked."""
    return Phrase("draft.did.all_unlocked")


def did_improve() -> Phrase:
    """The rest improved."""
    return Phrase("draft.did.improved")
