"""Find shortest ways in whole seconds, compiled: Dial's bucket queue on a graph ordered in memory as on the map.

Bucket k holds the nodes that are k seconds away, so no heap is needed (Dial, Communications of the ACM 12(11), 1969).
The buckets are a ring that is longer than the longest edge. Without numba, ``travel.times`` uses scipy.
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
    """A directed graph in compressed rows; its nodes are renumbered so that neighbours lie near each other in memory.

    Attributes:
        first: Where the edges of each node begin; one more entry than there are nodes.
        head: The node that each edge leads to.
        seconds: The seconds of each edge, at least 1.
        number: New number of each original node.
        source: Row of each edge in the arrays that the graph was made from.
    """

    first: Ints
    head: Ints
    seconds: Ints
    number: Ints
    source: Ints


def graph(tail: Ints, head: Ints, seconds: Ints, nodes: int, xy: NDArray[np.float64]) -> Graph:
    """Make the graph of directed edges.

    Args:
        tail: The node that each edge leaves.
        head: The node that each edge leads to.
        seconds: The seconds of each edge; 0 counts as 1.
        nodes: The number of nodes.
        xy: The place of each node, nodes x 2, in any unit.
    """
    # A search spreads over the map. If nodes that are near on the map are near in memory, most of the nodes that it
    # touches next are in the processor's cache already.
    number = np.empty(nodes, dtype=np.int32)
    number[np.argsort(_along_curve(xy), kind="stable")] = np.arange(nodes, dtype=np.int32)
    a, b = number[tail], number[head]
    order = np.lexsort((b, a))
    first = np.zeros(nodes + 1, dtype=np.int32)
    first[1:] = np.cumsum(np.bincount(a, minlength=nodes))
    return Graph(first, b[order], np.maximum(seconds[order], 1).astype(np.int32), number, order.astype(np.int32))


def _along_curve(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the position of each point along a Hilbert curve through all of them (Hamilton and Rau-Chaplin, 2008)."""
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
    """Yield, for each base, its number and the seconds to every target (``FAR``: not within ``limit`` seconds)."""
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
    """Yield the rows of all chunks in order; at most one chunk more than there are threads is begun at a time.

    ``ThreadPoolExecutor.map`` would begin all chunks, and rows that wait for their turn would fill the memory.
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
    """Return a power of two above every step: the longest edge, and the longest way from a base to its nodes.

    Two nodes that wait at the same time are less than this apart in seconds, so each bucket holds one second only.
    """
    known = starts.seconds[starts.seconds < FAR]
    longest = max(int(g.seconds.max(initial=1)), int(known.max(initial=0)))
    return 1 << (longest + 1).bit_length()


def reached(g: Graph, starts: Starts, limit: int, threads: int | None = None) -> Iterator[tuple[int, Ints, Ints]]:
    """Yield, for each base, its number, the nodes within ``limit`` seconds (original numbers) and their seconds."""
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
    """Return, for each target, the nearest base and the seconds to it; -1 and ``FAR`` if none is within ``limit``.

    One run starts from all bases at once. On a tie, the first base in the list wins if both start at the same node,
    else the way that was found first.
    """
    base, seconds = _nearest(
        g.first, g.head, g.seconds, g.number[starts.node], starts.seconds, np.int64(limit), _ring_size(g, starts),
        g.number[targets.node_a], targets.from_a, g.number[targets.node_b], targets.from_b,
    )  # fmt: skip
    return base, seconds


def parts(
    g: Graph, starts: Starts, targets: Targets, loads: Ints, start_m: Ints, target_m: Ints, threads: int | None = None
) -> Iterator[tuple[int, Ints]]:
    """Yield, for each base, its number and the parts of the way to each target.

    The parts are seconds, half boardings, metres, crossing and waiting (5 x targets); seconds are ``FAR`` if there is
    no way. Of equally fast ways, the one with the least (half boardings, metres, crossing, waiting) counts.

    Args:
        g: The graph.
        starts: Bases on the road.
        targets: Cells on the road.
        loads: Half boardings, metres, crossing and waiting seconds of each directed edge, in the order given to
            :func:`graph`.
        start_m: Metres from each base to its two nodes, bases x 2.
        target_m: Metres from each cell's two nodes to the cell, cells x 2.
        threads: The number of threads; None: one for each core.
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
    """Turn metres on a part of a road into loads: there are no boardings, crossings or waits on it."""
    loads = np.zeros((*metres.shape, 4), dtype=np.int32)
    loads[..., 1] = metres
    return loads


@compiled
def _settle(first, head, seconds, start_node, start_seconds, limit, away, via, ring, entry_node, entry_next, reached):
    """Run Dial's algorithm; return how many nodes were reached.

    On entry, ``away`` is FAR and ``ring`` -1 throughout. On return, ``reached`` has the nodes in the order of their
    seconds, ``away`` their seconds and ``via`` the edge by which each was reached (-1: from the base).
    """
    # Each bucket is a linked list of entries: `ring` has the last entry, `entry_next` the one before it. The length of
    # the ring is a power of two, so `& mask` is the remainder.
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
            # A node has one entry for each time its seconds fell. Only the last entry is right; the others are skipped,
            # which is cheaper than to find and remove them.
            if away[node] == now:
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
            entry = ring[slot]  # edges take a second at least, so no edge has put a node into this bucket meanwhile
        now += 1
    return count


@compiled
def _table(first, head, seconds, start_node, start_seconds, limit, ring_size, node_a, from_a, node_b, from_b):
    """Compute the seconds from each base to each target.

    The work space is made once. After each base only the nodes that it reached are reset: few, if the limit is short.
    """
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
    """List the nodes reached from each base with their seconds, base by base; ``ends`` says where each list ends."""
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
    """Run once from all bases; each node has the base of the node that it is reached from."""
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
    """Give ``node`` the sum of ``before`` and ``edge_load`` if that is less; the first difference decides."""
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
    """Run Dial's algorithm, then add up the loads along the best of the fastest ways.

    Two passes are right because an edge on a fastest way leads from a node of fewer seconds to one of more. So all
    edges that lead to a node are looked at before any that leaves it.
    """
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
        for k in range(count):
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
    """Write the better of the two ways to each target into the columns of ``found``."""
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
