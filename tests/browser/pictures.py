"""Pictures of every page for docs/app.md: ``cd tests && python -m browser.pictures``."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from browser import windows
from browser.windows import PAGES, click_unit, open_page, propose, settle
from factgeo import language

FOLDER = windows.REPO / "docs" / "pictures"
COLOURS = 256  # as many as a palette holds; keeps each picture below 200 kB
ELSEWHERE = {"nn": "dekning", "en": "behov"}  # the page that is shown in another language
UNIT = "4602"  # Kinn


def keep(page: Page, name: str) -> None:
    """Write what a window shows as a small PNG."""
    page.wait_for_timeout(800)  # the map settles
    shown = Image.open(BytesIO(page.screenshot())).convert("RGB")
    few = shown.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)


def take(page: Page, app: str) -> None:
    """A draft for Helse Førde, edited by one click, on every page in Bokmål and on one in each other language."""
    propose(page, app)
    click_unit(page, UNIT)
    page.get_by_test_id("stBaseButton-primary").click()
    settle(page)
    for name in PAGES:
        open_page(page, name)
        keep(page, f"{name}-nb")
    for lang, name in ELSEWHERE.items():
        page.get_by_role("radio").nth(language.LANGUAGES.index(lang)).click(force=True)
        open_page(page, name)
        keep(page, f"{name}-{lang}")


def main() -> None:
    """Start the app and a browser, and write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = windows.executable() or windows.CHROMIUM
    with (
        tempfile.TemporaryDirectory() as drafts,
        windows.running(windows.REPO / "app.py", Path(drafts)) as app,
        windows.chromium(path) as browser,
        windows.window(browser) as page,
    ):
        take(page, app)


if __name__ == "__main__":
    main()
