"""Opening the app in windows of headless Chromium, and waiting until a page stands still."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright

from factgeo.cli import serve

REPO = Path(__file__).parents[2]
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
HERE = {"localhost", "127.0.0.1", None}
SCREEN = (1366, 768)
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
PAGES = ("omrade", "forslag", "dekning", "behov", "sammenlign", "data")
# Nothing runs, nothing is old, and no computation tells of itself; for a while, for one run calls the next.
IDLE = """() => {
  const app = document.querySelector(".stApp");
  const busy = !app || app.dataset.testScriptState !== "notRunning"
    || document.querySelector('[data-testid="stSkeleton"], [data-stale="true"], [class*="st-key-stop-"]');
  if (busy) window.idleSince = null; else window.idleSince ??= performance.now();
  return !busy && performance.now() - window.idleSince > 350;
}"""
# The layer of a unit on the map for drafting.
FIND = """const find = (unit) => Object.values(map._layers).find((layer) => layer.options.pane === "overlayPane"
    && layer.feature?.properties?.at && layer.feature.properties.unit === unit);"""


def executable() -> str | None:
    """Where Chromium is; None without one."""
    return CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def running(script: Path, drafts: Path) -> Iterator[str]:
    """The address of a running app that keeps its drafts in a folder."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = serve.command(script, port=port, host="localhost")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=REPO, env={**os.environ, "FACTGEO_DRAFTS": str(drafts)}, **quiet) as server:
        try:
            address = f"http://localhost:{port}"
            wait_for(f"{address}/_stcore/health")
            yield address
        finally:
            server.terminate()


def wait_for(address: str, seconds: float = 60) -> None:
    """Wait until an address answers."""
    last = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - this machine
                return
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)


@contextmanager
def window(browser: Browser, size: tuple[int, int] = SCREEN) -> Iterator[Page]:
    """A window of its own session; fails if anything was asked of another machine, or a script broke."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="nb-NO")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    broken: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda web_socket: asked.append(web_socket.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert asked
    assert [url for url in asked if urlsplit(url).hostname not in HERE] == []
    assert broken == []


def settle(page: Page) -> None:
    """Wait until the page stands still."""
    page.evaluate("() => { window.idleSince = null }")
    page.wait_for_function(IDLE)


def open_page(page: Page, name: str) -> None:
    """Go to another page of the app by its bar."""
    page.get_by_test_id("stTopNavLink").nth(PAGES.index(name)).click()
    settle(page)


def choose(page: Page, box: str, option: str) -> None:
    """Choose in a list by its name; typing narrows it."""
    field = page.get_by_role("combobox", name=re.compile(f"^{re.escape(box)}")).last
    field.click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def press(page: Page, button: str) -> None:
    """Press a button by its name."""
    page.get_by_role("button", name=button, exact=True).click()
    settle(page)


def propose(page: Page, app: str, trust: str = "Helse Førde HF") -> None:
    """Choose a hospital trust, and wait for its proposal on the map."""
    page.goto(app)
    settle(page)
    choose(page, "Helseforetak", trust)
    press(page, "Foreslå opptaksområder")
    draft_map(page).wait_for_function("() => document.querySelectorAll('.factgeo-legend .factgeo-row').length > 3")


def draft_map(page: Page) -> Frame:
    """The frame of the map."""
    page.locator("iframe").first.wait_for()
    return next(frame for frame in page.frames if "streamlit_folium" in frame.url)


def click_unit(page: Page, unit: str) -> None:
    """Click on the map where the unit's sign would stand."""
    x, y = draft_map(page).evaluate(f"""() => {{ {FIND} const [lon, lat] = find('{unit}').feature.properties.at;
        const at = map.latLngToContainerPoint([lat, lon]); return [at.x, at.y] }}""")
    box = page.locator("iframe").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.wait_for_timeout(100)  # the click takes its way through the frame
    settle(page)


def fills(page: Page) -> dict[str, str]:
    """The colour of each unit on the map."""
    found: dict[str, str] = draft_map(page).evaluate("""() => Object.fromEntries(Object.values(map._layers)
        .filter((layer) => layer.feature?.properties?.at && layer.getElement())
        .map((layer) => [layer.feature.properties.unit, layer.getElement().getAttribute("fill")]))""")
    return found


def figures(page: Page) -> list[str]:
    """The numbers at the top of a page, without what the last step changed."""
    return page.get_by_test_id("stMetricValue").all_inner_texts()


def unfold(page: Page) -> None:
    """Open all that can be folded out."""
    for part in page.get_by_test_id("stExpander").locator("details:not([open]) > summary").all():
        if part.is_visible():
            part.click()
    settle(page)
