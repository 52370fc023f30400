"""The proposal and the edits by hand: the page shows what the library computes, and nothing is lost."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from worlds import reports
from worlds.reports import said
from worlds.runs import Run
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
)  # fmt: skip

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.capacity import change
from factgeo.explore import why
from factgeo.explore.answers import Further
from factgeo.language import Phrase, text
from factgeo.planning import draft, pipeline
from factgeo.planning.draft import EditContext
from factgeo.planning.plan import NO_PROOF
from factgeo.planning.result import Result
from factgeo.report import change as change_report
from factgeo.report import explore as explore_report
from factgeo.report import unserved as unserved_report
from factgeo.travel import changes
from factgeo.ui.draft import key_figures
from factgeo.ui.draft import map as draft_map
from factgeo.ui.draft import page as draft_page
from factgeo.ui.draft import panel as edit_panel
from factgeo.ui.draft import tables as plan_tables
from factgeo.ui.prose import plain
from factgeo.ui.session import desk, work
from factgeo.ui.session.desk import Saved

__all__ = ["drafts"]  # runs by itself

KINN, GLOPPEN = "4602", "4650"
RANDOM = re.compile("[0-9a-f]{32}")  # folium's names of the parts of a map


@pytest.fixture
def page(forde: Result) -> AppTest:
    """The proposal for Helse Førde, with Kinn chosen."""
    shown = opened("forslag", **drafted(forde))
    return choose(shown, text("app.panel.unit"), KINN)


def other_team(result: Result, unit: str = KINN) -> str:
    """The nearest team beside a unit's own."""
    return draft.neighbours(result.plan, unit, EditContext.of(result))[0]


def moved(page: AppTest, forde: Result, unit: str = KINN) -> AppTest:
    """The page after a unit was moved to the nearest other team."""
    choose(page, text("app.panel.unit"), unit)
    choose(page, text("app.panel.to"), other_team(forde, unit))
    return press(page, "app.panel.move")


def figures(page: AppTest) -> list[str]:
    return [metric.value for metric in page.metric]


def test_the_page_shows_the_figures_of_the_library(page: AppTest, forde: Result) -> None:
    assert sound(page)
    now = change.totals(forde)
    expected = [figure.value for figure in key_figures.key_figures(change.between(forde, forde), forde)]
    assert figures(page) == expected
    assert any(str(now.teams) == value for value in figures(page))
    left = [plain(language.written(unserved_report.reason(entry, forde))) for entry in forde.plan.unserved]
    assert left
    assert all(sentence in written(page) for sentence in left)
    assert page.table[0].value["Base"].tolist() == [team.name for team in forde.figures.teams]
    assert page.table[0].value["Innbyggere"].tolist() == [team.population for team in forde.figures.teams]


def test_the_table_holds_each_team_as_measured(forde: Result) -> None:
    table = plan_tables.teams_table(forde)
    for row, team in zip(table.itertuples(), forde.figures.teams, strict=True):
        assert (row.team_id, row.population, row.adults) == (team.team_id, team.population, team.adults)
        assert row.target == team.target_group.central
        assert (row.median_min, row.p95_min) == (team.travel.median_min, team.travel.p95_min)
        assert row.share_within_60 == team.travel.share_within[60]


def test_the_units_of_the_table_are_all_those_of_the_area(forde: Result) -> None:
    table = plan_tables.units_table(forde)
    assert set(table["unit_code"]) == set(forde.plan.area.units)
    assert table["population"].sum() == forde.figures.population
    assert (table["team"] == text("app.panel.nobody")).sum() == len(forde.plan.unserved)


def test_moving_a_unit_gives_the_plan_and_the_change_of_the_library(page: AppTest, forde: Result) -> None:
    target = other_team(forde)
    moved(page, forde)
    assert sound(page)
    expected = draft.move(forde.plan, (KINN,), target, EditContext.of(forde))
    assert plan_of(page) == expected
    then = pipeline.remeasure_plan(forde, expected)
    difference = change.between(forde, then)
    assert all(plain(line) in written(page) for line in said(change_report.brief(difference)))
    assert figures(page) == [figure.value for figure in key_figures.key_figures(difference, then)]


def test_broken_rules_are_sentences_and_block_nothing(page: AppTest, forde: Result) -> None:
    smallest = min(forde.figures.teams, key=lambda team: team.population).team_id
    units = [each for each in draft.team(forde.plan, smallest).units if each != forde.plan.base_of()[each].unit_code]
    for unit in units:
        choose(page, text("app.panel.unit"), unit)
        choose(page, text("app.panel.to"), edit_panel.NOBODY)
        press(page, "app.panel.move")
    result = page.session_state[desk.RESULT]
    assert result.notes
    assert all(plain(note.text()) in written(page) for note in result.notes)
    assert not page.error


