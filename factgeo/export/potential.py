"""The folder of a population potential: the object, the report, the map and tables."""

from __future__ import annotations

from factgeo.contract import potential as potential_contract
from factgeo.export.folder import Folder, Kind
from factgeo.maps import potential as potential_map
from factgeo.reach.potential import AreaPotential, PlacePotential
from factgeo.report import potential as potential_report
from factgeo.report.writers import markdown

KIND = Kind(
    "potential", ("potential.json", "potential.md", "map.html", "best.csv", "bases.csv", "cells.csv", "units.csv")
)


def of_area(found: AreaPotential) -> Folder:
    """The folder of an area's potential: its best places, its bases and its cells."""
    files = {
        "potential.json": lambda: potential_contract.area_json(found),
        "potential.md": lambda: markdown.write(potential_report.area_report(found), depth=2),
        "map.html": lambda: potential_map.area_map(found),
        "best.csv": lambda: potential_contract.best_table(found),
        "bases.csv": lambda: potential_contract.bases_table(found),
        "cells.csv": lambda: potential_contract.cells_table(found),
    }
    return Folder(KIND, files)


def of_place(found: PlacePotential) -> Folder:
    """The folder of a place's potential: the units and cells within reach."""
    files = {
        "potential.json": lambda: potential_contract.place_json(found),
        "potential.md": lambda: markdown.write(potential_report.place_report(found), depth=2),
        "map.html": lambda: potential_map.place_map(found),
        "units.csv": lambda: potential_contract.units_table(found),
        "cells.csv": lambda: potential_contract.reached_table(found),
    }
    return Folder(KIND, files)
