"""Read tags of OpenStreetMap: minutes, limits, numbers, directions, and roads that are gone or not yet built."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

ZONE_KPH = {"urban": 50.0, "rural": 80.0, "motorway": 100.0, "living_street": 15.0}  # general limits in Norway
SPEEDS_KPH = (5.0, 130.0)
KPH_PER_MPH = 1.609344
RIGHTS = ("motorcar", "motor_vehicle", "vehicle")  # the most specific first
CONDITIONAL = tuple(f"{tag}:conditional" for tag in (*RIGHTS, "access"))
GONE = ("abandoned", "demolished", "destroyed", "disused", "planned", "proposed", "razed", "removed")
NOT_OPEN = {*GONE, "construction", "temporary"}  # state= of a route
ONWARD, BACKWARD = {"yes", "true", "1", "f"}, {"-1", "reverse", "t"}
ONE_WAY_KINDS = {"motorway", "motorway_link"}  # of highway=, unless oneway= says otherwise
ONE_WAY_JUNCTIONS = {"roundabout", "circular"}
CLOCK = re.compile(r"(\d{1,4}):(\d\d)(?::(\d\d))?")
ISO = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?)?", re.IGNORECASE)
PLAIN = re.compile(
    r"(\d{1,4}(?:[.,]\d{1,6})?)\s*(m|mins?|minutt|minutter|minutes?|h|hours?|t|timer?)?\.?", re.IGNORECASE
)
HOURS_AND_MINUTES = re.compile(
    r"(\d{1,3})\s*(?:h|hours?|t|timer?)\.?\s*(\d{1,2})\s*(?:m|mins?|minutt(?:er)?)?\.?", re.IGNORECASE
)


def minutes(text: str) -> float:
    """Return the minutes of a ``duration`` tag (``00:20``, ``01:10:00``, ``PT1H20M``, ``20``, ``20 min``), else NaN."""
    text = text.strip()
    if clock := CLOCK.fullmatch(text):
        return 60 * int(clock[1]) + int(clock[2]) + int(clock[3] or 0) / 60
    iso = ISO.fullmatch(text)
    if iso and any(iso.groups()):
        days, hours, mins, seconds = (int(part or 0) for part in iso.groups())
        return 1440 * days + 60 * hours + mins + seconds / 60
    if both := HOURS_AND_MINUTES.fullmatch(text):
        return 60.0 * int(both[1]) + int(both[2])
    plain = PLAIN.fullmatch(text)
    if plain is None:
        return np.nan
    return float(plain[1].replace(",", ".")) * (60 if (plain[2] or "m")[0].lower() in "ht" else 1)


def limit_kph(tags: Iterable[str]) -> float:
    """Return km/h of one or more ``maxspeed`` tags, on average: ``80``, ``50 mph``, ``NO:urban``; NaN if unknown."""
    found = [_kph(part.strip()) for tag in tags for part in re.split(r"[;|,]", tag)]
    known = [kph for kph in found if SPEEDS_KPH[0] <= kph <= SPEEDS_KPH[1]]
    return round(sum(known) / len(known), 1) if known else np.nan


def _kph(text: str) -> float:
    zone = re.fullmatch(r"[A-Za-z]{2}:(?:zone:?)?(\w+)", text)
    if zone:
        return float(zone[1]) if zone[1].isdecimal() else ZONE_KPH.get(zone[1], np.nan)
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", text)
    if number is None:
        return np.nan
    return float(number[1]) * (KPH_PER_MPH if number[2] == "mph" else 1)


def road_number(ref: str) -> str:
    """Return the first road number of ``ref`` as the pack writes it: E6, R4, F505; a bare number does not change."""
    first = ref.split(";", maxsplit=1)[0].replace(" ", "")
    found = re.fullmatch(r"(E|Rv|Fv|R|F|K|P)?\.?(\d+\w*)", first, re.IGNORECASE)
    return f"{(found[1] or '')[:1].upper()}{found[2]}" if found else first


def direction(tags: Mapping[str, str]) -> str:
    """Return B for both ways, FT in drawing direction, TF for the other way.

    Motorways, their ramps and roundabouts are one-way unless tagged; ``oneway=no``, ``reversible`` and ``alternating``
    lead both ways there too.
    """
    said = tags.get("oneway", "").lower()
    if said in BACKWARD:
        return "TF"
    implied = tags.get("highway") in ONE_WAY_KINDS or tags.get("junction") in ONE_WAY_JUNCTIONS
    return "FT" if said in ONWARD or (not said and implied) else "B"


def right(tags: Mapping[str, str], *, general: bool = True) -> str:
    """Return what cars may do here: the most specific tag decides; ``general`` also reads ``access``."""
    asked = (*RIGHTS, "access") if general else RIGHTS
    return next((tags[tag] for tag in asked if tags.get(tag)), "")


def is_there(tags: Mapping[str, str]) -> bool:
    """Is it neither given up nor only planned?"""
    return not any(tags.get(tag, "no") not in ("", "no") for tag in GONE) and tags.get("state") not in NOT_OPEN


def is_ferry(tags: Mapping[str, str]) -> bool:
    """Is this a line of ships? ``route`` may have several values."""
    return "ferry" in [part.strip() for part in tags.get("route", "").split(";")]
