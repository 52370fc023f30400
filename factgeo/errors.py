"""One family of errors; each is a sentence in the catalogue that names the thing and the way forward."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Self

from factgeo import language, machine
from factgeo.language import Number, Percent, Phrase, Several, Words
from factgeo.language.catalogue import Lazy

LONGEST_QUOTE, LONGEST_LIST = 160, 2_000  # letters of a value that a message repeats, and of a list of our own
OWN_LISTS = {"allowed", "candidates", "kinds", "known"}  # details that no file or user has written
LARGEST_WRITTEN = 10**18  # whole numbers above are told by their size
# control characters, what a file that is no text leaves behind, and signs that turn the direction of what follows
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+"
)


class FactgeoError(Exception):
    """Something the user can put right.

    Args:
        key: Entry of the catalogue below ``error.``.
        details: Values for the entry's placeholders (file, row, name, ...).
    """

    exit_code = 2

    def __init__(self, key: str, /, **details: object) -> None:
        super().__init__(key)
        self.key = key
        self.details = details

    @property
    def words(self) -> Phrase:
        """The sentence; of a value it repeats at most a line."""
        shown = {name: _shown(value, LONGEST_LIST if name in OWN_LISTS else LONGEST_QUOTE)
                 for name, value in self.details.items()}  # fmt: skip
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
        return type(self)(self.key, **{**self.details, **texts})

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
