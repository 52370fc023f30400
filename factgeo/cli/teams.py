"""``factgeo teams``: the listed teams."""

from __future__ import annotations

from factgeo.atlas import teams
from factgeo.cli import command
from factgeo.cli.command import Answer, Given
from factgeo.cli.options import Common
from factgeo.contract import teams as teams_contract
from factgeo.report import teams as teams_report
from factgeo.report.writers import terminal


def run(common: Common) -> None:
    """Show the listed teams that touch an area, with what is known and what is read into their names."""
    command.answer(common, _answer)


def _answer(given: Given) -> Answer:
    atlas = given.atlas
    here = teams.list_teams(atlas, given.area)
    return Answer(
        content=lambda: teams_contract.to_json(here, atlas),
        lines=lambda: terminal.apart(teams_report.chapters(here, atlas, given.area)),
    )
