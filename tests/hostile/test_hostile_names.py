"""Whatever things are called, every file shows it as typed and does nothing of it; what cannot be shown is refused."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from markdown_it import MarkdownIt
from matplotlib.figure import Figure
from worlds.basics import refusal
from worlds.hostile import AREA, NAMES, REFUSED

from factgeo import settings
from factgeo.atlas import places
from factgeo.atlas.pack import Atlas
from factgeo.contract import plan as plan_contract
from factgeo.errors import FactgeoError
from factgeo.explore import compare
from factgeo.export import plan as plan_files
from factgeo.export.folder import write
from factgeo.language import names
from factgeo.maps import potential as potential_map
from factgeo.maps import reach as reach_map
from factgeo.maps.comparison import comparison_map
from factgeo.people import growth
from factgeo.planning import edits, planfile
from factgeo.planning.result import Result
from factgeo.reach import measures as reach_measures
from factgeo.reach import potential
from factgeo.report import comparison as comparison_report
from factgeo.report import plan as plan_report
from factgeo.report.charts import history as history_chart
from factgeo.report.writers import markdown
from factgeo.travel import bases, changes

Save = Callable[[str, str | bytes], Path]


@pytest.fixture(scope="module")
def folder(evil: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the plan."""
    out = tmp_path_factory.mktemp("evil") / "plan"
    write(plan_files.folder(evil), out, overwrite=False)
    return out


def elements(document: str) -> tuple[set[str], str]:
    """The kinds of elements of a Markdown document, and all its text."""
    blocks = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(document)
    inside = [child for block in blocks for child in block.children or ()]
    return {each.type for each in (*blocks, *inside)}, "\n".join(each.content for each in inside)


def test_the_summary_reads_every_name_as_typed(folder: Path, forde: Result) -> None:
    kinds, words = elements((folder / "summary.md").read_text(encoding="utf-8"))
    assert kinds <= elements(markdown.write(plan_report.report(forde)))[0]
    assert [name for name in (*NAMES, AREA) if name not in words] == []


def test_a_comparison_reads_every_name_as_typed(evil: Result, forde: Result) -> None:
    found = compare.compare(evil, forde, names=(NAMES[0], NAMES[6]))
    kinds, words = elements(markdown.write(comparison_report.report(found)))
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "em_open", "code_inline", "hr"}
    assert [name for name in NAMES if name not in words] == []
    page = comparison_map(evil, forde, found).get_root().render()
    assert html.escape(NAMES[0]).replace("{", "&#123;").replace("}", "&#125;") in page
    assert "49" not in page.partition("<title>")[2].partition("</title>")[0]


def test_the_layers_of_the_geopackage_have_the_names_as_typed(folder: Path) -> None:
    teams = gpd.read_file(folder / "plan.gpkg", layer="teams")
    assert set(NAMES) <= set(teams["team_id"])
    assert set(NAMES) <= set(teams["name"])
    assert gpd.list_layers(folder / "plan.gpkg")["name"].tolist() == ["units", "teams", "bases", "cells"]


def test_the_tables_have_the_names_but_for_an_apostrophe_before_a_formula(folder: Path) -> None:
    teams = pd.read_csv(folder / "teams.csv", keep_default_na=False)
    shown = {*teams["team_id"], *teams["name"]}
    assert {name for name in NAMES if name not in shown} == {NAMES[9]}
    assert any(name.replace("'", "") == NAMES[9] for name in shown)


def test_the_map_of_a_plan_is_no_template(folder: Path) -> None:
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert html.unescape(page.partition("<title>")[2].partition("</title>")[0]).endswith(AREA)
    assert "<img src=x" not in page
    assert "alert(2)</script>" not in page


def test_a_plan_with_such_names_is_read_back_as_it_was(evil: Result, shipped: Atlas, save: Save) -> None:
    file = save("plan.json", json.dumps(plan_contract.plan_json(evil)))
    back = planfile.read(file, shipped)
    assert back.area.name == AREA
    assert [each.team_id for each in back.catchments] == [each.team_id for each in evil.plan.catchments]


