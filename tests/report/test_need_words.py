"""Need in words, tables and JSON: rounded in sentences, whole persons elsewhere, in three languages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from worlds import reports
from worlds.need_files import Save, counted
from worlds.reports import frame

from factgeo import language
from factgeo import settings as factgeo_settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import need as need_contract
from factgeo.language import figures, written
from factgeo.people import growth, need
from factgeo.people.need import Need
from factgeo.report import need as need_report
from factgeo.report.writers import markdown
from factgeo.settings import Replaced, Settings

DEFAULT = factgeo_settings.load()


def of(atlas: Atlas, area: str, chosen: Settings = DEFAULT, **options: Any) -> Need:
    return need.assess(atlas, areas.resolve(area, atlas), chosen, **options)


def lines(found: Need) -> list[str]:
    return reports.said(need_report.brief(found))


def document(found: Need) -> str:
    return markdown.chapters([need_report.chapter(found)])


@pytest.mark.parametrize(
    ("persons", "expected"),
    [(0, "0"), (0.4, "0"), (27.3, "27"), (99.4, "99"), (99.6, "100"), (417.7, "420"), (1249, "1,200"),
     (28_966.5, "29,000")],
)  # fmt: skip
def test_an_expected_number_has_the_digits_it_deserves(persons: float, expected: str) -> None:
    language.use("en")
    assert figures.persons(persons).text() == expected


def test_the_json_has_the_contract_s_keys_and_whole_persons(shipped: Atlas) -> None:
    found = need_contract.to_json(of(shipped, "norge"))
    assert {"area", "population", "adults", "target_group", "act_level", "by_unit"} <= set(found)
    assert (found["area"], found["population"], found["adults"]) == ("Norge", 5_627_400, 4_526_020)
    group = found["target_group"]
    assert (group["low"], group["central"], group["high"]) == (25_798, 28_967, 30_324)
    assert (group["denominator"], group["unit"], group["date"]) == ("adults_18plus", "persons", "2026-01-01")
    assert (group["quality"], group["replaced"]) == ("estimate", False)
    assert group["interval"]["method"] == "binomial_triangular"
    assert group["interval"]["low"] < group["central"] < group["interval"]["high"]
    assert len(found["by_unit"]) == 391
    assert json.loads(json.dumps(found)) == found


def test_every_figure_of_the_json_says_who_says_so(shipped: Atlas) -> None:
    found = need_contract.to_json(of(shipped, "Tromsø"))
    figures = [value for value in found.values() if isinstance(value, dict) and "central" in value]
    assert len(figures) == 6
    for figure in figures:
        assert {"low", "central", "high", "unit", "denominator", "base", "source", "date", "quality", "replaced",
                "interval"} <= set(figure)  # fmt: skip
        assert figure["source"]
        assert all(isinstance(figure[level], int) for level in ("low", "central", "high", "base"))
    assert (found["fact_ung"], found["elderly"], found["security"]) == (None, None, None)


def test_the_json_lists_the_cited_figures_and_which_were_replaced(shipped: Atlas) -> None:
    own = factgeo_settings.load(tables={"parameters": {"act_share_of_target": 15}})
    found = need_contract.to_json(of(shipped, "Tromsø", own))
    assert found["replaced"] == ["act_share_of_target"]
    row = next(row for row in found["parameters"] if row["id"] == "act_share_of_target")
    assert (row["central"], row["replaced"], row["quality"]) == (15, True, "replaced")
    assert found["act_level"]["replaced"]
    assert not found["target_group"]["replaced"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("nb", ("om lag 420 personer", "0,64 %", "anslag", "0,50 %", "ingen offisiell andel", "aldri legges sammen")),
     ("nn", ("om lag 420 personar", "0,64 %", "anslag", "0,50 %", "ingen offisiell del", "aldri leggjast saman")),
     ("en", ("about 420 persons", "0.64%", "estimate", "0.50%", "no official fraction", "never be added"))],
)  # fmt: skip
def test_sentences_say_what_is_expected_and_that_it_is_an_estimate(
    shipped: Atlas, lang: str, words: tuple[str, ...]
) -> None:
    language.use(lang)
    said = " ".join(lines(of(shipped, "Tromsø"))).replace("\N{NO-BREAK SPACE}", " ")
    assert all(word in said for word in words)
    assert "418" not in said  # more digits than the number deserves


def test_norway_is_told_how_many_are_treated_and_no_other_area_is(shipped: Atlas) -> None:
    language.use("en")
    assert any("about 17%" in line for line in lines(of(shipped, "norge")))
    assert not any("17%" in line for line in lines(of(shipped, "Tromsø")))


def test_own_fractions_and_replaced_figures_are_named(shipped: Atlas) -> None:
    language.use("en")
    own = factgeo_settings.load(tables={"parameters": {"target_fraction_adults": {"low": 0.5, "high": 0.9}}})
    groups = {"fact_ung": Replaced(central=1), "security": Replaced(central=3, source="Own survey")}
    own = own.model_copy(update={"need": own.need.model_copy(update=groups)})
    said = " ".join(lines(of(shipped, "Tromsø", own)))
    assert "target_fraction_adults = 0.5/0.64/0.9" in said
    assert "With your own fraction the target group is about 140" in said
    assert "own value, no source given" in said
    assert "Own survey" in said
    assert "replaced" not in " ".join(lines(of(shipped, "Tromsø")))


def test_a_local_count_is_told_beside_what_was_expected(shipped: Atlas, save: Save) -> None:
    language.use("en")
    alone = " ".join(lines(of(shipped, "Tromsø", local=counted(shipped, save, k5501=310))))
    assert "310 persons by a local count" in alone
    assert "about 420 were expected" in alone
    mixed = " ".join(lines(of(shipped, "Tromsø+Karlsøy", local=counted(shipped, save, k5501=310))))
    assert "the general fraction elsewhere" in mixed
    assert "1 of 2 municipalities" in mixed
    assert "| – by the general fraction |" in document(of(shipped, "Tromsø", local=counted(shipped, save, k5501=310)))


def test_the_chapter_has_a_row_per_figure_and_per_unit(shipped: Atlas) -> None:
    language.use("en")
    said = document(of(shipped, "Helse Førde"))
    assert said.startswith("## Who there is to serve: Helse Førde HF, 1 January 2026")
    table = [line for line in said.splitlines() if line.startswith("| ")]
    assert len(table) == 2 + 5 + 2 + 17
    assert any(line.startswith("| Sunnfjord |") for line in table)
    assert all(line.count("|") in (8, 9) for line in table)
    assert "and 351 more" in document(of(shipped, "norge"))


def test_the_table_has_a_row_per_unit_with_whole_persons(shipped: Atlas, save: Save) -> None:
    table = need_contract.table(of(shipped, "Helse Førde", local=counted(shipped, save, k4647=120)))
    assert len(table) == 17
    row = table.set_index("unit_code").loc["4647"]
    assert (row["target_group_central"], row["target_group_quality"], row["prior_quality"]) == (
        120, "measured", "estimate"
    )  # fmt: skip
    assert table["population"].sum() == 108_053
    assert table["act_level_central"].dtype.kind == "i"


def test_the_sources_have_a_row_per_cited_figure(shipped: Atlas) -> None:
    table = need_contract.sources(of(shipped, "Tromsø"))
    assert table["id"].is_unique
    assert {"target_fraction_adults", "act_share_of_target", "fact_ung_treated_share_12_25"} <= set(table["id"])
    assert (table["source"] != "").all()


@pytest.mark.parametrize(
    ("area", "words"),
    [("Tromsø", ("from 60,868 adults in 2019 to 65,259 in 2026", "7.2% more")), ("Vardø", ("fewer",)),
     ("Ålesund", ("in 2024 to", "Before 2024 there is only one figure for Ålesund, Haram together")),
     ("bydel:Heimdal", ("districts lacked what was merged",)),
     ("Kinn", ("border between Kinn, Stad moved",))],
)  # fmt: skip
def test_growth_is_told_with_the_borders_that_cut_it_short(shipped: Atlas, area: str, words: tuple[str, ...]) -> None:
    language.use("en")
    history = growth.history(shipped, areas.resolve(area, shipped))
    said = " ".join([*map(written, need_report.growth(history, dict(shipped.units["name"])))])
    assert all(word in said for word in words)


def test_the_table_of_years_is_empty_where_nothing_can_be_told(shipped: Atlas) -> None:
    table = need_contract.history_table(growth.history(shipped, areas.resolve("Haram", shipped)))
    assert table["year"].tolist() == list(range(2019, 2027))
    assert table["persons"].isna().tolist() == [True] * 5 + [False] * 3
    assert table["adults"].iloc[-1] > 7000


# -- tables in words ---------------------------------------------------------------------------------------------------


def test_the_figures_stand_with_denominator_quality_and_source(shipped: Atlas) -> None:
    found = of(shipped, "Helse Førde")
    table = frame(need_report.figures_table(found))
    assert len(table) == 5  # without the groups that have no official fraction, and no prior where nobody counted
    first = table.iloc[0]
    assert first[language.text("need.column.interval")] == written(need_report.between(found.target_group))
    assert language.number(found.adults) in first[language.text("need.column.of")]
    assert first[language.text("need.column.quality")] == "anslag"
    assert first[language.text("need.column.source")] == found.target_group.source
    assert " | ".join(first) in document(found)


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_units_and_teams_have_a_row_each_with_what_was_counted(shipped: Atlas, save: Save, lang: str) -> None:
    language.use(lang)
    area = areas.resolve("Helse Førde", shipped)
    local = counted(shipped, save, k4601=900, k4602=40, k4640=3, k4641=12, k4647=95)
    whole = need.assess(shipped, area, DEFAULT, local=local)
    table = frame(need_report.units_table(whole, local)).set_index(language.text("need.column.unit"))
    column = language.text("need.column.local")
    assert table.index.tolist() == [unit.name for unit in whole.by_unit]
    assert table[column]["Sogndal"] == "<5"
    assert table[column]["Sunnfjord"] == "95"
    assert table[column]["Askvoll"] == "–"
    assert column not in frame(need_report.units_table(whole))
    teams = {"A": whole, "B": whole}
    told = frame(need_report.teams_table(teams, local.of({"A": ("4647",)})))
    assert told[column].tolist() == ["95", "–"]
    assert column not in frame(need_report.teams_table(teams))


def test_the_years_in_words_have_no_thousands_and_a_dash_where_nothing_is_known(shipped: Atlas) -> None:
    language.use("en")
    history = growth.history(shipped, areas.resolve("kommune:1508", shipped))
    table = frame(need_report.history_table(history))
    assert table["Year (1 January)"].tolist() == [str(year) for year in history.years]
    cells = table["Adults"].tolist()
    assert cells == ["–" if adults is None else language.number(adults) for adults in history.adults]
    assert "–" in cells
