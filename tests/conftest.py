"""What several tests share: small drawn worlds, the shipped pack, and the official files where they are at hand."""

from __future__ import annotations

import functools
import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from matplotlib.figure import Figure
from worlds import hostile
from worlds.basics import REPO

from factgeo import language, settings
from factgeo.atlas import areas as areas_of
from factgeo.atlas import pack
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.reach import sensitivity
from factgeo.reach.sensitivity import Sensitivity

hypothesis.settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's business
hypothesis.settings.load_profile("untimed")

gc.set_threshold(50_000, 20, 20)  # a pack and its plans are many objects, which the usual threshold has looked at often


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many files each reader is tried with."""
    parser.addoption("--fuzz", type=int, default=40, help="changed files per reader in tests/hostile/test_fuzz.py")


SHIPPED = (REPO / "data").resolve()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are saved while a test runs."""
    seen: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, *given: object, **named: object) -> None:
        seen.append(figure)
        save(figure, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Figure, "savefig", keep)
    return seen


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a small file and give back its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture(scope="session", autouse=True)
def _shipped_pack_read_once() -> Iterator[None]:
    """Commands that run in this process share the tables of the shipped pack, as sessions of the app do."""
    load, kept = pack.load, dict[tuple[Path, str], pack.Atlas]()

    @functools.wraps(load)
    def load_once(folder: Path | None = None) -> pack.Atlas:
        atlas = load(folder)
        if atlas.folder.resolve() != SHIPPED:
            return atlas
        return kept.setdefault((atlas.folder, atlas.digest), atlas)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack, "load", load_once)
        yield


@pytest.fixture(scope="session")
def shipped() -> pack.Atlas:
    """The pack that the project ships."""
    return pack.load(SHIPPED)


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of the official files, beside the checkout."""
    return _beside("sources")


@pytest.fixture(scope="session")
def facts() -> Path:
    """The folder of the cited tables, beside the checkout."""
    return _beside("facts")


def _beside(name: str) -> Path:
    folder = REPO.parent / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"needs the folder ../shared/{name} beside the checkout")
    return folder


@pytest.fixture(scope="session")
def forde(shipped: pack.Atlas) -> Result:
    """The default plan for Helse Førde."""
    return pipeline.propose(shipped, areas_of.resolve("Helse Førde", shipped), settings.load())


@pytest.fixture(scope="session")
def evil(shipped: pack.Atlas) -> Result:
    """A plan for Helse Førde in which area, teams, sites and a new link have names as nobody should be called."""
    return hostile.result(shipped)


@pytest.fixture(autouse=True)
def _bokmaal() -> Iterator[None]:
    """Every test starts in Bokmål, whatever the one before it spoke."""
    language.use("nb")
    yield
    language.use("nb")


@pytest.fixture(scope="session")
def two_tiers(shipped: pack.Atlas) -> Result:
    """Helse Bergen with ACT areas above its FACT catchments."""
    area = areas_of.resolve("Helse Bergen", shipped)
    return pipeline.propose(shipped, area, settings.load(presets=["two-tier"]))


@pytest.fixture(scope="session")
def timed_sensitivity(shipped: pack.Atlas) -> tuple[Sensitivity, float]:
    """The sensitivity of all of Norway, and how many seconds it took."""
    start = time.perf_counter()
    found = sensitivity.table(shipped, areas_of.resolve("Norge", shipped), settings.load())
    return found, time.perf_counter() - start
