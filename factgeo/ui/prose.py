"""The library's words as parts of a page: nothing in them links, loads or is acted upon, whoever gave the names."""

from __future__ import annotations

import re
from collections.abc import Iterable


def chapters(page: str) -> dict[str, str]:
    """The chapters of one of the library's pages by heading."""
    parts = re.split(r"^#{2,3} (.*)$", page, flags=re.MULTILINE)[1:]
    return {heading: told.strip() for heading, told in zip(parts[::2], parts[1::2], strict=True)}


def before_chapters(page: str) -> str:
    """What stands before the first chapter, without the title."""
    return re.split(r"^#{2,3} ", page, maxsplit=1, flags=re.MULTILINE)[0].partition("\n")[2].strip()


def safe(markdown: str) -> str:
    """The library's tables and lists, in which names of a planner's own make no links or formulas."""
    return re.sub(r"([\\`_\[\]<>$~])", r"\\\1", markdown)


def words(said: Iterable[str]) -> str:
    """Sentences in one paragraph."""
    return safe(" ".join(each.strip() for each in said))


def bullets(said: Iterable[str]) -> str:
    """Sentences as a list."""
    return safe("\n".join(f"- {each.strip()}" for each in said))


def sentence(said: str) -> str:
    """Words with a capital letter."""
    return said[:1].upper() + said[1:]


def plain(words: str) -> str:
    """Words from a file or a field so that the page's markup does not act on them."""
    return re.sub(r"([\\`*_{}\[\]<>#$|~:])", r"\\\1", words)


def document(markdown: str, *, deeper: int = 2) -> str:
    """A document of the library as part of a page: its headings further down, and nothing that would load or link."""
    inert = markdown.replace("![", "!\\[").replace("](", "]\\(")
    return re.sub(r"^(#+) ", "#" * deeper + r"\1 ", inert, flags=re.MULTILINE)
