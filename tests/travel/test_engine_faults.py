"""Known faults of other travel-time engines, each held against the shipped pack.

The numbers are those of the table of faults: 1 ferries dropped, 2 their minutes, 3 waiting, 4 coastal steamers,
5 snapping over water, 6 silent zeros, 7 too optimistic, 8 isochrones over fjords, 9 hidden cut-offs, 10 memory,
11 asymmetry. Of 8 only the counting applies: nothing here draws isochrones.
"""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray
from worlds.basics import UTM33

from factgeo import settings
from factgeo.atlas import places
from factgeo.atlas.access import Access
from factgeo.atlas.pack import Atlas
from factgeo.atlas.places import Place
from factgeo.travel import journeys, network
from factgeo.travel import times as travel_times
from factgeo.travel.times import UNREACHABLE

DEFAULT = settings.load()
Seconds = NDArray[np.int32]


def bases_of(atlas: Atlas) -> Access:
    """Where the base of every unit gets on the road."""
    return journeys.access_of(atlas, atlas.units["base_lon"].tolist(), atlas.units["base_lat"].tolist())


def between_bases(atlas: Atlas, *assignments: str, roads: gpd.GeoDataFrame | None = None) -> Seconds:
    """Seconds from the base of every unit to that of every other."""
    chosen, ends = settings.load(assignments=assignments), bases_of(atlas)
    drawn = network.from_table(atlas.roads if roads is None else roads, chosen)
    return travel_times.seconds_to_cells(drawn, ends, ends, chosen)


def row_of(atlas: Atlas, name: str) -> int:
    return atlas.units["name"].tolist().index(name)


def trip(atlas: Atlas, start: str | Place, end: str | Place, *assignments: str) -> journeys.Trip:
    a, b = (place if isinstance(place, Place) else places.resolve(place, atlas) for place in (start, end))
    return journeys.find_trip(atlas, a, b, settings.load(assignments=assignments))


@pytest.fixture(scope="module")
def usual(shipped: Atlas) -> Seconds:
    """Between all bases, under the default settings."""
    return between_bases(shipped)


@pytest.fixture(scope="module")
def no_ferries(shipped: Atlas) -> Seconds:
    """Between all bases, when no ferry sails."""
    ferry = shipped.roads["kind"] == "ferry"
    return between_bases(shipped, roads=shipped.roads.assign(in_service=shipped.roads["in_service"].mask(ferry, "no")))


@pytest.fixture(scope="module")
def everywhere(shipped: Atlas) -> Seconds:
    """From all bases to every inhabited cell of the country."""
    roads = network.from_table(shipped.roads, DEFAULT)
    return travel_times.seconds_to_cells(roads, bases_of(shipped), shipped.cell_access, DEFAULT)


# -- 1 ferries dropped: GOSTnets#9, #32, osrm-backend#434, #276, openrouteservice#9

BY_FERRY_ALONE = [
    "Kvitsøy", "Utsira", "Smøla", "Vega", "Herøy (Nordland)", "Dønna", "Træna", "Røst", "Værøy", "Austevoll", "Fedje",
    "Solund", "Leka", "Hasvik",
]  # fmt: skip


@pytest.mark.parametrize("name", BY_FERRY_ALONE)
def test_1_an_island_municipality_is_reached_because_of_its_ferry(
    shipped: Atlas, usual: Seconds, no_ferries: Seconds, name: str
) -> None:
    trondheim, island = row_of(shipped, "Midtbyen"), row_of(shipped, name)
    assert usual[trondheim, island] < UNREACHABLE
    assert no_ferries[trondheim, island] == UNREACHABLE


@pytest.mark.parametrize("name", ["Hitra", "Frøya"])
def test_1_an_island_municipality_with_a_tunnel_needs_no_ferry(shipped: Atlas, no_ferries: Seconds, name: str) -> None:
    assert no_ferries[row_of(shipped, "Midtbyen"), row_of(shipped, name)] < UNREACHABLE


def test_1_every_base_reaches_every_other(usual: Seconds) -> None:
    assert usual.shape == (391, 391)
    assert (usual < UNREACHABLE).all()


