"""Proven optima of the planning solver on public instances, against what is published and against a peer.

    python benchmarks/optimiser.py [--instances DIR] [--family pmedian|cpmp|hess|norway] [--engines factgeo,spopt]
                                   [--limit S] [--json FILE]

Families: ``pmedian`` (p-median of OR-Library), ``cpmp`` (capacitated p-median of Osman and Christofides), ``hess``
(square grids into connected districts of equal size, made by formula). DIR holds ``pmedian_orlib/*.txt``,
``cpmp/*.txt`` and ``districting_hess/grid_optima.csv``; known optima are in the ``optima.csv`` beside the instances,
and an instance that is not listed there is solved all the same.

A plan counts only after its price and its rules have been worked out again here, from the instance alone. Status
``optimal`` means proven by the engine. A proven value that differs from the known optimum ends the run with exit
code 1, and so does a plan that breaks a rule. ``gap`` is how far, by the engine's own proof, the plan may be from the
best. ``norway``: the shipped units into regions of at least 15,000 residents each, connected by road or ferry. Our plan
for the whole country without borders stands beside spopt's ``MaxPHeuristic``, which seeks only the most regions.
``norway_fact`` counts regions; ``norway_fact_reach`` is the share of all residents within 60 minutes of their region's
base by our times, each region with the base of its own that reaches most.
Both are ``measured``, not proven best: our plan is proven best for its own goal, which is neither.

``peak_mb`` is how much the memory of a process of its own grew, the libraries that it loads among it.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import itertools
import json
import math
import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from factgeo import settings
from factgeo.atlas import areas, pack
from factgeo.planning.plan import Status
from factgeo.planning.propose import exact, find_plan
from factgeo.planning.propose.problem import Objective, Problem
from factgeo.travel import journeys

INSTANCES = Path(__file__).parents[2] / "shared" / "benchmarks"
LIMIT_S = 120.0
SEED = 20_260_101
GRACE_S = 60.0  # an engine that does not heed its limit is ended this much later
NO_SPOPT = "not installed (pip install spopt)"


@dataclass(frozen=True)
class World:
    """An instance: n units, each of which can be a base; every unit must have a base.

    Attributes:
        price: Of each unit (row) at each base (column).
        bases: How many bases exactly.
        weight: What each unit counts.
        least: Least weight of a catchment.
        most: Greatest weight of a catchment.
        neighbours: Units joined to each unit, where a catchment must be connected.
    """

    price: NDArray[np.int64]
    bases: int
    weight: NDArray[np.int64]
    least: int = 0
    most: float = math.inf
    neighbours: Mapping[int, frozenset[int]] | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.weight)


@dataclass(frozen=True)
class Answer:
    """What an engine found: the base of each unit, how sure it is, and what it knows no plan can be below."""

    base_of: Mapping[int, int] | None
    status: Status
    bound: float
    seconds: float


Engine = Callable[[World, float], Answer]


@dataclass(frozen=True)
class Case:
    """An instance by name, with its optimum where it is known."""

    name: str
    family: str
    world: Callable[[], World]
    optimum: int | None


class BrokenRuleError(Exception):
    """A plan that is not one."""


def read_pmedian(path: Path) -> World:
    """``n edges p``, then ``i j price``: shortest ways between all; of an edge listed twice the later price counts."""
    (n, _, p), *edges = _numbers(path)
    price = {(min(i, j) - 1, max(i, j) - 1): c for i, j, c in edges}
    tail, head = np.array(list(price)).T
    direct = csr_array((np.array(list(price.values()), dtype=float), (tail, head)), shape=(n, n))
    away = shortest_path(direct, directed=False)
    if not np.isfinite(away).all():
        raise ValueError(f"{path.name}: some nodes are not joined")
    return World(away.astype(np.int64), p, np.zeros(n, dtype=np.int64))


def read_cpmp(path: Path) -> World:
    """``number optimum``, ``n p capacity``, then ``i x y demand``; distances are rounded down."""
    _, (n, p, capacity), *customers = _numbers(path)
    _, x, y, demand = np.array(customers[:n]).T
    squares = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    price = np.array([[math.isqrt(int(square)) for square in row] for row in squares], dtype=np.int64)
    return World(price, p, demand.astype(np.int64), most=capacity)


def _numbers(path: Path) -> list[list[int]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [[int(float(word)) for word in line.split()] for line in lines if line.strip()]


def grid(n: int) -> World:
    """Hess's model: n x n cells of one person into n connected districts of n cells; squared hundredths of a cell."""
    row, column = np.divmod(np.arange(n * n), n)
    away = np.hypot(row[:, None] - row, column[:, None] - column)
    cells = nx.convert_node_labels_to_integers(nx.grid_2d_graph(n, n), ordering="sorted")
    neighbours = {cell: frozenset(cells[cell]) for cell in cells}
    price = (away * 100).astype(np.int64) ** 2
    return World(price, n, np.ones(n * n, dtype=np.int64), least=n, most=n, neighbours=neighbours)


