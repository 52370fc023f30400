"""A trip as the object that other programs rely on."""

from __future__ import annotations

import dataclasses
from typing import Any

from factgeo.atlas.places import Place
from factgeo.language.figures import maybe_tenth
from factgeo.travel.trips import Trip


def to_json(start: Place, end: Place, trip: Trip, today: Trip | None) -> dict[str, Any]:
    """The object that ``factgeo travel --json`` prints; ``today`` is the trip without closures and new links."""
    whole = {"from": dataclasses.asdict(start), "to": dataclasses.asdict(end), **_trip(trip)}
    return whole if today is None else {**whole, "today": _trip(today)}


def _trip(trip: Trip) -> dict[str, Any]:
    names = ("minutes", "drive_min", "crossing_min", "wait_min", "access_min")
    parts = {name: maybe_tenth(getattr(trip, name)) for name in names}
    return {
        "reachable": trip.reachable,
        **parts,
        "km": maybe_tenth(trip.km),
        "ferries": list(trip.ferries),
        "boats": trip.boats,
        "roads": list(trip.roads),
    }
