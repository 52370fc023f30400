"""The listed teams: the table holds what it says, nobody is dropped, and every sum is done again in plain pandas."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations

import geopandas as gpd
import pandas as pd
import pytest
from worlds.basics import refusal

from factgeo import language
from factgeo.atlas import areas, teams
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.teams import Reading, Team
from factgeo.contract import teams as teams_contract
from factgeo.errors import PackError, UnknownNameError
from factgeo.report import teams as teams_report
from factgeo.report.writers import terminal

NEAR_DUPLICATES = [
    ("Kongsvinger-regionen", "Kongsvinger og Nes", "part"),
    ("Askøy", "Øyane", "within"),
    ("Øygarden", "Øyane", "within"),
    ("Bærum 1", "Bærum 2", "same"),
    ("Østre Agder", "Arendal", "base"),
]


@pytest.fixture(scope="module")
def table(shipped: Atlas) -> pd.DataFrame:
    """The list as it stands in the pack."""
    path = shipped.folder / "facts" / "teams_2025_10.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False).set_index("team_id", drop=False)


@pytest.fixture(scope="module")
def every(shipped: Atlas) -> tuple[Team, ...]:
    return teams.listed(shipped)


@pytest.fixture(scope="module")
def norway(shipped: Atlas) -> Area:
    return areas.resolve("Norge", shipped)


def lines(given: tuple[Team, ...], atlas: Atlas, area: Area) -> list[str]:
    return terminal.apart(teams_report.chapters(given, atlas, area))


def meant(table: pd.DataFrame, units: pd.DataFrame, reading: Reading) -> dict[str, set[str]]:
    """The units of each team, read from the table's own words."""
    found = {}
    for row in table.to_dict("records"):
        own = {u for u in units.index if u in row["covers"].split(";") or u[:4] in row["covers"].split(";")}
        areas_named = re.findall(r"D\d\d", row["note"].partition("wide=")[2].partition(";")[0])
        wide = set(units.index[units["dps_code"].isin(areas_named)])
        found[row["team_id"]] = own | wide if reading == "wide" else own
    return found


def changed(shipped: Atlas, team_id: str, /, **cells: str) -> Atlas:
    """The pack with some cells of one team's line changed."""
    table = shipped.facts(teams.TABLE)
    for column, value in cells.items():
        table.loc[table["team_id"] == team_id, column] = value
    return shipped.changed(facts=lambda _: table)


def test_the_table_has_98_teams_each_once_with_codes_of_the_pack(shipped: Atlas, table: pd.DataFrame) -> None:
    units = shipped.units
    assert len(table) == table["team_id"].nunique() == table["name_normalised"].nunique() == 98
    codes = {code for cell in (*table["covers"], *table["base_unit"]) for code in cell.split(";") if code}
    assert codes - {*units.index, *units["municipality_code"]} == set()
    assert set(table["county_2024"]) == set(units["county_name"])
    wide = {code for note in table["note"] for code in re.findall(r"D\d+", note.partition("wide=")[2])}
    assert len(wide) > 15
    assert wide - set(units["dps_code"]) == set()


def test_each_county_has_as_many_teams_as_its_column_of_the_slide(shipped: Atlas, table: pd.DataFrame) -> None:
    cases = shipped.facts("validation_cases").set_index("id")["expected_value"]
    expected = cases[cases.index.str.fullmatch(r"teams_2025_10_\d\d")].astype(int)
    found = table.groupby("county_code").size()
    assert {key[-2:]: count for key, count in expected.items()} == found.to_dict()


def test_the_teams_stand_in_the_order_of_the_list_with_its_words(every: tuple[Team, ...], table: pd.DataFrame) -> None:
    columns = {"name_as_listed": "name_as_listed", "name": "name_normalised", "kind": "kind", "county": "county_2024",
               "status": "status", "inference": "inference", "confidence": "confidence", "note": "note"}  # fmt: skip
    assert [team.team_id for team in every] == table["team_id"].tolist()
    for field, column in columns.items():
        assert [getattr(team, field) for team in every] == table[column].tolist()


