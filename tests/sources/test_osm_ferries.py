"""Ferries that are relations, when ferries sail, and roads that are open for a part of the year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from worlds.networks import FERRY, ROAD, osm_file

from factgeo.building import graph
from factgeo.sources import osm
from factgeo.sources.osm_seasons import is_part_of_year, running_days, season

Save = Callable[[str, "str | bytes"], Path]
Ways = list[tuple[str, dict[str, str]]]
LINE = {"type": "route", "route": "ferry", "name": "Øyferja", "duration": "00:30"}
SHORES: Ways = [("1 2", ROAD), ("5 6", ROAD)]  # ways 100 and 101; the sea lanes come after


def relation(number: int, members: str, tags: dict[str, str], mark: str = "") -> str:
    """A relation of members such as "w102 w103:forward r7"."""
    kinds = {"w": "way", "n": "node", "r": "relation"}
    inside = "".join(
        f'<member type="{kinds[member[0]]}" ref="{member[1:].partition(":")[0]}" role="{member.partition(":")[2]}"/>'
        for member in members.split()
    )
    inside += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<relation id="{number}" version="1"{mark}>{inside}</relation>'


@pytest.fixture
def read(save: Save) -> Callable[..., gpd.GeoDataFrame]:
    """The ferry pieces of a file of two shores, sea lanes and relations."""

    def pieces(lanes: Ways, *relations: str) -> gpd.GeoDataFrame:
        content = osm_file(*SHORES, *lanes).replace("</osm>", "".join(relations) + "</osm>")
        table = osm.read(save("hand.osm", content))
        return table[table["kind"] != "road"]

    return pieces


Read = Callable[..., gpd.GeoDataFrame]
BARE: dict[str, str] = {}


@pytest.mark.parametrize("tags", [BARE, {"seamark:type": "ferry_route"}, {"name": "Leia", "source": "chart"}])
def test_a_ferry_relation_over_a_way_that_is_no_ferry_is_one_with_the_relation_s_name_and_minutes(
    read: Read, tags: dict[str, str]
) -> None:
    sails = read([("2 3 5", tags)], relation(7, "n2 w102", LINE))
    assert sails["crossing"].unique().tolist() == ["Øyferja"]
    assert sails["crossing_min"].sum() == pytest.approx(30)
    assert sails["kind"].unique().tolist() == ["ferry"]


def test_the_minutes_of_a_relation_are_spread_over_its_ways_whatever_their_roles(read: Read) -> None:
    sails = read([("2 3", BARE), ("3 5", BARE)], relation(7, "w102:forward w103:backward", LINE))
    assert sorted(sails["crossing_min"]) == pytest.approx([10, 20], rel=0.01)
    assert sails["oneway"].unique().tolist() == ["B"]


def test_a_relation_over_ways_that_are_ferries_already_doubles_nothing_and_fills_what_they_lack(read: Read) -> None:
    line = relation(7, "w102 w103", {**LINE, "motor_vehicle": "no"})
    sails = read([("2 3", {**FERRY, "motor_vehicle": "yes"}), ("3 5", {"route": "ferry"})], line)
    assert len(sails) == 2
    assert sails["kind"].tolist() == ["ferry", "boat"]
    assert sails["crossing"].tolist() == [FERRY["name"], "Øyferja"]
    own = read([("2 3 5", {**FERRY, "duration": "20"})], relation(7, "w102", LINE))
    assert own["crossing_min"].sum() == pytest.approx(20)


def test_a_way_that_two_relations_share_is_a_car_ferry_if_one_of_them_is(read: Read) -> None:
    boat = relation(7, "w102", {**LINE, "name": "Hurtigbåten", "motor_vehicle": "no"})
    sails = read([("2 3 5", BARE)], boat, relation(8, "w102", LINE))
    assert sails[["kind", "crossing"]].drop_duplicates().to_numpy().tolist() == [["ferry", "Øyferja"]]


@pytest.mark.parametrize(
    ("members", "tags", "note"),
    [
        ("w900", LINE, "relations_unread"),  # its way is not in the file
        ("n2 n5", LINE, "relations_unread"),  # stops and no way
        ("r8 r900", LINE, "relations_unread"),
        ("w102 w900", LINE, "relations_cut"),
        ("r8", {**LINE, "type": "superroute"}, "ferry_relations"),
    ],
)
def test_a_relation_that_cannot_be_read_in_full_is_counted(
    save: Save, members: str, tags: dict[str, str], note: str
) -> None:
    below = relation(8, "w102" if note == "ferry_relations" else "r7", {"type": "route"})
    content = osm_file(*SHORES, ("2 5", BARE)).replace("</osm>", relation(7, members, tags) + below + "</osm>")
    assert osm.read(save("hand.osm", content)).attrs["notes"][note] == 1


@pytest.mark.parametrize(
    "tags", [{"state": "proposed"}, {"disused": "yes"}, {"route": "bus"}, {"type": "site"}, {"route": "disused:ferry"}]
)
def test_a_relation_that_is_no_ferry_that_sails_makes_none(read: Read, tags: dict[str, str]) -> None:
    assert read([("2 3 5", BARE)], relation(7, "w102", {**LINE, **tags})).empty


def test_a_pier_or_a_road_in_a_ferry_relation_stays_what_it_is(read: Read) -> None:
    lanes: Ways = [("2 3", {"man_made": "pier"}), ("3 5", {"highway": "footway"}), ("2 5", BARE)]
    sails = read(lanes, relation(7, "w100 w102 w103 w104", LINE))
    assert sails[["from_key", "to_key"]].to_numpy().tolist() == [[2, 5]]


@pytest.mark.parametrize("mark", [' visible="false"', ' action="delete"'])
def test_what_was_deleted_is_not_there(save: Save, mark: str) -> None:
    content = osm_file(*SHORES, ("2 5", FERRY), ("2 6", ROAD)).replace('<way id="102"', f'<way id="102"{mark}')
    content = content.replace('<node id="6"', f'<node id="6"{mark}')
    pieces = osm.read(save("hand.osm", content))
    assert pieces[["from_key", "to_key"]].to_numpy().tolist() == [[1, 2]]
    assert pieces.attrs["notes"] == {"deleted": 2, "ways_cut": 2}


@pytest.mark.parametrize("tags", [{"disused": "yes"}, {"abandoned": "yes"}, {"proposed": "yes"}, {"razed": "yes"}])
def test_a_road_or_ferry_that_is_no_longer_or_not_yet_is_left_out(read: Read, tags: dict[str, str]) -> None:
    assert read([("2 5", {**FERRY, **tags}), ("2 3", {**ROAD, **tags})]).empty
    assert read([("2 5", {"disused:route": "ferry"}), ("2 3", {"highway": "construction"})]).empty


def test_a_boat_for_those_on_foot_and_a_ferry_that_is_closed_to_others_are_told_apart(read: Read) -> None:
    assert read([("2 5", {**FERRY, "access": "no", "foot": "yes"})])["kind"].tolist() == ["boat"]
    assert read([("2 5", {**FERRY, "access": "no", "motor_vehicle": "yes"})])["kind"].tolist() == ["ferry"]
    assert read([("2 5", {**FERRY, "access": "private"})]).empty


@pytest.mark.parametrize("given", ["00:15", "0:15", "15", "PT15M", "15 min", "15min", "00:15:00", "15 minutter", "15m"])
def test_a_quarter_of_an_hour_is_read_in_every_form(given: str) -> None:
    assert osm.minutes(given) == 15


@pytest.mark.parametrize("given", ["01:15:00", "1:15", "PT1H15M", "1 t 15 min", "1h15", "75", "1,25 t"])
def test_an_hour_and_a_quarter_is_read_in_every_form(given: str) -> None:
    assert osm.minutes(given) == 75


def test_the_interval_of_departures_is_read_and_no_minutes_are_no_duration(read: Read) -> None:
    sails = read([("2 5", {**FERRY, "interval": "00:40", "duration": "0"})])
    assert sails["headway_min"].tolist() == [40]
    assert np.isnan(sails["crossing_min"]).all()


# -- seasons

SUMMER = (
    "Jul 01-Aug 31", "Jun-Aug", "May 15-Sep 15 08:00-20:00", "summer", "Jun,Jul,Aug 10:00-12:00", "Jul 1-31",
    "juni-august", "1. juni - 31. august", "2026 Jul 01-2026 Aug 31", "Jun 15-Aug 15: Mo-Su 08:00-20:00",
    "week 25-33 Mo-Su 10:00-16:00", "Mo-Su 06:00-23:00; Oct 01-Apr 30 off", "May-Sep", "Jul–Aug", "Jul 15",
    "Jun-Aug Mo-Su 07:00-22:00; PH off", "Jun 20-Aug 20 Mo-Fr 07:00-18:00; Jun 20-Aug 20 Sa,Su 09:00-17:00",
)  # fmt: skip
NOT_SUMMER = (
    "24/7", "Mo-Su 06:00-23:00", "Apr-Oct", "Jan-Dec", "Mo-Fr 06:00-22:00, Jul-Aug 06:00-24:00", "Nov-Mar", "",
    "Jun-Aug 08:00-20:00; Sep-May 10:00-14:00", "Mo-Su 06:00-23:00; Dec 25 off", "Sep-May", "junk in the marina",
    "Jun-Aug 00:00-24:00; 06:00-22:00", "Mo-Su 05:00-24:00; Jul 15 off", "31 31 31", "sunrise-sunset",
)  # fmt: skip


@pytest.mark.parametrize("hours", SUMMER)
def test_a_ferry_whose_hours_name_days_from_may_to_september_alone_is_a_summer_ferry(hours: str) -> None:
    assert season({"opening_hours": hours}) == "summer"


@pytest.mark.parametrize("hours", NOT_SUMMER)
def test_a_ferry_whose_hours_name_other_days_or_none_is_no_summer_ferry(hours: str) -> None:
    assert season({"opening_hours": hours}) != "summer"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"seasonal": "yes"}, "summer"), ({"seasonal": "summer"}, "summer"), ({"seasonal": "May-Sep"}, "summer"),
        ({"seasonal": "yes", "opening_hours": "Mo-Su 08:00-20:00"}, "summer"),
        ({"seasonal": "no"}, "all_year"), ({"seasonal": "winter"}, "unknown"), ({}, "unknown"),
        ({"seasonal": "yes", "opening_hours": "Jan-Dec 08:00-20:00"}, "all_year"),
        ({"motor_vehicle:conditional": "no @ (Oct-Apr)"}, "summer"), ({"opening_hours": "24/7"}, "all_year"),
        ({"access:conditional": "no @ (22:00-06:00)"}, "unknown"),
    ],
)  # fmt: skip
def test_the_tags_of_the_season_are_read_together(tags: dict[str, str], expected: str) -> None:
    assert season(tags) == expected


def test_a_range_over_the_turn_of_the_year_names_the_winter() -> None:
    assert len(running_days("Nov-Feb")) == 30 + 31 + 31 + 29


def test_a_summer_ferry_is_said_and_a_road_that_the_winter_closes_counts_as_open(save: Save) -> None:
    roads: Ways = [
        ("2 3", {**ROAD, "motor_vehicle:conditional": "no @ (Nov-May)"}), ("3 4", {**ROAD, "ice_road": "yes"}),
        ("4 5", {**FERRY, "opening_hours": "Jul 01-Aug 31"}), ("1 6", {**FERRY, "seasonal": "winter"}),
        ("1 7", {"route": "ferry", "name": "Hurtigruten"}),
    ]  # fmt: skip
    pieces = osm.read(save("hand.osm", osm_file(*SHORES, *roads)))
    notes = pieces.attrs["notes"]
    assert notes == {"part_of_year_km": 0.5, "ice_km": 0.5, "summer_ferries": 1, "other_seasons": 1, "steamers": 1}
    assert pieces["kind"].tolist() == ["road", "road", "road", "ferry", "ferry"]
    assert graph.from_edges(pieces).edges["season"].tolist().count("summer") == 1


@pytest.mark.parametrize(
    "tags",
    [{"seasonal": "summer"}, {"access:conditional": "no @ (winter)"}, {"opening_hours": "Jun-Oct"},
     {"vehicle:conditional": "no @ (Nov 01-May 15); destination @ (Jun)"}],
)  # fmt: skip
def test_a_road_with_a_season_is_known(tags: dict[str, str]) -> None:
    assert is_part_of_year(tags)


@pytest.mark.parametrize(
    "tags", [{}, {"seasonal": "no"}, {"access:conditional": "no @ (22:00-06:00)"}, {"opening_hours": "Dec 25 off"}]
)
def test_a_road_that_closes_for_hours_or_a_holiday_has_no_season(tags: dict[str, str]) -> None:
    assert not is_part_of_year(tags)
