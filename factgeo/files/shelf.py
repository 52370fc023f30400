"""Drafts on disk: the state of a session under a short id in a local folder, for a reload or a link on this machine.

This module does not know the content of a draft. It is an object for JSON, in which its owner counts the revisions.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from factgeo.errors import OutputError, SourceError
from factgeo.files import documents, folders

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none of them looks like another
LENGTH = 8
MOST = 500  # drafts
MOST_REVISIONS = 10**12
OLDEST_DAYS = 180
DAY_S = 86_400
SUFFIX, UNFINISHED = ".json", ".part"
REVISION = "revision"  # the field that counts how often a draft was written; missing: 0


def folder() -> Path:
    """Return the folder of the drafts: where ``FACTGEO_DRAFTS`` points, else in the user's folder for this program."""
    wanted = os.environ.get("FACTGEO_DRAFTS")
    if wanted:
        return Path(wanted)
    own = Path(click.get_app_dir("factgeo"))
    return (own if own.is_absolute() else Path(os.devnull)) / "drafts"  # with no home at all, nothing can be kept


def new_id() -> str:
    """Return an id that cannot be guessed from another."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def is_id(given: str) -> bool:
    """Has a text the form of an id?"""
    return re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", given) is not None


def save(draft_id: str, content: Mapping[str, Any], *, after: int | None = None) -> bool:
    """Write a draft complete or not at all; a new draft makes room by removing old ones.

    Args:
        draft_id: As :func:`new_id` makes them.
        content: An object for JSON; the field ``revision`` is the number after ``after``.
        after: The revision that must be on disk, so that no other window's work is overwritten; None: any.

    Returns:
        Was it written? False, and nothing changes, if another window or process was faster.

    Raises:
        SourceError: The id is none.
        OutputError: The folder cannot be written.
    """
    path = _path(draft_id)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = not path.exists()
        written = _write(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")), after)
        if new and written:
            forget_old(draft_id)
    except OSError as error:
        raise OutputError("shelf_unwritable", folder=path.parent, reason=folders.reason(error)) from None
    return written


def load(draft_id: str) -> dict[str, Any] | None:
    """Return a draft, which counts as used from now; None if there is none with this id.

    Raises:
        SourceError: The id is none, or the file is damaged.
    """
    path = _path(draft_id)
    try:
        content = documents.from_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        raise SourceError("shelf_damaged", draft=draft_id) from None
    if not isinstance(content, dict):
        raise SourceError("shelf_damaged", draft=draft_id)
    _touch(path)
    return content


def revision_of(content: Mapping[str, Any]) -> int:
    """Return how often a draft was written; 0 if it does not say, or says something impossible."""
    given = content.get(REVISION)
    return given if isinstance(given, int) and 0 <= given < MOST_REVISIONS else 0


def forget_old(in_use: str) -> int:
    """Remove drafts that were not used for long, and the oldest of too many; return their number.

    The draft in use stays. Half-written files of a program that was ended are removed too, and are not counted.
    """
    ages = {path: age for path in folder().glob(f"*{SUFFIX}") if is_id(path.stem) for age in _age_s(path)}
    others = sorted((path for path in ages if path.stem != in_use), key=ages.__getitem__)
    old = [path for place, path in enumerate(others) if place >= MOST - 1 or ages[path] > OLDEST_DAYS * DAY_S]
    for path in old:
        path.unlink(missing_ok=True)
    for path in folder().glob(f".*{UNFINISHED}"):
        if any(age > DAY_S for age in _age_s(path)):
            path.unlink(missing_ok=True)
    return len(old)


def _path(draft_id: str) -> Path:
    if not is_id(draft_id):
        raise SourceError("shelf_id", given=draft_id[: 2 * LENGTH])
    return folder() / f"{draft_id}{SUFFIX}"


def _write(path: Path, words: str, after: int | None) -> bool:
    """Write next to the file first, then rename in one step, so that readers see the old or the new content.

    The file next to it is also the claim to the next revision: only one process can make a file of that name, and only
    that process takes a draft from ``after`` to the next.
    """
    try:
        handle, work = _beside(path, after)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if after is not None and not _is_at(path, after):
                return False
            file.write(words)
        work.replace(path)
    finally:
        work.unlink(missing_ok=True)
    return True


def _beside(path: Path, after: int | None) -> tuple[int, Path]:
    """Return a new file next to a draft, open for its owner alone.

    Raises:
        FileExistsError: Another process is writing the revision that follows ``after``.
    """
    if after is None:
        handle, name = tempfile.mkstemp(prefix=".", suffix=UNFINISHED, dir=path.parent)
        return handle, Path(name)
    claim = path.with_name(f".{path.stem}-{after + 1}{UNFINISHED}")
    return os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), claim


def _is_at(path: Path, revision: int) -> bool:
    """Does a draft have this revision? A draft that was removed has any, because nothing is overwritten."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return True
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and revision_of(content) == revision


def _touch(path: Path) -> None:
    """Mark a draft as used; in a folder that cannot be written, only that is lost."""
    try:
        os.utime(path)
    except OSError:
        return


def _age_s(path: Path) -> tuple[float, ...]:
    """Return the seconds since a file was last used; empty if another program has just removed it."""
    try:
        return (time.time() - path.stat().st_mtime,)
    except OSError:
        return ()
