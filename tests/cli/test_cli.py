"""The command line as a planner uses it: exit codes, messages, JSON, files."""

from __future__ import annotations

import csv
import inspect
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import geopandas as gpd
import pytest
from worlds.basics import REPO
from worlds.runs import Run

from factgeo import cli
from factgeo.cli.commands import LATER, Deferred, commands

COMMANDS = (
    "plan", "reach", "potential", "travel", "need", "capacity", "economy", "teams", "compare", "report", "data",
    "app", "doctor",
)  # fmt: skip
PLAN_FILES = {"plan.json", "teams.csv", "units.csv", "plan.gpkg", "map.html", "summary.md", "capacity.csv"}


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str, lang: str) -> None:
    run = Run(capsys, command, "--help", "--lang", lang)
    assert run.code == 0
    assert "Usage: factgeo" in run.out


def test_help_and_wrong_use_load_no_package_that_computes() -> None:
    words = (["--help"], ["plan", "--help"], ["reach", "--bogus"], ["nonsense"])
    for each in words:
        script = f"import sys; from factgeo import cli; cli._run({each!r}); print(*sys.modules)"
        ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert {"numpy", "pandas", "geopandas", "networkx", "pydantic"}.isdisjoint(ended.stdout.split()), each


def test_every_command_finds_its_function_and_gives_it_what_it_takes() -> None:
    found = [each for each in _leaves(commands()) if each.name not in LATER]
    assert len(found) == 14
    for command in found:
        assert isinstance(command.callback, Deferred)
        values = {parameter.name: None for parameter in command.params if parameter.expose_value}
        inspect.signature(command.callback.function()).bind(**command.callback.arguments(values))


def _leaves(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _leaves(command)
        else:
            yield command


@pytest.mark.parametrize("command", LATER)
def test_a_command_that_is_not_there_yet_says_so(capsys: pytest.CaptureFixture[str], command: str) -> None:
    run = Run(capsys, command, "--area", "Oslo", "--lang", "en")
    assert (run.code, run.out) == (2, "")
    assert f"“factgeo {command}” is not there yet" in run.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan", "--area", "Førdee"], "Førde"),
        (["plan", "--area", "Oslo", "--set", "travel.minutes=-1"], "travel.minutes"),
        (["plan", "--area", "Oslo", "--config", "gone.toml"], "gone.toml"),
        (["plan", "--preset", "fast"], "fast"),
        (["plan", "--bogus"], "--bogus"),
        (["travel", "Herøy", "Oslo"], "1515"),
        (["travel", "Oslo"], "TO"),
        (["nonsense"], "nonsense"),
        (["data", "build", "--sources", "no-such-folder"], "no-such-folder"),
        (["data", "fetch"], "kommuner_2024.geojson"),
    ],
)
def test_wrong_use_gives_one_clear_message_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    run = Run(capsys, *words)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


def test_travel_prints_minutes_in_parts_and_the_ferry_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "travel", "Førde", "Bergen", "--lang", "nb")
    assert run.code == 0
    for word in ("Kjøring", "overfart 20 min", "venting 15 min", "til og fra veg", "km", "Lavik-Oppedal"):
        assert word in run.out


def test_travel_explains_every_assumption_and_heeds_a_closed_ferry(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "travel", "Lavik", "Oppedal", "--explain", "--close", "Lavik-Oppedal", "--lang", "en")
    assert run.code == 0
    assert "Lavik-Oppedal" not in run.out.split("How the time")[0]
    for word in ("estimate", "N1000", "16 main links", "published time", "Closed: Lavik-Oppedal"):
        assert word in run.out


def test_travel_as_json_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "travel", "Lavik", "Oppedal", "--json")
    trip = json.loads(run.out)
    assert set(trip) >= {
        "from", "to", "reachable", "minutes", "drive_min", "crossing_min", "wait_min", "access_min", "km", "ferries",
    }  # fmt: skip
    assert trip["ferries"] == ["Lavik-Oppedal"]
    assert set(trip["from"]) == {"name", "lon", "lat"}


