"""Bases lie among people, names lie where people live."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from worlds.basics import UTM33, areas, box

from factgeo.building import places

EAST, NORTH = 300_000, 6_700_000  # inland south Norway, so that degrees come out in range
OUTLINES = areas("unit_code", u030101=box(EAST, NORTH, 10_000), u1101=box(EAST + 10_000, NORTH, 10_000))
CELLS = pd.DataFrame(
    {
        "ssbid": ["1", "2", "3"],
        "unit_code": ["030101", "1101", "1101"],
        "x": [EAST + 500, EAST + 12_500, EAST + 18_500],
        "y": [NORTH + 500, NORTH + 500, NORTH + 500],
        "persons": [50, 900, 100],
    }
).assign(home_x=lambda t: t["x"], home_y=lambda t: t["y"])
HEALTH = pd.DataFrame(
    {
        "unit_code": ["030101", "1101"],
        "unit_name": ["Gamle Oslo", "Eigersund"],
        "admin_centre": ["Oslo", "Egersund"],
    }
)


def centres(**points: tuple[float, float] | None) -> gpd.GeoDataFrame:
    """Centres by municipality (u1101, ...), metres east and north of the corner of the drawn world."""
    shapes = [shapely.Point(EAST + p[0], NORTH + p[1]) if p else None for p in points.values()]
    columns = {"municipality_code": [name.lstrip("u") for name in points]}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=UTM33)


def bases(**points: tuple[float, float] | None) -> dict[str, tuple[int, int]]:
    """Base of each unit in metres from the corner of the drawn world."""
    table = places.bases(HEALTH, CELLS, centres(**points), OUTLINES)
    spots = gpd.GeoSeries(gpd.points_from_xy(table["base_lon"], table["base_lat"]), crs=4326).to_crs(UTM33)
    metres = zip(spots.x - EAST, spots.y - NORTH, strict=True)
    return {
        code: (round(x / 10) * 10, round(y / 10) * 10) for code, (x, y) in zip(table["unit_code"], metres, strict=True)
    }


def test_the_base_of_a_municipality_is_its_administrative_centre() -> None:
    assert bases(u1101=(17_000, 600))["1101"] == (17_000, 600)


def test_the_base_of_a_municipality_without_known_centre_is_its_most_populous_cell() -> None:
    assert bases(u1101=None)["1101"] == (12_500, 500)


def test_a_centre_far_from_all_people_is_no_base() -> None:
    assert bases(u1101=(17_000, 9_000))["1101"] == (12_500, 500)


def test_a_centre_among_another_units_people_is_no_base() -> None:
    assert bases(u1101=(600, 600))["1101"] == (12_500, 500)


def test_the_base_of_a_district_is_its_most_populous_cell_also_where_the_city_has_a_centre() -> None:
    assert bases(u0301=(9_000, 9_000))["030101"] == (500, 500)


def test_a_base_off_the_coast_is_moved_into_its_unit() -> None:
    at_sea = CELLS.assign(home_y=[NORTH - 40, NORTH + 500, NORTH + 500])
    table = places.bases(HEALTH, at_sea, centres(u1101=None), OUTLINES).set_index("unit_code")
    lonlat = shapely.Point(table.loc["030101", ["base_lon", "base_lat"]].tolist())
    (spot,) = gpd.GeoSeries([lonlat], crs=4326).to_crs(UTM33)
    assert OUTLINES.geometry[0].contains(spot)


def built(names: pd.DataFrame) -> pd.DataFrame:
    units = places.bases(HEALTH, CELLS, centres(u1101=None), OUTLINES).assign(
        municipality_code=["0301", "1101"], municipality_name=["Oslo", "Eigersund"]
    )
    crossings = pd.DataFrame(
        {
            "quay_a": ["Lavik", "Barmen"],
            "quay_b": ["unnamed stop", "Barmsund"],
            "point_a": np.array([shapely.Point(EAST + 12_000, NORTH), None], dtype=object),
            "point_b": np.array([shapely.Point(EAST + 12_000, NORTH - 5_000), None], dtype=object),
        }
    )
    return places.build(names, crossings, units, CELLS, centres(u0301=(5_000, 5_000), u1101=None))


def label(name: str, kind: str, x: float, y: float) -> dict[str, object]:
    return {"name": name, "kind": kind, "language": "norsk", "x": EAST + x, "y": NORTH + y}


NAMES = pd.DataFrame([label("Hellvik", "tettsted", 16_500, 900), label("Fjellheim", "grend", 15_500, 9_500)])


def test_a_name_moves_from_its_label_to_the_nearest_inhabited_cell() -> None:
    (place,) = built(NAMES)[lambda t: t["name"] == "Hellvik"].itertuples()
    (spot,) = gpd.GeoSeries([shapely.Point(place.lon, place.lat)], crs=4326).to_crs(UTM33)
    assert spot.distance(shapely.Point(EAST + 18_500, NORTH + 500)) < 2
    assert place.municipality_code == "1101"


def test_a_name_far_from_all_people_is_left_out() -> None:
    assert "Fjellheim" not in set(built(NAMES)["name"])


def test_quays_are_found_by_name_where_they_are_named_and_drawn() -> None:
    table = built(NAMES)
    assert table.loc[table["kind"] == "quay", "name"].tolist() == ["Lavik"]


def test_a_city_with_districts_has_its_own_centre() -> None:
    table = built(NAMES)
    (city,) = table[(table["kind"] == "centre") & (table["municipality_code"] == "0301")].itertuples()
    (spot,) = gpd.GeoSeries([shapely.Point(city.lon, city.lat)], crs=4326).to_crs(UTM33)
    assert city.name == "Oslo"
    assert spot.distance(shapely.Point(EAST + 5_000, NORTH + 5_000)) < 2
