"""Waiting from a planner's timetable."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from worlds.basics import refusal

from factgeo import settings as factgeo_settings
from factgeo.atlas import places
from factgeo.atlas.pack import Atlas
from factgeo.errors import SettingsError, SourceError
from factgeo.travel import journeys, timetable


def save(folder: Path, text: str) -> Path:
    path = folder / "ruter.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_half_the_headway_is_waited(shipped: Atlas, tmp_path: Path) -> None:
    path = save(tmp_path, "crossing;headway_min\nOppedal - Lavik;20\nMannheller-Fodnes;30\n")
    assert timetable.read(path, shipped) == {"Lavik-Oppedal": 10, "Mannheller-Fodnes": 15}


def test_uneven_departures_cost_more_than_half_the_mean_gap(shipped: Atlas, tmp_path: Path) -> None:
    """Held against someone who arrives at every second of the day."""
    departures = [7 * 60, 7 * 60 + 30, 9 * 60, 9 * 60 + 10, 24 * 60 + 15]
    rows = "".join(f"Lavik-Oppedal;{m // 60:02d}:{m % 60:02d}\n" for m in departures)
    found = timetable.read(save(tmp_path, f"crossing;departure\n{rows}"), shipped)["Lavik-Oppedal"]
    arrivals = np.arange(departures[0] * 60, departures[-1] * 60) + 0.5
    next_one = np.array(departures)[np.searchsorted(np.array(departures) * 60, arrivals)] * 60
    assert found == pytest.approx(float((next_one - arrivals).mean()) / 60, abs=0.01)
    assert found > (departures[-1] - departures[0]) / 4 / 2


def test_two_directions_count_alike(shipped: Atlas, tmp_path: Path) -> None:
    text = "crossing,departure,direction\n" + "".join(
        f"Lavik-Oppedal,{time},{way}\n" for time, way in
        [("08:00", "sør"), ("08:20", "sør"), ("08:10", "nord"), ("09:10", "nord")]
    )  # fmt: skip
    assert timetable.read(save(tmp_path, text), shipped) == {"Lavik-Oppedal": 20}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("crossing;headway_min\nLavik-Opedal;20\n", ["ruter.csv", "2", "Lavik-Oppedal"]),
        ("crossing;headway_min\nLavik-Oppedal;0\n", ["2", "headway_min"]),
        ("crossing;headway_min\nLavik-Oppedal;20\nOppedal-Lavik;30\n", ["3", "Lavik-Oppedal"]),
        ("crossing;departure\nLavik-Oppedal;8\n", ["2", "07:45"]),
        ("crossing;departure\nLavik-Oppedal;08:00\n", ["Lavik-Oppedal", "2"]),
        ("crossing;minutes\nLavik-Oppedal;8\n", ["headway_min", "departure"]),
    ],
)
def test_a_bad_timetable_is_refused_with_its_line(shipped: Atlas, tmp_path: Path, text: str, words: list[str]) -> None:
    message = refusal(SourceError, lambda: timetable.read(save(tmp_path, text), shipped))
    assert all(word in message for word in words), message


def test_the_timetable_goes_before_the_usual_wait(shipped: Atlas) -> None:
    ends = [places.resolve(name, shipped) for name in ("Lavik", "Oppedal")]
    tables = {"ferry": {"wait_rule": "half_headway", "timetable": {"Lavik-Oppedal": 7.5}}}
    assert journeys.find_trip(shipped, *ends, factgeo_settings.load(tables=tables)).wait_min == 7.5
    tables["ferry"]["wait_rule"] = "measured_mean"
    assert journeys.find_trip(shipped, *ends, factgeo_settings.load(tables=tables)).wait_min == 15


def test_a_timetable_of_a_ferry_that_is_not_there_is_refused(shipped: Atlas) -> None:
    ends = [places.resolve(name, shipped) for name in ("Lavik", "Oppedal")]
    tables = {"ferry": {"wait_rule": "half_headway", "timetable": {"Lavik-Opedal": 7.5}}}
    message = refusal(SettingsError, lambda: journeys.find_trip(shipped, *ends, factgeo_settings.load(tables=tables)))
    assert "Lavik-Oppedal" in message


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("crossing;headway_min\nLavik-Opedal;20\nLavik-Oppedal;20\nNord-Sør;20\n", [2, 4]),
        ("crossing;headway_min\nLavik-Oppedal;0\nOppedal-Lavik;20\nMannheller-Fodnes;-4\n", [3, 2, 4]),
        ("crossing;departure\nLavik-Oppedal;8\nLavik-Oppedal;08:00\nLavik-Oppedal;08:99\n", [2, 4]),
        ("crossing;departure\nLavik-Oppedal;08:00\nMannheller-Fodnes;08:00\n", [2, 3]),
    ],
)
def test_all_rows_that_are_wrong_are_told_at_once(shipped: Atlas, tmp_path: Path, text: str, lines: list[int]) -> None:
    said = refusal(SourceError, lambda: timetable.read(save(tmp_path, text), shipped)).split("\n- ")[1:]
    assert [int(re.search(r"line (\d)", each)[1]) for each in said] == lines
