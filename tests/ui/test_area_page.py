"""The first page: an area, rules that each say what they mean, and what a draft begins with."""

from __future__ import annotations

import pytest
from worlds.sessions import (
    FORDE,
    begun,
    button,
    choose,
    drafted,
    drafts,
    on_desk,
    opened,
    plan_of,
    press,
    sound,
    to,
    written,
)

from factgeo import language, settings
from factgeo.atlas import areas, teams
from factgeo.atlas.pack import Atlas
from factgeo.language import number, text
from factgeo.planning import planfile
from factgeo.planning.result import Result
from factgeo.settings import Settings
from factgeo.ui.area import page as area_page
from factgeo.ui.area import rules
from factgeo.ui.session import desk, example
from factgeo.ui.widgets import choice

__all__ = ["drafts"]  # runs by itself

SOLUND = "kommune:4636"


def test_the_app_opens_in_bokmaal_with_the_questions_of_the_first_page() -> None:
    shown = opened()
    assert sound(shown)
    assert shown.title[0].value == "Område"
    assert [header.value for header in shown.header][:2] == ["Hvor?", "Etter hvilke regler?"]
    assert button(shown, "app.plan.propose").label == "Foreslå opptaksområder"
    assert not shown.warning


def test_each_choice_has_help() -> None:
    shown = opened()
    fields = [*shown.selectbox, *shown.number_input, *shown.slider, *shown.checkbox, *shown.file_uploader]
    asked = {field.label: field.help for field in fields}
    assert len(asked) > 12
    assert [label for label, told in asked.items() if not told] == []


def test_the_figures_of_an_area_are_those_of_the_pack(shipped: Atlas) -> None:
    shown = opened(**begun(FORDE, settings.load()))
    area = areas.resolve(FORDE, shipped)
    people = shipped.population.loc[list(area.units)]
    assert [metric.value for metric in shown.metric] == [
        number(int(people["persons"].sum())),
        number(int(people["adults"].sum())),
        number(len(area.units)),
        number(len(teams.in_area(teams.listed(shipped), area))),
    ]


CHOICES = [  # words on the field, kind of field, what is chosen, where it ends in the settings
    ("app.rule.border", "selectbox", "county", "border"),
    ("app.rule.minutes", "slider", 45, "travel.minutes"),
    ("app.rule.goal", "selectbox", "strict", "goal.name"),
    ("app.rule.at_most", "number_input", 3, "teams.at_most"),
    ("app.rule.too_far", "number_input", 150, "travel.too_far"),
    ("app.rule.listed", "checkbox", True, "existing.listed"),
    ("app.rule.wait", "selectbox", "none", "ferry.wait_rule"),
    ("app.rule.wait_min", "number_input", 20.0, "ferry.wait_min"),
    ("app.rule.winter", "slider", 1.2, "roads.winter_factor"),
    ("app.rule.denominator", "selectbox", "total", "need.denominator"),
    ("app.rule.per_team", "number_input", 40_000, "capacity.per_team"),
]


def value_at(rules: Settings, place: str) -> object:
    found: object = rules
    for name in place.split("."):
        found = getattr(found, name)
    return found


def test_each_rule_that_is_chosen_reaches_the_settings_of_the_proposal() -> None:
    shown = opened(**begun(FORDE, settings.load()))
    for key, kind, value, place in CHOICES:
        assert value_at(settings.load(), place) != value
        choose(shown, text(key), value, kind)
    who = text("app.rule_who.all")
    choose(shown, text("app.rule.minimum", who=who), 16_000, "number_input")
    press(shown, "app.plan.propose")
    assert sound(shown)
    made = plan_of(shown).settings
    assert [value_at(made, place) for *_, place in CHOICES] == [value for _, _, value, _ in CHOICES]
    assert made.size.minimum == 16_000
    assert len(plan_of(shown).catchments) <= 3


@pytest.mark.parametrize("kind", rules.KINDS)
def test_each_kind_of_team_has_the_rules_of_its_preset(kind: str) -> None:
    shown = opened()
    choose(shown, text("app.rule.kind"), kind)
    assert sound(shown)
    assert rules.kind_of(settings.load(presets=[kind])) == kind
    choose(shown, text("app.area.kind"), "kommune")
    choose(shown, text("app.kind.kommune"), SOLUND)
    press(shown, "app.plan.propose")
    assert on_desk(shown).rules == settings.load(presets=[kind])


@pytest.mark.parametrize(
    "table",
    [
        {"travel": {"minutes": 12.5, "too_far": 20.5}},
        {"travel": {"minutes": 200}, "roads": {"winter_factor": 2.0}, "ferry": {"wait_min": 200.0}},
        {"size": {"minimum": 1}, "capacity": {"per_team": 300}, "roads": {"winter_factor": 0.8}},
    ],
)
def test_rules_out_of_the_ordinary_stay_as_they_are_where_nobody_touches_them(table: dict[str, object]) -> None:
    unusual = settings.load(tables=table)
    shown = opened(**begun(SOLUND, unusual))
    assert sound(shown)
    press(shown, "app.plan.propose")
    assert on_desk(shown).rules == unusual


