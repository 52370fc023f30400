"""Computations of the app: shared by all sessions, kept while there is room, with progress and a way to stop them."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import streamlit as st

from factgeo import language
from factgeo.atlas import pack
from factgeo.atlas.pack import Atlas
from factgeo.errors import FactgeoError
from factgeo.language import number, text
from factgeo.progress import Tell, raise_if_stopped, stop_on
from factgeo.ui import frame, prose

T = TypeVar("T")
Key = tuple[Hashable, ...]

QUICK_S = 0.6  # what is done so soon needs no word
AGAIN_S = 0.5  # how often the page looks whether a computation has ended
KEPT = {"plan": 6}  # results of a kind that are kept; one of all Norway takes some 100 MB
OTHERWISE_KEPT = 24
JOBS = "jobs"


def atlas() -> Atlas:
    """The pack in use, read once."""
    return _atlas(str(pack.find()))


@st.cache_resource(show_spinner=False)
def _atlas(folder: str) -> Atlas:
    return pack.load(Path(folder))


@dataclass
class Job:
    """A computation in a thread of its own."""

    words: str = ""
    began: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    result: object = None
    error: BaseException | None = None


def ask(kind: str, key: Key, call: Callable[[Tell], T]) -> T | None:
    """What a computation gives: at once where any session has asked before, else None while the page tells of it.

    The page is drawn again when it has ended. A computation that somebody stops gives what it has by then, or None.

    Args:
        kind: What it is; each kind has room of its own among the results that are kept.
        key: What the result depends on, the language of its words not forgotten.
        call: The computation; it is given a function to call with a sentence as it goes on.

    Raises:
        FactgeoError: The computation's own.
    """
    whole_key = (kind, atlas().digest, *key)
    kept = _kept(kind)
    if whole_key in kept:
        return cast("T", kept[whole_key])
    jobs: dict[Key, Job] = st.session_state.setdefault(JOBS, {})
    job = jobs.get(whole_key)
    if job is None:
        job = jobs[whole_key] = _start(call)
        job.ended.wait(QUICK_S)
    if not job.ended.is_set():
        _tell(job)
        return None
    return cast("T | None", _outcome(job, jobs, whole_key, kept))


def _outcome(job: Job, jobs: dict[Key, Job], key: Key, kept: OrderedDict[Key, object]) -> object:
    """The result of a job that has ended; one that was stopped is this session's own."""
    if isinstance(job.error, KeyboardInterrupt):
        st.info(text("app.job.stopped"))
        if st.button(text("app.job.again"), key=f"again-{key}"):
            del jobs[key]
            st.rerun()
        return None
    if job.error is not None:
        del jobs[key]  # so that the same request is tried again
        raise job.error
    if not job.stop.is_set():
        kept[key] = job.result
        del jobs[key]
        while len(kept) > KEPT.get(key[0] if isinstance(key[0], str) else "", OTHERWISE_KEPT):
            kept.popitem(last=False)
    return job.result


def forget_stopped() -> None:
    """Let what this session has stopped be computed when it is asked for again."""
    jobs: dict[Key, Job] = st.session_state.get(JOBS, {})
    for key in [key for key, job in jobs.items() if job.stop.is_set()]:
        del jobs[key]


def _start(call: Callable[[Tell], object]) -> Job:
    job = Job(words=text("app.job.waiting"))

    def tell(words: str) -> None:
        raise_if_stopped()
        job.words = words

    def run() -> None:
        stop_on(job.stop)
        try:
            with _turns():
                tell(text("app.working"))
                job.result = call(tell)
        except (FactgeoError, KeyboardInterrupt) as error:
            job.error = error
        except Exception as error:  # noqa: BLE001 - the page shows it, as any other failure of its own
            job.error = error
        finally:
            job.ended.set()

    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    return job


@st.fragment(run_every=AGAIN_S)
def _tell(job: Job) -> None:
    """What a job is doing, and a button that stops it."""
    frame.use_language()
    if job.ended.is_set():
        st.rerun()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        seconds = number(int(time.monotonic() - job.began))
        doing = text("app.job.doing", words=prose.as_typed(job.words), seconds=seconds)
        st.markdown(f":material/progress_activity: {doing}")
        if st.button(text("app.job.stop"), disabled=job.stop.is_set(), key=f"stop-{id(job)}"):
            job.stop.set()


@st.cache_resource(show_spinner=False)
def _turns() -> threading.BoundedSemaphore:
    """As many computations at a time as there are cores; the others wait their turn."""
    return threading.BoundedSemaphore(max(1, os.cpu_count() or 1))


def known(kind: str) -> list[Any]:
    """The results of a kind that are kept."""
    return list(_kept(kind).values())


@st.cache_resource(show_spinner=False)
def _kept(kind: str) -> OrderedDict[Key, Any]:  # noqa: ARG001 - one for each kind
    return OrderedDict()


def lang() -> str:
    """The language in use, for the keys of results that hold words."""
    return language.in_use()
