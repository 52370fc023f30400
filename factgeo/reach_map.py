"""One measure of reach on a map that needs no network: units by class, or by the share who are reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from factgeo import maps
from factgeo.language import number, percent, text
from factgeo.maps import HATCH, drawn_feature, drawn_layer, legend_row, safe
from factgeo.pack import Atlas
from factgeo.reach import CLASSES, Reach, Region, UnitReach, share_of
from factgeo.reach_words import PRESETS
from factgeo.services import ServiceClass
from factgeo.summary import minutes

# Okabe and Ito's colours for the colour-blind: two blues for what carries a team near, orange for far, grey for none
CLASS_COLOURS: dict[ServiceClass, str] = {
    "ACT+FACT": "#0072b2",
    "FACT": "#7cc4ee",
    "MODIFIED_FACT": "#f0b23c",
    "COOPERATION": "#8c8c8c",
}
# share of a unit's residents from which each colour begins (ColorBrewer's YlGnBu, the most reached first)
SHARES = ((0.99, "#081d58"), (0.95, "#225ea8"), (0.75, "#41b6c4"), (0.5, "#c7e9b4"), (0.0, "#ffffd9"))


def reach_map(atlas: Atlas, reach: Reach, *, assets: str | None = None) -> folium.Map:
    """One measure on a map.

    Args:
        atlas: The pack that the measure was taken with.
        reach: ``report-2017`` and ``slide`` are coloured by class, ``planner`` by the share who are reached.
        assets: Address of a folder with leaflet.js and leaflet.css; None for ``maps.save_html``.
    """
    outlines = maps.outlines_around(atlas, reach.area.units)
    here = outlines.loc[list(reach.area.units)]
    layers = [
        maps.surroundings(outlines.drop(here.index)),
        _units(here, atlas, reach),
        _without(here, atlas, reach),
        _borders(here, reach),
        _population(atlas, reach),
        _bases(reach),
        _names(reach),
    ]
    return maps.assembled(_title(reach), here.total_bounds, layers, _legend(atlas, reach), assets=assets)


def colour(unit: UnitReach, reach: Reach) -> str | None:
    """The colour of a unit; None without a team, which is hatched."""
    if unit.service is None:
        return None
    if reach.preset != "planner":
        return CLASS_COLOURS[unit.service]
    share = share_of(unit.counted, unit.population)
    return next(shade for least, shade in SHARES if share >= least)


def _title(reach: Reach) -> str:
    return text("reach.map.title", preset=text(PRESETS[reach.preset]), area=reach.area.name)


def _units(outlines: gpd.GeoSeries, atlas: Atlas, reach: Reach) -> folium.GeoJson | None:
    """Units with a team, in the colour of their class or share."""
    region_of = {region.code: region for region in reach.regions}
    features = [
        drawn_feature(
            unit.unit_code,
            outlines[unit.unit_code],
            {"colour": colour(unit, reach) or "", **_told(unit, region_of[unit.region], atlas)},
        )
        for unit in reach.units
        if unit.region is not None
    ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        fill = feature["properties"]["colour"]
        return {"color": "#6b6b6b", "weight": 0.6, "fillColor": fill, "fillOpacity": 0.85}

    return drawn_layer("reach", features, style, ("unit", "region", "service", "residents", "reached"))


def _told(unit: UnitReach, region: Region, atlas: Atlas) -> dict[str, str]:
    """What the tooltip of a unit says."""
    return {
        "unit": str(atlas.units.at[unit.unit_code, "name"]),
        "region": f"{region.code} {region.name}",
        "service": text(f"service.{region.service}"),
        "residents": number(unit.population),
        "reached": f"{number(unit.counted)} ({percent(share_of(unit.counted, unit.population))})",
    }


def _without(outlines: gpd.GeoSeries, atlas: Atlas, reach: Reach) -> folium.GeoJson | None:
    """Units without a team, hatched in grey."""
    style = {"color": "#4d4d4d", "weight": 0.8, "dashArray": "4 3", "fillColor": f"url(#{HATCH})", "fillOpacity": 1}
    features = [
        drawn_feature(
            unit.unit_code,
            outlines[unit.unit_code],
            {"unit": str(atlas.units.at[unit.unit_code, "name"]), "residents": number(unit.population)},
        )
        for unit in reach.units
        if unit.region is None
    ]
    return drawn_layer("unserved", features, lambda _: style, ("unit", "residents"))


def _borders(outlines: gpd.GeoSeries, reach: Reach) -> folium.GeoJson | None:
    """The lines between regions, and between them and units without a team."""
    weight = 1.6 if len(reach.regions) <= maps.NAMES_SHOWN else 0.9
    style = {"color": "#1a1a1a", "weight": weight, "opacity": 0.9, "interactive": False}
    owners, _ = pd.factorize(np.array([unit.region or unit.unit_code for unit in reach.units]))
    lines = maps.lines_between(outlines.to_numpy(), owners)
    features = [] if lines.is_empty else [drawn_feature("reach_borders", lines, {})]
    return drawn_layer("reach_borders", features, lambda _: style, pane="borders")


def _population(atlas: Atlas, reach: Reach) -> folium.raster_layers.ImageOverlay | None:
    """Where people live; switched off at first, for it would darken the colours."""
    layer = maps.population_layer(atlas.cells[atlas.cells["unit_code"].isin(reach.area.units)])
    if layer is not None:
        layer.show = False
    return layer


def _bases(reach: Reach) -> folium.GeoJson | None:
    """The bases that travel is measured from."""
    few = len(reach.regions) <= maps.NAMES_SHOWN
    style = {"pane": "bases", "color": "#ffffff", "weight": 2 if few else 0.5, "fillColor": "#000000", "fillOpacity": 1}
    features = [
        drawn_feature(
            region.code,
            shapely.Point(region.base.lon, region.base.lat),
            {
                "region": f"{region.code} {region.name}",
                "base": region.base.name,
                "service": text(f"service.{region.service}"),
                "residents": number(region.population),
                "adults": number(region.adults),
                "p95": minutes(region.travel.p95_min if region.travel else None),
                "edge": minutes(region.travel.edge_min if region.travel else None),
            },
        )
        for region in reach.regions
        if region.base is not None
    ]
    fields = ("region", "base", "service", "residents", "adults", "p95", "edge")
    marker = folium.CircleMarker(radius=6 if few else 2.5, fill=True)
    return drawn_layer("reach_bases", features, lambda _: style, fields, marker=marker)


def _names(reach: Reach) -> folium.GeoJson | None:
    """The name of each region beside its base."""
    features = [
        drawn_feature(region.code, shapely.Point(region.base.lon, region.base.lat), {"name": region.name})
        for region in reach.regions
        if region.base is not None
    ]
    return maps.labels(features, text("map.layer.names"), show=len(features) <= maps.NAMES_SHOWN)


def _legend(atlas: Atlas, reach: Reach) -> str:
    """The legend and the sources as HTML; the definition stands below the map's name."""
    rows = [legend_row(_swatch(shade), words) for shade, words in _colours(reach)]
    if any(unit.region is None for unit in reach.units):
        rows.append(legend_row(maps.hatched(), text("map.legend.unserved")))
    if any(region.base for region in reach.regions):
        estimate = reach.preset == "report-2017"
        rows.append(legend_row(_dot(), text("reach.map.base_estimate" if estimate else "map.legend.base")))
    head = ""
    if reach.preset == "planner":
        limit = number(reach.settings.travel.minutes)
        head = f"<div class=factgeo-head>{safe(text('reach.map.share', minutes=limit))}</div>"
    return f"""{maps.STYLE}{_STYLE}<details class="factgeo-legend" open>
      <summary>{safe(_title(reach))}</summary>
      <div>{safe(text("reach.map.counted", share=percent(reach.share)))}</div>
      <div class=factgeo-definition>{safe(reach.definition.text())}</div>
      {head}{"".join(rows)}</details>
      <div class="factgeo-source">{safe(text("map.source", year=atlas.year))}</div>"""


def _colours(reach: Reach) -> Iterator[tuple[str, str]]:
    """The colours of the measure with their words: classes with residents, or all steps of the share."""
    if reach.preset != "planner":
        share_of_class = {each.service: each for each in reach.classes if each.population}
        for place, service in enumerate(CLASSES, start=1):
            if service in share_of_class:
                share = percent(share_of_class[service].share)
                yield (
                    CLASS_COLOURS[service],
                    text("reach.map.class", number=place, service=text(f"service.{service}"), share=share),
                )
        return
    above = 1.0
    for least, shade in SHARES:
        yield shade, text("reach.map.step", low=number(100 * least), high=number(100 * above))
        above = least


def _swatch(shade: str) -> str:
    return f'<i style="background:{shade};border:1px solid #8c8c8c"></i>'


def _dot() -> str:
    return '<svg width="26" height="14"><circle cx="13" cy="7" r="5" fill="#000" stroke="#fff" stroke-width="2"/></svg>'


_STYLE = """<style>
  .leaflet-container { background: #e9ecee; }
  .factgeo-symbol { flex: 0 0 26px; justify-content: center; }
  .factgeo-definition { margin: 4px 0; color: #555; font-size: 11px; }
</style>"""
