"""Shortest ways in whole seconds, compiled: Dial's bucket queue on a graph whose nodes lie in memory as on the map.

Bucket k holds the nodes that are k seconds away, so that no heap is needed (Dial, Communications of the ACM 12(11),
1969); the buckets go round in a ring that is longer than the longest edge. Without numba, ``travel`` uses scipy.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from factgeo.travel.access import FAR, Starts, Targets
from factgeo.travel.compiled import compiled

Ints = NDArray[np.int32]
Row = TypeVar("Row")
BASES_AT_A_TIME = 16
CURVE_BITS = 10  # nodes are ordered along a Hilbert curve of 1024 x 1024 squares


@dataclass(frozen=True)
class Graph:
    """A directed graph in compressed rows, its nodes renumbered so that neighbours lie near each other in memory.

    Attributes:
        first: Where the edges of each node begin, one more than there are nodes.
        head: The node that each edge leads to.
        seconds: What it costs, at least 1.
        number: New number of each original node.
        source: Row of each edge in the arrays that the graph was made of.
    """

    first: Ints
    head: Ints
    seconds: Ints
    number: Ints
    source: Ints


def graph(tail: Ints, head: Ints, seconds: Ints, nodes: int, xy: NDArray[np.float64]) -> Graph:
    """The graph of parallel arrays of directed edges; ``xy`` are the nodes' places, in any unit."""
    number = np.empty(nodes, dtype=np.int32)
    number[np.argsort(_along_curve(xy), kind="stable")] = np.arange(nodes, dtype=np.int32)
    a, b = number[tail], number[head]
    order = np.lexsort((b, a))
    first = np.zeros(nodes + 1, dtype=np.int32)
    first[1:] = np.cumsum(np.bincount(a, minlength=nodes))
    return Graph(first, b[order], np.maximum(seconds[order], 1).astype(np.int32), number, order.astype(np.int32))


