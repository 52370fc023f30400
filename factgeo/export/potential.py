"""The folder of a population potential: the object, the report, the map and tables."""

from __future__ import annotations

from factgeo.export.folder import Folder, Kind
from factgeo.maps import potential as potential_map
from factgeo.reach.potential import AreaPotential, PlacePotential
from factgeo.report import potential as potential_report

KIND = Kind(
    "potential", ("potential.json", "potential.md", "map.html", "best.csv", "bases.csv", "cells.csv", "units.csv")
)


def of_area(found: AreaPotential) -> Folder:
    """The folder of an area's potential: its best places, its bases and its cells."""
    files = {
        "potential.json": lambda: potential_report.area_json(found),
        "potential.md": lambda: potential_report.area_markdown(found),
        "map.html": lambda: potential_map.area_map(found),
        "best.csv": lambda: potential_report.best_table(found),
        "bases.csv": lambda: potential_report.bases_table(found),
        "cells.csv": lambda: potential_report.cells_table(found),
    }
    return Folder(KIND, files)


def of_place(found: PlacePotential) -> Folder:
    """The folder of a place's potential: the units and cells within reach."""
    files = {
        "potential.json": lambda: potential_report.place_json(found),
        "potential.md": lambda: potential_report.place_markdown(found),
        "map.html": lambda: potential_map.place_map(found),
        "units.csv": lambda: potential_report.units_table(found),
        "cells.csv": lambda: potential_report.reached_table(found),
    }
    return Folder(KIND, files)
