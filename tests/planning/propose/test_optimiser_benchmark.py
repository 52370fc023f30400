"""The planning solver against published optima, and against every partition of small grids, counted out here."""

from __future__ import annotations

import importlib
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from worlds.basics import REPO

from factgeo import settings
from factgeo.planning.propose import exact
from factgeo.planning.propose.problem import Objective, Problem

PRIVATE = {"pmedian": "pmed1", "cpmp": "pmedcap1_1", "hess": "g5"}
SMALL = "4 4 2\n1 2 9\n2 3 3\n3 4 2\n1 2 1\n"  # the edge between 1 and 2 is listed twice: the later price counts


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    """The benchmark script as a module, found by the processes that it starts as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(REPO / "benchmarks")
        yield importlib.import_module("optimiser")


@pytest.fixture(scope="module")
def instances() -> Path:
    """The folder of the public instances, beside the checkout."""
    folder = REPO.parent / "shared" / "benchmarks"
    if not folder.is_dir():
        pytest.skip("needs the folder ../shared/benchmarks beside the checkout")
    return folder


def beside(cell: int, side: int) -> set[int]:
    """The cells that share an edge with a cell."""
    row, column = divmod(cell, side)
    steps = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
    return {r * side + c for r, c in steps if 0 <= r < side and 0 <= c < side}


def connected_parts(start: int, free: frozenset[int], size: int, side: int) -> set[frozenset[int]]:
    """All connected parts of so many free cells with a given cell in them."""
    found = {frozenset([start])}
    for _ in range(size - 1):
        found = {part | {new} for part in found for cell in part for new in (beside(cell, side) & free) - part}
    return found


def partitions(free: frozenset[int], side: int) -> Iterator[list[frozenset[int]]]:
    """All ways to split free cells into connected parts of ``side`` cells."""
    if not free:
        yield []
        return
    for part in connected_parts(min(free), free, side, side):
        for rest in partitions(free - part, side):
            yield [part, *rest]


def cheapest(parts: list[frozenset[int]], price: np.ndarray) -> int:
    """What a partition costs if each part pays the cheapest base in it."""
    return sum(min(int(price[sorted(part), base].sum()) for base in part) for part in parts)


def plan_of_grid(price: np.ndarray, side: int) -> Problem:
    """The grid into connected catchments of ``side`` cells each, with a price for each cell and base."""
    n = side * side
    pairs = np.argwhere(np.ones((n, n), dtype=bool))
    return Problem(
        home=np.arange(n),
        pairs=pairs,
        size=np.ones(len(pairs), dtype=np.int64),
        minimum=side,
        persons=np.ones(n, dtype=np.int64),
        per_team=side,
        most_teams=np.ones(n, dtype=np.int64),
        neighbours={cell: frozenset(beside(cell, side)) for cell in range(n)},
        stages=(Objective(name="price", cost=price.ravel(), unserved=np.full(n, 10_000)),),
        served=frozenset(range(n)),
    )


def any_price(side: int, seed: int) -> np.ndarray:
    """Prices without any order."""
    return np.random.default_rng(seed).integers(0, 1000, size=(side**2, side**2))


def price_of_ways(side: int, seed: int) -> np.ndarray:
    """Squared distances, times a number of persons for each cell, with some unevenness."""
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(side * side), side)
    squares = (row[:, None] - row) ** 2 + (column[:, None] - column) ** 2
    persons = rng.integers(1, 30, size=(side**2, 1))
    return persons * squares * 10 + rng.integers(0, 20, size=squares.shape)


@pytest.mark.parametrize(
    ("side", "count", "prices", "seeds"),
    [(4, 117, any_price, 1), (4, 117, price_of_ways, 6), (5, 4006, price_of_ways, 3)],
)
def test_best_of_all_partitions(side: int, count: int, prices: Callable[[int, int], np.ndarray], seeds: int) -> None:
    every = list(partitions(frozenset(range(side * side)), side))
    assert len(every) == count  # OEIS A172477
    for seed in range(seeds):
        price = prices(side, seed)
        solution = exact.solve(plan_of_grid(price, side), settings.load().solver)
        assert solution.stages[-1].status == "optimal"
        assert solution.stages[-1].value == min(cheapest(parts, price) for parts in every)


@pytest.mark.parametrize(("family", "name"), PRIVATE.items())
def test_public_instances_reach_their_optimum(benchmark: ModuleType, instances: Path, family: str, name: str) -> None:
    case = next(case for case in benchmark.cases(instances, family) if case.name == name)
    line = benchmark.row(case, "factgeo", case.world(), 60.0)
    assert line["status"] == "optimal"
    assert line["objective"] == case.optimum
    assert line["gap"] == 0.0
    assert benchmark.wrong(case, line) is None


def folder_with(tmp_path: Path, optimum: int | None) -> Path:
    """Instances of our own: a path of four nodes, two of them medians, and the grid of four cells."""
    (tmp_path / "pmedian_orlib").mkdir()
    (tmp_path / "pmedian_orlib" / "small.txt").write_text(SMALL, encoding="utf-8")
    if optimum is not None:
        listed = f"instance,n,edges,p,optimum\nsmall,4,4,2,{optimum}\n"
        (tmp_path / "pmedian_orlib" / "optima.csv").write_text(listed, encoding="utf-8")
    (tmp_path / "districting_hess").mkdir()
    grids = "instance,n,optimum\ng2,2,20000\n"
    (tmp_path / "districting_hess" / "grid_optima.csv").write_text(grids, encoding="utf-8")
    return tmp_path


def run(benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The script as from the command line."""
    monkeypatch.setattr(sys, "argv", ["optimiser.py", "--engines", "factgeo", "--limit", "30", *arguments])
    exit_code: int = benchmark.main()
    return exit_code


