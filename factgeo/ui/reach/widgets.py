"""What the parts of the page Dekning are made of: choices, maps, tables, chapters, and the folder to take home."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from factgeo.atlas import areas
from factgeo.export import reach as reach_files
from factgeo.export.folder import Folder
from factgeo.language import text
from factgeo.maps.offline import Map
from factgeo.progress import Tell
from factgeo.report import reach as reach_report
from factgeo.report import rules as rules_report
from factgeo.report.reach import ReachReport
from factgeo.ui import prose
from factgeo.ui.session import work
from factgeo.ui.widgets import leaflet, packed, report, tables

MAP_HEIGHT = 470  # pixels


def pick(widget: Callable[..., Any], name: str, options: Sequence[str], *, own: str = "", **how: object) -> str:
    """A choice that is kept when the language or the page changes; ``own`` is how the choice ``own`` is called."""
    key, kept = f"reach-{name}-{work.lang()}", f"reach-{name}"
    if st.session_state.get(key) not in options:
        before = st.session_state.get(kept)
        st.session_state[key] = before if before in options else options[0]
    labels = {each: own if each == "own" else text(f"app_reach.{name}_of.{each}") for each in options}
    chosen = widget(
        text(f"app_reach.{name}"), options, format_func=labels.__getitem__, key=key,
        help=None if "label_visibility" in how else text(f"app_reach.{name}_help"), **how,
    )  # fmt: skip
    st.session_state[kept] = chosen
    return str(chosen)


def figure(place: Any, label: str, value: str, beside: str, told: str | None = None) -> None:  # noqa: ANN401 - a column
    """A figure with its tag, or whatever else stands below it."""
    place.metric(label, value, beside, delta_color="off", delta_arrow="off", border=True, help=told)


def chart(name: str, key: tuple[Hashable, ...], draw: Callable[[], Map], told: str) -> None:
    """A map that all sessions share, with a sentence below; each shows a copy, for showing changes it."""

    def call(tell: Tell) -> Map:
        tell(text("app_reach.drawing"))
        return draw()

    drawn = work.ask("map", (name, work.lang(), *key), call)
    if drawn is None:
        return
    leaflet.show(copy.deepcopy(drawn), told, key=f"reach-{name}", height=MAP_HEIGHT)
    st.caption(f"{prose.as_typed(told)} {text('app_reach.map.tables')}")


def table(columns: dict[str, object]) -> pd.DataFrame:
    """Columns with their headings in words."""
    return pd.DataFrame({_heading(name): values for name, values in columns.items()})


def _heading(name: str) -> str:
    if name.startswith("within_"):
        return text("app_reach.column.within", limit=name.removeprefix("within_"))
    return text(f"app_reach.column.{name}")


def chapter(found: ReachReport, name: str) -> None:
    """A chapter of the library's report, where it has one."""
    heading = text(f"reach.chapter.{name}")
    told = prose.chapters(reach_report.markdown(found)).get(heading)
    if told:
        st.header(heading, anchor=False)
        st.markdown(prose.safe(told.partition("\n\n|")[0]))  # tables stand elsewhere on the page


def chapters_in_tabs(page: str) -> None:
    """All chapters of a page, the long ones in frames that scroll."""
    chapters = prose.chapters(page)
    for tab, told in zip(st.tabs(list(chapters)), chapters.values(), strict=True):
        with tab, st.container(height=tables.HEIGHT if told.count("\n") > tables.MANY + 2 else "content", border=False):
            st.markdown(prose.safe(told))


def later_chapters(page: str) -> None:
    """The chapters after the first, which is on the screen already."""
    for heading, told in list(prose.chapters(page).items())[1:]:
        st.header(prose.safe(heading), anchor=False)
        st.markdown(prose.safe(told))


def take_home(found: ReachReport) -> None:
    """The folder of a reach as a zip, and the sources."""
    name = f"reach-{areas.slug(found.reach.area)}"
    download("reach", name, lambda: reach_files.folder(found))
    with st.expander(text("summary.sources")):
        report.blocks(rules_report.sources(found.reach.atlas, found.reach.settings))


def download(kind: str, name: str, make: Callable[[], Folder]) -> None:
    """A folder as a zip, written when somebody asks for it."""
    st.download_button(
        text("app_reach.download"), packed.later(name, make), f"{name}.zip", "application/zip", on_click="ignore",
        help=text(f"app_reach.download_help.{kind}"), icon=":material/download:",
    )  # fmt: skip
