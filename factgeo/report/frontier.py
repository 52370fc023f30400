"""Teams against reach: how many are enough, and what the plan and the listed teams reach with theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factgeo.explore.tradeoff import TradeOff
from factgeo.language import Number, Percent, Words, say
from factgeo.planning.result import Result
from factgeo.reach.shares import share_of
from factgeo.reach.today import Today
from factgeo.report.content import Sentence, paragraphs

EQUAL, NEAR = 1e-9, 0.01  # shares (0-1) that are one, and that differ by a percentage point


def brief(points: Sequence[TradeOff], result: Result, today: Sequence[Today]) -> tuple[Sentence, ...]:
    """How many teams are enough, the plan's own, and those of today's list where ``today`` has any reading."""
    return paragraphs(_said(points, result, today))


def _said(points: Sequence[TradeOff], result: Result, today: Sequence[Today]) -> Iterator[Words]:
    best = [point for point in points if point.aim == "reach" and point.base_of]
    if best:
        most = max(point.within for point in best)
        enough, near = (min(p.teams for p in best if p.within >= most - less) for less in (EQUAL, NEAR))
        yield say("reach.frontier.most", teams=Number(enough), share=Percent(most), near=Number(near))
    own = sum(team.teams for team in result.figures.teams)
    share = Percent(share_of(result.within, result.figures.population))
    yield say("reach.frontier.own", teams=Number(own), share=share)
    if today:
        teams, share = Number(len(today[0].placed)), Percent(today[0].share, 0)
        yield say("reach.frontier.today", teams=teams, share=share)
