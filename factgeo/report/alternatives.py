"""The next-best plans, in words and as a table."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.explore.alternatives import NextBest
from factgeo.explore.answers import Further, ranked
from factgeo.language import number, text
from factgeo.planning.result import Result
from factgeo.report.differences import (
    gains,
    how_many,
    limit_words,
    listed,
    mean_words,
    people_words,
    plan_cells,
    price_cell,
    price_words,
    table,
    where_to,
)


def alternative_lines(further: Further, result: Result) -> Iterator[str]:
    """A sentence for each plan, and one where there are fewer than were asked for."""
    for rank, each in ranked(further):
        said = [_difference(each, result), price_words(each.price, result)]
        said += [people_words(*gains(each.result, result), result), mean_words(result, each.result)]
        if each.result.proof.status != "optimal":
            said.append(text("further.unproven"))
        yield text("further.alternative", rank=number(rank), what="; ".join(said))
    if len(further.alternatives) < further.asked.alternatives:
        asked, count = number(further.asked.alternatives), number(len(further.alternatives))
        yield text("further.alternatives_fewer", asked=asked, count=count)


def _difference(each: NextBest, result: Result) -> str:
    """The units that are elsewhere and the bases that only one of the plans has."""
    new, old = (listed([base.name for base in bases]) for bases in (each.new_bases, each.old_bases))
    count, where = how_many(each.moved, result), where_to(each.moved, each.result)
    moved = text("further.different", count=count, where=where)
    if new and old:
        return f"{moved}; {text('further.base_instead', new=new, old=old)}"
    if new or old:
        base = text("further.base_new", new=new) if new else text("further.base_gone", old=old)
        return f"{moved}; {base}"
    return moved


def alternatives_table(further: Further, result: Result) -> str:
    """The proposal and the alternatives in one table."""
    columns = ("rank", "moved", "bases", "price", "within", "served", "mean", "proof")
    rows = [["–", text("further.proposal"), "", "", *plan_cells(result)]]
    for rank, each in ranked(further):
        moved = where_to(each.moved, each.result)
        bases = [*(f"+ {base.name}" for base in each.new_bases), *(f"− {base.name}" for base in each.old_bases)]
        rows.append([number(rank), moved, ", ".join(bases) or "–", price_cell(each.price), *plan_cells(each.result)])
    return table(columns, rows, **limit_words(result))
