"""How firm a plan is: the sample, the population of later years, single runs, and what all runs say together."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from worlds import reports
from worlds.basics import refusal
from worlds.runs import outcome

from factgeo import language
from factgeo import settings as factgeo_settings
from factgeo.atlas import areas, pack, tables
from factgeo.atlas.pack import Atlas
from factgeo.atlas.rounding import largest_remainder
from factgeo.contract import stability as stability_contract
from factgeo.errors import PlanError
from factgeo.explore import stability
from factgeo.explore.stability import Outcome, Sample, Stability
from factgeo.planning import pipeline
from factgeo.planning.check import Finding
from factgeo.planning.propose.problem import Solution, StageProof
from factgeo.planning.result import Result
from factgeo.report import stability as stability_report
from factgeo.report.writers import markdown
from factgeo.settings import Settings

DEFAULT = factgeo_settings.load()
FACTORS = ("driving", "waiting", "minimum", "minutes", "beyond_price", "unserved_price")
NOTHING = {**dict.fromkeys(FACTORS, (1.0, 1.0)), "years_ahead": (0.0, 0.0)}


def sampled(runs: int, seed: int, settings: Settings = DEFAULT, **ranges: tuple[float, float]) -> Sample:
    """A sample over the settings' ranges, some of them changed."""
    own = settings.stability.model_copy(update={"seed": seed, **ranges})
    return stability.sample(settings.model_copy(update={"stability": own}), runs=runs)


@pytest.fixture(scope="module")
def drawn() -> Sample:
    return sampled(6, 3)


@pytest.fixture(scope="module")
def found(forde: Result, drawn: Sample) -> Stability:
    return stability.run(forde, drawn)


# the sample


def test_each_quantity_is_spread_evenly_over_its_range() -> None:
    runs = 40
    drawn = sampled(runs, 1)
    assert [quantity.name for quantity in drawn.quantities] == [*FACTORS, "years_ahead"]
    for column, quantity in enumerate(drawn.quantities):
        values = np.array([row[column] for row in drawn.rows])
        assert quantity.low <= quantity.central <= quantity.high
        scale = np.log if quantity.log else np.asarray
        low, high = scale(quantity.low), scale(quantity.high)
        part = np.floor((scale(values) - low) / (high - low) * runs)
        assert sorted(part) == list(range(runs))  # one value in each fortieth of the range


def test_the_prices_alone_are_drawn_on_a_logarithmic_scale(drawn: Sample) -> None:
    assert {quantity.name for quantity in drawn.quantities if quantity.log} == {"beyond_price", "unserved_price"}


def test_the_ranges_stand_around_the_planner_s_own_settings() -> None:
    settings = factgeo_settings.load(assignments=["travel.minutes=40", "roads.junction_factor=1.1"])
    by_name = {q.name: q for q in sampled(2, 1, settings).quantities}
    assert (by_name["minutes"].low, by_name["minutes"].central, by_name["minutes"].high) == (30, 40, 50)
    assert by_name["driving"].high == pytest.approx(1.1 * 1.15)


def test_a_range_of_one_s_own_is_called_that() -> None:
    drawn = sampled(2, 1, minutes=(0.5, 1.5))
    sources = {quantity.name: quantity.source for quantity in drawn.quantities}
    assert sources["minutes"] == "settings"
    assert sources["minimum"] == "estimate"


@pytest.mark.parametrize(
    ("assignment", "idle"),
    [("ferry.wait_rule=none", {"waiting"}), ("goal.name=everyone", {"beyond_price", "unserved_price"})],
)
def test_what_the_settings_leave_without_effect_is_not_drawn(assignment: str, idle: set[str]) -> None:
    settings = factgeo_settings.load(assignments=[assignment])
    names = {quantity.name for quantity in sampled(2, 1, settings).quantities}
    assert {*FACTORS, "years_ahead"} - names == idle


def test_every_cited_fact_is_in_the_pack(shipped: Atlas) -> None:
    cited = {word.removeprefix("facts:") for source in stability.SOURCES.values() for word in source.split()
             if word.startswith("facts:")}  # fmt: skip
    assert cited == {"drive_time_factor", "ferry_wait_cap_planned", "travel_sensitivity_minutes"}
    assert cited <= set(shipped.facts("parameters")["id"])


