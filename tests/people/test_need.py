"""Who there is to serve: by hand, against plain pandas, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from worlds.basics import refusal
from worlds.need_files import Save, counted
from worlds.residents import drawn

from factgeo import settings as factgeo_settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.errors import SettingsError
from factgeo.people import need
from factgeo.people.chance import garwood, mover, prediction
from factgeo.people.need import Need
from factgeo.settings import Replaced, Settings

DEFAULT = factgeo_settings.load()
LOFOTEN = "Vågan+Vestvågøy+Flakstad+Moskenes"


def settings(denominator: str = "adults_18plus", **parameters: float | dict[str, Any]) -> Settings:
    return factgeo_settings.load(tables={"need": {"denominator": denominator}, "parameters": parameters})


def with_own(**groups: object) -> Settings:
    """The defaults with fields of [need] that a planner set."""
    return DEFAULT.model_copy(update={"need": DEFAULT.need.model_copy(update=groups)})


def of(atlas: Atlas, area: str, chosen: Settings = DEFAULT, **options: Any) -> Need:
    return need.assess(atlas, areas.resolve(area, atlas), chosen, **options)


# -- the general target group ------------------------------------------------------------------------------------------


def test_lofoten_is_a_share_of_its_adults(shipped: Atlas) -> None:
    found = of(shipped, LOFOTEN)
    group = found.target_group
    assert (found.population, found.adults, found.year) == (23_722, 19_298, 2026)
    assert group.central == pytest.approx(0.0064 * 19_298)
    assert (group.low, group.high) == (pytest.approx(0.0057 * 19_298), pytest.approx(0.0067 * 19_298))
    assert (group.denominator, group.base, group.date, group.unit) == ("adults_18plus", 19_298, "2026-01-01", "persons")
    assert (group.quality, group.replaced) == ("estimate", False)
    assert "Tromsø" in group.source
    assert group.interval == prediction(19_298, (0.0057, 0.0064, 0.0067))


@pytest.mark.parametrize(("area", "of_adults", "of_all"), [("norge", 28_967, 28_137), ("Tromsø", 418, 400)])
def test_both_denominators_stand_beside_each_other(shipped: Atlas, area: str, of_adults: int, of_all: int) -> None:
    found, turned = of(shipped, area), of(shipped, area, settings("total"))
    assert (round(found.target_group.central), round(found.other.central)) == (of_adults, of_all)
    assert (turned.target_group, turned.other) == (found.other, found.target_group)


def test_the_projected_patients_are_about_17_per_cent_of_norway_s_target_group(shipped: Atlas) -> None:
    assert of(shipped, "norge").treated == pytest.approx(0.17, abs=0.005)
    assert of(shipped, "norge", settings("total")).treated == pytest.approx(0.171, abs=0.0005)
    assert of(shipped, "Tromsø").treated is None


def test_units_are_each_worked_out_from_their_own_people(shipped: Atlas) -> None:
    found = of(shipped, LOFOTEN)
    people = shipped.population
    assert [unit.unit_code for unit in found.by_unit] == ["1859", "1860", "1865", "1874"]
    for unit in found.by_unit:
        assert unit.adults == people.at[unit.unit_code, "adults"]
        assert unit.target_group.central == pytest.approx(0.0064 * unit.adults)
        assert unit.target_group.interval == prediction(unit.adults, (0.0057, 0.0064, 0.0067))
        assert unit.act_level.interval == prediction(unit.adults, (0.00057, 0.00128, 0.00134))
        assert unit.target_group == unit.prior
    assert sum(unit.target_group.central for unit in found.by_unit) == pytest.approx(found.target_group.central)
    assert sum(unit.young for unit in found.by_unit) == found.young


def test_several_areas_at_once_are_each_as_alone(shipped: Atlas) -> None:
    wanted = [areas.resolve(name, shipped) for name in ("Tromsø", LOFOTEN, "dps:Nordfjord")]
    assert need.assess_each(shipped, wanted, DEFAULT) == [need.assess(shipped, area, DEFAULT) for area in wanted]


def test_a_planner_s_own_fraction_replaces_the_cited_one_and_shows(shipped: Atlas) -> None:
    own = settings(target_fraction_adults={"low": 0.4, "central": 0.9, "high": 1.2, "source": "Own survey 2025"})
    found = of(shipped, "Tromsø", own)
    assert (found.target_group.central, found.target_group.source) == (pytest.approx(0.009 * 65_259), "Own survey 2025")
    assert found.target_group.replaced
    assert found.act_level.replaced
    assert [figure.id for figure in found.replaced] == ["target_fraction_adults"]
    assert not found.other.replaced
    assert of(shipped, "Tromsø").replaced == ()


def test_the_plan_s_figures_use_the_planner_s_own_fraction_too(shipped: Atlas) -> None:
    share = need.fraction(shipped, settings(target_fraction_adults=0.5))
    assert share.replaced
    assert need.target_group(share, population=79_943, adults=65_259).central == 326
    level = need.act_level(shipped, need.TargetGroup(100, 200, 300, "total"), settings(act_share_of_target=10))
    assert (level.low, level.central, level.high) == (10, 20, 30)
    assert need.act_caseload(shipped, settings(act_team_caseload={"low": 50, "high": 90})) == (50, 90)


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.64, 0.636, {"low": 0.6, "central": 0.64, "high": 0.67}])
def test_the_share_of_adults_on_all_residents_is_refused_with_the_reason(shipped: Atlas, value: Any) -> None:
    wrong = settings("total", target_fraction_total=value)
    for call in (lambda: need.fraction(shipped, wrong), lambda: of(shipped, "Tromsø", wrong)):
        said = refusal(SettingsError, call)
        assert "share of adults" in said
        assert "0.50%" in said
        assert "adult_fraction_of_total = true" in said


def test_a_planner_s_own_share_of_adults_is_refused_on_all_residents_as_well(shipped: Atlas) -> None:
    wrong = settings("total", target_fraction_adults=0.8, target_fraction_total=0.8)
    assert "0.8%" in refusal(SettingsError, lambda: need.fraction(shipped, wrong))


def test_who_insists_gets_the_share_of_adults_on_all_residents_and_is_told(shipped: Atlas) -> None:
    wrong = settings("total", target_fraction_total=0.64)
    insists = wrong.model_copy(update={"need": wrong.need.model_copy(update={"adult_fraction_of_total": True})})
    found = of(shipped, "Tromsø", insists)
    assert round(found.target_group.central) == 512
    assert "need.note.forced" in [note.key for note in found.notes]
    assert "need.note.forced" not in [note.key for note in of(shipped, "Tromsø").notes]


@pytest.mark.parametrize("value", [0.4, 0.55, 0.67, 0.8, 1.3])
def test_any_other_range_is_the_planner_s_business(shipped: Atlas, value: float) -> None:
    found = of(shipped, "Tromsø", settings("total", target_fraction_total=value))
    assert found.target_group.central == pytest.approx(value / 100 * 79_943)


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [("target_fraction_adults", 0.0064, "0.64"), ("target_fraction_adults", 64, "0.64"),
     ("target_fraction_total", 0.005, "0.5"), ("act_share_of_target", 0.2, "20"), ("rop_share_fact", 0.5, "50")],
)  # fmt: skip
def test_a_share_for_a_percentage_or_the_other_way_round_is_refused(
    shipped: Atlas, name: str, value: float, meant: str
) -> None:
    said = refusal(SettingsError, lambda: of(shipped, "Tromsø", settings(**{name: value})))
    assert name in said
    assert f"{value:g}%" in said
    assert f"mean {meant}?" in said


def test_low_above_high_is_refused(shipped: Atlas) -> None:
    wrong = settings(target_fraction_adults={"low": 0.9, "central": 0.64, "high": 0.5})
    assert "ascending" in refusal(SettingsError, lambda: of(shipped, "Tromsø", wrong))
    own = with_own(fact_ung=Replaced(low=0.9, central=0.5, high=0.6))
    assert "need.fact_ung: low 0.9" in refusal(SettingsError, lambda: of(shipped, "Tromsø", own))
    ages = settings(fact_ung_age_min=30)
    assert "30" in refusal(SettingsError, lambda: of(shipped, "Tromsø", ages))


# -- parts and overlays ------------------------------------------------------------------------------------------------


def test_the_act_level_is_a_fifth_of_the_target_group_and_a_tenth_at_least(shipped: Atlas) -> None:
    found = of(shipped, "Tromsø")
    group, act = found.target_group, found.act_level
    assert (act.low, act.central, act.high) == (
        pytest.approx(group.low / 10), pytest.approx(group.central / 5), pytest.approx(group.high / 5)
    )  # fmt: skip
    assert (act.denominator, act.base) == ("target_group", 418)


def test_substance_use_is_all_of_the_act_level_and_half_of_the_others(shipped: Atlas) -> None:
    found = of(shipped, "Tromsø")
    group = found.target_group
    assert found.substance_use.central == pytest.approx(group.central * (0.2 * 1 + 0.8 * 0.5))
    assert found.substance_use.low == pytest.approx(group.low * (0.1 * 1 + 0.9 * 0.5))
    assert found.substance_use.central < group.central


def test_young_people_are_counted_by_single_years_of_age(shipped: Atlas) -> None:
    ages = shipped.residents.query("unit_code == '5501' and year == 2026")
    assert of(shipped, "Tromsø").young == ages.query("12 <= age <= 25")["persons"].sum()
    to_24 = of(shipped, "Tromsø", settings(fact_ung_age_max={"low": 24, "central": 24}))
    assert to_24.young == ages.query("12 <= age <= 24")["persons"].sum()
    assert of(shipped, "norge").young == 947_865


def test_groups_without_an_official_fraction_have_no_figure_until_the_planner_sets_one(shipped: Atlas) -> None:
    found = of(shipped, "Tromsø")
    assert (found.fact_ung, found.elderly, found.security) == (None, None, None)
    assert found.fact_ung_observed.central == pytest.approx(0.0037 * found.young)
    own = with_own(
        fact_ung=Replaced(low=0.3, central=0.5, high=1.0, source="Own"), elderly=Replaced(central=0.4),
        security=Replaced(high=3),
    )  # fmt: skip
    with_fractions = of(shipped, "Tromsø", own)
    young, elderly, security = with_fractions.fact_ung, with_fractions.elderly, with_fractions.security
    assert young is not None
    assert elderly is not None
    assert security is not None
    assert (young.low, young.central) == (pytest.approx(0.003 * found.young), pytest.approx(0.005 * found.young))
    assert (young.source, young.replaced, young.denominator) == ("Own", True, "age_12_25")
    assert elderly.central == pytest.approx(0.004 * found.old)
    assert security.central == pytest.approx(0.03 * found.target_group.central)
    assert with_fractions.target_group == found.target_group  # never added


@pytest.mark.parametrize(
    ("own", "words"),
    [(Replaced(source="x"), "neither"), (Replaced(central=0.0037), "mean 0.37?"), (Replaced(central=37), "mean 0.37?")],
)
def test_an_own_fraction_must_make_sense(shipped: Atlas, own: Replaced, words: str) -> None:
    assert words in refusal(SettingsError, lambda: of(shipped, "Tromsø", with_own(fact_ung=own)))


# -- local counts ------------------------------------------------------------------------------------------------------


def test_a_local_count_takes_the_place_of_the_fraction_and_both_are_kept(shipped: Atlas, save: Save) -> None:
    found = of(shipped, "Tromsø", local=counted(shipped, save, k5501=310, k4640=90))
    group = found.target_group
    assert (group.low, group.central, group.high) == (310, 310, 310)
    assert (group.quality, group.denominator, group.interval) == ("measured", "local_count", garwood(310))
    assert group.source == "brukerplan.csv"
    assert found.prior == of(shipped, "Tromsø").target_group
    assert found.act_level.central == pytest.approx(62)
    assert found.act_level.interval == prediction(310, (0.1, 0.2, 0.2))
    assert "need.note.spread" not in [note.key for note in found.notes]


def test_where_some_have_counted_the_others_keep_the_fraction(shipped: Atlas, save: Save) -> None:
    found = of(shipped, LOFOTEN, local=counted(shipped, save, k1865=50, k1860=60))
    rest = shipped.population.loc[["1859", "1874"], "adults"].sum()
    group = found.target_group
    left = prediction(float(rest), (0.0057, 0.0064, 0.0067))
    assert (group.denominator, group.quality) == ("mixed", "estimate")
    assert (group.low, group.central) == (pytest.approx(110 + 0.0057 * rest), pytest.approx(110 + 0.0064 * rest))
    assert group.interval == mover([(110, garwood(110)), (0.0064 * rest, left)])
    assert [unit.target_group.quality for unit in found.by_unit] == ["estimate", "measured", "measured", "estimate"]
    assert sum(unit.target_group.central for unit in found.by_unit) == pytest.approx(group.central)


def test_a_city_s_count_is_spread_over_its_districts_by_adults(shipped: Atlas, save: Save) -> None:
    counts = counted(shipped, save, k5001=1000)
    city = of(shipped, "kommune:Trondheim", local=counts)
    adults = shipped.population.loc[[unit.unit_code for unit in city.by_unit], "adults"]
    assert city.target_group.central == pytest.approx(1000)
    shares = [unit.target_group.central for unit in city.by_unit]
    assert shares == pytest.approx((1000 * adults / adults.sum()).tolist())
    assert {unit.target_group.quality for unit in city.by_unit} == {"derived"}
    part = of(shipped, "bydel:Heimdal", local=counts)
    assert (part.target_group.quality, part.target_group.central) == ("derived", pytest.approx(shares[3]))
    assert "need.note.spread" in [note.key for note in part.notes]


def test_a_withheld_count_never_shows(shipped: Atlas, save: Save) -> None:
    """Files that differ only in what is withheld give the same need, to the last digit."""
    first = counted(shipped, save, k1865=61, k1860=73, k1859=3, k1874=6)
    other = counted(shipped, save, k1865=61, k1860=73, k1859=2, k1874=7)
    assert of(shipped, LOFOTEN, local=first) == of(shipped, LOFOTEN, local=other)
    found = of(shipped, LOFOTEN, local=first)
    assert found.target_group.central == pytest.approx(143)
    assert [unit.target_group.quality for unit in found.by_unit] == ["derived", "measured", "measured", "derived"]


def test_a_count_of_nobody_is_a_count(shipped: Atlas, save: Save) -> None:
    found = of(shipped, "Utsira", local=counted(shipped, save, k1151=0, k1106=200))
    assert (found.target_group.central, found.target_group.interval) == (0, garwood(0))
    assert found.act_level.central == 0


# -- other years -------------------------------------------------------------------------------------------------------


def test_a_past_year_counts_the_people_of_then(shipped: Atlas) -> None:
    found = of(shipped, "Tromsø", year=2019)
    assert (found.year, found.population, found.target_group.date) == (2019, 76_649, "2019-01-01")
    assert found.people_quality == "measured"


def test_units_that_were_one_are_in_the_sum_but_not_in_the_list(shipped: Atlas) -> None:
    found = of(shipped, "Ålesund+Haram+kommune:Molde", year=2022)
    assert [unit.name for unit in found.by_unit] == ["Molde"]
    assert found.population == 2 * 33_561 + 32_002
    assert "need.note.together" in [note.key for note in found.notes]


def test_a_projection_gives_the_need_of_a_later_year(shipped: Atlas, save: Save) -> None:
    path = save("14288.csv", drawn(shipped, ["5501"]))
    found = of(shipped, "Tromsø", projection=path, year=2040)
    assert (found.adults, found.target_group.central) == (2 * 65_259, pytest.approx(0.0064 * 2 * 65_259))
    assert (found.people_quality, found.target_group.date, found.treated) == ("estimate", "2040-01-01", None)
    assert "need.note.projected" in [note.key for note in found.notes]
    assert "need.note.districts" not in [note.key for note in found.notes]
