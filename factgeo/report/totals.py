"""A plan in a few numbers, and what an edit has changed in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from factgeo.capacity import capacity
from factgeo.capacity.driving import Range
from factgeo.language import number, text
from factgeo.language.figures import Signed, half, maybe_tenth
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


def change(before: Result, after: Result) -> Change:
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


def change_lines(difference: Change) -> list[str]:
    """What is different, in words; nothing of what is as before. Rules come first, the newly broken at the top."""
    before, after = difference.before, difference.after
    staff = half(before.positions.central), half(after.positions.central)
    limits = {difference.limit_min: (before.within, after.within), SHOWN_MIN: (before.within_60, after.within_60)}
    told = [
        *(text("draft.change.new_rule", rule=note.text()) for note in difference.new),
        *(text("draft.change.gone_rule", rule=note.text()) for note in difference.gone),
        *_line(text("draft.change.residents"), before.residents, after.residents),
        *_line(text("draft.change.adults"), before.adults, after.adults),
        *_line(text("draft.change.target_group"), before.target_group, after.target_group),
    ]
    for limit, (had, has) in limits.items():
        told += _line(text("draft.change.within", limit=number(limit)), had, has)
    return [
        *told,
        *_line(text("draft.change.mean"), maybe_tenth(before.mean_min), maybe_tenth(after.mean_min), 1),
        *_line(text("draft.change.catchments"), before.catchments, after.catchments),
        *_line(text("draft.change.teams"), before.teams, after.teams),
        *_line(text("draft.change.positions"), *staff, 0 if all(map(float.is_integer, staff)) else 1),
    ]


def _line(what: str, before: float | None, after: float | None, digits: int = 0) -> Iterator[str]:
    """From so much to so much; nothing where the two are equal."""
    if before == after:
        return
    shown = ["–" if each is None else number(each, digits) for each in (before, after)]
    change = "–" if before is None or after is None else Signed(after - before, digits)
    yield text("draft.change.line", what=what, change=change, before=shown[0], after=shown[1])


def positions(result: Result) -> Range:
    """Positions for the clients of all teams, an ACT area's among them."""
    return capacity.added(task.positions for task in capacity.tasks(result))
