"""Is everything there that factgeo needs?"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from dataclasses import dataclass

from factgeo import pack
from factgeo.errors import FactgeoError
from factgeo.language import text

NEEDED = ("numpy", "scipy", "pandas", "geopandas", "shapely", "networkx", "highspy", "folium", "pydantic")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and whether it is well."""

    well: bool
    text: str


def examine() -> list[Finding]:
    """Python, the packages, the app and the pack, in this order."""
    version = ".".join(map(str, sys.version_info[:3]))
    findings = [Finding(sys.version_info >= (3, 11), text("doctor.python", version=version))]
    findings += [_package(name) for name in NEEDED]
    has_app = importlib.util.find_spec("streamlit") is not None
    findings.append(Finding(has_app, text("doctor.app" if has_app else "doctor.no_app")))
    return [*findings, _pack()]


def _package(name: str) -> Finding:
    try:
        return Finding(well=True, text=f"{name} {importlib.metadata.version(name)}")
    except importlib.metadata.PackageNotFoundError:
        return Finding(well=False, text=text("doctor.no_package", name=name))


def _pack() -> Finding:
    try:
        atlas = pack.load()
        pack.verify(atlas)
    except FactgeoError as error:
        return Finding(well=False, text=error.message())
    return Finding(well=True, text=text("doctor.pack", folder=atlas.folder, digest=atlas.digest[:12]))
