"""Goals, demands on the whole plan, and requests that cannot be met, on the shipped pack.

Every figure of a proof is added up again here from the cells, one by one.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from worlds.basics import REPO, refusal

from factgeo import cli, language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import plan as plan_contract
from factgeo.errors import FactgeoError, PlanError, SettingsError
from factgeo.planning import pipeline
from factgeo.planning.check import check
from factgeo.planning.plan import Plan
from factgeo.planning.propose import engine
from factgeo.planning.result import Result
from factgeo.report import plan as plan_report

STAGES = {
    "balanced": ["balanced"],
    "strict": ["reach", "served", "minutes"],
    "everyone": ["served", "reach", "minutes"],
    "fewest_teams": ["teams", "balanced"],
}
FLOOR = {
    "Helse Førde": 0.7,
    "Finnmarkssykehuset": 0.4,
    "Nordlandssykehuset": 0.75,
    "Helse Fonna": 0.9,
    "Lofoten": 0.5,
}  # a reach that is possible there
UNREACHABLE_S = 240 * 60
every_area = pytest.mark.parametrize("area", ["Helse Førde", "Finnmarkssykehuset", "Nordlandssykehuset", "Lofoten"])
every_goal = pytest.mark.parametrize("goal", STAGES)


def load(*assignments: str) -> settings.Settings:
    return settings.load(assignments=assignments)


@cache
def plan(atlas: Atlas, area: str, *assignments: str) -> Result:
    return pipeline.propose(atlas, areas.resolve(area, atlas), load(*assignments))


def by_goal(atlas: Atlas, area: str, goal: str, *more: str) -> Result:
    return plan(atlas, area, f"goal.name={goal}", f"goal.reach_floor={FLOOR[area]}", *more)


def seconds_to(result: Result) -> dict[str, list[tuple[int, int]]]:
    """(seconds, residents) of each cell by team, unreachable as 240 minutes; "" for those without a team."""
    rows = {base: row for row, base in enumerate(result.journeys.bases)}
    base_of, team_of = result.plan.base_of(), result.plan.team_of()
    cells: dict[str, list[tuple[int, int]]] = {}
    table = result.journeys.cells
    for column, (unit, persons) in enumerate(zip(table["unit_code"], table["persons"], strict=True)):
        away = int(result.journeys.seconds[rows[base_of[unit]], column]) if unit in base_of else 0
        cells.setdefault(team_of.get(unit, ""), []).append((min(away, UNREACHABLE_S), int(persons)))
    return cells


def added_up(result: Result) -> dict[str, float]:
    """What each kind of stage adds up, from the cells."""
    cells = seconds_to(result)
    left_out = sum(persons for _, persons in cells.pop("", []))
    minutes = sum(away * persons for some in cells.values() for away, persons in some) / 60
    beyond = sum(persons for some in cells.values() for away, persons in some if away > 3600)
    teams = sum(math.ceil(sum(persons for _, persons in some) / 50_000) for some in cells.values())
    price = minutes + 1000 * beyond + 1500 * left_out
    return {"minutes": minutes, "reach": beyond + left_out, "served": left_out, "teams": teams, "balanced": price}


def shares_within(result: Result) -> dict[str, float]:
    """Share of each catchment's residents within 60 minutes of its base."""
    cells = seconds_to(result)
    cells.pop("", None)
    return {
        team: sum(p for away, p in some if away <= 3600) / sum(p for _, p in some) for team, some in cells.items()
    }  # fmt: skip


def teams(result: Result) -> int:
    return int(added_up(result)["teams"])


def price(result: Result) -> float:
    return result.plan.proof.stages[-1].value


def population(result: Result) -> int:
    return int(result.journeys.cells["persons"].sum())


# goals


@every_area
@every_goal
def test_each_goal_proves_its_own_stages_and_the_plan_holds(shipped: Atlas, area: str, goal: str) -> None:
    result = by_goal(shipped, area, goal)
    proof = result.plan.proof
    assert [stage.goal for stage in proof.stages] == STAGES[goal]
    assert proof.status == "optimal"
    for stage in proof.stages:
        assert stage.status == "optimal"
        assert stage.bound <= stage.value
        assert stage.gap <= 1e-6
    assert check(result.plan, shipped, result.journeys) == []


