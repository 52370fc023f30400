"""The smallest change of a single rule that makes a request possible."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from factgeo.language import Number, Phrase
from factgeo.planning.propose.request import Request

WIDER = ("dps", "hf", "helsefellesskap", "rhf", "none")  # borders, the narrow ones first
FARTHEST_MIN = 600  # minutes; farther bases are not suggested
MORE_TEAMS = 200  # at most this many teams more than asked for are suggested
LINKS = ("road", "ferry", "border")
Value = TypeVar("Value", int, float)


def relaxations(request: Request) -> Iterator[Phrase]:
    """Yield changes of one rule each that make a plan possible, each as small as it can be."""
    size, travel = request.settings.size.minimum, int(request.settings.travel.too_far)
    smaller = _smallest_change(request, "size", "minimum", range(size - 1, 0, -1))
    if smaller is not None:
        yield Phrase("relax.minimum", values={"value": Number(smaller)})
    farther = _smallest_change(request, "travel", "too_far", range(travel + 1, FARTHEST_MIN + 1))
    if farther is not None:
        yield Phrase("relax.too_far", values={"value": Number(farther)})
    yield from _wider_border(request)
    yield from _switches(request)
    yield from _other_counts(request)


def _smallest_change(request: Request, table: str, key: str, values: Sequence[Value]) -> Value | None:
    """Return the first value of a setting that makes a plan possible; None if no value does."""
    return first_possible(values, lambda value: request.with_rule(table, key, value).possible())


def first_possible(values: Sequence[Value], possible: Callable[[Value], bool]) -> Value | None:
    """Return the first value that is possible; None if no value is.

    If a value is possible, all values after it must be possible too, because the values are searched by halving.
    """
    if not values or not possible(values[-1]):
        return None
    first, last = 0, len(values) - 1  # values[last] is possible, all values before values[first] are not
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if possible(values[middle]) else (middle + 1, last)
    return values[last]


def _wider_border(request: Request) -> Iterator[Phrase]:
    border = request.settings.border
    for wider in WIDER[WIDER.index(border) + 1 :] if border in WIDER else ("none",) if border != "none" else ():
        if request.under(request.settings.model_copy(update={"border": wider})).possible():
            yield Phrase("relax.border", values={"value": Phrase(f"border.{wider}")})
            return


def _switches(request: Request) -> Iterator[Phrase]:
    """Yield changes of rules that are either on or off."""
    settings = request.settings
    if settings.capacity.enabled and request.with_rule("capacity", "enabled", value=False).possible():
        yield Phrase("relax.capacity")
    if settings.travel.hard and request.with_rule("travel", "hard", value=False).possible():
        yield Phrase("relax.hard")
    if "border" not in settings.whole.links and request.with_rule("whole", "links", LINKS).possible():
        yield Phrase("relax.links")


def _other_counts(request: Request) -> Iterator[Phrase]:
    """Yield more or fewer teams, and a lower floor on reach."""
    goal, teams = request.settings.goal, request.settings.teams
    more = range(teams.at_most + 1, teams.at_most + MORE_TEAMS) if teams.at_most else ()
    for key, values in (("at_most", more), ("at_least", range(teams.at_least - 1, -1, -1))):
        count = _smallest_change(request, "teams", key, values)
        if count is not None:
            yield Phrase(f"relax.{key}", values={"value": Number(count)})
    if goal.name == "fewest_teams":
        floors = [tenth / 1000 for tenth in range(math.ceil(1000 * goal.reach_floor) - 1, -1, -1)]
        floor = _smallest_change(request, "goal", "reach_floor", floors)
        if floor is not None:
            yield Phrase("relax.floor", values={"value": Number(100 * floor, 1)})
