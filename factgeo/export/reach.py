"""The reach of an area as files: reach.json, reach.md, map.html, tables and pictures; whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from factgeo.atlas.pack import Atlas
from factgeo.files import folders
from factgeo.files.spreadsheet import write_csv
from factgeo.language import number, percent, text
from factgeo.maps import plan as plan_map
from factgeo.maps.reach import reach_map
from factgeo.report import measure as measure_report
from factgeo.report import reach as reach_report
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report.charts import sensitivity as sensitivity_chart
from factgeo.report.charts import tradeoff as tradeoff_chart
from factgeo.report.charts.tradeoff import Mark
from factgeo.report.reach import ReachReport

FILES = (
    "reach.json", "reach.md", "map.html", "regions.csv", "left_out.csv", "fairness.csv", "sensitivity.csv",
    "frontier.png", "curves.png", "swings.png",
)  # fmt: skip
TEAMS_OF_REPORT = 118  # 35 ACT and 83 FACT (report 3/2017, NAPHA 22259; validation_cases.csv, report_teams)


def refuse_folder(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that a reach must not be written to.

    Raises:
        OutputError: It is a file, holds other things, or holds a reach and not ``overwrite``.
    """
    folders.refuse(out, FILES, overwrite=overwrite, key="out_holds_a_reach")


def write(found: ReachReport, atlas: Atlas, out: Path, *, overwrite: bool) -> None:
    """Write the folder of a reach.

    Raises:
        OutputError: The folder holds other things, or a reach and not ``overwrite``, or cannot be written.
    """
    refuse_folder(out, overwrite=overwrite)
    content = reach_report.to_json(found, atlas)
    with folders.replaced(out) as folder:
        words = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "reach.json").write_text(words + "\n", encoding="utf-8")
        (folder / "reach.md").write_text(reach_report.markdown(found, atlas), encoding="utf-8")
        drawn = reach_map(atlas, found.reach, left_out=found.left_out, remedies=found.remedies or (), today=found.today)
        plan_map.save_html(drawn, folder / "map.html")
        write_csv(pd.json_normalize(content["by_region"]), folder / "regions.csv")
        if found.left_out:
            write_csv(pd.DataFrame(measure_report.left_out_json(found.left_out)), folder / "left_out.csv")
        if found.fairness:
            write_csv(pd.DataFrame(measure_report.fairness_rows(found.fairness)), folder / "fairness.csv")
        if found.sensitivity:
            write_csv(sensitivity_report.table(found.sensitivity.rows), folder / "sensitivity.csv")
            (folder / "curves.png").write_bytes(sensitivity_chart.curves_picture(found.sensitivity))
            (folder / "swings.png").write_bytes(sensitivity_chart.swings_picture(found.sensitivity))
        if found.frontier and found.result:
            picture = tradeoff_chart.draw(found.frontier, found.result, _marks(found, atlas))
            (folder / "frontier.png").write_bytes(picture)


def _marks(found: ReachReport, atlas: Atlas) -> list[Mark]:
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
    if set(found.reach.area.units) == set(atlas.units.index):
        marks.append(Mark(TEAMS_OF_REPORT, None, text("reach.mark.report", teams=TEAMS_OF_REPORT)))
    return marks
