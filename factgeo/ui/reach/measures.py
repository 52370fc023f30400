"""The three measures of reach, one at a time: its figure, its map, and what was published."""

from __future__ import annotations

import streamlit as st

from factgeo.language import number, percent, text, written
from factgeo.maps.reach import reach_map
from factgeo.planning.measure import WITHIN
from factgeo.reach import answers
from factgeo.reach.shares import Reach
from factgeo.report import labels
from factgeo.report import measure as measure_report
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.widgets import leaflet, report

QUALITY = {"planner": "estimate", "report-2017": "derived", "slide": "derived"}  # of the share, not of the classes


def show(whom: About) -> None:
    """The part of the page."""
    presets = [preset for preset in answers.PRESETS if preset != "planner" or whom.result]
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
        told = written(measure_report.figure(found.reach, after="."))
        key = (preset, *whom.key)
        reach_widgets.chart("measure", key, lambda: reach_map(found.reach, assets=leaflet.URL), told)
    reach_widgets.chapters_in_tabs(measure_report.report(found.reach).chapters)
    reach_widgets.take_home(found)


def _figure(found: Reach) -> None:
    persons = text("app_reach.of", persons=number(found.counted), population=number(found.population))
    tag = text(f"app_reach.quality.{QUALITY[found.preset]}")
    label = text("app_reach.counted", preset=text(labels.PRESETS[found.preset]))
    reach_widgets.figure(st, label, percent(found.share), f"{persons} · {tag}")
    st.markdown(reach_widgets.as_words(found.definition))


def _beside_published(found: Reach) -> None:
    """The published shares and those of the same classes here, and why the two differ."""
    report.table(measure_report.published_table(found))
    st.caption(reach_widgets.as_words(found.notes[0]))


def _within(found: Reach) -> None:
    """Shares within 30, 45, 60 and 90 minutes of the own base."""
    if not found.share_within:
        st.caption(text("app_reach.no_minutes"))
        return
    told = text("app_reach.within_help")
    for column, limit in zip(st.columns(len(WITHIN)), WITHIN, strict=True):
        column.metric(text("app_reach.within", limit=limit), percent(found.share_within[limit]), help=told)
