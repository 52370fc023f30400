"""The layers that maps share: outlines, lines, points, names and images."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.utilities import JsCode
from numpy.typing import NDArray
from PIL import Image
from shapely.geometry.base import BaseGeometry

from factgeo.atlas import teams
from factgeo.atlas.pack import Atlas
from factgeo.atlas.teams import points
from factgeo.language import number, text, written
from factgeo.language.escaping import html as safe
from factgeo.maps.palette import LISTED_COLOUR, ROAD_COLOURS, SHADES
from factgeo.maps.raster import population_image
from factgeo.planning.result import Result
from factgeo.report import columns
from factgeo.report import teams as teams_report

FINENESS = 1500  # an outline's smallest detail: the area's longer side / this
COARSEST_M = 1000.0
MARGIN = 0.4  # how far around an area units are drawn, in sides of it
FACTS = {"service": "service", "residents": "population", "adults": "adults", "target": "target_group_central"}
NAMES_SHOWN = 30  # with more bases than this, their names start switched off


def outlines_around(atlas: Atlas, units: Sequence[str]) -> gpd.GeoSeries:
    """Outlines in degrees, by unit_code: these units and those around them; as fine as a screen can show."""
    west, south, east, north = atlas.units.loc[list(units)].total_bounds
    side = max(east - west, north - south)
    margin = MARGIN * side
    around = atlas.units.cx[west - margin : east + margin, south - margin : north + margin].geometry
    simple = shapely.coverage_simplify(around.to_numpy(), min(COARSEST_M, side / FINENESS))
    degrees = gpd.GeoSeries(simple, index=around.index, crs=around.crs).to_crs(4326)
    return gpd.GeoSeries(shapely.transform(degrees.to_numpy(), lambda at: at.round(4)), index=around.index, crs=4326)


def surroundings(outlines: gpd.GeoSeries) -> folium.GeoJson | None:
    """Units around the area, pale and silent; None where there are none."""
    style = {"color": "#b5b5ad", "weight": 0.7, "fillColor": "#f4f4ee", "fillOpacity": 1, "interactive": False}
    features = [drawn_feature(unit, outlines[unit], {}) for unit in outlines.index]
    return drawn_layer("surroundings", features, lambda _: style)


def changed_roads(result: Result) -> folium.GeoJson | None:
    """Roads and ferries that the settings close, and links that they add."""
    roads, settings = result.atlas.roads, result.plan.settings
    added = roads["number"].isin([link.name for link in settings.roads.added]).to_numpy()
    told = {"closed": result.roads_closed, "added": added}
    features = []
    for state, mask in told.items():
        lines = roads[mask].geometry.to_crs(4326)
        names = roads.loc[mask, "crossing"].where(roads.loc[mask, "crossing"] != "", roads.loc[mask, "number"])
        features += [
            drawn_feature(f"{state}{k}", line, {"road": name, "state": text(f"map.road.{state}"), "key": state})
            for k, (line, name) in enumerate(zip(lines, names, strict=True))
        ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        return {"color": ROAD_COLOURS[feature["properties"]["key"]], "weight": 5, "opacity": 0.9}

    return drawn_layer("changed_roads", features, style, ("road", "state"), pane="borders")


def listed_teams(result: Result) -> folium.GeoJson | None:
    """Where the list of October 2025 is read to have teams in the area; shown at once where the plan builds on them."""
    atlas, plan = result.atlas, result.plan
    here = points(teams.in_area(teams.listed(atlas), plan.area), atlas)
    here = here[here["unit_code"].isin(plan.area.units)]
    features = [
        drawn_feature(
            str(unit),
            some.geometry.iloc[0],
            listed_facts(some),
        )
        for unit, some in here.groupby("unit_code")
    ]
    few = len(features) <= NAMES_SHOWN
    style = {"pane": "bases", "color": LISTED_COLOUR, "weight": 3 if few else 2, "fill": True, "fillOpacity": 0}
    marker = folium.CircleMarker(radius=10 if few else 6, fill=True)
    fields = ("listed", "kind", "status", "confidence")
    return drawn_layer("listed", features, lambda _: style, fields, marker=marker, show=plan.settings.existing.listed)


def lines_between(shapes: NDArray[np.object_], owners: NDArray[np.intp]) -> BaseGeometry:
    """The lines at which shapes of a coverage with different owners meet."""
    segments, one, other = shared_segments(shapes)
    between = segments[owners[one] != owners[other]]
    return cast("BaseGeometry", shapely.line_merge(shapely.multilinestrings(between)))


def shared_segments(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """The straight pieces (n x 2 x 2) at which two shapes of a coverage meet, and the rows of the two, lower first."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    start, end = at[:-1][follows], at[1:][follows]
    turn = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[turn], end[turn] = end[turn], start[turn]  # so that both sides of a border read alike
    found, which = np.unique(np.hstack([start, end]), axis=0, return_inverse=True)
    owner = pd.Series(shape[part[ring[:-1][follows]]]).groupby(which).agg(["min", "max"]).to_numpy()
    shared = owner[:, 0] != owner[:, 1]
    return found[shared].reshape(-1, 2, 2), owner[shared, 0], owner[shared, 1]