def _along_curve(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Position of each point along a Hilbert curve through all of them (Hamilton and Rau-Chaplin, 2008)."""
    span = np.maximum(np.ptp(xy, axis=0).max(initial=0.0), 1e-9)
    side = 1 << CURVE_BITS
    cell = ((xy - xy.min(axis=0, initial=np.inf)) / span * (side - 1)).astype(np.int64)
    x, y, along = cell[:, 0].copy(), cell[:, 1].copy(), np.zeros(len(xy), dtype=np.int64)
    step = side >> 1
    while step:
        right, up = (x & step) > 0, (y & step) > 0
        along += step * step * ((3 * right) ^ up)
        flip = ~up & right
        x[flip], y[flip] = side - 1 - x[flip], side - 1 - y[flip]
        x[~up], y[~up] = y[~up], x[~up].copy()
        step >>= 1
    return along


def rows(
    g: Graph, starts: Starts, targets: Targets, limit: int, threads: int | None = None
) -> Iterator[tuple[int, Ints]]:
    """For each base its number and the seconds to every target (``FAR``: not within ``limit``), on all cores."""
    chunks = [range(k, min(k + BASES_AT_A_TIME, len(starts.node))) for k in range(0, len(starts.node), BASES_AT_A_TIME)]
    ring = _ring_size(g, starts)

    def work(chunk: range) -> list[tuple[int, Ints]]:
        part = slice(chunk.start, chunk.stop)
        table = _table(
            g.first, g.head, g.seconds, g.number[starts.node[part]], starts.seconds[part], np.int64(limit), ring,
            g.number[targets.node_a], targets.from_a, g.number[targets.node_b], targets.from_b,
        )  # fmt: skip
        return list(zip(chunk, table, strict=True))

    yield from _in_threads(work, chunks, threads)


def _in_threads(work: Callable[[range], list[Row]], chunks: list[range], threads: int | None) -> Iterator[Row]:
    """The rows of all chunks in order; no more chunks are begun than there are threads, and one that waits its turn.

    ``ThreadPoolExecutor.map`` would begin them all, and rows that nobody has asked for yet would fill the memory.
    """
    count = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(count) as pool:
        begun: deque[Future[list[Row]]] = deque()
        for chunk in chunks:
            begun.append(pool.submit(work, chunk))
            if len(begun) > count:
                yield from begun.popleft().result()
        while begun:
            yield from begun.popleft().result()


def _ring_size(g: Graph, starts: Starts) -> int:
    """A power of two above every step that can be taken at once."""
    known = starts.seconds[starts.seconds < FAR]
    longest = max(int(g.seconds.max(initial=1)), int(known.max(initial=0)))
    return 1 << (longest + 1).bit_length()


def reached(g: Graph, starts: Starts, limit: int, threads: int | None = None) -> Iterator[tuple[int, Ints, Ints]]:
    """For each base its number, the nodes within ``limit`` seconds (original numbers) and the seconds to each."""
    count = len(starts.node)
    chunks = [range(k, min(k + BASES_AT_A_TIME, count)) for k in range(0, count, BASES_AT_A_TIME)]
    ring = _ring_size(g, starts)
    original = np.empty(len(g.number), dtype=np.int32)
    original[g.number] = np.arange(len(g.number), dtype=np.int32)

    def work(chunk: range) -> list[tuple[int, Ints, Ints]]:
        part = slice(chunk.start, chunk.stop)
        ends, node, seconds = _lists(
            g.first, g.head, g.seconds, g.number[starts.node[part]], starts.seconds[part], np.int64(limit), ring
        )
        bounds = zip(chunk, np.concatenate([[0], ends[:-1]]), ends, strict=True)
        return [(base, original[node[a:b]], seconds[a:b]) for base, a, b in bounds]

    yield from _in_threads(work, chunks, threads)


def nearest(g: Graph, starts: Starts, targets: Targets, limit: int) -> tuple[Ints, Ints]:
    """For each target the nearest base and the seconds to it; -1 and ``FAR`` where none is within ``limit``.

    One run from all bases at once. On a tie the base that stands first in the list wins where both set out at one
    node, else whichever way was found first.
    """
    base, seconds = _nearest(
        g.first, g.head, g.seconds, g.number[starts.node], starts.seconds, np.int64(limit), _ring_size(g, starts),
        g.number[targets.node_a], targets.from_a, g.number[targets.node_b], targets.from_b,
    )  # fmt: skip
    return base, seconds


def parts(
    g: Graph, starts: Starts, targets: Targets, loads: Ints, start_m: Ints, target_m: Ints, threads: int | None = None
) -> Iterator[tuple[int, Ints]]:
    """For each base its number and, per target, seconds, half boardings, metres, crossing and waiting (5 x targets).

    Of equally fast ways the one that comes first by (half boardings, metres, crossing, waiting) counts. ``FAR`` seconds
    stand where no way leads.

    Args:
        g: The graph.
        starts: Bases on the road.
        targets: Cells on the road.
        loads: Half boardings, metres, crossing and waiting seconds of each directed edge, in the order given to
            :func:`graph`.
        start_m: Metres from each base to its two nodes, bases x 2.
        target_m: Metres from each cell's two nodes to the cell, cells x 2.
        threads: How many (default: all cores).
    """
    chunks = [range(k, min(k + BASES_AT_A_TIME, len(starts.node))) for k in range(0, len(starts.node), BASES_AT_A_TIME)]
    ring = _ring_size(g, starts)
    ordered = np.ascontiguousarray(loads[g.source], dtype=np.int32)
    start_loads, target_loads = _as_loads(start_m), np.ascontiguousarray(_as_loads(target_m).transpose(1, 0, 2))

    def work(chunk: range) -> list[tuple[int, Ints]]:
        part = slice(chunk.start, chunk.stop)
        table = _parts(
            g.first, g.head, g.seconds, ordered, g.number[starts.node[part]], starts.seconds[part],
            start_loads[part], ring, g.number[targets.node_a], targets.from_a, g.number[targets.node_b],
            targets.from_b, target_loads,
        )  # fmt: skip
        return list(zip(chunk, table, strict=True))

    yield from _in_threads(work, chunks, threads)


def _as_loads(metres: Ints) -> Ints:
    """Metres of part of a road as loads: nobody boards, sails or waits there."""
    loads = np.zeros((*metres.shape, 4), dtype=np.int32)
    loads[..., 1] = metres
    return loads


@compiled
def _settle(first, head, seconds, start_node, start_seconds, limit, away, via, ring, entry_node, entry_next, reached):
    """Dial's algorithm. ``away`` is FAR throughout on entry; returns how many nodes of ``reached`` were reached."""
    mask = len(ring) - 1
    made = 0
    waiting = 0
    for k in range(len(start_node)):
        s = start_seconds[k]
        node = start_node[k]
        if s <= limit and s < away[node]:
            away[node] = s
            via[node] = -1
            entry_node[made] = node
            entry_next[made] = ring[s & mask]
            ring[s & mask] = made
            made += 1
            waiting += 1
    now = 0
    count = 0
    while waiting > 0:
        slot = now & mask
        entry = ring[slot]
        while entry >= 0:
            ring[slot] = entry_next[entry]
            waiting -= 1
            node = entry_node[entry]
            if away[node] == now:  # else a shorter way was found since
                reached[count] = node
                count += 1
                for edge in range(first[node], first[node + 1]):
                    then = now + seconds[edge]
                    other = head[edge]
                    if then <= limit and then < away[other]:
                        away[other] = then
                        via[other] = edge
                        entry_node[made] = other
                        entry_next[made] = ring[then & mask]
                        ring[then & mask] = made
                        made += 1
                        waiting += 1
            entry = ring[slot]
        now += 1
    return count


@compiled
def _table(first, head, seconds, start_node, start_seconds, limit, ring_size, node_a, from_a, node_b, from_b):
    """Seconds from each base to each target; the work space is made once and cleaned of what each base touched."""
    nodes = len(first) - 1
    away = np.full(nodes, FAR, dtype=np.int32)
    via = np.empty(nodes, dtype=np.int32)
    ring = np.full(ring_size, -1, dtype=np.int32)
    size = len(head) + start_node.shape[1] + 1
    entry_node = np.empty(size, dtype=np.int32)
    entry_next = np.empty(size, dtype=np.int32)
    reached = np.empty(nodes, dtype=np.int32)
    table = np.empty((len(start_node), len(node_a)), dtype=np.int32)
    for base in range(len(start_node)):
        count = _settle(first, head, seconds, start_node[base], start_seconds[base], limit, away, via, ring,
                        entry_node, entry_next, reached)  # fmt: skip
        for k in range(len(node_a)):
            best = min(away[node_a[k]] + from_a[k], away[node_b[k]] + from_b[k])
            table[base, k] = best if best <= limit else FAR
        for k in range(count):
            away[reached[k]] = FAR
    return table


@compiled
def _lists(first, head, seconds, start_node, start_seconds, limit, ring_size):
    """The nodes reached from each base one after the other, with the seconds; ``ends`` closes each base's list."""
    nodes = len(first) - 1
    away = np.full(nodes, FAR, dtype=np.int32)
    via = np.empty(nodes, dtype=np.int32)
    ring = np.full(ring_size, -1, dtype=np.int32)
    size = len(head) + start_node.shape[1] + 1
    entry_node = np.empty(size, dtype=np.int32)
    entry_next = np.empty(size, dtype=np.int32)
    found = np.empty(nodes, dtype=np.int32)
    ends = np.empty(len(start_node), dtype=np.int64)
    all_nodes = np.empty(1024, dtype=np.int32)
    all_seconds = np.empty(1024, dtype=np.int32)
    end = 0
    for base in range(len(start_node)):
        count = _settle(first, head, seconds, start_node[base], start_seconds[base], limit, away, via, ring,
                        entry_node, entry_next, found)  # fmt: skip
        while end + count > len(all_nodes):
            all_nodes = np.concatenate((all_nodes, np.empty_like(all_nodes)))
            all_seconds = np.concatenate((all_seconds, np.empty_like(all_seconds)))
        for k in range(count):
            all_nodes[end + k] = found[k]
            all_seconds[end + k] = away[found[k]]
            away[found[k]] = FAR
        end += count
        ends[base] = end
    return ends, all_nodes[:end], all_seconds[:end]


@compiled
def _nearest(first, head, seconds, start_node, start_seconds, limit, ring_size, node_a, from_a, node_b, from_b):
    """One run from all bases; each node inherits the base of the node it is reached from."""
    nodes = len(first) - 1
    bases = len(start_node)
    flat_node = start_node.ravel()
    flat_seconds = start_seconds.ravel()
    away = np.full(nodes, FAR, dtype=np.int32)
    via = np.full(nodes, -1, dtype=np.int32)
    ring = np.full(ring_size, -1, dtype=np.int32)
    size = len(head) + 2 * bases + 1
    reached = np.empty(nodes, dtype=np.int32)
    count = _settle(first, head, seconds, flat_node, flat_seconds, limit, away, via, ring,
                    np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32), reached)  # fmt: skip
    tail = np.empty(len(head), dtype=np.int32)
    for node in range(nodes):
        for edge in range(first[node], first[node + 1]):
            tail[edge] = node
    owner = np.full(nodes, -1, dtype=np.int32)
    for k in range(2 * bases - 1, -1, -1):  # backwards, so that the first base in the list wins a tie
        if flat_seconds[k] == away[flat_node[k]]:
            owner[flat_node[k]] = k // 2
    for k in range(count):
        node = reached[k]
        if via[node] >= 0:
            owner[node] = owner[tail[via[node]]]
    base = np.full(len(node_a), -1, dtype=np.int32)
    best = np.full(len(node_a), FAR, dtype=np.int32)
    for k in range(len(node_a)):
        by_a = away[node_a[k]] + from_a[k]
        by_b = away[node_b[k]] + from_b[k]
        if min(by_a, by_b) <= limit:
            best[k] = min(by_a, by_b)
            base[k] = owner[node_a[k]] if by_a <= by_b else owner[node_b[k]]
    return base, best


