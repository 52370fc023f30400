"""Preload in the background what the first page does not need: the modules of other pages, and tables of the pack."""

from __future__ import annotations

import gc
import importlib
import threading

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from factgeo.ui.session import desk, work

PAGES = {
    "omrade": "area",
    "forslag": "draft",
    "dekning": "reach",
    "behov": "need",
    "sammenlign": "compare",
    "data": "data",
}
SLOW = ("scipy.stats", "inequality.gini", "inequality.theil")  # modules that the library loads when it needs them
TABLES = ("roads", "links", "cell_access", "cells")


def show(address: str) -> None:
    """Show the page of an address with the desk; its module is loaded now, if it was not before."""
    importlib.import_module(f"factgeo.ui.{PAGES[address]}.page").show(desk.current())


@st.cache_resource(show_spinner=False)
def begin() -> threading.Thread:
    """Start to preload, once in a process; return at once."""
    thread = threading.Thread(target=_fetch, args=(work.atlas(),), daemon=True)
    add_script_run_ctx(thread, get_script_run_ctx())  # maps are registered only by who runs for a page
    thread.start()
    return thread


def _fetch(atlas: object) -> None:
    for page in PAGES.values():
        importlib.import_module(f"factgeo.ui.{page}.page")
    for module in SLOW:
        importlib.import_module(module)
    for table in TABLES:
        getattr(atlas, table)
    keep_still()


def keep_still() -> None:
    """Spare the collector what stays for good.

    Streamlit collects garbage after each run of a page, and looks at every object of the process: without this that
    takes longer than all that a click does.
    """
    gc.collect()
    gc.freeze()
