"""A report as a tree: chapters, sentences, tables with typed columns, and pictures, made once for all languages.

What a subject says is put together in the modules of this room. How it looks is the business of the writers
(:mod:`factgeo.report.writers`): each puts the same tree into words in one form and does its own escaping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from factgeo.language import Words

Kind = Literal["words", "figure"]  # how a column is aligned: words to the left, figures to the right


@dataclass(frozen=True)
class Sentence:
    """A sentence.

    Attributes:
        said: Its words.
        level: 0 for a paragraph, 1 for an item of a list, 2 for an item below one.
        number: The number of an item in a numbered list; None elsewhere.
    """

    said: Words
    level: int = 0
    number: int | None = None


@dataclass(frozen=True)
class Strong:
    """A cell that stands out."""

    said: Words


Cell = Words | Strong


@dataclass(frozen=True)
class Column:
    """A column of a table: its key (the same in all languages), its heading, and what kind of cells it has."""

    key: str
    heading: Words
    kind: Kind = "words"


@dataclass(frozen=True)
class Table:
    """A table; ``rows`` have a cell for each column.

    Attributes:
        grouped: The first column is the same in several rows on end: where a line is short it may stand above them.
    """

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    grouped: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture in a file of the report's folder; ``alt`` says what it shows, ``draw`` makes it (PNG)."""

    file: str
    alt: Words
    draw: Callable[[], bytes] | None = None


Block = Sentence | Table | Picture


@dataclass(frozen=True)
class Chapter:
    """What is said under one heading. An empty ``heading`` continues the chapter before."""

    key: str
    heading: Words
    blocks: tuple[Block, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, without tables and pictures."""
        return tuple(block for block in self.blocks if isinstance(block, Sentence))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables."""
        return tuple(block for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True)
class Report:
    """A report: what it is called, the answer in a few blocks, and its chapters."""

    key: str
    title: Words
    answer: tuple[Block, ...]
    chapters: tuple[Chapter, ...] = ()

    def chapter(self, key: str) -> Chapter | None:
        """The chapter of this key, at any depth; None if the report has none."""
        return next((chapter for chapter in _every(self.chapters) if chapter.key == key), None)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures, in the order of the chapters."""
        blocks = (block for chapter in _every([self.as_chapter()]) for block in chapter.blocks)
        return tuple(block for block in blocks if isinstance(block, Picture))

    def as_chapter(self) -> Chapter:
        """The whole report as a chapter of another."""
        return Chapter(self.key, self.title, self.answer, self.chapters)


def _every(chapters: Iterable[Chapter]) -> Iterator[Chapter]:
    for chapter in chapters:
        yield chapter
        yield from _every(chapter.chapters)


def paragraphs(said: Iterable[Words]) -> tuple[Sentence, ...]:
    """Each of these words as a paragraph."""
    return tuple(Sentence(words) for words in said)


def items(said: Iterable[Words], *, level: int = 1) -> tuple[Sentence, ...]:
    """Each of these words as an item of a list."""
    return tuple(Sentence(words, level) for words in said)


def deeper(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """The same sentences, each one level further in: paragraphs become items."""
    return tuple(replace(sentence, level=sentence.level + 1) for sentence in sentences)