@pytest.mark.parametrize("reading", teams.READINGS)
def test_each_reading_gives_the_units_that_the_table_s_words_mean(
    shipped: Atlas, every: tuple[Team, ...], table: pd.DataFrame, reading: Reading
) -> None:
    assert {team.team_id: set(team.units(reading)) for team in every} == meant(table, shipped.units, reading)
    assert all(team.units(reading) == tuple(sorted(team.units(reading))) for team in every)


def test_the_wide_reading_holds_the_narrow_one(every: tuple[Team, ...]) -> None:
    assert all(set(team.narrow) <= set(team.wide) for team in every)
    noted = [team for team in every if "wide=" in team.note]
    assert len(noted) == 25
    # Kristiansand is all of its DPS area in whole units
    assert [team.name for team in noted if team.narrow == team.wide] == ["Solvang 1", "Solvang 2"]
    assert all(team.narrow == team.wide for team in every if team not in noted)


def test_only_teams_for_the_whole_target_group_are_general(every: tuple[Team, ...]) -> None:
    assert {team.kind for team in every if team.general} == {"ACT", "FACT", "D-FACT"}
    assert {team.kind for team in every if not team.general} == {"RUS-FACT", "SECURITY-FACT", "ELDERLY-FACT", "OTHER"}
    assert sum(team.general for team in every) == 90


def test_a_base_in_a_city_of_districts_lies_in_the_district_of_the_city_s_centre(
    shipped: Atlas, every: tuple[Team, ...], table: pd.DataFrame
) -> None:
    places = shipped.places[shipped.places["kind"] == "centre"].set_index("municipality_code")
    cities = table.loc[~table["base_unit"].isin([*shipped.units.index, ""]), "base_unit"]
    assert set(cities) == {"1103", "5001"}
    for team_id, code in cities.items():
        point = gpd.GeoSeries.from_xy([places.at[code, "lon"]], [places.at[code, "lat"]], crs=4326).to_crs(25833)
        team = next(team for team in every if team.team_id == team_id)
        assert team.base_unit is not None
        assert team.base_unit.startswith(code)
        assert shipped.units.geometry[team.base_unit].contains(point.iloc[0])
        assert team.base_inferred


def test_a_base_is_an_estimate_unless_the_name_leaves_one_unit_and_little_doubt(every: tuple[Team, ...]) -> None:
    quality = {team.name: team.quality for team in every}
    assert quality["Arendal"] == "derived"  # one municipality, sure
    assert quality["Kongsberg"] == "estimate"  # a municipality or a DPS
    assert quality["Bjerke og Nordre Aker"] == "estimate"  # sure what it covers, but the base may be in either


def test_teams_of_an_area_are_those_with_base_or_units_there(
    shipped: Atlas, every: tuple[Team, ...], table: pd.DataFrame
) -> None:
    wide = meant(table, shipped.units, "wide")
    for name in ("Helse Fonna", "Finnmarkssykehuset", "fylke:Akershus", "Kinn", "kommune:Stavanger"):
        area = areas.resolve(name, shipped)
        expected = [
            team.team_id
            for team in every
            if wide[team.team_id] & set(area.units) or {team.base_unit} & set(area.units)
        ]  # fmt: skip
        assert [team.team_id for team in teams.in_area(every, area)] == expected


def test_all_teams_belong_to_norway(every: tuple[Team, ...], norway: Area) -> None:
    assert teams.in_area(every, norway) == every


