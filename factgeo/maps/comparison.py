"""Two plans on one map that needs no network: change in minutes, units that move, borders and bases of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from PIL import ImageColor

from factgeo.explore.compare import CLASSES, EQUAL_MIN, STEPS, Comparison, Sides, UnitChange, step
from factgeo.language import figures, number, text, written
from factgeo.language.escaping import html as safe
from factgeo.maps.layers import (
    NAMES_SHOWN,
    drawn_feature,
    drawn_layer,
    image_layer,
    labels,
    lines_between,
    outlines_around,
    population_layer,
    surroundings,
)
from factgeo.maps.legend import legend_row, stroke
from factgeo.maps.offline import STYLE, assembled
from factgeo.maps.raster import CELL_M, squares_image
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.report.comparison import called, changed
from factgeo.travel.times import UNREACHABLE

# ColorBrewer's PuOr, safe for the colour-blind: shorter is purple, longer is orange, from most to least and to most
COLOURS = ("#542788", "#8073ac", "#b2abd2", "#d8daeb", "#ffffff", "#fee0b6", "#fdb863", "#e08214", "#b35806")
GROUNDS = {"won": "#d8daeb", "lost": "#fee0b6", "never": "#e4e4e4"}  # hatched: no two minutes to compare
STRIPES = {"won": "#542788", "lost": "#b35806", "never": "#8a8a8a"}
SIDE_COLOURS = Sides("#0072b2", "#1a1a1a")
DASHES = "7 5"
RING, DOT, OUTLINE = 9, 4.5, 3.5  # pixels, where there are few bases; two thirds where there are many
ISLAND = 1 / 2000  # share of the area's box below which an island has no heavy outline of its own
Hatch = Literal["won", "lost", "never"]


def comparison_map(a: Result, b: Result, comparison: Comparison, *, assets: str | None = None) -> folium.Map:
    """Units coloured by the mean change of their residents' minutes, with what else differs between two plans.

    Args:
        a: The first plan.
        b: The second.
        comparison: What ``compare`` says of the two.
        assets: Address of a folder with leaflet.js and leaflet.css; None for ``maps.save_html``.
    """
    outlines = outlines_around(comparison.atlas, a.plan.area.units)
    here = outlines.loc[list(a.plan.area.units)]
    layers = [
        surroundings(outlines.drop(here.index)),
        _units(here, comparison),
        _squares(a, b),
        _population(a),
        _moved(here, comparison),
        _borders("borders_b", here, b.plan),
        _borders("borders_a", here, a.plan),
        _bases("bases_a", a, comparison),
        _bases("bases_b", b, comparison),
        _names(here, comparison),
    ]
    title = text("compare.title", area=a.plan.area.name)
    return assembled(title, here.total_bounds, layers, _legend(comparison), assets=assets)


def fill(unit: UnitChange) -> int | Hatch:
    """The class of a unit's mean change, from ``-CLASSES`` to ``CLASSES``; a hatch if neither plan reaches anyone."""
    if unit.travel.change_min is not None:
        return int(step(np.array([unit.travel.change_min]))[0])
    if unit.travel.won:
        return "won"
    return "lost" if unit.travel.lost else "never"


