"""Population potential against brute force on drawn worlds, NetworkX and plain pandas on the shipped roads."""

from __future__ import annotations

from contextvars import copy_context
from dataclasses import replace
from threading import Event

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from worlds.basics import refusal
from worlds.networks import NO_ACCESS, oracle, small_networks
from worlds.potentials import ASKED, DEFAULT

from factgeo import settings as factgeo_settings
from factgeo.atlas import areas, places
from factgeo.atlas.access import Access
from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError, SettingsError
from factgeo.progress import stop_on
from factgeo.reach import potential
from factgeo.reach.potential import AreaPotential, People, PlacePotential, Potentials, Reached, Rules
from factgeo.settings import Settings
from factgeo.travel import network
from factgeo.travel import times as travel_times
from factgeo.travel.network import RoadNetwork

SHORT = Rules(minutes=(1, 3, 6), reach=3, half_life_min=2.0, levels=(20, 60), best=3)


@pytest.fixture(scope="module")
def area(shipped: Atlas) -> AreaPotential:
    return potential.of_area(shipped, areas.resolve("Helse Førde", shipped), DEFAULT, ASKED)


@pytest.fixture(scope="module")
def town(shipped: Atlas) -> PlacePotential:
    return potential.of_place(shipped, places.resolve("Førde", shipped), DEFAULT, ASKED)


def drawn_people(cells: int) -> People:
    """Residents of so many cells: every number different, in two border zones."""
    persons = np.array([3.0**k for k in range(1, cells + 1)])
    return People(persons, 2.0 ** np.arange(cells), persons / 7, np.arange(cells) % 2)


def brute_force(seconds: np.ndarray, who: People, zones: np.ndarray, asked: Rules) -> Potentials:
    """The same sums, cell by cell."""
    shape = (len(seconds), len(asked.minutes))
    residents, adults, own = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    young, gravity = np.zeros(shape), np.zeros(len(seconds))
    for row, to_cells in enumerate(seconds):
        for cell, away in enumerate(to_cells):
            if away == travel_times.UNREACHABLE:
                continue
            gravity[row] += who.persons[cell] * 2 ** (-away / 60 / asked.half_life_min)
            for k, limit in enumerate(asked.minutes):
                if away <= 60 * limit:
                    residents[row, k] += int(who.persons[cell])
                    adults[row, k] += int(who.adults[cell])
                    young[row, k] += who.young[cell]
                    own[row, k] += int(who.persons[cell]) if who.zone[cell] == zones[row] else 0
    return Potentials(residents, adults, young, own, gravity)


def assert_equal(found: Potentials, expected: Potentials) -> None:
    assert (found.residents == expected.residents).all()
    assert (found.adults == expected.adults).all()
    assert (found.own_zone == expected.own_zone).all()
    assert found.young == pytest.approx(expected.young)
    assert found.gravity == pytest.approx(expected.gravity, rel=1e-5)


@pytest.mark.parametrize("compiled", [True, False])
@settings(max_examples=100, deadline=None)
@given(drawn=small_networks())
def test_a_potential_is_the_sum_over_all_cells_that_networkx_finds_within_reach(
    drawn: tuple[RoadNetwork, Access, Access],
    compiled: bool,  # noqa: FBT001
) -> None:
    roads, starts, cells = drawn
    who, zones = drawn_people(len(cells.edge)), np.arange(len(starts.edge)) % 2
    found = potential.potentials(roads, starts, zones, cells, who, NO_ACCESS, SHORT, compiled=compiled)
    assert_equal(found, brute_force(oracle(roads, starts, cells), who, zones, SHORT))


def test_both_engines_agree_on_a_sample_of_the_shipped_cells(shipped: Atlas) -> None:
    rows = np.arange(7, len(shipped.cells), 2_500)
    roads, who = network.from_table(shipped.roads, DEFAULT), potential.people(shipped, DEFAULT)
    starts, cells = shipped.cell_access.of(rows), shipped.cell_access
    given_all = (roads, starts, who.zone[rows], cells, who, DEFAULT, ASKED)
    fast = potential.potentials(*given_all, compiled=True)
    assert fast.residents.max() > 100_000
    assert_equal(fast, potential.potentials(*given_all, compiled=False))


