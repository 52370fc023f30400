"""What municipalities have counted themselves, in words, as far as it may be shown."""

from __future__ import annotations

from factgeo.language import Number, Words, joined, say
from factgeo.people.local import LocalCounts
from factgeo.people.privacy import SMALL_TEXT, SMALLEST, Mark, Shown


def count(shown: Shown) -> Words:
    """The number, ``<5``, or that it is withheld."""
    if shown.count is not None:
        return Number(shown.count)
    return SMALL_TEXT if shown.mark is Mark.SMALL else say("privacy.withheld")


def method() -> Words:
    """The rule of suppression."""
    return say("privacy.method", limit=SMALLEST)


def made(counts: LocalCounts) -> Words:
    """The file, its years, its rows and how many of them are hidden."""
    hidden = sum(each.count is None for each in counts.shown.values())
    years = joined(map(str, counts.years)) or say("local.no_year")
    return say("local.made", file=counts.file, years=years, rows=len(counts.shown), hidden=hidden)
