"""``factgeo compare``: two plans of one area, side by side."""

from __future__ import annotations

from pathlib import Path

from factgeo import machine
from factgeo.atlas import pack
from factgeo.cli import command
from factgeo.cli.command import Answer
from factgeo.cli.options import Common, progress
from factgeo.contract import comparison as comparison_contract
from factgeo.explore import compare
from factgeo.export import comparison as comparison_files
from factgeo.export import folder
from factgeo.planning import pipeline, planfile
from factgeo.report import comparison as comparison_report
from factgeo.report.writers import terminal


def run(common: Common, *, a: Path, b: Path) -> None:
    """Measure both plans without solving, and show what differs."""
    atlas = pack.load()
    if common.out is not None:
        folder.refuse(comparison_files.KIND, common.out, overwrite=common.overwrite)
    left, right = (pipeline.measure_plan(atlas, planfile.read(path, atlas), progress) for path in (a, b))
    found = compare.compare(left, right, names=(machine.shown(a), machine.shown(b)))
    answer = Answer(
        content=lambda: comparison_contract.to_json(found),
        lines=lambda: terminal.lines(comparison_report.brief(found), item=terminal.HYPHEN),
        folder=lambda: comparison_files.folder(found, left, right),
    )
    command.finish(answer, common)
