"""The target group: of the area, of each municipality or district, of each team."""

from __future__ import annotations

import streamlit as st

from factgeo.capacity import target_groups
from factgeo.language import say, text
from factgeo.report import need as need_report
from factgeo.report import target_groups as target_groups_report
from factgeo.report.content import items
from factgeo.ui.need.asked import Answers
from factgeo.ui.prose import as_typed
from factgeo.ui.widgets import report


def show(answers: Answers) -> None:
    """All figures of the area with range, denominator, quality and source, and what to know of them."""
    found = answers.need
    if found is None:
        return
    st.markdown(f"**{text('app.need.never_added')}**")
    report.table(need_report.figures_table(found.whole))
    session = [say("need.local_session")] if target_groups.sums_are_told(found) else []
    said = [*need_report.further(found.whole), *target_groups_report.counted(found), *session]
    report.blocks(items(said))


def by_unit(answers: Answers) -> None:
    """One row per municipality or district."""
    found = answers.need
    if found is None:
        return
    if not found.whole.by_unit:
        st.write(text("app.need.no_units"))
        return
    report.table(need_report.units_table(found.whole, found.local))
    st.caption(text("app.need.units_note", year=found.whole.year, source=as_typed(found.whole.people_source)))


def by_team(answers: Answers) -> None:
    """One row per team of the draft."""
    found = answers.need
    if found is None:
        return
    if not found.teams:
        st.write(text("capacity.none"))
        return
    report.table(need_report.teams_table(found.teams, None if found.local is None else found.totals))
    if target_groups.sums_are_told(found):
        st.caption(as_typed(text("need.local_session")))
    st.caption(text("app.need.teams_note"))
