"""``factgeo compare``: two plans of one area, side by side."""

from __future__ import annotations

from pathlib import Path

from factgeo import machine
from factgeo.atlas import pack
from factgeo.cli import command
from factgeo.cli.command import Answer
from factgeo.cli.options import Common, progress
from factgeo.explore import compare
from factgeo.export import comparison as comparison_files
from factgeo.planning import pipeline, planfile
from factgeo.report import comparison as comparison_report


def run(common: Common, *, a: Path, b: Path) -> None:
    """Measure both plans as they stand and show what differs."""
    atlas = pack.load()
    if common.out is not None:
        comparison_files.refuse_folder(common.out, overwrite=common.overwrite)
    left, right = (pipeline.given(atlas, planfile.read(path, atlas), progress) for path in (a, b))
    found = compare.compare(left, right, names=(machine.shown(a), machine.shown(b)))
    answer = Answer(
        content=lambda: compare.to_json(found),
        lines=lambda: comparison_report.lines(found),
        write=lambda out: comparison_files.export_comparison(found, left, right, out, overwrite=common.overwrite),
    )
    command.finish(answer, common.out, as_json=common.as_json)