@compiled
def _keep_better(load, node, before, edge_load):
    """Give ``node`` the sum of two rows of loads if that comes first, the first difference deciding."""
    for k in range(load.shape[1]):
        then = before[k] + edge_load[k]
        if then != load[node, k]:
            if then < load[node, k]:
                for j in range(load.shape[1]):
                    load[node, j] = before[j] + edge_load[j]
            return


@compiled
def _parts(first, head, seconds, loads, start_node, start_seconds, start_m, ring_size,
           node_a, from_a, node_b, from_b, target_m):  # fmt: skip
    """Dial's algorithm, then the loads along the best of the fastest ways, node by node in the order of settling."""
    nodes = len(first) - 1
    away = np.full(nodes, FAR, dtype=np.int32)
    via = np.empty(nodes, dtype=np.int32)
    ring = np.full(ring_size, -1, dtype=np.int32)
    size = len(head) + start_node.shape[1] + 1
    entry_node = np.empty(size, dtype=np.int32)
    entry_next = np.empty(size, dtype=np.int32)
    reached = np.empty(nodes, dtype=np.int32)
    load = np.full((nodes, 4), FAR, dtype=np.int32)
    nothing = np.zeros(4, dtype=np.int32)
    table = np.empty((len(start_node), 5, len(node_a)), dtype=np.int32)
    for base in range(len(start_node)):
        count = _settle(first, head, seconds, start_node[base], start_seconds[base], FAR - 1, away, via, ring,
                        entry_node, entry_next, reached)  # fmt: skip
        for k in range(start_node.shape[1]):
            if start_seconds[base, k] < FAR and start_seconds[base, k] == away[start_node[base, k]]:
                _keep_better(load, start_node[base, k], nothing, start_m[base, k])
        for k in range(count):  # whoever leads to a node on a fastest way was settled before it
            node = reached[k]
            for edge in range(first[node], first[node + 1]):
                if away[node] + seconds[edge] == away[head[edge]]:
                    _keep_better(load, head[edge], load[node], loads[edge])
        _arrivals(table[base], away, load, node_a, from_a, node_b, from_b, target_m)
        for k in range(count):
            away[reached[k]] = FAR
            load[reached[k]] = FAR
    return table


@compiled
def _arrivals(found, away, load, node_a, from_a, node_b, from_b, target_m):
    """The better of the two ways to each target, into the columns of ``found``."""
    best = np.empty((1, 4), dtype=np.int32)
    for k in range(len(node_a)):
        by_a, by_b = away[node_a[k]] + from_a[k], away[node_b[k]] + from_b[k]
        found[0, k] = min(by_a, by_b, FAR)
        best[0] = FAR
        if by_a == found[0, k] and by_a < FAR:
            _keep_better(best, 0, load[node_a[k]], target_m[0, k])
        if by_b == found[0, k] and by_b < FAR:
            _keep_better(best, 0, load[node_b[k]], target_m[1, k])
        found[1:, k] = best[0]
