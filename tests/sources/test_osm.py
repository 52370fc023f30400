"""OpenStreetMap: what cars may drive, ferries with their minutes once per crossing, and files that are none."""

from __future__ import annotations

import bz2
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from worlds.basics import refusal
from worlds.networks import FERRY, ROAD, osm_file

from factgeo.building import graph
from factgeo.errors import SourceError
from factgeo.sources import osm

ox = pytest.importorskip("osmnx")
Save = Callable[[str, "str | bytes"], Path]
# Nodes 1, 2, 3, ... lie in a row at 61 degrees north, 0.01 degrees (539 m) apart.
STEP_M = 539


@pytest.fixture
def read(save: Save) -> Callable[..., gpd.GeoDataFrame]:
    """The pieces of a hand-made file."""

    def pieces(*ways: tuple[str, dict[str, str]], step: float = 0.01) -> gpd.GeoDataFrame:
        return osm.read(save("hand.osm", osm_file(*ways, step=step)))

    return pieces


Read = Callable[..., gpd.GeoDataFrame]


# -- ferries


def test_a_ferry_between_two_roads_is_one_crossing_with_its_duration(read: Read) -> None:
    edges = graph.from_edges(read(("1 2", ROAD), ("2 3 4", {**FERRY, "duration": "00:20"}), ("4 5", ROAD))).edges
    ferry = edges[edges["kind"] == "ferry"].iloc[0]
    assert sorted(edges["kind"]) == ["ferry", "road", "road"]
    assert ferry["crossing"] == "Lavik - Oppedal"
    assert ferry["crossing_min"] == pytest.approx(20)
    assert ferry["length_m"] == pytest.approx(2 * STEP_M, rel=0.01)


def test_a_duration_is_spread_over_the_pieces_of_its_way_by_length(read: Read) -> None:
    pieces = read(("1 2", ROAD), ("2 3 5", {**FERRY, "duration": "PT30M"}), ("5 6", ROAD))
    sails = pieces[pieces["kind"] == "ferry"]
    assert sorted(sails["crossing_min"]) == pytest.approx([10, 20], rel=0.01)


def test_a_duration_that_stands_on_both_halves_of_a_cut_ferry_line_counts_once(read: Read) -> None:
    halves = [("2 3", {**FERRY, "duration": "20"}), ("3 4", {**FERRY, "duration": "20"})]
    edges = graph.from_edges(read(("1 2", ROAD), *halves, ("4 5", ROAD))).edges
    assert edges.loc[edges["kind"] == "ferry", "crossing_min"].tolist() == pytest.approx([20])


def test_different_durations_of_the_two_halves_of_a_ferry_line_add_up(read: Read) -> None:
    halves = [("2 3", {**FERRY, "duration": "20"}), ("3 4", {**FERRY, "duration": "5"})]
    pieces = read(("1 2", ROAD), *halves, ("4 5", ROAD))
    assert pieces["crossing_min"].sum() == pytest.approx(25)


def test_a_ferry_that_calls_at_an_island_shares_its_duration_between_the_two_legs(read: Read) -> None:
    pieces = read(("1 2", ROAD), ("2 3 5", {**FERRY, "duration": "30"}), ("3 9", ROAD), ("5 6", ROAD))
    legs = graph.from_edges(pieces).edges.query("kind == 'ferry'")
    assert sorted(legs["crossing_min"]) == pytest.approx([10, 20], rel=0.01)


def test_two_ferry_lines_side_by_side_between_the_same_quays_keep_their_own_duration(read: Read) -> None:
    lines = [("2 3 4", {**FERRY, "duration": "20"}), ("2 7 4", {**FERRY, "duration": "20"})]
    legs = graph.from_edges(read(("1 2", ROAD), *lines, ("4 5", ROAD))).edges.query("kind == 'ferry'")
    assert legs["crossing_min"].tolist() == pytest.approx([20, 20])


