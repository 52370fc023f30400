"""Speed and memory of travel times against peers, on one machine, in one run, with equal results.

    python benchmarks/travel.py [--nodes N] [--engines factgeo,scipy] [--fine PACK] [--curve] [--json FILE]

Cases: ``road400k_5000x90`` (a generated road-like graph, 5,000 bases, 90 minutes), ``norway_391xall`` (all unit centres
to all cells of the shipped pack), ``nearest_1000`` (nearest of 1,000 bases), ``norway_potential`` (who lives within 30,
45, 60 and 90 minutes of every cell with a road, and the gravity form) and, with ``--fine`` and a pack of 250 m
cells, ``norway_1200x250m`` (1,200 bases, 120 minutes; must stay below 400 MB). ``--curve`` adds time against the number
of nodes, bases and cells.

Slow peers run on a sample of the bases; their seconds are scaled up and marked, their memory is that of the sample.
``objective`` is the sum of all seconds found (of a potential: of the residents and adults), ``gap`` how far off
factgeo's for the same bases it is: 0, equal results.
``peak_mb`` is how much the memory of a process of its own grew, the libraries that it loads among it.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree, reverse_cuthill_mckee
from scipy.spatial import Delaunay

from factgeo import settings
from factgeo.atlas import pack
from factgeo.reach import potential
from factgeo.travel import journeys, kernel, network
from factgeo.travel import times as travel_times
from factgeo.travel.access import FAR, Starts
from factgeo.travel.bases import candidates

BASES, LIMIT_S = 5_000, 5_400
UNITS, NEAREST = 391, 1_000
FINE_BASES, FINE_LIMIT_S, FINE_MB = 1_200, 7_200, 400
EDGES_PER_NODE = 1.25  # undirected, as in a road network
SEED = 20_260_101
CURVE_NODES = (25_000, 100_000, 400_000, 1_600_000, 4_000_000)  # the last: 10 million directed edges
CURVE_NODES_BASES = 500
CURVE_BASES = (50, 500, 5_000)
CURVE_BASES_NODES = 400_000
CURVE_CELLS = (1_000, 10_000)  # besides all cells of the packs
OPTIONAL = ("igraph", "sgis")  # peers that need not be installed
FINE_CASE = "norway_1200x250m"
HOW_TO_FINE = "skipped: needs --fine PACK, built by: factgeo data build --sources SOURCES --resolution 250m --out PACK"

Measured = tuple[float, float]  # seconds, objective
Run = Callable[[Any, int], Measured]  # of a world and how many of its bases to set out from


@dataclass(frozen=True)
class Case:
    """What every engine has to do: set out from the first ``bases`` of a world.

    Attributes:
        name: As it stands in the table.
        world: Makes what all engines are given.
        bases: How many bases there are.
        engines: The engines that can do it.
        sample: Bases that a slow engine is timed on.
    """

    name: str
    world: Callable[[], object]
    bases: int
    engines: dict[str, Run]
    sample: dict[str, int]


@dataclass(frozen=True)
class RoadLike:
    """A connected, road-like graph with arbitrary node numbers, as a user would have it."""

    tail: np.ndarray
    head: np.ndarray
    seconds: np.ndarray
    xy: np.ndarray
    bases: np.ndarray


def road_like(nodes: int) -> RoadLike:
    """Random places joined by their shortest tree and some more of the Delaunay edges, 40 s of driving per step."""
    rng = np.random.default_rng(SEED)
    xy = rng.random((nodes, 2)) * np.sqrt(nodes)
    first, ends = Delaunay(xy).vertex_neighbor_vertices
    a, b = np.repeat(np.arange(nodes), np.diff(first)), ends
    a, b = a[a < b], b[a < b]
    length = np.hypot(*(xy[a] - xy[b]).T)
    tree = minimum_spanning_tree(coo_array((length, (a, b)), shape=(nodes, nodes)).tocsr()).tocoo()
    in_tree = np.isin(a * nodes + b, np.minimum(*tree.coords) * np.int64(nodes) + np.maximum(*tree.coords))
    more = rng.choice(np.flatnonzero(~in_tree), int(EDGES_PER_NODE * nodes) - int(in_tree.sum()), replace=False)
    keep = np.concatenate([np.flatnonzero(in_tree), more])
    seconds = np.maximum(1, np.round(40 * length[keep] * rng.uniform(0.7, 1.5, len(keep)))).astype(np.int32)
    shuffled = rng.permutation(nodes).astype(np.int32)
    a, b, places = shuffled[a[keep]], shuffled[b[keep]], np.empty_like(xy)
    places[shuffled] = xy
    bases = rng.choice(nodes, min(BASES, nodes), replace=False).astype(np.int32)
    return RoadLike(np.concatenate([a, b]), np.concatenate([b, a]), np.tile(seconds, 2), places, bases)


def starts_at(nodes: np.ndarray) -> Starts:
    """Bases that stand on a node."""
    seconds = np.column_stack([np.zeros(len(nodes)), np.full(len(nodes), FAR)])
    return Starts(np.column_stack([nodes, nodes]).astype(np.int32), seconds.astype(np.int32))


def road_factgeo(g: RoadLike, count: int) -> Measured:
    """The compiled kernel, on all cores; the making of its graph is timed too."""
    list(kernel.reached(_compiled(g), starts_at(g.bases[:1]), 1))  # compiled once per machine, then cached
    begun = time.perf_counter()
    found = kernel.reached(_compiled(g), starts_at(g.bases[:count]), LIMIT_S)
    total = sum(int(seconds.sum(dtype=np.int64)) for _, _, seconds in found)
    return time.perf_counter() - begun, total


def _compiled(g: RoadLike) -> kernel.Graph:
    return kernel.graph(g.tail, g.head, g.seconds, len(g.xy), g.xy)


def road_scipy(g: RoadLike, count: int, *, reordered: bool = False) -> Measured:
    """Dijkstra of scipy as a user would call it, or after the same kind of reordering."""
    matrix = csr_array((g.seconds.astype(float), (g.tail, g.head)), shape=(len(g.xy),) * 2)
    bases = g.bases[:count]
    if reordered:
        order = reverse_cuthill_mckee(matrix, symmetric_mode=True)
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        matrix = csr_array((g.seconds.astype(float), (place[g.tail], place[g.head])), shape=matrix.shape)
        bases = place[bases]
    begun, total = time.perf_counter(), 0.0
    for k in range(0, len(bases), 50):  # a dense answer for all bases at once would not fit into memory
        away = dijkstra(matrix, indices=bases[k : k + 50], limit=LIMIT_S)
        total += away[np.isfinite(away)].sum()
    return time.perf_counter() - begun, total


def road_igraph(g: RoadLike, count: int) -> Measured:
    """``distances`` as sgis calls it: no cut-off."""
    import igraph  # noqa: PLC0415 - an optional peer

    graph = igraph.Graph(n=len(g.xy), edges=np.column_stack([g.tail, g.head]), directed=True)
    begun = time.perf_counter()
    away = np.array(graph.distances(source=g.bases[:count].tolist(), weights=g.seconds.tolist()))
    return time.perf_counter() - begun, away[away <= LIMIT_S].sum()


def road_networkx(g: RoadLike, count: int) -> Measured:
    """One base after the other with a cut-off."""
    graph = nx.DiGraph()
    for a, b, s in zip(g.tail.tolist(), g.head.tolist(), g.seconds.tolist(), strict=True):
        if not graph.has_edge(a, b) or graph[a][b]["weight"] > s:
            graph.add_edge(a, b, weight=s)
    bases = g.bases[:count].tolist()
    begun = time.perf_counter()
    total = sum(sum(nx.single_source_dijkstra_path_length(graph, base, cutoff=LIMIT_S).values()) for base in bases)
    return time.perf_counter() - begun, total


@dataclass(frozen=True)
class Norway:
    """A pack, loaded: bases and cells on the roads of the country."""

    roads: network.RoadNetwork
    bases: travel_times.Access
    cells: travel_times.Access
    rules: settings.Settings


def units_to_cells(folder: Path | None = None, *, cells: int | None = None) -> Norway:
    """All unit centres and all cells of a pack (default: the shipped one), or so many cells spread evenly."""
    atlas, rules = pack.load(folder), settings.load()
    bases = candidates(atlas, tuple(atlas.units.index), rules)
    on_road = journeys.access_of(atlas, [base.lon for base in bases], [base.lat for base in bases])
    to = atlas.cell_access if cells is None else _spread(atlas.cell_access, cells)
    return Norway(network.from_table(atlas.roads, rules), on_road, to, rules)


def cells_to_cells(bases: int, folder: Path | None = None) -> Norway:
    """Bases in so many cells, spread evenly over the cells of a pack that have a road, and shuffled for samples."""
    atlas, rules = pack.load(folder), settings.load()
    chosen = _spread(atlas.cell_access, bases)
    shuffled = _chosen(chosen, np.random.default_rng(SEED).permutation(bases))
    return Norway(network.from_table(atlas.roads, rules), shuffled, atlas.cell_access, rules)


def _spread(cells: travel_times.Access, count: int) -> travel_times.Access:
    """So many of the cells that have a road, at even steps."""
    on_road = np.flatnonzero(cells.edge >= 0)
    return _chosen(cells, on_road[:: len(on_road) // count][:count])


def _first(bases: travel_times.Access, count: int) -> travel_times.Access:
    return _chosen(bases, np.arange(count))


def _chosen(points: travel_times.Access, rows: np.ndarray) -> travel_times.Access:
    return travel_times.Access(points.edge[rows], points.position[rows], points.metres[rows])


def all_cells(n: Norway, count: int, *, compiled: bool) -> Measured:
    """Seconds from bases to all cells."""
    travel_times.seconds_to_cells(n.roads, _first(n.bases, 2), n.cells, n.rules, compiled=compiled)
    begun = time.perf_counter()
    seconds = travel_times.seconds_to_cells(n.roads, _first(n.bases, count), n.cells, n.rules, compiled=compiled)
    return time.perf_counter() - begun, _sum(seconds)


def _sum(seconds: np.ndarray) -> int:
    return sum(int(row[row != travel_times.UNREACHABLE].sum(dtype=np.int64)) for row in np.atleast_2d(seconds))


def all_cells_sgis(n: Norway, count: int) -> Measured:
    """``NetworkAnalysis.od_cost_matrix``, called again once its graph is made: only ways and table are timed.

    Left out as well is its check whether the points are still the same, which takes minutes for this many.
    """
    import sgis  # noqa: PLC0415 - an optional peer

    lines, origins, destinations = _as_lines(n, count)
    rules = sgis.NetworkAnalysisRules(weight="seconds", directed=True, split_lines=False)
    analysis = sgis.NetworkAnalysis(lines, rules, log=False)
    analysis.od_cost_matrix(origins, destinations)
    with mock.patch.object(sgis.NetworkAnalysis, "_points_have_changed", return_value=False):
        begun = time.perf_counter()
        found = analysis.od_cost_matrix(origins, destinations)
        return time.perf_counter() - begun, found["seconds"].sum()


def _as_lines(n: Norway, count: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The same ways as directed lines with seconds; bases and cells are ends of lines, so that nothing is snapped."""
    parts = np.hstack([travel_times.directed(n.roads)[:3], *_ways_of_bases(n, count), *_ways_of_cells(n, count)])
    tail, head, seconds = parts[:, (parts[2] < FAR) & (parts[0] != parts[1])]
    shapes = shapely.linestrings(np.stack([_somewhere(tail), _somewhere(head)], axis=1))
    lines = gpd.GeoDataFrame({"seconds": seconds}, geometry=shapes, crs=25833)
    origins = n.roads.nodes + np.arange(count)
    destinations = np.unique(head[head >= n.roads.nodes + count])
    return lines, _points(origins), _points(destinations)


