"""Speed and memory of travel times against peers, on one machine, in one run, with equal results.

    python benchmarks/travel.py [--nodes N] [--engines factgeo,scipy] [--json FILE]

Cases: ``road400k_5000x90`` (a generated road-like graph, 5,000 bases, 90 minutes), ``norway_391xall`` (all unit centres
to all cells of the shipped pack) and ``nearest_1000`` (nearest of 1,000 bases). Slow peers run on a sample of the
bases; their seconds are scaled up and marked. ``objective`` is the sum of all seconds found: equal sums, equal results.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import networkx as nx
import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree, reverse_cuthill_mckee
from scipy.spatial import Delaunay

from factgeo import journeys, kernel, network, pack, settings, travel
from factgeo.access import FAR, Starts

BASES, LIMIT_S = 5_000, 5_400
EDGES_PER_NODE = 1.25  # undirected, as in a road network
SAMPLE = {"networkx": 5, "igraph": 20}  # bases that a slow peer is timed on
SEED = 20_260_101


@dataclass(frozen=True)
class RoadLike:
    """A connected, road-like graph with arbitrary node numbers, as a user would have it."""

    tail: np.ndarray
    head: np.ndarray
    seconds: np.ndarray
    xy: np.ndarray
    bases: np.ndarray


Measured = tuple[float, float, int]  # seconds, sum of all seconds found, bases that were timed


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


def road_factgeo(g: RoadLike) -> Measured:
    """The compiled kernel, on all cores."""
    kernel.nearest(_compiled(g), starts_at(g.bases[:1]), _no_cells(), 1)  # compiled once per machine, then cached
    list(kernel.reached(_compiled(g), starts_at(g.bases[:1]), 1))
    begun = time.perf_counter()
    graph = _compiled(g)
    total = sum(
        int(seconds.sum(dtype=np.int64)) for _, _, seconds in kernel.reached(graph, starts_at(g.bases), LIMIT_S)
    )
    return time.perf_counter() - begun, total, len(g.bases)


def _compiled(g: RoadLike) -> kernel.Graph:
    return kernel.graph(g.tail, g.head, g.seconds, len(g.xy), g.xy)


def _no_cells() -> kernel.Targets:
    none = np.empty(0, dtype=np.int32)
    return kernel.Targets(none, none, none, none)


def road_scipy(g: RoadLike, *, reordered: bool = False) -> Measured:
    """Dijkstra of scipy as a user would call it, or after the same kind of reordering."""
    matrix = csr_array((g.seconds.astype(float), (g.tail, g.head)), shape=(len(g.xy),) * 2)
    bases = g.bases
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
    return time.perf_counter() - begun, total, len(bases)


def road_igraph(g: RoadLike) -> Measured:
    """``distances`` as sgis calls it: no cut-off."""
    import igraph  # noqa: PLC0415 - an optional peer

    graph = igraph.Graph(n=len(g.xy), edges=np.column_stack([g.tail, g.head]), directed=True)
    bases = g.bases[: SAMPLE["igraph"]]
    begun = time.perf_counter()
    away = np.array(graph.distances(source=bases.tolist(), weights=g.seconds.tolist()))
    return time.perf_counter() - begun, away[away <= LIMIT_S].sum(), len(bases)


def road_networkx(g: RoadLike) -> Measured:
    """One base after the other with a cut-off."""
    graph = nx.DiGraph()
    for a, b, s in zip(g.tail.tolist(), g.head.tolist(), g.seconds.tolist(), strict=True):
        if not graph.has_edge(a, b) or graph[a][b]["weight"] > s:
            graph.add_edge(a, b, weight=s)
    bases = g.bases[: SAMPLE["networkx"]].tolist()
    begun = time.perf_counter()
    total = sum(sum(nx.single_source_dijkstra_path_length(graph, base, cutoff=LIMIT_S).values()) for base in bases)
    return time.perf_counter() - begun, total, len(bases)


@dataclass(frozen=True)
class Norway:
    """The shipped pack, loaded."""

    roads: network.RoadNetwork
    bases: travel.Access
    cells: travel.Access
    rules: settings.Settings


def norway() -> Norway:
    """Unit centres and cells of the shipped pack."""
    atlas, rules = pack.load(), settings.load()
    bases = journeys.unit_bases(atlas, tuple(atlas.units.index))
    on_road = journeys.access_of(atlas, [base.lon for base in bases], [base.lat for base in bases])
    return Norway(network.from_table(atlas.roads, rules), on_road, atlas.cell_access, rules)


def all_cells(n: Norway, *, compiled: bool) -> Measured:
    """Seconds from all unit centres to all cells."""
    travel.seconds_to_cells(n.roads, _first(n.bases, 2), n.cells, n.rules, compiled=compiled)
    begun = time.perf_counter()
    seconds = travel.seconds_to_cells(n.roads, n.bases, n.cells, n.rules, compiled=compiled)
    taken = time.perf_counter() - begun
    return taken, int(seconds[seconds != travel.UNREACHABLE].sum(dtype=np.int64)), len(n.bases.edge)


def _first(bases: travel.Access, count: int) -> travel.Access:
    return travel.Access(bases.edge[:count], bases.position[:count], bases.metres[:count])


def thousand(n: Norway) -> travel.Access:
    """1,000 bases: every 55th cell of the country that has a road."""
    on_road = np.flatnonzero(n.cells.edge >= 0)
    chosen = on_road[:: len(on_road) // 1000][:1000]
    return travel.Access(n.cells.edge[chosen], n.cells.position[chosen], n.cells.metres[chosen])


def nearest_factgeo(n: Norway) -> Measured:
    """One run from all bases at once."""
    bases = thousand(n)
    travel.nearest_base(n.roads, _first(bases, 2), n.cells, n.rules)
    begun = time.perf_counter()
    _, away = travel.nearest_base(n.roads, bases, n.cells, n.rules)
    taken = time.perf_counter() - begun
    return taken, int(away[away != travel.UNREACHABLE].sum(dtype=np.int64)), len(bases.edge)


def nearest_scipy(n: Norway) -> Measured:
    """The least over the whole matrix."""
    bases = thousand(n)
    begun = time.perf_counter()
    best = travel.seconds_to_cells(n.roads, bases, n.cells, n.rules, compiled=False).min(axis=0)
    taken = time.perf_counter() - begun
    return taken, int(best[best != travel.UNREACHABLE].sum(dtype=np.int64)), len(bases.edge)


CASES: dict[str, dict[str, Callable[..., Measured]]] = {
    "road400k_5000x90": {
        "factgeo": road_factgeo,
        "scipy": road_scipy,
        "scipy_reordered": partial(road_scipy, reordered=True),
        "igraph": road_igraph,
        "networkx": road_networkx,
    },
    "norway_391xall": {
        "factgeo": partial(all_cells, compiled=True),
        "scipy": partial(all_cells, compiled=False),
    },
    "nearest_1000": {"factgeo": nearest_factgeo, "scipy": nearest_scipy},
}


def measured_apart(run: Callable[..., Measured], world: object) -> tuple[Measured, float]:
    """Run in a process of its own; also the megabytes by which its memory grew at most."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def child() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = run(world)
        sender.send((result, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))

    process = context.Process(target=child)
    process.start()
    sender.close()
    answer: tuple[Measured, float] = receiver.recv()
    process.join()
    return answer


