"""The pages in the order of a planner's questions, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from factgeo.language import text
from factgeo.ui import area_page, compare_page, data_page, desk, draft_page, frame, need_page, reach_page


def run() -> None:
    """Show the page that the address asks for."""
    frame.begin()
    desk.begin()
    draft = _page(draft_page.show, "forslag")
    shown = {
        "omrade": lambda: area_page.show(lambda: st.switch_page(draft)),
        "dekning": reach_page.show,
        "behov": need_page.show,
        "sammenlign": compare_page.show,
        "data": data_page.show,
    }
    others = {address: _page(show, address) for address, show in shown.items()}
    pages = [others["omrade"], draft, *(others[address] for address in list(shown)[1:])]
    page = st.navigation(pages, position="top")
    now = desk.current()
    frame.head(page.title, desk.area(now).name if now and page is not pages[0] else "")
    page.run()


def _page(show: Callable[[], None], address: str) -> st.Page:
    return st.Page(frame.page(show), title=text(f"app.page.{address}"), url_path=address, default=address == "omrade")
