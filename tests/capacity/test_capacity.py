"""What a plan takes: published figures, sums by hand, and real catchments by plain loops."""

from __future__ import annotations

from dataclasses import fields, replace

import pandas as pd
import pytest
from worlds.basics import REPO
from worlds.rules import capacity_need, driving_rules

from factgeo import settings
from factgeo.atlas import areas, parameters
from factgeo.atlas import teams as listed_teams
from factgeo.atlas.pack import Atlas
from factgeo.capacity import capacity
from factgeo.capacity.capacity import Capacity, Rules, TeamCapacity
from factgeo.errors import SettingsError
from factgeo.people.need import TargetGroup
from factgeo.people.range import Range
from factgeo.planning import pipeline
from factgeo.planning.result import Result

CASES = pd.read_csv(REPO / "data" / "facts" / "validation_cases.csv", dtype=str).set_index("id")


def case(name: str) -> float:
    """A published value."""
    return float(CASES.at[name, "expected_value"])


def with_group(result: Result, central: int, *, teams: int = 1) -> Result:
    """The same plan, each catchment with a target group and a number of teams of our own."""
    group = TargetGroup(central - 10, central, central + 10, "adults_18plus")
    figures = [replace(team, target_group=group, teams=teams) for team in result.figures.teams]
    return replace(result, figures=replace(result.figures, teams=tuple(figures)))


def with_settings(result: Result, **values: object) -> Result:
    changed = settings.load(start=result.plan.settings, tables=values)
    return replace(result, plan=replace(result.plan, settings=changed))


@pytest.fixture(scope="module")
def found(forde: Result) -> Capacity:
    return capacity.assess(forde)


@pytest.fixture(scope="module")
def two_tiers(shipped: Atlas) -> Result:
    """A plan with ACT areas above its catchments."""
    rules = settings.load(presets=["two-tier"])
    return pipeline.propose(shipped, areas.resolve("Sørlandet sykehus", shipped), rules)


def first(result: Result, rules: Rules | None = None) -> TeamCapacity:
    return capacity.assess(result, rules).teams[0]


# -- published figures -------------------------------------------------------------------------------------------------


def test_120_clients_have_24_positions_as_tromso_has(forde: Result) -> None:
    team = first(with_group(forde, 120))
    assert team.practice_positions.central == case("tromso_pos")
    assert team.clients.central / team.practice_positions.central == case("tromso_pat")


def test_200_clients_have_the_ten_professionals_of_the_prototype_and_a_psychiatrist(forde: Result) -> None:
    team = first(with_group(forde, 200))
    psychiatrist = team.roles["psychiatrist"].central
    assert team.positions.central - psychiatrist == pytest.approx(10)
    assert psychiatrist == pytest.approx(1 * 10 / 10.5)  # one beside the 10.5 others of the Dutch team


def test_a_dutch_team_of_220_to_250_clients_has_the_positions_that_were_counted_there(shipped: Atlas) -> None:
    known = parameters.parameters(shipped, settings.load())
    staff = capacity.standard(known, "FACT").clients_per_staff.central
    counted = known["fact_team_fte_nl"]
    assert counted.low <= 220 / staff <= 250 / staff <= counted.high


def test_a_full_act_team_has_about_the_positions_of_the_ontario_standard(shipped: Atlas) -> None:
    known = parameters.parameters(shipped, settings.load())
    norm = capacity.standard(known, "ACT")
    most = norm.caseload.high / norm.clients_per_staff.central
    assert most == pytest.approx(known["act_team_fte_ontario"].central, rel=0.1)
    assert norm.psychiatrist * most == pytest.approx(known["act_psychiatrist_fte_ontario"].central, rel=0.1)


def test_act_clients_are_50_of_250_which_is_too_few_for_a_team(forde: Result) -> None:
    team = first(with_group(forde, 250), Rules(capacity_need(model="act"), driving_rules()))
    assert team.target_group.central == case("act_level_40000")
    assert team.model == "ACT"
    assert team.target_group.central < team.places.low == 60


def test_contacts_follow_the_phases_of_fact(shipped: Atlas) -> None:
    contacts = capacity.standard(parameters.parameters(shipped, settings.load()), "FACT").contacts
    assert contacts.low == pytest.approx(0.1 * 4 + 0.9 * 0.5)
    assert contacts.central == pytest.approx(0.2 * 4 + 0.8 * 1)
    assert contacts.high == pytest.approx(0.2 * 5 + 0.8 * 2)


# -- clients, positions, gap -------------------------------------------------------------------------------------------


