"""The stability of a plan in words, tables and JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from factgeo.explore.stability import RUN_LIMIT_S, Spread, Stability, UnitStability
from factgeo.language import escaping, number, percent, text
from factgeo.planning.result import Result

LEAST_STABLE = 5  # units listed by name in the few sentences
CLEAR = 0.3  # a rank correlation nearer to zero than this is not worth a sentence


def lines(stability: Stability, result: Result) -> list[str]:
    """The stability in a few sentences."""
    limit = number(result.plan.settings.travel.minutes)
    said = [
        text("stability.runs", runs=len(stability.sample.rows), seed=stability.sample.seed),
        text("stability.stay", share=percent(stability.residents_stay, 0)),
        _least_stable(stability, result),
        text("stability.count", **_said(stability.count, number)),
        text("stability.reach", limit=limit, **_said(stability.reach, lambda share: percent(share, 0))),
        _strongest(stability),
    ]
    if stability.no_plan:
        said.append(text("stability.no_plan", runs=number(stability.no_plan)))
    if stability.unproven:
        said.append(text("stability.unproven", runs=number(stability.unproven), limit=number(RUN_LIMIT_S)))
    return said


def _said(spread: Spread, write: Callable[[float], str]) -> dict[str, str]:
    return {name: write(value) for name, value in dataclasses.asdict(spread).items()}


def _least_stable(stability: Stability, result: Result) -> str:
    shaky = sorted((u for u in stability.units if u.stays < stability.planned), key=lambda u: (u.stays, u.unit_code))
    if not shaky:
        return text("stability.all_stay", runs=stability.planned)
    shown = [
        text("stability.shaky_unit", unit=_name(result, unit), runs=_in_runs(unit.stays, stability))
        for unit in shaky[:LEAST_STABLE]
    ]
    return text("stability.shaky", units="; ".join(shown))


def _name(result: Result, unit: UnitStability) -> str:
    return str(result.atlas.units.at[unit.unit_code, "name"])


def _in_runs(count: int, stability: Stability) -> str:
    return text("stability.in_runs", count=number(count), runs=number(stability.planned))


def _strongest(stability: Stability) -> str:
    strongest = next(iter(stability.drivers), None)
    if strongest is None or abs(strongest.correlation or 0.0) < CLEAR:
        return text("stability.no_driver")
    value = strongest.correlation or 0.0
    key = "stability.driver_up" if value > 0 else "stability.driver_down"
    return text(key, quantity=text(f"stability.quantity.{strongest.name}"), value=_signed(value))


def _signed(value: float) -> str:
    """A rank correlation to a tenth; a hundred runs tell no more."""
    tenth = round(value, 1)
    return ("+" if tenth > 0 else "−" if tenth < 0 else "") + number(abs(tenth), 1)


def markdown(stability: Stability, result: Result) -> str:
    """The stability with its tables: units, catchments, and what was varied."""
    parts = [
        f"# {escaping.markdown(text('stability.title', area=result.plan.area.name))}",
        escaping.bullets(lines(stability, result)),
        text("stability.definition"),
        f"## {text('stability.units')}",
        _table(["unit", "team", "stays", "share", "without", "other"], _unit_rows(stability, result)),
        f"## {text('stability.catchments')}",
        _table(["team", "stands", "residents_stay"], _catchment_rows(stability)),
        f"## {text('stability.varied')}",
        _table(["quantity", "low", "central", "high", "source", "correlation"], _quantity_rows(stability)),
        text("stability.how", seed=stability.sample.seed),
    ]
    return "\n\n".join(parts) + "\n"


def _unit_rows(stability: Stability, result: Result) -> Iterator[list[str]]:
    runs = stability.planned
    for unit in stability.units:
        other = f"{unit.other} ({percent(unit.other_runs / runs, 0)})" if unit.other_runs else "–"
        yield [
            _name(result, unit), unit.team or "–", _in_runs(unit.stays, stability), percent(unit.stays / runs, 0),
            percent(unit.without / runs, 0), other,
        ]  # fmt: skip


def _catchment_rows(stability: Stability) -> Iterator[list[str]]:
    for each in stability.catchments:
        yield [each.name, _in_runs(each.stands, stability), percent(each.residents_stay, 0)]


def _quantity_rows(stability: Stability) -> Iterator[list[str]]:
    correlation = {driver.name: driver.correlation for driver in stability.drivers}
    for quantity in stability.sample.quantities:
        digits = 2 if quantity.unit == "ratio" else 0
        value = correlation[quantity.name]
        yield [
            f"{text(f'stability.quantity.{quantity.name}')} ({text(f'stability.unit.{quantity.unit}')})",
            *(number(shown, digits) for shown in (quantity.low, quantity.central, quantity.high)),
            _source(quantity.source), "–" if value is None else _signed(value),
        ]  # fmt: skip


def _source(source: str) -> str:
    """The source in words where it is no row of the facts alone."""
    words = {name: text(f"stability.source.{name}") for name in ("estimate", "settings")}
    for name, word in words.items():
        source = source.replace(name, word)
    return source


def _table(columns: Sequence[str], rows: Iterator[list[str]]) -> str:
    return escaping.table([text(f"stability.column.{name}") for name in columns], rows)