def test_1_every_crossing_with_a_road_by_both_quays_is_sailed_from_road_to_road(shipped: Atlas) -> None:
    crossings = shipped.facts("ferry_crossings").query("season == 'all_year' and in_service == 'yes'")
    crossings = crossings[(crossings["lon_a"] != "") & (crossings["lon_b"] != "")]
    start, end = (_on_nearest_road(shipped, crossings, side) for side in "ab")
    near = (start.metres <= 1_500) & (end.metres <= 1_500)
    assert near.sum() > 150
    roads = network.from_table(shipped.roads, DEFAULT)
    minutes = travel_times.seconds_to_cells(roads, _at_the_road(start), _at_the_road(end), DEFAULT).diagonal() / 60
    ferries = shipped.roads["kind"] == "ferry"
    sailing = pd.Series(network.crossing_minutes(shipped.roads, DEFAULT), shipped.roads["crossing_id"])[
        ferries.tolist()
    ]
    longest = sailing.loc[crossings["crossing_id"]].to_numpy() + DEFAULT.ferry.wait_min + 8  # to the quay and from it
    late = crossings["name"][near & (minutes > longest)]
    assert late.tolist() == []


def _on_nearest_road(atlas: Atlas, crossings: pd.DataFrame, side: str) -> Access:
    lon, lat = (crossings[f"{axis}_{side}"].astype(float).to_numpy() for axis in ("lon", "lat"))
    quays = travel_times.as_points(lon, lat)
    rows = np.flatnonzero((atlas.roads["kind"] == "road") & ~atlas.roads["tunnel"])
    lines = atlas.roads.geometry.to_numpy()[rows]
    hit, metres = shapely.STRtree(lines).query_nearest(quays, return_distance=True, all_matches=False)
    position = shapely.line_locate_point(lines[hit[1]], quays, normalized=True)
    return Access(rows[hit[1]].astype(np.int32), position, metres)


def _at_the_road(points: Access) -> Access:
    return dataclasses.replace(points, metres=np.zeros(len(points.metres)))


def test_1_a_crossing_that_is_not_in_the_network_is_listed_with_its_reason(shipped: Atlas) -> None:
    known, drawn = set(shipped.facts("ferry_crossings")["crossing_id"]), set(shipped.roads["crossing_id"])
    listed = {entry["crossing_id"]: entry["reason"] for entry in shipped.manifest["crossings_left_out"]}
    assert set(listed) == known - drawn
    assert len(known & drawn) > 200
    assert all(listed.values())


# -- 2 minutes of ferries: graphhopper#2532, #2528, valhalla#4403, #839, osrm-backend#7313


def test_2_published_minutes_stand_on_one_edge_per_crossing_and_have_a_source(shipped: Atlas) -> None:
    facts = shipped.facts("ferry_crossings").set_index("crossing_id")
    ferries = shipped.roads[shipped.roads["kind"] == "ferry"].set_index("crossing_id")
    published = facts.loc[ferries.index, "crossing_min"].replace("", "nan").astype(float)
    assert ferries.index.is_unique
    assert published.notna().sum() > 50
    assert np.array_equal(ferries["crossing_min"], published, equal_nan=True)
    assert (facts.loc[published.index[published.notna()], "crossing_min_source"] != "").all()


def test_2_no_ferry_sails_faster_than_a_ferry_or_slower_than_a_rowing_boat(shipped: Atlas) -> None:
    minutes = network.crossing_minutes(shipped.roads, DEFAULT)
    ferry = (shipped.roads["kind"] == "ferry").to_numpy()
    kph = 60 * shipped.roads["length_m"].to_numpy()[ferry] / 1000 / minutes[ferry]
    assert 5 < kph.min() < kph.max() < 45


SEVERAL = [("Oslo", "Bergen", 0), ("Førde", "Bergen", 1), ("Kristiansund", "Bergen", 3), ("Oslo", "Træna", 3)]


@pytest.mark.parametrize(("start", "end", "ferries"), SEVERAL)
def test_2_and_3_a_trip_counts_each_crossing_once_and_waits_once_per_boarding(
    shipped: Atlas, start: str, end: str, ferries: int
) -> None:
    found = trip(shipped, start, end)
    rows = shipped.roads["crossing"].isin(found.ferries)
    assert len(found.ferries) == rows.sum() == ferries
    minutes = network.crossing_minutes(shipped.roads, DEFAULT)[rows.to_numpy()].sum()
    assert found.crossing_min == pytest.approx(minutes, abs=0.05)
    assert found.wait_min == 15 * ferries


