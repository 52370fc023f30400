"""Every row of facts/validation_cases.csv: met, explained (what comes out instead, and why), or another module's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pandas as pd
import pytest
from worlds.basics import REPO

from factgeo import settings as factgeo_settings
from factgeo.atlas import areas, parameters
from factgeo.atlas.pack import Atlas
from factgeo.language import names
from factgeo.people import growth, need
from factgeo.people.need import Need
from factgeo.planning import services
from factgeo.settings import Settings

CASES = pd.read_csv(REPO / "data" / "facts" / "validation_cases.csv", dtype=str, keep_default_na=False).set_index("id")
DEFAULT = factgeo_settings.load()
TOTAL = factgeo_settings.load(assignments=["need.denominator=total"])
HALF_OF_ADULTS = factgeo_settings.load(tables={"parameters": {"target_fraction_adults": 0.5}})
NORDFJORD = "4648+4649+4650+4651"
SUNNFJORD = "4602+4636+4637+4638+4645+4646+4647"
VESTRE_VIKEN = "D42+D43+D44+D45+D46"
HOSPITALS = {  # id of the row -> a word of the trust's name
    "ahus": "Akershus", "ous": "Oslo", "unn": "Nord-Norge", "st_olavs": "Olavs", "forde": "Førde", "ostfold": "Østfold",
    "sorlandet": "Sørlandet", "more_og_romsdal": "Møre", "nord-trondelag": "Nord-Trøndelag", "nordland": "Nordlands",
    "vestre_viken": "Vestre Viken",
}  # fmt: skip

REACH = "reach: the report's regions are not published; held beside what comes out in test_reach.py, test_docs_reach.py"
ELSEWHERE = {  # rows of other modules, by the beginning of the id
    "urban_share": "needs SSB's settlements, which the pack does not have",
    "report_reach": REACH,
    "report_class": REACH,
    "report_teams": "reach: sums of the report, no figure of a target group; 118 is a mark on the frontier",
    "teams_": "teams: counts of a list, and kinds read from names",
    "fact_ung_teams": "teams: there is no list of them",
    "dps_without_team": "teams: depends on how names of teams are read",
    "share_units_with_team": "teams: depends on how names of teams are read",
    "tromso_sum": "economy: budget of the Tromsø application",
    "tromso_tk": "economy: budget of the Tromsø application",
    "tromso_unn": "economy: budget of the Tromsø application",
    "tromso_pos": "capacity: positions of the Tromsø application",
    "tromso_fin": "capacity: positions of the Tromsø application",
    "tromso_miss": "capacity: positions of the Tromsø application",
    "tromso_per": "economy: costs per position",
    "tromso_pat": "capacity: patients per position",
    "brekke_": "economy: costs per day",
    "staffed_housing_year": "economy: costs of housing",
    "gamle_oslo_": "economy: modelled savings",
    "ferry_wait_ratio": "travel: waiting at the quay",
}
# Rows of SSB's official DPS areas, which follow borders inside municipalities: what whole units give instead.
WITH_WHOLE_UNITS = {
    "dps2026_15_40_total_share": 10.085,  # Stjørdal without its part of Levanger
    "dps2026_ge40_total_share": 89.519,  # Levanger whole, Vestfold with all of Holmestrand, and so on
    "dps2026_ge40_adults_share": 84.228,  # Kristiansand wholly in Solvang: Strømme falls below 40,000 adults
    "dps2026_ge40_adults_n": 41,
}


def elsewhere(case: str) -> str:
    return next((reason for start, reason in ELSEWHERE.items() if case.startswith(start)), "")


def of(atlas: Atlas, area: str, chosen: Settings = DEFAULT, year: int | None = None) -> Need:
    return need.assess(atlas, areas.resolve(area, atlas), chosen, year=year)


def dps(atlas: Atlas) -> pd.DataFrame:
    """Residents and adults of DPS areas built from whole units."""
    return atlas.population.groupby(atlas.units["dps_code"])[["persons", "adults"]].sum()


def official() -> pd.DataFrame:
    """The same as published, from the rows themselves."""
    rows = CASES[CASES.index.str.fullmatch(r"dps_D\d\d")]
    adults = rows["definition"].str.extract(r"adults (\d+)", expand=False)
    return pd.DataFrame({"persons": rows["expected_value"].astype(int), "adults": adults.astype(int)})


def in_class(case: str, table: pd.DataFrame) -> float:
    """Number of areas, or share of all residents in them, that a row of the kind dps2026_... asks for."""
    found = re.fullmatch(r"dps2026_(lt15|15_40|ge15|ge40)_(total|adults)_(n|share)(_units)?", case)
    assert found
    size = table["persons" if found[2] == "total" else "adults"]
    limits = {"lt15": (0, 15_000), "15_40": (15_000, 40_000), "ge15": (15_000, 10**9), "ge40": (40_000, 10**9)}
    low, high = limits[found[1]]
    inside = (size >= low) & (size < high)
    share = 100 * table.loc[inside, "persons"].sum() / table["persons"].sum()
    return float(inside.sum()) if found[3] == "n" else float(share)


def hospital(atlas: Atlas, case: str) -> float:
    wanted = names.plain(HOSPITALS.get(case.removeprefix("hf_"), case.removeprefix("hf_")))
    hf = atlas.units["hf_name"]
    found = [name for name in hf.unique() if wanted in names.plain(name)]
    assert len(found) == 1, found
    return float(atlas.population.loc[hf.index[hf == found[0]], "persons"].sum())


def cited(atlas: Atlas, name: str) -> float:
    return parameters.parameters(atlas, DEFAULT)[name].central


def forced(atlas: Atlas) -> float:
    """0.64 % of all residents, which only those get who insist."""
    wrong = factgeo_settings.load(
        tables={"need": {"denominator": "total"}, "parameters": {"target_fraction_total": 0.64}}
    )
    insists = wrong.model_copy(update={"need": wrong.need.model_copy(update={"adult_fraction_of_total": True})})
    return of(atlas, "Tromsø", insists).target_group.central


def act_level(atlas: Atlas) -> float:
    users = round(cited(atlas, "target_users_at_40000"))
    return need.act_level(atlas, need.TargetGroup(users, users, users, "total"), DEFAULT).central


OURS: Mapping[str, Callable[[Atlas], float]] = {
    "n_municipalities": lambda atlas: atlas.units["municipality_code"].nunique(),
    "n_counties": lambda atlas: atlas.units["county_code"].nunique(),
    "n_planning_units": lambda atlas: len(atlas.units),
    "population_2026": lambda atlas: of(atlas, "norge").population,
    "adults_2026": lambda atlas: of(atlas, "norge").adults,
    "age_12_25_2026": lambda atlas: of(atlas, "norge").young,
    "nordfjord_alt_2026": lambda atlas: of(atlas, NORDFJORD).population,
    "sunnfjord_ytre_sogn_alt_2026": lambda atlas: of(atlas, SUNNFJORD).population,
    "forde_D30_adults": lambda atlas: of(atlas, "D30").adults,
    "forde_D31_adults": lambda atlas: of(atlas, "D31").adults,
    "forde_D32_adults": lambda atlas: of(atlas, "D32").adults,
    "forde_trust_total": lambda atlas: of(atlas, "D30+D31+D32").population,
    "lofoten_seed": lambda atlas: of(atlas, "1859+1860+1865+1874", year=2023).population,
    "lofoten_2026": lambda atlas: of(atlas, "1859+1860+1865+1874").population,
    "tromso_2026_050_total": lambda atlas: of(atlas, "Tromsø", TOTAL).target_group.central,
    "tromso_2026_064_adults": lambda atlas: of(atlas, "Tromsø").target_group.central,
    "tromso_2026_050_adults": lambda atlas: of(atlas, "Tromsø", HALF_OF_ADULTS).target_group.central,
    "tromso_2026_064_total": forced,
    "target_total_2016": lambda atlas: 100 * cited(atlas, "target_group_national") / 5_213_985,
    "target_total_2026": lambda atlas: 100 * cited(atlas, "target_group_national") / of(atlas, "norge").population,
    "target_adults_2026": lambda atlas: 100 * cited(atlas, "target_group_national") / of(atlas, "norge").adults,
    "target_national_2026_total": lambda atlas: round(of(atlas, "norge", TOTAL).target_group.central),
    "target_national_2026_adults": lambda atlas: round(of(atlas, "norge").target_group.central),
    "target_40000": lambda atlas: 100 * cited(atlas, "target_users_at_40000") / 40_000,
    "target_15000": lambda atlas: 100 * cited(atlas, "target_users_at_15000") / 15_000,
    "act_level_40000": act_level,
    "treated_2025": lambda atlas: 100 * (of(atlas, "norge", TOTAL).treated or 0),
    "vv_fact_ung_per_team": lambda atlas: of(atlas, VESTRE_VIKEN, year=2024).fact_ung_observed.central / 6,
    "vv_population": lambda atlas: of(atlas, VESTRE_VIKEN).population,
    "dps_sum": lambda atlas: dps(atlas)["persons"].sum(),
}
# What the slides and the application say without saying of whom: tested one by one below.
EXPLAINED = (
    "population_slide", "nordfjord_slide", "sunnfjord_ytre_sogn_slide", "indre_sogn_slide", "forde_rule_sunnfjord",
    "tromso_target_seed",
)  # fmt: skip


def worked_out(case: str, atlas: Atlas) -> float:
    """What the tool gives for a row, from whole units."""
    if case in OURS:
        return float(OURS[case](atlas))
    if case.startswith("dps_D"):
        return float(dps(atlas).at[case.removeprefix("dps_"), "persons"])
    if case.startswith("hf_"):
        return hospital(atlas, case)
    return in_class(case, dps(atlas))


def ours() -> list[str]:
    return [case for case in CASES.index if not elsewhere(case) and case not in EXPLAINED]


def test_every_row_is_ours_explained_or_named_as_another_module_s() -> None:
    assert len(CASES) == 191
    known = (*OURS, *EXPLAINED)
    patterns = re.compile(r"dps_D\d\d|hf_.+|dps2026_.+")
    left = [case for case in CASES.index if not (case in known or patterns.fullmatch(case) or elsewhere(case))]
    assert left == []
    assert not [case for case in known if elsewhere(case)]
    assert set(known) <= set(CASES.index)
    assert all(any(case.startswith(start) for case in CASES.index) for start in ELSEWHERE)
    named = {file for reason in ELSEWHERE.values() for file in re.findall(r"test_\w+\.py", reason)}
    assert named
    assert named <= {path.name for path in (REPO / "tests").rglob("test_*.py")}


@pytest.mark.parametrize("case", [case for case in ours() if CASES.at[case, "expected_from_units"]])
def test_a_row_with_a_value_from_whole_units_gives_it_exactly(shipped: Atlas, case: str) -> None:
    assert worked_out(case, shipped) == float(CASES.at[case, "expected_from_units"])


@pytest.mark.parametrize(
    "case", [case for case in ours() if CASES.at[case, "status"] == "reproducible" and case not in WITH_WHOLE_UNITS]
)
def test_a_reproducible_row_comes_out_within_its_tolerance(shipped: Atlas, case: str) -> None:
    row = CASES.loc[case]
    assert worked_out(case, shipped) == pytest.approx(float(row["expected_value"]), abs=float(row["tolerance"]) + 1e-9)


@pytest.mark.parametrize(
    "case", [case for case in ours() if CASES.at[case, "status"] == "not_reproducible_from_open_data"]
)
def test_a_row_that_cannot_come_out_does_not_and_whole_units_say_what_does(shipped: Atlas, case: str) -> None:
    row = CASES.loc[case]
    assert row["expected_from_units"]
    assert abs(worked_out(case, shipped) - float(row["expected_value"])) > float(row["tolerance"])


@pytest.mark.parametrize(("case", "instead"), WITH_WHOLE_UNITS.items())
def test_a_class_of_official_areas_comes_out_from_these_and_otherwise_from_whole_units(
    shipped: Atlas, case: str, instead: float
) -> None:
    row = CASES.loc[case]
    tolerance = float(row["tolerance"]) + 1e-9
    assert in_class(case, official()) == pytest.approx(float(row["expected_value"]), abs=tolerance)
    assert worked_out(case, shipped) == pytest.approx(instead, abs=0.001)
    assert abs(instead - float(row["expected_value"])) > tolerance


@pytest.mark.parametrize("case", [case for case in CASES.index if re.fullmatch(r"dps_D\d\d", case)])
def test_adults_of_an_area_of_whole_units_are_as_published(shipped: Atlas, case: str) -> None:
    row = CASES.loc[case]
    ratio = dps(shipped).at[case.removeprefix("dps_"), "adults"] / official().at[case, "adults"]
    if row["expected_from_units"] == row["expected_value"]:
        assert ratio == 1
    elif row["status"] == "reproducible":
        assert ratio == pytest.approx(1, abs=0.015)
    else:
        assert abs(ratio - 1) > 0.01


# -- figures of which the source does not say of whom ------------------------------------------------------------------


def test_population_slide_is_norway_of_2023_or_2024(shipped: Atlas) -> None:
    history = growth.history(shipped, areas.resolve("norge", shipped))
    persons = dict(zip(history.years, history.persons, strict=True))
    near = [year for year, count in persons.items() if abs((count or 0) - 5_500_000) <= 60_000]
    assert near == [2023, 2024]


def test_the_slide_s_areas_of_helse_forde_come_out_with_other_municipalities_than_the_dps_areas(shipped: Atlas) -> None:
    assert of(shipped, NORDFJORD).population == pytest.approx(26_000, abs=1000)
    assert abs(of(shipped, "D32").population - 26_000) > 1000
    assert of(shipped, SUNNFJORD).population == pytest.approx(50_000, abs=2500)
    assert abs(of(shipped, "D30").population - 50_000) > 2500


def test_the_slide_s_indre_sogn_is_its_adults_or_the_residents_without_aardal(shipped: Atlas) -> None:
    whole = of(shipped, "D31")
    assert abs(whole.population - 24_000) > 1000
    assert whole.adults == pytest.approx(24_000, abs=1000)
    without = "+".join(unit.unit_code for unit in whole.by_unit if unit.name != "Årdal")
    assert of(shipped, without).population == pytest.approx(24_000, abs=1000)


def test_the_class_of_sunnfjord_flips_with_the_grouping(shipped: Atlas) -> None:
    rules = DEFAULT.service
    group, official_area = of(shipped, SUNNFJORD), of(shipped, "D30")
    classes = [
        services.classify(population=each.population, adults=each.adults, edge_min=60, rules=rules)
        for each in (group, official_area)
    ]
    assert (group.adults, official_area.adults) == (41_228, 30_220)
    assert classes == ["ACT+FACT", "FACT"]


def test_tromso_s_more_than_300_holds_for_each_reading_and_is_nearest_half_a_per_cent_of_adults(shipped: Atlas) -> None:
    readings = {
        "0.50 of adults": of(shipped, "Tromsø", HALF_OF_ADULTS, 2025).target_group.central,
        "0.50 of all": of(shipped, "Tromsø", TOTAL, 2025).target_group.central,
        "0.64 of adults": of(shipped, "Tromsø", DEFAULT, 2025).target_group.central,
    }
    assert [round(value) for value in readings.values()] == [323, 397, 413]
    assert min(readings.values()) > 300


def test_the_observed_share_of_the_young_is_308_of_those_in_the_areas_of_vestre_viken(shipped: Atlas) -> None:
    found = of(shipped, VESTRE_VIKEN, year=2024)
    assert found.young == 83_106
    assert found.fact_ung_observed.central == pytest.approx(308, abs=1)