def problem_of(world: World) -> Problem:
    """The instance as a plan: bases are teams, and nobody may be left out."""
    n = world.units
    pairs = np.argwhere(np.ones((n, n), dtype=bool))
    implied = world.least * world.bases == world.most * world.bases == world.weight.sum()
    counted = {} if implied else {"teams": (world.bases, world.bases)}
    dearest = world.price.max(axis=1) + 1
    return Problem(
        home=np.arange(n),
        pairs=pairs,
        size=world.weight[pairs[:, 0]],
        minimum=world.least,
        persons=world.weight,
        per_team=world.most,
        most_teams=np.ones(n, dtype=np.int64),
        neighbours=world.neighbours,
        stages=(Objective(name="price", cost=world.price.ravel(), unserved=dearest),),
        served=frozenset(range(n)),
        **counted,
    )


def price_of(world: World, base_of: Mapping[int, int]) -> int:
    """Price of a plan, once it has been found to keep every rule."""
    weight: Counter[int] = Counter()
    for unit, base in base_of.items():
        weight[base] += int(world.weight[unit])
    rules = {
        "every unit has a base": sorted(base_of) == list(range(world.units)),
        "the right number of bases": len(weight) == world.bases,
        "a base serves its own unit": all(base_of.get(base) == base for base in weight),
        "no catchment too small": all(total >= world.least for total in weight.values()),
        "no catchment too big": all(total <= world.most for total in weight.values()),
        "every catchment is connected": world.neighbours is None or _connected(world.neighbours, base_of),
    }
    broken = [rule for rule, kept in rules.items() if not kept]
    if broken:
        raise BrokenRuleError("; ".join(broken))
    return sum(int(world.price[pair]) for pair in base_of.items())


def _connected(neighbours: Mapping[int, frozenset[int]], base_of: Mapping[int, int]) -> bool:
    joined = nx.Graph((a, b) for a in base_of for b in neighbours[a] if base_of[a] == base_of.get(b))
    joined.add_nodes_from(base_of)
    return nx.number_connected_components(joined) == len(set(base_of.values()))


def by_factgeo(world: World, limit: float) -> Answer:
    """The project's own solver; the gap is zero, as all prices are whole numbers."""
    options = settings.load().solver.model_copy(update={"gap": 0.0, "time_limit": limit})
    problem = problem_of(world)
    begun = time.perf_counter()
    solution = exact.solve(problem, options)
    proof = solution.stages[-1]
    return Answer(solution.base_of, proof.status, proof.bound, time.perf_counter() - begun)


def by_spopt(world: World, limit: float) -> Answer:
    """``spopt.locate.PMedian`` with CBC, as it comes."""
    import pulp  # noqa: PLC0415 - an optional peer
    import spopt.locate  # noqa: PLC0415 - an optional peer

    begun = time.perf_counter()
    weights, facilities = np.ones(world.units), world.bases
    model = spopt.locate.PMedian.from_cost_matrix(world.price.astype(float), weights, p_facilities=facilities)
    model = model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit, gapRel=0.0), results=False)
    seconds = time.perf_counter() - begun
    proven = model.problem.sol_status == pulp.LpSolutionOptimal
    found = proven or model.problem.sol_status == pulp.LpSolutionIntegerFeasible
    taken = [j for j, y in enumerate(model.fac_vars) if found and y.value() > 0.5]  # noqa: PLR2004
    nearest = {i: taken[int(world.price[i, taken].argmin())] for i in range(world.units)} if taken else None
    bound = float(price_of(world, nearest)) if proven and nearest else -math.inf
    return Answer(nearest, "optimal" if proven else "time_limit", bound, seconds)


ENGINES: dict[str, dict[str, Engine]] = {
    "pmedian": {"factgeo": by_factgeo, "spopt": by_spopt},
    "cpmp": {"factgeo": by_factgeo},
    "hess": {"factgeo": by_factgeo},
}
FILES = {"pmedian": ("pmedian_orlib", read_pmedian), "cpmp": ("cpmp", read_cpmp)}


