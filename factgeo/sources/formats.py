"""Open geographic files only as the kind that their name says: GeoPackage, GeoJSON, GML.

GDAL chooses its driver by itself: a file of any name can begin with bytes that make GDAL read other files, run a
pipeline or ask an address. So each file is inspected first, without GDAL. It must be of the kind that its name says,
complete, and must not lead elsewhere. GDAL never reads GeoJSON.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from shapely.errors import ShapelyError

from factgeo.errors import SourceError
from factgeo.files import documents
from factgeo.files.documents import UnreadableError
from factgeo.language import Phrase
from factgeo.sources import guarded_xml

logging.getLogger("pyogrio").addHandler(logging.NullHandler())  # GDAL's remarks are no sentences for planners

ANY = "GEOMETRY"  # of a layer that may hold shapes of all kinds
SQLITE = b"SQLite format 3\x00"
HEADER_BYTES = 100  # of an SQLite file: page size at 16, pages at 28, counters at 24 and 92 that say if these hold
PLAIN_TABLE = re.compile(r"\s*CREATE\s+TABLE\b", re.IGNORECASE)
VIRTUAL_TABLE = re.compile(r"\s*CREATE\s+VIRTUAL\s+TABLE\b.*?\bUSING\s+\"?(\w+)", re.IGNORECASE | re.DOTALL)
HARMLESS = ("rtree", "fts3", "fts4", "fts5")  # kinds of virtual tables that read nothing but their own file
CATALOGUE = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
BESIDE = ("-wal", "-journal")  # changes that a program has not yet written into its SQLite file
MOST_LAYERS = 1_000
GENERATED = (2, 3)  # SQLite's marks of a column that is computed when it is read
ODD_IN_NAMES = re.compile(r"^/vsi|[!;?#%\ud800-\udfff]")  # what pyogrio or SQLite take for more than a name
EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})", re.IGNORECASE)
LONLAT = re.compile(r"(?:urn:ogc:def:crs:)?OGC:(?:[\d.]*:)?CRS84", re.IGNORECASE)


@dataclass(frozen=True)
class Layer:
    """A table of shapes in a file.

    Attributes:
        name: Its name in the file.
        shape: POINT, MULTIPOLYGON and so on; ``ANY`` if the file does not say.
        columns: The names of its columns.
        rows: The number of its rows.
    """

    name: str
    shape: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Opened:
    """A file that was inspected.

    Attributes:
        layers: The layers that can be read.
        queries: Names of layers that are stored queries, which are not read.
        read: Reads a layer by its name; a GeoDataFrame if it states its coordinate system, index = row in the file.
    """

    layers: tuple[Layer, ...]
    queries: tuple[str, ...]
    read: Callable[[Layer], pd.DataFrame]


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a geographic file by the kind that its name says.

    Raises:
        SourceError: It is no file or of no known kind, or its bytes are of another kind, cut off or damaged.
    """
    if not path.is_file():
        raise SourceError("file_not_there", file=path)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise SourceError("source_kind", file=path, kinds=", ".join(KINDS))
    try:
        with kind(path) as found, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks, as above
            yield found
    except SourceError:
        raise
    except UnreadableError as error:
        raise SourceError("source_unreadable", file=path, reason=error.reason) from None
    except (RuntimeError, OSError, ValueError, LookupError, sqlite3.Error, ShapelyError):
        raise SourceError("source_unreadable", file=path, reason=Phrase("layers.damaged")) from None


def _unreadable(path: Path, reason: str) -> SourceError:
    return SourceError("source_unreadable", file=path, reason=Phrase(f"layers.{reason}"))


# GeoPackage


@contextmanager
def _geopackage(path: Path) -> Iterator[Opened]:
    """Open a GeoPackage; its layers must be plain tables, because a stored query can do anything when it is read."""
    _refuse_other_bytes(path)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as tables:
        layers, queries = _tables(tables, path)
    with _plainly_named(path) as name:
        yield Opened(layers, queries, lambda layer: _read_geopackage(name, layer, path))


