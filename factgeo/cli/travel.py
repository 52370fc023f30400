"""``factgeo travel``: one trip, taken apart."""

from __future__ import annotations

from factgeo.atlas import places
from factgeo.cli import command
from factgeo.cli.command import Answer, Given
from factgeo.cli.options import Common
from factgeo.contract import trip as trip_contract
from factgeo.report import rules as rules_report
from factgeo.report import trip as trip_report
from factgeo.report.content import Sentence
from factgeo.report.writers import terminal
from factgeo.travel import journeys


def run(common: Common, *, start: str, end: str, explain: bool) -> None:
    """Show one trip taken apart."""

    def answer(given: Given) -> Answer:
        atlas, chosen = given.atlas, given.settings
        a, b = places.resolve(start, atlas), places.resolve(end, atlas)
        trip = journeys.find_trip(atlas, a, b, chosen)
        unchanged = chosen.on_todays_roads()
        today = None if unchanged == chosen else journeys.find_trip(atlas, a, b, unchanged)
        explained = (Sentence(""), *rules_report.explanation(chosen)) if explain else ()
        return Answer(
            content=lambda: trip_contract.to_json(a, b, trip, today),
            lines=lambda: terminal.lines((*trip_report.brief(a, b, trip, today), *explained), item=terminal.HYPHEN),
        )

    command.answer(common, answer)
