"""The library's words as parts of a page: nothing in them links, loads or is acted upon, whoever gave the names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factgeo.language import escaping


def chapters(page: str) -> dict[str, str]:
    """The chapters of one of the library's pages by heading."""
    parts = re.split(r"^#{2,3} (.*)$", page, flags=re.MULTILINE)[1:]
    return {heading: told.strip() for heading, told in zip(parts[::2], parts[1::2], strict=True)}


def safe(markdown: str) -> str:
    """The library's tables and lists, of which nothing links or is a formula; what is escaped already stays so."""
    return escaping.in_app(re.sub(r"\\.|[`_\[\]<>$~]", lambda found: f"\\{found[0][-1]}", markdown))


def words(said: Iterable[str]) -> str:
    """Sentences in one paragraph."""
    return as_typed(" ".join(each.strip() for each in said))


def bullets(said: Iterable[str]) -> str:
    """Sentences as a list."""
    return escaping.in_app(escaping.bullets(said))


def sentence(said: str) -> str:
    """Words with a capital letter."""
    return said[:1].upper() + said[1:]


def plain(words: str) -> str:
    """Words from a file or a field, or several lines of the library's, so that no markup acts on them."""
    return escaping.undirected(escaping.lines(words) if "\n" in words else escaping.markdown(words))


def as_typed(words: str) -> str:
    """The same for a page: Streamlit makes no links, emoji or arrows of them either."""
    return escaping.in_app(plain(words))


def document(markdown: str, *, deeper: int = 2) -> str:
    """A document of the library as part of a page: its headings further down, and nothing that would load or link."""
    shown = markdown.replace("![", "!\\[").replace("](", "]\\(")
    return escaping.in_app(re.sub(r"^(#+) ", "#" * deeper + r"\1 ", shown, flags=re.MULTILINE))
