"""The page shows what the library says, and a wrong request gives one clear sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from conftest import REPO
from streamlit.testing.v1 import AppTest

from factgeo import areas, language, maps, summary
from factgeo.language import number, percent
from factgeo.pack import Atlas
from factgeo.pipeline import Result
from factgeo.ui import choice, plan_page


@pytest.fixture
def page() -> AppTest:
    """The first page as it opens."""
    return AppTest.from_file(str(REPO / "app.py"), default_timeout=120).run()


def propose(page: AppTest, area: str) -> AppTest:
    """Choose a hospital trust and press the button."""
    page.selectbox[1].select(area)
    return page.button[0].click().run()


def test_the_page_opens_in_bokmaal_and_asks_for_an_area(page: AppTest) -> None:
    assert not page.exception
    assert page.header[0].value == "Opptaksområder for ACT- og FACT-team"
    assert page.button[0].label == "Foreslå opptaksområder"
    assert not page.metric


def test_the_page_shows_the_numbers_of_the_library(page: AppTest, shipped: Atlas, forde: Result) -> None:
    shown, figures = propose(page, "hf:Helse Førde HF"), forde.figures
    assert not shown.exception
    assert not shown.error
    assert [metric.value for metric in shown.metric] == [
        percent(figures.served, lang="nb"),
        percent(figures.share_within[60], lang="nb"),
        f"{number(figures.mean_min or 0, lang='nb')} min",
        "4",
        "4",
    ]
    written = " ".join(markdown.value for markdown in shown.markdown)
    assert number(figures.population, lang="nb") in written
    assert all(summary.unserved_sentence(entry, forde, shipped) in written for entry in forde.plan.unserved)
    assert shown.table[0].value["Base"].tolist() == [team.name for team in figures.teams]
    assert shown.table[0].value["Innbyggere"].tolist() == [team.population for team in figures.teams]


def test_the_table_holds_each_team_as_measured(shipped: Atlas, forde: Result) -> None:
    table = plan_page.teams_table(forde, shipped)
    for row, team in zip(table.itertuples(), forde.figures.teams, strict=True):
        assert (row.team_id, row.population, row.adults) == (team.team_id, team.population, team.adults)
        assert row.target == team.target_group.central
        assert (row.median_min, row.p95_min) == (team.travel.median_min, team.travel.p95_min)
        assert row.share_within_60 == team.travel.share_within[60]


@pytest.mark.parametrize(("lang", "heading"), [("nn", "Teama"), ("en", "The teams")])
def test_the_page_speaks_the_chosen_language(page: AppTest, lang: str, heading: str) -> None:
    page.radio[0].set_value(lang).run()
    language.use(lang)  # the tester labels choices in its own thread
    shown = propose(page, "hf:Helse Førde HF")
    assert not shown.exception
    assert heading in [subheader.value for subheader in shown.subheader]
    if lang == "en":
        assert shown.metric[0].value == "99.3%"


def test_a_name_that_no_area_has_gives_one_sentence(page: AppTest) -> None:
    page.selectbox[0].select(choice.TYPED).run()
    page.text_input[0].input("Helse Førdi")
    shown = page.button[0].click().run()
    assert not shown.exception
    assert len(shown.error) == 1
    assert "Helse Førdi" in shown.error[0].value
    assert "Helse Førde" in shown.error[0].value  # the way forward
    assert not shown.metric


def test_a_pack_that_is_not_there_gives_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(tmp_path))
    shown = AppTest.from_file(str(REPO / "app.py"), default_timeout=60).run()
    assert not shown.exception
    assert len(shown.error) == 1
    assert str(tmp_path) in shown.error[0].value


def test_an_area_without_any_plan_says_why(page: AppTest) -> None:
    page.selectbox[0].select("kommune").run()
    shown = propose(page, "kommune:4636")
    assert not shown.exception
    assert len(shown.warning) == 1
    assert "Solund" in shown.warning[0].value
    assert not shown.table


@pytest.mark.parametrize("kind", [kind for kind in choice.KINDS if kind in areas.KINDS])
def test_every_area_offered_has_a_name_of_its_own_that_the_library_knows(shipped: Atlas, kind: str) -> None:
    offered = choice.names(kind, shipped.units)
    assert len(set(offered.values())) == len(offered)
    some = [typed for k, (typed, shown) in enumerate(offered.items()) if k % 25 == 0 or shown.endswith(")")]
    assert all(areas.resolve(typed, shipped).units for typed in some)


def test_names_stand_in_norwegian_order(shipped: Atlas) -> None:
    names = list(choice.names("kommune", shipped.units).values())
    assert names.index("Øygarden") < names.index("Ål") < names.index("Åsnes") == len(names) - 1


def test_leaflet_is_where_the_app_serves_it_from() -> None:
    assert {"leaflet.js", "leaflet.css", "images"} <= {path.name for path in maps.ASSETS.iterdir()}


def test_nothing_is_reported_to_the_outside() -> None:
    config = tomllib.loads((REPO / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["address"] == "localhost"
    assert "font" not in config["theme"]


@pytest.fixture(autouse=True)
def _bokmaal_again() -> None:
    language.use("nb")