def test_clients_are_the_target_group_where_there_are_places_for_all(forde: Result) -> None:
    team = first(with_group(forde, 150))
    assert team.clients == team.target_group == Range(140, 150, 160)
    assert (team.limit, team.limit_certain) == ("target_group", True)
    assert team.gap == Range(0, 0, 0)
    assert team.free == Range(40, 50, 110)


def test_clients_are_the_places_where_the_target_group_is_larger(forde: Result) -> None:
    team = first(with_group(forde, 300))
    assert team.clients == team.places == Range(200, 200, 250)
    assert (team.limit, team.limit_certain) == ("caseload", True)
    assert team.gap == Range(40, 100, 110)
    assert team.teams_needed == Range(290 / 250, 1.5, 1.55)


def test_it_is_said_where_the_range_leaves_open_what_limits(forde: Result) -> None:
    assert not first(with_group(forde, 205)).limit_certain


def test_two_teams_have_twice_the_places(forde: Result) -> None:
    assert first(with_group(forde, 300, teams=2)).places == Range(400, 400, 500)


def test_positions_are_widest_with_most_clients_and_fewest_for_each(forde: Result) -> None:
    team = first(with_group(forde, 200))
    psychiatrist = 1 + 1 / 10.5
    assert team.positions.low == pytest.approx(190 / 25 * psychiatrist)
    assert team.positions.high == pytest.approx(210 / 15 * psychiatrist)


def test_the_roles_are_all_the_positions(found: Capacity) -> None:
    for team in found.teams:
        for level in ("low", "central", "high"):
            assert sum(getattr(role, level) for role in team.roles.values()) == pytest.approx(
                getattr(team.positions, level)
            )


def test_the_roles_stand_to_each_other_as_in_the_dutch_team(found: Capacity) -> None:
    roles = {name: role.central for name, role in found.teams[0].roles.items()}
    assert roles["nurse"] / roles["psychiatrist"] == pytest.approx(4.5)
    assert roles["peer_worker"] / roles["psychiatrist"] == pytest.approx(0.6)
    assert roles["other"] / roles["psychiatrist"] == pytest.approx(11.5 - 1 - 0.8 - 4.5 - 0.5 - 0.5 - 0.6)


# -- what a planner replaces -------------------------------------------------------------------------------------------


def test_a_planners_own_figure_counts_and_is_marked(forde: Result) -> None:
    own = with_settings(forde, parameters={"fact_clients_per_staff": {"low": 5, "central": 5, "high": 5}})
    changed = capacity.assess(own)
    assert changed.teams[0].positions.central == pytest.approx(4 * first(forde).positions.central)
    assert [each.id for each in parameters.replaced(changed.used)] == ["fact_clients_per_staff"]


def test_every_cited_figure_that_is_replaced_changes_something(forde: Result, found: Capacity) -> None:
    for used in found.used:
        own = with_settings(forde, parameters={used.id: {"low": used.low / 2, "central": used.low / 2,
                                                         "high": used.low / 2}})  # fmt: skip
        changed = capacity.assess(own)
        if used.id != "act_share_of_target":  # of a plan without ACT only two tiers make use
            assert changed.teams != found.teams, used.id


def test_an_unknown_figure_is_refused(forde: Result) -> None:
    with pytest.raises(SettingsError):
        capacity.assess(with_settings(forde, parameters={"fact_clients_per_staf": 5}))


def test_more_working_hours_make_driving_a_smaller_share(forde: Result) -> None:
    half = first(forde, Rules(capacity_need(weeks_per_year=22), driving_rules())).load
    usual = first(forde, Rules(capacity_need(weeks_per_year=44), driving_rules())).load
    assert half.road_share.central == pytest.approx(2 * usual.road_share.central)
    assert half.hours == usual.hours


# -- real catchments ---------------------------------------------------------------------------------------------------


def test_visits_are_clients_times_contacts_times_the_share_outside_the_office(found: Capacity) -> None:
    for team in found.teams:
        visits = team.load.visits.central + team.load.not_driven.central
        assert visits == pytest.approx(team.clients.central * 1.6 * 0.8)


def test_everybody_who_cannot_be_reached_is_counted(forde: Result, found: Capacity) -> None:
    for team, figures in zip(found.teams, forde.figures.teams, strict=True):
        assert team.unreachable == figures.travel.unreachable
        assert (team.load.not_driven.central > 0) == (figures.travel.unreachable > 0)


def test_the_mean_way_is_that_of_a_plain_loop_over_cells(forde: Result, found: Capacity) -> None:
    cells = forde.journeys.cells
    for team, catchment in zip(found.teams, forde.plan.catchments, strict=True):
        seconds = forde.journeys.seconds[forde.journeys.row[catchment.base]]
        adults = total = 0.0
        for cell in cells[cells["unit_code"].isin(catchment.units)].itertuples():
            if seconds[cell.Index] < 240 * 60 * 10:
                adults += cell.adults
                total += cell.adults * seconds[cell.Index] / 60
        assert team.mean_minutes == pytest.approx(total / adults)


