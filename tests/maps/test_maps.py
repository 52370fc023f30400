"""The map draws with no network, shows people where they live, and trusts no name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from branca.colormap import ColorMap
from worlds.map_files import EVIL, Parts, assert_stands_alone, walk

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.maps import offline
from factgeo.maps import plan as plan_map
from factgeo.maps.palette import PALETTE, colours
from factgeo.maps.raster import population_image
from factgeo.planning import pipeline
from factgeo.planning.plan import Catchment, Plan, Proof
from factgeo.planning.result import Result
from factgeo.travel.bases import Base


def test_no_element_asks_the_network_for_scripts(forde: Result) -> None:
    drawn = plan_map.plan_map(forde, assets="../leaflet/")
    parts = list(walk(drawn))
    links = [link for part in parts for kind in ("default_js", "default_css") for _, link in getattr(part, kind, [])]
    assert links == ["../leaflet/leaflet.js", "../leaflet/leaflet.css"]
    assert not [part for part in parts if isinstance(part, ColorMap | folium.Popup | folium.Icon)]


def test_the_layer_control_comes_after_all_layers(forde: Result) -> None:
    names = [part._name for part in plan_map.plan_map(forde)._children.values()]
    assert names[-1] == "LayerControl"


def test_the_file_stands_alone(forde: Result, tmp_path: Path) -> None:
    assert_stands_alone(plan_map.plan_map(forde), tmp_path)
    path = tmp_path / "plan.html"
    offline.save_html(plan_map.plan_map(forde), path)
    page = path.read_text(encoding="utf-8")
    assert "url(images" not in page
    assert '<html lang="nb">' in page
    assert page.index("charset=UTF-8") < 1024  # browsers look no further
    assert "Kartverket" in page


def test_the_same_plan_is_drawn_by_the_same_script(forde: Result) -> None:
    """Else the app's map would start anew, and lose its place, each time the page runs."""
    first, second = (plan_map.plan_map(forde) for _ in range(2))
    data = [[part.data for part in walk(drawn) if isinstance(part, folium.GeoJson)] for drawn in (first, second)]
    assert data[0] == data[1]


def test_names_cannot_become_markup(forde: Result, tmp_path: Path) -> None:
    teams = tuple(replace(team, name=EVIL) for team in forde.figures.teams)
    area = replace(forde.plan.area, name=EVIL)
    evil = replace(forde, figures=replace(forde.figures, teams=teams), plan=replace(forde.plan, area=area))
    pages = []
    for name, result in (("plain", forde), ("evil", evil)):
        offline.save_html(plan_map.plan_map(result), tmp_path / name)
        pages.append((tmp_path / name).read_text(encoding="utf-8"))
    assert Parts(pages[0]).elements == Parts(pages[1]).elements
    assert "<script>alert(1)" not in pages[1]
    assert "alert(1)}" not in pages[1]
    assert "{{" not in pages[1].replace("{{", "", pages[0].count("{{"))
    assert "&lt;script&gt;alert(1)" in pages[1]
    for part in walk(plan_map.plan_map(evil)):
        if isinstance(part, folium.GeoJson):
            told = [str(value) for f in part.data["features"] for value in f["properties"].values()]
            assert not [value for value in told if set(value) & set("<>`${}")]


@pytest.fixture
def one_each(shipped: Atlas) -> Plan:
    """Every unit of Norway a catchment of its own: the hardest plan to colour."""
    area = areas.resolve("Norge", shipped)
    catchments = tuple(Catchment(f"T{unit}", Base(unit, unit, 0, 0), (unit,)) for unit in area.units)
    return Plan(area, settings.load(), catchments, (), Proof("none", "none", ()), shipped.digest)


