"""Geographic files: opened as what they are and nothing else, the layer that fits, coordinates that can be."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from worlds.basics import UTM33, box, line, refusal

from factgeo.errors import SourceError
from factgeo.sources import kartverket, layers
from factgeo.travel import bases

Save = Callable[[str, str | bytes], Path]
FORDE = shapely.Point(5.857, 61.452)
ELSEWHERE = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource><GeometryType>wkbPoint</GeometryType>'
    "<LayerSRS>EPSG:4326</LayerSRS></OGRVRTLayer></OGRVRTDataSource>"
)
LEADS = {
    "another file": ELSEWHERE.format("CSV:private.csv"),
    "an address": ELSEWHERE.format("/vsicurl/http://127.0.0.1:9/x.csv"),
    "a service": "<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>",
    "a pipeline": '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read http://127.0.0.1:9"}',
}


def geopackage(
    path: Path, *shapes: shapely.Geometry, layer: str = "steder", crs: int | None = 4326, **columns: Any
) -> Path:
    """A GeoPackage; a layer more where there is one already."""
    table = gpd.GeoDataFrame(
        columns or {"name": [f"Sted {k}" for k in range(len(shapes))]}, geometry=list(shapes), crs=crs
    )
    table.to_file(path, layer=layer, driver="GPKG", mode="a" if path.exists() else "w")
    return path


def changed(path: Path, *statements: str) -> Path:
    """The GeoPackage after some SQL, without the triggers that only GDAL can run."""
    with closing(sqlite3.connect(path)) as tables:
        for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            tables.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            tables.execute(statement)
        tables.commit()
    return path


def with_layer(path: Path, name: str, kind: str = "POINT") -> Path:
    """The GeoPackage with a table or view of it listed as a layer."""
    return changed(
        path,
        f"INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('{name}', 'features', 4326)",  # noqa: S608
        f"INSERT INTO gpkg_geometry_columns VALUES ('{name}', 'geom', '{kind}', 4326, 0, 0)",  # noqa: S608
    )


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "gml"])
@pytest.mark.parametrize("content", LEADS.values(), ids=LEADS.keys())
def test_a_file_that_leads_elsewhere_is_never_opened(
    save: Save, monkeypatch: pytest.MonkeyPatch, content: str, ending: str
) -> None:
    for name in ("list_layers", "read_info", "read_dataframe"):
        monkeypatch.setattr(f"pyogrio.{name}", lambda *_, **__: pytest.fail("GDAL was asked"))
    path = save(f"steder.{ending}", content)
    assert "cannot be read" in refusal(SourceError, lambda: layers.read_layer(path))


def test_entities_schemas_and_second_roots_of_gml_are_not_followed(save: Save, tmp_path: Path) -> None:
    whole = '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/">{}</ogr:FeatureCollection>'
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + whole.format("&a;")
    deep = whole.format("<a>" * 70 + "</a>" * 70)
    for content in (entity, deep, whole.format("") + LEADS["a service"]):
        assert "cannot be read" in refusal(SourceError, lambda: layers.read_layer(save("d.gml", content)))  # noqa: B023
    assert [path.name for path in tmp_path.iterdir()] == ["d.gml"]


def test_a_pipe_a_device_and_a_folder_are_no_geopackages(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gpkg")
    (tmp_path / "device.gpkg").symlink_to("/dev/zero")
    (tmp_path / "folder.gpkg").mkdir()
    for name in ("pipe", "device", "folder", "gone"):
        assert f"{name}.gpkg" in refusal(SourceError, lambda: bases.read_sites(tmp_path / f"{name}.gpkg"))  # noqa: B023


@pytest.mark.parametrize("name", ["a!b", "a;b", "a?b#c", "a%20b", "http:", "vsicurl", "æ ø"])
def test_the_name_of_a_file_is_only_a_name(tmp_path: Path, name: str) -> None:
    plain = geopackage(tmp_path / "plain.gpkg", FORDE)
    folder = tmp_path / name
    folder.mkdir()
    (site,) = bases.read_sites(Path(shutil.copy(plain, folder / f"{name}.gpkg")))
    assert (site.lon, site.lat) == (FORDE.x, FORDE.y)


def test_a_layer_that_is_a_stored_query_is_not_run(tmp_path: Path) -> None:
    endless = (
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, x AS name, x AS geom FROM c"
    )
    path = changed(geopackage(tmp_path / "s.gpkg", FORDE), f"CREATE VIEW ny AS {endless}")
    assert len(bases.read_sites(with_layer(path, "ny"))) == 1
    alone = changed(path, "DELETE FROM gpkg_contents WHERE table_name = 'steder'")
    assert "“ny”" in refusal(SourceError, lambda: bases.read_sites(alone))


def test_a_stored_count_that_is_wrong_loses_no_row(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "s.gpkg", FORDE, shapely.Point(6, 61))
    assert len(bases.read_sites(changed(path, "UPDATE gpkg_ogr_contents SET feature_count = 1"))) == 2


@pytest.mark.parametrize("left", [50, 4_096, 50_000, -1])
def test_a_geopackage_of_sites_that_is_cut_off_is_refused(tmp_path: Path, save: Save, left: int) -> None:
    whole = geopackage(tmp_path / "whole.gpkg", FORDE).read_bytes()
    assert "ends too soon" in refusal(SourceError, lambda: bases.read_sites(save("cut.gpkg", whole[:left])))


def test_a_geopackage_that_another_program_writes_to_is_not_read_without_its_changes(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "s.gpkg", FORDE)
    (tmp_path / "s.gpkg-wal").write_bytes(b"x")
    assert "open in another program" in refusal(SourceError, lambda: bases.read_sites(path))


# which layer


def test_the_layer_is_found_by_its_columns_and_shapes_wherever_it_stands(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "s.gpkg", FORDE.buffer(0.1), layer="kommuner")
    geopackage(path, shapely.Point(6, 61), layer="annet", id=[1])
    geopackage(path, FORDE, layer="steder", NAME=["Nytt helsehus"])
    assert [site.name for site in bases.read_sites(path)] == ["Nytt helsehus"]


def test_two_layers_that_fit_are_both_named(tmp_path: Path) -> None:
    path = geopackage(geopackage(tmp_path / "s.gpkg", FORDE, layer="i fjor"), FORDE, layer="i år")
    assert "i fjor, i år" in refusal(SourceError, lambda: bases.read_sites(path))


WRONG_SHAPES = {
    "areas": ((FORDE.buffer(1),), "must hold points"),
    "lines": ((shapely.LineString([(5, 61), (6, 61)]),), "must hold points"),
    "a point and an area": ((FORDE, FORDE.buffer(1)), "row 2: there must be points here"),
    "two points for one place": ((shapely.MultiPoint([(5, 61), (6, 61)]),), "row 1: there are several points"),
    "a place without coordinates": ((FORDE, shapely.Point()), "empty geometry in row 2"),
    "a coordinate that is no number": ((shapely.Point(5, float("nan")),), "row 1"),
    "an endless coordinate": ((shapely.Point(5, float("inf")),), "row 1"),
    "metres that are said to be degrees": ((shapely.Point(327_000, 6_820_000),), "line 1"),
}


@pytest.mark.parametrize(("shapes", "says"), WRONG_SHAPES.values(), ids=WRONG_SHAPES.keys())
def test_sites_that_are_no_points_of_norway_are_refused(
    tmp_path: Path, shapes: tuple[shapely.Geometry, ...], says: str
) -> None:
    said = refusal(SourceError, lambda: bases.read_sites(geopackage(tmp_path / "s.gpkg", *shapes)))
    assert "s.gpkg" in said
    assert says in said


# outlines

RING = [[10, 59], [11, 59], [11, 60], [10, 60], [10, 59]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}
LINE = {"type": "LineString", "coordinates": [[10, 59], [11, 59]]}


def districts(folder: Path, *geometries: object, **member: object) -> Path:
    """A GeoJSON file of districts."""
    codes = [f"03010{k}" for k in range(1, len(geometries) + 1)]
    features = [
        {"type": "Feature", "properties": {"bydelnr": code}, "geometry": geometry}
        for code, geometry in zip(codes, geometries, strict=True)
    ]
    path = folder / "d.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **member}))
    return path


def test_an_outline_keeps_its_areas_and_nothing_else(tmp_path: Path) -> None:
    spike = {"type": "Polygon", "coordinates": [[*RING[:4], [10, 61], [10, 59]]]}
    mixed = {"type": "GeometryCollection", "geometries": [SQUARE, LINE]}
    high = {"type": "Polygon", "coordinates": [[[*place, 5, 7] for place in RING]]}
    table = kartverket.read_districts(districts(tmp_path, SQUARE, spike, mixed, high))
    assert set(table.geom_type) <= {"Polygon", "MultiPolygon"}
    assert table.area.tolist() == pytest.approx([table.area[0]] * 4, rel=1e-6)


def test_an_outline_of_curves_is_an_area(tmp_path: Path) -> None:
    places = struct.pack("<10d", 10, 59, 11, 60, 12, 59, 11, 58, 10, 59)
    circle = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5) + places
    path = geopackage(tmp_path / "d.gpkg", shapely.box(10, 59, 11, 60), bydelnr=["030101"])
    changed(
        path,
        f"UPDATE steder SET geom = x'{(b'GP' + bytes([0, 1]) + struct.pack('<i', 4326) + circle).hex()}'",  # noqa: S608
        "UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'",
    )
    assert kartverket.read_districts(path).area.tolist() == pytest.approx([2e10], rel=0.02)


NO_OUTLINES = {
    "a line": (LINE, "row 2: there must be areas here"),
    "nothing": (None, "empty geometry in row 2"),
    "no shape": ({"type": "Polygon", "coordinates": "x"}, "empty geometry in row 2"),
    "lines in a collection": ({"type": "GeometryCollection", "geometries": [LINE]}, "030102 has no area"),
    "an area of no width": ({"type": "Polygon", "coordinates": [[[10, 59], [10, 60], [10, 59]]]}, "030102 has no area"),
}


@pytest.mark.parametrize(("geometry", "says"), NO_OUTLINES.values(), ids=NO_OUTLINES.keys())
def test_an_outline_without_area_is_refused_with_its_row_or_code(tmp_path: Path, geometry: object, says: str) -> None:
    assert says in refusal(SourceError, lambda: kartverket.read_districts(districts(tmp_path, SQUARE, geometry)))


def test_metres_in_a_file_of_degrees_are_blamed_on_that_file(tmp_path: Path) -> None:
    metres = {
        "type": "Polygon",
        "coordinates": [[[260_000 + x, 6_650_000 + y] for x, y in [(0, 0), (9, 0), (9, 9), (0, 0)]]],
    }
    said = refusal(SourceError, lambda: kartverket.read_districts(districts(tmp_path, SQUARE, metres)))
    assert "d.geojson, row 2" in said
    assert "(260000, 6650000) are impossible in EPSG:4326" in said
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    assert kartverket.read_districts(districts(tmp_path, metres, crs=named)).area.tolist() == [40.5]


@pytest.mark.parametrize(
    "crs", [{"type": "link", "properties": {"href": "http://127.0.0.1:9"}}, {"properties": {"name": "+proj=utm"}}, 5]
)
def test_a_coordinate_system_that_is_not_named_is_not_guessed(tmp_path: Path, crs: object) -> None:
    said = refusal(SourceError, lambda: kartverket.read_districts(districts(tmp_path, SQUARE, crs=crs)))
    assert "coordinate system" in said


def test_shapes_that_lie_elsewhere_are_refused_with_their_file() -> None:
    corners = [shapely.Point(4.5, 58.0), shapely.Point(31.2, 71.2)]
    norway = gpd.GeoDataFrame(geometry=corners, crs=4326)
    swapped = norway.set_geometry([shapely.Point(p.y, p.x) for p in corners], crs=4326)
    of_next_zone = norway.to_crs(25832).set_crs(25833, allow_override=True)
    layers.refuse_elsewhere(norway, Path("k.gpkg"), bounds=kartverket.MAINLAND, margin=1.0)
    for moved in (swapped, of_next_zone):
        with pytest.raises(SourceError, match=r"k\.gpkg"):
            layers.refuse_elsewhere(moved, Path("k.gpkg"), bounds=kartverket.MAINLAND, margin=1.0)
    with pytest.raises(SourceError, match=r"k\.gpkg"):
        layers.refuse_elsewhere(swapped, Path("k.gpkg"))


def test_roads_may_stand_behind_another_layer(tmp_path: Path) -> None:
    kinds = {name: ["x"] for name in ("vegkategori", "vegnummer", "motorvegtype", "medium")}
    path = geopackage(tmp_path / "n.gpkg", box(0, 0, 1), layer="flater", crs=UTM33)
    geopackage(path, line((0, 0), (1, 1)), layer="Veglenke", crs=UTM33, typeVeg=["enkelBilveg"], vegfase=["V"], **kinds)
    assert len(kartverket.read_road_lines(path)) == 1
