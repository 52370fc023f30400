"""Read a layer of a geographic file: find it by its columns and shapes, and refuse coordinates that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from factgeo.errors import SourceError
from factgeo.language import Phrase
from factgeo.sources import formats
from factgeo.sources.formats import Layer, Opened

# what each kind of shape is called in a file; the names of curves as well, which are read as many short lines
SHAPES = {
    "points": ("POINT", "MULTIPOINT"),
    "lines": ("LINESTRING", "MULTILINESTRING", "CIRCULARSTRING", "COMPOUNDCURVE", "CURVE", "MULTICURVE"),
    "areas": ("POLYGON", "MULTIPOLYGON", "CURVEPOLYGON", "SURFACE", "MULTISURFACE"),
}
OF_ALL_KINDS = (formats.ANY, "UNKNOWN", "GEOMETRYCOLLECTION", "GEOMCOLLECTION")
# the shapes that may stand in a row; a collection of areas is what some programs make of an outline
IN_A_ROW = {
    "points": (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT),
    "lines": (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING),
    "areas": (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON, shapely.GeometryType.GEOMETRYCOLLECTION),
}
SHOWN = 8  # columns that a message lists
LANDS = (0.0, 53.0, 40.0, 82.0)  # west, south, east, north of Norway and its neighbours, degrees

Column = str | tuple[str, ...]  # a column, or the names that editions give it


def read_layer(
    path: Path,
    *,
    columns: Sequence[Column] = (),
    shape: str | None = None,
    layer: str | None = None,
    lacking: str = "source_columns",
) -> gpd.GeoDataFrame:
    """Read the layer of a GeoPackage, GeoJSON or GML file that has these columns and shapes; index = row in the file.

    Args:
        path: The file.
        columns: The columns that the layer must have, in any case; columns with one name come back in its spelling.
        shape: "points", "lines" or "areas"; None takes all.
        layer: Its name, if it is known.
        lacking: The error (``file``, ``missing``, ``found``) for a missing column.

    Returns:
        At least one row; flat shapes, none of them empty, all coordinates finite; with a coordinate system.

    Raises:
        SourceError: The file is not what its name says, no layer fits or several do, or a row cannot be used.
    """
    with formats.opened(path) as found:
        chosen = _chosen(found, path, columns, shape, layer, lacking)
        table = found.read(chosen)
    if not isinstance(table, gpd.GeoDataFrame) or not _is_on_earth(table.crs):
        raise SourceError("source_crs", file=path)
    if table.empty:
        raise SourceError("source_empty", file=path)
    table = table.set_geometry(_flat(table, path, shape), crs=table.crs)
    return table.rename(columns=_spellings(table, columns))


def _chosen(
    found: Opened, path: Path, columns: Sequence[Column], shape: str | None, name: str | None, lacking: str
) -> Layer:
    """Return the one layer that fits; of several, the one that has rows."""
    if not found.layers:
        raise (
            SourceError("source_query", file=path, layer=found.queries[0])
            if found.queries
            else SourceError("source_empty", file=path)
        )
    if name is not None and name not in [each.name for each in found.layers]:
        raise SourceError("source_layer", file=path, layer=name, found=_names(found.layers))
    named = [each for each in found.layers if name in (None, each.name)]
    with_columns = [each for each in named if not _missing(each, columns)]
    fitting = [each for each in with_columns if _may_hold(each, shape)]
    filled = [each for each in fitting if each.rows]
    if len(filled) > 1:
        raise SourceError("source_layers", file=path, layers=_names(filled))
    if fitting:
        return (filled or fitting)[0]
    if with_columns:
        raise SourceError("source_shapes", file=path, layers=_names(with_columns), shape=Phrase(f"shape.{shape}"))
    raise _no_layer(named, path, columns, lacking)


def _no_layer(layers: Sequence[Layer], path: Path, columns: Sequence[Column], lacking: str) -> SourceError:
    """Return the error that says what the nearest layer lacks; if there are several, it names all."""
    missing, best = min(((_missing(each, columns), each) for each in layers), key=lambda pair: len(pair[0]))
    found = ", ".join(best.columns[:SHOWN]) if len(layers) == 1 else None
    if found is None:
        return SourceError("source_no_layer", file=path, missing=", ".join(missing), layers=_names(layers))
    return SourceError(lacking, file=path, missing=", ".join(missing), found=found)


def _names(layers: Sequence[Layer]) -> str:
    return ", ".join(layer.name for layer in layers)


def _missing(layer: Layer, columns: Sequence[Column]) -> list[str]:
    there = {name.casefold() for name in layer.columns}
    asked = [(column,) if isinstance(column, str) else column for column in columns]
    return [names[0] for names in asked if not there & {name.casefold() for name in names}]


def _may_hold(layer: Layer, shape: str | None) -> bool:
    return shape is None or layer.shape in SHAPES[shape] or layer.shape in OF_ALL_KINDS


def _spellings(table: pd.DataFrame, columns: Sequence[Column]) -> dict[str, str]:
    """Return the columns that were asked for by one name, by their spelling in the file."""
    there = {str(name).casefold(): str(name) for name in table.columns}
    return {
        there[column.casefold()]: column
        for column in columns
        if isinstance(column, str) and column not in table.columns
    }


def _flat(table: gpd.GeoDataFrame, path: Path, shape: str | None) -> NDArray[np.object_]:
    """Return the shapes without heights; refuse a row without a shape, or with one that cannot be used, by name."""
    shapes = shapely.force_2d(table.geometry.to_numpy())
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes) | _endless(shapes)
    if empty.any():
        raise SourceError("source_geometry", file=path, row=table.index[int(empty.argmax())])
    if shape is not None:
        other = ~np.isin(shapely.get_type_id(shapes), IN_A_ROW[shape])
        if other.any():
            row = table.index[int(other.argmax())]
            raise SourceError("source_shape", file=path, row=row, shape=Phrase(f"shape.{shape}"))
    return np.asarray(shapes, dtype=object)


def _endless(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which shapes have a coordinate that is no number."""
    places, of = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[of[~np.isfinite(places).all(axis=1)]] = True
    return found