def _units(outlines: gpd.GeoSeries, comparison: Comparison) -> folium.GeoJson | None:
    """Units in the colour of their change."""
    fields = ("unit", "residents", "team_a", "team_b", "mean_a", "mean_b", "change", "shorter", "longer", "equal")
    features = [
        drawn_feature(unit.unit_code, outlines[unit.unit_code], {"fill": str(fill(unit)), **_told(unit)})
        for unit in comparison.units
    ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        key = feature["properties"]["fill"]
        paint = f"url(#{_pattern(key)})" if key in GROUNDS else COLOURS[int(key) + CLASSES]
        return {"color": "#6b6b6b", "weight": 1, "fillColor": paint, "fillOpacity": 0.9}

    return drawn_layer("changes", features, style, (*fields, "won", "lost"))


def _told(unit: UnitChange) -> dict[str, str]:
    """What the tooltip of a unit says."""
    travel, teams = unit.travel, unit.teams
    return {
        "unit": unit.name,
        "residents": number(travel.persons),
        "team_a": written(called(teams.a)),
        "team_b": written(called(teams.b)),
        "mean_a": written(figures.minutes(travel.mean_min.a)),
        "mean_b": written(figures.minutes(travel.mean_min.b)),
        "change": written(changed(travel.change_min)),
        "shorter": number(sum(travel.shorter)),
        "longer": number(sum(travel.longer)),
        "equal": number(travel.equal),
        "won": number(travel.won),
        "lost": number(travel.lost),
    }


def _squares(a: Result, b: Result) -> folium.raster_layers.ImageOverlay | None:
    """Where the residents live whose way changes, in the colour of their own change."""
    found = changed_squares(a, b)
    if found.empty:
        return None
    image, corners = squares_image(found)
    image.putpalette([0, 0, 0, *(channel for colour in COLOURS for channel in ImageColor.getrgb(colour)[:3])])
    return image_layer("squares", image, corners, bytes((0, *([255] * len(COLOURS)))))


def changed_squares(a: Result, b: Result) -> pd.DataFrame:
    """The 1 km squares (column, row) whose residents' way changes, with the shade of the mean: 1 for the most saved."""
    cells = a.journeys.cells
    seconds = np.stack([a.ways.seconds, b.ways.seconds]).astype(np.float64)
    both = (seconds != UNREACHABLE).all(axis=0) & (cells["persons"] > 0).to_numpy()
    place = {"column": cells["x"] // CELL_M, "row": cells["y"] // CELL_M, "persons": cells["persons"]}
    table = pd.DataFrame({**place, "change": (seconds[1] - seconds[0]) / 60 * cells["persons"]})[both]
    squares = table.groupby(["column", "row"], as_index=False).sum()
    classes = step((squares["change"] / squares["persons"]).to_numpy())
    return squares[["column", "row"]].assign(shade=classes + CLASSES + 1)[classes != 0]


def _population(result: Result) -> folium.raster_layers.ImageOverlay | None:
    """Where people live; switched off at first, for it would darken the colours."""
    layer = population_layer(result.journeys.cells)
    if layer is not None:
        layer.show = False
    return layer


def _moved(outlines: gpd.GeoSeries, comparison: Comparison) -> folium.GeoJson | None:
    """A heavy outline around each unit that changes, gets or loses its team; small islands would be all outline."""
    style = {"color": "#000000", "weight": OUTLINE * _scaled(comparison), "fill": False, "interactive": False}
    west, south, east, north = outlines.total_bounds
    least = ISLAND * (east - west) * (north - south)
    features = []
    for unit in comparison.moved:
        parts = sorted(shapely.get_parts(outlines[unit.unit_code]), key=shapely.area, reverse=True)
        shown = [*parts[:1], *(part for part in parts[1:] if shapely.area(part) >= least)]
        features.append(drawn_feature(unit.unit_code, shapely.multipolygons(shown), {}))
    return drawn_layer("moved", features, lambda _: style, pane="borders")


def _scaled(comparison: Comparison) -> float:
    """How large lines and bases are drawn: smaller where there are many."""
    figures = comparison.figures
    return 1 if max(len(figures.a.teams), len(figures.b.teams)) <= NAMES_SHOWN else 2 / 3


def _borders(side: Literal["borders_a", "borders_b"], outlines: gpd.GeoSeries, plan: Plan) -> folium.GeoJson | None:
    """The lines between the catchments of one plan, and between them and units without a team."""
    colour, dashes = (SIDE_COLOURS.a, DASHES) if side == "borders_a" else (SIDE_COLOURS.b, None)
    style = {"color": colour, "weight": 2, "dashArray": dashes, "interactive": False}
    team_of = plan.team_of()
    owners, _ = pd.factorize(np.array([team_of.get(unit, unit) for unit in outlines.index]))
    lines = lines_between(outlines.to_numpy(), owners)
    features = [] if lines.is_empty else [drawn_feature(side, lines, {})]
    return drawn_layer(side, features, lambda _: style, pane="borders")


def _bases(side: Literal["bases_a", "bases_b"], result: Result, comparison: Comparison) -> folium.GeoJson | None:
    """Bases of one plan: rings for a, dots for b, so that a base of both is a dot in a ring."""
    first = side == "bases_a"
    ring = {"color": SIDE_COLOURS.a, "weight": 3 * _scaled(comparison), "fillColor": "#ffffff", "fillOpacity": 0.85}
    dot = {"color": "#ffffff", "weight": 1, "fillColor": SIDE_COLOURS.b, "fillOpacity": 1}
    style = {"pane": "bases", **(ring if first else dot)}
    name = comparison.names.a if first else comparison.names.b
    features = [
        drawn_feature(
            f"{side}{team.team_id}",
            shapely.Point(catchment.base.lon, catchment.base.lat),
            {
                "plan": f"{'A' if first else 'B'}: {name}",
                "team": written(called(team)),
                "base": catchment.base.name,
                "residents": number(team.population),
                "service": text(f"service.{team.service}"),
                "mean": written(figures.minutes(team.travel.mean_min)),
            },
        )
        for team, catchment in zip(result.figures.teams, result.plan.catchments, strict=True)
    ]
    fields = ("plan", "team", "base", "residents", "service", "mean")
    marker = folium.CircleMarker(radius=(RING if first else DOT) * _scaled(comparison), fill=True)
    return drawn_layer(side, features, lambda _: style, fields, marker=marker)


def _names(outlines: gpd.GeoSeries, comparison: Comparison) -> folium.GeoJson | None:
    """Names of the bases, and of the units that move with the change of their minutes."""
    bases = {base: base.name for base in (*comparison.bases_kept, *comparison.bases_only.a, *comparison.bases_only.b)}
    features = [drawn_feature(name, shapely.Point(base.lon, base.lat), {"name": name}) for base, name in bases.items()]
    west, south, east, north = outlines.total_bounds
    taken = shapely.union_all([shapely.box(*_room(base.lon, base.lat, east - west, north - south)) for base in bases])
    for unit in comparison.moved:
        change = unit.travel.change_min
        minutes = text("map.tooltip.minutes", minutes=changed(change))
        name = unit.name if change is None else f"{unit.name} {minutes}"
        shape = outlines[unit.unit_code]
        free = shape.difference(taken)
        largest = max(shapely.get_parts(shape if free.is_empty else free), key=shapely.area)
        features.append(drawn_feature(unit.unit_code, shapely.point_on_surface(largest), {"name": name}))
    return labels(features, text("map.layer.change_names"), show=len(features) <= NAMES_SHOWN)


def _room(lon: float, lat: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Where the name of a base stands on the map of an area of this size, and names to its left would run into it."""
    return lon - width / 6, lat - height / 30, lon + width / 8, lat + height / 30


def _legend(comparison: Comparison) -> str:
    """The legend and the sources as HTML."""
    names, moved = comparison.names, comparison.moved
    present = [key for key in GROUNDS if key in {fill(unit) for unit in comparison.units}]
    people = number(sum(unit.travel.persons for unit in moved))
    rows = [
        *(legend_row(_swatch(key), text(f"map.legend.{key}")) for key in present),
        legend_row(_outline(), text("map.legend.moved", units=number(len(moved)), persons=people)),
        legend_row(stroke(SIDE_COLOURS.a, "6 4"), text("map.layer.borders_a")),
        legend_row(stroke(SIDE_COLOURS.b), text("map.layer.borders_b")),
        legend_row(_ring(), text("map.layer.bases_a")),
        legend_row(_dot(), text("map.layer.bases_b")),
    ]
    return f"""{STYLE}{_STYLE}{_patterns()}<details class="factgeo-legend" open>
      <summary>{safe(comparison.plans.a.area.name)}</summary>
      <div>A: {safe(names.a)}</div><div>B: {safe(names.b)}</div>
      <div class=factgeo-head>{safe(text("map.legend.change"))}</div>{_scale()}
      {"".join(rows)}</details>
      <div class="factgeo-source">{safe(text("map.source", year=comparison.atlas.year))}</div>"""


def _scale() -> str:
    """The classes as a strip of colours with the minutes at which they meet."""
    boxes = "".join(f'<i style="background:{colour}"></i>' for colour in COLOURS)
    ticks = "".join(f"<b>{safe(label)}</b>" for label in _ticks())
    ends = f"<span>{safe(text('map.legend.shorter'))}</span><span>{safe(text('map.legend.longer'))}</span>"
    parts = {"scale": boxes, "ticks": ticks, "ends": ends}
    return "".join(f"<div class=factgeo-{name}>{content}</div>" for name, content in parts.items())


def _ticks() -> Iterator[str]:
    """The limits between neighbouring classes, from most shorter to most longer."""
    limits = [number(EQUAL_MIN, 1), *map(number, STEPS)]
    yield from (f"−{limit}" for limit in reversed(limits))
    yield from (f"+{limit}" for limit in limits)


def _pattern(key: str) -> str:
    return f"factgeo-hatch-{key}"


def _patterns() -> str:
    """The hatches for the map and the legend; outside the legend, so that they stay when it is folded."""
    patterns = "".join(_hatch(key) for key in GROUNDS)
    return f'<svg width="0" height="0" style="position:absolute"><defs>{patterns}</defs></svg>'


def _hatch(key: str) -> str:
    ground, stripe = GROUNDS[key], STRIPES[key]
    return f"""<pattern id="{_pattern(key)}" width="7" height="7" patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"><rect width="7" height="7" fill="{ground}"/>
      <rect width="2.5" height="7" fill="{stripe}"/></pattern>"""


def _swatch(key: str) -> str:
    return f'<svg width="26" height="14"><rect x="1" y="1" width="24" height="12" fill="url(#{_pattern(key)})"/></svg>'


def _outline() -> str:
    box = '<rect x="3" y="2" width="20" height="10" fill="#fff" stroke="#000" stroke-width="3.5"/>'
    return f'<svg width="26" height="14">{box}</svg>'


def _ring() -> str:
    circle = f'<circle cx="10" cy="10" r="8" fill="#fff" stroke="{SIDE_COLOURS.a}" stroke-width="3"/>'
    return f'<svg width="26" height="20"><g transform="translate(3 0)">{circle}</g></svg>'


def _dot() -> str:
    return f'<svg width="26" height="14"><circle cx="13" cy="7" r="{DOT}" fill="{SIDE_COLOURS.b}"/></svg>'


_STYLE = """<style>
  .leaflet-container { background: #e9ecee; }
  .factgeo-symbol { flex: 0 0 26px; }
  .factgeo-scale { display: flex; width: 213px; border: 1px solid #8c8c8c; margin-top: 3px; }
  .factgeo-scale i { flex: 1; height: 14px; }
  .factgeo-ticks { display: flex; width: 213px; justify-content: space-around; padding: 0 12px; font-size: 10px; }
  .factgeo-ticks { box-sizing: border-box; }
  .factgeo-ticks b { flex: 1; font-weight: 400; text-align: center; white-space: nowrap; }
  .factgeo-ends { display: flex; width: 213px; justify-content: space-between; font-size: 11px; color: #555; }
</style>"""
