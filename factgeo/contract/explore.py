"""What was asked beyond a plan, as objects and tables that other programs rely on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from factgeo.contract import stability as stability_contract
from factgeo.explore.alternatives import NextBest
from factgeo.explore.answers import Further, ranked
from factgeo.explore.moves import Move
from factgeo.explore.next_teams import NextTeam, NextTeams
from factgeo.explore.tradeoff import TradeOff
from factgeo.explore.why import Answer, obstacle
from factgeo.language import text, written
from factgeo.language.figures import maybe_tenth
from factgeo.planning.plan import Aim
from factgeo.planning.result import Result, share_within
from factgeo.report.differences import unit_names
from factgeo.travel.bases import Base

Row = dict[str, Any]
AIM_FILES: dict[Aim, str] = {"goal": "mal", "reach": "rekkevidde"}
MOVE_COLUMNS = [
    "unit_code", "name", "population", "from_unit", "from", "to_unit", "to",
    "price_person_min", "price_min_per_resident", "within", "served", "moved", "obstacle",
]  # fmt: skip


def to_json(further: Further, result: Result) -> dict[str, Any]:
    """What was asked as an object, one key each; minutes to a tenth, shares to a millionth."""
    found: dict[str, Any] = {}
    if further.alternatives:
        found["alternatives"] = [_alternative_json(k, each, result) for k, each in ranked(further)]
    if further.trade_offs:
        found["tradeoff"] = [_point_json(point) for point in further.trade_offs]
    if further.next_teams:
        found["next"] = _next_json(further.next_teams)
    if further.stability:
        found["stability"] = stability_contract.to_json(further.stability)
    if further.previous:
        found["moves"] = [_move_json(move) for move in further.moves]
    if further.answer:
        found["why"] = _why_json(further.answer)
    return found


def _alternative_json(rank: int, each: NextBest, result: Result) -> Row:
    plan, figures = each.result.plan, each.result.figures
    before, after = result.plan.base_of(), plan.base_of()
    return {
        "rank": rank,
        "status": plan.proof.status,
        "gap": round(plan.proof.gap, 6),
        **_priced(each.price, result),
        "within": each.result.within - result.within,
        "served": each.result.served - result.served,
        "moved": [_change(unit, before.get(unit), after.get(unit)) for unit in each.moved],
        "new_bases": [asdict(base) for base in each.new_bases],
        "old_bases": [asdict(base) for base in each.old_bases],
        "share_within_T": round(share_within(each.result), 6),
        "share_within": {str(limit): round(share, 6) for limit, share in figures.share_within.items()},
        "share_served": round(figures.served, 6),
        "mean_min": maybe_tenth(figures.mean_min),
        "teams": [
            {"team_id": c.team_id, "name": team.name, "base": asdict(c.base), "units": list(c.units),
             "population": team.population}
            for team, c in zip(figures.teams, plan.catchments, strict=True)
        ],
    }  # fmt: skip


def _priced(price: float, result: Result) -> Row:
    each = round(price / max(1, result.figures.population), 3)
    return {"price_person_min": round(price, 1), "price_min_per_resident": each}


def _change(unit: str, before: Base | None, after: Base | None) -> Row:
    return {
        "unit_code": unit,
        "from": None if before is None else before.unit_code,
        "to": None if after is None else after.unit_code,
    }


def _point_json(point: TradeOff) -> Row:
    """A point; shares are None where it has no plan."""
    planned = bool(point.base_of)
    return {
        "aim": point.aim,
        "teams": point.teams,
        "bases": point.bases if planned else None,
        "share_within_T": round(point.within, 6) if planned else None,
        "share_served": round(point.served, 6) if planned else None,
        "mean_min": maybe_tenth(point.mean_min),
        "status": point.status,
        "gap": round(point.gap, 6),
    }


def _next_json(found: NextTeams) -> Row:
    standing, baseline = found.standing, found.baseline
    others = ("unplaced", "outside", "overlays", "left_out")
    return {
        "asked": found.asked,
        "possible_from": found.possible_from,
        "standing": [
            {"base_unit": unit, "count": len(teams), "names": [team.name for team in teams],
             "quality": [team.quality for team in teams]}
            for unit, teams in standing.bases.items()
        ],
        **{name: [team.name for team in getattr(standing, name)] for name in others},
        "status": "unknown",
        "status_note": text("further.next.status"),
        "baseline": {
            "share_within_T": round(share_within(baseline), 6),
            "share_served": round(baseline.figures.served, 6),
            "mean_min": maybe_tenth(baseline.figures.mean_min),
        },
        "one_by_one": [_step_json(step) for step in found.one_by_one],
        "jointly": [_step_json(step) for step in found.jointly],
    }  # fmt: skip


def _step_json(step: NextTeam) -> Row:
    return {"base": asdict(step.base), "within": step.within, "served": step.served}


def _move_json(move: Move) -> Row:
    return {
        "unit_code": move.unit,
        "population": move.persons,
        "from": asdict(move.before),
        "to": None if move.after is None else asdict(move.after),
        "cost": None if move.cost is None else _cost_json(move.cost),
    }


def _cost_json(answer: Answer) -> Row:
    """What forcing a unit costs, or why it cannot be."""
    if answer.forced is None:
        return {"possible": False, "obstacle": written(obstacle(answer))}
    before, after = answer.now.plan.base_of(), answer.forced.plan.base_of()
    return {
        "possible": True,
        **_priced(answer.price, answer.now),
        "within": answer.within,
        "served": answer.served,
        "moved": [_change(unit, before.get(unit), after.get(unit)) for unit in answer.moved],
        "status": answer.forced.proof.status,
    }


def _why_json(answer: Answer) -> Row:
    after = answer.forced.figures.mean_min if answer.forced else None
    return {
        "unit_code": answer.unit,
        "base": asdict(answer.base),
        "already": answer.already,
        "mean_min": {"before": maybe_tenth(answer.now.figures.mean_min), "after": maybe_tenth(after)},
        **_cost_json(answer),
    }


def tables(further: Further, result: Result) -> dict[str, pd.DataFrame]:
    """What was asked as tables for CSV files; of a plan's stability the units."""
    names = result.atlas.units["name"]
    found: dict[str, Iterable[Row]] = {}
    if further.alternatives:
        found["alternatives"] = (_alternative_row(k, each, result) for k, each in ranked(further))
    if further.trade_offs:
        files = _plan_names(further.trade_offs)
        found["tradeoff"] = (
            {**_point_json(point), "plan": name if point.base_of else ""}
            for point, name in zip(further.trade_offs, files, strict=True)
        )
    if further.next_teams:
        found["next"] = _next_rows(further.next_teams)
    if further.stability:
        runs = further.stability.planned
        found["stability"] = (
            {**asdict(unit), "name": names[unit.unit_code], "runs": runs, "share": round(unit.stays / runs, 6)}
            for unit in further.stability.units
        )
    if further.previous:
        found["moves"] = (_move_row(move, result) for move in further.moves)
    columns = {"moves": MOVE_COLUMNS}  # also where nothing moves
    return {name: pd.DataFrame(list(rows), columns=columns.get(name), dtype=object) for name, rows in found.items()}


