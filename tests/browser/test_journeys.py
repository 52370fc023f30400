"""What planners do, from the first visit to the files they take home."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.windows import choose, click_unit, figures, fills, open_page, press, propose, settle
from factgeo.atlas.pack import Atlas
from factgeo.language import number, percent, text
from factgeo.planning import planfile
from factgeo.planning.result import Result

pytestmark = pytest.mark.browser

ASKVOLL, KINN, BREMANGER = "4645", "4602", "4648"


def alone(page: Page) -> None:
    """No box of trouble stands on the page."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def about_unit(page: Page) -> str:
    """What the panel says of the unit that is chosen."""
    return page.get_by_test_id("stMarkdown").filter(has_text=re.compile("innbyggere, .* av dem voksne")).inner_text()


def tab_to(page: Page, name: str, tag: str = "BUTTON", most: int = 90) -> None:
    """Press Tab until an element with this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate("""() => { const at = document.activeElement;
            const label = at.getAttribute("aria-label") || at.innerText || "";
            return [at.tagName, label, ...[...(at.labels || [])].map((each) => each.innerText)] }""")
        if found[0] == tag and any(re.match(rf"\W*{re.escape(name)}\b", each) for each in found[1:]):
            return
    pytest.fail(f"Tab does not lead to {name}")


def test_a_first_visit_goes_through_the_example_in_three_steps(page: Page, app: str, forde: Result) -> None:
    page.goto(app)
    press(page, text("app.example.start"))
    expect(page.get_by_text("steg 1 av 3")).to_be_visible()
    assert figures(page)[1] == percent(forde.figures.share_within[60])
    choose(page, text("app.panel.unit"), "Kinn")
    press(page, text("app.panel.move"))
    expect(page.get_by_text("steg 2 av 3")).to_be_visible()
    press(page, text("app.draft.lock_all"))
    press(page, text("app.draft.improve"))
    open_page(page, "sammenlign")
    expect(page.get_by_text("steg 3 av 3")).to_be_visible()
    table = page.get_by_test_id("stTable").first
    expect(table).to_contain_text(text("app.compare.first"))
    expect(table).to_contain_text(text("app.compare.now"))
    expect(page.frame_locator("iframe").locator(".factgeo-legend")).to_be_visible()
    press(page, text("app.example.end"))
    expect(page.get_by_text("steg 3 av 3")).to_have_count(0)
    alone(page)


def test_a_draft_is_edited_improved_compared_and_taken_home(
    page: Page, app: str, shipped: Atlas, forde: Result, tmp_path: Path
) -> None:
    propose(page, app)
    before, proposed = figures(page), forde.figures
    assert before[:4] == [
        percent(proposed.served), percent(proposed.share_within[60]),
        text("app.minutes", minutes=number(round(proposed.mean_min))),
        number(sum(each.teams for each in proposed.teams)),
    ]  # fmt: skip
    home = forde.plan.team_of()[KINN]

    click_unit(page, KINN)
    expect(page.get_by_role("combobox", name=text("app.panel.unit")).last).to_have_value("Kinn")
    assert f"Hører til {home}" in about_unit(page)
    press(page, text("app.panel.move"))
    moved = figures(page)
    target = re.search(r"Hører til (T\d+)", about_unit(page))
    assert target is not None
    assert target[1] != home
    assert moved != before

    press(page, text("app.panel.lock"))
    press(page, text("app.draft.improve"))
    improved = figures(page)
    assert f"Hører til {target[1]}" in about_unit(page)
    press(page, text("app.draft.undo"))
    assert figures(page) == moved
    press(page, text("app.draft.redo"))
    assert figures(page) == improved

    with page.expect_download() as download:
        page.get_by_role("button", name=text("app.teams.download")).click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    shutil.unpack_archive(saved, tmp_path)
    plan = planfile.read(tmp_path / "helse-forde" / "plan.json", shipped)
    assert plan.team_of()[KINN] == target[1]
    assert plan.area.units == forde.plan.area.units

    open_page(page, "sammenlign")
    rows = page.get_by_test_id("stTable").first.locator("tbody tr").all()
    assert [row.locator("td").all_inner_texts()[1:] for row in rows[:2]] == [
        [first, now] for first, now in zip(before[:2], improved[:2], strict=True)
    ]
    alone(page)


def test_where_clicks_move_each_click_draws_its_unit_to_the_team(page: Page, app: str, forde: Result) -> None:
    propose(page, app)
    before = figures(page)
    team = next(each for each in forde.figures.teams if each.team_id == "T02")
    mine = [unit for unit, home in forde.plan.team_of().items() if home != team.team_id][:2]
    choose(page, text("app.map.click"), text("app.map.move_to", team=f"{team.team_id} {team.name}"))
    for unit in mine:
        click_unit(page, unit)
        assert "Hører til T02" in about_unit(page)
    own = fills(page)[forde.plan.catchments[1].units[0]]
    assert {fills(page)[unit] for unit in mine} == {own}
    assert figures(page) != before
    alone(page)


@pytest.mark.parametrize(
    ("name", "content"), [("plan.csv", b"a;b\n1;2\n"), ("plan.zip", b"no zip at all"), ("plan.json", b"{}")]
)
def test_a_wrong_file_is_refused_with_one_sentence(page: Page, app: str, name: str, content: bytes) -> None:
    page.goto(app)
    settle(page)
    page.get_by_text(text("app.start.file"), exact=True).click()
    settle(page)
    page.locator("input[type=file]").last.set_input_files([{"name": name, "mimeType": "text/plain", "buffer": content}])
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_test_id("stAlert")).to_contain_text(name)
    expect(page.get_by_role("button", name=text("app.area.open"), exact=True)).to_be_disabled()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_reload_and_the_link_in_another_window_show_the_same_draft(
    page: Page, new_window: Callable[..., Page], app: str
) -> None:
    propose(page, app)
    click_unit(page, KINN)
    press(page, text("app.panel.move"))
    shown, coloured = figures(page), fills(page)
    page.reload()
    settle(page)
    other = new_window()
    other.goto(page.url)
    settle(other)
    for window in (page, other):
        expect(window.frame_locator("iframe").locator(".factgeo-name")).to_have_count(4)
        assert figures(window) == shown
        assert fills(window) == coloured
        alone(window)


def test_back_takes_one_press_for_a_page(page: Page, app: str) -> None:
    page.goto(app)
    settle(page)
    before = page.evaluate("history.length")
    for name in ("data", "sammenlign"):
        open_page(page, name)
    assert page.evaluate("history.length") == before + 2
    for name in ("data", "omrade"):
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text(text(f"app.page.{name}"))
        settle(page)
    alone(page)


def test_two_sessions_do_not_disturb_each_other(page: Page, new_window: Callable[..., Page], app: str) -> None:
    other = new_window()
    propose(page, app)
    propose(other, app)
    before = figures(other)
    click_unit(page, KINN)
    press(page, text("app.panel.move"))
    edited = figures(page)
    assert edited != before
    click_unit(other, ASKVOLL)
    assert figures(other) == before
    open_page(other, "omrade")
    choose(other, "Helseforetak", "Finnmarkssykehuset HF")
    press(other, text("app.plan.propose"))
    expect(other.get_by_role("heading", level=1)).to_contain_text("Finnmarkssykehuset HF")
    click_unit(page, BREMANGER)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Helse Førde HF")
    assert figures(page) == edited
    assert page.url != other.url


def test_a_long_computation_tells_of_itself_and_can_be_stopped(page: Page, app: str) -> None:
    page.goto(f"{app}/dekning")
    settle(page)
    page.get_by_role("radio", name=text("app_reach.part_of.sensitivity"), exact=True).click()
    stop = page.get_by_role("button", name=text("app.job.stop"), exact=True)
    stop.wait_for()
    first = page.get_by_test_id("stMarkdown").filter(has_text=re.compile(r"… \(\d+ s\)"))
    expect(first).to_have_text(re.compile(r"[1-9]\d* s\)"))
    stop.click()
    expect(page.get_by_text(text("app.job.stopped"))).to_be_visible()
    expect(page.get_by_role("button", name=text("app.job.again"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_keyboard_alone_moves_a_unit(page: Page, app: str) -> None:
    page.goto(app)
    settle(page)
    tab_to(page, text("app.example.start"))
    page.keyboard.press("Enter")
    page.locator("iframe").wait_for()
    settle(page)
    before = figures(page)
    tab_to(page, text("app.panel.unit"), "INPUT")
    page.keyboard.type("Kinn")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    home = about_unit(page)
    expect(page.get_by_role("combobox", name=text("app.panel.unit")).last).to_have_value("Kinn")
    tab_to(page, text("app.panel.to"), "INPUT")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    tab_to(page, text("app.panel.move"))
    page.keyboard.press("Enter")
    settle(page)
    assert figures(page) != before
    assert about_unit(page) != home
    alone(page)


def test_what_has_the_focus_can_be_seen(page: Page, app: str) -> None:
    page.goto(app)
    settle(page)
    for _ in range(8):
        page.keyboard.press("Tab")
        ring = page.evaluate("""() => { const at = document.activeElement; const boxes = [at, at.parentElement,
            at.closest("label"), at.closest("[data-baseweb]"), at.nextElementSibling].filter(Boolean);
            return boxes.map((box) => getComputedStyle(box)).some((style) =>
                (style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none"
                || style.borderColor.includes("0, 114, 178")) }""")
        assert ring, page.evaluate("() => document.activeElement.outerHTML.slice(0, 300)")