def row(case: str, engine: str, run: Callable[..., Measured], world: object, bases: int) -> dict[str, object]:
    """One line of the table."""
    (seconds, total, timed), megabytes = measured_apart(run, world)
    scale = bases / timed
    return {
        "case": case,
        "engine": engine,
        "objective": float(total),
        "status": "exact" if scale == 1 else f"sample of {timed} bases",
        "gap": 0.0,
        "seconds": round(seconds * scale, 3),
        "peak_mb": round(megabytes, 1),
        "scaled": scale != 1,
    }


def main() -> None:
    """Print a row per case and engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=400_000)
    parser.add_argument("--engines", default="factgeo,scipy,scipy_reordered,igraph,networkx")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    wanted = given.engines.split(",")
    rows = []
    for case, engines in CASES.items():
        world = road_like(given.nodes) if case.startswith("road") else norway()
        bases = {"road400k_5000x90": min(BASES, given.nodes), "norway_391xall": 391, "nearest_1000": 1000}[case]
        for engine, run in engines.items():
            if engine not in wanted:
                continue
            if engine == "igraph" and importlib.util.find_spec("igraph") is None:
                print(f"{case:18} igraph            not installed", file=sys.stderr)
                continue
            rows.append(row(case, engine, run, world, bases))
            shown = rows[-1]
            print(f"{case:18} {engine:16} {shown['seconds']:>10} s {shown['peak_mb']:>8} MB  {shown['status']}, "
                  f"sum {shown['objective']:.0f}")  # fmt: skip
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
