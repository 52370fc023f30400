"""What a plan takes, as the object that other programs rely on and as a table: rounded to what the figures deserve."""

from __future__ import annotations

from typing import Any

import pandas as pd

from factgeo.capacity.capacity import Capacity, TeamCapacity, Totals, totals
from factgeo.capacity.driving import Load
from factgeo.capacity.satellites import Choice
from factgeo.language.figures import Rounding, half, hundredth, rough, tenth, whole
from factgeo.people.range import Range


def to_json(capacity: Capacity) -> dict[str, Any]:
    """The object that ``factgeo capacity --json`` prints: rounded to what the figures deserve."""
    return {
        "quality": "estimate",
        "teams": [_team_json(team) for team in capacity.teams],
        "act_areas": [_team_json(team) for team in capacity.act],
        "totals": _totals_json(totals(capacity)),
        "listed_teams_unread": list(capacity.unread),
        "parameters": [
            {"id": p.id, "low": p.low, "central": p.central, "high": p.high, "unit": p.unit, "source": p.source,
             "quality": p.quality, "replaced": p.replaced}
            for p in capacity.used
        ],
        "rules": {
            "capacity_need": capacity.rules.capacity.model_dump(mode="json"),
            "driving": capacity.rules.driving.model_dump(mode="json"),
        },
    }  # fmt: skip


def _three(figure: Range, how: Rounding = whole) -> dict[str, float]:
    return {"low": how(figure.low), "central": how(figure.central), "high": how(figure.high)}


def _team_json(team: TeamCapacity) -> dict[str, Any]:
    load = team.load
    return {
        "team_id": team.team_id,
        "name": team.name,
        "model": team.model,
        "teams": team.teams,
        "target_group": _three(team.target_group),
        "places": _three(team.places),
        "clients": _three(team.clients),
        "limit": team.limit,
        "limit_certain": team.limit_certain,
        "gap": _three(team.gap),
        "free": _three(team.free),
        "teams_needed": _three(team.teams_needed, half),
        "positions": _three(team.positions, half),
        "roles": {role: _three(figure, tenth) for role, figure in team.roles.items()},
        "practice": {"positions": _three(team.practice_positions, half), **_time_json(team.practice_load)},
        "listed": None if team.listed is None else {
            "names": list(team.listed.names),
            "teams": half(team.listed.teams),
            "places": _three(team.listed.places),
            "gap": _three(team.listed.gap),
            "clients_today": rough(team.listed.today),
        },
        "mean_min": None if team.mean_minutes is None else tenth(team.mean_minutes),
        "visits_per_week": _three(load.visits, rough),
        "visits_not_driven_per_week": _three(load.not_driven, tenth),
        "driving_hours_per_week": _three(load.hours, rough),
        "km_per_week": _three(load.km, rough),
        "cars": _three(load.cars),
        **_time_json(load),
        "most_uncertain": load.decides,
        "over_full": load.over_full,
        "unreachable": team.unreachable,
        "satellites": {
            "worth": team.satellites.worth,
            "choices": [_choice_json(choice) for choice in team.satellites.choices],
        },
    }  # fmt: skip


def _time_json(load: Load) -> dict[str, Any]:
    return {
        "driving_hours_per_position": _three(load.road_hours, tenth),
        "driving_share_of_time": _three(load.road_share, hundredth),
        "visit_share_of_time": _three(load.visit_share, hundredth),
    }


def _choice_json(choice: Choice) -> dict[str, Any]:
    return {
        "bases": [{"unit_code": base.unit_code, "name": base.name, "lon": base.lon, "lat": base.lat}
                  for base in choice.bases],
        "driving_hours_per_week": _three(choice.load.hours, rough),
        **_time_json(choice.load),
        "saved_hours": rough(choice.saved),
        "saved_more": rough(choice.saved_more),
        "proven": choice.proven,
        "reaches_more": choice.newly_reached > 0,
    }  # fmt: skip


def _totals_json(all_: Totals) -> dict[str, Any]:
    return {
        "teams": all_.teams,
        "target_group": _three(all_.target_group),
        "places": _three(all_.places),
        "clients": _three(all_.clients),
        "gap": _three(all_.gap),
        "free": _three(all_.free),
        "teams_needed": _three(all_.teams_needed, half),
        "positions": _three(all_.positions, half),
        "practice_positions": _three(all_.practice_positions, half),
        "driving_hours_per_week": _three(all_.hours, rough),
        "km_per_week": _three(all_.km, rough),
        "cars": _three(all_.cars),
        "listed": {
            "teams": half(all_.listed_teams),
            "places": _three(all_.listed_places),
            "gap": _three(all_.listed_gap),
            "clients_today": rough(all_.listed_today),
        },
    }


def table(capacity: Capacity) -> pd.DataFrame:
    """One row per catchment and ACT area; columns of figures end in ``_low``, ``_central`` and ``_high``."""
    rows = []
    for team in capacity.all:
        found = _team_json(team)
        row = {name: found[name] for name in ("team_id", "name", "model", "teams", "limit", "mean_min", "unreachable")}
        ranged = {name: value for name, value in found.items() if isinstance(value, dict) and "central" in value}
        ranged |= {f"role_{role}": value for role, value in found["roles"].items()}
        ranged |= {"practice_positions": found["practice"]["positions"]}
        row |= {f"{name}_{level}": value[level] for name, value in ranged.items() for level in value}
        best = team.satellites.choices[0] if team.satellites.choices else None
        row |= {
            "satellite": best.bases[0].name if best else "",
            "satellite_driving_hours_per_week": rough(best.load.hours.central) if best else None,
            "satellites_worth": team.satellites.worth,
        }
        rows.append(row)
    return pd.DataFrame(rows)
