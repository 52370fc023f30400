"""A comparison of two plans as files: comparison.json, .csv and .md, and map.html; whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from factgeo.atlas.pack import Atlas
from factgeo.contract import comparison as comparison_contract
from factgeo.explore.compare import Comparison
from factgeo.files import folders
from factgeo.files.spreadsheet import write_csv
from factgeo.maps import plan as plan_map
from factgeo.maps.comparison import comparison_map
from factgeo.planning.result import Result
from factgeo.report import comparison as comparison_report
from factgeo.report.writers import markdown

FILES = ("comparison.json", "comparison.csv", "comparison.md", "map.html")


def export_comparison(
    comparison: Comparison, atlas: Atlas, a: Result, b: Result, out: Path, *, overwrite: bool
) -> dict[str, Any]:
    """Write the folder of a comparison and return the object of its ``comparison.json``.

    Raises:
        OutputError: The folder holds other things, or a comparison and not ``overwrite``, or cannot be written.
    """
    refuse_folder(out, overwrite=overwrite)
    content = comparison_contract.to_json(comparison)
    with folders.replaced(out) as folder:
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "comparison.json").write_text(text + "\n", encoding="utf-8")
        write_csv(comparison_contract.table(comparison), folder / "comparison.csv")
        words = markdown.write(comparison_report.report(comparison, atlas))
        (folder / "comparison.md").write_text(words, encoding="utf-8")
        plan_map.save_html(comparison_map(atlas, a, b, comparison), folder / "map.html")
    return content


def refuse_folder(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that a comparison must not be written to.

    Raises:
        OutputError: It is a file, holds other things, or holds a comparison and not ``overwrite``.
    """
    folders.refuse(out, FILES, overwrite=overwrite, key="out_holds_a_comparison")