def _is_on_earth(crs: pyproj.CRS | None) -> bool:
    """Is it a coordinate system of places on earth?"""
    return crs is not None and (crs.is_geographic or crs.is_projected)


def in_crs(table: gpd.GeoDataFrame, crs: int | str, path: Path) -> gpd.GeoDataFrame:
    """Return the table in another coordinate system.

    Raises:
        SourceError: A coordinate is impossible in the file's own system, such as metres that are taken for degrees.
    """
    try:
        moved = table.to_crs(crs)
    except ProjError:
        raise SourceError("source_crs", file=path) from None
    lost = _endless(moved.geometry.to_numpy())
    if lost.any():
        row = int(lost.argmax())
        raise _not_here(table.iloc[[row]], table.index[row], path)
    return moved


def refuse_elsewhere(
    table: gpd.GeoDataFrame, path: Path, *, bounds: tuple[float, float, float, float] = LANDS, margin: float = 0.0
) -> None:
    """Refuse shapes that lie outside some bounds, such as those with swapped axes or of another UTM zone.

    Args:
        table: In any coordinate system.
        path: The file that it was read from.
        bounds: West, south, east, north, degrees. With a margin the shapes must fill them, else lie within them.
        margin: Degrees by which each bound may be missed.

    Raises:
        SourceError: They lie elsewhere.
    """
    west, south, east, north = in_crs(table[["geometry"]], 4326, path).total_bounds
    within = west >= bounds[0] and south >= bounds[1] and east <= bounds[2] and north <= bounds[3]
    filled = np.abs(np.array([west, south, east, north]) - bounds).max() <= margin
    if not (filled if margin else within):
        raise _not_here(table, None, path)


def _not_here(table: gpd.GeoDataFrame, row: object, path: Path) -> SourceError:
    x, y = shapely.get_coordinates(table.geometry.to_numpy()[0])[0]
    shown = {"x": f"{x:.7g}", "y": f"{y:.7g}", "crs": _crs_name(table.crs)}
    if row is None:
        return SourceError("source_elsewhere", file=path, **shown)
    return SourceError("source_coordinates", file=path, row=row, **shown)


def _crs_name(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.name)


def outlines(table: gpd.GeoDataFrame, names: pd.Series, path: Path) -> NDArray[np.object_]:
    """Return the areas of a table, repaired: valid, without the lines and points that a repair may leave.

    Raises:
        SourceError: A repair leaves nothing of an outline; the error has its name.
    """
    shapes = np.array([_area(shape) for shape in shapely.make_valid(table.geometry.to_numpy())], dtype=object)
    none = ~(shapely.area(shapes) > 0)
    if none.any():
        raise SourceError("source_no_area", file=path, name=names.iloc[int(none.argmax())])
    return shapes


def _area(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape if it is an area, else the areas in it, as a collection of areas."""
    if shapely.get_type_id(shape) in (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON):
        return shape
    single = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(single[shapely.get_type_id(single) == shapely.GeometryType.POLYGON])
