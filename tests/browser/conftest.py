"""One running app and one browser for all tests here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser import windows


@pytest.fixture(scope="session")
def pictures() -> Path:
    """The folder of the pictures that tests leave behind."""
    folder = windows.REPO / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    path = windows.executable()
    if path is None:
        lacking = f"No chromium at {windows.CHROMIUM}: the pages were not seen in a browser."
        if os.environ.get("CI") == "true":
            pytest.fail(lacking)
        request.config.pluginmanager.get_plugin("terminalreporter").write_line(lacking)
        pytest.skip(lacking)
    with windows.chromium(path) as opened:
        yield opened


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running app."""
    with windows.running(windows.REPO / "app.py", tmp_path_factory.mktemp("drafts")) as address:
        yield address


@pytest.fixture
def new_window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens windows, each a session of its own."""
    with ExitStack() as opened:
        yield lambda *size: opened.enter_context(windows.window(browser, *size))


@pytest.fixture
def page(new_window: Callable[..., Page]) -> Page:
    """A window of the usual size."""
    return new_window()


@pytest.fixture(scope="session")
def link(browser: Browser, app: str) -> str:
    """The id of a draft for Helse Førde that tests look at and do not change."""
    with windows.window(browser) as first:
        windows.propose(first, app)
        return first.url.partition("id=")[2].partition("&")[0]