@pytest.mark.parametrize("reading", teams.READINGS)
def test_standing_puts_every_team_that_touches_the_units_in_one_place(
    shipped: Atlas, every: tuple[Team, ...], reading: Reading
) -> None:
    for area in (
        areas.resolve(name, shipped) for name in ("Helse Fonna", "fylke:Innlandet", "kommune:Stavanger", "Norge")
    ):
        found = teams.standing(shipped, area.units, reading, without=["nordland_bindal", "Stord"])
        placed = [team for group in found.bases.values() for team in group]
        everywhere = [*placed, *found.unplaced, *found.outside, *found.overlays, *found.left_out]
        expected = {team.team_id for team in every if team.touches(area.units, reading)}
        assert len(everywhere) == len(expected)
        assert {team.team_id for team in everywhere} == expected
        assert all(team.general and team.base_unit == unit for unit, group in found.bases.items() for team in group)
        assert set(found.bases) <= set(area.units)
        assert list(found.bases) == sorted(found.bases)


def test_standing_counts_the_general_teams_of_each_base(shipped: Atlas, norway: Area, table: pd.DataFrame) -> None:
    found = teams.standing(shipped, norway.units)
    general = table[table["kind"].isin(["ACT", "FACT", "D-FACT"]) & (table["base_unit"] != "")]
    expected = general.groupby("base_unit").size().rename({"1103": "110305", "5001": "500101"})
    assert {unit: len(group) for unit, group in found.bases.items()} == expected.to_dict()
    assert [team.name for team in found.bases["3401"]] == ["Kongsvinger-regionen", "Kongsvinger og Nes"]
    assert found.outside == ()


def test_a_team_without_a_base_is_listed_even_where_its_name_alone_means_no_unit(shipped: Atlas) -> None:
    found = teams.standing(shipped, areas.resolve("Helse Fonna", shipped).units, "narrow")
    assert [team.name for team in found.unplaced] == ["Psykiatri innover Helse Fonna"]


def test_a_team_based_outside_that_covers_a_unit_is_named_as_such(shipped: Atlas) -> None:
    found = teams.standing(shipped, ["3228"])
    assert [team.name for team in found.outside] == ["Gardermoregionen", "Kongsvinger og Nes"]
    assert found.bases == {}


def test_a_team_that_does_not_run_leaves_its_base(shipped: Atlas) -> None:
    units = ["3201", "3203"]
    assert [team.name for team in teams.standing(shipped, units).bases["3201"]] == ["Bærum 1", "Bærum 2"]
    found = teams.standing(shipped, units, without=["akershus_baerum-2", "asker 1", "Asker 2"])
    assert {unit: [team.name for team in group] for unit, group in found.bases.items()} == {"3201": ["Bærum 1"]}
    assert [team.name for team in found.left_out] == ["Bærum 2", "Asker 1", "Asker 2"]
    assert [team.name for team in found.overlays] == ["Sikkerhet Blakstad"]


def test_a_team_nobody_knows_is_refused_with_those_it_may_be(shipped: Atlas) -> None:
    said = refusal(UnknownNameError, lambda: teams.standing(shipped, ["3201"], without=["Bærum 3"]))
    assert "Bærum 3" in said
    assert "Bærum 1" in said


def test_a_name_of_several_teams_is_refused_with_their_ids(every: tuple[Team, ...]) -> None:
    one, other = every[0], every[1]
    twins = [*every[2:], one, replace(other, name=one.name)]
    said = refusal(UnknownNameError, lambda: teams.find(one.name, twins))
    assert one.team_id in said
    assert other.team_id in said


def test_every_team_is_found_by_its_id_and_by_its_name(every: tuple[Team, ...]) -> None:
    for team in every:
        assert teams.find(team.team_id, every) == team
        assert teams.find(team.name, every) == team
        assert teams.find(team.name_as_listed, every) == team


@pytest.mark.parametrize("reading", teams.READINGS)
def test_coverage_names_for_each_unit_the_general_teams_of_the_table(
    shipped: Atlas, every: tuple[Team, ...], table: pd.DataFrame, reading: Reading
) -> None:
    own = meant(table[table["kind"].isin(["ACT", "FACT", "D-FACT"])], shipped.units, reading)
    found = teams.coverage(every, shipped.units.index, reading)
    assert list(found) == shipped.units.index.tolist()
    for unit, group in found.items():
        assert [team.team_id for team in group] == [team_id for team_id, units in own.items() if unit in units]


