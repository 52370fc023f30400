"""Files gone wrong: seeded changes of good ones, as programs, mail and malice make them."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

HOSTILE = (
    "{{7*7}}", "{% x", "=1+1", "<b>", "\x00", "\x1b[31m", "\r\n", "\n", '"', "'", "\\", ";", ",", "\t", "|", "-", "..",
    "nan", "inf", "-inf", "1e999", "9" * 5_000, "-1", "0", "1,5", "1.234,5", "\ufeff", "\u202e", "\u2028",
    "\U0001f600", "Å" * 10_000, "301", "0301", "030101", "1507", "Våler", "Sum", "sep=;",
    "[" * 2_000, "{" * 2_000, "a." * 2_000,
    "true", "null", "[]", "{}", "2026-01-01", "#", "*", "K-0301", "\ud800",
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**30, 10**400, 1.5, float("nan"), float("inf"), "", "x", "\x00", "{{7*7}}", "\u202e",
    [],    {}, [[]], [None], {"x": 1}, "9" * 5_000, "Å" * 10_000, ["x"] * 500, "\ud800",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "utf-32", "cp850")


def of_text(content: str, rng: random.Random) -> bytes:
    """One to four changes of a text, in an encoding by chance."""
    for _ in range(rng.randint(1, 4)):
        content = rng.choice(TEXT_CHANGES)(content, rng)
    encoding = rng.choice(ENCODINGS) if rng.random() < 0.3 else "utf-8"
    raw = content.encode(encoding, errors="surrogatepass" if encoding.startswith("utf") else "replace")
    return of_bytes(raw, rng) if rng.random() < 0.2 else raw


def of_bytes(raw: bytes, rng: random.Random) -> bytes:
    """Some bytes turned, lost, doubled or put in, or the end cut off."""
    place, length = rng.randrange(len(raw) + 1), rng.choice((1, 1, 4, 100, 4_000))
    other = rng.randbytes(min(length, 200))
    return rng.choice((
        raw[:place] + raw[place + length :], raw[:place] + other + raw[place:], raw[:place],
        raw[:place] + other + raw[place + len(other) :], raw[:place] + raw[place : place + length] * 3 + raw[place:],
    ))  # fmt: skip


def of_json(content: dict[str, Any], rng: random.Random, *, broken: float = 0.1) -> bytes:
    """One to three places of an object lost, changed for another kind of value, or filled with another part of it.

    In the share ``broken`` of cases some bytes of it are changed as well.
    """
    made = json.loads(json.dumps(content))
    for _ in range(rng.randint(1, 3)):
        places = list(_places(made))
        if not places:
            break
        holder, key = rng.choice(places)
        other = rng.choice((*ODD_VALUES, *(h[k] for h, k in rng.choices(places, k=4))))
        holder[key] = copy.deepcopy(other)
        if rng.random() < 0.3 and isinstance(holder, dict):
            del holder[key]
    raw = json.dumps(made, default=str).encode("utf-8", errors="surrogatepass")
    return of_bytes(raw, rng) if rng.random() < broken else raw


def _places(node: Any, depth: int = 0) -> Any:
    """Every place of an object where a value stands."""
    if depth > 12:
        return
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, value in pairs:
        yield node, key
        yield from _places(value, depth + 1)


def _at(content: str, rng: random.Random) -> int:
    return rng.randrange(len(content) + 1)


def _put(content: str, rng: random.Random) -> str:
    place = _at(content, rng)
    return content[:place] + rng.choice(HOSTILE) + content[place:]


def _cell(content: str, rng: random.Random) -> str:
    """Another text in place of what stands between two separators."""
    rows = content.split("\n")
    k = rng.randrange(len(rows))
    sign = rng.choice(";,=\t")
    cells = rows[k].split(sign)
    cells[rng.randrange(len(cells))] = rng.choice(HOSTILE)
    rows[k] = sign.join(cells)
    return "\n".join(rows)


def _lose(content: str, rng: random.Random) -> str:
    a, b = sorted((_at(content, rng), _at(content, rng)))
    return content[:a] + content[min(b, a + 200) :]


def _rows(content: str, rng: random.Random) -> str:
    """A row lost, doubled, moved, or a very long one."""
    rows = content.split("\n")
    k = rng.randrange(len(rows))
    change = rng.randrange(4)
    if change == 0:
        del rows[k]
    elif change == 1:
        rows.insert(rng.randrange(len(rows) + 1), rows[k])
    elif change == 2:
        rng.shuffle(rows)
    else:
        rows[k] *= 50
    return "\n".join(rows)


def _signs(content: str, rng: random.Random) -> str:
    a, b = rng.sample(';,\t|.="[]{}:', 2)
    return content.replace(a, b)


TEXT_CHANGES: tuple[Callable[[str, random.Random], str], ...] = (_put, _put, _cell, _cell, _cell, _lose, _rows, _signs)
