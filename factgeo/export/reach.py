"""The folder of a reach: the object, the report, the map, tables and pictures."""

from __future__ import annotations

import pandas as pd

from factgeo.contract import reach as reach_contract
from factgeo.contract import sensitivity as sensitivity_contract
from factgeo.export.folder import Files, Folder, Kind, Make
from factgeo.maps.reach import reach_map
from factgeo.reach.answers import ReachReport
from factgeo.report import reach as reach_report
from factgeo.report.writers import markdown

KIND = Kind("reach", (
    "reach.json", "reach.md", "map.html", "regions.csv", "left_out.csv", "fairness.csv", "sensitivity.csv",
    "frontier.png", "curves.png", "swings.png",
))  # fmt: skip


def folder(found: ReachReport) -> Folder:
    """The folder of a reach with the optional analyses."""
    content, report = reach_contract.to_json(found), reach_report.report(found)
    files: dict[str, Make] = {
        "reach.json": lambda: content,
        "reach.md": lambda: markdown.write(report),
        "map.html": lambda: reach_map(
            found.reach, left_out=found.left_out, remedies=found.remedies or (), today=found.today
        ),
        "regions.csv": lambda: pd.json_normalize(content["by_region"]),
    }
    return Folder(KIND, {**files, **_tables(found), **{each.file: each.draw for each in report.pictures if each.draw}})


def _tables(found: ReachReport) -> Files:
    """Tables of the optional analyses."""
    files: dict[str, Make] = {}
    if found.left_out:
        files["left_out.csv"] = lambda: pd.DataFrame(reach_contract.left_out_json(found.left_out))
    if (fairness := found.fairness) is not None:
        files["fairness.csv"] = lambda: pd.DataFrame(reach_contract.fairness_rows(fairness))
    if (sensitivity := found.sensitivity) is not None:
        files["sensitivity.csv"] = lambda: sensitivity_contract.table(sensitivity.rows)
    return files
