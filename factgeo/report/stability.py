"""How stable a plan is, in words and tables."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator

from factgeo.explore.stability import RUN_LIMIT_S, Spread, Stability, UnitStability
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, Signed
from factgeo.planning.result import Result
from factgeo.report.content import Cell, Chapter, Column, Report, Sentence, Table, items, paragraphs

LEAST_STABLE = 5  # units listed by name in the few sentences
CLEAR = 0.3  # a rank correlation nearer to zero than this is not worth a sentence


def brief(stability: Stability, result: Result) -> tuple[Sentence, ...]:
    """The stability in a few sentences."""
    return paragraphs(_said(stability, result))


def report(stability: Stability, result: Result) -> Report:
    """The stability with its tables: units, catchments, and what was varied."""
    how = Sentence(say("stability.how", seed=stability.sample.seed))
    return Report(
        "stability",
        say("stability.title", area=result.plan.area.name),
        (*items(_said(stability, result)), Sentence(say("stability.definition"))),
        (
            Chapter("units", say("stability.units"), (units_table(stability, result),)),
            Chapter("catchments", say("stability.catchments"), (catchments_table(stability),)),
            Chapter("varied", say("stability.varied"), (quantities_table(stability), how)),
        ),
    )


def _said(stability: Stability, result: Result) -> Iterator[Words]:
    limit = Number(result.plan.settings.travel.minutes)
    yield say("stability.runs", runs=len(stability.sample.rows), seed=stability.sample.seed)
    yield say("stability.stay", share=Percent(stability.residents_stay, 0))
    yield _least_stable(stability, result)
    yield say("stability.count", **_spread(stability.count, Number))
    yield say("stability.reach", limit=limit, **_spread(stability.reach, lambda share: Percent(share, 0)))
    yield _strongest(stability)
    if stability.no_plan:
        yield say("stability.no_plan", runs=Number(stability.no_plan))
    if stability.unproven:
        yield say("stability.unproven", runs=Number(stability.unproven), limit=Number(RUN_LIMIT_S))


def _spread(spread: Spread, write: Callable[[float], Words]) -> dict[str, Words]:
    return {name: write(value) for name, value in dataclasses.asdict(spread).items()}


def _least_stable(stability: Stability, result: Result) -> Words:
    shaky = sorted((u for u in stability.units if u.stays < stability.planned), key=lambda u: (u.stays, u.unit_code))
    if not shaky:
        return say("stability.all_stay", runs=stability.planned)
    shown = (
        say("stability.shaky_unit", unit=_name(result, unit), runs=_in_runs(unit.stays, stability))
        for unit in shaky[:LEAST_STABLE]
    )
    return say("stability.shaky", units=joined(shown, "; "))


def _name(result: Result, unit: UnitStability) -> str:
    return str(result.atlas.units.at[unit.unit_code, "name"])


def _in_runs(count: int, stability: Stability) -> Words:
    return say("stability.in_runs", count=Number(count), runs=Number(stability.planned))


def _strongest(stability: Stability) -> Words:
    strongest = next(iter(stability.drivers), None)
    value = 0.0 if strongest is None else strongest.correlation or 0.0
    if strongest is None or abs(value) < CLEAR:
        return say("stability.no_driver")
    key = "stability.driver_up" if value > 0 else "stability.driver_down"
    return say(key, quantity=say(f"stability.quantity.{strongest.name}"), value=_correlation(value))


def _correlation(value: float | None) -> Words:
    """A rank correlation to a tenth; a hundred runs tell no more."""
    return NO_FIGURE if value is None else Signed(value, 1, zero="")


# tables


def units_table(stability: Stability, result: Result) -> Table:
    """A row for each unit: how often it stays, and where it goes most often."""
    names = ("unit", "team", "stays", "share", "without", "other")
    return Table("units", _columns(names), tuple(_unit_row(unit, stability, result) for unit in stability.units))


def _unit_row(unit: UnitStability, stability: Stability, result: Result) -> tuple[Cell, ...]:
    runs = stability.planned
    other = joined((unit.other, " (", Percent(unit.other_runs / runs, 0), ")"), "") if unit.other_runs else NO_FIGURE
    return (
        _name(result, unit),
        unit.team or NO_FIGURE,
        _in_runs(unit.stays, stability),
        Percent(unit.stays / runs, 0),
        Percent(unit.without / runs, 0),
        other,
    )


def catchments_table(stability: Stability) -> Table:
    """A row for each catchment: how often it stands."""
    rows = ((c.name, _in_runs(c.stands, stability), Percent(c.residents_stay, 0)) for c in stability.catchments)
    return Table("catchments", _columns(("team", "stands", "residents_stay")), tuple(rows))


def quantities_table(stability: Stability) -> Table:
    """A row for each quantity that was varied."""
    correlation = {driver.name: driver.correlation for driver in stability.drivers}
    rows: list[tuple[Cell, ...]] = []
    for quantity in stability.sample.quantities:
        digits = 2 if quantity.unit == "ratio" else 0
        name, unit = say(f"stability.quantity.{quantity.name}"), say(f"stability.unit.{quantity.unit}")
        values = (Number(value, digits) for value in (quantity.low, quantity.central, quantity.high))
        source = _source(quantity.source)
        rows.append((joined((name, " (", unit, ")"), ""), *values, source, _correlation(correlation[quantity.name])))
    return Table("quantities", _columns(("quantity", "low", "central", "high", "source", "correlation")), tuple(rows))


def _source(source: str) -> Words:
    """The source in words where it is no row of the facts alone."""
    parts = re.split(r"(estimate|settings)", source)
    return joined((say(f"stability.source.{part}") if part in ("estimate", "settings") else part for part in parts), "")


def _columns(names: Iterable[str]) -> tuple[Column, ...]:
    return tuple(Column(name, say(f"stability.column.{name}")) for name in names)
