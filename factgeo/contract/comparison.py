"""A comparison of two plans as the object that other programs rely on, and as a table."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from factgeo.explore.compare import STEPS, Comparison, Pair, Sides, UnitChange, difference
from factgeo.language.figures import maybe_tenth
from factgeo.planning.measure import WITHIN, TeamFigures
from factgeo.travel.bases import Base


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The object that ``factgeo compare --json`` prints: minutes to a tenth, shares to a millionth."""
    figures, whole = comparison.figures, comparison.whole
    within = {limit: Sides(*(round(f.share_within[limit], 6) for f in (figures.a, figures.b))) for limit in WITHIN}
    return {
        "a": comparison.names.a,
        "b": comparison.names.b,
        "area": {"name": comparison.plans.a.area.name, "population": figures.a.population},
        "moved_units": [_moved_json(unit) for unit in comparison.moved],
        "share_within_60": _both(within[60]),
        "share_within": {str(limit): _both(sides) for limit, sides in within.items()},
        "mean_min": _both(figures.map(lambda side: maybe_tenth(side.mean_min))),
        "mean_min_reached_in_both": _both(whole.mean_min_both.map(maybe_tenth)),
        "served": _both(figures.map(lambda side: round(side.served, 6))),
        "unreachable": _both(figures.map(lambda side: side.unreachable)),
        "gains": [_change_json(unit, unit.travel.minutes_less) for unit in comparison.gains],
        "losses": [_change_json(unit, unit.travel.minutes_more) for unit in comparison.losses],
        "people": _people_json(comparison),
        "teams": {
            "catchments": _both(figures.map(lambda side: len(side.teams))),
            "teams": _both(figures.map(lambda side: sum(team.teams for team in side.teams))),
            "kept": [_pair_json(pair) for pair in comparison.pairs],
            "only_a": [_team_json(team) for team in comparison.only.a],
            "only_b": [_team_json(team) for team in comparison.only.b],
        },
        "bases": {
            "kept": [asdict(base) for base in comparison.bases_kept],
            "only_a": [asdict(base) for base in comparison.bases_only.a],
            "only_b": [asdict(base) for base in comparison.bases_only.b],
        },
        "settings": [{"key": change.key, "a": change.values.a, "b": change.values.b} for change in comparison.settings],
        "config_digest": asdict(comparison.plans.map(lambda side: side.settings.digest())),
        "rules_broken": asdict(comparison.broken.map(lambda side: [finding.text() for finding in side])),
    }


def _both(sides: Sides[float | None]) -> dict[str, float | None]:
    """Two rounded figures and the difference between what is shown."""
    return {"a": sides.a, "b": sides.b, "difference": difference(sides)}


def _team_json(team: TeamFigures | None) -> dict[str, Any] | None:
    return None if team is None else {"team_id": team.team_id, "name": team.name}


def _unit_json(unit: UnitChange) -> dict[str, Any]:
    return {"unit_code": unit.unit_code, "name": unit.name, "population": unit.travel.persons}


def _moved_json(unit: UnitChange) -> dict[str, Any]:
    return {
        **_unit_json(unit),
        "from": _team_json(unit.teams.a),
        "to": _team_json(unit.teams.b),
        "keeps_base": unit.keeps_base,
        "mean_min": asdict(unit.travel.mean_min.map(maybe_tenth)),
        "change_min": maybe_tenth(unit.travel.change_min),
    }


def _change_json(unit: UnitChange, person_minutes: float) -> dict[str, Any]:
    travel = unit.travel
    return {
        **_unit_json(unit),
        "shorter": sum(travel.shorter),
        "longer": sum(travel.longer),
        "equal": travel.equal,
        "newly_reached": travel.won,
        "no_longer_reached": travel.lost,
        "change_min": maybe_tenth(travel.change_min),
        "person_minutes": round(person_minutes),
    }


def _people_json(comparison: Comparison) -> dict[str, Any]:
    """Residents by how their way changes; ``up_to_30`` are those above 15 and not above 30 minutes."""
    whole = comparison.whole
    keys = [*(f"up_to_{limit}" for limit in STEPS), f"over_{STEPS[-1]}"]
    return {
        "shorter": {"total": sum(whole.shorter), **dict(zip(keys, whole.shorter, strict=True))},
        "longer": {"total": sum(whole.longer), **dict(zip(keys, whole.longer, strict=True))},
        "equal": whole.equal,
        "newly_reached": whole.won,
        "no_longer_reached": whole.lost,
        "reached_in_neither": whole.never,
        "get_team": comparison.get_team,
        "lose_team": comparison.lose_team,
    }


def _pair_json(pair: Pair) -> dict[str, Any]:
    def side(team: TeamFigures, base: Base) -> dict[str, Any]:
        return {
            "team_id": team.team_id,
            "name": team.name,
            "base": base.name,
            "service": team.service,
            "population": team.population,
            "mean_min": maybe_tenth(team.travel.mean_min),
        }

    return {
        "a": side(pair.teams.a, pair.bases.a),
        "b": side(pair.teams.b, pair.bases.b),
        "shared_population": pair.shared,
        "keeps_base": pair.keeps_base,
    }


def table(comparison: Comparison) -> pd.DataFrame:
    """One row per unit: its teams, minutes (NaN: no resident is reached) and residents by how their way changes."""
    rows = [
        {
            **_unit_json(unit),
            "team_id_a": unit.teams.a.team_id if unit.teams.a else "",
            "team_a": unit.teams.a.name if unit.teams.a else "",
            "team_id_b": unit.teams.b.team_id if unit.teams.b else "",
            "team_b": unit.teams.b.name if unit.teams.b else "",
            "moved": unit.moved,
            "mean_min_a": maybe_tenth(unit.travel.mean_min.a),
            "mean_min_b": maybe_tenth(unit.travel.mean_min.b),
            "change_min": maybe_tenth(unit.travel.change_min),
            "shorter": sum(unit.travel.shorter),
            "longer": sum(unit.travel.longer),
            "equal": unit.travel.equal,
            "newly_reached": unit.travel.won,
            "no_longer_reached": unit.travel.lost,
            "reached_in_neither": unit.travel.never,
        }
        for unit in comparison.units
    ]
    minutes = ("mean_min_a", "mean_min_b", "change_min")
    return pd.DataFrame(rows).astype(dict.fromkeys(minutes, "float64"))
