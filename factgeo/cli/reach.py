"""``factgeo reach``: who can be reached, by three named measures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from factgeo.cli.options import (
    FILE,
    command,
    flag,
    json_flag,
    option,
    out_options,
    print_json,
    progress,
    settings_options,
    show,
    what_if,
    what_if_options,
)
from factgeo.errors import PlanError

if TYPE_CHECKING:
    from factgeo.atlas.areas import Area
    from factgeo.atlas.pack import Atlas
    from factgeo.planning.plan import Plan
    from factgeo.planning.result import Result
    from factgeo.settings import Settings


def reach_command() -> click.Command:
    """The command ``reach`` with its options."""
    presets = click.Choice(["planner", "report-2017", "slide"])
    parameters = [
        option("--preset", "measure", type=presets, default="planner", show_default=True),
        option("--plan", "of_plan", type=FILE, metavar="PLAN"),
        option("--area", show_default="norge"),
        *(flag(name) for name in ("--sensitivity", "--today", "--remedies", "--frontier")),
        *out_options("out_reach"),
        json_flag(),
        *settings_options(),
        *what_if_options(),
    ]
    return command("reach", _reach, parameters)


def _reach(
    *,
    preset: str,
    plan: Path | None,
    area: str | None,
    sensitivity: bool,
    today: bool,
    remedies: bool,
    frontier: bool,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    config: Path | None,
    assignments: tuple[str, ...],
    close: tuple[str, ...],
    add: Path | None,
    timetable: Path | None,
) -> None:
    """Measure reach by one definition and show it, with what else is asked."""
    from factgeo import settings  # noqa: PLC0415
    from factgeo.atlas import areas, pack  # noqa: PLC0415 - help must answer at once
    from factgeo.export import reach as reach_files  # noqa: PLC0415
    from factgeo.planning import planfile  # noqa: PLC0415
    from factgeo.report import reach as reach_report  # noqa: PLC0415
    from factgeo.travel import changes  # noqa: PLC0415

    if plan is not None and area is not None:
        raise PlanError("plan_or_area")
    if remedies and preset != "planner":
        raise PlanError("remedies_planner", preset=preset)
    atlas = pack.load()
    given = None if plan is None else planfile.read(plan, atlas)
    chosen = settings.load(
        start=given.settings if given else None,
        file=config,
        assignments=assignments,
        tables=what_if(atlas, close, add, timetable),
    )
    found = given.area if given else areas.resolve(area or "norge", atlas)
    if out is not None:
        reach_files.refuse_folder(out, overwrite=overwrite)
    asked = reach_report.Asked(remedies, today, frontier, sensitivity)
    needs_plan = preset == "planner" or frontier or given is not None
    result = _planned(atlas, found, chosen, given) if needs_plan else None
    built = result.atlas if result else changes.built(atlas, chosen)
    report = reach_report.report(built, found, chosen, preset, result, asked, progress)
    if out is not None:
        reach_files.write(report, out, overwrite=overwrite)
    if as_json:
        print_json(reach_report.to_json(report))
    else:
        show("\n".join(reach_report.lines(report)))


def _planned(atlas: Atlas, area: Area, settings: Settings, given: Plan | None) -> Result:
    """The plan that is given, as it stands, or the best one."""
    from dataclasses import replace  # noqa: PLC0415 - help must answer at once

    from factgeo.planning import pipeline  # noqa: PLC0415

    if given is not None:
        return pipeline.given(atlas, replace(given, settings=settings), progress)
    return pipeline.run(atlas, area, settings, progress)
