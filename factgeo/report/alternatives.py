"""The next-best plans, in words and as a table."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.explore.alternatives import NextBest
from factgeo.explore.answers import Further, ranked
from factgeo.language import Number, Words, joined, say
from factgeo.language.figures import NO_FIGURE
from factgeo.planning.result import Result
from factgeo.report import differences
from factgeo.report.content import Cell, Chapter, Sentence, Table, items, paragraphs


def brief(further: Further, result: Result) -> tuple[Sentence, ...]:
    """A sentence for each plan, and one where there are fewer than were asked for."""
    return (*paragraphs(one(rank, each, result) for rank, each in ranked(further)), *fewer(further))


def chapter(further: Further, result: Result) -> Chapter:
    """The sentences as a list, and a table of the proposal and the alternatives."""
    said = items(sentence.said for sentence in brief(further, result))
    return Chapter("alternatives", say("further.section.alternatives"), (*said, table(further, result)))


def one(rank: int, each: NextBest, result: Result) -> Words:
    """What is different in an alternative, what it costs and what it does to people."""
    other = each.result
    said = [
        *_difference(each, result),
        differences.price(each.price, result),
        differences.people(other.within - result.within, other.served - result.served, result),
        differences.mean(result, other),
    ]
    if other.proof.status != "optimal":
        said.append(say("further.unproven"))
    return say("further.alternative", rank=Number(rank), what=joined(said, "; "))


def fewer(further: Further) -> tuple[Sentence, ...]:
    """That there are fewer than were asked for; empty where all were found."""
    asked, count = further.asked.alternatives, len(further.alternatives)
    if count >= asked:
        return ()
    return (Sentence(say("further.alternatives_fewer", asked=Number(asked), count=Number(count))),)


def _difference(each: NextBest, result: Result) -> Iterator[Words]:
    """The units that are elsewhere and the bases that only one of the plans has."""
    new, old = (differences.listed([base.name for base in bases]) for bases in (each.new_bases, each.old_bases))
    where = differences.where_to(each.moved, each.result)
    yield say("further.different", count=differences.how_many(each.moved, result), where=where)
    if new and old:
        yield say("further.base_instead", new=new, old=old)
    elif new:
        yield say("further.base_new", new=new)
    elif old:
        yield say("further.base_gone", old=old)


def table(further: Further, result: Result) -> Table:
    """The proposal and the alternatives in one table."""
    names = ("rank", "moved", "bases", "price", "within", "served", "mean", "proof")
    proposal: tuple[Cell, ...] = (NO_FIGURE, say("further.proposal"), "", "", *differences.plan_cells(result))
    rows = (_row(rank, each) for rank, each in ranked(further))
    return Table("alternatives", differences.columns(names, result), (proposal, *rows))


def _row(rank: int, each: NextBest) -> tuple[Cell, ...]:
    bases = [*(f"+ {base.name}" for base in each.new_bases), *(f"− {base.name}" for base in each.old_bases)]
    return (
        Number(rank),
        differences.where_to(each.moved, each.result),
        ", ".join(bases) or NO_FIGURE,
        differences.price_cell(each.price),
        *differences.plan_cells(each.result),
    )
