"""The folder of a comparison of two plans."""

from __future__ import annotations

from factgeo.contract import comparison as comparison_contract
from factgeo.explore.compare import Comparison
from factgeo.export.folder import Folder, Kind
from factgeo.maps.comparison import comparison_map
from factgeo.planning.result import Result
from factgeo.report import comparison as comparison_report
from factgeo.report.writers import markdown

KIND = Kind("comparison", ("comparison.json", "comparison.csv", "comparison.md", "map.html"))


def folder(comparison: Comparison, a: Result, b: Result) -> Folder:
    """The folder of a comparison of the plans ``a`` and ``b``."""
    files = {
        "comparison.json": lambda: comparison_contract.to_json(comparison),
        "comparison.csv": lambda: comparison_contract.table(comparison),
        "comparison.md": lambda: markdown.write(comparison_report.report(comparison)),
        "map.html": lambda: comparison_map(a, b, comparison),
    }
    return Folder(KIND, files)
