"""Missing, cut off, wrong or spoilt source files: one sentence with the file, the line and the way forward."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from worlds.basics import UTM33, box, line, refusal

from factgeo import language
from factgeo.building import pack as building
from factgeo.errors import SourceError
from factgeo.sources import files, kartverket, ssb, tables

Save = Callable[[str, str | bytes], Path]
RESIDENTS = "region_code,sex,age,year,persons\n"
GRID = "SSBID0250M;pop_tot\n"
PLACES = "name,type,language,x,y\n"


def coarse(path: Path) -> ssb.Grid:
    return ssb.read_grid(path, year=2019, cell_m=1000)


def fine(path: Path) -> ssb.Grid:
    return ssb.read_grid(path, year=2019, cell_m=250)


SPOILT = {
    "a cell that is no number": (
        RESIDENTS + "0301,1,0,2026,four\n",
        ssb.read_residents,
        "line 2, column persons: “four”",
    ),
    "a number with decimals": (RESIDENTS + "0301,1,0,2026,4.0\n", ssb.read_residents, "line 2, column persons: “4.0”"),
    "an empty cell": (
        RESIDENTS + "0301,1,0,2026,4\n0301,2,0,2026,\n",
        ssb.read_residents,
        "line 3, column persons: “”",
    ),
    "a negative population": (
        RESIDENTS + "0301,1,0,2026,-4\n",
        ssb.read_residents,
        "line 2, column persons: -4 is below 0",
    ),
    "a fault below blank lines": (RESIDENTS + "\n\n0301,1,0,2026,-4\n", ssb.read_residents, "line 4, column persons"),
    "a row cut off": (RESIDENTS + "0301,1,0,2026,4\n0301,2,0", ssb.read_residents, "line 3, column year"),
    "a row too long": (RESIDENTS + "0301,1,0,2026,4\n0301,2,0,2026,4,5\n", ssb.read_residents, "line 3"),
    "a row that stands twice": (
        RESIDENTS + "0301,1,0,2026,4\n0301,1,0,2026,5\n",
        ssb.read_residents,
        "line 3: region_code, sex, age, year = 0301, 1, 0, 2026 stands there twice",
    ),
    "a code of three digits": (
        RESIDENTS + "301,1,0,2026,4\n",
        ssb.read_residents,
        "line 2: 301, 1, 0 is not a region code",
    ),
    "a third sex": (RESIDENTS + "0301,3,0,2026,4\n", ssb.read_residents, "line 2: 0301, 3, 0 is not a region code"),
    "an age above 105": (
        RESIDENTS + "0301,1,106,2026,4\n",
        ssb.read_residents,
        "line 2: 0301, 1, 106 is not a region code",
    ),
    "a lost row": (
        RESIDENTS + "0301,1,0,2026,4\n0301,2,0,2026,4\n1101,1,0,2026,4\n",
        ssb.read_residents,
        "region 1101 has 1 rows for 2026, others have 2",
    ),
    "a header alone": (RESIDENTS, ssb.read_residents, "is empty"),
    "another table": (
        "kommune,antall\n0301,4\n",
        ssb.read_residents,
        "lacks the column region_code, sex, age, year, persons; it has kommune, antall",
    ),
    "another separator": (
        RESIDENTS.replace(",", ";") + "0301;1;0;2026;4\n",
        ssb.read_residents,
        "lacks the column region_code",
    ),
    "another encoding": (
        RESIDENTS.encode() + "Ås,1,0,2026,4\n".encode("latin-1"),
        ssb.read_residents,
        "cannot be read",
    ),
    "a file that is no text": (bytes(range(256)), ssb.read_residents, "cannot be read"),
    "a 250 m grid given as 1 km": (
        GRID + "20000006600000;5\n",
        coarse,
        "is a grid with SSBID0250M, expected SSBID1000M",
    ),
    "a 1 km grid given as 250 m": (
        "SSBID1000M;pop_tot\n20000006600000;5\n",
        fine,
        "is a grid with SSBID1000M, expected SSBID0250M",
    ),
    "ids of 250 m below a 1 km header": (
        "SSBID1000M;pop_tot\n20000006600000;5\n20002506600000;5\n",
        coarse,
        "line 3: “20002506600000” is not a grid id",
    ),
    "a grid id cut off": (GRID + "20000006600000;5\n2000250660;5\n", fine, "line 3: “2000250660” is not a grid id"),
    "a grid with decimal points": (
        "SSBID1000M;pop_tot;pop_ave2\n20000006600000;9;48.8\n",
        coarse,
        "line 2, column pop_ave2: “48.8” has a decimal point",
    ),
    "a cell that stands twice": (
        GRID + "20000006600000;5\n20000006600000;6\n",
        fine,
        "line 3: ssbid = 20000006600000 stands there twice",
    ),
    "a negative count": (GRID + "20000006600000;-5\n", fine, "line 2, column persons: -5 is below 0"),
    "a grid without rows": (GRID, fine, "is empty"),
    "a grid of commas": (GRID.replace(";", ",") + "20000006600000,5\n", fine, "SSBID0250M"),
    "a place without position": (
        PLACES + "Alta,by,norsk,814160,\n",
        kartverket.read_place_names,
        "line 2, column y: “” is not a number",
    ),
}


@pytest.mark.parametrize(("content", "read", "says"), SPOILT.values(), ids=SPOILT.keys())
def test_a_spoilt_file_is_refused_with_its_name_the_line_and_a_way_forward(
    save: Save, content: str | bytes, read: Callable[[Path], object], says: str
) -> None:
    path = save("spoilt.csv", content)
    message = refusal(SourceError, lambda: read(path))
    assert str(path) in message
    assert says in message
    assert any(way in message for way in ("ownload", "Correct", "Remove", "Is it the right file"))
    assert "\n" not in message


def test_a_compressed_file_that_is_cut_off_is_refused(save: Save) -> None:
    whole = gzip.compress((RESIDENTS + "".join(f"{k},1,0,2026,4\n" for k in range(1000, 3000))).encode())
    message = refusal(SourceError, lambda: ssb.read_residents(save("r.csv.gz", whole[: len(whole) // 2])))
    assert "r.csv.gz cannot be read" in message


def test_a_compressed_file_with_changed_bytes_is_refused(save: Save) -> None:
    whole = gzip.compress(RESIDENTS.encode())
    message = refusal(SourceError, lambda: ssb.read_residents(save("r.csv.gz", whole[:10] + b"\xff" * 40)))
    assert "r.csv.gz cannot be read" in message


def test_a_geojson_that_is_cut_off_is_refused(save: Save) -> None:
    features = gpd.GeoDataFrame({"kommunenummer": ["1101"], "name": ["Eigersund"]}, geometry=[line((0, 0), (1, 1))])
    whole = features.set_crs(4326).to_json()
    message = refusal(SourceError, lambda: kartverket.read_municipalities(save("k.geojson", whole[:-30])))
    assert "k.geojson cannot be read" in message


def test_a_geographic_file_without_any_layer_is_refused(save: Save) -> None:
    bare = '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
    bare += 'xmlns:gml="http://www.opengis.net/gml"></ogr:FeatureCollection>'
    assert "d.gml is empty" in refusal(SourceError, lambda: kartverket.read_districts(save("d.gml", bare)))


def roads(path: Path, layer: str = "Veglenke", **columns: object) -> Path:
    n1000 = dict.fromkeys(["typeVeg", "vegfase", "vegkategori", "vegnummer", "motorvegtype", "medium"], "x")
    table = gpd.GeoDataFrame({**n1000, **columns}, geometry=[line((0, 0), (1, 1))], index=[0], crs=UTM33)
    table.to_file(path, layer=layer)
    return path


def test_a_geopackage_that_is_cut_off_is_refused(tmp_path: Path, save: Save) -> None:
    whole = roads(tmp_path / "n.gpkg").read_bytes()
    message = refusal(SourceError, lambda: kartverket.read_road_lines(save("cut.gpkg", whole[: len(whole) // 2])))
    assert "cut.gpkg cannot be read" in message


def test_a_geopackage_without_the_layer_is_refused_with_the_layers_it_has(tmp_path: Path) -> None:
    path = roads(tmp_path / "n.gpkg", layer="AnnenBatrute")
    message = refusal(SourceError, lambda: kartverket.read_road_lines(path))
    assert "has no layer “Veglenke”, only AnnenBatrute" in message


def test_a_layer_without_a_column_is_refused(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame({"typeVeg": ["x"]}, geometry=[line((0, 0), (1, 1))], crs=UTM33)
    table.to_file(tmp_path / "n.gpkg", layer="Veglenke")
    message = refusal(SourceError, lambda: kartverket.read_road_lines(tmp_path / "n.gpkg"))
    assert "lacks the column vegfase, vegkategori, vegnummer, motorvegtype, medium" in message


def test_a_layer_with_an_empty_geometry_is_refused_with_its_row(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame({"bydelnr": ["030101", "030102"]}, geometry=[box(0, 0, 1), None], crs=UTM33)
    table.to_file(tmp_path / "d.gpkg")
    message = refusal(SourceError, lambda: kartverket.read_districts(tmp_path / "d.gpkg"))
    assert "empty geometry in row 2" in message


@pytest.mark.filterwarnings("ignore")  # of writing a layer without a coordinate system
def test_a_layer_without_coordinate_system_is_refused(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"bydelnr": ["030101"]}, geometry=[box(0, 0, 1)]).to_file(tmp_path / "d.gpkg")
    message = refusal(SourceError, lambda: kartverket.read_districts(tmp_path / "d.gpkg"))
    assert "does not state its coordinate system" in message


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    message = refusal(SourceError, lambda: files.SourceFolder(tmp_path / "nowhere"))
    assert f"There is no folder {tmp_path / 'nowhere'}" in message


def test_a_missing_file_is_named_with_its_place_in_the_folder(tmp_path: Path) -> None:
    message = refusal(SourceError, lambda: files.SourceFolder(tmp_path).find("ssb/grid.csv"))
    assert f"ssb/grid.csv is missing from {tmp_path}" in message


def test_an_empty_file_is_refused(tmp_path: Path, save: Save) -> None:
    save("grid.csv", "")
    assert "grid.csv is empty" in refusal(SourceError, lambda: files.SourceFolder(tmp_path).find("grid.csv"))


def test_a_manifest_that_cannot_be_read_is_refused(tmp_path: Path, save: Save) -> None:
    save("MANIFEST.toml", "[[file]")
    assert "MANIFEST.toml cannot be read" in refusal(SourceError, lambda: files.SourceFolder(tmp_path))


def test_a_file_has_the_passport_of_the_manifest_and_is_marked_where_its_bytes_are_others(
    tmp_path: Path, save: Save
) -> None:
    sha256 = files.file_sha256(save("a.csv", "a\n1\n"))
    entry = '[[file]]\npath = "{}"\npublisher = "SSB"\nsha256 = "{}"\n'
    save("MANIFEST.toml", entry.format("a.csv", sha256) + entry.format("b.csv", sha256))
    save("b.csv", "b\n2\n")
    folder = files.SourceFolder(tmp_path)
    for name in ("a.csv", "b.csv"):
        folder.find(name)
    assert folder.passports["a.csv"].publisher == "SSB"
    assert [folder.passports[name].known for name in ("a.csv", "b.csv")] == [True, False]


CROSSINGS = (
    "crossing_id,name,quay_a,quay_b,route_no,n1000_line_ids,season,in_service,crossing_min,headway_min,"
    "lon_a,lat_a,lon_b,lat_b\n"
)
LAVIK = "lavik,Lavik-Oppedal,Lavik,Oppedal,E39,11;12,all_year,yes,20,,5.5,61.1,5.5,61.0\n"
ANDA = "anda,Anda-Lote,Anda,Lote,E39,13,all_year,yes,10,,6.1,61.8,6.1,61.9\n"


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        (",13,", ",13;x,", "line 3, column n1000_line_ids: “13;x”"),
        ("all_year", "sommer", "line 3, column season: “sommer” is none of all_year, summer"),
        ("yes", "maybe", "line 3, column in_service: “maybe” is none of yes, no, unknown"),
        (",10,", ",10 min,", "line 3, column crossing_min: “10 min”"),
        ("61.8", "sixty", "line 3, column lat_a: “sixty”"),
        ("anda,", "lavik,", "line 3: crossing_id = lavik stands there twice"),
    ],
)
def test_a_spoilt_crossing_is_refused_with_its_line(
    tmp_path: Path, save: Save, right: str, wrong: str, says: str
) -> None:
    save("ferry_crossings.csv", CROSSINGS + LAVIK + ANDA.replace(right, wrong))
    message = refusal(SourceError, lambda: tables.read_crossings(tmp_path))
    assert "ferry_crossings.csv" in message
    assert says in message


def test_crossings_keep_what_is_unknown_unknown(tmp_path: Path, save: Save) -> None:
    undrawn = "barmen,Barmen,Barmen,Barmsund,,,unknown,unknown,,,,,,\n"
    save("ferry_crossings.csv", CROSSINGS + LAVIK + undrawn)
    table = tables.read_crossings(tmp_path)
    assert table["line_ids"].tolist() == [[11, 12], []]
    assert np.isnan(table["crossing_min"]).tolist() == [False, True]
    assert table["point_a"].isna().tolist() == [False, True]


def test_a_facts_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    assert "ferry_crossings.csv is missing" in refusal(SourceError, lambda: tables.read_crossings(tmp_path))
    assert "health_areas.csv is missing" in refusal(SourceError, lambda: tables.read_health_areas(tmp_path))


@pytest.mark.sources
def test_a_build_without_one_of_the_official_files_names_it(tmp_path: Path, sources: Path, facts: Path) -> None:
    for path in sources.rglob("*"):
        if path.is_file() and path.name != "kommuner_2024.geojson":
            link = tmp_path / path.relative_to(sources)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
    message = refusal(SourceError, lambda: building.build(tmp_path, facts, year=2026, resolution="1km"))
    assert "kartverket/kommuner_2024.geojson is missing" in message


def test_a_refusal_is_said_in_each_language(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        files.SourceFolder(tmp_path / "nowhere")
    assert len({caught.value.message(lang) for lang in language.LANGUAGES}) == len(language.LANGUAGES)