# -- 3 waiting: openrouteservice#1037, GOSTnets#9


def test_3_more_waiting_never_makes_a_trip_faster_and_changes_no_trip_without_a_ferry(
    shipped: Atlas, usual: Seconds, no_ferries: Seconds
) -> None:
    none, long = between_bases(shipped, "ferry.wait_rule=none"), between_bases(shipped, "ferry.wait_min=60")
    assert (none <= usual).all()
    assert (usual <= long).all()
    assert (none < usual).any()
    assert (usual < long).any()
    by_land = none == no_ferries
    assert by_land.any()
    assert (long[by_land] == none[by_land]).all()


def test_3_a_boat_over_several_lines_is_boarded_once(shipped: Atlas) -> None:
    hut = Place("Mårbu", 7.8755, 60.0208)  # on a lake of Hardangervidda; its boat is drawn in two lines
    found = trip(shipped, "Bergen", hut, "ferry.boats=true")
    assert not trip(shipped, "Bergen", hut).reachable
    assert found.wait_min == 15 * (len(found.ferries) + 1)


# -- 4 coastal steamers: openrouteservice#2299


def test_4_all_of_kristiansund_is_reached_within_an_hour_without_a_ferry(shipped: Atlas, everywhere: Seconds) -> None:
    own = (shipped.cells["unit_code"] == "1505").to_numpy()
    seconds = everywhere[row_of(shipped, "Kristiansund"), own]
    reached = seconds < UNREACHABLE
    assert shipped.cells.loc[own, "persons"][reached].sum() > 23_000
    assert seconds[reached].max() < 3_600


@pytest.mark.parametrize("boats", ["false", "true"])
def test_4_a_short_trip_across_kristiansund_stays_short(shipped: Atlas, boats: str) -> None:
    a, b = Place("a", 7.7280, 63.1104), Place("b", 7.7450, 63.1180)  # 1.2 km as the crow flies
    found = trip(shipped, a, b, f"ferry.boats={boats}")
    assert found.ferries == ()
    assert found.wait_min == 0
    assert found.km is not None
    assert 1.2 < found.km < 5


def test_4_no_ferry_or_boat_is_as_long_as_a_coastal_route(shipped: Atlas) -> None:
    sails = shipped.roads["kind"].isin(["ferry", "boat"]).to_numpy()
    assert shipped.roads.loc[sails, "length_m"].max() < 120_000
    assert network.crossing_minutes(shipped.roads, DEFAULT)[sails].max() <= 240
    assert not shipped.roads["crossing"].str.contains("hurtigrut|havila|kystrut", case=False).any()


@pytest.mark.parametrize(
    ("start", "end"), [("Kirkenes", "Vardø"), ("Honningsvåg", "Kjøllefjord"), ("Mehamn", "Berlevåg")]
)
def test_4_no_trip_takes_a_leg_of_the_coastal_steamer_for_a_local_boat(shipped: Atlas, start: str, end: str) -> None:
    by_car, with_boats = trip(shipped, start, end), trip(shipped, start, end, "ferry.boats=true")
    assert with_boats.minutes == by_car.minutes


# -- 5 snapping onto ferries or over water: graphhopper#322, #570, #2510, valhalla#1253, openrouteservice#2083


def test_5_no_base_and_no_cell_gets_on_a_ferry_a_boat_or_a_tunnel(shipped: Atlas) -> None:
    for found in (bases_of(shipped), shipped.cell_access):
        used = shipped.roads.iloc[found.edge[found.edge >= 0]]
        assert len(used) >= 391
        assert set(used["kind"]) <= {"road", "tie", "landing"}
        assert not used["tunnel"].any()


def test_5_no_base_and_no_cell_gets_on_a_road_across_the_sea(shipped: Atlas) -> None:
    """Measured anew: the straight way to the road, less all land at once."""
    land = shapely.union_all(shipped.units.geometry.to_numpy())
    bases = travel_times.as_points(shipped.units["base_lon"].to_numpy(), shipped.units["base_lat"].to_numpy())
    homes = np.asarray(shapely.points(shipped.cells["home_x"], shipped.cells["home_y"]), dtype=object)
    for points, found in ((bases, bases_of(shipped)), (homes, shipped.cell_access)):
        on = np.flatnonzero(found.edge >= 0)
        lines = shipped.roads.geometry.to_numpy()[found.edge[on]]
        spots = shapely.line_interpolate_point(lines, found.position[on], normalized=True)
        ways = shapely.shortest_line(points[on], spots)
        assert shapely.length(ways) == pytest.approx(found.metres[on], abs=5)
        assert shapely.length(ways).max() <= 15_000
        long = ways[shapely.length(ways) > 300]
        assert len(long) > 10
        assert _metres_at_sea(long, land).max() <= 330