def test_a_ferry_without_duration_has_no_minutes_and_a_stub_without_one_sails_as_fast_as_the_rest(read: Read) -> None:
    assert np.isnan(read(("1 2", ROAD), ("2 3", FERRY))["crossing_min"]).all()
    pieces = read(("1 2", ROAD), ("2 3", FERRY), ("3 4", {**FERRY, "duration": "10"}), ("4 5", ROAD))
    assert pieces["crossing_min"].sum() == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize("tags", [{"motor_vehicle": "no"}, {"motorcar": "no"}, {"vehicle": "no", "foot": "yes"}])
def test_a_ferry_that_takes_no_cars_is_a_passenger_boat(read: Read, tags: dict[str, str]) -> None:
    assert read(("1 2", ROAD), ("2 3", {**FERRY, **tags}))["kind"].tolist() == ["road", "boat"]


@pytest.mark.parametrize("name", ["Hurtigruten", "Havila Kystruten", "Kystruten Bergen - Kirkenes"])
def test_a_coastal_steamer_is_no_ferry_whatever_its_length(read: Read, name: str) -> None:
    assert read(("1 2", ROAD), ("2 3", {"route": "ferry", "name": name}))["kind"].tolist() == ["road"]


def test_a_ferry_line_longer_than_120_km_is_no_ferry(read: Read) -> None:
    assert read(("1 2", ROAD), ("2 3", FERRY), step=2.2)["kind"].tolist() == ["road", "ferry"]
    assert read(("1 2", ROAD), ("2 3", FERRY), step=2.3)["kind"].tolist() == ["road"]
    assert read(("1 2", ROAD), ("2 3", FERRY), ("3 4", FERRY), ("4 5", ROAD), step=1.5)["kind"].tolist() == ["road"] * 2


# -- roads


def test_a_way_without_highway_or_for_other_than_cars_is_left_out(read: Read) -> None:
    others: list[dict[str, str]] = [
        {"building": "yes"}, {"railway": "rail"}, {"highway": "footway"}, {"highway": "cycleway"},
        {"highway": "track"}, {"highway": "residential", "area": "yes"}, {"highway": "service", "access": "private"},
        {"highway": "residential", "motor_vehicle": "no"}, {"highway": "service", "service": "parking_aisle"},
    ]  # fmt: skip
    pieces = read(("1 2", ROAD), *[(f"2 {k}", tags) for k, tags in enumerate(others, start=3)])
    assert pieces[["from_key", "to_key"]].to_numpy().tolist() == [[1, 2]]


def test_the_most_specific_access_tag_decides(read: Read) -> None:
    assert len(read(("1 2", {**ROAD, "access": "no", "motor_vehicle": "permissive"}))) == 1
    assert len(read(("1 2", {"highway": "track", "motorcar": "yes"}))) == 1


@pytest.mark.parametrize(
    ("tags", "road_class", "number"),
    [
        ({"highway": "motorway", "ref": "E 6"}, "motorway", "E6"),
        ({"highway": "trunk_link", "motorroad": "yes", "ref": "E 39"}, "trunk", "E39"),
        ({"highway": "trunk", "ref": "E 16;E 39"}, "E", "E16"),
        ({"highway": "trunk", "ref": "4"}, "R", "4"),
        ({"highway": "primary", "ref": "Rv150"}, "R", "R150"),
        ({"highway": "secondary", "ref": "Fv 505"}, "F", "F505"),
        ({"highway": "unclassified"}, "K", ""),
        ({"highway": "service"}, "P", ""),
    ],
)
def test_the_road_class_follows_the_number_then_the_kind_of_way(
    read: Read, tags: dict[str, str], road_class: str, number: str
) -> None:
    assert read(("1 2", tags))[["road_class", "number"]].to_numpy().tolist() == [[road_class, number]]


