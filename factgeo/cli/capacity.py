"""``factgeo capacity``: what a plan takes: clients, positions, driving, cars."""

from __future__ import annotations

from factgeo.capacity import capacity
from factgeo.cli import command
from factgeo.cli.command import Answer, Given
from factgeo.cli.options import Common
from factgeo.contract import capacity as capacity_contract
from factgeo.report import capacity as capacity_report
from factgeo.report.writers import terminal


def run(common: Common) -> None:
    """Measure a plan without solving, and show what it takes."""
    command.answer(common, _answer)


def _answer(given: Given) -> Answer:
    found = capacity.assess(command.measured(given))
    return Answer(
        content=lambda: capacity_contract.to_json(found),
        lines=lambda: terminal.lines(capacity_report.brief(found)),
    )
