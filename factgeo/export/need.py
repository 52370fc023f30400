"""The folder of a need: the object, the report, tables of units, figures and years, and the picture of the years."""

from __future__ import annotations

from factgeo.capacity.target_groups import NeedReport
from factgeo.contract import need as need_contract
from factgeo.contract import target_groups as target_groups_contract
from factgeo.export.folder import Folder, Kind
from factgeo.report import target_groups as target_groups_report
from factgeo.report.charts import history as history_chart
from factgeo.report.writers import markdown

KIND = Kind("need", ("need.json", "need.md", "units.csv", "figures.csv", "history.csv", "history.png"))


def folder(found: NeedReport) -> Folder:
    """The folder of a need."""
    files = {
        "need.json": lambda: target_groups_contract.to_json(found),
        "need.md": lambda: _words(found),
        "units.csv": lambda: need_contract.table(found.whole),
        "figures.csv": lambda: need_contract.sources(found.whole),
        "history.csv": lambda: need_contract.history_table(found.history),
        "history.png": lambda: history_chart.draw(found.history),
    }
    return Folder(KIND, files)


def _words(found: NeedReport) -> str:
    return "\n\n".join(markdown.chapters([chapter]) for chapter in target_groups_report.chapters(found))
