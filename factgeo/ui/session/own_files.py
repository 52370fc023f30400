"""What a planner brought to the page on need: local counts and a projection.

Both are in the memory of the session and nowhere else: not in what sessions share, and not in the draft that is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st

from factgeo.capacity.target_groups import NeedReport
from factgeo.language import text
from factgeo.people import disclosure, growth
from factgeo.people.local import LocalCounts
from factgeo.ui.session import upload, work

LOCAL, PROJECTION, YEAR, REPORT = "need-local", "need-projection", "need-year", "need-report"
TOLD = "need-told"  # what the session has shown of local counts, from any file

T = TypeVar("T")


@dataclass(frozen=True)
class Projection:
    """A projection that was uploaded.

    Attributes:
        name: Of the file.
        content: The bytes of the file; the library reads them again for each area.
        years: That it has, the earliest first.
    """

    name: str
    content: bytes
    years: tuple[int, ...]


def projection(path: Path) -> Projection:
    """A file of SSB's as it is kept.

    Raises:
        SourceError: The library cannot use it.
    """
    return Projection(path.name, path.read_bytes(), growth.projected(work.atlas(), path).years)


def counted() -> LocalCounts | None:
    """The local counts in use."""
    found: LocalCounts | None = st.session_state.get(LOCAL)
    return found


def projected() -> Projection | None:
    """The projection in use."""
    found: Projection | None = st.session_state.get(PROJECTION)
    return found


def year() -> int | None:
    """The chosen year of the projection; its last one until another is chosen."""
    found = projected()
    if found is None:
        return None
    chosen = int(st.session_state.get(YEAR, 0))
    return chosen if chosen in found.years else found.years[-1]


def use(name: str, content: LocalCounts | Projection) -> None:
    """Use what was read in place of what was there, and redraw the page."""
    if isinstance(content, LocalCounts):
        content = content.beside(st.session_state.get(TOLD, disclosure.NOTHING))
        st.session_state[TOLD] = content.told
    st.session_state[name] = content
    _drawn_anew()


def forget(name: str) -> None:
    """Forget what was read, and redraw the page."""
    del st.session_state[name]
    _drawn_anew()


def _drawn_anew() -> None:
    st.session_state.pop(REPORT, None)
    st.rerun()


def report(key: object, compute: Callable[[], NeedReport]) -> NeedReport:
    """A report that rests on these files, computed once for each key and kept with them, as is what it has shown."""
    last = st.session_state.get(REPORT)
    if last is None or last[0] != key:
        with st.spinner(text("app.working")):
            last = st.session_state[REPORT] = (key, compute())
        _remember(last[1].local)
    found: NeedReport = last[1]
    return found


def _remember(counted: LocalCounts | None) -> None:
    """Go on with counts that know what was shown of them."""
    if counted is not None:
        st.session_state[LOCAL], st.session_state[TOLD] = counted, counted.told


def ask(kind: str, endings: tuple[str, ...], read: Callable[[Path], T]) -> T | None:
    """A field that is empty again when its file was read or refused; what was read, once."""
    with st.form(f"form-{kind}", clear_on_submit=True):
        found = upload.ask(kind, endings, read)
        pressed = st.form_submit_button(text("app.need.use_file"))
    return found if pressed else None