@pytest.mark.parametrize(
    ("oneway", "expected"),
    [("yes", [1, 2, "FT"]), ("-1", [2, 1, "FT"]), ("no", [1, 2, "B"]), ("reversible", [1, 2, "B"])],
)
def test_a_one_way_street_leads_the_way_its_tag_says(read: Read, oneway: str, expected: list[object]) -> None:
    pieces = read(("1 2", {**ROAD, "oneway": oneway}))
    assert pieces[["from_key", "to_key", "oneway"]].to_numpy().tolist() == [expected]


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"highway": "motorway"}, "FT"), ({"highway": "motorway_link"}, "FT"), ({"highway": "trunk"}, "B"),
        ({**ROAD, "junction": "roundabout"}, "FT"), ({**ROAD, "junction": "circular"}, "FT"),
        ({"highway": "motorway", "oneway": "no"}, "B"), ({**ROAD, "junction": "roundabout", "oneway": "no"}, "B"),
        ({"highway": "motorway_link", "oneway": "reversible"}, "B"), ({**ROAD, "oneway": "alternating"}, "B"),
    ],
)  # fmt: skip
def test_motorways_their_ramps_and_roundabouts_are_one_way_unless_their_tag_says_otherwise(
    read: Read, tags: dict[str, str], oneway: str
) -> None:
    assert read(("1 2", tags))["oneway"].tolist() == [oneway]


def test_a_roundabout_that_was_drawn_backwards_leads_the_other_way(read: Read) -> None:
    pieces = read(("1 2", {**ROAD, "junction": "roundabout", "oneway": "-1"}))
    assert pieces[["from_key", "to_key", "oneway"]].to_numpy().tolist() == [[2, 1, "FT"]]


def test_tunnels_and_bridges_are_marked(read: Read) -> None:
    pieces = read(("1 2", {**ROAD, "tunnel": "yes"}), ("2 3", {**ROAD, "bridge": "viaduct"}), ("3 4", ROAD))
    assert pieces[["tunnel", "bridge"]].to_numpy().tolist() == [[True, False], [False, True], [False, False]]


@pytest.mark.parametrize(
    ("tags", "kph"),
    [
        (["80"], 80), (["80 km/h"], 80), (["50 mph"], 80.5), (["NO:urban"], 50), (["NO:rural"], 80),
        (["NO:zone30"], 30), (["60;80"], 70), (["60", "80"], 70), (["80", "signals"], 80),
    ],
)  # fmt: skip
def test_a_speed_limit_is_read_in_every_form_it_is_written(tags: list[str], kph: float) -> None:
    assert osm.limit_kph(tags) == pytest.approx(kph)


@pytest.mark.parametrize("tag", ["none", "walk", "", "signals", "999", "0", "-50", "fast"])
def test_a_speed_limit_that_is_none_is_unknown(tag: str) -> None:
    assert np.isnan(osm.limit_kph([tag]))


@given(st.text(max_size=12))
def test_any_text_as_a_speed_limit_gives_a_speed_that_the_pack_allows_or_none(text: str) -> None:
    kph = osm.limit_kph([text])
    assert np.isnan(kph) or 5 <= kph <= 130


@given(st.integers(0, 30), st.integers(0, 59))
def test_a_duration_is_the_same_however_it_is_written(hours: int, mins: int) -> None:
    forms = [f"{hours}:{mins:02d}", f"{hours:02d}:{mins:02d}:00", f"PT{hours}H{mins}M", f"{60 * hours + mins}"]
    assert {osm.minutes(form) for form in forms} == {60.0 * hours + mins}


@pytest.mark.parametrize("text", ["", "soon", "P", "PT", "20-25", "1:2"])
def test_a_duration_that_is_none_is_unknown(text: str) -> None:
    assert np.isnan(osm.minutes(text))


def test_osmnx_keeps_its_own_settings_also_when_a_download_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: getattr(ox.settings, name) for name in ("useful_tags_way", "use_cache", "all_oneway")}
    asked: dict[str, object] = {}

    def fail(_place: str) -> None:
        asked.update({name: getattr(ox.settings, name) for name in before})
        raise ValueError("no such place")

    monkeypatch.setattr(ox, "geocode_to_gdf", fail)
    refusal(SourceError, lambda: osm.download("Sogndal"))
    assert {name: getattr(ox.settings, name) for name in before} == before
    assert "duration" not in ox.settings.useful_tags_way
    assert "duration" in str(asked["useful_tags_way"])


