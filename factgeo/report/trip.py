"""A trip in words."""

from __future__ import annotations

from factgeo.atlas.places import Place
from factgeo.language import number, text
from factgeo.travel.trips import Trip


def trip_lines(start: Place, end: Place, trip: Trip, today: Trip | None) -> list[str]:
    """A trip in a few lines: total, parts, kilometres, ferries, roads, and what closures and new links change."""
    lines = _trip_lines(start, end, trip)
    return lines if today is None else [*lines, _against(trip, today)]


def _against(trip: Trip, today: Trip) -> str:
    if today.minutes is None or today.km is None:
        return text("trip.today_unreachable")
    change = "" if trip.minutes is None else f"{round(trip.minutes) - round(today.minutes):+d}".replace("-", "−")
    said = {"minutes": number(today.minutes), "km": number(today.km, 1)}
    return text("trip.today_lost", **said) if trip.minutes is None else text("trip.today", change=change, **said)


def _trip_lines(start: Place, end: Place, trip: Trip) -> list[str]:
    head = text("trip.head", start=start.name, end=end.name)
    if trip.minutes is None or trip.km is None:
        return [head, text("trip.unreachable")]
    parts = {
        "drive": trip.drive_min,
        "crossing": trip.crossing_min,
        "wait": trip.wait_min,
        "access": trip.access_min,
    }
    shown = {name: number(value or 0) for name, value in parts.items()}
    lines = [
        head,
        text("trip.total", minutes=number(trip.minutes), km=number(trip.km, 1)),
        text("trip.parts", **shown),
    ]
    if trip.ferries:
        lines.append(text("trip.ferries", names=", ".join(trip.ferries)))
    if trip.boats:
        lines.append(text("trip.boats", count=number(trip.boats)))
    if not trip.ferries and not trip.boats:
        lines.append(text("trip.no_ferry"))
    if trip.roads:
        lines.append(text("trip.roads", names=" – ".join(trip.roads)))
    return [*lines, text("trip.quality")]
