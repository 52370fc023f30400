"""The network of the pack: quays tied to roads, crossings from quay to quay, gaps closed (N1000's traps)."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from worlds.basics import UTM33, line, refusal

from factgeo import settings
from factgeo.building import roads
from factgeo.errors import SourceError
from factgeo.travel.network import runs

Point = tuple[float, float]
SOUTH = line((0, 0), (5_000, 0), (10_000, 0))  # the fjord lies between y = 0 and y = 6000
NORTH = line((0, 6_000), (10_000, 6_000))


def road_lines(*lines: shapely.LineString, tunnel: tuple[int, ...] = ()) -> gpd.GeoDataFrame:
    medium = ["U" if k in tunnel else "T" for k in range(len(lines))]
    columns = {"category": "F", "number": "7", "motorway": "", "medium": medium}
    return gpd.GeoDataFrame(columns, geometry=list(lines), crs=UTM33)


def ferry_lines(**lines: shapely.LineString) -> gpd.GeoDataFrame:
    """Lines by fid: the argument ``f3`` has the fid 3."""
    return gpd.GeoDataFrame(geometry=list(lines.values()), index=[int(k[1:]) for k in lines], crs=UTM33)


def crossing(name: str, a: Point | None, b: Point | None, *line_ids: int, **columns: object) -> dict[str, Any]:
    quays = {"point_a": shapely.Point(a) if a else None, "point_b": shapely.Point(b) if b else None}
    texts = {"crossing_id": name.lower(), "name": name, "route_no": "", "season": "all_year", "in_service": "yes"}
    numbers = {"crossing_min": np.nan, "headway_min": np.nan}
    return {**texts, **numbers, **quays, "line_ids": list(line_ids), **columns}


def build(
    lines: gpd.GeoDataFrame,
    ferries: gpd.GeoDataFrame | None = None,
    crossings: tuple[dict[str, Any], ...] = (),
    boats: tuple[shapely.LineString, ...] = (),
) -> roads.RoadTables:
    """A network; without ferries, one that lies far away."""
    far = (crossing("Far", (900_000, 0), (901_000, 0), 9),)
    ferries = ferry_lines(f9=line((900_000, 0), (901_000, 0))) if ferries is None else ferries
    table = pd.DataFrame(crossings or far)
    return roads.build(lines, ferries, table, gpd.GeoDataFrame(geometry=list(boats), crs=UTM33))


def drive(edges: gpd.GeoDataFrame, a: Point, b: Point, *, kinds: tuple[str, ...] = ("road", "tie", "ferry")) -> float:
    """Metres along edges of these kinds between the nodes at two points; infinite where no way leads."""
    graph = nx.Graph()
    for edge in edges[edges["kind"].isin(kinds)].itertuples():
        graph.add_edge(edge.from_node, edge.to_node, weight=edge.length_m)
    at = node_points(edges)
    start, end = (min(at, key=lambda node: shapely.distance(at[node], shapely.Point(p))) for p in (a, b))
    try:
        return float(nx.shortest_path_length(graph, start, end, weight="weight"))
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return float("inf")


def node_points(edges: gpd.GeoDataFrame) -> dict[int, shapely.Point]:
    starts = zip(edges["from_node"], shapely.get_point(edges.geometry.to_numpy(), 0), strict=True)
    stops = zip(edges["to_node"], shapely.get_point(edges.geometry.to_numpy(), -1), strict=True)
    return {**dict(starts), **dict(stops)}


def ties(edges: gpd.GeoDataFrame) -> list[float]:
    return sorted(edges.loc[edges["kind"] == "tie", "length_m"].round().tolist())


def test_a_quay_200_m_from_the_road_is_tied_to_it() -> None:
    ferry = ferry_lines(f1=line((5_000, 200), (5_000, 5_800)))
    edges = build(road_lines(SOUTH, NORTH), ferry, (crossing("A-B", (5_000, 200), (5_000, 5_800), 1),)).edges
    assert ties(edges) == [200, 200]
    assert drive(edges, (0, 0), (0, 6_000)) == 5_000 + 6_000 + 5_000


def test_a_quay_further_than_1500_m_from_every_road_gets_a_landing_instead() -> None:
    ferry = ferry_lines(f1=line((5_000, 200), (5_000, 4_400)))
    edges = build(road_lines(SOUTH, NORTH), ferry, (crossing("A-B", (5_000, 200), (5_000, 4_400), 1),)).edges
    assert ties(edges) == [200]
    (landing,) = edges.loc[edges["kind"] == "landing", "geometry"]
    assert landing.coords[0] == (5_000, 4_400)


def test_two_ferry_lines_that_end_on_one_quay_without_a_road_are_both_tied() -> None:
    quay, west, east = (5_000, 300), (2_000, 6_000), (8_000, 6_000)
    ferries = ferry_lines(f1=line(quay, west), f2=line(quay, east))
    pair = (crossing("Q-W", quay, west, 1), crossing("Q-E", quay, east, 2))
    edges = build(road_lines(SOUTH, NORTH), ferries, pair).edges
    assert ties(edges) == [300]
    without_changing = edges[edges["crossing"] != "Q-E"]
    assert drive(without_changing, (0, 0), (0, 6_000)) < 20_000
    assert drive(edges[edges["crossing"] != "Q-W"], (0, 0), (10_000, 6_000)) < 20_000


SEA, A, B, C = (5_000.0, 1_000.0), (2_000.0, 0.0), (8_000.0, 0.0), (5_000.0, 6_000.0)
MEETING = ferry_lines(f1=line(A, SEA), f2=line(SEA, B), f3=line(C, SEA))
LEGS = (crossing("A-B", A, B, 1, 2), crossing("A-C", A, C, 1, 3), crossing("B-C", B, C, 2, 3))


def test_each_crossing_is_one_edge_from_quay_to_quay_where_lines_meet_at_sea() -> None:
    edges = build(road_lines(SOUTH, NORTH), MEETING, LEGS).edges
    ferries = edges[edges["kind"] == "ferry"].set_index("crossing").geometry
    assert {name: {path.coords[0], path.coords[-1]} for name, path in ferries.items()} == {
        "A-B": {A, B}, "A-C": {A, C}, "B-C": {B, C},
    }  # fmt: skip
    assert ferries["A-C"].length == MEETING.geometry[1].length + MEETING.geometry[3].length


def test_nobody_can_leave_or_change_where_ferry_lines_meet_at_sea() -> None:
    edges = build(road_lines(SOUTH, NORTH), MEETING, LEGS).edges
    assert min(shapely.distance(p, shapely.Point(SEA)) for p in node_points(edges).values()) > 900
    on_land = edges[edges["kind"] != "ferry"]
    sailed = edges[edges["kind"] == "ferry"]
    assert set(sailed["from_node"]) | set(sailed["to_node"]) <= set(on_land["from_node"]) | set(on_land["to_node"])


def test_line_ends_31_m_apart_belong_to_one_crossing() -> None:
    ferries = ferry_lines(f1=line((5_000, 0), (5_000, 3_000)), f2=line((5_000, 6_000), (5_000, 3_031)))
    edges = build(road_lines(SOUTH, NORTH), ferries, (crossing("A-B", (5_000, 0), (5_000, 6_000), 2, 1),)).edges
    assert edges.loc[edges["kind"] == "ferry", "length_m"].round().tolist() == [6_000]


def test_lines_that_do_not_lead_from_quay_to_quay_are_refused_with_the_name_of_the_crossing() -> None:
    apart = ferry_lines(f1=line((5_000, 0), (5_000, 2_000)), f2=line((5_000, 3_000), (5_000, 6_000)))
    for ids in [(1, 2), (1,), (2,)]:
        row = crossing("Lavik-Oppedal", (5_000, 0), (5_000, 6_000), *ids)
        message = refusal(SourceError, lambda row=row: build(road_lines(SOUTH, NORTH), apart, (row,)))
        assert "Lavik-Oppedal" in message


def test_a_crossing_with_a_line_that_is_not_on_the_map_is_refused() -> None:
    ferries = ferry_lines(f1=line((5_000, 0), (5_000, 6_000)))
    row = crossing("Lavik-Oppedal", (5_000, 0), (5_000, 6_000), 1, 77)
    message = refusal(SourceError, lambda: build(road_lines(SOUTH, NORTH), ferries, (row,)))
    assert "Lavik-Oppedal" in message


def test_a_crossing_that_is_not_drawn_is_a_straight_edge_between_its_known_quays() -> None:
    ferries = ferry_lines(f1=line((2_000, 0), (2_000, 6_000)))
    row = crossing("A-B", (5_000, 0), (5_000, 6_000))
    edges = build(road_lines(SOUTH, NORTH), ferries, (row,)).edges
    assert edges.loc[edges["kind"] == "ferry", "length_m"].tolist() == [6_000]


def test_a_crossing_whose_quays_are_unknown_is_left_out_by_name() -> None:
    ferries = ferry_lines(f1=line((5_000, 0), (5_000, 6_000)))
    pair = (crossing("A-B", (5_000, 0), (5_000, 6_000), 1), crossing("Barmen-Barmsund", None, None))
    network = build(road_lines(SOUTH, NORTH), ferries, pair)
    assert network.left_out.to_dict("records") == [
        {"crossing_id": "barmen-barmsund", "name": "Barmen-Barmsund", "reason": "not_on_map"}
    ]


def test_a_quay_whose_nearest_road_is_a_tunnel_is_tied_at_the_tunnels_end() -> None:
    tunnel, shore = line((4_000, 0), (6_000, 0)), line((0, 0), (4_000, 0))
    ferry = ferry_lines(f1=line((4_600, 100), (4_600, 6_000)))
    lines = road_lines(shore, tunnel, line((6_000, 0), (10_000, 0)), NORTH, tunnel=(1,))
    edges = build(lines, ferry, (crossing("Mannheller-Fodnes", (4_600, 100), (4_600, 6_000), 1),)).edges
    (tie,) = edges.loc[edges["kind"] == "tie", "geometry"]
    assert set(tie.coords) == {(4_600, 100), (4_000, 0)}
    assert edges["tunnel"].sum() == 1  # nobody can turn off inside it


def side_road(gap_m: float) -> tuple[shapely.LineString, ...]:
    """A road round a hill that stops short of the main road it started from."""
    return SOUTH, line((0, 0), (0, 3_000), (5_000, 3_000)), line((5_000, 3_000), (5_000, gap_m))


def test_a_road_that_stops_within_100_m_of_another_is_joined_to_it() -> None:
    edges = build(road_lines(*side_road(90))).edges
    assert ties(edges) == [90]
    assert drive(edges, (10_000, 0), (5_000, 3_000)) == 5_000 + 3_000


def test_a_road_that_stops_further_away_is_a_dead_end() -> None:
    edges = build(road_lines(*side_road(110))).edges
    assert ties(edges) == []
    assert drive(edges, (10_000, 0), (5_000, 3_000)) == 10_000 + 8_000


def test_roads_that_lie_apart_are_tied_over_a_small_gap() -> None:
    edges = build(road_lines(SOUTH, line((3_000, 500), (3_000, 2_000)))).edges
    assert ties(edges) == [500]


def test_roads_that_nothing_joins_are_left_out_and_counted() -> None:
    network = build(road_lines(SOUTH, line((3_000, 700), (3_000, 2_700))))
    assert network.report["road_km_left_out"] == 2
    assert network.report["road_share_joined"] == round(10 / 12, 5)
    assert network.edges["length_m"].sum() == 10_000


def test_a_road_is_split_where_another_ends() -> None:
    round_the_hill = line((0, 0), (0, 3_000), (5_000, 3_000), (5_000, 0))
    edges = build(road_lines(SOUTH, round_the_hill)).edges
    assert sorted(edges["length_m"]) == [5_000, 5_000, 11_000]
    assert drive(edges, (10_000, 0), (5_000, 0)) == 5_000


def test_seasonal_and_tourist_ferries_are_closed_unless_asked_for_and_unknown_counts_as_all_year() -> None:
    seasons = ["all_year", "summer", "tourist", "unknown"]
    quays = [((x, 0.0), (x, 6_000.0)) for x in (2_000.0, 4_000.0, 6_000.0, 8_000.0)]
    rows = tuple(crossing(s, a, b, season=s) for s, (a, b) in zip(seasons, quays, strict=True))
    edges = build(road_lines(SOUTH, NORTH), ferry_lines(f1=line(*quays[0])), rows).edges
    ferries = edges[edges["kind"] == "ferry"].set_index("crossing").loc[seasons]
    assert runs(ferries, settings.load()).tolist() == [True, False, False, True]


def test_passenger_boats_are_a_class_of_their_own_that_carries_no_car_by_default() -> None:
    island = line((5_000, 1_500), (5_000, 2_500))
    boat, steamer = line((5_000, 100), (5_000, 1_500)), line((0, 3_000), (130_000, 3_000))
    edges = build(road_lines(SOUTH, island), boats=(boat, steamer)).edges
    sails = edges[edges["kind"] == "boat"]
    assert sails["length_m"].tolist() == [1_400]  # not the coastal steamer
    assert not runs(sails, settings.load()).any()
    assert drive(edges, (0, 0), (5_000, 2_500)) == float("inf")
    assert drive(edges, (0, 0), (5_000, 2_500), kinds=("road", "tie", "boat")) == 5_000 + 100 + 1_400 + 1_000
