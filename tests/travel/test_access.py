"""Where people get on the road: never on a ferry, never across the sea."""

from __future__ import annotations

import geopandas as gpd
import shapely
from worlds.basics import UTM33, box, line

from factgeo.travel import access

LAND = [box(0, -20_000, 40_000, 21_000)]  # the sea lies north of y = 1000


def get_on(
    x: float,
    y: float,
    *roads: tuple[str, shapely.LineString],
    land: list[shapely.Polygon] = LAND,
    tunnel: tuple[int, ...] = (),
    apart: tuple[int, ...] = (),
) -> tuple[int, float, float]:
    """Edge, position and metres for one point; all roads are joined to one another but those ``apart``."""
    kinds, lines = zip(*roads, strict=True)
    table = gpd.GeoDataFrame({"kind": kinds}, geometry=list(lines), crs=UTM33)
    table["tunnel"] = [k in tunnel for k in range(len(lines))]
    table["from_node"] = table["to_node"] = [1 + k if k in apart else 0 for k in range(len(lines))]
    table["length_m"] = table.length
    way = access.find(shapely.points([[x, y]]), table, gpd.GeoSeries(land).to_numpy())
    return int(way.edge[0]), float(way.position[0]), float(way.metres[0])


def test_the_nearest_spot_of_the_nearest_road_is_chosen() -> None:
    far, near = ("road", line((0, -900), (4_000, -900))), ("road", line((0, 100), (4_000, 100)))
    assert get_on(1_000, 300, far, near) == (1, 0.25, 200)


def test_nobody_gets_on_a_ferry_or_a_boat_at_sea() -> None:
    road = ("road", line((0, 0), (4_000, 0)))
    for kind in ("ferry", "boat"):
        assert get_on(1_000, 900, (kind, line((0, 850), (4_000, 850))), road)[0] == 1


def test_where_boats_alone_pass_nobody_gets_on() -> None:
    assert get_on(1_000, 900, ("boat", line((0, 850), (4_000, 850)))) == (-1, 0, float("inf"))


def test_nobody_gets_on_inside_a_tunnel() -> None:
    tunnel, road = ("road", line((0, 850), (4_000, 850))), ("road", line((0, 0), (4_000, 0)))
    assert get_on(1_000, 900, tunnel, road, tunnel=(0,))[0] == 1


def test_a_quay_without_a_road_can_be_walked_to() -> None:
    assert get_on(1_000, 900, ("landing", line((1_000, 950), (1_001, 950))))[0] == 0


FJORD = [box(0, -5_000, 20_000, 6_000), box(0, 2_000, 20_000, 6_000)]  # water from y = 1000 to y = 2000


def test_a_road_across_the_fjord_is_passed_over_for_a_further_one_on_the_same_side() -> None:
    across, own = ("road", line((0, 2_100), (9_000, 2_100))), ("road", line((0, -3_000), (9_000, -3_000)))
    assert get_on(4_000, 900, across, own, land=FJORD) == (1, 4 / 9, 3_900)


def test_who_has_a_road_only_across_the_fjord_has_none() -> None:
    across = ("road", line((0, 2_100), (9_000, 2_100)))
    assert get_on(4_000, 900, across, land=FJORD) == (-1, 0, float("inf"))


def test_a_strip_of_water_as_narrow_as_a_drawing_error_is_no_sea() -> None:
    shores = [box(0, -5_000, 20_000, 6_000), box(0, 1_250, 20_000, 6_000)]
    across = ("road", line((0, 2_100), (9_000, 2_100)))
    assert get_on(4_000, 900, across, land=shores)[0] == 0


def test_who_lives_more_than_15_km_from_every_road_has_none() -> None:
    road = ("road", line((0, -19_000), (40_000, -19_000)))
    assert get_on(20_000, -3_900, road)[0] == -1
    assert get_on(20_000, -4_100, road)[0] == 0


def test_a_road_that_no_car_can_leave_is_taken_only_where_there_is_no_other() -> None:
    own, stub = ("road", line((0, -3_000), (9_000, -3_000))), ("landing", line((4_000, 800), (4_001, 800)))
    assert get_on(4_000, 900, own, stub, apart=(1,))[0] == 0
    across = ("road", line((0, 2_100), (9_000, 2_100)))
    assert get_on(4_000, 900, across, stub, land=FJORD, apart=(1,))[0] == 1
