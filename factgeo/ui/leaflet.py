"""What maps need, served by the app itself, so that they draw with no network."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit.components.v1 as components

from factgeo import maps

GROUNDS = Path(tempfile.mkdtemp(prefix="factgeo-maps-"))  # outlines and roads of the areas that were asked for

_assets = components.declare_component("leaflet", path=str(maps.ASSETS))
_grounds = components.declare_component("grounds", path=str(GROUNDS))
URL = f"../{_assets.name}/"  # seen from the frame of the map
GROUNDS_URL = f"../{_grounds.name}/"
