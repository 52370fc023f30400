"""Område: which area, which rules, and what to begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from factgeo.atlas import areas, teams
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import UnknownNameError
from factgeo.language import Phrase, number, text
from factgeo.planning import planfile
from factgeo.ui import prose
from factgeo.ui.area import rules
from factgeo.ui.session import desk, example, upload, work
from factgeo.ui.session.desk import Desk
from factgeo.ui.widgets import choice, tables

SLIDE_AREA = "hf:Helse Førde HF"
STARTS = ("proposal", "listed", "slide", "file")


def show(now: Desk | None, to_draft: Callable[[], None]) -> None:
    """The page; ``to_draft`` opens the next one."""
    data = work.atlas()
    if now is None and example.offer():
        to_draft()
    st.markdown(text("app.area.intro"))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header(text("app.area.where"), anchor=False)
        wanted = choice.area(data, now.area if now else None)
        st.header(text("app.area.rules"), anchor=False)
        chosen = rules.choose(now.rules if now else None)
        chosen = upload.rules(data, chosen)
    with right:
        _facts(areas.resolve(wanted, data), data)
        _begin(Desk(wanted, chosen, saved=desk.with_draft_aside(now)), data, to_draft)


def _facts(area: Area, data: Atlas) -> None:
    """Who lives there, and which teams are listed."""
    people = data.population.loc[list(area.units)]
    here = teams.list_teams(data, area)
    st.header(prose.as_typed(area.name), anchor=False)
    figures = {
        "persons": number(int(people["persons"].sum())),
        "adults": number(int(people["adults"].sum())),
        "units": number(len(area.units)),
        "listed": number(len(here)),
    }
    for column, (name, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(text(f"app.area_figure.{name}"), value, help=text(f"app.area_figure_help.{name}"))
    with st.expander(text("app.area.units")):
        shown = pd.DataFrame(
            {
                text("app.unit.name"): data.units.loc[people.index, "name"],
                text("app.unit.persons"): people["persons"],
                text("app.unit.adults"): people["adults"],
            }
        )
        tables.show(shown.sort_values(text("app.unit.persons"), ascending=False))
        st.caption(text("app.area.source", year=data.year))


def _begin(made: Desk, data: Atlas, to_draft: Callable[[], None]) -> None:
    """What the draft begins with, and the button that begins it."""
    st.header(text("app.area.start"), anchor=False)
    possible = [start for start in STARTS if start != "slide" or made.area == SLIDE_AREA]
    start = st.radio(
        text("app.area.start"), possible, format_func=lambda each: text(f"app.start.{each}"),
        captions=[text(f"app.start_help.{each}") for each in possible], label_visibility="collapsed",
    )  # fmt: skip
    given = upload.plan(data) if start == "file" else None
    label = text("app.plan.propose") if start == "proposal" else text("app.area.open")
    if not st.button(label, type="primary", width="stretch", disabled=start == "file" and given is None):
        return
    work.forget_stopped()
    if start == "slide":
        given = planfile.read(example.SLIDE, data)
    if given is None:
        desk.put(replace(made, listed=start == "listed"))
    else:
        desk.put(replace(made, area=_typed(given.area, made.area, data), rules=given.settings))
        desk.open_plan(given, Phrase(f"app.step.{start}"))
    to_draft()


def _typed(area: Area, chosen: str, data: Atlas) -> str:
    """What :func:`factgeo.atlas.areas.resolve` reads as an area that a plan has; as it was chosen, if it was."""
    known = [f"{kind}:{area.name}" for kind in choice.KINDS if kind in areas.KINDS]
    for typed in (chosen, *known):
        try:
            if areas.resolve(typed, data).units == area.units:
                return typed
        except UnknownNameError:
            continue
    return " + ".join(area.units)
