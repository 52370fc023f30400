"""Compile functions with numba and keep them on disk for the next run; if that fails, compile them each time.

No fault of the disk may stop the program: a folder that cannot be written, a full disk or a damaged file of an earlier
run only costs the seconds of compiling.
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
    """Machine code with its checksum: damaged code would end the program without a message."""

    def reduce(self, data: object) -> tuple[str, bytes]:
        """Return the checksum and the bytes to keep."""
        content: bytes = dumps(super().reduce(data))
        return hashlib.sha256(content).hexdigest(), content

    def rebuild(self, target_context: object, payload: tuple[str, bytes]) -> object:
        """Return the code from a file that this program wrote.

        Raises:
            ValueError: The checksum is wrong.
        """
        digest, content = payload
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(digest)
        whole = pickle.loads(content)  # noqa: S301 # nosec B301
        return super().rebuild(target_context, whole)


class _Kept(FunctionCache):
    """numba's cache; it treats a file that cannot be read or written as one that does not exist."""

    _impl_class = _Checked

    def load_overload(self, sig: object, target_context: object) -> object | None:
        """Return the code of an earlier run; None if there is none that can be read."""
        try:
            found: object | None = super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001 - damaged bytes raise anything
            with suppress(Exception):
                self.flush()  # without this, the damaged file would stay and nothing new could be kept
            return None
        return found

    def save_overload(self, sig: object, data: object) -> None:
        """Keep compiled code if possible."""
        with suppress(Exception):
            super().save_overload(sig, data)


def compiled(function: Function) -> Function:
    """Return the function for compilation at its first call; it runs without Python's global lock."""
    dispatcher: Any = njit(nogil=True)(function)
    with suppress(RuntimeError):  # numba has no folder to keep it in
        dispatcher._cache = _Kept(function)  # noqa: SLF001 - what njit(cache=True) does, but forgiving
    made: Function = dispatcher
    return made


def kept_in() -> Path | None:
    """Return the folder that compiled functions are kept in; None if no folder can be written."""
    try:
        return Path(_Kept(kept_in).cache_path)
    except RuntimeError:
        return None
