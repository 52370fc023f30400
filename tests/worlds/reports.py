"""Reading a report as its readers do: sentences on a screen, tables by their headings."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from factgeo.language import written
from factgeo.report.content import Block, Strong, Table
from factgeo.report.writers import terminal


def said(blocks: Iterable[Block]) -> list[str]:
    """Lines as on a terminal."""
    return terminal.lines(blocks)


def frame(table: Table) -> pd.DataFrame:
    """A table as its readers see it: headings and cells in the language in use."""
    rows = [[written(cell.said if isinstance(cell, Strong) else cell) for cell in row] for row in table.rows]
    return pd.DataFrame(rows, columns=[written(column.heading) for column in table.columns])