def test_maps_of_reach_and_potential_are_no_templates(evil: Result, shipped: Atlas) -> None:
    place = potential.of_place(
        shipped, places.resolve("Førde", shipped), evil.plan.settings, potential.rules(evil.plan.settings)
    )
    named = replace(place, place=replace(place.place, name=NAMES[4] + NAMES[0]))
    for drawn in (reach_map.reach_map(reach_measures.planner(evil)), potential_map.place_map(named)):
        page = drawn.get_root().render()
        assert "49" not in page.partition("<title>")[2].partition("</title>")[0]
        assert html.escape(NAMES[4]) in page
        assert "<img src=x" not in page


def test_a_formula_in_the_name_of_an_area_is_no_formula_of_a_picture(drawn: list[Figure]) -> None:
    counts = (10, 11)
    history = growth.History("$\\href{x}$ $x^2$", (2023, 2024), counts, counts, counts, counts, (), "$x$")
    assert history_chart.draw(history)
    assert "$x^2$" in drawn[0].axes[0].get_title("left")


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_cannot_be_shown_is_refused_wherever_it_stands(
    name: str, forde: Result, shipped: Atlas, save: Save
) -> None:
    content = plan_contract.plan_json(forde)
    sign = names.unseen(name)
    for place, table in (("area.name", content["area"] | {"name": name}), ("teams[1].team_id", None)):
        teams = [{**content["teams"][0], "team_id": name}, *content["teams"][1:]]
        changed = content | ({"area": table} if table else {"teams": teams})
        file = save("plan.json", json.dumps(changed))
        said = refusal(FactgeoError, lambda file=file: planfile.read(file, shipped))  # type: ignore[misc]
        no_letter = "\ud800" in name  # no JSON has it, so that the file is none
        told = "characters that do not exist" if no_letter else f"plan.json: {place} has a line break or an invisible"
        assert told in said
    said = refusal(FactgeoError, lambda: settings.load(tables={"bases": {"required": ["Kinn", name]}}))
    assert f"bases.required[2] has a line break or an invisible control character ({sign})" in said


def test_files_of_demands_sites_and_links_name_the_row_of_such_a_name(shipped: Atlas, save: Save) -> None:
    demands = save("e.toml", '[[keep]]\nname = "a\\nb"\nunits = ["Kinn"]\n')
    assert "e.toml, keep[1]: the text has a line break" in refusal(FactgeoError, lambda: edits.read(demands, shipped))
    sites = save("s.csv", "name;lon;lat\nA;5.0;61.6\nB\u202e;5.0;61.6\n")
    assert "s.csv, line 3, column name" in refusal(FactgeoError, lambda: bases.read_sites(sites))
    links = save("l.csv", "name;from;to;minutes\nB\u2067;Florø;Måløy;10\n")
    assert "l.csv, line 2, column name" in refusal(FactgeoError, lambda: changes.read(links, shipped))


def test_a_file_is_not_called_so_either(shipped: Atlas, save: Save) -> None:
    file = save("plan\u202e.json", "{}")
    assert "plan<U+202E>.json has a line break" in refusal(FactgeoError, lambda: planfile.read(file, shipped))


def test_names_without_end_are_refused(forde: Result, shipped: Atlas, save: Save) -> None:
    content = plan_contract.plan_json(forde)
    teams = [{**content["teams"][0], "team_id": "x" * 101}, *content["teams"][1:]]
    for changed, most in (({"area": content["area"] | {"name": "x" * 10_000}}, 2000), ({"teams": teams}, 100)):
        file = save("plan.json", json.dumps(content | changed))
        said = refusal(FactgeoError, lambda file=file: planfile.read(file, shipped))  # type: ignore[misc]
        assert f"longer than {most} characters" in said


def test_other_alphabets_and_characters_without_width_are_names() -> None:
    assert not any(names.unseen(name) for name in (*NAMES, "می‌خواهم", "न्‍", "a\ufeffb"))
