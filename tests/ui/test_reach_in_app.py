"""The page Dekning shows what the library computes, of the draft or without one."""

from __future__ import annotations

import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from worlds.reports import frame, said

from factgeo import language, settings
from factgeo.atlas import areas, places
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.export.folder import Folder, Kind
from factgeo.language import number, percent, text
from factgeo.language.figures import reached
from factgeo.planning import pipeline, steps
from factgeo.planning.measure import WITHIN
from factgeo.planning.result import Result
from factgeo.reach import answers, fairness, potential, sensitivity
from factgeo.reach import left_out as reach_left_out
from factgeo.reach import measures as reach_measures
from factgeo.reach import today as reach_today
from factgeo.reach.answers import Asked, ReachReport
from factgeo.reach.sensitivity import Sensitivity
from factgeo.report import fairness as fairness_report
from factgeo.report import left_out as left_out_report
from factgeo.report import measure as measure_report
from factgeo.report import potential as potential_report
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report import today as today_report
from factgeo.settings import Settings
from factgeo.ui.reach import page as reach_page
from factgeo.ui.reach import today as today_part
from factgeo.ui.reach import widgets as reach_widgets
from factgeo.ui.session import desk, work
from factgeo.ui.session.desk import Desk
from factgeo.ui.widgets import packed
from factgeo.ui.widgets import report as report_widget

AREA = "hf:Helse Førde HF"
DRAWN_MAP = reach_widgets.chart
RULES = settings.load()
MEASURE = {"planner": "estimate", "report-2017": "derived", "slide": "derived"}


@pytest.fixture(autouse=True)
def _finishes_in_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(work, "QUICK_S", 120)
    monkeypatch.setenv("FACTGEO_DRAFTS", str(tmp_path / "drafts"))


@pytest.fixture(autouse=True)
def _maps_by_their_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes a second a time; one test draws."""
    monkeypatch.setattr(reach_widgets, "chart", lambda _name, _key, _draw, told: st.caption(told))


@pytest.fixture(scope="module")
def solund(shipped: Atlas) -> Result:
    """An area with no team."""
    return pipeline.propose(shipped, areas.resolve("kommune:4636", shipped), RULES)


@pytest.fixture
def report(forde: Result) -> ReachReport:
    """The draft by the planner's measure."""
    return answers.report(forde.atlas, forde.plan.area, forde.plan.settings, "planner", forde, Asked())


def page(part: str, result: Result | None = None, lang: str = "nb", area: str = "", **chosen: str) -> AppTest:
    """One part of the page; with a plan as the draft on the desk, or only an area, or an empty desk."""

    def script() -> None:
        from factgeo.ui import frame  # noqa: PLC0415 - the tester runs only what stands in here
        from factgeo.ui.reach import page as reach_page  # noqa: PLC0415
        from factgeo.ui.session import desk  # noqa: PLC0415

        frame.begin()
        frame.page(lambda: reach_page.show(desk.current()))()

    language.use(lang)
    shown = AppTest.from_function(script, default_timeout=120)
    shown.session_state["language"] = lang
    for name, value in {"part": part, **chosen}.items():
        shown.session_state[f"reach-{name}"] = value
    if area:
        shown.session_state[desk.DESK] = Desk(area, RULES)
    if result is not None:
        history = steps.began(result.plan)
        shown.session_state[desk.DESK] = Desk(area or AREA, result.plan.settings, history=history)
        shown.session_state[desk.RESULT] = result
    return shown.run()


def written(shown: AppTest) -> str:
    return "\n".join(block.value for block in (*shown.markdown, *shown.caption))


def figures(shown: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in shown.metric}


# -- the three measures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "lang"),
    [("planner", "nb"), ("planner", "nn"), ("planner", "en"), ("report-2017", "nb"), ("slide", "en")],
)
def test_each_measure_stands_by_itself_with_its_definition(
    shipped: Atlas, forde: Result, preset: str, lang: str
) -> None:
    found = answers.report(shipped, forde.plan.area, RULES, preset, forde, Asked()).reach
    shown = page("measures", forde, lang, measure=preset)
    assert not shown.exception
    assert not shown.error
    assert shown.metric[0].value == percent(found.share)
    assert text(f"app_reach.quality.{MEASURE[preset]}") in shown.metric[0].delta
    assert found.definition.text() in written(shown)
    assert figures(shown) == {
        shown.metric[0].label: percent(found.share),
        **{text("app_reach.within", limit=k): percent(share) for k, share in found.share_within.items()},
    }
    assert all(note.text() in written(shown) for note in found.notes)


