"""Folders that are written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from factgeo.errors import OutputError


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A new folder beside ``out`` that takes its place when all has gone well; until then ``out`` is untouched.

    Raises:
        OutputError: The folder cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OutputError("cannot_write", folder=out, reason=error.strerror or error) from None
    try:
        work.chmod(0o755)
        yield work
        _swap(work, out)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("cannot_write", folder=out, reason=error.strerror or error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def refuse(out: Path, known: Iterable[str], *, overwrite: bool, key: str) -> None:
    """Refuse a folder that a result must not be written to.

    Args:
        out: The folder.
        known: Names of the result's own files and folders; * stands for anything.
        overwrite: May an earlier result be replaced?
        key: The error for a folder that holds an earlier result.

    Raises:
        OutputError: It is a file, holds other things, or holds an earlier result and not ``overwrite``.
    """
    if out.exists() and not out.is_dir():
        raise OutputError("out_holds_other_things", folder=out, found=out.name)
    found = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    known = tuple(known)
    others = [name for name in found if not any(fnmatch(name, pattern) for pattern in known)]
    if others:
        raise OutputError("out_holds_other_things", folder=out, found=", ".join(others[:3]))
    if found and not overwrite:
        raise OutputError(key, folder=out)


def _swap(work: Path, out: Path) -> None:
    """Put ``work`` in the place of ``out``, or leave ``out`` where it was."""
    old = work.with_name(f"{work.name}-old")
    if out.exists():
        out.rename(old)
    try:
        work.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
