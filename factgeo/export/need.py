"""The need of an area as files: need.json, need.csv, units.csv, figures.csv, history.csv and .png, need.md."""

from __future__ import annotations

import json
from pathlib import Path

from factgeo.atlas.pack import Atlas
from factgeo.files import folders
from factgeo.files.spreadsheet import write_csv
from factgeo.report import need as need_report
from factgeo.report import target_groups
from factgeo.report.charts import history as history_chart
from factgeo.report.target_groups import NeedReport

FILES = ("need.json", "need.md", "units.csv", "figures.csv", "history.csv", "history.png")


def refuse_folder(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that a need must not be written to.

    Raises:
        OutputError: It is a file, holds other things, or holds a need and not ``overwrite``.
    """
    folders.refuse(out, FILES, overwrite=overwrite, key="out_holds_a_need")


def write(found: NeedReport, atlas: Atlas, out: Path, *, overwrite: bool) -> None:
    """Write the folder of a need.

    Raises:
        OutputError: The folder holds other things, or a need and not ``overwrite``, or cannot be written.
    """
    refuse_folder(out, overwrite=overwrite)
    with folders.replaced(out) as folder:
        content = json.dumps(target_groups.to_json(found), ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "need.json").write_text(content + "\n", encoding="utf-8")
        (folder / "need.md").write_text(target_groups.markdown(found, atlas), encoding="utf-8")
        write_csv(need_report.table(found.whole), folder / "units.csv")
        write_csv(need_report.sources(found.whole), folder / "figures.csv")
        write_csv(need_report.history_table(found.history), folder / "history.csv")
        (folder / "history.png").write_bytes(history_chart.draw(found.history))
