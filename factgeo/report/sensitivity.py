"""What the share that can be reached depends on, in words, tables and JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from factgeo.atlas.areas import NORWAY
from factgeo.language import escaping, number, percent, text
from factgeo.reach.sensitivity import ASSUMPTIONS, Combination, Crossing, Influence, Level, Row, Sensitivity

SHOWN = 12  # combinations near the published share that a page lists
FOLLOWERS = 2  # assumptions named after the strongest
ASSUMPTION_WORDS = {
    "unit": "sensitivity.assumption.unit",
    "size": "sensitivity.assumption.size",
    "population_rule": "sensitivity.assumption.population_rule",
    "minutes": "sensitivity.assumption.minutes",
    "criterion": "sensitivity.assumption.criterion",
    "ferry": "sensitivity.assumption.ferry",
    "speed_factor": "sensitivity.assumption.speed_factor",
    "required_share": "sensitivity.assumption.required_share",
}
LEVEL_WORDS: Mapping[Level, str] = {
    "dps": "sensitivity.unit.dps",
    "hf": "sensitivity.unit.hf",
    "helsefellesskap": "sensitivity.unit.helsefellesskap",
    "ba_region": "sensitivity.unit.ba_region",
    "municipality": "sensitivity.unit.municipality",
    "catchment": "sensitivity.unit.catchment",
    "residents": "sensitivity.rule.residents",
    "adults": "sensitivity.rule.adults",
    "none": "sensitivity.criterion.none",
    "maximum": "sensitivity.criterion.maximum",
    "p95": "sensitivity.criterion.p95",
    "share_90": "sensitivity.criterion.share_90",
    "people_within": "sensitivity.criterion.people_within",
    "as_set": "sensitivity.ferry.as_set",
    "no_waiting": "sensitivity.ferry.no_waiting",
    "closed": "sensitivity.ferry.closed",
}
TRIED = {"size": "sizes", "minutes": "minutes", "speed_factor": "speed_factors"}  # levels that are numbers


# for other programs


# words


def lines(sensitivity: Sensitivity) -> list[str]:
    """The sensitivity in a few sentences."""
    return [
        _reference(sensitivity),
        *_alone(sensitivity),
        *_influences(sensitivity),
        *true_lines(sensitivity, travel=True),
        text("sensitivity.near", near=number(len(sensitivity.near)), count=number(len(sensitivity.rows))),
        text("sensitivity.proves_nothing"),
    ]


def level(name: str, value: Level) -> str:
    """A level of an assumption, as a planner calls it."""
    if not isinstance(value, int | float):
        return text(LEVEL_WORDS[value])
    if name == "size":
        return text("sensitivity.level.size", number=number(value))
    if name == "minutes":
        return text("sensitivity.level.minutes", number=number(value))
    if name == "speed_factor":
        return text("sensitivity.level.speed", number=percent(value, 0))
    return percent(value, 0)


def assumption(name: str) -> str:
    """What an assumption is about."""
    return text(ASSUMPTION_WORDS[name])


def described(combination: Combination, only: Iterable[str] = ASSUMPTIONS) -> str:
    """Some levels of a combination, one after the other."""
    wanted = set(only)
    if wanted & {"size", "population_rule"}:
        wanted = (wanted | {"size"}) - {"population_rule"}
    said = {name: _said(combination, name) for name in ASSUMPTIONS if getattr(combination, name) is not None}
    return ", ".join(words for name, words in said.items() if name in wanted)


def _said(combination: Combination, name: str) -> str:
    """A level; size together with who is counted."""
    if name != "size":
        return level(name, getattr(combination, name))
    rule = text(LEVEL_WORDS[combination.population_rule])
    return text("sensitivity.level.people", number=number(combination.size), rule=rule)


def _reference(sensitivity: Sensitivity) -> str:
    row = sensitivity.row[sensitivity.reference]
    return text(
        "sensitivity.reference",
        reference=described(sensitivity.reference),
        share=percent(row.share),
        area=sensitivity.area.name,
        residents=number(row.residents),
        population=number(sensitivity.population),
        regions=number(row.regions),
    )


def _alone(sensitivity: Sensitivity) -> Iterator[str]:
    """The reference without a travel rule, if the grid has that; and what the published figure is about."""
    start = sensitivity.reference
    alone = dataclasses.replace(start, criterion="none", minutes=None, ferry=None, speed_factor=None)
    if alone in sensitivity.row:
        share = percent(sensitivity.row[alone].share)
        unit = text(LEVEL_WORDS[start.unit])
        yield text("sensitivity.alone", size=number(start.size), unit=unit, share=share)
    if sensitivity.area.name != NORWAY:
        yield text("sensitivity.national", area=sensitivity.area.name)


def _influences(sensitivity: Sensitivity) -> Iterator[str]:
    shares = [row.share for row in sensitivity.rows]
    yield text(
        "sensitivity.spread",
        count=number(len(shares)),
        least=percent(min(shares), 0),
        most=percent(max(shares), 0),
    )
    yield from _swings([each for each in sensitivity.ranking if each.swing > 0])
    widest = max(sensitivity.ranking, key=lambda each: each.main)
    if not widest.main:
        return
    together = max(0.0, 1 - sum(each.main for each in sensitivity.ranking))
    yield text(
        "sensitivity.variance",
        assumption=assumption(widest.assumption),
        main=percent(widest.main, 0),
        together=percent(together, 0),
    )


def _swings(moving: list[Influence]) -> Iterator[str]:
    """The strongest assumptions, of those that move the share at all."""
    if not moving:
        yield text("sensitivity.nothing")
        return
    strongest, *others = moving
    yield text(
        "sensitivity.strongest",
        assumption=assumption(strongest.assumption),
        least=percent(strongest.least.share),
        least_at=level(strongest.assumption, strongest.least.value),
        most=percent(strongest.most.share),
        most_at=level(strongest.assumption, strongest.most.value),
    )
    if others:
        yield text("sensitivity.then", others=", ".join(_points(each) for each in others[:FOLLOWERS]))


def _points(each: Influence) -> str:
    return text("sensitivity.points", assumption=assumption(each.assumption), points=number(100 * each.swing))


def true_lines(sensitivity: Sensitivity, *, travel: bool) -> list[str]:
    """What would have to be true for the published share, with or without a travel rule: a sentence per assumption."""
    return [
        sentence[:1].upper() + sentence[1:]
        for each in sensitivity.crossings
        if (each.start.criterion != "none") == travel
        for sentence in [_true(sensitivity, each)]
    ]


def _true(sensitivity: Sensitivity, each: Crossing) -> str:
    name = each.assumption
    points = {"below": each.below, "above": each.above, "least": each.least, "most": each.most}
    said = {key: percent(point.share) for key, point in points.items() if point is not None}
    at = {f"{key}_at": level(name, point.value) for key, point in points.items() if point is not None}
    if each.above is None:
        key = "sensitivity.true.same" if said["least"] == said["most"] else "sensitivity.true.never"
        return text(key, assumption=assumption(name), **said, **at)
    if not isinstance(each.above.value, int | float):
        return text("sensitivity.true.between", assumption=assumption(name), **said, **at)
    tried = getattr(sensitivity.grid, TRIED[name]) if name in TRIED else (0, 1)
    inside = tried[0] <= each.above.value <= tried[-1]
    scale, write = (100, percent) if name == "speed_factor" else (1, number)
    return text(
        "sensitivity.true.passes" if inside else "sensitivity.true.outside",
        assumption=assumption(name),
        value=at["above_at"],
        first=number(scale * tried[0]),
        last=write(tried[-1], 0),
        **said,
    )


def markdown(sensitivity: Sensitivity) -> str:
    """A page: what is counted, what moves the share, and what would have to be true for the published one."""
    quoted = {name: text(LEVEL_WORDS[name]) for name in ("people_within", "maximum")}
    parts = [
        f"# {escaping.markdown(text('sensitivity.title', area=sensitivity.area.name))}",
        escaping.markdown(text("sensitivity.definition", area=sensitivity.area.name, **quoted)),
        text("sensitivity.base"),
        escaping.bullets([_reference(sensitivity), *_alone(sensitivity)]),
        f"## {text('sensitivity.heading.ranking')}",
        escaping.bullets(_influences(sensitivity)),
        _grid(["assumption", "least", "most", "swing", "main", "total"], map(_ranking_row, sensitivity.ranking)),
        text("sensitivity.ranking_how"),
        f"## {text('sensitivity.heading.true')}",
        escaping.bullets(true_lines(sensitivity, travel=True)),
        f"### {text('sensitivity.heading.true_alone')}",
        escaping.bullets(true_lines(sensitivity, travel=False)),
        f"### {text('sensitivity.heading.near')}",
        text("sensitivity.near", near=number(len(sensitivity.near)), count=number(len(sensitivity.rows))),
        text("sensitivity.proves_nothing"),
        _grid(["combination", "share", "residents", "regions"], map(_near_row, sensitivity.near[:SHOWN])),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _ranking_row(each: Influence) -> list[str]:
    name = each.assumption
    ends = [f"{percent(point.share)} ({level(name, point.value)})" for point in (each.least, each.most)]
    return [assumption(name), *ends, number(100 * each.swing), percent(each.main, 0), percent(each.total, 0)]


def _near_row(row: Row) -> list[str]:
    return [described(row.combination), percent(row.share), number(row.residents), number(row.regions)]


def _grid(columns: Iterable[str], rows: Iterable[list[str]]) -> str:
    return escaping.table([text(COLUMN_WORDS[name]) for name in columns], rows)


COLUMN_WORDS = {
    "assumption": "sensitivity.column.assumption",
    "least": "sensitivity.column.least",
    "most": "sensitivity.column.most",
    "swing": "sensitivity.column.swing",
    "main": "sensitivity.column.main",
    "total": "sensitivity.column.total",
    "combination": "sensitivity.column.combination",
    "share": "sensitivity.column.share",
    "residents": "sensitivity.column.residents",
    "regions": "sensitivity.column.regions",
}
