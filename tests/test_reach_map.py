"""The maps of the measures: they ask nobody for anything, and show what the measure says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import folium
import pytest
from playwright.sync_api import expect, sync_playwright
from test_maps import assert_stands_alone, walk

from factgeo import language, maps, reach, settings
from factgeo.pack import Atlas
from factgeo.pipeline import Result
from factgeo.reach import Reach
from factgeo.reach_map import CLASS_COLOURS, SHARES, colour, reach_map

CHROMIUM = Path("/usr/bin/chromium")
NAMES = {"reach": "Dekning", "unserved": "Uten team", "bases": "Baser for målet"}


@pytest.fixture(scope="module")
def measures(shipped: Atlas, forde: Result) -> dict[str, Reach]:
    area, rules = forde.plan.area, settings.load()
    found = (reach.report_2017(shipped, area, rules), reach.slide(shipped, area, rules), reach.planner(forde))
    return {each.preset: each for each in found}


def layers(drawn: folium.Map) -> dict[str, Any]:
    return {part.layer_name: part for part in walk(drawn) if isinstance(part, folium.GeoJson)}


def told(layer: folium.GeoJson) -> Iterator[tuple[str, dict[str, str]]]:
    yield from ((feature["id"], feature["properties"]) for feature in layer.data["features"])


@pytest.mark.parametrize("preset", ["report-2017", "slide", "planner"])
def test_the_file_stands_alone(shipped: Atlas, measures: dict[str, Reach], preset: str, tmp_path: Path) -> None:
    assert_stands_alone(reach_map(shipped, measures[preset]), tmp_path)


def test_every_unit_has_the_colour_of_its_class_or_share(
    shipped: Atlas, forde: Result, measures: dict[str, Reach]
) -> None:
    for preset, each in measures.items():
        shown = layers(reach_map(shipped, each))
        drawn = dict(told(shown[NAMES["reach"]]))
        hatched = dict(told(shown[NAMES["unserved"]])) if NAMES["unserved"] in shown else {}
        assert set(drawn) | set(hatched) == set(forde.plan.area.units)
        assert set(hatched) == {unit.unit_code for unit in each.units if unit.region is None}
        colours = {code: properties["colour"] for code, properties in drawn.items()}
        assert colours == {unit.unit_code: colour(unit, each) for unit in each.units if unit.region}
        own = {shade for _, shade in SHARES} if preset == "planner" else set(CLASS_COLOURS.values())
        assert set(colours.values()) <= own
    assert (
        set(dict(told(layers(reach_map(shipped, measures["planner"]))[NAMES["reach"]]))) < set(forde.plan.area.units)
        or not forde.plan.unserved
    )


def test_a_share_has_the_colour_of_the_step_it_lies_in(measures: dict[str, Reach]) -> None:
    found = measures["planner"]
    for unit in found.units:
        if unit.region:
            share = unit.counted / unit.population
            least, highest = next(
                (low, ([1.1, *(step[0] for step in SHARES)])[k]) for k, (low, shade) in enumerate(SHARES)
                if shade == colour(unit, found)
            )  # fmt: skip
            assert least <= share < highest


def test_the_slide_has_no_bases_and_the_others_have_one_for_each_region(
    shipped: Atlas, measures: dict[str, Reach]
) -> None:
    assert NAMES["bases"] not in layers(reach_map(shipped, measures["slide"]))
    for preset in ("report-2017", "planner"):
        shown = layers(reach_map(shipped, measures[preset]))
        assert len(list(told(shown[NAMES["bases"]]))) == len(measures[preset].regions)


@pytest.mark.parametrize(("lang", "word"), [("nb", "anslått"), ("nn", "overslag"), ("en", "an estimate")])
def test_the_legend_says_in_each_language_that_bases_are_estimates(
    shipped: Atlas, measures: dict[str, Reach], lang: str, word: str
) -> None:
    language.use(lang)
    page = reach_map(shipped, measures["report-2017"]).get_root().render()
    assert f", {word}</span>" in page
    assert maps.safe(measures["report-2017"].definition.text()) in page
    assert f", {word}</span>" not in reach_map(shipped, measures["planner"]).get_root().render()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
def test_the_map_opens_from_disk_and_asks_nobody(shipped: Atlas, measures: dict[str, Reach], tmp_path: Path) -> None:
    path, asked, broken = tmp_path / "map.html", [], []
    maps.save_html(reach_map(shipped, measures["planner"]), path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(path.as_uri())
        regions = len(measures["planner"].regions)
        expect(page.locator(".leaflet-bases-pane path.leaflet-interactive")).to_have_count(regions)
        expect(page.locator(".leaflet-overlay-pane path.leaflet-interactive")).to_have_count(17)
        expect(page.locator(".factgeo-legend")).to_contain_text("Planleggerens mål")
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert broken == []
