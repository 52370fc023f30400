"""The draft on its map: what a click does, and which layers are seen."""

from __future__ import annotations

import streamlit as st
from streamlit_folium import st_folium

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.language import text
from factgeo.maps import ground as map_ground
from factgeo.maps import live as live_map
from factgeo.maps import potential as potential_map
from factgeo.maps.ground import Ground
from factgeo.maps.live import Picture
from factgeo.maps.palette import colours
from factgeo.planning import draft
from factgeo.planning.result import Result
from factgeo.reach import potential
from factgeo.ui.draft import panel as edit_panel
from factgeo.ui.session import desk, work
from factgeo.ui.widgets import choice, leaflet

KEY, ANSWERED, COLOURS = "draft-map", "answered-click", f"{desk.OF_DRAFT}colours"
HEIGHT = 440  # pixels
CHOOSE = ""  # stands for no team among what a click does
MODE, SHOWN = f"{desk.OF_DRAFT}click-mode", "shown-layers"


def show(result: Result) -> None:
    """The map with its switches."""
    ground = _ground(result.plan.area.name, result.plan.area.units, work.atlas().digest, work.atlas())
    layers = _chosen_layers(result)
    locked = draft.locked_units(result.plan)
    kept = draft.locked_teams(result.plan)
    locked |= {unit for c in result.plan.catchments if c.team_id in kept for unit in c.units}
    drawn = live_map.base_map(ground, assets=leaflet.URL, files=leaflet.GROUNDS_URL)
    painted = live_map.paint(
        ground, result, colours=_colours(result), selected=st.session_state.get(edit_panel.UNIT), locked=locked,
        layers=layers, potential=_potential(ground, result) if "potential" in layers else None,
    )  # fmt: skip
    st_folium(
        drawn, feature_group_to_add=painted, key=KEY, height=HEIGHT, use_container_width=True, returned_objects=[],
        render=False,
    )  # fmt: skip
    _switches(result)
    st.caption(text("app.map.alternative"))


@st.cache_resource(show_spinner=False, max_entries=30)
def _ground(name: str, units: tuple[str, ...], digest: str, _atlas: Atlas) -> Ground:  # noqa: ARG001 - part of the key
    return map_ground.ground(_atlas, Area(name, units), leaflet.GROUNDS)


def newly_clicked() -> str | None:
    """The unit of a click that was not answered before; None without one."""
    click = live_map.clicked(st.session_state.get(KEY))
    if click is None or click.at == st.session_state.get(ANSWERED):
        return None
    st.session_state[ANSWERED] = click.at
    return click.unit


def moving_to(result: Result) -> str | None:
    """The team that clicks move units to; None where they choose."""
    team_id = st.session_state.get(MODE, CHOOSE)
    return team_id if any(catchment.team_id == team_id for catchment in result.plan.catchments) else None


def choose_click(result: Result) -> None:
    """What a click on the map does."""
    moves = {team.team_id: text("app.map.move_to", team=edit_panel.called(team)) for team in result.figures.teams}
    choice.pick(
        text("app.map.click"), {CHOOSE: text("app.map.choose"), **moves}, MODE, help=text("app.map.click_help"),
        label_visibility="collapsed",
    )  # fmt: skip


def _possible_layers(result: Result) -> list[live_map.Layer]:
    """The layers that there can be; the potential is computed when it is switched on."""
    there = {*live_map.layers_of(result), "potential"}
    return [layer for layer in live_map.LAYERS if layer in there]


def _chosen_layers(result: Result) -> list[live_map.Layer]:
    """The layers that are switched on; the choice stays when the plan is edited."""
    chosen = st.session_state.setdefault(SHOWN, list(live_map.FIRST_LAYERS))
    return [layer for layer in _possible_layers(result) if layer in chosen]


def _potential(ground: Ground, result: Result) -> Picture | None:
    """Who lives within reach of each place of the area, as a picture; None while it is being computed."""
    rules, area = result.plan.settings, ground.area
    asked = potential.rules(rules)
    found = work.ask(
        "potential", (area, desk.whole_digest(rules)), lambda _: potential.of_area(work.atlas(), area, rules, asked)
    )
    if found is None or ground.grid is None:
        return None
    title = text("potential.map.residents", limit=asked.reach)
    return live_map.picture_of_cells(
        ground.grid, potential_map.classes(found), title, potential_map.class_colours(asked)
    )


def _switches(result: Result) -> None:
    """A switch for each layer, below the map."""
    st.pills(
        text("app.map.layers"), _possible_layers(result), selection_mode="multi", format_func=live_map.layer_name,
        label_visibility="collapsed", key=SHOWN,
    )  # fmt: skip
    if "background" in st.session_state[SHOWN]:
        st.caption(text("app.map.background_note"))


def _colours(result: Result) -> dict[str, str]:
    """The colour of each team, kept from edit to edit."""
    before: dict[str, str] | None = st.session_state.get(COLOURS)
    found = colours(result, like=before)
    st.session_state[COLOURS] = found
    return found
