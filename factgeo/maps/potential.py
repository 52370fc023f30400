"""Population potential on a map that needs no network: inhabited cells only, nothing between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from PIL import ImageColor

from factgeo.atlas.pack import Atlas
from factgeo.language import number, text, written
from factgeo.language.escaping import html as safe
from factgeo.language.figures import reached
from factgeo.maps import layers as map_layers
from factgeo.maps.layers import drawn_feature, drawn_layer, image_layer, outlines_around, surroundings
from factgeo.maps.legend import dot, legend_row, swatch
from factgeo.maps.offline import STYLE, assembled
from factgeo.maps.raster import CELL_M, squares_image
from factgeo.reach.potential import AreaPotential, PlacePotential, Reached, Rules
from factgeo.report.potential import called

NO_ROAD = "#8c8c8c"
BELOW = ("#b35806", "#f1a340")  # ColorBrewer PuOr: too few people for a team
ENOUGH = "#9fd3e8"  # enough from here on: blue
PLENTY = ("#2f7fc1", "#114a8f", "#041d4a")
WIDER = (2.5, 12.5)  # the two classes above the higher level begin at so many times it
BANDS = ("#440154", "#31688e", "#35b779", "#fde725")  # viridis, from near to far
OPACITY = 215
SCREEN = (1070, 712)  # pixels that the legend leaves in a common window
LABEL = (8, 8, 8)  # pixels: from a dot to its name, per letter, above and below

Box = tuple[float, float, float, float]


def area_map(found: AreaPotential, *, assets: str | None = None) -> folium.Map:
    """Residents within reach of each inhabited cell of an area, in classes that begin at the levels.

    Args:
        found: The potential of the area.
        assets: Address of a folder with leaflet.js and leaflet.css; None for ``maps.save_html``.
    """
    here = found.atlas.units.loc[list(found.area.units)]
    squares = _squares(found.cells, classes(found), "max")
    palette = tuple(colour for colour, _ in class_colours(found.rules))
    places = [best.place for best in found.best]
    names = [f"{rank} {place.name}" for rank, place in enumerate(places, start=1)]
    legend = "".join([
        _head(text("potential.map.residents", limit=found.rules.reach)),
        *(legend_row(swatch(f"background:{colour}"), words) for colour, words in class_colours(found.rules)),
        _line(text("potential.map.levels", low=number(found.rules.levels[0]), high=number(found.rules.levels[1]))),
        legend_row(dot(), text("potential.map.best")),
        _line(text("potential.map.note")),
    ])  # fmt: skip
    view = _degrees(*map(float, here.total_bounds))
    return _drawn(
        found.atlas, here, squares, palette, "potential", _markers(places, names, found.rules, found.atlas, view), view,
        (found.area.name, legend), assets,
    )  # fmt: skip


def place_map(found: PlacePotential, *, assets: str | None = None) -> folium.Map:
    """The inhabited cells within reach of a place, in bands of minutes.

    Args:
        found: The potential of the place.
        assets: Address of a folder with leaflet.js and leaflet.css; None for ``maps.save_html``.
    """
    asked, place = found.rules, found.place
    bands = np.searchsorted(asked.minutes, found.cells["minutes"].to_numpy()) + 1
    squares = _squares(found.cells, bands.astype(np.intp), "min")
    palette = _band_colours(len(asked.minutes))
    here = found.atlas.units.loc[[unit.unit_code for unit in found.from_units] or [place.unit_code]]
    rows = zip(palette, asked.minutes, place.residents, place.target_group, strict=True)
    legend = "".join([
        _head(text("potential.map.way")),
        *(
            legend_row(
                swatch(f"background:{colour}"),
                text("potential.map.band", limit=limit, residents=reached(residents), target=reached(group.central)),
            )
            for colour, limit, residents, group in rows
        ),
        legend_row(dot(), text("potential.map.place")),
        _line(text("potential.map.note_within", limit=asked.minutes[-1])),
    ])  # fmt: skip
    x, y = _metres(place)
    view = _degrees(
        min(x, *found.cells["x"]), min(y, *found.cells["y"]), max(x, *found.cells["x"]), max(y, *found.cells["y"])
    )
    markers = _markers([place], [place.name], asked, found.atlas, view)
    return _drawn(found.atlas, here, squares, palette, "bands", markers, view, (place.name, legend), assets)


def _drawn(
    atlas: Atlas,
    here: gpd.GeoDataFrame,
    squares: pd.DataFrame,
    palette: tuple[str, ...],
    layer: str,
    markers: list[folium.GeoJson | None],
    view: Box,
    words: tuple[str, str],
    assets: str | None,
) -> folium.Map:
    """The map of these squares and markers; ``words`` are the title and the rows of the legend."""
    title, legend = words
    layers = [*_ground(atlas, here), _image(layer, squares, palette), *markers]
    page = text("potential.title", area=title)
    return assembled(page, view, layers, _legend(atlas, title, legend), assets=assets)


def _ground(atlas: Atlas, here: gpd.GeoDataFrame) -> Iterator[folium.GeoJson | None]:
    """Units around, and the units themselves in white; borders only, so that the cells speak."""
    outlines = outlines_around(atlas, list(here.index))
    yield surroundings(outlines.drop(here.index))
    style = {"color": "#9a9a94", "weight": 0.8, "fillColor": "#ffffff", "fillOpacity": 1}
    told = [drawn_feature(unit, outlines[unit], {"unit": str(here.at[unit, "name"])}) for unit in here.index]
    yield drawn_layer("potential_units", told, lambda _: style, ("unit",))


def _image(layer: str, squares: pd.DataFrame, palette: tuple[str, ...]) -> folium.raster_layers.ImageOverlay | None:
    """The squares in the colours of their classes; None where there are none."""
    if squares.empty:
        return None
    image, corners = squares_image(squares)
    image.putpalette([0, 0, 0, *(channel for colour in palette for channel in ImageColor.getrgb(colour)[:3])])
    return image_layer(layer, image, corners, bytes((0, *([OPACITY] * len(palette)))))


def _squares(cells: pd.DataFrame, classes: NDArray[np.intp], of: str) -> pd.DataFrame:
    """The inhabited 1 km squares with their class; of several cells in one the highest or lowest counts."""
    place = {"column": cells["x"] // CELL_M, "row": cells["y"] // CELL_M, "shade": classes}
    return pd.DataFrame(place).groupby(["column", "row"], as_index=False)["shade"].agg(of)


def _bounds(asked: Rules) -> list[int]:
    """Residents from which each class but the first begins."""
    low, high = asked.levels
    return [1, round(low / 3), low, high, *(round(high * times) for times in WIDER)]


def classes(found: AreaPotential) -> NDArray[np.intp]:
    """The class of each cell of the area, from 1: how many residents are within reach of it."""
    residents = found.of_cells.residents[:, found.rules.column]
    numbers: NDArray[np.intp] = np.searchsorted(_bounds(found.rules), residents, side="right") + 1
    return numbers


def class_colours(asked: Rules) -> tuple[tuple[str, str], ...]:
    """Colour and words of each class, from the first."""
    return tuple(zip((NO_ROAD, *BELOW, ENOUGH, *PLENTY), _class_words(asked), strict=True))


def _class_words(asked: Rules) -> Iterator[str]:
    bounds = _bounds(asked)
    yield text("potential.map.none")
    for low, above in pairwise(bounds):
        yield text("map.legend.range", low=number(low), high=number(above - 1))
    yield text("map.legend.from", low=number(bounds[-1]), high="")


def _band_colours(count: int) -> tuple[str, ...]:
    """So many colours from near to far."""
    anchors = np.array([ImageColor.getrgb(colour)[:3] for colour in BANDS], dtype=float)
    at = np.linspace(0, len(BANDS) - 1, count)
    channels = [np.interp(at, np.arange(len(BANDS)), anchors[:, k]).round().astype(int) for k in range(3)]
    return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in zip(*channels, strict=True))


def _markers(
    places: list[Reached], names: list[str], asked: Rules, atlas: Atlas, view: Box
) -> list[folium.GeoJson | None]:
    """Places as dots with their figures, and their names."""
    style = {"pane": "bases", "color": "#ffffff", "weight": 2, "fillColor": "#000000", "fillOpacity": 1}
    k, points = asked.column, [shapely.Point(place.lon, place.lat) for place in places]
    dots = [
        drawn_feature(
            name, point,
            {
                "place": written(called(place, atlas)),
                "residents": _within(place.residents[k], asked),
                "adults": _within(place.adults[k], asked),
                "target": _within(place.target_group[k].central, asked),
                "gravity": reached(place.gravity).text(),
            },
        )
        for name, place, point in zip(names, places, points, strict=True)
    ]  # fmt: skip
    fields = ("place", "residents", "adults", "target", "gravity")
    labels = [
        drawn_feature(names[row], points[row], {"name": shown_name})
        for row, shown_name in _free_labels(places, names, view).items()
    ]
    return [
        drawn_layer("best", dots, lambda _: style, fields, marker=folium.CircleMarker(radius=6, fill=True)),
        map_layers.labels(labels, text("map.layer.best_names"), show=True),
    ]


def _within(count: int, asked: Rules) -> str:
    return text("potential.minutes", count=reached(count), limit=asked.reach)


def _free_labels(places: list[Reached], names: list[str], view: Box) -> dict[int, str]:
    """What is written next to the places when the map opens: the name, its first word (the rank), or nothing.

    No name runs into that of a better place.
    """
    (west, south), (east, north) = _mercator(*view[:2]), _mercator(*view[2:])
    pixel = max((east - west) / SCREEN[0], (north - south) / SCREEN[1])
    at = [_mercator(place.lon, place.lat) for place in places]
    kept: dict[int, str] = {}
    taken: list[shapely.Polygon] = []
    for row, ((x, y), name) in enumerate(zip(at, names, strict=True)):
        for words in (name, name.split()[0]):
            long = LABEL[0] + LABEL[1] * len(words)
            room = shapely.box(x + LABEL[0] * pixel, y - LABEL[2] * pixel, x + long * pixel, y + LABEL[2] * pixel)
            if not any(room.intersects(other) for other in taken):
                kept[row] = words
                taken.append(room)
                break
    return kept


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    x, y = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    return float(x), float(y)


def _degrees(west: float, south: float, east: float, north: float) -> Box:
    """A box in EPSG:25833 as one in degrees."""
    box = pyproj.Transformer.from_crs(25833, 4326, always_xy=True).transform_bounds(west, south, east, north)
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


def _metres(place: Reached) -> tuple[float, float]:
    x, y = pyproj.Transformer.from_crs(4326, 25833, always_xy=True).transform(place.lon, place.lat)
    return float(x), float(y)


def _legend(atlas: Atlas, title: str, rows: str) -> str:
    """The legend and the sources as HTML."""
    return f"""{STYLE}<details class="factgeo-legend" open>
      <summary>{safe(title)}</summary>{rows}</details>
      <div class="factgeo-source">{safe(text("map.source", year=atlas.year))}</div>"""


def _head(words: str) -> str:
    return f"<div class=factgeo-head>{safe(words)}</div>"


def _line(words: str) -> str:
    return f"<div>{safe(words)}</div>"
