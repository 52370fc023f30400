"""What the draft takes: each team, the roles, the listed teams, satellites, and how it was worked out."""

from __future__ import annotations

import streamlit as st

from factgeo.language import percent, text
from factgeo.report import capacity as capacity_report
from factgeo.report.content import items
from factgeo.ui.need.asked import Answers
from factgeo.ui.widgets import report


def show(answers: Answers) -> None:
    """The part, once capacity is known."""
    takes = answers.takes
    if takes is None:
        return
    if not takes.teams:
        report.blocks(capacity_report.brief(takes))
        return
    report.table(capacity_report.teams_table(takes))
    st.caption(text("app.need.takes_note"))
    st.subheader(text("app.need.roles"), anchor=False)
    report.table(capacity_report.roles_table(takes))
    st.subheader(text("app.need.listed"), anchor=False)
    report.table(capacity_report.listed_table(takes))
    st.caption(text("app.need.listed_note"))
    satellites = capacity_report.satellites_table(takes)
    if satellites.rows:
        st.subheader(text("app.need.satellites"), anchor=False)
        report.table(satellites)
        st.caption(text("app.need.satellites_note", share=percent(takes.rules.driving.satellite_share, 0)))
    with st.expander(text("app.need.takes_words")):
        report.blocks(items(sentence.said for sentence in capacity_report.brief(takes)))
