"""Two tiers: ACT areas above the FACT catchments, and the overlays with rules of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import networkx as nx
import pytest
from worlds import reports

from factgeo import settings as factgeo_settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import plan as plan_contract
from factgeo.planning import pipeline
from factgeo.planning.check import check
from factgeo.planning.result import Result
from factgeo.report import plan as plan_report
from factgeo.report.writers import markdown


@pytest.fixture(scope="module")
def west(shipped: Atlas) -> Result:
    """Two trusts, of which one is dense enough for ACT."""
    rules = factgeo_settings.load(presets=["two-tier"])
    return pipeline.propose(shipped, areas.resolve("Helse Bergen+Helse Førde", shipped), rules)


def test_the_first_tier_is_the_plan_without_a_second(shipped: Atlas, west: Result) -> None:
    plain = pipeline.propose(shipped, west.plan.area, factgeo_settings.load())
    assert plain.plan.catchments == west.plan.catchments
    assert plain.plan.act is None


def test_every_act_area_meets_enough_adults_within_the_limit(west: Result) -> None:
    assert west.plan.act is not None
    assert len(west.plan.act.areas) == 5
    for area, figures in zip(west.plan.act.areas, west.figures.act, strict=True):
        units = west.plan.act_units(area)
        minutes, _ = west.journeys.minutes(area.base, units)
        cells = west.journeys.cells[west.journeys.cells["unit_code"].isin(units)]
        assert int(cells["adults"].to_numpy()[minutes <= 60].sum()) == figures.adults_within >= 40_000
        assert area.base.unit_code in units
        assert figures.adults == sum(team.adults for team in west.figures.teams if team.team_id in area.teams)


def test_a_catchment_is_in_one_act_area_at_most_and_areas_are_whole(shipped: Atlas, west: Result) -> None:
    assert west.plan.act is not None
    listed = Counter(team for area in west.plan.act.areas for team in area.teams)
    assert max(listed.values()) == 1
    joined = nx.Graph(list(zip(shipped.links["unit_a"], shipped.links["unit_b"], strict=True)))
    for area in west.plan.act.areas:
        assert nx.is_connected(joined.subgraph(west.plan.act_units(area)))
    flags = {team.team_id: team.flags for team in west.figures.teams}
    assert all(("in_act_area" in flags[team]) == (team in listed) for team in flags)
    assert check(west.plan, shipped, west.journeys) == []


def test_nowhere_in_the_fjords_can_forty_thousand_adults_be_met(shipped: Atlas) -> None:
    rules = factgeo_settings.load(presets=["two-tier"])
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    assert result.figures.act == ()
    assert all("act_within_fact" in team.flags for team in result.figures.teams)
    assert plan_contract.plan_json(result)["act_areas"] == []
    assert any("ACT" in line for line in reports.said(plan_report.brief(result)))


def test_the_check_finds_an_act_area_that_is_too_small_or_in_pieces(shipped: Atlas, west: Result) -> None:
    act = west.plan.act
    assert act is not None
    short = replace(act.areas[0], teams=act.areas[0].teams[:1])
    apart = replace(act.areas[0], teams=(*act.areas[0].teams, act.areas[-1].teams[-1]))
    for broken, key in ((short, "too_small"), (apart, "in_pieces"), (apart, "team_in_two_act_areas")):
        plan = replace(west.plan, act=replace(act, areas=(broken, *act.areas[1:])))
        assert key in [finding.key for finding in check(plan, shipped, west.journeys)]


def test_the_json_lists_act_areas_with_how_a_caseload_is_filled(west: Result) -> None:
    content = plan_contract.plan_json(west)
    first = content["act_areas"][0]
    assert first["act_id"] == "A01"
    assert first["caseload"] == [60, 100]
    assert first["act_level"]["central"] == pytest.approx(0.0064 * 0.2 * first["adults"], abs=1.5)
    assert content["solver"]["stages"][-1]["goal"] == "act_areas"
    assert content["solver"]["stages"][-1]["gap"] <= 1e-6
    assert "A01" in markdown.write(plan_report.report(west))


@pytest.mark.parametrize(("preset", "who"), [("fact-ung", (12, 25)), ("elderly", (65, 200))])
def test_an_overlay_counts_its_own_people(shipped: Atlas, preset: str, who: tuple[int, int]) -> None:
    rules = factgeo_settings.load(presets=[preset])
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    now = shipped.residents[(shipped.residents["year"] == shipped.year) & shipped.residents["age"].between(*who)]
    people = now.groupby("unit_code")["persons"].sum()
    assert result.plan.catchments
    assert all(people[list(c.units)].sum() >= rules.size.minimum for c in result.plan.catchments)


def test_one_security_team_per_trust(shipped: Atlas) -> None:
    rules = factgeo_settings.load(presets=["security"])
    result = pipeline.propose(shipped, areas.resolve("Helse Førde+Helse Fonna", shipped), rules)
    trusts = shipped.units.loc[[c.base.unit_code for c in result.plan.catchments], "hf_name"]
    assert sorted(trusts) == ["Helse Fonna HF", "Helse Førde HF"]
    assert result.figures.served > 0.98
