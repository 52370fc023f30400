"""Counts of people that nobody may be recognised by: primary and secondary suppression (primær og sekundær skjerming).

Primary: a count of 1 to 4 is shown as ``<5``. Secondary: further counts are withheld, so that no sum, difference or
total gives one of them away. The rule that holds for all that is published together: **every count of 1 to 4 keeps at
least four possible values**, as many as ``<5`` itself says. :func:`bounds` is the audit: it sees only what is public.

A count of 0 is shown: nobody stands behind it. Published population counts, and expected figures (a fraction times
residents), are no counts of known people and are exempt.

The doors: a raw count lives in a :class:`Sealed` and leaves it as a :class:`Shown`, which cannot hold one of 1 to 4. A
figure computed from a count goes through :func:`guard`, because whoever knows the factor would know the count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

from factgeo import language

SMALLEST = 5  # the smallest count above 0 that is shown
OPEN = 4  # possible values that every smaller one keeps
SPAN = OPEN - 1
MOST = 1_000_000  # no withheld count is larger
FURTHEST = 3 * SPAN  # no count need move further to leave another one open
FIRST_LOOK = 16  # the largest count that is thought of first for withholding
SMALL_TEXT = f"<{SMALLEST}"

Groups = Mapping[str, Sequence[str]]


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
    is cheaper.

    Args:
        counts: Persons by key, 0 or more.
        groups: Totals that are shown as well: by key the keys that they sum, each once; these may be totals themselves.
        public: What has been published already and stays as it is.

    Returns:
        Every key of ``counts`` and ``groups`` with what may be told of it.

    Raises:
        ValueError: A count is negative, or what is already public gives one away.
    """
    values = _with_totals(counts, groups)
    fixed = dict(public or {})
    shown = {key: _primary(value) for key, value in values.items()} | fixed
    small = [key for key, value in sorted(values.items()) if _small(value)]
    while exposed := [key for key in small if is_exposed(shown, groups, key)]:
        for key in exposed:
            if is_exposed(shown, groups, key):  # what opened another may have opened this one
                hide = _cheapest(key, values, shown, groups, fixed) or _rest(values, shown, fixed)
                shown |= dict.fromkeys(hide, WITHHELD)
    return shown


def bounds(shown: Mapping[str, Shown], groups: Groups, key: str) -> tuple[int, int]:
    """The audit: the least and the most that a hidden count can be, given all that is published (and only that).

    Exact, by integer programming over the hidden counts that hang together with it; a withheld count is taken to be
    anything from 0 to a million.

    Raises:
        ValueError: What is published contradicts itself.
    """
    if (known := shown[key].count) is not None:
        return known, known
    hidden, sums = _component(shown, groups, key)
    low = np.array([1 if shown[name].mark is Mark.SMALL else 0 for name in hidden])
    high = np.array([SMALLEST - 1 if shown[name].mark is Mark.SMALL else MOST for name in hidden])
    published = -_equations(list(shown), sums, groups) @ [shown[name].count or 0 for name in shown]
    balance = LinearConstraint(_equations(hidden, sums, groups), published, published) if sums else ()
    ends = []
    for sign in (1, -1):
        aim = np.array([sign if name == key else 0 for name in hidden])
        found = milp(aim, integrality=np.ones(len(hidden), dtype=int), bounds=Bounds(low, high), constraints=balance)
        if not found.success:
            raise ValueError("published counts contradict each other")
        ends.append(sign * round(found.fun))
    return ends[0], ends[1]


def is_exposed(shown: Mapping[str, Shown], groups: Groups, key: str) -> bool:
    """Do the published numbers leave fewer than four possible values for a count of 1 to 4?"""
    low, high = bounds(shown, groups, key)
    return high - low < SPAN


def _small(count: int) -> bool:
    return 0 < count < SMALLEST


def _rest(values: Mapping[str, int], shown: Mapping[str, Shown], fixed: Mapping[str, Shown]) -> list[str]:
    """Every count that can still be withheld: for totals that overlap so oddly that halves of people mislead."""
    rest = [key for key, value in values.items() if value and key not in fixed and shown[key].mark is not Mark.WITHHELD]
    if not rest:
        raise ValueError("what is already public gives a small count away")
    return rest


def _primary(count: int) -> Shown:
    return SMALL if _small(count) else Shown(Mark.SHOWN, count)


def _with_totals(counts: Mapping[str, int], groups: Groups) -> dict[str, int]:
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


