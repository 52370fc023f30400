"""A trip in words."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.atlas.places import Place
from factgeo.language import Number, Words, say
from factgeo.language.figures import Signed
from factgeo.report.content import Sentence, paragraphs
from factgeo.travel.trips import Trip


def brief(start: Place, end: Place, trip: Trip, today: Trip | None) -> tuple[Sentence, ...]:
    """A trip in a few lines: total, parts, kilometres, ferries, roads, and what closures and new links change."""
    against = () if today is None else (_against(trip, today),)
    return paragraphs([say("trip.head", start=start.name, end=end.name), *_parts(trip), *against])


def _parts(trip: Trip) -> Iterator[Words]:
    if trip.minutes is None or trip.km is None:
        yield say("trip.unreachable")
        return
    parts = {
        "drive": trip.drive_min,
        "crossing": trip.crossing_min,
        "wait": trip.wait_min,
        "access": trip.access_min,
    }
    yield say("trip.total", minutes=Number(trip.minutes), km=Number(trip.km, 1))
    yield say("trip.parts", **{name: Number(value or 0) for name, value in parts.items()})
    if trip.ferries:
        yield say("trip.ferries", names=", ".join(trip.ferries))
    if trip.boats:
        yield say("trip.boats", count=Number(trip.boats))
    if not trip.ferries and not trip.boats:
        yield say("trip.no_ferry")
    if trip.roads:
        yield say("trip.roads", names=" – ".join(trip.roads))
    yield say("trip.quality")


def _against(trip: Trip, today: Trip) -> Words:
    """The same trip without closures and new links."""
    if today.minutes is None or today.km is None:
        return say("trip.today_unreachable")
    said = {"minutes": Number(today.minutes), "km": Number(today.km, 1)}
    if trip.minutes is None:
        return say("trip.today_lost", **said)
    return say("trip.today", change=Signed(round(trip.minutes) - round(today.minutes), zero="+"), **said)