def cases(folder: Path, family: str | None) -> Iterator[Case]:
    """All instances in a folder, the small ones first."""
    for name, (place, read) in FILES.items():
        if family in (None, name):
            known = _optima(folder / place / "optima.csv")
            paths = (folder / place).glob("*.txt")
            for path in sorted(paths, key=lambda path: (len(path.stem), path.stem)):
                yield Case(path.stem, name, partial(read, path), known.get(path.stem))
    if family in (None, "hess"):
        for name, optimum in _optima(folder / "districting_hess" / "grid_optima.csv").items():
            yield Case(name, "hess", partial(grid, int(name.removeprefix("g"))), optimum)


def _optima(path: Path) -> dict[str, int | None]:
    """Known optimum of each instance listed; None where the list has none."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["instance"]: int(row["optimum"]) if row["optimum"] else None for row in csv.DictReader(lines)}


Apart = Callable[..., object]


def measured_apart(run: Apart, *arguments: object, limit: float) -> tuple[object | None, float]:
    """Run in a new process (the threads of a solver do not survive a fork); also the megabytes it grew by at most.

    None where it does not end in time.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_apart, args=(sender, run, *arguments, limit))
    process.start()
    sender.close()
    result: tuple[object | None, float] = None, math.nan
    if receiver.poll(limit + GRACE_S):
        result = receiver.recv()
    else:
        process.kill()
    process.join()
    return result


def _apart(sender: Connection, run: Apart, *arguments: object) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = run(*arguments)
    sender.send((result, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))


@dataclass(frozen=True)
class Country:
    """How Norway was divided, and how well."""

    regions: int
    reach: float
    seconds: float


def norway_by_factgeo(limit: float) -> Country:
    """Our plan, checked."""
    atlas, rules = pack.load(), settings.load(assignments=["border=none", f"solver.time_limit={limit}"])
    area = areas.resolve("Norge", atlas)
    times = journeys.compute(atlas, area.units, rules)
    begun = time.perf_counter()
    plan = find_plan(atlas, area, rules, times)
    seconds = time.perf_counter() - begun
    regions = [catchment.units for catchment in plan.catchments]
    return _scored(regions, atlas, times, seconds)


def norway_by_spopt(_: float) -> Country:
    """``MaxPHeuristic`` on the same units and neighbours; alike are units whose centres are near."""
    import libpysal  # noqa: PLC0415 - an optional peer
    import spopt.region  # noqa: PLC0415 - an optional peer

    atlas, rules = pack.load(), settings.load(assignments=["border=none"])
    units = areas.resolve("Norge", atlas).units
    frame = atlas.units.loc[list(units), ["base_lon", "base_lat", "geometry"]].reset_index(drop=True).to_crs(25833)
    centres = frame.geometry.centroid
    frame = frame.assign(x=centres.x, y=centres.y, persons=atlas.population.loc[list(units), "persons"].to_numpy())
    joined = _joined(atlas, units, rules)
    position = {unit: k for k, unit in enumerate(units)}
    near = libpysal.weights.W({k: [position[other] for other in joined[unit]] for unit, k in position.items()})
    np.random.seed(SEED)  # noqa: NPY002 - the peer draws from the global state
    begun = time.perf_counter()
    model = spopt.region.MaxPHeuristic(frame, near, ["x", "y"], "persons", rules.size.minimum)
    model.solve()
    seconds = time.perf_counter() - begun
    members: dict[int, list[str]] = {}
    for unit, label in zip(units, model.labels_, strict=True):
        members.setdefault(int(label), []).append(unit)
    times = journeys.compute(atlas, units, rules)
    return _scored([tuple(some) for some in members.values()], atlas, times, seconds)


def _joined(atlas: pack.Atlas, units: tuple[str, ...], rules: settings.Settings) -> nx.Graph[str]:
    links = atlas.links[atlas.links["kind"].isin(rules.whole.links)]
    joined = nx.Graph(zip(links["unit_a"], links["unit_b"], strict=True))
    joined.add_nodes_from(units)
    return joined


def _scored(regions: list[tuple[str, ...]], atlas: pack.Atlas, times: journeys.Journeys, seconds: float) -> Country:
    """Regions that keep the rules are counted, and whom their best bases reach."""
    persons, rules = atlas.population["persons"], times.settings
    joined = _joined(atlas, tuple(persons.index), rules)
    whole = [
        units
        for units in regions
        if persons.loc[list(units)].sum() >= rules.size.minimum and nx.is_connected(joined.subgraph(units))
    ]
    reached = 0
    for units in whole:
        own = [base for base in times.bases if base.unit_code in units]
        ways = (times.minutes(base, units) for base in own)
        reached += max(int(residents[minutes <= rules.travel.minutes].sum()) for minutes, residents in ways)
    return Country(len(whole), reached / int(times.cells["persons"].sum()), seconds)


