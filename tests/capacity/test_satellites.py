"""Hub and satellites: held against trying every group of bases."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from worlds.rules import driving_rules

from factgeo.capacity import capacity, driving, satellites
from factgeo.capacity.driving import Homes, Load, Work
from factgeo.capacity.satellites import Satellites
from factgeo.people.range import Range
from factgeo.planning.result import Result
from factgeo.travel.bases import Base

Floats = np.ndarray


def base(name: str) -> Base:
    return Base(unit_code=name, name=name, lon=0, lat=0)


def hours(weight: Floats, minutes: Floats) -> float:
    """One visit for each weight, there and back."""
    return float(np.nansum(weight * 2 * minutes)) / 60


def no_load(_: Floats) -> Load:
    nothing = Range(0, 0, 0)
    team = Homes((), np.empty(0), np.empty(0), np.empty(0), np.empty(0), 0)
    return driving.load(team, Work(nothing, nothing, nothing, Range(1, 1, 1), 30), driving_rules())


def best(hub: list[float], others: dict[str, list[float]], *, share: float = 0.1, at_most: int = 3) -> Satellites:
    weight = np.ones(len(hub))
    found = [(base(name), np.array(times, dtype=float)) for name, times in others.items()]
    return satellites.best(
        np.array(hub, dtype=float), found, weight, lambda m: hours(weight, m), no_load, share=share, at_most=at_most
    )


def named(found: Satellites) -> list[list[str]]:
    return [[each.name for each in choice.bases] for choice in found.choices]


def test_the_satellite_is_where_most_driving_is_saved() -> None:
    found = best([60, 60, 60, 10], {"north": [5, 60, 60, 60], "south": [90, 10, 10, 90]}, at_most=1)
    assert named(found) == [["south"]]
    assert found.hub_hours == pytest.approx(2 * 190 / 60)
    assert found.choices[0].saved == pytest.approx(2 * 100 / 60)
    assert found.worth == 1


def test_satellites_end_with_the_first_that_saves_too_little() -> None:
    others = {"a": [0, 60, 60, 60], "b": [60, 0, 60, 60], "c": [60, 60, 58, 60]}
    found = best([60, 60, 60, 60], others)
    assert named(found) == [["a"], ["a", "b"], ["a", "b", "c"]]
    assert found.worth == 2
    assert found.choices[2].saved_more < 0.1 * found.hub_hours


def test_no_satellite_is_worth_while_where_all_live_at_the_hub() -> None:
    assert best([0, 0], {"a": [10, 10]}).choices == ()
    useless = best([10, 10], {"a": [10, 20]})
    assert (useless.worth, useless.choices[0].saved) == (0, 0)


def test_of_satellites_that_save_alike_the_first_is_taken() -> None:
    assert named(best([60, 60], {"a": [60, 0], "b": [0, 60]}, at_most=1)) == [["a"]]


def test_homes_that_only_a_satellite_reaches_do_not_count_against_it() -> None:
    found = best([60, float("nan")], {"a": [30, 500], "b": [40, float("nan")]}, at_most=1)
    assert named(found) == [["a"]]
    assert found.choices[0].newly_reached == 1
    assert found.choices[0].saved == pytest.approx(1)


@pytest.mark.parametrize("seed", range(8))
def test_every_number_of_satellites_is_the_best_of_all_groups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hub, others = rng.uniform(10, 90, 12), rng.uniform(1, 90, (6, 12))
    found = best(hub.tolist(), {f"{k}": row.tolist() for k, row in enumerate(others)}, share=0)
    for count, choice in enumerate(found.choices, start=1):
        left = min(
            sum(2 * min(hub[c], *(others[k][c] for k in group)) for c in range(12)) / 60
            for group in combinations(range(6), count)
        )
        assert found.hub_hours - choice.saved == pytest.approx(left)
        assert choice.proven


@pytest.mark.parametrize("seed", range(8))
def test_where_groups_are_too_many_one_more_is_added_each_time_and_that_is_said(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(satellites, "EXACT_UP_TO", 6)
    rng = np.random.default_rng(seed)
    hub, others = rng.uniform(10, 90, 12), rng.uniform(1, 90, (6, 12))
    found = best(hub.tolist(), {f"{k}": row.tolist() for k, row in enumerate(others)}, share=0)
    assert [choice.proven for choice in found.choices] == [True, False, False]
    taken: list[int] = []
    for choice in found.choices:
        left = {
            k: sum(2 * min(hub[c], *(others[j][c] for j in (*taken, k))) for c in range(12)) / 60
            for k in range(6)
            if k not in taken
        }
        taken.append(min(left, key=lambda k: (left[k], k)))
        assert {each.name for each in choice.bases} == {str(k) for k in taken}


def test_the_best_satellite_of_real_catchments_is_that_of_trying_each(forde: Result) -> None:
    found = capacity.assess(forde)
    times = forde.journeys
    hop = driving.hops(times, times.cells["adults"].to_numpy(dtype=float), driving_rules().hop_factor)
    for team, catchment in zip(found.teams, forde.plan.catchments, strict=True):
        visits = team.load.visits.central + team.load.not_driven.central
        cells = times.cells[times.cells["unit_code"].isin(catchment.units)]
        hub = driving.minutes_from(times, times.row[catchment.base])[cells.index]
        left = {}
        for other in (b for b in times.bases if b.unit_code in catchment.units and b != catchment.base):
            nearer = np.fmin(hub, driving.minutes_from(times, times.row[other])[cells.index])
            table = cells.assign(minutes=np.where(np.isnan(hub), np.nan, nearer)).dropna(subset="minutes")
            total = 0.0
            for code, rows in table.groupby("unit_code"):
                mean = np.average(rows["minutes"], weights=rows["adults"])
                count = visits * rows["adults"].sum() / cells["adults"].sum()
                together = min(max(count, 1), 2)
                total += count / together * (2 * mean + (together - 1) * min(hop[code], 2 * mean)) / 60
            left[other.name] = total
        choice = team.satellites.choices[0]
        assert [each.name for each in choice.bases] == [min(left, key=lambda name: left[name])]
        assert choice.load.hours.central == pytest.approx(min(left.values()))
        assert team.satellites.hub_hours == pytest.approx(team.load.hours.central)


def test_satellites_never_change_the_visits(forde: Result) -> None:
    for team in capacity.assess(forde).teams:
        for choice in team.satellites.choices:
            assert choice.load.visits.central == pytest.approx(team.load.visits.central)
            assert choice.load.hours.central < team.load.hours.central