def test_a_unit_out_of_every_team_is_listed_as_unserved(page: AppTest) -> None:
    choose(page, text("app.panel.to"), edit_panel.NOBODY)
    press(page, "app.panel.move")
    result = page.session_state[desk.RESULT]
    assert KINN in {entry.unit_code for entry in plan_of(page).unserved}
    entry = next(each for each in plan_of(page).unserved if each.unit_code == KINN)
    assert plain(language.written(unserved_report.reason(entry, result))) in written(page)
    assert set(plan_of(page).team_of()) | {each.unit_code for each in plan_of(page).unserved} == set(
        plan_of(page).area.units
    )


def test_a_locked_unit_cannot_be_moved_until_it_is_unlocked(page: AppTest) -> None:
    press(page, "app.panel.lock")
    assert draft.locked_units(plan_of(page)) == {KINN}
    assert button(page, "app.panel.move").disabled
    press(page, "app.panel.unlock")
    assert not button(page, "app.panel.move").disabled


def test_a_click_that_would_move_a_locked_unit_is_told_and_changes_nothing(page: AppTest, forde: Result) -> None:
    press(page, "app.panel.lock")
    before = plan_of(page)
    click(page, KINN, other_team(forde))
    assert plan_of(page) == before
    assert len(page.error) == 1
    assert "Kinn" in page.error[0].value
    press(page, "app.draft.undo")
    assert not page.error


def click(page: AppTest, unit: str, team_id: str = draft_map.CHOOSE, at: int = 1) -> AppTest:
    """What a click on the map leaves in the session; the tester has no map."""
    page.session_state[draft_map.MODE] = team_id
    page.session_state[draft_map.KEY] = {"unit": unit, "at": at}
    return page.run()


def test_clicks_on_the_map_choose_or_move_and_count_once(
    page: AppTest, forde: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_map, "show", lambda _result: None)
    click(page, GLOPPEN)
    assert page.session_state[edit_panel.UNIT] == GLOPPEN
    assert plan_of(page) == forde.plan
    target = other_team(forde)
    choose(page, text("app.map.click"), target)
    page.session_state[draft_map.KEY] = {"unit": KINN, "at": 2}
    page.run()
    assert plan_of(page) == draft.move(forde.plan, (KINN,), target, EditContext.of(forde))
    press(page, "app.draft.undo")
    page.run()  # the same click is still there
    assert plan_of(page) == forde.plan


def test_undo_and_redo_go_through_the_whole_session(page: AppTest, forde: Result) -> None:
    moved(page, forde)
    after = plan_of(page)
    press(page, "app.panel.lock")
    press(page, "app.draft.undo")
    press(page, "app.draft.undo")
    assert plan_of(page) == forde.plan
    assert button(page, "app.draft.undo").disabled
    press(page, "app.draft.redo")
    assert plan_of(page) == after
    history = on_desk(page).history
    assert history is not None
    assert text("app.draft.redid", step=history.steps[1].what) in written(page).replace("\\", "")


def test_a_unit_becomes_the_base_or_a_team_of_its_own(page: AppTest, forde: Result) -> None:
    home, context = forde.plan.team_of()[KINN], EditContext.of(forde)
    base = context.candidates((KINN,))[0]
    if forde.plan.base_of()[KINN] != base:
        press(page, "app.panel.base")
        assert plan_of(page) == draft.set_base(forde.plan, home, base, context)
        press(page, "app.draft.undo")
        press(page, "app.panel.new")
        assert plan_of(page) == draft.add_team(forde.plan, base, context)
    choose(page, text("app.panel.unit"), GLOPPEN)
    press(page, "app.panel.new")
    assert sound(page)
    assert len(plan_of(page).catchments) >= len(forde.plan.catchments)


def test_teams_are_divided_joined_and_locked(page: AppTest, forde: Result) -> None:
    first, context = forde.plan.catchments[0].team_id, EditContext.of(forde)
    choose(page, text("app.panel.team"), first)
    press(page, "app.panel.divide")
    divided = draft.divide(forde.plan, first, context)
    assert plan_of(page) == divided
    new = divided.catchments[-1].team_id
    choose(page, text("app.panel.join_with"), new)
    press(page, "app.panel.join")
    assert plan_of(page) == draft.join(divided, first, new, context)
    press(page, "app.panel.lock_team")
    assert draft.locked_teams(plan_of(page)) == {first}
    assert button(page, "app.panel.divide").disabled
    press(page, "app.panel.unlock_team")
    assert not draft.locked_teams(plan_of(page))