def test_the_same_clients_with_more_staff_drive_the_same_hours_but_less_each(found: Capacity) -> None:
    for team in found.teams:
        assert team.practice_load.hours == team.load.hours
        each = team.load.hours.central / team.practice_positions.central
        assert team.practice_load.road_hours.central == pytest.approx(each)
        assert team.practice_load.road_share.central < team.load.road_share.central


def test_low_is_never_above_central_nor_central_above_high(found: Capacity) -> None:
    for team in found.teams:
        ranges = [getattr(team.load, each.name) for each in fields(team.load) if each.name != "decides"]
        ranges += [team.clients, team.positions, team.gap, team.free, team.teams_needed, *team.roles.values()]
        for each in ranges:
            assert each.low <= each.central <= each.high


def test_totals_are_the_sums_of_the_teams(found: Capacity) -> None:
    all_ = capacity.totals(found)
    assert all_.clients.central == sum(team.clients.central for team in found.teams)
    assert all_.gap.high == sum(team.gap.high for team in found.teams)
    assert all_.hours.low == pytest.approx(sum(team.load.hours.low for team in found.teams))
    assert all_.cars.central == sum(team.load.cars.central for team in found.teams)


def test_listed_teams_count_by_the_adults_they_have_in_a_catchment(forde: Result, found: Capacity) -> None:
    adults = forde.atlas.population["adults"]
    everyone = listed_teams.listed(forde.atlas)
    for team, catchment in zip(found.teams, forde.plan.catchments, strict=True):
        expected, names = 0.0, []
        for each in everyone:
            units = each.narrow or each.wide
            here = [unit for unit in units if unit in catchment.units]
            if each.general and here:
                names.append(each.name)
                expected += sum(adults[unit] for unit in here) / sum(adults[unit] for unit in units)
        assert team.listed is not None
        assert list(team.listed.names) == names
        assert team.listed.teams == pytest.approx(expected)
        assert team.listed.places.central == pytest.approx(200 * expected)
        assert team.listed.gap.central == pytest.approx(max(0, team.target_group.central - 200 * expected))


def test_a_listed_team_is_shared_out_once_over_the_whole_plan(found: Capacity) -> None:
    assert sum(team.listed.teams for team in found.teams if team.listed) == pytest.approx(1)  # Nordfjord


def test_an_act_area_serves_those_whom_its_catchments_do_not(two_tiers: Result) -> None:
    assert two_tiers.plan.act is not None
    assert two_tiers.plan.act.areas
    found = capacity.assess(two_tiers)
    groups = {team.team_id: team.target_group for team in two_tiers.figures.teams}
    for act, area in zip(found.act, two_tiers.plan.act.areas, strict=True):
        above = [team for team in found.teams if team.team_id in area.teams]
        rest = sum(team.target_group.central for team in above)
        everyone = sum(groups[team.team_id].central for team in above)
        assert act.model == "ACT"
        assert act.target_group.central + rest == pytest.approx(everyone, abs=len(above))  # act_level is whole persons
        assert act.clients.central <= act.places.central == 80
        assert act.load.visits.central + act.load.not_driven.central == pytest.approx(act.clients.central * 4 * 0.8)
        assert act.load.km.central > 0
        assert all(team.target_group.low <= team.target_group.central <= team.target_group.high for team in above)
    outside = [team for team in found.teams if not any(team.team_id in a.teams for a in two_tiers.plan.act.areas)]
    assert all(team.target_group.central == groups[team.team_id].central for team in outside)


def test_a_larger_share_that_satellites_must_save_leaves_fewer_of_them(forde: Result, found: Capacity) -> None:
    strict = capacity.assess(forde, Rules(capacity_need(), driving_rules(satellite_share=0.45)))
    pairs = [(few.satellites.worth, many.satellites.worth) for few, many in zip(strict.teams, found.teams, strict=True)]
    assert all(few <= many for few, many in pairs)
    assert sum(few for few, _ in pairs) < sum(many for _, many in pairs)


def test_a_plan_without_teams_takes_nothing(forde: Result) -> None:
    nobody = replace(
        forde, plan=replace(forde.plan, catchments=()), figures=replace(forde.figures, teams=())
    )  # fmt: skip
    found = capacity.assess(nobody)
    assert found.all == ()
    assert capacity.totals(found).positions == Range(0, 0, 0)
