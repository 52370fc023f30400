"""Who there is to serve, as the object that other programs rely on."""

from __future__ import annotations

from typing import Any

from factgeo.capacity.target_groups import NeedReport, sums_are_told
from factgeo.contract import need as need_contract
from factgeo.language import text, written
from factgeo.people.growth import History
from factgeo.people.privacy import SMALL_TEXT, Mark, Shown
from factgeo.report import local as local_report


def to_json(found: NeedReport) -> dict[str, Any]:
    """The object that ``factgeo need --json`` prints."""
    content = need_contract.to_json(found.whole)
    if found.teams:
        content["teams"] = [{"team_id": team, **need_contract.to_json(each)} for team, each in found.teams.items()]
    content["history"] = _history(found.history)
    if found.local is not None:
        content["local"] = {
            "units": {code: count(shown) for code, shown in found.local.shown.items()},
            "totals": {name: count(shown) for name, shown in found.totals.items()},
            "missing": list(found.missing),
            "made": written(local_report.made(found.local)),
            "method": written(local_report.method()),
            "apart": text("need.local_apart") if sums_are_told(found) else None,
        }
    return content


def count(shown: Shown) -> int | dict[str, object]:
    """A local count: the number, or an object that says ``<5`` or ``withheld``."""
    if shown.count is not None:
        return shown.count
    return {"suppressed": True, "shown": SMALL_TEXT if shown.mark is Mark.SMALL else Mark.WITHHELD.value}


def _history(history: History) -> list[dict[str, int | None]]:
    columns = need_contract.history_columns(history)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
