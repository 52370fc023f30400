"""A table of the library's words on a page: names of a planner's own stand there as they are and act as no markup."""

from __future__ import annotations

import pandas as pd

from factgeo.ui.prose import as_typed
from factgeo.ui.widgets import tables


def show(table: pd.DataFrame) -> None:
    """The table, with each text inert."""
    inert = table.copy()
    for column in table.columns:
        if not pd.api.types.is_numeric_dtype(table[column]):
            inert[column] = [as_typed(value) for value in table[column]]
    tables.show(inert)
