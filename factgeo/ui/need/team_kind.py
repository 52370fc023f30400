"""What the teams are, and their working time."""

from __future__ import annotations

import streamlit as st

from factgeo.language import text
from factgeo.ui.need import own_rules
from factgeo.ui.need.asked import Answers

MODELS = ("fact", "act")


def show(answers: Answers) -> None:
    """The form."""
    asked = answers.asked
    now = asked.rules.capacity_need
    with st.form("form-work"):
        model = st.radio(
            text("app.need.model"), MODELS, MODELS.index(now.model), format_func=str.upper, horizontal=True,
            help=text("app.need.model_help"), key="need-model",
        )  # fmt: skip
        hours = st.number_input(
            text("app.need.hours_per_week"), 20.0, 45.0, now.hours_per_week, 0.5, format="%g",
            help=text("app.need.work_help"), key="need-hours",
        )  # fmt: skip
        weeks = st.number_input(
            text("app.need.weeks_per_year"), 30.0, 52.0, now.weeks_per_year, 1.0, format="%g",
            help=text("app.need.work_help"), key="need-weeks",
        )  # fmt: skip
        pressed = st.form_submit_button(text("app.need.use_value"))
    if pressed:
        changed = now.model_copy(update={"model": model, "hours_per_week": hours, "weeks_per_year": weeks})
        own_rules.use(asked.rules.model_copy(update={"capacity_need": changed}), asked)