def test_a_sample_of_cells_equals_networkx_and_plain_pandas(shipped: Atlas, area: AreaPotential) -> None:
    roads, cells, at = network.from_table(shipped.roads, DEFAULT), shipped.cells, shipped.cell_access
    graph: nx.DiGraph[int] = nx.DiGraph()
    for tail, head, seconds, _ in zip(*travel_times.directed(roads), strict=True):
        if not graph.has_edge(tail, head) or graph[tail][head]["s"] > seconds:
            graph.add_edge(int(tail), int(head), s=int(seconds))
    starts, arrive = travel_times.set_out(roads, at), travel_times.arrive(roads, at, travel_times.doors(at, DEFAULT))
    own_door = travel_times.doors(at, DEFAULT)
    inside = np.flatnonzero(cells["unit_code"].isin(area.area.units).to_numpy())
    for row in np.flatnonzero(at.edge[inside] >= 0)[[0, 700, 1500, 2300]].tolist():
        cell = int(inside[row])
        away = np.full(roads.nodes, np.inf)
        for node, first in zip(starts.node[cell], starts.seconds[cell], strict=True):
            for other_node, then in nx.single_source_dijkstra_path_length(graph, int(node), weight="s").items():
                away[other_node] = min(away[other_node], first + then)
        by_a, by_b = away[arrive.node_a] + arrive.from_a, away[arrive.node_b] + arrive.from_b
        other = at.edge != at.edge[cell]  # on the start's own road one need not go by its ends
        minutes = pd.Series((np.minimum(by_a, by_b) + own_door[cell]) / 60)[other]
        near = travel_times.seconds_to_cells(
            roads, at.of(slice(cell, cell + 1)), at.of(np.flatnonzero(~other)), DEFAULT
        )[0]
        along = cells[~other].assign(minutes=np.where(near == travel_times.UNREACHABLE, np.inf, near / 60))
        table = pd.concat([cells[other].assign(minutes=minutes), along])
        by_hand = [int(table.loc[table["minutes"] <= limit, "persons"].sum()) for limit in ASKED.minutes]
        assert area.of_cells.residents[row].tolist() == by_hand


def test_more_minutes_never_reach_fewer(area: AreaPotential) -> None:
    of = area.of_cells
    for table in (of.residents, of.adults, of.young, of.own_zone):
        assert (np.diff(table, axis=1) >= 0).all()
    assert (of.adults <= of.residents).all()
    assert (of.own_zone <= of.residents).all()
    assert (of.own_zone < of.residents).any()


def test_gravity_lies_between_those_next_door_and_all_whom_a_road_reaches(shipped: Atlas) -> None:
    rows = np.flatnonzero((shipped.cells["unit_code"] == "4647").to_numpy())[:5]
    roads, who = network.from_table(shipped.roads, DEFAULT), potential.people(shipped, DEFAULT)
    starts = shipped.cell_access.of(rows)

    def gravity(half_life_min: float) -> np.ndarray:
        asked = replace(ASKED, half_life_min=half_life_min)
        return potential.potentials(roads, starts, who.zone[rows], shipped.cell_access, who, DEFAULT, asked).gravity

    seconds = travel_times.seconds_to_cells(roads, starts, shipped.cell_access, DEFAULT)
    everyone = (seconds != travel_times.UNREACHABLE) @ who.persons
    assert everyone.min() > 5_000_000
    assert gravity(1e9) == pytest.approx(everyone, rel=1e-4)
    assert (gravity(0.01) < who.persons[rows] + 1).all()
    assert (gravity(15) < gravity(30)).all()
    assert (gravity(30) < gravity(60)).all()


def test_young_people_of_the_cells_add_up_to_those_of_their_unit(shipped: Atlas) -> None:
    who = potential.people(shipped, DEFAULT)
    by_unit = pd.Series(who.young).groupby(shipped.cells["unit_code"]).sum()
    assert by_unit.to_numpy() == pytest.approx(shipped.counted("12-25").loc[by_unit.index].to_numpy())


