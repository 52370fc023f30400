"""Places and road networks that cannot be right: a state that says so, a report that counts the people, or one message.

What each reader refuses stands in test_osm.py, test_nvdb.py and test_other_networks.py; here the whole command runs.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from worlds.basics import REPO, UTM33
from worlds.networks import FERRY, OLD, ROAD, osm_file
from worlds.runs import Run

from factgeo import settings
from factgeo.atlas import pack
from factgeo.atlas.places import Place
from factgeo.sources import osm
from factgeo.travel import journeys

ox = pytest.importorskip("osmnx")
Save = Callable[[str, "str | bytes"], Path]
FORDE = (61.45, 5.8)  # nodes 1, 2, 3, ... lie 0.01 degrees apart eastwards from here, where people live in fact


@pytest.fixture(autouse=True)
def _with_the_shipped_pack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    monkeypatch.chdir(tmp_path)


# -- places that no car reaches

NO_ROAD = {
    "in the sea": "4.9,61.77",
    "in the middle of a fjord, on a ferry line": "5.5226,59.1544",
    "in Strömstad": "11.17,58.94",
    "in Stockholm": "18.06,59.33",
    "on an island without a road": "4.5833,61.0331",
}


@pytest.mark.parametrize("point", NO_ROAD.values(), ids=NO_ROAD.keys())
def test_a_trip_from_or_to_where_no_car_comes_is_unreachable_in_words_and_in_json(
    capsys: pytest.CaptureFixture[str], point: str
) -> None:
    said = Run(capsys, "travel", point, "Førde", "--lang", "en")
    assert (said.code, said.err) == (0, "")
    assert "Cannot be reached by road or car ferry" in said.out
    found = json.loads(Run(capsys, "travel", "Førde", point, "--json").out)
    figures = ("minutes", "drive_min", "crossing_min", "wait_min", "access_min", "km")
    assert (found["reachable"], [found[name] for name in figures]) == (False, [None] * 6)


def test_a_trip_from_an_inhabited_cell_without_a_road_is_unreachable_for_everyone_there(
    capsys: pytest.CaptureFixture[str], shipped: pack.Atlas
) -> None:
    lost = shipped.cells[shipped.cell_access.edge < 0].sort_values(["persons", "ssbid"]).tail(3)
    spots = gpd.GeoSeries(gpd.points_from_xy(lost["home_x"], lost["home_y"]), crs=UTM33).to_crs(4326)
    for spot in spots:
        assert not json.loads(Run(capsys, "travel", f"{spot.x},{spot.y}", "Oslo", "--json").out)["reachable"]


@pytest.mark.parametrize(
    "point", ["12.57,55.68", "59.91,10.75", "99,60"], ids=["Copenhagen", "turned round", "nowhere"]
)
def test_a_point_far_from_norway_is_refused_with_the_order_of_the_numbers(
    capsys: pytest.CaptureFixture[str], point: str
) -> None:
    run = Run(capsys, "travel", "Oslo", point, "--lang", "en")
    assert (run.code, run.out) == (2, "")
    assert "outside Norway" in run.err
    assert "longitude first" in run.err


# -- files that are no network


def build(capsys: pytest.CaptureFixture[str], path: Path) -> Run:
    """The pack in use with the roads of a file, written to the folder ``new``."""
    return Run(capsys, "data", "build", "--roads", str(path), "--out", "new", "--lang", "en")


def refused(capsys: pytest.CaptureFixture[str], path: Path, said: str) -> None:
    """Exit code 2, one sentence with the name of the file, and nothing written."""
    before = sorted(path.parent.iterdir())
    run = build(capsys, path)
    assert (run.code, run.out) == (2, ""), run.err
    assert "\n" not in run.err.strip()
    assert "Traceback" not in run.err
    assert path.name in run.err
    assert said in run.err
    assert sorted(path.parent.iterdir()) == before


def graphml(*edges: tuple[int, int, dict[str, Any]], crs: str | None = "epsg:4326", utm: bool = False) -> bytes:
    """A GraphML file with nodes in a row at Førde, in degrees or in zone 32."""
    net = nx.MultiDiGraph() if crs is None else nx.MultiDiGraph(crs=crs)
    for u, v, data in edges:
        for node in (u, v):
            x, y = (329_000.0 + 500 * node, 6_816_000.0) if utm else (FORDE[1] + 0.01 * node, FORDE[0])
            net.add_node(node, x=x, y=y)
        net.add_edge(u, v, **data)
    content = io.BytesIO()
    nx.write_graphml(net, content)
    return content.getvalue()


GOOD = osm_file(("1 2 3", ROAD), ("3 4 5", ROAD), at=FORDE)
STREET = {"highway": "residential", "osmid": 7}
STREETS = graphml((1, 2, STREET), (2, 3, STREET), (3, 4, STREET))
UNREADABLE = {
    "empty.osm": b"",
    "empty.osm.bz2": b"",
    "empty.graphml": b"",
    "empty.gpkg": b"",
    "cut.osm": GOOD[: len(GOOD) // 2].encode(),
    "cut.graphml": STREETS[: len(STREETS) // 2],
    "page.osm": b"<html><body>Too many requests<br></body></html>",
    "page.graphml": b"<html><body>Too many requests</body></html>",
    "overpass.osm": b'{"elements": []}',
    "really_pbf.osm": b"\x00\x00\x00\x0e\x0a\x09OSMHeader\x18\x7c",
    "not_packed.osm.bz2": GOOD.encode(),
    "latin.osm": GOOD.replace("residential", "bygdeveg på").encode("latin-1"),
    "text.gpkg": b"not a database",
    "spoilt.osm": GOOD.replace('lat="61.45"', 'lat="61,45"', 1).encode(),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], save: Save, name: str
) -> None:
    refused(capsys, save(name, UNREADABLE[name]), "cannot be read")


@pytest.mark.parametrize("name", ["roads.shp", "roads.csv", "roads.zip", "roads"])
def test_a_file_of_an_unknown_kind_is_refused_with_the_kinds_there_are(
    capsys: pytest.CaptureFixture[str], save: Save, name: str
) -> None:
    refused(capsys, save(name, GOOD), "accepted are .osm")


def test_a_folder_with_the_name_of_a_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "roads.osm").mkdir()
    refused(capsys, tmp_path / "roads.osm", "There is no road file")


NO_ROADS = {
    "track.xml": b'<?xml version="1.0"?><gpx></gpx>',
    "no_edges.graphml": graphml(),
    "half_a_list.graphml": graphml((1, 2, {**STREET, "highway": "['residential'"})),
}


@pytest.mark.parametrize("name", NO_ROADS)
def test_a_file_without_a_road_is_refused_by_name(capsys: pytest.CaptureFixture[str], save: Save, name: str) -> None:
    refused(capsys, save(name, NO_ROADS[name]), "no road for cars")


def at(*places: tuple[float, float]) -> str:
    """An .osm file with one road from place to place (latitude, longitude), a way for each piece."""
    nodes = "".join(f'<node id="{k}" lat="{a}" lon="{b}" version="1"/>' for k, (a, b) in enumerate(places, start=1))
    ways = "".join(
        f'<way id="{k}" version="1"><nd ref="{k}"/><nd ref="{k + 1}"/><tag k="highway" v="residential"/></way>'
        for k in range(1, len(places))
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{ways}</osm>'


ALL_ONE_WAY = osm_file(("1 2 3", {**ROAD, "oneway": "yes"}), at=FORDE)
UNUSABLE = {
    "one_way.osm": (ALL_ONE_WAY, "there and back"),
    "one_spot.osm": (at(FORDE, FORDE, FORDE), ""),
    "beyond_the_pole.osm": (at((95, 5.8), (96, 5.9)), "coordinate system"),
    "metres.graphml": (graphml((1, 2, STREET), crs=None, utm=True), "coordinate system"),
    "own_grid.graphml": (graphml((1, 2, STREET), crs="our own grid"), "projection"),
    "no_line.graphml": (graphml((1, 2, {**STREET, "geometry": "LINESTRING EMPTY"})), "not a line"),
    "half_a_line.graphml": (graphml((1, 2, {**STREET, "geometry": "LINESTRING (5.81 61.45, "})), "cannot be read"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_network_that_leads_nowhere_or_lies_nowhere_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], save: Save, name: str
) -> None:
    content, said = UNUSABLE[name]
    refused(capsys, save(name, content), said)


# -- networks that lack something


class Rebuilt:
    """The pack that a command wrote, with its report."""

    def __init__(self, capsys: pytest.CaptureFixture[str], path: Path) -> None:
        """Build it from a file beside which the folder ``new`` is written."""
        run = build(capsys, path)
        assert (run.code, run.err) == (0, "")
        self.said = run.out.replace("\N{NO-BREAK SPACE}", " ")
        self.atlas = pack.load(Path("new"))
        self.report = self.atlas.manifest["roads"]
        self.roads = self.atlas.roads

    def minutes(self, *nodes: int) -> float | None:
        """Driving between two nodes of a drawn file."""
        a, b = (Place(str(node), FORDE[1] + 0.01 * node, FORDE[0]) for node in nodes)
        return journeys.find_trip(self.atlas, a, b, settings.load()).drive_min


def test_a_network_without_ferries_counts_those_beyond_the_water_as_cut_off(
    capsys: pytest.CaptureFixture[str], save: Save
) -> None:
    """A road in two pieces with a ferry between them, and the same without the ferry."""
    west, east = ("1 2 3", ROAD), ("4 5 6 7", ROAD)
    joined = Rebuilt(capsys, save("a.osm", osm_file(west, ("3 4", FERRY), east, at=FORDE))).report
    apart = Rebuilt(capsys, save("b.osm", osm_file(west, east, at=FORDE)))
    access = apart.atlas.cell_access
    longest = apart.roads["length_m"].idxmax()
    beyond = int(apart.atlas.cells.loc[(access.edge >= 0) & (access.edge != longest), "persons"].sum())
    assert beyond > 0
    assert (joined["crossings"], apart.report["crossings"]) == (1, 0)
    assert joined["residents_cut_off"] == joined["residents_without_road"]
    assert apart.report["residents_cut_off"] == apart.report["residents_without_road"] + beyond
    assert "0 ferry legs" in apart.said
    assert "1 pieces apart are kept because people live there" in apart.said
    assert f"{apart.report['residents_cut_off'] - apart.report['residents_outside']:,} live where none" in apart.said
    from_base = journeys.compute(apart.atlas, ("4647",), settings.load()).by_unit  # Sunnfjord
    assert from_base.unreachable.sum() == apart.report["residents_cut_off"] - apart.report["residents_outside"]


def test_in_a_pack_with_other_roads_a_trip_gets_on_where_the_people_of_the_same_spot_do(
    capsys: pytest.CaptureFixture[str], save: Save
) -> None:
    """Else the report calls people cut off to whom a trip has minutes, and a base never meets its neighbours."""
    atlas = Rebuilt(capsys, save("b.osm", osm_file(("1 2 3", ROAD), ("4 5 6 7", ROAD), at=FORDE))).atlas
    rows = np.flatnonzero(atlas.cells["unit_code"] == "4647")
    homes = gpd.GeoSeries(gpd.points_from_xy(atlas.cells["home_x"], atlas.cells["home_y"]), crs=UTM33).iloc[rows]
    degrees = homes.to_crs(4326)
    on = journeys.access_of(atlas, degrees.x.tolist(), degrees.y.tolist())
    assert set(atlas.cell_access.edge[rows]) == {-1, 0, 1}
    assert on.edge.tolist() == atlas.cell_access.edge[rows].tolist()


def test_a_network_without_speeds_takes_those_of_the_road_class_and_says_for_how_many_edges(
    capsys: pytest.CaptureFixture[str], save: Save
) -> None:
    ways = [("1 2 3", {"highway": "secondary"}), ("3 4 5", {"highway": "residential"})]
    made = Rebuilt(capsys, save("slow.osm", osm_file(*ways, at=FORDE)))
    assert made.report["edges_without_speed"] == len(made.roads) == 2
    assert "2 edges have neither a limit nor a drive time" in made.said
    metres = made.roads.set_index("road_class")["length_m"]
    by_hand = sum(1.04 * metres[which] / 1000 / kph * 60 for which, kph in (("F", 58), ("K", 45)))
    assert made.minutes(1, 5) == pytest.approx(by_hand, abs=0.1)


def links(folder: Path, *rows: dict[str, Any], crs: int = UTM33) -> Path:
    """A GeoPackage of NVDB links of 1 km, one after the other eastwards from Førde."""
    start = gpd.GeoSeries(gpd.points_from_xy([FORDE[1] + 0.01], [FORDE[0]]), crs=4326).to_crs(UTM33).iloc[0]
    lines = [
        shapely.LineString([(start.x + 1000 * k, start.y), (start.x + 1000 * (k + 1), start.y)])
        for k in range(len(rows))
    ]
    keyed = [{**OLD, "FromNodeID": str(k), "ToNodeID": str(k + 1), **row} for k, row in enumerate(rows)]
    path = folder / "ruteplan.gpkg"
    gpd.GeoDataFrame(keyed, geometry=lines, crs=UTM33).to_crs(crs).to_file(path, layer="ruteplan_links", driver="GPKG")
    return path


@pytest.mark.parametrize("nothing", [None, 0.0], ids=["empty", "zero"])
def test_a_link_without_minutes_takes_the_time_of_its_limit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, nothing: float | None
) -> None:
    made = Rebuilt(capsys, links(tmp_path, {}, {"FT_MINUTES": nothing, "TF_MINUTES": nothing}))
    by_limit = made.roads[made.roads["forward_min"].isna()]
    assert by_limit["length_m"].tolist() == [1000.0]
    assert by_limit["limit_kph"].tolist() == [60.0]
    assert by_limit["backward_min"].isna().all()


def test_a_length_of_zero_is_taken_from_the_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made = Rebuilt(capsys, links(tmp_path, {"METER_ORG": 0.0}, {"METER_ORG": np.nan}))
    assert made.roads["length_m"].tolist() == [pytest.approx(2000)]


@pytest.mark.parametrize(
    "row", [{"METER_ORG": -5.0}, {"METER_ORG": np.inf}, {"FT_MINUTES": 1e9}], ids=["negative", "endless", "too slow"]
)
def test_a_length_or_a_time_that_cannot_be_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, row: dict[str, Any]
) -> None:
    refused(capsys, links(tmp_path, row), "row")


def test_pieces_of_no_length_neither_part_a_road_nor_stop_a_build(
    capsys: pytest.CaptureFixture[str], save: Save
) -> None:
    """Two nodes of OpenStreetMap at one spot, joined by a way."""
    corners = [(FORDE[0], FORDE[1] + step) for step in (0.01, 0.03, 0.03, 0.05)]
    made = Rebuilt(capsys, save("twice.osm", at(*corners)))
    assert made.report["road_share_joined"] == 1
    assert made.minutes(1, 5) is not None


def test_links_that_are_all_of_no_length_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "points.gpkg"
    spot = shapely.LineString([(20_000, 6_850_000), (20_000, 6_850_000)])
    gpd.GeoDataFrame([OLD], geometry=[spot], crs=UTM33).to_file(path, driver="GPKG")
    refused(capsys, path, "")


def test_a_network_in_another_coordinate_system_lies_where_people_live(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    reports = []
    for crs in (UTM33, 4326):
        (tmp_path / str(crs)).mkdir()
        reports.append(Rebuilt(capsys, links(tmp_path / str(crs), {}, {}, crs=crs)).report)
    assert reports[0] == reports[1]
    assert reports[0]["residents_without_road"] < 5_627_400


def test_a_projected_graph_lies_where_people_live(capsys: pytest.CaptureFixture[str], save: Save) -> None:
    made = Rebuilt(capsys, save("zone32.graphml", graphml((1, 2, STREET), (2, 3, STREET), crs="epsg:32632", utm=True)))
    assert made.report["residents_without_road"] < 5_627_400
    assert made.roads["length_m"].sum() == pytest.approx(1000, rel=0.005)


def test_a_network_that_lies_elsewhere_says_that_it_reaches_nobody(
    capsys: pytest.CaptureFixture[str], save: Save
) -> None:
    turned = Rebuilt(capsys, save("turned.osm", at((5.8, 61.45), (5.9, 61.45), (5.95, 61.45))))
    assert turned.report["residents_without_road"] == turned.report["residents_cut_off"] == 5_627_400
    assert "5,627,400 residents live in 391 municipalities and districts that the network does not reach" in turned.said


def test_a_graph_with_other_types_and_without_lengths_is_read(capsys: pytest.CaptureFixture[str], save: Save) -> None:
    odd: list[tuple[int, int, dict[str, Any]]] = [
        (1, 2, {"highway": "residential", "osmid": 7, "maxspeed": 50.0, "oneway": False, "length": -5.0}),
        (2, 3, {"highway": "['residential', 'service']", "osmid": "[8, 9]", "maxspeed": "[30, 50]", "length": "far"}),
        (3, 4, {"highway": "residential", "osmid": 9.0, "oneway": "None", "tunnel": "nan", "ref": "None"}),
    ]
    made = Rebuilt(capsys, save("odd.graphml", graphml(*odd)))
    assert sorted(made.roads["limit_kph"].fillna(0)) == [0, 40, 50]
    assert not made.roads["tunnel"].any()
    assert made.roads["length_m"].tolist() == [pytest.approx(532, abs=5)] * 3
    assert made.report["edges_without_speed"] == 1


def test_a_build_says_and_keeps_what_it_left_out_of_openstreetmap(
    capsys: pytest.CaptureFixture[str], save: Save
) -> None:
    line = '<relation id="7"><member type="way" ref="101" role=""/><tag k="type" v="route"/><tag k="route" v="ferry"/>'
    ways = [
        ("1 2 3", ROAD),
        ("3 5", {}),
        ("5 6", {**ROAD, "motor_vehicle:conditional": "no @ (Nov-May)"}),
        ("1 99", ROAD),
    ]
    content = osm_file(*ways, at=FORDE).replace("</osm>", line + "</relation></osm>")
    made = Rebuilt(capsys, save("net.osm", content))
    assert "1 ferry relations were read" in made.said
    assert "0.5 km of road are closed for parts of the year" in made.said
    assert "1 roads and ferries are cut at the edge" in made.said
    notes = made.atlas.manifest["network_notes"]
    assert notes == {"ferry_relations": 1, "ways_cut": 1, "part_of_year_km": pytest.approx(0.5)}


def test_a_network_in_one_piece_with_a_passenger_boat_is_built(capsys: pytest.CaptureFixture[str], save: Save) -> None:
    boat = ("1 7 4", {**FERRY, "motor_vehicle": "no"})
    made = Rebuilt(capsys, save("boat.osm", osm_file(("1 2 3 4", ROAD), boat, at=FORDE)))
    assert sorted(made.roads["kind"]) == ["boat", "road"]
    assert made.report["boats"] == 1


def test_a_graph_saved_without_directions_keeps_its_one_way_streets(save: Save, tmp_path: Path) -> None:
    ring = [("1 2", ROAD), ("2 3", {**ROAD, "oneway": "yes"}), ("3 4", ROAD)]
    graph = ox.graph_from_xml(save("ring.osm", osm_file(*ring, at=FORDE)), simplify=False, retain_all=True)
    ox.save_graphml(ox.convert.to_undirected(graph), tmp_path / "flat.graphml")
    pieces = osm.read(tmp_path / "flat.graphml")
    one_way = pieces.loc[pieces["oneway"] != "B", ["from_key", "to_key", "oneway"]]
    assert one_way.to_numpy().tolist() in ([["2", "3", "FT"]], [["3", "2", "TF"]])
