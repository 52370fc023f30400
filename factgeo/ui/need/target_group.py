"""The target group: of the area, of each municipality or district, of each team."""

from __future__ import annotations

import streamlit as st

from factgeo.language import text
from factgeo.people import privacy
from factgeo.report import need as need_report
from factgeo.report import target_groups
from factgeo.report.target_groups import NeedReport
from factgeo.ui.need.asked import Answers
from factgeo.ui.prose import as_typed
from factgeo.ui.widgets import word_table


def show(answers: Answers) -> None:
    """All figures of the area with range, denominator, quality and source, and what to know of them."""
    found = answers.need
    if found is None:
        return
    st.markdown(f"**{text('app.need.never_added')}**")
    word_table.show(need_report.shown_figures(found.whole))
    said = [*need_report.lines(found.whole)[2:], *_local_lines(found)]
    st.markdown("\n".join(f"- {as_typed(line)}" for line in said))


def _local_lines(found: NeedReport) -> list[str]:
    """How the local counts came about, and what they add up to where that may be told."""
    if found.local is None:
        return []
    said = [found.local.made(), privacy.method()]
    if target_groups.WHOLE in found.totals:
        total = privacy.text(found.totals[target_groups.WHOLE])
        said.append(text("need.local_total", area=found.whole.area, total=total))
    if target_groups.sums_are_told(found):
        said.append(text("need.local_session"))
    return said


def by_unit(answers: Answers) -> None:
    """One row per municipality or district."""
    found = answers.need
    if found is None:
        return
    if not found.whole.by_unit:
        st.write(text("app.need.no_units"))
        return
    word_table.show(need_report.shown_units(found.whole, found.local))
    st.caption(text("app.need.units_note", year=found.whole.year, source=as_typed(found.whole.people_source)))


def by_team(answers: Answers) -> None:
    """One row per team of the draft."""
    found = answers.need
    if found is None:
        return
    if not found.teams:
        st.write(text("capacity.none"))
        return
    word_table.show(need_report.shown_teams(found.teams, None if found.local is None else found.totals))
    if target_groups.sums_are_told(found):
        st.caption(as_typed(text("need.local_session")))
    st.caption(text("app.need.teams_note"))
