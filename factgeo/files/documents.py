"""Read JSON and TOML files of planners strictly and within limits.

Python's readers accept numbers that are none (NaN), ignore the first of two equal keys, and fail in their own ways on
very long numbers and very deep tables. Here all of that is one kind of error whose reason is a phrase.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from factgeo.language import Phrase

MOST_BYTES = 50_000_000
DEEPEST = 50  # tables and lists within one another
MOST_DIGITS = 18  # of a whole number
LARGEST = 10**MOST_DIGITS
MARKS = {
    b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
LATIN = 0.7  # share of a text's letters that are at least in the first 256, and so have a zero in UTF-16
HALVES = re.compile("[\ud800-\udfff]")  # half a letter each; JSON can write one alone, and nothing can show it
PLACE = re.compile(r"at line (\d+), column (\d+)")


class UnreadableError(ValueError):
    """A file cannot be used; ``reason`` says why, as a part of a sentence."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason.key)
        self.reason = reason


def _because(key: str, /, **values: object) -> UnreadableError:
    return UnreadableError(Phrase(f"document.{key}", values=values))


def text_of(path: Path, *, otherwise: str = "utf-8") -> str:
    """Return the text of a file, in an encoding as :func:`decoded` finds it.

    Raises:
        UnreadableError: It is no file, too large, or in another encoding.
    """
    try:
        return decoded(_bytes(path), otherwise=otherwise)
    except UnicodeDecodeError:
        raise _because("encoding") from None


def decoded(raw: bytes, *, otherwise: str) -> str:
    """Decode bytes: by their mark, by their zeros if UTF-16 has no mark, else UTF-8, else the encoding ``otherwise``.

    Raises:
        UnicodeDecodeError: They are none of these.
    """
    encoding = next((encoding for mark, encoding in MARKS.items() if raw.startswith(mark)), None)
    half = len(raw) // 2
    for wide, zeros in (("utf-16-le", raw[1::2].count(0)), ("utf-16-be", raw[::2].count(0))):
        if encoding is None and half and zeros > LATIN * half:
            encoding = wide
    try:
        return raw.decode(encoding or "utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError:
        if encoding:
            raise
        return raw.decode(otherwise)


def _bytes(path: Path) -> bytes:
    """Return the bytes of a plain file; reading a pipe or a device could go on forever."""
    try:
        if not path.is_file():
            raise _because("no_file")
        if path.stat().st_size > MOST_BYTES:
            raise _because("large", most=MOST_BYTES // 1_000_000)
        return path.read_bytes()
    except OSError:
        raise _because("not_allowed") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Raises:
        UnreadableError: As :func:`text_of`, or its text is no TOML within the limits.
    """
    return toml(text_of(path, otherwise="cp1252"))


def toml(content: str) -> dict[str, Any]:
    """Return the tables of a text in TOML.

    Raises:
        UnreadableError: It is no TOML, or breaks a limit.
    """
    try:
        tables = tomllib.loads(content.replace("\r\n", "\n"), parse_float=_real)
    except tomllib.TOMLDecodeError as error:
        raise _mistake(PLACE.search(str(error))) from None
    except UnreadableError:
        raise
    except RecursionError:
        raise _because("deep", most=DEEPEST) from None
    except ValueError:  # Python refuses to make an integer of so many digits
        raise _because("digits", most=MOST_DIGITS) from None
    _refuse_beyond_limits(tables)
    return tables


def _mistake(place: re.Match[str] | None) -> UnreadableError:
    """Return the mistake in a text in TOML; a mistake without a place means that the text ends too soon."""
    return _because("mistake", line=place[1], column=place[2]) if place else _because("ends")


def read_json(path: Path) -> object:
    """Return the content of a JSON file.

    Raises:
        UnreadableError: As :func:`text_of`, or its text is no JSON within the limits.
    """
    return from_json(text_of(path))


def from_json(content: str) -> object:
    """Return the content of a text in JSON.

    Raises:
        UnreadableError: It is no JSON, has a key twice, has a number that is none, or breaks a limit.
    """
    try:
        found = json.loads(
            content, parse_int=_whole, parse_float=_real, parse_constant=_real, object_pairs_hook=_each_key_once
        )
    except json.JSONDecodeError as error:
        if not content[error.pos :].strip():
            raise _because("ends") from None
        raise _because("mistake", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise _because("deep", most=DEEPEST) from None
    _refuse_beyond_limits(found)
    return found


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise _because("digits", most=MOST_DIGITS)
    return int(digits)


def _real(digits: str) -> float:
    """Return a number; refuse nan and inf of TOML and Python's JSON, and 1e999, which is beyond all numbers."""
    value = float(digits)
    if not math.isfinite(value):
        raise _because("not_finite", given=digits[:MOST_DIGITS])
    return value


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _because("twice", key=next(key for key in keys if keys.count(key) > 1))
    return found


def _refuse_beyond_limits(found: object) -> None:
    """Refuse deep tables, long integers and half letters; without recursion, because the depth is not known yet."""
    level = [found]
    for _ in range(DEEPEST):
        if any(type(each) is int and abs(each) >= LARGEST for each in level):
            raise _because("digits", most=MOST_DIGITS)
        if any(HALVES.search(text) for each in level for text in _texts(each)):
            raise _because("letters")
        level = [child for each in level for child in _children(each)]
        if not level:
            return
    raise _because("deep", most=DEEPEST)


def _texts(each: object) -> list[str]:
    """Return a text, or the keys of a table."""
    return [each] if isinstance(each, str) else list(each) if isinstance(each, Mapping) else []


def _children(each: object) -> list[object]:
    if isinstance(each, Mapping):
        return list(each.values())
    return each if isinstance(each, list) else []
