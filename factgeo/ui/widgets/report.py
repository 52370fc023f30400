"""Parts of a report on a page: names of a planner's own are shown as typed and act as no markup."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from factgeo.language import Number, escaping, written
from factgeo.language.figures import NO_FIGURE
from factgeo.report.content import Block, Cell, Chapter, Sentence, Strong, Table
from factgeo.report.writers import markdown
from factgeo.ui.prose import as_typed
from factgeo.ui.widgets import tables


def chapter(content: Chapter, *, depth: int = 3) -> None:
    """A chapter under its heading (``depth`` as in Markdown), and those below it."""
    if content.heading:
        st.markdown(f"{'#' * depth} {as_typed(written(content.heading))}")
    blocks(content.blocks)
    for below in content.chapters:
        chapter(below, depth=depth + 1)


def blocks(content: Iterable[Block]) -> None:
    """Sentences and tables in their order; pictures are left to the page, which shows charts of its own."""
    said: list[Sentence] = []
    for block in content:
        if isinstance(block, Sentence):
            said.append(block)
            continue
        _sentences(said)
        said = []
        if isinstance(block, Table):
            table(block)
    _sentences(said)


def table(content: Table) -> None:
    """A table of a report; columns of whole numbers are numbers, which the page aligns to the right."""
    tables.show(frame(content))


def frame(content: Table) -> pd.DataFrame:
    """A table of a report as the page shows it: headings and words as typed, a dash for a number that is missing."""
    columns = {
        as_typed(written(column.heading)): [row[k] for row in content.rows] for k, column in enumerate(content.columns)
    }
    return pd.DataFrame({heading: _values(cells) for heading, cells in columns.items()})


def _values(cells: list[Cell]) -> pd.Series:
    numbers = [cell.value if isinstance(cell, Number) and not cell.digits else None for cell in cells]
    if any(value is None and cell != NO_FIGURE for value, cell in zip(numbers, cells, strict=True)):
        return pd.Series([_cell(cell) for cell in cells])
    return pd.Series(numbers, dtype=None if None not in numbers and numbers else float)


def _sentences(said: list[Sentence]) -> None:
    if said:
        st.markdown(escaping.in_app(markdown.blocks(said)))


def _cell(cell: Cell) -> str:
    return f"**{as_typed(written(cell.said))}**" if isinstance(cell, Strong) else as_typed(written(cell))
