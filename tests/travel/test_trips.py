"""Ways taken apart, against NetworkX, the scipy twin and the route of single trips."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.networks import parts_to_cells

from factgeo import settings as factgeo_settings
from factgeo.atlas.access import Access
from factgeo.atlas.pack import Atlas
from factgeo.travel import journeys, network, trips
from factgeo.travel import times as travel_times
from factgeo.travel.bases import candidates
from factgeo.travel.network import RoadNetwork

NO_ACCESS = factgeo_settings.load(assignments=["access.speed_kph=130", "access.detour=1"])
DIGIT = 1 << 24  # NetworkX adds up five numbers as the digits of one
PARTS = ("seconds", "half boardings", "metres", "crossing", "wait")


@st.composite
def sailed_networks(draw: st.DrawFn) -> tuple[RoadNetwork, Access, Access]:
    """Random networks with ferries, one-ways, islands and many equally fast ways; bases and cells on roads."""
    nodes = draw(st.integers(2, 7))
    node, few = st.integers(0, nodes - 1), st.integers(1, 4)
    edge = st.tuples(node, node, few, few, few, st.sampled_from(["road", "road", "ferry"]), st.sampled_from("BBFT"))
    edges = [(0, 1, 2, 2, 2, "road", "B"), *draw(st.lists(edge, min_size=1, max_size=14))]
    on_road = [row for row, drawn in enumerate(edges) if drawn[5] == "road"]
    spots = st.tuples(st.sampled_from(on_road), st.integers(0, 4).map(lambda k: k / 4))
    bases, cells = draw(st.lists(spots, min_size=1, max_size=3)), draw(st.lists(spots, min_size=1, max_size=5))
    a, b, there, back, metres, kind, way = (np.array(column) for column in zip(*edges, strict=True))
    sails = kind == "ferry"
    drawn = RoadNetwork(
        a.astype(np.int32), b.astype(np.int32), np.where(sails, 0, 4 * there), np.where(sails, 0, 4 * back),
        np.where(sails, there, 0), np.where(sails, metres, 0), sails.astype(float), way != "T", way != "F",
        4.0 * metres, np.random.default_rng(1).random((nodes, 2)),
    )  # fmt: skip
    return drawn, as_access(bases), as_access(cells)


def as_access(spots: list[tuple[int, float]]) -> Access:
    row, position = zip(*spots, strict=True)
    return Access(np.array(row, dtype=np.int32), np.array(position), np.zeros(len(spots)))


def number(seconds: int, halves: int, metres: int, crossing: int, wait: int) -> int:
    value = 0
    for part in (seconds, halves, metres, crossing, wait):
        value = value * DIGIT + part
    return value


def oracle(drawn: RoadNetwork, bases: Access, cells: Access) -> list[list[list[int] | None]]:
    """The five numbers of the best way from each base to each cell, by NetworkX on a graph with all spots as nodes."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(drawn.nodes))
    spots = [("b", k, int(e), float(p)) for k, (e, p) in enumerate(zip(bases.edge, bases.position, strict=True))]
    spots += [("c", k, int(e), float(p)) for k, (e, p) in enumerate(zip(cells.edge, cells.position, strict=True))]
    graph.add_nodes_from(("b", k) for k in range(len(bases.edge)))
    for row in range(len(drawn.from_node)):
        ends = int(drawn.from_node[row]), int(drawn.to_node[row])
        whole_m, crossing, wait = int(drawn.length_m[row]), int(drawn.crossing_s[row]), int(drawn.wait_s[row])
        here = [(p, (kind, k)) for p, kind, k in sorted((p, kind, k) for kind, k, e, p in spots if e == row)]
        stops = [(0.0, ends[0]), *here, (1.0, ends[1])]
        for is_open, total, forward in (
            (drawn.forward_open[row], int(drawn.forward_total[row]), True),
            (drawn.backward_open[row], int(drawn.backward_total[row]), False),
        ):
            for (p, a), (q, b) in pairwise(stops if is_open else []):
                seconds = int(np.round(q * total)) - int(np.round(p * total))
                metres = int(np.round(q * whole_m)) - int(np.round(p * whole_m))
                sails = int(2 * drawn.boardings[row])
                weight = number(seconds, sails, metres, crossing if sails else 0, wait if sails else 0)
                graph.add_edge(*((a, b) if forward else (b, a)), weight=weight)
        for (p, a), (q, b) in pairwise(here):
            if p == q:
                graph.add_edge(a, b, weight=0)
                graph.add_edge(b, a, weight=0)
    found = [nx.single_source_dijkstra_path_length(graph, ("b", k)) for k in range(len(bases.edge))]
    return [[digits(row.get(("c", k))) for k in range(len(cells.edge))] for row in found]