def _component(shown: Mapping[str, Shown], groups: Groups, key: str) -> tuple[list[str], list[str]]:
    """The hidden counts that hang together with one, and the totals that join them."""
    of = {name: [part for part in (name, *parts) if shown[part].count is None] for name, parts in groups.items()}
    hidden, sums = {key}, set[str]()
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

    def entries() -> Iterator[tuple[int, int, int]]:
        for row, name in enumerate(sums):
            yield from ((row, column[part], 1) for part in groups[name] if part in column)
            if name in column:
                yield row, column[name], -1

    rows, columns, signs = np.array([*entries()], dtype=int).reshape(-1, 3).T
    return csr_array(coo_array((signs, (rows, columns)), shape=(len(sums), len(keys))))


def _cheapest(
    key: str, values: Mapping[str, int], shown: Mapping[str, Shown], groups: Groups, fixed: Mapping[str, Shown]
) -> list[str]:
    """The counts to withhold, with the fewest people in them, so that one count keeps four possible values.

    Looked for among small counts first: once an answer costs no more than the largest count looked at, larger ones
    cannot be part of a better one.
    """
    most, largest = FIRST_LOOK, max(values.values())
    while True:
        found = _cheapest_among(key, values, shown, groups, fixed, most)
        if found is not None and (sum(values[name] for name in found) <= most or most >= largest):
            return found
        if most >= largest:
            raise ValueError("what is already public gives a small count away")
        most *= 4


def _cheapest_among(
    key: str,
    values: Mapping[str, int],
    shown: Mapping[str, Shown],
    groups: Groups,
    fixed: Mapping[str, Shown],
    most: int,
) -> list[str] | None:
    """The same among counts of at most this many; None where that is not enough.

    Two worlds are sought that agree with all that is still published and differ by three in this count; a count may
    differ from the truth in them only if it is withheld, or within 1 to 4 if it is shown as ``<5``.
    """
    keys = [name for name, value in values.items()
            if shown[name].count is None or (name not in fixed and 0 < value <= most)]  # fmt: skip
    truth = np.array([values[name] for name in keys])
    small = np.array([shown[name].mark is Mark.SMALL for name in keys])
    free = np.array([shown[name].mark is Mark.WITHHELD for name in keys])
    may_hide = ~free & np.array([name not in fixed for name in keys])
    down = np.where(free, -truth, np.where(small, 1 - truth, 0))
    up = np.where(free, FURTHEST, np.where(small, SMALLEST - 1 - truth, 0))
    cost = np.where(free, 0, truth + SMALLEST * small)
    sums = _equations(keys, list(groups), groups)
    more = (-truth - down, FURTHEST - up)
    found = _solve_worlds(sums, keys.index(key), (down, up), more, may_hide, cost)
    return None if found is None else [name for name, hide in zip(keys, found, strict=True) if hide]


Pair = tuple[NDArray[np.int64], NDArray[np.int64]]


def _solve_worlds(
    sums: csr_array, position: int, free: Pair, hidden: Pair, may_hide: NDArray[np.bool_], cost: NDArray[np.int64]
) -> NDArray[np.bool_] | None:
    """Which counts to withhold; ``free`` and ``hidden``: how far each may move down and up, before and on top."""
    count = len(cost)
    zero, one = csr_array((count, count), dtype=int), csr_array(np.eye(count, dtype=int))
    nothing = csr_array(sums.shape, dtype=int)
    apart = csr_array(([1, -1], ([0, 0], [position, count + position])), shape=(1, 3 * count))
    constraints = [LinearConstraint(apart, SPAN, np.inf)]
    for world in range(2):
        parts = [sums if k == world else nothing for k in range(3)]
        constraints.append(LinearConstraint(_beside(parts), 0, 0))
        own = [one if k == world else zero for k in range(2)]
        constraints.append(LinearConstraint(_beside([*own, -_diagonal(hidden[0])]), free[0], np.inf))
        constraints.append(LinearConstraint(_beside([*own, -_diagonal(hidden[1])]), -np.inf, free[1]))
    limits = Bounds(
        np.concatenate([np.full(2 * count, -np.inf), np.zeros(count)]),
        np.concatenate([np.full(2 * count, np.inf), may_hide.astype(float)]),
    )
    aim = np.concatenate([np.zeros(2 * count), cost])
    found = milp(aim, integrality=np.repeat([0, 0, 1], count), bounds=limits, constraints=constraints)
    if not found.success:
        return None
    return np.asarray(found.x[2 * count :] > 0.5)  # noqa: PLR2004 - a yes or no, as the solver writes it


def _beside(parts: Sequence[csr_array]) -> csr_array:
    return csr_array(hstack(parts))


def _diagonal(entries: NDArray[np.int64]) -> csr_array:
    positions = np.arange(len(entries))
    return csr_array((entries, (positions, positions)), shape=(len(entries), len(entries)))
