"""Reach of today's listed teams, by three readings of their names."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from factgeo.language import number, percent, text, written
from factgeo.maps.reach import reach_map
from factgeo.progress import Tell
from factgeo.reach import today as reach_today
from factgeo.reach.answers import READINGS
from factgeo.reach.shares import Reach
from factgeo.reach.today import Today
from factgeo.report import labels
from factgeo.report import today as today_report
from factgeo.ui import prose
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.session import work
from factgeo.ui.widgets import leaflet, report
from factgeo.ui.widgets import report as report_widget


def show(whom: About) -> None:
    """The part of the page."""
    found = work.ask("today", whom.key, lambda tell: _readings(whom, tell))
    measured = about.report(whom, whom.preset)
    if found is None or measured is None:
        return
    for column, each in zip(st.columns(len(found)), found, strict=True):
        reach_widgets.figure(
            column, prose.sentence(text(labels.READING_NAMES[each.reading])), percent(each.share, 0),
            text("app_reach.quality.estimate"),
            text(f"app_reach.reading_told.{each.reading}", minutes=number(each.minutes)),
        )  # fmt: skip
    left, right = st.columns([2, 3], gap="medium")
    with left:
        reading = reach_widgets.pick(st.radio, "reading", READINGS, horizontal=True)
        chosen = next(each for each in found if each.reading == reading)
        st.markdown(f"**{prose.sentence(text('app_reach.lacking', count=number(len(chosen.lacking))))}**")
        report_widget.table(today_report.lacking_table(chosen))
    with right:
        _map(whom, measured.reach if whom.result else None, (chosen, *(each for each in found if each != chosen)))
    parts = today_report.parts_tables(found)
    for tab, table in zip(st.tabs([written(table.columns[0].heading) for table in parts]), parts, strict=True):
        with tab:
            report.table(table)
    told = replace(measured, today=found)
    reach_widgets.chapter(told, "today")
    reach_widgets.take_home(told)


def _map(whom: About, draft: Reach | None, readings: tuple[Today, ...]) -> None:
    """The listed teams by the first reading; the draft's own reach can be looked at instead."""
    reading = readings[0].reading
    reach_widgets.chart(
        "today", (reading, *whom.key),
        lambda: reach_map(draft, today=readings, first="today", assets=leaflet.URL),
        text("app_reach.map.today", reading=text(labels.READING_NAMES[reading])),
    )  # fmt: skip


def _readings(whom: About, tell: Tell) -> tuple[Today, ...]:
    tell(text("progress.reach"))
    return tuple(reach_today.today(work.atlas(), whom.area, whom.rules, each) for each in READINGS)