def _metres_at_sea(ways: NDArray[np.object_], land: shapely.Geometry) -> NDArray[np.float64]:
    """How much of each way is at sea, looked up every 10 m."""
    shapely.prepare(land)
    spots, way = shapely.get_coordinates(shapely.segmentize(ways, 10), return_index=True)
    return 10.0 * np.bincount(way[~shapely.contains_xy(land, spots)], minlength=len(ways))


def test_5_a_base_gets_on_where_the_people_of_the_same_spot_do(shipped: Atlas) -> None:
    rows = np.arange(0, len(shipped.cells), 11)
    homes = gpd.GeoSeries(gpd.points_from_xy(shipped.cells["home_x"], shipped.cells["home_y"]), crs=UTM33).iloc[rows]
    degrees = homes.to_crs(4326)
    on = journeys.access_of(shipped, degrees.x.tolist(), degrees.y.tolist())
    assert (on.edge == shipped.cell_access.edge[rows]).mean() > 0.999
    assert ((on.edge < 0) == (shipped.cell_access.edge[rows] < 0)).all()


def test_5_the_way_to_the_road_always_costs_time(shipped: Atlas, everywhere: Seconds) -> None:
    door = network.access_seconds(shipped.cell_access.metres, DEFAULT)
    reached = np.isfinite(door)
    assert (everywhere[:, reached] >= door[reached]).all()


# -- 6 silent zeros and numbers for "no way": pandana#170, #166, osmnx#1307, r5r#361, r5py#270


def test_6_who_cannot_be_reached_is_counted_and_is_the_same_seen_from_everywhere(
    shipped: Atlas, everywhere: Seconds
) -> None:
    lost = everywhere == UNREACHABLE
    assert (lost == lost[0]).all()
    persons = shipped.cells["persons"].to_numpy()
    assert persons[lost[0]].sum() == shipped.manifest["roads"]["residents_without_road"] > 0
    counted = travel_times.by_unit(everywhere[:1], shipped.cells, DEFAULT).unreachable
    assert counted.sum() == persons[lost[0]].sum()
    assert everywhere[~lost].min() > 0
    assert everywhere[~lost].max() < travel_times.NO_LIMIT


def test_6_islands_with_people_are_kept(shipped: Atlas, everywhere: Seconds) -> None:
    lost = travel_times.by_unit(everywhere[:1], shipped.cells, DEFAULT)
    assert (lost.unreachable[0] <= 0.2 * lost.persons).all()


def test_6_no_figure_of_a_trip_without_a_way_is_a_number(shipped: Atlas) -> None:
    found = trip(shipped, "Oslo", Place("at sea", 4.9, 61.77))
    assert not found.reachable
    figures = [value for name, value in vars(found).items() if name.endswith(("minutes", "_min", "km"))]
    assert figures == [None] * 6


# -- 7 too optimistic: osrm-backend PR#1634, #463, #6103, r5r#293


@pytest.mark.parametrize("factor", ["junction_factor", "winter_factor"])
def test_7_one_documented_factor_slows_all_driving_and_no_ferry(shipped: Atlas, factor: str) -> None:
    usual, slow = (trip(shipped, "Førde", "Bergen", f"roads.{factor}={times}") for times in (1.0, 1.3))
    assert usual.ferries == slow.ferries == ("Lavik-Oppedal",)
    assert (slow.crossing_min, slow.wait_min) == (usual.crossing_min, usual.wait_min)
    assert slow.drive_min == pytest.approx(1.3 * (usual.drive_min or 0), rel=0.005)


# -- 8 isochrones that jump over fjords: graphhopper#2181, #1686