@every_area
@every_goal
def test_the_proof_states_what_the_cells_add_up_to(shipped: Atlas, area: str, goal: str) -> None:
    result = by_goal(shipped, area, goal)
    found, room = added_up(result), 0.001 * population(result)
    *earlier, last = result.plan.proof.stages
    assert last.value == pytest.approx(found[last.goal], rel=1e-9)
    for stage in earlier:
        assert stage.bound <= found[stage.goal] + 1e-6
        assert found[stage.goal] <= stage.value + (0 if stage.goal == "teams" else room)


@every_area
def test_no_goal_beats_another_at_what_that_one_puts_first(shipped: Atlas, area: str) -> None:
    of = {goal: added_up(by_goal(shipped, area, goal, "goal.tolerance=0")) for goal in STAGES}
    for goal, stages in STAGES.items():
        assert of[goal][stages[0]] <= min(other[stages[0]] for name, other in of.items() if name != "fewest_teams")
    assert of["strict"]["reach"] <= of["balanced"]["reach"]
    assert of["everyone"]["served"] <= of["strict"]["served"]


def test_the_order_of_the_stages_makes_another_plan(shipped: Atlas) -> None:
    strict, everyone = (added_up(by_goal(shipped, "Helse Førde", goal)) for goal in ("strict", "everyone"))
    assert everyone["served"] < strict["served"]
    assert strict["reach"] < everyone["reach"]


@pytest.mark.parametrize("goal", ["strict", "everyone"])
@every_area
def test_without_tolerance_later_stages_cost_the_earlier_ones_nothing(shipped: Atlas, area: str, goal: str) -> None:
    result = by_goal(shipped, area, goal, "goal.tolerance=0")
    found = added_up(result)
    assert [stage.value for stage in result.plan.proof.stages] == pytest.approx([found[name] for name in STAGES[goal]])


def test_a_larger_tolerance_is_kept_and_saves_minutes(shipped: Atlas) -> None:
    minutes = []
    for tolerance in (0, 0.02, 0.1):
        result = plan(shipped, "Helse Førde", "goal.name=strict", f"goal.tolerance={tolerance}")
        best, found = result.plan.proof.stages, added_up(result)
        for stage in best[:2]:
            assert found[stage.goal] <= stage.value + tolerance * population(result)
        minutes.append(found["minutes"])
    assert all(later < earlier for earlier, later in pairwise(minutes))


@pytest.mark.parametrize(("area", "fewest"), [("Helse Førde", 3), ("Helse Fonna", 5)])
def test_the_fewest_teams_keep_the_floor_and_one_team_less_cannot(shipped: Atlas, area: str, fewest: int) -> None:
    result = by_goal(shipped, area, "fewest_teams")
    assert 1 - added_up(result)["reach"] / population(result) >= FLOOR[area]
    assert teams(result) == result.plan.proof.stages[0].value == fewest
    with pytest.raises(PlanError):
        by_goal(shipped, area, "fewest_teams", f"teams.at_most={fewest - 1}")


def test_a_higher_floor_takes_more_teams(shipped: Atlas) -> None:
    low, high = (
        plan(shipped, "Helse Førde", "goal.name=fewest_teams", f"goal.reach_floor={floor}") for floor in (0.3, 0.74)
    )
    assert teams(low) < teams(high)


def test_without_a_floor_the_fewest_teams_are_none(shipped: Atlas) -> None:
    result = plan(shipped, "Helse Førde", "goal.name=fewest_teams", "goal.reach_floor=0")
    assert result.plan.catchments == ()
    assert added_up(result)["served"] == population(result)


# demands on the whole plan


def test_the_best_number_of_teams_is_the_best_of_all_numbers(shipped: Atlas) -> None:
    free = plan(shipped, "Helse Førde")
    exactly = {n: plan(shipped, "Helse Førde", f"teams.at_least={n}", f"teams.at_most={n}") for n in range(1, 6)}
    assert {n: teams(result) for n, result in exactly.items()} == {n: n for n in exactly}
    assert min(map(price, exactly.values())) == pytest.approx(price(free))
    assert price(exactly[teams(free)]) == pytest.approx(price(free))
    for result in exactly.values():
        assert check(result.plan, shipped, result.journeys) == []


