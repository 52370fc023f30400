"""Potential on the map: it asks nobody for anything, and shows each inhabited cell in its class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import folium
import numpy as np
import pytest
from worlds.map_files import assert_stands_alone, walk
from worlds.potentials import ASKED, DEFAULT

from factgeo.atlas import areas, places
from factgeo.atlas.pack import Atlas
from factgeo.maps import potential as potential_map
from factgeo.reach import potential
from factgeo.reach.potential import AreaPotential, PlacePotential


@pytest.fixture(scope="module")
def area(shipped: Atlas) -> AreaPotential:
    return potential.of_area(shipped, areas.resolve("Helse Førde", shipped), DEFAULT, ASKED)


@pytest.fixture(scope="module")
def town(shipped: Atlas) -> PlacePotential:
    return potential.of_place(shipped, places.resolve("Førde", shipped), DEFAULT, ASKED)


def layers(drawn: folium.Map) -> dict[str, Any]:
    """The drawn layers by their names on the map."""
    kinds = folium.GeoJson | folium.raster_layers.ImageOverlay
    return {part.layer_name: part for part in walk(drawn) if isinstance(part, kinds)}


def test_the_files_stand_alone(area: AreaPotential, town: PlacePotential, tmp_path: Path) -> None:
    for drawn in (potential_map.area_map(area), potential_map.place_map(town)):
        assert_stands_alone(drawn, tmp_path)


def test_each_cell_has_the_class_of_its_residents_within_reach(area: AreaPotential) -> None:
    classes = potential_map.classes(area)
    residents = area.of_cells.residents[:, ASKED.column]
    limits = [0, 1, 5_000, 15_000, 40_000, 100_000, 500_000, 10**9]
    for number in range(1, 8):
        low, above = limits[number - 1], limits[number]
        assert (((residents >= low) & (residents < above)) == (classes == number)).all()
    assert {2, 3, 4, 5} <= set(classes)


def test_a_place_s_bands_tell_the_totals_of_its_figures(town: PlacePotential) -> None:
    page = potential_map.place_map(town).get_root().render()
    assert "innen 60 min: 42 200 innbyggere" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_best_places_are_marked_with_what_they_reach(area: AreaPotential) -> None:
    shown = layers(potential_map.area_map(area))
    dots = shown["Steder"].data["features"]
    assert [dot["id"] for dot in dots] == [f"{k} {best.place.name}" for k, best in enumerate(area.best, start=1)]
    assert "innen 60 minutter" in dots[0]["properties"]["residents"]
    names = {label["id"]: label["properties"]["name"] for label in shown["Navn på steder"].data["features"]}
    assert names["1 Førde"] == "1 Førde"
    assert names["7 Stryn"] == "7 Stryn"
    assert names["6 Nordfjordeid"] == "6"  # the name would run into that of a better place, Lote


def test_colours_of_bands_go_from_near_to_far() -> None:
    assert potential_map._band_colours(4) == potential_map.BANDS
    assert len(set(potential_map._band_colours(8))) == 8
    assert potential_map._band_colours(1) == (potential_map.BANDS[0],)


def test_of_several_cells_in_a_square_the_better_counts(area: AreaPotential) -> None:
    twice = area.cells.iloc[[0, 0, 1]]
    squares = potential_map._squares(twice, np.array([2, 4, 1]), "max")
    assert sorted(squares["shade"]) == [1, 4]
