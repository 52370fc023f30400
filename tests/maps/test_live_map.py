"""The map for drafting: files that are written once, a base that never changes, and a painting that says it all."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import folium
import networkx as nx
import numpy as np
import pytest
import shapely
from PIL import Image

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.maps import live as live_map
from factgeo.maps.ground import Ground, ground
from factgeo.maps.layers import lines_between, outlines_around
from factgeo.maps.live import Click
from factgeo.maps.palette import CLASSES, PALETTE, _neighbours, colours
from factgeo.planning import measure, pipeline
from factgeo.planning.result import Result
from factgeo.travel.times import UNREACHABLE


@pytest.fixture(scope="module")
def on(shipped: Atlas, forde: Result, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """The ground of Helse Førde."""
    return ground(shipped, forde.plan.area, folder_of(tmp_path_factory))


@pytest.fixture(scope="module")
def files(on: Ground, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of Helse Førde."""
    return folder_of(tmp_path_factory) / on.folder


def folder_of(factory: pytest.TempPathFactory) -> Path:
    return factory.getbasetemp() / "live"


def told(on: Ground, result: Result, **options: Any) -> dict[str, Any]:
    """What a painting tells the browser."""
    group = live_map.paint(on, result, colours=colours(result), **options)
    return data_of(next(part for part in group._children.values() if isinstance(part, live_map.Call)))


def data_of(call: live_map.Call) -> dict[str, Any]:
    code = call.code()
    found: dict[str, Any] = json.loads(code[code.index("{") : code.rindex("}") + 1])
    return found


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(drawn: folium.Map) -> str:
    """The map as text, without the random names that folium gives."""
    return re.sub(r"[0-9a-f]{32}", "", drawn.get_root().render())


def test_the_files_hold_each_unit_once_with_a_point_inside(files: Path, forde: Result) -> None:
    features = read(files / "units.json")["features"]
    assert [feature["properties"]["unit"] for feature in features] == list(forde.plan.area.units)
    for feature in features:
        assert shapely.geometry.shape(feature["geometry"]).contains(shapely.Point(feature["properties"]["at"]))


def test_the_lines_between_catchments_are_those_of_the_map_file(shipped: Atlas, files: Path, forde: Result) -> None:
    team_of = forde.plan.team_of()
    chosen = [
        shapely.geometry.shape(feature["geometry"])
        for feature in read(files / "borders.json")["features"]
        if team_of.get(feature["properties"]["a"]) != team_of.get(feature["properties"]["b"])
    ]
    units = list(forde.plan.area.units)
    outlines = outlines_around(shipped, units).loc[units]
    owners = np.array([list({*team_of.values(), None}).index(team_of.get(unit)) for unit in units])
    expected = lines_between(outlines.to_numpy(), owners)
    assert sum(line.length for line in chosen) == pytest.approx(expected.length, rel=1e-9)
    assert shapely.union_all(chosen).difference(expected.buffer(1e-9)).is_empty


def test_files_are_written_once_and_another_area_has_its_own(shipped: Atlas, on: Ground, files: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in files.iterdir()}
    again = ground(shipped, on.area, files.parent)
    assert {path.name: path.stat().st_mtime_ns for path in files.iterdir()} == before
    assert again.folder == on.folder
    other = ground(shipped, areas.resolve("Oslo", shipped), files.parent)
    assert other.folder != on.folder
    assert {path.name for path in files.parent.iterdir()} == {on.folder, other.folder}  # nothing half done is left


def test_files_of_all_norway_are_small(shipped: Atlas, tmp_path: Path) -> None:
    norway = ground(shipped, areas.resolve("Norge", shipped), tmp_path)
    sizes = {path.name: path.stat().st_size for path in (tmp_path / norway.folder).iterdir()}
    assert max(sizes.values()) < 1_000_000
    assert {"units.json", "around.json", "borders.json", "roads.json", "population.png", "live_map.js"} <= set(sizes)


