"""Outlines of the units as one clean coverage, and the unit of each point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from worlds.basics import UTM33, areas, box, refusal

from factgeo.building import units
from factgeo.errors import SourceError

KM = 1_000.0
# the city 0301 with two districts (they reach into the sea north of y = 10 km), and two municipalities east of it
CITY = box(0, 0, 10 * KM)
DISTRICTS = areas("unit_code", u030101=box(0, 0, 5 * KM, 14 * KM), u030102=box(5 * KM, 0, 5 * KM, 14 * KM))
HEALTH = pd.DataFrame(
    {"unit_code": ["030101", "030102", "1101", "1102"], "municipality_code": ["0301", "0301", "1101", "1102"]}
)


def municipalities(gap_m: float = 0.0) -> gpd.GeoDataFrame:
    """City, neighbour and neighbour's neighbour; a gap between the last two runs along part of their border."""
    west, east = box(10 * KM, 0, 10 * KM), box(20 * KM, 0, 10 * KM)
    notch = shapely.Polygon([(20 * KM, 4 * KM), (20 * KM + gap_m, 5 * KM), (20 * KM, 6 * KM)])
    return areas("municipality_code", u0301=CITY, u1101=west, u1102=east.difference(notch) if gap_m else east)


def built(gap_m: float = 0.0) -> gpd.GeoSeries:
    outlines = units.build(municipalities(gap_m), DISTRICTS, HEALTH)
    return outlines.set_index("unit_code").geometry


def test_a_city_is_divided_into_its_districts_clipped_at_the_coast() -> None:
    outlines = built()
    assert outlines.index.tolist() == ["030101", "030102", "1101", "1102"]
    assert outlines.area.round(-4).tolist() == [50 * KM**2, 50 * KM**2, 100 * KM**2, 100 * KM**2]


def test_a_sliver_between_two_outlines_is_filled() -> None:
    outlines = built(gap_m=40)
    assert shapely.coverage_is_valid(outlines.to_numpy())
    assert round(shapely.union_all(outlines.to_numpy()).area, -4) == 300 * KM**2


def test_a_lake_between_two_outlines_stays_water() -> None:
    assert round(built(gap_m=400).area.sum() - 300 * KM**2) == -400 * KM


def test_outlines_do_not_overlap_where_the_map_draws_them_so() -> None:
    overlapping = areas(
        "municipality_code", u0301=CITY, u1101=box(10 * KM, 0, 10 * KM + 30), u1102=box(20 * KM, 0, 10 * KM)
    )
    outlines = units.build(overlapping, DISTRICTS, HEALTH)
    assert shapely.coverage_is_valid(outlines.geometry.to_numpy())


def test_generalised_outlines_still_share_their_borders_and_keep_their_area() -> None:
    wave = [(10 * KM + 200 * np.sin(y / 300), y) for y in np.arange(0, 10 * KM + 1, 50)]
    west = shapely.Polygon([(0, 0), *wave, (0, 10 * KM)])
    south = shapely.Polygon([(20 * KM, 0), *wave[:98], (20 * KM, wave[97][1])])  # three meet on a bend
    north = shapely.Polygon([(20 * KM, wave[97][1]), *wave[97:], (20 * KM, 10 * KM)])
    exact = areas("unit_code", u1101=west, u1102=south, u1103=north)
    simple = units.generalise(exact)
    assert shapely.get_num_coordinates(simple.geometry).sum() < 0.5 * shapely.get_num_coordinates(exact.geometry).sum()
    assert shapely.coverage_is_valid(simple.geometry.to_numpy())
    assert (abs(simple.area / exact.area - 1) < 0.01).all()


def test_outlines_that_generalising_would_distort_are_generalised_less() -> None:
    islet = shapely.Point(0, 0).buffer(300)
    assert abs(units.generalise(areas("unit_code", u1151=islet)).area[0] / islet.area - 1) < 0.01


def test_units_on_the_map_and_in_the_table_must_be_the_same() -> None:
    fewer = HEALTH[HEALTH["unit_code"] != "1102"]
    message = refusal(SourceError, lambda: units.build(municipalities(), DISTRICTS, fewer))
    assert "Missing in the table: 1102" in message
    one = DISTRICTS[DISTRICTS["unit_code"] != "030102"]
    message = refusal(SourceError, lambda: units.build(municipalities(), one, HEALTH))
    assert "Missing on the map: 030102" in message


def located(*points: tuple[float, float]) -> list[str]:
    outlines = units.build(municipalities(), DISTRICTS, HEALTH)
    spots = gpd.GeoSeries(shapely.points(points), crs=UTM33)
    return units.locate(spots, outlines, DISTRICTS).tolist()


def test_a_point_belongs_to_the_unit_it_lies_in() -> None:
    assert located((1 * KM, KM), (9 * KM, KM), (11 * KM, KM), (21 * KM, KM)) == ["030101", "030102", "1101", "1102"]


def test_a_point_off_the_coast_belongs_to_the_nearest_unit() -> None:
    assert located((15 * KM, -200), (29 * KM, 10 * KM + 48), (90 * KM, 90 * KM)) == ["1101", "1102", "1102"]


def test_a_point_off_a_citys_coast_belongs_to_the_district_that_reaches_into_the_sea_there() -> None:
    bent = areas("unit_code", u030101=box(0, 0, 5 * KM, 10 * KM), u030102=box(5 * KM, 0, 5 * KM, 14 * KM))
    bent.loc[1, "geometry"] = bent.geometry[1].union(box(3 * KM, 10 * KM + 50, 2 * KM))
    outlines = units.build(municipalities(), bent, HEALTH)
    off = gpd.GeoSeries(shapely.points([(4 * KM, 10 * KM + 100), (1 * KM, 10 * KM + 100)]), crs=UTM33)
    assert units.locate(off, outlines, bent).tolist() == ["030102", "030101"]
