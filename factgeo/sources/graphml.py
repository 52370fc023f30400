"""Check GraphML before NetworkX reads it: nothing is evaluated, and depth and length of texts have limits."""

from __future__ import annotations

import re
from pathlib import Path

from factgeo.errors import SourceError
from factgeo.sources import guarded_xml

FILE_BYTES = 2 * 1024**3  # NetworkX holds all of a file in memory, many times its size
TEXT_LETTERS = 4 * 1024**2  # the longest line between two junctions takes some hundred thousand
LIST_LETTERS = 60_000
LISTS_INSIDE = 20  # a name may have a bracket in it
ITEM = re.compile(r"""\s*(?:'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s,'"\[\](){}]+))\s*(?:,|$)""")


def refuse(path: Path) -> None:
    """Refuse a file that NetworkX must not read.

    Raises:
        SourceError: The file is not readable, too big or too deep, or has a text that is too long or a list in a list.
    """
    guarded_xml.parse(path, _Guard(path), limit=FILE_BYTES)


def listed(text: str) -> list[str]:
    """Return the texts and numbers of a flat list as Python writes it (``['30', '50']``); empty for other texts."""
    inside = text.strip()
    if not (inside.startswith("[") and inside.endswith("]")):
        return []
    inside = inside[1:-1].strip()
    found, at = [], 0
    while at < len(inside):
        item = ITEM.match(inside, at)
        if item is None:
            return []
        found.append(re.sub(r"\\(.)", r"\1", next(part for part in item.groups() if part is not None)))
        at = item.end()
    return found


class _Guard:
    """Inspect the texts of a file as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._letters = 0
        self._is_list = False
        self._opened = 0

    def start(self, name: str, attributes: dict[str, str], depth: int) -> None:
        """Begin a new text."""
        del name, attributes, depth
        self._letters, self._is_list, self._opened = 0, False, 0

    def text(self, letters: str) -> None:
        """Count the letters, and the lists within lists."""
        if self._letters == 0:
            self._is_list = letters.lstrip().startswith("[")
        self._letters += len(letters)
        self._opened += letters.count("[") if self._is_list else 0
        if self._letters > (LIST_LETTERS if self._is_list else TEXT_LETTERS):
            raise SourceError("graphml_text", file=self._path)
        if self._opened > LISTS_INSIDE:
            raise SourceError("graphml_text", file=self._path)

    def end(self, name: str, depth: int) -> None:
        """End the text."""
        del name, depth
        self._letters, self._is_list, self._opened = 0, False, 0
