"""Reach in words, tables and JSON: what is said is what was found, and no measure bears another's name."""

from __future__ import annotations

import json

import pytest
from worlds.reports import said

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import reach as reach_contract
from factgeo.explore import tradeoff
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.reach import fairness
from factgeo.reach import left_out as reach_left_out
from factgeo.reach import measures as reach_measures
from factgeo.reach import today as reach_today
from factgeo.reach.shares import Reach
from factgeo.reach.today import Today
from factgeo.report import fairness as fairness_report
from factgeo.report import frontier as frontier_report
from factgeo.report import left_out as left_out_report
from factgeo.report import measure as measure_report
from factgeo.report import today as today_report
from factgeo.report.labels import LISTED, OUT_WORDS
from factgeo.report.writers import markdown

SPACE = "\N{NO-BREAK SPACE}"
CONTRACT = {"preset", "definition", "area", "population", "share", "classes", "share_within", "by_region"}


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
def listed(shipped: Atlas) -> list[Today]:
    area = areas.resolve("Helse Fonna", shipped)
    return [reach_today.today(shipped, area, settings.load(), each) for each in ("narrow", "wide", "any")]


def test_each_measure_has_its_own_name_and_definition(measures: dict[str, Reach]) -> None:
    heads = [said(measure_report.brief(each))[0].split(",")[0] for each in measures.values()]
    assert heads == ["Rapport 3/2017", "Lysbildet", "Planleggerens mål"]
    assert len({each.definition.text() for each in measures.values()}) == 3


def test_the_figure_is_that_of_the_measure_and_the_published_stand_beside(measures: dict[str, Reach]) -> None:
    found = measures["planner"]
    lines = said(measure_report.brief(found))
    assert language.percent(found.share) in lines[0]
    assert language.number(found.counted) in lines[0]
    assert all(f"{share}{SPACE}%" in lines[2] for share in (94, 67, 27, 6))


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_everything_can_be_said_in_every_language(
    forde: Result, measures: dict[str, Reach], listed: list[Today], lang: str
) -> None:
    language.use(lang)
    lines = [
        *(line for each in measures.values() for line in said(measure_report.brief(each))),
        *said(left_out_report.brief(reach_left_out.left_out(forde), forde)),
        *said(left_out_report.remedies(fairness.best_remedies(forde, 3), forde)),
        *said(today_report.brief(listed)),
        *said(fairness_report.brief(fairness.fairness(forde), forde)),
        *said(fairness_report.borders(fairness.borders(forde), forde)),
        *(markdown.write(measure_report.report(each)) for each in measures.values()),
        markdown.blocks(today_report.parts_tables(listed)),
    ]
    assert len(lines) > 40
    assert not [line for line in lines if "{" in line or "None" in line]
    assert any({"nb": "innbyggere", "nn": "innbyggjarar", "en": "residents"}[lang] in line for line in lines)


def test_the_page_has_every_region_and_trust(measures: dict[str, Reach]) -> None:
    page = markdown.write(measure_report.report(measures["report-2017"]))
    assert page.count("\n# ") == 0
    assert all(f"| {code} | {name} |" in page for code, name in (("D30", "Førde"), ("D31", "Indre Sogn")))
    assert f"| Helse Førde HF | 108{SPACE}053 | 108{SPACE}053 | 100,0{SPACE}% |" in page
    assert "Publisert i rapport 3/2017" in page


def test_json_holds_what_the_contract_asks_for(measures: dict[str, Reach]) -> None:
    for preset, each in measures.items():
        told = json.loads(json.dumps(reach_contract.measure_json(each)))
        assert told.keys() >= CONTRACT
        assert told["preset"] == preset
        assert set(told["share_within"]) == {"30", "45", "60", "90"}
        assert all(one.keys() >= {"class", "service", "regions", "population", "share"} for one in told["classes"])
        assert sum(one["population"] for one in told["classes"]) == told["population"]
        assert sum(region["population_in_area"] for region in told["by_region"]) == sum(
            unit["population"] for unit in told["by_unit"] if unit["region"]
        )


def test_the_slide_has_no_minutes(measures: dict[str, Reach]) -> None:
    told = reach_contract.measure_json(measures["slide"])
    assert set(told["share_within"].values()) == {None}
    assert {region["travel"] for region in told["by_region"]} == {None}
    assert not any("min:" in line or "innen 60 min" in line for line in said(measure_report.brief(measures["slide"])))


