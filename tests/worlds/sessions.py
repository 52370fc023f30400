"""The whole app in a test: a session as a planner has it, its pages, and what lies in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from factgeo import language
from factgeo.language import Phrase, text
from factgeo.planning import steps
from factgeo.planning.result import Result
from factgeo.settings import Settings
from factgeo.ui.area import page as area_page
from factgeo.ui.compare import page as compare_page
from factgeo.ui.data import page as data_page
from factgeo.ui.draft import page as draft_page
from factgeo.ui.need import page as need_page
from factgeo.ui.reach import page as reach_page
from factgeo.ui.session import desk, work
from factgeo.ui.session.desk import Desk

# the app loads its pages in a thread of its own, which needs a page that runs; here they are loaded before
LOADED = (area_page, draft_page, reach_page, need_page, compare_page, data_page)

APP = Path(__file__).parents[2] / "app.py"
FORDE = "hf:Helse Førde HF"
PAGES = ("", "forslag", "dekning", "behov", "sammenlign", "data")


@pytest.fixture(autouse=True)
def drafts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Computations end within the run, and drafts are kept in a folder of the test's own."""
    monkeypatch.setattr(work, "QUICK_S", 120)
    folder = tmp_path / "drafts"
    monkeypatch.setenv("FACTGEO_DRAFTS", str(folder))
    return folder


def opened(page: str = "", lang: str = "nb", draft_id: str = "", **state: object) -> AppTest:
    """A new session at a page; the tester reads labels in its own thread, so this speaks the language too."""
    language.use(lang)
    shown = AppTest.from_file(str(APP), default_timeout=120)
    shown.query_params["lang"] = lang
    if draft_id:
        shown.query_params["id"] = draft_id
    for name, value in state.items():
        shown.session_state[name] = value
    shown.run()
    return to(shown, page) if page else shown


def to(shown: AppTest, page: str) -> AppTest:
    """Another page of the same session."""
    addresses = {info.get("url_pathname"): place for place, info in shown._registered_pages.items()}
    shown._page_hash = addresses[page]
    return shown.run()


def drafted(result: Result, area: str = FORDE) -> dict[str, Any]:
    """A session's state with a plan as its draft."""
    history = steps.began(result.plan, Phrase("app.step.proposal"))
    return {desk.DESK: Desk(area, result.plan.settings, history=history), desk.RESULT: result}


def begun(area: str, rules: Settings, *, listed: bool = False) -> dict[str, Any]:
    """A session's state with an area that was chosen, and no draft of it yet."""
    return {desk.DESK: Desk(area, rules, listed=listed)}


def on_desk(shown: AppTest) -> Desk:
    """What lies on a session's desk."""
    found: Desk = shown.session_state[desk.DESK]
    return found


def plan_of(shown: AppTest) -> Any:
    """The draft of a session."""
    return on_desk(shown).plan


def press(shown: AppTest, key: str, nth: int = 0) -> AppTest:
    """Press the button with these words of the catalogue."""
    return [button for button in shown.button if button.label == text(key)][nth].click().run()


def button(shown: AppTest, key: str) -> Any:
    """The button with these words of the catalogue."""
    return next(each for each in shown.button if each.label == text(key))


def choose(shown: AppTest, label: str, value: object, kind: str = "selectbox") -> AppTest:
    """Choose a value in the field with this label."""
    field: Any = next(each for each in shown.get(kind) if each.label == label)
    return field.set_value(value).run()


def written(shown: AppTest) -> str:
    """Everything a page says in running text."""
    kinds = (shown.markdown, shown.caption, shown.info, shown.warning, shown.error, shown.success)
    return "\n".join(str(block.value) for blocks in kinds for block in blocks)


def labels(shown: AppTest) -> str:
    """The headings and the words on the fields and buttons of a page."""
    kinds = (shown.button, shown.selectbox, shown.metric, shown.checkbox, shown.number_input, shown.slider)
    heads = [each.value for each in (*shown.title, *shown.header, *shown.subheader)]
    return "\n".join([*heads, *(each.label for kind in kinds for each in kind)])


def sound(shown: AppTest) -> bool:
    """Has the page neither an exception box nor an error?"""
    return not shown.exception and not shown.error
