"""The map for drafting in a real browser: clicks find their unit, the view stays, nothing leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Frame, Page, expect

from browser import windows
from browser.windows import FIND
from factgeo.language import text
from factgeo.planning.result import Result

pytestmark = pytest.mark.browser

# a page with the map, its switches, and a button that gives the chosen unit to another team
SCRIPT = '''
import dataclasses
from pathlib import Path
import streamlit as st
import streamlit.components.v1 as components
from streamlit_folium import st_folium
from factgeo import settings
from factgeo.atlas import areas, pack
from factgeo.maps import live as live_map
from factgeo.maps import ground, palette
from factgeo.planning import pipeline
from factgeo.ui.widgets import leaflet

FILES = Path(__file__).parent / "files"
FILES.mkdir(exist_ok=True)
files = components.declare_component("ground", path=str(FILES))
st.set_page_config(layout="wide")

@st.cache_resource
def atlas():
    return pack.load()

@st.cache_resource
def first(name):
    area = areas.resolve(name, atlas())
    return pipeline.propose(atlas(), area, settings.load()), ground.ground(atlas(), area, FILES)

def moved(result, unit, colours):
    """The plan with a unit at another team, of another colour."""
    teams = result.plan.catchments
    old = next((k for k, team in enumerate(teams) if unit in team.units), -1)
    before = colours[teams[old].team_id] if old >= 0 else ""
    new = next(k for k, team in enumerate(teams) if colours[team.team_id] != before)
    kept = [tuple(sorted({*team.units, unit} if k == new else {*team.units} - {unit})) for k, team in enumerate(teams)]
    drawn = tuple(dataclasses.replace(team, units=units) for team, units in zip(teams, kept))
    left = tuple(each for each in result.plan.unserved if each.unit_code != unit)
    plan = dataclasses.replace(result.plan, catchments=drawn, unserved=left)
    return pipeline.measured(plan, result.atlas, result.journeys)

@st.fragment
def draft():
    state = st.session_state
    result, on = first(st.query_params.get("area", "Helse Førde"))
    result = state.setdefault("result", result)
    state["colours"] = palette.colours(result, state.get("colours"))
    click = live_map.clicked(state.get("map"))
    if click and click != state.get("answered"):
        state["answered"], state["selected"] = click, click.unit
    chosen = state.get("selected")
    left, right = st.columns([3, 1])
    with right:
        st.write(f"chosen: {chosen}")
        if st.button("move", disabled=chosen is None):
            state["result"] = moved(result, chosen, state['colours'])
            st.rerun(scope="fragment")
        locked = [chosen] if st.checkbox("lock") and chosen else []
        layers = [each for each in live_map.layers_of(result)
                  if st.checkbox(live_map.layer_name(each), each in live_map.FIRST_LAYERS, key=each)]
    with left:
        st_folium(live_map.base_map(on, assets=leaflet.URL, files=f"../{files.name}/"), key="map", height=600,
                  use_container_width=True, returned_objects=[], render=False,
                  feature_group_to_add=live_map.paint(on, result, colours=state["colours"], selected=chosen,
                                                      locked=locked, layers=layers))

draft()
'''


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with the map."""
    folder = tmp_path_factory.mktemp("live")
    script = folder / "app.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with windows.running(script, folder) as address:
        yield address


@pytest.fixture
def page(new_window: Callable[..., Page], app: str) -> Page:
    """The map as it opens."""
    window = new_window()
    window.goto(app)
    expect(window.frame_locator("iframe").locator(".factgeo-name")).to_have_count(4)
    return window


def frame_of(page: Page) -> Frame:
    return next(frame for frame in page.frames if "streamlit_folium" in frame.url)


def view(page: Page) -> object:
    return frame_of(page).evaluate("() => [map.getCenter().lat, map.getCenter().lng, map.getZoom()]")


def fill(page: Page, unit: str) -> str:
    return str(frame_of(page).evaluate(f"() => {{ {FIND} return find('{unit}').getElement().getAttribute('fill') }}"))


def click(page: Page, unit: str) -> None:
    """Click where the unit's sign would stand."""
    x, y = frame_of(page).evaluate(f"""() => {{ {FIND} const [lon, lat] = find('{unit}').feature.properties.at;
        const at = map.latLngToContainerPoint([lat, lon]); return [at.x, at.y] }}""")
    box = page.locator("iframe").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)


def test_each_click_chooses_its_unit_and_the_view_stays(page: Page, forde: Result) -> None:
    before = view(page)
    for unit in forde.plan.area.units[::4]:
        click(page, unit)
        page.get_by_text(f"chosen: {unit}", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("chosen: None", exact=True).wait_for()
    assert view(page) == before


def test_an_edit_paints_the_unit_anew_in_the_same_frame(page: Page) -> None:
    before, colour = view(page), fill(page, "4642")
    frame_of(page).evaluate("() => { window.same = true }")
    click(page, "4642")
    page.get_by_role("button", name="move").click()
    frame_of(page).wait_for_function(
        f"(old) => {{ {FIND} return find('4642').getElement().getAttribute('fill') !== old }}", arg=colour
    )
    assert frame_of(page).evaluate("() => window.same")
    assert view(page) == before


def test_switches_show_and_hide_layers(page: Page) -> None:
    frame = page.frame_locator("iframe")
    expect(frame.locator(".leaflet-population-pane img")).to_have_count(1)
    page.get_by_text(text("live_map.layer.minutes"), exact=True).click()
    expect(frame.locator(".factgeo-legend")).to_contain_text(text("live_map.minutes.never"))
    expect(frame.locator(".leaflet-population-pane img")).to_have_attribute("alt", text("live_map.alt.minutes"))
    page.get_by_text(text("live_map.layer.names"), exact=True).click()
    expect(frame.locator(".factgeo-name")).to_have_count(0)


def test_the_map_tells_what_it_is_to_those_who_do_not_see_it(page: Page, forde: Result) -> None:
    frame = page.frame_locator("iframe")
    click(page, "4642")
    name = str(forde.atlas.units.at["4642", "name"])
    expect(frame.get_by_role("region")).to_have_attribute("aria-label", re.compile(f"{forde.plan.area.name}.*{name}"))
    expect(page.locator("iframe")).to_have_attribute("title", re.compile(forde.plan.area.name))
    expect(frame.locator(".leaflet-tooltip table")).to_contain_text(name)
