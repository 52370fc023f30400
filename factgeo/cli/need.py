"""``factgeo need``: who there is to serve."""

from __future__ import annotations

from pathlib import Path

from factgeo.cli import command
from factgeo.cli.command import Answer, Given
from factgeo.cli.options import Common, progress
from factgeo.export import need as need_files
from factgeo.language import text
from factgeo.people import local as local_counts
from factgeo.report import target_groups


def run(common: Common, *, local: Path | None, projection: Path | None, year: int | None, alternative: str) -> None:
    """Assess an area, or a plan with each of its catchments, and show it."""

    def answer(given: Given) -> Answer:
        if local is not None:
            progress(text("progress.local"))
        counts = None if local is None else local_counts.read(local, given.atlas)
        found = target_groups.report(
            given.atlas, given.area, given.settings, given.plan,
            local=counts, projection=projection, year=year, alternative=alternative.upper(),
        )  # fmt: skip
        return Answer(
            content=lambda: target_groups.to_json(found),
            lines=lambda: target_groups.lines(found),
            folder=lambda: need_files.folder(found),
        )

    command.refuse_plan_with_area(common)
    command.answer(common, answer, kind=need_files.KIND)
