"""Reading maps as files."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import folium
from branca.colormap import ColorMap

from factgeo.maps.offline import save_html

EVIL = "<script>alert(1)</script>`${alert(1)}{{ 7 * 7 }}</td>"


class Parts(HTMLParser):
    """What a page is made of: addresses that it loads or links to, and its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.elements: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.elements.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "data", "srcset")]


def walk(element: Any) -> Iterator[Any]:
    yield element
    for child in element._children.values():
        yield from walk(child)


def assert_stands_alone(drawn: folium.Map, folder: Path) -> None:
    """A saved map loads nothing, links to nothing, and is small enough to send."""
    path = folder / "map.html"
    save_html(drawn, path)
    parts = Parts(path.read_text(encoding="utf-8"))
    assert parts.addresses == []
    assert "link" not in parts.elements
    assert path.stat().st_size < 3_000_000
    assert not [part for part in walk(drawn) if isinstance(part, ColorMap | folium.Popup | folium.Icon)]
