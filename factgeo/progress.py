"""Report the progress of a long computation, and stop it on request.

Ctrl-C stops a computation on a terminal. A caller that starts one in a thread of its own calls :func:`stop_on` there
with an event. Setting the event then ends the computation at its next step, as Ctrl-C does: the solver returns its best
plan so far, everything else raises ``KeyboardInterrupt``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from threading import Event

Tell = Callable[[str], None]  # called with a sentence as a computation goes on
_event: ContextVar[Event | None] = ContextVar("stop", default=None)


def silent(_step: str) -> None:
    """Report nothing: the ``Tell`` of a caller who does not show progress."""


def stop_on(event: Event) -> None:
    """Let ``event`` stop the computations of this thread from here on."""
    _event.set(event)


def is_stopped() -> bool:
    """Was a stop requested for this thread's computation?"""
    event = _event.get()
    return event is not None and event.is_set()


def raise_if_stopped() -> None:
    """End the computation if a stop was requested.

    Raises:
        KeyboardInterrupt: A stop was requested.
    """
    if is_stopped():
        raise KeyboardInterrupt
