"""Which units are joined by road, by ferry or by a border."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from worlds.basics import UTM33, areas, box, line

from factgeo.building import links

KM = 1_000.0
# three municipalities side by side, and an island south of them
UNITS = areas(
    "unit_code",
    u1101=box(0, 0, 10 * KM),
    u1102=box(10 * KM, 0, 10 * KM),
    u1103=box(20 * KM, 0, 10 * KM),
    u1151=box(0, -20 * KM, 10 * KM),
)


def joined(
    *edges: tuple[str, str, str, shapely.LineString], units: gpd.GeoDataFrame = UNITS, crossing: str = ""
) -> set[tuple[str, str, str, str]]:
    """Links of a network: kind, unit at the start, unit at the end, line of each edge."""
    table = gpd.GeoDataFrame({"kind": [e[0] for e in edges]}, geometry=[e[3] for e in edges], crs=UTM33)
    table["from_node"], table["to_node"] = range(0, 2 * len(edges), 2), range(1, 2 * len(edges), 2)
    table["crossing"] = crossing
    node_unit = pd.Series([unit for e in edges for unit in (e[1], e[2])], dtype=str)
    return set(links.build(table, node_unit, units).itertuples(index=False, name=None))


BORDERS = {("1101", "1102", "border", ""), ("1102", "1103", "border", "")}


def test_units_that_share_a_land_border_are_linked_as_neighbours_and_no_more() -> None:
    at_home = ("road", "1101", "1101", line((KM, KM), (2 * KM, KM)))
    assert joined(at_home) == BORDERS


def test_a_road_links_the_units_that_follow_one_another_along_it() -> None:
    through = ("road", "1101", "1103", line((KM, KM), (29 * KM, KM)))
    assert joined(through) - BORDERS == {("1101", "1102", "road", ""), ("1102", "1103", "road", "")}


def test_a_road_that_cuts_a_third_units_corner_links_only_its_two_ends() -> None:
    bump = box(9.9 * KM, 8 * KM, 200)  # 200 m of the road lie in a third unit
    thirds = areas("unit_code", u1101=box(0, 0, 10 * KM).difference(bump), u1103=bump)
    east = areas("unit_code", u1102=box(10 * KM, 0, 10 * KM).difference(bump))
    units = gpd.GeoDataFrame(pd.concat([thirds, east], ignore_index=True), crs=UTM33)
    road = ("road", "1101", "1102", line((KM, 8_100), (19 * KM, 8_100)))
    assert {link for link in joined(road, units=units) if link[2] == "road"} == {("1101", "1102", "road", "")}


def test_a_bridge_over_a_fjord_links_the_units_on_both_sides() -> None:
    bridge = ("road", "1151", "1101", line((5 * KM, -11 * KM), (5 * KM, KM)))
    assert joined(bridge) - BORDERS == {("1101", "1151", "road", "")}


def test_a_ferry_links_the_units_of_its_quays_by_name() -> None:
    ferry = ("ferry", "1151", "1103", line((5 * KM, -10 * KM), (21 * KM, 0)))
    assert joined(ferry, crossing="A-B") - BORDERS == {("1103", "1151", "ferry", "A-B")}


def test_a_passenger_boat_links_nothing() -> None:
    boat = ("boat", "1151", "1103", line((5 * KM, -10 * KM), (21 * KM, 0)))
    assert joined(boat) == BORDERS


def test_a_ferry_within_one_unit_links_nothing() -> None:
    assert joined(("ferry", "1151", "1151", line((0, -15 * KM), (9 * KM, -15 * KM))), crossing="A-B") == BORDERS


def test_neighbouring_districts_of_a_city_count_as_joined_by_road() -> None:
    city = areas("unit_code", u030101=box(0, 0, 10 * KM), u030102=box(10 * KM, 0, 10 * KM), u1103=box(20 * KM, 0, KM))
    at_home = ("road", "1103", "1103", line((20_100, 100), (20_900, 100)))
    roads = {link for link in joined(at_home, units=city) if link[2] == "road"}
    assert roads == {("030101", "030102", "road", "")}
