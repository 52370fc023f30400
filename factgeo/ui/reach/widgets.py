"""What the parts of the page Dekning are made of: choices, maps, tables, chapters, and the folder to take home."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from factgeo.atlas import areas
from factgeo.export import reach as reach_files
from factgeo.export.folder import Folder
from factgeo.language import Words, text, written
from factgeo.maps.offline import Map
from factgeo.progress import Tell
from factgeo.reach.answers import ReachReport
from factgeo.report import reach as reach_report
from factgeo.report import rules as rules_report
from factgeo.report.content import Chapter, Report
from factgeo.ui import prose
from factgeo.ui.session import work
from factgeo.ui.widgets import leaflet, packed, report

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


def as_words(words: Words) -> str:
    """Words in the language in use, on which no markup acts."""
    return prose.as_typed(written(words))


def chapter(found: ReachReport, key: str) -> None:
    """The sentences of a chapter of the report, where it has one; its tables stand elsewhere on the page."""
    content = reach_report.report(found).chapter(key)
    if content:
        headed(replace(content, blocks=content.sentences))


def headed(content: Chapter) -> None:
    """A chapter and those below it, each under a header of the page."""
    st.header(as_words(content.heading), anchor=False)
    report.blocks(content.blocks)
    for below in content.chapters:
        headed(below)


def chapters_in_tabs(chapters: Sequence[Chapter]) -> None:
    """Chapters, each in a tab of its own."""
    for tab, content in zip(st.tabs([written(each.heading) for each in chapters]), chapters, strict=True):
        with tab:
            report.blocks(content.blocks)


def chapters(content: Report) -> None:
    """The chapters of a report whose answer is on the screen already."""
    for each in content.chapters:
        headed(each)


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