def _ways_of_bases(n: Norway, count: int) -> list[np.ndarray]:
    """From each base to the ends of its road, and along it to the cells that stand there: tail, head, seconds."""
    starts, own = (
        travel_times.set_out(n.roads, _first(n.bases, count)),
        travel_times.doors(n.bases, n.rules).astype(int),
    )
    door = travel_times.doors(n.cells, n.rules).astype(int)
    ways = [np.stack([np.full(2, n.roads.nodes + base), starts.node[base], starts.seconds[base] + own[base]])
            for base in range(count)]  # fmt: skip
    for base in range(count):
        same, along = travel_times.own_edge(n.roads, n.bases, base, n.cells)
        tail = np.full(len(same), n.roads.nodes + base)
        ways.append(np.stack([tail, n.roads.nodes + count + same, along + door[same] + own[base]]))
    return ways


def _ways_of_cells(n: Norway, count: int) -> list[np.ndarray]:
    """From the ends of each cell's road to its door: tail, head, seconds."""
    to = travel_times.arrive(n.roads, n.cells, travel_times.doors(n.cells, n.rules))
    cell = n.roads.nodes + count + np.arange(len(n.cells.edge))
    return [np.stack([to.node_a, cell, to.from_a]), np.stack([to.node_b, cell, to.from_b])]


