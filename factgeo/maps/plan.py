"""A plan as a map that needs no network: for the app, and as a file of its own.

Only elements that draw without a content delivery network are used: no Popup, Icon or ColorMap.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import folium
import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import shapely
from branca.element import Element, Figure, MacroElement
from folium.map import CustomPane
from folium.template import Template
from folium.utilities import JsCode
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates
from shapely.geometry.base import BaseGeometry
from xstatic.pkg import leaflet

from factgeo.atlas import teams
from factgeo.atlas.pack import Atlas
from factgeo.atlas.teams import CONFIDENCE_WORDS, KIND_WORDS, points
from factgeo.explore.stability import Stability, shares_for_map
from factgeo.language import escaping, in_use, number, percent, text
from factgeo.language.escaping import html as safe
from factgeo.planning import measure
from factgeo.planning.measure import TeamFigures
from factgeo.planning.plan import Catchment, Part, Plan
from factgeo.planning.result import Result
from factgeo.travel import network
from factgeo.travel.bases import Base

ASSETS = Path(leaflet.BASE_DIR)  # the folder with leaflet.js and leaflet.css
# Okabe and Ito's palette for the colour-blind, the light ones first because they are used most
PALETTE = ("#56B4E9", "#E69F00", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#D55E00")
CLASSES = (1, 10, 100, 1000)  # residents of a cell from which each shade begins
SHADES = (45, 80, 115, 145)  # opacity (0-255) of each shade
INK = (38, 38, 50)
CELL_M = 1000
PIXELS = 2200  # the longer side of the population image at most
FINEST_M = 100.0  # metres of Web Mercator per pixel at least
FINENESS = 1500  # an outline's smallest detail: the area's longer side / this
COARSEST_M = 1000.0
MARGIN = 0.4  # how far around an area units are drawn, in sides of it
NAMES_SHOWN = 30  # with more bases than this, their names start switched off
LISTED_COLOUR = "#003366"
ACT_COLOUR = "#7a0177"  # a dark purple that stands out from the catchments' colours
# share of runs in which a unit stays with its team, from which each colour begins (ColorBrewer YlOrBr)
FIRMNESS = ((0.95, "#ffffd4"), (0.85, "#fed98e"), (0.7, "#fe9929"), (0.5, "#d95f0e"), (0.0, "#993404"))
ROAD_COLOURS = {"closed": "#b30000", "added": "#006837"}
HATCH = "factgeo-hatch"
# outside the legend: a pattern in a closed part of the page paints nothing
HATCHING = f"""<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
  <pattern id="{HATCH}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
  <rect width="7" height="7" fill="#d9d9d9"/><rect width="2" height="7" fill="#7a7a7a"/></pattern></defs></svg>"""


class OfflineMap(folium.Map):
    """A folium map that asks nobody for scripts.

    Args:
        assets: Address of a folder with leaflet.js and leaflet.css; None where :func:`save_html` puts them in.
    """

    def __init__(self, *, assets: str | None, **options: Any) -> None:  # noqa: ANN401 - folium's own
        super().__init__(tiles=None, zoom_control=False, attribution_control=False, **options)
        self.default_js = [("leaflet", f"{assets}leaflet.js")] if assets else []
        self.default_css = [("leaflet_css", f"{assets}leaflet.css")] if assets else []


class View(MacroElement):
    """What the window shows: the area, beside the legend where there is room; a scale; zoom buttons with words."""

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


def write_html(atlas: Atlas, result: Result, path: Path, *, stability: Stability | None = None) -> None:
    """Write the plan's map as one file that opens anywhere, with no network."""
    save_html(plan_map(atlas, result, stability=stability), path)


def save_html(plan: folium.Map, path: Path) -> None:
    """Write a map made with ``assets=None`` as one file with Leaflet inside."""
    page = plan.get_root().render().replace("<html>", f'<html lang="{in_use()}">', 1)
    path.write_text(page.replace("</head>", f"{_leaflet_inline()}</head>", 1), encoding="utf-8")