def test_at_least_and_at_most_cost_what_the_nearest_number_costs(shipped: Atlas) -> None:
    more, fewer = plan(shipped, "Helse Førde", "teams.at_least=5"), plan(shipped, "Helse Førde", "teams.at_most=3")
    assert (teams(more), teams(fewer)) == (5, 3)
    assert price(more) > price(plan(shipped, "Helse Førde"))
    assert price(fewer) > price(plan(shipped, "Helse Førde"))
    assert price(plan(shipped, "Helse Førde", "teams.at_most=9")) == pytest.approx(price(plan(shipped, "Helse Førde")))


def test_several_teams_at_one_base_count_as_several(shipped: Atlas) -> None:
    free = plan(shipped, "Nordlandssykehuset")
    assert (len(free.plan.catchments), teams(free)) == (4, 5)
    fewer = plan(shipped, "Nordlandssykehuset", "teams.at_most=4")
    assert teams(fewer) == 4
    assert check(fewer.plan, shipped, fewer.journeys) == []


@pytest.mark.parametrize("area", ["Helse Førde", "Nordlandssykehuset"])
def test_hard_travel_holds_in_every_catchment_and_costs(shipped: Atlas, area: str) -> None:
    prices = [price(plan(shipped, area))]
    for share in (0.75, 0.85, 0.95):
        result = plan(shipped, area, "travel.hard=true", f"travel.hard_share={share}")
        assert result.plan.catchments
        assert min(shares_within(result).values()) >= share
        assert check(result.plan, shipped, result.journeys) == []
        prices.append(price(result))
    assert prices == sorted(prices)
    assert prices[0] < prices[-1]


def test_a_hard_share_with_four_decimals_is_kept_as_well(shipped: Atlas) -> None:
    """The best plan for 0.75 has a catchment with 0.75126 of its residents within an hour."""
    result = plan(shipped, "Helse Førde", "travel.hard=true", "travel.hard_share=0.7514")
    assert min(shares_within(result).values()) >= 0.7514


@pytest.mark.parametrize(
    ("who", "minimum", "ages"),
    [("12-25", 3700, (12, 25)), ("65+", 4800, (65, 200)), ("adults", 18_000, (18, 200)), ("all", 24_000, (0, 200))],
)
def test_a_catchment_has_enough_of_those_who_are_counted(
    shipped: Atlas, who: str, minimum: int, ages: tuple[int, int]
) -> None:
    result = plan(shipped, "Helse Førde", f"size.who={who}", f"size.minimum={minimum}")
    now = shipped.residents[shipped.residents["year"] == 2026]
    of_age = now[(now["age"] >= ages[0]) & (now["age"] <= ages[1])].groupby("unit_code")["persons"].sum()
    assert result.plan.catchments
    assert all(of_age[list(catchment.units)].sum() >= minimum for catchment in result.plan.catchments)
    assert price(result) > price(plan(shipped, "Helse Førde"))
    assert check(result.plan, shipped, result.journeys) == []


# the check


def other_rules(result: Result, **tables: object) -> Plan:
    """The plan as if it had been made under other rules."""
    rules = result.plan.settings
    changes = {
        name: getattr(rules, name).model_copy(update=values)  # type: ignore[attr-defined]
        for name, values in tables.items()
    }
    return replace(result.plan, settings=rules.model_copy(update=changes))


@pytest.mark.parametrize(
    ("broken", "rules", "said"),
    [
        ("too_few_within", {"travel": {"hard": True, "hard_share": 0.9}}, "90"),
        ("other_number_of_teams", {"teams": {"at_least": 5}}, "4 teams"),
        ("other_number_of_teams", {"teams": {"at_most": 3}}, "4 teams"),
        ("required_base_unused", {"bases": {"required": ("Solund",)}}, "Solund"),
        ("required_base_unused", {"bases": {"required": ("Førde", "4636")}}, "4636"),
        (
            "required_base_unused",
            {"bases": {"sites": (settings.Site(name="Naustdal", lon=5.7167, lat=61.509, role="required"),)}},
            "Naustdal",
        ),
        ("forbidden_base_used", {"bases": {"forbidden": ("Sunnfjord",)}}, "Sunnfjord"),
        ("other_price", {"bases": {"preferred": ("Solund",)}}, "32,5"),
        ("other_price", {"goal": {"beyond_price": 1001}}, "32,1"),
        ("too_small", {"size": {"who": "65+", "minimum": 4800}}, "4,800"),
    ],
)
def test_a_rule_that_the_plan_does_not_keep_is_found_and_named(
    shipped: Atlas, broken: str, rules: dict[str, object], said: str
) -> None:
    result = plan(shipped, "Helse Førde")
    found = check(other_rules(result, **rules), shipped, result.journeys)
    assert {finding.key for finding in found} == {broken}
    assert any(said in finding.text("en") for finding in found)


