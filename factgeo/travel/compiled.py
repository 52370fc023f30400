"""Functions compiled by numba, and kept on disk for the next run where that can be; where not, compiled each time.

Nothing about the disk is allowed to matter: an installation that cannot be written, a full disk or a damaged file of
an earlier run only cost the seconds of compiling.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.serialize import dumps

Function = TypeVar("Function", bound=Callable[..., Any])


class _Checked(CompileResultCacheImpl):
    """Machine code with its sum beside it: to run damaged code would end the program without a word."""

    def reduce(self, data: object) -> tuple[str, bytes]:
        """What is kept of compiled code."""
        content: bytes = dumps(super().reduce(data))
        return hashlib.sha256(content).hexdigest(), content

    def rebuild(self, target_context: object, payload: tuple[str, bytes]) -> object:
        """The code again, out of a file of our own as numba makes them.

        Raises:
            ValueError: It is not what was kept.
        """
        digest, content = payload
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(digest)
        whole = pickle.loads(content)  # noqa: S301 # nosec B301
        return super().rebuild(target_context, whole)


class _Kept(FunctionCache):
    """numba's cache, for which a file that cannot be read or written is one that is not there."""

    _impl_class = _Checked

    def load_overload(self, sig: object, target_context: object) -> object | None:
        """What was compiled before; None where there is none that can be read."""
        try:
            found: object | None = super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001 - damaged bytes raise anything
            with suppress(Exception):
                self.flush()  # else nothing could be kept beside the damaged file
            return None
        return found

    def save_overload(self, sig: object, data: object) -> None:
        """Keep what was compiled, if it can be."""
        with suppress(Exception):
            super().save_overload(sig, data)


def compiled(function: Function) -> Function:
    """The function in machine code, which it becomes when it is first called; other threads run meanwhile."""
    dispatcher: Any = njit(nogil=True)(function)
    with suppress(RuntimeError):  # numba has no folder to keep it in
        dispatcher._cache = _Kept(function)  # noqa: SLF001 - what njit(cache=True) does, but forgiving
    made: Function = dispatcher
    return made


def kept_in() -> Path | None:
    """The folder that compiled functions are kept in; None where none can be written."""
    try:
        return Path(_Kept(kept_in).cache_path)
    except RuntimeError:
        return None
