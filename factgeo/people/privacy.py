"""Publish counts so that no person can be recognised: primary and secondary suppression (primær, sekundær skjerming).

Primary: a count of 1 to 4 is shown as ``<5``. Secondary: further counts are withheld, so that no sum, difference or
total reveals one of them. One rule holds for all that is published together: **every count of 1 to 4 keeps at least
four possible values**, as many as ``<5`` itself says. :func:`bounds` is an audit that sees only what is public.

A count of 0 is shown, because there is no person behind it. Published population counts, and expected figures (a
fraction times residents), are not counts of known people and are exempt.

There are two doors. A raw count lives in a :class:`Sealed` and leaves it as a :class:`Shown`, which cannot hold a count
of 1 to 4. A figure computed from a count goes through :func:`guard`, because a reader who knows the factor would know
the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

import numpy as np
from scipy.sparse import csr_array

from factgeo import language
from factgeo.people import worlds
from factgeo.people.worlds import Choice, Puzzle, Whole

SMALLEST = 5  # the smallest count above 0 that is shown
OPEN = 4  # possible values that every smaller one keeps
SPAN = OPEN - 1
MOST = 10_000_000  # no withheld count is larger: more than Norway has residents
FURTHEST = SPAN  # no count need move further to leave another one open; where one must, more than need be is hidden
FIRST_LOOK = 16  # the largest count that is thought of first for withholding
SMALL_TEXT = f"<{SMALLEST}"

Groups = Mapping[str, Sequence[str]]
Aim = tuple[str, ...]  # the counts whose sum must stay open


class Mark(StrEnum):
    """How a count is published: itself, as 1 to 4, or not at all."""

    SHOWN = "shown"
    SMALL = "small"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Shown:
    """A count as it may be published.

    Attributes:
        mark: Shown, ``<5``, or withheld.
        count: Persons; None unless shown.
    """

    mark: Mark
    count: int | None = None

    def __post_init__(self) -> None:
        """Refuse a count of 1 to 4, whoever calls."""
        if (self.mark is Mark.SHOWN) == (self.count is None) or (self.count is not None and _small(self.count)):
            raise ValueError("a count under the limit cannot be shown")


SMALL = Shown(Mark.SMALL)
WITHHELD = Shown(Mark.WITHHELD)


class Sealed:
    """Raw counts that cannot be printed, copied, pickled or written as JSON; :func:`opened` is the only access."""

    __slots__ = ("_counts",)

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)

    def __repr__(self) -> str:
        return "Sealed()"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("sealed counts are not copied or stored")


def opened(sealed: Sealed) -> dict[str, int]:
    """Return the raw counts, for code that passes on only the answer of :func:`suppress`."""
    return dict(sealed._counts)  # noqa: SLF001 - the one way in


def text(shown: Shown) -> str:
    """Return text for screen and files: the number as the language writes it, ``<5``, or that it is withheld."""
    if shown.count is not None:
        return language.number(shown.count)
    return SMALL_TEXT if shown.mark is Mark.SMALL else language.text("privacy.withheld")


def as_json(shown: Shown) -> int | dict[str, object]:
    """Return a value for JSON: the number, or an object that says ``<5`` or ``withheld``."""
    if shown.count is not None:
        return shown.count
    return {"suppressed": True, "shown": SMALL_TEXT if shown.mark is Mark.SMALL else Mark.WITHHELD.value}


def guard(figure: float, of: Shown) -> float | None:
    """Return a figure that was computed from a raw count if the count is shown, else None."""
    return figure if of.count is not None else None


def method() -> str:
    """Return the rule in a sentence for planners."""
    return language.text("privacy.method", limit=SMALLEST)


def suppress(
    counts: Mapping[str, int], groups: Groups, *, public: Mapping[str, Shown] | None = None
) -> dict[str, Shown]:
    """Decide what may be published of counts and of their totals, and hide as few people's counts as possible.

    Primary suppression marks 1 to 4 as ``<5``. As long as one of them can be narrowed to fewer than four values,
    further counts are withheld: those that hold the fewest people and leave it open. A ``<5`` becomes withheld only if
    that is cheaper. The same holds for sums that are not published but follow from those that are (:func:`_implied`).

    If the cheapest way out is not found, the safe one is taken: all totals that are not public yet are withheld, then
    all counts.

    Args:
        counts: Persons by key, 0 or more.
        groups: Totals that are shown as well: by key the keys that they sum, each once; these may be totals themselves.
        public: What has been published already and does not change.

    Returns:
        Every key of ``counts`` and ``groups`` with what may be published of it.

    Raises:
        ValueError: A count is negative, or ``public`` reveals a small count or contradicts the counts.
    """
    values = with_totals(counts, groups)
    fixed = dict(public or {})
    if any(key not in values or not _is_told(told, values[key]) for key, told in fixed.items()):
        raise ValueError("published counts contradict the counts")
    audit = _Audit(values, groups, {key: _primary(value) for key, value in values.items()} | fixed)
    aims = [(key,) for key, value in sorted(values.items()) if _small(value)] + _implied(values, groups)
    while exposed := [aim for aim in aims if not audit.is_open(aim)]:
        for aim in exposed:
            if not audit.is_open(aim):  # what opened another may have opened this one
                hide = _cheapest(aim, audit, groups, fixed) or _rest(audit, groups, fixed)
                audit.hide(hide)
                aims = aims if hide else _without(aim, aims, fixed)
    return audit.shown


def bounds(shown: Mapping[str, Shown], groups: Groups, key: str) -> tuple[int, int]:
    """Audit what is published: return the least and the most that a hidden count can be, given only what is public.

    It is exact, by integer programming over the hidden counts that are connected with it. A withheld count can be
    anything from 0 to :data:`MOST`.

    Raises:
        ValueError: What is published contradicts itself.
    """
    if (known := shown[key].count) is not None:
        return known, known
    hidden, puzzle = _puzzle(shown, groups, {key}, MOST)
    aim = np.array([int(name == key) for name in hidden])
    worlds = puzzle.least(aim, floor=0), puzzle.most(aim)
    if worlds[0] is None or worlds[1] is None:
        raise ValueError("published counts contradict each other")
    return int(aim @ worlds[0]), int(aim @ worlds[1])


class _Audit:
    """What is published of counts, checked against the values that it leaves possible.

    Attributes:
        values: The true values.
        shown: What is published; :meth:`hide` publishes less.
    """

    def __init__(self, values: Mapping[str, int], groups: Groups, shown: Mapping[str, Shown]) -> None:
        self.values, self.shown = values, dict(shown)
        self._groups = groups
        self._column = {key: k for k, key in enumerate(values)}
        self._worlds = [np.array([*values.values()], dtype=np.int64)]  # the more is hidden, the more are possible
        self._open: set[Aim] = set()

    def hide(self, keys: Iterable[str]) -> None:
        """Withhold some counts."""
        self.shown |= dict.fromkeys(keys, WITHHELD)

    def is_open(self, aim: Aim) -> bool:
        """Does the sum of some counts have at least four possible values?"""
        if aim not in self._open and self._look(aim):
            self._open.add(aim)
        return aim in self._open

    def _look(self, aim: Aim) -> bool:
        """Look for worlds with other sums of some hidden counts, the smallest first, until there are four."""
        columns = [self._column[key] for key in aim]
        known = {int(world[columns].sum()) for world in self._worlds}
        if len(known) >= OPEN:
            return True
        hidden, puzzle = _puzzle(self.shown, self._groups, set(aim), np.inf)
        weights, least = np.array([int(name in aim) for name in hidden]), -1
        while len(known) < OPEN and (found := puzzle.least(weights, floor=least + 1)) is not None:
            least = int(weights @ found)
            known.add(least)
            self._remember(hidden, found)
        return len(known) >= OPEN

    def _remember(self, hidden: Sequence[str], found: Whole) -> None:
        """Keep a world for the counts that are connected; all others keep their values."""
        world = self._worlds[0].copy()
        world[[self._column[name] for name in hidden]] = found
        self._worlds.append(world)


def _small(count: int) -> bool:
    return 0 < count < SMALLEST


def _is_told(told: Shown, count: int) -> bool:
    """Does what is published of a count agree with it?"""
    return told.count == count if told.count is not None else told.mark is Mark.WITHHELD or _small(count)


def _implied(values: Mapping[str, int], groups: Groups) -> list[Aim]:
    """Return sums of several small counts that are small themselves, and that might follow from the totals.

    They are what remains of a total when larger counts, or totals within it, are subtracted.
    """
    sets = {frozenset(parts) for parts in groups.values()}
    within: dict[frozenset[str], list[str]] = {}
    for part in {part for each in sets for part in each}:
        within.setdefault(frozenset(name for name, parts in groups.items() if part in parts), []).append(part)
    left = {larger - each for larger in sets for each in sets if each < larger}
    found = set()
    for each in (*sets, *left, *map(frozenset, within.values())):
        small = tuple(sorted(part for part in each if _small(values[part])))
        if len(small) > 1 and _small(sum(values[part] for part in small)):
            found.add(small)
    return sorted(found)


def _rest(audit: _Audit, groups: Groups, fixed: Mapping[str, Shown]) -> list[str]:
    """Return the safe way out: every total that can still be withheld or, if there is none, every count."""
    rest = [
        key
        for key, value in audit.values.items()
        if value and key not in fixed and audit.shown[key].mark is not Mark.WITHHELD
    ]
    return [key for key in rest if key in groups] or rest


def _without(aim: Aim, aims: list[Aim], fixed: Mapping[str, Shown]) -> list[Aim]:
    """Return the others if all is withheld and a new sum still follows from what was public before it was asked for.

    Raises:
        ValueError: The sum was public itself: then the program must stop.
    """
    if len(aim) == 1 and aim[0] in fixed:
        raise ValueError("what is already public gives a small count away")
    return [each for each in aims if each != aim]


def _primary(count: int) -> Shown:
    return SMALL if _small(count) else Shown(Mark.SHOWN, count)


def with_totals(counts: Mapping[str, int], groups: Groups) -> dict[str, int]:
    """Return the counts and all totals, also those of totals."""
    if min(counts.values(), default=0) < 0:
        raise ValueError("a count is negative")
    values = dict(counts)

    def total(key: str) -> int:
        if key not in values:
            values[key] = sum(total(part) for part in groups[key])
        return values[key]

    for key in groups:
        total(key)
    return values


def _puzzle(shown: Mapping[str, Shown], groups: Groups, keys: set[str], most: float) -> tuple[list[str], Puzzle]:
    """Return the hidden counts that are connected with some, and what is known of them."""
    hidden, sums = _component(shown, groups, keys)
    small = np.array([shown[name].mark is Mark.SMALL for name in hidden])
    high = np.where(small, SMALLEST - 1.0, most)
    published = [(shown[name].count or 0) - sum(shown[part].count or 0 for part in groups[name]) for name in sums]
    totals = np.array(published, dtype=np.int64)
    return hidden, Puzzle(small.astype(np.int64), high, _equations(hidden, sums, groups), totals)


def _component(shown: Mapping[str, Shown], groups: Groups, keys: set[str]) -> tuple[list[str], list[str]]:
    """Return the hidden counts that are connected with some, and the totals that connect them."""
    of = {name: [part for part in (name, *parts) if shown[part].count is None] for name, parts in groups.items()}
    hidden, sums = set(keys), set[str]()
    grown = True
    while grown:
        touching = {name for name, members in of.items() if name not in sums and not hidden.isdisjoint(members)}
        hidden.update(part for name in touching for part in of[name])
        sums |= touching
        grown = bool(touching)
    return sorted(hidden), sorted(sums)


def _equations(keys: Sequence[str], sums: Sequence[str], groups: Groups) -> csr_array:
    """Return one row per total: the sum of its parts minus itself; one column per key, without other keys."""
    column = {key: k for k, key in enumerate(keys)}
    rows = []
    for name in sums:
        row = {column[part]: 1 for part in groups[name] if part in column}
        rows.append(row | ({column[name]: -1} if name in column else {}))
    return worlds.matrix(rows, len(keys))


def _cheapest(aim: Aim, audit: _Audit, groups: Groups, fixed: Mapping[str, Shown]) -> list[str]:
    """Return the counts to withhold, with the fewest people in them, so that a sum keeps four possible values.

    Small counts are tried first. Once an answer costs no more than the largest count tried, larger ones cannot be part
    of a better one. The answer is empty if none is found.
    """
    most, largest = FIRST_LOOK, max(audit.values.values())
    while True:
        found = _cheapest_among(aim, audit, groups, fixed, most)
        if most >= largest or (found and sum(audit.values[name] for name in found) <= most):
            return found
        most *= 4


def _cheapest_among(aim: Aim, audit: _Audit, groups: Groups, fixed: Mapping[str, Shown], most: int) -> list[str]:
    """Return the same among counts of at most this size.

    The search looks for two worlds that agree with all that is still published and differ by three in this sum. A count
    may differ from its true value in them only if it is withheld, or within 1 to 4 if it is shown as ``<5``.
    """
    values, shown = audit.values, audit.shown
    keys = [name for name, value in values.items()
            if shown[name].count is None or (name not in fixed and 0 < value <= most)]  # fmt: skip
    if not set(aim) <= set(keys):
        return []
    truth = np.array([values[name] for name in keys])
    small = np.array([shown[name].mark is Mark.SMALL for name in keys])
    free = np.array([shown[name].mark is Mark.WITHHELD for name in keys])
    furthest = -np.minimum(truth, FURTHEST)
    choice = Choice(
        sums=_equations(keys, list(groups), groups),
        down=np.where(free, furthest, np.where(small, 1 - truth, 0)),
        up=np.where(free, FURTHEST, np.where(small, SMALLEST - 1 - truth, 0)),
        down_hidden=furthest,
        up_hidden=np.full(len(keys), FURTHEST),
        may_hide=~free & np.array([name not in fixed for name in keys]),
        cost=np.where(free, 0, truth + SMALLEST * small),
    )
    found = choice.cheapest(np.array([int(name in aim) for name in keys]), apart=SPAN)
    return [] if found is None else [name for name, hide in zip(keys, found, strict=True) if hide]