def test_rows_of_other_instances(benchmark: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "rows.json"
    folder = folder_with(tmp_path, None)
    assert run(benchmark, monkeypatch, "--instances", str(folder), "--family", "pmedian", "--json", str(out)) == 0
    assert run(benchmark, monkeypatch, "--instances", str(folder), "--family", "hess") == 0
    (line,) = json.loads(out.read_text(encoding="utf-8"))
    assert list(line) == ["case", "engine", "objective", "status", "gap", "seconds", "peak_mb", "scaled"]
    assert (line["case"], line["engine"], line["objective"]) == ("small", "factgeo", 3)
    assert (line["status"], line["gap"], line["scaled"]) == ("optimal", 0.0, False)


def test_a_proof_that_misses_the_optimum_is_called_wrong(
    benchmark: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with(tmp_path, 2)
    assert run(benchmark, monkeypatch, "--instances", str(folder), "--family", "pmedian") == 1
    assert "!!! WRONG: small factgeo: said to be optimal at 3, but 2 is known" in capsys.readouterr().err


def test_a_plan_that_breaks_a_rule_has_no_price(benchmark: ModuleType) -> None:
    grid = benchmark.grid(2)
    assert benchmark.price_of(grid, {0: 0, 1: 0, 2: 2, 3: 2}) == 2 * 100**2
    for base_of, broken in (
        ({0: 0, 1: 0, 2: 2}, "every unit has a base"),
        ({0: 0, 1: 0, 2: 0, 3: 0}, "the right number of bases"),
        ({0: 1, 1: 0, 2: 1, 3: 0}, "a base serves its own unit"),
        ({0: 0, 1: 1, 2: 1, 3: 0}, "every catchment is connected"),
    ):
        with pytest.raises(benchmark.BrokenRuleError, match=broken):
            benchmark.price_of(grid, base_of)


def test_formats(benchmark: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(" 1 0\n 3 1 9\n 1 0 0 2\n 2 3 3 3\n 3 3 4 4\n", encoding="utf-8")
    world = benchmark.read_cpmp(tmp_path / "a.txt")
    assert world.price.tolist() == [[0, 4, 5], [4, 0, 1], [5, 1, 0]]  # 4.24 is rounded down
    assert (world.bases, world.most, world.weight.tolist()) == (1, 9, [2, 3, 4])
    (tmp_path / "b.txt").write_text(SMALL, encoding="utf-8")
    world = benchmark.read_pmedian(tmp_path / "b.txt")
    assert world.price[0].tolist() == [0, 1, 4, 6]
    assert math.isinf(world.most)