def population_layer(cells: pd.DataFrame) -> folium.raster_layers.ImageOverlay | None:
    """The image of the residents as a layer; None if there are no residents."""
    if not cells["persons"].any():
        return None
    image, corners = population_image(cells)
    return image_layer("population", image, corners, bytes((0, *SHADES)))


def image_layer(
    name: str, image: Image.Image, corners: list[list[float]], opacity: bytes
) -> folium.raster_layers.ImageOverlay:
    """An image of numbered colours as a layer; ``opacity`` is that of each number."""
    content = io.BytesIO()
    image.save(content, format="PNG", transparency=opacity)
    address = "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")
    shown, alt = text(f"map.layer.{name}"), text(f"map.alt.{name}")
    return folium.raster_layers.ImageOverlay(address, corners, name=shown, alt=alt, pane="population")


def labels(
    features: list[dict[str, Any]], layer: str, *, show: bool, css: str = "factgeo-name"
) -> folium.GeoJson | None:
    """The ``name`` of each point, always readable next to it; None without points."""
    if not features:
        return None
    style = {"pane": "bases", "stroke": False, "fill": False, "interactive": False}
    options = f'{{permanent: true, direction: "right", offset: [6, 0], className: "{css}"}}'
    return folium.GeoJson(
        _collection(features),
        name=layer,
        show=show,
        marker=folium.CircleMarker(radius=1),
        style_function=lambda _: style,
        on_each_feature=JsCode(f"(feature, layer) => layer.bindTooltip(feature.properties.name, {options})"),
    )


def drawn_layer(
    name: str,
    features: list[dict[str, Any]],
    style: Callable[[Mapping[str, Any]], dict[str, Any]],
    fields: tuple[str, ...] = (),
    *,
    marker: folium.CircleMarker | None = None,
    **options: Any,  # noqa: ANN401 - of L.geoJson
) -> folium.GeoJson | None:
    """A layer of the map with a tooltip of these fields; None where there is nothing to draw."""
    if not features:
        return None
    layer = folium.GeoJson(
        _collection(features), name=text(f"map.layer.{name}"), style_function=style, marker=marker, **options
    )
    if fields:
        folium.GeoJsonTooltip(list(fields), [safe(text(f"map.tooltip.{field}")) for field in fields]).add_to(layer)
    return layer


def drawn_feature(key: str, shape: BaseGeometry, told: Mapping[str, str]) -> dict[str, Any]:
    """A GeoJSON feature; its texts are made safe, also the key, for they go into a script and a page."""
    properties = {field: safe(value) for field, value in told.items()}
    return {"type": "Feature", "id": safe(key), "geometry": shapely.geometry.mapping(shape), "properties": properties}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def listed_facts(some: pd.DataFrame, between: str = ", ") -> dict[str, str]:
    """What tooltips say of listed teams with one base; ``between`` stands between their names."""
    kinds = dict.fromkeys(written(teams_report.kind(each)) for each in some["kind"])
    confidence = dict.fromkeys(written(teams_report.confidence(each)) for each in some["confidence"])
    return {
        "listed": between.join(some["name"]),
        "kind": ", ".join(kinds),
        "status": text("teams.status"),
        "confidence": ", ".join(confidence),
    }


def team_facts(team: columns.Team) -> dict[str, str]:
    """What tooltips say of a team, but for its minutes."""
    shown = {name: written(columns.said(columns.TEAM, team, key)) for name, key in FACTS.items()}
    return {"team": f"{team.figures.team_id} {team.figures.name}", **shown}


def minutes_shown(value: float | None) -> str:
    """Minutes with their unit; that there is no way where there is no figure."""
    if value is None or not math.isfinite(value):
        return text("map.tooltip.out_of_reach")
    return text("map.tooltip.minutes", minutes=number(value))
