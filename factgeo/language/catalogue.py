"""The words that planners see, in Bokmål (nb), Nynorsk (nn) and English (en).

The catalogue is the set of TOML files in ``factgeo/locale``: each entry stands there once, with its three
languages side by side, so that a missing one is seen at once (and by a test).
"""

from __future__ import annotations

import locale as system_locale
import os
import re
import sys
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from babel.numbers import format_decimal

LANGUAGES = ("nb", "nn", "en")
_in_use: ContextVar[str] = ContextVar("language", default="nb")


def use(lang: str) -> None:
    """Make a language that of all messages from here on, in this thread or task.

    Args:
        lang: nb, nn or en.
    """
    _in_use.set(lang)


def in_use() -> str:
    """The language in use: nb, nn or en."""
    return _in_use.get()


def from_environment() -> str:
    """The language that the user's environment asks for; Bokmål where it asks for none of ours.

    Read as gettext does: LC_ALL, LC_MESSAGES or LANG, the first that is set, and before them the list in LANGUAGE
    unless they ask for no language at all ("C").
    """
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    locale = locale or _of_windows()
    listed = [] if _is_none(locale) else os.environ.get("LANGUAGE", "").split(":")
    return next((lang for wish in [*listed, locale] for lang in _meant(wish)), "nb")


def _meant(wish: str) -> list[str]:
    """The one of our languages that a locale is in; Windows writes their names out."""
    words = re.split(r"[^a-z]+", wish.lower())
    known = {"nb": "nb", "no": "nb", "nn": "nn", "en": "en", "english": "en"}
    if words[0] == "norwegian":
        return ["nn" if "nynorsk" in words else "nb"]
    return [known[words[0]]] if words[0] in known else []


def _is_none(locale: str) -> bool:
    return locale.partition(".")[0] in ("C", "POSIX")


def _of_windows() -> str:
    """What Windows is set to, which no variable tells; elsewhere Python's own choice of a locale is no wish."""
    if sys.platform != "win32":
        return ""
    chosen = system_locale.setlocale(system_locale.LC_CTYPE)
    return "" if _is_none(chosen) else chosen


def text(key: str, /, *, lang: str | None = None, **values: object) -> str:
    """The entry ``key`` with its placeholders filled in.

    Raises:
        KeyError: No entry of that name; a mistake in the program, not of the user.
    """
    said = {name: value.text(lang) if isinstance(value, Lazy) else value for name, value in values.items()}
    return entries()[key][lang or in_use()].format(**said)


class Lazy(ABC):
    """What is put into words when the language of the whole is known."""

    @abstractmethod
    def text(self, lang: str | None = None) -> str:
        """The words in ``lang`` (default: the language in use)."""

    def __format__(self, _spec: str) -> str:
        """Refused: an f-string would fix the language before it is known; see :func:`say` and :func:`joined`."""
        raise TypeError(f"{self!r} is not yet in words")


Words = str | Lazy  # a name is the same in all languages


@dataclass(frozen=True)
class Phrase(Lazy):
    """A sentence, or a part of one: an entry of the catalogue with what fills its placeholders."""

    key: str
    after: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str | None = None) -> str:
        """The entry ``key``, followed by ``after``, which is the same in every language."""
        return text(self.key, lang=lang, **self.values) + self.after


@dataclass(frozen=True)
class Several(Lazy):
    """Words one after the other."""

    phrases: tuple[Words, ...]
    between: str

    def text(self, lang: str | None = None) -> str:
        """All words with ``between`` between them."""
        return self.between.join(written(phrase, lang) for phrase in self.phrases)


@dataclass(frozen=True)
class Number(Lazy):
    """A number with so many decimals."""

    value: float
    digits: int = 0

    def text(self, lang: str | None = None) -> str:
        """The number as the language writes it."""
        return number(self.value, self.digits, lang=lang)


@dataclass(frozen=True)
class Percent(Lazy):
    """A share (0-1), written as per cent with so many decimals."""

    share: float
    digits: int = 1

    def text(self, lang: str | None = None) -> str:
        """The share as per cent, with its sign."""
        return percent(self.share, self.digits, lang=lang)


def say(key: str, /, **values: object) -> Phrase:
    """The entry ``key`` as a phrase; ``values`` fill its placeholders and may be phrases and numbers themselves."""
    return Phrase(key, values=values)


def joined(words: Iterable[Words], between: str = ", ") -> Words:
    """Words with ``between`` between them."""
    several = tuple(words)
    if all(isinstance(each, str) for each in several):
        return between.join(str(each) for each in several)
    return several[0] if len(several) == 1 else Several(several, between)


def written(words: Words, lang: str | None = None) -> str:
    """Words in a language (default: the one in use)."""
    return words if isinstance(words, str) else words.text(lang)


def number(value: float, digits: int = 0, *, lang: str | None = None) -> str:
    """A number as the language writes it: ``1 234,5`` in Norwegian, ``1,234.5`` in English."""
    return _written(value + 0.0, digits, lang or in_use())  # -0.0 is 0


@lru_cache(maxsize=50_000)
def _written(value: float, digits: int, lang: str) -> str:
    """Kept, because writing the hundreds of numbers of a page takes longer than all the rest of it."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=lang))


def percent(share: float, digits: int = 1, *, lang: str | None = None) -> str:
    """A share (0-1) as per cent with its sign: ``95,0 %`` in Norwegian, ``95.0%`` in English."""
    sign = "%" if (lang or in_use()) == "en" else "\N{NO-BREAK SPACE}%"
    return number(100 * share, digits, lang=lang) + sign


@cache
def entries() -> Mapping[str, Mapping[str, str]]:
    """All entries, keyed by their dotted name."""
    found: dict[str, Mapping[str, str]] = {}
    for file in sorted(resources.files("factgeo").joinpath("locale").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            _collect(tomllib.loads(file.read_text(encoding="utf-8")), "", found)
    return found


def _collect(node: Mapping[str, Any], path: str, entries: dict[str, Mapping[str, str]]) -> None:
    """Walk one file: a table that has a language in it is an entry, any other is a branch."""
    if any(lang in node for lang in LANGUAGES):
        entries[path] = node
        return
    for name, child in node.items():
        _collect(child, f"{path}.{name}" if path else name, entries)
