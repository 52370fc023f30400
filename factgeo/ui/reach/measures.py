"""The three measures of reach, one at a time: its figure, its map, and what was published."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from factgeo.language import number, percent, text
from factgeo.maps.reach import reach_map
from factgeo.planning.measure import WITHIN
from factgeo.reach.measures import Reach
from factgeo.report import measure as measure_report
from factgeo.report import reach as reach_report
from factgeo.ui import prose
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.widgets import leaflet, tables

QUALITY = {"planner": "estimate", "report-2017": "derived", "slide": "derived"}  # of the share, not of the classes


def show(whom: About) -> None:
    """The part of the page."""
    presets = [preset for preset in reach_report.PRESETS if preset != "planner" or whom.result]
    preset = reach_widgets.pick(st.radio, "measure", presets, horizontal=True)
    found = about.report(whom, preset)
    if found is None:
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _figure(found.reach)
        _beside_published(found.reach)
        if whom.result is None:
            st.caption(text("app_reach.no_planner"))
    with right:
        _within(found.reach)
        told = prose.words(measure_report.lines(found.reach)[:1])
        key = (preset, *whom.key)
        reach_widgets.chart("measure", key, lambda: reach_map(found.reach, assets=leaflet.URL), told)
    reach_widgets.chapters_in_tabs(measure_report.markdown(found.reach))
    reach_widgets.take_home(found)


def _figure(found: Reach) -> None:
    persons = text("app_reach.of", persons=number(found.counted), population=number(found.population))
    tag = text(f"app_reach.quality.{QUALITY[found.preset]}")
    label = text("app_reach.counted", preset=text(measure_report.PRESETS[found.preset]))
    reach_widgets.figure(st, label, percent(found.share), f"{persons} · {tag}")
    st.markdown(prose.words([found.definition.text()]))


def _beside_published(found: Reach) -> None:
    """The published shares beside the same classes here, and why the two differ."""
    tables.show(published_table(found))
    st.caption(prose.words([note.text() for note in found.notes[:1]]))


def published_table(found: Reach) -> pd.DataFrame:
    """The four published shares and those of the same classes here."""
    here = text("app_reach.here_plan") if found.preset == "planner" else text("app_reach.here_dps")
    return pd.DataFrame(
        {
            text("reach.column.class"): text(f"app_reach.published.{each.case}"),
            text("reach.column.published"): percent(each.share, 0),
            here: percent(sum(own.share for own in found.classes if own.number in each.classes)),
        }
        for each in found.published
    )


def _within(found: Reach) -> None:
    """Shares within 30, 45, 60 and 90 minutes of the own base."""
    if not found.share_within:
        st.caption(text("app_reach.no_minutes"))
        return
    told = text("app_reach.within_help")
    for column, limit in zip(st.columns(len(WITHIN)), WITHIN, strict=True):
        column.metric(text("app_reach.within", limit=limit), percent(found.share_within[limit]), help=told)
