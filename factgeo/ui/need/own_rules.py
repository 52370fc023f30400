"""Laying a planner's own figures on the desk."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from factgeo import settings
from factgeo.atlas.parameters import OWN_TABLES
from factgeo.errors import FactgeoError
from factgeo.people import need
from factgeo.settings import Settings
from factgeo.ui.need.asked import Asked
from factgeo.ui.prose import as_typed
from factgeo.ui.session import desk


def use(changed: Settings, asked: Asked) -> None:
    """Draw the page by changed rules, if the library takes them; else say why not, and leave the desk as it is."""
    try:
        settings.load(start=changed)
        need.assess(asked.atlas, asked.area, changed)
    except FactgeoError as error:
        st.error(as_typed(str(error)))
        return
    put(changed, asked)
    st.rerun()


def put(changed: Settings, asked: Asked) -> None:
    """Lay own figures on the desk and under every step of the draft, for they are no edit of the plan."""
    own = {name: getattr(changed, name) for name in OWN_TABLES}
    history = asked.desk.history
    if history is not None:
        steps = tuple(
            replace(step, plan=replace(step.plan, settings=step.plan.settings.model_copy(update=own)))
            for step in history.steps
        )
        history = replace(history, steps=steps)
    desk.put(replace(asked.desk, rules=asked.desk.rules.model_copy(update=own), history=history))
