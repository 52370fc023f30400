"""What most tests start from: the checkout, shapes on an empty map, and the sentence of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from factgeo.errors import FactgeoError

REPO = Path(__file__).parents[2]
UTM33 = 25833


def line(*points: tuple[float, float]) -> shapely.LineString:
    """A line through points (m)."""
    return shapely.LineString(points)


def box(x: float, y: float, width: float, height: float | None = None) -> shapely.Polygon:
    """A rectangle by its south-west corner (m); a square where no height is given."""
    return shapely.box(x, y, x + width, y + (width if height is None else height))


def areas(column: str, **shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Polygons by code; an argument ``u0301`` has the code 0301."""
    codes = [name.lstrip("u") for name in shapes]
    return gpd.GeoDataFrame({column: codes}, geometry=list(shapes.values()), crs=UTM33)


def refusal(error: type[FactgeoError], call: Callable[[], object]) -> str:
    """The English sentence with which a call is refused."""
    with pytest.raises(error) as caught:
        call()
    return caught.value.message("en")
