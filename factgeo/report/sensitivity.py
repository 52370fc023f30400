"""What the share that can be reached depends on, in sentences and tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from factgeo.atlas.areas import NORWAY
from factgeo.language import Number, Percent, Words, joined, say, written
from factgeo.language.figures import capital
from factgeo.reach.sensitivity import ASSUMPTIONS, Combination, Crossing, Influence, Level, Row, Sensitivity
from factgeo.report.content import Block, Cell, Chapter, Column, Report, Sentence, Table, items, paragraphs

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
RANKING_COLUMNS = ("assumption", "least", "most", "swing", "main", "total")
NEAR_COLUMNS = ("combination", "share", "residents", "regions")


def brief(sensitivity: Sensitivity) -> tuple[Sentence, ...]:
    """The sensitivity in a few sentences."""
    return paragraphs([
        *_reference(sensitivity),
        *_influences(sensitivity),
        *truths(sensitivity, travel=True),
        *_near(sensitivity),
    ])  # fmt: skip


def report(sensitivity: Sensitivity) -> Report:
    """What is counted, what moves the share, and what would have to be true for the published one."""
    return Report(
        "sensitivity",
        say("sensitivity.title", area=sensitivity.area.name),
        (*definition(sensitivity), *reference(sensitivity)),
        (
            _chapter(
                "ranking",
                *items(_influences(sensitivity)),
                _table("ranking", RANKING_COLUMNS, map(_ranking_row, sensitivity.ranking)),
                Sentence(say("sensitivity.ranking_how")),
            ),
            _chapter("true", *items(truths(sensitivity, travel=True)), below=_what_else(sensitivity)),
        ),
    )


def _what_else(sensitivity: Sensitivity) -> tuple[Chapter, ...]:
    near = _table("near", NEAR_COLUMNS, map(_near_row, sensitivity.near[:SHOWN]))
    return (
        _chapter("true_alone", *items(truths(sensitivity, travel=False))),
        _chapter("near", *paragraphs(_near(sensitivity)), near),
    )


def _chapter(key: str, *blocks: Block, below: tuple[Chapter, ...] = ()) -> Chapter:
    return Chapter(key, say(f"sensitivity.heading.{key}"), blocks, below)


def definition(sensitivity: Sensitivity) -> tuple[Sentence, ...]:
    """What is counted, and where travel is measured from."""
    quoted = {name: say(LEVEL_WORDS[name]) for name in ("people_within", "maximum")}
    return paragraphs([say("sensitivity.definition", area=sensitivity.area.name, **quoted), say("sensitivity.base")])


def reference(sensitivity: Sensitivity) -> tuple[Sentence, ...]:
    """The share by the reference and by its population rule alone, as a list."""
    return items(_reference(sensitivity))


def level(name: str, value: Level) -> Words:
    """A level of an assumption, as a planner calls it."""
    if not isinstance(value, int | float):
        return say(LEVEL_WORDS[value])
    if name == "size":
        return say("sensitivity.level.size", number=Number(value))
    if name == "minutes":
        return say("sensitivity.level.minutes", number=Number(value))
    if name == "speed_factor":
        return say("sensitivity.level.speed", number=Percent(value, 0))
    return Percent(value, 0)


def assumption(name: str) -> Words:
    """What an assumption is about."""
    return say(ASSUMPTION_WORDS[name])


def described(combination: Combination, only: Iterable[str] = ASSUMPTIONS) -> Words:
    """Some levels of a combination, one after the other."""
    wanted = set(only)
    if wanted & {"size", "population_rule"}:
        wanted = (wanted | {"size"}) - {"population_rule"}
    said = {name: _said(combination, name) for name in ASSUMPTIONS if getattr(combination, name) is not None}
    return joined(words for name, words in said.items() if name in wanted)


def _said(combination: Combination, name: str) -> Words:
    """A level; size together with who is counted."""
    if name != "size":
        return level(name, getattr(combination, name))
    rule = say(LEVEL_WORDS[combination.population_rule])
    return say("sensitivity.level.people", number=Number(combination.size), rule=rule)


def _reference(sensitivity: Sensitivity) -> Iterator[Words]:
    """The reference; it without a travel rule, if the grid has that; and what the published figure is about."""
    row = sensitivity.row[sensitivity.reference]
    yield say(
        "sensitivity.reference",
        reference=described(sensitivity.reference),
        share=Percent(row.share),
        area=sensitivity.area.name,
        residents=Number(row.residents),
        population=Number(sensitivity.population),
        regions=Number(row.regions),
    )
    start = sensitivity.reference
    alone = dataclasses.replace(start, criterion="none", minutes=None, ferry=None, speed_factor=None)
    if alone in sensitivity.row:
        share = Percent(sensitivity.row[alone].share)
        unit = say(LEVEL_WORDS[start.unit])
        yield say("sensitivity.alone", size=Number(start.size), unit=unit, share=share)
    if sensitivity.area.name != NORWAY:
        yield say("sensitivity.national", area=sensitivity.area.name)


def _influences(sensitivity: Sensitivity) -> Iterator[Words]:
    shares = [row.share for row in sensitivity.rows]
    yield say(
        "sensitivity.spread",
        count=Number(len(shares)),
        least=Percent(min(shares), 0),
        most=Percent(max(shares), 0),
    )
    yield from _swings([each for each in sensitivity.ranking if each.swing > 0])
    widest = max(sensitivity.ranking, key=lambda each: each.main)
    if not widest.main:
        return
    together = max(0.0, 1 - sum(each.main for each in sensitivity.ranking))
    yield say(
        "sensitivity.variance",
        assumption=assumption(widest.assumption),
        main=Percent(widest.main, 0),
        together=Percent(together, 0),
    )


def _swings(moving: list[Influence]) -> Iterator[Words]:
    """The strongest assumptions, of those that move the share at all."""
    if not moving:
        yield say("sensitivity.nothing")
        return
    strongest, *others = moving
    yield say(
        "sensitivity.strongest",
        assumption=assumption(strongest.assumption),
        least=Percent(strongest.least.share),
        least_at=level(strongest.assumption, strongest.least.value),
        most=Percent(strongest.most.share),
        most_at=level(strongest.assumption, strongest.most.value),
    )
    if others:
        yield say("sensitivity.then", others=joined(_points(each) for each in others[:FOLLOWERS]))


def _points(each: Influence) -> Words:
    return say("sensitivity.points", assumption=assumption(each.assumption), points=Number(100 * each.swing))


def truths(sensitivity: Sensitivity, *, travel: bool) -> list[Words]:
    """What would have to be true for the published share, with or without a travel rule: a sentence per assumption."""
    return [
        capital(_true(sensitivity, each))
        for each in sensitivity.crossings
        if (each.start.criterion != "none") == travel
    ]


def _true(sensitivity: Sensitivity, each: Crossing) -> Words:
    name = each.assumption
    points = {"below": each.below, "above": each.above, "least": each.least, "most": each.most}
    said = {key: Percent(point.share) for key, point in points.items() if point is not None}
    at = {f"{key}_at": level(name, point.value) for key, point in points.items() if point is not None}
    if each.above is None:
        alike = written(said["least"], "nb") == written(said["most"], "nb")
        key = "sensitivity.true.same" if alike else "sensitivity.true.never"
        return say(key, assumption=assumption(name), **said, **at)
    if not isinstance(each.above.value, int | float):
        return say("sensitivity.true.between", assumption=assumption(name), **said, **at)
    tried = getattr(sensitivity.grid, TRIED[name]) if name in TRIED else (0, 1)
    inside = tried[0] <= each.above.value <= tried[-1]
    return say(
        "sensitivity.true.passes" if inside else "sensitivity.true.outside",
        assumption=assumption(name),
        value=at["above_at"],
        first=Number(100 * tried[0] if name == "speed_factor" else tried[0]),
        last=Percent(tried[-1], 0) if name == "speed_factor" else Number(tried[-1]),
        **said,
    )


def _near(sensitivity: Sensitivity) -> Iterator[Words]:
    """How many combinations give the published share, and what that proves."""
    yield say("sensitivity.near", near=Number(len(sensitivity.near)), count=Number(len(sensitivity.rows)))
    yield say("sensitivity.proves_nothing")


def _table(key: str, columns: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> Table:
    head = (Column(name, say(f"sensitivity.column.{name}")) for name in columns)
    return Table(key, tuple(head), tuple(rows))


def _ranking_row(each: Influence) -> tuple[Cell, ...]:
    name = each.assumption
    ends = (
        joined((Percent(point.share), " (", level(name, point.value), ")"), "") for point in (each.least, each.most)
    )
    return assumption(name), *ends, Number(100 * each.swing), Percent(each.main, 0), Percent(each.total, 0)


def _near_row(row: Row) -> tuple[Cell, ...]:
    return described(row.combination), Percent(row.share), Number(row.residents), Number(row.regions)
