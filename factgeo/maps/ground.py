"""What never changes while an area is drafted, as files that the browser fetches."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.maps.layers import COARSEST_M, FINENESS, MARGIN, outlines_around, shared_segments
from factgeo.maps.palette import CLASSES, INK, SHADES
from factgeo.maps.raster import CELL_M, numbered_image, png

ROADS = {"motorway": "E", "trunk": "E", "E": "E", "R": "R", "F": "F"}  # how each class of the pack is drawn
SCRIPT = "live_map.js"
FORMAT = "1"  # of the files below; other numbers, other folders
ONE_PIXEL_M = 400.0  # metres of Web Mercator per pixel of a picture at least
Shape = tuple[BaseGeometry, Mapping[str, object]]


@dataclass(frozen=True, eq=False)
class Grid:
    """Which inhabited 1 km square each pixel of a picture in Web Mercator shows.

    Attributes:
        square: The square of each pixel, counted from 1; 0 without residents.
        of_cell: The square of each cell of the area, in the order of the pack; 0 without residents.
        corners: ``[[south, west], [north, east]]`` in degrees.
    """

    square: NDArray[np.uint16 | np.uint32]
    of_cell: NDArray[np.intp]
    corners: list[list[float]]


@dataclass(frozen=True, eq=False)
class Ground:
    """What never changes while an area is drafted; shared by all sessions.

    Attributes:
        area: The area.
        year: Of the population figures.
        folder: Name of the folder with the files of this area.
        bounds: What the window shows first, ``[[south, west], [north, east]]`` in degrees.
        first_cell: Where the cells of each unit begin among those of the area, and where the last ones end.
        grid: The pixels of pictures; None without residents.
    """

    area: Area
    year: int
    folder: str
    bounds: list[list[float]]
    first_cell: NDArray[np.intp]
    grid: Grid | None


def ground(atlas: Atlas, area: Area, folder: Path) -> Ground:
    """The ground of an area; its files are written below ``folder``, once for each pack, area and version of the map.

    Args:
        atlas: The pack as it is shipped, with no links added.
        area: The area.
        folder: Served to the browser; made where it is missing.

    Raises:
        OSError: The files cannot be written.
    """
    script = resources.files("factgeo.maps").joinpath(SCRIPT).read_bytes()
    made_of = "\n".join((FORMAT, atlas.digest, *area.units)).encode() + script
    out = folder / hashlib.sha256(made_of).hexdigest()[:24]
    cells = atlas.cells[atlas.cells["unit_code"].isin(area.units).to_numpy()]
    grid = _grid(cells)
    if not out.is_dir():
        _write(out, {**_contents(atlas, area), SCRIPT: script, "population.png": _population(cells, grid)})
    bounds = json.loads((out / "bounds.json").read_bytes())
    codes = cells["unit_code"].to_numpy(dtype=object)
    first = np.searchsorted(codes, np.array([*area.units, "~"], dtype=object))
    return Ground(area, atlas.year, out.name, bounds, first, grid)


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """A folder with all its files or none; where another process was faster, its folder stays."""
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, content in files.items():
            (work / name).write_bytes(content)
        work.chmod(0o755)
        work.rename(out)
    except OSError:
        if not out.is_dir():
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _contents(atlas: Atlas, area: Area) -> dict[str, bytes]:
    """The lines and outlines of an area, by the names of their files; degrees."""
    outlines = outlines_around(atlas, area.units)
    here = outlines.loc[list(area.units)]
    west, south, east, north = map(float, here.total_bounds)
    contents: dict[str, object] = {
        "bounds": [[south, west], [north, east]],
        "units": _collection(_units(here, atlas)),
        "around": _collection((shape, {}) for shape in outlines.drop(here.index)),
        "borders": _collection(_borders(here)),
        "roads": _collection(_roads(atlas, area)),
    }
    return {f"{name}.json": json.dumps(told, separators=(",", ":")).encode() for name, told in contents.items()}


def _collection(shapes: Iterable[Shape]) -> dict[str, object]:
    """Shapes with their properties as GeoJSON."""
    features = [
        {"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(shape)}
        for shape, told in shapes
        if not shape.is_empty
    ]
    return {"type": "FeatureCollection", "features": features}


def _units(outlines: gpd.GeoSeries, atlas: Atlas) -> Iterator[Shape]:
    """The units with a point inside each, for its signs."""
    for unit, shape in outlines.items():
        inside = shapely.point_on_surface(max(shapely.get_parts(shape), key=shapely.area))
        at = [round(inside.x, 4), round(inside.y, 4)]
        yield shape, {"unit": unit, "name": str(atlas.units.at[unit, "name"]), "at": at}


def _borders(outlines: gpd.GeoSeries) -> Iterator[Shape]:
    """The line between each two neighbours, ``a`` and ``b``; not the coast, nor where the area ends."""
    segments, one, other = shared_segments(outlines.to_numpy())
    lines = pd.DataFrame({"one": one, "other": other}).groupby(["one", "other"]).indices
    for (a, b), rows in lines.items():
        line = shapely.line_merge(shapely.multilinestrings(segments[rows]))
        yield line, {"a": outlines.index[a], "b": outlines.index[b]}


def _roads(atlas: Atlas, area: Area) -> Iterator[Shape]:
    """Main roads and the car ferries that sail all year around an area, as fine as a screen can show."""
    west, south, east, north = atlas.units.loc[list(area.units)].total_bounds
    detail = min(COARSEST_M, max(east - west, north - south) / FINENESS)
    margin = MARGIN * max(east - west, north - south)
    roads = atlas.roads.cx[west - margin : east + margin, south - margin : north + margin]
    ferries = (roads["kind"] == "ferry") & (roads["season"] == "") & (roads["in_service"] != "no")
    kinds = roads["road_class"].map(ROADS).where(roads["kind"] == "road").mask(ferries, "ferry")
    for kind, some in roads.groupby(kinds):
        line = shapely.simplify(shapely.line_merge(shapely.union_all(some.geometry.to_numpy())), detail)
        degrees = gpd.GeoSeries([line], crs=roads.crs).to_crs(4326).iloc[0]
        yield shapely.transform(degrees, lambda at: at.round(4)), {"kind": kind}


def _grid(cells: pd.DataFrame) -> Grid | None:
    """The pixels of the inhabited squares of some cells."""
    lived_in = cells["persons"].to_numpy() > 0
    if not lived_in.any():
        return None
    place = pd.DataFrame({"column": cells["x"] // CELL_M, "row": cells["y"] // CELL_M}).astype(np.int64)
    of_cell = np.zeros(len(cells), dtype=np.intp)
    squares = place[lived_in].drop_duplicates(ignore_index=True)
    numbered = pd.MultiIndex.from_frame(squares)
    of_cell[lived_in] = numbered.get_indexer(pd.MultiIndex.from_frame(place[lived_in])) + 1
    square, corners = numbered_image(squares, ONE_PIXEL_M)
    return Grid(square, of_cell, corners)


def _population(cells: pd.DataFrame, grid: Grid | None) -> bytes:
    """The residents of each square in shades; one clear pixel without residents."""
    palette = list(INK) * (len(SHADES) + 1)
    if grid is None:
        return png(np.zeros((1, 1), dtype=np.uint8), palette, bytes((0, *SHADES)))
    persons = np.bincount(grid.of_cell, weights=cells["persons"].to_numpy())
    shades = np.searchsorted(CLASSES, persons, side="right").astype(np.uint8)
    shades[0] = 0
    return png(shades[grid.square], palette, bytes((0, *SHADES)))
