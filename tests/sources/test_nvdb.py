"""NVDB Ruteplan: official minutes per direction, closed directions and barred links, in old and new editions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from worlds.basics import UTM33, line, refusal
from worlds.networks import OLD

from factgeo.building import graph
from factgeo.errors import SourceError
from factgeo.sources import nvdb

NEW = {"fromnode": 1, "tonode": 2, "oneway": "B", "drivetime_fw": 1.0, "drivetime_bw": 2.0}

Link = dict[str, Any]
Read = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A GeoPackage of links, one after the other along a line, with changes to the plain link."""

    def save(*links: Link, crs: int = UTM33) -> Path:
        lines = [shapely.force_3d(line((1000 * k, 0), (1000 * (k + 1), 0))) for k in range(len(links))]
        shapes = [shapely.MultiLineString([each]) for each in lines]
        path = tmp_path / "ruteplan.gpkg"
        table = gpd.GeoDataFrame(list(links), geometry=shapes, crs=UTM33).to_crs(crs)
        table.to_file(path, layer="ruteplan_links", driver="GPKG")
        return path

    return save


@pytest.fixture
def read(write: Callable[..., Path]) -> Read:
    """The links for cars of a hand-made file."""
    return lambda *links: nvdb.read(write(*links))


@pytest.mark.parametrize("link", [OLD, NEW, {k.upper(): v for k, v in NEW.items()}], ids=["2021", "new", "upper case"])
def test_published_minutes_go_to_their_direction_in_every_edition(read: Read, link: Link) -> None:
    edge = read(link).iloc[0]
    assert (edge["from_key"], edge["to_key"], edge["oneway"]) == ("1", "2", "B")
    assert (edge["forward_min"], edge["backward_min"]) == (1.0, 2.0)
    assert edge["length_m"] == pytest.approx(1000)


def test_class_number_limit_and_medium_are_read(read: Read) -> None:
    table = read(OLD, {**OLD, "VEGTYPE": "S", "VEGNUMMER": 9, "Medium": "T"}, {**OLD, "VEGTYPE": "K", "Medium": "B"})
    assert table["road_class"].tolist() == ["R", "P", "K"]
    assert table["number"].tolist() == ["R150", "", ""]
    assert table["limit_kph"].tolist() == [60.0] * 3
    assert table[["tunnel", "bridge"]].to_numpy().tolist() == [[False, False], [True, False], [False, True]]


@pytest.mark.parametrize(
    ("change", "oneway"),
    [
        ({"ONEWAY": "FT"}, "FT"),
        ({"ONEWAY": "TF"}, "TF"),
        ({"TF_MINUTES": -1.0}, "FT"),
        ({"FT_MINUTES": -1.0}, "TF"),
        ({"FT_Fart": -1}, "TF"),
    ],
)
def test_a_closed_direction_has_no_minutes(read: Read, change: Link, oneway: str) -> None:
    edge = read({**OLD, **change}).iloc[0]
    assert edge["oneway"] == oneway
    assert np.isnan(edge["forward_min"]) == (oneway == "TF")
    assert np.isnan(edge["backward_min"]) == (oneway == "FT")


def test_minus_one_closes_a_direction_in_new_editions(read: Read) -> None:
    assert read({**NEW, "drivetime_bw": -1.0})["oneway"].tolist() == ["FT"]


@pytest.mark.parametrize(
    "change",
    [
        {"SPERRING": 1},
        {"IsBikeRoad": 1},
        {"ONEWAY": "N"},
        {"FT_Fart": -1, "TF_Fart": -1},
        {"ONEWAY": "FT", "FT_Fart": -1},
    ],
)
def test_a_link_that_no_car_may_drive_is_left_out(read: Read, change: Link) -> None:
    assert len(read(OLD, {**OLD, **change})) == 1


def test_without_node_ids_links_are_joined_by_their_end_points(read: Read) -> None:
    plain = {key: value for key, value in NEW.items() if "node" not in key}
    edges = graph.from_edges(read(plain, plain)).edges
    assert len(edges) == 1
    assert (edges["forward_min"].iloc[0], edges["backward_min"].iloc[0]) == (2.0, 4.0)


def test_links_meet_by_node_id_and_not_where_they_merely_touch(read: Read) -> None:
    under = {**OLD, "FromNodeID": "8", "ToNodeID": "9"}
    assert graph.from_edges(read(OLD, under)).report["road_km"] == 1.0
    assert graph.from_edges(read(OLD, {**under, "FromNodeID": "2"})).report["road_km"] == 2.0


def test_another_coordinate_system_is_converted(write: Callable[..., Path]) -> None:
    path = write(OLD, crs=25832)
    table = nvdb.read(path)
    assert table.crs.to_epsg() == UTM33
    assert table.geometry.iloc[0].coords[1] == pytest.approx((1000, 0), abs=0.01)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"ONEWAY": "X"}, "“X”"), ({"METER_ORG": -5.0}, "-5.0 m cannot"), ({"IsBikeRoad": 1}, "no road for cars")],
)
def test_a_file_with_a_bad_link_is_refused(write: Callable[..., Path], change: Link, said: str) -> None:
    path = write({**OLD, **change})
    message = refusal(SourceError, lambda: nvdb.read(path))
    assert said in message
    assert path.name in message


def test_a_file_without_minutes_is_refused_by_what_it_lacks(write: Callable[..., Path]) -> None:
    path = write({"name": "x"})
    assert "FT_MINUTES" in refusal(SourceError, lambda: nvdb.read(path))


def test_a_link_of_two_parts_that_do_not_meet_is_refused(tmp_path: Path) -> None:
    parts = shapely.MultiLineString([[(0, 0), (1, 0)], [(5, 0), (6, 0)]])
    path = tmp_path / "parts.gpkg"
    gpd.GeoDataFrame([OLD], geometry=[parts], crs=UTM33).to_file(path, driver="GPKG")
    assert "not one connected line" in refusal(SourceError, lambda: nvdb.read(path))


def test_a_damaged_or_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ruteplan.gpkg"
    assert "There is no road file" in refusal(SourceError, lambda: nvdb.read(path))
    path.write_bytes(b"SQLite format 3\x00 cut off")
    assert "cannot be read" in refusal(SourceError, lambda: nvdb.read(path))


@pytest.mark.sources
def test_the_sample_of_oslo_keeps_its_official_minutes(sources: Path) -> None:
    table = nvdb.read(sources / "nvdb" / "ruteplan_oslo_sample.gpkg")
    closed = table["oneway"] != "B"
    assert 700 < len(table) < 1000
    assert table.loc[~closed, ["forward_min", "backward_min"]].notna().all(axis=None)
    assert table.loc[closed, ["forward_min", "backward_min"]].isna().any(axis=1).all()
    kph = 0.06 * table["length_m"] / table["forward_min"]
    of_limit = (kph / table["limit_kph"])[table["limit_kph"] >= 60]
    assert of_limit.median() == pytest.approx(0.83, abs=0.02)
