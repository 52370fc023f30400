"""What moves from an earlier plan, in words and as a table."""

from __future__ import annotations

from factgeo.explore.answers import Further
from factgeo.explore.moves import Move
from factgeo.explore.why import Answer, obstacle_words
from factgeo.language import number, text
from factgeo.planning.result import Result
from factgeo.report.differences import (
    how_many,
    limit_words,
    people_words,
    price_cell,
    price_words,
    signed_cell,
    table,
    unit_names,
    where_to,
)
from factgeo.report.why import others
from factgeo.travel.bases import Base


def move_lines(further: Further, result: Result) -> list[str]:
    """How many move, and each with what staying would cost."""
    moves = further.moves
    if not moves:
        return [text("further.moves.none")]
    persons = number(sum(move.persons for move in moves))
    head = text("further.moves.head", count=how_many([move.unit for move in moves], result), persons=persons)
    return [head, *(_move_line(move, result) for move in moves)]


def _move_line(move: Move, result: Result) -> str:
    (unit,) = unit_names([move.unit], result)
    values = {"unit": unit, "persons": number(move.persons), "before": move.before.name}
    if move.after is not None and move.after.unit_code == move.before.unit_code:
        return text("further.moves.base_moved", after=move.after.name, **values)
    if move.after is None:
        said = text("further.moves.loses", **values)
    else:
        said = text("further.moves.moves", after=move.after.name, **values)
    return f"{said} {staying(move.cost, move.before)}"


def staying(cost: Answer | None, base: Base) -> str:
    """What it would cost to leave a unit with the base that it had."""
    if cost is None:
        return text("further.moves.unknown")
    if cost.forced is None:
        return f"{text('further.moves.impossible', base=base.name)} {obstacle_words(cost)}"
    effects = "; ".join([price_words(cost.price, cost.now), people_words(cost.within, cost.served, cost.now)])
    return text("further.moves.staying", base=base.name, effects=effects) + others(cost)


def moves_table(further: Further, result: Result) -> str:
    """A row for each unit that moves."""
    columns = ("unit", "persons", "before", "after", "price_stay", "more_within", "more_served", "also")
    rows = []
    for move in further.moves:
        (unit,) = unit_names([move.unit], result)
        after = text("further.no_team") if move.after is None else move.after.name
        rows.append([unit, number(move.persons), move.before.name, after, *cost_cells(move.cost)])
    return table(columns, rows, **limit_words(result))


def cost_cells(cost: Answer | None) -> list[str]:
    """What staying would cost; the obstacle where it is impossible."""
    if cost is None:
        return ["–"] * 4
    if cost.forced is None:
        return ["–", "–", "–", obstacle_words(cost)]
    also = where_to(cost.moved, cost.forced) or "–"
    return [price_cell(cost.price), signed_cell(cost.within), signed_cell(cost.served), also]
