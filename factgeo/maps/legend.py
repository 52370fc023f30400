"""The rows of a legend as HTML, with the signs that maps share."""

from __future__ import annotations

from collections.abc import Iterable

from factgeo.language import number, text
from factgeo.language.escaping import html as safe
from factgeo.maps.offline import HATCH
from factgeo.maps.palette import CLASSES, LISTED_COLOUR, SHADES


def shades() -> Iterable[tuple[int, str]]:
    """Opacity and words of each population class."""
    for k, (low, shade) in enumerate(zip(CLASSES, SHADES, strict=True)):
        last = k == len(CLASSES) - 1
        high = None if last else number(CLASSES[k + 1] - 1)
        yield shade, text("map.legend.from" if last else "map.legend.range", low=number(low), high=high)


def legend_row(symbol: str, words: str) -> str:
    """A symbol with its words, as HTML; the symbol is taken as it is."""
    return f"<div class=factgeo-row><span class=factgeo-symbol>{symbol}</span><span>{safe(words)}</span></div>"


def swatch(css: str) -> str:
    """A square of the legend, by its style."""
    return f'<i style="{css}"></i>'


def ring() -> str:
    """A listed team in the legend."""
    circle = f'<circle cx="7" cy="7" r="5" fill="none" stroke="{LISTED_COLOUR}" stroke-width="2.5"/>'
    return f'<svg width="14" height="14">{circle}</svg>'


def dot() -> str:
    """A base in the legend."""
    return '<svg width="14" height="14"><circle cx="7" cy="7" r="5" fill="#000" stroke="#fff" stroke-width="2"/></svg>'


def stroke(colour: str, dashes: str = "none") -> str:
    """The sample of a line, as SVG."""
    line = f'<line x1="1" y1="7" x2="25" y2="7" stroke="{colour}" stroke-width="4" stroke-dasharray="{dashes}"/>'
    return f'<svg width="26" height="14">{line}</svg>'


def hatched() -> str:
    """The sample of the hatching."""
    box = f'<rect x="1" y="1" width="24" height="12" fill="url(#{HATCH})" stroke="#4d4d4d" stroke-dasharray="4 3"/>'
    return f'<svg width="26" height="14">{box}</svg>'
