"""What the share rests on: what moves it, and what 94 per cent would take."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from factgeo.contract import sensitivity as sensitivity_contract
from factgeo.files import spreadsheet
from factgeo.language import number, text
from factgeo.reach import sensitivity
from factgeo.reach.sensitivity import Sensitivity
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report.charts import sensitivity as sensitivity_chart
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.session import work
from factgeo.ui.widgets import report

CURVES_WIDTH = 860  # pixels


def show(whom: About) -> None:
    """The part of the page."""
    plan = whom.result.plan if whom.result else None
    found = work.ask(
        "sensitivity", whom.key,
        lambda tell: sensitivity.table(work.atlas(), whom.area, whom.rules, plan=plan, progress=tell),
    )  # fmt: skip
    if found is None:
        return
    pictures = work.ask("sensitivity-pictures", (work.lang(), *whom.key), lambda _: _pictures(found))
    if pictures is None:
        return
    swings, curves = pictures
    left, right = st.columns([2, 3], gap="medium")
    with left:
        report.blocks(sensitivity_report.reference(found))
        st.caption(text("app_reach.sensitivity_how"))
        _rows_as_csv(found)
    with right:
        st.image(swings, alt=text("app_reach.alt.swings"), width="stretch")
    ranking, *others = sensitivity_report.report(found).chapters
    reach_widgets.headed(ranking)
    st.header(text("app_reach.curves"), anchor=False)
    st.image(curves, alt=text("app_reach.alt.curves"), width=CURVES_WIDTH)
    for chapter in others:
        reach_widgets.headed(chapter)
    with st.expander(text("app_reach.definition")):
        report.blocks(sensitivity_report.definition(found))
    measured = about.report(whom, whom.preset)
    if measured is not None:
        reach_widgets.take_home(replace(measured, sensitivity=found))


def _rows_as_csv(found: Sensitivity) -> None:
    csv = spreadsheet.as_csv(sensitivity_contract.table(found.rows))
    st.download_button(
        text("app_reach.csv"), csv, "sensitivity.csv", "text/csv", on_click="ignore", icon=":material/download:",
        help=text("app_reach.csv_help", count=number(len(found.rows))),
    )  # fmt: skip


def _pictures(found: Sensitivity) -> tuple[bytes, bytes]:
    return sensitivity_chart.swings_picture(found), sensitivity_chart.curves_picture(found)