# -- files


def test_a_packed_file_says_the_same_as_the_plain_one(save: Save) -> None:
    content = osm_file(("1 2", ROAD), ("2 3", FERRY))
    plain, packed = save("a.osm", content), save("b.osm.bz2", bz2.compress(content.encode()))
    assert osm.read(packed).equals(osm.read(plain))


def test_a_file_that_is_cut_off_is_refused_in_one_sentence(save: Save) -> None:
    content = osm_file(("1 2", ROAD))
    packed = bz2.compress(content.encode())
    for path in (save("cut.osm", content[:-40]), save("cut.osm.bz2", packed[:-10]), save("cut.graphml", "<graphml>")):
        message = refusal(SourceError, lambda path=path: osm.read(path))  # type: ignore[misc]
        assert path.name in message
        assert "cut off" in message
        assert "\n" not in message


def test_a_way_that_is_cut_at_the_edge_of_the_extract_keeps_the_parts_that_are_there_and_is_counted(read: Read) -> None:
    pieces = read(("1 2 77 4 5", ROAD), ("2 3 78", FERRY), ("5 79 6", FERRY))
    assert pieces[["from_key", "to_key", "kind"]].to_numpy().tolist() == [
        [1, 2, "road"],
        [4, 5, "road"],
        [5, 6, "ferry"],
    ]
    assert pieces.attrs["notes"]["ways_cut"] == 3


def test_a_file_that_lacks_the_points_of_all_its_ways_is_refused_with_the_way_to_cut_it(save: Save) -> None:
    path = save("clipped.osm", osm_file(("1 77", ROAD), ("78 79", ROAD)))
    assert "complete_ways" in refusal(SourceError, lambda: osm.read(path))


@pytest.mark.parametrize("ways", [[], [("1 2", {"building": "yes"})], [("1 2", FERRY)]], ids=["none", "house", "ferry"])
def test_a_file_without_roads_is_refused(save: Save, ways: list[tuple[str, dict[str, str]]]) -> None:
    path = save("bare.osm", osm_file(*ways))
    assert "no road for cars" in refusal(SourceError, lambda: osm.read(path))


def test_a_pbf_file_is_refused_with_the_way_to_convert_it(save: Save) -> None:
    path = save("oslo.osm.pbf", b"\x00")
    message = refusal(SourceError, lambda: osm.read(path))
    assert f"osmium cat {path} -o oslo.osm" in message


def test_other_files_and_missing_ones_are_refused(save: Save, tmp_path: Path) -> None:
    path = save("roads.docx", "x")
    assert ".graphml" in refusal(SourceError, lambda: osm.read(path))
    assert "There is no road file" in refusal(SourceError, lambda: osm.read(tmp_path / "a.osm"))


# -- GraphML


def graphml(save: Save, *edges: tuple[int, int, dict[str, object]]) -> Path:
    """A GraphML file as some version of OSMnx wrote it: all attributes as text."""
    net = nx.MultiDiGraph(crs="epsg:4326")
    for u, v, data in edges:
        for node in (u, v):
            net.add_node(node, x=str(6 + 0.01 * node), y="61.0")
        net.add_edge(u, v, **data)
    path = save("net.graphml", "")
    nx.write_graphml(net, path)
    return path


def test_a_saved_graph_gives_the_same_network_as_the_file_it_was_made_of(save: Save, tmp_path: Path) -> None:
    source = save(
        "a.osm", osm_file(("1 2 3", {**ROAD, "maxspeed": "40"}), ("3 4", {**ROAD, "oneway": "yes"}), ("4 1", ROAD))
    )
    with osm._settings(ox):
        saved = ox.graph_from_xml(source, simplify=False, retain_all=True)
    ox.save_graphml(saved, tmp_path / "a.graphml")
    columns = ["from_node", "to_node", "oneway", "limit_kph", "length_m"]
    first, second = (graph.from_edges(osm.read(path)).edges for path in (source, tmp_path / "a.graphml"))
    assert first[columns].equals(second[columns])


