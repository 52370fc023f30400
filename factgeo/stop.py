"""Asking a computation to stop from outside its thread, as Ctrl-C asks on a terminal.

Whoever starts a computation in a thread of its own calls :func:`use` there with an event; setting the event then ends
the computation at its next step, in the same way as Ctrl-C: the solver with its best plan so far, all else by
``KeyboardInterrupt``.
"""

from __future__ import annotations

from contextvars import ContextVar
from threading import Event

_event: ContextVar[Event | None] = ContextVar("stop", default=None)


def use(event: Event) -> None:
    """Let ``event`` stop what is computed in this thread from here on."""
    _event.set(event)


def asked() -> bool:
    """Has somebody asked this thread's computation to stop?"""
    event = _event.get()
    return event is not None and event.is_set()


def look() -> None:
    """Stop here if that was asked.

    Raises:
        KeyboardInterrupt: It was.
    """
    if asked():
        raise KeyboardInterrupt
