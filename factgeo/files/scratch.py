"""Folders that last as long as their process, and the removal of those that killed processes left behind."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import stat
import tempfile
import time
from pathlib import Path

PREFIX = "factgeo-maps-"
OLD_S = 7 * 86_400


def folder() -> Path:
    """Return a new folder for its owner alone, which is removed when this process ends."""
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    atexit.register(_remove_own, made, os.getpid())
    return made


def sweep(ended: int | None = None) -> None:
    """Remove the folders of a process that has ended, and those that other ended processes of this user left behind.

    If it cannot be known whether a process still runs, only folders of a week ago are removed.
    """
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_own(path) and _is_left(path, ended):
            shutil.rmtree(path, ignore_errors=True)


def _remove_own(made: Path, process: int) -> None:
    """Remove the folder only in the process that made it; a forked process leaves it alone."""
    if os.getpid() == process:
        shutil.rmtree(made, ignore_errors=True)


def _is_own(path: Path) -> bool:
    """Is it a folder of this user, and no link to one?"""
    try:
        seen = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and (os.name == "nt" or seen.st_uid == os.getuid())


def _is_left(path: Path, ended: int | None) -> bool:
    named = re.fullmatch(rf"{PREFIX}(\d{{1,9}})-.+", path.name)
    if named is None or os.name == "nt":  # where asking for a process would end it
        return (named is not None and int(named[1]) == ended) or _is_old(path)
    return int(named[1]) == ended or not _runs(int(named[1]))


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > OLD_S
    except OSError:
        return False


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True
