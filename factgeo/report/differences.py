"""How one plan differs from another, in words: units, bases, people, minutes and what it costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from factgeo.language import escaping, number, percent, text
from factgeo.planning.plan import Status
from factgeo.planning.result import Result, share_within
from factgeo.travel.bases import Base

LISTED = 12  # names in a sentence
SIGNIFICANT = 3  # digits of person-minutes in words


def price_lines(result: Result) -> list[str]:
    """What a price in person-minutes counts."""
    settings = result.plan.settings
    goal, limit = settings.goal, number(settings.travel.minutes)
    preferred = settings.bases.preferred or any(site.role == "preferred" for site in settings.bases.sites)
    stages = result.proof.stages
    if not stages or stages[-1].goal == "balanced":
        said = text(
            "further.measure_balanced",
            limit=limit,
            beyond=number(goal.beyond_price),
            unserved=number(goal.unserved_price),
        )
    else:
        said = text("further.measure_minutes", limit=limit)
    return [said, *([text("further.measure_extra")] if preferred or settings.moves.previous else [])]


def price_words(value: float, result: Result) -> str:
    """Person-minutes in words, with what they are for each resident of the area."""
    if abs(value) < 1:
        return text("further.price.nothing")
    minutes = number(to_three_digits(abs(value)))
    each = abs(value) / max(1, result.figures.population)
    share = text("further.price.each", minutes=number(each, 1))
    if round(each, 1) == 0:
        share = text("further.price.little", minutes=number(0.1, 1))
    key = "further.price.costs" if value > 0 else "further.price.saves"
    return text(key, minutes=minutes, each=share)


def to_three_digits(value: float) -> float:
    """To three significant digits: more would claim too much."""
    return round(value, min(0, SIGNIFICANT - 1 - math.floor(math.log10(value))))


def people_words(within: int, served: int, result: Result) -> str:
    """By how many residents reach and service differ."""
    limit = number(result.plan.settings.travel.minutes)
    if within == 0:
        said = [text("further.people.same_within", limit=limit)]
    else:
        key = "further.people.more_within" if within > 0 else "further.people.fewer_within"
        said = [text(key, count=number(abs(within)), limit=limit)]
    if served:
        key = "further.people.more_served" if served > 0 else "further.people.fewer_served"
        said.append(text(key, count=number(abs(served))))
    return ", ".join(said)


def mean_words(before: Result, after: Result) -> str:
    """Mean minutes before and after."""
    shown = [one_decimal(each.figures.mean_min) for each in (before, after)]
    key = "further.mean.same" if shown[0] == shown[1] else "further.mean.changed"
    return text(key, before=shown[0], after=shown[1])


def one_decimal(value: float | None) -> str:
    """Minutes with one decimal; a dash where there is no figure."""
    return "–" if value is None else number(value, 1)


def unit_names(units: Iterable[str], result: Result) -> list[str]:
    """Names of units."""
    return [str(name) for name in result.atlas.units.loc[list(units), "name"]]


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them, the last after an "and"; how many more there are where they are many."""
    if len(names) > LISTED:
        return text("further.more", names=", ".join(names[:LISTED]), count=number(len(names) - LISTED))
    if len(names) <= 1:
        return "".join(names)
    return text("further.and", names=", ".join(names[:-1]), last=names[-1])


def how_many(units: Sequence[str], result: Result) -> str:
    """So many municipalities, districts, or both."""
    own = result.atlas.units.loc[list(units), "municipality_code"]
    districts = sum(code != unit for unit, code in own.items())
    kinds = {0: ("further.count.municipality", "further.count.municipalities"),
             len(units): ("further.count.district", "further.count.districts")}  # fmt: skip
    one, several = kinds.get(districts, ("further.count.both", "further.count.both"))
    return text(one if len(units) == 1 else several, count=number(len(units)))


def where_to(units: Iterable[str], after: Result) -> str:
    """Units by the base that they have afterwards."""
    base_of = after.plan.base_of()
    groups: dict[Base | None, list[str]] = {}
    for unit in units:
        groups.setdefault(base_of.get(unit), []).append(unit)
    return "; ".join(_to(listed(unit_names(some, after)), base) for base, some in groups.items())


def _to(names: str, base: Base | None) -> str:
    return text("further.without", names=names) if base is None else text("further.to", names=names, base=base.name)


def gains(after: Result, before: Result) -> tuple[int, int]:
    """Residents within T minutes, and with a team, by which one plan has more than another."""
    within = after.within - before.within
    return within, after.served - before.served


def table(columns: Iterable[str], rows: Iterable[list[str]], **values: str) -> str:
    """A table with these columns of the catalogue."""
    head = [text(f"further.column.{column}", **values) for column in columns]
    return escaping.table(head, rows)


def limit_words(result: Result) -> dict[str, str]:
    """T in words, for headings and sentences."""
    return {"limit": number(result.plan.settings.travel.minutes)}


def plan_cells(result: Result) -> list[str]:
    """Shares, mean minutes and proof of a plan."""
    shares = [percent(share_within(result)), percent(result.figures.served)]
    return [*shares, one_decimal(result.figures.mean_min), status_words(result.proof.status)]


def status_words(status: Status) -> str:
    """How a plan is proven, in words."""
    if status == "optimal":
        return text("further.proven")
    return text("further.impossible") if status == "none" else text("further.not_proven")


def signed_cell(value: float | None) -> str:
    """A difference with its sign; a dash where there is none."""
    if value is None:
        return "–"
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def price_cell(price: float) -> str:
    """Person-minutes to three digits, with their sign."""
    return signed_cell(math.copysign(to_three_digits(abs(price)), price) if abs(price) >= 1 else 0)