def _somewhere(node: np.ndarray) -> np.ndarray:
    """A place of its own for each node; where it is does not matter to the seconds."""
    return np.column_stack([node % 1000, node // 1000]) * 10.0


def _points(node: np.ndarray) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=shapely.points(_somewhere(node)), crs=25833)


def nearest_factgeo(n: Norway, count: int) -> Measured:
    """One run from all bases at once."""
    travel_times.nearest_base(n.roads, _first(n.bases, 2), n.cells, n.rules)
    begun = time.perf_counter()
    _, away = travel_times.nearest_base(n.roads, _first(n.bases, count), n.cells, n.rules)
    return time.perf_counter() - begun, _sum(away)


def nearest_scipy(n: Norway, count: int) -> Measured:
    """The least over the whole matrix."""
    begun = time.perf_counter()
    table = travel_times.seconds_to_cells(n.roads, _first(n.bases, count), n.cells, n.rules, compiled=False)
    best = table.min(axis=0)
    return time.perf_counter() - begun, _sum(best)


def near_cells(n: Norway, count: int, *, compiled: bool) -> Measured:
    """The cells within the limit of each base, and no others."""
    travel_times.within(n.roads, _first(n.bases, 2), n.cells, n.rules, limit_s=FINE_LIMIT_S, compiled=compiled)
    begun = time.perf_counter()
    bases = _first(n.bases, count)
    found = travel_times.within(n.roads, bases, n.cells, n.rules, limit_s=FINE_LIMIT_S, compiled=compiled)
    return time.perf_counter() - begun, int(found.seconds.sum(dtype=np.int64))


@dataclass(frozen=True)
class Populated:
    """Norway with who lives in each cell, and the border zone of each base."""

    on_roads: Norway
    who: potential.People
    zones: np.ndarray


def all_to_all(bases: int) -> Populated:
    """Bases in so many cells, and all cells with their people."""
    atlas = pack.load()
    n = cells_to_cells(bases)
    return Populated(n, potential.people(atlas, n.rules), np.zeros(bases, dtype=np.intp))


def potential_of(p: Populated, count: int, *, compiled: bool) -> Measured:
    """The potential of bases; without numba scipy's Dijkstra, some bases at a time, and sums by numpy."""
    n, asked = p.on_roads, potential.rules(p.on_roads.rules)

    def found(bases: int) -> potential.Potentials:
        some = _first(n.bases, bases)
        return potential.potentials(
            n.roads, some, p.zones[:bases], n.cells, p.who, n.rules, asked, compiled=compiled
        )  # fmt: skip

    found(2)
    begun = time.perf_counter()
    potentials = found(count)
    return time.perf_counter() - begun, int(potentials.residents.sum() + potentials.adults.sum())


ROAD: dict[str, Run] = {
    "factgeo": road_factgeo,
    "scipy": road_scipy,
    "scipy_reordered": partial(road_scipy, reordered=True),
    "igraph": road_igraph,
    "networkx": road_networkx,
}
ALL_CELLS: dict[str, Run] = {
    "factgeo": partial(all_cells, compiled=True),
    "scipy": partial(all_cells, compiled=False),
    "sgis": all_cells_sgis,
}
NEAREST_BASE: dict[str, Run] = {"factgeo": nearest_factgeo, "scipy": nearest_scipy}
NEAR_CELLS: dict[str, Run] = {
    "factgeo": partial(near_cells, compiled=True),
    "scipy": partial(near_cells, compiled=False),
}
POTENTIAL: dict[str, Run] = {
    "factgeo": partial(potential_of, compiled=True),
    "scipy": partial(potential_of, compiled=False),
}


def cases(nodes: int, fine: Path | None) -> Iterator[Case]:
    """What is always measured, and the small cells where there is a pack of them."""
    slow = {"igraph": 20, "networkx": 5}
    yield Case("road400k_5000x90", partial(road_like, nodes), min(BASES, nodes), ROAD, slow)
    yield Case("norway_391xall", units_to_cells, UNITS, ALL_CELLS, {"sgis": 60})
    yield Case("nearest_1000", partial(cells_to_cells, NEAREST), NEAREST, NEAREST_BASE, {})
    every = int((pack.load().cell_access.edge >= 0).sum())
    yield Case("norway_potential", partial(all_to_all, every), every, POTENTIAL, {"scipy": 256})
    if fine is None:
        print(f"{FINE_CASE:18} {HOW_TO_FINE}", file=sys.stderr)
    else:
        yield Case(FINE_CASE, partial(cells_to_cells, FINE_BASES, fine), FINE_BASES, NEAR_CELLS, {"scipy": 128})


def curve(fine: Path | None) -> Iterator[Case]:
    """Time against the number of nodes, of bases and of cells, each with the others held."""
    for nodes in CURVE_NODES:
        name = f"curve_nodes_{nodes // 1000}k"
        yield Case(name, partial(road_like, nodes), CURVE_NODES_BASES, _compared(ROAD), {"scipy": 50})
    for bases in CURVE_BASES:
        name = f"curve_bases_{bases}"
        yield Case(name, partial(road_like, CURVE_BASES_NODES), bases, _compared(ROAD), {"scipy": 50})
    for cells in CURVE_CELLS:
        name = f"curve_cells_{cells // 1000}k"
        yield Case(name, partial(units_to_cells, cells=cells), UNITS, _compared(ALL_CELLS), {})
    yield Case("curve_cells_57k", units_to_cells, UNITS, _compared(ALL_CELLS), {})
    if fine is None:
        print(f"{'curve_cells_223k':18} {HOW_TO_FINE}", file=sys.stderr)
    else:
        yield Case("curve_cells_223k", partial(units_to_cells, fine), UNITS, _compared(ALL_CELLS), {})


def _compared(engines: dict[str, Run]) -> dict[str, Run]:
    return {name: engines[name] for name in ("factgeo", "scipy")}


def measured_apart(run: Run, world: object, count: int) -> tuple[Measured, float]:
    """Run in a process of its own; also the megabytes by which its memory grew at most."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def child() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = run(world, count)
        sender.send((result, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))

    process = context.Process(target=child)
    process.start()
    sender.close()
    answer: tuple[Measured, float] = receiver.recv()
    process.join()
    return answer


def rows(case: Case, engines: list[str]) -> Iterator[dict[str, object]]:
    """One line of the table for each of these engines."""
    world = case.world()
    sums: dict[int, float] = {}  # by factgeo, for so many bases
    for engine, run in case.engines.items():
        if engine not in engines:
            continue
        if engine in OPTIONAL and importlib.util.find_spec(engine) is None:
            print(f"{case.name:18} {engine:16} not installed", file=sys.stderr)
            continue
        count = min(case.sample.get(engine, case.bases), case.bases)
        (seconds, total), megabytes = measured_apart(run, world, count)
        if engine == "factgeo":
            sums[count] = total
        elif count not in sums:
            sums[count] = measured_apart(case.engines["factgeo"], world, count)[0][1]
        yield {
            "case": case.name,
            "engine": engine,
            "objective": float(total),
            "status": "exact" if count == case.bases else f"sample of {count} bases",
            "gap": round(abs(total - sums[count]) / max(sums[count], 1), 12),
            "seconds": round(seconds * case.bases / count, 3),
            "peak_mb": round(megabytes, 1),
            "scaled": count != case.bases,
        }


def show(row: dict[str, object]) -> None:
    """Print a row, and say so where it takes more memory than it may."""
    print(f"{row['case']:18} {row['engine']:16} {row['seconds']:>10} s {row['peak_mb']:>8} MB  {row['status']}, "
          f"sum {row['objective']:.0f}, gap {row['gap']:g}", flush=True)  # fmt: skip
    if row["case"] == FINE_CASE and row["engine"] == "factgeo" and row["peak_mb"] >= FINE_MB:
        print(f"{FINE_CASE:18} factgeo          takes more than {FINE_MB} MB", file=sys.stderr)


def main() -> None:
    """Print a row per case and engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=400_000)
    parser.add_argument("--engines", default="factgeo,scipy,scipy_reordered,igraph,networkx,sgis")
    parser.add_argument("--fine", type=Path, metavar="PACK", help="a pack of 250 m cells")
    parser.add_argument("--curve", action="store_true", help="time against nodes, bases and cells as well")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    wanted = cases(given.nodes, given.fine)
    table = []
    for case in itertools.chain(wanted, curve(given.fine) if given.curve else ()):
        for row in rows(case, given.engines.split(",")):
            show(row)
            table.append(row)
    if given.json:
        given.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
