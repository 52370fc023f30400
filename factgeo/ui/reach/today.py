"""Reach of today's listed teams, by three readings of their names."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from factgeo.language import number, percent, text
from factgeo.maps.reach import reach_map
from factgeo.progress import Tell
from factgeo.reach import measures as reach_measures
from factgeo.reach.measures import Reach, Today
from factgeo.report import measure as measure_report
from factgeo.report.reach import READINGS
from factgeo.ui import prose
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.session import work
from factgeo.ui.widgets import leaflet, tables


def show(whom: About) -> None:
    """The part of the page."""
    found = work.ask("today", whom.key, lambda tell: _readings(whom, tell))
    measured = about.report(whom, whom.preset)
    if found is None or measured is None:
        return
    for column, each in zip(st.columns(len(found)), found, strict=True):
        reach_widgets.figure(
            column, prose.sentence(text(measure_report.READING_NAMES[each.reading])), percent(each.share, 0),
            text("app_reach.quality.estimate"),
            text(f"app_reach.reading_told.{each.reading}", minutes=number(each.minutes)),
        )  # fmt: skip
    left, right = st.columns([2, 3], gap="medium")
    with left:
        reading = reach_widgets.pick(st.radio, "reading", READINGS, horizontal=True)
        chosen = next(each for each in found if each.reading == reading)
        st.markdown(f"**{prose.sentence(text('app_reach.lacking', count=number(len(chosen.lacking))))}**")
        tables.show(lacking_table(chosen))
    with right:
        _map(whom, measured.reach if whom.result else None, (chosen, *(each for each in found if each != chosen)))
    names = [text(key) for key in measure_report.PARTS.values()]
    for tab, table in zip(st.tabs(names), measure_report.today_tables(found).split("\n\n"), strict=True):
        tab.markdown(prose.safe(table))
    told = replace(measured, today=found)
    reach_widgets.chapter(told, "today")
    reach_widgets.take_home(told)


def _map(whom: About, draft: Reach | None, readings: tuple[Today, ...]) -> None:
    """The listed teams by the first reading; the draft's own reach can be looked at instead."""
    reading = readings[0].reading
    reach_widgets.chart(
        "today", (reading, *whom.key),
        lambda: reach_map(draft, today=readings, first="today", assets=leaflet.URL),
        text("app_reach.map.today", reading=text(measure_report.READING_NAMES[reading])),
    )  # fmt: skip


def _readings(whom: About, tell: Tell) -> tuple[Today, ...]:
    tell(text("progress.reach"))
    return tuple(reach_measures.today(work.atlas(), whom.area, whom.rules, each) for each in READINGS)


def lacking_table(found: Today) -> pd.DataFrame:
    """Units that no listed team covers, those with most residents first."""
    units, persons = work.atlas().units.loc[list(found.lacking)], work.atlas().population["persons"]
    rows = reach_widgets.table({
        "unit": units["name"].tolist(),
        "dps": units["dps_name"].tolist(),
        "population": persons.loc[units.index].astype(int).tolist(),
    })  # fmt: skip
    return rows.sort_values(text("app_reach.column.population"), ascending=False, kind="stable")
