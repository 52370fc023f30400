"""Split a unit above one team's capacity into connected, balanced parts of cells, each with its own base.

Cells are joined along the road network. Every spot of a road belongs to the cell that is fewest seconds away. Two cells
are joined if an open road leads from a spot of one to a spot of the other. Cells of other units own spots too, so a
road through another unit joins no cells of this one. The network lacks most streets, so adjacent cells are joined too
if the way by road between them is short. Cells with few residents stay together with a joined cell towards the town.

The parts are the best that the solver finds among the candidate bases: fewest person-seconds from the base to all
residents, with each part within a tolerance of the mean. A cell is never cut: if one cell has more residents than the
tolerance allows, the tolerance grows. The result depends only on the pack and the settings, unless time runs out.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial.distance import cdist

from factgeo.atlas.access import Access
from factgeo.atlas.pack import Atlas
from factgeo.planning.plan import Part, Plan, Status
from factgeo.planning.propose import exact
from factgeo.planning.propose.problem import Neighbours, Objective, Problem, Solution
from factgeo.settings import Settings
from factgeo.travel import bases
from factgeo.travel import times as travel_times
from factgeo.travel.bases import Base
from factgeo.travel.journeys import access_of
from factgeo.travel.network import RoadNetwork

TOLERANCES = (0.1, 0.2, 0.4, 1.0, math.inf)  # share of the mean; from 1 no part is too small, at inf none too large
APART_M = 1500  # least distance between candidate bases
BASES_PER_PART = 8  # the most candidate bases for each part
CRUMBS = (0.005, 0.02)  # least residents of a lump of cells, as a share of the mean part; the second if the first fails
TRY_S = 15  # seconds of solving for each tolerance and size of lump
ALL_TRIES_S = 60  # seconds of solving for one unit
SHORT_S = 600  # longest way between adjacent cells that joins them
GAP = 0.002  # the solution may be this far from the best, as a share of the person-seconds
CELL_M = {"250m": 250, "1km": 1000}
WINDS = ("N", "NØ", "Ø", "SØ", "S", "SV", "V", "NV")
TINY = 1e-9  # seconds, instead of 0, which a sparse matrix reads as no way


@dataclass(frozen=True)
class Split:
    """The parts of a unit.

    Attributes:
        parts: In the order of their numbers; every inhabited cell of the unit is in one.
        balance: The tolerance that was needed, of ``TOLERANCES``. 0.1: every part is within 10 % of the mean and, if
            the number of parts allows it, none is above one team's capacity. Infinite: not even the capacity holds.
        status: How solving ended. ``none``: no solution was found in time, and the parts were grown instead.
        gap: Distance from the value to the bound, as a share of the value; infinite with status ``none``.
    """

    parts: tuple[Part, ...]
    balance: float
    status: Status
    gap: float


@dataclass(frozen=True)
class Joined:
    """Which cells of a unit are joined; a cell is its position among the unit's rows of ``atlas.cells``.

    Attributes:
        neighbours: The cells joined to each cell; all cells of the unit are connected.
        tied: The number of pieces that no road joins to the rest; each is joined to the nearest other cell.
    """

    neighbours: Neighbours
    tied: int


@dataclass(frozen=True)
class _Town:
    """A unit as the solver sees it.

    Attributes:
        unit_code: The unit.
        cells: Its rows of ``atlas.cells``, numbered from 0.
        persons: Residents of each cell.
        neighbours: The cells joined to each cell.
        bases: The candidate bases; the first is the unit's own base.
        home: The cell in which each base lies.
        person_seconds: Seconds from each base to each cell times its residents, bases x cells.
    """

    unit_code: str
    cells: pd.DataFrame
    persons: NDArray[np.int64]
    neighbours: Neighbours
    bases: tuple[Base, ...]
    home: NDArray[np.intp]
    person_seconds: NDArray[np.int64]


def split_units(plan: Plan, atlas: Atlas, roads: RoadNetwork) -> tuple[Split, ...]:
    """Split every unit of a plan's catchments that is above one team's capacity; none without a capacity."""
    persons, capacity = atlas.population["persons"], plan.settings.capacity
    if not capacity.enabled:
        return ()
    big = [u for catchment in plan.catchments for u in catchment.units if int(persons[u]) > capacity.per_team]
    return tuple(
        split(atlas, unit, roads, plan.settings, pieces=math.ceil(int(persons[unit]) / capacity.per_team))
        for unit in big
    )


def split(atlas: Atlas, unit_code: str, journeys_network: RoadNetwork, settings: Settings, *, pieces: int) -> Split:
    """Split a unit into connected parts of cells, each with its own base; fewer parts if too few cells lie apart.

    Args:
        atlas: The pack, with the links that the settings add.
        unit_code: The unit.
        journeys_network: The roads of ``atlas`` under the settings.
        settings: All settings.
        pieces: The number of parts.

    Raises:
        ValueError: ``pieces`` is below 1, or the unit has no residents.
    """
    if pieces < 1:
        raise ValueError(f"pieces is {pieces}, at least 1")
    town = _town(atlas, unit_code, journeys_network, settings, pieces)
    pieces = min(pieces, len(town.bases))
    deadline = time.monotonic() + min(ALL_TRIES_S, settings.solver.time_limit)

    # The narrowest tolerance that has a solution counts: equal parts come before short ways. Within a tolerance small
    # lumps come first, since they leave more ways to draw a part. Big lumps are fewer, so they are solved faster.
    for balance, crumb in product(TOLERANCES, CRUMBS):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        solution = _solve(town, settings, pieces, (balance, crumb), min(TRY_S, left))
        if solution.base_of is not None:
            (proof,) = solution.stages
            gap = (proof.value - proof.bound) / proof.value if proof.value > 0 else 0.0
            return Split(_parts(town, solution.base_of), balance, proof.status, gap)

    # Out of time: the unit must be split all the same, so that each part can have a team.
    return Split(_parts(town, _grow(town, pieces)), math.inf, "none", math.inf)


def joined_cells(atlas: Atlas, unit_code: str, network: RoadNetwork, settings: Settings) -> Joined:
    """Join the cells of a unit along the roads; then join each piece without a road to the nearest other cell."""
    mine = np.flatnonzero((atlas.cells["unit_code"] == unit_code).to_numpy())
    place = np.full(len(atlas.cells), -1, dtype=np.intp)
    place[mine] = np.arange(len(mine))
    a, b = _along_roads(atlas, network, settings)
    # Only now drop the cells of other units. They had to own their spots first, so that a road through them does not
    # join two cells of this unit.
    within = (place[a] >= 0) & (place[b] >= 0) & (a != b)
    by_road = np.column_stack([place[a[within]], place[b[within]]])
    by_road = np.concatenate([by_road, _touching(atlas, mine, network, settings)])
    ties = _ties(by_road, atlas.cells[["home_x", "home_y"]].to_numpy(dtype=float)[mine])
    neighbours: dict[int, set[int]] = {cell: set() for cell in range(len(mine))}
    for one, other in [*by_road.tolist(), *ties]:
        neighbours[one].add(other)
        neighbours[other].add(one)
    return Joined({cell: frozenset(others) for cell, others in neighbours.items()}, len(ties))


def _along_roads(atlas: Atlas, network: RoadNetwork, settings: Settings) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs of cells (rows of ``atlas.cells``) that follow each other along a road."""
    kinds = ["road", "tie", *(["ferry"] if "ferry" in settings.whole.links else [])]
    counts = atlas.roads["kind"].isin(kinds).to_numpy() & (network.forward_open | network.backward_open)
    pieces = _road_pieces(network, atlas.cell_access, counts)
    owner = _owners(pieces, network, travel_times.doors(atlas.cell_access, settings))
    spot = network.nodes + np.arange(len(atlas.cells))
    # A cell can lose the spot where it gets on the road to a cell with a shorter way there. Then the two are joined.
    one = np.concatenate([owner[pieces["a"]], np.arange(len(spot))])
    other = np.concatenate([owner[pieces["b"]], owner[spot]])
    known = (one >= 0) & (other >= 0)
    return one[known], other[known]


