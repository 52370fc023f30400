"""Who a plan leaves out and why, and the places where something would help most."""

from __future__ import annotations

from collections.abc import Sequence

from factgeo.atlas.shares import share_of
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, capital, names
from factgeo.planning.result import Result
from factgeo.reach.fairness import Help, Remedy
from factgeo.reach.left_out import LeftOut, by_reason
from factgeo.report import columns
from factgeo.report.content import Column, Sentence, Table, items
from factgeo.report.labels import LISTED, OUT_WORDS

NAMED = 5  # units of a place by name
REMEDY = {"team": "reach.remedy.team", "satellite": "reach.remedy.satellite", "agreement": "reach.remedy.agreement"}


def brief(out: Sequence[LeftOut], result: Result) -> tuple[Sentence, ...]:
    """How many are left out and why, and the units where most of them live."""
    reasons = [
        say("reach.left.reason", reason=say(OUT_WORDS[reason]), persons=Number(count))
        for reason, count in by_reason(out).items()
    ]
    head = (Sentence(total(out, result)), *items(reasons))
    if not out:
        return head
    units = [
        say("reach.left.unit", unit=each.name, persons=Number(each.persons), reason=say(OUT_WORDS[each.reason]))
        for each in out[:LISTED]
    ]
    rest = len(out) - LISTED
    more = [say("reach.left.more", count=Number(rest))] if rest > 0 else []
    return (*head, Sentence(say("reach.left.where")), *items([*units, *more]))


def total(out: Sequence[LeftOut], result: Result) -> Words:
    """How many are left out."""
    population, persons = result.figures.population, sum(each.persons for each in out)
    share = Percent(share_of(persons, population))
    return say("reach.left.head", persons=Number(persons), share=share, population=Number(population))


def units_table(out: Sequence[LeftOut]) -> Table:
    """Everyone left out, a row for each unit and reason."""
    return columns.table("left_out", columns.LEFT_OUT, out, ("name", "reason", "persons", "nearest_min"))


def reasons_table(out: Sequence[LeftOut]) -> Table:
    """How many are left out for each reason."""
    head = (Column("reason", say("app_reach.column.reason")), Column("persons", say("app_reach.column.persons")))
    rows = ((capital(say(OUT_WORDS[reason])), Number(count)) for reason, count in by_reason(out).items())
    return Table("reasons", head, tuple(rows))


def remedies(found: Sequence[Help], result: Result) -> tuple[Sentence, ...]:
    """The places where something would help most, each with what it takes."""
    limit = Number(result.plan.settings.travel.minutes)
    if not found:
        return (Sentence(say("reach.remedy.none", minutes=limit)),)
    return (
        Sentence(say("reach.remedy.head", count=Number(len(found)), minutes=limit)),
        *(Sentence(_place(each, result), number=rank) for rank, each in enumerate(found, start=1)),
        Sentence(say("reach.remedy.not_added")),
    )


def _place(each: Help, result: Result) -> Words:
    kinds = joined((_remedy(remedy, result) for remedy in each.remedies), "; ")
    return say("reach.remedy.place", place=each.place.name, remedies=kinds)


def _remedy(remedy: Remedy, result: Result) -> Words:
    units = [str(name) for name in result.atlas.units.loc[list(remedy.units), "name"]]
    said = say(
        REMEDY[remedy.kind],
        persons=Number(remedy.residents),
        takes=NO_FIGURE if remedy.takes is None else Number(remedy.takes),
        of=remedy.of,
        units=names(units, NAMED),
    )
    return said if remedy.proven else joined((said, " (", say("reach.remedy.unproven"), ")"), "")
