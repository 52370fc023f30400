"""The worked example of a first visit: Sogn og Fjordane in three steps."""

from __future__ import annotations

import streamlit as st

from factgeo import settings
from factgeo.language import text
from factgeo.ui.session import desk
from factgeo.ui.session.desk import Desk

AREA = "hf:Helse Førde HF"
SLIDE = settings.configs_folder() / "examples" / "helse-forde-lysbilde.csv"
GUIDE = "guide"
STEPS = ("draft", "edit", "compare")


def offer() -> bool:
    """Offer the example; True when it was taken, and lies on the desk."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="guide"):
        st.markdown(text("app.example.offer"))
        if not st.button(text("app.example.start")):
            return False
    st.session_state[GUIDE] = True
    desk.put(Desk(AREA, settings.load()))
    return True


def guide(step: str) -> None:
    """Tell what to do at this step, as long as the example lasts."""
    if not st.session_state.get(GUIDE):
        return
    with st.container(border=True, key="guide"):
        told, end = st.columns([5, 1], vertical_alignment="center")
        told.markdown(text(f"app.example.{step}", step=STEPS.index(step) + 1, steps=len(STEPS)))
        if end.button(text("app.example.end"), key=f"end-{step}", width="stretch"):
            del st.session_state[GUIDE]
            st.rerun()
