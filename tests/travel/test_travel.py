"""Travel times against NetworkX, by hand, and on the roads and ferries of the shipped pack."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.basics import refusal
from worlds.networks import NO_ACCESS, drawn_network, on_edge, oracle, small_networks

from factgeo import settings as factgeo_settings
from factgeo.atlas import places
from factgeo.atlas.access import Access
from factgeo.atlas.pack import Atlas
from factgeo.errors import SettingsError
from factgeo.travel import journeys, network, trips
from factgeo.travel import times as travel_times
from factgeo.travel.network import RoadNetwork

DEFAULT = factgeo_settings.load()


@pytest.mark.parametrize("compiled", [True, False])
@settings(max_examples=250, deadline=None)
@given(drawn=small_networks())
def test_times_equal_those_of_networkx_to_the_second(
    drawn: tuple[RoadNetwork, Access, Access],
    compiled: bool,  # noqa: FBT001
) -> None:
    roads, bases, cells = drawn
    found = travel_times.seconds_to_cells(roads, bases, cells, NO_ACCESS, compiled=compiled)
    assert (found == oracle(roads, bases, cells)).all()


@settings(max_examples=100, deadline=None)
@given(drawn=small_networks(), limit=st.integers(0, 700))
def test_a_cut_off_only_hides_what_lies_beyond_it(drawn: tuple[RoadNetwork, Access, Access], limit: int) -> None:
    roads, bases, cells = drawn
    whole = travel_times.seconds_to_cells(roads, bases, cells, NO_ACCESS)
    cut = travel_times.seconds_to_cells(roads, bases, cells, NO_ACCESS, limit_s=limit)
    assert (cut == np.where(whole <= limit, whole, travel_times.UNREACHABLE)).all()


@settings(max_examples=100, deadline=None)
@given(drawn=small_networks())
def test_a_trip_takes_as_long_as_the_matrix_says(drawn: tuple[RoadNetwork, Access, Access]) -> None:
    roads, bases, cells = drawn
    seconds = travel_times.seconds_to_cells(roads, bases, cells, NO_ACCESS)
    table = gpd.GeoDataFrame({"kind": ["road"] * len(roads.from_node), "crossing": "", "number": ""})
    for row in range(len(bases.edge)):
        for column in range(len(cells.edge)):
            ends = on_edge((bases.edge[row], bases.position[row]), (cells.edge[column], cells.position[column]))
            minutes = trips.trip(roads, table, ends, NO_ACCESS).minutes
            expected = None if seconds[row, column] == travel_times.UNREACHABLE else seconds[row, column] / 60
            assert minutes == (None if expected is None else pytest.approx(expected))


def test_a_cell_without_a_road_is_unreachable_and_not_a_number_of_minutes() -> None:
    roads = drawn_network([(0, 1, 60, 60, "B")], nodes=2)
    seconds = travel_times.seconds_to_cells(roads, on_edge((0, 0.0)), on_edge((0, 1.0), (-1, 0.0)), NO_ACCESS)
    assert seconds.tolist() == [[60, travel_times.UNREACHABLE]]


def test_the_way_to_the_road_counts_at_both_ends() -> None:
    roads = drawn_network([(0, 1, 60, 60, "B")], nodes=2)
    base = Access(np.array([0], dtype=np.int32), np.array([0.0]), np.array([1000.0]))
    cell = Access(np.array([0], dtype=np.int32), np.array([1.0]), np.array([500.0]))
    by_hand = 60 + round(1000 * 1.3 * 3.6 / 30) + round(500 * 1.3 * 3.6 / 30)
    assert travel_times.seconds_to_cells(roads, base, cell, DEFAULT).tolist() == [[by_hand]]


def crossing(**values: object) -> gpd.GeoDataFrame:
    row = {"from_node": 0, "to_node": 1, "kind": "ferry", "road_class": "ferry", "number": "", "length_m": 10_000.0}
    row |= {"season": "all_year", "in_service": "yes", "crossing": "A-B", "crossing_min": np.nan}
    return gpd.GeoDataFrame([row | values])


def test_a_published_crossing_time_goes_before_the_rule() -> None:
    assert network.crossing_minutes(crossing(crossing_min=17.0), DEFAULT).tolist() == [17.0]
    assert network.crossing_minutes(crossing(), DEFAULT) == pytest.approx([6.1 + 2.41 * 10])


@pytest.mark.parametrize(
    ("season", "runs"), [("all_year", True), ("unknown", True), ("summer", False), ("tourist", False)]
)
def test_ferries_of_the_season_run_only_when_asked_for(season: str, runs: bool) -> None:  # noqa: FBT001
    asked = factgeo_settings.load(assignments=["ferry.summer=true", "ferry.tourist=true"])
    assert network.runs(crossing(season=season), DEFAULT).tolist() == [runs]
    assert network.runs(crossing(season=season), asked).tolist() == [True]


def test_a_ferry_that_is_known_to_have_stopped_is_closed() -> None:
    assert network.runs(crossing(in_service="no"), DEFAULT).tolist() == [False]


@pytest.mark.parametrize(("rule", "minutes"), [("measured_mean", 15), ("half_headway", 10), ("none", 0)])
def test_waiting_follows_the_chosen_rule(rule: str, minutes: float) -> None:
    chosen = factgeo_settings.load(assignments=[f"ferry.wait_rule={rule}"])
    assert network.wait_minutes(crossing(headway_min=20.0), chosen).tolist() == [minutes]
    unknown = network.wait_minutes(crossing(headway_min=np.nan), chosen).tolist()
    assert unknown == [0 if rule == "none" else 15]


def shipped_trip(atlas: Atlas, start: str, end: str, *assignments: str) -> trips.Trip:
    chosen = factgeo_settings.load(assignments=assignments)
    return journeys.find_trip(atlas, places.resolve(start, atlas), places.resolve(end, atlas), chosen)


def test_lavik_to_oppedal_is_one_ferry_of_about_six_km(shipped: Atlas) -> None:
    trip = shipped_trip(shipped, "Lavik", "Oppedal")
    assert trip.ferries == ("Lavik-Oppedal",)
    assert trip.km == pytest.approx(6, abs=0.6)
    assert (trip.crossing_min, trip.wait_min) == (20, 15)


@pytest.mark.parametrize(
    ("start", "end", "ferry", "km"),
    [("Sogndal", "Lærdal", "Mannheller-Fodnes", 31), ("Hjelmeland", "Nesvik", "Hjelmeland-Nesvik", 4)],
)
def test_quays_that_touch_no_road_in_n1000_are_used(
    shipped: Atlas, start: str, end: str, ferry: str, km: float
) -> None:
    trip = shipped_trip(shipped, start, end)
    assert trip.ferries == (ferry,)
    assert trip.km == pytest.approx(km, abs=3)


def test_bryggja_to_oslo_takes_about_as_long_as_published(shipped: Atlas) -> None:
    trip = shipped_trip(shipped, "Bryggja", "Oslo")
    assert trip.minutes == pytest.approx(451, rel=0.10)
    assert trip.km == pytest.approx(550, rel=0.10)


def test_a_short_trip_on_kristiansund_does_not_take_the_coastal_steamer(shipped: Atlas) -> None:
    trip = shipped_trip(shipped, "7.7280,63.1104", "7.7450,63.1180")
    assert trip.minutes is not None
    assert trip.minutes < 20


def test_the_parts_of_a_trip_add_up_and_agree_with_the_matrix(shipped: Atlas) -> None:
    """Sunnfjord's base to every cell of Gulen, once as a matrix and once trip by trip."""
    times = journeys.compute(shipped, ("4635", "4647"), DEFAULT) if "4635" in shipped.units.index else None
    assert times is not None
    cells = times.cells[times.cells["unit_code"] == "4635"].head(12)
    base = times.bases[1]
    roads = network.from_table(shipped.roads, DEFAULT)
    for column in cells.index:
        ends = _ends(shipped, base.lon, base.lat, str(cells.at[column, "ssbid"]))
        trip = trips.trip(roads, shipped.roads, ends, DEFAULT)
        seconds = int(times.seconds[1, column])
        if seconds == travel_times.UNREACHABLE:
            assert not trip.reachable
            continue
        assert trip.minutes == pytest.approx(seconds / 60, abs=1e-6)
        parts = (trip.drive_min or 0) + (trip.crossing_min or 0) + (trip.wait_min or 0) + (trip.access_min or 0)
        assert parts == pytest.approx(trip.minutes)


