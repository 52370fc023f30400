"""The page on need and capacity shows what the library computes, and takes a planner's own figures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput
from worlds.reports import said

from factgeo import language, settings
from factgeo.atlas import areas, parameters
from factgeo.atlas.pack import Atlas
from factgeo.capacity import capacity, target_groups
from factgeo.contract import capacity as capacity_contract
from factgeo.language import Phrase
from factgeo.language.figures import figure, half, persons, rough
from factgeo.people import local, need, privacy
from factgeo.planning import draft, pipeline, steps
from factgeo.planning.result import Result
from factgeo.report import need as need_report
from factgeo.ui.need import answer as need_answer_part
from factgeo.ui.prose import plain
from factgeo.ui.session import desk, own_files, work
from factgeo.ui.session.desk import Desk

AREA = "hf:Helse Førde HF"
COUNTS = "kommunenummer;antall\n4601;900\n4602;40\n4640;3\n4641;12\n4647;95\n"
PERSONS = "fødselsnummer;kommune\n01019012345;Sogndal\n"


@pytest.fixture(autouse=True)
def _finishes_in_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(work, "QUICK_S", 120)
    monkeypatch.setenv("FACTGEO_DRAFTS", str(tmp_path / "drafts"))


def page(on_desk: Desk | None = None, result: Result | None = None, lang: str = "nb") -> AppTest:
    """The page with something on the desk."""

    def script() -> None:
        from factgeo.ui import frame  # noqa: PLC0415 - the tester runs only what stands in here
        from factgeo.ui.need import page as need_page  # noqa: PLC0415
        from factgeo.ui.session import desk  # noqa: PLC0415

        frame.begin()
        frame.page(lambda: need_page.show(desk.current()))()

    shown = AppTest.from_function(script, default_timeout=40)
    shown.session_state["language"] = lang
    if on_desk is not None:
        shown.session_state[desk.DESK] = on_desk
    if result is not None:
        shown.session_state[desk.RESULT] = result
    return shown.run()


def drafted(result: Result, area: str = AREA) -> Desk:
    """A desk with a plan as its draft."""
    return Desk(area, result.plan.settings, history=steps.began(result.plan, Phrase("app.step.proposal")))


def written(shown: AppTest) -> str:
    return "\n".join(block.value for block in (*shown.markdown, *shown.caption))


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_page_shows_the_figures_of_the_library(shipped: Atlas, forde: Result, lang: str) -> None:
    shown = page(drafted(forde), forde, lang)
    assert not shown.exception
    assert not shown.error
    language.use(lang)
    found = target_groups.assess(shipped, forde.plan.area, forde.plan.settings, forde.plan)
    takes = capacity.assess(forde)
    whole, all_ = found.whole, capacity.totals(takes)
    assert [metric.value for metric in shown.metric] == [
        persons(whole.target_group.central).text(),
        persons(whole.act_level.central).text(),
        persons(all_.places.central).text(),
        persons(all_.gap.central).text(),
        figure(half(all_.positions.central)).text(),
        figure(rough(all_.hours.central)).text(),
    ]
    estimate = language.text("need.quality.estimate")
    assert all(metric.delta.startswith(estimate) for metric in shown.metric)
    assert all(plain(line) in written(shown) for line in said(need_report.brief(whole)))
    units = shown.table[1].value
    assert units.iloc[:, 0].tolist() == [unit.name for unit in whole.by_unit]
    assert units.iloc[:, 3].tolist() == [persons(unit.target_group.central).value for unit in whole.by_unit]
    assert shown.table[2].value.iloc[:, 3].tolist() == [
        persons(team.target_group.central).value for team in found.teams.values()
    ]
    assert len(shown.table[3].value) == len(takes.all)


@pytest.mark.parametrize("area", ["kommune:4636", "kommune:4647"])
def test_an_area_without_teams_has_a_need_and_says_that_there_is_nobody_to_staff(shipped: Atlas, area: str) -> None:
    result = pipeline.propose(shipped, areas.resolve(area, shipped), settings.load())
    shown = page(drafted(result, area), result)
    assert not shown.exception
    assert not shown.error
    people = need.assess(shipped, result.plan.area, settings.load()).target_group
    assert shown.metric[0].value == persons(people.central).text()
    assert bool(shown.warning) == (not result.plan.catchments)


def test_before_anything_was_proposed_an_area_can_be_chosen(shipped: Atlas) -> None:
    shown = page()
    assert not shown.exception
    assert "Område" in shown.info[0].value
    assert len(shown.metric) == 2
    shown.selectbox[0].select("kommune").run()
    first = shown.selectbox[1].value
    whole = need.assess(shipped, areas.resolve(first, shipped), settings.load())
    assert shown.metric[0].value == persons(whole.target_group.central).text()
    assert not shown.exception


def give(shown: AppTest, kind: str, name: str, content: str) -> AppTest:
    """Put a file into a field and press the button of its form."""
    field = next(each for each in shown.file_uploader if each.key == f"upload-{kind}")
    field.set_value((name, content.encode(), "text/csv"))
    return next(each for each in shown.button if each.form_id == f"form-{kind}").click().run()


def test_local_counts_take_the_place_of_the_fraction_and_small_ones_stay_hidden(
    shipped: Atlas, forde: Result, save: Callable[[str, str], Path]
) -> None:
    shown = give(page(drafted(forde), forde), "local", "brukerplan.csv", COUNTS)
    assert not shown.exception
    assert not shown.error
    counted = local.read(save("brukerplan.csv", COUNTS), shipped)
    whole = need.assess(shipped, forde.plan.area, forde.plan.settings, local=counted)
    assert shown.metric[0].value == persons(whole.target_group.central).text()
    column = shown.table[1].value.set_index(language.text("need.column.unit"))["Lokalt tall"]
    assert column["Sogndal"].replace("\\", "") == "<5"


def test_local_counts_are_in_nobody_else_s_session(
    forde: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: list[object] = []
    ask = work.ask

    def seen(kind: str, key: work.Key, call: Callable[[work.Tell], object]) -> object:
        shared.append((kind, key, found := ask(kind, key, call)))
        return found

    monkeypatch.setattr(work, "ask", seen)
    first = give(page(drafted(forde), forde), "local", "brukerplan.csv", COUNTS)
    assert "brukerplan" in repr(first.session_state[own_files.REPORT])
    own_value(first, "fact_team_caseload", 220)
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "drafts").iterdir())
    assert "220" in kept
    for everywhere in (repr(shared), kept):
        assert "fact_team_caseload" in everywhere
        assert "brukerplan" not in everywhere
        assert "Sealed" not in everywhere
    second = page(drafted(forde), forde)
    assert first.metric[0].value != second.metric[0].value


def test_what_a_session_has_shown_is_remembered_for_a_later_plan_and_another_name(forde: Result) -> None:
    counts = "kommunenr;antall\n" + "".join(f"{unit};{7 + k}\n" for k, unit in enumerate(forde.plan.area.units[1:]))
    counts += f"{forde.plan.area.units[0]};3\n"
    shown = give(page(drafted(forde), forde), "local", "a.csv", counts)
    first = shown.session_state[own_files.TOLD]
    assert shown.session_state[own_files.LOCAL].told is first
    assert any("denne økten" in caption.value for caption in shown.caption)
    next(each for each in shown.button if each.label == language.text("app.need.local_remove")).click().run()
    assert own_files.LOCAL not in shown.session_state
    context = draft.EditContext.of(forde)
    team = draft.neighbours(forde.plan, "4602", context)[0]
    moved = pipeline.remeasure_plan(forde, draft.move(forde.plan, ("4602",), team, context))
    shown.session_state[desk.DESK], shown.session_state[desk.RESULT] = drafted(moved), moved
    then = give(shown.run(), "local", "b.csv", counts).session_state[own_files.TOLD]
    assert not shown.exception
    assert first.shown.items() <= then.shown.items()
    assert len(then.shown) > len(first.shown)
    low, high = privacy.bounds(then.shown, then.sums, forde.plan.area.units[0])
    assert high - low >= 3


def test_a_file_about_persons_is_refused_in_one_sentence_and_forgotten(forde: Result) -> None:
    shown = page(drafted(forde), forde)
    before = shown.metric[0].value
    give(shown, "local", "liste.csv", PERSONS)
    assert not shown.exception
    assert len(shown.error) == 1
    assert "liste.csv" in shown.error[0].value
    assert "01019012345" not in shown.error[0].value
    assert shown.metric[0].value == before
    assert own_files.LOCAL not in shown.session_state


def test_a_projection_gives_the_need_of_its_year(shipped: Atlas, forde: Result, tmp_path: Path) -> None:
    content = projection(shipped, forde.plan.area.units)
    path = tmp_path / "14288.csv"
    path.write_text(content, encoding="utf-8")
    shown = give(page(drafted(forde), forde), "projection", "14288.csv", content)
    assert not shown.exception
    assert not shown.error
    whole = need.assess(shipped, forde.plan.area, forde.plan.settings, projection=path, year=2040)
    assert shown.metric[0].value == persons(whole.target_group.central).text()
    assert "2040" in shown.header[0].value


def projection(atlas: Atlas, units: tuple[str, ...]) -> str:
    """Twice as many people in 2030, thrice as many in 2040."""
    now = atlas.residents[(atlas.residents["year"] == atlas.year) & atlas.residents["unit_code"].isin(units)]
    ages = pd.MultiIndex.from_product([sorted(units), (1, 2), range(106)], names=["unit_code", "sex", "age"])
    table = now.groupby(["unit_code", "sex", "age"])["persons"].sum().reindex(ages, fill_value=0).reset_index()
    years = [table.assign(year=year, persons=table["persons"] * times) for year, times in ((2030, 2), (2040, 3))]
    return pd.concat(years).rename(columns={"unit_code": "region"}).to_csv(index=False, sep=";")


def field(shown: AppTest, name: str, level: str) -> NumberInput:
    """Where a value of a figure is written."""
    return next(each for each in shown.number_input if str(each.key).startswith(f"need-{name}-{level}-"))


def own_value(shown: AppTest, name: str, value: float, source: str = "") -> None:
    """Choose a figure and give it an own value."""
    choice = next(each for each in shown.selectbox if str(each.key).startswith("need-value-"))
    if choice.value != name:
        choice.select(name).run()
    for level in ("low", "central", "high"):
        field(shown, name, level).set_value(value)
    next(each for each in shown.text_input if str(each.key).startswith(f"need-{name}-source")).input(source)
    next(each for each in shown.button if each.form_id == f"form-value-{name}").click().run()


def test_an_own_value_changes_the_figures_and_no_team(forde: Result) -> None:
    shown = page(drafted(forde), forde)
    before = int(shown.metric[0].value)
    own_value(shown, "target_fraction_adults", 1.28, "Egen <b>telling</b>")
    assert not shown.exception
    assert not shown.error
    assert int(shown.metric[0].value.replace("\N{NO-BREAK SPACE}", "")) == pytest.approx(2 * before, abs=10)
    now = shown.session_state[desk.DESK]
    assert now.plan.catchments == forde.plan.catchments
    assert now.plan.settings.parameters == now.rules.parameters
    assert "1,28" in shown.warning[0].value
    assert "Egen \\<b\\>telling" in written(shown)
    next(each for each in shown.button if each.key == "back-target_fraction_adults").click().run()
    assert int(shown.metric[0].value) == before
    assert field(shown, "target_fraction_adults", "central").value == 0.64
    assert not shown.warning


def test_an_own_value_that_the_library_refuses_gives_one_sentence_and_changes_nothing(forde: Result) -> None:
    shown = page(drafted(forde), forde)
    field(shown, "target_fraction_adults", "central").set_value(0.0064)
    next(each for each in shown.button if each.form_id == "form-value-target_fraction_adults").click().run()
    assert not shown.exception
    assert len(shown.error) == 1
    assert shown.session_state[desk.DESK].plan == forde.plan


def test_a_desk_with_impossible_values_can_be_put_right(forde: Result) -> None:
    rules = forde.plan.settings.model_copy(update={"parameters": {"fact_clients_per_staff": 0.0}})
    result = replace(forde, plan=replace(forde.plan, settings=rules))
    shown = page(drafted(result), result)
    assert not shown.exception
    assert len(shown.error) == 1
    next(each for each in shown.button if each.key == "back-fact_clients_per_staff").click().run()
    assert not shown.error
    assert shown.metric


def test_every_offered_figure_has_its_words(shipped: Atlas) -> None:
    for each in parameters.parameters(shipped, settings.load()).values():
        assert language.text(f"app.measure.{each.unit.replace('/', '_per_')}")
        assert language.text(f"app.cited.{each.quality}")


def test_no_cell_of_the_csv_begins_as_a_formula_would(forde: Result) -> None:
    takes = capacity.assess(forde)
    bad = replace(takes, teams=(replace(takes.teams[0], name='=HYPERLINK("x")'), *takes.teams[1:]))
    table = pd.read_csv(io.BytesIO(need_answer_part.capacity_csv(bad)))
    assert table["name"][0] == '\'=HYPERLINK("x")'
    whole = capacity_contract.table(takes)
    pd.testing.assert_frame_equal(
        pd.read_csv(io.BytesIO(need_answer_part.capacity_csv(takes))), whole, check_dtype=False
    )


def test_the_zip_has_the_files_of_the_need(shipped: Atlas, forde: Result) -> None:
    found = target_groups.assess(shipped, forde.plan.area, forde.plan.settings, forde.plan)
    language.use("nn")
    give_zip = need_answer_part.need_zip(found, "helse-forde")
    language.use("nb")  # as in the thread of a download
    content = give_zip()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {Path(name).name for name in archive.namelist()}
        said = archive.read("helse-forde-need/need.md").decode()
    assert names == {"need.json", "need.md", "units.csv", "figures.csv", "history.csv", "history.png"}
    assert "Målgruppa" in said
