"""How evenly the minutes to the own team are shared."""

from __future__ import annotations

import streamlit as st

from factgeo.language import number, text
from factgeo.reach.fairness import Inequality
from factgeo.report import fairness as fairness_report
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.widgets import report as report_widget


def show(whom: About) -> None:
    """The part of the page."""
    found = about.report_of_draft(whom)
    if found is None or found.fairness is None:
        return
    if found.fairness.inequality is None:
        st.caption(text("app_reach.no_index"))
    else:
        _indices(found.fairness.inequality)
    st.header(text("app_reach.centrality"), anchor=False)
    report_widget.table(fairness_report.centrality_table(found.fairness))
    st.caption(text("app_reach.centrality_how"))
    st.header(text("app_reach.by_unit"), anchor=False)
    report_widget.table(fairness_report.units_table(found.fairness))
    st.caption(text("app_reach.fair_how"))
    with st.expander(text("app_reach.in_words")):
        reach_widgets.chapter(found, "fair")
    reach_widgets.take_home(found)


def _indices(index: Inequality) -> None:
    shown = {
        "gini_people": number(index.gini_people, 2),
        "gini_units": number(index.gini_units, 2),
        "residents": number(index.residents),
        "without": number(index.without),
    }
    for column, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
        reach_widgets.figure(
            column, text(f"app_reach.index.{name}"), value, text("app_reach.quality.estimate"),
            text(f"app_reach.index_help.{name}"),
        )  # fmt: skip
