"""Cells whose residents add up exactly to each unit's official total."""

from __future__ import annotations

import pandas as pd
import pytest
from worlds.basics import refusal

from factgeo.building import cells
from factgeo.errors import SourceError


def counts(*rows: tuple[float, float, str, float, bool]) -> pd.DataFrame:
    """250 m counts: x, y of the centre, unit, persons, guessed."""
    return pd.DataFrame(rows, columns=["x", "y", "unit_code", "persons", "guessed"])


def totals(**units: tuple[int, int]) -> pd.DataFrame:
    """Official persons and adults by unit (u1101, ...)."""
    index = [name.lstrip("u") for name in units]
    return pd.DataFrame(list(units.values()), columns=["persons", "adults"], index=index)


def test_cells_sum_exactly_to_the_official_residents_and_adults_of_their_unit() -> None:
    rows = [(125 + 1_000 * k, 125, "1101" if k < 7 else "1102", 3.81, True) for k in range(12)]
    table = cells.build(counts(*rows), totals(u1101=(100, 77), u1102=(31, 24)), cell_m=1000)
    sums = table.groupby("unit_code")[["persons", "adults"]].sum()
    assert sums.to_numpy().tolist() == [[100, 77], [31, 24]]
    assert (table["adults"] <= table["persons"]).all()


def test_residents_keep_their_proportions_between_cells() -> None:
    rows = [(125, 125, "1101", 10.0, False), (1_125, 125, "1101", 30.0, False)]
    assert cells.build(counts(*rows), totals(u1101=(44, 20)), cell_m=1000)["persons"].tolist() == [11, 33]


def test_a_cell_that_is_left_with_nobody_is_left_out() -> None:
    rows = [(125, 125, "1101", 1_000.0, False), (1_125, 125, "1101", 0.1, True)]
    assert cells.build(counts(*rows), totals(u1101=(1_000, 800)), cell_m=1000)["persons"].tolist() == [1_000]


def test_a_unit_without_any_inhabited_cell_is_refused_by_code() -> None:
    only = counts((125, 125, "1101", 10.0, False))
    message = refusal(SourceError, lambda: cells.build(only, totals(u1101=(9, 8), u1151=(7, 6)), cell_m=1000))
    assert "1151" in message


def test_a_1_km_cell_on_a_border_goes_to_the_unit_of_most_of_its_residents() -> None:
    on_border = [(125, 125, "1101", 4.0, False), (875, 125, "1102", 6.0, False)]
    at_home = [(1_125, 125, "1101", 9.0, False), (2_125, 125, "1102", 9.0, False)]
    table = cells.build(counts(*on_border, *at_home), totals(u1101=(9, 9), u1102=(19, 19)), cell_m=1000)
    assert dict(zip(table["x"], table["unit_code"], strict=True)) == {500: "1102", 1_500: "1101", 2_500: "1102"}


def test_a_unit_in_the_minority_everywhere_keeps_its_largest_cell() -> None:
    rows = [(125, 125, "1101", 4.0, False), (875, 125, "1102", 6.0, False), (1_125, 125, "1102", 9.0, False)]
    table = cells.build(counts(*rows), totals(u1101=(5, 5), u1102=(10, 10)), cell_m=1000)
    assert dict(zip(table["x"], table["unit_code"], strict=True)) == {500: "1101", 1_500: "1102"}


def test_home_is_the_middle_of_where_the_residents_of_a_cell_live() -> None:
    rows = [(125, 125, "1101", 30.0, False), (875, 625, "1101", 10.0, False)]
    (cell,) = cells.build(counts(*rows), totals(u1101=(40, 30)), cell_m=1000).itertuples()
    assert (cell.x, cell.y) == (500, 500)
    assert (cell.home_x, cell.home_y) == ((3 * 125 + 875) // 4, (3 * 125 + 625) // 4)


def test_a_cell_is_an_estimate_when_most_of_its_residents_were_hidden() -> None:
    rows = [(125, 125, "1101", 6.0, True), (375, 125, "1101", 5.0, False), (1_125, 125, "1101", 9.0, False)]
    table = cells.build(counts(*rows), totals(u1101=(20, 10)), cell_m=1000)
    assert table["quality"].tolist() == ["estimate", "derived"]


@pytest.mark.parametrize(
    ("x", "cell_m", "ssbid"), [(-74_875, 250, "19250006618250"), (-74_125, 1000, "19250006618000")]
)
def test_ids_are_those_of_ssb_also_west_of_the_zero_meridian_of_the_grid(x: float, cell_m: int, ssbid: str) -> None:
    assert cells.grid_id(pd.Series([x]), pd.Series([6_618_375.0]), cell_m).tolist() == [ssbid]