@pytest.mark.parametrize("reading", teams.READINGS)
@pytest.mark.parametrize("name", ["Norge", "Helse Førde", "fylke:Akershus", "Oslo"])
def test_covered_residents_are_counted_once_and_as_share_of_the_area(
    shipped: Atlas, every: tuple[Team, ...], table: pd.DataFrame, name: str, reading: Reading
) -> None:
    area = areas.resolve(name, shipped)
    own = meant(table[table["kind"].isin(["ACT", "FACT", "D-FACT"])], shipped.units, reading)
    union = set().union(*own.values()) & set(area.units)
    now = shipped.residents[shipped.residents["year"] == 2026]
    mine = now[now["unit_code"].isin(union)]
    whole = now[now["unit_code"].isin(area.units)]
    found = teams.covered(every, shipped, area, reading)
    assert found.population == mine["persons"].sum()
    assert found.adults == mine.loc[mine["age"] >= 18, "persons"].sum()
    assert found.share == pytest.approx(mine["persons"].sum() / whole["persons"].sum())
    assert found.share_adults == pytest.approx(found.adults / whole.loc[whole["age"] >= 18, "persons"].sum())
    assert found.lacking == tuple(sorted(set(area.units) - union))


def test_overlays_cover_nobody(shipped: Atlas, every: tuple[Team, ...], norway: Area) -> None:
    overlays = [team for team in every if not team.general]
    assert teams.covered(overlays, shipped, norway, "wide").population == 0


def test_overlaps_are_the_pairs_that_comparing_everybody_with_everybody_gives(every: tuple[Team, ...]) -> None:
    general = [team for team in every if team.general]
    expected = {
        frozenset((a.team_id, b.team_id))
        for a, b in permutations(general, 2)
        if set(a.narrow) & set(b.narrow) or (a.base_unit and a.base_unit == b.base_unit)
    }
    found = teams.overlaps(every)
    assert {frozenset((pair.first.team_id, pair.second.team_id)) for pair in found} == expected
    assert len(found) == len(expected) == 20
    for pair in found:
        one, other = set(pair.first.narrow), set(pair.second.narrow)
        assert set(pair.shared) == one & other
        holds = {"same": one == other, "within": one < other, "part": bool(one - other and other - one and one & other),
                 "base": not one & other}  # fmt: skip
        assert holds[pair.kind]


@pytest.mark.parametrize(("first", "second", "kind"), NEAR_DUPLICATES)
def test_near_duplicates_of_the_list_are_flagged(every: tuple[Team, ...], first: str, second: str, kind: str) -> None:
    assert (first, second, kind) in [(pair.first.name, pair.second.name, pair.kind) for pair in teams.overlaps(every)]


def test_points_lie_at_the_bases_of_their_units_and_leave_out_only_teams_without_one(
    shipped: Atlas, every: tuple[Team, ...]
) -> None:
    drawn = teams.points(every, shipped)
    assert drawn.crs.to_epsg() == 4326
    assert [team.team_id for team in every if team.team_id not in drawn.index] == [
        "innlandet_sikkerhet-innlandet",
        "rogaland_psykiatri-innover-helse-fonna",
    ]
    for team in every:
        if team.base_unit is not None:
            row, unit = drawn.loc[team.team_id], shipped.units.loc[team.base_unit]
            assert (row.geometry.x, row.geometry.y) == (unit["base_lon"], unit["base_lat"])
            assert (row["name"], row["kind"], row["general"]) == (team.name, team.kind, team.general)
            assert (row["confidence"], row["quality"]) == (team.confidence, team.quality)
            assert row["here"] == sum(other.base_unit == team.base_unit for other in every)


