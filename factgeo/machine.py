"""The resources of the machine: a home folder, a temporary folder, an encoding for the names of files."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

# files there get names that nobody can guess
IN_MEMORY = Path("/dev/shm")  # noqa: S108 # nosec B108


def home() -> Path | None:
    """Return the user's own folder; None if there is none."""
    try:
        found = Path.home()
    except RuntimeError:
        return None
    return found if found.is_absolute() and found.is_dir() else None


def temporary() -> Path | None:
    """Return the folder for temporary files; None if no folder can be written."""
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return None


def missing() -> str | None:
    """Return the key of the error for a resource that the program needs but lacks; None if all are there."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return "no_here"
    return "no_temporary" if temporary() is None else None


def can_write(folder: Path) -> bool:
    """Can a file be made in this folder? It is tried, because some systems only tell then."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def names_any_file() -> bool:
    """Can files with Norwegian letters in their names be reached under this locale?"""
    return sys.getfilesystemencoding().lower().replace("-", "") in ("utf8", "mbcs")


def settle() -> None:
    """Adapt to the machine: shared memory for temporary files if no disk takes them, and no warnings of libraries.

    matplotlib warns if it has no folder of its own, but works with a temporary one; ``doctor`` reports what is missing.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if temporary() is None and can_write(IN_MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(IN_MEMORY)


def as_typed(word: str) -> str:
    """Return a word of the command line as it was meant, if the locale did not know its letters.

    Python puts a placeholder for each byte that it cannot read. Bytes that are no UTF-8 keep theirs.
    """
    with suppress(UnicodeError):
        return word.encode("utf-8", errors="surrogateescape").decode("utf-8")
    return word


def as_path(word: str) -> Path:
    """Return the file that a word of :func:`as_typed` names, whatever the locale calls it."""
    with suppress(UnicodeError):
        return Path(os.fsdecode(word.encode("utf-8", errors="surrogateescape")))
    return Path(word)


def shown(name: object) -> str:
    """Return a name that can be written in any file or message: bytes that are no UTF-8 become a mark."""
    return str(name).encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