def test_an_unreachable_trip_is_a_result_without_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "travel", "Oslo", "Andenes", "--json", "--set", "ferry.summer=true")
    assert run.code == 0
    run = Run(capsys, "travel", "Oslo", "4.9,61.77", "--json")
    trip = json.loads(run.out)
    assert (run.code, trip["reachable"], trip["minutes"]) == (0, False, None)


def test_a_plan_as_json_is_one_object_on_standard_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    monkeypatch.chdir(tmp_path)
    run = Run(capsys, "plan", "--area", "Helse Førde", "--json")
    plan = json.loads(run.out)
    assert run.code == 0
    assert list(tmp_path.iterdir()) == []
    assert plan["schema"] == "factgeo.plan/1"
    assert plan["solver"]["status"] == "optimal"
    assert sorted(
        [u for t in plan["teams"] for u in t["units"]] + [u["unit_code"] for u in plan["unserved"]]
    ) == sorted(areas_units(plan))
    assert set(plan) >= {"created", "factgeo", "config_digest", "pack_digest", "rules", "act_areas", "reach"}
    team = plan["teams"][0]
    assert set(team) >= {"team_id", "name", "service", "teams", "base", "units", "parts", "population", "adults",
                         "target_group", "travel", "flags"}  # fmt: skip
    assert set(team["travel"]["share_within"]) == {"30", "45", "60", "90"}


def areas_units(plan: dict[str, object]) -> list[str]:
    units = json.loads((REPO / "tests" / "truth" / "helse_forde_units.json").read_text(encoding="utf-8"))
    assert plan["area"]["units"] == len(units)  # type: ignore[index]
    return list(units)