def test_no_teams_give_an_empty_layer(shipped: Atlas) -> None:
    drawn = teams.points((), shipped)
    assert drawn.empty
    assert drawn.crs.to_epsg() == 4326


def test_json_says_unknown_where_the_list_does_not_tell_and_sums_as_pandas_does(
    shipped: Atlas, every: tuple[Team, ...], table: pd.DataFrame
) -> None:
    objects = {entry["team_id"]: entry for entry in teams_contract.to_json(every, shipped)}
    assert list(objects) == table["team_id"].tolist()
    assert {entry["status"] for entry in objects.values()} == {"unknown"}
    assert {entry["status_as_listed"] for entry in objects.values()} == {"operating_or_planned"}
    now = shipped.residents[shipped.residents["year"] == 2026]
    for reading in teams.READINGS:
        for team_id, units in meant(table, shipped.units, reading).items():
            mine, told = now[now["unit_code"].isin(units)], objects[team_id]["covers"][reading]
            assert set(told["units"]) == units
            assert told["population"] == mine["persons"].sum()
            assert told["adults"] == mine.loc[mine["age"] >= 18, "persons"].sum()
            assert told["quality"] == "estimate"


def test_json_has_no_base_where_none_is_known_and_an_estimate_where_it_is_doubtful(
    shipped: Atlas, every: tuple[Team, ...]
) -> None:
    objects = {entry["name"]: entry for entry in teams_contract.to_json(every, shipped)}
    assert objects["Psykiatri innover Helse Fonna"]["base"] is None
    centre = shipped.units.loc["110305"]
    assert objects["Stavanger"]["base"] == {
        "unit_code": "110305", "name": centre["base_name"], "lon": centre["base_lon"], "lat": centre["base_lat"],
        "quality": "estimate",
    }  # fmt: skip
    assert objects["Arendal"]["base"]["quality"] == "derived"


def test_json_names_overlapping_teams_on_both_sides(shipped: Atlas, every: tuple[Team, ...]) -> None:
    objects = {entry["name"]: entry for entry in teams_contract.to_json(every, shipped)}
    assert {"team_id": "vestland_oyane", "kind": "within"} in objects["Askøy"]["overlaps"]
    assert objects["Øyane"]["overlaps"] == [
        {"team_id": "vestland_askoy", "kind": "within"},
        {"team_id": "vestland_oygarden", "kind": "within"},
    ]
    assert objects["Bindal"]["overlaps"] == []


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_screen_shows_every_team_under_its_county(
    shipped: Atlas, every: tuple[Team, ...], norway: Area, lang: str
) -> None:
    language.use(lang)
    said = lines(every, shipped, norway)
    rows = said[: said.index("")]
    for team in every:
        heading = rows.index(team.county)
        ends = [k for k, row in enumerate(rows) if k > heading and not row.startswith("  ")]
        assert any(row.startswith(f"  {team.name} ") for row in rows[heading : ends[0]])
    unsure = language.text("teams.status")
    assert sum(row.endswith(f"  {unsure}") for row in rows) == 98


def test_the_closing_sentences_count_what_is_there(shipped: Atlas, every: tuple[Team, ...], norway: Area) -> None:
    language.use("en")
    said = "\n".join(lines(every, shipped, norway))
    shares = [teams.covered(every, shipped, norway, reading).share for reading in teams.READINGS]
    assert "listed teams: 98. For the whole target group: 90." in said
    assert "older adults or other): 8. Cannot be placed: 2." in said
    assert "Sikkerhet Innlandet, Psykiatri innover Helse Fonna" in said
    assert f"cover {100 * shares[0]:.0f}% of the residents of Norge when the names are read narrowly" in said
    assert f"{100 * shares[1]:.0f}% when they are read widely" in said
    assert "does not tell teams in operation from teams being set up" in said
    assert "9 April 2026" in said
    assert "Askøy and Øyane: the area of the first lies within that of the second." in said


