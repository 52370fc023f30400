"""Parts of a report on a page: names of a planner's own are shown as typed and act as no markup."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from factgeo.language import escaping, written
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
    """A table whose cells are words in the language in use."""
    frame = pd.DataFrame(
        [[_cell(cell) for cell in row] for row in content.rows],
        columns=[as_typed(written(column.heading)) for column in content.columns],
    )
    tables.show(frame)


def _sentences(said: list[Sentence]) -> None:
    if said:
        st.markdown(escaping.in_app(markdown.blocks(said)))


def _cell(cell: Cell) -> str:
    return f"**{as_typed(written(cell.said))}**" if isinstance(cell, Strong) else as_typed(written(cell))
