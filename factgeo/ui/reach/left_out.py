"""Who is left out: by reason and unit, where something would help, and what borders cost."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from factgeo.language import text
from factgeo.maps.offline import Map
from factgeo.maps.reach import reach_map
from factgeo.planning.result import Result
from factgeo.progress import Tell
from factgeo.reach import fairness
from factgeo.reach import measures as reach_measures
from factgeo.reach.fairness import Help
from factgeo.report import measure as measure_report
from factgeo.report.reach import ReachReport
from factgeo.ui import prose
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.session import work
from factgeo.ui.widgets import leaflet, tables

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
        said = measure_report.left_out_lines(found.left_out, whom.result)
        st.markdown(f"**{prose.words(said[:1])}**")
        tables.show(reasons_table(found))
        st.caption(text("app_reach.left_how"))
        st.button(text("app_reach.find"), help=text("app_reach.find_help"), icon=":material/search:",
                  on_click=_ask_for_remedies, args=(whom,), disabled=wanted)  # fmt: skip
    with right:
        _map(whom, found)
    reach_widgets.chapter(found, "remedy")
    st.header(text("app_reach.by_unit"), anchor=False)
    tables.show(left_out_table(found))
    reach_widgets.chapter(found, "border")
    reach_widgets.take_home(found)


def _map(whom: About, found: ReachReport) -> None:
    def draw() -> Map:
        remedies = found.remedies or ()
        return reach_map(found.reach, left_out=found.left_out, remedies=remedies, first="left_out", assets=leaflet.URL)

    key = (found.remedies is not None, *whom.key)
    reach_widgets.chart("left_out", key, draw, text("app_reach.map.left_out"))


def reasons_table(found: ReachReport) -> pd.DataFrame:
    """How many are left out for each reason."""
    by_reason = reach_measures.by_reason(found.left_out)
    return reach_widgets.table({
        "reason": [prose.sentence(text(measure_report.OUT_WORDS[reason])) for reason in by_reason],
        "persons": list(by_reason.values()),
    })  # fmt: skip


def left_out_table(found: ReachReport) -> pd.DataFrame:
    """Everyone left out, a row for each unit and reason, most people first."""
    return reach_widgets.table({
        "unit": [each.name for each in found.left_out],
        "reason": [prose.sentence(text(measure_report.OUT_WORDS[each.reason])) for each in found.left_out],
        "persons": [each.persons for each in found.left_out],
        "nearest": pd.Series([each.nearest_min for each in found.left_out], dtype=float),
    })  # fmt: skip


def _ask_for_remedies(whom: About) -> None:
    st.session_state[ASKED] = whom.key


def _remedies(whom: About, result: Result) -> tuple[Help, ...] | None:
    """Where something would help most; None while that is sought."""

    def call(tell: Tell) -> tuple[Help, ...]:
        tell(text("app_reach.finding"))
        return fairness.best_remedies(result)

    return work.ask("reach-remedies", whom.key, call)
