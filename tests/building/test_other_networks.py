"""Another road network in a pack: joined, held together, reported, and nothing else of the pack changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.basics import REPO, UTM33, line, refusal
from worlds.networks import FERRY, ROAD, osm_file

from factgeo import cli
from factgeo.atlas import pack, tables
from factgeo.building import graph
from factgeo.building import pack as building
from factgeo.building.roads import EDGE_COLUMNS
from factgeo.errors import SourceError

Piece = tuple[tuple[float, float], tuple[float, float], dict[str, Any]]
LAND = np.array([shapely.box(-50_000, -50_000, 50_000, 50_000)], dtype=object)


def pieces(*rows: Piece, crs: int | None = UTM33) -> gpd.GeoDataFrame:
    """Straight raw pieces with changes to a plain county road."""
    table = pd.DataFrame([{"kind": "road", "road_class": "F", **changes} for *_, changes in rows])
    return gpd.GeoDataFrame(table, geometry=[line(a, b) for a, b, _ in rows], crs=crs)


def street(*corners: tuple[float, float], **changes: object) -> list[Piece]:
    """Pieces from corner to corner."""
    return [(a, b, changes) for a, b in pairwise(corners)]


def people(*homes: tuple[float, float]) -> graph.People:
    return graph.People(np.array([shapely.Point(*home) for home in homes], dtype=object), LAND)


# -- joining


def test_pieces_between_junctions_become_one_edge_with_their_sums() -> None:
    raw = pieces(*street((0, 0), (100, 0), (100, 100), forward_min=1.0, backward_min=2.0), *street((100, 0), (200, 0)))
    tall = graph.from_edges(raw[:2]).edges
    assert tall[["length_m", "forward_min", "backward_min"]].to_numpy().tolist() == [[200, 2, 4]]
    assert len(graph.from_edges(raw).edges) == 3


def test_minutes_keep_their_direction_when_a_piece_was_drawn_the_other_way() -> None:
    turned = ((200.0, 0.0), (100.0, 0.0), {"forward_min": 5.0, "backward_min": 7.0})
    raw = pieces(((0, 0), (100, 0), {"forward_min": 1.0, "backward_min": 2.0}), turned)
    edge = graph.from_edges(raw).edges.iloc[0]
    at_west = edge.geometry.coords[0] == (0.0, 0.0)
    assert (edge["forward_min"], edge["backward_min"]) == ((8.0, 7.0) if at_west else (7.0, 8.0))


@pytest.mark.parametrize(
    "change", [{"limit_kph": 60.0}, {"road_class": "K"}, {"tunnel": True}, {"number": "F5"}, {"oneway": "FT"}]
)
def test_pieces_that_differ_stay_apart(change: dict[str, object]) -> None:
    back = street((200, 0), (100, 50), (100, 0), oneway="FT") if "oneway" in change else []
    raw = pieces(*street((0, 0), (100, 0)), *street((100, 0), (200, 0), **change), *back)
    assert len(graph.from_edges(raw).edges) == 2


def test_a_one_way_ring_keeps_its_direction() -> None:
    ring = [((0.0, 0.0), (100.0, 0.0), {"oneway": "FT"}), ((100.0, 50.0), (100.0, 0.0), {"oneway": "TF"})]
    ring += street((100, 50), (0, 50), (0, 0), oneway="FT")
    edges = graph.from_edges(pieces(*ring, *street((0, 0), (-100, 0)))).edges
    one_way = edges[edges["oneway"] != "B"].iloc[0]
    coords = list(one_way.geometry.coords)
    driven = coords if one_way["oneway"] == "FT" else coords[::-1]
    assert driven == [(0, 0), (100, 0), (100, 50), (0, 50), (0, 0)]


def test_unsimplified_roads_keep_their_pieces_but_a_ferry_is_one_edge_all_the_same() -> None:
    sea = street((200, 0), (300, 0), (400, 0), kind="ferry", road_class="ferry", crossing_min=10.0)
    raw = pieces(*street((0, 0), (100, 0), (200, 0)), *sea, *street((400, 0), (500, 0)))
    table = graph.from_edges(raw, simplify=False).edges
    assert sorted(table["kind"]) == ["ferry", "road", "road", "road"]
    assert table.loc[table["kind"] == "ferry", "crossing_min"].tolist() == [20.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=14), st.randoms())
def test_joining_keeps_every_distance_between_the_remaining_junctions(
    steps: list[tuple[int, int]], rng: random.Random
) -> None:
    corners = [(1000.0 * x + y, 1000.0 * y) for x, y in steps]
    rows = [row for row in street(*corners) if row[0] != row[1]]
    if not rows:
        return
    rng.shuffle(rows)
    fine = graph.from_edges(pieces(*rows), simplify=False).edges
    coarse = graph.from_edges(pieces(*rows)).edges
    before, after = distances(fine), distances(coarse)
    assert set(after) <= set(before)
    assert all(before[a][b] == pytest.approx(metres) for a, to in after.items() for b, metres in to.items())
    assert coarse["length_m"].sum() == pytest.approx(fine["length_m"].sum())


def distances(edges: gpd.GeoDataFrame) -> dict[tuple[float, float], dict[tuple[float, float], float]]:
    """Metres from node to node, by their places."""
    net: nx.Graph[tuple[float, float]] = nx.Graph()
    for shape, metres in zip(edges.geometry, edges["length_m"], strict=True):
        a, b = shape.coords[0], shape.coords[-1]
        if not net.has_edge(a, b) or net[a][b]["weight"] > metres:
            net.add_edge(a, b, weight=metres)
    return dict(nx.all_pairs_dijkstra_path_length(net))


@given(st.randoms())
def test_ids_do_not_depend_on_the_order_of_the_rows(rng: random.Random) -> None:
    rows = [*street((0, 0), (100, 0), (100, 100), (0, 0)), *street((100, 0), (200, 0), oneway="B", limit_kph=50.0)]
    shuffled = rng.sample(rows, len(rows))
    first, second = (graph.from_edges(pieces(*each), simplify=False).edges for each in (rows, shuffled))
    assert first.equals(second)


def test_the_table_has_the_columns_of_the_pack_and_keeps_its_contract() -> None:
    edges = graph.from_edges(pieces(*street((0, 0), (100, 0)))).edges
    assert list(edges.columns) == EDGE_COLUMNS
    tables.check("roads", edges)


# -- what is kept


def test_a_piece_apart_goes_unless_people_live_there_who_have_no_other_road() -> None:
    raw = pieces(*street((0, 0), (5000, 0)), *street((0, 9000), (1000, 9000)), *street((0, -9000), (1000, -9000)))
    alone = graph.from_edges(raw)
    assert (alone.report["road_km"], alone.report["road_km_left_out"]) == (5.0, 2.0)
    assert alone.report["pieces_left_out"] == 2
    with_people = graph.from_edges(raw, people=people((0, 100), (500, 9100)))
    assert with_people.report["road_km"] == 6.0
    assert with_people.report["road_share_joined"] == pytest.approx(5 / 7, abs=1e-5)
    assert (with_people.report["pieces_kept_apart"], with_people.report["pieces_left_out"]) == (1, 1)


def test_a_home_near_a_stray_piece_gets_on_the_main_one_if_that_is_within_reach() -> None:
    raw = pieces(*street((0, 0), (5000, 0)), *street((0, 500), (100, 500)))
    assert graph.from_edges(raw, people=people((0, 600))).report["road_km"] == 5.0


def test_a_one_way_street_without_a_return_is_left_out() -> None:
    out = street((100, 0), (100, 100), oneway="FT")
    table = graph.from_edges(pieces(*street((0, 0), (100, 0), (200, 0)), *out))
    assert table.edges["oneway"].tolist() == ["B"]
    assert table.report["road_km_left_out"] == 0.1


def test_a_ferry_that_stops_short_of_the_road_is_tied_to_it_and_a_far_one_is_not() -> None:
    def network(gap: float) -> dict[str, float]:
        sea = street((1000 + gap, 0), (5000, 0), kind="ferry", road_class="ferry")
        return graph.from_edges(pieces(*street((0, 0), (1000, 0)), *sea, *street((5000, 0), (9000, 0)))).report

    assert network(400)["ties"] == 1
    assert network(400)["road_km"] == 5.0
    assert network(600)["road_km"] == 4.0


def test_ferry_lines_that_meet_at_sea_become_crossings_from_quay_to_quay() -> None:
    quays = {"a": (0.0, 0.0), "b": (8000.0, 0.0), "c": (4000.0, 5000.0), "d": (9000.0, 5000.0)}
    land = [row for x, y in quays.values() for row in street((x, y), (x + 100, y + 100))]
    meeting = [("a", (4000.0, 0.0)), ("b", (4000.0, 0.0)), ("c", (4000.0, 2000.0)), ("d", (4000.0, 2000.0))]
    sea: list[Piece] = [
        (quays[name], at, {"kind": "ferry", "road_class": "ferry", "crossing": name, "crossing_min": 10.0})
        for name, at in meeting
    ]
    sea.append(
        ((4000, 0), (4000, 2000), {"kind": "ferry", "road_class": "ferry", "crossing": "e", "crossing_min": 5.0})
    )
    edges = graph.from_edges(pieces(*land, *sea)).edges
    ferries = edges[edges["kind"] == "ferry"]
    assert len(ferries) == 6
    ends = {frozenset((shape.coords[0], shape.coords[-1])) for shape in ferries.geometry}
    assert ends == {frozenset(pair) for pair in combinations(quays.values(), 2)}
    assert sorted(ferries["crossing_min"]) == [20, 20, 25, 25, 25, 25]


def test_edges_without_speed_and_one_way_streets_are_counted() -> None:
    loop = street((0, 0), (100, 0), (100, 100), (0, 0), oneway="FT", limit_kph=30.0)
    report = graph.from_edges(pieces(*loop, *street((0, 0), (-100, 0)))).report
    assert (report["edges_without_speed"], report["edges_one_way"]) == (1, 1)


# -- refusals


def test_a_network_in_another_stated_coordinate_system_is_converted_and_one_that_states_none_is_refused() -> None:
    raw = pieces(*street((0, 6_700_000), (1000, 6_700_000)))
    moved = graph.from_edges(raw.to_crs(4326)).edges
    assert moved.crs.to_epsg() == UTM33
    assert moved["length_m"].sum() == pytest.approx(1000, abs=0.1)
    bare = pieces(*street((0, 0), (1, 0)), crs=None)
    assert "does not state its coordinate system" in refusal(SourceError, lambda: graph.from_edges(bare))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (pieces(*street((0, 0), (100, 0), length_m=-1.0)), "negative length (-1.0 m)"),
        (pieces(*street((0, 0), (100, 0), kind="ferry")), "has no roads"),
        (pieces(*street((0, 0), (100, 0))).drop(columns="road_class"), "lacks road_class"),
        (pieces(*street((0, 0), (float("inf"), 0))), "not a line with valid coordinates"),
        (pieces(*street((0, 0), (100, 0), oneway="N")), "direction “N”"),
        (pieces(*street((0, 0), (100, 0), oneway="FT")), "No road of the network leads there and back"),
    ],
)
def test_a_network_that_cannot_be_used_is_refused_in_one_sentence(raw: gpd.GeoDataFrame, said: str) -> None:
    assert said in refusal(SourceError, lambda: graph.from_edges(raw))


def test_a_length_that_is_not_given_is_that_of_the_line() -> None:
    raw = pieces(((0, 0), (100, 0), {"length_m": 130.0}), ((100, 0), (200, 0), {"length_m": np.nan}))
    assert graph.from_edges(raw).edges["length_m"].tolist() == [230.0]


def test_a_file_of_another_kind_is_refused_with_the_kinds_there_are(save: Callable[[str, str], Path]) -> None:
    message = refusal(SourceError, lambda: graph.read(str(save("roads.shp", ""))))
    assert "roads.shp" in message
    assert "NVDB Ruteplan as .gpkg" in message


# -- a pack with another network

# A road through Førde with a ferry in it, where people live in fact.
PLACE = osm_file(
    ("1 2 3", {**ROAD, "maxspeed": "50"}), ("3 4", {**FERRY, "duration": "12"}), ("4 5 6 7 8 9", ROAD), at=(61.45, 5.8)
)


@pytest.fixture(scope="module")
def replaced(shipped: pack.Atlas, tmp_path_factory: pytest.TempPathFactory) -> building.Built:
    """The shipped pack with the roads of a small hand-made file."""
    path = tmp_path_factory.mktemp("roads") / "hand.osm"
    path.write_text(PLACE)
    return building.replace_roads(shipped, graph.read(str(path)))


def test_only_roads_access_and_links_are_made_anew(shipped: pack.Atlas, replaced: building.Built) -> None:
    assert set(replaced.tables) == set(pack.FILES)
    for name in ("units", "residents", "cells", "places"):
        assert replaced.tables[name].equals(getattr(shipped, name).reset_index(drop=True))
    assert len(replaced.tables["roads"]) < 10


def test_cells_get_on_the_new_roads_within_3_km_and_no_others(shipped: pack.Atlas, replaced: building.Built) -> None:
    table, roads = replaced.tables["access"], replaced.tables["roads"]
    on = table["edge_id"] >= 0
    assert table["ssbid"].tolist() == shipped.cells["ssbid"].tolist()
    assert 0 < on.sum() < 200
    assert (table.loc[on, "metres"] <= graph.REACH_M).all()
    homes = gpd.GeoSeries(gpd.points_from_xy(shipped.cells["home_x"], shipped.cells["home_y"]), crs=UTM33)
    by_hand = homes[on].distance(roads.geometry.iloc[table.loc[on, "edge_id"]], align=False)
    assert by_hand.to_numpy() == pytest.approx(table.loc[on, "metres"].to_numpy(), abs=1)


def test_units_that_the_network_does_not_cover_keep_their_links(shipped: pack.Atlas, replaced: building.Built) -> None:
    old = {tuple(row) for row in shipped.links.to_numpy()}
    new = {tuple(row) for row in replaced.tables["links"].to_numpy()}
    assert {row for row in old if row[2] == "border"} == {row for row in new if row[2] == "border"}
    assert old <= new


def test_between_covered_units_only_the_new_network_joins(shipped: pack.Atlas) -> None:
    codes = ["4640", "4644"]  # Sogndal and Luster, joined by road
    assert ("road" in set(_links_between(shipped.links, codes))) is True
    everywhere = pd.Series(0, index=shipped.units.index)
    lonely = graph.from_edges(pieces(*street((0, 6_700_000), (100, 6_700_000))))
    outlines = gpd.GeoDataFrame(shipped.units[["unit_code", "geometry"]].reset_index(drop=True), crs=UTM33)
    joined, kept = building._links(shipped, lonely, outlines, everywhere)
    assert set(_links_between(joined, codes)) == {"border"}
    assert kept == 0


def _links_between(links: pd.DataFrame, codes: list[str]) -> list[str]:
    return links.loc[links["unit_a"].isin(codes) & links["unit_b"].isin(codes), "kind"].tolist()


def test_the_manifest_names_the_network_and_how_many_people_it_does_not_reach(
    shipped: pack.Atlas, replaced: building.Built
) -> None:
    manifest = replaced.manifest
    passport = manifest["sources"][-1]
    assert (passport["path"], passport["licence"]) == ("hand.osm", "ODbL 1.0")
    assert manifest["settings"]["roads"] == "hand.osm"
    assert manifest["settings"]["roads_sha256"] == passport["sha256"]
    lost = replaced.tables["access"]["edge_id"].to_numpy() < 0
    assert manifest["roads"]["residents_without_road"] == shipped.cells.loc[lost, "persons"].sum()
    assert manifest["roads"]["residents_cut_off"] >= manifest["roads"]["residents_without_road"]
    assert manifest["roads"]["crossings"] == 1
    assert len(manifest["cut_off"]) <= 10


def test_people_whom_only_a_passenger_boat_reaches_are_cut_off(shipped: pack.Atlas, tmp_path: Path) -> None:
    def cut_off(ferry: dict[str, str]) -> int:
        path = tmp_path / "boat.osm"
        path.write_text(osm_file(("1 2 3", ROAD), ("3 4", ferry), ("4 5 6 7 8 9", ROAD), at=(61.45, 5.8)))
        roads = building.replace_roads(shipped, graph.read(str(path))).manifest["roads"]
        assert (roads["boats"], roads["crossings"]) in {(1, 0), (0, 1)}
        return int(roads["residents_cut_off"])

    assert cut_off({**FERRY, "motor_vehicle": "no"}) > cut_off(FERRY)


def test_the_report_says_what_was_joined_and_who_is_cut_off(replaced: building.Built) -> None:
    said = "\n".join(building.network_lines(replaced))
    assert "hand.osm" in said
    assert len(building.network_lines(replaced)) == 6 + len(replaced.manifest["cut_off"])


# -- the command line


def run(*words: str) -> int:
    return cli._run([*words])


def test_the_command_writes_a_pack_that_verifies(
    save: Callable[[str, str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(REPO / "data"))
    assert run("data", "build", "--roads", str(save("hand.osm", PLACE)), "--out", str(tmp_path / "new")) == 0
    assert "hand.osm" in capsys.readouterr().out
    monkeypatch.setenv("FACTGEO_DATA", str(tmp_path / "new"))
    assert run("data", "verify") == 0
    assert run("data", "info") == 0
    assert "hand.osm: © OpenStreetMap contributors" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["data", "build"], "--sources"),
        (["data", "build", "--roads", "a.osm"], "--out"),
        (["data", "build", "--roads", "a.osm", "--out", "{new}"], "a.osm"),
        (["data", "build", "--roads", "a.osm.pbf", "--out", "{new}"], "osmium cat a.osm.pbf -o a.osm"),
    ],
)
def test_a_command_that_cannot_work_says_so_in_one_line_and_writes_nothing(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*[word.format(new=tmp_path / "new") for word in words]) == 2
    message = capsys.readouterr().err.strip()
    assert said in message
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sources
@pytest.mark.parametrize("name", ["osm/oslo_skoyen.osm", "nvdb/ruteplan_oslo_sample.gpkg"])
def test_a_pack_is_made_of_the_real_samples_and_its_contracts_hold(
    sources: Path, shipped: pack.Atlas, few_facts: Path, tmp_path: Path, name: str
) -> None:
    built = building.replace_roads(shipped, graph.read(str(sources / name)))
    building.write(built, few_facts, tmp_path / "new")
    assert len(pack.verify(pack.load(tmp_path / "new"))) == 4
    assert built.manifest["roads"]["residents_outside"] > 5_000_000


@pytest.fixture
def few_facts() -> Path:
    """The facts of the shipped pack."""
    return REPO / "data" / "facts"