NORWAY: dict[str, Callable[[float], Country]] = {"factgeo": norway_by_factgeo, "spopt": norway_by_spopt}


def norway_rows(engines: list[str], limit: float) -> Iterator[tuple[Case, dict[str, object]]]:
    """Two lines for each engine: how many regions, and the share within reach."""
    for engine in (name for name in NORWAY if name in engines):
        if _missing(engine, "norway_fact"):
            continue
        country, megabytes = measured_apart(NORWAY[engine], limit=limit)
        values = {"": None, "_reach": None}
        if isinstance(country, Country):
            values = {"": country.regions, "_reach": round(country.reach, 4)}
        for ending, value in values.items():
            name = f"norway_fact{ending}"
            yield (
                Case(name, "norway", _no_world, None),
                {
                    "case": name,
                    "engine": engine,
                    "objective": value,
                    "status": "measured" if isinstance(country, Country) else "time_limit",
                    "gap": None,
                    "seconds": round(country.seconds if isinstance(country, Country) else limit + GRACE_S, 3),
                    "peak_mb": None if math.isnan(megabytes) else round(megabytes, 1),
                    "scaled": False,
                },
            )


def _no_world() -> World:
    raise NotImplementedError


def _missing(engine: str, case: str) -> bool:
    """Is a peer not installed? Says so."""
    missing = engine == "spopt" and importlib.util.find_spec("spopt") is None
    if missing:
        print(f"{case:18} spopt    {NO_SPOPT}", file=sys.stderr)
    return missing


def row(case: Case, engine: str, world: World, limit: float) -> dict[str, object]:
    """One line of the table."""
    answer, megabytes = measured_apart(ENGINES[case.family][engine], world, limit=limit)
    if not isinstance(answer, Answer):
        answer = Answer(None, "time_limit", -math.inf, limit + GRACE_S)
    price = None if answer.base_of is None else price_of(world, answer.base_of)
    known = price is not None and math.isfinite(answer.bound)
    return {
        "case": case.name,
        "engine": engine,
        "objective": price,
        "status": answer.status,
        "gap": round(max(0.0, price - answer.bound) / max(price, 1), 9) if known else None,
        "seconds": round(answer.seconds, 3),
        "peak_mb": None if math.isnan(megabytes) else round(megabytes, 1),
        "scaled": False,
    }


def rows(wanted: Iterator[Case], engines: list[str], limit: float) -> Iterator[tuple[Case, dict[str, object]]]:
    """A line for each case and engine that can do it."""
    for case in wanted:
        world = case.world()
        for engine in (name for name in ENGINES[case.family] if name in engines):
            if not _missing(engine, case.name):
                yield case, row(case, engine, world, limit)


def wrong(case: Case, line: Mapping[str, object]) -> str | None:
    """What is wrong with a line, in the light of the known optimum."""
    price, optimum = line["objective"], case.optimum
    if optimum is None:
        return None
    if line["status"] == "none":
        return f"said to be impossible, but {optimum} is known"
    if line["status"] == "optimal" and price != optimum:
        return f"said to be optimal at {price}, but {optimum} is known"
    return f"{price} is below the known optimum {optimum}" if price is not None and price < optimum else None


def show(case: Case, line: Mapping[str, object]) -> None:
    """Print a line."""
    known = "unknown" if case.optimum is None else case.optimum
    gap = "none" if line["gap"] is None else f"{line['gap']:.2e}"
    print(f"{case.name:18} {line['engine']:8} {line['seconds']:>9} s {line['peak_mb']!s:>8} MB  {line['status']}, "
          f"{line['objective']} (known: {known}), gap {gap}", flush=True)  # fmt: skip


def main() -> int:
    """Print a row per case and engine; 1 if one of them claims what is not so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=Path, default=INSTANCES, metavar="DIR")
    parser.add_argument("--family", choices=(*ENGINES, "norway"), help="only these instances")
    parser.add_argument("--engines", default="factgeo,spopt")
    parser.add_argument("--limit", type=float, default=LIMIT_S, metavar="S", help="seconds per instance and engine")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    table, faults = [], 0
    engines = given.engines.split(",")
    public = rows(cases(given.instances, given.family), engines, given.limit)
    country = norway_rows(engines, given.limit) if given.family in (None, "norway") else iter(())
    for case, line in itertools.chain(public, country):
        show(case, line)
        table.append(line)
        if fault := wrong(case, line):
            print(f"!!! WRONG: {case.name} {line['engine']}: {fault}", file=sys.stderr, flush=True)
            faults += 1
    if given.json:
        given.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
