"""Who there is to serve, in words: an area, each catchment of a plan, local counts and the years until now."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.capacity.target_groups import WHOLE, NeedReport, sums_are_told
from factgeo.language import Words, say
from factgeo.language.figures import persons
from factgeo.people.need import Need
from factgeo.report import local as local_report
from factgeo.report import need as need_report
from factgeo.report.content import Chapter, Sentence, items, paragraphs


def brief(found: NeedReport) -> tuple[Sentence, ...]:
    """The need of the area, each catchment in a sentence, local counts and growth."""
    teams = paragraphs(_team(team) for team in found.teams.values())
    return (*need_report.brief(found.whole), *teams, *paragraphs(_beside(found)))


def chapters(found: NeedReport) -> tuple[Chapter, ...]:
    """A chapter for the area and for each catchment; local counts and growth go on from the last."""
    beside = Chapter("beside", "", items(_beside(found), level=1))
    return (*(need_report.chapter(need) for need in (found.whole, *found.teams.values())), beside)


def counted(found: NeedReport) -> Iterator[Words]:
    """How the local counts came about, and their sums where these may be shown."""
    if found.local is None:
        return
    yield local_report.made(found.local)
    yield local_report.method()
    if WHOLE in found.totals:
        total = local_report.count(found.totals[WHOLE])
        yield say("need.local_total", area=found.whole.area, total=total)


def missing(found: NeedReport) -> Words:
    """The units of the area that have no local count."""
    return say("need.local_missing", names=", ".join(found.atlas.units.loc[list(found.missing), "name"]))


def history(found: NeedReport) -> tuple[Words, ...]:
    """Growth over the years of the pack."""
    names = {str(unit): str(name) for unit, name in found.atlas.units["name"].items()}
    return tuple(need_report.growth(found.history, names))


def _team(team: Need) -> Words:
    group = team.target_group
    return say(
        "need.team",
        team=team.area,
        central=persons(group.central),
        low=persons(group.low),
        high=persons(group.high),
        between=need_report.between(group),
    )


def _beside(found: NeedReport) -> Iterator[Words]:
    yield from counted(found)
    if sums_are_told(found):
        yield say("need.local_apart")
    if found.missing:
        yield missing(found)
    yield from history(found)
