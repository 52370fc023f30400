"""A projection of the population: the one in use with its year, and the field for its file."""

from __future__ import annotations

import streamlit as st

from factgeo.language import text
from factgeo.ui.prose import as_typed
from factgeo.ui.session import own_files
from factgeo.ui.session.own_files import Projection


def show() -> None:
    """The part."""
    projected = own_files.projected()
    if projected is not None:
        _in_use(projected)
    st.markdown(text("app.need.projection_help"))
    read = own_files.ask("projection", ("csv",), own_files.projection)
    if read is not None:
        own_files.use(own_files.PROJECTION, read)


def _in_use(projected: Projection) -> None:
    st.success(as_typed(text("app.need.projected", file=projected.name)))
    years, chosen = projected.years, own_files.year()
    st.selectbox(
        text("app.need.year"), years, years.index(chosen) if chosen else 0, key=own_files.YEAR,
        help=text("app.need.year_help"),
    )  # fmt: skip
    if st.button(text("app.need.projection_remove")):
        own_files.forget(own_files.PROJECTION)