def _road_pieces(network: RoadNetwork, cells: Access, counts: NDArray[np.bool_]) -> pd.DataFrame:
    """Cut the roads where cells get on them; return one row per piece.

    Columns are the spots ``a`` and ``b`` and the seconds ``there`` and ``back`` (infinite: closed). A spot is a node of
    the network, or the place where a cell gets on the road; these are numbered after the nodes.
    """
    edges = np.flatnonzero(counts)
    on = np.flatnonzero((cells.edge >= 0) & counts[np.maximum(cells.edge, 0)])
    edge = np.concatenate([edges, cells.edge[on], edges])
    position = np.concatenate([np.zeros(len(edges)), cells.position[on], np.ones(len(edges))])
    spot = np.concatenate([network.from_node[edges], network.nodes + on, network.to_node[edges]])
    order = np.lexsort((position, edge))
    edge, position, spot = edge[order], position[order], spot[order]
    piece = np.flatnonzero(edge[:-1] == edge[1:])
    on_edge, share = edge[piece], position[piece + 1] - position[piece]
    there = np.where(network.forward_open, network.forward_total, np.inf)[on_edge]
    back = np.where(network.backward_open, network.backward_total, np.inf)[on_edge]
    seconds = {"there": there * np.maximum(share, TINY), "back": back * np.maximum(share, TINY)}
    return pd.DataFrame({"a": spot[piece], "b": spot[piece + 1], **seconds})