@pytest.mark.parametrize(
    "rules",
    [
        {"travel": {"hard": True, "hard_share": 0.5}},
        {"teams": {"at_least": 4, "at_most": 4}},
        {"bases": {"required": ("Førde", "4640"), "forbidden": ("Solund",)}},
        {"bases": {"preferred": ("Førde",), "preference_price": 0}},
    ],
)
def test_a_rule_that_the_plan_keeps_is_no_finding(shipped: Atlas, rules: dict[str, object]) -> None:
    result = plan(shipped, "Helse Førde")
    assert check(other_rules(result, **rules), shipped, result.journeys) == []


@every_goal
@pytest.mark.parametrize("change", [-0.5, 0.5])
def test_another_value_in_the_last_stage_is_found(shipped: Atlas, goal: str, change: float) -> None:
    result = by_goal(shipped, "Helse Førde", goal)
    *earlier, last = result.plan.proof.stages
    off = replace(last, value=last.value * (1 + change))
    tampered = replace(result.plan, proof=replace(result.plan.proof, stages=(*earlier, off)))
    assert {f.key for f in check(tampered, shipped, result.journeys)} == {"other_price"}


@pytest.mark.parametrize("goal", ["strict", "everyone", "fewest_teams"])
def test_an_earlier_stage_that_claims_too_much_is_found(shipped: Atlas, goal: str) -> None:
    result = by_goal(shipped, "Finnmarkssykehuset", goal)
    first, *later = result.plan.proof.stages
    tampered = replace(result.plan, proof=replace(result.plan.proof, stages=(replace(first, value=0), *later)))
    assert {f.key for f in check(tampered, shipped, result.journeys)} == {"other_price"}


# what cannot be


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        (["teams.at_least=20"], ["20", "at most 5"]),
        (["teams.at_least=6", "teams.at_most=6"], ["6 teams", "at most 5"]),
        (["goal.name=fewest_teams", "goal.reach_floor=1"], ["100", "74"]),
        (['bases.required=["Solund"]'], ["Solund", "15,000"]),
        (
            ['bases.required=["Gloppen", "Stad", "Stryn", "Kinn"]'],
            ["Stad has a base; Stryn has a base; Kinn", "to 7,319"],
        ),
    ],
)
def test_what_no_plan_can_keep_is_refused_with_what_is_possible(
    shipped: Atlas, assignments: list[str], words: list[str]
) -> None:
    said = refusal(PlanError, lambda: plan(shipped, "Helse Førde", *assignments))
    assert all(word in said for word in words), said


def test_too_few_teams_for_the_floor_are_refused_with_the_fewest_that_do(shipped: Atlas) -> None:
    said = refusal(PlanError, lambda: by_goal(shipped, "Helse Førde", "fewest_teams", "teams.at_most=2"))
    assert "3" in said
    assert "at most 5" not in said  # two teams are not too many: they are too few


def test_a_refusal_in_english_has_english_figures(shipped: Atlas) -> None:
    said = refusal(PlanError, lambda: plan(shipped, "Helse Førde", "goal.name=fewest_teams", "goal.reach_floor=1"))
    assert "74.9%" in said


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        (["teams.at_least=3", "teams.at_most=2"], ["teams.at_least = 3", "teams.at_most = 2"]),
        (['bases.required=["Solund"]', 'bases.forbidden=["Solund"]'], ["Solund", "bases.required", "bases.forbidden"]),
        (['bases.required=["Bergen"]'], ["Bergen"]),
        (['bases.forbidden=["Sundfjord"]'], ["Sundfjord", "Sunnfjord"]),
        (['bases.preferred=["Førdee"]'], ["Førdee", "Førde"]),
        (["goal.name=best"], ["goal.name", "best", "fewest_teams"]),
        (["goal.tolerance=0.5"], ["goal.tolerance", "0.5", "<= 0.1"]),
        (["travel.hard_share=95"], ["travel.hard_share", "95", "<= 1"]),
    ],
)
def test_settings_that_contradict_or_name_nothing_are_refused(
    shipped: Atlas, assignments: list[str], words: list[str]
) -> None:
    said = refusal(SettingsError, lambda: plan(shipped, "Helse Førde", *assignments))
    assert all(word in said for word in words), said


