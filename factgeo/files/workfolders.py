"""Hidden work folders next to a result: locked by the run that fills them, cleaned up after a run that was killed.

A run fills ``.name-0123abcd.factgeo`` and holds a lock on it, which the system releases when the run ends in any way.
To replace an older result, it first renames that to ``.name-0123abcd.factgeo-old``: if such a folder is found, the
folder that it belongs to was finished. If the system locks no folders (Windows, some network disks), a work folder
counts as left behind when it was not changed for an hour.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

MARK, OLD = ".factgeo", "-old"
LONGEST_NAME = 100  # bytes of a folder's name that its work folders are still called by
UNTOUCHED_S = 3600
PATIENCE_S, PAUSE_S = 10.0, 0.05  # for another run that is just putting its result in place


@contextmanager
def filled(out: Path) -> Iterator[Path]:
    """Give a new, empty folder next to ``out``, locked by this run; it is removed at the end if it still exists.

    Raises:
        OSError: It cannot be made.
    """
    work, held = _made(out)
    try:
        yield work
    finally:
        remove(work)
        if held is not None:
            os.close(held)


def recover(out: Path) -> None:
    """Repair what killed runs left next to ``out``: it is back in its place, and no work folder is left.

    A run that was killed between its two renames leaves no ``out``, but the old and the finished one; the finished one
    counts.

    Raises:
        OSError: The old ``out`` cannot be put back.
    """
    if not _left_beside(out):
        return
    with alone(out.parent):
        for work in _left_beside(out):
            old = _old_of(work)
            if old.exists():
                if not os.path.lexists(out):
                    (work if work.exists() else old).rename(out)
                remove(old)
            _sweep(work)


def put_in_place(work: Path, out: Path) -> None:
    """Rename ``work`` to ``out``. The old ``out`` is removed, or put back if that fails or is interrupted.

    Call it inside ``alone``, so that no other run sees the moment between the two renames.

    Raises:
        OSError: The renaming failed.
    """
    old = _old_of(work)
    try:
        if out.exists():
            shutil.copymode(out, work)
            out.rename(old)
        work.rename(out)
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
    remove(old)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one run at a time through; do not wait forever if the system has no locks or another run hangs."""
    held = _waited_for(folder)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def remove(folder: Path) -> None:
    """Remove a folder, even one that its owner made read-only; files that cannot be removed stay."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    with suppress(OSError):
        folder.chmod(stat.S_IRWXU)
        for at, inside, _ in os.walk(folder):
            for path in (Path(at, name) for name in inside):
                if not path.is_symlink():
                    path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def _made(out: Path) -> tuple[Path, int | None]:
    """Return a new folder and its lock; another one if another run removed it before it was locked."""
    while True:
        work = out.with_name(f"{_stem(out)}{secrets.token_hex(4)}{MARK}")
        work.mkdir()
        with suppress(FileNotFoundError):
            held = _held(work, wait=True)
            if work.is_dir():
                return work, held
            if held is not None:
                os.close(held)


def _held(folder: Path, *, wait: bool) -> int | None:
    """Return a lock on a folder, which closing releases; None if there are no locks.

    Raises:
        BlockingIOError: Another run holds it, and ``wait`` is False.
        OSError: The folder cannot be opened.
    """
    if sys.platform == "win32":
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:
        os.close(handle)
        return None
    return handle


def _waited_for(folder: Path) -> int | None:
    """Wait for a lock on a folder up to a limit, and return it; None without one."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            return _held(folder, wait=False)
        except BlockingIOError:
            time.sleep(PAUSE_S)
        except OSError:
            return None
    return None


def _sweep(work: Path) -> None:
    """Remove a work folder whose run has ended; one that cannot be inspected belongs to another user."""
    with suppress(OSError):
        held = _held(work, wait=False)
        if held is not None or time.time() - work.stat().st_mtime > UNTOUCHED_S:
            remove(work)
        if held is not None:
            os.close(held)


def _left_beside(out: Path) -> list[Path]:
    """Return the work folders of ``out`` that exist, or whose old folder exists; the newest first."""
    pattern = re.compile(rf"({re.escape(_stem(out))}[0-9a-f]{{8}}{re.escape(MARK)})({OLD})?")
    try:
        found = [(each.stat().st_mtime, each.name) for each in out.parent.iterdir() if pattern.fullmatch(each.name)]
    except OSError:  # no such folder yet, or one that another run has just removed
        return []
    names = (name.removesuffix(OLD) for _, name in sorted(found, reverse=True))
    return [out.with_name(name) for name in dict.fromkeys(names)]


def _old_of(work: Path) -> Path:
    return work.with_name(work.name + OLD)


def _stem(out: Path) -> str:
    """Return the beginning of the names of its work folders; a name that leaves no room for more is shortened."""
    name = os.fsencode(out.name)
    return f".{out.name}-" if len(name) <= LONGEST_NAME else f".{hashlib.sha256(name).hexdigest()[:16]}-"
