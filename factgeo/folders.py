"""Folders that are written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