def test_a_base_both_required_and_forbidden_in_other_words_is_no_question_of_size(shipped: Atlas) -> None:
    """Førde is the base in Sunnfjord; its surroundings are big enough."""
    rules = ['bases.required=["Sunnfjord"]', 'bases.forbidden=["Førde"]']
    said = refusal(FactgeoError, lambda: plan(shipped, "Helse Førde", *rules))
    assert "Sunnfjord" in said
    assert "15,000" not in said


@pytest.mark.parametrize(
    ("rules", "blamed"),
    [
        (["travel.hard=true", 'bases.required=["Gloppen"]'], "hard"),
        (["teams.at_most=1", 'bases.required=["Gloppen", "Sogndal"]'], "2"),
    ],
    ids=["hard travel", "two bases for one team"],
)
def test_a_refusal_blames_the_rule_that_is_in_the_way(shipped: Atlas, rules: list[str], blamed: str) -> None:
    """Without the first rule there is a plan; neither the size rule nor too many teams are in the way."""
    assert plan(shipped, "Helse Førde", *rules[1:]).plan.catchments
    said = refusal(PlanError, lambda: plan(shipped, "Helse Førde", *rules))
    assert blamed in said
    assert "room for at most" not in said


@every_goal
def test_forbidding_every_base_gives_an_empty_plan(shipped: Atlas, goal: str) -> None:
    rules = ['bases.forbidden=["1151", "1835"]', "border=none", f"goal.name={goal}", "goal.reach_floor=0"]
    result = plan(shipped, "Utsira+Træna", *rules, "size.minimum=100")
    assert [entry.unit_code for entry in result.plan.unserved] == ["1151", "1835"]


@every_goal
def test_a_size_that_nobody_meets_gives_an_empty_plan_that_says_why(shipped: Atlas, goal: str) -> None:
    rules = ["size.minimum=200000", f"goal.name={goal}", "goal.reach_floor=0"]
    result = plan(shipped, "Helse Førde", *rules)
    assert result.plan.catchments == ()
    assert {entry.reason for entry in result.plan.unserved} == {"too_few"}
    assert sorted(entry.unit_code for entry in result.plan.unserved) == sorted(result.plan.area.units)
    assert check(result.plan, shipped, result.journeys) == []
    assert "200" in language.written(plan_report.head(result))


@pytest.mark.parametrize(
    ("rule", "code", "said"), [("size.minimum=200000", 0, "200,000"), ("teams.at_least=20", 2, "20 teams")]
)
def test_the_command_line_tells_an_empty_plan_from_an_impossible_request(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, rule: str, code: int, said: str
) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    with pytest.raises(SystemExit) as ended:
        cli.main(["plan", "--area", "Utsira", "--json", "--set", rule, "--lang", "en"])
    shown = capsys.readouterr()
    assert ended.value.code == code
    assert "Traceback" not in shown.err
    assert (json.loads(shown.out)["teams"] == []) if code == 0 else (said in shown.err and not shown.out)


@every_goal
def test_two_islands_make_no_plan_or_one_each(shipped: Atlas, goal: str) -> None:
    rules = ["border=none", "travel.too_far=1000", f"goal.name={goal}", "goal.reach_floor=0"]
    assert plan(shipped, "Utsira+Træna", *rules).plan.catchments == ()
    alone = plan(shipped, "Utsira+Træna", *rules, "size.minimum=100", "teams.at_least=2")
    assert [catchment.units for catchment in alone.plan.catchments] == [("1151",), ("1835",)]


def test_two_islands_are_refused_by_name_where_one_must_have_a_base(shipped: Atlas) -> None:
    rules = ["border=none", 'bases.required=["Utsira"]']
    assert "Utsira" in refusal(PlanError, lambda: plan(shipped, "Utsira+Træna", *rules))