def test_another_kind_of_team_keeps_a_planner_s_own_places_and_roads() -> None:
    site = {"name": "Legevakta", "lon": 5.85, "lat": 61.45}
    own = settings.load(tables={"bases": {"sites": [site]}, "roads": {"winter_factor": 1.1}})
    shown = opened(**begun(SOLUND, own))
    choose(shown, text("app.rule.kind"), "act")
    press(shown, "app.plan.propose")
    made = on_desk(shown).rules
    assert (made.bases, made.roads, made.size) == (own.bases, own.roads, settings.load(presets=["act"]).size)


def test_what_was_brought_before_can_be_left_out_again() -> None:
    site = {"name": "Legevakta", "lon": 5.85, "lat": 61.45}
    own = settings.load(tables={"bases": {"sites": [site]}, "edits": {"leave": ["4636"]}})
    shown = opened(**begun(SOLUND, own))
    choose(shown, text("app.upload.keep", count=2), False, "checkbox")
    press(shown, "app.plan.propose")
    assert on_desk(shown).rules == settings.load()


def test_a_name_that_no_area_has_gives_one_sentence() -> None:
    shown = opened()
    choose(shown, text("app.area.kind"), choice.TYPED)
    choose(shown, text("app.area.typed"), "Helse Førdi", "text_input")
    assert not shown.exception
    assert len(shown.error) == 1
    assert "Helse Førdi" in shown.error[0].value
    assert "Helse Førde" in shown.error[0].value  # the way forward
    assert on_desk_is_empty(shown)


def on_desk_is_empty(shown: object) -> bool:
    return desk.DESK not in shown.session_state  # type: ignore[attr-defined]


def test_a_draft_begins_with_the_slide(shipped: Atlas) -> None:
    shown = opened(**begun(FORDE, settings.load()))
    shown.radio[1].set_value("slide").run()
    press(shown, "app.area.open")
    assert sound(shown)
    assert plan_of(shown) == planfile.read(example.SLIDE, shipped)
    assert shown.title[0].value.startswith("Forslag")


def test_a_draft_begins_with_the_listed_teams_and_the_rules_stay_as_chosen() -> None:
    shown = opened(**begun(FORDE, settings.load()))
    shown.radio[1].set_value("listed").run()
    press(shown, "app.area.open")
    assert sound(shown)
    assert len(plan_of(shown).catchments) == 1
    assert on_desk(shown).rules == settings.load()


def test_the_example_of_a_first_visit_is_a_proposal_for_sogn_og_fjordane(forde: Result) -> None:
    shown = press(opened(), "app.example.start")
    assert sound(shown)
    assert plan_of(shown).catchments == forde.plan.catchments
    assert "steg 1 av 3" in written(shown)
    press(shown, "app.example.end")
    assert "steg 1 av 3" not in written(shown)


def test_proposing_again_begins_a_draft_of_which_nothing_is_said_yet(forde: Result) -> None:
    shown = opened("forslag", **drafted(forde))
    press(shown, "app.draft.lock_all")
    assert text("draft.did.all_locked") in written(shown)
    press(to(shown, ""), "app.plan.propose")
    assert plan_of(shown).catchments == forde.plan.catchments
    assert text("draft.did.all_locked") not in written(shown)
    assert not any(metric.delta for metric in shown.metric)


@pytest.mark.parametrize("kind", [kind for kind in choice.KINDS if kind in areas.KINDS])
def test_every_area_offered_has_a_name_of_its_own_that_the_library_knows(shipped: Atlas, kind: str) -> None:
    offered = choice.names(kind, shipped.units)
    assert len(set(offered.values())) == len(offered)
    some = [typed for k, (typed, shown) in enumerate(offered.items()) if k % 25 == 0 or shown.endswith(")")]
    assert all(areas.resolve(typed, shipped).units for typed in some)


def test_names_stand_in_norwegian_order(shipped: Atlas) -> None:
    names = list(choice.names("kommune", shipped.units).values())
    assert names.index("Øygarden") < names.index("Ål") < names.index("Åsnes") == len(names) - 1


@pytest.mark.parametrize("name", ["fylke:Vestland", "kommune:0301", "rhf:Helse Nord RHF"])
def test_the_area_of_a_plan_is_offered_as_the_area_that_it_is(shipped: Atlas, name: str) -> None:
    area = areas.resolve(name, shipped)
    found = area_page._typed(area, FORDE, shipped)
    assert areas.resolve(found, shipped).units == area.units
    assert found.partition(":")[0] in choice.KINDS


def test_the_area_of_a_plan_that_has_no_name_is_its_units(shipped: Atlas) -> None:
    some = areas.Area("mitt område", ("4602", "4611"))
    assert areas.resolve(area_page._typed(some, FORDE, shipped), shipped).units == some.units


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_page_opens_in_the_language_of_the_address(lang: str) -> None:
    shown = opened(lang=lang)
    assert sound(shown)
    assert button(shown, "app.plan.propose").label == text("app.plan.propose", lang=lang)
