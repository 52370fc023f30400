"""Dekning: how many are reached, who is not, what the figure rests on, today's teams, fairness and potential."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from factgeo.ui.reach import about
from factgeo.ui.reach import fairness as fairness_part
from factgeo.ui.reach import left_out as left_out_part
from factgeo.ui.reach import measures as measures_part
from factgeo.ui.reach import potential as potential_part
from factgeo.ui.reach import sensitivity as sensitivity_part
from factgeo.ui.reach import today as today_part
from factgeo.ui.reach.about import About
from factgeo.ui.reach.widgets import pick
from factgeo.ui.session.desk import Desk

PARTS: dict[str, Callable[[About], None]] = {
    "measures": measures_part.show,
    "left_out": left_out_part.show,
    "sensitivity": sensitivity_part.show,
    "today": today_part.show,
    "fairness": fairness_part.show,
    "potential": potential_part.show,
}


def show(now: Desk | None) -> None:
    """The page: one part at a time, about the draft or an area."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        part = pick(st.segmented_control, "part", list(PARTS), label_visibility="collapsed", required=True)
    with right:
        scope = about.scope(now)
    whom = about.of(scope, now)
    if whom is not None:
        PARTS[part](whom)
