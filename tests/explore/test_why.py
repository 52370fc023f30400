"""Why a unit is not with another team: the same as locking it by hand, and what cannot be is said."""

from __future__ import annotations

import pytest
from worlds.basics import refusal

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.errors import UnknownNameError
from factgeo.explore import why
from factgeo.explore.answers import Asked, Further, explore
from factgeo.planning import pipeline
from factgeo.planning.plan import Catchment
from factgeo.planning.result import Result

VIK, KINN, SOGNDAL, HOYANGER, BREMANGER, SOLUND, GLOPPEN = "4639", "4602", "4640", "4638", "4648", "4636", "4650"


def team_of(result: Result, unit: str) -> Catchment:
    return next(c for c in result.plan.catchments if unit in c.units)


@pytest.mark.parametrize(("unit", "other"), [(KINN, "Førde"), (BREMANGER, "Nordfjordeid"), (GLOPPEN, "Førde")])
def test_forcing_is_solving_with_the_lock_by_hand(shipped: Atlas, forde: Result, unit: str, other: str) -> None:
    base = why.find_team(other, forde).base
    answer = why.why(forde, unit, base)
    tables = {"edits": {"lock": [{"units": [unit], "base": base.unit_code}]}}
    by_hand = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), settings.load(tables=tables))
    assert answer.forced is not None
    assert answer.forced.plan.catchments == by_hand.plan.catchments
    stages = (by_hand.plan.proof.stages[-1].value, forde.plan.proof.stages[-1].value)
    assert answer.price == pytest.approx(stages[0] - stages[1])
    assert answer.price > 0
    before, after = forde.plan.base_of(), by_hand.plan.base_of()
    others = [u for u in forde.plan.area.units if u != unit]
    assert set(answer.moved) == {u for u in others if before.get(u) != after.get(u)}
    assert after[unit].unit_code == base.unit_code


def test_gains_and_losses_are_counted_from_the_cells(forde: Result) -> None:
    answer = why.why(forde, KINN, why.find_team("Førde", forde).base)
    assert answer.forced is not None

    def counted(result: Result) -> tuple[int, int]:
        within = served = 0
        for catchment in result.plan.catchments:
            minutes, persons = result.journeys.minutes(catchment.base, catchment.units)
            within, served = within + int(persons[minutes <= 60].sum()), served + int(persons.sum())
        return within, served

    now, forced = counted(forde), counted(answer.forced)
    assert (answer.within, answer.served) == (forced[0] - now[0], forced[1] - now[1])


def test_a_unit_that_is_already_there_costs_nothing(forde: Result) -> None:
    team = team_of(forde, VIK)
    answer = why.why(forde, VIK, team.base)
    assert answer.already
    assert (answer.price, answer.within, answer.served, answer.moved) == (0, 0, 0, ())


def test_what_cannot_be_is_answered_with_the_obstacle(forde: Result) -> None:
    answer = why.why(forde, VIK, why.find_team("Førde", forde).base)
    assert answer.forced is None
    assert (answer.price, answer.moved, answer.within, answer.served) == (0, (), 0, 0)
    assert answer.obstacle is not None
    assert "Vik" in answer.obstacle.message("en")
    assert "120" in answer.obstacle.message("en")


def test_a_demand_that_stands_in_the_way_is_named(shipped: Atlas) -> None:
    kept = {"name": "Nordfjord", "units": ["Bremanger", "Stad", "Gloppen", "Stryn"]}
    rules = settings.load(tables={"edits": {"keep": [kept]}})
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    into = why.why(result, KINN, why.find_team("Nordfjord", result).base)
    out = why.why(result, BREMANGER, why.find_team("Førde", result).base)
    for answer, unit in ((into, "Kinn"), (out, "Bremanger")):
        assert answer.obstacle is not None
        assert unit in answer.obstacle.message("en")
        assert "Nordfjord" in answer.obstacle.message("en")


@pytest.mark.parametrize("by", ["id", "name", "base", "unit", "code", "case"])
def test_a_team_is_found_by_what_a_planner_calls_it(forde: Result, by: str) -> None:
    team = team_of(forde, SOGNDAL)
    figures = forde.figures.teams[forde.plan.catchments.index(team)]
    texts = {"id": team.team_id, "name": figures.name, "base": team.base.name, "unit": "Vik", "code": VIK}
    text = texts.get(by, team.base.name.upper())
    assert why.find_team(text, forde) == team


@pytest.mark.parametrize("text", ["T99", "Oslo", "nowhere", "Helse Førde", "Solund", ""])
def test_an_unknown_or_ambiguous_team_is_refused_by_name(forde: Result, text: str) -> None:
    said = refusal(UnknownNameError, lambda: why.find_team(text, forde))
    assert text in said


@pytest.mark.parametrize("unit", ["Oslo", "Helse Førde", "Alta", "nowhere"])
def test_a_unit_that_is_none_of_the_area_is_refused(forde: Result, unit: str) -> None:
    said = refusal(UnknownNameError, lambda: explore(forde, Asked(why=(unit, "Førde")), Further()))
    assert unit in said


def test_a_unit_without_a_team_can_be_asked_about(forde: Result) -> None:
    assert SOLUND not in forde.plan.base_of()
    answer = why.why(forde, SOLUND, why.find_team("Førde", forde).base)
    assert answer.forced is not None or answer.obstacle is not None
    assert answer.forced is None or answer.served > 0


@pytest.mark.parametrize("goal", ["strict", "everyone"])
def test_forcing_is_never_better_stage_by_stage(shipped: Atlas, goal: str) -> None:
    """The last stage alone may gain, where an earlier one loses: the first that differs is the one that counts."""
    rules = settings.load(assignments=[f"goal.name={goal}", "goal.tolerance=0"])
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    tried = 0
    for unit, other in ((KINN, "Høyanger"), (GLOPPEN, "Høyanger"), (BREMANGER, "Gloppen")):
        answer = why.why(result, unit, why.find_team(other, result).base)
        if answer.forced is None:
            continue
        tried += 1
        values = [[round(stage.value) for stage in r.plan.proof.stages] for r in (result, answer.forced)]
        assert answer.already or values[0] < values[1]
        assert answer.price == pytest.approx(values[1][-1] - values[0][-1], abs=1.5)
    assert tried
