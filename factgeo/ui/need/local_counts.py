"""Local counts: those in use, who is missing, and the field for their file."""

from __future__ import annotations

import streamlit as st

from factgeo.language import text, written
from factgeo.people import local
from factgeo.people.local import LocalCounts
from factgeo.report import local as local_report
from factgeo.ui.need.asked import Answers, Asked
from factgeo.ui.prose import as_typed
from factgeo.ui.session import own_files


def show(answers: Answers) -> None:
    """The part."""
    counted = own_files.counted()
    if counted is not None:
        _in_use(counted, answers.asked)
    st.markdown(text("app.need.local_help"))
    read = own_files.ask("local", ("csv", "txt"), lambda path: local.read(path, answers.asked.atlas))
    if read is not None:
        own_files.use(own_files.LOCAL, read)


def _in_use(counted: LocalCounts, asked: Asked) -> None:
    st.success(as_typed(written(local_report.made(counted))))
    st.caption(as_typed(written(local_report.method())))
    missing = counted.missing(asked.area.units)
    if missing:
        names = ", ".join(asked.atlas.units.loc[list(missing), "name"])
        st.markdown(as_typed(text("need.local_missing", names=names)))
    if st.button(text("app.need.local_remove")):
        own_files.forget(own_files.LOCAL)