def _refuse_other_bytes(path: Path) -> None:
    """Refuse a file that is not SQLite, is not as long as it says, or is being written by another program."""
    with path.open("rb") as stream:
        head = stream.read(HEADER_BYTES)
    if not head.startswith(SQLITE):
        raise _unreadable(path, "no_geopackage")
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0
    if len(head) < HEADER_BYTES or path.stat().st_size < pages * (65_536 if page == 1 else page):
        raise _unreadable(path, "cut")
    for ending in BESIDE:
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            raise SourceError("source_in_use", file=path, beside=beside.name)


def _tables(tables: sqlite3.Connection, path: Path) -> tuple[tuple[Layer, ...], tuple[str, ...]]:
    """Return the layers of a GeoPackage, and the names of those that are no plain tables."""
    tables.execute("PRAGMA trusted_schema = OFF")
    made = {str(name).lower(): str(sql) for name, sql in tables.execute("SELECT name, sql FROM sqlite_master")}
    kinds = [found[1].lower() for sql in made.values() if (found := VIRTUAL_TABLE.match(sql))]
    if not all(_is_plain(tables, made, name) for name in CATALOGUE) or not set(kinds) <= set(HARMLESS):
        raise _unreadable(path, "no_geopackage")
    listed = tables.execute(
        "SELECT table_name, geometry_type_name FROM gpkg_contents JOIN gpkg_geometry_columns USING (table_name) "
        "WHERE data_type = 'features' LIMIT ?",
        (MOST_LAYERS,),
    ).fetchall()
    plain = [(str(name), str(shape)) for name, shape in listed if _is_plain(tables, made, str(name))]
    layers = tuple(_table(tables, name, shape) for name, shape in plain)
    names = [layer.name for layer in layers]
    return layers, tuple(str(name) for name, _ in listed if str(name) not in names)


def _is_plain(tables: sqlite3.Connection, made: dict[str, str], name: str) -> bool:
    """Is it a table of stored values: no view, no virtual table, no computed column?"""
    computed = tables.execute("SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden IN (?, ?)", (name, *GENERATED))
    return PLAIN_TABLE.match(made.get(name.lower(), "")) is not None and computed.fetchone() is None


def _table(tables: sqlite3.Connection, name: str, shape: str) -> Layer:
    columns = [str(row[0]) for row in tables.execute("SELECT name FROM pragma_table_info(?)", (name,))]
    quoted = '"{}"'.format(name.replace('"', '""'))
    # the name of a table cannot be a parameter; it is quoted, and was found in the file
    (rows,) = tables.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608 # nosec B608
    return Layer(name, shape.upper(), tuple(columns), int(rows))


def _read_geopackage(name: str, layer: Layer, path: Path) -> pd.DataFrame:
    """Read all rows of a layer. The condition is always true; without it GDAL trusts a stored count and loses rows."""
    table = pyogrio.read_dataframe(
        name, layer=layer.name, fid_as_index=True, where="1 = 1", on_invalid="ignore", use_arrow=False,
        IMMUTABLE="YES", LIST_ALL_TABLES="NO",
    )  # fmt: skip
    if len(table) != layer.rows:
        raise _unreadable(path, "cut")
    return table


@contextmanager
def _plainly_named(path: Path) -> Iterator[str]:
    """Return the file under a name in which pyogrio sees only a name: its own, or that of a copy."""
    name = str(path.absolute())
    if not ODD_IN_NAMES.search(name):
        yield name
        return
    with tempfile.TemporaryDirectory() as folder:
        yield shutil.copyfile(path, f"{folder}/layers{path.suffix.lower()}")


# GML


