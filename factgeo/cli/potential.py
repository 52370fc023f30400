"""``factgeo potential``: who lives around a place, and the best places of an area."""

from __future__ import annotations

from pathlib import Path

import click

from factgeo.cli.options import (
    command,
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
from factgeo.language import text


def potential_command() -> click.Command:
    """The command ``potential`` with its options."""
    parameters = [
        option("--area", show_default="norge"),
        option("--at", metavar="PLACE"),
        option("--within", show_default="30,45,60,90", metavar="MIN,..."),
        *out_options("out_potential"),
        json_flag(),
        *settings_options(),
        *what_if_options(),
    ]
    return command("potential", _potential, parameters)


def _potential(
    *,
    area: str | None,
    at: str | None,
    within: str | None,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    config: Path | None,
    assignments: tuple[str, ...],
    close: tuple[str, ...],
    add: Path | None,
    timetable: Path | None,
) -> None:
    """Who lives around a place, or the best places of an area."""
    from factgeo import settings  # noqa: PLC0415
    from factgeo.atlas import areas, pack, places  # noqa: PLC0415 - help must answer at once
    from factgeo.export import potential as potential_files  # noqa: PLC0415
    from factgeo.reach import potential  # noqa: PLC0415
    from factgeo.report import potential as potential_report  # noqa: PLC0415

    if at is not None and area is not None:
        raise PlanError("at_or_area")
    limits = {} if within is None else {"potential": {"within": potential.read_minutes(within)}}
    atlas = pack.load()
    changed = what_if(atlas, close, add, timetable) | limits
    chosen = settings.load(file=config, assignments=assignments, tables=changed)
    asked = potential.rules(chosen)
    if out is not None:
        potential_files.refuse_folder(out, overwrite=overwrite)
    progress(text("progress.potential"))
    if at is not None:
        place = potential.of_place(atlas, places.resolve(at, atlas), chosen, asked)
        if out is not None:
            potential_files.write_place(place, out, overwrite=overwrite)
        content, said = potential_report.place_json(place), potential_report.place_lines(place)
    else:
        whole = potential.of_area(atlas, areas.resolve(area or "norge", atlas), chosen, asked)
        if out is not None:
            potential_files.write_area(whole, out, overwrite=overwrite)
        content, said = potential_report.area_json(whole), potential_report.area_lines(whole)
    if as_json:
        print_json(content)
    else:
        show("\n".join(said))
