"""A plan in a few numbers, and what an edit has changed in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds.reports import said

from factgeo import language, settings
from factgeo.atlas.parameters import parameters
from factgeo.capacity import capacity, change
from factgeo.people.range import Range
from factgeo.planning import draft, pipeline
from factgeo.planning.draft import EditContext
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.report import change as change_report

KINN, VIK, SUNNFJORD, STAD = "4602", "4639", "4647", "4649"
SVELGEN, EID = "T03", "T04"


@pytest.fixture(scope="module")
def plan(forde: Result) -> Plan:
    return forde.plan


@pytest.fixture(scope="module")
def context(forde: Result) -> EditContext:
    return EditContext.of(forde)


def test_the_numbers_are_those_of_the_cells_and_the_residents(forde: Result) -> None:
    found, plan, cells = change.totals(forde), forde.plan, forde.journeys.cells
    residents = forde.atlas.residents[forde.atlas.residents["year"] == forde.atlas.year]
    mine = residents[residents["unit_code"].isin(plan.team_of())]
    assert found.residents == mine["persons"].sum()
    assert found.adults == mine.loc[mine["age"] >= 18, "persons"].sum()
    near, minutes, persons = 0, 0.0, 0
    for each in plan.catchments:
        for unit in each.units:
            own_minutes, own_persons = forde.journeys.minutes(each.base, (unit,))
            near += int(own_persons[own_minutes <= 60].sum())
            reached = np.isfinite(own_minutes)
            minutes += float(own_minutes[reached] @ own_persons[reached])
            persons += int(own_persons[reached].sum())
    assert found.within == found.within_60 == near
    assert found.mean_min == pytest.approx(minutes / persons)
    assert found.catchments == len(plan.catchments)
    assert len(cells)


def positions_by_hand(result: Result, model: str) -> float:
    """Team by team: as many of the target group as there are places, per position."""
    known = parameters(result.atlas, result.plan.settings)
    fact, act = capacity.standard(known, "FACT"), capacity.standard(known, "ACT")
    level = known["act_share_of_target"].shares[1]
    assert result.plan.act is not None
    below = {team_id for area in result.plan.act.areas for team_id in area.teams}
    served = [(each.act_level.central, 1, act) for each in result.figures.act]
    for each in result.figures.teams:
        rest = 1 - level if each.team_id in below else 1
        share, norm = (level, act) if model == "act" else (rest, fact)
        served.append((share * each.target_group.central, each.teams, norm))
    assert below
    return sum(
        min(persons, count * norm.caseload.central) / norm.clients_per_position.central
        for persons, count, norm in served
    )


@pytest.mark.parametrize("model", ["fact", "act"])
def test_positions_are_those_of_the_capacity(two_tiers: Result, model: str) -> None:
    rules = two_tiers.plan.settings
    rules = rules.model_copy(update={"capacity_need": rules.capacity_need.model_copy(update={"model": model})})
    result = pipeline.remeasure_plan(two_tiers, replace(two_tiers.plan, settings=rules))
    whole = capacity.totals(capacity.assess(result)).positions
    assert change.positions(result).values == pytest.approx(whole.values)
    assert change.positions(result).central == pytest.approx(positions_by_hand(result, model))


def test_the_change_tells_what_is_different_and_nothing_else(forde: Result, context: EditContext) -> None:
    edited = pipeline.remeasure_plan(forde, draft.move(forde.plan, [KINN], None, context))
    difference = change.between(forde, edited)
    assert {note.key for note in difference.new} == {"too_small"}
    assert difference.gone == ()
    lines = said(change_report.brief(difference))
    persons = int(context.atlas.population.at[KINN, "persons"])
    assert any(line.startswith(f"Innbyggere med team: −{language.number(persons)} (fra ") for line in lines)
    assert not any(line.startswith(("Opptaksområder", "Team:")) for line in lines)
    assert said(change_report.brief(change.between(forde, forde))) == []
    back = said(change_report.brief(change.between(edited, forde)))
    assert any(line.startswith(f"Innbyggere med team: +{language.number(persons)} (fra ") for line in back)
    assert back[0].startswith("Gjelder ikke lenger: T03")


def test_half_positions_are_told_as_such(forde: Result) -> None:
    difference = change.between(forde, forde)
    few = [replace(difference.before, positions=Range(n, n, n)) for n in (6.9, 7.6)]
    lines = said(change_report.brief(replace(difference, before=few[0], after=few[1])))
    assert lines == ["Stillinger (anslag): +0,5 (fra 7,0 til 7,5)"]
    many = [replace(difference.before, positions=Range(n, n, n)) for n in (70.3, 71.9)]
    lines = said(change_report.brief(replace(difference, before=many[0], after=many[1])))
    assert lines == ["Stillinger (anslag): +2 (fra 70 til 72)"]


def test_a_rule_that_stays_broken_is_not_news(forde: Result, context: EditContext) -> None:
    one = pipeline.remeasure_plan(forde, draft.move(forde.plan, [VIK], EID, context))
    two = pipeline.remeasure_plan(one, draft.move(one.plan, [STAD], SVELGEN, context))
    had, has = ({(note.key, note.team_id) for note in result.notes} for result in (one, two))
    difference = change.between(one, two)
    assert {(note.key, note.team_id) for note in difference.new} == has - had
    assert had & has


def test_another_limit_is_told_beside_the_hour(forde: Result, context: EditContext) -> None:
    rules = settings.load(assignments=["travel.minutes=30"])
    before = pipeline.remeasure_plan(forde, replace(forde.plan, settings=rules))
    after = pipeline.remeasure_plan(before, draft.move(before.plan, [SUNNFJORD], None, context))
    lines = said(change_report.brief(change.between(before, after)))
    assert [line.split(" minutter")[0] for line in lines if line.startswith("Innbyggere innen")] == [
        "Innbyggere innen 30", "Innbyggere innen 60",
    ]  # fmt: skip
    nobody = pipeline.remeasure_plan(forde, draft.move(forde.plan, forde.plan.area.units, None, context))
    assert any("–" in line for line in said(change_report.brief(change.between(forde, nobody))))
