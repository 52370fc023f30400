"""A population potential as files: potential.json and .md, map.html and tables; whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from factgeo.files import folders
from factgeo.files.spreadsheet import write_csv
from factgeo.maps import potential as potential_map
from factgeo.maps.offline import Map, save_html
from factgeo.reach.potential import AreaPotential, PlacePotential
from factgeo.report import potential as potential_report

FILES = ("potential.json", "potential.md", "map.html", "best.csv", "bases.csv", "cells.csv", "units.csv")


def refuse_folder(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that a potential must not be written to.

    Raises:
        OutputError: It is a file, holds other things, or holds a potential and not ``overwrite``.
    """
    folders.refuse(out, FILES, overwrite=overwrite, key="out_holds_a_potential")


def write_area(found: AreaPotential, out: Path, *, overwrite: bool) -> None:
    """Write the potential of an area: best.csv, bases.csv, cells.csv beside the text, the object and the map.

    Raises:
        OutputError: The folder holds other things, or a potential and not ``overwrite``, or cannot be written.
    """
    tables = {
        "best": potential_report.best_table(found),
        "bases": potential_report.bases_table(found),
        "cells": potential_report.cells_table(found),
    }
    words = potential_report.area_markdown(found)
    drawn = potential_map.area_map(found)
    _write(out, potential_report.area_json(found), words, drawn, tables, overwrite=overwrite)


def write_place(found: PlacePotential, out: Path, *, overwrite: bool) -> None:
    """Write the potential of a place: units.csv and cells.csv beside the text, the object and the map.

    Raises:
        OutputError: The folder holds other things, or a potential and not ``overwrite``, or cannot be written.
    """
    tables = {"units": potential_report.units_table(found), "cells": potential_report.reached_table(found)}
    words = potential_report.place_markdown(found)
    drawn = potential_map.place_map(found)
    _write(out, potential_report.place_json(found), words, drawn, tables, overwrite=overwrite)


def _write(
    out: Path,
    content: Mapping[str, object],
    words: str,
    drawn: Map,
    tables: Mapping[str, pd.DataFrame],
    *,
    overwrite: bool,
) -> None:
    refuse_folder(out, overwrite=overwrite)
    with folders.replaced(out) as folder:
        line = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "potential.json").write_text(line + "\n", encoding="utf-8")
        (folder / "potential.md").write_text(words, encoding="utf-8")
        save_html(drawn, folder / "map.html")
        for name, table in tables.items():
            write_csv(table, folder / f"{name}.csv")
