"""A report on a screen without markup: a line a sentence, what belongs below another indented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from factgeo.language import written
from factgeo.report.content import Block, Chapter, Report, Sentence, Strong, Table

INDENT = "  "
HYPHEN = "- "  # begins an item where what is above it is no more than a line


def write(report: Report) -> str:
    """The report as lines: the answer, then chapter by chapter under its heading."""
    return "\n".join([*_lines(report.answer), *(line for chapter in report.chapters for line in _chapter(chapter))])


def lines(blocks: Iterable[Block], *, item: str = INDENT) -> list[str]:
    """Sentences and tables as lines; ``item`` begins each item of a list."""
    return list(_lines(blocks, item))


def _chapter(chapter: Chapter) -> Iterator[str]:
    if chapter.heading:
        yield written(chapter.heading)
    yield from _lines(chapter.blocks)
    for below in chapter.chapters:
        yield from _chapter(below)


def _lines(blocks: Iterable[Block], item: str = INDENT) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Sentence):
            yield sentence(block, item=item)
        elif isinstance(block, Table):
            yield from _table(block)


def sentence(said: Sentence, *, item: str = INDENT) -> str:
    """One sentence, indented by its level; a numbered one after its number."""
    start = INDENT * (said.level - 1) + item if said.level else ""
    numbered = f"{said.number}. " if said.number is not None else ""
    return f"{start}{numbered}{written(said.said)}"


def _table(table: Table) -> Iterator[str]:
    """Columns as wide as their longest cell."""
    head = [written(column.heading) for column in table.columns]
    rows = [[written(cell.said if isinstance(cell, Strong) else cell) for cell in row] for row in table.rows]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield INDENT + INDENT.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
