"""Plans edited by hand: every edit is a new plan that loses nobody."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from worlds.basics import refusal
from worlds.drafts import there_and_back
from worlds.reports import said

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.capacity import change
from factgeo.errors import PlanError
from factgeo.language import Phrase
from factgeo.planning import check, draft, edits, pipeline, planfile, steps
from factgeo.planning.draft import EditContext
from factgeo.planning.plan import Plan, Proof, Unserved
from factgeo.planning.result import Result
from factgeo.report import change as change_report
from factgeo.report.draft import (
    did_add_team,
    did_divide,
    did_improve,
    did_join,
    did_lock_all,
    did_lock_team,
    did_lock_units,
    did_move,
    did_set_base,
    did_unlock_all,
    did_unlock_team,
    did_unlock_units,
)
from factgeo.travel import bases
from factgeo.travel.bases import Base

KINN, BREMANGER, VIK, SUNNFJORD, SOLUND, STAD = "4602", "4648", "4639", "4647", "4636", "4649"
SOGNDAL, FORDE, SVELGEN, EID = "T01", "T02", "T03", "T04"


@pytest.fixture(scope="module")
def plan(forde: Result) -> Plan:
    return forde.plan


@pytest.fixture(scope="module")
def context(forde: Result) -> EditContext:
    return EditContext.of(forde)


@pytest.fixture(scope="module")
def several_bases(shipped: Atlas) -> Result:
    """Helse Førde with up to three bases in each unit."""
    rules = settings.load(assignments=["bases.per_unit=3"])
    return pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)


@pytest.fixture(scope="module")
def norway(shipped: Atlas) -> Result:
    return pipeline.propose(shipped, areas.resolve("Norge", shipped), settings.load())


def base_in(unit: str, context: EditContext) -> Base:
    return next(base for base in context.times.bases if base.unit_code == unit)


def person_minutes(base: Base, units: tuple[str, ...], context: EditContext) -> float:
    """From the cells one by one; who cannot be reached counts with the stand-in."""
    minutes, persons = context.times.minutes(base, units)
    return float(np.where(np.isinf(minutes), context.times.settings.travel.unreachable, minutes) @ persons)


def same(one: Result, other: Result) -> None:
    """Equal figures, ways and notes."""
    assert one.plan == other.plan
    assert one.figures == other.figures
    assert one.notes == other.notes
    assert one.zone_of == other.zone_of
    assert (one.splits, one.parts) == (other.splits, other.parts)
    for each in fields(one.ways):
        assert np.array_equal(getattr(one.ways, each.name), getattr(other.ways, each.name))


def each_unit_once(plan: Plan) -> None:
    placed = [unit for each in plan.catchments for unit in each.units] + [entry.unit_code for entry in plan.unserved]
    assert sorted(placed) == list(plan.area.units)
    assert all(each.units and each.base.unit_code in each.units for each in plan.catchments)
    assert len({each.team_id for each in plan.catchments}) == len(plan.catchments)


# measured as it stands


def test_a_redrawn_plan_is_what_measuring_from_scratch_gives(
    shipped: Atlas, forde: Result, context: EditContext
) -> None:
    edited = draft.move(forde.plan, [KINN, SOLUND], EID, context)
    edited = draft.move(edited, [SUNNFJORD], None, context)
    same(pipeline.remeasure_plan(forde, edited), pipeline.measure_plan(shipped, edited))


def test_a_redrawn_plan_may_follow_other_rules(shipped: Atlas, forde: Result, context: EditContext) -> None:
    edited = draft.move(forde.plan, [KINN], EID, context)
    tables = {"travel": {"minutes": 30, "too_far": 60}, "size": {"minimum": 30_000}, "border": "county"}
    edited = replace(edited, settings=settings.load(tables=tables))
    redrawn, given = pipeline.remeasure_plan(forde, edited), pipeline.measure_plan(shipped, edited)
    same(redrawn, given)
    assert redrawn.notes
    assert np.array_equal(redrawn.journeys.by_unit.beyond, given.journeys.by_unit.beyond)


def test_a_redrawn_plan_has_the_parts_of_big_units_that_have_a_team(shipped: Atlas) -> None:
    rules = settings.load(assignments=["split.big_units=true", "capacity.per_team=20000"])
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    without = draft.move(result.plan, [SUNNFJORD], None, EditContext.of(result))
    assert result.splits
    same(pipeline.remeasure_plan(result, without), pipeline.measure_plan(shipped, without))


def test_what_closed_roads_change_is_not_claimed_of_another_plan(shipped: Atlas) -> None:
    rules = settings.load(assignments=['roads.closed=["E39"]'])
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    assert result.effects is not None
    assert pipeline.remeasure_plan(result, result.plan).effects is None


# moving


def test_moved_units_are_in_the_team_and_nothing_else_changes(plan: Plan, context: EditContext) -> None:
    moved = draft.move(plan, [KINN], EID, context)
    assert moved.team_of() == {**plan.team_of(), KINN: EID}
    assert moved.base_of() == {**plan.base_of(), KINN: plan.base_of()[STAD]}
    assert moved.settings is plan.settings
    assert moved.proof == Proof("", "none", ())
    assert draft.move(plan, [STAD], EID, context) is plan


def test_units_can_be_left_without_a_team_and_given_one(plan: Plan, context: EditContext) -> None:
    left = draft.move(plan, [KINN], None, context)
    assert Unserved(KINN, "locked") in left.unserved
    assert KINN not in left.team_of()
    given = draft.move(left, [KINN, SOLUND], FORDE, context)
    assert given.unserved == ()
    assert given.team_of()[KINN] == given.team_of()[SOLUND] == FORDE


@pytest.mark.parametrize("unit", [SUNNFJORD, "4640", STAD])
def test_a_team_that_loses_its_base_drives_from_where_its_units_are_nearest(
    plan: Plan, context: EditContext, unit: str
) -> None:
    team_id = plan.team_of()[unit]
    moved = draft.move(plan, [unit], None, context)
    mine = draft.team(moved, team_id)
    cost = {base: person_minutes(base, mine.units, context) for base in context.candidates(mine.units)}
    assert mine.base == min(cost, key=cost.__getitem__)
    assert len(cost) > 1


def test_a_team_without_units_is_gone(plan: Plan, context: EditContext) -> None:
    moved = draft.move(plan, [KINN, BREMANGER], EID, context)
    assert [each.team_id for each in moved.catchments] == [SOGNDAL, FORDE, EID]


def test_rules_never_stand_in_the_way_but_are_found_broken_afterwards(forde: Result, context: EditContext) -> None:
    edited = draft.move(forde.plan, [VIK], EID, context)
    assert {note.key for note in pipeline.remeasure_plan(forde, edited).notes} >= {"in_pieces", "unit_too_far"}


def test_a_team_is_not_left_where_no_base_is_allowed(shipped: Atlas) -> None:
    rules = settings.load(tables={"bases": {"forbidden": ["Kinn"]}})
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    context, team_id = EditContext.of(result), result.plan.team_of()[KINN]
    others = [unit for unit in draft.team(result.plan, team_id).units if unit != KINN]
    said = refusal(PlanError, lambda: draft.move(result.plan, others, None, context))
    assert "Kinn" in said


def test_units_and_teams_that_are_not_there_are_named(plan: Plan, context: EditContext) -> None:
    assert "0301" in refusal(PlanError, lambda: draft.move(plan, ["0301"], FORDE, context))
    assert "T09" in refusal(PlanError, lambda: draft.move(plan, [KINN], "T09", context))
    assert "T09" in refusal(PlanError, lambda: draft.join(plan, FORDE, "T09", context))
    elsewhere = replace(base_in(KINN, context), lon=5.0)
    assert elsewhere.name in refusal(PlanError, lambda: draft.add_team(plan, elsewhere, context))


# bases and teams


def test_a_team_gets_another_base_in_its_own_units(plan: Plan, context: EditContext) -> None:
    town = base_in(KINN, context)
    changed = draft.set_base(plan, SVELGEN, town, context)
    assert draft.team(changed, SVELGEN).base == town
    assert changed.team_of() == plan.team_of()
    assert draft.set_base(plan, SVELGEN, draft.team(plan, SVELGEN).base, context) is plan


def test_a_base_in_another_team_s_unit_takes_that_unit(plan: Plan, context: EditContext) -> None:
    changed = draft.set_base(plan, SVELGEN, base_in(STAD, context), context)
    assert changed.team_of() == {**plan.team_of(), STAD: SVELGEN}
    assert draft.team(changed, SVELGEN).base.unit_code == STAD
    assert draft.team(changed, EID).base.unit_code != STAD


def test_a_new_team_takes_the_unit_of_its_base_and_the_next_number(plan: Plan, context: EditContext) -> None:
    more = draft.add_team(plan, base_in(KINN, context), context)
    assert draft.team(more, "T05").units == (KINN,)
    assert draft.team(more, SVELGEN).units == (BREMANGER,)
    again = draft.add_team(more, base_in(SOLUND, context), context)
    assert draft.team(again, "T06").units == (SOLUND,)
    assert again.unserved == ()


def test_numbers_of_new_teams_follow_the_highest_and_keep_their_width(plan: Plan) -> None:
    def ids(*names: str) -> Plan:
        pairs = zip(plan.catchments, names, strict=False)
        return replace(plan, catchments=tuple(replace(each, team_id=name) for each, name in pairs))

    assert draft.next_ids(ids("T01", "T07"), 2) == ["T08", "T09"]
    assert draft.next_ids(ids("T098", "T099"), 2) == ["T100", "T101"]
    assert draft.next_ids(ids("T99"), 1) == ["T100"]
    assert draft.next_ids(ids("Nordfjord", "Sogn"), 1) == ["T01"]


def test_joined_teams_are_one_with_the_first_one_s_base(plan: Plan, context: EditContext) -> None:
    joined = draft.join(plan, EID, SVELGEN, context)
    units = {*draft.team(plan, EID).units, *draft.team(plan, SVELGEN).units}
    assert set(draft.team(joined, EID).units) == units
    assert draft.team(joined, EID).base == draft.team(plan, EID).base
    assert len(joined.catchments) == len(plan.catchments) - 1


@pytest.mark.parametrize("team_id", [SOGNDAL, FORDE, SVELGEN, EID])
def test_a_team_is_divided_where_that_leaves_whole_teams_with_the_fewest_minutes(
    plan: Plan, context: EditContext, team_id: str
) -> None:
    whole, joined = draft.team(plan, team_id), check._graph(plan, context.atlas)

    def halves(second: Base) -> tuple[set[str], set[str]]:
        nearer = {second.unit_code} | {
            unit
            for unit in whole.units
            if unit != whole.base.unit_code
            and person_minutes(second, (unit,), context) < person_minutes(whole.base, (unit,), context)
        }
        return set(whole.units) - nearer, nearer

    def price(second: Base) -> tuple[int, float]:
        first, other = halves(second)
        pieces = sum(nx.number_connected_components(joined.subgraph(part)) for part in (first, other))
        minutes = person_minutes(whole.base, tuple(first), context) + person_minutes(second, tuple(other), context)
        return pieces, round(minutes, 3)

    possible = [base for base in context.candidates(whole.units) if base.unit_code != whole.base.unit_code]
    divided = draft.divide(plan, team_id, context)
    new = draft.team(divided, "T05")
    assert price(new.base) == min(map(price, possible))
    assert (set(draft.team(divided, team_id).units), set(new.units)) == halves(new.base)
    each_unit_once(divided)


def test_a_team_is_divided_around_the_base_that_is_asked_for(plan: Plan, context: EditContext) -> None:
    divided = draft.divide(plan, SOGNDAL, context, base_in(VIK, context))
    assert draft.team(divided, "T05").base == base_in(VIK, context)
    assert VIK in draft.team(divided, "T05").units
    assert "Svelgen" in refusal(PlanError, lambda: draft.divide(plan, SVELGEN, context, base_in(VIK, context)))


def test_act_areas_stay_while_all_their_teams_do(two_tiers: Result) -> None:
    plan, context = two_tiers.plan, EditContext.of(two_tiers)
    assert plan.act is not None
    area = max(plan.act.areas, key=lambda each: len(each.teams))
    kept, gone = area.teams[:2]
    joined = draft.join(plan, kept, gone, context)
    assert joined.act is not None
    assert joined.act.areas == tuple(each for each in plan.act.areas if gone not in each.teams)
    renewed = pipeline.remeasure_plan(two_tiers, joined)
    assert planfile.from_content(steps.plan_content(renewed.plan), context.atlas, Path()) == joined


# locks


def test_locked_units_stay_and_the_refusal_names_them(plan: Plan, context: EditContext) -> None:
    locked = draft.lock_units(plan, [KINN, SOLUND], context)
    assert draft.locked_units(locked) == {KINN, SOLUND}
    assert "Kinn" in refusal(PlanError, lambda: draft.move(locked, [KINN], EID, context))
    assert "Solund" in refusal(PlanError, lambda: draft.add_team(locked, base_in(SOLUND, context), context))
    assert "Kinn" in refusal(PlanError, lambda: draft.join(locked, EID, SVELGEN, context))
    assert "Kinn" in refusal(PlanError, lambda: draft.set_base(locked, EID, base_in(KINN, context), context))
    free = draft.unlock_units(locked, [KINN, SOLUND])
    assert free.settings == plan.settings
    assert draft.move(free, [KINN], EID, context).team_of()[KINN] == EID


def test_a_lock_on_what_is_there_leaves_the_best_plan_the_best(plan: Plan, context: EditContext) -> None:
    locked = draft.lock_all(plan, context)
    assert locked.proof == plan.proof
    assert check.check(locked, context.atlas, context.times) == []
    assert draft.unlock_all(locked).proof.status == "none"
    assert draft.unlock_all(locked).settings == plan.settings


def test_locking_anew_means_where_the_unit_is_now(plan: Plan, context: EditContext) -> None:
    atlas, gone = context.atlas, draft.move(plan, [KINN], None, context)
    for before, after in ((plan, gone), (gone, plan), (plan, draft.move(plan, [KINN], EID, context))):
        stale = edits.under(after, draft.lock_units(before, [KINN], context).settings, atlas)
        assert {note.key for note in check.check(stale, atlas, context.times)} & {"lock_broken", "not_left"}
        again = draft.lock_units(stale, [KINN], context)
        assert not {note.key for note in check.check(again, atlas, context.times)} & {"lock_broken", "not_left"}
        assert draft.locked_units(again) == {KINN}


def test_locked_teams_take_and_give_nothing(plan: Plan, context: EditContext) -> None:
    locked = draft.lock_team(plan, SVELGEN, context)
    assert draft.locked_teams(locked) == {SVELGEN}
    assert draft.locked_units(locked) == {KINN, BREMANGER}
    assert draft.lock_team(locked, SVELGEN, context) is locked
    for edit in (
        lambda: draft.move(locked, [KINN], EID, context),
        lambda: draft.move(locked, [STAD], SVELGEN, context),
        lambda: draft.join(locked, SVELGEN, EID, context),
        lambda: draft.divide(locked, SVELGEN, context),
        lambda: draft.unlock_units(locked, [KINN]),
    ):
        assert "Svelgen" in refusal(PlanError, edit)
    assert draft.unlock_team(locked, SVELGEN).settings == plan.settings
    assert draft.lock_units(locked, [KINN], context).settings == locked.settings


def test_locks_follow_a_team_that_drives_from_another_base(plan: Plan, context: EditContext) -> None:
    locked = draft.lock_units(plan, [KINN, VIK], context)
    moved = draft.set_base(locked, SVELGEN, base_in(KINN, context), context)
    assert check.check(moved, context.atlas, context.times) == []
    assert {(lock.units, lock.base) for lock in moved.settings.edits.lock} == {((KINN,), KINN), ((VIK,), "4640")}
    without = draft.move(locked, [BREMANGER], EID, context)
    assert check.check(without, context.atlas, context.times) == []
    team = draft.set_base(draft.lock_team(plan, SVELGEN, context), SVELGEN, base_in(KINN, context), context)
    assert check.check(team, context.atlas, context.times) == []
    assert draft.locked_teams(team) == {SVELGEN}


def test_a_lock_means_the_team_s_base_and_no_other_where_it_has_a_name_of_its_own(several_bases: Result) -> None:
    context, plan = EditContext.of(several_bases), several_bases.plan
    alone = 0
    for each in context.times.bases:
        team_id = plan.team_of().get(each.unit_code)
        if team_id is None:
            continue
        placed = draft.set_base(plan, team_id, each, context)
        (lock,) = draft.lock_units(placed, [each.unit_code], context).settings.edits.lock
        meant = [base for base in context.times.bases if bases.names_base(context.atlas, lock.base, base)]
        assert each in meant
        assert {base.unit_code for base in meant} == {each.unit_code}
        alone += meant == [each]
    assert alone > len(plan.catchments)


def test_locks_by_name_from_a_file_are_known(shipped: Atlas) -> None:
    demands = {"lock": [{"units": ["Kinn"], "base": "Svelgen"}], "leave": ["Solund"]}
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), settings.load(tables={"edits": demands}))
    assert draft.locked_units(result.plan) == {KINN, SOLUND}
    assert draft.unlock_units(result.plan, [KINN, SOLUND]).settings == settings.load()


# neighbours and the best of the rest


def test_neighbours_are_the_teams_across_a_link_the_nearest_first(plan: Plan, context: EditContext) -> None:
    joined = check._graph(plan, context.atlas)
    team_of = plan.team_of()
    seen = 0
    for unit in plan.area.units:
        beside = {team_of[other] for other in joined[unit] if other in team_of} - {team_of.get(unit)}
        cost = {team_id: person_minutes(draft.team(plan, team_id).base, (unit,), context) for team_id in beside}
        assert draft.neighbours(plan, unit, context) == tuple(sorted(cost, key=cost.__getitem__))
        seen += len(beside)
    assert seen > 5


@pytest.mark.parametrize("kinds", [["road"], ["road", "ferry"], ["road", "ferry", "border"]])
@pytest.mark.parametrize("closed", [[], ["Lavik-Oppedal"], ["4,58,6,62"]])
def test_units_are_joined_as_the_check_counts_it(
    plan: Plan, context: EditContext, kinds: list[str], closed: list[str]
) -> None:
    other = replace(plan, settings=settings.load(tables={"whole": {"links": kinds}, "roads": {"closed": closed}}))
    counted = check._graph(other, context.atlas).subgraph(plan.area.units)
    assert nx.utils.graphs_equal(context.joined(other), nx.Graph(counted))
    assert counted.edges


def test_improving_brings_the_best_plan_back(forde: Result, context: EditContext) -> None:
    edited = draft.move(forde.plan, [KINN], EID, context)
    improved = draft.improve(pipeline.remeasure_plan(forde, edited))
    assert improved.plan.team_of() == forde.plan.team_of()
    assert improved.plan.proof.status == "optimal"
    assert improved.notes == ()


def test_improving_leaves_what_is_locked_and_is_the_best_that_does(shipped: Atlas, forde: Result) -> None:
    context = EditContext.of(forde)
    edited = draft.move(forde.plan, [STAD], SVELGEN, context)
    locked = draft.lock_units(edited, [STAD, BREMANGER], context)
    improved = draft.improve(pipeline.remeasure_plan(forde, locked))
    twin = pipeline.propose(shipped, forde.plan.area, locked.settings)
    assert improved.plan.base_of() == twin.plan.base_of()
    assert improved.plan.base_of()[STAD] == edited.base_of()[STAD]
    assert improved.plan.base_of() != forde.plan.base_of()


def test_teams_that_keep_their_base_keep_their_id(forde: Result, context: EditContext) -> None:
    edited = draft.add_team(draft.join(forde.plan, FORDE, SVELGEN, context), base_in(VIK, context), context)
    names = {each.base: each.team_id for each in edited.catchments}
    improved = draft.improve(pipeline.remeasure_plan(forde, edited)).plan
    assert {each.base.name: each.team_id for each in improved.catchments} == {
        "Sogndalsfjøra": SOGNDAL, "Førde": FORDE, "Nordfjordeid": EID, "Svelgen": "T06",
    }  # fmt: skip
    assert all(names.get(each.base, each.team_id) == each.team_id for each in improved.catchments)


def test_act_areas_name_the_teams_by_their_kept_ids(two_tiers: Result) -> None:
    swapped = replace(
        two_tiers.plan,
        catchments=tuple(replace(each, team_id=f"T{k:02d}") for k, each in enumerate(two_tiers.plan.catchments, 51)),
        act=None,
    )
    improved = draft.improve(pipeline.remeasure_plan(two_tiers, swapped)).plan
    assert [each.team_id for each in improved.catchments] == [each.team_id for each in swapped.catchments]
    assert improved.act is not None
    assert two_tiers.plan.act is not None
    units = [two_tiers.plan.act_units(area) for area in two_tiers.plan.act.areas]
    assert [improved.act_units(area) for area in improved.act.areas] == units


def test_improving_says_why_the_locks_cannot_hold(forde: Result, context: EditContext) -> None:
    broken = draft.lock_units(draft.move(forde.plan, [VIK], EID, context), [VIK], context)
    with pytest.raises(PlanError):
        draft.improve(pipeline.remeasure_plan(forde, broken))


# as another plan has it


def test_a_plan_drawn_like_another_has_its_teams_under_the_ids_of_its_own(plan: Plan, context: EditContext) -> None:
    like = draft.add_team(draft.join(plan, FORDE, SVELGEN, context), base_in(VIK, context), context)
    start = draft.move(plan, [SOLUND], SOGNDAL, context)
    drawn = draft.drawn(start, like.base_of())
    assert drawn.base_of() == like.base_of()
    had = {each.base: each.team_id for each in start.catchments}
    assert {each.team_id for each in drawn.catchments if each.base in had} == {SOGNDAL, FORDE, EID}
    assert [each.team_id for each in drawn.catchments] == [SOGNDAL, FORDE, EID, "T05"]
    assert drawn.proof == Proof("", "none", ())
    assert drawn.settings is start.settings
    each_unit_once(drawn)
    assert draft.drawn(like, plan.base_of()).base_of() == plan.base_of()


def test_who_is_not_drawn_has_no_team_by_choice_or_for_the_reason_it_had(plan: Plan, context: EditContext) -> None:
    left = draft.move(plan, [KINN, VIK], None, context)
    start = replace(left, unserved=(Unserved(KINN, "no_road"), Unserved(VIK, "locked")))
    named = {unit: base for unit, base in plan.base_of().items() if unit not in {KINN, SOLUND}}
    drawn = draft.drawn(start, named)
    assert set(drawn.unserved) == {Unserved(KINN, "no_road"), Unserved(SOLUND, "locked")}
    each_unit_once(drawn)
    nobody = draft.drawn(plan, {})
    assert nobody.catchments == ()
    assert [entry.unit_code for entry in nobody.unserved] == list(plan.area.units)


def test_act_areas_stay_where_their_teams_are_drawn_again(two_tiers: Result) -> None:
    plan, context = two_tiers.plan, EditContext.of(two_tiers)
    assert plan.act is not None
    assert plan.act.areas
    again = draft.drawn(plan, plan.base_of())
    assert again.catchments == plan.catchments
    assert again.act is not None
    assert again.act.areas == plan.act.areas
    kept, gone = plan.act.areas[0].teams[:2]
    joined = draft.join(plan, kept, gone, context)
    assert draft.drawn(plan, joined.base_of()) == joined


def test_a_lock_does_not_stand_in_the_way_of_another_plan_but_is_found_broken(plan: Plan, context: EditContext) -> None:
    other = draft.move(plan, [KINN], EID, context)
    drawn = draft.drawn(draft.lock_all(plan, context), other.base_of())
    assert drawn.base_of() == other.base_of()
    assert "lock_broken" in {note.key for note in check.check(drawn, context.atlas, context.times)}


def test_units_of_another_area_cannot_be_drawn(plan: Plan, context: EditContext) -> None:
    assert "0301" in refusal(PlanError, lambda: draft.drawn(plan, {"0301": base_in(KINN, context)}))


# many edits in a row

Edit = Callable[[Plan], Plan]


def edits_at_random(chance: random.Random, plan: Plan, context: EditContext) -> Iterator[Edit]:
    """One of each kind, with whatever units, teams and bases."""
    units = chance.sample(plan.area.units, chance.randint(1, 3))
    ids = [each.team_id for each in plan.catchments] or ["T01"]
    one, other = chance.choice(ids), chance.choice(ids)
    base = chance.choice(context.times.bases)
    yield lambda plan: draft.move(plan, units, one, context)
    yield lambda plan: draft.move(plan, units, None, context)
    yield lambda plan: draft.set_base(plan, one, base, context)
    yield lambda plan: draft.add_team(plan, base, context)
    yield lambda plan: draft.join(plan, one, other, context)
    yield lambda plan: draft.divide(plan, one, context)
    yield lambda plan: draft.lock_units(plan, units, context)
    yield lambda plan: draft.unlock_units(plan, units)
    yield lambda plan: draft.lock_team(plan, one, context)
    yield lambda plan: draft.unlock_team(plan, one)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_every_unit_is_in_one_team_or_openly_in_none(
    forde: Result, several_bases: Result, seed: int
) -> None:
    chance, start = random.Random(seed), several_bases if seed % 2 else forde  # noqa: S311 - no secret
    context, plan = EditContext.of(start), start.plan
    history, done = steps.began(plan), 0
    for number in range(40):
        before, locked = plan, draft.locked_units(plan)
        edit = chance.choice(list(edits_at_random(chance, plan, context)))
        try:
            plan = edit(plan)
        except PlanError:  # somebody has locked something
            continue
        done += 1
        each_unit_once(plan)
        assert plan.demands == edits.demands(plan.settings, context.atlas)
        stayed = {unit: before.team_of().get(unit) for unit in locked}
        assert {unit: plan.team_of().get(unit) for unit in locked} == stayed
        broken = {note.key for note in check.check(plan, context.atlas, context.times)}
        assert not broken & {"lock_broken", "kept_team_changed", "not_left", "unit_not_once", "base_elsewhere"}
        history = history.did(plan, Phrase("draft.did.given", values={"units": str(number), "team": "x"}))
    assert done > 15
    there_and_back(history, context.atlas)


# words


def test_each_step_is_called_what_it_was_in_every_language(plan: Plan, context: EditContext) -> None:
    atlas = context.atlas
    left = draft.move(plan, [KINN], None, context)
    said = [
        steps.began(plan).steps[0].what,
        did_move(plan, [KINN], EID, atlas),
        did_move(plan, [KINN, VIK], EID, atlas),
        did_move(plan, [KINN], None, atlas),
        did_move(left, [KINN], EID, atlas),
        did_move(plan, plan.area.units[:6], EID, atlas),
        did_set_base(plan, SVELGEN, base_in(KINN, context), atlas),
        did_add_team(base_in(KINN, context)),
        did_join(plan, EID, SVELGEN, atlas),
        did_divide(plan, SOGNDAL, draft.divide(plan, SOGNDAL, context, base_in(VIK, context)), atlas),
        did_lock_units([KINN, VIK], atlas),
        did_unlock_units([KINN], atlas),
        did_lock_team(plan, SVELGEN, atlas),
        did_unlock_team(plan, SVELGEN, atlas),
        did_lock_all(),
        did_unlock_all(),
        did_improve(),
    ]
    assert [each.text("nb") for each in said] == [
        "Begynte her",
        "Flyttet Kinn fra Svelgen til Nordfjordeid",
        "La Kinn og Vik til Nordfjordeid",
        "Tok Kinn ut, uten team",
        "La Kinn til Nordfjordeid",
        "La Kinn, Solund, Hyllestad og 3 andre til Nordfjordeid",
        "Flyttet basen for Svelgen til Florø",
        "La til et team med base i Florø",
        "Slo Svelgen sammen med Nordfjordeid",
        "Delte Sogndalsfjøra i to, med ny base i Vikøyri",
        "Låste Kinn og Vik",
        "Låste opp Kinn",
        "Låste teamet Svelgen",
        "Låste opp teamet Svelgen",
        "Låste alt",
        "Låste opp alt",
        "Forbedret resten",
    ]
    assert all(each.text(lang) for each in said for lang in language.LANGUAGES)


def test_a_kept_team_is_called_as_the_planner_has_it_wherever_it_drives_from(
    forde: Result, context: EditContext
) -> None:
    locked = draft.lock_team(forde.plan, SVELGEN, context)
    moved = pipeline.remeasure_plan(forde, draft.set_base(locked, SVELGEN, base_in(KINN, context), context))
    assert draft.team(moved.plan, SVELGEN).base.name == "Florø"
    assert [each.name for each in moved.figures.teams] == ["Sogndalsfjøra", "Førde", "Svelgen", "Nordfjordeid"]
    assert did_unlock_team(moved.plan, SVELGEN, context.atlas).text("en") == "Unlocked the team Svelgen"


def test_no_two_teams_of_norway_have_one_name_in_a_step(norway: Result) -> None:
    plan, atlas = norway.plan, norway.atlas
    called = {each.team_id: did_lock_team(plan, each.team_id, atlas).values["team"] for each in plan.catchments}
    assert called == {each.team_id: each.name for each in norway.figures.teams}
    places = Counter(each.base.name for each in plan.catchments)
    assert max(places.values()) > 1
    for each in plan.catchments:
        alone = places[each.base.name] == 1
        assert called[each.team_id] == (each.base.name if alone else atlas.units.at[each.base.unit_code, "name"])


# all of Norway


def test_a_click_on_the_map_of_norway_is_answered_at_once(norway: Result) -> None:
    context, plan = EditContext.of(norway), norway.plan
    unit = next(u for u in plan.area.units if draft.neighbours(plan, u, context) and u not in base_units(plan))
    result, spent = norway, []
    for team_id in itertools.islice(
        itertools.cycle([draft.neighbours(plan, unit, context)[0], plan.team_of()[unit]]), 5
    ):
        start = time.perf_counter()
        edited = draft.move(result.plan, [unit], team_id, context)
        after = pipeline.remeasure_plan(result, edited)
        said(change_report.brief(change.between(result, after)))
        spent.append(time.perf_counter() - start)
        result = after
    assert min(spent) < 0.75  # a third of that on a quiet machine


def base_units(plan: Plan) -> set[str]:
    return {each.base.unit_code for each in plan.catchments}


def test_a_long_session_on_norway_stays_small_and_quick(norway: Result) -> None:
    context, plan, chance = EditContext.of(norway), norway.plan, random.Random(1)  # noqa: S311 - no secret
    history = steps.began(plan)
    while len(history.steps) < 51:
        unit = chance.choice([unit for unit in plan.area.units if unit not in base_units(plan)])
        team_id = chance.choice(draft.neighbours(plan, unit, context) or (None,))
        history = history.did(
            draft.move(history.present, [unit], team_id, context),
            did_move(plan, [unit], team_id, context.atlas),
        )
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        words = json.dumps(steps.history_content(history))
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.3  # a third of that on a quiet machine
    assert len(words) < 400_000
    assert steps.history_from(json.loads(words), context.atlas) == history