def test_a_graph_of_another_version_with_few_attributes_is_read(save: Save) -> None:
    two_ways = [(1, 2, {"highway": "residential", "osmid": "7"}), (2, 1, {"highway": "residential", "osmid": "7"})]
    several = (2, 3, {"highway": "['service', 'residential']", "maxspeed": "['30', '50']", "osmid": "[8, 9]"})
    pieces = osm.read(graphml(save, *two_ways, several))
    assert pieces[["from_key", "to_key"]].to_numpy().tolist() == [["1", "2"], ["2", "3"]]
    assert pieces["limit_kph"].tolist()[1] == 40
    assert pieces["oneway"].tolist() == ["B", "B"]


def test_a_graph_without_highway_is_refused_by_what_it_lacks(save: Save) -> None:
    path = graphml(save, (1, 2, {"length": "500"}))
    assert "lacks highway" in refusal(SourceError, lambda: osm.read(path))


def test_a_graph_whose_nodes_have_no_place_is_refused(save: Save) -> None:
    path = save("net.graphml", "")
    nx.write_graphml(nx.MultiDiGraph([(1, 2, {"highway": "residential"})]), path)
    assert "lacks x, y" in refusal(SourceError, lambda: osm.read(path))


def test_a_graph_in_which_a_ferry_was_melted_into_a_road_is_refused(save: Save) -> None:
    path = graphml(save, (1, 2, {"highway": "primary", "route": "ferry", "osmid": "[100, 101]"}))
    assert "melted" in refusal(SourceError, lambda: osm.read(path))


# -- downloads and the real extract


def test_without_a_network_a_download_is_refused_with_the_way_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(_place: str) -> None:
        raise requests.exceptions.ConnectionError("no network")

    monkeypatch.setattr(ox, "geocode_to_gdf", no_network)
    message = refusal(SourceError, lambda: osm.download("Sogndal"))
    assert "“Sogndal”" in message
    assert "name the file with --roads" in message


def test_a_place_is_downloaded_with_10_km_around_it(monkeypatch: pytest.MonkeyPatch, save: Save) -> None:
    asked: dict[str, float] = {}
    net = ox.graph_from_xml(save("a.osm", osm_file(("1 2", ROAD))), simplify=False, retain_all=True)
    place = gpd.GeoDataFrame(geometry=gpd.points_from_xy([6.0], [61.0]).buffer(1e-6), crs=4326)

    def fetch(area: object, *, simplify: bool, **_: object) -> object:
        asked["area"] = float(gpd.GeoSeries([area], crs=4326).to_crs(25833).area.iloc[0])
        asked["simplify"] = simplify
        return net

    monkeypatch.setattr(ox, "geocode_to_gdf", lambda _: place)
    monkeypatch.setattr(ox, "graph_from_polygon", fetch)
    pieces = osm.download("Sogndal")
    assert len(pieces) == 1
    assert pieces.attrs["notes"] == {"relations_not_asked": 1}
    assert asked["area"] == pytest.approx(np.pi * 10_000**2, rel=0.02)
    assert not asked["simplify"]


@pytest.mark.sources
def test_the_extract_of_skoyen_has_its_main_roads_and_no_footways(sources: Path) -> None:
    pieces = osm.read(sources / "osm" / "oslo_skoyen.osm")
    table = graph.from_edges(pieces)
    assert {"E18", "161"} <= set(pieces["number"])
    assert set(pieces["kind"]) == {"road"}
    assert 4 < table.report["road_km"] < 10
    assert table.edges["limit_kph"].between(20, 80).sum() > 20
    assert len(table.edges) < len(pieces) / 3
