"""Every page with every kind of area, in every language: no exception box, no foreign word."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from worlds.sessions import APP, PAGES, begun, drafted, drafts, labels, opened, sound, to, written

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.maps.offline import ASSETS
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.ui import prose

__all__ = ["drafts"]  # runs by itself

# words that stand in no name of a place, publisher or file
NORWEGIAN = re.compile(
    r"(?<!-)\b(og|ikke|ikkje|innbyggere|innbyggjarar|kommuner|kommunar|teamene|teama|reisetid)\b(?!-)", re.IGNORECASE
)
BOKMAAL = re.compile(r"\b(ikke|innbyggere|hvor|fra|noe|endre seg|kommuner|bare)\b", re.IGNORECASE)
CHEAP = ("", "forslag", "data")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_a_draft_has_no_exception_box(page: str) -> None:
    assert sound(opened(page))


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_page_of_a_draft_speaks_the_chosen_language(forde: Result, lang: str) -> None:
    shown = opened("", lang, **drafted(forde))
    for page in PAGES:
        to(shown, page)
        assert sound(shown)
        assert shown.title[0].value.startswith(language.text(f"app.page.{page or 'omrade'}", lang=lang))
        if lang == "en":
            assert NORWEGIAN.findall(labels(shown)) == []
            assert NORWEGIAN.findall(re.sub("«[^»]*»|“[^”]*”", "", written(shown))) == [], page
        if lang == "nn":
            assert BOKMAAL.findall(labels(shown)) == []


@pytest.mark.parametrize("area", ["kommune:4636", "hf:Finnmarkssykehuset HF", "bydel:Nordstrand"])
def test_every_page_takes_an_awkward_area(shipped: Atlas, area: str) -> None:
    result = pipeline.propose(shipped, areas.resolve(area, shipped), settings.load())
    shown = opened(**drafted(result, area))
    for page in PAGES:
        to(shown, page)
        assert not shown.exception, page
        assert not shown.error, page


@pytest.mark.parametrize("area", ["kommune:0301", areas.NORWAY])
def test_the_cheap_pages_take_a_large_area(area: str) -> None:
    shown = opened(**begun(area, settings.load()))
    for page in CHEAP:
        assert sound(to(shown, page)), page


def test_another_language_on_the_page_changes_all_its_words(forde: Result) -> None:
    shown = opened("forslag", **drafted(forde))
    shown.radio[0].set_value("en").run()
    language.use("en")
    assert sound(shown)
    assert shown.title[0].value == "Proposal: Helse Førde HF"
    assert shown.query_params["lang"] == "en"
    assert NORWEGIAN.findall(labels(shown)) == []


@pytest.mark.parametrize(
    "given",
    ["![a](http://x.no/a.png)", "[a](http://x.no)", "<img src=x>", "**a**", "`a`", "$a$", ":red[a]", "a|b", "# a"],
)
def test_words_of_others_are_no_markup(given: str) -> None:
    shown = prose.plain(given)
    assert re.sub(r"\\(.)", r"\1", shown) == given
    assert not re.search(r"(?<!\\)[\[\]<>`$*#|]", shown)


def test_a_pack_that_is_not_there_gives_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTGEO_DATA", str(tmp_path))
    shown = opened()
    assert not shown.exception
    assert len(shown.error) == 1
    assert str(tmp_path) in shown.error[0].value.replace("\\", "")


def test_leaflet_is_where_the_app_serves_it_from() -> None:
    assert {"leaflet.js", "leaflet.css", "images"} <= {path.name for path in ASSETS.iterdir()}


def test_nothing_is_reported_to_the_outside() -> None:
    config = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["address"] == "localhost"
    assert "font" not in config["theme"]
