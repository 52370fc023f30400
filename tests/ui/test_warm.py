"""The app answers soon: the first page loads only what it needs, and the collector is spared what stays."""

from __future__ import annotations

import gc
import importlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from worlds.basics import REPO

from factgeo.ui.session import warm

SLOW = {"folium", "inequality", "matplotlib", "scipy.stats", "streamlit_folium"}


@pytest.fixture
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_the_first_page_loads_nothing_slow_that_it_does_not_show() -> None:
    script = "import sys, factgeo.ui.pages; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], cwd=REPO, capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert "factgeo.ui.area.page" in loaded
    assert loaded & SLOW == set()


@pytest.mark.parametrize("address", warm.PAGES)
def test_every_page_has_a_module_that_shows_it(address: str) -> None:
    assert callable(importlib.import_module(f"factgeo.ui.{warm.PAGES[address]}.page").show)


@pytest.mark.usefixtures("_thawed")
def test_the_collector_need_not_look_again_at_what_there_is() -> None:
    kept = [[number] for number in range(1000)]
    assert any(each is kept for each in gc.get_objects())
    warm.keep_still()
    assert gc.get_freeze_count() > len(kept)
    assert not any(each is kept for each in gc.get_objects())