def test_a_plan_folder_is_whole_and_its_files_agree(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "forde"
    assert Run(capsys, "plan", "--area", "Helse Førde", "--out", str(out)).code == 0
    assert {path.name for path in out.iterdir()} == PLAN_FILES
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    with (out / "teams.csv").open(encoding="utf-8", newline="") as stream:
        teams = list(csv.DictReader(stream))
    with (out / "units.csv").open(encoding="utf-8", newline="") as stream:
        units = list(csv.DictReader(stream))
    assert [row["team_id"] for row in teams] == [team["team_id"] for team in plan["teams"]]
    assert {row["unit_code"] for row in units if row["team_id"]} == {u for t in plan["teams"] for u in t["units"]}
    assert sum(int(row["population"]) for row in units) == plan["area"]["population"]
    layers = {name: gpd.read_file(out / "plan.gpkg", layer=name) for name in ("teams", "units", "bases", "cells")}
    assert len(layers["units"]) == plan["area"]["units"]
    assert layers["cells"]["persons"].sum() == plan["area"]["population"]
    assert layers["teams"].geometry.is_valid.all()
    summary = (out / "summary.md").read_text(encoding="utf-8")
    assert "Statistisk sentralbyrå" in summary
    assert "Solund" in summary


def test_a_folder_with_other_things_and_a_plan_are_not_overwritten(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    run = Run(capsys, "plan", "--area", "Utsira", "--out", str(tmp_path), "--overwrite")
    assert run.code == 2
    assert "diary.txt" in run.err
    out = tmp_path / "plan"
    assert Run(capsys, "plan", "--area", "Utsira", "--out", str(out)).code == 0
    before = (out / "plan.json").read_bytes()
    run = Run(capsys, "plan", "--area", "Utsira", "--out", str(out))
    assert run.code == 2
    assert "--overwrite" in run.err
    assert (out / "plan.json").read_bytes() == before
    assert Run(capsys, "plan", "--area", "Utsira", "--out", str(out), "--overwrite").code == 0


def test_an_empty_plan_ends_well_and_says_why(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = Run(capsys, "plan", "--area", "Utsira", "--out", str(tmp_path / "u"), "--lang", "en")
    assert run.code == 0
    assert "no catchments" in run.out
    plan = json.loads((tmp_path / "u" / "plan.json").read_text(encoding="utf-8"))
    assert plan["teams"] == []
    assert plan["unserved"][0]["reason"] == "too_few"


def test_the_language_of_the_summary_follows_lang(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for lang, word in (("nb", "innbyggere"), ("nn", "innbyggjarar"), ("en", "residents")):
        run = Run(capsys, "plan", "--area", "Utsira", "--out", str(tmp_path / lang), "--lang", lang)
        assert word in run.out
        assert word in (tmp_path / lang / "summary.md").read_text(encoding="utf-8")


def test_a_damaged_pack_is_refused_by_name_and_hash(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(REPO / "data", tmp_path / "data")
    cells = tmp_path / "data" / "population_grid" / "cells.parquet"
    cells.write_bytes(cells.read_bytes()[:-1] + b"x")
    monkeypatch.setenv("FACTGEO_DATA", str(tmp_path / "data"))
    for words in (["data", "verify"], ["plan", "--area", "Oslo"]):
        run = Run(capsys, *words)
        assert run.code == 2
        assert "cells.parquet" in run.err
        assert "sha256" in run.err


def test_doctor_data_info_and_verify_are_content_with_the_shipped_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(capsys, "doctor").code == 0
    assert "5 627 400" in Run(capsys, "data", "verify").out.replace("\N{NO-BREAK SPACE}", " ")
    info = Run(capsys, "data", "info", "--lang", "en").out
    for word in ("Kartverket", "NLOD 2.0", "2026-01-01", "Kristiansand, Levanger", "islands", "speed"):
        assert word in info


def test_a_fault_of_the_program_gives_exit_code_1_and_a_log_not_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("click.get_app_dir", lambda _: str(tmp_path / "own"))
    monkeypatch.setattr("factgeo.atlas.areas.resolve", lambda *_: 1 / 0)
    run = Run(capsys, "plan", "--json", "--lang", "en")
    assert (run.code, run.out) == (1, "")
    assert "Traceback" not in run.err
    assert "ZeroDivisionError" in (tmp_path / "own" / "factgeo-error.log").read_text(encoding="utf-8")


def test_the_log_of_a_fault_is_its_owner_s_alone_and_follows_no_link(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    (tmp_path / "own").mkdir()
    log = tmp_path / "own" / "factgeo-error.log"
    log.symlink_to(precious)
    monkeypatch.setattr("click.get_app_dir", lambda _: str(tmp_path / "own"))
    for details in ("first", "second"):
        assert cli._write_log(details) == log
    assert (log.read_text(encoding="utf-8"), precious.read_text(encoding="utf-8")) == ("second", "mine")
    assert not log.is_symlink()
    assert sys.platform == "win32" or log.stat().st_mode & 0o777 == 0o600
    assert list(log.parent.iterdir()) == [log]


@pytest.mark.parametrize("home", ["a file/factgeo", "~/factgeo"])
def test_without_a_folder_of_one_s_own_the_log_is_a_new_temporary_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str
) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    monkeypatch.setattr("click.get_app_dir", lambda _: home if home[0] == "~" else str(tmp_path / home))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    first, second = cli._write_log("first"), cli._write_log("second")
    assert first is not None
    assert second is not None
    assert first != second
    assert first.parent == tmp_path
    assert first.read_text(encoding="utf-8") == "first"


def test_a_fault_is_told_where_no_log_can_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("click.get_app_dir", lambda _: str(tmp_path / "none"))
    monkeypatch.setattr("tempfile.mkstemp", lambda **_: (_ for _ in ()).throw(OSError(28, "full")))
    monkeypatch.setattr("factgeo.atlas.areas.resolve", lambda *_: 1 / 0)
    run = Run(capsys, "plan", "--json", "--lang", "en")
    assert run.code == 1
    assert "ZeroDivisionError" in run.err
    assert "Traceback" not in run.err


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child there")
def test_ctrl_c_ends_with_130_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    words = [sys.executable, "-m", "factgeo", "plan", "--area", "norge", "--border", "none", "--out", str(out)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, cwd=REPO, stderr=pipe, stdout=pipe, preexec_fn=_heed_ctrl_c)  # noqa: PLW1509
    time.sleep(9)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=120)
    assert process.returncode == 130
    assert b"Traceback" not in messages
    assert list(tmp_path.iterdir()) in ([], [out])
    if out.exists():
        assert {path.name for path in out.iterdir()} == PLAN_FILES
        assert json.loads((out / "plan.json").read_text(encoding="utf-8"))["solver"]["status"] == "interrupted"


def _heed_ctrl_c() -> None:
    """A run in the background of a script ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