def test_residents_on_the_screen_are_rounded_to_hundreds_and_show_both_readings(
    shipped: Atlas, every: tuple[Team, ...], norway: Area
) -> None:
    language.use("en")
    rows = lines(every, shipped, norway)
    people = shipped.population["persons"]
    alta = people[["5601"]].sum(), people[shipped.units["dps_code"] == "D02"].sum()
    shown = "–".join(f"{round(count, -2):,}" for count in alta)
    assert any(row.startswith("  D-FACT Alta ") and f" {shown} " in row for row in rows)
    fonna = people[shipped.units["dps_code"].isin(["D20", "D21", "D22", "D23"])].sum()
    assert any(row.startswith("  Psykiatri innover") and f"up to {round(fonna, -2):,} " in row for row in rows)


def test_a_whole_city_is_called_by_its_own_name_and_the_biggest_units_come_first(
    shipped: Atlas, every: tuple[Team, ...], norway: Area
) -> None:
    rows = {row[2:32].strip(): row for row in lines(every, shipped, norway)}
    assert re.search(r"trolig Storhaug +Stavanger +\d", rows["Stavanger"])
    biggest = shipped.population["persons"][["4201", "4202", "4211", "4212", "4213", "4214", "4217", "4218"]].nlargest(
        2
    )
    assert ", ".join(shipped.units.loc[biggest.index, "name"]) + " og 6 til" in rows["Østre Agder"]


def test_an_area_without_listed_teams_says_so(shipped: Atlas, every: tuple[Team, ...]) -> None:
    area = areas.resolve("Røros", shipped)
    found = teams.in_area(every, area)
    assert found == ()
    language.use("en")
    assert lines(found, shipped, area)[0].startswith("None of the listed teams belongs to Røros")


@pytest.mark.parametrize(
    ("column", "value"),
    [("base_unit", "9999"), ("covers", "3201;9999"), ("covers", "3201;"), ("note", "wide=D99"), ("note", "wide="),
     ("kind", "SUPER-FACT"), ("confidence", "certain"), ("status", "operating"), ("inference", "guess")],
)  # fmt: skip
def test_a_code_or_word_that_means_nothing_is_refused_with_its_line_and_column(
    shipped: Atlas, table: pd.DataFrame, column: str, value: str
) -> None:
    damaged = changed(shipped, "akershus_baerum-1", **{column: value})
    line = table.index.get_loc("akershus_baerum-1") + 2
    said = refusal(PackError, lambda: teams.listed(damaged))
    assert f"line {line}, column {column}" in said
    assert f"“{re.split(r'[;=]', value)[-1]}”" in said


def test_a_table_that_lacks_a_column_or_names_a_team_twice_is_refused(shipped: Atlas) -> None:
    lacking = shipped.facts(teams.TABLE).drop(columns="covers")
    assert "covers" in refusal(PackError, lambda: teams.listed(shipped.changed(facts=lambda _: lacking)))
    twice = changed(shipped, "akershus_baerum-1", team_id="akershus_baerum-2")
    assert "akershus_baerum-2" in refusal(PackError, lambda: teams.listed(twice))


def test_a_city_in_districts_whose_centre_is_not_in_the_pack_is_refused(shipped: Atlas) -> None:
    places = shipped.places
    without = shipped.changed(places=places[places["municipality_code"] != "1103"])
    assert "centre 1103" in refusal(PackError, lambda: teams.listed(without))


def test_a_wide_reading_elsewhere_is_added_to_the_narrow_one(shipped: Atlas) -> None:
    elsewhere = changed(shipped, "nordland_bindal", note="wide=D02")
    team = teams.find("Bindal", teams.listed(elsewhere))
    assert team.narrow == ("1811",)
    assert set(team.wide) == {"1811", *shipped.units.index[shipped.units["dps_code"] == "D02"]}