def test_the_published_shares_stand_beside_those_of_the_same_classes(shipped: Atlas) -> None:
    found = reach_measures.slide(shipped, areas.resolve(AREA, shipped), RULES)
    table = frame(measure_report.published_table(found))
    assert table.iloc[:, 1].tolist() == [percent(share, 0) for share in (0.94, 0.67, 0.27, 0.06)]
    share = {each.number: each.share for each in found.classes}
    of_classes = [(1, 2, 3), (1,), (2, 3), (4,)]
    assert table.iloc[:, 2].tolist() == [percent(sum(share[k] for k in numbers)) for numbers in of_classes]


def test_without_a_draft_the_page_is_about_all_of_norway(shipped: Atlas) -> None:
    shown = page("measures", measure="slide")
    found = reach_measures.slide(shipped, areas.resolve("norge", shipped), RULES)
    assert not shown.exception
    assert text("app_reach.no_desk", area="Norge") in written(shown)
    assert shown.metric[0].value == percent(found.share)
    assert shown.radio[0].options == [text("app_reach.measure_of.report-2017"), text("app_reach.measure_of.slide")]


def test_an_area_can_be_chosen_without_a_draft(shipped: Atlas) -> None:
    shown = page("measures", where="other", measure="slide")
    shown.selectbox[1].select("hf").run()
    shown = shown.selectbox[2].select(AREA).run()
    assert not shown.exception
    assert shown.metric[0].value == percent(reach_measures.slide(shipped, areas.resolve(AREA, shipped), RULES).share)


@pytest.mark.parametrize("part", ["left_out", "fairness"])
def test_what_is_about_a_draft_says_so_where_there_is_none(part: str) -> None:
    shown = page(part)
    assert not shown.exception
    assert text("app_reach.needs_plan") in [info.value for info in shown.info]
    assert not shown.table


def test_the_part_is_kept_when_the_language_changes(forde: Result) -> None:
    shown = page("fairness", forde)
    shown.session_state["language"] = "nn"
    shown.run()
    assert text("app_reach.centrality", lang="nn") in [each.value for each in shown.header]


# -- who is left out ---------------------------------------------------------------------------------------------------


def test_everyone_left_out_is_in_the_table(forde: Result, report: ReachReport) -> None:
    shown = page("left_out", forde)
    out = reach_left_out.left_out(forde)
    assert not shown.exception
    assert shown.table[0].value.iloc[:, 1].tolist() == list(reach_left_out.by_reason(out).values())
    table = report_widget.frame(left_out_report.units_table(report.left_out))
    assert table.iloc[:, 0].tolist() == [each.name for each in out]
    assert table.iloc[:, 2].sum() == round(report.reach.population - report.reach.counted)
    assert table.iloc[:, 3].isna().tolist() == [each.nearest_min is None for each in out]


def test_the_places_that_would_help_come_when_they_are_asked_for(forde: Result) -> None:
    lines = said(left_out_report.remedies(fairness.best_remedies(forde), forde))
    shown = page("left_out", forde)
    assert lines[1] not in written(shown)
    shown = shown.button[0].click().run()
    assert not shown.exception
    assert all(line in written(shown) for line in lines)


def test_maps_are_drawn_and_told_in_a_sentence(forde: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach_widgets, "chart", DRAWN_MAP)
    shown = page("left_out", forde)
    assert not shown.exception
    assert len(shown.get("component_instance")) == 1
    assert text("app_reach.map.tables") in written(shown)


# -- the other parts ---------------------------------------------------------------------------------------------------