def test_improving_leaves_what_is_locked_and_finds_the_best_of_the_rest(page: AppTest, forde: Result) -> None:
    moved(page, forde)
    press(page, "app.panel.lock")
    locked = page.session_state[desk.RESULT]
    press(page, "app.draft.improve")
    assert sound(page)
    assert plan_of(page).catchments == draft.improve(locked).plan.catchments
    assert plan_of(page).base_of()[KINN] == locked.plan.base_of()[KINN]
    assert text("draft.did.improved") in written(page)


def test_an_edit_meanwhile_ends_the_wish_to_improve(page: AppTest, forde: Result) -> None:
    page.session_state[draft_page.IMPROVING] = "another draft"
    moved(page, forde)
    assert plan_of(page) == draft.move(forde.plan, (KINN,), other_team(forde), EditContext.of(forde))
    assert draft_page.IMPROVING not in page.session_state


def test_rules_that_no_plan_can_keep_give_one_sentence(forde: Result) -> None:
    rules = settings.load(start=forde.plan.settings, tables={"teams": {"at_least": 12}})
    plan = replace(forde.plan, settings=rules, proof=NO_PROOF)
    shown = opened("forslag", **drafted(pipeline.remeasure_plan(forde, plan)))
    press(shown, "app.draft.improve")
    assert not shown.exception
    assert len(shown.error) == 1
    assert plan_of(shown) == plan
    shown.button_group[-1].set_value("alternatives").run()
    assert not shown.exception
    assert len(shown.error) == 2


def test_why_not_is_answered_by_the_library(page: AppTest, forde: Result) -> None:
    target = other_team(forde)
    choose(page, text("app.panel.to"), target)
    press(page, "app.panel.why")
    answer = why.why(forde, KINN, draft.team(forde.plan, target).base)
    said = reports.said(explore_report.brief(Further(answer=answer), forde))
    assert all(plain(line) in page.info[0].value for line in said)


def more(page: AppTest, question: str) -> AppTest:
    """Ask one of the questions beyond the plan."""
    return page.button_group[-1].set_value(question).run()


def test_an_alternative_can_be_used_and_put_aside(page: AppTest, forde: Result) -> None:
    more(page, "alternatives")
    assert sound(page)
    press(page, "app.draft.aside")  # the first is the alternative's or the draft's own
    press(page, "app.more.use")
    assert sound(page)
    assert plan_of(page).catchments != forde.plan.catchments
    assert text("app.step.alternative", number=1) in written(page)
    assert len(on_desk(page).saved) == 1


