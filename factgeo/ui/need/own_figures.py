"""A planner's own figures: values in place of cited ones, what the teams are, local counts and a projection."""

from __future__ import annotations

import streamlit as st

from factgeo.atlas import parameters
from factgeo.language import text
from factgeo.ui.need import local_counts as local_counts_part
from factgeo.ui.need import own_rules
from factgeo.ui.need import own_values as own_values_part
from factgeo.ui.need import projection as projection_part
from factgeo.ui.need import team_kind as team_kind_part
from factgeo.ui.need.asked import Answers
from factgeo.ui.session import own_files


def show(answers: Answers) -> None:
    """Show the part, also if the need cannot be computed: a wrong value is mended here."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(text("app.need.values"), anchor=False)
        own_values_part.show(answers)
        with st.expander(text("app.need.work")):
            team_kind_part.show(answers)
        with st.expander(text("app.need.file")):
            _file(answers)
    with right:
        st.subheader(text("app.need.local"), anchor=False)
        local_counts_part.show(answers)
        st.subheader(text("app.need.projection"), anchor=False)
        projection_part.show()


def _file(answers: Answers) -> None:
    """Own values from a file of settings."""
    rules = answers.asked.rules
    given = own_files.ask("own_values", ("toml",), lambda path: parameters.read_own(path, rules))
    if given is not None:
        own_rules.use(given, answers.asked)
