"""Teams against reach: how many are enough, and what the plan and the listed teams reach with theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from factgeo.atlas.shares import share_of
from factgeo.explore.tradeoff import TradeOff
from factgeo.language import Number, Percent, Words, number, percent, say, text
from factgeo.planning.result import Result
from factgeo.reach.answers import ReachReport
from factgeo.reach.today import Today
from factgeo.report.charts import tradeoff as tradeoff_chart
from factgeo.report.charts.tradeoff import Mark
from factgeo.report.content import Picture, Sentence, paragraphs

TEAMS_OF_REPORT = 118  # 35 ACT and 83 FACT (report 3/2017, NAPHA 22259; validation_cases.csv, report_teams)
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


def picture(found: ReachReport, result: Result) -> Picture:
    """The curve of teams against reach; ``found`` has its points."""
    return Picture("frontier.png", say("reach.chapter.frontier"), partial(_draw, found, result))


def _draw(found: ReachReport, result: Result) -> bytes:
    return tradeoff_chart.draw(found.frontier, result, list(_marks(found)))


def _marks(found: ReachReport) -> Iterator[Mark]:
    """Today's listed teams with what they reach, and for Norway the number of teams in the report."""
    for each in found.today:
        if each.reading == "narrow" and each.placed:
            teams = len(each.placed)
            yield Mark(teams, each.share, text("reach.mark.listed", teams=number(teams), share=percent(each.share, 0)))
    if set(found.reach.area.units) == set(found.reach.atlas.units.index):
        yield Mark(TEAMS_OF_REPORT, None, text("reach.mark.report", teams=TEAMS_OF_REPORT))
