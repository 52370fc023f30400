"""Writing GeoPackages, so that a full disk or an odd name is met as for any other file."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

ROOM = 2**24  # bytes; GDAL does not say why it fails, but with less than this left the disk may well be full


def write(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write layers, by their names, as one GeoPackage.

    Raises:
        OSError: It cannot be written.
    """
    if _is_utf8(path):
        _write(layers, path)
        return
    with tempfile.TemporaryDirectory() as work:  # GDAL takes no other names
        beside = Path(work) / "layers.gpkg"
        _write(layers, beside)
        shutil.copyfile(beside, path)


def _write(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    for name, layer in layers.items():
        try:
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
        except (DataSourceError, DataLayerError, FeatureError) as error:
            full = shutil.disk_usage(path.parent).free < ROOM
            raise OSError(errno.ENOSPC if full else 0, str(error), path) from None


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
