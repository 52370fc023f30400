"""Kartverket's files: invalid polygons, planned roads, codes and coordinates as published."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from worlds.basics import UTM33, box, line, refusal

from factgeo.errors import SourceError
from factgeo.sources import kartverket, tables

BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def municipalities(path: Path, *codes: object, shapes: list[shapely.Geometry] | None = None) -> Path:
    """A file of municipalities with these codes."""
    shapes = shapes or [box(20 * k, 0, 10) for k in range(len(codes))]
    table = gpd.GeoDataFrame({"kommunenummer": codes, "name": "Porsanger - Porsáŋgu"}, geometry=shapes, crs=UTM33)
    table.to_file(path, layer="kommuner")
    return path


@pytest.fixture
def _two_municipalities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kartverket, "MUNICIPALITIES", 2)


@pytest.mark.usefixtures("_two_municipalities")
def test_invalid_polygons_are_repaired_without_losing_area(tmp_path: Path) -> None:
    path = municipalities(tmp_path / "k.gpkg", "0301", "1101", shapes=[BOW_TIE, box(20, 0, 10)])
    table = kartverket.read_municipalities(path)
    assert table.is_valid.all()
    assert table.area.tolist() == [50, 100]


@pytest.mark.usefixtures("_two_municipalities")
def test_a_code_that_lost_its_leading_zero_gets_it_back(tmp_path: Path) -> None:
    table = kartverket.read_municipalities(municipalities(tmp_path / "k.gpkg", 301, 1101))
    assert table["municipality_code"].tolist() == ["0301", "1101"]


def test_a_file_without_all_municipalities_is_refused(tmp_path: Path) -> None:
    path = municipalities(tmp_path / "k.gpkg", "0301", "1101")
    message = refusal(SourceError, lambda: kartverket.read_municipalities(path))
    assert str(path) in message
    assert "has 2 municipalities, expected 357" in message


@pytest.mark.usefixtures("_two_municipalities")
def test_a_municipality_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = municipalities(tmp_path / "k.gpkg", "0301", "0301")
    assert "0301" in refusal(SourceError, lambda: kartverket.read_municipalities(path))


GML = """<?xml version="1.0" encoding="utf-8" ?>
<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">
  <gml:featureMember><ogr:district fid="d.0">
    <ogr:geom><gml:Polygon srsName="EPSG:4326"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>
      10.7,59.9 10.8,59.9 10.8,60.0 10.7,60.0 10.7,59.9
    </gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:geom>
    <ogr:bydelnr>030101</ogr:bydelnr>
  </ogr:district></gml:featureMember>
</ogr:FeatureCollection>
"""


def test_districts_are_read_in_lon_lat_order_with_six_digits(tmp_path: Path) -> None:
    (tmp_path / "d.gml").write_text(GML)
    table = kartverket.read_districts(tmp_path / "d.gml")
    assert table["unit_code"].tolist() == ["030101"]
    assert table.to_crs(4326).total_bounds.round(3).tolist() == [10.7, 59.9, 10.8, 60.0]


def test_reading_districts_leaves_nothing_beside_their_file(tmp_path: Path) -> None:
    (tmp_path / "d.gml").write_text(GML)
    kartverket.read_districts(tmp_path / "d.gml")
    assert [path.name for path in tmp_path.iterdir()] == ["d.gml"]


def test_districts_that_are_cut_off_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.gml"
    path.write_text(GML[: GML.index("</ogr:FeatureCollection>")])
    assert str(path) in refusal(SourceError, lambda: kartverket.read_districts(path))


def n1000(path: Path, *rows: tuple[str, str]) -> Path:
    """A road layer: typeVeg and vegfase of each line; line k runs at y = k."""
    table = pd.DataFrame(rows, columns=["typeVeg", "vegfase"])
    table = table.assign(vegkategori="F", vegnummer="--", motorvegtype="IkkeMotorveg", medium="T")
    shapes = [line((0, k), (1, k)) for k in range(len(rows))]
    gpd.GeoDataFrame(table, geometry=shapes, crs=UTM33).to_file(path, layer="Veglenke")
    return path


N1000 = [("enkelBilveg", "V"), ("enkelBilveg", "P"), ("bilferje", "V"), ("passasjerferje", "V"), ("sti", "V")]


def test_planned_roads_are_left_out_and_so_is_all_that_is_no_road(tmp_path: Path) -> None:
    roads = kartverket.read_road_lines(n1000(tmp_path / "n.gpkg", *N1000))
    assert shapely.get_y(shapely.get_point(roads.geometry.to_numpy(), 0)).tolist() == [0]


def test_a_road_number_of_two_dashes_is_no_number(tmp_path: Path) -> None:
    (road,) = kartverket.read_road_lines(n1000(tmp_path / "n.gpkg", *N1000)).itertuples()
    assert (road.category, road.number, road.motorway) == ("F", "", "")


def test_car_ferries_keep_the_number_by_which_the_crossings_name_their_lines(tmp_path: Path) -> None:
    ferries = kartverket.read_ferry_lines(n1000(tmp_path / "n.gpkg", *N1000))
    assert ferries.index.tolist() == [3]  # fids of a GeoPackage start at 1


def test_passenger_boats_are_read_apart_from_car_ferries(tmp_path: Path) -> None:
    other = gpd.GeoDataFrame(geometry=[line((0, 50), (1, 50))], crs=UTM33)
    other.to_file(tmp_path / "other.gpkg", layer="AnnenBatrute")
    boats = kartverket.read_boat_lines(n1000(tmp_path / "n.gpkg", *N1000), tmp_path / "other.gpkg")
    assert shapely.get_y(shapely.get_point(boats.geometry.to_numpy(), 0)).tolist() == [3, 50]


def test_a_layer_without_roads_or_without_ferries_is_refused(tmp_path: Path) -> None:
    path = n1000(tmp_path / "n.gpkg", ("enkelBilveg", "P"), ("sti", "V"))
    assert "no built roads" in refusal(SourceError, lambda: kartverket.read_road_lines(path))
    assert "no car ferries" in refusal(SourceError, lambda: kartverket.read_ferry_lines(path))


def test_a_municipality_whose_centre_is_not_known_has_none(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("kommunenummer,adm_center,adm_lon,adm_lat\n301,Oslo,10.75,59.91\n1101,Egersund,,\n")
    table = tables.read_centres(path)
    assert table["municipality_code"].tolist() == ["0301", "1101"]
    assert table.geometry.notna().tolist() == [True, False]


def test_codes_for_district_not_stated_are_no_units(tmp_path: Path) -> None:
    columns = [
        "unit_code", "unit_name", "municipality_code", "municipality_name", "county_code", "county_name", "dps_code",
        "dps_name", "hf_name", "rhf_name", "helsefellesskap", "ba_region", "centrality_class", "admin_centre",
    ]  # fmt: skip
    rows = [",".join([code] + ["x"] * (len(columns) - 1)) for code in ("030101", "030199", "1199", "110301")]
    (tmp_path / "health_areas.csv").write_text("\n".join([",".join(columns), *rows]) + "\n")
    assert tables.read_health_areas(tmp_path)["unit_code"].tolist() == ["030101", "110301", "1199"]
