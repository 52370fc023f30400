"""The page on data and method shows what the pack and the settings hold, each with its source."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from factgeo import language, settings
from factgeo.atlas import parameters
from factgeo.atlas.pack import Atlas
from factgeo.language import Phrase
from factgeo.planning import planfile, steps
from factgeo.planning.result import Result
from factgeo.report import rules as rules_report
from factgeo.ui.data import page as data_page
from factgeo.ui.prose import plain
from factgeo.ui.session import desk, work
from factgeo.ui.session.desk import Desk


@pytest.fixture(autouse=True)
def _finishes_in_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(work, "QUICK_S", 120)
    monkeypatch.setenv("FACTGEO_DRAFTS", str(tmp_path / "drafts"))


def page(lang: str = "nb", **state: object) -> AppTest:
    def script() -> None:
        from factgeo.ui import frame  # noqa: PLC0415
        from factgeo.ui.data import page as data_page  # noqa: PLC0415 - the tester runs only what stands in here
        from factgeo.ui.session import desk  # noqa: PLC0415

        frame.begin()
        frame.page(lambda: data_page.show(desk.current()))()

    shown = AppTest.from_function(script, default_timeout=40)
    shown.session_state["language"] = lang
    for name, value in state.items():
        shown.session_state[name] = value
    return shown.run()


def drafted(result: Result) -> dict[str, object]:
    history = steps.began(result.plan, Phrase("app.data.of_draft"))
    return {desk.DESK: Desk("hf:Helse Førde HF", result.plan.settings, history=history), desk.RESULT: result}


def written(shown: AppTest) -> str:
    return "\n".join(block.value for block in (*shown.markdown, *shown.caption))


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_page_shows_sources_and_attribution_in_every_language(shipped: Atlas, lang: str) -> None:
    shown = page(lang)
    assert not shown.exception
    assert not shown.error
    language.use(lang)
    sources = rules_report.sources(shipped, settings.load())
    assert all(plain(language.written(sentence.said)) in written(shown) for sentence in sources)
    assert all(language.written(line) in written(shown) for line in rules_report.attribution())
    assert language.text("app.data.of_defaults") in written(shown)


def test_with_a_draft_its_settings_and_its_plan_can_be_taken_along(forde: Result) -> None:
    shown = page(**drafted(forde))
    assert not shown.exception
    assert language.text("app.data.of_draft") in written(shown)
    labels = [each.proto.label for each in shown.get("download_button")]
    assert labels == [language.text("app.data.get_settings"), language.text("app.data.get_plan")]


def test_the_plan_file_gives_the_plan_back(shipped: Atlas, forde: Result, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(data_page.plan_file(forde))
    again = planfile.read(path, shipped)
    assert (again.catchments, again.settings) == (forde.plan.catchments, forde.plan.settings)
    assert json.loads(path.read_text())["pack_digest"] == shipped.digest


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"need": {"fact_ung": {"central": 1.0, "source": "egen"}}, "parameters": {"fact_team_caseload": 220}},
        {"moves": {"previous": {"4601": ["4601", 5.3, 60.4]}}, "bases": {"forbidden": ["Vik"]}},
    ],
)
def test_the_settings_file_gives_the_settings_back(tables: dict[str, Any], tmp_path: Path) -> None:
    rules = settings.load(tables=tables)
    path = tmp_path / "settings.toml"
    path.write_bytes(data_page.settings_toml(rules.model_copy(update={"scheduler": "tcp://192.0.2.1:8786"})))
    assert settings.load(file=path) == rules


def test_every_setting_stands_in_the_table_with_value_and_meaning(shipped: Atlas) -> None:
    rules = settings.load(tables={"travel": {"minutes": 45}})
    table = data_page.settings_table(rules, shipped).set_index("Innstilling")
    content = tomllib.loads((settings.configs_folder() / "default.toml").read_text(encoding="utf-8"))
    keys = {f"{name}.{key}" for name, value in content.items() if isinstance(value, dict) for key in value}
    assert keys - {"roads.speed_kph", "roads.share_of_limit"} <= set(table.index)
    assert {"border", "scheduler", "parameters"} <= set(table.index)
    assert {f"roads.speed_kph.{each}" for each in content["roads"]["speed_kph"]} <= set(table.index)
    assert (table["Betydning (engelsk)"] != "").all()
    assert table.at["travel.minutes", "Verdi"] == "45.0"
    assert table.at["travel.minutes", "Standard"] == "60.0"
    assert "3/2017" in table.at["travel.minutes", "Kilde"]
    assert table.at["travel.too_far", "Kilde"] == "anslag"


def test_only_changed_settings_can_be_shown(forde: Result) -> None:
    shown = page(**drafted(forde))
    whole = len(shown.table[0].value)
    shown.checkbox[0].check().run()
    assert language.text("app.data.none_changed") in written(shown)
    assert len(shown.table[0].value) != whole


def test_every_cited_figure_stands_in_the_table_and_an_own_one_says_so(shipped: Atlas) -> None:
    rules = settings.load(tables={"parameters": {"fact_team_caseload": {"central": 210, "source": "egen telling"}}})
    table = data_page.values_table(shipped, rules).set_index("Id")
    known = parameters.parameters(shipped, rules)
    assert list(table.index) == list(known)
    assert table.at["fact_team_caseload", "Kvalitet"] == "egen verdi"
    assert table.at["fact_team_caseload", "Kilde"] == "egen telling"
    assert table.at["target_fraction_adults", "Midt"] == "0,64"


def test_a_search_finds_figures_by_their_id() -> None:
    shown = page()
    shown.text_input[0].input("fact_team_caseload").run()
    assert [table.value for table in shown.table if len(table.value) == 1]
    shown.text_input[0].input("finnes ikke").run()
    assert language.text("app.data.no_hits") in written(shown)


def test_every_source_of_the_pack_has_its_licence_and_hash(shipped: Atlas) -> None:
    table = data_page.sources_table(shipped)
    assert len(table) == len(shipped.manifest["sources"])
    assert (table["Lisens"] != "–").all()
    assert table["sha256"].str.fullmatch("[0-9a-f]{12}").all()


def test_no_folder_of_this_machine_is_told(shipped: Atlas) -> None:
    assert str(shipped.folder) not in written(page()).replace("\\", "")
