"""Small road networks, drawn and as files."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from factgeo import settings as factgeo_settings
from factgeo.atlas.access import Access
from factgeo.settings import Settings
from factgeo.travel import times as travel_times
from factgeo.travel import trips
from factgeo.travel.network import RoadNetwork
from factgeo.travel.times import UNREACHABLE
from factgeo.travel.trips import Parts

ROAD = {"highway": "residential"}
FERRY = {"route": "ferry", "name": "Lavik - Oppedal"}

OLD = {
    "FromNodeID": "1", "ToNodeID": "2", "VEGTYPE": "R", "VEGNUMMER": 150, "ONEWAY": "B", "FT_MINUTES": 1.0,
    "TF_MINUTES": 2.0, "METER_ORG": 1000.0, "SPERRING": -1, "IsBikeRoad": 0, "FT_Fart": 50, "TF_Fart": 60, "Medium": "",
}  # fmt: skip

NO_ACCESS = factgeo_settings.load(assignments=["access.speed_kph=130", "access.detour=1"])

Edge = tuple[int, int, int, int, str]  # from, to, seconds there, seconds back, oneway


def osm_file(
    *ways: tuple[str, dict[str, str]], nodes: int = 12, step: float = 0.01, at: tuple[float, float] = (61, 6)
) -> str:
    """An .osm file of ways, each "1 2 3" (its nodes) and its tags."""
    points = "".join(
        f'<node id="{k}" lat="{at[0]}" lon="{at[1] + step * k}" version="1"/>' for k in range(1, nodes + 1)
    )
    lines = ""
    for number, (refs, tags) in enumerate(ways, start=100):
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs.split())
        inside += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines += f'<way id="{number}" version="1">{inside}</way>'
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{points}{lines}</osm>'


@st.composite
def small_networks(draw: st.DrawFn) -> tuple[RoadNetwork, Access, Access]:
    """Random networks with one-ways, dead ends, islands and parallel edges; bases and cells anywhere on them."""
    nodes = draw(st.integers(2, 8))
    node, seconds = st.integers(0, nodes - 1), st.integers(1, 500)
    way = st.sampled_from(["B", "B", "FT", "TF"])
    edges = draw(st.lists(st.tuples(node, node, seconds, seconds, way), min_size=1, max_size=14))
    spots = st.tuples(st.integers(0, len(edges) - 1), st.integers(0, 8).map(lambda k: k / 8))
    bases = draw(st.lists(spots, min_size=1, max_size=3))
    cells = draw(st.lists(spots, min_size=1, max_size=5))
    return drawn_network(edges, nodes=nodes), on_edge(*bases), on_edge(*cells)


def oracle(drawn: RoadNetwork, bases: Access, cells: Access) -> np.ndarray:
    """The same times from NetworkX: every base and cell is a node of its own that splits its edge."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(drawn.nodes))
    spots = [("b", k, int(e), float(p)) for k, (e, p) in enumerate(zip(bases.edge, bases.position, strict=True))]
    spots += [("c", k, int(e), float(p)) for k, (e, p) in enumerate(zip(cells.edge, cells.position, strict=True))]
    graph.add_nodes_from((kind, k) for kind, k, _, _ in spots)
    for row in range(len(drawn.from_node)):
        ends = int(drawn.from_node[row]), int(drawn.to_node[row])
        for is_open, whole, forward in (
            (drawn.forward_open[row], int(drawn.forward_total[row]), True),
            (drawn.backward_open[row], int(drawn.backward_total[row]), False),
        ):
            stops = [(0, ends[0]), *on_row(spots, row, whole), (whole, ends[1])]
            for (at, a), (then, b) in pairwise(stops if is_open else []):
                graph.add_edge(*((a, b) if forward else (b, a)), weight=then - at)
            for (at, a), (then, b) in pairwise(stops):  # at one spot of the road nobody needs to drive
                if at == then and isinstance(a, tuple) and isinstance(b, tuple) and same_spot(spots, a, b):
                    graph.add_edge(a, b, weight=0)
                    graph.add_edge(b, a, weight=0)
    lengths = [nx.single_source_dijkstra_path_length(graph, ("b", k)) for k in range(len(bases.edge))]
    return np.array(
        [[found.get(("c", k), travel_times.UNREACHABLE) for k in range(len(cells.edge))] for found in lengths]
    )


def drawn_network(edges: list[Edge], *, nodes: int) -> RoadNetwork:
    """A network of drawn edges."""
    a, b, there, back = (np.array(column, dtype=np.int32) for column in list(zip(*edges, strict=True))[:4])
    oneway = np.array([edge[4] for edge in edges])
    zero = np.zeros_like(there)
    places = np.random.default_rng(1).random((nodes, 2))
    return RoadNetwork(
        a, b, there, back, zero, zero, zero.astype(float), oneway != "TF", oneway != "FT", there.astype(float), places
    )


def on_edge(*spots: tuple[int, float]) -> Access:
    """Points on edges: (row, position), no way to the road."""
    return Access(
        np.array([row for row, _ in spots], dtype=np.int32),
        np.array([position for _, position in spots]),
        np.array([0.0 if row >= 0 else np.inf for row, _ in spots]),
    )


def on_row(spots: list[tuple[str, int, int, float]], row: int, whole: int) -> list[tuple[int, tuple[str, int]]]:
    """Bases and cells on one edge in driving order, each with its whole seconds from the start."""
    here = sorted((p, kind, k) for kind, k, e, p in spots if e == row)
    return [(int(np.round(p * whole)), (kind, k)) for p, kind, k in here]


def same_spot(spots: list[tuple[str, int, int, float]], a: tuple[str, int], b: tuple[str, int]) -> bool:
    position = {(kind, k): (e, p) for kind, k, e, p in spots}
    return position[a] == position[b]


def parts_to_cells(
    network: RoadNetwork, bases: Access, cells: Access, settings: Settings, *, compiled: bool | None = None
) -> Parts:
    """The parts of the way from each base to each cell, all at once; arrays are bases x cells."""
    columns = [np.full((len(bases.edge), len(cells.edge)), UNREACHABLE, dtype=np.int32) for _ in range(7)]
    for base, found in trips.rows(network, bases, cells, settings, compiled=compiled):
        for column, values in zip(columns, vars(found).values(), strict=True):
            column[base] = values
    return Parts(*columns)