def test_neighbours_never_share_a_colour(shipped: Atlas, forde: Result, one_each: Plan) -> None:
    colour = colours(replace(forde, plan=one_each))
    assert set(colour.values()) <= set(PALETTE)
    touching = shipped.units.sindex.query(shipped.units.geometry, predicate="intersects")
    codes, shapes = shipped.units.index.to_numpy()[touching], shipped.units.geometry.to_numpy()[touching]
    beside = (codes[0] < codes[1]) & (shapely.length(shapely.intersection(*shapes)) > 100)  # m; less is a corner
    pairs = codes[:, beside].T
    assert len(pairs) > 800
    assert [pair for pair in pairs if colour[f"T{pair[0]}"] == colour[f"T{pair[1]}"]] == []


def test_few_catchments_all_differ(forde: Result) -> None:
    colour = colours(forde)
    assert len(set(colour.values())) == len(forde.plan.catchments) == 4


def test_the_image_shows_people_where_they_live(shipped: Atlas) -> None:
    cells = shipped.cells[shipped.cells["unit_code"].str[:2].isin(["46", "56"])]  # far west and far east
    image, bounds = population_image(cells)
    shades = np.asarray(image)
    squares = set(zip(cells["x"] // 1000, cells["y"] // 1000, strict=True))
    row, column = pixels(cells, bounds, shades.shape)
    assert (shades[row, column] > 0).mean() > 0.999
    east, north = ground(np.argwhere(shades > 0), bounds, shades.shape)
    near = [  # squares within 30 m of the pixel's centre
        {((e + dx) // 1000, (n + dy) // 1000) for dx in (-30, 0, 30) for dy in (-30, 0, 30)} & squares
        for e, n in zip(east, north, strict=True)
    ]
    assert all(near)


def test_more_residents_make_a_darker_square() -> None:
    cells = pd.DataFrame({"x": [500, 5500, 9500, 9500], "y": [6_500_500] * 4, "persons": [9, 10, 600, 600]})
    image, _ = population_image(cells)
    assert sorted(set(np.asarray(image).ravel())) == [0, 1, 2, 4]


def pixels(cells: pd.DataFrame, bounds: list[list[float]], shape: tuple[int, int]) -> tuple[Any, Any]:
    """Row and column of the pixel at each cell's centre."""
    left, bottom, right, top = mercator(bounds)
    x, y = pyproj.Transformer.from_crs(25833, 3857, always_xy=True).transform(cells["x"], cells["y"])
    return ((top - y) / (top - bottom) * shape[0]).astype(int), ((x - left) / (right - left) * shape[1]).astype(int)


def ground(at: Any, bounds: list[list[float]], shape: tuple[int, int]) -> tuple[Any, Any]:
    """EPSG:25833 of the centres of pixels."""
    left, bottom, right, top = mercator(bounds)
    x = left + (at[:, 1] + 0.5) / shape[1] * (right - left)
    y = top - (at[:, 0] + 0.5) / shape[0] * (top - bottom)
    return pyproj.Transformer.from_crs(3857, 25833, always_xy=True).transform(x, y)


def mercator(bounds: list[list[float]]) -> tuple[float, float, float, float]:
    (south, west), (north, east) = bounds
    to_mercator = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    return *to_mercator.transform(west, south), *to_mercator.transform(east, north)


def test_an_empty_plan_is_a_map_of_units_without_a_team(shipped: Atlas) -> None:
    empty = pipeline.propose(shipped, areas.resolve("Solund", shipped), settings.load())
    assert empty.plan.catchments == ()
    layers = [part for part in walk(plan_map.plan_map(empty)) if isinstance(part, folium.GeoJson)]
    assert layers[-1].data["features"][0]["properties"] == {
        "unit": "Solund",
        "residents": "742",
        "reason": "For få innbyggere",
    }


@pytest.mark.parametrize(("lang", "word"), [("nb", "Uten team"), ("nn", "Utan team"), ("en", "Without a team")])
def test_the_legend_speaks_the_language_in_use(forde: Result, lang: str, word: str) -> None:
    before = language.in_use()
    language.use(lang)
    try:
        assert word in plan_map.plan_map(forde).get_root().render()
    finally:
        language.use(before)
