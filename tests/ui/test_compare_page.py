"""Comparing: the figures of the library, plans of the draft's area only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest
from worlds.sessions import begun, drafted, drafts, on_desk, opened, press, sound, written

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.capacity import change
from factgeo.explore import compare, next_teams
from factgeo.language import number, percent, text
from factgeo.planning import draft, pipeline, planfile
from factgeo.planning.draft import EditContext
from factgeo.planning.result import Result
from factgeo.report import comparison as comparison_report
from factgeo.ui.compare import page as compare_page
from factgeo.ui.prose import plain
from factgeo.ui.session import desk, example
from factgeo.ui.session.desk import Saved

__all__ = ["drafts"]  # runs by itself


@pytest.fixture(scope="module")
def edited(forde: Result) -> Result:
    """The proposal with Kinn moved."""
    context = EditContext.of(forde)
    target = draft.neighbours(forde.plan, "4602", context)[0]
    return pipeline.remeasure_plan(forde, draft.move(forde.plan, ("4602",), target, context))


def session(forde: Result, *saved: Saved, lang: str = "nb") -> AppTest:
    state = drafted(forde)
    state[desk.DESK] = replace(state[desk.DESK], saved=saved)
    return opened("sammenlign", lang, **state)


def side_by_side(shown: AppTest, *keys: str) -> AppTest:
    return shown.multiselect[0].set_value(list(keys)).run()


def test_a_fresh_draft_is_compared_with_the_listed_teams(forde: Result, shipped: Atlas) -> None:
    shown = session(forde)
    assert sound(shown)
    listed = next_teams.listed_alone(shipped, forde.plan.area, forde.plan.settings)
    figures = shown.table[0].value
    assert figures.iloc[0, 1:].tolist() == [percent(each.figures.served) for each in (listed, forde)]
    names = (text("app.compare.listed"), text("app.compare.now"))
    said = comparison_report.main(compare.compare(listed, forde, names=names))
    assert all(plain(language.written(sentence.said)) in written(shown) for sentence in said)


def test_three_plans_stand_beside_each_other(forde: Result, edited: Result, shipped: Atlas) -> None:
    shown = side_by_side(session(forde, Saved("Flyttet", edited.plan)), "now", "saved:Flyttet", "slide")
    assert sound(shown)
    slide = pipeline.measure_plan(shipped, planfile.read(example.SLIDE, shipped))
    sums = [change.totals(each) for each in (forde, edited, slide)]
    figures = shown.table[0].value.set_index(text("app.compare.figure"))
    assert figures.loc[text("app.compare.catchments")].tolist() == [number(each.catchments) for each in sums]
    assert figures.loc[text("app.total.within", limit="60")].tolist() == [
        percent(total.within / forde.figures.population) for total in sums
    ]
    assert figures.loc[text("app.compare.broken")].tolist() == [number(len(r.notes)) for r in (forde, edited, slide)]
    assert "Flyttet" in shown.header[0].value
    shown.radio[-1].set_value(2).run()
    assert text("app.step.slide") in shown.header[0].value


def test_plans_with_different_limits_are_held_against_one(forde: Result) -> None:
    rules = settings.load(start=forde.plan.settings, tables={"travel": {"minutes": 30}})
    strict = pipeline.remeasure_plan(forde, replace(forde.plan, settings=rules))
    table = compare_page.figures_table(["A", "B"], [forde, strict])
    row = table.set_index(text("app.compare.figure")).loc[text("app.total.within", limit="60")]
    assert row["A"] == row["B"] == percent(forde.figures.share_within[60])


def test_one_plan_alone_is_no_comparison(forde: Result) -> None:
    shown = side_by_side(session(forde), "now")
    assert sound(shown)
    assert [each.value for each in shown.info] == [text("app.compare.too_few")]


def test_a_plan_from_a_file_is_taken_in_and_one_of_another_area_is_refused(
    forde: Result, edited: Result, shipped: Atlas
) -> None:
    shown = session(forde)
    rows = "\n".join(f"{unit};{team}" for unit, team in edited.plan.team_of().items())
    left = "\n".join(f"{entry.unit_code};" for entry in edited.plan.unserved)
    shown.file_uploader[0].upload("min.csv", f"unit_code;team_id\n{rows}\n{left}\n".encode(), "text/csv").run()
    press(shown, "app.compare.add")
    assert [saved.name for saved in on_desk(shown).saved] == [text("app.compare.brought")]
    assert on_desk(shown).saved[0].plan.team_of() == edited.plan.team_of()
    oslo = "\n".join(f"{unit};T1" for unit in areas.resolve("bydel:Nordstrand", shipped).units)
    shown.file_uploader[0].upload("annet.csv", f"unit_code;team_id\n{oslo}\n".encode(), "text/csv").run()
    press(shown, "app.compare.add")
    assert len(on_desk(shown).saved) == 1
    assert [each.value for each in shown.error] == [
        plain(text("app.compare.other_area", name=text("app.compare.brought")))
    ]


def test_plans_put_aside_of_another_area_are_not_offered(forde: Result, shipped: Atlas) -> None:
    other = pipeline.propose(shipped, areas.resolve("kommune:4636", shipped), settings.load())
    shown = session(forde, Saved("Solund", other.plan))
    assert sound(shown)
    assert "Solund" not in [str(each) for each in shown.multiselect[0].options]


def test_names_of_plans_are_no_markup(forde: Result, edited: Result) -> None:
    name = "![x](http://evil.no/x.png) <b>"
    shown = side_by_side(session(forde, Saved(name, edited.plan)), "now", f"saved:{name}", "first")
    assert sound(shown)
    words = [written(shown), shown.header[0].value, *map(str, shown.table[0].value.columns), shown.radio[-1].label]
    words += [str(option) for option in shown.radio[-1].options]
    assert all("![x](" not in each for each in words)
    assert any("evil" in each for each in words)


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_page_compares_in_every_language(forde: Result, lang: str) -> None:
    shown = session(forde, lang=lang)
    assert sound(shown)
    assert text("app.compare.broken", lang=lang) in shown.table[0].value.iloc[:, 0].tolist()


def test_an_area_without_any_team_is_compared_too() -> None:
    shown = opened("forslag", **begun("kommune:4636", settings.load()))
    press(shown, "app.draft.aside")
    assert sound(opened("sammenlign", draft_id=str(shown.query_params["id"])))


def test_the_page_tells_what_to_do_first_where_there_is_no_draft() -> None:
    shown = opened("sammenlign")
    assert [each.value for each in shown.info] == [text("app.compare.none")]
