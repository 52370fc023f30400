"""Who is left out: by reason and unit, where something would help, and what borders cost."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from factgeo.language import text
from factgeo.maps.offline import Map
from factgeo.maps.reach import reach_map
from factgeo.planning.result import Result
from factgeo.progress import Tell
from factgeo.reach import fairness
from factgeo.reach.answers import ReachReport
from factgeo.reach.fairness import Help
from factgeo.report import left_out as left_out_report
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.session import work
from factgeo.ui.widgets import leaflet
from factgeo.ui.widgets import report as report_widget

ASKED = "reach-remedies"  # whose remedies somebody has asked for


def show(whom: About) -> None:
    """The part of the page."""
    found = about.report_of_draft(whom)
    if found is None or whom.result is None:
        return
    wanted = st.session_state.get(ASKED) == whom.key
    remedies = _remedies(whom, whom.result) if wanted else None
    found = replace(found, remedies=remedies)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(f"**{reach_widgets.as_words(left_out_report.total(found.left_out, whom.result))}**")
        report_widget.table(left_out_report.reasons_table(found.left_out))
        st.caption(text("app_reach.left_how"))
        st.button(text("app_reach.find"), help=text("app_reach.find_help"), icon=":material/search:",
                  on_click=_ask_for_remedies, args=(whom,), disabled=wanted)  # fmt: skip
    with right:
        _map(whom, found)
    reach_widgets.chapter(found, "remedy")
    st.header(text("app_reach.by_unit"), anchor=False)
    report_widget.table(left_out_report.units_table(found.left_out))
    reach_widgets.chapter(found, "border")
    reach_widgets.take_home(found)


def _map(whom: About, found: ReachReport) -> None:
    def draw() -> Map:
        remedies = found.remedies or ()
        return reach_map(found.reach, left_out=found.left_out, remedies=remedies, first="left_out", assets=leaflet.URL)

    key = (found.remedies is not None, *whom.key)
    reach_widgets.chart("left_out", key, draw, text("app_reach.map.left_out"))


def _ask_for_remedies(whom: About) -> None:
    st.session_state[ASKED] = whom.key


def _remedies(whom: About, result: Result) -> tuple[Help, ...] | None:
    """Where something would help most; None while that is sought."""

    def call(tell: Tell) -> tuple[Help, ...]:
        tell(text("app_reach.finding"))
        return fairness.best_remedies(result)

    return work.ask("reach-remedies", whom.key, call)
