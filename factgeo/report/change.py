"""What an edit has changed in a plan, in words."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.capacity.change import SHOWN_MIN, Change
from factgeo.language import Number, Words, say
from factgeo.language.figures import Signed, half, maybe_tenth, minutes
from factgeo.report.content import Sentence, paragraphs


def brief(difference: Change) -> tuple[Sentence, ...]:
    """What is different, and nothing of what is as before. Rules come first, the newly broken at the top."""
    return paragraphs(_lines(difference))


def _lines(difference: Change) -> Iterator[Words]:
    before, after = difference.before, difference.after
    limits = {difference.limit_min: (before.within, after.within), SHOWN_MIN: (before.within_60, after.within_60)}
    yield from (say("draft.change.new_rule", rule=note.text()) for note in difference.new)
    yield from (say("draft.change.gone_rule", rule=note.text()) for note in difference.gone)
    yield from _line("residents", before.residents, after.residents)
    yield from _line("adults", before.adults, after.adults)
    yield from _line("target_group", before.target_group, after.target_group)
    for limit, (had, has) in limits.items():
        yield from _line("within", had, has, limit=Number(limit))
    yield from _line("mean", maybe_tenth(before.mean_min), maybe_tenth(after.mean_min), 1)
    yield from _line("catchments", before.catchments, after.catchments)
    yield from _line("teams", before.teams, after.teams)
    staff = half(before.positions.central), half(after.positions.central)
    yield from _line("positions", *staff, 0 if all(map(float.is_integer, staff)) else 1)


def _line(name: str, before: float | None, after: float | None, digits: int = 0, **values: Words) -> Iterator[Words]:
    """From so much to so much; nothing where the two are equal."""
    if before == after:
        return
    yield say(
        "draft.change.line",
        what=say(f"draft.change.{name}", **values),
        change=minutes(None) if before is None or after is None else Signed(after - before, digits),
        before=minutes(before, digits),
        after=minutes(after, digits),
    )
