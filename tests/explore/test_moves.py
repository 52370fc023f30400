"""The smallest change from a previous plan, and plans that planners write as tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from worlds.basics import REPO, refusal

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.cli.command import _area
from factgeo.contract import plan as plan_contract
from factgeo.errors import FactgeoError, PlanError, SourceError, UnknownNameError
from factgeo.explore import moves
from factgeo.planning import pipeline, planfile
from factgeo.planning.check import check
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.settings import Settings

Save = Callable[[str, str | bytes], Path]
AREA = "Helse Førde"
SLIDE = REPO / "configs" / "examples" / "helse-forde-lysbilde.csv"


@pytest.fixture(scope="module")
def drawn(shipped: Atlas, forde: Result) -> Result:
    """A plan that keeps every rule but is not the best: locked to three teams."""
    del forde
    rules = settings.load(assignments=["teams.at_least=3", "teams.at_most=3"])
    return pipeline.propose(shipped, areas.resolve(AREA, shipped), rules)


def from_plan(atlas: Atlas, previous: Plan, price: int, *, rules: Settings | None = None) -> Result:
    start = (rules or settings.load()).model_copy(
        update={"moves": settings.load(assignments=[f"moves.price={price}"]).moves}
    )
    return pipeline.propose(atlas, previous.area, moves.from_plan(start, previous))


def moved_persons(result: Result, previous: Plan) -> int:
    """Residents who had a team and have another base now, or none: unit by unit."""
    before, after = previous.base_of(), result.plan.base_of()
    persons = result.journeys.cells.groupby("unit_code")["persons"].sum()
    return sum(int(persons[unit]) for unit, base in before.items() if after.get(unit) != base)


def without_price(result: Result, previous: Plan, price: int) -> float:
    return result.plan.proof.stages[-1].value - price * moved_persons(result, previous)


def test_at_no_price_the_free_optimum_comes_back(shipped: Atlas, forde: Result, drawn: Result) -> None:
    result = from_plan(shipped, drawn.plan, 0)
    assert result.plan.catchments == forde.plan.catchments
    assert result.plan.proof.stages[-1].value == pytest.approx(forde.plan.proof.stages[-1].value)


def test_at_a_huge_price_nobody_moves(shipped: Atlas, drawn: Result) -> None:
    result = from_plan(shipped, drawn.plan, 1_000_000)
    assert result.plan.base_of() == drawn.plan.base_of()
    assert moves.find(result, drawn.plan) == ()


def test_a_higher_price_moves_no_more_people_and_costs_no_fewer_minutes(
    shipped: Atlas, forde: Result, drawn: Result
) -> None:
    free = forde.plan.proof.stages[-1].value
    moved, worth = [], []
    for price in (0, 20, 100, 500, 5000):
        result = from_plan(shipped, drawn.plan, price)
        moved.append(moved_persons(result, drawn.plan))
        worth.append(without_price(result, drawn.plan, price))
        assert check(result.plan, shipped, result.journeys) == []
    assert moved == sorted(moved, reverse=True)
    assert worth == pytest.approx(sorted(worth))
    assert moved[0] > moved[-1]
    assert worth[0] == pytest.approx(free)


def test_each_move_says_from_where_to_where_and_what_staying_would_cost(shipped: Atlas, drawn: Result) -> None:
    result = from_plan(shipped, drawn.plan, 100)
    found = moves.find(result, drawn.plan)
    before, after = drawn.plan.base_of(), result.plan.base_of()
    assert {move.unit for move in found} == {unit for unit in before if after.get(unit) != before[unit]}
    assert sum(move.persons for move in found) == moved_persons(result, drawn.plan)
    assert [move.persons for move in found] == sorted((move.persons for move in found), reverse=True)
    for move in found:
        assert (move.before, move.after) == (before[move.unit], after.get(move.unit))
        assert move.cost is not None
        assert move.cost.forced is None or move.cost.price >= -1e-6


def test_a_previous_plan_that_is_no_longer_allowed_is_left_as_little_as_can_be(shipped: Atlas, forde: Result) -> None:
    gone = forde.plan.catchments[0].base
    rules = settings.load(tables={"bases": {"forbidden": [gone.unit_code]}})
    result = from_plan(shipped, forde.plan, 1_000_000, rules=rules)
    assert gone not in result.plan.base_of().values()
    kept = [c for c in forde.plan.catchments[1:] if set(c.units) <= set(result.plan.base_of())]
    assert all(result.plan.base_of()[unit] == c.base for c in kept for unit in c.units)
    assert check(result.plan, shipped, result.journeys) == []


def test_the_check_finds_moves_that_were_not_paid_for(shipped: Atlas, drawn: Result) -> None:
    result = from_plan(shipped, drawn.plan, 100)
    stage = result.plan.proof.stages[-1]
    cheaper = replace(stage, value=without_price(result, drawn.plan, 100))
    broken = replace(result.plan, proof=replace(result.plan.proof, stages=(cheaper,)))
    assert {finding.key for finding in check(broken, shipped, result.journeys)} == {"other_price"}


def test_a_plan_of_another_area_is_refused_by_both_names(shipped: Atlas, forde: Result) -> None:
    said = refusal(PlanError, lambda: _area("Finnmarkssykehuset", forde.plan, shipped))
    assert "Finnmarkssykehuset" in said
    assert "Helse Førde" in said
    assert _area(None, forde.plan, shipped) == forde.plan.area
    assert _area(AREA, forde.plan, shipped) == forde.plan.area


def test_a_plan_of_another_pack_is_refused(shipped: Atlas, forde: Result, tmp_path: Path) -> None:
    content = plan_contract.plan_json(forde) | {"pack_digest": "f" * 64}
    (tmp_path / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    assert "ffffffffffff" in refusal(PlanError, lambda: planfile.read(tmp_path, shipped))


def test_a_plan_that_was_moved_comes_back_with_its_previous_bases(
    shipped: Atlas, drawn: Result, tmp_path: Path
) -> None:
    result = from_plan(shipped, drawn.plan, 100)
    (tmp_path / "plan.json").write_text(json.dumps(plan_contract.plan_json(result)), encoding="utf-8")
    back = planfile.read(tmp_path, shipped)
    assert back.settings.moves == result.plan.settings.moves
    assert back.settings.digest() == result.plan.settings.digest()
    assert check(back, shipped, result.journeys) == []


# tables


def table(result: Result, *, bases: bool) -> str:
    lines = ["unit_code;team_id" + (";base_unit;base_lon;base_lat" if bases else "")]
    base_of, team_of = result.plan.base_of(), result.plan.team_of()
    for unit in result.plan.area.units:
        base = base_of.get(unit)
        place = f";{base.unit_code};{base.lon};{base.lat}" if base else ";;;"
        lines.append(f"{unit};{team_of.get(unit, '')}" + (place if bases else ""))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("bases", [True, False])
def test_a_plan_as_a_table_is_the_same_plan(shipped: Atlas, forde: Result, save: Save, bases: bool) -> None:  # noqa: FBT001
    plan = planfile.read(save("plan.csv", table(forde, bases=bases)), shipped)
    assert plan.team_of() == forde.plan.team_of()
    assert {u.unit_code: u.reason for u in plan.unserved} == {u.unit_code: "locked" for u in forde.plan.unserved}
    assert plan.area == forde.plan.area
    if bases:
        assert plan.base_of() == forde.plan.base_of()
        assert from_plan(shipped, plan, 1_000_000).plan.catchments == forde.plan.catchments


def test_a_table_without_bases_gets_those_with_fewest_person_minutes(shipped: Atlas, forde: Result, save: Save) -> None:
    plan = planfile.read(save("plan.csv", table(forde, bases=False)), shipped)
    for catchment in plan.catchments:
        cost = {}
        for base in forde.journeys.bases:
            if base.unit_code in catchment.units:
                minutes, persons = forde.journeys.minutes(base, catchment.units)
                cost[base] = float((minutes.clip(max=10_000) * persons)[minutes < 10_000].sum())
                cost[base] += 240 * float(persons[minutes >= 10_000].sum())
        assert cost[catchment.base] == pytest.approx(min(cost.values()))


@pytest.mark.parametrize(
    ("rows", "error", "named"),
    [
        ("4602;T01\nKinn;T02", PlanError, ["line 3", "Kinn"]),
        ("4602;T01\nNordfjord;T02", PlanError, ["line 3", "Kinn"]),
        ("4602;T01\n9999;T02", UnknownNameError, ["plan.csv", "line 3", "9999"]),
        ("4602;T01\n;T02", UnknownNameError, ["plan.csv", "line 3"]),
    ],
)
def test_a_table_that_names_a_unit_twice_or_not_at_all_is_refused(
    shipped: Atlas, save: Save, rows: str, error: type[FactgeoError], named: list[str]
) -> None:
    said = refusal(error, lambda: planfile.read(save("plan.csv", f"unit_code;team_id\n{rows}\n"), shipped))
    assert all(name in said for name in named)


@pytest.mark.parametrize("place", ["4602;5.0;61.0", "4647;5.03;61.6", "9999;5.0;61.0"])
def test_a_base_that_is_none_is_refused_by_team(shipped: Atlas, save: Save, place: str) -> None:
    content = f"unit_code;team_id;base_unit;base_lon;base_lat\n4602;Kyst;{place}\n"
    assert "Kyst" in refusal(PlanError, lambda: planfile.read(save("plan.csv", content), shipped))


def test_a_team_with_two_bases_is_refused_by_line(shipped: Atlas, forde: Result, save: Save) -> None:
    first, second = (next(base for base in forde.journeys.bases if base.unit_code == unit) for unit in ("4602", "4647"))
    rows = [f"{base.unit_code};T;{base.unit_code};{base.lon};{base.lat}" for base in (first, second)]
    content = "\n".join(["unit_code;team_id;base_unit;base_lon;base_lat", *rows])
    said = refusal(PlanError, lambda: planfile.read(save("plan.csv", content), shipped))
    assert "plan.csv, line 3" in said


@pytest.mark.parametrize("place", ["4602;x;61.0", "4602;;61.0", "4602;5.0;900", "4602;nan;61"])
def test_a_base_without_degrees_is_refused_by_line(shipped: Atlas, save: Save, place: str) -> None:
    content = f"unit_code;team_id;base_unit;base_lon;base_lat\n4602;Kyst;{place}\n"
    said = refusal(SourceError, lambda: planfile.read(save("plan.csv", content), shipped))
    assert "line 2" in said


def test_a_city_of_districts_is_named_by_its_municipality(shipped: Atlas, save: Save) -> None:
    plan = planfile.read(save("plan.csv", "unit_code,team_id\n4601,B\n"), shipped)
    districts = shipped.units.index[shipped.units["municipality_code"] == "4601"]
    assert len(districts) > 1
    assert set(plan.catchments[0].units) == set(districts)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"unit_code\n4602\n", b"unit_code;team_id\n"])
def test_a_table_of_another_make_is_refused_by_name(shipped: Atlas, save: Save, content: bytes) -> None:
    assert "plan.csv" in refusal(SourceError, lambda: planfile.read(save("plan.csv", content), shipped))


def test_a_table_where_nobody_has_a_team_is_a_plan_of_nothing(shipped: Atlas, save: Save) -> None:
    plan = planfile.read(save("plan.csv", "unit_code;team_id\n4602;\n4647;\n"), shipped)
    assert plan.catchments == ()
    assert [u.unit_code for u in plan.unserved] == ["4602", "4647"]


def test_the_slide_can_be_the_plan_to_start_from(shipped: Atlas) -> None:
    """It breaks rules (Solund is too far away), so even at a huge price something moves, and as little as can be."""
    slide = planfile.read(SLIDE, shipped)
    result = from_plan(shipped, slide, 1_000_000)
    assert check(result.plan, shipped, result.journeys) == []
    found = {move.unit for move in moves.find(result, slide)}
    assert "4636" in found
    assert moved_persons(result, slide) < 20_000
