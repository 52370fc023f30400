"""Where should teams be? Choose an area, and see the proposed catchments."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit_folium import st_folium

from factgeo import areas, language, maps, measure, summary
from factgeo.errors import FactgeoError
from factgeo.language import number, percent, text
from factgeo.pack import Atlas
from factgeo.pipeline import Result
from factgeo.ui import choice, frame, leaflet, work

MAP_HEIGHT = 600  # pixels
MANY = 12  # rows from which a list scrolls in a frame of its own
RANGE = "{}\N{WORD JOINER}–\N{WORD JOINER}{}"  # not broken over two lines
SORTS = ("team_id", "population", "median_min", "share_within_60")


def show() -> None:
    """The page; what the user can put right appears as one sentence."""
    st.write(text("app.plan.intro"))
    try:
        data = work.atlas()
        choice.area(data)
        asked = st.session_state.get(choice.ASKED)
        if asked is not None:
            _show_result(work.plan(asked), data)
    except FactgeoError as error:
        st.error(str(error))


def _show_result(result: Result, data: Atlas) -> None:
    plan, figures = result.plan, result.figures
    drawn = maps.plan_map(data, result, assets=leaflet.URL)  # first, so that no old map stands below a new name
    st.subheader(plan.area.name, divider="gray", anchor=False)
    st.write(text("summary.people", population=number(figures.population), adults=number(figures.adults)))
    if not plan.catchments:
        st.warning(summary.lines(result)[0])
    _key_figures(result)
    left, right = st.columns([3, 1])
    with left:
        st_folium(drawn, key="map", height=MAP_HEIGHT, use_container_width=True, returned_objects=[])
        st.caption(text("app.map.alternative"))
    with right:
        _reach(result)
        _proof(result)
    if plan.catchments:
        _teams(result, data)
    _unserved(result, data)
    _background(result, data)


def _key_figures(result: Result) -> None:
    figures = result.figures
    shown = {
        "served": (percent(figures.served), "derived"),
        "within": (percent(figures.share_within[60]), "estimate"),
        "mean": (text("app.minutes", minutes=summary.minutes(figures.mean_min)), "estimate"),
        "catchments": (number(len(figures.teams)), "proposal"),
        "teams": (number(sum(team.teams for team in figures.teams)), "proposal"),
    }
    for column, (name, (value, quality)) in zip(st.columns(len(shown)), shown.items(), strict=True):
        label, told = text(f"app.figure.{name}"), text(f"app.figure_help.{name}")
        tag = text(f"app.quality.{quality}")
        column.metric(label, value, tag, delta_color="off", delta_arrow="off", help=told, border=True)


def _reach(result: Result) -> None:
    """Shares within 30, 45, 60 and 90 minutes."""
    st.subheader(text("app.reach.title"), anchor=False)
    for limit in measure.WITHIN:
        share = result.figures.share_within[limit]
        st.progress(share, text=text("app.reach.within", limit=limit, share=percent(share)))
    st.caption(text("app.reach.note"))


def _proof(result: Result) -> None:
    st.subheader(text("app.proof.title"), anchor=False)
    st.write(summary.proof_sentence(result.plan))


@st.fragment
def _teams(result: Result, data: Atlas) -> None:
    frame.use_language()
    title, order, download = st.columns([3, 2, 2], vertical_alignment="bottom")
    title.subheader(text("app.teams.title"), anchor=False)
    table = teams_table(result, data)
    with order:
        by = st.selectbox(text("app.teams.sort"), SORTS, format_func=lambda key: text(f"app.sort.{key}"))
    with download:
        name = f"{areas.slug(result.plan.area)}.zip"
        st.download_button(text("app.teams.download"), lambda: work.files(result), name, "application/zip",
                           on_click="ignore", help=text("app.teams.download_help"), width="stretch")  # fmt: skip
    ordered = table.sort_values(by, ascending=by in ("team_id", "share_within_60"), kind="stable")
    with _frame(len(table)):
        st.table(_written(ordered), hide_index=True, border="horizontal")
    st.caption(text("app.teams.note"))


def teams_table(result: Result, data: Atlas) -> pd.DataFrame:
    """One row per team as the library measured it; minutes are decimal numbers, shares 0-1."""
    limit = number(result.plan.settings.travel.minutes)
    return pd.DataFrame(
        {
            "team_id": team.team_id,
            "name": team.name,
            "units": ", ".join(data.units.loc[list(catchment.units), "name"]),
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


def _written(table: pd.DataFrame) -> Styler:
    """The table with headings in words and numbers as the language writes them."""
    lang = language.in_use()  # cells are written later, perhaps elsewhere
    headings = {column: text(f"app.column.{column}") for column in table.columns}
    formats = {
        **dict.fromkeys(("teams", "population", "adults", "target"), lambda value: number(value, lang=lang)),
        **dict.fromkeys(("median_min", "p95_min"), lambda value: "–" if pd.isna(value) else number(value, lang=lang)),
        "share_within_60": lambda value: percent(value, 0, lang=lang),
    }
    return table.rename(columns=headings).style.format({headings[column]: write for column, write in formats.items()})


def _unserved(result: Result, data: Atlas) -> None:
    """Every unit without a team, with its reason."""
    st.subheader(text("app.unserved.title"), anchor=False)
    entries = result.plan.unserved
    if not entries:
        st.write(text("summary.all_served"))
        return
    with _frame(len(entries)):
        st.markdown("\n".join(f"- {summary.unserved_sentence(entry, result, data)}" for entry in entries))


def _background(result: Result, data: Atlas) -> None:
    """Rules, sources, quality and the publishers' names."""
    st.subheader(text("app.background.title"), anchor=False)
    with st.expander(text("summary.rules")):
        st.markdown(summary.rules(result.plan.settings, result.atlas))
    with st.expander(text("app.quality.title")):
        st.markdown("\n".join(f"- {text(f'app.quality_of.{each}')}" for each in ("measured", "derived", "estimate")))
    with st.expander(text("summary.sources")):
        st.markdown(summary.sources(data, result.plan.settings))
    st.caption("  \n".join(summary.attribution()))


def _frame(rows: int) -> st.delta_generator.DeltaGenerator:
    """A container that scrolls where there are many rows."""
    return st.container(height=520 if rows > MANY else "content", border=rows > MANY)
