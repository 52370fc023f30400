"""Residents in other years: the pack's own, borders that moved, and projections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from worlds.basics import UTM33, refusal
from worlds.residents import drawn

from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError, SourceError
from factgeo.people import growth
from factgeo.settings import load

Save = Callable[[str, "str | bytes"], Path]
DEFAULT = load()
TROMSO = ("5501",)
HALVED = ("1508", "1580")
TRONDHEIM = ("500101", "500102", "500103", "500104")


def test_the_pack_s_year_is_as_plain_pandas_counts(shipped: Atlas) -> None:
    people = growth.people(shipped, TROMSO)
    rows = shipped.residents.query("unit_code == '5501' and year == 2026")
    assert people.among(TROMSO, 0, 200) == rows["persons"].sum() == 79_943
    assert people.among(TROMSO, 12, 25) == rows.loc[rows["age"].between(12, 25), "persons"].sum()
    assert (people.year, people.projected, people.quality(TROMSO)) == (2026, False, "measured")


def test_every_age_and_unit_is_there_even_with_nobody(shipped: Atlas) -> None:
    people = growth.people(shipped, TROMSO, year=2020)
    assert people.persons.shape == (391, 106)
    assert people.persons.to_numpy().sum() == shipped.residents.query("year == 2020")["persons"].sum()


def test_residents_of_a_part_of_a_city_are_derived(shipped: Atlas) -> None:
    people = growth.people(shipped, TRONDHEIM)
    assert (people.quality(TRONDHEIM), people.quality(TRONDHEIM[:1])) == ("measured", "derived")


def test_a_year_outside_the_pack_asks_for_a_projection(shipped: Atlas) -> None:
    said = refusal(PlanError, lambda: growth.people(shipped, TROMSO, year=2040))
    assert "2040" in said
    assert "2019–2026" in said
    assert "--projection" in said


# -- borders that moved ------------------------------------------------------------------------------------------------


def test_aalesund_and_haram_have_half_of_their_sum_each_before_2024(shipped: Atlas) -> None:
    """Which is why Norway's sum is right all the same: off by 24 persons at most, by what SSB published."""
    sums = shipped.residents.groupby(["year", "unit_code"])["persons"].sum().unstack()
    assert (sums.loc[:2023, "1508"] == sums.loc[:2023, "1580"]).all()
    assert sums.loc[2024, "1508"] > 6 * sums.loc[2024, "1580"]
    assert sums.loc[2023, list(HALVED)].sum() == pytest.approx(sums.loc[2024, list(HALVED)].sum(), rel=0.02)
    published = {2019: 5_328_212, 2020: 5_367_580, 2021: 5_391_369, 2022: 5_425_270, 2023: 5_488_984}
    assert all(abs(sums.loc[year].sum() - total) <= 24 for year, total in published.items())


@pytest.mark.sources
def test_every_unit_of_2019_agrees_with_the_grid_of_2019_but_those_that_are_named(
    shipped: Atlas, sources: Path
) -> None:
    """The grid counts people where they lived, so within the borders of today; 3 % for its generalised borders."""
    grid = pd.read_csv(sources / "ssb" / "NOR0250M_POP_2019.csv", sep=";", dtype={0: str})
    ids, persons = grid.iloc[:, 0], grid.iloc[:, 1]
    east, north = ids.str[:7].astype(int) - 2_000_000 + 125, ids.str[7:].astype(int) + 125
    cells = gpd.GeoDataFrame({"persons": persons}, geometry=gpd.points_from_xy(east, north), crs=UTM33)
    units = gpd.GeoDataFrame({"unit": shipped.units.index}, geometry=list(shipped.units.geometry), crs=UTM33)
    found = gpd.sjoin_nearest(cells, units, max_distance=3000)
    lived = found[~found.index.duplicated()].groupby("unit")["persons"].sum()
    official = shipped.residents.query("year == 2019").groupby("unit_code")["persons"].sum()
    official = official.reindex(shipped.units.index, fill_value=0)
    off = (official - lived).abs()
    city = shipped.units["municipality_code"]
    named = {unit for group in growth.TOGETHER for unit in shipped.units.index[city.isin(group.units)]}
    differ = set(off.index[(off > 0.03 * lived) & (off > 100)]) - {unit for unit in off.index if unit[:4] == "0301"}
    assert differ <= named
    big = {"1508", "1580", "110308", "110309", "500104", "4649", "4602", "4005", "4020", "1535", "1539"}
    assert big <= differ
    for group in growth.TOGETHER:
        whole = sorted(shipped.units.index[city.isin(group.units)])
        assert official[whole].sum() == pytest.approx(lived[whole].sum(), rel=0.012), group


