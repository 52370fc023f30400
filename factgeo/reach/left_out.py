"""The residents who are not reached by a plan, by unit and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from factgeo.planning.result import Result
from factgeo.reach.shares import OutReason
from factgeo.travel.times import UNREACHABLE


@dataclass(frozen=True)
class LeftOut:
    """Residents of one unit who are not reached, for one reason.

    Attributes:
        reason: Why the unit has no team; or ``too_small`` (its team's area is below the minimum size), ``beyond`` (more
            than T minutes from the own team) or ``unreachable`` (no road or ferry from there).
        nearest_min: Fewest minutes to any of them from the own team; None without a team or a way.
    """

    unit_code: str
    name: str
    reason: OutReason
    persons: int
    nearest_min: float | None


def left_out(result: Result) -> tuple[LeftOut, ...]:
    """Return all residents who are not reached by the measure ``planner``, by unit and reason; most people first."""
    plan, atlas, cells = result.plan, result.atlas, result.journeys.cells
    persons, seconds = cells["persons"].to_numpy(dtype=np.int64), result.ways.seconds
    why: dict[str, OutReason] = {entry.unit_code: entry.reason for entry in plan.unserved}
    why |= dict.fromkeys(_too_small(result), "too_small")
    late = np.where(seconds > 60 * plan.settings.travel.minutes, "beyond", "")
    far = np.where(seconds == UNREACHABLE, "unreachable", late)
    given = [why.get(unit) for unit in cells["unit_code"]]
    reason = [known or other for known, other in zip(given, far, strict=True)]
    table = pd.DataFrame({"unit": cells["unit_code"], "reason": reason, "persons": persons, "seconds": seconds})
    table = table[(table["reason"] != "") & (table["persons"] > 0)]
    sums = table.groupby(["unit", "reason"], as_index=False).agg(persons=("persons", "sum"), seconds=("seconds", "min"))
    found = [
        LeftOut(row.unit, str(atlas.units.at[row.unit, "name"]), row.reason, int(row.persons),
                None if row.seconds == UNREACHABLE else row.seconds / 60)
        for row in sums.itertuples()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.persons, each.unit_code, each.reason)))


def by_reason(out: Iterable[LeftOut]) -> dict[OutReason, int]:
    """Return the residents left out by reason, the most first."""
    sums: dict[OutReason, int] = {}
    for each in out:
        sums[each.reason] = sums.get(each.reason, 0) + each.persons
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def _too_small(result: Result) -> Iterator[str]:
    """Return the units of catchments below the minimum size: teams that a planner keeps, or that are listed."""
    settings = result.plan.settings
    counted = result.atlas.counted(settings.size.who)
    for catchment in result.plan.catchments:
        if counted.loc[list(catchment.units)].sum() < settings.size.minimum:
            yield from catchment.units
