"""A planner's first visit, in a real browser with no network but this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from factgeo import maps
from factgeo.pack import Atlas
from factgeo.pipeline import Result

pytestmark = pytest.mark.browser

REPO = Path(__file__).parents[2]
PICTURES = REPO / "artefacts"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = {"localhost", "127.0.0.1"}
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    executable = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    if executable is None:
        lacking = f"No chromium at {CHROMIUM}: the pages were not seen in a browser."
        if os.environ.get("CI") == "true":
            pytest.fail(lacking)
        request.config.pluginmanager.get_plugin("terminalreporter").write_line(lacking)
        pytest.skip(lacking)
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """The address of a running app."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://localhost:{port}"
            wait_for(f"{address}/_stcore/health")
            yield address
        finally:
            server.terminate()


def wait_for(address: str, seconds: float = 60) -> None:
    last = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - this machine
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > last:
                raise
            time.sleep(0.1)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window that fails the test if anything was asked of another machine, or a script broke."""
    window = browser.new_page(viewport={"width": 1366, "height": 768}, locale="nb-NO")
    window.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    broken: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.on("websocket", lambda web_socket: asked.append(web_socket.url))
    window.on("pageerror", lambda error: broken.append(str(error)))
    yield window
    window.close()
    assert asked
    assert [url for url in asked if urlsplit(url).hostname not in HERE | {None}] == []
    assert broken == []


def propose(page: Page, app: str, trust: str) -> FrameLocator:
    """Choose a hospital trust, press the button, and wait for the map."""
    page.goto(app)
    page.get_by_role("combobox", name="Helseforetak").last.click()
    page.get_by_role("option", name=trust).click()
    page.get_by_role("button", name="Foreslå opptaksområder").click()
    page.get_by_role("heading", name=trust, exact=True).wait_for()
    frame = page.frame_locator("iframe")
    frame.locator("path.leaflet-interactive").first.wait_for()
    return frame


def keep_picture(page: Page, name: str) -> None:
    page.wait_for_timeout(500)  # let the map settle
    page.screenshot(path=PICTURES / f"{name}.png")


def test_a_planner_gets_catchments_for_a_hospital_trust(page: Page, app: str, forde: Result) -> None:
    frame = propose(page, app, "Helse Førde HF")
    units = sum(len(catchment.units) for catchment in forde.plan.catchments)
    bases = frame.locator(".leaflet-bases-pane path.leaflet-interactive")
    areas = frame.locator(".leaflet-overlay-pane path.leaflet-interactive")
    expect(areas).to_have_count(units + len(forde.plan.unserved))
    expect(bases).to_have_count(len(forde.plan.catchments))
    expect(frame.locator(".leaflet-population-pane img")).to_be_visible()
    expect(frame.locator(".factgeo-legend")).to_contain_text("Uten team")
    expect(frame.locator(".factgeo-source")).to_contain_text("Kartverket")
    rows = page.get_by_test_id("stTable").locator("tbody tr")
    expect(rows).to_have_count(len(forde.figures.teams))
    for row, team in zip(rows.all(), forde.figures.teams, strict=True):
        expect(row).to_contain_text(team.name)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    keep_picture(page, "page-helse-forde")


def test_pointing_at_a_base_tells_its_figures(page: Page, app: str, forde: Result) -> None:
    frame = propose(page, app, "Helse Førde HF")
    frame.locator(".leaflet-bases-pane path.leaflet-interactive").first.hover()
    tooltip = frame.locator(".foliumtooltip")
    expect(tooltip).to_contain_text(forde.figures.teams[0].name)
    expect(tooltip).to_contain_text("Målgruppe")


def test_the_language_can_be_changed_and_the_result_stays(page: Page, app: str) -> None:
    propose(page, app, "Helse Førde HF")
    page.get_by_text("Nynorsk", exact=True).click()
    page.get_by_role("heading", name="Teama", exact=True).wait_for()
    expect(page.get_by_role("combobox").first).to_have_value("Helseføretak")
    expect(page.get_by_role("combobox").nth(1)).to_have_value("Helse Førde HF")
    legend = page.frame_locator("iframe").last.locator(".factgeo-legend")
    expect(legend).to_contain_text("Utan team", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_second_area_takes_the_place_of_the_first(page: Page, app: str) -> None:
    propose(page, app, "Helse Førde HF")
    page.get_by_role("combobox", name="Helseforetak").last.click()
    page.get_by_role("option", name="Finnmarkssykehuset HF").click()
    page.get_by_role("button", name="Foreslå opptaksområder").click()
    page.get_by_role("heading", name="Finnmarkssykehuset HF", exact=True).wait_for()
    newest = page.frame_locator("iframe").last  # the first fades out while the new one is drawn
    expect(newest.locator(".factgeo-legend")).to_contain_text("Finnmarkssykehuset HF", timeout=PATIENCE_MS)
    keep_picture(page, "page-finnmark")


def test_the_plan_can_be_taken_home(page: Page, app: str, tmp_path: Path) -> None:
    propose(page, app, "Helse Førde HF")
    with page.expect_download() as download:
        page.get_by_role("button", name="Last ned planen (zip)").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    shutil.unpack_archive(saved, tmp_path)
    assert saved.name == "helse-forde.zip"
    assert {"plan.json", "map.html", "plan.gpkg"} <= {path.name for path in (tmp_path / "helse-forde").iterdir()}


def test_the_map_file_opens_from_disk(page: Page, shipped: Atlas, forde: Result, tmp_path: Path) -> None:
    maps.write_html(shipped, forde, tmp_path / "map.html")
    page.goto((tmp_path / "map.html").as_uri())
    expect(page.locator(".leaflet-bases-pane path.leaflet-interactive")).to_have_count(4)
    expect(page.locator(".factgeo-name")).to_have_count(4)
    keep_picture(page, "map-file")
