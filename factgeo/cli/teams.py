"""``factgeo teams``: the listed teams."""

from __future__ import annotations

from factgeo.atlas import teams
from factgeo.cli import command
from factgeo.cli.command import Answer, Given
from factgeo.cli.options import Common


def run(common: Common) -> None:
    """Show the listed teams that touch an area, with what is known and what is read into their names."""
    command.answer(common, _answer)


def _answer(given: Given) -> Answer:
    atlas = given.atlas
    here = teams.list_teams(atlas, given.area)
    return Answer(
        content=lambda: teams.to_json(here, atlas),
        lines=lambda: teams.lines(here, atlas, given.area),
    )