def _ends(atlas: Atlas, lon: float, lat: float, ssbid: str) -> Access:
    base = journeys.access_of(atlas, [lon], [lat])
    cell = int(atlas.cells.index[atlas.cells["ssbid"] == ssbid][0])
    to_cell = atlas.cell_access
    return Access(
        np.array([base.edge[0], to_cell.edge[cell]]),
        np.array([base.position[0], to_cell.position[cell]]),
        np.array([base.metres[0], to_cell.metres[cell]]),
    )


@settings(max_examples=150, deadline=None)
@given(drawn=small_networks())
def test_the_nearest_base_is_the_least_of_all_bases(drawn: tuple[RoadNetwork, Access, Access]) -> None:
    roads, bases, cells = drawn
    seconds = travel_times.seconds_to_cells(roads, bases, cells, NO_ACCESS)
    base, away = travel_times.nearest_base(roads, bases, cells, NO_ACCESS)
    assert (away == seconds.min(axis=0)).all()
    reached = base >= 0
    assert (seconds[base[reached], np.flatnonzero(reached)] == away[reached]).all()
    assert (away[~reached] == travel_times.UNREACHABLE).all()


@settings(max_examples=60, deadline=None)
@given(drawn=small_networks(), limit=st.integers(0, 900))
def test_cells_within_a_limit_are_those_of_the_matrix(drawn: tuple[RoadNetwork, Access, Access], limit: int) -> None:
    roads, bases, cells = drawn
    matrix = travel_times.seconds_to_cells(roads, bases, cells, NO_ACCESS, limit_s=limit)
    near = travel_times.within(roads, bases, cells, NO_ACCESS, limit_s=limit)
    rebuilt = np.full_like(matrix, travel_times.UNREACHABLE)
    rows = np.repeat(np.arange(len(bases.edge)), np.diff(near.first))
    rebuilt[rows, near.cell] = near.seconds
    assert (rebuilt == matrix).all()


