"""Behov og kapasitet: who there is to serve, what the teams of the draft take, and a planner's own figures."""

from __future__ import annotations

import streamlit as st

from factgeo.language import text
from factgeo.ui.need import answer as need_answer_part
from factgeo.ui.need import asked as need_asked
from factgeo.ui.need import capacity as capacity_part
from factgeo.ui.need import history as history_part
from factgeo.ui.need import own_figures as own_figures_part
from factgeo.ui.need import target_group as target_group_part
from factgeo.ui.session import work
from factgeo.ui.session.desk import Desk

PARTS = {
    "group": target_group_part.show,
    "units": target_group_part.by_unit,
    "teams": target_group_part.by_team,
    "takes": capacity_part.show,
    "own": own_figures_part.show,
    "history": history_part.show,
}
OF_A_PLAN = ("teams", "takes")


def show(now: Desk | None) -> None:
    """The page: the answer, and in tabs what it rests on."""
    with st.container():  # the tabs keep their place below, and the one that is open stays so
        asked = need_asked.asked(work.atlas(), now)
        answers = need_asked.answers(asked)
        need_answer_part.show(answers)
    names = [name for name in PARTS if asked.desk.plan is not None or name not in OF_A_PLAN]
    for name, tab in zip(names, st.tabs([text(f"app.need_tab.{name}") for name in names]), strict=True):
        with tab:
            PARTS[name](answers)
