"""Plans for real areas: the default model of the whole country, small areas, impossible ones."""

from __future__ import annotations

import pytest

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.report import plan as plan_report
from factgeo.report import unserved as unserved_report


def plan(atlas: Atlas, area: str, *assignments: str) -> Result:
    return pipeline.propose(atlas, areas.resolve(area, atlas), settings.load(assignments=assignments))


@pytest.fixture(scope="session")
def norway(shipped: Atlas) -> Result:
    return plan(shipped, "norge")


def test_all_of_norway_is_proven_and_reaches_what_the_prototype_did(norway: Result) -> None:
    """A prototype of the model gave 150-153 teams, 95.0 % within 60 minutes, mean 13.7 minutes."""
    assert norway.plan.proof.status == "optimal"
    assert norway.plan.proof.gap <= 1e-6
    assert 148 <= len(norway.plan.catchments) <= 155
    assert norway.figures.share_within[60] == pytest.approx(0.950, abs=0.01)
    assert norway.figures.mean_min == pytest.approx(13.7, abs=1)


def test_every_unit_stands_once(norway: Result, shipped: Atlas) -> None:
    listed = [u for c in norway.plan.catchments for u in c.units] + [u.unit_code for u in norway.plan.unserved]
    assert sorted(listed) == sorted(shipped.units.index)


def test_nobody_is_dropped_from_the_figures(norway: Result, shipped: Atlas) -> None:
    served = sum(team.population for team in norway.figures.teams)
    left_out = shipped.population.loc[[u.unit_code for u in norway.plan.unserved], "persons"].sum()
    assert served + left_out == 5_627_400


def test_every_unserved_unit_has_a_sentence_with_its_name_and_population(norway: Result, shipped: Atlas) -> None:
    for entry in norway.plan.unserved:
        sentence = language.written(unserved_report.reason(entry, norway))
        assert sentence.startswith(str(shipped.units.at[entry.unit_code, "name"]))


def test_hammerfest_is_too_far_and_leka_too_alone(norway: Result) -> None:
    reason = {entry.unit_code: entry.reason for entry in norway.plan.unserved}
    assert reason["5603"] == "too_far"
    assert reason["5052"] == "too_few"


def test_a_summer_ferry_joins_no_catchment_in_winter(shipped: Atlas) -> None:
    """Andøy and Senja are joined only by Andenes-Gryllefjord, which sails in summer."""
    pair = {"1871", "5530"}
    for season, joined in (("false", False), ("true", True)):
        result = plan(shipped, "Andøy+Senja", "border=none", f"ferry.summer={season}", "travel.too_far=1000")
        assert any(pair == set(c.units) for c in result.plan.catchments) == joined


def test_a_closed_ferry_joins_no_catchment(shipped: Atlas) -> None:
    """Vik and Sogndal are joined by the ferry Vangsnes-Hella alone."""
    for closed, joined in (("[]", True), ('["Vangsnes-Hella"]', False)):
        result = plan(shipped, "Vik+Sogndal", "border=none", f"roads.closed={closed}", "size.minimum=5000",
                      "travel.too_far=1000")  # fmt: skip
        assert any(len(c.units) == 2 for c in result.plan.catchments) == joined


def test_an_area_too_small_for_any_team_gives_an_empty_plan_that_says_so(shipped: Atlas) -> None:
    result = plan(shipped, "Utsira")
    assert result.plan.catchments == ()
    assert [entry.reason for entry in result.plan.unserved] == ["too_few"]
    assert "Utsira" in language.written(plan_report.head(result))
    assert (result.figures.served, result.figures.share_within[60]) == (0, 0)


def test_a_big_unit_carries_several_teams(shipped: Atlas) -> None:
    result = plan(shipped, "kommune:Bærum")
    assert [team.teams for team in result.figures.teams] == [3]


def test_the_same_request_gives_the_same_plan(shipped: Atlas) -> None:
    first, second = plan(shipped, "Helse Fonna"), plan(shipped, "Helse Fonna")
    assert first.plan.catchments == second.plan.catchments


def test_a_border_is_never_crossed_and_dropping_it_never_costs(shipped: Atlas, forde: Result) -> None:
    by_dps = plan(shipped, "Helse Førde", "border=dps")
    assert by_dps.plan.proof.stages[0].value >= forde.plan.proof.stages[0].value
    for catchment in by_dps.plan.catchments:
        assert shipped.units.loc[list(catchment.units), "dps_code"].nunique() == 1
