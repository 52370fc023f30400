"""A figure that is not known exactly: the least, the most, and what is expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from factgeo.settings import Three


@dataclass(frozen=True)
class Range:
    """A figure with its least and its greatest value."""

    low: float
    central: float
    high: float

    @property
    def values(self) -> Three:
        """Low, central and high."""
        return self.low, self.central, self.high

    def map(self, change: Callable[[float], float]) -> Range:
        """Return the range with each value changed; ``change`` must not fall if its argument rises."""
        return Range(*(change(value) for value in self.values))

    def times(self, other: Range) -> Range:
        """Return the product of two figures that are not negative."""
        return Range(self.low * other.low, self.central * other.central, self.high * other.high)

    def per(self, other: Range) -> Range:
        """Return the quotient of two figures that are not negative: low by high, high by low."""
        pairs = zip(self.values, reversed(other.values), strict=True)
        return Range(*(above / below if below else 0.0 for above, below in pairs))
