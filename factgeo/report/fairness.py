"""How evenly the minutes to the own team are shared, and what borders between trusts cost."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.atlas.shares import share_of
from factgeo.language import Number, Percent, Words, say
from factgeo.language.figures import minutes
from factgeo.planning.result import Result
from factgeo.reach.fairness import BorderPair, Borders, Centrality, Fairness, Inequality, UnitFairness
from factgeo.report import columns
from factgeo.report.content import Sentence, Table, items, paragraphs
from factgeo.report.labels import LISTED

OF_UNIT = ("name", "centrality_class", "population", "median_min", "p95_min", *columns.WITHIN_KEYS)
OF_CENTRALITY = ("centrality_class", "units", "population", "mean_min", *columns.WITHIN_KEYS)


def brief(found: Fairness, result: Result) -> tuple[Sentence, ...]:
    """Inequality, reach by centrality, and the units with the longest way."""
    longest = sorted((unit for unit in found.units if unit.travel.median_min is not None), key=_farthest_first)
    without = Number(sum(unit.population for unit in found.units if not unit.served))
    return (
        *paragraphs(_inequality(found.inequality) if found.inequality else ()),
        Sentence(say("reach.fair.by_centrality")),
        *items(_centrality(each) for each in found.centrality),
        *paragraphs([say("reach.fair.longest")] if longest else ()),
        *items(_unit(unit) for unit in longest[:LISTED]),
        Sentence(say("reach.fair.without", area=result.plan.area.name, persons=without)),
    )


def _inequality(found: Inequality) -> Iterator[Words]:
    yield say(
        "reach.fair.index",
        gini_units=Number(found.gini_units, 2),
        gini_people=Number(found.gini_people, 2),
        theil_units=Number(found.theil_units, 2),
        theil_within=Number(max(0.0, found.theil_people - found.theil_units), 2),
        residents=Number(found.residents),
        without=Number(found.without),
    )


def _centrality(each: Centrality) -> Words:
    return say(
        "reach.fair.centrality",
        centrality=each.centrality,
        persons=Number(each.population),
        mean=minutes(each.travel.mean_min),
        share=Percent(each.travel.share_within[60]),
    )


def _unit(unit: UnitFairness) -> Words:
    median, p95 = minutes(unit.travel.median_min), unit.travel.p95_min
    if p95 is None:
        return say("reach.fair.unit_far", unit=unit.name, median=median)
    return say("reach.fair.unit", unit=unit.name, median=median, p95=minutes(p95))


def _farthest_first(unit: UnitFairness) -> float:
    return -(unit.travel.median_min or 0)


def units_table(found: Fairness) -> Table:
    """A row for each unit, those with the longest way first, and before them those without a team."""
    units = sorted(found.units, key=lambda unit: (unit.served, _farthest_first(unit)))
    return columns.table("units", columns.UNIT, units, OF_UNIT)


def centrality_table(found: Fairness) -> Table:
    """A row for each of SSB's classes of centrality in the area."""
    return columns.table("centrality", columns.CENTRALITY, found.centrality, OF_CENTRALITY)


def borders(found: Borders, result: Result) -> tuple[Sentence, ...]:
    """What borders cost in people, and the pairs where an agreement would give most."""
    limit = Number(result.plan.settings.travel.minutes)
    if not found.pairs:
        return (Sentence(say("reach.border.none", area=result.plan.area.name)),)
    share = Percent(share_of(found.nearer_1, found.population))
    border = say(f"border.{found.border}")
    return (
        Sentence(say("reach.border.head", border=border, share=share, **_persons(found), minutes=limit)),
        *items(
            say("reach.border.pair", own=pair.own, other=pair.other, **_persons(pair), minutes=limit)
            for pair in found.pairs[:LISTED]
        ),
    )


def _persons(found: Borders | BorderPair) -> dict[str, Number]:
    return {name: Number(getattr(found, name)) for name in ("nearer_1", "nearer_10", "reached", "brought")}
