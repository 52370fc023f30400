"""A map that opens with no network: Leaflet is inside the file, or served next to it by the app.

Only elements that draw without a content delivery network are used: no Popup, Icon or ColorMap.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.map import CustomPane
from folium.template import Template
from xstatic.pkg import leaflet

from factgeo.language import escaping, in_use, text
from factgeo.language.escaping import html as safe

ASSETS = Path(leaflet.BASE_DIR)  # the folder with leaflet.js and leaflet.css
Map: TypeAlias = folium.Map  # what other rooms call a map, so that they need not know folium
HATCH = "factgeo-hatch"
# outside the legend: a pattern in a closed part of the page paints nothing
HATCHING = f"""<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
  <pattern id="{HATCH}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
  <rect width="7" height="7" fill="#d9d9d9"/><rect width="2" height="7" fill="#7a7a7a"/></pattern></defs></svg>"""
STYLE = """<style>
  .leaflet-container { background: #dfe9f0; font-family: "Source Sans", "Segoe UI", Arial, sans-serif; }
  .leaflet-container path.leaflet-interactive:focus { outline: none; }
  .leaflet-tooltip table { border-collapse: collapse; }
  .leaflet-tooltip th { text-align: left; font-weight: 400; color: #555; padding-right: 8px; }
  .leaflet-tooltip td { font-weight: 600; }
  .leaflet-tooltip th, .leaflet-tooltip td { white-space: nowrap; border: 0; }
  .factgeo-name { background: none; border: 0; box-shadow: none; padding: 0; }
  .factgeo-name::before { display: none; }
  .factgeo-name { font: 600 13px "Source Sans", "Segoe UI", Arial, sans-serif; color: #000;
    text-shadow: 0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff; }
  .factgeo-legend { position: absolute; right: 10px; bottom: 26px; z-index: 999; max-width: 235px;
    background: rgba(255,255,255,.93); border: 1px solid #bbb; border-radius: 4px; padding: 8px 10px;
    font: 12px/1.35 "Source Sans", "Segoe UI", Arial, sans-serif; color: #222; }
  .factgeo-legend summary { font-weight: 600; font-size: 14px; cursor: pointer; }
  .factgeo-head { margin-top: 6px; font-weight: 600; }
  .factgeo-row { display: flex; align-items: center; gap: 8px; margin-top: 3px; }
  .factgeo-symbol { display: flex; flex: 0 0 60px; justify-content: flex-end; }
  .factgeo-symbol i { width: 14px; height: 14px; display: inline-block; opacity: .9; }
  .factgeo-source { position: absolute; left: 0; right: 0; bottom: 0; z-index: 998; padding: 2px 8px;
    background: rgba(255,255,255,.88); font: 11px/1.4 "Source Sans", "Segoe UI", Arial, sans-serif; color: #333; }
  .leaflet-bottom { margin-bottom: 22px; }
  @media (max-width: 860px) { .leaflet-bottom { margin-bottom: 38px; } .factgeo-legend { bottom: 42px; } }
</style>"""


class OfflineMap(folium.Map):
    """A folium map that loads no scripts from the network.

    Args:
        assets: Address of a folder with leaflet.js and leaflet.css; None where :func:`save_html` puts them in.
    """

    def __init__(self, *, assets: str | None, **options: Any) -> None:  # noqa: ANN401 - folium's own
        super().__init__(tiles=None, zoom_control=False, attribution_control=False, **options)
        self.default_js = [("leaflet", f"{assets}leaflet.js")] if assets else []
        self.default_css = [("leaflet_css", f"{assets}leaflet.css")] if assets else []


class View(MacroElement):
    """What the window shows: the area, next to the legend if there is room; a scale; zoom buttons with words."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        {%- set map = this._parent.get_name() %}
        {{ map }}.fitBounds({{ this.bounds|tojson }}, {
            animate: false,
            paddingTopLeft: [12, 12],
            paddingBottomRight: [{{ map }}.getSize().x > 700 ? 270 : 12, 44]
        });
        L.control.zoom({{ this.zoom }}).addTo({{ map }});
        L.control.scale({imperial: false}).addTo({{ map }});
        {% endmacro %}""")

    def __init__(self, bounds: list[list[float]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "View"
        self.bounds = bounds
        self.zoom = escaping.script({"zoomInTitle": text("map.zoom.in"), "zoomOutTitle": text("map.zoom.out")})


def save_html(plan: folium.Map, path: Path) -> None:
    """Write a map made with ``assets=None`` as one file with Leaflet inside."""
    page = plan.get_root().render().replace("<html>", f'<html lang="{in_use()}">', 1)
    path.write_text(page.replace("</head>", f"{_leaflet_inline()}</head>", 1), encoding="utf-8")


def assembled(
    title: str, bounds: Iterable[float], layers: Iterable[MacroElement | None], legend: str, *, assets: str | None
) -> folium.Map:
    """A map of its layers.

    Args:
        title: Of the page; made safe here.
        bounds: What the window shows: west, south, east, north in degrees.
        layers: From below to above; None is left out.
        legend: HTML.
        assets: Address of a folder with leaflet.js and leaflet.css; None for :func:`save_html`.
    """
    drawn = OfflineMap(assets=assets, zoom_snap=0.25)
    page = cast("Figure", drawn.get_root())
    page.title = safe(title)
    for height, pane in ((450, "population"), (460, "borders"), (620, "bases")):  # all above the units
        CustomPane(pane, z_index=height).add_to(drawn)
    for layer in layers:
        if layer is not None:
            layer.add_to(drawn)
    west, south, east, north = map(float, bounds)
    View([[south, west], [north, east]]).add_to(drawn)
    folium.LayerControl(collapsed=True).add_to(drawn)
    page.html.add_child(Element(HATCHING + legend))
    return drawn


def _leaflet_inline() -> str:
    """Leaflet's styles and script as one piece of HTML that names no other file."""
    css = re.sub(r"url\(([^)]+)\)", _embedded, (ASSETS / "leaflet.css").read_text(encoding="utf-8"))
    js = re.sub(r"//# sourceMappingURL=.*", "", (ASSETS / "leaflet.js").read_text(encoding="utf-8"))
    if "</script" in js.lower():
        raise ValueError("leaflet.js would end its own script element")
    return f"<style>{css}</style><script>{js}</script>"


def _embedded(found: re.Match[str]) -> str:
    """A picture of the style sheet as a data address; other addresses as they are."""
    file = ASSETS / found[1].strip("\"'")
    if not file.is_file():
        return found[0]
    return f"url(data:image/png;base64,{base64.b64encode(file.read_bytes()).decode('ascii')})"
