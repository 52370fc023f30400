"""A plan in a few numbers, and what an edit has changed in them."""

from __future__ import annotations

from dataclasses import dataclass

from factgeo.capacity import capacity
from factgeo.people.range import Range
from factgeo.planning.check import Finding
from factgeo.planning.result import Result

SHOWN_MIN = 60  # minutes for which every plan has its share


@dataclass(frozen=True)
class Totals:
    """A plan in a few numbers.

    Attributes:
        residents, adults: With a team.
        target_group: Expected persons with a team; an estimate.
        within, within_60: Residents within T and within 60 minutes of their own team's base.
        mean_min: Mean minutes of those with a team who can be reached; None without any.
        catchments, teams: A catchment may need several teams.
        positions: An estimate.
    """

    residents: int
    adults: int
    target_group: int
    within: int
    within_60: int
    mean_min: float | None
    catchments: int
    teams: int
    positions: Range


@dataclass(frozen=True)
class Change:
    """What is different after an edit; ``gone`` and ``new`` are rules that are broken no more, and newly."""

    before: Totals
    after: Totals
    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]
    limit_min: float


def totals(result: Result) -> Totals:
    """The few numbers of a measured plan."""
    figures = result.figures
    return Totals(
        residents=result.served,
        adults=sum(each.adults for each in figures.teams),
        target_group=sum(each.target_group.central for each in figures.teams),
        within=result.within,
        within_60=round(figures.share_within[SHOWN_MIN] * figures.population),
        mean_min=figures.mean_min,
        catchments=len(figures.teams),
        teams=sum(each.teams for each in figures.teams),
        positions=positions(result),
    )


def between(before: Result, after: Result) -> Change:
    """What an edit has changed."""
    had, has = ({_which(note): note for note in result.notes} for result in (before, after))
    return Change(
        before=totals(before),
        after=totals(after),
        gone=tuple(note for which, note in had.items() if which not in has),
        new=tuple(note for which, note in has.items() if which not in had),
        limit_min=after.plan.settings.travel.minutes,
    )


def _which(note: Finding) -> tuple[object, ...]:
    """What makes a broken rule the same one, although its figures or the name of the base differ."""
    if note.team_id:
        return note.key, note.team_id, note.details.get("unit")
    return note.key, *sorted((name, value) for name, value in note.details.items() if isinstance(value, str))


def positions(result: Result) -> Range:
    """Positions for the clients of all teams, an ACT area's among them."""
    return capacity.added(task.positions for task in capacity.tasks(result))
