"""A report on a screen without markup: a line a sentence, what belongs below another indented."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from factgeo.language import written
from factgeo.report.content import Block, Chapter, Report, Sentence, Strong, Table

INDENT = "  "
HYPHEN = "- "  # begins an item where what is above it is no more than a line


def write(report: Report) -> str:
    """The report as lines: the answer, then chapter by chapter under its heading."""
    return "\n".join([*_lines(report.answer), *(line for chapter in report.chapters for line in _chapter(chapter))])


def document(report: Report, *, hyphened: Collection[str] = ()) -> str:
    """The report with its title, and a blank line before each chapter.

    The items of those chapters whose keys are ``hyphened`` begin with a hyphen: they are long.
    """
    parts = [[written(report.title), *_lines(report.answer)]]
    for chapter in report.chapters:
        item = INDENT + HYPHEN if chapter.key in hyphened else INDENT
        parts.append([f"{written(chapter.heading)}:", *_lines(chapter.blocks, item)])
    return "\n\n".join("\n".join(part) for part in parts)


def apart(chapters: Iterable[Chapter]) -> list[str]:
    """Chapters as lines, with an empty one between them."""
    parts = ([*_chapter(chapter)] for chapter in chapters)
    return [line for part in parts for line in ("", *part)][1:]


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
    """Columns as wide as their longest cell; groups of rows below what they have in common."""
    head = [written(column.heading) for column in table.columns]
    rows = [[written(cell.said if isinstance(cell, Strong) else cell) for cell in row] for row in table.rows]
    left = 1 if table.grouped else 0
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)][left:]

    def line(cells: list[str]) -> str:
        shown = (cell.ljust(width) for cell, width in zip(cells[left:], widths, strict=True))
        return INDENT + INDENT.join(shown).rstrip()

    yield line(head)
    for group, members in groupby(rows, key=lambda row: row[0] if table.grouped else ""):
        if table.grouped:
            yield group
        yield from map(line, members)
