"""``factgeo travel``: one trip, taken apart."""

from __future__ import annotations

from factgeo.atlas import places
from factgeo.cli import command
from factgeo.cli.command import Answer, Given
from factgeo.cli.options import Common
from factgeo.contract import plan as plan_contract
from factgeo.report import plan as plan_report
from factgeo.travel import journeys


def run(common: Common, *, start: str, end: str, explain: bool) -> None:
    """Show one trip taken apart."""

    def answer(given: Given) -> Answer:
        atlas, chosen = given.atlas, given.settings
        a, b = places.resolve(start, atlas), places.resolve(end, atlas)
        trip = journeys.between(atlas, a, b, chosen)
        unchanged = chosen.on_todays_roads()
        today = None if unchanged == chosen else journeys.between(atlas, a, b, unchanged)
        explanation = ["", *plan_report.explanation(chosen)] if explain else []
        return Answer(
            content=lambda: plan_contract.trip_json(a, b, trip, today),
            lines=lambda: [*plan_report.trip_lines(a, b, trip, today), *explanation],
        )

    command.answer(common, answer)