@pytest.mark.parametrize("name", ["Mannheller-Fodnes", "fodnes-mannheller", "7.2,61.1,7.5,61.2"])
def test_a_closed_ferry_is_driven_around(shipped: Atlas, name: str) -> None:
    usual = shipped_trip(shipped, "Oslo", "Førde")
    detour = shipped_trip(shipped, "Oslo", "Førde", f'roads.closed=["{name}"]')
    assert usual.ferries == ("Mannheller-Fodnes",)
    assert "Mannheller-Fodnes" not in detour.ferries
    assert (detour.minutes or 0) > (usual.minutes or 0) + 15


def test_a_closed_road_is_not_driven(shipped: Atlas) -> None:
    assert "R52" in shipped_trip(shipped, "Oslo", "Førde").roads
    assert "R52" not in shipped_trip(shipped, "Oslo", "Førde", 'roads.closed=["Rv52"]').roads


def test_an_unknown_closure_is_refused_with_the_nearest_names(shipped: Atlas) -> None:
    def close(what: str) -> None:
        shipped_trip(shipped, "Lavik", "Oppedal", f'roads.closed=["{what}"]')

    assert "Lavik-Oppedal" in refusal(SettingsError, lambda: close("Lavik-Opedal"))
    assert "west,south" in refusal(SettingsError, lambda: close("a,b,c,d"))


