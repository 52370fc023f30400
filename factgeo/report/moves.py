"""What moves from an earlier plan, in words and as a table."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.explore.answers import Further
from factgeo.explore.moves import Move
from factgeo.explore.why import Answer, obstacle
from factgeo.language import Number, Words, joined, say
from factgeo.language.figures import NO_FIGURE
from factgeo.planning.result import Result
from factgeo.report import differences, why
from factgeo.report.content import Cell, Chapter, Sentence, Table, items, paragraphs
from factgeo.travel.bases import Base


def brief(further: Further, result: Result) -> tuple[Sentence, ...]:
    """How many move, and each with what staying would cost."""
    return paragraphs(_said(further, result))


def chapter(further: Further, result: Result) -> Chapter:
    """The sentences as a list, and a table where anything moves."""
    tables = (table(further, result),) if further.moves else ()
    return Chapter("moves", say("further.section.moves"), (*items(_said(further, result)), *tables))


def _said(further: Further, result: Result) -> Iterator[Words]:
    if not further.moves:
        yield say("further.moves.none")
        return
    count = differences.how_many([move.unit for move in further.moves], result)
    yield say("further.moves.head", count=count, persons=Number(sum(move.persons for move in further.moves)))
    yield from (_one(move, result) for move in further.moves)


def _one(move: Move, result: Result) -> Words:
    (unit,) = differences.unit_names([move.unit], result)
    values = {"unit": unit, "persons": Number(move.persons), "before": move.before.name}
    if move.after is not None and move.after.unit_code == move.before.unit_code:
        return say("further.moves.base_moved", after=move.after.name, **values)
    if move.after is None:
        said = say("further.moves.loses", **values)
    else:
        said = say("further.moves.moves", after=move.after.name, **values)
    return joined((said, *_staying(move.cost, move.before)), " ")


def _staying(cost: Answer | None, base: Base) -> Iterator[Words]:
    """What it would cost to leave a unit with the base that it had."""
    if cost is None:
        yield say("further.moves.unknown")
    elif cost.forced is None:
        yield say("further.moves.impossible", base=base.name)
        yield obstacle(cost)
    else:
        said = (differences.price(cost.price, cost.now), differences.people(cost.within, cost.served, cost.now))
        yield say("further.moves.staying", base=base.name, effects=joined(said, "; "))
        yield from why.others(cost)


def table(further: Further, result: Result) -> Table:
    """A row for each unit that moves."""
    names = ("unit", "persons", "before", "after", "price_stay", "more_within", "more_served", "also")
    return Table("moves", differences.columns(names, result), tuple(_row(move, result) for move in further.moves))


def _row(move: Move, result: Result) -> tuple[Cell, ...]:
    (unit,) = differences.unit_names([move.unit], result)
    after = say("further.no_team") if move.after is None else move.after.name
    return (unit, Number(move.persons), move.before.name, after, *_cost_cells(move.cost))


def _cost_cells(cost: Answer | None) -> tuple[Cell, ...]:
    """What staying would cost; the obstacle where it is impossible."""
    if cost is None:
        return (NO_FIGURE,) * 4
    if cost.forced is None:
        return (*(NO_FIGURE,) * 3, obstacle(cost))
    also = differences.where_to(cost.moved, cost.forced) if cost.moved else NO_FIGURE
    changes = (differences.change(cost.within), differences.change(cost.served))
    return (differences.price_cell(cost.price), *changes, also)
