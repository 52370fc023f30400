"""The three measures: as published where they can be, recomputed by another route, and with sums that add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from worlds.basics import REPO

from factgeo import settings
from factgeo.atlas import areas, teams
from factgeo.atlas.pack import Atlas
from factgeo.planning import pipeline, planfile
from factgeo.planning.result import Result
from factgeo.reach import left_out as reach_left_out
from factgeo.reach import measures as reach_measures
from factgeo.reach import shares
from factgeo.reach import today as reach_today
from factgeo.reach.shares import Reach
from factgeo.reach.today import Today, TodayReading
from factgeo.travel import journeys
from factgeo.travel.times import UNREACHABLE

DEFAULT = settings.load()
CASES = pd.read_csv(REPO / "data" / "facts" / "validation_cases.csv", dtype=str, keep_default_na=False).set_index("id")
STAND_IN, T = 240 * 60, 60 * 60


@pytest.fixture(scope="module")
def norway(shipped: Atlas) -> dict[str, Reach]:
    area = areas.resolve("norge", shipped)
    return {
        "report": reach_measures.report_2017(shipped, area, DEFAULT),
        "slide": reach_measures.slide(shipped, area, DEFAULT),
    }


@pytest.fixture(scope="module")
def readings(shipped: Atlas) -> dict[TodayReading, Today]:
    area = areas.resolve("norge", shipped)
    every: tuple[TodayReading, ...] = ("narrow", "wide", "any")
    return {reading: reach_today.today(shipped, area, DEFAULT, reading) for reading in every}


# -- the published cases -----------------------------------------------------------------------------------------------


def test_the_slide_gives_the_shares_of_the_official_areas(norway: dict[str, Reach]) -> None:
    found = [round(each.share, 3) for each in norway["slide"].classes]
    assert found == [0.895, 0.101, 0.0, 0.004]
    assert norway["slide"].share == pytest.approx(1 - norway["slide"].classes[3].share)


def test_the_areas_of_the_slide_are_as_many_as_the_cases_say(norway: dict[str, Reach]) -> None:
    wanted = [CASES.at[f"dps2026_{each}_total_n", "expected_value"] for each in ("ge40", "15_40", "lt15")]
    classes = norway["slide"].classes
    assert [str(classes[k].regions) for k in (0, 1, 3)] == wanted


def test_forty_one_areas_of_whole_units_have_forty_thousand_adults(norway: dict[str, Reach]) -> None:
    large = sum(region.adults >= 40_000 for region in norway["report"].regions)
    assert large == int(CASES.at["dps2026_ge40_adults_n_units", "expected_value"])


def test_the_population_rule_of_the_report_gives_what_the_cases_say(norway: dict[str, Reach]) -> None:
    wanted = float(CASES.at["dps2026_ge15_total_share_units", "expected_value"])
    assert 100 * norway["report"].share == pytest.approx(wanted, abs=0.01)


def test_what_was_published_stands_beside_and_is_not_what_comes_out(norway: dict[str, Reach]) -> None:
    shown = {each.classes: each.share for each in norway["report"].published}
    assert shown == {(1, 2, 3): 0.94, (1,): 0.67, (2, 3): 0.27, (4,): 0.06}
    assert abs(norway["report"].share - 0.94) > 0.05
    assert "Midt-Finnmark, Nord-Troms" in norway["report"].notes[0].text("nb")


def test_class_one_grows_from_the_farthest_farm_to_nine_in_ten(norway: dict[str, Reach]) -> None:
    first = {each.edge: each.classes[0].share for each in norway["report"].readings}
    assert first == pytest.approx({"maximum": 0.307, "percentile_95": 0.574, "share_90": 0.607}, abs=0.001)
    assert norway["report"].classes == norway["report"].readings[1].classes


# -- another route -----------------------------------------------------------------------------------------------------


def seconds_of_edges(roads: pd.DataFrame) -> pd.Series:
    """Seconds of each edge by its class or crossing, with the default settings and by plain pandas."""
    kph = roads["road_class"].map(DEFAULT.roads.speed_kph.model_dump()).fillna(DEFAULT.roads.speed_kph.K)
    driven = (roads["length_m"] * DEFAULT.roads.stretch / (kph / 3.6)).round()
    rule = DEFAULT.ferry.fixed_min + DEFAULT.ferry.min_per_km * roads["length_m"] / 1000
    sailed = (60 * roads["crossing_min"].fillna(rule)).round() + 60 * DEFAULT.ferry.wait_min
    return driven.where(roads["kind"] != "ferry", sailed).clip(lower=1)


def open_roads(atlas: Atlas) -> pd.DataFrame:
    roads = pd.DataFrame(atlas.roads.drop(columns="geometry")).assign(seconds=seconds_of_edges(atlas.roads))
    shut = roads["season"].isin(["summer", "tourist"]) | (roads["in_service"] == "no") | (roads["kind"] == "boat")
    return roads.assign(open=~shut)


def graph_of(roads: pd.DataFrame) -> nx.DiGraph[Any]:
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for edge in roads[roads["open"]].itertuples():
        ways = [(edge.from_node, edge.to_node)] if edge.oneway != "TF" else []
        ways += [(edge.to_node, edge.from_node)] if edge.oneway != "FT" else []
        for a, b in ways:
            if not graph.has_edge(a, b) or graph[a][b]["weight"] > edge.seconds:
                graph.add_edge(a, b, weight=edge.seconds)
    return graph


def door(metres: float) -> float:
    return float(round(metres * DEFAULT.access.detour / (DEFAULT.access.speed_kph / 3.6)))


@pytest.fixture(scope="module")
def by_networkx(shipped: Atlas) -> Callable[[str], pd.DataFrame]:
    """Seconds from the centre of a unit to the cells of Helse Førde, by NetworkX; infinite where no way leads."""
    roads = open_roads(shipped)
    graph = graph_of(roads)
    units = shipped.units[shipped.units["hf_name"] == "Helse Førde HF"]
    mask = shipped.cells["unit_code"].isin(units.index).to_numpy()
    cells = shipped.cells[mask].reset_index(drop=True)
    to = shipped.cell_access.of(np.flatnonzero(mask))
    doors = [door(metres) if edge >= 0 else 0.0 for edge, metres in zip(to.edge, to.metres, strict=True)]
    spots = pd.DataFrame({"edge": to.edge, "at": to.position, "door": doors})

    def measured(unit: str) -> pd.DataFrame:
        start = journeys.access_of(shipped, [units.at[unit, "base_lon"]], [units.at[unit, "base_lat"]])
        edge, at, own = int(start.edge[0]), float(start.position[0]), door(float(start.metres[0]))
        row = roads.loc[edge]
        whole = row["seconds"]
        ends = {row["from_node"]: round(at * whole), row["to_node"]: whole - round(at * whole)}
        graph.add_node("base")
        for node, away in ends.items():
            one_way = {"FT": row["to_node"], "TF": row["from_node"]}.get(row["oneway"], node)
            if node == one_way:
                graph.add_edge("base", node, weight=away)
        away = nx.single_source_dijkstra_path_length(graph, "base")
        graph.remove_node("base")
        found = []
        for spot in spots.itertuples():
            if spot.edge < 0:
                found.append(np.inf)
                continue
            road = roads.loc[spot.edge]
            along = round(spot.at * road["seconds"])
            ways = [away.get(road["from_node"], np.inf) + along] if road["oneway"] != "TF" else []
            if road["oneway"] != "FT":
                ways.append(away.get(road["to_node"], np.inf) + road["seconds"] - along)
            if spot.edge == edge:
                ways.append(abs(along - round(at * whole)))
            found.append(min(ways) + spot.door + own)
        return cells.assign(seconds=found)

    return measured


def test_helse_forde_comes_out_alike_by_networkx_and_pandas(
    shipped: Atlas, by_networkx: Callable[[str], pd.DataFrame]
) -> None:
    found = reach_measures.report_2017(shipped, areas.resolve("Helse Førde", shipped), DEFAULT)
    near = 0
    for code, rows in shipped.units[shipped.units["hf_name"] == "Helse Førde HF"].groupby("dps_code"):
        tables = {unit: by_networkx(unit) for unit in rows.index}
        tables = {unit: table[table["unit_code"].isin(rows.index)] for unit, table in tables.items()}
        dear = {
            unit: (table["seconds"].replace(np.inf, STAND_IN) * table["persons"]).sum()
            for unit, table in tables.items()
        }
        best = tables[min(dear, key=lambda unit: dear[unit])]
        region = next(region for region in found.regions if region.code == code)
        assert region.base is not None
        assert region.travel is not None
        assert region.base.unit_code == min(dear, key=lambda unit: dear[unit])
        within = best.loc[best["seconds"] <= T, "persons"].sum()
        assert region.travel.share_within[60] == pytest.approx(within / best["persons"].sum())
        assert region.travel.unreachable == best.loc[np.isinf(best["seconds"]), "persons"].sum()
        assert region.travel.edge_min == pytest.approx(best.loc[np.isfinite(best["seconds"]), "seconds"].max() / 60)
        near += within
    assert found.share_within[60] == pytest.approx(near / found.population)


def test_the_planner_s_measure_comes_out_alike_by_networkx_and_pandas(
    forde: Result, by_networkx: Callable[[str], pd.DataFrame]
) -> None:
    near = 0
    for catchment in forde.plan.catchments:
        table = by_networkx(catchment.base.unit_code)
        near += table.loc[table["unit_code"].isin(catchment.units) & (table["seconds"] <= T), "persons"].sum()
    assert reach_measures.planner(forde).counted == near


# -- sums, and areas that cut ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["report", "slide"])
def test_classes_units_regions_and_those_outside_add_up_to_the_population(
    shipped: Atlas, norway: dict[str, Reach], measure: str
) -> None:
    found = norway[measure]
    assert found.population == shipped.population["persons"].sum()
    assert sum(each.population for each in found.classes) == found.population
    assert sum(region.here for region in found.regions) == found.population
    assert sum(unit.counted for unit in found.units) == found.counted
    assert found.counted + sum(found.outside.values()) == found.population
    for column in ("hf_name", "county_name"):
        groups = shares.grouped(found.units, shipped, column)
        assert (sum(g.population for g in groups), sum(g.counted for g in groups)) == (found.population, found.counted)


def test_a_cut_area_is_judged_whole_and_counts_only_those_inside(shipped: Atlas) -> None:
    tynset = areas.resolve("kommune:Os", shipped)
    found = reach_measures.report_2017(shipped, tynset, DEFAULT)
    (region,) = found.regions
    own = shipped.population["persons"].groupby(shipped.units["dps_code"]).sum()
    assert region.population == own[region.code]
    assert region.here == found.population == shipped.population.at[tynset.units[0], "persons"]
    assert region.here < DEFAULT.service.fact_residents <= region.population
    assert region.service == "MODIFIED_FACT"
    assert found.share == 1
    assert region.name in found.notes[-1].text("nb")
    assert [note.key for note in found.notes].count("reach.note.cut") == 1


def test_a_whole_area_has_no_note_of_being_cut(norway: dict[str, Reach]) -> None:
    assert "reach.note.cut" not in [note.key for each in norway.values() for note in each.notes]


def test_the_planner_counts_everyone_once(forde: Result) -> None:
    found = reach_measures.planner(forde)
    assert found.counted == forde.within
    assert found.counted + sum(found.outside.values()) == found.population == forde.figures.population
    assert sum(each.population for each in found.classes) == found.population
    assert found.classes[-1].population == sum(
        forde.atlas.population.at[entry.unit_code, "persons"] for entry in forde.plan.unserved
    )


def test_where_everybody_has_a_team_those_too_far_from_it_are_still_left_out(shipped: Atlas) -> None:
    slide = pipeline.measure_plan(shipped, planfile.read(REPO / "configs/examples/helse-forde-lysbilde.csv", shipped))
    assert slide.plan.unserved == ()
    out = reach_left_out.left_out(slide)
    assert sum(each.persons for each in out) == slide.figures.population - slide.within
    assert {each.reason for each in out} == {"beyond", "unreachable"}


def test_those_left_out_are_the_residents_of_no_reached_cell(forde: Result) -> None:
    cells, out = forde.journeys.cells, reach_left_out.left_out(forde)
    expected: dict[tuple[str, str], int] = {}
    why = {entry.unit_code: entry.reason for entry in forde.plan.unserved}
    for (unit, persons), seconds in zip(
        cells[["unit_code", "persons"]].itertuples(index=False), forde.ways.seconds, strict=True
    ):
        reason = why.get(unit) or ("unreachable" if seconds == UNREACHABLE else "beyond" if seconds > T else "")
        if reason:
            expected[unit, reason] = expected.get((unit, reason), 0) + persons
    assert {(each.unit_code, each.reason): each.persons for each in out} == expected
    assert [each.persons for each in out] == sorted((each.persons for each in out), reverse=True)
    assert all(each.nearest_min is None or each.nearest_min > 60 for each in out)


def test_a_catchment_below_the_least_size_does_not_count(shipped: Atlas) -> None:
    rules = settings.load(tables={"edits": {"keep": [{"name": "Ytre Sogn", "units": ["Solund", "Hyllestad"]}]}})
    result = pipeline.propose(shipped, areas.resolve("Helse Førde", shipped), rules)
    small = next(c for c in result.plan.catchments if len(c.units) == 2)
    found = reach_measures.planner(result)
    own = shipped.population.loc[list(small.units), "persons"].sum()
    assert found.outside["too_small"] == own < DEFAULT.size.minimum
    assert found.counted < result.within
    assert found.counted + sum(found.outside.values()) == found.population


def test_a_plan_without_any_team_reaches_nobody(shipped: Atlas) -> None:
    result = pipeline.propose(shipped, areas.resolve("kommune:Vik", shipped), DEFAULT)
    found = reach_measures.planner(result)
    assert (found.counted, found.share, found.regions) == (0, 0.0, ())
    assert found.outside == {"too_few": found.population}


# -- today -------------------------------------------------------------------------------------------------------------


def test_wider_readings_reach_more(readings: dict[TodayReading, Today]) -> None:
    narrow, wide, any_base = (readings[each] for each in ("narrow", "wide", "any"))
    assert narrow.counted < wide.counted < any_base.counted
    for less, more in ((narrow, wide), (wide, any_base)):
        pairs = list(zip(less.units, more.units, strict=True))
        assert all(a.counted <= b.counted for a, b in pairs)
        assert all(less.share_within[k] <= more.share_within[k] for k in (30, 45, 60, 90))


@pytest.mark.parametrize("reading", ["narrow", "wide", "any"])
def test_sure_places_reach_no_more_and_sums_add_up(
    readings: dict[TodayReading, Today], shipped: Atlas, reading: TodayReading
) -> None:
    found = readings[reading]
    assert all(unit.sure <= unit.counted <= unit.population for unit in found.units)
    assert all(unit.covered or not unit.counted for unit in found.units)
    assert (
        sum(unit.counted for unit in found.units) == found.counted == round(found.share_within[60] * found.population)
    )
    assert sum(g.counted for g in shares.grouped(found.units, shipped, "helsefellesskap")) == found.counted
    assert 0 < sum(each.persons for each in found.alone) <= found.counted


@pytest.mark.parametrize("reading", ["narrow", "wide", "any"])
def test_reach_today_is_what_the_teams_reach_one_by_one(
    shipped: Atlas, readings: dict[TodayReading, Today], reading: TodayReading
) -> None:
    times = journeys.compute(shipped, tuple(shipped.units.index), DEFAULT)
    row = {base.unit_code: k for k, base in enumerate(times.bases)}
    unit, persons = times.cells["unit_code"].to_numpy(dtype=str), times.cells["persons"].to_numpy()
    reached = np.zeros(len(persons), dtype=int)
    for team in teams.listed(shipped):
        if team.kind in ("ACT", "FACT", "D-FACT") and team.base_unit:
            own = {"narrow": team.narrow, "wide": team.wide, "any": tuple(row)}[reading]
            reached += np.isin(unit, own) & (times.seconds[row[team.base_unit]] <= T)
    found = readings[reading]
    assert found.counted == persons[reached > 0].sum()
    assert sum(each.persons for each in found.alone) == persons[reached == 1].sum()


@pytest.mark.parametrize("reading", ["narrow", "wide"])
def test_an_area_without_a_listed_team_is_reached_by_none(shipped: Atlas, reading: TodayReading) -> None:
    found = reach_today.today(shipped, areas.resolve("dps:Tynset", shipped), DEFAULT, reading)
    assert (found.counted, found.covered, found.sure, found.placed) == (0, 0, 0, ())
    assert set(found.lacking) == {unit.unit_code for unit in found.units}


def test_a_team_without_a_known_base_is_named_and_reaches_nobody(readings: dict[TodayReading, Today]) -> None:
    assert [team.name for team in readings["wide"].unplaced] == ["Psykiatri innover Helse Fonna"]
    assert not set(readings["wide"].unplaced) & set(readings["wide"].placed)
