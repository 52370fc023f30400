"""``factgeo potential``: who lives around a place, and the best places of an area."""

from __future__ import annotations

from factgeo.atlas import places
from factgeo.cli import command
from factgeo.cli.command import Answer, Given, Overlay
from factgeo.cli.options import Common, progress
from factgeo.errors import PlanError
from factgeo.export import potential as potential_files
from factgeo.language import text
from factgeo.reach import potential
from factgeo.report import potential as potential_report


def run(common: Common, *, at: str | None, within: str | None) -> None:
    """Show who lives around a place, or the best places of an area."""

    def answer(given: Given) -> Answer:
        progress(text("progress.potential"))
        if at is not None:
            return _of_place(at, given)
        return _of_area(given)

    if at is not None and common.area is not None:
        raise PlanError("at_or_area")
    limits = {} if within is None else {"potential": {"within": potential.read_minutes(within)}}
    command.answer(common, answer, kind=potential_files.KIND, overlay=Overlay(tables=limits))


def _of_place(at: str, given: Given) -> Answer:
    atlas, chosen = given.atlas, given.settings
    found = potential.of_place(atlas, places.resolve(at, atlas), chosen, potential.rules(chosen))
    return Answer(
        content=lambda: potential_report.place_json(found),
        lines=lambda: potential_report.place_lines(found),
        folder=lambda: potential_files.of_place(found),
    )


def _of_area(given: Given) -> Answer:
    atlas, chosen = given.atlas, given.settings
    found = potential.of_area(atlas, given.area, chosen, potential.rules(chosen))
    return Answer(
        content=lambda: potential_report.area_json(found),
        lines=lambda: potential_report.area_lines(found),
        folder=lambda: potential_files.of_area(found),
    )
