"""A report on a screen without markup: a line a sentence, what belongs below another indented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from factgeo.language import written
from factgeo.report.content import Block, Chapter, Report, Sentence, Strong, Table

INDENT = "  "


def write(report: Report) -> str:
    """The report as lines: the answer, then chapter by chapter under its heading."""
    return "\n".join([*_lines(report.answer), *(line for chapter in report.chapters for line in _chapter(chapter))])


def lines(blocks: Iterable[Block]) -> list[str]:
    """Sentences and tables as lines."""
    return list(_lines(blocks))


def _chapter(chapter: Chapter) -> Iterator[str]:
    if chapter.heading:
        yield written(chapter.heading)
    yield from _lines(chapter.blocks)
    for below in chapter.chapters:
        yield from _chapter(below)


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Sentence):
            yield sentence(block)
        elif isinstance(block, Table):
            yield from _table(block)


def sentence(said: Sentence) -> str:
    """One sentence, indented by its level; a numbered one after its number."""
    numbered = f"{said.number}. " if said.number is not None else ""
    return f"{INDENT * said.level}{numbered}{written(said.said)}"


def _table(table: Table) -> Iterator[str]:
    """Columns as wide as their longest cell."""
    head = [written(column.heading) for column in table.columns]
    rows = [[written(cell.said if isinstance(cell, Strong) else cell) for cell in row] for row in table.rows]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield INDENT + INDENT.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