@every_goal
def test_a_border_that_leaves_single_units_joins_none_of_them(shipped: Atlas, goal: str) -> None:
    """Each in an area of its own: Vik has 2,500 residents, Utsira and Træna have fewer."""
    rules = ["border=hf", "size.minimum=2000", f"goal.name={goal}", "goal.reach_floor=0.1"]
    result = plan(shipped, "Utsira+Træna+Vik", *rules)
    assert [catchment.units for catchment in result.plan.catchments] == [("4639",)]
    assert {entry.unit_code: entry.reason for entry in result.plan.unserved} == {"1151": "too_few", "1835": "too_few"}


# what time does not allow


def solver_that_ends_early(monkeypatch: pytest.MonkeyPatch, *, interrupted: bool) -> None:
    """Every run of the solver ends before it has found or proven anything."""

    def run(_self: engine.Engine, _seconds: float, **_how: bool) -> engine.Found:
        none = np.empty(0)
        return engine.Found(
            None, -math.inf, done=False, impossible=False, interrupted=interrupted, reduced=none, duals=none
        )

    monkeypatch.setattr(engine.Engine, "run", run)


@every_goal
def test_a_plan_cut_short_has_a_bound_at_every_stage_and_can_be_written(
    shipped: Atlas, monkeypatch: pytest.MonkeyPatch, goal: str
) -> None:
    solver_that_ends_early(monkeypatch, interrupted=False)
    result = plan(shipped, "Lofoten", f"goal.name={goal}", "goal.reach_floor=0", "solver.time_limit=9")
    assert result.plan.proof.status == "time_limit"
    for stage in result.plan.proof.stages:
        assert 0 <= stage.bound <= stage.value
        assert 0 <= stage.gap <= 1
    assert json.dumps(plan_contract.plan_json(result), allow_nan=False)


def test_a_request_that_runs_out_of_time_is_not_called_impossible(
    shipped: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    solver_that_ends_early(monkeypatch, interrupted=False)
    said = refusal(PlanError, lambda: plan(shipped, "Lofoten", "teams.at_least=1", "solver.time_limit=7"))
    assert "No plan was found in 7" in said


def test_ctrl_c_before_there_is_any_plan_ends_the_run(shipped: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    solver_that_ends_early(monkeypatch, interrupted=True)
    with pytest.raises(KeyboardInterrupt):
        plan(shipped, "Lofoten", "teams.at_least=1", "solver.time_limit=8")


# the same again


@pytest.mark.parametrize("goal", ["strict", "fewest_teams"])
def test_the_same_request_has_the_same_answer_again(shipped: Atlas, goal: str) -> None:
    first = by_goal(shipped, "Nordlandssykehuset", goal).plan
    second = plan.__wrapped__(
        shipped, "Nordlandssykehuset", f"goal.name={goal}", f"goal.reach_floor={FLOOR['Nordlandssykehuset']}"
    ).plan
    assert first.catchments == second.catchments
    assert first.unserved == second.unserved
    assert [(s.value, s.bound) for s in first.proof.stages] == [(s.value, s.bound) for s in second.proof.stages]


def test_another_number_of_threads_proves_the_same_values() -> None:
    """One process each: the solver keeps the threads it has first been given."""
    goals = ("strict", "everyone", "balanced")
    script = (
        "import sys; from factgeo import settings\n"
        "from factgeo.atlas import areas, pack\n"
        "from factgeo.planning import pipeline\n"
        "atlas = pack.load(); area = areas.resolve('Nordlandssykehuset', atlas)\n"
        f"for goal in {goals}:\n"
        "    rules = settings.load(assignments=[f'goal.name={goal}', f'solver.threads={sys.argv[1]}'])\n"
        "    print(goal, *(f'{s.value:.3f}' for s in pipeline.propose(atlas, area, rules).plan.proof.stages))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script, threads], cwd=REPO, capture_output=True, text=True, check=True
        ).stdout.splitlines()[-len(goals) :]  # some versions of the solver print lines of their own first
        for threads in ("1", "2")
    ]
    assert [line.split()[0] for line in said[0]] == [*goals]
    assert said[0] == said[1]
