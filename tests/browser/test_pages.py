"""Every page as it looks: no trouble on it, nothing cut off, the answer first, and readable by those who do not see."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from browser.windows import PAGES, SCREEN, open_page, settle, unfold
from factgeo import language
from factgeo.language import text

pytestmark = pytest.mark.browser

PROJECTOR = (1024, 768)
GRAVE = {"serious", "critical"}
EXCUSED: dict[tuple[str, str], str] = {}  # rule and selector of what Streamlit draws and no style sheet can mend: why
REACH_PARTS = ("measures", "left_out", "sensitivity", "today", "fairness", "potential")
# What a page is there to tell, and how many pixels of it are seen at first.
ANSWERS = {
    "omrade": ("[data-testid=stBaseButton-primary]", 30),
    "forslag": ("iframe", 300),
    "dekning": ("iframe", 300),
    "behov": ("[data-testid=stMetric] >> nth=5", 80),
    "sammenlign": ("[data-testid=stTable]", 240),
    "data": ("[data-testid=stMarkdown] ul", 150),
}
# Words that end in three dots, and words on the screen that something lies upon; what scrolls by itself is let be.
CUT = """() => {
  const found = [], words = document.createTreeWalker(document.querySelector(".stApp"), NodeFilter.SHOW_TEXT);
  const shut = (element) => element.closest("[inert], [aria-hidden=true], .stDataFrame, [role=tabpanel][hidden]")
    || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  while (words.nextNode()) {
    const { parentElement: element, textContent } = words.currentNode;
    const apart = '[overflow="auto"], style, script, a[href^="#"]';  // the last is seen by the keyboard alone
    if (!textContent.trim() || !element || element.closest(apart) || shut(element)) {
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(words.currentNode);
    const lines = [...range.getClientRects()].filter(({ width, height, bottom }) =>
      width > 2 && height > 2 && bottom < innerHeight);
    for (const { left, right, top, bottom } of lines) {
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      const above = document.elementFromPoint(x, y);
      if (!above || !(above.contains(element) || element.contains(above))) found.push(`under: ${textContent}`);
      if (left < -1 || right > innerWidth + 1) found.push(`outside: ${textContent}`);
    }
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (getComputedStyle(box).textOverflow === "ellipsis" && box.scrollWidth > box.clientWidth + 1) {
        found.push(`dots: ${textContent}`);
      }
    }
  }
  return found;
}"""


def go(page: Page, app: str, link: str, lang: str = "nb") -> None:
    """Open the shared draft in a language."""
    page.goto(f"{app}/?id={link}&lang={lang}")
    settle(page)


def drawn(page: Page) -> None:
    """Wait until the map of a page, where it has one, is drawn."""
    for k in range(page.locator("iframe").count()):
        page.frame_locator("iframe").nth(k).locator("path.leaflet-interactive").first.wait_for()
    page.wait_for_timeout(300)  # the picture settles


def grave(page: Page) -> set[tuple[str, str, str]]:
    """What axe finds on a page and in its frames: rule, selector and the element, without what is excused."""
    for frame in page.frames:
        frame.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")
    return {
        (rule["id"], str(node["target"]), node["html"][:200])
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if (rule["id"], str(node["target"])) not in EXCUSED
    }


def headings_in_order(page: Page) -> bool:
    """Does the page begin with its title, and no heading skip a level?"""
    levels = page.evaluate("""() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
        .filter((each) => each.checkVisibility()).map((each) => Number(each.tagName[1]))""")
    return bool(levels[0] == 1 and all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels)))


def pictures_tell(page: Page, lang: str) -> bool:
    """Has every picture a text in its place, and every map a name of its own and the page's language?"""
    frames = page.evaluate("""() => [...document.querySelectorAll("iframe")].map((each) =>
        [each.title, each.contentDocument.documentElement.lang])""")
    named = all(title and "streamlit" not in title and spoken == lang for title, spoken in frames)
    return bool(named and page.evaluate("() => [...document.images].every((each) => each.alt)"))


def cut_off(page: Page) -> list[str]:
    """Words that are cut off or lie under others, and whether the page is wider than its window."""
    wide = page.evaluate("""() => { const main = document.querySelector('[data-testid=stMain]');
        return main.scrollWidth - main.clientWidth }""")
    return [*(["wider than its window"] if wide > 0 else []), *page.evaluate(CUT)]


def answer_comes_first(page: Page, name: str, height: int) -> bool:
    """Is what the page is there to tell seen without scrolling?"""
    selector, seen = ANSWERS[name]
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + seen <= height


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_page_opens_in_every_language_and_nothing_is_cut_off(
    page: Page, app: str, link: str, pictures: Path, lang: str
) -> None:
    go(page, app, link, lang)
    for name in PAGES:
        open_page(page, name)
        drawn(page)
        assert page.get_by_test_id("stException").count() == 0, name
        expect(page.get_by_role("heading", level=1)).to_contain_text(text(f"app.page.{name}", lang=lang))
        assert page.evaluate("() => document.documentElement.lang") == lang
        assert headings_in_order(page), name
        assert pictures_tell(page, lang), name
        page.screenshot(path=pictures / f"{name}-{lang}.png")
        assert cut_off(page) == [], name
        assert answer_comes_first(page, name, SCREEN[1]), name


def test_nothing_is_cut_off_and_the_answer_comes_first_on_a_projector(
    new_window: Callable[..., Page], app: str, link: str, pictures: Path
) -> None:
    page = new_window(PROJECTOR)
    go(page, app, link)
    for name in PAGES:
        open_page(page, name)
        drawn(page)
        page.screenshot(path=pictures / f"{name}-{PROJECTOR[0]}.png")
        assert cut_off(page) == [], name
        assert answer_comes_first(page, name, PROJECTOR[1]), name


def test_axe_finds_nothing_grave_on_any_page_and_in_its_map(page: Page, app: str, link: str) -> None:
    go(page, app, link)
    found = {name: grave_on(page, name) for name in PAGES}
    assert found == {name: set() for name in PAGES}


def grave_on(page: Page, name: str) -> set[tuple[str, str, str]]:
    """What axe finds on a page as it opens, in each of its parts and tabs, and in all that can be folded out."""
    open_page(page, name)
    drawn(page)
    found = grave(page)
    if name == "dekning":
        for part in REACH_PARTS:
            page.get_by_role("radio", name=text(f"app_reach.part_of.{part}"), exact=True).click()
            settle(page)
            unfold(page)
            found |= grave(page)
    else:
        unfold(page)
        found |= grave(page)
    for tab in page.get_by_role("tab").all():
        tab.click()
        settle(page)
        unfold(page)
        found |= grave(page)
    return found
