"""``factgeo need``: who there is to serve."""

from __future__ import annotations

from pathlib import Path

import click

from factgeo.cli.options import (
    FILE,
    command,
    json_flag,
    option,
    out_options,
    print_json,
    progress,
    settings_options,
    show,
)
from factgeo.errors import PlanError
from factgeo.language import text


def need_command() -> click.Command:
    """The command with its options."""
    parameters = [
        option("--area", show_default="norge"),
        option("--plan", "of_plan", type=FILE, metavar="PLAN"),
        option("--local", type=FILE, metavar="FILE"),
        option("--projection", type=FILE, metavar="FILE"),
        option("--year", "of_people", type=int, metavar="Y"),
        option("--alternative", default="MMMM", show_default=True, metavar="XXXX"),
        *out_options("out_need"),
        json_flag(),
        *settings_options(),
    ]
    return command("need", _need, parameters)


def _need(
    *,
    area: str | None,
    plan: Path | None,
    local: Path | None,
    projection: Path | None,
    year: int | None,
    alternative: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    config: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Assess an area, or a plan with each of its catchments, and show it."""
    from factgeo import settings  # noqa: PLC0415
    from factgeo.atlas import areas, pack  # noqa: PLC0415 - help must answer at once
    from factgeo.export import need as need_files  # noqa: PLC0415
    from factgeo.people import local as local_counts  # noqa: PLC0415
    from factgeo.planning import planfile  # noqa: PLC0415
    from factgeo.report import target_groups  # noqa: PLC0415

    if plan is not None and area is not None:
        raise PlanError("plan_or_area")
    atlas = pack.load()
    given = None if plan is None else planfile.read(plan, atlas)
    chosen = settings.load(start=given.settings if given else None, file=config, assignments=assignments)
    found = given.area if given else areas.resolve(area or "norge", atlas)
    if out is not None:
        need_files.refuse_folder(out, overwrite=overwrite)
    if local is not None:
        progress(text("progress.local"))
    counts = None if local is None else local_counts.read(local, atlas)
    report = target_groups.report(
        atlas, found, chosen, given, local=counts, projection=projection, year=year, alternative=alternative.upper()
    )
    if out is not None:
        need_files.write(report, out, overwrite=overwrite)
    if as_json:
        print_json(target_groups.to_json(report))
    else:
        show("\n".join(target_groups.lines(report)))