def test_8_who_lives_across_the_fjord_is_counted_by_the_way_there_and_not_by_the_map(shipped: Atlas) -> None:
    mannheller = Place("Mannheller", 7.382, 61.158)
    closed = settings.load(assignments=['roads.closed=["Mannheller-Fodnes"]'])
    start = journeys.access_of(shipped, [mannheller.lon], [mannheller.lat])
    seconds = travel_times.seconds_to_cells(
        network.from_table(shipped.roads, closed), start, shipped.cell_access, closed
    )[0]
    (spot,) = gpd.GeoSeries(gpd.points_from_xy([mannheller.lon], [mannheller.lat]), crs=4326).to_crs(UTM33)
    east = np.hypot(shipped.cells["home_x"] - spot.x, shipped.cells["home_y"] - spot.y)
    near = ((shipped.cells["unit_code"] == "4642") & (east < 15_000)).to_numpy()  # Lærdal, on the other side
    assert near.sum() > 5
    assert (seconds[near] > 60 * 60).all()


# -- 9 hidden cut-offs: r5py#504, valhalla#4143


def test_9_nothing_is_cut_off_unless_a_limit_is_given(shipped: Atlas, everywhere: Seconds) -> None:
    oslo = everywhere[row_of(shipped, "Gamle Oslo")]
    reached = oslo[oslo < UNREACHABLE]
    assert reached.max() > 30 * 3_600
    limit = 90 * 60
    roads, bases = network.from_table(shipped.roads, DEFAULT), bases_of(shipped)
    cut = travel_times.seconds_to_cells(roads, bases, shipped.cell_access, DEFAULT, limit_s=limit)
    assert (cut == np.where(everywhere <= limit, everywhere, UNREACHABLE)).all()


def test_9_a_limit_that_the_short_form_cannot_hold_is_refused(shipped: Atlas) -> None:
    ends = bases_of(shipped)
    roads = network.from_table(shipped.roads, DEFAULT)
    with pytest.raises(ValueError, match="65"):
        travel_times.within(roads, ends, ends, DEFAULT, limit_s=20 * 3_600)


# -- 10 memory on the scale of a country: osmnx#310, #122, pyrosm#172, scipy#16585


def test_10_the_network_and_the_times_are_small_arrays_and_no_objects(shipped: Atlas, everywhere: Seconds) -> None:
    roads = network.from_table(shipped.roads, DEFAULT)
    arrays = [value for value in vars(roads).values() if isinstance(value, np.ndarray)]
    assert len(arrays) >= 10
    assert all(array.dtype.kind in "ifb" for array in arrays)
    for name in ("from_node", "to_node", "forward_s", "backward_s", "crossing_s", "wait_s"):
        assert getattr(roads, name).dtype == np.int32
    assert sum(array.nbytes for array in arrays) < 5e6
    assert everywhere.dtype == np.int32
    assert everywhere.nbytes == 4 * 391 * len(shipped.cells)


# -- 11 asymmetric and avoid-ferry matrices: openrouteservice#2282


def test_11_without_one_way_streets_the_way_back_takes_as_long(usual: Seconds) -> None:
    assert (usual == usual.T).all()


def test_11_with_one_way_streets_the_way_back_is_that_of_the_network_turned_round(shipped: Atlas) -> None:
    oneway = shipped.roads["oneway"].copy()
    roads = np.flatnonzero(shipped.roads["kind"] == "road")
    oneway.iloc[roads[::9]], oneway.iloc[roads[4::9]] = "FT", "TF"
    turned = oneway.replace({"FT": "TF", "TF": "FT"})
    there, back = (between_bases(shipped, roads=shipped.roads.assign(oneway=ways)) for ways in (oneway, turned))
    assert (there != there.T).any()
    assert (there == back.T).all()


def test_11_without_ferries_nothing_is_faster(usual: Seconds, no_ferries: Seconds) -> None:
    assert (no_ferries >= usual).all()
    assert ((no_ferries > usual) & (no_ferries < UNREACHABLE)).any()


@pytest.mark.parametrize("name", ["Lavik-Oppedal", "Mannheller-Fodnes", "Bognes-Skarberget", "Moss-Horten"])
def test_11_closing_one_ferry_makes_no_trip_faster(shipped: Atlas, usual: Seconds, name: str) -> None:
    closed = between_bases(shipped, f'roads.closed=["{name}"]')
    assert (closed >= usual).all()
    assert (closed > usual).any()