@pytest.mark.parametrize(
    ("units", "year", "since"),
    [(("1508",), 2023, 2024), (TRONDHEIM[:2], 2019, 2020), (("4602",), 2019, 2020), (("1535", "1506"), 2020, 2021)],
)
def test_a_year_before_a_border_that_cuts_the_area_is_refused_by_name(
    shipped: Atlas, units: tuple[str, ...], year: int, since: int
) -> None:
    said = refusal(PlanError, lambda: growth.people(shipped, units, year=year))
    assert str(year) in said
    assert f"only from {since}" in said
    assert str(shipped.units.at[units[0], "name"]) in said
    assert growth.people(shipped, units, year=since).year == since


def test_a_group_together_has_its_sum(shipped: Atlas) -> None:
    people = growth.people(shipped, HALVED, year=2022)
    assert people.among(HALVED, 0, 200) == 2 * 33_561
    assert people.divided((*HALVED, "1506")) == frozenset(HALVED)
    assert growth.people(shipped, HALVED, year=2024).divided(HALVED) == frozenset()


def test_the_history_of_an_area_leaves_out_what_cannot_be_told(shipped: Atlas) -> None:
    alone = growth.history(shipped, areas.resolve("Ålesund", shipped))
    assert alone.persons == (None,) * 5 + (58_509, 59_198, 59_663)
    assert [cause.cause for cause in alone.causes] == ["halved"]
    both = growth.history(shipped, areas.resolve("Ålesund+Haram", shipped))
    assert None not in both.persons
    assert both.causes == ()


def test_the_history_of_norway_is_the_pack_s_sums(shipped: Atlas) -> None:
    history = growth.history(shipped, areas.resolve("norge", shipped))
    sums = shipped.residents.groupby("year")["persons"].sum()
    assert history.years == tuple(sums.index) == tuple(range(2019, 2027))
    assert history.persons == tuple(sums)
    assert (history.adults[-1], history.young[-1]) == (4_526_020, 947_865)


def test_by_unit_the_history_is_missing_where_it_means_nothing(shipped: Atlas) -> None:
    table = growth.by_unit(shipped)
    assert table.loc["1508"].isna().tolist() == [True] * 5 + [False] * 3
    assert table.loc["110308"].isna().tolist() == [True] + [False] * 7
    assert table.loc["5501", 2026] == 79_943
    assert table[2026].sum() == 5_627_400


# -- projections -------------------------------------------------------------------------------------------------------


def test_a_projection_gives_its_own_figures_for_municipalities(shipped: Atlas, save: Save) -> None:
    people = growth.people(shipped, TROMSO, projection=save("14288.csv", drawn(shipped, ["5501"])), year=2040)
    assert people.among(TROMSO, 0, 200) == 2 * 79_943
    assert people.among(TROMSO, 18, 200) == 2 * 65_259
    assert (people.quality(TROMSO), people.projected) == ("estimate", True)
    assert "14288.csv" in people.source


def test_districts_grow_as_their_city_does_age_by_age(shipped: Atlas, save: Save) -> None:
    """The slow way: each age of each district times the city's growth in that age."""
    table = pd.read_csv(save("even.csv", drawn(shipped, ["5001"])), dtype={"region_code": str})
    table.loc[table["age"] >= 67, "persons"] *= 3
    people = growth.people(shipped, TRONDHEIM, projection=save("5001.csv", table.to_csv(index=False)), year=2030)
    now = shipped.residents.query("year == 2026")
    for unit in TRONDHEIM:
        for age in (0, 30, 66, 67, 80):
            here = now[(now["unit_code"] == unit) & (now["age"] == age)]["persons"].sum()
            assert people.persons.at[unit, age] == pytest.approx(here * (2 if age < 67 else 6))
    projected = table.query("year == 2030")["persons"].sum()
    assert people.persons.loc[list(TRONDHEIM)].to_numpy().sum() == pytest.approx(projected)


