"""Statistics Norway's grids and residents tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from worlds.basics import UTM33, box, refusal

from factgeo.errors import SourceError
from factgeo.sources import ssb

Save = Callable[[str, str | bytes], Path]
A, B, C = "20000006600000", "20002506600000", "20005006600000"  # neighbours on the 250 m grid, from x = 0 eastwards


def grid(save: Save, year: int, **persons: int) -> ssb.Grid:
    """A 250 m grid with these cells (keys a, b, c)."""
    ids = {"a": A, "b": B, "c": C}
    rows = "".join(f"{ids[cell]};{count}\n" for cell, count in persons.items())
    return ssb.read_grid(save(f"{year}.csv", f"SSBID0250M;pop_tot\n{rows}"), year=year, cell_m=250)


def test_a_grid_id_is_the_south_west_corner_with_two_million_added_to_the_easting(save: Save) -> None:
    content = "SSBID0250M;pop_tot\n19250006618250;7\n"
    (cell,) = ssb.read_grid(save("g.csv", content), year=2019, cell_m=250).cells.itertuples()
    assert (cell.x, cell.y) == (-75_000 + 125, 6_618_250 + 125)


def test_a_grid_whose_counts_below_ten_are_all_5_is_known_as_censored(save: Save) -> None:
    assert grid(save, 2022, a=5, b=5, c=12).censored
    assert not grid(save, 2019, a=5, b=6, c=12).censored
    assert not grid(save, 2019, a=5, b=1, c=12).censored
    assert not grid(save, 2019, a=10, b=11, c=12).censored


def test_a_censored_cell_takes_its_own_exact_count_where_that_is_1_to_9(save: Save) -> None:
    censored, exact = grid(save, 2022, a=5, b=5, c=40), grid(save, 2019, a=2, b=9, c=30)
    assert ssb.uncensor(censored, exact)["persons"].tolist() == [2, 9, 40]


def test_a_censored_cell_without_such_a_count_takes_the_mean_of_1_to_9(save: Save) -> None:
    censored, exact = grid(save, 2022, a=5, b=5, c=5), grid(save, 2019, a=1, b=2, c=60)
    corrected = ssb.uncensor(censored, exact)
    assert corrected["persons"].tolist() == [1, 2, 1.5]
    assert corrected["guessed"].all()


def test_an_exact_grid_is_left_as_it_is(save: Save) -> None:
    kept = ssb.uncensor(grid(save, 2024, a=5, b=7), grid(save, 2019, a=1, b=2))
    assert kept["persons"].tolist() == [5, 7]
    assert not kept["guessed"].any()


def test_a_censored_grid_cannot_correct_another(save: Save) -> None:
    censored = grid(save, 2022, a=5, b=5)
    assert "2022" in refusal(SourceError, lambda: ssb.uncensor(censored, censored))


def test_the_1_km_grid_of_ssb_with_decimal_commas_is_read(save: Save) -> None:
    path = save("g.csv", "SSBID1000M;pop_tot;pop_mal;pop_fem;pop_ave2\n19250006616000;9;6;3;48,8\n")
    assert ssb.read_grid(path, year=2019, cell_m=1000).cells["persons"].tolist() == [9]


@pytest.mark.parametrize(("cell_m", "column"), [(250, "ssbid250m"), (1000, "ssbid1km")])
def test_the_geopackage_of_geonorge_is_read_as_well(tmp_path: Path, cell_m: int, column: str) -> None:
    table = gpd.GeoDataFrame({column: [20000006600000], "poptot": [8]}, geometry=[box(0, 0, cell_m)], crs=UTM33)
    table.to_file(tmp_path / "g.gpkg", layer="grid")
    (cell,) = ssb.read_grid(tmp_path / "g.gpkg", year=2023, cell_m=cell_m).cells.itertuples()
    assert (cell.ssbid, cell.persons, cell.x) == ("20000006600000", 8, cell_m / 2)


def test_grid_files_are_found_by_year_and_cell_size(tmp_path: Path) -> None:
    (tmp_path / "ssb").mkdir()
    for name in ("NOR0250M_POP_2019.csv", "NOR1000M_POP_2019.csv", "befolkning_250m_2023.gpkg", "notes_250m_2021.txt"):
        (tmp_path / "ssb" / name).touch()
    assert ssb.grid_files(tmp_path, 250) == {
        2019: "ssb/NOR0250M_POP_2019.csv",
        2023: "ssb/befolkning_250m_2023.gpkg",
    }
    assert ssb.grid_files(tmp_path, 1000) == {2019: "ssb/NOR1000M_POP_2019.csv"}


def test_region_codes_keep_their_leading_zero(save: Save) -> None:
    path = save("r.csv", "region_code,sex,age,year,persons\n0301,1,0,2026,4\n")
    assert ssb.read_residents(path)["region_code"].tolist() == ["0301"]
