"""Plans read back, and plans that somebody changed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from worlds.basics import refusal

from factgeo import language
from factgeo import settings as factgeo_settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import plan as plan_contract
from factgeo.errors import FactgeoError, PlanError
from factgeo.planning import pipeline, planfields, planfile, steps
from factgeo.planning.check import check
from factgeo.planning.plan import NO_PROOF
from factgeo.planning.result import Result
from factgeo.report import plan as plan_report
from factgeo.report.writers import markdown

Json = dict[str, Any]


def written(content: Json, folder: Path) -> Path:
    (folder / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def content(forde: Result) -> str:
    return json.dumps(plan_contract.plan_json(forde))


def test_a_plan_comes_back_as_it_was(shipped: Atlas, forde: Result, content: str, tmp_path: Path) -> None:
    plan = planfile.read(written(json.loads(content), tmp_path), shipped)
    assert plan.catchments == forde.plan.catchments
    assert set(plan.unserved) == set(forde.plan.unserved)
    assert plan.settings == forde.plan.settings
    assert check(plan, shipped, forde.journeys) == []
    assert planfile.read(tmp_path / "plan.json", shipped) == plan


def test_a_plan_with_two_tiers_and_more_bases_comes_back(shipped: Atlas, tmp_path: Path) -> None:
    rules = factgeo_settings.load(presets=["two-tier"], assignments=["bases.per_unit=2"])
    result = pipeline.propose(shipped, areas.resolve("Helse Bergen", shipped), rules)
    plan = planfile.read(written(plan_contract.plan_json(result), tmp_path), shipped)
    assert plan.act is not None
    assert plan.act.areas == (result.plan.act.areas if result.plan.act else None)
    assert check(plan, shipped, result.journeys) == []


def move(content: Json, unit: str, team: str) -> None:
    for entry in content["teams"]:
        entry["units"] = [code for code in entry["units"] if code != unit]
        if entry["team_id"] == team:
            entry["units"].append(unit)


@pytest.mark.parametrize(
    ("edit", "keys"),
    [
        (lambda c: move(c, "4639", "T04"), {"in_pieces", "other_price"}),
        (lambda c: c["teams"][0]["units"].append("4647"), {"unit_not_once"}),
        (lambda c: c["teams"][0]["units"].remove("4640"), {"base_elsewhere"}),
        (lambda c: c["rules"]["size"].update(minimum=40_000), {"too_small"}),
        (lambda c: c["rules"]["teams"].update(at_least=6), {"other_number_of_teams"}),
        (lambda c: c["rules"]["bases"].update(required=["Vik"]), {"required_base_unused"}),
        (lambda c: c["rules"]["travel"].update(hard=True), {"too_few_within"}),
        (lambda c: c["rules"]["travel"].update(too_far=30), {"unit_too_far"}),
        (lambda c: c["solver"]["stages"][0].update(value=1.0), {"other_price"}),
    ],
)  # fmt: skip
def test_a_plan_edited_by_hand_is_checked_as_strictly_as_our_own(
    shipped: Atlas, forde: Result, content: str, tmp_path: Path, edit: Callable[[Json], object], keys: set[str]
) -> None:
    changed = json.loads(content)
    edit(changed)
    plan = planfile.read(written(changed, tmp_path), shipped)
    assert keys <= {finding.key for finding in check(plan, shipped, forde.journeys)}


def stage(content: Json, **values: object) -> None:
    content["solver"]["stages"][0].update(values)


@pytest.mark.parametrize(
    "edit",
    [
        lambda c: move(c, "4639", "T04"),
        lambda c: c["rules"]["goal"].update(beyond_price=1),
        lambda c: stage(c, value=1.0, bound=1.0),
        lambda c: stage(c, bound=9e9),
        lambda c: stage(c, bound=1.0),
        lambda c: stage(c, gap=0.5),
        lambda c: stage(c, goal="minutes"),
        lambda c: stage(c, status="time_limit"),
        lambda c: c["solver"].update(stages=[]),
        lambda c: c["solver"]["stages"].append(c["solver"]["stages"][0]),
    ],
)  # fmt: skip
def test_a_proof_that_does_not_hold_is_shown_nowhere(
    shipped: Atlas, forde: Result, content: str, tmp_path: Path, edit: Callable[[Json], object]
) -> None:
    changed = json.loads(content)
    edit(changed)
    found = pipeline.remeasure_plan(forde, planfile.read(written(changed, tmp_path), shipped))
    assert found.proof == NO_PROOF
    said = markdown.write(plan_report.report(found))
    assert "bevist best" not in said
    assert "ikke holder" in said
    again = plan_contract.plan_json(found)
    assert (again["solver"]["status"], again["solver"]["stages"]) == ("none", [])
    assert planfile.read(written(again, tmp_path), shipped).catchments == found.plan.catchments


def test_a_proof_that_was_read_is_said_to_be_the_file_s(
    shipped: Atlas, forde: Result, content: str, tmp_path: Path
) -> None:
    found = pipeline.remeasure_plan(forde, planfile.read(written(json.loads(content), tmp_path), shipped))
    assert found.proof.status == "optimal"
    assert "i filen som planen er lest fra" in language.written(plan_report.proof(found))
    assert "i filen" not in language.written(plan_report.proof(forde))
    kept = planfile.from_content(steps.plan_content(found.plan), shipped, Path())
    assert kept.proof.claimed


@pytest.mark.parametrize(("name", "value"), [("status", "certain"), ("value", "much"), ("value", None)])
def test_a_proof_of_another_make_is_refused(
    shipped: Atlas, content: str, tmp_path: Path, name: str, value: object
) -> None:
    changed = json.loads(content)
    stage(changed, **{name: value})
    assert "plan.json" in refusal(PlanError, lambda: planfile.read(written(changed, tmp_path), shipped))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda c: c.pop("teams"), "teams"),
        (lambda c: c["rules"].update(border="moon"), "border"),
        (lambda c: c["teams"][0]["units"].append("9999"), "9999"),
        (lambda c: c["teams"][0]["base"].update(lon=5.0), "Sogndalsfjøra"),
        (lambda c: c.update(pack_digest="0" * 64), "000000000000"),
        (lambda c: c.update(schema="other"), "factgeo.plan/1"),
        (lambda c: c["unserved"][0].update(reason="bad luck"), "bad luck"),
        (lambda c: c.update(rules="factgeo.plan/1"), "field rules"),
        (lambda c: c.update(teams={}), "field teams"),
        (lambda c: c["rules"].update(edits={"leave": ["Narnia"]}), "Narnia"),
        (lambda c: c["rules"].update(act_areas={"enabled": True}), "solver.stages (act_areas)"),
        (lambda c: c["teams"][1].update(team_id="T01"), "T01 stands twice in the field teams"),
        (lambda c: c["teams"][1].update(team_id=2), "teams[2].team_id"),
        (lambda c: c["teams"][1].update(units=[]), "teams[2].units"),
        (lambda c: c["teams"][0]["units"].append(c["teams"][0]["units"][0]), "twice in the field teams[1].units"),
        (lambda c: c["teams"][0]["base"].update(lat="61"), "teams[1].base.lat"),
        (lambda c: c["area"]["unit_codes"].append("4647"), "4647 stands twice in the field area.unit_codes"),
        (lambda c: c["area"]["unit_codes"].remove("4647"), "names 4647, which is not in the plan’s area"),
        (lambda c: c["area"].update(unit_codes=[4647]), "area.unit_codes[1]"),
        (lambda c: c["solver"]["stages"][0].update(goal="luck"), "solver.stages[1].goal"),
        (lambda c: c["solver"]["stages"][0].update(value=None), "solver.stages[1].value"),
        (lambda c: c["solver"]["stages"][0].update(value=1e300), "solver.stages[1].value"),
        (lambda c: c["solver"].update(status=True), "solver.status"),
        (lambda c: c["solver"].pop("stages"), "solver.stages"),
        (lambda c: c["unserved"].append("4647"), "unserved["),
        (lambda c: c.update(act_areas=[{"base": None, "teams": []}]), "act_areas[1].base"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_read_says_which_field(
    shipped: Atlas, content: str, tmp_path: Path, edit: Callable[[Json], object], said: str
) -> None:
    changed = json.loads(content)
    edit(changed)
    message = refusal(PlanError, lambda: planfile.read(written(changed, tmp_path), shipped))
    assert said in message
    assert "plan.json" in message


def test_a_plan_older_than_the_second_tier_is_read(shipped: Atlas, forde: Result, content: str, tmp_path: Path) -> None:
    older = json.loads(content)
    del older["act_areas"], older["rules"]["act_areas"], older["rules"]["potential"]
    assert planfile.read(written(older, tmp_path), shipped).catchments == forde.plan.catchments


@pytest.mark.parametrize("text", ["1" * 5_000, "[" * 200_000, '{"schema": NaN}', '{"schema": 1, "schema": 2}', "["])
def test_a_plan_beyond_the_limits_of_json_is_refused_by_name(shipped: Atlas, tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    assert "plan.json cannot be read" in refusal(PlanError, lambda: planfile.read(tmp_path, shipped))


def test_a_file_that_is_no_plan_is_refused(shipped: Atlas, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{", encoding="utf-8")
    assert "plan.json" in refusal(PlanError, lambda: planfile.read(tmp_path, shipped))
    assert "nowhere" in refusal(PlanError, lambda: planfile.read(tmp_path / "nowhere", shipped))


ELSEWHERE = "tcp://192.0.2.1:8786"


def test_no_plan_says_on_whose_machines_to_compute(shipped: Atlas, forde: Result, content: str, tmp_path: Path) -> None:
    changed = json.loads(content)
    changed["rules"]["scheduler"] = ELSEWHERE
    plan = planfile.read(written(changed, tmp_path), shipped)
    assert plan.settings == forde.plan.settings
    kept = steps.history_content(steps.began(forde.plan))
    kept["rules"][0]["scheduler"] = ELSEWHERE
    assert steps.history_from(kept, shipped).present == forde.plan
    own = factgeo_settings.load(start=plan.settings, assignments=["scheduler=tcp://mine:8786"])
    assert own.scheduler == "tcp://mine:8786"


def test_where_a_plan_was_computed_is_written_into_no_file(forde: Result) -> None:
    elsewhere = replace(forde.plan, settings=forde.plan.settings.model_copy(update={"scheduler": ELSEWHERE}))
    files = (
        plan_contract.plan_json(replace(forde, plan=elsewhere)),
        steps.plan_content(elsewhere),
        steps.history_content(steps.began(elsewhere)),
    )
    assert all(ELSEWHERE not in json.dumps(each) for each in files)


def test_all_fields_that_are_missing_or_impossible_are_named_at_once(
    shipped: Atlas, content: str, tmp_path: Path
) -> None:
    wrong = json.loads(content)
    del wrong["area"]["name"]
    wrong["teams"][1]["base"]["lon"] = 500
    wrong["teams"][0]["units"][0] = "46\n01"
    said = refusal(PlanError, lambda: planfile.read(written(wrong, tmp_path), shipped))
    assert said.startswith("3 mistakes")
    assert all(field in said for field in ("area.name", "teams[2].base.lon", "teams[1].units[1]"))


def test_all_names_that_stand_twice_or_outside_are_named_at_once(shipped: Atlas, content: str, tmp_path: Path) -> None:
    wrong = json.loads(content)
    wrong["teams"][0]["units"] *= 2
    wrong["teams"][1]["units"].append("0301")
    wrong["teams"][2]["team_id"] = wrong["teams"][1]["team_id"]
    said = refusal(PlanError, lambda: planfile.read(written(wrong, tmp_path), shipped))
    assert said.startswith("3 mistakes")
    assert all(field in said for field in ("teams[1].units", "teams[2].units", wrong["teams"][1]["team_id"]))


def test_all_rules_that_are_wrong_and_all_bases_that_are_none_are_named_at_once(
    shipped: Atlas, content: str, tmp_path: Path
) -> None:
    wrong = json.loads(content)
    wrong["rules"]["travel"]["minutes"] = -1
    wrong["rules"]["tea"] = 1
    said = refusal(PlanError, lambda: planfile.read(written(wrong, tmp_path), shipped))
    assert said.count("the rules cannot be used") == 2
    assert "travel.minutes" in said
    assert "tea" in said
    wrong = json.loads(content)
    for team in wrong["teams"][:2]:
        team["base"]["lon"] = 5.0
    assert refusal(PlanError, lambda: planfile.read(written(wrong, tmp_path), shipped)).startswith("2 mistakes")


def test_all_rows_of_a_table_that_are_wrong_are_named_at_once(shipped: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(
        "unit_code;team_id;base_unit;base_lon;base_lat\nVikk;A;4639;6;61\n4640;A;4640;600;6100\n4641;A;;;\n4641;B;;;\n",
        encoding="utf-8",
    )
    said = refusal(FactgeoError, lambda: planfile.read(path, shipped)).split("\n- ")[1:]
    assert [next(line for line in (2, 3, 4, 5) if f"line {line}" in each) for each in said] == [2, 5, 3, 3]


def test_a_name_that_stands_twice_is_found_in_no_time(tmp_path: Path) -> None:
    names = [str(k) for k in range(9_999)]
    area = planfields.GivenArea(name="A", unit_codes=[*names, names[-1]])
    proof = planfields.GivenSolver(name="x", status="optimal", stages=[])
    given = planfields.GivenPlan(pack_digest="x", area=area, rules={}, teams=[], unserved=[], solver=proof)
    said = refusal(PlanError, lambda: planfields.refuse_contradictions(given, tmp_path))
    assert names[-1] in said
