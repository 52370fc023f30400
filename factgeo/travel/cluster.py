"""Apply a function to many items, here or on the machines of a Dask cluster."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

from factgeo.errors import SettingsError
from factgeo.progress import raise_if_stopped

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Answer = TypeVar("Answer")

CONNECT_S = 10
RETRIES = 3  # a task whose worker dies is computed again on another worker


def each(
    function: Callable[[Shared, Item], Answer], shared: Shared, items: Sequence[Item], *, scheduler: str
) -> list[Answer]:
    """Return ``function(shared, item)`` for each item, in order.

    Args:
        function: A function of a module that the workers can import.
        shared: The data that all items need; sent once.
        items: One task each.
        scheduler: Address of a Dask scheduler (``tcp://host:port``); empty: here.

    Raises:
        KeyboardInterrupt: A stop was requested.
        SettingsError: Dask is not installed, or no scheduler answers at the address.
    """
    if not scheduler:
        return [_here(function, shared, item) for item in items]
    try:
        from distributed import Client  # noqa: PLC0415 - optional
    except ImportError:
        raise SettingsError("scheduler_missing", given=scheduler) from None
    try:
        client = Client(scheduler, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise SettingsError("scheduler_silent", given=scheduler, reason=type(error).__name__) from None
    with client:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")  # once; see _itself
            common = client.submit(_itself, shared, pure=False, retries=RETRIES)
        futures = client.map(function, [common] * len(items), items, pure=False, retries=RETRIES)
        answers: list[Answer] = client.gather(futures)  # type: ignore[no-untyped-call]
        return answers


def _here(function: Callable[[Shared, Item], Answer], shared: Shared, item: Item) -> Answer:
    raise_if_stopped()
    return function(shared, item)


def _itself(shared: Shared) -> Shared:
    """Return ``shared`` from a task. Unlike scattered data, it can be made again when the worker that holds it dies."""
    return shared
