"""What the draft takes: each team, the roles, the listed teams, satellites, and how it was worked out."""

from __future__ import annotations

import streamlit as st

from factgeo.language import percent, text
from factgeo.report import capacity as capacity_report
from factgeo.ui.need.asked import Answers
from factgeo.ui.prose import as_typed
from factgeo.ui.widgets import word_table


def show(answers: Answers) -> None:
    """The part, once capacity is known."""
    takes = answers.takes
    if takes is None:
        return
    if not takes.teams:
        st.write(as_typed(capacity_report.lines(takes)[0]))
        return
    word_table.show(capacity_report.shown_teams(takes))
    st.caption(text("app.need.takes_note"))
    st.subheader(text("app.need.roles"), anchor=False)
    word_table.show(capacity_report.shown_roles(takes))
    st.subheader(text("app.need.listed"), anchor=False)
    word_table.show(capacity_report.shown_listed(takes))
    st.caption(text("app.need.listed_note"))
    satellites = capacity_report.shown_satellites(takes)
    if not satellites.empty:
        st.subheader(text("app.need.satellites"), anchor=False)
        word_table.show(satellites)
        st.caption(text("app.need.satellites_note", share=percent(takes.rules.driving.satellite_share, 0)))
    with st.expander(text("app.need.takes_words")):
        st.markdown("\n".join(f"- {as_typed(line.strip())}" for line in capacity_report.lines(takes)))