def test_an_edit_asks_nothing_by_itself(page: AppTest, forde: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    more(page, "alternatives")
    asked: list[str] = []
    ask = work.ask

    def counted(kind: str, *given: Any) -> object:
        asked.append(kind)
        return ask(kind, *given)

    choose(page, text("app.panel.to"), other_team(forde))
    monkeypatch.setattr(work, "ask", counted)
    press(page, "app.panel.move")
    assert plan_of(page) != forde.plan
    assert "plans" not in asked


def test_the_plan_with_fewer_teams_can_be_used(page: AppTest) -> None:
    more(page, "tradeoff")
    assert sound(page)
    choose(page, text("app.more.teams"), 3)
    press(page, "app.more.use")
    assert sound(page)
    assert len(plan_of(page).catchments) == 3
    assert text("app.step.teams", teams=3) in written(page)


def test_a_draft_is_put_aside_under_its_name(page: AppTest, forde: Result) -> None:
    page.text_input[0].input("  Utkast *A*  ").run()
    press(page, "app.draft.aside")
    assert on_desk(page).saved == (Saved("Utkast *A*", forde.plan),)
    assert page.toast[0].value == text("app.draft.put_aside", name="Utkast \\*A\\*")


def test_a_toast_speaks_the_language_of_the_page(forde: Result) -> None:
    page = opened("forslag", "en", **drafted(forde))
    press(page, "app.draft.aside")
    assert page.toast[0].value == text("app.draft.put_aside", name=text("app.draft.aside_first", lang="en"), lang="en")


def test_trouble_and_the_last_step_are_told_in_the_language_of_the_page(page: AppTest, forde: Result) -> None:
    press(page, "app.panel.lock")
    click(page, KINN, other_team(forde))
    page.radio[0].set_value("en").run()
    assert page.error[0].value == plain(forde_locked("en"))


def forde_locked(lang: str) -> str:
    return text("error.draft_unit_locked", lang=lang, unit="Kinn")


def test_another_area_begins_with_nothing_of_the_one_before(
    page: AppTest, forde: Result, shipped: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_map, "show", lambda _result: None)
    choose(page, text("app.map.click"), "T02")
    moved(page, forde)
    press(page, "app.draft.aside")
    to(page, "")
    choose(page, text("app.kind.hf"), "hf:Helse Fonna HF")
    press(page, "app.plan.propose")
    assert sound(page)
    fonna = pipeline.propose(shipped, areas.resolve("hf:Helse Fonna HF", shipped), settings.load())
    assert plan_of(page).catchments == fonna.plan.catchments
    assert not any(metric.delta for metric in page.metric)
    assert not page.session_state[draft_map.MODE]
    assert "Kinn" not in written(page)
    aside = [each.name for each in on_desk(page).saved]  # kept for the area that they are of
    assert aside == [text("app.draft.aside_first"), text("app.desk.before")]
    to(page, "sammenlign")
    assert text("app.draft.aside_first") not in [str(option) for option in page.multiselect[0].options]


def test_an_area_without_any_plan_says_why() -> None:
    shown = opened("forslag", **begun("kommune:4636", settings.load()))
    assert sound(shown)
    assert len(shown.warning) == 1
    assert "Solund" in shown.warning[0].value
    for question in ("alternatives", "tradeoff"):
        more(shown, question)
        assert not shown.exception


def test_names_of_a_planner_are_no_markup(forde: Result) -> None:
    site = {"name": "![x](http://evil.no/x.png)<b>", "lon": 5.0328, "lat": 61.5996}
    rules = settings.load(tables={"bases": {"sites": [site], "required": [site["name"]]}})
    found = pipeline.propose(forde.atlas, forde.plan.area, rules)
    assert any(each.base.name == site["name"] for each in found.plan.catchments)
    shown = opened("forslag", **drafted(found))
    assert sound(shown)
    choose(shown, text("app.panel.unit"), KINN)
    press(shown, "app.panel.lock")
    words = [written(shown), *map(str, shown.table[0].value.to_numpy().ravel())]
    assert any("evil" in each for each in words)
    assert not any(re.search(r"(?<!\\)\]\(http|(?<!\\)<b", each) for each in words)


def test_the_page_tells_what_to_do_first_where_there_is_no_draft() -> None:
    shown = opened("forslag")
    assert sound(shown)
    assert [each.value for each in shown.info] == [text("app.desk.none")]


def test_an_undone_step_is_named(page: AppTest) -> None:
    press(page, "app.panel.lock")
    press(page, "app.draft.undo")
    step = Phrase("draft.did.locked", values={"units": "Kinn"})
    assert text("app.draft.undid", step=step) in written(page).replace("\\", "")
    assert on_desk(page).area == FORDE


def test_the_folder_taken_home_is_that_of_the_command_line_also_with_a_new_link(
    shipped: Atlas, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "links.csv"
    table.write_text("name,from,to,minutes\nNybrua,Florø,Måløy,5\n", encoding="utf-8")
    run = Run(capsys, "plan", "--area", "Helse Førde", "--add", str(table), "--out", str(tmp_path / "cli"))
    assert run.code == 0
    link = changes.read(table, shipped)[0].model_dump()
    rules = settings.load(tables={"roads": {"added": [link]}})
    result = pipeline.propose(work.atlas(), areas.resolve("Helse Førde", work.atlas()), rules)
    taken: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        draft_page.st, "download_button", lambda _, data, name, *_type, **_how: taken.update({name: data})
    )
    draft_page._take_home(result)
    ((name, give),) = taken.items()
    with zipfile.ZipFile(io.BytesIO(give())) as archive:
        archive.extractall(tmp_path)
    by_hand, by_app = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in ("cli", Path(name).stem)
    )
    assert set(by_app) == set(by_hand) > {"map.html"}
    for name in ("teams.csv", "units.csv", "capacity.csv", "changes.csv"):
        assert by_app[name] == by_hand[name]
    maps = [RANDOM.sub("", files["map.html"].decode()) for files in (by_hand, by_app)]
    assert "Nybrua" in maps[0]
    assert maps[1] == maps[0]
