"""The maps of the measures: they ask nobody for anything, and show what the measure says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import folium
import pytest
from worlds.map_files import assert_stands_alone, walk

from factgeo import language, settings
from factgeo.atlas.pack import Atlas
from factgeo.language import number, percent
from factgeo.language.escaping import html as safe
from factgeo.maps.offline import HATCH
from factgeo.maps.reach import CLASS_COLOURS, NO_LISTED, REMEDY_COLOURS, SHARES, First, colour, out_colour, reach_map
from factgeo.planning.result import Result
from factgeo.reach import fairness
from factgeo.reach import measures as reach_measures
from factgeo.reach.fairness import Help
from factgeo.reach.measures import LeftOut, Reach, Today

NAMES = {
    "reach": "Dekning",
    "unserved": "Uten team",
    "bases": "Baser for målet",
    "left_out": "Utenfor, etter viktigste grunn",
    "remedies": "Tiltak som gir mest",
    "today": "I dag, listede team (anslag)",
    "listed": "Listede team, oktober 2025 (ukjent om i drift)",
}


@pytest.fixture(scope="module")
def measures(shipped: Atlas, forde: Result) -> dict[str, Reach]:
    area, rules = forde.plan.area, settings.load()
    found = (
        reach_measures.report_2017(shipped, area, rules),
        reach_measures.slide(shipped, area, rules),
        reach_measures.planner(forde),
    )
    return {each.preset: each for each in found}


@pytest.fixture(scope="module")
def out(forde: Result) -> tuple[LeftOut, ...]:
    return reach_measures.left_out(forde)


@pytest.fixture(scope="module")
def helps(forde: Result) -> tuple[Help, ...]:
    return fairness.best_remedies(forde, 3)


@pytest.fixture(scope="module")
def today(shipped: Atlas, forde: Result) -> tuple[Today, ...]:
    found = (
        reach_measures.today(shipped, forde.plan.area, settings.load(), each) for each in ("narrow", "wide", "any")
    )
    return tuple(found)


@pytest.fixture
def full(
    measures: dict[str, Reach],
    out: tuple[LeftOut, ...],
    helps: tuple[Help, ...],
    today: tuple[Today, ...],
) -> folium.Map:
    """The planner's measure with everything beside it."""
    return reach_map(measures["planner"], left_out=out, remedies=helps, today=today)


def layers(drawn: folium.Map) -> dict[str, Any]:
    return {part.layer_name: part for part in walk(drawn) if isinstance(part, folium.GeoJson)}


def told(layer: folium.GeoJson) -> Iterator[tuple[str, dict[str, str]]]:
    yield from ((feature["id"], feature["properties"]) for feature in layer.data["features"])


@pytest.mark.parametrize("preset", ["report-2017", "slide", "planner"])
def test_the_file_stands_alone(measures: dict[str, Reach], preset: str, tmp_path: Path) -> None:
    assert_stands_alone(reach_map(measures[preset]), tmp_path)


