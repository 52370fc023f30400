"""Tables on the pages: headings in words, numbers as the language writes them, scrolling where they are long."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from factgeo import language
from factgeo.language import number

MANY = 12  # rows from which a table scrolls in a frame of its own
HEIGHT = 420  # pixels


def show(table: pd.DataFrame) -> None:
    """A table with its index left out; whole numbers and decimals are written as the language does."""
    lang = language.in_use()
    formats = {}
    for column in table.columns:
        if pd.api.types.is_integer_dtype(table[column]):
            formats[column] = lambda value: number(value, lang=lang)
        elif pd.api.types.is_float_dtype(table[column]):
            formats[column] = lambda value: "–" if pd.isna(value) else number(value, lang=lang)
    many = len(table) > MANY
    with st.container(height=HEIGHT if many else "content", border=many):
        st.table(table.style.format(formats), hide_index=True, border="horizontal")
