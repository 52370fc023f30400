"""Residents of units: those of no stated district are spread, and nobody is lost."""

from __future__ import annotations

import itertools

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds.basics import refusal

from factgeo.building import residents
from factgeo.errors import SourceError

HEALTH = pd.DataFrame(
    {
        "unit_code": ["030101", "030102", "030103", "1101"],
        "municipality_code": ["0301", "0301", "0301", "1101"],
        "dps_code": ["D01", "D01", "D02", "D03"],
    }
)
GROUPS = [(1, 0), (1, 40), (2, 0), (2, 40)]  # sex, age


def table(year: int = 2026, **persons: list[int]) -> pd.DataFrame:
    """Residents by group of the regions r0301, r030101, ..."""
    rows = [
        (name.lstrip("r"), year, sex, age, count)
        for name, counts in persons.items()
        for (sex, age), count in zip(GROUPS, counts, strict=False)
    ]
    return pd.DataFrame(rows, columns=["region_code", "year", "sex", "age", "persons"])


CITY = {"r0301": [100, 200, 90, 210], "r1101": [5, 6, 7, 8]}
STATED = {"r030101": [60, 90, 50, 100], "r030102": [20, 60, 20, 60], "r030103": [18, 47, 19, 46]}


def by_group(people: pd.DataFrame, prefix: str) -> list[int]:
    of_region = people[people["unit_code"].str.startswith(prefix)]
    return of_region.groupby(["sex", "age"])["persons"].sum().tolist()


def test_a_city_sums_exactly_to_its_official_figure_for_each_sex_and_age() -> None:
    people = residents.build(table(**CITY), table(**STATED), HEALTH)
    assert by_group(people, "0301") == CITY["r0301"]


def test_no_district_loses_a_resident_whose_district_is_stated() -> None:
    people = residents.build(table(**CITY), table(**STATED), HEALTH)
    for region, stated in STATED.items():
        assert all(a >= b for a, b in zip(by_group(people, region.lstrip("r")), stated, strict=True))


def test_residents_of_no_stated_district_are_spread_in_proportion() -> None:
    people = residents.build(table(**CITY), table(**STATED), HEALTH)
    # 10 of 600 residents have no stated district; the districts have 300, 160 and 130 of the other 590
    assert people.groupby("unit_code")["persons"].sum().tolist() == [305, 163, 132, 26]


def test_a_municipality_without_districts_keeps_its_figures() -> None:
    people = residents.build(table(**CITY), table(**STATED), HEALTH)
    assert by_group(people, "1101") == CITY["r1101"]


def test_an_age_that_no_district_has_is_not_lost() -> None:
    three_groups = {name: counts[:3] for name, counts in STATED.items()}
    people = residents.build(table(r0301=[100, 200, 90, 4], r1101=CITY["r1101"]), table(**three_groups), HEALTH)
    assert by_group(people, "0301") == [100, 200, 90, 4]


def test_districts_with_more_residents_than_their_city_are_refused() -> None:
    small = table(r0301=[100, 196, 90, 210], r1101=[5, 6, 7, 8])
    message = refusal(SourceError, lambda: residents.build(small, table(**STATED), HEALTH))
    assert "0301" in message
    assert "sex 1, age 40" in message


def test_a_district_that_the_table_lacks_is_named() -> None:
    lacking = table(r030101=STATED["r030101"], r030102=STATED["r030102"])
    message = refusal(SourceError, lambda: residents.build(table(**CITY), lacking, HEALTH))
    assert "10826" in message
    assert "030103" in message


def test_a_municipality_that_the_table_lacks_is_named() -> None:
    message = refusal(SourceError, lambda: residents.build(table(r0301=CITY["r0301"]), table(**STATED), HEALTH))
    assert "07459" in message
    assert "1101" in message


def test_districts_without_a_year_of_their_city_are_refused() -> None:
    both = pd.concat([table(2025, **CITY), table(2026, **CITY)])
    message = refusal(SourceError, lambda: residents.build(both, table(2025, **STATED), HEALTH))
    assert "10826 (2026)" in message


COUNTS = st.lists(st.integers(0, 60), min_size=4, max_size=4)


@settings(max_examples=40, deadline=None)
@given(COUNTS.filter(any), COUNTS, COUNTS, COUNTS)
def test_sums_hold_for_any_counts(a: list[int], b: list[int], c: list[int], unstated: list[int]) -> None:
    city = [sum(counts) for counts in zip(a, b, c, unstated, strict=True)]
    people = residents.build(table(r0301=city, r1101=[1, 1, 1, 1]), table(r030101=a, r030102=b, r030103=c), HEALTH)
    found = people[people["unit_code"] != "1101"].groupby(["sex", "age"])["persons"].sum()
    assert [found.get(group, 0) for group in itertools.product([1, 2], [0, 40])] == city
