"""Leaflet served by the app itself, so that maps draw with no network."""

from __future__ import annotations

import streamlit.components.v1 as components

from factgeo import maps

_files = components.declare_component("leaflet", path=str(maps.ASSETS))
URL = f"../{_files.name}/"  # seen from the frame of the map
