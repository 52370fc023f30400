"""Files with counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from factgeo.atlas.pack import Atlas
from factgeo.people import local
from factgeo.people.local import LocalCounts

Save = Callable[[str, "str | bytes"], Path]


def counted(atlas: Atlas, save: Save, **persons: int) -> LocalCounts:
    """A planner's file of counts; an argument ``k5501`` is of municipality 5501."""
    rows = "".join(f"{code.lstrip('k')};{count}\n" for code, count in persons.items())
    return local.read(save("brukerplan.csv", f"kommunenr;antall\n{rows}"), atlas)
