"""Counts of people that nobody may be recognised by: primary and secondary suppression (primær og sekundær skjerming).

Primary: a count of 1 to 4 is shown as ``<5``. Secondary: further counts are withheld, so that no sum, difference or
total gives one of them away. The rule that holds for all that is published together: **every count of 1 to 4 keeps at
least four possible values**, as many as ``<5`` itself says. :func:`bounds` is an audit that sees only what is public.

A count of 0 is shown: nobody stands behind it. Published population counts, and expected figures (a fraction times
residents), are no counts of known people and are exempt.

The doors: a raw count lives in a :class:`Sealed` and leaves it as a :class:`Shown`, which cannot hold one of 1 to 4. A
figure computed from a count goes through :func:`guard`, because whoever knows the factor would know the count.
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
    """What is told of a count: itself, that it is 1 to 4, or nothing."""

    SHOWN = "shown"
    SMALL = "small"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Shown:
    """What may be told of a count.

    Attributes:
        mark: Shown, ``<5``, or withheld.
        count: Persons; None unless shown.
    """

    mark: Mark
    count: int | None = None

    def __post_init__(self) -> None:
        """No count of 1 to 4 can get in here, whoever calls."""
        if (self.mark is Mark.SHOWN) == (self.count is None) or (self.count is not None and _small(self.count)):
            raise ValueError("a count under the limit cannot be shown")


SMALL = Shown(Mark.SMALL)
WITHHELD = Shown(Mark.WITHHELD)


class Sealed:
    """Raw counts that cannot be printed, copied, pickled or written as JSON; :func:`opened` is the only way in."""

    __slots__ = ("_counts",)

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)

    def __repr__(self) -> str:
        return "Sealed()"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("sealed counts are not copied or stored")


def opened(sealed: Sealed) -> dict[str, int]:
    """The raw counts, for code that hands on nothing but what :func:`suppress` makes of them."""
    return dict(sealed._counts)  # noqa: SLF001 - the one way in


def text(shown: Shown) -> str:
    """For the screen and for files: the number as the language writes it, ``<5``, or that it is withheld."""
    if shown.count is not None:
        return language.number(shown.count)
    return SMALL_TEXT if shown.mark is Mark.SMALL else language.text("privacy.withheld")


def as_json(shown: Shown) -> int | dict[str, object]:
    """For JSON: the number, or an object that says ``<5`` or ``withheld``."""
    if shown.count is not None:
        return shown.count
    return {"suppressed": True, "shown": SMALL_TEXT if shown.mark is Mark.SMALL else Mark.WITHHELD.value}


def guard(figure: float, of: Shown) -> float | None:
    """A figure that was computed from a raw count: itself where the count is shown, else None."""
    return figure if of.count is not None else None


def method() -> str:
    """The rule in a sentence for planners."""
    return language.text("privacy.method", limit=SMALLEST)


def suppress(
    counts: Mapping[str, int], groups: Groups, *, public: Mapping[str, Shown] | None = None
) -> dict[str, Shown]:
    """What may be published of counts and of their totals, hiding as few people's counts as possible.

    Primary suppression marks 1 to 4 as ``<5``. As long as one of them can be narrowed to fewer than four values, the
    further counts are withheld that hold the fewest people and leave it open; a ``<5`` becomes withheld only where that
    is cheaper. The same holds for sums that are told by nobody but follow from those that are (:func:`_implied`).

    Where the cheapest way out is not found, the safe one is taken: all totals that are not public yet are withheld,
    then all counts.

    Args:
        counts: Persons by key, 0 or more.
        groups: Totals that are shown as well: by key the keys that they sum, each once; these may be totals themselves.
        public: What has been published already and stays as it is.

    Returns:
        Every key of ``counts`` and ``groups`` with what may be told of it.

    Raises:
        ValueError: A count is negative, or what is already public gives one away or is not so.
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
    """The audit: the least and the most that a hidden count can be, given all that is published (and only that).

    Exact, by integer programming over the hidden counts that hang together with it; a withheld count is taken to be
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
    """What is told of counts, held against the worlds that it leaves possible.

    Attributes:
        values: The truth.
        shown: What is told; :meth:`hide` tells less.
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
        """Has the sum of some counts at least four possible values?"""
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
        """A world for the counts that hang together; all others are as they are."""
        world = self._worlds[0].copy()
        world[[self._column[name] for name in hidden]] = found
        self._worlds.append(world)


