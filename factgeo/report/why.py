"""Why a unit is not with another team, in words."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.explore.why import Answer, obstacle
from factgeo.language import Words, joined, say
from factgeo.report import differences
from factgeo.report.content import Chapter, Sentence


def brief(answer: Answer) -> tuple[Sentence, ...]:
    """The question and its answer."""
    return (Sentence(joined(_answer(answer), " ")),)


def chapter(answer: Answer) -> Chapter:
    """The same under its heading."""
    return Chapter("why", say("further.section.why"), brief(answer))


def _answer(answer: Answer) -> Iterator[Words]:
    (unit,) = differences.unit_names([answer.unit], answer.now)
    asked = {"unit": unit, "base": answer.base.name}
    if answer.already:
        yield say("further.why.already", **asked)
        return
    yield say("further.why.question", **asked)
    if answer.forced is None:
        yield say("further.why.impossible")
        yield obstacle(answer)
        return
    worse = answer.price >= 1 or answer.within < 0 or answer.served < 0
    yield say(
        "further.why.possible" if worse else "further.why.free",
        price=differences.price(answer.price, answer.now),
        people=differences.people(answer.within, answer.served, answer.now),
        mean=differences.mean(answer.now, answer.forced),
    )
    yield from others(answer)


def others(answer: Answer) -> Iterator[Words]:
    """What else is different when a unit is forced to a team, and that it is not proven to be the best."""
    if answer.forced is None:
        return
    if answer.moved:
        yield say("further.why.also", where=differences.where_to(answer.moved, answer.forced))
    if answer.forced.proof.status != "optimal":
        yield say("further.why.unproven")
