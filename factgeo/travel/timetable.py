"""The mean wait for a ferry, from a planner's timetable."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from factgeo.atlas.pack import Atlas
from factgeo.errors import Faults, SourceError, read_each
from factgeo.files import userfiles
from factgeo.files.userfiles import Table
from factgeo.language import names

LONGEST_HEADWAY_MIN = 1440
DAY_MIN = 1440
COLUMNS = {
    "crossing": ("crossing", "samband", "ferjesamband", "ferje", "ferge", "strekning", "ferry"),
    "headway_min": (
        "headway min",
        "headway",
        "intervall",
        "intervall min",
        "intervall minutter",
        "intervall i minutter",
    ),
    "departure": ("departure", "avgang", "avgangstid", "departures"),
    "direction": ("direction", "retning"),
}


def read(path: Path, atlas: Atlas) -> dict[str, float]:
    """Return the mean minutes of waiting per crossing, for arrivals at any moment between first and last departure.

    The table has ``crossing`` and either ``headway_min`` (one row per crossing; the mean wait is half of it) or
    ``departure`` as HH:MM (one row each) and, if it differs, ``direction``. For uneven gaps g the mean wait is
    sum(g^2) / (2 sum(g)) (Welding, Operational Research Quarterly 8, 1957). For two directions it is their mean.

    Raises:
        SourceError: The file cannot be read, or a row has an unknown crossing, an impossible time, or is the only
            departure of its crossing and direction.
    """
    table = userfiles.read(path, COLUMNS, needed=["crossing"])
    if not (table.has("headway_min") or table.has("departure")):
        found = ", ".join(table.headers.values())
        raise SourceError("source_columns", file=path, missing="headway_min / departure", found=found)
    known = {names.plain(name): name for name in atlas.roads["crossing"].unique() if name}
    lines = table.lines
    crossings = read_each(lines, lambda line: _crossing(table.at(line, "crossing"), line, path, known))
    crossing = pd.Series(crossings, index=lines)
    waits = _half_headways if table.has("headway_min") else _half_gaps
    return waits(table, crossing)


def _crossing(given: str, line: int, path: Path, known: dict[str, str]) -> str:
    """Return the crossing as the pack spells it; it may be written in either direction."""
    turned = "-".join(reversed(re.split(r"\s*[-–]\s*", given)))
    for name in (given, turned):
        if names.plain(name) in known:
            return known[names.plain(name)]
    offered = ", ".join(names.nearest(given, known.values())) or "Lavik-Oppedal"
    raise SourceError("timetable_crossing", file=path, line=line, given=given, nearest=offered)


def _half_headways(table: Table, crossing: pd.Series) -> dict[str, float]:
    repeated = crossing[crossing.duplicated()]
    faults = Faults()
    faults.add_all(
        repeated.index, lambda line: SourceError("timetable_twice", file=table.path, line=line, crossing=crossing[line])
    )
    with faults.noted():
        headways = read_each(
            table.lines, lambda line: table.decimal(line, "headway_min", above=0, up_to=LONGEST_HEADWAY_MIN)
        )
    faults.refuse()
    return {str(name): minutes / 2 for name, minutes in zip(crossing, headways, strict=True)}


def _half_gaps(table: Table, crossing: pd.Series) -> dict[str, float]:
    lines = table.lines
    minutes = read_each(lines, lambda line: _minute(table.at(line, "departure"), line, table.path))
    minute = pd.Series(minutes, index=lines)
    direction = pd.Series({line: table.at(line, "direction") for line in table.lines})
    waits: dict[str, list[float]] = {}
    faults = Faults()
    for (name, _), group in minute.groupby([crossing, direction], sort=False):
        gaps = np.diff(np.unique(group.to_numpy())).astype(float)
        if not len(gaps):
            faults.add(SourceError("timetable_alone", file=table.path, line=group.index[0], crossing=name))
            continue
        waits.setdefault(str(name), []).append(float((gaps**2).sum() / (2 * gaps.sum())))
    faults.refuse()
    return {name: round(float(np.mean(each)), 2) for name, each in waits.items()}


def _minute(given: str, line: int, path: Path) -> int:
    """Return the minutes after midnight; departures after midnight may be written 24:30."""
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::\d{2})?", given)
    hours, minutes = (int(part) for part in match.groups()) if match else (99, 99)
    if hours > DAY_MIN // 60 + 3 or minutes >= 60:  # noqa: PLR2004 - minutes in an hour
        raise SourceError("timetable_departure", file=path, line=line, given=given)
    return 60 * hours + minutes
