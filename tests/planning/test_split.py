"""Big units in parts: a town drawn by hand where the answer is known, and the towns of the shipped pack."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from worlds.basics import UTM33, box, line

from factgeo import settings as factgeo_settings
from factgeo.atlas.pack import Atlas
from factgeo.planning.split import TOLERANCES, Split, _direction, _grow, _town, joined_cells, split
from factgeo.settings import Settings
from factgeo.travel import access, network
from factgeo.travel import times as travel_times
from factgeo.travel.bases import Base
from factgeo.travel.network import RoadNetwork

SETTINGS = factgeo_settings.load()
WEST, SOUTH = 260_000, 6_650_000
PLACES = pd.DataFrame({"kind": ["town"], "name": ["By"], "municipality_code": ["1101"], "lon": [10.7], "lat": [59.9]})


def world(people: dict[tuple[int, int], int], *roads: tuple[str, int, int, shapely.LineString]) -> Atlas:
    """One unit: residents by column and row of their 1 km cell; roads as kind, nodes and line (km from the corner)."""
    middle = np.array([(WEST + 1000 * x + 500, SOUTH + 1000 * y + 500) for x, y in people])
    cells = pd.DataFrame({
        "ssbid": [f"2{x - 500:06d}{y - 500:07d}" for x, y in middle], "unit_code": "1101",
        "x": middle[:, 0], "y": middle[:, 1], "home_x": middle[:, 0], "home_y": middle[:, 1],
        "persons": list(people.values()),
    })  # fmt: skip
    lines = [shapely.transform(way, lambda xy: 1000 * xy + (WEST, SOUTH)) for *_, way in roads]
    edges = gpd.GeoDataFrame(
        {"kind": [r[0] for r in roads], "from_node": [r[1] for r in roads], "to_node": [r[2] for r in roads]},
        geometry=lines,
        crs=UTM33,
    )
    texts = {"number": "", "oneway": "B", "season": "", "in_service": "", "crossing": "", "road_class": "F"}
    unknown = dict.fromkeys(["limit_kph", "forward_min", "backward_min", "crossing_min", "headway_min"], np.nan)
    edges = edges.assign(**texts, **unknown, tunnel=False, length_m=edges.length)
    lon, lat = gpd.GeoSeries(gpd.points_from_xy(*middle[:1].T), crs=UTM33).to_crs(4326).get_coordinates().iloc[0]
    units = gpd.GeoDataFrame(
        {"municipality_code": ["1101"], "base_name": ["By"], "base_lon": [lon], "base_lat": [lat]},
        index=["1101"],
        geometry=[box(WEST - 50_000, SOUTH - 50_000, 100_000)],
        crs=UTM33,
    )
    land = units.geometry.to_numpy()
    get_on = access.find(shapely.points(middle), edges, land, limit_m=2000)
    manifest = {"settings": {"resolution": "1km", "reach_m": 2000}}
    return Atlas(Path(), manifest).changed(cells=cells, roads=edges, units=units, cell_access=get_on, places=PLACES)


def joined(atlas: Atlas, settings: Settings = SETTINGS) -> tuple[set[tuple[int, int]], int]:
    """Pairs of joined cells, each once, and how many pieces had to be tied."""
    found = joined_cells(atlas, "1101", network.from_table(atlas.roads, settings), settings)
    return {(a, b) for a, others in found.neighbours.items() for b in others if a < b}, found.tied


def in_parts(atlas: Atlas, pieces: int, settings: Settings = SETTINGS) -> Split:
    return split(atlas, "1101", network.from_table(atlas.roads, settings), settings, pieces=pieces)


def residents(atlas: Atlas, found: Split) -> list[int]:
    persons = atlas.cells.set_index("ssbid")["persons"]
    return [int(persons[list(part.cells)].sum()) for part in found.parts]


def with_per_team(persons: int) -> Settings:
    return SETTINGS.model_copy(
        update={"capacity": SETTINGS.capacity.model_copy(update={"enabled": True, "per_team": persons})}
    )


# -- cells along roads

STREET = ("road", 0, 1, line((0, 0.5), (9, 0.5)))  # eastwards through the cells of row 0


def test_cells_follow_one_another_along_a_road() -> None:
    assert joined(world({(0, 0): 10, (3, 0): 10, (6, 0): 10, (8, 0): 10}, STREET)) == ({(0, 1), (1, 2), (2, 3)}, 0)


def test_cells_join_across_a_junction_and_whoever_lives_nearer_owns_it() -> None:
    north = ("road", 1, 2, line((9, 0.5), (9, 6.5)))
    east = ("road", 1, 3, line((9, 0.5), (20, 0.5)))
    # the junction belongs to the cell 1.5 km west of it; the two others meet there, not each other
    assert joined(world({(7, 0): 10, (8, 5): 10, (15, 0): 10}, STREET, north, east)) == ({(0, 1), (0, 2)}, 0)


def test_a_cell_far_off_the_road_joins_whoever_owns_the_spot_where_it_gets_on() -> None:
    assert joined(world({(2, 0): 10, (3, 2): 10, (4, 0): 10}, STREET))[0] >= {(0, 2)}
    assert len(joined(world({(2, 0): 10, (3, 2): 10, (4, 0): 10}, STREET))[0]) == 2


def test_cells_side_by_side_are_joined_where_the_way_by_road_is_short_and_only_there() -> None:
    parallel = ("road", 2, 3, line((0, 1.5), (9, 1.5)))
    people = {(0, 0): 10, (0, 1): 10, (8, 0): 10, (8, 1): 10}
    linked = ("road", 0, 2, line((0, 0.5), (0, 1.5)))
    assert joined(world(people, STREET, parallel, linked))[0] == {(0, 1), (0, 2), (1, 3)}


def test_a_ferry_joins_only_where_ferries_count() -> None:
    island = ("road", 2, 3, line((15, 0.5), (20, 0.5)))
    ferry = ("ferry", 1, 2, line((9, 0.5), (15, 0.5)))
    atlas = world({(8, 0): 10, (16, 0): 10}, STREET, ferry, island)
    by_road = SETTINGS.model_copy(update={"whole": SETTINGS.whole.model_copy(update={"links": ("road",)})})
    assert joined(atlas) == ({(0, 1)}, 0)
    assert joined(atlas, by_road) == ({(0, 1)}, 1)


def test_nobody_is_dropped_without_a_road_but_tied_to_the_nearest_cell() -> None:
    assert joined(world({(0, 0): 10, (3, 0): 10, (4, 9): 10, (4, 12): 10}, STREET)) == ({(0, 1), (1, 2), (2, 3)}, 2)


# -- a drawn town


def test_a_row_of_four_equal_cells_is_cut_in_the_middle() -> None:
    found = in_parts(world({(0, 0): 10, (2, 0): 10, (6, 0): 10, (8, 0): 10}, STREET), 2)
    cells = ["22600006650000", "22620006650000", "22660006650000", "22680006650000"]
    assert [part.cells for part in found.parts] == [tuple(cells[:2]), tuple(cells[2:])]
    assert [part.code for part in found.parts] == ["1101.1", "1101.2"]
    assert (found.balance, found.status, found.gap) == (0.1, "optimal", 0.0)
    assert [part.base.kind for part in found.parts] == ["centre", "dense"]
    assert [part.base.name for part in found.parts] == ["By", "By Ø"]


def test_the_tolerance_grows_until_whole_cells_fit() -> None:
    people = {(0, 0): 16, (2, 0): 10, (6, 0): 4}  # 16 and 14 is best: within 10 %
    assert in_parts(world(people, STREET), 2).balance == 0.1
    people = {(0, 0): 21, (2, 0): 5, (6, 0): 4}  # 21 and 9: 40 % from 15
    assert in_parts(world(people, STREET), 2).balance == 0.4


def test_no_part_is_above_the_capacity_unless_a_single_cell_is() -> None:
    people = {(0, 0): 14, (2, 0): 10, (6, 0): 12}
    atlas = world(people, STREET)
    assert sorted(residents(atlas, in_parts(atlas, 2, with_per_team(24)))) in ([12, 24], [14, 22])
    assert sorted(residents(atlas, in_parts(atlas, 2, with_per_team(22)))) == [14, 22]
    beyond = in_parts(atlas, 3, with_per_team(13))
    assert math.isinf(beyond.balance)
    assert sum(residents(atlas, beyond)) == 36


def test_fewer_parts_than_the_capacity_asks_for_are_balanced_all_the_same() -> None:
    atlas = world({(0, 0): 10, (2, 0): 10, (6, 0): 10, (8, 0): 10}, STREET)
    found = in_parts(atlas, 2, with_per_team(15))
    assert (residents(atlas, found), found.balance) == ([20, 20], 0.1)


def test_a_unit_with_fewer_cells_than_parts_gets_one_part_per_cell() -> None:
    atlas = world({(0, 0): 10, (2, 0): 30}, STREET)
    assert residents(atlas, in_parts(atlas, 5)) == [10, 30]


def test_one_part_is_the_whole_unit_and_none_is_refused() -> None:
    atlas = world({(0, 0): 10, (2, 0): 30}, STREET)
    assert residents(atlas, in_parts(atlas, 1)) == [40]
    with pytest.raises(ValueError, match="at least 1"):
        in_parts(atlas, 0)


@pytest.mark.parametrize(
    ("lon", "lat", "wind"), [(10, 60.1, "N"), (10.2, 60, "Ø"), (9.8, 60.1, "NV"), (10.2, 59.9, "SØ"), (9.8, 60, "V")]
)
def test_bases_of_one_name_are_told_apart_by_their_direction(lon: float, lat: float, wind: str) -> None:
    assert _direction([Base("1101", "By", 10, 60)], Base("1101", "By", lon, lat, "dense")) == wind


# -- the shipped pack

TOWNS = {"Bærum": ("3201", 3), "Kristiansand": ("4204", 3), "Tromsø": ("5501", 2), "Grünerløkka": ("030102", 2)}


@pytest.fixture(scope="module")
def roads(shipped: Atlas) -> RoadNetwork:
    return network.from_table(shipped.roads, SETTINGS)


@pytest.fixture(scope="module", params=TOWNS.values(), ids=TOWNS.keys())
def town(request: pytest.FixtureRequest, shipped: Atlas, roads: RoadNetwork) -> tuple[str, Split]:
    code, pieces = request.param
    return code, split(shipped, code, roads, SETTINGS, pieces=pieces)


def test_every_cell_of_a_town_is_in_one_part_and_the_residents_add_up(shipped: Atlas, town: tuple[str, Split]) -> None:
    code, found = town
    cells = [cell for part in found.parts for cell in part.cells]
    assert sorted(cells) == sorted(shipped.cells.loc[shipped.cells["unit_code"] == code, "ssbid"])
    assert sum(residents(shipped, found)) == shipped.population.at[code, "persons"]
    assert len(found.parts) == dict(TOWNS.values())[code]


def test_the_parts_of_a_town_are_balanced_and_none_is_above_the_capacity(
    shipped: Atlas, town: tuple[str, Split]
) -> None:
    persons = residents(shipped, town[1])
    mean, balance = sum(persons) / len(persons), town[1].balance
    assert balance in TOLERANCES[:3]
    assert all((1 - balance) * mean - 1 <= each <= (1 + balance) * mean + 1 for each in persons)
    assert max(persons) <= SETTINGS.capacity.per_team


def test_each_part_of_a_town_is_connected(shipped: Atlas, roads: RoadNetwork, town: tuple[str, Split]) -> None:
    code, found = town
    ids = shipped.cells.loc[shipped.cells["unit_code"] == code, "ssbid"].to_numpy()
    neighbours = joined_cells(shipped, code, roads, SETTINGS).neighbours
    graph = nx.Graph([(ids[a], ids[b]) for a, others in neighbours.items() for b in others])
    assert all(nx.is_connected(graph.subgraph(part.cells)) for part in found.parts)


def test_each_base_of_a_town_lies_in_its_own_part(shipped: Atlas, town: tuple[str, Split]) -> None:
    code, found = town
    cells = shipped.cells[shipped.cells["unit_code"] == code]
    for part in found.parts:
        base = travel_times.as_points(np.array([part.base.lon]), np.array([part.base.lat]))[0]
        away = np.maximum(abs(cells["x"] - base.x), abs(cells["y"] - base.y))
        assert cells.at[away.idxmin(), "ssbid"] in part.cells


def test_the_parts_of_a_town_are_numbered_from_its_centre_and_told_apart(town: tuple[str, Split]) -> None:
    code, found = town
    assert [part.code for part in found.parts] == [f"{code}.{k + 1}" for k in range(len(found.parts))]
    north = [part.base.lat for part in found.parts[1:]]
    assert north == sorted(north, reverse=True)
    assert len({part.base.name for part in found.parts}) == len(found.parts)


def test_the_same_town_is_cut_the_same_way_again(shipped: Atlas, roads: RoadNetwork) -> None:
    again = [split(shipped, "3201", roads, SETTINGS, pieces=3) for _ in range(2)]
    assert again[0] == again[1]


def test_parts_grown_without_a_solver_are_connected_and_complete(shipped: Atlas, roads: RoadNetwork) -> None:
    drawn = _town(shipped, "5501", roads, SETTINGS, 3)
    base_of = _grow(drawn, 3)
    graph = nx.Graph([(a, b) for a, others in drawn.neighbours.items() for b in others])
    assert sorted(base_of) == list(range(len(drawn.cells)))
    for base in range(3):
        assert nx.is_connected(graph.subgraph([cell for cell, its in base_of.items() if its == base]))
        assert base_of[int(drawn.home[base])] == base