def plan_map(
    atlas: Atlas, result: Result, *, assets: str | None = None, stability: Stability | None = None
) -> folium.Map:
    """The plan of a result: catchments, units without a team, population and bases.

    Args:
        atlas: The pack that the plan was made from.
        result: The plan with its figures and journeys.
        assets: Address of a folder with leaflet.js and leaflet.css; None for :func:`save_html`.
        stability: How often each unit stays with its team, if that was asked.
    """
    plan = result.plan
    outlines = outlines_around(atlas, plan.area.units)
    here = outlines.loc[list(plan.area.units)]
    layers = [
        surroundings(outlines.drop(here.index)),
        _catchments(here, atlas, result),
        _unserved(here, atlas, plan),
        _borders(here, plan),
        _act_areas(here, result),
        changed_roads(atlas, plan),
        _stability(here, atlas, stability),
        population_layer(result.journeys.cells),
        _bases(result),
        listed_teams(atlas, plan),
        _names(result),
    ]
    legend = _legend(atlas, result, stability)
    return assembled(text("map.title", area=plan.area.name), here.total_bounds, layers, legend, assets=assets)


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


def colours(atlas: Atlas, plan: Plan, like: Mapping[str, str] | None = None) -> dict[str, str]:
    """A colour for each team such that catchments which touch, or are joined by a ferry, differ.

    Args:
        atlas: The pack.
        plan: The plan.
        like: Colours that teams had before, by team id; a team keeps its own where neighbours still differ.
    """
    graph = _neighbours(atlas, plan)
    kept = _recoloured(graph, like) if like else {}
    if kept and all(kept[a] != kept[b] for a, b in graph.edges):
        return kept
    numbers = nx.greedy_color(graph, strategy="DSATUR")
    return {team: PALETTE[number % len(PALETTE)] for team, number in numbers.items()}


def _neighbours(atlas: Atlas, plan: Plan) -> nx.Graph[str]:
    """The teams, and the pairs of them that must differ in colour."""
    team_of = plan.team_of()
    links = atlas.links
    pairs = zip(links["unit_a"].map(team_of), links["unit_b"].map(team_of), strict=True)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(catchment.team_id for catchment in plan.catchments)
    if len(graph) <= len(PALETTE):  # enough colours for all to differ
        graph = nx.complete_graph(graph)
    graph.add_edges_from((a, b) for a, b in pairs if pd.notna(a) and pd.notna(b) and a != b)
    return graph


def _recoloured(graph: nx.Graph[str], like: Mapping[str, str]) -> dict[str, str]:
    """Colours as before where no neighbour has the same; the others get what fewest of their neighbours have."""
    given: dict[str, str] = {}
    for team in graph:
        before = like.get(team)
        if before in PALETTE and before not in {given.get(other) for other in graph[team]}:
            given[team] = before
    for team in graph:
        if team not in given:
            taken = [given.get(other) for other in graph[team]]
            given[team] = min(PALETTE, key=taken.count)
    return {team: given[team] for team in graph}


def population_image(cells: pd.DataFrame) -> tuple[Image.Image, list[list[float]]]:
    """Residents per cell as an image in Web Mercator, and its corners ``[[south, west], [north, east]]`` in degrees.

    A pixel shows the 1 km square of EPSG:25833 in which its centre lies; squares without residents are clear.
    """
    image, corners = squares_image(_squares(cells))
    image.putpalette(INK * (len(SHADES) + 1))
    return image, corners


def squares_image(squares: pd.DataFrame) -> tuple[Image.Image, list[list[float]]]:
    """Squares (column, row and shade, 1-255) as an image in Web Mercator with one number per pixel, and its corners.

    A pixel shows the 1 km square of EPSG:25833 in which its centre lies, and 0 where there is none.
    """
    numbers, corners = numbered_image(squares, FINEST_M)
    shades = np.concatenate([[0], squares["shade"].to_numpy()]).astype(np.uint8)
    return Image.fromarray(shades[numbers], mode="P"), corners


