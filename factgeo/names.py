"""Comparing names as people type them: without case, accents, parallel names, brackets or the ending "HF"."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ŋ": "n", "ŧ": "t", "ð": "d"})


@cache
def plain(name: str) -> str:
    """A name reduced to what matters: ``Lofoten, Vesterålen og Salten`` and ``lofoten vesteralen salten`` agree."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.sub(r"[^a-z0-9]+", " ", letters).split()
    if len(words) > 1 and words[-1] in ("hf", "rhf"):
        words = words[:-1]
    return " ".join(word for word in words if word != "og")


def forms(name: str) -> set[str]:
    """All plain forms a name may be called by: whole, each parallel name, and without a county in brackets."""
    bare = re.sub(r"\s*\([^)]*\)", "", name)
    parts = [name, bare, *re.split(r"\s+[-–/]\s+", bare)]
    return {plain(part) for part in parts} - {""}


def matching(text: str, known: Sequence[Iterable[str]]) -> list[int]:
    """Positions of the names that ``text`` can mean, by the strictest reading that gives any.

    Read as spelt first, then without case and accents, then by parallel names and without brackets.

    Args:
        text: What was typed.
        known: For each name its spellings.
    """
    readings: tuple[Callable[[str], set[str]], ...] = (_as_spelt, lambda name: {plain(name)}, forms)
    for reading in readings:
        wanted = reading(text)
        hits = [k for k, spellings in enumerate(known) if any(wanted & reading(name) for name in spellings)]
        if hits:
            return hits
    return []


def _as_spelt(name: str) -> set[str]:
    return {name.casefold()}


def nearest(name: str, known: Iterable[str], count: int = 4) -> list[str]:
    """The known names most like ``name``, best first."""
    by_form = {form: original for original in known for form in sorted(forms(original))}
    hits = difflib.get_close_matches(plain(name), by_form, n=3 * count, cutoff=0.5)
    return list(dict.fromkeys(by_form[hit] for hit in hits))[:count]
