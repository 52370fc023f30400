"""A need as the object that other programs rely on and as tables: whole persons."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from factgeo.atlas.parameters import Parameter
from factgeo.language import text
from factgeo.people.growth import History
from factgeo.people.need import Figure, Need, UnitNeed

Row = dict[str, Any]


def table(need: Need) -> pd.DataFrame:
    """One row per unit, for a CSV file: whole persons."""
    return pd.DataFrame(
        {
            "unit_code": unit.unit_code, "name": unit.name, "year": need.year, "population": unit.population,
            "adults": unit.adults, "fact_ung_residents": unit.young, "elderly_residents": unit.old,
            **_columns("target_group", unit.target_group), **_columns("prior", unit.prior),
            **_columns("act_level", unit.act_level),
        }
        for unit in need.by_unit
    )  # fmt: skip


def _columns(name: str, figure: Figure) -> Row:
    return {
        f"{name}_low": round(figure.low), f"{name}_central": round(figure.central), f"{name}_high": round(figure.high),
        f"{name}_interval_low": figure.interval.low, f"{name}_interval_high": figure.interval.high,
        f"{name}_denominator": figure.denominator, f"{name}_quality": figure.quality,
    }  # fmt: skip


def sources(need: Need) -> pd.DataFrame:
    """The cited figures behind a need, one row each; ``replaced`` where they are a planner's own."""
    return pd.DataFrame([_parameter(figure) for figure in need.used])


def to_json(need: Need) -> Row:
    """The object that ``factgeo need --json`` prints; whole persons."""
    return {
        "area": need.area,
        "year": need.year,
        "population": need.population,
        "adults": need.adults,
        "fact_ung_residents": need.young,
        "elderly_residents": need.old,
        "residents": {"source": need.people_source, "date": f"{need.year}-01-01", "quality": need.people_quality},
        "target_group": figure_json(need.target_group),
        "prior": figure_json(need.prior),
        "other_denominator": figure_json(need.other),
        "act_level": figure_json(need.act_level),
        "substance_use": figure_json(need.substance_use),
        "fact_ung": _maybe(need.fact_ung),
        "fact_ung_observed": figure_json(need.fact_ung_observed),
        "elderly": _maybe(need.elderly),
        "security": _maybe(need.security),
        "treated_share": None if need.treated is None else round(need.treated, 3),
        "by_unit": [_unit(unit) for unit in need.by_unit],
        "notes": [note.text() for note in need.notes],
        "replaced": [figure.id for figure in need.replaced],
        "parameters": [_parameter(figure) for figure in need.used],
    }


def figure_json(figure: Figure) -> Row:
    """A figure with all that it carries; whole persons."""
    whole = {level: round(getattr(figure, level)) for level in ("low", "central", "high")}
    return {**dataclasses.asdict(figure), **whole}


def _maybe(figure: Figure | None) -> Row | None:
    return None if figure is None else figure_json(figure)


def _unit(unit: UnitNeed) -> Row:
    return {
        "unit_code": unit.unit_code,
        "name": unit.name,
        "population": unit.population,
        "adults": unit.adults,
        "fact_ung_residents": unit.young,
        "elderly_residents": unit.old,
        **{name: figure_json(getattr(unit, name)) for name in ("target_group", "prior", "act_level")},
    }


def _parameter(figure: Parameter) -> Row:
    return {
        "id": figure.id,
        "label": figure.label,
        "low": figure.low,
        "central": figure.central,
        "high": figure.high,
        "unit": figure.unit,
        "denominator": figure.denominator,
        "source": figure.source or text("need.own_source"),
        "quality": figure.quality,
        "replaced": figure.replaced,
    }


def history_table(history: History) -> pd.DataFrame:
    """One row per year; empty where the area has no figure."""
    return pd.DataFrame({name: pd.array(counts, dtype="Int64") for name, counts in history_columns(history).items()})


def history_columns(history: History) -> dict[str, tuple[int | None, ...]]:
    """Residents by year; None where the area has no figure."""
    return {
        "year": history.years, "persons": history.persons, "adults": history.adults,
        "fact_ung_residents": history.young, "elderly_residents": history.old,
    }  # fmt: skip
