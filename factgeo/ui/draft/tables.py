"""The draft as tables: its teams, and its units."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from factgeo.language import number, percent, text, written
from factgeo.planning.result import Result
from factgeo.report import columns
from factgeo.ui import prose
from factgeo.ui.draft import panel as edit_panel
from factgeo.ui.session import work
from factgeo.ui.widgets import choice, tables

RANGE = "{}\N{WORD JOINER}–\N{WORD JOINER}{}"  # not broken over two lines
COLUMNS = (
    "team_id", "name", "units", "service", "teams", "population", "adults", "target", "target_range", "median_min",
    "p95_min", "share_within_60", "flags",
)  # fmt: skip
SORTS = ("team_id", "population", "median_min", "share_within_60")


def show(result: Result) -> None:
    """The tables of the page."""
    if result.plan.catchments:
        st.header(text("app.teams.title"), anchor=False)
        by = st.selectbox(text("app.teams.sort"), SORTS, format_func=lambda key: text(f"app.sort.{key}"), width=300)
        table = teams_table(result)
        tables.show(_written(table.sort_values(by, ascending=by in ("team_id", "share_within_60"), kind="stable")))
        st.caption(text("app.teams.note"))
    with st.expander(text("app.units.title")):
        _units(result)


def teams_table(result: Result) -> pd.DataFrame:
    """One row per team as the library measured it; minutes are decimal numbers, shares 0-1."""
    return pd.DataFrame(map(_row, columns.teams(result)), columns=COLUMNS)


def _row(team: columns.Team) -> dict[str, object]:
    said = {
        key: written(columns.said(columns.TEAM, team, key)) for key in ("team_id", "name", "units", "service", "flags")
    }
    measured = {key: columns.TEAM[key].of(team) for key in COLUMNS if key in columns.TEAM and key not in said}
    named = {key: prose.as_typed(said[key]) for key in ("team_id", "name")}
    group = team.figures.target_group
    span = RANGE.format(number(group.low), number(group.high))
    return {**said, **measured, **named, "target": group.central, "target_range": span}


def _written(table: pd.DataFrame) -> pd.DataFrame:
    """The table with headings in words."""
    shown = table.assign(share_within_60=[percent(share, 0) for share in table["share_within_60"]])
    return shown.rename(columns={column: text(f"app.column.{column}") for column in table.columns})


def _units(result: Result) -> None:
    """Every unit with its team; a click on a row chooses the unit for the panel."""
    table, area = units_table(result), result.plan.area.units
    shown = table.drop(columns="unit_code")
    shown = shown.rename(columns={column: text(f"app.column.{column}") for column in shown.columns})
    st.caption(text("app.units.choose"))
    key = f"units-{hash(area)}-{work.lang()}"

    def choose() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            st.session_state[edit_panel.UNIT] = table["unit_code"].iloc[rows[0]]

    st.dataframe(
        shown, hide_index=True, on_select=choose, selection_mode="single-row", height=tables.HEIGHT, key=key
    )  # fmt: skip


def units_table(result: Result) -> pd.DataFrame:
    """One row per unit of the area, in Norwegian order; minutes are means over the residents who can be reached."""
    people, names = result.atlas.population, result.atlas.units["name"]
    base_of = result.plan.base_of()
    team_of = {u: team for team, c in zip(result.figures.teams, result.plan.catchments, strict=True) for u in c.units}
    rows = []
    for unit in sorted(result.plan.area.units, key=lambda unit: choice.order(names[unit])):
        team = team_of.get(unit)
        mean = result.journeys.mean_min(base_of[unit], unit) if team else None
        rows.append(
            {
                "unit_code": unit,
                "unit": names[unit],
                "population": int(people.at[unit, "persons"]),
                "adults": int(people.at[unit, "adults"]),
                "team": edit_panel.called(team) if team else text("app.panel.nobody"),
                "mean_min": mean,
            }
        )
    return pd.DataFrame(rows)