def _small(count: int) -> bool:
    return 0 < count < SMALLEST


def _is_told(told: Shown, count: int) -> bool:
    """Does what is told of a count agree with it?"""
    return told.count == count if told.count is not None else told.mark is Mark.WITHHELD or _small(count)


def _implied(values: Mapping[str, int], groups: Groups) -> list[Aim]:
    """Sums of several small counts that are small themselves, and that might follow from the totals.

    They are what is left of a total when larger counts, or totals within it, are taken away.
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
    """The safe way out: every total that can still be withheld, and where all are, every count."""
    rest = [
        key
        for key, value in audit.values.items()
        if value and key not in fixed and audit.shown[key].mark is not Mark.WITHHELD
    ]
    return [key for key in rest if key in groups] or rest


def _without(aim: Aim, aims: list[Aim], fixed: Mapping[str, Shown]) -> list[Aim]:
    """The others, where all is withheld and a new sum still follows from what was public before it was asked for.

    Raises:
        ValueError: It was public itself: then nobody may go on silently.
    """
    if len(aim) == 1 and aim[0] in fixed:
        raise ValueError("what is already public gives a small count away")
    return [each for each in aims if each != aim]


def _primary(count: int) -> Shown:
    return SMALL if _small(count) else Shown(Mark.SHOWN, count)


def with_totals(counts: Mapping[str, int], groups: Groups) -> dict[str, int]:
    """The counts and all totals, those of totals as well."""
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
    """The hidden counts that hang together with some, and what is known of them."""
    hidden, sums = _component(shown, groups, keys)
    small = np.array([shown[name].mark is Mark.SMALL for name in hidden])
    high = np.where(small, SMALLEST - 1.0, most)
    published = [(shown[name].count or 0) - sum(shown[part].count or 0 for part in groups[name]) for name in sums]
    totals = np.array(published, dtype=np.int64)
    return hidden, Puzzle(small.astype(np.int64), high, _equations(hidden, sums, groups), totals)


def _component(shown: Mapping[str, Shown], groups: Groups, keys: set[str]) -> tuple[list[str], list[str]]:
    """The hidden counts that hang together with some, and the totals that join them."""
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
    """One row per total: the sum of its parts, less itself; one column per key, other keys left out."""
    column = {key: k for k, key in enumerate(keys)}
    rows = []
    for name in sums:
        row = {column[part]: 1 for part in groups[name] if part in column}
        rows.append(row | ({column[name]: -1} if name in column else {}))
    return worlds.matrix(rows, len(keys))


def _cheapest(aim: Aim, audit: _Audit, groups: Groups, fixed: Mapping[str, Shown]) -> list[str]:
    """The counts to withhold, with the fewest people in them, so that a sum keeps four possible values.

    Looked for among small counts first: once an answer costs no more than the largest count looked at, larger ones
    cannot be part of a better one. Nothing where no answer is found.
    """
    most, largest = FIRST_LOOK, max(audit.values.values())
    while True:
        found = _cheapest_among(aim, audit, groups, fixed, most)
        if most >= largest or (found and sum(audit.values[name] for name in found) <= most):
            return found
        most *= 4


def _cheapest_among(aim: Aim, audit: _Audit, groups: Groups, fixed: Mapping[str, Shown], most: int) -> list[str]:
    """The same among counts of at most this many.

    Two worlds are sought that agree with all that is still published and differ by three in this sum; a count may
    differ from the truth in them only if it is withheld, or within 1 to 4 if it is shown as ``<5``.
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
