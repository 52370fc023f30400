"""What a plan takes, as sentences, tables and JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from worlds.reports import frame, said

from factgeo import language, settings
from factgeo.capacity import capacity
from factgeo.capacity.capacity import Capacity
from factgeo.contract import capacity as capacity_contract
from factgeo.language.figures import figure, half, rough
from factgeo.people.need import TargetGroup
from factgeo.people.range import Range
from factgeo.planning.result import Result
from factgeo.report import capacity as capacity_report
from factgeo.report.writers import markdown


def said_of(found: Capacity) -> list[str]:
    return said(capacity_report.brief(found))


@pytest.fixture(scope="module")
def found(forde: Result) -> Capacity:
    return capacity.assess(forde)


def crowded(result: Result) -> Capacity:
    """More people than places everywhere."""
    group = TargetGroup(290, 300, 310, "adults_18plus")
    figures = [replace(team, target_group=group) for team in result.figures.teams]
    return capacity.assess(replace(result, figures=replace(result.figures, teams=tuple(figures))))


def test_thousands_are_shown_to_three_digits(forde: Result) -> None:
    language.use("en")
    found = capacity.assess(forde)
    large = replace(found.teams[0], clients=Range(1_234, 12_345, 123_456))
    assert f"{large.name}: 12,300 (1,230–123,000) clients" in said_of(replace(found, teams=(large,)))[1]


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_team_has_its_lines_in_each_language(found: Capacity, lang: str) -> None:
    language.use(lang)
    said = said_of(found)
    for team in found.teams:
        assert any(line.startswith(f"{team.name}:") for line in said)
    assert not [line for line in said if "{" in line or "None" in line or "nan" in line]


def test_the_first_lines_are_what_the_figures_say(forde: Result) -> None:
    language.use("en")
    team = replace(
        capacity.assess(forde).teams[0], target_group=Range(136, 153, 160), clients=Range(136, 153, 160),
        positions=Range(5.9, 8.4, 11.7), places=Range(200, 200, 250), limit="target_group", limit_certain=True,
    )  # fmt: skip
    said = said_of(replace(capacity.assess(forde), teams=(team,)))
    assert said[1] == (
        f"{team.name}: 153 (136–160) clients, 8.5 (6–12) positions (psychiatrist included). "
        "The target group decides: 200 (200–250) places are enough."
    )


def test_people_without_a_place_are_named(forde: Result) -> None:
    language.use("en")
    said = said_of(crowded(forde))
    assert "100 (40–110) persons are left without" in said[1]
    teams = len(forde.plan.catchments)
    assert any(f"{100 * teams} ({40 * teams}–{110 * teams}) persons of the target group" in line for line in said)


def test_a_week_that_cannot_be_done_is_called_that(found: Capacity) -> None:
    busy = [team for team in found.teams if team.load.over_full]
    said = said_of(found)
    assert len([line for line in said if "går det ikke opp" in line]) == len(busy)
    assert busy


def test_residents_whom_no_road_reaches_are_in_the_words(found: Capacity) -> None:
    said = said_of(found)
    for team in found.teams:
        assert any(f"bilferje: {language.number(team.unreachable)}. Besøk" in line for line in said)


def test_satellites_are_named_with_what_they_leave_and_what_is_not_counted(found: Capacity) -> None:
    said = said_of(found)
    for team in found.teams:
        names = ", ".join(base.name for base in team.satellites.choices[team.satellites.worth - 1].bases)
        assert any(f" i {names}:" in line for line in said)
    assert any("heller ikke kjøring mellom stedene" in line for line in said)


def test_an_own_figure_is_named_in_the_words_and_marked_in_the_json(forde: Result) -> None:
    changed = settings.load(start=forde.plan.settings, tables={"parameters": {"field_contact_share": 60}})
    own = capacity.assess(replace(forde, plan=replace(forde.plan, settings=changed)))
    assert any("Egne tall er brukt" in line and "(60)" in line for line in said_of(own))
    marked = [each["id"] for each in capacity_contract.to_json(own)["parameters"] if each["replaced"]]
    assert marked == ["field_contact_share"]


def test_the_json_has_what_other_programs_rely_on(found: Capacity) -> None:
    told = capacity_contract.to_json(found)
    assert json.loads(json.dumps(told, allow_nan=False)) == json.loads(json.dumps(told))
    for team in told["teams"]:
        assert {"team_id", "clients", "positions", "roles", "driving_hours_per_week", "cars", "gap"} <= set(team)
        for key in ("clients", "positions", "driving_hours_per_week", "cars", "gap"):
            assert set(team[key]) == {"low", "central", "high"}
    assert {"clients", "positions", "driving_hours_per_week", "cars", "gap"} <= set(told["totals"])


def test_the_json_has_no_more_digits_than_the_figures_deserve(found: Capacity) -> None:
    for team in capacity_contract.to_json(found)["teams"]:
        assert all((2 * value).is_integer() for value in team["positions"].values())
        assert all(isinstance(value, int) for value in team["clients"].values())
        assert all(
            len(f"{value:.0f}".rstrip("0")) <= 2 and value == round(value)
            for value in (*team["driving_hours_per_week"].values(), *team["km_per_week"].values())
        )


def test_rounding_is_to_halves_and_two_digits() -> None:
    assert [half(value) for value in (0, 0.1, 0.7, 0.75, 5.24, 9.8, 11.4)] == [
        0,
        0.5,
        0.5,
        1,
        5,
        10,
        11,
    ]
    assert [rough(value) for value in (0, 0.4, 9.5, 87.4, 154, 1449, 99.7)] == [
        0, 0, 10, 87, 150, 1400, 100,
    ]  # fmt: skip


def test_the_table_has_one_row_for_each_team_and_the_figures_of_the_json(found: Capacity) -> None:
    table = capacity_contract.table(found)
    told = capacity_contract.to_json(found)["teams"]
    assert table["team_id"].tolist() == [team["team_id"] for team in told]
    for column, key in (("clients", "clients"), ("cars", "cars"), ("driving_hours_per_week",) * 2, ("gap", "gap")):
        for level in ("low", "central", "high"):
            assert table[f"{column}_{level}"].tolist() == [team[key][level] for team in told]
    assert table["role_nurse_central"].tolist() == [team["roles"]["nurse"]["central"] for team in told]
    assert table["satellite"].tolist() == [team["satellites"]["choices"][0]["bases"][0]["name"] for team in told]


def test_the_markdown_tables_are_even(found: Capacity) -> None:
    said = markdown.chapters([capacity_report.chapter(found)])
    rows = [line for line in said.splitlines() if line.startswith("|")]
    teams, roles = rows[: len(found.teams) + 2], rows[len(found.teams) + 2 :]
    assert len({row.count("|") for row in teams}) == 1
    assert len({row.count("|") for row in roles}) == 1
    assert len(roles) == 7 + 2


def test_a_plan_without_teams_says_so(forde: Result) -> None:
    empty = replace(forde, plan=replace(forde.plan, catchments=()), figures=replace(forde.figures, teams=()))
    nothing = capacity.assess(empty)
    assert said_of(nothing) == ["Planen har ingen team, så det er ingenting å bemanne."]
    assert markdown.chapters([capacity_report.chapter(nothing)]).splitlines()[-1] == said_of(nothing)[0]
    assert capacity_contract.table(nothing).empty
    assert capacity_contract.to_json(nothing)["teams"] == []


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_tables_in_words_have_a_row_for_each_team(found: Capacity, lang: str) -> None:
    language.use(lang)
    named = [f"{team.team_id} {team.name}" for team in found.teams]
    column = language.text("capacity.column.team")
    for table in (frame(capacity_report.teams_table(found)), frame(capacity_report.listed_table(found))):
        assert table[column].tolist() == named
    assert frame(capacity_report.roles_table(found))[column].tolist() == [language.text("capacity.column.all"), *named]
    tried = [name for name, team in zip(named, found.teams, strict=True) if team.satellites.choices]
    assert frame(capacity_report.satellites_table(found))[column].tolist() == tried


def test_the_tables_in_words_say_what_the_figures_are(forde: Result) -> None:
    language.use("en")
    found = capacity.assess(forde)
    hours, driving, visits = Range(40, 87.4, 154), Range(0.5, 0.8, 0.9), Range(0.2, 0.3, 0.4)
    load = replace(found.teams[0].load, hours=hours, road_share=driving, visit_share=visits)
    group, positions = Range(136, 153, 1_604), Range(5.9, 8.4, 11.7)
    team = replace(found.teams[0], target_group=group, positions=positions, unreachable=1_234, load=load)
    row = frame(capacity_report.teams_table(replace(found, teams=(team,)))).iloc[0]
    assert row["Target group"] == "150 (140–1,600)"
    assert row["Positions"] == "8.5 (6–12)"
    assert row["Hours on the road a week"] == "87 (40–150)"
    assert row["Not reached"] == "1,234"
    assert row["Note"] == "does not add up"
    assert (
        frame(capacity_report.teams_table(replace(found, teams=(replace(team, listed=None),))))
        .iloc[0, 0]
        .startswith("ACT")
    )


def test_roles_of_all_teams_are_the_sum_of_the_teams(found: Capacity) -> None:
    first = frame(capacity_report.roles_table(found)).iloc[0].tolist()[1:]
    sums = [sum(team.roles[role].central for team in found.teams) for role in capacity_report.ROLE_WORDS]
    assert [cell.split(" (")[0] for cell in first] == [figure(half(persons)).text() for persons in sums]


def test_without_a_listed_team_the_table_of_the_listed_has_a_dash(found: Capacity) -> None:
    team = found.teams[0]
    assert team.listed is not None
    alone = replace(team, listed=replace(team.listed, names=(), teams=0.0))
    row = frame(capacity_report.listed_table(replace(found, teams=(alone,)))).iloc[0]
    assert row[language.text("capacity.column.listed")] == "–"
    assert row[language.text("capacity.column.amount_to")] == "0"