def test_every_unit_has_the_colour_of_its_class_or_share(forde: Result, measures: dict[str, Reach]) -> None:
    for preset, each in measures.items():
        shown = layers(reach_map(each))
        drawn = dict(told(shown[NAMES["reach"]]))
        hatched = dict(told(shown[NAMES["unserved"]])) if NAMES["unserved"] in shown else {}
        assert set(drawn) | set(hatched) == set(forde.plan.area.units)
        assert set(hatched) == {unit.unit_code for unit in each.units if unit.region is None}
        colours = {code: properties["colour"] for code, properties in drawn.items()}
        assert colours == {unit.unit_code: colour(unit, each) for unit in each.units if unit.region}
        own = {shade for _, shade in SHARES} if preset == "planner" else set(CLASS_COLOURS.values())
        assert set(colours.values()) <= own
    assert (
        set(dict(told(layers(reach_map(measures["planner"]))[NAMES["reach"]]))) < set(forde.plan.area.units)
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


def test_the_slide_has_no_bases_and_the_others_have_one_for_each_region(measures: dict[str, Reach]) -> None:
    assert NAMES["bases"] not in layers(reach_map(measures["slide"]))
    for preset in ("report-2017", "planner"):
        shown = layers(reach_map(measures[preset]))
        assert len(list(told(shown[NAMES["bases"]]))) == len(measures[preset].regions)


@pytest.mark.parametrize(("lang", "word"), [("nb", "anslått"), ("nn", "anslag"), ("en", "an estimate")])
def test_the_legend_says_in_each_language_that_bases_are_estimates(
    measures: dict[str, Reach], lang: str, word: str
) -> None:
    language.use(lang)
    page = reach_map(measures["report-2017"]).get_root().render()
    assert f", {word}</span>" in page
    assert safe(measures["report-2017"].definition.text()) in page
    assert f", {word}</span>" not in reach_map(measures["planner"]).get_root().render()


def test_the_map_with_everything_stands_alone(full: folium.Map, tmp_path: Path) -> None:
    assert_stands_alone(full, tmp_path)


def test_what_was_not_asked_is_not_on_the_map(measures: dict[str, Reach], full: folium.Map) -> None:
    beside = {NAMES[name] for name in ("left_out", "remedies", "today", "listed")}
    assert set(layers(full)) >= beside
    plain = reach_map(measures["planner"])
    assert set(layers(plain)) & beside == set()
    assert layers(plain)[NAMES["reach"]].overlay  # a colouring that has no other beside it can be switched off


def test_of_the_colourings_one_can_be_seen_at_a_time_and_the_measure_is_first(full: folium.Map) -> None:
    shown = layers(full)
    colourings = {name: layer.show for name, layer in shown.items() if not layer.overlay}
    assert colourings == {NAMES["reach"]: True, NAMES["left_out"]: False, NAMES["today"]: False}


@pytest.mark.parametrize(("first", "name"), [("left_out", "left_out"), ("today", "today"), ("measure", "reach")])
def test_the_title_the_legend_and_the_colours_begin_with_what_is_wanted(
    measures: dict[str, Reach],
    out: tuple[LeftOut, ...],
    today: tuple[Today, ...],
    first: First,
    name: str,
) -> None:
    drawn = reach_map(measures["planner"], left_out=out, today=today, first=first)
    shown = layers(drawn)
    assert {each for each in ("reach", "left_out", "today") if shown[NAMES[each]].show} == {name}
    assert shown[NAMES["unserved"]].show == (first == "measure")  # hatching would hide the colours of the others
    assert shown[NAMES["bases"]].show == (first != "today")
    page = drawn.get_root().render()
    begins, area = {"left_out": "Hvem står utenfor", "today": "Dagens team, smal lesing"}, measures["planner"].area.name
    title = f"{begins.get(first, 'Planleggerens mål')}: {area}"
    assert f"<title>{title}</title>" in page
    legend = page[page.index('<details class="factgeo-legend"') :]
    assert f"<summary>{title}</summary>" in legend
    heads = {"measure": "Planleggerens mål", "left_out": NAMES["left_out"], "today": NAMES["today"]}
    closed = {kind for kind, head in heads.items() if f"<summary class=factgeo-part>{head}</summary>" in legend}
    assert closed == heads.keys() - {first}
    assert "<details name=factgeo-part open>" not in legend
    assert f'<pattern id="{HATCH}"' in page.removesuffix(legend)  # in a closed part it would hatch nothing


def test_the_listed_teams_alone_name_no_measure(today: tuple[Today, ...]) -> None:
    drawn = reach_map(None, today=today[1:], first="today")
    assert set(layers(drawn)) & set(NAMES.values()) == {NAMES["today"], NAMES["listed"]}
    page = drawn.get_root().render()
    assert f"<summary>Dagens team, vid lesing: {today[1].area.name}</summary>" in page
    assert f"Når {percent(today[1].share, 0)} av innbyggerne innen {number(today[1].minutes)} min (anslag)" in page
    assert not any(name in page for name in ("Lysbildet", "Planleggerens mål", "Rapport 3/2017"))


def test_nobody_left_out_is_shown_as_nobody(measures: dict[str, Reach]) -> None:
    drawn = reach_map(measures["slide"], first="left_out")
    assert {each["colour"] for _, each in told(layers(drawn)[NAMES["left_out"]])} == {"#ffffff"}
    assert f"Lysbildet: 0 innbyggere ({percent(0)}) er utenfor" in drawn.get_root().render()


def test_a_unit_is_told_by_how_many_are_left_out_and_coloured_by_the_reason_of_most(
    forde: Result, measures: dict[str, Reach], out: tuple[LeftOut, ...], full: folium.Map
) -> None:
    drawn = dict(told(layers(full)[NAMES["left_out"]]))
    assert set(drawn) == set(forde.plan.area.units)
    assert len({each["colour"] for each in drawn.values()}) > 2
    for unit in measures["planner"].units:
        own = [each for each in out if each.unit_code == unit.unit_code]
        persons = unit.population - unit.counted
        shown = drawn[unit.unit_code]
        assert shown["left_out"] == safe(f"{number(persons)} ({percent(persons / unit.population)})")
        if own:
            main = max(own, key=lambda each: each.persons)
            assert shown["colour"] == out_colour(main.reason, persons / unit.population)
            assert all(number(each.persons) in shown["reasons"] for each in own)
        else:
            assert shown["colour"] == "#ffffff"


def test_a_colour_is_paler_the_fewer_are_left_out() -> None:
    strong, medium, weak = (int(out_colour("beyond", share)[5:], 16) for share in (0.5, 0.05, 0.01))
    assert strong < medium < weak < 255


def test_places_are_numbered_and_say_what_each_remedy_brings(helps: tuple[Help, ...], full: folium.Map) -> None:
    (group,) = [part for part in walk(full) if isinstance(part, folium.FeatureGroup)]
    assert group.layer_name == NAMES["remedies"]
    circles, ranks = (list(told(part)) for part in walk(group) if isinstance(part, folium.GeoJson))
    assert [rank["name"] for _, rank in ranks] == [str(k) for k in range(1, len(helps) + 1)]
    for (_, shown), each in zip(circles, helps, strict=True):
        assert each.place.name in shown["place"]
        assert shown["colour"] == REMEDY_COLOURS[each.remedies[0].kind]
        lines = shown["remedies"].splitlines()
        assert len(lines) == len(each.remedies)
        assert all(number(remedy.residents) in line for line, remedy in zip(lines, each.remedies, strict=True))


def test_today_shows_the_listed_teams_and_the_share_whom_they_reach(today: tuple[Today, ...], full: folium.Map) -> None:
    shown = layers(full)
    drawn = dict(told(shown[NAMES["today"]]))
    for narrow, wide, nearest in zip(*(each.units for each in today), strict=True):
        own = drawn[narrow.unit_code]
        assert (own["colour"] == NO_LISTED) == (not narrow.covered)
        for unit, name in ((narrow, "narrow"), (wide, "wide"), (nearest, "any")):
            assert own[f"today_{name}"] == percent(unit.counted / unit.population, 0)
    names = "\n".join(each["listed"] for _, each in told(shown[NAMES["listed"]]))
    assert all(safe(team.name) in names for team in today[0].placed)
