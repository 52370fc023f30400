"""Steering, comparing, need, capacity, reach and potential on the command line, as a planner uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from worlds.basics import REPO
from worlds.runs import Run

SLIDE = "configs/examples/helse-forde-lysbilde.toml"
SLIDE_CSV = "configs/examples/helse-forde-lysbilde.csv"
Save = Callable[[str, str | bytes], Path]


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)


def test_edits_shape_the_plan_and_stand_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "plan", "--area", "Helse Førde", "--edits", SLIDE, "--json")
    plan = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert {team["name"]: team["population"] for team in plan["teams"]} == {
        "Indre Sogn": 29829, "Sunnfjord og Ytre Sogn": 51932, "Nordfjord": 26292,
    }  # fmt: skip
    assert len(plan["rules"]["edits"]["keep"]) == 3
    assert any("Solund" in rule["text"] for rule in plan["broken_rules"])


def test_contradictory_edits_are_refused_by_both_sides(capsys: pytest.CaptureFixture[str], save: Save) -> None:
    edits = save("edits.csv", "rule;units;team\nlås;Vik;Sogndal\nuten team;Vik;\n")
    run = Run(capsys, "plan", "--area", "Helse Førde", "--edits", str(edits), "--json")
    assert (run.code, run.out) == (2, "")
    assert "Vik" in run.err
    assert "Sogndal" in run.err
    assert "uten team" in run.err


def test_a_plan_with_everything_that_can_be_asked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["--alternatives", "2", "--tradeoff", "--stability", "2", "--from", SLIDE_CSV, "--out", str(out)]
    run = Run(capsys, "plan", *words)
    assert run.code == 0, run.err
    written = {path.name for path in out.iterdir()}
    assert {"tradeoff.png", "tradeoff.csv", "alternative-1", "alternative-2", "stability.csv", "moves.csv"} <= written
    content = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert len(content["alternatives"]) == 2
    assert {point["aim"] for point in content["tradeoff"]} == {"goal", "reach"}
    assert content["stability"]["runs"]
    best, second = (
        json.loads((out / name / "plan.json").read_text(encoding="utf-8"))["solver"]["stages"][-1]["value"]
        for name in (".", "alternative-1")
    )
    assert best < second
    again = Run(capsys, "plan", *words)
    assert again.code == 2
    assert "--overwrite" in again.err


def test_why_answers_without_writing_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = Run(capsys, "plan", "--area", "Helse Førde", "--why", "Kinn", "Førde", "--json")
    answer = json.loads(run.out)["why"]
    assert run.code == 0
    assert answer["price_person_min"] > 0
    assert not list(tmp_path.iterdir())
    asked = Run(capsys, "plan", "--area", "Helse Førde", "--why", "Vik", "Ingensteds")
    assert asked.code == 2
    assert "Ingensteds" in asked.err


def test_new_teams_that_are_not_possible_are_said_with_the_size_that_allows_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = Run(capsys, "plan", "--area", "Finnmarkssykehuset", "--next", "2", "--json")
    told = json.loads(run.out)["next"]
    assert run.code == 0
    assert told["jointly"] == []
    smaller = Run(
        capsys, "plan", "--area", "Finnmarkssykehuset", "--next", "2", "--json",
        "--set", f"size.minimum={told['possible_from']}",
    )  # fmt: skip
    assert len(json.loads(smaller.out)["next"]["jointly"]) == 2
    bigger = Run(
        capsys, "plan", "--area", "Finnmarkssykehuset", "--next", "2", "--json",
        "--set", f"size.minimum={told['possible_from'] + 1}",
    )  # fmt: skip
    assert len(json.loads(bigger.out)["next"]["jointly"]) < 2


def test_two_plans_are_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    proven = tmp_path / "proven"
    assert Run(capsys, "plan", "--area", "Helse Førde", "--out", str(proven)).code == 0
    run = Run(capsys, "compare", SLIDE_CSV, str(proven), "--json", "--out", str(tmp_path / "compared"))
    content = json.loads(run.out)
    assert run.code == 0, run.err
    assert {"a", "b", "moved_units", "share_within_60", "mean_min", "gains", "losses"} <= content.keys()
    assert {unit["unit_code"] for unit in content["moved_units"]} == {"4602", "4648", "4636"}
    assert (tmp_path / "compared" / "map.html").is_file()
    other = Run(capsys, "compare", SLIDE_CSV, str(tmp_path / "nothing"))
    assert other.code == 2
    assert "nothing" in other.err


def test_a_plan_of_another_area_cannot_be_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "plan", "--area", "Tromsø", "--from", SLIDE_CSV, "--json")
    assert (run.code, run.out) == (2, "")
    assert "Helse Førde" in run.err


def test_listed_teams_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "teams", "--json")
    assert run.code == 0
    assert len(json.loads(run.out)) == 98
    finnmark = Run(capsys, "teams", "--area", "Finnmark", "--lang", "en")
    assert "Alta" in finnmark.out


@pytest.mark.parametrize(
    ("area", "population", "central"),
    [("norge", 5627400, 28967), ("Tromsø", 79943, 418), ("Vågan+Vestvågøy+Flakstad+Moskenes", 23722, 124)],
)
def test_need_of_an_area(capsys: pytest.CaptureFixture[str], area: str, population: int, central: int) -> None:
    run = Run(capsys, "need", "--area", area, "--json")
    content = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert (content["population"], content["target_group"]["central"]) == (population, central)
    assert len(content["history"]) == 8


def test_the_fraction_of_adults_on_all_residents_has_to_be_forced(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["--set", "need.denominator=total", "--set", "parameters.target_fraction_total=0.64"]
    refused = Run(capsys, "need", "--area", "Tromsø", *wrong, "--json")
    assert (refused.code, refused.out) == (2, "")
    forced = Run(capsys, "need", "--area", "Tromsø", *wrong, "--set", "need.adult_fraction_of_total=true", "--json")
    assert json.loads(forced.out)["target_group"]["central"] == 512
    assert json.loads(forced.out)["replaced"] == ["target_fraction_total"]


LOCAL = "kommune;antall\nSogndal;51\nVik;3\nAurland;10\nLærdal;13\nÅrdal;23\nLuster;20\n"


@pytest.mark.parametrize("door", ["screen", "json", "files"])
def test_a_local_count_of_three_is_told_at_no_door(
    capsys: pytest.CaptureFixture[str], save: Save, tmp_path: Path, door: str
) -> None:
    local, out = save("local.csv", LOCAL), tmp_path / "out"
    words = ["need", "--area", "dps:Indre Sogn", "--local", str(local)]
    run = Run(capsys, *words, *{"screen": [], "json": ["--json"], "files": ["--out", str(out)]}[door])
    assert run.code == 0, run.err
    other = save("other.csv", LOCAL.replace("Vik;3", "Vik;4").replace("Aurland;10", "Aurland;9"))
    changed = Run(capsys, *[str(other) if word == str(local) else word for word in words],
                  *{"screen": [], "json": ["--json"], "files": ["--out", str(tmp_path / "changed")]}[door])  # fmt: skip
    assert changed.out.replace("other.csv", "local.csv") == run.out  # nobody can tell 3 and 10 from 4 and 9
    if door == "files":
        for path in sorted(out.glob("*.[cjm]*")):
            same = (tmp_path / "changed" / path.name).read_text(encoding="utf-8")
            assert same.replace("other.csv", "local.csv") == path.read_text(encoding="utf-8")


def test_a_file_about_persons_is_refused_and_not_repeated(capsys: pytest.CaptureFixture[str], save: Save) -> None:
    persons = save("persons.csv", "kommune;navn\nVik;Kari Nordmann\nVik;Ola Nordmann\n")
    run = Run(capsys, "need", "--area", "Vik", "--local", str(persons), "--json")
    assert (run.code, run.out) == (2, "")
    assert "Nordmann" not in run.err


def test_need_of_a_plan_tells_each_catchment(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "need", "--plan", SLIDE_CSV, "--json")
    content = json.loads(run.out)
    assert sum(team["population"] for team in content["teams"]) == content["population"] == 108053
    both = Run(capsys, "need", "--plan", SLIDE_CSV, "--area", "Tromsø")
    assert both.code == 2


def test_capacity_of_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "capacity", "--plan", SLIDE_CSV, "--json")
    content = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert {"team_id", "clients", "positions", "roles", "driving_hours_per_week", "cars", "gap"} <= content["teams"][
        0
    ].keys()
    half = Run(capsys, "capacity", "--plan", SLIDE_CSV, "--set", "parameters.fact_clients_per_staff=10", "--json")
    assert json.loads(half.out)["totals"]["positions"]["central"] > content["totals"]["positions"]["central"]
    assert Run(capsys, "capacity").code == 2


def test_the_slide_counts_all_residents_in_four_classes(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "reach", "--preset", "slide", "--json")
    content = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert [round(each["share"], 3) for each in content["classes"]] == [0.895, 0.101, 0.0, 0.004]
    assert content["sensitivity"] == []


def test_the_report_has_forty_one_areas_with_the_adults_that_act_needs(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "reach", "--preset", "report-2017", "--json")
    content = json.loads(run.out)
    assert run.code == 0
    assert len(content["by_region"]) == 69
    assert sum(region["adults"] >= 40_000 for region in content["by_region"]) == 41
    assert sum(region["class"] == 1 for region in content["by_region"]) == content["classes"][0]["regions"] == 26
    assert round(content["share"], 3) == 0.996
    assert {each["case"].removeprefix("report_"): each["share"] for each in content["published"]} == {
        "reach": 0.94, "class1": 0.67, "class23": 0.27, "class4": 0.06,
    }  # fmt: skip


def test_reach_of_an_area_under_other_assumptions(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "reach"
    run = Run(capsys, "reach", "--sensitivity", "--area", "Helse Førde", "--json", "--out", str(out))
    content = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert (content["preset"], content["area"], content["population"]) == ("planner", "Helse Førde HF", 108_053)
    keys = {"unit", "size", "population_rule", "minutes", "criterion", "ferry", "speed_factor", "share"}
    assert len(content["sensitivity"]) > 500
    assert all(keys <= row.keys() for row in content["sensitivity"])
    assert {row["unit"] for row in content["sensitivity"]} >= {"dps", "catchment"}
    swings = [each["swing"] for each in content["sensitivity_summary"]["ranking"]]
    assert swings == sorted(swings, reverse=True)
    assert json.loads((out / "reach.json").read_text(encoding="utf-8")) == content


def test_the_potential_of_a_place_has_the_keys_that_programs_rely_on(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "potential", "--at", "Førde", "--json")
    content = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert content["at"] == "Førde"
    for who in ("residents", "adults", "target_group"):
        assert list(content[who]) == ["30", "45", "60", "90"]
    other = Run(capsys, "potential", "--at", "Førde", "--within", "90,20", "--set", "travel.minutes=40", "--json")
    less = json.loads(other.out)
    assert list(less["residents"]) == ["20", "40", "90"]
    assert less["residents"]["90"] == content["residents"]["90"] > less["residents"]["40"]


def test_a_closed_ferry_changes_whom_a_place_reaches(capsys: pytest.CaptureFixture[str]) -> None:
    today, closed = (
        json.loads(Run(capsys, "potential", "--at", "Lavik", "--json", *more).out)["residents"]
        for more in ([], ["--close", "Lavik-Oppedal"])
    )
    assert closed["30"] == today["30"]
    assert closed["90"] < today["90"]


def test_the_best_places_of_an_area_are_written_and_not_overwritten(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "potential"
    words = ["potential", "--area", "Vågan+Vestvågøy", "--set", "potential.best=2", "--out", str(out)]
    run = Run(capsys, *words)
    assert (run.code, run.err) == (0, "")
    assert len(json.loads((out / "potential.json").read_text(encoding="utf-8"))["best"]) == 2
    again = Run(capsys, *words)
    assert (again.code, again.out) == (2, "")
    assert "--overwrite" in again.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["potential", "--area", "Ingensteds"], "Ingensteds"),
        (["potential", "--at", "Ingensteds"], "Ingensteds"),
        (["potential", "--at", "Førde", "--area", "Tromsø"], "--at"),
        (["potential", "--at", "Førde", "--within", "30;45"], "30;45"),
        (["potential", "--at", "Førde", "--within", "0"], '"0"'),
        (["potential", "--at", "4.1,60.0"], "No road"),
        (["potential", "--at", "Førde", "--set", "potential.levels=[2000, 1000]"], "potential.levels"),
        (["reach", "--area", "Ingensteds"], "Ingensteds"),
        (["reach", "--plan", SLIDE_CSV, "--area", "Tromsø"], "--plan"),
        (["reach", "--preset", "rapport"], "report-2017"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    run = Run(capsys, *words, "--json", "--lang", "en")
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize("words", [["reach", "--preset", "slide"], ["potential", "--at", "Førde"]])
def test_a_folder_with_other_things_is_left_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "budget.xlsx").write_text("mine", encoding="utf-8")
    run = Run(capsys, *words, "--out", str(tmp_path), "--overwrite", "--json")
    assert (run.code, run.out) == (2, "")
    assert "budget.xlsx" in run.err
    assert [path.name for path in tmp_path.iterdir()] == ["budget.xlsx"]
