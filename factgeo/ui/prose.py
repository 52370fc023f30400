"""The library's words as parts of a page: nothing in them links, loads or is acted upon, whoever gave the names."""

from __future__ import annotations

from factgeo.language import escaping


def sentence(said: str) -> str:
    """Words with a capital letter."""
    return said[:1].upper() + said[1:]


def plain(words: str) -> str:
    """Words from a file or a field, or several lines of the library's, so that no markup acts on them."""
    return escaping.undirected(escaping.lines(words) if "\n" in words else escaping.markdown(words))


def as_typed(words: str) -> str:
    """The same for a page: Streamlit makes no links, emoji or arrows of them either."""
    return escaping.in_app(plain(words))
