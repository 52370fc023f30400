"""``factgeo capacity``: what a plan takes: clients, positions, driving, cars."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from factgeo.cli.options import FILE, command, json_flag, option, print_json, progress, settings_options, show


def capacity_command() -> click.Command:
    """The command with its options."""
    parameters = [
        option("--plan", "of_plan", type=FILE, metavar="PLAN", required=True),
        json_flag(),
        *settings_options(),
    ]
    return command("capacity", _capacity, parameters)


def _capacity(*, plan: Path, as_json: bool, config: Path | None, assignments: tuple[str, ...]) -> None:
    """Measure a plan as it stands and show what it takes."""
    from factgeo import settings  # noqa: PLC0415
    from factgeo.atlas import pack  # noqa: PLC0415
    from factgeo.capacity import capacity  # noqa: PLC0415 - help must answer at once
    from factgeo.contract import capacity as capacity_contract  # noqa: PLC0415
    from factgeo.planning import pipeline, planfile  # noqa: PLC0415
    from factgeo.report import capacity as capacity_report  # noqa: PLC0415
    from factgeo.report.writers import terminal  # noqa: PLC0415

    atlas = pack.load()
    given = planfile.read(plan, atlas)
    chosen = settings.load(start=given.settings, file=config, assignments=assignments)
    found = capacity.assess(pipeline.given(atlas, replace(given, settings=chosen), progress))
    if as_json:
        print_json(capacity_contract.to_json(found))
    else:
        show("\n".join(terminal.lines(capacity_report.brief(found))))