BOXES_THAT_CLOSE_NOTHING = {
    "60,5,61,6": "Did you mean 5,60,6,61?",  # latitude first
    "6,61,5,60": "Did you mean 5,60,6,61?",  # two opposite corners
    "5,6,60,61": "Did you mean 5,60,6,61?",  # west, east, south, north
    "100,100,120,120": "no area on earth",
    "2,60,2.5,60.4": "touches neither a road nor a ferry",  # the North Sea
    "-180,-90,180,90": "reaches far beyond",
    "nan,60,6,61": "not a box",
    "5,4,61,0,5,6,61,2": "not a box",  # decimal commas
    "5.4 61.0 5.6": "not a box",
}


@pytest.mark.parametrize("box", BOXES_THAT_CLOSE_NOTHING)
def test_a_box_that_closes_nothing_is_refused_with_the_order_of_its_corners(box: str) -> None:
    road = gpd.GeoDataFrame(
        {"kind": ["road"], "season": [""], "in_service": [""], "crossing": [""], "number": [""]},
        geometry=gpd.GeoSeries.from_wkt(["LINESTRING (5.5 60.4, 5.6 60.5)"], crs=4326).to_crs(25833),
    )
    rules = factgeo_settings.load(tables={"roads": {"closed": [box]}})
    message = refusal(SettingsError, lambda: network.closed(road, rules))
    assert BOXES_THAT_CLOSE_NOTHING[box] in message
    assert "west,south,east,north" in message


@pytest.mark.parametrize("name", ["", "v", " "])
def test_a_closure_without_a_name_closes_no_road_without_a_number(shipped: Atlas, name: str) -> None:
    rules = factgeo_settings.load(tables={"roads": {"closed": [name]}})
    assert "Neither a ferry nor a road" in refusal(SettingsError, lambda: network.closed(shipped.roads, rules))


def test_closing_a_ferry_that_does_not_run_is_refused_and_a_running_one_is_closed(shipped: Atlas) -> None:
    rules = {"roads": {"closed": ["Svolvær-Skutvik"]}}
    idle, sailing = (
        factgeo_settings.load(tables=rules),
        factgeo_settings.load(tables={**rules, "ferry": {"summer": True}}),
    )
    assert "nothing to close" in refusal(SettingsError, lambda: network.closed(shipped.roads, idle))
    assert network.closed(shipped.roads, sailing).any()


def test_minutes_that_come_with_a_network_go_before_speeds_and_limits_before_classes() -> None:
    row = {"from_node": 0, "to_node": 1, "kind": "road", "road_class": "F", "number": "", "length_m": 1000.0,
           "oneway": "B", "limit_kph": np.nan, "forward_min": np.nan, "backward_min": np.nan, "season": "",
           "in_service": "", "crossing": "", "crossing_min": np.nan, "headway_min": np.nan}  # fmt: skip
    line = [shapely.LineString([(0, 0), (1000, 0)])]

    def seconds(**values: object) -> tuple[int, int]:
        roads = network.from_table(gpd.GeoDataFrame([row | values], geometry=line, crs=25833), DEFAULT)
        return int(roads.forward_s[0]), int(roads.backward_s[0])

    assert seconds() == (round(1040 * 3.6 / 58),) * 2
    assert seconds(limit_kph=80.0) == (round(1040 * 3.6 / (0.83 * 80)),) * 2
    assert seconds(limit_kph=50.0) == (round(1040 * 3.6 / (0.80 * 50)),) * 2
    assert seconds(limit_kph=30.0) == (round(1040 * 3.6 / (0.68 * 30)),) * 2
    assert seconds(limit_kph=80.0, forward_min=2.0) == (120, round(1040 * 3.6 / (0.83 * 80)))
