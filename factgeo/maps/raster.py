"""Squares of 1 km as images in Web Mercator."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray
from PIL import Image

from factgeo.maps.palette import CLASSES, INK, SHADES

CELL_M = 1000
PIXELS = 2200  # the longer side of the population image at most
EVERY = 16  # one pixel in so many, along either side, is projected
FINEST_M = 100.0  # metres of Web Mercator per pixel at least


def population_image(cells: pd.DataFrame) -> tuple[Image.Image, list[list[float]]]:
    """Residents per cell as an image in Web Mercator, and its corners ``[[south, west], [north, east]]`` in degrees.

    A pixel shows the 1 km square of EPSG:25833 in which its centre lies; squares without residents are clear.
    """
    image, corners = squares_image(_squares(cells))
    image.putpalette(INK * (len(SHADES) + 1))
    return image, corners


def squares_image(squares: pd.DataFrame) -> tuple[Image.Image, list[list[float]]]:
    """Squares (column, row and shade, 1-255) as an image in Web Mercator with one number per pixel, and its corners.

    A pixel shows the 1 km square of EPSG:25833 in which its centre lies, and 0 where there is none.
    """
    numbers, corners = numbered_image(squares, FINEST_M)
    shades = np.concatenate([[0], squares["shade"].to_numpy()]).astype(np.uint8)
    return Image.fromarray(shades[numbers], mode="P"), corners


def numbered_image(squares: pd.DataFrame, finest_m: float) -> tuple[NDArray[np.uint16 | np.uint32], list[list[float]]]:
    """The row, counted from 1, of the square that each pixel of an image in Web Mercator shows, and its corners.

    0 where no square is; a pixel shows the 1 km square of EPSG:25833 in which its centre lies, and is at least
    ``finest_m`` metres of Web Mercator wide.
    """
    left, bottom, right, top = _mercator_box(squares)
    step = max(finest_m, (right - left) / PIXELS, (top - bottom) / PIXELS)
    width, height = int(np.ceil((right - left) / step)), int(np.ceil((top - bottom) / step))
    column, row = _squares_of_pixels(left, top, step, (height, width))
    first_column, first_row = squares["column"].min(), squares["row"].min()
    shape = (squares["column"].max() - first_column + 1, squares["row"].max() - first_row + 1)
    table = np.zeros(shape, dtype=np.min_scalar_type(max(len(squares), 256)))
    table[squares["column"] - first_column, squares["row"] - first_row] = np.arange(1, len(squares) + 1)
    column, row = column - first_column, row - first_row
    inside = (column >= 0) & (row >= 0) & (column < shape[0]) & (row < shape[1])
    found = table[np.clip(column, 0, shape[0] - 1), np.clip(row, 0, shape[1] - 1)]
    numbers = np.where(inside, found, table.dtype.type(0))
    to_degrees = pyproj.Transformer.from_crs(3857, 4326, always_xy=True)
    west, south = to_degrees.transform(left, top - height * step)
    east, north = to_degrees.transform(left + width * step, top)
    return numbers, [[south, west], [north, east]]


def _squares(cells: pd.DataFrame) -> pd.DataFrame:
    """The inhabited 1 km squares (column and row, counted from the origin) with the number of their shade."""
    place = {"column": cells["x"] // CELL_M, "row": cells["y"] // CELL_M}
    persons = pd.DataFrame({**place, "persons": cells["persons"]}).groupby(["column", "row"])["persons"].sum()
    table = persons[persons > 0].reset_index()
    return table.assign(shade=np.searchsorted(CLASSES, table["persons"], side="right"))


def _mercator_box(squares: pd.DataFrame) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of the squares in EPSG:3857."""
    to_mercator = pyproj.Transformer.from_crs(25833, 3857, always_xy=True)
    corners = [
        to_mercator.transform((squares["column"] + dx) * CELL_M, (squares["row"] + dy) * CELL_M)
        for dx in (0, 1)
        for dy in (0, 1)
    ]
    x, y = np.concatenate([c[0] for c in corners]), np.concatenate([c[1] for c in corners])
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _squares_of_pixels(
    left: float, top: float, step: float, shape: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Column and row of the square below each pixel's centre.

    Every 16th pixel is projected and the rest interpolated, which errs by less than 20 m and is many times faster.
    """
    rows, columns = (np.arange(0, length + EVERY, EVERY) for length in shape)
    to_utm = pyproj.Transformer.from_crs(3857, 25833, always_xy=True)
    x, y = np.meshgrid(left + (columns + 0.5) * step, top - (rows + 0.5) * step)
    east, north = (_between(_between(values, 0, shape[0]), 1, shape[1]) for values in to_utm.transform(x, y))
    return np.floor(east / CELL_M).astype(np.int64), np.floor(north / CELL_M).astype(np.int64)


def _between(values: NDArray[np.float64], axis: int, length: int) -> NDArray[np.float64]:
    """The values at each of so many steps along an axis, where every 16th is given: straight lines between them."""
    before, rest = np.divmod(np.arange(length), EVERY)
    weight = np.expand_dims(rest / EVERY, 1 - axis)
    return np.take(values, before, axis) * (1 - weight) + np.take(values, before + 1, axis) * weight


def png(numbers: NDArray[np.uint8], palette: list[int], opacity: bytes) -> bytes:
    """Numbered colours as an image."""
    image, content = Image.fromarray(numbers, mode="P"), io.BytesIO()
    image.putpalette(palette)
    image.save(content, format="PNG", transparency=opacity, compress_level=3)
    return content.getvalue()
