"""What maps need, served by the app itself, so that they draw with no network, and their frames."""

from __future__ import annotations

import folium
import streamlit.components.v1 as components
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from factgeo import language
from factgeo.files import scratch
from factgeo.language import escaping
from factgeo.maps.offline import ASSETS

GROUNDS = scratch.folder()  # outlines and roads of the areas that were asked for

_assets = components.declare_component("leaflet", path=str(ASSETS))
_grounds = components.declare_component("grounds", path=str(GROUNDS))
URL = f"../{_assets.name}/"  # seen from the frame of the map
GROUNDS_URL = f"../{_grounds.name}/"


class Named(MacroElement):
    """The name and the language of a map's frame, for those who do not see the map."""

    _template = Template("""
    {% macro script(this, kwargs) %}
    document.documentElement.lang = {{ this.lang }};
    document.title = {{ this.name_of_map }};
    if (window.frameElement) window.frameElement.title = document.title;
    {% endmacro %}
    """)

    def __init__(self, name: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Named"
        self.name_of_map, self.lang = escaping.script(name), escaping.script(language.in_use())


def show(drawn: folium.Map, name: str, *, key: str, height: int) -> None:
    """Show a map on which clicks do nothing; ``name`` says what it shows."""
    drawn.add_child(Named(name))
    st_folium(drawn, key=key, height=height, use_container_width=True, returned_objects=[])