def test_the_words_say_how_many_lines_they_leave_out(forde: Result) -> None:
    out = reach_left_out.left_out(forde)
    lines = said(left_out_report.brief(out, forde))
    assert f"og {len(out) - LISTED} linjer til" in lines[-1]
    for reason, persons in reach_left_out.by_reason(out).items():
        assert f"  {language.text(OUT_WORDS[reason])}: {language.number(persons)}" in lines
    assert sum(row["persons"] for row in reach_contract.left_out_json(out)) == sum(each.persons for each in out)


def test_today_names_what_is_lacking_and_that_it_is_an_estimate(listed: list[Today]) -> None:
    lines = "\n".join(said(today_report.brief(listed)))
    assert "anslag" in lines
    assert "Karmøy" in lines
    assert "Psykiatri innover Helse Fonna" in lines
    told = [reach_contract.today_json(each) for each in listed]
    assert {each["status"] for each in told} == {"unknown"}
    assert told[0]["lacking_dps"] == ["Karmøy"]
    assert told[1]["lacking_dps"] == []


def test_remedies_and_fairness_are_plain_json(shipped: Atlas) -> None:
    result = pipeline.propose(shipped, areas.resolve("Helse Førde + Helse Bergen", shipped), settings.load())
    helps = fairness.best_remedies(result, 4)
    told = json.loads(json.dumps(reach_contract.remedies_json(helps)))
    assert [each["residents"] for each in told] == [each.residents for each in helps]
    words = "\n".join(said(left_out_report.remedies(helps, result)))
    assert all(each.place.name in words for each in helps)
    rows = reach_contract.fairness_json(fairness.fairness(result))["by_unit"]
    assert sum(row["population"] for row in rows) == result.figures.population
    price = fairness.borders(result)
    assert json.loads(json.dumps(reach_contract.borders_json(price)))["brought"] == price.brought
    lines = said(fairness_report.borders(price, result))
    assert len(lines) == 1 + min(len(price.pairs), LISTED)
    assert lines[1].startswith(f"  {price.pairs[0].own} til {price.pairs[0].other}")
    assert language.number(sum(pair.reached for pair in price.pairs)) in lines[0]


def test_a_reason_is_named_and_those_who_are_out_are_counted_once(shipped: Atlas) -> None:
    found = reach_measures.slide(shipped, areas.resolve("Norge", shipped), settings.load())
    (lines,) = [line for line in said(measure_report.brief(found)) if line.startswith("Ikke med")]
    assert lines.count(language.number(sum(found.outside.values()))) == 1
    assert language.text(OUT_WORDS["too_small"]) in lines


def test_the_page_of_the_slide_has_no_columns_of_travel(measures: dict[str, Reach]) -> None:
    pages = [markdown.write(measure_report.report(measures[name])) for name in ("slide", "report-2017", "planner")]
    heads = [next(line for line in page.splitlines() if line.startswith("| Kode")) for page in pages]
    assert ["min" in head for head in heads] == [False, True, True]
    assert ["anslått" in head for head in heads] == [False, True, False]


def test_the_curve_says_how_many_teams_are_enough(forde: Result, shipped: Atlas) -> None:
    points = tradeoff.trade_offs(forde)
    listed = reach_today.today(shipped, forde.plan.area, forde.plan.settings, "narrow")
    most, own, today = said(frontier_report.brief(points, forde, [listed]))
    by_teams = {point.teams: point.within for point in points if point.aim == "reach" and point.base_of}
    best = max(by_teams.values())
    assert f"{next(teams for teams, share in sorted(by_teams.items()) if share == best)} team: " in most
    assert language.percent(best) in most
    assert f"Med {next(teams for teams, share in sorted(by_teams.items()) if share >= best - 0.01)} team" in most
    assert language.percent(forde.within / forde.figures.population) in own
    assert f"({len(listed.placed)} med kjent base)" in today


def test_an_area_where_nothing_helps_says_so(shipped: Atlas) -> None:
    result = pipeline.propose(shipped, areas.resolve("kommune:Vik", shipped), settings.load())
    assert said(left_out_report.remedies((), result)) == ["Ingen tiltak gir flere innbyggere innen 60 minutter."]
    assert said(fairness_report.borders(fairness.borders(result), result))[0].startswith("Vik: ingen bor nærmere")
