"""How evenly the minutes to the own team are shared."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from factgeo.language import number, text
from factgeo.planning.measure import WITHIN
from factgeo.reach.answers import ReachReport
from factgeo.reach.fairness import Inequality
from factgeo.ui.reach import about
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.widgets import tables


def show(whom: About) -> None:
    """The part of the page."""
    found = about.report_of_draft(whom)
    if found is None or found.fairness is None:
        return
    if found.fairness.inequality is None:
        st.caption(text("app_reach.no_index"))
    else:
        _indices(found.fairness.inequality)
    st.header(text("app_reach.centrality"), anchor=False)
    tables.show(centrality_table(found))
    st.caption(text("app_reach.centrality_how"))
    st.header(text("app_reach.by_unit"), anchor=False)
    tables.show(fairness_table(found))
    st.caption(text("app_reach.fair_how"))
    with st.expander(text("app_reach.in_words")):
        reach_widgets.chapter(found, "fair")
    reach_widgets.take_home(found)


def _indices(index: Inequality) -> None:
    shown = {
        "gini_people": number(index.gini_people, 2),
        "gini_units": number(index.gini_units, 2),
        "residents": number(index.residents),
        "without": number(index.without),
    }
    for column, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
        reach_widgets.figure(
            column, text(f"app_reach.index.{name}"), value, text("app_reach.quality.estimate"),
            text(f"app_reach.index_help.{name}"),
        )  # fmt: skip


def centrality_table(found: ReachReport) -> pd.DataFrame:
    """One row for each of SSB's classes of centrality in the area."""
    classes = found.fairness.centrality if found.fairness else ()
    return reach_widgets.table({
        "centrality": [each.centrality for each in classes],
        "units": [each.units for each in classes],
        "population": [each.population for each in classes],
        "mean": pd.Series([each.travel.mean_min for each in classes], dtype=float),
        **{f"within_{k}": [100 * each.travel.share_within[k] for each in classes] for k in WITHIN},
    })  # fmt: skip


def fairness_table(found: ReachReport) -> pd.DataFrame:
    """One row for each unit, those with the longest way first, and before them those without a team."""
    units = sorted(
        found.fairness.units if found.fairness else (),
        key=lambda unit: (unit.served, -(unit.travel.median_min or 0)),
    )
    return reach_widgets.table({
        "unit": [unit.name for unit in units],
        "centrality": [unit.centrality for unit in units],
        "population": [unit.population for unit in units],
        "median": pd.Series([unit.travel.median_min for unit in units], dtype=float),
        "p95": pd.Series([unit.travel.p95_min for unit in units], dtype=float),
        **{f"within_{k}": [100 * unit.travel.share_within[k] for unit in units] for k in WITHIN},
    })  # fmt: skip