def test_an_age_that_nobody_has_today_is_spread_by_residents(shipped: Atlas, save: Save) -> None:
    residents = shipped.residents
    without = residents[~((residents["unit_code"].isin(TRONDHEIM)) & (residents["age"] == 50))]
    table = pd.read_csv(save("5001.csv", drawn(shipped, ["5001"])), dtype={"region_code": str})
    people = growth.people(
        shipped.changed(residents=without), TRONDHEIM, projection=save("5001.csv", table.to_csv(index=False)), year=2030
    )
    found = people.persons.loc[list(TRONDHEIM), 50]
    assert found.sum() == pytest.approx(table.query("year == 2030 and age == 50")["persons"].sum())
    share = people.persons.loc[list(TRONDHEIM)].sum(axis=1)
    assert np.allclose(found / found.sum(), share / share.sum(), atol=0.02)


def test_a_projection_needs_a_year_and_has_it(shipped: Atlas, save: Save) -> None:
    path = save("14288.csv", drawn(shipped, ["5501"]))
    assert "--year" in refusal(PlanError, lambda: growth.people(shipped, TROMSO, projection=path))
    said = refusal(PlanError, lambda: growth.people(shipped, TROMSO, projection=path, year=2035))
    assert "2035" in said
    assert "2030–2040" in said


def test_a_projection_without_a_municipality_of_the_area_is_refused_by_name(shipped: Atlas, save: Save) -> None:
    path = save("14288.csv", drawn(shipped, ["5501"]))
    said = refusal(SourceError, lambda: growth.people(shipped, ("5501", "5503"), projection=path, year=2030))
    assert "5503 Harstad" in said
    assert "5501" not in said


def test_a_projection_for_other_borders_is_refused_by_code(shipped: Atlas, save: Save) -> None:
    path = save("later.csv", drawn(shipped, ["5501", "5599"]))
    said = refusal(SourceError, lambda: growth.people(shipped, TROMSO, projection=path, year=2030))
    assert "5599" in said
    assert "2024" in said


@pytest.mark.parametrize(
    ("old", "today"),
    [("K-5401 Tromsø", "5501 Tromsø"), ("1507 Ålesund", "1508 Ålesund / 1580 Haram"), ("3005", "3301 Drammen")],
)
def test_a_code_from_before_2024_is_named_with_its_successor(shipped: Atlas, save: Save, old: str, today: str) -> None:
    path = save("old.csv", f"region;kjønn;alder;år;personer\n{old};Menn;0 år;2030;10\n")
    said = refusal(SourceError, lambda: growth.people(shipped, TROMSO, projection=path, year=2030))
    assert today in said
    assert "line 2" in said


def test_an_old_code_that_nobody_knows_is_refused_all_the_same(shipped: Atlas, save: Save) -> None:
    path = save("old.csv", "region;kjønn;alder;år;personer\n2999;Menn;0 år;2030;10\n")
    assert "2999" in refusal(SourceError, lambda: growth.people(shipped, TROMSO, projection=path, year=2030))


def test_a_projection_with_some_ages_only_is_refused(shipped: Atlas, save: Save) -> None:
    content = "\n".join(row for row in drawn(shipped, ["5501"]).splitlines() if ",40," not in row)
    said = refusal(SourceError, lambda: growth.people(shipped, TROMSO, projection=save("ages.csv", content), year=2030))
    assert "210 of 212" in said


@pytest.mark.sources
def test_the_statistics_bank_s_own_groups_add_up_to_the_municipality_and_follow_today_s_ages(
    shipped: Atlas, sources: Path
) -> None:
    path = sources / "projections" / "ssb_14746_telemark_2026-2050.csv"
    table = pd.read_csv(path)
    main = table[table["statistikkvariabel"].str.contains("MMMM") & (table["år"] == 2040)]
    skien = main[main["region"] == "Skien"].set_index("alder")["value"]
    found = growth.people(shipped, ["4003"], projection=path, year=2040)
    assert found.grouped
    assert found.alternative == "MMMM"
    assert found.among(["4003"], 0, 105) == pytest.approx(skien.sum())
    assert found.among(["4003"], 20, 44) == pytest.approx(skien["20-44 år"])
    today = growth.people(shipped, ["4003"])
    share = today.among(["4003"], 18, 19) / today.among(["4003"], 16, 19)
    assert found.among(["4003"], 18, 19) == pytest.approx(share * skien["16-19 år"])
