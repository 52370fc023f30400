"""The folder of a need: the object, the report, tables of units, figures and years, and the picture of the years."""

from __future__ import annotations

from factgeo.export.folder import Folder, Kind
from factgeo.report import need as need_report
from factgeo.report import target_groups
from factgeo.report.charts import history as history_chart
from factgeo.report.target_groups import NeedReport

KIND = Kind("need", ("need.json", "need.md", "units.csv", "figures.csv", "history.csv", "history.png"))


def folder(found: NeedReport) -> Folder:
    """The folder of a need."""
    files = {
        "need.json": lambda: target_groups.to_json(found),
        "need.md": lambda: target_groups.markdown(found),
        "units.csv": lambda: need_report.table(found.whole),
        "figures.csv": lambda: need_report.sources(found.whole),
        "history.csv": lambda: need_report.history_table(found.history),
        "history.png": lambda: history_chart.draw(found.history),
    }
    return Folder(KIND, files)
