"""Time on the road: trips by hand, and whole catchments by plain loops over cells."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds.rules import driving_rules

from factgeo.capacity import driving
from factgeo.capacity.driving import Cells, Homes, Work
from factgeo.people.range import Range
from factgeo.planning.result import Result
from factgeo.travel import times as travel_times

ALONE = driving_rules(
    clients_per_trip=(1, 1, 1),
    staff_per_trip=(1, 1, 1),
    visit_minutes=(60, 60, 60),
    car_hours_per_week=(25, 25, 25),
)
minutes = st.floats(min_value=0, max_value=300)


def same(value: float) -> Range:
    return Range(value, value, value)


def work(clients: float = 100, contacts: float = 1, in_field: float = 0.8, per_position: float = 20) -> Work:
    return Work(same(clients), same(contacts), same(in_field), same(per_position), 30)


def one_unit(one_way: float = 30, hop: float = 10, reached: float = 1) -> Homes:
    return Homes(
        ("4640",), np.array([reached]), np.array([one_way]), np.array([one_way]), np.array([hop]), 1 - reached
    )  # fmt: skip


# -- a trip ------------------------------------------------------------------------------------------------------------


@given(one_way=minutes, hop=minutes)
def test_a_trip_to_one_client_is_exactly_there_and_back(one_way: float, hop: float) -> None:
    assert driving.trip_minutes(np.array([one_way]), np.array([hop]), 1)[0] == 2 * one_way


def test_a_trip_to_three_clients_is_there_and_back_and_two_hops() -> None:
    assert driving.trip_minutes(np.array([30.0]), np.array([10.0]), 3)[0] == 80


def test_a_hop_is_never_longer_than_going_by_way_of_the_base() -> None:
    assert driving.trip_minutes(np.array([5.0]), np.array([40.0]), 4)[0] == 4 * 2 * 5


@given(one_way=minutes, hop=minutes, clients=st.floats(min_value=1, max_value=9))
def test_one_client_more_on_a_trip_never_makes_a_visit_longer(one_way: float, hop: float, clients: float) -> None:
    few, more = (driving.trip_minutes(np.array([one_way]), np.array([hop]), n)[0] / n for n in (clients, clients + 1))
    assert more <= few * (1 + 1e-9)


@pytest.mark.parametrize("shape", [(41,), (21, 21)])
def test_on_roads_around_a_base_two_clients_are_four_thirds_as_far_apart_as_the_base_is(shape: tuple[int, ...]) -> None:
    roads = nx.grid_graph(shape)
    lengths = dict(nx.all_pairs_shortest_path_length(roads))
    middle = tuple(size // 2 for size in reversed(shape)) if len(shape) > 1 else shape[0] // 2
    apart = np.mean([lengths[a][b] for a, b in product(roads, roads)])
    assert apart / np.mean(list(lengths[middle].values())) == pytest.approx(4 / 3, rel=0.01)


def test_the_hops_agree_with_ways_between_homes_on_the_real_roads(forde: Result) -> None:
    times = forde.journeys
    weight = times.cells["adults"].to_numpy(dtype=float)
    unit = times.cells["unit_code"].to_numpy(dtype=str)
    modelled, real = driving.hops(times, weight, driving_rules().hop_factor), {}
    rng = np.random.default_rng(7)
    for code in modelled:
        mine = np.flatnonzero(unit == code)
        some = rng.choice(mine, size=25, p=weight[mine] / weight[mine].sum())
        seconds = travel_times.seconds_to_cells(
            times.network, times.to_cells.of(some), times.to_cells.of(mine), times.settings
        )
        there = weight[mine] * (seconds != travel_times.UNREACHABLE)
        sums = there.sum(axis=1)
        means = (there * seconds).sum(axis=1)[sums > 0] / sums[sums > 0] / 60
        real[code] = float(means.mean())
    ratios = np.array([modelled[code] / real[code] for code in real])
    assert 0.85 < np.median(ratios) < 1.15
    assert ((ratios > 0.5) & (ratios < 2)).all()


def test_hops_are_those_of_a_plain_loop_over_bases_and_cells(forde: Result) -> None:
    times = forde.journeys
    weight = times.cells["adults"].to_numpy(dtype=float)
    expected = {}
    for code, rows in times.cells.groupby("unit_code"):
        found = []
        for base in times.seconds:
            there = [k for k in rows.index if base[k] != travel_times.UNREACHABLE]
            reached = sum(weight[k] for k in there)
            if reached:
                found.append((reached, sum(weight[k] * base[k] for k in there) / reached / 60))
        most = max(reached for reached, _ in found)
        expected[code] = 2 * min(mean for reached, mean in found if reached > most - 1e-6)
    assert driving.hops(times, weight, 2) == pytest.approx(expected)


def test_hops_are_nothing_where_no_base_reaches_anybody(forde: Result) -> None:
    lost = replace(forde.journeys, seconds=np.full_like(forde.journeys.seconds, travel_times.UNREACHABLE))
    assert set(driving.hops(lost, np.ones(len(lost.cells)), 1.4).values()) == {0}


# -- a week ------------------------------------------------------------------------------------------------------------


def test_a_week_of_single_trips_can_be_summed_on_paper() -> None:
    load = driving.load(one_unit(30), work(), ALONE)  # 100 clients x 1 contact x 0.8 outside = 80 visits of an hour
    assert load.visits == same(80)
    assert load.trips == same(80)
    assert load.hours == same(80)  # each takes an hour to drive
    assert load.visit_hours == same(80)
    assert load.km == same(80 * 60)
    assert load.road_hours == same(16)  # for each of the 5 positions
    assert load.road_share.central == pytest.approx(16 / 30)
    assert load.cars == same(5)  # 160 hours out are 7 cars, but there are 5 to drive them
    assert load.over_full


def test_two_who_go_together_spend_twice_the_hours_but_no_more_kilometres() -> None:
    alone, pair = (
        driving.load(one_unit(), work(), driving_rules(ALONE, staff_per_trip=(n, n, n))) for n in (1, 2)
    )  # fmt: skip
    assert pair.hours.central == 2 * alone.hours.central
    assert pair.km == alone.km
    assert pair.cars.central == 3  # 5 positions make two and a half pairs


def test_cars_follow_from_the_hours_that_they_are_out() -> None:
    load = driving.load(one_unit(15), work(per_position=5), ALONE)  # 80 x (30 min + 60 min) = 120 hours; 20 positions
    assert load.cars == same(5)  # 120 / 25 = 4.8


def test_nobody_combines_more_visits_than_a_municipality_has_in_a_week() -> None:
    together = driving_rules(ALONE, clients_per_trip=(3, 3, 3))
    rare = driving.load(one_unit(30, 10), work(clients=1), together)  # 0.8 visits a week
    assert rare.trips.central == pytest.approx(0.8)
    assert rare.hours.central == pytest.approx(0.8)
    two = driving.load(one_unit(30, 10), work(clients=2.5), together)  # 2 visits: one trip of 70 minutes
    assert two.trips.central == pytest.approx(1)
    assert two.hours.central == pytest.approx(70 / 60)


def test_clients_whom_no_road_reaches_are_counted_apart() -> None:
    load = driving.load(one_unit(reached=0.75), work(), ALONE)
    assert load.visits.central == pytest.approx(60)
    assert load.not_driven.central == pytest.approx(20)
    assert load.hours.central == pytest.approx(60)


def test_a_team_without_clients_drives_nothing() -> None:
    load = driving.load(one_unit(), work(clients=0), driving_rules())
    assert (load.hours, load.cars, load.road_share) == (same(0), same(0), same(0))


@given(nearer=minutes, further=minutes, hop=minutes)
def test_a_nearer_base_never_drives_more(nearer: float, further: float, hop: float) -> None:
    near, far = sorted((nearer, further))
    assert driving.hours(one_unit(near, hop), work(), driving_rules()) <= driving.hours(
        one_unit(far, hop), work(), driving_rules()
    ) * (1 + 1e-9)  # fmt: skip


def test_the_hours_of_a_real_catchment_are_those_of_a_plain_loop(forde: Result) -> None:
    catchment, rules = forde.plan.catchments[0], driving_rules()
    times = forde.journeys
    row, hop = times.row[catchment.base], driving.hops(times, times.cells["adults"].to_numpy(dtype=float), 1.4)
    cells = times.cells.assign(s=times.seconds[row], m=forde.ways.metres)
    cells = cells[cells["unit_code"].isin(catchment.units)]
    adults, hours, km, visits = cells["adults"].sum(), 0.0, 0.0, 0.0
    for code, rows in cells[cells["s"] != travel_times.UNREACHABLE].groupby("unit_code"):
        own = rows["adults"].sum()
        there = sum(r.adults * r.s / 60 for r in rows.itertuples()) / own
        length = sum(r.adults * r.m / 1000 for r in rows.itertuples()) / own
        count = 150 * 1.6 * 0.8 * own / adults
        together = min(max(count, 1), 2)
        trip = 2 * there + (together - 1) * min(hop[code], 2 * there)
        visits += count
        hours += count / together * trip / 60
        km += count / together * trip * length / there
    team = driving.homes(_cells(forde, 0, hop), driving.minutes_from(times, row)[_mine(forde, 0)])
    load = driving.load(team, work(150, 1.6, 0.8), rules)
    assert load.visits.central == pytest.approx(visits)
    assert load.hours.central == pytest.approx(hours)
    assert load.km.central == pytest.approx(km)
    assert driving.hours(team, work(150, 1.6, 0.8), rules) == pytest.approx(hours)


def _mine(result: Result, team: int) -> np.ndarray:
    return result.journeys.cells["unit_code"].isin(result.plan.catchments[team].units).to_numpy()


def _cells(result: Result, team: int, hop: dict[str, float]) -> Cells:
    mine = _mine(result, team)
    cells = result.journeys.cells[mine]
    codes, unit = np.unique(cells["unit_code"].to_numpy(dtype=str), return_inverse=True)
    ways = result.ways
    with np.errstate(divide="ignore", invalid="ignore"):
        pace = np.nan_to_num(ways.metres[mine] / 1000 / (ways.seconds[mine] / 60))
    return Cells(tuple(codes), unit, cells["adults"].to_numpy(dtype=float), pace, np.array([hop[c] for c in codes]))


def test_homes_are_the_weighted_means_of_each_municipality() -> None:
    cells = Cells(
        units=("a", "b"),
        unit=np.array([0, 0, 1, 1]),
        weight=np.array([1.0, 3.0, 4.0, 2.0]),
        pace=np.array([1.0, 0.5, 1.0, 1.0]),
        hop_minutes=np.array([7.0, 8.0]),
    )
    found = driving.homes(cells, np.array([10.0, 30.0, 20.0, np.nan]))
    assert found.share.tolist() == [0.4, 0.4]
    assert found.minutes.tolist() == [25, 20]
    assert found.km.tolist() == [(10 + 3 * 15) / 4, 20]
    assert found.unreachable == pytest.approx(0.2)
    assert found.mean_minutes == pytest.approx(22.5)


def test_homes_that_nobody_reaches_have_no_mean() -> None:
    cells = Cells(("a",), np.array([0]), np.array([5.0]), np.array([0.0]), np.array([0.0]))
    found = driving.homes(cells, np.array([np.nan]))
    assert found.mean_minutes is None
    assert found.unreachable == 1


# -- ranges ------------------------------------------------------------------------------------------------------------


def test_independent_uncertainties_are_combined_by_the_squares_of_their_logarithms() -> None:
    swings = np.array([[[10 / math.e**3], [10 * math.e**3]], [[10 / math.e**4], [10 * math.e**4]]])
    low, high = driving.combined(np.array([10.0]), swings)
    assert low[0] == pytest.approx(10 / math.e**5)
    assert high[0] == pytest.approx(10 * math.e**5)


factors = st.lists(
    st.tuples(st.floats(0.2, 1), st.floats(1, 5)), min_size=1, max_size=6
)  # low and high of a factor whose central value is 1


@given(given_factors=factors)
def test_a_combined_range_holds_each_single_one_and_lies_within_all_at_once(
    given_factors: list[tuple[float, float]],
) -> None:
    low, high = driving.combined(np.array([1.0]), np.array([[[a], [b]] for a, b in given_factors]))
    table = pd.DataFrame(given_factors, columns=["low", "high"])
    assert table["low"].prod() * (1 - 1e-9) <= low[0] <= table["low"].min() * (1 + 1e-9)
    assert table["high"].max() * (1 - 1e-9) <= high[0] <= table["high"].prod() * (1 + 1e-9)


def test_a_figure_that_is_nothing_now_but_may_be_something_shows_it() -> None:
    low, high = driving.combined(np.array([0.0]), np.array([[[0.0], [12.0]]]))
    assert (low[0], high[0]) == (0, 12)


def test_the_input_with_the_widest_swing_is_named() -> None:
    wide = replace(work(), contacts=Range(0.5, 1, 4))
    assert driving.load(one_unit(), wide, driving_rules()).decides == "contacts"


def test_a_quotient_is_low_where_the_divisor_is_high() -> None:
    assert Range(100, 200, 300).per(Range(10, 20, 25)) == Range(4, 10, 30)
    assert Range(1, 2, 3).per(same(0)) == same(0)