def test_people_beyond_the_border_count_but_not_in_the_own_zone(shipped: Atlas) -> None:
    spot = places.resolve("Stryn", shipped)
    found = potential.of_place(shipped, spot, DEFAULT, ASKED)
    trust = shipped.units["hf_name"]
    near = found.cells[found.cells["minutes"] <= 90]
    own = near["unit_code"].map(trust) == trust[found.place.unit_code]
    assert found.place.own_zone[-1] == near.loc[own, "persons"].sum() < found.place.residents[-1]
    nowhere = factgeo_settings.load(assignments=["border=none"])
    free = potential.of_place(shipped, spot, nowhere, ASKED).place
    assert free.own_zone == free.residents == found.place.residents


def test_a_place_is_what_its_cells_and_units_add_up_to(town: PlacePotential) -> None:
    place = town.place
    assert (place.name, place.unit_code) == ("Førde", "4647")
    for k, limit in enumerate(ASKED.minutes):
        near = town.cells[town.cells["minutes"] <= limit]
        assert place.residents[k] == near["persons"].sum() == sum(unit.within[k] for unit in town.from_units)
        assert place.adults[k] == near["adults"].sum()
        assert place.young[k] == pytest.approx(near["young"].sum(), abs=0.5)
        group = place.target_group[k]
        assert group.central == round(0.0064 * place.adults[k])
        assert group.low < group.central < group.high
        assert 0 <= town.by_ferry[k] <= place.residents[k]
    assert town.from_units[0].name == "Sunnfjord"


def test_without_waiting_more_people_are_within_reach(shipped: Atlas) -> None:
    quick = factgeo_settings.load(assignments=["ferry.wait_rule=none"])
    spot = places.resolve("Molde", shipped)
    then, now = (potential.of_place(shipped, spot, rules, ASKED).place.residents for rules in (quick, DEFAULT))
    assert all(a >= b for a, b in zip(then, now, strict=True))
    assert then[-1] > now[-1]


def at_lavik(atlas: Atlas, rules: Settings) -> tuple[Reached, int]:
    """The potential of Lavik, as a place and as a base of its municipality alike; those by ferry within the longest."""
    spot = places.resolve("Lavik", atlas)
    own = {"bases": {"sites": [{"name": spot.name, "lon": spot.lon, "lat": spot.lat}]}}
    of_area = potential.of_area(
        atlas, areas.resolve("Høyanger", atlas), factgeo_settings.load(start=rules, tables=own), ASKED
    )
    base = next(each for each in potential.of_bases(of_area) if each.name == "Lavik")
    found = potential.of_place(atlas, spot, rules, ASKED)
    assert replace(found.place, kind=base.kind) == base
    assert found.place.residents[-1] == found.cells["persons"].sum()
    return found.place, found.by_ferry[-1]


def test_a_closed_ferry_a_bridge_and_a_timetable_change_whom_a_quay_reaches(shipped: Atlas) -> None:
    quays = [places.resolve(name, shipped) for name in ("Lavik", "Oppedal")]
    ends = {"start": (quays[0].lon, quays[0].lat), "end": (quays[1].lon, quays[1].lat)}
    bridge = {"roads": {"added": [{"name": "Sognefjorden", **ends, "minutes": 6, "km": 6}]}}
    today, by_ferry = at_lavik(shipped, DEFAULT)
    closed, by_other_ferries = at_lavik(shipped, factgeo_settings.load(assignments=['roads.closed=["Lavik-Oppedal"]']))
    built, no_more = at_lavik(shipped, factgeo_settings.load(tables=bridge))
    often, _ = at_lavik(shipped, factgeo_settings.load(tables={
        "ferry": {"wait_rule": "half_headway", "timetable": {"Lavik-Oppedal": 1}}
    }))  # fmt: skip
    assert closed.residents[0] == today.residents[0]  # nobody over there is within half an hour
    assert closed.residents[-1] < today.residents[-1] < often.residents[-1] < built.residents[-1]
    assert closed.gravity < today.gravity < often.gravity < built.gravity
    assert by_other_ferries < by_ferry
    assert no_more < by_ferry


def test_the_best_place_reaches_most_and_each_next_adds_most_that_none_before_it_reaches(
    shipped: Atlas, area: AreaPotential
) -> None:
    k = ASKED.column
    assert area.best[0].place.residents[k] == max(
        area.of_cells.residents[:, k].max(), area.of_bases.residents[:, k].max()
    )
    assert len(area.best) == ASKED.best
    new = [best.new for best in area.best]
    assert new == sorted(new, reverse=True)
    taken: set[str] = set()
    for best in area.best[:4]:
        spot = places.Place("x", best.place.lon, best.place.lat)
        near = potential.of_place(shipped, spot, DEFAULT, ASKED).cells
        within = near[near["minutes"] <= ASKED.reach]
        mine = within[~within["ssbid"].isin(taken)]["persons"].sum()
        assert best.new == pytest.approx(mine, rel=0.01)  # a cell's place is told to five decimals of a degree
        taken |= set(within["ssbid"])


