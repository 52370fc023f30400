"""Travel times on two workers of a Dask cluster, one of which dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from worlds.basics import refusal

from factgeo import settings as factgeo_settings
from factgeo.atlas.pack import Atlas
from factgeo.errors import SettingsError
from factgeo.travel import cluster, journeys

pytestmark = pytest.mark.filterwarnings("default")  # of Dask's own processes and sockets

DEFAULT = factgeo_settings.load()


@pytest.fixture(scope="module")
def two_workers() -> Iterator[str]:
    """The address of a scheduler with two worker processes."""
    from distributed import LocalCluster  # noqa: PLC0415

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as machines:
        yield machines.scheduler_address


def test_the_cluster_finds_the_same_seconds(shipped: Atlas, two_workers: str) -> None:
    units = tuple(shipped.units.index[:150])
    here = journeys.compute(shipped, units, DEFAULT)
    there = journeys.compute(shipped, units, factgeo_settings.load(tables={"scheduler": two_workers}))
    assert (here.seconds == there.seconds).all()


def die_once(marker: str, item: int) -> int:
    """The first worker that gets item 3 is killed while it works."""
    if item == 3:
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return item * item
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


def test_a_killed_worker_loses_nothing(tmp_path: os.PathLike[str], two_workers: str) -> None:
    marker = os.path.join(tmp_path, "killed")  # noqa: PTH118
    found = cluster.each(die_once, marker, list(range(20)), scheduler=two_workers)
    assert os.path.exists(marker)  # noqa: PTH110
    assert found == [item * item for item in range(20)]


def test_without_a_scheduler_the_work_is_done_here() -> None:
    assert cluster.each(pow, 2, [1, 2, 3], scheduler="") == [2, 4, 8]


def test_where_to_compute_does_not_change_the_digest() -> None:
    assert factgeo_settings.load(tables={"scheduler": "tcp://a:1"}).digest() == DEFAULT.digest()


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    silent = "tcp://127.0.0.1:9"
    assert silent in refusal(SettingsError, lambda: cluster.each(pow, 2, [1], scheduler=silent))


def test_an_address_that_is_none_is_refused() -> None:
    message = refusal(SettingsError, lambda: factgeo_settings.load(tables={"scheduler": "localhost"}))
    assert "scheduler" in message
