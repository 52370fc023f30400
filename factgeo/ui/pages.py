"""The pages in the order of a planner's questions, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from factgeo.language import text
from factgeo.ui import frame
from factgeo.ui.area import page as area_page
from factgeo.ui.session import desk, warm


def run() -> None:
    """Show the page that the address asks for."""
    frame.begin()
    desk.begin()
    draft = _page("forslag", lambda: warm.show("forslag"))
    pages = [
        _page("omrade", lambda: area_page.show(desk.current(), lambda: st.switch_page(draft))),
        draft,
        *(_page(address, partial(warm.show, address)) for address in ("dekning", "behov", "sammenlign", "data")),
    ]
    page = st.navigation(pages, position="top")
    now = desk.current()
    frame.head(page.title, desk.area(now).name if now and page is not pages[0] else "")
    page.run()
    warm.begin()


def _page(address: str, show: Callable[[], None]) -> st.Page:
    return st.Page(frame.page(show), title=text(f"app.page.{address}"), url_path=address, default=address == "omrade")