def test_each_pixel_shows_the_residents_of_its_square(shipped: Atlas, on: Ground, files: Path) -> None:
    assert on.grid is not None
    cells = shipped.cells[shipped.cells["unit_code"].isin(on.area.units)].reset_index(drop=True)
    shown = np.array(Image.open(files / "population.png"))
    assert shown.shape == on.grid.square.shape
    place = list(zip(cells["x"] // 1000, cells["y"] // 1000, strict=True))
    persons: dict[Any, int] = {}
    for at, count in zip(place, cells["persons"], strict=True):
        persons[at] = persons.get(at, 0) + int(count)
    for number, at in zip(on.grid.of_cell, place, strict=True):
        pixels = shown[on.grid.square == number] if number % 50 == 1 else []
        assert all(pixel == sum(persons[at] >= low for low in CLASSES) for pixel in pixels)


def test_the_base_is_the_same_text_whatever_the_plan_and_differs_by_language(on: Ground) -> None:
    first, second = (text_of(live_map.base_map(on, assets="../a/", files="../f/")) for _ in range(2))
    assert first == second
    language.use("en")
    assert text_of(live_map.base_map(on, assets="../a/", files="../f/")) != first


def test_the_base_asks_nobody_outside(on: Ground) -> None:
    drawn = live_map.base_map(on, assets="../a/", files="../f/")
    links = [link for _, link in (*drawn.default_js, *drawn.default_css)]
    assert links == ["../a/leaflet.js", f"../f/{on.folder}/live_map.js", "../a/leaflet.css"]


def test_units_carry_their_team_and_the_minutes_that_the_library_measures(on: Ground, forde: Result) -> None:
    units = told(on, forde)["units"]
    assert set(units) == set(forde.plan.area.units)
    for catchment in forde.plan.catchments:
        for unit in catchment.units:
            travel = measure.travel_figures(*forde.journeys.minutes(catchment.base, (unit,)))
            assert units[unit]["team"] == catchment.team_id
            assert units[unit]["residents"] == language.number(int(forde.atlas.population.at[unit, "persons"]))
            for name, minutes in (("median", travel.median_min), ("p95", travel.p95_min)):
                never = language.text("map.tooltip.out_of_reach")
                expected = never if minutes is None else f"{language.number(minutes)} min"
                assert units[unit][name] == expected
    for left in forde.plan.unserved:
        assert "team" not in units[left.unit_code]
        assert units[left.unit_code]["reason"] == language.text(f"reason.{left.reason}")


def test_bands_show_the_minutes_from_the_own_base_and_nothing_without_a_team(on: Ground, forde: Result) -> None:
    picture = live_map.minutes(on, forde)
    assert picture is not None
    assert on.grid is not None
    shown = np.array(Image.open(io.BytesIO(b64decode(picture.address.partition(",")[2]))))
    cells, team_of = forde.journeys.cells, forde.plan.team_of()
    bands: dict[int, int] = {}
    for cell, number in enumerate(on.grid.of_cell):
        if number and cells["unit_code"][cell] in team_of:
            seconds = forde.ways.seconds[cell]
            band = 6 if seconds == UNREACHABLE else 1 + sum(seconds > 60 * limit for limit in (30, 45, 60, 90))
            bands[number] = max(band, bands.get(number, 0))
    expected = np.array([bands.get(number, 0) for number in range(int(on.grid.of_cell.max()) + 1)])
    assert (shown == expected[on.grid.square]).all()
    assert len(picture.colours) == 6


def test_a_name_from_outside_is_shown_as_text_and_cannot_end_the_script(on: Ground, forde: Result) -> None:
    evil = "</script><img src=x onerror=alert(1)>{{'x'}}"
    teams = (dataclasses.replace(forde.figures.teams[0], name=evil), *forde.figures.teams[1:])
    result = dataclasses.replace(forde, figures=dataclasses.replace(forde.figures, teams=teams))
    group = live_map.paint(on, result, colours=colours(forde))
    call = next(part for part in group._children.values() if isinstance(part, live_map.Call))
    assert not set("<>&'") & set(call.code())
    assert data_of(call)["teams"][teams[0].team_id]["label"].endswith(evil)
    assert evil not in data_of(call)["legend"]


def test_switches_decide_what_is_sent(on: Ground, forde: Result) -> None:
    plain = told(on, forde)
    assert plain["pictures"] == {}
    unit, other = forde.plan.area.units[:2]
    full = told(on, forde, layers=("minutes", "background"), selected=unit, locked={other, unit})
    assert set(full["pictures"]) == {"minutes"}
    assert full["layers"] == ["background", "minutes"]
    assert full["locked"] == sorted((unit, other))
    assert str(forde.atlas.units.at[unit, "name"]) in full["alternative"]
    assert language.text("live_map.minutes.never") in full["legend"]
    assert language.text("live_map.minutes.never") not in plain["legend"]


def test_every_switch_has_a_name_and_those_without_a_layer_are_left_out(forde: Result) -> None:
    offered = live_map.layers_of(forde)
    assert "act" not in offered
    assert "potential" not in offered
    assert len({live_map.layer_name(layer) for layer in live_map.LAYERS}) == len(live_map.LAYERS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"unit": "4601", "at": 5}, Click("4601", 5)),
        ({"unit": None, "at": 6}, Click(None, 6)),
        ({}, None),
        (None, None),
        ({"unit": 7, "at": 6}, None),
        ({"unit": "4601", "at": "x"}, None),
    ],
)
def test_a_click_is_read_and_anything_else_is_none(value: object, expected: Click | None) -> None:
    assert live_map.clicked(value) == expected


def test_teams_keep_their_colours_where_neighbours_still_differ(shipped: Atlas) -> None:
    result = pipeline.propose(shipped, areas.resolve("Trøndelag", shipped), settings.load())
    plan, before = result.plan, colours(result)
    assert colours(result, before) == before
    first, *rest = plan.catchments
    giver = next(team for team in rest if len(team.units) > 1)
    unit = next(unit for unit in giver.units if unit != giver.base.unit_code)
    drawn = tuple(
        dataclasses.replace(team, units=tuple(sorted({*team.units, unit}))) if team is first
        else dataclasses.replace(team, units=tuple(each for each in team.units if each != unit)) if team is giver
        else team
        for team in plan.catchments
    )  # fmt: skip
    redrawn = dataclasses.replace(result, plan=dataclasses.replace(plan, catchments=drawn))
    after = colours(redrawn, before)
    graph: nx.Graph[str] = _neighbours(redrawn)
    assert all(after[a] != after[b] for a, b in graph.edges)
    assert sum(after[team] != before[team] for team in before) <= 2


def test_a_colour_that_two_neighbours_share_is_kept_by_one(forde: Result) -> None:
    same = dict.fromkeys((team.team_id for team in forde.plan.catchments), PALETTE[3])
    after = colours(forde, same)
    assert len(set(after.values())) == len(after)
    assert list(after.values()).count(PALETTE[3]) == 1
