"""Write folders complete or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path

from factgeo import machine
from factgeo.errors import OutputError
from factgeo.files import workfolders
from factgeo.language import Phrase

# what systems say in their own words, said in ours
REASONS = {
    errno.EACCES: "reason.no_permission",
    errno.EPERM: "reason.no_permission",
    errno.EROFS: "reason.read_only",
    errno.ENOSPC: "reason.full",
    errno.EDQUOT: "reason.full",
    errno.EFBIG: "reason.full",
    errno.ENOENT: "reason.gone",
    errno.ENOTDIR: "reason.no_folder",
    errno.EEXIST: "reason.no_folder",
    errno.ENAMETOOLONG: "reason.long_name",
    errno.ELOOP: "reason.loop",
    errno.EBUSY: "reason.busy",
}


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """Give a new folder next to ``out`` that takes its place if all goes well; until then ``out`` does not change.

    A link is followed: its target is replaced, and the link stays. What killed runs left behind is repaired first.

    Raises:
        OutputError: The folder cannot be written, or another run has written it meanwhile.
    """
    with written(out):
        place = _place(out)
        place.parent.mkdir(parents=True, exist_ok=True)
        workfolders.recover(place)
        was_there = _holds_something(place)
        with workfolders.filled(place) as work:
            yield work
            with workfolders.alone(place.parent):
                if not was_there and _holds_something(place):
                    raise OutputError("out_appeared", folder=out)
                workfolders.put_in_place(work, place)


def refuse(out: Path, known: Iterable[str], *, overwrite: bool, key: str) -> None:
    """Refuse a folder that a result must not be written to.

    Args:
        out: The folder.
        known: Names of the result's own files and folders; * stands for anything.
        overwrite: May an earlier result be replaced?
        key: The error for a folder that holds an earlier result.

    Raises:
        OutputError: It is a file, holds other things, holds an earlier result without ``overwrite``, or clearly cannot
            be written.
    """
    prepare(out)
    found = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    known = tuple(known)
    others = [name for name in found if not any(fnmatch(name, pattern) for pattern in known)]
    if others:
        raise OutputError("out_holds_other_things", folder=out, found=", ".join(others[:3]))
    if found and not overwrite:
        raise OutputError(key, folder=out)


def prepare(out: Path) -> None:
    """Check a folder before the work for it begins, and repair what killed runs left behind.

    Raises:
        OutputError: It is no folder, cannot be replaced, or the folder around it cannot be written.
    """
    with written(out):
        place = _place(out)
        workfolders.recover(place)
        around = _nearest(place.parent)
        if not os.access(around, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "", around)
        if out.is_dir() and not os.access(out, os.R_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "", out)


@contextmanager
def written(out: Path) -> Iterator[None]:
    """Say in one sentence why something cannot be written, whatever the system's error.

    Raises:
        OutputError: Instead of any other OSError.
    """
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        if error.errno in (None, errno.ENOENT) and (missing := machine.missing()):
            raise OutputError(missing) from None
        raise OutputError("cannot_write", folder=out, reason=reason(error)) from None


def reason(error: OSError) -> object:
    """Return why the system refuses, in the words of the catalogue if it has them."""
    key = REASONS.get(error.errno or 0)
    return Phrase(key) if key else " ".join(str(error.strerror or error).split())


def _place(out: Path) -> Path:
    """Return the folder that ``out`` means, with links followed.

    Raises:
        OutputError: It is a file or lies in one, is a link to nothing, or is a folder that must stay.
        OSError: It cannot be found out.
    """
    nearest = _nearest(out)
    if not nearest.is_dir():
        key = "out_link_to_nothing" if nearest.is_symlink() and not nearest.exists() else "out_is_a_file"
        raise OutputError(key, folder=out, name=nearest)
    place = Path(os.path.realpath(out))
    if place.is_dir() and _must_stay(place):
        raise OutputError("out_must_stay", folder=out, inside=out / "factgeo")
    return place


def _nearest(out: Path) -> Path:
    """Return the path itself, or the first of the folders around it that exists."""
    for path in (out, *out.parents):
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        return path
    raise FileNotFoundError(errno.ENOENT, "", out)


def _must_stay(place: Path) -> bool:
    """Is it a disk, a home folder or the working folder, which cannot be replaced?"""
    kept = [Path(os.path.realpath(home))] if (home := machine.home()) else []
    with suppress(FileNotFoundError):  # one can work in a folder that has been removed
        here = Path(os.path.realpath(Path.cwd()))
        kept += [here, *here.parents]
    return place in kept or place.is_mount()


def _holds_something(folder: Path) -> bool:
    return folder.exists() and any(folder.iterdir())