def test_values_become_the_settings_of_a_run() -> None:
    values = {"driving": 1.1, "waiting": 12.5, "minimum": 14_000.4, "minutes": 50.0, "beyond_price": 700.6}
    settings = stability.varied(DEFAULT, values)
    assert settings.roads.junction_factor == 1.1
    assert settings.ferry.wait_min == 12.5
    assert settings.size.minimum == 14_000
    assert settings.travel.minutes == 50
    assert settings.goal.beyond_price == 701
    assert settings.goal.unserved_price == DEFAULT.goal.unserved_price
    assert settings.bases == DEFAULT.bases


# the population of later years


def test_the_trend_is_the_median_of_the_yearly_changes(shipped: Atlas) -> None:
    change = stability.yearly_change(shipped)
    solund = shipped.residents[shipped.residents["unit_code"] == "4636"]
    counts = [int(solund.loc[solund["year"] == year, "persons"].sum()) for year in range(2019, shipped.year + 1)]
    ratios = sorted(later / earlier for earlier, later in itertools.pairwise(counts))
    assert change["4636"] == pytest.approx(ratios[len(ratios) // 2])
    assert change.index.equals(shipped.units.index)
    assert change.notna().all()


def test_a_border_change_is_no_trend(shipped: Atlas) -> None:
    change = stability.yearly_change(shipped)
    assert change[["1508", "1580"]].between(0.99, 1.02).all()  # Ålesund and Haram, divided in 2024
    assert change.between(0.96, 1.04).all()


def test_a_pack_of_one_year_has_no_trend(shipped: Atlas) -> None:
    now = shipped.residents[shipped.residents["year"] == shipped.year]
    assert (stability.yearly_change(shipped.changed(residents=now)) == 1).all()


def test_no_years_ahead_the_pack_is_as_it_was(shipped: Atlas) -> None:
    same = stability.grown(shipped, stability.yearly_change(shipped), 0)
    pd.testing.assert_frame_equal(same.residents, shipped.residents)
    pd.testing.assert_frame_equal(same.cells, shipped.cells)
    pd.testing.assert_frame_equal(same.population, shipped.population)
    assert (same.cell_access.edge == shipped.cell_access.edge).all()


@pytest.fixture(scope="module")
def later(shipped: Atlas) -> Atlas:
    """Half as many in Solund, half as many again in Sunnfjord, and hardly anyone in Kinn."""
    return stability.grown(shipped, pd.Series({"4636": 0.5, "4647": 1.5, "4602": 1e-9}), 1)


def test_residents_and_cells_of_later_years_have_the_same_sums(later: Atlas) -> None:
    assert len(pack.check_totals(later)) == 2
    assert (later.cells["adults"] <= later.cells["persons"]).all()
    tables.check("residents", later.residents)
    tables.check("cells", later.cells)


def test_units_grow_by_their_own_factor_and_the_others_stay(shipped: Atlas, later: Atlas) -> None:
    before, after = shipped.population["persons"], later.population["persons"]
    assert after["4636"] == round(0.5 * before["4636"])
    assert after["4647"] == round(1.5 * before["4647"])
    assert after["4602"] == 1  # nobody planned for would be no unit
    others = before.index.difference(["4636", "4647", "4602"])
    assert (after[others] == before[others]).all()
    earlier = later.residents[later.residents["year"] < later.year]
    assert earlier["persons"].sum() == shipped.residents.loc[shipped.residents["year"] < shipped.year, "persons"].sum()


def test_each_age_and_cell_gets_what_its_unit_alone_would_give_it(shipped: Atlas, later: Atlas) -> None:
    for table in ("residents", "cells"):
        before, after = (getattr(atlas, table).query("unit_code == '4647'") for atlas in (shipped, later))
        if table == "residents":
            before, after = (rows.query(f"year == {shipped.year}") for rows in (before, after))
        expected = largest_remainder(before["persons"], int(after["persons"].sum()))
        assert after["persons"].tolist() == [persons for persons in expected if persons]


def test_cells_keep_their_roads_when_others_are_left_empty(shipped: Atlas, later: Atlas) -> None:
    assert len(later.cells) < len(shipped.cells)
    of_cell = dict(zip(shipped.cells["ssbid"], shipped.cell_access.metres, strict=True))
    assert [of_cell[cell] for cell in later.cells["ssbid"]] == later.cell_access.metres.tolist()


# single runs


@pytest.mark.parametrize("run", [0, 4])
def test_a_run_is_the_plan_of_the_changed_pack_and_settings(shipped: Atlas, forde: Result, run: int) -> None:
    drawn = sampled(6, 3)
    area, values = forde.plan.area, drawn.values(run)
    change = stability.yearly_change(shipped).loc[list(area.units)]
    by_hand = pipeline.propose(
        stability.grown(shipped, change, values["years_ahead"]), area, stability.varied(DEFAULT, values)
    )
    once = outcome(shipped, area, DEFAULT, values)
    assert once is not None
    base_of = by_hand.plan.base_of()
    assert [base and base[0] for base in once.base] == [
        base_of[unit].unit_code if unit in base_of else None for unit in area.units
    ]
    assert once.catchments == len(by_hand.plan.catchments)
    assert once.reach == pytest.approx(by_hand.figures.share_within[60])  # within the plan's T, not the run's
    assert once.proven


def test_a_run_whose_problem_has_no_plan_is_none(shipped: Atlas, forde: Result) -> None:
    settings = factgeo_settings.load(assignments=["teams.at_least=4", "teams.at_most=4"])
    assert outcome(shipped, forde.plan.area, settings, {"minimum": 15_000.0}) is not None
    assert outcome(shipped, forde.plan.area, settings, {"minimum": 60_000.0}) is None


def test_a_team_that_a_planner_keeps_stands_in_every_run(shipped: Atlas, forde: Result) -> None:
    kept = {"edits": {"keep": [{"name": "Ytre Sogn", "units": ["4637", "4636"], "base": "4637"}]}}
    settings = factgeo_settings.load(tables=kept)
    once = outcome(shipped, forde.plan.area, settings, {"minutes": 50.0})
    assert once is not None
    units = forde.plan.area.units
    assert [units[k] for k, base in enumerate(once.base) if base and base[0] == "4637"] == ["4636", "4637"]


def test_a_plan_that_breaks_a_rule_counts_in_no_share(
    shipped: Atlas, forde: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Finding("base_elsewhere", {"team": "T01", "base": "Vik"})
    monkeypatch.setattr(stability, "check", lambda *_: [broken])
    message = refusal(PlanError, lambda: outcome(shipped, forde.plan.area, DEFAULT, {}))
    assert broken.text("nb") in message


def test_an_interrupted_run_ends_them_all(shipped: Atlas, forde: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Solution:
        return Solution({}, (StageProof("balanced", 1.0, 0.0, "interrupted", 0.1),))

    monkeypatch.setattr(stability.exact, "solve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        outcome(shipped, forde.plan.area, DEFAULT, {})


# all runs together


def test_the_same_seed_gives_the_same_answer(forde: Result, found: Stability) -> None:
    again = stability.run(forde, sampled(6, 3))
    assert again == found
    assert sampled(6, 4) != found.sample


def test_when_nothing_varies_everyone_stays(forde: Result) -> None:
    still = stability.run(forde, sampled(2, 1, **NOTHING))
    assert set(stability.shares_for_map(still).values()) == {1.0}
    assert still.residents_stay == 1
    assert all(each.stands == 2 and each.residents_stay == 1 for each in still.catchments)
    assert all(driver.correlation is None for driver in still.drivers)
    assert still.count.low == still.count.high == len(forde.plan.catchments)
    assert still.reach.middle == pytest.approx(forde.figures.share_within[60])


def test_when_roads_become_far_slower_units_move(forde: Result) -> None:
    slow = {**NOTHING, "driving": (2.5, 2.5)}
    shaken = stability.run(forde, sampled(1, 1, **slow))
    assert shaken.residents_stay < 0.9
    assert min(stability.shares_for_map(shaken).values()) == 0
    assert shaken.reach.middle < forde.figures.share_within[60] - 0.1


@pytest.fixture
def three(forde: Result) -> list[Outcome | None]:
    """Runs by hand: as the plan, but bases move within their catchments; then Hyllestad changes team; then no plan."""
    plan = forde.plan
    last = {unit: catchment.units[-1] for catchment in plan.catchments for unit in catchment.units}
    moved = tuple((last[unit], "Elsewhere") if unit in last else None for unit in plan.area.units)
    sogndal = next(c for c in plan.catchments if "4640" in c.units)
    changed = tuple(
        (sogndal.base.unit_code, sogndal.base.name) if unit == "4637" else base
        for unit, base in zip(plan.area.units, moved, strict=True)
    )
    return [Outcome(moved, 0.7, 4, proven=True), Outcome(changed, 0.6, 4, proven=False), None]


def by_hand(forde: Result, outcomes: list[Outcome | None]) -> Stability:
    drawn = sampled(len(outcomes), 1)
    return stability.summed_up(forde, drawn, outcomes)


def test_a_base_that_moves_within_the_catchment_is_the_same_team(forde: Result, three: list[Outcome | None]) -> None:
    only = by_hand(forde, three[:1])
    assert only.residents_stay == 1
    assert only.moved == (0.0,)


def test_a_unit_that_changes_team_is_counted_with_its_residents(forde: Result, three: list[Outcome | None]) -> None:
    told = by_hand(forde, three)
    hyllestad = next(unit for unit in told.units if unit.unit_code == "4637")
    sogndal = next(team for team in forde.figures.teams if team.team_id == forde.plan.team_of()["4640"])
    assert (hyllestad.stays, hyllestad.without, hyllestad.other, hyllestad.other_runs) == (1, 0, sogndal.name, 1)
    assert all(unit.stays == 2 and not unit.other for unit in told.units if unit != hyllestad)
    persons = forde.atlas.population["persons"]
    share = persons["4637"] / persons[list(forde.plan.area.units)].sum()
    assert told.moved == (0.0, pytest.approx(share), None)
    assert told.residents_stay == pytest.approx(1 - share / 2)
    assert (told.no_plan, told.planned, told.unproven) == (1, 2, 1)
    left = next(c for c in told.catchments if c.team_id == forde.plan.team_of()["4637"])
    units = list(next(c.units for c in forde.plan.catchments if c.team_id == left.team_id))
    assert left.residents_stay == pytest.approx(1 - persons["4637"] / persons[units].sum() / 2)
    assert left.stands == 2


def test_a_catchment_without_a_base_in_it_does_not_stand(forde: Result, three: list[Outcome | None]) -> None:
    assert three[0] is not None
    lost = forde.plan.catchments[0]
    nobody = tuple(
        None if unit in lost.units else base for unit, base in zip(forde.plan.area.units, three[0].base, strict=True)
    )
    told = by_hand(forde, [dataclasses.replace(three[0], base=nobody)])
    assert [each.stands for each in told.catchments] == [0] + [1] * (len(told.catchments) - 1)
    assert all(unit.without == 1 and unit.stays == 0 for unit in told.units if unit.unit_code in lost.units)


def test_shares_agree_with_counting_run_by_run(forde: Result, drawn: Sample, found: Stability) -> None:
    plan, stays, without = forde.plan, Counter[str](), Counter[str]()
    catchment_of = {unit: c.units for c in plan.catchments for unit in c.units}
    for run in range(len(drawn.rows)):
        once = outcome(forde.atlas, plan.area, plan.settings, drawn.values(run))
        assert once is not None
        for unit, base in zip(plan.area.units, once.base, strict=True):
            without[unit] += base is None
            stays[unit] += unit not in catchment_of if base is None else base[0] in catchment_of.get(unit, ())
    assert [(u.stays, u.without) for u in found.units] == [(stays[u], without[u]) for u in plan.area.units]
    assert stability.shares_for_map(found) == {unit: stays[unit] / len(drawn.rows) for unit in plan.area.units}
    assert 0 < min(stays.values()) < len(drawn.rows)  # else the sample says nothing


def test_drivers_are_rank_correlations(found: Stability) -> None:
    names = [quantity.name for quantity in found.sample.quantities]
    table = pd.DataFrame(found.sample.rows, columns=names)
    expected = table.rank().corrwith(pd.Series(found.moved).rank())
    assert {driver.name: driver.correlation for driver in found.drivers} == pytest.approx(expected.to_dict())
    strengths = [abs(driver.correlation or 0) for driver in found.drivers]
    assert strengths == sorted(strengths, reverse=True)


def test_spreads_are_values_of_runs(forde: Result, three: list[Outcome | None]) -> None:
    assert three[0] is not None
    runs: list[Outcome | None] = [
        dataclasses.replace(three[0], reach=k / 100, catchments=k % 3) for k in range(100)
    ]  # fmt: skip
    told = by_hand(forde, runs)
    assert (told.reach.low, told.reach.middle, told.reach.high) == (0.04, 0.49, 0.94)
    assert (told.count.low, told.count.middle, told.count.high) == (0, 1, 2)


def test_runs_without_a_plan_are_counted_and_none_at_all_is_refused(shipped: Atlas) -> None:
    settings = factgeo_settings.load(assignments=["teams.at_least=4", "teams.at_most=4"])
    four = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), settings)
    bigger = {**NOTHING, "minimum": (1.0, 1.8)}
    told = stability.run(four, sampled(3, 1, settings, **bigger))
    assert 0 < told.no_plan < 3
    assert [share is None for share in told.moved].count(True) == told.no_plan
    hopeless = sampled(2, 1, settings, **{**NOTHING, "minimum": (4.0, 4.0)})
    assert "None of the 2 runs" in refusal(PlanError, lambda: stability.run(four, hopeless))


# on a cluster


@pytest.fixture(scope="module")
def two_workers() -> Iterator[str]:
    from distributed import LocalCluster  # noqa: PLC0415

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as machines:
        yield machines.scheduler_address


@pytest.mark.filterwarnings("default")  # of Dask's own processes and sockets
def test_the_cluster_gives_the_same_answer(forde: Result, found: Stability, two_workers: str) -> None:
    assert stability.run(forde, found.sample, scheduler=two_workers) == found


# in words


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_sentences_name_sample_shares_and_the_least_firm(forde: Result, found: Stability, lang: str) -> None:
    language.use(lang)
    said = " ".join(reports.said(stability_report.brief(found, forde)))
    shaky = min(found.units, key=lambda unit: (unit.stays, unit.unit_code))
    assert str(found.sample.seed) in said
    assert language.percent(found.residents_stay, 0) in said
    assert str(forde.atlas.units.at[shaky.unit_code, "name"]) in said
    assert {"nb": f"i {shaky.stays} av 6 kjøringer", "nn": f"i {shaky.stays} av 6 køyringar",
            "en": f"in {shaky.stays} of 6 runs"}[lang] in said  # fmt: skip


def test_runs_that_failed_are_told(forde: Result, three: list[Outcome | None]) -> None:
    language.use("en")
    said = reports.said(stability_report.brief(by_hand(forde, three), forde))
    assert said[-2] == (
        "Runs in which no plan keeps the rules, or none was found in time: 1. They are not counted otherwise."
    )
    assert said[-1] == "Runs whose plan is not proven to be the best within 10 seconds: 1."


def test_when_all_stay_the_sentences_say_so(forde: Result, three: list[Outcome | None]) -> None:
    language.use("en")
    said = reports.said(stability_report.brief(by_hand(forde, three[:1]), forde))
    assert "All municipalities and districts stay with their team in all 1 runs." in said
    assert "No single one of the varied quantities clearly goes with how many move." in said


def test_the_table_has_each_unit_with_per_cent_without_decimals(forde: Result, three: list[Outcome | None]) -> None:
    page = markdown.write(stability_report.report(by_hand(forde, three), forde))
    row = next(line for line in page.splitlines() if line.startswith("| Hyllestad"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[2:5] == ["i 1 av 2 kjøringer", "50\N{NO-BREAK SPACE}%", "0\N{NO-BREAK SPACE}%"]
    assert cells[5].endswith("(50\N{NO-BREAK SPACE}%)")
    names = forde.atlas.units.loc[list(forde.plan.area.units), "name"]
    assert all(f"| {name} |" in page for name in names)


def test_correlations_are_shown_to_a_tenth(forde: Result, found: Stability) -> None:
    drivers = tuple(
        dataclasses.replace(driver, correlation=value)
        for driver, value in zip(found.drivers, [-0.71, 0.56, -0.04, 0.0, None, 0.04, 0.1], strict=True)
    )
    language.use("en")
    told = dataclasses.replace(found, drivers=drivers)
    page = markdown.write(stability_report.report(told, forde)).splitlines()
    shown = [line.split("|")[-2].strip() for line in page if "facts:" in line or "| estimate |" in line]
    assert sorted(shown) == sorted(["−0.7", "+0.6", "0.0", "0.0", "–", "0.0", "+0.1"])
    assert any(
        line.startswith("More residents move the lower") for line in reports.said(stability_report.brief(told, forde))
    )


def test_the_object_is_json_with_a_row_for_each_unit_and_run(found: Stability) -> None:
    content = json.loads(json.dumps(stability_contract.to_json(found)))
    assert content["schema"] == "factgeo.stability/1"
    assert [unit["stays"] for unit in content["units"]] == [unit.stays for unit in found.units]
    assert len(content["sample"]) == content["runs"] == 6
    assert content["sample"][0]["moved"] == pytest.approx(found.moved[0], abs=1e-6)