def _owners(pieces: pd.DataFrame, network: RoadNetwork, doors: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the cell that is fewest seconds from each spot; -1 if no cell leads there."""
    cells = np.arange(len(doors))
    spots = network.nodes + len(cells)
    ways = pd.DataFrame(
        {
            "a": np.concatenate([pieces["a"], pieces["b"], spots + cells]),
            "b": np.concatenate([pieces["b"], pieces["a"], network.nodes + cells]),
            "s": np.concatenate([pieces["there"], pieces["back"], np.maximum(doors, TINY)]),
        }
    )
    # A sparse matrix adds up parallel ways, so only the fastest is kept. A stored zero would mean no way.
    ways = ways[np.isfinite(ways["s"])].sort_values("s", kind="stable").drop_duplicates(["a", "b"])
    size = spots + len(cells)
    graph = csr_array((ways["s"], (ways["a"], ways["b"])), shape=(size, size))
    _, _, source = dijkstra(graph, indices=spots + cells, min_only=True, return_predecessors=True)
    found: NDArray[np.intp] = np.where(source >= 0, source - spots, -1)[:spots]
    return found


def _touching(atlas: Atlas, mine: NDArray[np.intp], network: RoadNetwork, settings: Settings) -> NDArray[np.intp]:
    """Return pairs of adjacent cells with a short way by road between them: the network lacks most streets."""
    access, xy = atlas.cell_access.of(mine), atlas.cells[["x", "y"]].to_numpy(dtype=float)[mine]
    apart = cdist(xy, xy, "cityblock")
    a, b = np.nonzero(np.triu(apart == CELL_M[atlas.manifest["settings"]["resolution"]]))
    seconds = travel_times.seconds_to_cells(network, access, access, settings, limit_s=SHORT_S)
    short = np.minimum(seconds[a, b], seconds[b, a]) <= SHORT_S
    return np.column_stack([a[short], b[short]])


def _ties(joined: NDArray[np.intp], xy: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the ties that connect all cells: each joins the smallest piece to the nearest other cell."""
    ties: list[tuple[int, int]] = []
    while True:
        a, b = np.concatenate([joined, np.array(ties, dtype=np.intp).reshape(-1, 2)]).T
        graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(xy), len(xy)))
        count, piece = connected_components(graph, directed=False)
        if count == 1:
            return ties
        inside = piece == np.bincount(piece).argmin()
        here, there = np.flatnonzero(inside), np.flatnonzero(~inside)
        near = int(cdist(xy[here], xy[there]).argmin())
        ties.append((int(here[near // len(there)]), int(there[near % len(there)])))


def _town(atlas: Atlas, unit_code: str, network: RoadNetwork, settings: Settings, pieces: int) -> _Town:
    mine = np.flatnonzero((atlas.cells["unit_code"] == unit_code).to_numpy())
    cells = atlas.cells.iloc[mine].reset_index(drop=True)
    candidates, home = _candidates(atlas, unit_code, cells, BASES_PER_PART * pieces)
    starts = access_of(atlas, [base.lon for base in candidates], [base.lat for base in candidates])
    seconds = travel_times.seconds_to_cells(network, starts, atlas.cell_access.of(mine), settings)
    known = np.where(seconds == travel_times.UNREACHABLE, round(60 * settings.travel.unreachable), seconds).astype(
        np.int64
    )
    persons = cells["persons"].to_numpy(dtype=np.int64)
    neighbours = joined_cells(atlas, unit_code, network, settings).neighbours
    return _Town(unit_code, cells, persons, neighbours, candidates, home, known * persons)


def _candidates(
    atlas: Atlas, unit_code: str, cells: pd.DataFrame, most: int
) -> tuple[tuple[Base, ...], NDArray[np.intp]]:
    """Return the unit's own base and its most populous cells that lie apart, and the cell of each base."""
    unit = atlas.units.loc[unit_code]
    own = Base(unit_code, str(unit["base_name"]), float(unit["base_lon"]), float(unit["base_lat"]))
    point = shapely.get_coordinates(travel_times.as_points(np.array([own.lon]), np.array([own.lat])))
    centre = int(cdist(point, cells[["x", "y"]], "chebyshev").argmin())
    dense = _apart(cells, point, centre, most)
    spots = [shapely.Point(x, y) for x, y in cells.loc[dense, ["home_x", "home_y"]].to_numpy()]
    return (own, *bases.dense_bases(atlas, unit_code, spots)), np.array([centre, *dense], dtype=np.intp)


def _apart(cells: pd.DataFrame, centre: NDArray[np.float64], own: int, most: int) -> list[int]:
    """Return the most populous cells that lie apart, without ``own``; all cells if they are no more than ``most``."""
    ordered = cells.drop(index=own).sort_values(["persons", "ssbid"], ascending=[False, True])
    if len(cells) <= most:
        return [int(cell) for cell in ordered.index]
    homes = ordered[["home_x", "home_y"]].to_numpy(dtype=float)
    taken = [centre[0]]
    chosen: list[int] = []
    for cell, home in zip(ordered.index, homes, strict=True):
        if len(taken) < most and cdist([home], taken).min() >= APART_M:
            taken.append(home)
            chosen.append(int(cell))
    return chosen


def _solve(town: _Town, settings: Settings, pieces: int, sizes: tuple[float, float], limit: float) -> Solution:
    """Solve with exactly ``pieces`` bases: all cells served, every part connected and within the tolerance.

    ``sizes`` are the tolerance and the least size of a lump, both as shares of the mean part.
    """
    candidates, (balance, crumb) = len(town.bases), sizes
    lumps = _lumps(town, crumb * town.persons.sum() / pieces)
    count = int(lumps.max()) + 1
    persons = np.bincount(lumps, weights=town.persons).astype(np.int64)
    cost = np.zeros((count, candidates), dtype=np.int64)
    np.add.at(cost, lumps, town.person_seconds.T)
    pairs = np.argwhere(np.ones((count, candidates), dtype=bool))
    joined: dict[int, set[int]] = {lump: set() for lump in range(count)}
    for cell, others in town.neighbours.items():
        joined[lumps[cell]] |= {int(lumps[other]) for other in others} - {int(lumps[cell])}
    problem = Problem(
        home=lumps[town.home],
        pairs=pairs,
        size=persons[pairs[:, 0]],
        minimum=_least(town, pieces, balance),
        persons=persons,
        per_team=_most(town, settings, pieces, balance),
        most_teams=np.ones(candidates, dtype=np.int64),
        neighbours={lump: frozenset(others) for lump, others in joined.items()},
        # All units are served; the price of leaving one out only shows the solver how large the best value will be.
        stages=(Objective("minutes", cost.ravel(), cost.min(axis=1), unit=60),),
        teams=(pieces, pieces),
        served=frozenset(range(count)),
    )
    options = settings.solver.model_copy(update={"time_limit": limit, "gap": max(GAP, settings.solver.gap)})
    solution = exact.solve(problem, options)
    if solution.base_of is None:
        return solution
    return Solution({cell: solution.base_of[int(lump)] for cell, lump in enumerate(lumps)}, solution.stages)


def _lumps(town: _Town, least: float) -> NDArray[np.intp]:
    """Return a number for each cell; cells that stay together have the same.

    The lump with the fewest residents joins the adjacent lump that is nearest to the unit's centre. This goes on until
    each lump has ``least`` residents.
    """
    lump = np.arange(len(town.persons))
    persons, away = town.persons.copy(), town.person_seconds[0] / town.persons
    joined = {cell: set(others) for cell, others in town.neighbours.items()}
    queue = [(int(count), cell) for cell, count in enumerate(persons)]
    heapq.heapify(queue)
    while queue and len(joined) > 1:
        count, small = heapq.heappop(queue)
        if count >= least:
            break
        if small not in joined or count != persons[small]:
            continue  # an old entry of the queue: the lump has joined another or has grown
        into = min(joined[small], key=lambda other: (away[other], other))
        for other in joined.pop(small):
            joined[other].discard(small)
            if other != into:
                joined[other].add(into)
                joined[into].add(other)
        lump[lump == small] = into
        persons[into] += count
        away[into] = min(away[into], away[small])
        heapq.heappush(queue, (int(persons[into]), into))
    return np.unique(lump, return_inverse=True)[1]


def _least(town: _Town, pieces: int, balance: float) -> int:
    """Return the least residents of a part; 0 without a tolerance."""
    mean = int(town.persons.sum()) / pieces
    return max(0, math.floor((1 - balance) * mean)) if math.isfinite(balance) else 0


def _most(town: _Town, settings: Settings, pieces: int, balance: float) -> float:
    """Return the most residents of a part: by the tolerance and, if that many parts can keep it, by the capacity."""
    total, capacity = int(town.persons.sum()), settings.capacity
    if not math.isfinite(balance):
        return math.inf
    fair = math.ceil((1 + balance) * total / pieces)
    kept = capacity.enabled and pieces * capacity.per_team >= total
    return float(min(fair, capacity.per_team) if kept else fair)


def _grow(town: _Town, pieces: int) -> dict[int, int]:
    """Grow parts without a solver: around the first bases, the part with fewest residents takes its cheapest cell."""
    base_of = {int(town.home[base]): base for base in range(pieces)}
    load = {base: int(town.persons[town.home[base]]) for base in range(pieces)}
    while len(base_of) < len(town.persons):
        joining = [
            (load[base], int(town.person_seconds[base, other]), other, base)
            for cell, base in base_of.items()
            for other in town.neighbours[cell]
            if other not in base_of
        ]
        _, _, cell, base = min(joining)
        base_of[cell] = base
        load[base] += int(town.persons[cell])
    return base_of


def _parts(town: _Town, base_of: Mapping[int, int]) -> tuple[Part, ...]:
    """Return the parts in order: first that of the unit's centre, then by their bases from north to south."""
    centre, ids = int(town.home[0]), town.cells["ssbid"].to_numpy()
    order = sorted(
        set(base_of.values()), key=lambda base: (base_of[centre] != base, -town.bases[base].lat, town.bases[base].lon)
    )
    named = _name_apart([town.bases[base] for base in order])
    members = [sorted(str(ids[cell]) for cell, its in base_of.items() if its == base) for base in order]
    return tuple(
        Part(f"{town.unit_code}.{number}", town.unit_code, base, tuple(cells))
        for number, (base, cells) in enumerate(zip(named, members, strict=True), start=1)
    )


def _name_apart(found: list[Base]) -> list[Base]:
    """Give dense cells that share a name their direction from the middle of all bases of that name."""
    named = []
    for base in found:
        alike = [other for other in found if other.name == base.name]
        wind = _direction(alike, base)
        named.append(replace(base, name=f"{base.name} {wind}") if len(alike) > 1 and base.kind == "dense" else base)
    return named


def _direction(start: list[Base], end: Base) -> str:
    """Return the direction of ``end`` from the middle of ``start``: one of eight, shortened as on Norwegian maps."""
    north = end.lat - float(np.mean([base.lat for base in start]))
    east = (end.lon - float(np.mean([base.lon for base in start]))) * math.cos(math.radians(end.lat))
    return WINDS[round(math.atan2(east, north) / (math.pi / 4)) % len(WINDS)]
