"""The independent check of a plan: every rule again, from the pack's tables, by other means than the solver's.

This module shares no code with ``factgeo.planning.propose``: contiguity comes from networkx, totals from the residents
table, means and price from the cells.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import networkx as nx
import pandas as pd

from factgeo import language
from factgeo.atlas import areas, teams
from factgeo.atlas.pack import AGES, Atlas
from factgeo.atlas.shares import share_of
from factgeo.language import Number
from factgeo.language.catalogue import Lazy
from factgeo.planning import edits
from factgeo.planning.plan import NO_PROOF, Catchment, Plan, Proof, Stage, Status
from factgeo.settings import Edits
from factgeo.travel import bases, network
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys

SAME_PRICE = 1e-6  # relative difference between two ways of adding up that is allowed
ROUNDED = 0.001  # files give values and bounds with three decimals
OF_PROOF = ("other_price", "unsound_proof")  # findings about the plan's own claims; they break no rule
STAGES = {
    "balanced": ("balanced",),
    "strict": ("reach", "served", "minutes"),
    "everyone": ("served", "reach", "minutes"),
    "fewest_teams": ("teams", "balanced"),
}
WORST_LAST: tuple[Status, ...] = ("optimal", "time_limit", "interrupted", "none")


@dataclass(frozen=True)
class Finding(Lazy):
    """A broken rule.

    Attributes:
        key: The entry of the catalogue below ``finding.``.
        details: The values of that entry.
        team_id: The team that breaks the rule; empty if it is the whole plan.
    """

    key: str
    details: dict[str, object]
    team_id: str = ""

    def text(self, lang: str | None = None) -> str:
        """Return the finding as a sentence that names units and figures."""
        return language.text(f"finding.{self.key}", lang=lang, **self.details)


def check(plan: Plan, atlas: Atlas, journeys: Journeys) -> list[Finding]:
    """Return all broken rules of a plan, found without the solver; an empty list if it keeps them all.

    Args:
        plan: A plan that was proposed, read or edited.
        atlas: The pack, with the links that the plan's settings add.
        journeys: Travel times of the plan's area under its settings.

    Returns:
        The broken rules; each ``text()`` is a sentence with figures. If the plan loses a unit or counts one twice, the
        other rules are not checked.
    """
    findings = list(_each_unit_once(plan, atlas))
    if findings:
        return findings  # a plan that loses units or counts them twice cannot be checked further
    now = atlas.residents[atlas.residents["year"] == atlas.year]
    persons = now.groupby("unit_code")["persons"].sum().to_dict()
    youngest, oldest = AGES[plan.settings.size.who]
    counted = now[(now["age"] >= youngest) & (now["age"] <= oldest)].groupby("unit_code")["persons"].sum().to_dict()
    joined = _graph(plan, atlas)
    listed = _listed(plan, atlas)
    zones = areas.zones(atlas.units.loc[list(plan.area.units)], plan.settings.border).to_dict()
    for catchment in plan.catchments:
        if catchment.base not in listed:  # an existing team may be of any size
            findings += _size(catchment, plan, counted)
        findings += _capacity(catchment, plan, persons, listed.get(catchment.base, 1))
        findings += _border(catchment, zones)
        findings += _contiguous(catchment, joined, atlas)
    means = _means(plan, journeys)
    findings += _too_far(plan, means, atlas)
    findings += _hard_travel(plan, means)
    findings += _teams(plan, persons)
    findings += _per_zone(plan, atlas)
    findings += _bases(plan, atlas)
    findings += _demands(plan, atlas)
    findings += list(_values(plan, means, persons, atlas)) or _claims(plan)
    findings += _act_areas(plan, atlas, journeys, joined, zones)
    return findings


def of_kept_teams(findings: Iterable[Finding], plan: Plan, atlas: Atlas) -> list[Finding]:
    """Return the findings that a planner accepts by keeping a team unchanged."""
    kept = {frozenset(team.units) for team in edits.resolved(plan.settings, atlas).keep}
    ids = {catchment.team_id for catchment in plan.catchments if frozenset(catchment.units) in kept}
    return [finding for finding in findings if finding.team_id in ids]


def proof_of(plan: Plan, findings: Iterable[Finding], atlas: Atlas) -> Proof:
    """Return the plan's proof, or no proof if a finding contradicts it.

    Rules that a planner breaks by keeping a team unchanged do not contradict the proof.
    """
    found = list(findings)
    return plan.proof if len(of_kept_teams(found, plan, atlas)) == len(found) else NO_PROOF


def _each_unit_once(plan: Plan, atlas: Atlas) -> Iterator[Finding]:
    listed = Counter([u for c in plan.catchments for u in c.units] + [u.unit_code for u in plan.unserved])
    for unit in plan.area.units:
        if listed[unit] != 1:
            yield Finding("unit_not_once", {"unit": atlas.units.loc[unit, "name"], "times": listed[unit]})
    for unit in listed.keys() - set(plan.area.units):
        yield Finding("unit_outside", {"unit": unit, "area": plan.area.name})
    for catchment in plan.catchments:
        if catchment.base.unit_code not in catchment.units:
            yield Finding("base_elsewhere", {"team": catchment.team_id, "base": catchment.base.name})


def _sum(people: Mapping[str, int], units: Iterable[str]) -> int:
    return sum(people.get(unit, 0) for unit in units)


def _size(catchment: Catchment, plan: Plan, counted: Mapping[str, int]) -> Iterator[Finding]:
    total = _sum(counted, catchment.units)
    if total < plan.settings.size.minimum:
        shown = {"size": Number(total), "minimum": Number(plan.settings.size.minimum)}
        yield Finding("too_small", {"team": catchment.team_id, "base": catchment.base.name, **shown}, catchment.team_id)


def _listed(plan: Plan, atlas: Atlas) -> dict[Base, int]:
    """Return the plan's bases in units with listed teams, and the number of teams there."""
    standing = _standing(plan, atlas)
    return {
        catchment.base: standing[catchment.base.unit_code]
        for catchment in plan.catchments
        if catchment.base.unit_code in standing
    }


