"""What is asked beyond one plan, in words and tables: the figures are measured again from the plans themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from worlds import reports

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import explore as explore_contract
from factgeo.errors import PlanError
from factgeo.explore import alternatives as alternative_plans
from factgeo.explore import moves, next_teams, stability, tradeoff, why
from factgeo.explore.alternatives import NextBest
from factgeo.explore.answers import Further
from factgeo.explore.next_teams import NextTeams
from factgeo.explore.tradeoff import TradeOff
from factgeo.language import catalogue
from factgeo.planning import pipeline, planfile
from factgeo.planning.result import Result
from factgeo.report import explore as explore_report
from factgeo.report.writers import markdown
from factgeo.travel.bases import Base
from factgeo.travel.times import UNREACHABLE

AREA = "Helse Førde"
KINN, VIK, SOGNDAL, HYLLESTAD, HOYANGER, BREMANGER, SUNNFJORD = "4602", "4639", "4640", "4637", "4638", "4648", "4647"
SPACE = "\N{NO-BREAK SPACE}"


def lines(further: Further, result: Result) -> list[str]:
    return reports.said(explore_report.brief(further, result))


def document_of(further: Further, result: Result) -> str:
    return markdown.chapters(explore_report.chapters(further, result))


@pytest.fixture(scope="module")
def alternatives(forde: Result) -> tuple[NextBest, ...]:
    return alternative_plans.next_best(forde, 3, differ=2)


@pytest.fixture(scope="module")
def points(forde: Result) -> tuple[TradeOff, ...]:
    return tradeoff.trade_offs(forde)


@pytest.fixture(scope="module")
def placed(shipped: Atlas) -> tuple[Result, NextTeams]:
    return next_teams.next_teams(shipped, areas.resolve(AREA, shipped), settings.load(), 2)


@pytest.fixture(scope="module")
def changed(shipped: Atlas) -> tuple[Result, Further]:
    """The plan that changes one with larger catchments least, at next to no price for moving."""
    area = areas.resolve(AREA, shipped)
    previous = pipeline.propose(shipped, area, settings.load(assignments=["size.minimum=25000"])).plan
    result = pipeline.propose(shipped, area, moves.from_plan(settings.load(assignments=["moves.price=1"]), previous))
    return result, Further(previous=previous, moves=moves.find(result, previous))


@pytest.fixture(scope="module")
def firm(forde: Result) -> stability.Stability:
    return stability.run(forde, stability.sample(forde.plan.settings, runs=3))


@pytest.fixture(scope="module")
def everything(
    forde: Result,
    alternatives: tuple[NextBest, ...],
    points: tuple[TradeOff, ...],
    firm: stability.Stability,
    placed: tuple[Result, NextTeams],
    changed: tuple[Result, Further],
) -> Further:
    """All that can be asked at once; whose result it is does not matter for the words."""
    answer = why.why(forde, KINN, base_in(forde, SUNNFJORD))
    asked = replace(changed[1], alternatives=alternatives, trade_offs=points, answer=answer)
    return replace(asked, next_teams=placed[1], stability=firm)


def base_in(result: Result, unit: str) -> Base:
    return next(base for base in result.journeys.bases if base.unit_code == unit)


def people_within(result: Result) -> int:
    """Residents within T minutes of their base, from the table of seconds and team by team."""
    times, limit = result.journeys, 60 * result.plan.settings.travel.minutes
    total = 0
    for catchment in result.plan.catchments:
        seconds = pd.Series(times.seconds[times.row[catchment.base]])
        mine = times.cells["unit_code"].isin(catchment.units) & seconds.between(0, limit)
        total += int(times.cells.loc[mine, "persons"].sum())
    return total


def plain_goal(result: Result) -> float:
    """The goal ``balanced`` in person-minutes, cell by cell."""
    rules, times, persons = result.plan.settings, result.journeys, result.atlas.population["persons"]
    stand_in = 60 * rules.travel.unreachable
    total = sum(60.0 * rules.goal.unserved_price * persons[each.unit_code] for each in result.plan.unserved)
    for catchment in result.plan.catchments:
        mine = times.cells["unit_code"].isin(catchment.units).to_numpy()
        seconds = pd.Series(times.seconds[times.row[catchment.base], mine].astype(float))
        seconds = seconds.where(seconds != UNREACHABLE, stand_in)
        people = pd.Series(times.cells.loc[mine, "persons"].to_numpy())
        total += (seconds * people).sum()
        total += 60 * rules.goal.beyond_price * people[seconds > 60 * rules.travel.minutes].sum()
    return total / 60


# nothing asked


def test_where_nothing_was_asked_nothing_is_said(forde: Result) -> None:
    nothing = Further()
    assert lines(nothing, forde) == []
    assert document_of(nothing, forde) == ""
    assert explore_contract.to_json(nothing, forde) == {}
    assert explore_contract.tables(nothing, forde) == explore_contract.curve_plans(nothing, forde) == {}


# alternatives


def test_an_alternative_is_told_with_figures_that_measuring_it_again_gives(
    shipped: Atlas, forde: Result, alternatives: tuple[NextBest, ...]
) -> None:
    told = explore_contract.to_json(Further(alternatives=alternatives), forde)["alternatives"]
    assert [each["rank"] for each in told] == [1, 2, 3]
    everybody = shipped.population.loc[list(forde.plan.area.units), "persons"].sum()
    for each, found in zip(told, alternatives, strict=True):
        again = pipeline.measure_plan(shipped, found.result.plan)
        assert each["within"] == people_within(again) - people_within(forde)
        served = [sum(team.population for team in result.figures.teams) for result in (again, forde)]
        assert each["served"] == served[0] - served[1]
        assert each["share_within_T"] == each["share_within"]["60"]
        assert each["share_within_T"] == pytest.approx(people_within(again) / everybody, abs=1e-6)
        assert each["mean_min"] == round(again.figures.mean_min or 0, 1)
        assert each["price_person_min"] == pytest.approx(plain_goal(again) - plain_goal(forde), abs=0.1)
        where = {unit: team["base"]["unit_code"] for team in each["teams"] for unit in team["units"]}
        before = {unit: base.unit_code for unit, base in forde.plan.base_of().items()}
        other = {unit for unit in forde.plan.area.units if where.get(unit) != before.get(unit)}
        assert {move["unit_code"] for move in each["moved"]} == other
        assert all((move["from"], move["to"]) == (before.get(u), where.get(u))
                   for move in each["moved"] for u in [move["unit_code"]])  # fmt: skip


def test_the_sentence_of_an_alternative_names_units_bases_price_and_people(
    forde: Result, alternatives: tuple[NextBest, ...]
) -> None:
    sentence, *_ = lines(Further(alternatives=alternatives), forde)
    first = alternatives[0]
    names = forde.atlas.units.loc[list(first.moved), "name"]
    assert sentence.startswith(f"Alternativ 1: {len(first.moved)} kommuner annerledes (")
    assert all(name in sentence for name in names)
    each = language.number(first.price / forde.figures.population, 1)
    assert f"({each} minutter per innbygger i området)" in sentence
    lost = people_within(forde) - people_within(first.result)
    assert (f"{language.number(lost)} færre innen 60 minutter" in sentence) == (lost > 0)


def test_a_new_base_is_named_with_the_one_it_replaces(forde: Result, alternatives: tuple[NextBest, ...]) -> None:
    new, old = base_in(forde, KINN), base_in(forde, BREMANGER)
    drawn = replace(alternatives[0], new_bases=(new,), old_bases=(old,))
    assert "base i Florø i stedet for Svelgen" in lines(Further(alternatives=(drawn,)), forde)[0]
    drawn = replace(drawn, old_bases=())
    assert "base også i Florø" in lines(Further(alternatives=(drawn,)), forde)[0]
    drawn = replace(drawn, new_bases=(), old_bases=(old,))
    assert "ingen base i Svelgen" in lines(Further(alternatives=(drawn,)), forde)[0]


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (12_345.0, f"koster 12{SPACE}300 personminutter (0,1 minutter per innbygger i området)"),
        (-987_654.0, f"sparer 988{SPACE}000 personminutter (9,1 minutter per innbygger i området)"),
        (45.4, "koster 45 personminutter (under 0,1 minutt per innbygger i området)"),
        (0.2, "koster ingen personminutter"),
    ],
)
def test_a_price_has_three_digits_and_never_none(
    forde: Result, alternatives: tuple[NextBest, ...], price: float, words: str
) -> None:
    drawn = Further(alternatives=(replace(alternatives[0], price=price),))
    assert f"; {words};" in lines(drawn, forde)[0]
    assert len(explore_contract.to_json(drawn, forde)["alternatives"]) == 1


def test_what_a_price_counts_is_explained_by_the_goal(forde: Result, alternatives: tuple[NextBest, ...]) -> None:
    asked = Further(alternatives=alternatives)
    last = lines(asked, forde)[-1]
    assert f"1{SPACE}000 for hver innbygger utenfor 60 minutter og 1{SPACE}500 for hver uten team" in last
    proof = replace(forde.plan.proof, stages=(replace(forde.plan.proof.stages[-1], goal="minutes"),))
    strict = replace(forde, plan=replace(forde.plan, proof=proof))
    assert "Målet går i trinn" in lines(asked, strict)[-1]


def test_an_alternative_that_is_not_proven_says_so(forde: Result, alternatives: tuple[NextBest, ...]) -> None:
    plan = alternatives[0].result.plan
    unproven = replace(alternatives[0].result, plan=replace(plan, proof=replace(plan.proof, status="time_limit")))
    said = lines(Further(alternatives=(replace(alternatives[0], result=unproven),)), forde)[0]
    assert said.endswith("; ikke bevist å være den neste beste.")


# the trade-off curve


def drawn_curve(result: Result, *shares: float, proven: bool = True) -> tuple[TradeOff, ...]:
    """Points of the aim reach with these shares; a share below zero: no plan."""
    base_of = dict(result.plan.base_of())
    status = "optimal" if proven else "time_limit"
    return tuple(
        TradeOff("reach", teams, base_of, share, 1.0, 30.0, status, 0.0 if proven else 0.02)  # type: ignore[arg-type]
        if share >= 0
        else TradeOff("reach", teams, {}, 0.0, 0.0, None, "none", 0.0)
        for teams, share in enumerate(shares, start=1)
    )


def test_reach_hardly_grows_from_the_first_number_within_half_a_point_of_the_most(forde: Result) -> None:
    found = tradeoff.reading(drawn_curve(forde, -1, 0.5, 0.7, 0.896, 0.9, 0.8), forde)
    assert found is not None
    assert (found.best.teams, found.enough.teams) == (5, 4)
    assert found.before is not None
    assert found.before.teams == 3
    said = lines(Further(trade_offs=drawn_curve(forde, -1, 0.5, 0.7, 0.896, 0.9, 0.8)), forde)
    assert any("knapt fra 4 team" in s and f"89,6{SPACE}%" in s and f"90,0{SPACE}% (med 5 team)" in s for s in said)
    assert "Ingen plan holder reglene med nøyaktig så mange team: 1." in said


def test_the_fewest_teams_for_the_present_reach_are_the_first_that_have_it(
    forde: Result, points: tuple[TradeOff, ...]
) -> None:
    now = people_within(forde) / forde.figures.population
    found = tradeoff.reading(points, forde)
    assert found is not None
    assert found.now == 4
    reach = [point for point in points if point.aim == "reach"]
    assert found.fewest == next(point for point in reach if round(point.within, 9) >= round(now, 9))
    assert found.fewest_proven
    better = lines(Further(trade_offs=drawn_curve(forde, 0.2, now + 0.01, now + 0.1)), forde)
    assert any("Så få som 2 team" in s and "Færre kan det ikke." in s for s in better)
    unproven = drawn_curve(forde, 0.2, now + 0.01, now + 0.1, proven=False)
    said = lines(Further(trade_offs=unproven), forde)
    assert any("Om færre kan det, er ikke bevist." in s for s in said)
    assert any(s.startswith("3 av 3 punkter er ikke bevist best") and "(antall team: 1, 2 og 3)" in s for s in said)
    late = lines(Further(trade_offs=drawn_curve(forde, 0.1, 0.1, 0.1, 0.1, now)), forde)
    assert any("krever minst 5 team" in s for s in late)


def test_the_proposal_s_number_is_the_goal_s_own_only_where_no_rule_decides_it(
    forde: Result, points: tuple[TradeOff, ...]
) -> None:
    asked = Further(trade_offs=points)
    assert any(s.startswith("Målet i innstillingene velger selv 4 team") for s in lines(asked, forde))
    rules = settings.load(assignments=["teams.at_most=4"])
    ruled = replace(forde, plan=replace(forde.plan, settings=rules))
    assert any(s.startswith("Forslaget har 4 team") for s in lines(asked, ruled))


def test_a_curve_without_any_plan_says_so(forde: Result) -> None:
    said = lines(Further(trade_offs=drawn_curve(forde, -1, -1)), forde)
    assert said == [f"{forde.plan.area.name}: ingen plan er kjent for noe antall team."]
    assert tradeoff.reading((), forde) is None


def test_the_image_has_a_text_for_those_who_do_not_see_it(forde: Result, points: tuple[TradeOff, ...]) -> None:
    document = document_of(Further(trade_offs=points), forde)
    found = re.search(r"!\[(.+)\]\(tradeoff\.png\)", document)
    assert found
    best = max(point.within for point in points if point.aim == "reach")
    assert language.percent(best) in found.group(1)
    assert forde.plan.area.name in found.group(1)


def test_each_point_of_the_curve_is_a_plan_that_can_be_read_back(
    shipped: Atlas, forde: Result, points: tuple[TradeOff, ...], tmp_path: Path
) -> None:
    plans = explore_contract.curve_plans(Further(trade_offs=points), forde)
    assert list(plans) == [f"{aim}-{teams:02d}" for aim in ("mal", "rekkevidde") for teams in range(1, 6)]
    for name in ("mal-04", "rekkevidde-03"):
        file = tmp_path / f"{name}.csv"
        plans[name].to_csv(file, index=False)
        aim = {"mal": "goal", "rekkevidde": "reach"}[name[:-3]]
        point = next(p for p in points if (p.aim, p.teams) == (aim, int(name[-2:])))
        plan = planfile.read(file, shipped)
        assert plan.base_of() == point.base_of
        assert {each.unit_code for each in plan.unserved} == set(forde.plan.area.units) - set(point.base_of)
        again = pipeline.measure_plan(shipped, plan)
        assert people_within(again) / again.figures.population == pytest.approx(point.within)
        assert again.figures.served == pytest.approx(point.served)
        assert again.figures.mean_min == pytest.approx(point.mean_min)
    ids = {(c.team_id, c.base) for c in forde.plan.catchments}
    own = planfile.read(tmp_path / "mal-04.csv", shipped)
    assert {(c.team_id, c.base) for c in own.catchments} == ids


def test_names_of_plans_have_as_many_digits_as_the_largest_number_needs(forde: Result) -> None:
    curve = Further(trade_offs=drawn_curve(forde, *[0.5] * 101))
    plans = explore_contract.curve_plans(curve, forde)
    assert list(plans)[0] == "rekkevidde-001"  # noqa: RUF015 - the first of an ordered dict
    assert list(plans) == sorted(plans)
    told = explore_contract.tables(curve, forde)["tradeoff"]
    assert told["plan"].tolist() == list(plans)


def test_a_number_without_a_plan_has_no_figures_and_no_file(forde: Result) -> None:
    curve = Further(trade_offs=drawn_curve(forde, -1, 0.5))
    told = explore_contract.to_json(curve, forde)["tradeoff"][0]
    assert (told["share_within_T"], told["share_served"], told["mean_min"], told["status"]) == (
        None,
        None,
        None,
        "none",
    )
    assert list(explore_contract.curve_plans(curve, forde)) == ["rekkevidde-02"]
    assert explore_contract.tables(curve, forde)["tradeoff"]["plan"].tolist() == ["", "rekkevidde-02"]


# next teams


def test_what_new_teams_add_leads_from_the_listed_ones_to_all(placed: tuple[Result, NextTeams]) -> None:
    result, found = placed
    told = explore_contract.to_json(Further(next_teams=found), result)["next"]
    alone = people_within(found.baseline)
    assert told["baseline"]["share_within_T"] == pytest.approx(alone / result.figures.population, abs=1e-6)
    assert alone + sum(step["within"] for step in told["one_by_one"]) == people_within(result)
    assert {step["base"]["name"] for step in told["jointly"]} == {"Førde", "Sogndalsfjøra"}
    names = {unit: [team.name for team in teams] for unit, teams in found.standing.bases.items()}
    assert {each["base_unit"]: each["names"] for each in told["standing"]} == names != {}
    assert told["status"] == "unknown"


def test_next_teams_are_told_with_the_listed_ones_and_the_doubt_about_them(placed: tuple[Result, NextTeams]) -> None:
    result, found = placed
    said = lines(Further(next_teams=found), result)
    assert said[0] == "Listede team som står som faste baser (1): Stad (Nordfjord)."
    assert "sier ikke hvilke team som er i drift" in said[1]
    first = found.one_by_one[0]
    assert f"1. {first.base.name}: {language.number(first.within)} flere innen 60 minutter" in "\n".join(said)
    assert any(s.startswith("Valgt samlet er de samme 2 stedene best") for s in said)
    standing = replace(found.standing, unplaced=found.standing.bases["4649"], left_out=found.standing.bases["4649"])
    more = replace(found, asked=9, standing=replace(standing, bases={}), one_by_one=found.one_by_one[:1])
    said = lines(Further(next_teams=more), result)
    assert said[0] == f"Ingen av teamene på listen har kjent base i {result.plan.area.name}."
    assert any(s.endswith("som ikke er regnet med: Nordfjord.") for s in said)
    assert any(s.endswith("at de ikke er i drift: Nordfjord.") for s in said)
    assert any(s.startswith("De beste 2 valgt samlet") for s in said)
    assert any(s.startswith("Du ba om 9 nye team; flere enn 2") for s in said)


def test_more_teams_that_reach_fewer_are_told(placed: tuple[Result, NextTeams]) -> None:
    result, found = placed
    sentence = "Så mange nye team på én gang gir mindre rekkevidde enn 2"
    assert not any(s.startswith(sentence) for s in lines(Further(next_teams=found), result))
    better = tuple(replace(step, within=step.within + 1) for step in found.one_by_one)
    worse = Further(next_teams=replace(found, one_by_one=better))
    assert any(s.startswith(sentence) for s in lines(worse, result))


# moves and reasons


def test_a_move_is_told_with_what_staying_would_cost(changed: tuple[Result, Further]) -> None:
    result, further = changed
    told = explore_contract.to_json(further, result)["moves"]
    before, after = (plan.base_of() for plan in (further.previous, result.plan) if plan)
    assert {move["unit_code"] for move in told} == {u for u in before if before[u] != after.get(u)} == {KINN, BREMANGER}
    kinn = next(move for move in told if move["unit_code"] == KINN)
    assert (kinn["from"]["name"], kinn["to"]["name"]) == ("Førde", "Svelgen")
    cost = next(move.cost for move in further.moves if move.unit == KINN)
    assert cost is not None
    assert cost.forced is not None
    assert kinn["cost"]["within"] == people_within(cost.forced) - people_within(result) < 0
    assert {move["unit_code"] for move in kinn["cost"]["moved"]} == {HYLLESTAD, BREMANGER}
    said = lines(further, result)
    assert said[0].endswith(f"2 kommuner med 20{SPACE}737 innbyggere.")
    assert said[1].startswith(f"Kinn (17{SPACE}356) fra Førde til Svelgen: å beholde Førde koster ")
    assert "Hyllestad uten team; Bremanger til Nordfjordeid" in said[1]
    assert "eller at innbyggere beholder teamet sitt" in said[-1]


def test_moves_that_nobody_looked_at_lose_their_team_or_only_their_base_are_told_so(
    changed: tuple[Result, Further],
) -> None:
    result, further = changed
    move = further.moves[0]
    assert move.cost is not None
    impossible = replace(move.cost, forced=None, obstacle=PlanError("plan_check", findings="for langt"))
    cases = {
        "er ikke regnet ut, for tiden var ute": replace(move, cost=None),
        "fra Førde til ingen team": replace(move, after=None),
        "basen er flyttet fra Førde til Bygstad": replace(move, after=replace(move.before, name="Bygstad")),
        "å beholde Førde er ikke mulig.": replace(move, cost=impossible),
    }
    for words, case in cases.items():
        asked = replace(further, moves=(case,))
        assert words in lines(asked, result)[1]
        assert len(explore_contract.tables(asked, result)["moves"]) == 1
        assert "Kinn" in document_of(asked, result)
    last = replace(further, moves=(replace(move, cost=impossible),))
    assert "for langt" in lines(last, result)[1]
    told = explore_contract.to_json(last, result)["moves"][0]
    assert told["cost"]["possible"] is False
    assert "for langt" in told["cost"]["obstacle"]


def test_a_plan_that_moves_nobody_says_so(changed: tuple[Result, Further]) -> None:
    result, further = changed
    still = replace(further, moves=())
    assert lines(still, result) == [language.text("further.moves.none")]
    assert list(explore_contract.tables(still, result)["moves"].columns)[:2] == ["unit_code", "name"]
    assert explore_contract.to_json(still, result) == {"moves": []}


def test_why_not_is_answered_with_the_cost_or_the_obstacle(shipped: Atlas, forde: Result) -> None:
    answer = why.why(forde, SOGNDAL, base_in(forde, SUNNFJORD))
    assert answer.forced is not None
    again = pipeline.measure_plan(shipped, answer.forced.plan)
    told = explore_contract.to_json(Further(answer=answer), forde)["why"]
    assert told["within"] == people_within(again) - people_within(forde) < 0
    assert told["price_person_min"] == pytest.approx(plain_goal(again) - plain_goal(forde), abs=0.1)
    assert told["mean_min"] == {"before": 41.2, "after": round(again.figures.mean_min or 0, 1)}
    said = lines(Further(answer=answer), forde)[0]
    assert said.startswith("Hvorfor er ikke Sogndal med Førde? Det er mulig, men koster ")
    assert f"{language.number(-told['within'])} færre innen 60 minutter" in said
    assert f"snittet går fra 41,2 til {language.number(again.figures.mean_min or 0, 1)} minutter" in said
    assert all(forde.atlas.units.at[unit, "name"] in said for unit in answer.moved)
    refused = lines(Further(answer=why.why(forde, VIK, base_in(forde, SUNNFJORD))), forde)
    assert refused[0].startswith("Hvorfor er ikke Vik med Førde? Det er ikke mulig. Vik har 167 minutter")
    assert len(refused) == 1
    already = lines(Further(answer=why.why(forde, HOYANGER, base_in(forde, SUNNFJORD))), forde)
    assert already[0] == "Høyanger er allerede med Førde."


def test_an_answer_that_is_not_proven_or_costs_nothing_says_so(forde: Result) -> None:
    answer = why.why(forde, SOGNDAL, base_in(forde, SUNNFJORD))
    assert answer.forced is not None
    proof = replace(answer.forced.plan.proof, status="time_limit")
    unproven = replace(answer, forced=replace(answer.forced, plan=replace(answer.forced.plan, proof=proof)))
    assert "prisen kan være lavere" in lines(Further(answer=unproven), forde)[0]
    free = lines(Further(answer=replace(answer, forced=forde)), forde)[0]
    assert "Det er mulig, og koster ingen personminutter: like mange innen 60 minutter" in free


# all of it


@pytest.fixture(params=language.LANGUAGES)
def lang(request: pytest.FixtureRequest) -> Iterator[str]:
    language.use(request.param)
    yield request.param
    language.use("nb")


def test_every_sentence_and_table_is_there_in_every_language(forde: Result, everything: Further, lang: str) -> None:
    said = lines(everything, forde)
    document = document_of(everything, forde)
    assert len(said) > 25
    assert all(re.fullmatch(r"[^{}]+", line) for line in said)
    headings = [line for line in document.splitlines() if line.startswith("#")]
    names = ("why", "alternatives", "moves", "tradeoff", "next")
    assert headings[:5] == [f"## {language.text(f'further.section.{name}', lang=lang)}" for name in names]
    assert headings[5] == f"## {language.text('stability.title', lang=lang, area=forde.plan.area.name)}"
    for table in re.findall(r"(?:^\|.*\|$\n?)+", document, flags=re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    other = "personminutt " if lang != "nn" else "personminutter"
    assert other not in "\n".join(said)


def test_the_json_and_the_tables_have_a_key_for_each_thing_asked(forde: Result, everything: Further) -> None:
    told = explore_contract.to_json(everything, forde)
    assert set(told) == {"alternatives", "tradeoff", "next", "stability", "moves", "why"}
    assert json.loads(json.dumps(told, allow_nan=False)).keys() == told.keys()
    tables = explore_contract.tables(everything, forde)
    assert set(tables) == {"alternatives", "tradeoff", "next", "stability", "moves"}
    assert [len(tables[name]) for name in ("alternatives", "tradeoff", "next", "moves")] == [3, 10, 4, 2]
    assert tables["stability"]["unit_code"].tolist() == list(forde.plan.area.units)
    assert tables["alternatives"]["served"].tolist() == [each["served"] for each in told["alternatives"]]
    assert "." not in tables["alternatives"][["rank", "within", "served"]].to_csv(index=False)


def test_every_entry_of_the_catalogue_is_used() -> None:
    code = "".join(Path(module).read_text(encoding="utf-8") for module in sources())
    for key in catalogue.entries():
        if key.startswith("further."):
            short = key.rsplit(".", 1)[1]
            listed = key.startswith(("further.column.", "further.section."))
            assert (f'"{short}"' in code) if listed else re.search(rf"[\"']{re.escape(key)}[\"']", code), key


def sources() -> list[str]:
    folder = Path(explore_report.__file__).parent
    return [str(module) for module in folder.rglob("*.py")]
