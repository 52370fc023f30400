"""doctor finds what the machine lacks, says what can be done about it, and only complains of what is needed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from factgeo import language, machine
from factgeo.cli import doctor, versions
from factgeo.cli.doctor import Finding
from factgeo.travel import compiled
from factgeo.travel import times as travel_times


@pytest.fixture(autouse=True)
def _a_quick_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_pack", lambda: Finding(well=True, text="pack"))
    solved(monkeypatch, b"")


def solved(monkeypatch: pytest.MonkeyPatch, printed: bytes) -> None:
    """The solver prints this when it runs."""
    monkeypatch.setattr(subprocess, "run", lambda words, **_: subprocess.CompletedProcess(words, 0, printed, b""))


def found(words: str) -> Finding:
    """The only finding with these words."""
    (finding,) = [each for each in doctor.examine() if words in each.text]
    return finding


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_a_machine_that_lacks_everything_gets_one_line_for_each_with_the_way_forward(
    monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    language.use(lang)
    monkeypatch.setattr(compiled, "kept_in", lambda: None)
    monkeypatch.setattr(machine, "home", lambda: None)
    monkeypatch.setattr(machine, "temporary", lambda: None)
    monkeypatch.setattr(machine, "names_any_file", lambda: False)
    monkeypatch.delenv("FACTGEO_DRAFTS", raising=False)
    solved(monkeypatch, b"Running HiGHS 1.16.0\n")
    ways = {"NUMBA_CACHE_DIR": True, "FACTGEO_DRAFTS": True, "TMPDIR": False, "nb_NO.UTF-8": True, "--json": True,
            "Chromium": True}  # fmt: skip
    assert {way: found(way).well for way in ways} == ways
    assert {way for way in ways if found(way).lacking} == {"NUMBA_CACHE_DIR", "FACTGEO_DRAFTS", "nb_NO.UTF-8", "--json"}
    assert found("FACTGEO_DRAFTS").line().startswith(("obs ", "but "))
    assert all("\n" not in each.text for each in doctor.examine())


def test_a_version_outside_what_is_known_is_named_with_the_one_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    language.use("en")
    monkeypatch.setattr(versions, "lowest", lambda: {"numpy": "99", "click": "8"})
    monkeypatch.setattr(versions, "newest_known", lambda: {"numpy": "1", "click": "8.0.1"})
    assert not found('pip install "numpy>=99"').well
    assert found('pip install "click==8.0.1"').well


def test_without_numba_or_where_drafts_cannot_be_written_it_still_is_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    language.use("en")
    monkeypatch.setattr(travel_times, "has_kernel", lambda: False)
    monkeypatch.setattr(machine, "can_write", lambda _: False)
    monkeypatch.setenv("FACTGEO_DRAFTS", str(tmp_path / "drafts"))
    assert found("factgeo[fast]").well
    assert found(f"{tmp_path / 'drafts'} cannot be written").well


def test_the_versions_that_are_needed_and_known_are_read_from_the_project_itself() -> None:
    assert {"numpy", "pyarrow", "streamlit", "numba"} <= set(versions.lowest())
    assert {"numpy", "pyarrow", "streamlit"} <= set(versions.newest_known())
    assert "pytest" not in versions.lowest()


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [("2.2", "2.2.0", False), ("2.10", "2.9", False), ("2.2.9", "2.3", True), ("3.0rc1", "3.0.1", True)],
)
def test_versions_are_told_apart_by_their_numbers(one: str, other: str, *, older: bool) -> None:
    assert versions.is_older(one, other) == older
