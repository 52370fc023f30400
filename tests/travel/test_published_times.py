"""The sheet of travel times against published times is true today, and the fit behind it does what it says."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from worlds.basics import REPO

from factgeo import settings
from factgeo.atlas.pack import Atlas


def _script() -> ModuleType:
    """``benchmarks/published_times.py`` as a module; benchmarks are no package."""
    spec = importlib.util.spec_from_file_location("published_times", REPO / "benchmarks" / "published_times.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


published_times = _script()


@pytest.fixture(scope="module")
def table(shipped: Atlas) -> pd.DataFrame:
    return published_times.crossings(shipped)


@pytest.fixture(scope="module")
def known(table: pd.DataFrame) -> pd.DataFrame:
    return published_times.published_against_rule(table)


def test_the_sheet_is_what_the_script_writes_today(shipped: Atlas) -> None:
    written = (REPO / "docs" / "travel-times.md").read_text(encoding="utf-8")
    assert written == published_times.sheet(shipped, settings.load()), "run python benchmarks/published_times.py"


def test_published_trips_are_met_within_ten_per_cent(shipped: Atlas) -> None:
    (trip,) = published_times.PUBLISHED_TRIPS
    ours = published_times.travelled(shipped, settings.load(), trip)
    assert (trip.start, trip.end) == ("Bryggja", "Oslo")
    assert ours.minutes == pytest.approx(trip.minutes, rel=0.10)
    assert ours.km == pytest.approx(trip.km, rel=0.10)


def test_the_fit_finds_the_rule_behind_exact_minutes() -> None:
    km = np.array([1.0, 4.0, 9.0, 30.0])
    assert published_times.fit(km, 6.1 + 2.41 * km) == pytest.approx((6.1, 2.41))


def test_the_fit_has_the_least_relative_error(known: pd.DataFrame) -> None:
    """Against the normal equations, summed crossing by crossing."""
    rows = known[known["fitted"]]
    weights = km_weighted = km_km = minutes_weighted = km_minutes = 0.0
    for km, minutes in zip(rows["km"], rows["minutes"], strict=True):
        weight = 1 / minutes**2
        weights += weight
        km_weighted += weight * km
        km_km += weight * km * km
        minutes_weighted += weight * minutes
        km_minutes += weight * km * minutes
    determinant = weights * km_km - km_weighted**2
    fixed = (km_km * minutes_weighted - km_weighted * km_minutes) / determinant
    per_km = (weights * km_minutes - km_weighted * minutes_weighted) / determinant
    found = published_times.fit(rows["km"].to_numpy(), rows["minutes"].to_numpy())
    assert found == pytest.approx((fixed, per_km))


def test_each_rule_is_fitted_without_its_own_crossing(known: pd.DataFrame) -> None:
    rules = published_times.rules_without_each(known)
    for row in range(len(known)):
        others = known.drop(index=row)
        others = others[others["fitted"]]
        assert rules[row] == pytest.approx(published_times.fit(others["km"].to_numpy(), others["minutes"].to_numpy()))


def test_the_published_minutes_of_a_crossing_do_not_move_its_own_rule(known: pd.DataFrame) -> None:
    row = int(known.index[known["name"] == "Lavik-Oppedal"][0])
    changed = known.copy()
    changed.loc[row, "minutes"] = 200.0
    before, after = published_times.rules_without_each(known), published_times.rules_without_each(changed)
    assert after[row].tolist() == before[row].tolist()
    assert not np.allclose(np.delete(after, row, axis=0), np.delete(before, row, axis=0))


def test_sightseeing_ships_and_straight_lines_are_outside_the_fit(known: pd.DataFrame) -> None:
    assert known.loc[~known["fitted"], "name"].tolist() == ["Geiranger-Hellesylt", "Seierstad-Ølhammeren"]


def test_the_errors_are_those_that_the_facts_state(shipped: Atlas, known: pd.DataFrame) -> None:
    """The facts were computed apart from this project."""
    stated = shipped.facts("ferry_time_rule").set_index("id")
    error, km = known.loc[known["fitted"], "error"], known.loc[known["fitted"], "km"]
    relative = known.loc[known["fitted"], "relative"]
    found = {
        "check_mae_up_to_25_km": error[km <= 25].abs().mean(),
        "check_mae_over_25_km": error[km > 25].abs().mean(),
        "check_median_abs_error": error.abs().median(),
        "check_mean_relative_error": 100 * relative.abs().mean(),
        "check_bias": error.mean(),
        "check_share_within_5_min": 100 * (error.abs() <= 5).mean(),
        "check_largest_error": error[km <= 25].abs().max(),
    }
    for key, value in found.items():
        assert value == pytest.approx(float(stated["value"][key]), abs=0.051), key
    assert len(error) == int(stated["n"]["ferry_fixed_min"])


def test_every_crossing_of_the_facts_is_accounted_for(shipped: Atlas, table: pd.DataFrame) -> None:
    left_out = {entry["crossing_id"] for entry in shipped.manifest["crossings_left_out"]}
    assert {*table["crossing_id"], *left_out} == set(shipped.facts("ferry_crossings")["crossing_id"])
    assert not left_out & set(table["crossing_id"])


def test_the_script_writes_the_sheet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "docs" / "sheet.md"
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    monkeypatch.setattr(sys, "argv", ["published_times.py", "--out", str(out)])
    published_times.main()
    assert out.read_text(encoding="utf-8").startswith("# Travel times")
    assert list(out.parent.iterdir()) == [out]


def test_a_broken_write_leaves_the_old_sheet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "sheet.md"
    out.write_text("old", encoding="utf-8")

    def broken(_draft: Path, _target: Path) -> None:
        raise OSError

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError):
        published_times.write(out, "new")
    assert out.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [out]