def test_the_sensitivity_is_that_of_the_library(shipped: Atlas, forde: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    found = sensitivity.table(shipped, forde.plan.area, forde.plan.settings, plan=forde.plan)
    asked: dict[str, Any] = {}

    def known(_atlas: Atlas, area: Area, rules: Settings, **how: object) -> Sensitivity:
        asked.update(how, area=area, rules=rules)
        return found

    monkeypatch.setattr(sensitivity, "table", known)
    shown = page("sensitivity", forde)
    assert not shown.exception
    lines = said(sensitivity_report.brief(found))
    assert all(line in written(shown) for line in lines[:3])
    assert all(line in written(shown) for line in map(language.written, sensitivity_report.truths(found, travel=True)))
    assert (asked["area"], asked["rules"], asked["plan"]) == (forde.plan.area, forde.plan.settings, forde.plan)
    assert text("sensitivity.heading.near") in [each.value for each in shown.header]


def test_today_is_told_by_each_reading(shipped: Atlas, forde: Result) -> None:
    found = {each: reach_today.today(shipped, forde.plan.area, RULES, each) for each in answers.READINGS}
    shown = page("today", forde, reading="wide")
    assert not shown.exception
    assert [metric.value for metric in shown.metric] == [percent(each.share, 0) for each in found.values()]
    lacking = report_widget.frame(today_report.lacking_table(found["wide"]))
    names = {str(shipped.units.at[unit, "name"]) for unit in found["wide"].lacking}
    assert set(lacking.iloc[:, 0]) == names
    assert shown.table[0].value.iloc[:, 0].tolist() == lacking.iloc[:, 0].tolist()
    assert lacking.iloc[:, 2].is_monotonic_decreasing


@pytest.mark.parametrize("drafted", [True, False])
def test_the_map_of_today_holds_the_reach_of_a_draft_but_no_other_measure(
    forde: Result, monkeypatch: pytest.MonkeyPatch, *, drafted: bool
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(reach_widgets, "chart", lambda _name, _key, draw, _told: draw())
    monkeypatch.setattr(today_part, "reach_map", lambda found, **how: asked.update(how, reach=found))
    assert not page("today", forde if drafted else None, area=AREA, reading="any").exception
    assert asked["reach"] == (reach_measures.planner(forde) if drafted else None)
    assert [each.reading for each in asked["today"]] == ["any", "narrow", "wide"]
    assert asked["first"] == "today"


def test_the_minutes_of_each_unit_are_as_measured(forde: Result, report: ReachReport) -> None:
    assert report.fairness is not None
    table = report_widget.frame(fairness_report.units_table(report.fairness))
    units = {unit.name: unit for unit in fairness.fairness(forde).units}
    assert len(table) == len(units)
    for row in table.itertuples(index=False):
        travel = units[row[0]].travel
        assert row[2] == units[row[0]].population
        assert (row[3] == travel.median_min) or (pd.isna(row[3]) and travel.median_min is None)
        assert list(row[5:]) == [100 * travel.share_within[k] for k in WITHIN]
    assert not units[table.iloc[0, 0]].served


def test_fairness_shows_the_indices_and_the_classes_of_centrality(forde: Result) -> None:
    found, shown = fairness.fairness(forde), page("fairness", forde)
    assert found.inequality is not None
    assert not shown.exception
    assert shown.metric[0].value == number(found.inequality.gini_people, 2)
    assert shown.table[0].value.iloc[:, 2].tolist() == [each.population for each in found.centrality]


def test_a_place_has_the_potential_of_the_library(shipped: Atlas, forde: Result) -> None:
    found = potential.of_place(shipped, places.resolve("Førde", shipped), RULES, potential.rules(RULES))
    shown = page("potential", forde, place="Førde")
    assert not shown.exception
    assert [metric.value for metric in shown.metric] == [reached(own).text() for own in found.place.residents]
    assert said(potential_report.place_brief(found))[1] in written(shown)


def test_the_best_places_of_the_area_come_first(shipped: Atlas, forde: Result) -> None:
    found = potential.of_area(shipped, forde.plan.area, RULES, potential.rules(RULES))
    shown = page("potential", forde)
    assert not shown.exception
    assert all(line in written(shown) for line in said(potential_report.area_brief(found)))


def test_a_place_that_nobody_knows_gives_one_sentence(forde: Result) -> None:
    shown = page("potential", forde, place="Førdi")
    assert not shown.exception
    assert len(shown.error) == 1
    assert "Førdi" in shown.error[0].value


@pytest.mark.parametrize("part", list(reach_page.PARTS))
def test_an_area_without_any_team_can_be_looked_at(solund: Result, part: str) -> None:
    assert not solund.plan.catchments
    shown = page(part, solund, area="kommune:4636")
    assert not shown.exception
    assert not shown.error


# -- what is taken home ------------------------------------------------------------------------------------------------


def test_a_zip_holds_the_folder_as_it_is_written() -> None:
    content = Folder(Kind("plan", ("b.md", "inner")), {"b.md": lambda: "b", "inner": {"a.md": lambda: "a"}})
    with zipfile.ZipFile(io.BytesIO(packed.zipped("plan", content))) as archive:
        assert archive.namelist() == ["plan/b.md", "plan/inner/a.md"]
        assert archive.read("plan/inner/a.md") == b"a"


def test_what_is_packed_later_speaks_the_language_of_the_page() -> None:
    language.use("nn")
    found: list[bytes] = []
    give = packed.later("plan", lambda: Folder(Kind("plan", ("language.md",)), {"language.md": language.in_use}))
    thread = threading.Thread(target=lambda: found.append(give()))  # where downloads are made
    thread.start()
    thread.join()
    with zipfile.ZipFile(io.BytesIO(found[0])) as archive:
        assert archive.read("plan/language.md") == b"nn"
