"""Who lives within reach of a place, or of the area's best places."""

from __future__ import annotations

import streamlit as st

from factgeo.atlas import places
from factgeo.export import potential as potential_files
from factgeo.language import text
from factgeo.maps import potential as potential_map
from factgeo.progress import Tell
from factgeo.reach import potential
from factgeo.reach.potential import AreaPotential, PlacePotential
from factgeo.report import potential as potential_report
from factgeo.ui import prose
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.reach.about import About
from factgeo.ui.session import desk, work
from factgeo.ui.widgets import leaflet


def show(whom: About) -> None:
    """The part of the page."""
    typed = st.text_input(
        text("app_reach.place"), help=text("app_reach.place_help"), placeholder=text("app_reach.place_first"),
        max_chars=80, width=420, key="reach-place",
    ).strip()  # fmt: skip
    if typed:
        _of_place(whom, typed)
    else:
        _of_area(whom)


def _of_place(whom: About, typed: str) -> None:
    place = places.resolve(typed, work.atlas())
    asked = potential.rules(whom.rules)
    key = (place, desk.whole_digest(whom.rules))
    found = work.ask("potential", key, lambda _: potential.of_place(work.atlas(), place, whom.rules, asked))
    if found is None:
        return
    _figures_within(found)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(prose.bullets(potential_report.place_lines(found)[1:]))
    with right:
        reach_widgets.chart(
            "potential", key, lambda: potential_map.place_map(found, assets=leaflet.URL),
            text("app_reach.map.place", place=place.name),
        )  # fmt: skip
    reach_widgets.later_chapters(potential_report.place_markdown(found))
    reach_widgets.download("potential", "potential", lambda: potential_files.of_place(found))


def _figures_within(found: PlacePotential) -> None:
    rows = zip(found.rules.minutes, found.place.residents, found.place.target_group, strict=True)
    for column, (limit, residents, group) in zip(st.columns(len(found.rules.minutes)), rows, strict=True):
        reach_widgets.figure(
            column, text("app_reach.within", limit=limit), potential_report.shown(residents),
            text("app_reach.target", target=potential_report.shown(group.central)), text("app_reach.potential_help"),
        )  # fmt: skip


def _of_area(whom: About) -> None:
    asked, key = potential.rules(whom.rules), (whom.area, desk.whole_digest(whom.rules))
    found = work.ask("potential", key, lambda tell: _area_potential(whom, tell))
    if found is None:
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(prose.bullets(potential_report.area_lines(found)))
    with right:
        reach_widgets.chart(
            "potential", key, lambda: potential_map.area_map(found, assets=leaflet.URL),
            text("app_reach.map.area", area=whom.area.name, limit=asked.reach),
        )  # fmt: skip
    reach_widgets.later_chapters(potential_report.area_markdown(found))
    reach_widgets.download("potential", "potential", lambda: potential_files.of_area(found))


def _area_potential(whom: About, tell: Tell) -> AreaPotential:
    def told() -> None:
        tell(text("progress.potential"))

    return potential.of_area(work.atlas(), whom.area, whom.rules, potential.rules(whom.rules), told)
