"""Find whole numbers that agree with published sums: the other worlds that a reader of the sums must allow for.

The solver's answer is never trusted: each world is added up again in whole numbers, and a world that is not found
within the limits counts as impossible. So a count is called open only if the worlds that keep it open were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

MOST_NODES = 200  # of a search; a limit in seconds would hide other counts on a slower machine
NEARLY = 1e-5  # how far from a whole number the solver may be

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Puzzle:
    """What is known of some whole numbers.

    Attributes:
        low: The least that each can be.
        high: The most that each can be; may be infinite.
        sums: One equation per row, one number per column.
        totals: The right-hand sides.
    """

    low: Whole
    high: NDArray[np.float64]
    sums: csr_array
    totals: Whole

    def least(self, of: Whole, *, floor: int) -> Whole | None:
        """Return a world in which a weighted sum of the numbers is as small as possible, but no smaller than a floor.

        None if there is none, or if the solver finds none.
        """
        world = self._end(of, LinearConstraint(of.reshape(1, -1), floor, np.inf))
        return world if world is not None and of @ world >= floor else None

    def most(self, of: Whole) -> Whole | None:
        """Return a world in which a weighted sum of the numbers is as large as possible; None as in :func:`least`."""
        return self._end(-of)

    def _end(self, aim: Whole, *further: LinearConstraint) -> Whole | None:
        """Return the best world if it agrees."""
        balance = (LinearConstraint(self.sums, self.totals, self.totals),) if self.sums.shape[0] else ()
        found = _best(aim, (self.low, self.high), (*balance, *further), np.ones(len(aim), dtype=bool))
        world = None if found is None else np.rint(found).astype(np.int64)
        return world if world is not None and self._agrees(world) else None

    def _agrees(self, world: Whole) -> bool:
        inside = np.all((self.low <= world) & (world <= self.high))
        return bool(inside and np.array_equal(self.sums @ world, self.totals))


@dataclass(frozen=True)
class Choice:
    """The numbers that may be withheld to give some numbers room."""

    sums: csr_array
    down: Whole
    up: Whole
    down_hidden: Whole
    up_hidden: Whole
    may_hide: NDArray[np.bool_]
    cost: Whole

    def cheapest(self, of: Whole, *, apart: int) -> NDArray[np.bool_] | None:
        """Which numbers to withhold, at the least cost, so that a weighted sum can move so far between two worlds.

        None where nothing helps, and where the solver finds nothing. The worlds are of real numbers: whether there are
        whole ones is for a :class:`Puzzle` to tell.
        """
        count = len(self.cost)
        down = np.where(self.may_hide, self.down_hidden, self.down)
        up = np.where(self.may_hide, self.up_hidden, self.up)
        low, high = np.concatenate([down, down, np.zeros(count)]), np.concatenate([up, up, self.may_hide])
        far = csr_array(np.concatenate([of, -of, 0 * of]).reshape(1, -1))
        constraints = [LinearConstraint(far, apart, np.inf), *self._world(first=True), *self._world(first=False)]
        aim, hiding = np.concatenate([np.zeros(2 * count), self.cost]), np.repeat([False, False, True], count)
        found = _best(aim, (low, high), constraints, hiding)
        return None if found is None else np.asarray(found[hiding] > 0.5)  # noqa: PLR2004 - a yes or no, nearly

    def _world(self, *, first: bool) -> list[LinearConstraint]:
        """How far the numbers may move in one of the two worlds."""
        count = len(self.cost)
        one, zero = _diagonal(np.ones(count, dtype=np.int64)), csr_array((count, count), dtype=np.int64)
        nothing = csr_array(self.sums.shape, dtype=np.int64)
        own, equations = ([one, zero], [self.sums, nothing]) if first else ([zero, one], [nothing, self.sums])
        lower, upper = _diagonal(self.down - self.down_hidden), _diagonal(self.up - self.up_hidden)
        may = np.flatnonzero(self.may_hide)  # the others have these limits already
        return [
            LinearConstraint(_beside([*equations, nothing]), 0, 0),
            LinearConstraint(_beside([*own, lower])[may], self.down[may], np.inf),
            LinearConstraint(_beside([*own, upper])[may], -np.inf, self.up[may]),
        ]


def _best(
    aim: NDArray[np.float64] | Whole,
    limits: tuple[NDArray[np.float64] | Whole, NDArray[np.float64] | Whole],
    constraints: Sequence[LinearConstraint],
    whole: NDArray[np.bool_],
) -> NDArray[np.float64] | None:
    """The numbers with the least sum (weights are whole), some of them whole; the best found where the search is cut.

    Branch and bound by hand, over linear programs: HiGHS's own search for whole numbers prints a line of its own now
    and then, on standard output, where other programs read our JSON. Most of these programs have a whole corner anyway.
    """
    best, least, waiting = None, np.inf, [limits]
    for _ in range(MOST_NODES):
        if not waiting:
            break
        low, high = waiting.pop()
        found = milp(aim, integrality=np.zeros(len(aim), dtype=int), bounds=Bounds(low, high), constraints=constraints)
        if not found.success or found.x is None or found.fun > least - 1 + NEARLY:
            continue
        apart = np.where(whole, np.abs(found.x - np.rint(found.x)), 0)
        k = int(apart.argmax())
        if apart[k] < NEARLY:
            best, least = found.x, found.fun
            continue
        below, above = high.astype(float), low.astype(float)
        below[k], above[k] = np.floor(found.x[k]), np.ceil(found.x[k])
        waiting += [(low, below), (above, high)]
    return best


def matrix(rows: Sequence[dict[int, int]], columns: int) -> csr_array:
    """Equations by their entries other than 0."""
    entries = [(row, column, value) for row, own in enumerate(rows) for column, value in own.items()]
    places = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    return csr_array(coo_array((places[2], (places[0], places[1])), shape=(len(rows), columns)))


def _beside(parts: Sequence[csr_array]) -> csr_array:
    return csr_array(hstack(parts))


def _diagonal(entries: Whole) -> csr_array:
    positions = np.arange(len(entries))
    return csr_array(coo_array((entries, (positions, positions)), shape=(len(entries), len(entries))))