def test_who_lives_where_a_team_could_stand_is_counted_by_hand(area: AreaPotential) -> None:
    k = ASKED.column
    for each in area.standing:
        counted = (area.of_cells.residents if each.who == "residents" else area.of_cells.adults)[:, k]
        assert each.cells == sum(count >= each.level for count in counted.tolist())
        assert each.residents == area.cells["persons"][counted >= each.level].sum()
        assert each.own_zone is None or 0 <= each.own_zone <= each.residents
    assert [each.level for each in area.standing] == [15_000, 40_000, 40_000]


def test_residents_without_a_road_are_counted_and_reach_nobody(shipped: Atlas, area: AreaPotential) -> None:
    inside = shipped.cells["unit_code"].isin(area.area.units).to_numpy()
    lost = (shipped.cell_access.edge < 0)[inside]
    assert area.off_road == area.cells["persons"][lost].sum() > 0
    assert area.of_cells.residents[lost].sum() == area.of_cells.gravity[lost].sum() == 0


def test_bases_are_listed_by_residents_within_reach(area: AreaPotential) -> None:
    listed = potential.of_bases(area)
    assert {each.name for each in listed} == {base.name for base in area.bases}
    counts = [each.residents[ASKED.column] for each in listed]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("given_limits", ["", "30,", "0", "601", "30;45", "-5", "1,2,3,4,5,6,7,8,9", "30.5", "²"])
def test_limits_that_are_none_are_refused_in_a_sentence(given_limits: str) -> None:
    message = refusal(PlanError, lambda: potential.read_minutes(given_limits))
    assert f'"{given_limits}" is no list of limits' in message


def test_limits_are_read_in_order_and_t_is_among_them() -> None:
    assert potential.read_minutes(" 90, 30,30") == (30, 90)
    own = factgeo_settings.load(tables={"potential": {"within": potential.read_minutes("90,30,30")}})
    assert potential.rules(own).minutes == (30, 60, 90)


def test_the_settings_give_the_rules_and_shape_no_plan() -> None:
    own = factgeo_settings.load(
        assignments=[
            "potential.within=[90, 20]", "potential.half_life_min=15", "potential.levels=[5000, 9000]",
            "potential.best=3", "travel.minutes=40",
        ]
    )  # fmt: skip
    assert potential.rules(own) == Rules((20, 40, 90), 40, 15.0, (5_000, 9_000), 3)
    same_plan = factgeo_settings.load(assignments=["travel.minutes=40"])
    assert potential.rules(own) != potential.rules(same_plan)
    assert own.digest() == same_plan.digest()


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("potential.levels=[40000, 15000]", "potential.levels = 40000, 15000"),
        ("potential.levels=[15000, 15000]", "potential.levels = 15000, 15000"),
        ("potential.within=[]", "potential.within cannot be []"),
        ("potential.within=[601]", "potential.within cannot be 601"),
        ("potential.half_life_min=0", ">= 1"),
        ("potential.best=0", "a whole number (>= 1"),
    ],
)
def test_settings_that_give_no_rules_are_refused_by_their_key(assignment: str, said: str) -> None:
    assert said in refusal(SettingsError, lambda: factgeo_settings.load(assignments=[assignment]))


def test_a_place_without_a_road_is_refused(shipped: Atlas) -> None:
    at_sea = places.Place("Nordsjøen", 4.1, 60.0)
    assert "Nordsjøen" in refusal(PlanError, lambda: potential.of_place(shipped, at_sea, DEFAULT, ASKED))


def test_a_stop_ends_the_potential_of_an_area(shipped: Atlas) -> None:
    asked = Event()

    def stopped() -> None:
        stop_on(asked)
        potential.of_area(shipped, areas.resolve("kommune:4636", shipped), DEFAULT, ASKED, asked.set)

    with pytest.raises(KeyboardInterrupt):
        copy_context().run(stopped)
