"""``factgeo teams``: the listed teams."""

from __future__ import annotations

import click

from factgeo.cli.options import command, json_flag, lang, option, print_json, show


def teams_command() -> click.Command:
    """The command with its options."""
    parameters = [
        option("--area", default="norge", show_default=True),
        json_flag(),
        lang(),
    ]
    return command("teams", _teams, parameters)


def _teams(*, area: str, as_json: bool) -> None:
    """The listed teams that touch an area, with what is known and what is read into their names."""
    from factgeo.atlas import areas, pack, teams  # noqa: PLC0415 - help must answer at once

    atlas = pack.load()
    found = areas.resolve(area, atlas)
    here = teams.in_area(teams.listed(atlas), found)
    if as_json:
        print_json(teams.to_json(here, atlas))
    else:
        show("\n".join(teams.lines(here, atlas, found)))
