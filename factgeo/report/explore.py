"""What was asked beyond one plan: the chapters of all questions, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.explore.answers import Further
from factgeo.planning.result import Result
from factgeo.report import alternatives, differences, moves, next_teams, stability, tradeoff, why
from factgeo.report.content import Chapter, Sentence, paragraphs


def brief(further: Further, result: Result) -> tuple[Sentence, ...]:
    """What was asked, in a few sentences each."""
    asked = further.alternatives or further.asked.alternatives
    return (
        *(why.brief(further.answer) if further.answer else ()),
        *(alternatives.brief(further, result) if asked else ()),
        *(moves.brief(further, result) if further.previous else ()),
        *prices(further, result),
        *(tradeoff.brief(further.trade_offs, result) if further.trade_offs else ()),
        *(next_teams.brief(further.next_teams, result) if further.next_teams else ()),
        *(stability.brief(further.stability, result) if further.stability else ()),
    )


def chapters(further: Further, result: Result) -> tuple[Chapter, ...]:
    """A chapter for each question that was asked, to be read after a plan."""
    return tuple(_chapters(further, result))


def _chapters(further: Further, result: Result) -> Iterator[Chapter]:
    if further.answer:
        yield why.chapter(further.answer)
    if further.alternatives:
        yield alternatives.chapter(further, result)
    if further.previous:
        yield moves.chapter(further, result)
    if said := prices(further, result):
        yield Chapter("prices", "", said)
    if further.trade_offs:
        yield tradeoff.chapter(further.trade_offs, result)
    if further.next_teams:
        yield next_teams.chapter(further.next_teams, result)
    if further.stability:
        yield stability.report(further.stability, result).as_chapter()


def prices(further: Further, result: Result) -> tuple[Sentence, ...]:
    """What a price counts, where there is one."""
    priced = further.alternatives or further.moves or (further.answer and further.answer.forced)
    return paragraphs(differences.what_a_price_counts(result)) if priced else ()
