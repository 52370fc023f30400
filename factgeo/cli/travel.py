"""``factgeo travel``: one trip, taken apart."""

from __future__ import annotations

from pathlib import Path

import click

from factgeo.cli.options import command, flag, json_flag, print_json, settings_options, show, what_if, what_if_options


def travel_command() -> click.Command:
    """The command with its options."""
    parameters = [
        click.Argument(["start"], metavar="FROM"),
        click.Argument(["end"], metavar="TO"),
        json_flag(),
        *settings_options(),
        *what_if_options(),
        flag("--explain"),
    ]
    return command("travel", _travel, parameters)


def _travel(
    *,
    start: str,
    end: str,
    as_json: bool,
    explain: bool,
    close: tuple[str, ...],
    add: Path | None,
    timetable: Path | None,
    config: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """One trip taken apart."""
    from factgeo import settings  # noqa: PLC0415
    from factgeo.atlas import pack, places  # noqa: PLC0415
    from factgeo.contract import trip as trip_contract  # noqa: PLC0415
    from factgeo.report import rules as rules_report  # noqa: PLC0415
    from factgeo.report import trip as trip_report  # noqa: PLC0415
    from factgeo.report.content import Sentence  # noqa: PLC0415
    from factgeo.report.writers import terminal  # noqa: PLC0415
    from factgeo.travel import journeys  # noqa: PLC0415

    atlas = pack.load()
    chosen = settings.load(file=config, assignments=assignments, tables=what_if(atlas, close, add, timetable))
    a, b = places.resolve(start, atlas), places.resolve(end, atlas)
    trip = journeys.between(atlas, a, b, chosen)
    unchanged = chosen.on_todays_roads()
    today = None if unchanged == chosen else journeys.between(atlas, a, b, unchanged)
    if as_json:
        print_json(trip_contract.to_json(a, b, trip, today))
    else:
        explained = (Sentence(""), *rules_report.explanation(chosen)) if explain else ()
        said = (*trip_report.brief(a, b, trip, today), *explained)
        show("\n".join(terminal.lines(said, item=terminal.HYPHEN)))