@contextmanager
def _gml(path: Path) -> Iterator[Opened]:
    """Open a GML file from a copy: GDAL writes next to it, and would follow the address of a schema."""
    guarded_xml.parse(path, _Collection(path))
    content = path.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "layers.gml"
        copy.write_bytes(content.replace(b"schemaLocation", b"schemaNotHeeded"))
        names = [str(name) for name, _ in pyogrio.list_layers(str(copy))]
        layers = tuple(_gml_layer(str(copy), name, path) for name in names)
        yield Opened(layers, (), lambda layer: pyogrio.read_dataframe(
            str(copy), layer=layer.name, fid_as_index=True, on_invalid="ignore", use_arrow=False, DOWNLOAD_SCHEMA="NO",
        ))  # fmt: skip


def _gml_layer(copy: str, name: str, path: Path) -> Layer:
    info = pyogrio.read_info(copy, layer=name, force_feature_count=True, DOWNLOAD_SCHEMA="NO")
    if info["driver"] != "GML":
        raise _unreadable(path, "no_gml")
    shape = re.sub(r"^(2\.5D|3D|MEASURED 3D|MEASURED) | Z?M?$", "", str(info["geometry_type"]).upper())
    return Layer(name, shape, tuple(map(str, info["fields"])), int(info["features"]))


@dataclass(frozen=True)
class _Collection:
    """Inspect the elements of a file as they come; the first must be a collection of features."""

    path: Path

    def start(self, name: str, _attributes: dict[str, str], depth: int) -> None:
        """An element begins."""
        if depth == 1 and name.rpartition(":")[2] != "FeatureCollection":
            raise _unreadable(self.path, "no_gml")

    def text(self, _letters: str) -> None:
        """Letters are not looked at."""

    def end(self, _name: str, _depth: int) -> None:
        """Nor are ends."""


# GeoJSON


@contextmanager
def _geojson(path: Path) -> Iterator[Opened]:
    """Read a GeoJSON file: degrees (longitude, latitude), or the system that the older member ``crs`` names."""
    content = documents.read_json(path)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise _unreadable(path, "no_geojson")
    rows = [_properties(feature, path) for feature in features]
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    layer = Layer(path.stem, ANY, columns, len(rows))
    yield Opened((layer,), (), lambda _: _features(features, rows, _crs(content, path), path))


def _properties(feature: object, path: Path) -> dict[str, Any]:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        raise _unreadable(path, "no_geojson")
    return dict(feature.get("properties") or {})


def _features(features: list[Any], rows: list[Any], crs: pyproj.CRS, path: Path) -> gpd.GeoDataFrame:
    index = pd.RangeIndex(1, len(rows) + 1, name="row")
    written = [json.dumps(_flat(feature.get("geometry"))) for feature in features]
    shapes = shapely.from_geojson(written, on_invalid="ignore")
    odd = np.flatnonzero(shapely.is_missing(shapes) & (np.array(written) != "null"))
    if len(odd):
        raise SourceError("source_geometry", file=path, row=index[odd[0]])
    return gpd.GeoDataFrame(pd.DataFrame(rows, index=index), geometry=shapes, crs=crs)


def _flat(given: object) -> object:
    """Return a geometry with two numbers for each place: shapely refuses the heights and measures of some programs."""
    if isinstance(given, dict):
        return {name: _flat(value) for name, value in given.items()}
    if not isinstance(given, list):
        return given
    return given[:2] if given and isinstance(given[0], int | float) else [_flat(value) for value in given]


def _crs(content: dict[str, Any], path: Path) -> pyproj.CRS:
    """Return the coordinate system; only EPSG names and plain degrees are accepted, others are not guessed."""
    given = content.get("crs")
    if given is None:
        return pyproj.CRS.from_epsg(4326)
    named = given.get("properties") if isinstance(given, dict) else None
    name = str(named.get("name")) if isinstance(named, dict) else ""
    if LONLAT.fullmatch(name):
        return pyproj.CRS.from_epsg(4326)
    code = EPSG.fullmatch(name)
    if code is None:
        raise SourceError("source_crs", file=path)
    return pyproj.CRS.from_epsg(int(code[1]))


KINDS = {".gpkg": _geopackage, ".geojson": _geojson, ".json": _geojson, ".gml": _gml}
