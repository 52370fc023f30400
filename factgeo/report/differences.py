"""How one plan differs from another, in words: units, bases, people, minutes and what it costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, Signed, maybe_tenth, minutes, significant
from factgeo.planning.plan import Status
from factgeo.planning.result import Result, share_within
from factgeo.report.content import Column
from factgeo.travel.bases import Base

LISTED = 12  # names in a sentence
SIGNIFICANT = 3  # digits of person-minutes: more would claim too much


def limit(result: Result) -> Number:
    """T."""
    return Number(result.plan.settings.travel.minutes)


def what_a_price_counts(result: Result) -> Iterator[Words]:
    """What a price in person-minutes counts."""
    settings, stages = result.plan.settings, result.proof.stages
    preferred = settings.bases.preferred or any(site.role == "preferred" for site in settings.bases.sites)
    if not stages or stages[-1].goal == "balanced":
        prices = {"beyond": Number(settings.goal.beyond_price), "unserved": Number(settings.goal.unserved_price)}
        yield say("further.measure_balanced", limit=limit(result), **prices)
    else:
        yield say("further.measure_minutes", limit=limit(result))
    if preferred or settings.moves.previous:
        yield say("further.measure_extra")


def price(value: float, result: Result) -> Words:
    """Person-minutes, with what they are for each resident of the area."""
    if abs(value) < 1:
        return say("further.price.nothing")
    each = abs(value) / max(1, result.figures.population)
    share = say("further.price.each", minutes=Number(each, 1))
    if round(each, 1) == 0:
        share = say("further.price.little", minutes=Number(0.1, 1))
    key = "further.price.costs" if value > 0 else "further.price.saves"
    return say(key, minutes=Number(significant(abs(value), SIGNIFICANT)), each=share)


def people(within: int, served: int, result: Result) -> Words:
    """By how many residents reach and service differ."""
    if within == 0:
        said = [say("further.people.same_within", limit=limit(result))]
    else:
        key = "further.people.more_within" if within > 0 else "further.people.fewer_within"
        said = [say(key, count=Number(abs(within)), limit=limit(result))]
    if served:
        key = "further.people.more_served" if served > 0 else "further.people.fewer_served"
        said.append(say(key, count=Number(abs(served))))
    return joined(said)


def mean(before: Result, after: Result) -> Words:
    """Mean minutes before and after."""
    was, now = before.figures.mean_min, after.figures.mean_min
    key = "further.mean.same" if maybe_tenth(was) == maybe_tenth(now) else "further.mean.changed"
    return say(key, before=minutes(was, 1), after=minutes(now, 1))


def unit_names(units: Iterable[str], result: Result) -> list[str]:
    """Names of units."""
    return [str(name) for name in result.atlas.units.loc[list(units), "name"]]


def listed(names: Sequence[Words]) -> Words:
    """Names as a sentence has them, the last after an "and"; how many more there are where they are many."""
    if len(names) > LISTED:
        return say("names.more", names=joined(names[:LISTED]), count=Number(len(names) - LISTED))
    if len(names) <= 1:
        return names[0] if names else ""
    return say("further.and", names=joined(names[:-1]), last=names[-1])


def how_many(units: Sequence[str], result: Result) -> Words:
    """So many municipalities, districts, or both."""
    own = result.atlas.units.loc[list(units), "municipality_code"]
    districts = sum(code != unit for unit, code in own.items())
    kinds = {0: ("further.count.municipality", "further.count.municipalities"),
             len(units): ("further.count.district", "further.count.districts")}  # fmt: skip
    one, several = kinds.get(districts, ("further.count.both", "further.count.both"))
    return say(one if len(units) == 1 else several, count=Number(len(units)))


def where_to(units: Iterable[str], after: Result) -> Words:
    """Units by the base that they have afterwards."""
    base_of = after.plan.base_of()
    groups: dict[Base | None, list[str]] = {}
    for unit in units:
        groups.setdefault(base_of.get(unit), []).append(unit)
    return joined((_to(listed(unit_names(some, after)), base) for base, some in groups.items()), "; ")


def _to(names: Words, base: Base | None) -> Words:
    return say("further.without", names=names) if base is None else say("further.to", names=names, base=base.name)


# cells of tables


def columns(names: Iterable[str], result: Result) -> tuple[Column, ...]:
    """Columns by their names in the catalogue."""
    return tuple(Column(name, say(f"further.column.{name}", limit=limit(result))) for name in names)


def plan_cells(result: Result) -> tuple[Words, ...]:
    """Shares, mean minutes and proof of a plan."""
    figures = result.figures
    return (
        Percent(share_within(result)),
        Percent(figures.served),
        minutes(figures.mean_min, 1),
        proven(result.proof.status),
    )


def proven(status: Status) -> Words:
    """How good a plan is known to be."""
    if status == "optimal":
        return say("further.proven")
    return say("further.impossible") if status == "none" else say("further.not_proven")


def change(value: float | None) -> Words:
    """A difference with its sign; a dash where there is none."""
    return NO_FIGURE if value is None else Signed(value)


def price_cell(value: float) -> Words:
    """Person-minutes to three digits, with their sign."""
    return Signed(math.copysign(significant(abs(value), SIGNIFICANT), value) if abs(value) >= 1 else 0)