def digits(value: int | None) -> list[int] | None:
    return None if value is None else [value // DIGIT**power % DIGIT for power in range(4, -1, -1)]


@settings(max_examples=250, deadline=None)
@given(drawn=sailed_networks())
def test_parts_equal_those_of_networkx(drawn: tuple[RoadNetwork, Access, Access]) -> None:
    roads, bases, cells = drawn
    parts = parts_to_cells(roads, bases, cells, NO_ACCESS)
    for base, row in enumerate(oracle(roads, bases, cells)):
        for cell, expected in enumerate(row):
            found = [int(values[base, cell]) for values in vars(parts).values()]
            if expected is None:
                assert found == [travel_times.UNREACHABLE] * 7
                continue
            seconds, halves, metres, crossing, wait = expected
            assert found == [seconds, seconds - crossing - wait, crossing, wait, 0, metres, halves // 2]


@settings(max_examples=150, deadline=None)
@given(drawn=sailed_networks())
def test_the_twin_agrees_where_one_number_decides(drawn: tuple[RoadNetwork, Access, Access]) -> None:
    """The twin cannot tell ways apart that differ only in how long one sails and how long one waits."""
    roads, bases, cells = drawn
    fast, slow = (parts_to_cells(roads, bases, cells, NO_ACCESS, compiled=engine) for engine in (True, False))
    for name in ("seconds", "metres", "boardings", "access_s"):
        assert (getattr(fast, name) == getattr(slow, name)).all(), name
    reached = slow.seconds != travel_times.UNREACHABLE
    total = slow.drive_s.astype(np.int64) + slow.crossing_s + slow.wait_s + slow.access_s
    assert (total[reached] == slow.seconds[reached]).all()


@settings(max_examples=100, deadline=None)
@given(drawn=sailed_networks())
def test_a_trip_is_the_way_of_the_matrix(drawn: tuple[RoadNetwork, Access, Access]) -> None:
    roads, bases, cells = drawn
    parts = parts_to_cells(roads, bases, cells, NO_ACCESS)
    kinds = np.where(roads.boardings > 0, "ferry", "road")
    table = gpd.GeoDataFrame({"kind": kinds, "crossing": "x", "number": ""})
    for base in range(len(bases.edge)):
        for cell in range(len(cells.edge)):
            ends = Access(*(np.array([getattr(bases, f)[base], getattr(cells, f)[cell]]) for f in vars(bases)))
            trip = trips.trip(roads, table, ends, NO_ACCESS)
            assert trip.reachable == (parts.seconds[base, cell] != travel_times.UNREACHABLE)
            if trip.reachable:
                assert trip.minutes == pytest.approx(parts.seconds[base, cell] / 60)
                assert trip.km == pytest.approx(parts.metres[base, cell] / 1000)
                assert len(trip.ferries) == parts.boardings[base, cell]


def test_parts_of_norway_agree_with_the_twin_and_the_times(shipped: Atlas) -> None:
    """Four bases in the fjords, on islands and in the far north, to every inhabited cell of the country."""
    rules = factgeo_settings.load()
    roads = network.from_table(shipped.roads, rules)
    bases = candidates(shipped, ("4640", "1573", "5014", "5634"), rules)
    start = journeys.access_of(shipped, [base.lon for base in bases], [base.lat for base in bases])
    fast, slow = (parts_to_cells(roads, start, shipped.cell_access, rules, compiled=engine) for engine in (True, False))
    for name, values in vars(fast).items():
        assert (values == getattr(slow, name)).all(), name
    assert (fast.seconds == travel_times.seconds_to_cells(roads, start, shipped.cell_access, rules)).all()
    reached = fast.seconds != travel_times.UNREACHABLE
    assert reached.sum() > 200_000
    assert fast.boardings[reached].max() > 3
