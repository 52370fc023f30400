"""Two plans on one map: it asks nobody for anything, and shows what the comparison says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pytest
from worlds.map_files import EVIL, Parts, assert_stands_alone, walk

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.explore import compare
from factgeo.explore.compare import CLASSES, Comparison
from factgeo.maps.comparison import changed_squares, comparison_map, fill
from factgeo.maps.offline import save_html
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.travel.times import UNREACHABLE

NAMES = ("today", "larger")


@pytest.fixture(scope="module")
def larger(shipped: Atlas) -> Result:
    """Helse Førde with catchments of at least 25,000 residents."""
    rules = settings.load(assignments=["size.minimum=25000"])
    return pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)


@pytest.fixture(scope="module")
def compared(forde: Result, larger: Result) -> Comparison:
    return compare.compare(forde, larger, names=NAMES)


def layers(drawn: folium.Map) -> dict[str, Any]:
    """The drawn layers by their names on the map."""
    kinds = folium.GeoJson | folium.raster_layers.ImageOverlay
    return {part.layer_name: part for part in walk(drawn) if isinstance(part, kinds)}


def features(layer: folium.GeoJson) -> Iterator[dict[str, Any]]:
    yield from layer.data["features"]


def test_the_file_stands_alone(forde: Result, larger: Result, compared: Comparison, tmp_path: Path) -> None:
    assert_stands_alone(comparison_map(forde, larger, compared), tmp_path)


def test_every_unit_is_drawn_with_its_teams_and_minutes(forde: Result, larger: Result, compared: Comparison) -> None:
    shown = layers(comparison_map(forde, larger, compared))
    told = {feature["id"]: feature["properties"] for feature in features(shown["Endring i reisetid"])}
    assert set(told) == set(forde.plan.area.units)
    assert told["4602"]["team_a"] == "T03 Svelgen"
    assert told["4602"]["team_b"] == "T02 Førde"
    assert (told["4602"]["change"], told["4602"]["shorter"], told["4602"]["fill"]) == ("+16", "11\xa0322", "3")
    assert (told["4637"]["team_b"], told["4637"]["fill"], told["4637"]["lost"]) == ("uten team", "lost", "1\xa0275")
    assert told["4640"]["fill"] == "0"


def test_units_that_move_have_an_outline_and_a_name(forde: Result, larger: Result, compared: Comparison) -> None:
    shown = layers(comparison_map(forde, larger, compared))
    moved = {unit.unit_code for unit in compared.moved}
    assert {feature["id"] for feature in features(shown["Bytter, får eller mister team"])} == moved
    named = {
        feature["properties"]["name"] for feature in features(shown["Navn på baser og på områder som bytter team"])
    }
    assert {"Kinn +16 min", "Bremanger +57 min", "Hyllestad", "Svelgen", "Førde"} < named


def test_bases_and_borders_of_both_plans_are_layers_of_their_own(
    forde: Result, larger: Result, compared: Comparison
) -> None:
    shown = layers(comparison_map(forde, larger, compared))
    assert len(list(features(shown["Baser i plan A"]))) == 4
    assert len(list(features(shown["Baser i plan B"]))) == 3
    borders = [next(features(shown[f"Grenser i plan {side}"]))["geometry"] for side in "AB"]
    assert borders[0] != borders[1]


def test_squares_have_the_colour_of_their_own_residents_change(forde: Result, larger: Result) -> None:
    squares = changed_squares(forde, larger).set_index(["column", "row"])["shade"].to_dict()
    cells = forde.journeys.cells
    expected = {}
    for (column, row), mine in cells.groupby([cells["x"] // 1000, cells["y"] // 1000]):
        a, b = (side.ways.seconds[mine.index].astype(float) for side in (forde, larger))
        known = (a != UNREACHABLE) & (b != UNREACHABLE) & (mine["persons"] > 0).to_numpy()
        if known.any():
            mean = np.average((b - a)[known], weights=mine["persons"][known]) / 60
            limits = [-30, -15, -5, -0.5, 0.5, 5, 15, 30]
            if abs(mean) >= 0.5:
                expected[column, row] = int(np.digitize(mean, limits)) + 1
    assert squares == expected
    assert {shade < CLASSES + 1 for shade in squares.values()} == {True, False}


def test_nothing_changes_between_a_plan_and_itself(forde: Result) -> None:
    same = compare.compare(forde, forde, names=NAMES)
    assert {fill(unit) for unit in same.units} == {0, "never"}
    shown = layers(comparison_map(forde, forde, same))
    assert "Bytter, får eller mister team" not in shown
    assert "Endring i hver rute (1 km²)" not in shown


def test_names_cannot_become_markup(forde: Result, larger: Result, compared: Comparison, tmp_path: Path) -> None:
    teams = tuple(replace(team, name=EVIL) for team in forde.figures.teams)
    evil = replace(forde, figures=replace(forde.figures, teams=teams))
    pages = []
    for name, result, found in (
        ("plain", forde, compared),
        ("evil", evil, compare.compare(evil, larger, names=(EVIL, EVIL))),
    ):
        save_html(comparison_map(result, larger, found), tmp_path / name)
        pages.append((tmp_path / name).read_text(encoding="utf-8"))
    assert Parts(pages[0]).elements == Parts(pages[1]).elements
    assert "<script>alert(1)" not in pages[1]
    assert "&lt;script&gt;alert(1)" in pages[1]


@pytest.mark.parametrize(("lang", "word"), [("nb", "kortere"), ("nn", "kortare"), ("en", "shorter")])
def test_the_legend_speaks_the_language_in_use(
    forde: Result, larger: Result, compared: Comparison, lang: str, word: str
) -> None:
    language.use(lang)
    page = comparison_map(forde, larger, compared).get_root().render()
    assert f"<span>{word}</span>" in page