def _alternative_row(rank: int, each: NextBest, result: Result) -> Row:
    told = _alternative_json(rank, each, result)
    bases = {name: ";".join(base["name"] for base in told[name]) for name in ("new_bases", "old_bases")}
    flat = {name: told[name] for name in told if name not in ("moved", "share_within", "teams")}
    return {**flat, **bases, "moved": ";".join(each.moved)}


def _next_rows(found: NextTeams) -> Iterator[Row]:
    """The new teams, as each adds most to those before, and as the best so many together."""
    for way, steps in (("one_by_one", found.one_by_one), ("jointly", found.jointly)):
        for rank, step in enumerate(steps, start=1):
            base = step.base
            where = {"base": base.name, "base_unit": base.unit_code, "base_lon": base.lon, "base_lat": base.lat}
            yield {"way": way, "rank": rank, **where, "within": step.within, "served": step.served}


def _move_row(move: Move, result: Result) -> Row:
    (name,) = unit_names([move.unit], result)
    after = move.after
    row: Row = {
        "unit_code": move.unit,
        "name": name,
        "population": move.persons,
        "from_unit": move.before.unit_code,
        "from": move.before.name,
        "to_unit": "" if after is None else after.unit_code,
        "to": "" if after is None else after.name,
    }
    cost = {} if move.cost is None else _cost_json(move.cost)
    return {**row, **cost, "moved": ";".join(move.cost.moved) if move.cost else ""}


def _plan_names(points: Sequence[TradeOff]) -> list[str]:
    """A name for each point of the curve: its aim and its number of teams."""
    digits = max(2, len(str(max((point.teams for point in points), default=0))))
    return [f"{AIM_FILES[point.aim]}-{point.teams:0{digits}d}" for point in points]


def curve_plans(further: Further, result: Result) -> dict[str, pd.DataFrame]:
    """The plan of each point of the curve that has one, as a table that ``planfile`` reads; by aim and number.

    Columns unit_code, team_id, base_unit, base_lon, base_lat; a row for each unit of the area, empty where it has no
    team.
    """
    named = zip(_plan_names(further.trade_offs), further.trade_offs, strict=True)
    return {name: _plan_table(point, result) for name, point in named if point.base_of}


def _plan_table(point: TradeOff, result: Result) -> pd.DataFrame:
    used = sorted(set(point.base_of.values()), key=lambda base: base.unit_code)
    digits = max(2, len(str(len(used))))
    team = {base: f"T{k:0{digits}d}" for k, base in enumerate(used, start=1)}
    rows = [(unit, *_plan_row(point.base_of.get(unit), team)) for unit in result.plan.area.units]
    return pd.DataFrame(rows, columns=["unit_code", "team_id", "base_unit", "base_lon", "base_lat"])


def _plan_row(base: Base | None, team: dict[Base, str]) -> tuple[str, str, str, str]:
    """Degrees as text, in full: a base is found again by them."""
    return ("", "", "", "") if base is None else (team[base], base.unit_code, str(base.lon), str(base.lat))
