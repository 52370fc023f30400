"""Residents year by year: the picture with its sentence, and the table."""

from __future__ import annotations

import streamlit as st

from factgeo.language import written
from factgeo.report import need as need_report
from factgeo.report import target_groups as target_groups_report
from factgeo.report.charts import history as history_chart
from factgeo.ui.need.asked import Answers
from factgeo.ui.prose import as_typed
from factgeo.ui.session import work
from factgeo.ui.widgets import report

PICTURE_WIDTH = 760  # pixels


def show(answers: Answers) -> None:
    """The part, once the need is known."""
    found, asked = answers.need, answers.asked
    if found is None:
        return
    said = [written(words) for words in target_groups_report.history(found)]
    key = (asked.area.name, asked.area.units, work.lang())
    picture = work.ask("history", key, lambda _: history_chart.draw(found.history))
    left, right = st.columns([3, 2], gap="large")
    with left:
        if picture is not None:
            st.image(picture, width=PICTURE_WIDTH, alt=said[0])
        st.caption(as_typed(said[0]))
        for line in said[1:]:
            st.markdown(as_typed(line))
    with right:
        report.table(need_report.history_table(found.history))
