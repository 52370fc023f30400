"""Names as people type them: which are none, and comparing them.

No name has a line break or a character that only steers how others are shown (:func:`unseen`). Names are compared
without case, accents, parallel names, brackets or the ending "HF".
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

# controls and line breaks, what turns the order of others (bidirectional controls), and halves of pairs
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ŋ": "n", "ŧ": "t", "ð": "d"})


def unseen(text: str) -> str | None:
    """The first character of a text that no name may have, as ``U+000A``; None where all may stand there.

    Characters without width are allowed, for several languages write with them.
    """
    found = _UNSEEN.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def made_visible(text: str) -> str:
    """A text in which these characters are named instead, for a message about it."""
    return _UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def unseen_places(content: object) -> dict[str, str]:
    """Where such characters stand in texts, lists and tables inside each other, and the first that stands there.

    Places are written as ``edits.keep[2].name``, lists counted from 1; keys of tables are texts as well.
    """
    found: dict[str, str] = {}
    left: list[tuple[str, object]] = [("", content)]
    while left:
        place, value = left.pop()
        if isinstance(value, str) and (sign := unseen(value)):
            found.setdefault(place, sign)
        elif isinstance(value, Mapping):
            inside = [(f"{place}.{made_visible(str(key))}".removeprefix("."), key) for key in value]
            left += [each for at, key in reversed(inside) for each in ((at, value[key]), (at, key))]
        elif isinstance(value, list | tuple):
            left += reversed([(f"{place}[{k}]", each) for k, each in enumerate(value, start=1)])
    return found


@cache
def plain(name: str) -> str:
    """A name reduced to what matters: ``Lofoten, Vesterålen og Salten`` and ``lofoten vesteralen salten`` agree."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.sub(r"[^a-z0-9]+", " ", letters).split()
    if len(words) > 1 and words[-1] in ("hf", "rhf"):
        words = words[:-1]
    return " ".join(word for word in words if word != "og")


def legible(name: str) -> bool:
    """Can every letter of a name be read? Not where an encoding was lost: marks, signs and letters of other scripts."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return not any(_is_lost(char) for char in decomposed)


def _is_lost(char: str) -> bool:
    kind = unicodedata.category(char)
    letter_or_number = kind[0] in "LN" and kind != "Lm" and not (char.isascii() and char.isalnum())
    return letter_or_number or char == "?" or kind[0] == "S" or kind in ("Co", "Cs", "Cn")


def forms(name: str) -> set[str]:
    """All plain forms a name may be called by: whole, each parallel name, and without a county in brackets."""
    bare = re.sub(r"\s*\([^)]*\)", "", name)
    parts = [name, bare, *re.split(r"\s+[-–/]\s+", bare)]
    return {plain(part) for part in parts} - {""}


def matching(text: str, known: Sequence[Iterable[str]]) -> list[int]:
    """Positions of the names that ``text`` can mean, by the strictest reading that gives any.

    Read as spelt first, then without case and accents, then by parallel names and without brackets. What cannot be
    read whole is taken as spelt only: with the damaged letter left out, "Troms?" would be the county, not the city.

    Args:
        text: What was typed.
        known: For each name its spellings.
    """
    readings: tuple[Callable[[str], set[str]], ...] = (_as_spelt, lambda name: {plain(name)}, forms)
    for reading in readings if legible(text) else readings[:1]:
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