def _standing(plan: Plan, atlas: Atlas) -> dict[str, int]:
    """Return the number of listed teams in each unit; empty if the plan does not have to use listed teams."""
    rule = plan.settings.existing
    if not rule.listed:
        return {}
    found = teams.standing(atlas, plan.area.units, without=rule.without).bases
    return {unit: len(here) for unit, here in found.items()}


def _capacity(catchment: Catchment, plan: Plan, persons: Mapping[str, int], listed: int) -> Iterator[Finding]:
    rule = plan.settings.capacity
    own = int(persons.get(catchment.base.unit_code, 0))
    limit = max(listed, -(-own // rule.per_team)) * rule.per_team
    total = _sum(persons, catchment.units)
    if rule.enabled and total > limit:
        shown = {"size": Number(total), "limit": Number(limit)}
        yield Finding("too_big", {"team": catchment.team_id, "base": catchment.base.name, **shown}, catchment.team_id)


def _border(catchment: Catchment, zone_of: Mapping[str, str]) -> Iterator[Finding]:
    zones = sorted({zone_of[unit] for unit in catchment.units})
    if len(zones) > 1:
        shown: dict[str, object] = {"team": catchment.team_id, "zones": ", ".join(zones)}
        yield Finding("crosses_border", shown, catchment.team_id)


def _graph(plan: Plan, atlas: Atlas) -> nx.Graph[str]:
    runs = network.usable(atlas.roads, plan.settings)
    sailing = set(atlas.roads.loc[(atlas.roads["kind"] == "ferry") & runs, "crossing"])
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(plan.area.units)
    for link in atlas.links.itertuples(index=False):
        counts = link.kind in plan.settings.whole.links and (link.kind != "ferry" or link.crossing in sailing)
        if counts:
            graph.add_edge(link.unit_a, link.unit_b)
    return graph


def _contiguous(catchment: Catchment, joined: nx.Graph[str], atlas: Atlas) -> Iterator[Finding]:
    pieces = sorted(nx.connected_components(joined.subgraph(catchment.units)), key=len)
    if len(pieces) > 1:
        loose = ", ".join(atlas.units.loc[sorted(pieces[0]), "name"])
        shown: dict[str, object] = {"team": catchment.team_id, "base": catchment.base.name, "units": loose}
        yield Finding("in_pieces", shown, catchment.team_id)


def _means(plan: Plan, journeys: Journeys) -> pd.DataFrame:
    """Return one row per served unit, added up cell by cell: person-minutes, residents and residents beyond T."""
    rows = []
    travel = plan.settings.travel
    for catchment in plan.catchments:
        for unit in catchment.units:
            minutes, persons = journeys.minutes(catchment.base, (unit,))
            beyond = int(persons[minutes > travel.minutes].sum())
            minutes[minutes == float("inf")] = travel.unreachable
            rows.append((catchment.team_id, unit, float(minutes @ persons), int(persons.sum()), beyond))
    return pd.DataFrame(rows, columns=["team_id", "unit_code", "person_minutes", "persons", "beyond"])


def _too_far(plan: Plan, means: pd.DataFrame, atlas: Atlas) -> Iterator[Finding]:
    limit = plan.settings.travel.too_far
    far = means[means["person_minutes"] > limit * means["persons"] + SAME_PRICE]
    for row in far.itertuples(index=False):
        mean = Number(row.person_minutes / row.persons)
        name = atlas.units.loc[row.unit_code, "name"]
        shown = {"team": row.team_id, "unit": name, "mean": mean, "limit": Number(limit)}
        yield Finding("unit_too_far", shown, row.team_id)


def _hard_travel(plan: Plan, means: pd.DataFrame) -> Iterator[Finding]:
    travel = plan.settings.travel
    for team, units in means.groupby("team_id"):
        share = 1 - share_of(int(units["beyond"].sum()), int(units["persons"].sum()))
        if travel.hard and share < travel.hard_share - SAME_PRICE:
            shown = {"share": Number(100 * share, 1), "least": Number(100 * travel.hard_share, 1)}
            yield Finding("too_few_within", {"team": team, "limit": Number(travel.minutes), **shown}, str(team))


def _teams(plan: Plan, persons: Mapping[str, int]) -> Iterator[Finding]:
    rule, count = plan.settings.teams, _count_teams(plan, persons)
    if count < rule.at_least or (rule.at_most and count > rule.at_most):
        yield Finding("other_number_of_teams", {"count": count, "least": rule.at_least, "most": rule.at_most or "–"})


def _per_zone(plan: Plan, atlas: Atlas) -> Iterator[Finding]:
    rule = plan.settings.teams.per_zone
    zone = areas.zones(atlas.units.loc[list(plan.area.units)], plan.settings.border)
    count = Counter(zone[catchment.base.unit_code] for catchment in plan.catchments)
    for name in sorted(zone.unique()) if rule else ():
        if count[name] != rule:
            yield Finding("other_number_in_zone", {"zone": name, "count": count[name], "asked": rule})


def _count_teams(plan: Plan, persons: Mapping[str, int]) -> int:
    rule = plan.settings.capacity
    totals = [_sum(persons, catchment.units) for catchment in plan.catchments]
    return sum(max(1, -(-total // rule.per_team)) if rule.enabled else 1 for total in totals)


def _bases(plan: Plan, atlas: Atlas) -> Iterator[Finding]:
    used = [catchment.base for catchment in plan.catchments]
    for text in plan.settings.bases.required:
        if not any(bases.names_base(atlas, text, base) for base in used):
            yield Finding("required_base_unused", {"base": text})
    for site in plan.settings.bases.sites:
        if site.role == "required" and not any(bases.is_site(base, site) for base in used):
            yield Finding("required_base_unused", {"base": site.name})
    for text in plan.settings.bases.forbidden:
        if any(bases.names_base(atlas, text, base) for base in used):
            yield Finding("forbidden_base_used", {"base": text})


def _claims(plan: Plan) -> Iterator[Finding]:
    """Check that the plan's claims about its proof agree with each other; whether a bound is true cannot be seen."""
    proof, act = plan.proof, plan.act
    if proof.stages or proof.status != "none":
        worst = max((stage.status for stage in proof.stages), key=WORST_LAST.index, default=None)
        named = tuple(stage.goal for stage in proof.stages)
        if named != STAGES[plan.settings.goal.name] or proof.status != worst:
            yield Finding("unsound_proof", {"stage": ", ".join(named) or "–"})
    for stage in (*proof.stages, *([act.stage] if act else [])):
        if not _is_sound(stage, plan.settings.solver.gap):
            yield Finding("unsound_proof", {"stage": stage.goal})


def _is_sound(stage: Stage, enough: float) -> bool:
    """Can value, bound, gap and status of a stage belong together? ``enough`` is the gap that counts as proven."""
    given = (stage.value, stage.bound, stage.gap, stage.seconds)
    if not all(map(math.isfinite, given)) or min(stage.value, stage.gap + SAME_PRICE, stage.seconds) < 0:
        return False
    if stage.status == "none":
        return True
    rounding = ROUNDED / max(ROUNDED, stage.value) + SAME_PRICE
    gap = (stage.value - stage.bound) / stage.value if stage.value > 0 else 0.0
    agrees = stage.bound <= stage.value + ROUNDED and abs(gap - stage.gap) <= rounding
    return agrees and (stage.status != "optimal" or gap <= enough + rounding)


def _values(plan: Plan, means: pd.DataFrame, persons: Mapping[str, int], atlas: Atlas) -> Iterator[Finding]:
    """Add up the value of each stage again: the last one must agree, earlier ones may be worse by their tolerance."""
    if not plan.proof.stages:
        return
    goal, rules = plan.settings.goal, plan.settings
    left_out = _sum(persons, (u.unit_code for u in plan.unserved))
    dear = sum(not bases.is_preferred(atlas, catchment.base, rules) for catchment in plan.catchments)
    minutes = float(means["person_minutes"].sum()) + dear * rules.bases.preference_price
    minutes += rules.moves.price * _moved(plan, persons)
    beyond = float(means["beyond"].sum())
    if any(stage.goal not in STAGES[goal.name] for stage in plan.proof.stages):
        return  # the goal has no such stage; `_claims` reports that
    found = {
        "minutes": minutes,
        "balanced": minutes + goal.beyond_price * beyond + goal.unserved_price * left_out,
        "reach": beyond + left_out,
        "served": float(left_out),
        "teams": float(_count_teams(plan, persons)),
    }
    area = _sum(persons, plan.area.units)
    for number, stage in enumerate(plan.proof.stages, start=1):
        again, last = found[stage.goal], number == len(plan.proof.stages)
        room = SAME_PRICE * max(1.0, again) + (0 if last or stage.goal == "teams" else goal.tolerance * area)
        if math.isfinite(stage.value) and (again - stage.value > room or (last and stage.value - again > room)):
            yield Finding("other_price", {"claimed": Number(stage.value), "found": Number(again)})


def _moved(plan: Plan, persons: Mapping[str, int]) -> int:
    """Return the residents who had a team in the previous plan and now have another one or none."""
    now = {unit: (base.unit_code, base.lon, base.lat) for unit, base in plan.base_of().items()}
    previous = plan.settings.moves.previous
    moved = [unit for unit, base in previous.items() if unit in plan.area.units and now.get(unit) != tuple(base)]
    return _sum(persons, moved)


def _demands(plan: Plan, atlas: Atlas) -> Iterator[Finding]:
    """Check the planner's demands on the plan."""
    # resolved here again, so that what a plan carries as its demands is not taken on trust
    asked, team_of = edits.resolved(plan.settings, atlas), plan.team_of()
    name = atlas.units["name"]
    yield from _kept(asked, plan, atlas)
    yield from _locks(asked, plan, atlas)
    yield from _unused_listed(asked, plan, atlas)
    for group in asked.together:
        if len({team_of.get(unit) for unit in group}) > 1:
            yield Finding("not_together", {"units": ", ".join(name[unit] for unit in group)})
    for a, b in asked.apart:
        if a in team_of and team_of[a] == team_of.get(b):
            yield Finding("not_apart", {"units": f"{name[a]}, {name[b]}"})
    for unit in asked.leave:
        if unit in team_of:
            yield Finding("not_left", {"unit": name[unit]})


def _kept(asked: Edits, plan: Plan, atlas: Atlas) -> Iterator[Finding]:
    """Each kept team must have exactly its units, and its base if the demand names one."""
    base_of = {frozenset(catchment.units): catchment.base for catchment in plan.catchments}
    for team in asked.keep:
        base = base_of.get(frozenset(team.units))
        if base is None or (team.base and not bases.names_base(atlas, team.base, base)):
            yield Finding("kept_team_changed", {"team": team.name})


def _locks(asked: Edits, plan: Plan, atlas: Atlas) -> Iterator[Finding]:
    base_of = plan.base_of()
    for lock in asked.lock:
        for unit in lock.units:
            if unit not in base_of or not bases.names_base(atlas, lock.base, base_of[unit]):
                yield Finding("lock_broken", {"unit": atlas.units.at[unit, "name"], "base": lock.base})


def _unused_listed(asked: Edits, plan: Plan, atlas: Atlas) -> Iterator[Finding]:
    """Each listed team must have a catchment around its base, or be part of a kept team."""
    covered = {catchment.base.unit_code for catchment in plan.catchments} | {u for t in asked.keep for u in t.units}
    for unit in sorted(_standing(plan, atlas).keys() - covered):
        yield Finding("listed_base_unused", {"unit": atlas.units.at[unit, "name"]})


def _act_areas(
    plan: Plan, atlas: Atlas, journeys: Journeys, joined: nx.Graph[str], zones: Mapping[str, str]
) -> Iterator[Finding]:
    """Check the ACT areas.

    Each catchment is in at most one area. Each area is contiguous, within the borders, and has enough adults in reach.
    """
    listed = Counter(team for area in (plan.act.areas if plan.act else ()) for team in area.teams)
    for team, times in listed.items():
        if times > 1:
            yield Finding("team_in_two_act_areas", {"team": team})
    for area in plan.act.areas if plan.act else ():
        together = Catchment("ACT", area.base, tuple(sorted(plan.act_units(area))))
        yield from _border(together, zones)
        yield from _contiguous(together, joined, atlas)
        minutes, _ = journeys.minutes(area.base, together.units)
        cells = journeys.cells[journeys.cells["unit_code"].isin(together.units)]
        adults = int(cells["adults"].to_numpy()[minutes <= plan.settings.travel.minutes].sum())
        if adults < plan.settings.service.act_adults:
            shown = {"size": Number(adults), "minimum": Number(plan.settings.service.act_adults)}
            yield Finding("too_small", {"team": "ACT", "base": area.base.name, **shown})
