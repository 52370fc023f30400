"""Dekning: how many are reached, who is not, what the figure rests on, today's teams, fairness and potential."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from factgeo.ui import (
    about,
    desk,
    fairness_part,
    left_out_part,
    measures_part,
    potential_part,
    sensitivity_part,
    today_part,
)
from factgeo.ui.about import About
from factgeo.ui.reach_widgets import pick

PARTS: dict[str, Callable[[About], None]] = {
    "measures": measures_part.show,
    "left_out": left_out_part.show,
    "sensitivity": sensitivity_part.show,
    "today": today_part.show,
    "fairness": fairness_part.show,
    "potential": potential_part.show,
}


def show() -> None:
    """The page: one part at a time, about the draft or an area."""
    now = desk.current()
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        part = pick(st.segmented_control, "part", list(PARTS), label_visibility="collapsed", required=True)
    with right:
        scope = about.scope(now)
    whom = about.of(scope, now)
    if whom is not None:
        PARTS[part](whom)
