"""The listed teams alone, as they stand before any other is added."""

from __future__ import annotations

import pytest
from worlds.basics import refusal

from factgeo import settings
from factgeo.atlas import areas, teams
from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError
from factgeo.explore import next_teams


@pytest.mark.parametrize("name", ["Helse Førde", "fylke:Vestfold"])
def test_listed_teams_alone_are_those_that_the_next_ones_are_added_to(shipped: Atlas, name: str) -> None:
    area = areas.resolve(name, shipped)
    alone = next_teams.listed_alone(shipped, area, settings.load())
    _, told = next_teams.next_teams(shipped, area, settings.load(), 1)
    assert alone.plan.base_of() == told.baseline.plan.base_of()
    assert alone.plan.unserved == told.baseline.plan.unserved
    assert alone.figures == told.baseline.figures
    assert alone.notes == told.baseline.notes
    assert {each.base.unit_code for each in alone.plan.catchments} == set(told.standing.bases)
    assert alone.plan.catchments


def test_teams_that_do_not_run_do_not_stand(shipped: Atlas) -> None:
    area = areas.resolve("fylke:Vestfold", shipped)
    (gone,) = teams.standing(shipped, area.units).bases["3905"]
    rules = settings.load(tables={"existing": {"without": [gone.team_id]}})
    bases = {each.base.unit_code for each in next_teams.listed_alone(shipped, area, rules).plan.catchments}
    assert bases == set(teams.standing(shipped, area.units).bases) - {"3905"}


def test_an_area_without_listed_teams_has_a_plan_without_catchments(shipped: Atlas) -> None:
    area = areas.resolve("dps:Førde", shipped)
    assert not teams.standing(shipped, area.units).bases
    alone = next_teams.listed_alone(shipped, area, settings.load())
    assert alone.plan.catchments == ()
    assert [entry.unit_code for entry in alone.plan.unserved] == list(area.units)
    assert alone.figures.served == 0
    assert alone.served == alone.within == 0


DEMANDS = {
    "a base that is not listed": ('bases.required=["Vik"]', "cannot be met with the listed teams alone"),
    "a kept team that nobody has": ('edits.keep=[{name="A",units=["Kinn","Askvoll"]}]', "with the listed teams alone"),
    "no more teams than are listed": ("teams.at_most=1", "does not fit 1 listed teams and 1 new ones"),
    "more teams than are listed": ("teams.at_least=3", "does not fit 1 listed teams and 1 new ones"),
}


@pytest.mark.parametrize(("demand", "says"), DEMANDS.values(), ids=DEMANDS.keys())
def test_a_demand_that_leaves_no_room_beside_the_listed_teams_is_refused(
    shipped: Atlas, demand: str, says: str
) -> None:
    area, rules = areas.resolve("Helse Førde", shipped), settings.load(assignments=[demand])
    assert says in refusal(PlanError, lambda: next_teams.next_teams(shipped, area, rules, 1))
