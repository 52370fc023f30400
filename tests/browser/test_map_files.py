"""The maps that are written as files: they open from disk, ask nobody, and show what they should."""

from __future__ import annotations

from pathlib import Path

import folium
import pytest
from playwright.sync_api import Page, expect

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.explore import compare
from factgeo.language import text
from factgeo.maps import plan as plan_map
from factgeo.maps.comparison import comparison_map
from factgeo.maps.offline import save_html
from factgeo.maps.reach import reach_map
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.reach import fairness
from factgeo.reach import left_out as reach_left_out
from factgeo.reach import measures as reach_measures

pytestmark = pytest.mark.browser

UNITS = ".leaflet-overlay-pane path.leaflet-interactive"
BASES = ".leaflet-bases-pane path.leaflet-interactive"


def opened(drawn: folium.Map, page: Page, folder: Path) -> Page:
    """The map's file in a window, which fails if anything is asked of another machine or a script breaks."""
    path = folder / "map.html"
    save_html(drawn, path)
    page.goto(path.as_uri())
    return page


def test_a_plan(forde: Result, page: Page, tmp_path: Path) -> None:
    shown = opened(plan_map.plan_map(forde), page, tmp_path)
    expect(shown.locator(BASES)).to_have_count(len(forde.plan.catchments))
    expect(shown.locator(".factgeo-name")).to_have_count(len(forde.plan.catchments))
    shown.locator(BASES).first.hover()
    expect(shown.locator(".foliumtooltip")).to_contain_text(forde.figures.teams[0].name)


def test_a_comparison(shipped: Atlas, forde: Result, page: Page, tmp_path: Path) -> None:
    rules = settings.load(assignments=["size.minimum=25000"])
    larger = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    compared = compare.compare(forde, larger, names=("today", "larger"))
    shown = opened(comparison_map(forde, larger, compared), page, tmp_path)
    expect(shown.locator(BASES)).to_have_count(len(forde.plan.catchments) + len(larger.plan.catchments))
    expect(shown.locator(UNITS)).to_have_count(len(forde.plan.area.units))
    expect(shown.locator(".factgeo-legend")).to_contain_text("A: today")
    expect(shown.locator(".leaflet-population-pane img:visible")).to_have_count(1)


def test_a_measure_of_reach(forde: Result, page: Page, tmp_path: Path) -> None:
    shown = opened(reach_map(reach_measures.planner(forde)), page, tmp_path)
    expect(shown.locator(BASES)).to_have_count(len(forde.plan.catchments))
    expect(shown.locator(UNITS)).to_have_count(len(forde.plan.area.units))
    expect(shown.locator(".factgeo-legend")).to_contain_text("Planleggerens mål")


def test_choosing_a_colouring_takes_the_other_away(forde: Result, page: Page, tmp_path: Path) -> None:
    out, helps = reach_left_out.left_out(forde), fairness.best_remedies(forde, 3)
    shown = opened(reach_map(reach_measures.planner(forde), left_out=out, remedies=helps), page, tmp_path)
    shown.hover(".leaflet-control-layers")
    shown.get_by_text(text("map.layer.left_out")).last.click()
    expect(shown.locator(UNITS)).to_have_count(len(forde.plan.area.units) + len(forde.plan.unserved))
    expect(shown.locator(".factgeo-rank")).to_have_count(len(helps))
    box = shown.locator(".factgeo-legend").bounding_box()
    assert box is not None
    assert box["y"] > 0
