"""A report as one HTML page that opens with no network: its pictures are in it, and nothing in a name is markup."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from factgeo.language import escaping, in_use, written
from factgeo.report.content import Block, Cell, Chapter, Picture, Report, Sentence, Strong, Table

STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border-bottom:1px solid #bbb;padding:.25rem .6rem;text-align:left}"
    "th.figure,td.figure{text-align:right}img{max-width:100%}@media print{tr,img{break-inside:avoid}}"
)
LOWEST = 6  # HTML has no heading below h6


def write(report: Report) -> str:
    """The report as a whole page, in the language in use."""
    title = escaping.html(written(report.title))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    body = "\n".join(_chapter(report.as_chapter(), 1))
    return f'<!DOCTYPE html>\n<html lang="{in_use()}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def blocks(those: Iterable[Block]) -> str:
    """Sentences, tables and pictures without a heading, as a part of a page."""
    return "\n".join(_blocks(those))


def _chapter(chapter: Chapter, depth: int) -> Iterator[str]:
    if chapter.heading:
        tag = f"h{min(depth, LOWEST)}"
        yield f"<{tag}>{_text(written(chapter.heading))}</{tag}>"
    yield from _blocks(chapter.blocks)
    for below in chapter.chapters:
        yield from _chapter(below, depth + 1)


def _blocks(those: Iterable[Block]) -> Iterator[str]:
    for is_list, group in groupby(those, lambda block: isinstance(block, Sentence) and block.level > 0):
        parts = [_block(block) for block in group]
        yield from ["<ul>", *parts, "</ul>"] if is_list else parts


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        return _picture(block)
    words = _text(written(block.said))
    if not block.level:
        return f"<p>{words}</p>"
    start = f' value="{block.number}" style="list-style:decimal"' if block.number is not None else ""
    indent = f' style="margin-left:{block.level - 1}em"' if block.level > 1 else ""
    return f"<li{start}{indent}>{words}</li>"


def _table(table: Table) -> str:
    kinds = [column.kind for column in table.columns]
    head = _row("th", kinds, [_text(written(column.heading)) for column in table.columns])
    rows = "\n".join(_row("td", kinds, [_cell(cell) for cell in row]) for row in table.rows)
    return f"<table>\n<thead>{head}</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _row(tag: str, kinds: Sequence[str], cells: Sequence[str]) -> str:
    return (
        "<tr>"
        + "".join(f'<{tag} class="{kind}">{cell}</{tag}>' for kind, cell in zip(kinds, cells, strict=True))
        + "</tr>"
    )


def _cell(cell: Cell) -> str:
    return f"<strong>{_text(written(cell.said))}</strong>" if isinstance(cell, Strong) else _text(written(cell))


def _picture(picture: Picture) -> str:
    """The picture itself if it can be drawn, else the address of its file."""
    source = picture.file
    if picture.draw is not None:
        source = "data:image/png;base64," + base64.b64encode(picture.draw()).decode("ascii")
    return f'<img src="{escaping.html(source)}" alt="{_text(written(picture.alt))}">'


def _text(said: str) -> str:
    return escaping.html(said)
