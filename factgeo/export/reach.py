"""The folder of a reach: the object, the report, the map, tables and pictures."""

from __future__ import annotations

import pandas as pd

from factgeo.export.folder import Files, Folder, Kind, Make
from factgeo.language import number, percent, text
from factgeo.maps.reach import reach_map
from factgeo.report import measure as measure_report
from factgeo.report import reach as reach_report
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report.charts import sensitivity as sensitivity_chart
from factgeo.report.charts import tradeoff as tradeoff_chart
from factgeo.report.charts.tradeoff import Mark
from factgeo.report.reach import ReachReport

KIND = Kind("reach", (
    "reach.json", "reach.md", "map.html", "regions.csv", "left_out.csv", "fairness.csv", "sensitivity.csv",
    "frontier.png", "curves.png", "swings.png",
))  # fmt: skip
TEAMS_OF_REPORT = 118  # 35 ACT and 83 FACT (report 3/2017, NAPHA 22259; validation_cases.csv, report_teams)


def folder(found: ReachReport) -> Folder:
    """The folder of a reach, with what was asked besides."""
    content = reach_report.to_json(found)
    files: dict[str, Make] = {
        "reach.json": lambda: content,
        "reach.md": lambda: reach_report.markdown(found),
        "map.html": lambda: reach_map(
            found.reach, left_out=found.left_out, remedies=found.remedies or (), today=found.today
        ),
        "regions.csv": lambda: pd.json_normalize(content["by_region"]),
    }
    return Folder(KIND, {**files, **_analyses(found)})


def _analyses(found: ReachReport) -> Files:
    """Tables and pictures of what was asked besides the measure."""
    files: dict[str, Make] = {}
    if found.left_out:
        files["left_out.csv"] = lambda: pd.DataFrame(measure_report.left_out_json(found.left_out))
    if (fairness := found.fairness) is not None:
        files["fairness.csv"] = lambda: pd.DataFrame(measure_report.fairness_rows(fairness))
    if (sensitivity := found.sensitivity) is not None:
        files["sensitivity.csv"] = lambda: sensitivity_report.table(sensitivity.rows)
        files["curves.png"] = lambda: sensitivity_chart.curves_picture(sensitivity)
        files["swings.png"] = lambda: sensitivity_chart.swings_picture(sensitivity)
    if found.frontier and (result := found.result) is not None:
        files["frontier.png"] = lambda: tradeoff_chart.draw(found.frontier, result, _marks(found))
    return files


def _marks(found: ReachReport) -> list[Mark]:
    """Today's listed teams with what they reach, and for Norway the number of teams in the report."""
    marks = [
        Mark(
            len(each.placed),
            each.share,
            text("reach.mark.listed", teams=number(len(each.placed)), share=percent(each.share, 0)),
        )
        for each in found.today
        if each.reading == "narrow" and each.placed
    ]
    if set(found.reach.area.units) == set(found.reach.atlas.units.index):
        marks.append(Mark(TEAMS_OF_REPORT, None, text("reach.mark.report", teams=TEAMS_OF_REPORT)))
    return marks
