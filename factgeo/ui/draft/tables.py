"""The draft as tables: its teams, and its units."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from factgeo.language import number, percent, text
from factgeo.planning.result import Result
from factgeo.ui import prose
from factgeo.ui.draft import panel as edit_panel
from factgeo.ui.session import work
from factgeo.ui.widgets import choice, tables

RANGE = "{}\N{WORD JOINER}–\N{WORD JOINER}{}"  # not broken over two lines
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
    limit = number(result.plan.settings.travel.minutes)
    names = result.atlas.units["name"]
    return pd.DataFrame(
        {
            "team_id": prose.as_typed(team.team_id),
            "name": prose.as_typed(team.name),
            "units": ", ".join(names[unit] for unit in catchment.units),
            "service": text(f"service.{team.service}"),
            "teams": team.teams,
            "population": team.population,
            "adults": team.adults,
            "target": team.target_group.central,
            "target_range": RANGE.format(number(team.target_group.low), number(team.target_group.high)),
            "median_min": team.travel.median_min,
            "p95_min": team.travel.p95_min,
            "share_within_60": team.travel.share_within[60],
            "flags": ", ".join(text(f"flag.{flag}", limit=limit) for flag in team.flags),
        }
        for team, catchment in zip(result.figures.teams, result.plan.catchments, strict=True)
    )


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
