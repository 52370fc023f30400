"""One family of errors; each is a sentence in the catalogue that names the thing and the way forward.

Whoever reads a file reads on after a fault and says all of them at once: :class:`Faults` collects, :func:`read_each`
does so for rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Self, TypeVar

from factgeo import language, machine
from factgeo.language import Number, Percent, Phrase, Several, Words
from factgeo.language.catalogue import Lazy

LONGEST_QUOTE, LONGEST_LIST = 160, 2_000  # letters of a value that a message repeats, and of a list of our own
OWN_LISTS = {"allowed", "candidates", "kinds", "known"}  # details that no file or user has written
MOST_LISTED = 10  # faults that one message lists
MOST_SOUGHT = 30  # faults after which a reader stops: finding the nearest place name takes a fifth of a second
LARGEST_WRITTEN = 10**18  # whole numbers above are told by their size
# control characters, what a file that is no text leaves behind, and signs that turn the direction of what follows
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+"
)


Given = TypeVar("Given")
Made = TypeVar("Made")


class FactgeoError(Exception):
    """Something the user can put right.

    Args:
        key: Entry of the catalogue below ``error.``.
        details: Values for the entry's placeholders (file, row, name, ...).

    Attributes:
        parts: The single errors that this one lists; empty where it is a single error itself.
        count: How many faults there are; more than ``parts`` where these are only the first.
        ended: Whether the reader stopped at so many faults, so that there may be more.
    """

    exit_code = 2
    parts: tuple[FactgeoError, ...] = ()
    count = 1
    ended = False

    def __init__(self, key: str, /, **details: object) -> None:
        super().__init__(key)
        self.key = key
        self.details = details

    def each(self) -> tuple[FactgeoError, ...]:
        """The single errors: those that this one lists, or itself."""
        return self.parts or (self,)

    def reworded(self, said: Callable[[FactgeoError], FactgeoError]) -> FactgeoError:
        """The same faults, each in another sentence, such as one that names the file."""
        return together([said(each) for each in self.each()], count=self.count, ended=self.ended)

    @property
    def words(self) -> Phrase:
        """The sentence; of a value it repeats at most a line."""
        shown = {name: _shown(value, LONGEST_LIST if name in OWN_LISTS else LONGEST_QUOTE)
                 for name, value in self.details.items()}  # fmt: skip
        if self.parts:
            shown["listed"] = language.joined((language.joined(("- ", each.words), "") for each in self.parts), "\n")
        return language.say(f"error.{self.key}", **shown)

    def message(self, lang: str | None = None) -> str:
        """The sentence in one language (default: the language in use)."""
        return self.words.text(lang)

    def without(self, folder: Path) -> Self:
        """The same error with files of a folder named without it, for those who never see the folder."""
        inside = f"{folder}/"
        texts = {
            name: str(value).replace(inside, "")
            for name, value in self.details.items()
            if isinstance(value, Path | str | Exception) and inside in str(value)
        }
        other = type(self)(self.key, **{**self.details, **texts})
        other.parts = tuple(each.without(folder) for each in self.parts)
        other.count, other.ended = self.count, self.ended
        return other

    def __str__(self) -> str:
        return self.message()


class SourceError(FactgeoError, ValueError):
    """A publisher's file is missing, damaged or not what it should be."""


class PackError(FactgeoError, ValueError):
    """The pack is missing, damaged or breaks its contract."""


class SettingsError(FactgeoError, ValueError):
    """A setting is unknown, out of range or contradicts another."""


class UnknownNameError(FactgeoError, LookupError):
    """No area or place has this name, or several have."""


class PlanError(FactgeoError, ValueError):
    """A plan, or a request for one, breaks a rule."""


class OutputError(FactgeoError, OSError):
    """A result cannot be written where it was asked for."""


def together(found: Sequence[FactgeoError], *, count: int = 0, ended: bool = False) -> FactgeoError:
    """One error of the class of the first that lists several; the first itself where it is the only one.

    Args:
        found: Single errors, at least one; the message lists the first ``MOST_LISTED``.
        count: How many faults there are, where ``found`` holds only the first of them.
        ended: The reader stopped at so many.
    """
    first, count = found[0], max(count, len(found))
    if count == 1:
        return first
    kind = "several_at_least" if ended else "several_first" if count > MOST_LISTED else "several"
    error = type(first)(kind, count=count, most=MOST_LISTED)
    error.parts, error.count, error.ended = tuple(found[:MOST_LISTED]), count, ended
    return error


class Faults:
    """What is wrong with a file or with given values, collected so that one message says all of it."""

    def __init__(self) -> None:
        self._found: list[FactgeoError] = []
        self._count = 0
        self._ended = False

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, error: FactgeoError) -> None:
        """Keep an error, or all that it lists."""
        self._found += error.each()[: MOST_LISTED - len(self._found)]
        self._count += error.count
        self._ended = self._ended or error.ended

    def add_all(self, given: Collection[Given], said: Callable[[Given], FactgeoError]) -> None:
        """Keep one fault for each item of ``given``; ``said`` is called for those that the message lists."""
        self._found += [said(each) for each in islice(given, MOST_LISTED - len(self._found))]
        self._count += len(given)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep the error that the block raises, and go on after it.

        Raises:
            FactgeoError: There are ``MOST_SOUGHT`` faults or more.
        """
        try:
            yield
        except FactgeoError as error:
            self.add(error)
        if self._count >= MOST_SOUGHT:
            self._ended = True
            raise self.all() from None

    def refuse(self) -> None:
        """Raise what was found, if anything was.

        Raises:
            FactgeoError: All faults together.
        """
        if self._count:
            raise self.all() from None

    def all(self) -> FactgeoError:
        """All faults, of which there is at least one, as one error."""
        return together(self._found, count=self._count, ended=self._ended)


def read_each(given: Iterable[Given], read: Callable[[Given], Made]) -> list[Made]:
    """The results of ``read`` for each row, cell or text in ``given``.

    Raises:
        FactgeoError: All errors that ``read`` raised, as one.
    """
    faults = Faults()
    made = []
    for each in given:
        with faults.noted():
            made.append(read(each))
    faults.refuse()
    return made


def field_of(steps: Iterable[object]) -> str:
    """The place of a value as a planner finds it: ``teams[2].base.lon``, lists counted from 1."""
    written = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(written).removeprefix(".") or "{}"


def printable(said: str) -> str:
    """Text on one line, without anything that a terminal or a page would act upon."""
    return " ".join(UNPRINTABLE.sub(" ", said).split())


def _shown(value: object, longest: int) -> object:
    """A detail as a message may repeat it: printable, and no longer than that."""
    if isinstance(value, Phrase):
        return _printable_phrase(value, longest)
    if isinstance(value, Several):
        return replace(value, phrases=tuple(_shown_words(each, longest) for each in value.phrases))
    if isinstance(value, int) and abs(value) > LARGEST_WRITTEN:
        return f"{'-' if value < 0 else ''}2^{value.bit_length()}"
    if isinstance(value, int | float | Number | Percent):
        return value
    said = printable(machine.shown(value))  # letters that were lost leave a mark
    if len(said) <= longest:
        return said
    return f"…{said[1 - longest :]}" if isinstance(value, Path) else f"{said[: longest - 1]}…"


def _shown_words(words: Words, longest: int) -> Words:
    shown = _shown(words, longest)
    return shown if isinstance(shown, Lazy) else str(shown)


def _printable_phrase(phrase: Phrase, longest: int) -> Phrase:
    return replace(phrase, values={name: _shown(each, longest) for name, each in phrase.values.items()})
