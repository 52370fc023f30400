"""What several tests share: small drawn worlds, the shipped pack, and the official files where they are at hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import hypothesis
import pytest
import shapely
from matplotlib.figure import Figure
from worlds import hostile

from factgeo import areas as areas_of
from factgeo import language, pack, pipeline, sensitivity, settings
from factgeo.errors import FactgeoError
from factgeo.result import Result
from factgeo.sensitivity import Sensitivity
from factgeo.settings import CapacityNeed, Driving

REPO = Path(__file__).parents[1]
hypothesis.settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's business
hypothesis.settings.load_profile("untimed")
UTM33 = 25833


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many files each reader is tried with."""
    parser.addoption("--fuzz", type=int, default=40, help="changed files per reader in tests/test_fuzz.py")


def line(*points: tuple[float, float]) -> shapely.LineString:
    """A line through points (m)."""
    return shapely.LineString(points)


def box(x: float, y: float, width: float, height: float | None = None) -> shapely.Polygon:
    """A rectangle by its south-west corner (m); a square where no height is given."""
    return shapely.box(x, y, x + width, y + (width if height is None else height))


def areas(column: str, **shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Polygons by code; an argument ``u0301`` has the code 0301."""
    codes = [name.lstrip("u") for name in shapes]
    return gpd.GeoDataFrame({column: codes}, geometry=list(shapes.values()), crs=UTM33)


def refusal(error: type[FactgeoError], call: Callable[[], object]) -> str:
    """The English sentence with which a call is refused."""
    with pytest.raises(error) as caught:
        call()
    return caught.value.message("en")


def capacity_need(**changes: object) -> CapacityNeed:
    """The default rules for capacity, some of them changed."""
    return settings.load().capacity_need.model_copy(update=changes)


def driving_rules(start: Driving | None = None, **changes: object) -> Driving:
    """The default rules for driving, or others, some of them changed."""
    return (start or settings.load().driving).model_copy(update=changes)


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


@pytest.fixture(scope="session")
def shipped() -> pack.Atlas:
    """The pack that the project ships."""
    return pack.load(REPO / "data")


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of the official files, beside the checkout."""
    return _beside("sources")


@pytest.fixture(scope="session")
def facts() -> Path:
    """The folder of the cited tables, beside the checkout."""
    return _beside("facts")


def _beside(name: str) -> Path:
    folder = Path(__file__).parents[2] / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"needs the folder ../shared/{name} beside the checkout")
    return folder


@pytest.fixture(scope="session")
def forde(shipped: pack.Atlas) -> Result:
    """The default plan for Helse Førde."""
    return pipeline.run(shipped, areas_of.resolve("Helse Førde", shipped), settings.load())


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
    return pipeline.run(shipped, area, settings.load(presets=["two-tier"]))


@pytest.fixture(scope="session")
def timed_sensitivity(shipped: pack.Atlas) -> tuple[Sensitivity, float]:
    """The sensitivity of all of Norway, and how many seconds it took."""
    start = time.perf_counter()
    found = sensitivity.table(shipped, areas_of.resolve("Norge", shipped), settings.load())
    return found, time.perf_counter() - start
