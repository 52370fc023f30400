"""A report as Markdown (CommonMark with GitHub's tables); names and sentences are read as typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from factgeo.language import escaping, written
from factgeo.report.content import Block, Cell, Chapter, Picture, Report, Sentence, Strong, Table

RULES = {"words": "---", "figure": "---:"}


def write(report: Report, *, depth: int = 1) -> str:
    """The report as a document whose title is a heading of ``depth``."""
    return "\n\n".join(_chapter(report.as_chapter(), depth)) + "\n"


def chapters(those: Iterable[Chapter], *, depth: int = 2) -> str:
    """Chapters whose headings are of ``depth``, to be read after something else; empty where there are none."""
    parts = [part for chapter in those for part in _chapter(chapter, depth)]
    return "\n\n".join(parts) + "\n" if parts else ""


def blocks(those: Iterable[Block]) -> str:
    """Sentences, tables and pictures without a heading."""
    return "\n\n".join(_blocks(those))


def table(content: Table) -> str:
    """A table; the first column is aligned to the left."""
    head = [_text(written(column.heading)) for column in content.columns]
    rules = [RULES[column.kind] for column in content.columns]
    rows = [[_cell(cell) for cell in row] for row in content.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rules, *rows))


def _chapter(chapter: Chapter, depth: int) -> Iterator[str]:
    if chapter.heading:
        yield f"{'#' * depth} {escaping.markdown(written(chapter.heading))}"
    yield from _blocks(chapter.blocks)
    for below in chapter.chapters:
        yield from _chapter(below, depth + 1)


def _blocks(those: Iterable[Block]) -> Iterator[str]:
    """Paragraphs, tables and pictures apart, the items of a list together."""
    for is_list, group in groupby(those, lambda block: isinstance(block, Sentence) and block.level > 0):
        parts = [_block(block) for block in group]
        yield from ["\n".join(parts)] if is_list else parts


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return table(block)
    if isinstance(block, Picture):
        return f"![{escaping.markdown(written(block.alt))}]({block.file})"
    return _sentence(block)


def _sentence(said: Sentence) -> str:
    words = escaping.markdown(written(said.said))
    if said.number is not None:
        return f"{said.number}. {words}"
    return f"{'  ' * (said.level - 1)}- {words}" if said.level else words


def _cell(cell: Cell) -> str:
    return f"**{_text(written(cell.said))}**" if isinstance(cell, Strong) else _text(written(cell))


def _text(said: str) -> str:
    return escaping.markdown_within(said)