def numbered_image(squares: pd.DataFrame, finest_m: float) -> tuple[NDArray[np.uint16 | np.uint32], list[list[float]]]:
    """The row, counted from 1, of the square that each pixel of an image in Web Mercator shows, and its corners.

    0 where no square is; a pixel shows the 1 km square of EPSG:25833 in which its centre lies, and is at least
    ``finest_m`` metres of Web Mercator wide.
    """
    left, bottom, right, top = _mercator_box(squares)
    step = max(finest_m, (right - left) / PIXELS, (top - bottom) / PIXELS)
    width, height = int(np.ceil((right - left) / step)), int(np.ceil((top - bottom) / step))
    column, row = _squares_of_pixels(left, top, step, (height, width))
    first_column, first_row = squares["column"].min(), squares["row"].min()
    shape = (squares["column"].max() - first_column + 1, squares["row"].max() - first_row + 1)
    table = np.zeros(shape, dtype=np.min_scalar_type(max(len(squares), 256)))
    table[squares["column"] - first_column, squares["row"] - first_row] = np.arange(1, len(squares) + 1)
    column, row = column - first_column, row - first_row
    inside = (column >= 0) & (row >= 0) & (column < shape[0]) & (row < shape[1])
    found = table[np.clip(column, 0, shape[0] - 1), np.clip(row, 0, shape[1] - 1)]
    numbers = np.where(inside, found, table.dtype.type(0))
    to_degrees = pyproj.Transformer.from_crs(3857, 4326, always_xy=True)
    west, south = to_degrees.transform(left, top - height * step)
    east, north = to_degrees.transform(left + width * step, top)
    return numbers, [[south, west], [north, east]]


