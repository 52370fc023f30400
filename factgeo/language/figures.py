"""How figures are rounded and written: no more digits than they deserve."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from factgeo.language.catalogue import Lazy, Number, Words, number, percent, say, text, written

Rounding = Callable[[float], float]
NO_FIGURE = "–"
WHOLE_FROM = 10  # a half of more than ten is within every uncertainty of a count of positions
THREE_DIGITS_FROM = 1000
TWO_DIGITS_FROM = 100


# how they are rounded


def half(value: float) -> float:
    """To the nearest half, to a whole number from 10 on; what is more than 0 is at least a half."""
    if value >= WHOLE_FROM:
        return float(math.floor(value + 0.5))
    return max(0.5, math.floor(2 * value + 0.5) / 2) if value > 0 else 0.0


def rough(value: float) -> float:
    """To two significant digits, and to whole numbers below 10."""
    if value < WHOLE_FROM:
        return float(math.floor(value + 0.5))
    return float(round(value, 1 - math.floor(math.log10(value))))


def significant(value: float, digits: int) -> float:
    """To so many significant digits, never finer than whole numbers; ``value`` is above 0."""
    return round(value, min(0, digits - 1 - math.floor(math.log10(value))))


def _three_digits(value: float) -> float:
    """To three significant digits; a value below 1000 stays."""
    return value if value < THREE_DIGITS_FROM else significant(value, 3)


def hundredth(value: float) -> float:
    """A share to whole per cent."""
    return round(value, 2)


def whole(value: float) -> int:
    """To whole persons or cars."""
    return math.floor(value + 0.5)


def millionth(share: float) -> float:
    """A share as JSON and tables have it."""
    return round(share, 6)


def tenth(value: float) -> float:
    """To one decimal, as JSON and tables have minutes."""
    return round(value, 1)


def maybe_tenth(value: float | None) -> float | None:
    """The same where there may be no figure."""
    return None if value is None else round(value, 1)


# how they are written


def minutes(value: float | None, digits: int = 0) -> Words:
    """Minutes; a dash where there is no figure."""
    return NO_FIGURE if value is None else Number(value, digits)


def persons(expected: float) -> Number:
    """An expected number of persons: 27.3 as 27, 417.7 as 420, 28 966.5 as 29 000."""
    count = round(expected)
    return Number(count if count < TWO_DIGITS_FROM else round(count, 2 - len(str(count))))


def reached(persons: float) -> Number:
    """Persons within modelled minutes, with three digits: 42 165 as 42 200."""
    return Number(round(_three_digits(persons)))


def figure(value: float) -> Number:
    """A number, with one decimal where it has any."""
    return Number(value, 0 if float(value).is_integer() else 1)


@dataclass(frozen=True)
class Signed(Lazy):
    """A difference with its sign: ``+12``, ``−3``, ``±0``; ``zero`` is the sign of no difference."""

    value: float
    digits: int = 0
    zero: str = "±"

    def text(self, lang: str | None = None) -> str:
        """The difference as the language writes numbers."""
        shown = round(self.value, self.digits)
        sign = "+" if shown > 0 else "−" if shown < 0 else self.zero
        return sign + number(abs(shown), self.digits, lang=lang)


@dataclass(frozen=True)
class Span(Lazy):
    """Low, central and high of one figure: ``125 (111–130)``; the central value alone where all look the same."""

    low: float
    central: float
    high: float

    def text(self, lang: str | None = None) -> str:
        """The three as the language writes them; thousands to three digits."""
        low, central, high = (figure(_three_digits(value)).text(lang) for value in (self.low, self.central, self.high))
        if low == central == high:
            return central
        return text("capacity.span", lang=lang, low=low, central=central, high=high)


@dataclass(frozen=True)
class PercentSpan(Lazy):
    """Low, central and high of a share (0-1): ``12 % (10–15)``."""

    low: float
    central: float
    high: float

    def text(self, lang: str | None = None) -> str:
        """The three as whole per cent, the sign once."""
        low, high = (number(100 * share, lang=lang) for share in (self.low, self.high))
        return text("capacity.span", lang=lang, low=low, central=percent(self.central, 0, lang=lang), high=high)


@dataclass(frozen=True)
class _Capital(Lazy):
    words: Words

    def text(self, lang: str | None = None) -> str:
        said = written(self.words, lang)
        return said[:1].upper() + said[1:]


def capital(words: Words) -> Words:
    """Words that begin with a capital letter."""
    return _Capital(words)


def names(listed: Sequence[str], most: int) -> Words:
    """Names with commas; of more than ``most`` the first, and how many more there are."""
    if len(listed) <= most:
        return ", ".join(listed)
    return say("names.more", names=", ".join(listed[:most]), count=Number(len(listed) - most))
