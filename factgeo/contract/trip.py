"""A trip as the object that other programs rely on."""

from __future__ import annotations

import dataclasses
from typing import Any

from factgeo.atlas.places import Place
from factgeo.contract.plan import tenth
from factgeo.travel.trips import Trip


def trip_json(start: Place, end: Place, trip: Trip, today: Trip | None) -> dict[str, Any]:
    """The object that ``factgeo travel --json`` prints; ``today`` is the trip without closures and new links."""
    whole = {"from": dataclasses.asdict(start), "to": dataclasses.asdict(end), **_trip(trip)}
    return whole if today is None else {**whole, "today": _trip(today)}


def _trip(trip: Trip) -> dict[str, Any]:
    parts = {
        name: tenth(getattr(trip, name)) for name in ("minutes", "drive_min", "crossing_min", "wait_min", "access_min")
    }
    return {
        "reachable": trip.reachable,
        **parts,
        "km": tenth(trip.km),
        "ferries": list(trip.ferries),
        "boats": trip.boats,
        "roads": list(trip.roads),
    }