def _squares(cells: pd.DataFrame) -> pd.DataFrame:
    """The inhabited 1 km squares (column and row, counted from the origin) with the number of their shade."""
    place = {"column": cells["x"] // CELL_M, "row": cells["y"] // CELL_M}
    persons = pd.DataFrame({**place, "persons": cells["persons"]}).groupby(["column", "row"])["persons"].sum()
    table = persons[persons > 0].reset_index()
    return table.assign(shade=np.searchsorted(CLASSES, table["persons"], side="right"))


def _mercator_box(squares: pd.DataFrame) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of the squares in EPSG:3857."""
    to_mercator = pyproj.Transformer.from_crs(25833, 3857, always_xy=True)
    corners = [
        to_mercator.transform((squares["column"] + dx) * CELL_M, (squares["row"] + dy) * CELL_M)
        for dx in (0, 1)
        for dy in (0, 1)
    ]
    x, y = np.concatenate([c[0] for c in corners]), np.concatenate([c[1] for c in corners])
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _squares_of_pixels(
    left: float, top: float, step: float, shape: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Column and row of the square below each pixel's centre.

    Every 16th pixel is projected and the rest interpolated, which errs by less than 20 m and is many times faster.
    """
    every = 16
    rows, columns = np.arange(0, shape[0] + every, every), np.arange(0, shape[1] + every, every)
    to_utm = pyproj.Transformer.from_crs(3857, 25833, always_xy=True)
    x, y = np.meshgrid(left + (columns + 0.5) * step, top - (rows + 0.5) * step)
    at = np.mgrid[0 : shape[0], 0 : shape[1]] / every
    east, north = (map_coordinates(values, at, order=1) for values in to_utm.transform(x, y))
    return (east // CELL_M).astype(np.int64), (north // CELL_M).astype(np.int64)


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


def _catchments(outlines: gpd.GeoSeries, atlas: Atlas, result: Result) -> folium.GeoJson | None:
    """Units in the colour of their team."""
    colour = colours(atlas, result.plan)
    fields = ("unit", "team", *(["act"] if result.plan.act else []), "service", "residents", "mean", "p95")
    features = [
        drawn_feature(unit, outlines[unit], {"colour": colour[catchment.team_id], **told})
        for team, catchment in zip(result.figures.teams, result.plan.catchments, strict=True)
        for unit, told in _told_of_units(team, catchment, atlas, result)
    ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        fill = feature["properties"]["colour"]
        return {"color": "#ffffff", "weight": 0.8, "fillColor": fill, "fillOpacity": 0.7}

    return drawn_layer("catchments", features, style, fields)


def _told_of_units(
    team: TeamFigures, catchment: Catchment, atlas: Atlas, result: Result
) -> Iterable[tuple[str, dict[str, str]]]:
    """What the tooltip of each unit of a catchment says."""
    for unit in catchment.units:
        travel = measure.travel_figures(*result.journeys.minutes(catchment.base, (unit,)))
        yield (
            unit,
            {
                **_told_of_place(unit, atlas),
                "team": f"{team.team_id} {team.name}",
                "act": act_of(team, result),
                "service": text(f"service.{team.service}"),
                "mean": _minutes(travel.mean_min),
                "p95": _minutes(travel.p95_min),
            },
        )


def act_of(team: TeamFigures, result: Result) -> str:
    """The ACT area of a team, or that ACT clients are served within it."""
    areas = result.plan.act.areas if result.plan.act else ()
    for figures, area in zip(result.figures.act, areas, strict=True):
        if team.team_id in area.teams:
            return f"{figures.act_id} {figures.name}"
    return text("flag.act_within_fact")


def _unserved(outlines: gpd.GeoSeries, atlas: Atlas, plan: Plan) -> folium.GeoJson | None:
    """Units without a team, hatched in grey."""
    style = {"color": "#4d4d4d", "weight": 0.8, "dashArray": "4 3", "fillColor": f"url(#{HATCH})", "fillOpacity": 1}
    features = [
        drawn_feature(
            entry.unit_code,
            outlines[entry.unit_code],
            {**_told_of_place(entry.unit_code, atlas), "reason": text(f"reason.{entry.reason}")},
        )
        for entry in plan.unserved
    ]
    return drawn_layer("unserved", features, lambda _: style, ("unit", "reason", "residents"))


def _told_of_place(unit: str, atlas: Atlas) -> dict[str, str]:
    return {
        "unit": str(atlas.units.at[unit, "name"]),
        "residents": number(int(atlas.population.at[unit, "persons"])),
    }


def _borders(outlines: gpd.GeoSeries, plan: Plan) -> folium.GeoJson | None:
    """The lines between catchments, and between them and units without a team; not the coast."""
    style = {"color": "#262632", "weight": 1.8, "opacity": 0.9, "interactive": False}
    team_of = plan.team_of()
    owners, _ = pd.factorize(np.array([team_of.get(unit, unit) for unit in outlines.index]))
    lines = lines_between(outlines.to_numpy(), owners)
    features = [] if lines.is_empty else [drawn_feature("borders", lines, {})]
    return drawn_layer("borders", features, lambda _: style, pane="borders")


def _act_areas(outlines: gpd.GeoSeries, result: Result) -> folium.GeoJson | None:
    """Where each ACT area ends, above the catchments that it joins; not the coast."""
    style = {"color": ACT_COLOUR, "weight": 4, "dashArray": "8 5", "fill": False}
    areas = result.plan.act.areas if result.plan.act else ()
    features = [
        drawn_feature(
            figures.act_id,
            lines_between(outlines.to_numpy(), outlines.index.isin(result.plan.act_units(area)).astype(np.intp)),
            {
                "act": f"{figures.act_id} {figures.name}",
                "adults": number(figures.adults),
                "adults_within": number(figures.adults_within),
                "act_level": number(figures.act_level.central),
            },
        )
        for figures, area in zip(result.figures.act, areas, strict=True)
    ]
    fields = ("act", "adults", "adults_within", "act_level")
    return drawn_layer("act_areas", features, lambda _: style, fields, pane="borders")


def changed_roads(atlas: Atlas, plan: Plan) -> folium.GeoJson | None:
    """Roads and ferries that the settings close, and links that they add."""
    roads, settings = atlas.roads, plan.settings
    added = roads["number"].isin([link.name for link in settings.roads.added]).to_numpy()
    told = {"closed": network.closed(roads, settings), "added": added}
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


def _stability(outlines: gpd.GeoSeries, atlas: Atlas, stability: Stability | None) -> folium.GeoJson | None:
    """How often each unit stays with its team, in shades above the catchments: the darker, the less firm."""
    if stability is None:
        return None
    shares = shares_for_map(stability)
    features = [
        drawn_feature(
            each.unit_code,
            outlines[each.unit_code],
            {
                **_told_of_place(each.unit_code, atlas),
                "stays": text("map.tooltip.runs", count=number(each.stays), runs=number(stability.planned)),
                "other": each.other or "–",
                "colour": _firmness(shares[each.unit_code])[1],
            },
        )
        for each in stability.units
    ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        return {"color": "#ffffff", "weight": 0.8, "fillColor": feature["properties"]["colour"], "fillOpacity": 1}

    return drawn_layer("stability", features, style, ("unit", "stays", "other", "residents"))


def _firmness(share: float) -> tuple[float, str]:
    """The class (its least share) and the colour of a share of runs."""
    return next((least, colour) for least, colour in FIRMNESS if share >= least)


def listed_teams(atlas: Atlas, plan: Plan) -> folium.GeoJson | None:
    """Where the list of October 2025 is read to have teams in the area; shown at once where the plan builds on them."""
    here = points(teams.in_area(teams.listed(atlas), plan.area), atlas)
    here = here[here["unit_code"].isin(plan.area.units)]
    features = [
        drawn_feature(
            str(unit),
            some.geometry.iloc[0],
            {
                "listed": ", ".join(some["name"]),
                "kind": ", ".join(dict.fromkeys(text(KIND_WORDS[kind]) for kind in some["kind"])),
                "status": text("teams.status"),
                "confidence": ", ".join(dict.fromkeys(text(CONFIDENCE_WORDS[sure]) for sure in some["confidence"])),
            },
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
    """The image of the residents as a layer; None where nobody lives."""
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


def _bases(result: Result) -> folium.GeoJson | None:
    few = len(result.plan.catchments) <= NAMES_SHOWN
    style = {"pane": "bases", "color": "#ffffff", "weight": 2 if few else 1, "fillColor": "#000000", "fillOpacity": 1}
    marker = folium.CircleMarker(radius=6 if few else 4, fill=True)
    fields = ("team", "service", "residents", "adults", "target", "mean", "p95")
    features = [
        drawn_feature(c.team_id, shapely.Point(c.base.lon, c.base.lat), _told_of_team(team))
        for team, c in zip(result.figures.teams, result.plan.catchments, strict=True)
    ]
    told = {c.base: _told_of_team(team) for team, c in zip(result.figures.teams, result.plan.catchments, strict=True)}
    features += [
        drawn_feature(part.code, shapely.Point(part.base.lon, part.base.lat), _told_of_part(part, result, told))
        for split in result.splits
        for part in split.parts
        if part.base not in told
    ]
    return drawn_layer("bases", features, lambda _: style, fields, marker=marker)


def _told_of_part(part: Part, result: Result, told: Mapping[Base, dict[str, str]]) -> dict[str, str]:
    """What the tooltip of a further base of a big unit says: its code and name, and the figures of its catchment."""
    own = result.plan.base_of()[part.unit_code]
    return {**told[own], "team": f"{part.code} {part.base.name}"}


def _told_of_team(team: TeamFigures) -> dict[str, str]:
    group = team.target_group
    return {
        "team": f"{team.team_id} {team.name}",
        "service": text(f"service.{team.service}"),
        "residents": number(team.population),
        "adults": number(team.adults),
        "target": f"{number(group.central)} ({number(group.low)}–{number(group.high)})",
        "mean": _minutes(team.travel.mean_min),
        "p95": _minutes(team.travel.p95_min),
    }


def _names(result: Result) -> folium.GeoJson | None:
    """The name of each base, always readable beside its point."""
    catchments = result.plan.catchments
    features = [
        drawn_feature(c.team_id, shapely.Point(c.base.lon, c.base.lat), {"name": team.name})
        for team, c in zip(result.figures.teams, catchments, strict=True)
    ]
    return labels(features, text("map.layer.names"), show=len(catchments) <= NAMES_SHOWN)


def labels(
    features: list[dict[str, Any]], layer: str, *, show: bool, css: str = "factgeo-name"
) -> folium.GeoJson | None:
    """The ``name`` of each point, always readable beside it; None without any."""
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


def _minutes(value: float | None) -> str:
    if value is None:
        return text("map.tooltip.out_of_reach")
    return text("map.tooltip.minutes", minutes=number(value))


def _legend(atlas: Atlas, result: Result, stability: Stability | None) -> str:
    """The legend and the sources as HTML."""
    figures, plan = result.figures, result.plan
    teams = number(sum(team.teams for team in figures.teams))
    rows = [
        legend_row("".join(swatch(f"background:{colour}") for colour in PALETTE[:4]), text("map.legend.catchments")),
        legend_row(dot(), text("map.legend.base")),
        f"<div class=factgeo-head>{safe(text('map.legend.population'))}</div>",
        *(legend_row(swatch(f"background:rgba{(*INK, round(shade / 255, 2))}"), label) for shade, label in shades()),
    ]
    if figures.act:
        rows.insert(1, legend_row(stroke(ACT_COLOUR, "6 4"), text("map.layer.act_areas")))
    if plan.unserved:
        rows.insert(1, legend_row(hatched(), text("map.legend.unserved")))
    if plan.settings.existing.listed:
        rows.insert(2, legend_row(ring(), text("map.layer.listed")))
    if stability is not None:
        rows.append(f"<div class=factgeo-head>{safe(text('map.layer.stability'))}</div>")
        rows += [legend_row(swatch(f"background:{colour}"), words) for words, colour in _firmness_rows()]
    for state, given in (("closed", plan.settings.roads.closed), ("added", plan.settings.roads.added)):
        if given:
            rows.append(legend_row(stroke(ROAD_COLOURS[state]), text(f"map.road.{state}")))
    return f"""{STYLE}<details class="factgeo-legend" open>
      <summary>{safe(plan.area.name)}</summary>
      <div>{safe(text("map.count", catchments=number(len(figures.teams)), teams=teams))}</div>
      <div>{safe(text("map.served", share=percent(figures.served)))}</div>
      {"".join(rows)}</details>
      <div class="factgeo-source">{safe(text("map.source", year=atlas.year))}</div>"""


def shades() -> Iterable[tuple[int, str]]:
    """Opacity and words of each population class."""
    for k, (low, shade) in enumerate(zip(CLASSES, SHADES, strict=True)):
        last = k == len(CLASSES) - 1
        high = None if last else number(CLASSES[k + 1] - 1)
        yield shade, text("map.legend.from" if last else "map.legend.range", low=number(low), high=high)


def legend_row(symbol: str, words: str) -> str:
    """A symbol with its words, as HTML; the symbol is taken as it is."""
    return f"<div class=factgeo-row><span class=factgeo-symbol>{symbol}</span><span>{safe(words)}</span></div>"


def swatch(css: str) -> str:
    """A square of the legend, by its style."""
    return f'<i style="{css}"></i>'


def _firmness_rows() -> Iterable[tuple[str, str]]:
    """Words and colour of each class of stability, the firm ones first."""
    above = 1.0
    for least, colour in FIRMNESS:
        yield text("map.legend.share", low=number(100 * least), high=number(100 * above)), colour
        above = least


def ring() -> str:
    """A listed team in the legend."""
    circle = f'<circle cx="7" cy="7" r="5" fill="none" stroke="{LISTED_COLOUR}" stroke-width="2.5"/>'
    return f'<svg width="14" height="14">{circle}</svg>'


def dot() -> str:
    """A base in the legend."""
    return '<svg width="14" height="14"><circle cx="7" cy="7" r="5" fill="#000" stroke="#fff" stroke-width="2"/></svg>'


def stroke(colour: str, dashes: str = "none") -> str:
    """The sample of a line, as SVG."""
    line = f'<line x1="1" y1="7" x2="25" y2="7" stroke="{colour}" stroke-width="4" stroke-dasharray="{dashes}"/>'
    return f'<svg width="26" height="14">{line}</svg>'


def hatched() -> str:
    """The sample of the hatching."""
    box = f'<rect x="1" y="1" width="24" height="12" fill="url(#{HATCH})" stroke="#4d4d4d" stroke-dasharray="4 3"/>'
    return f'<svg width="26" height="14">{box}</svg>'


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
