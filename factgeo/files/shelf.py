"""Drafts on a shelf: what a session holds, under a short id in a local folder, for a reload or a link on this machine.

What a draft consists of is not known here; it is an object for JSON, in which its owner counts the revisions.
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
    """Where drafts are kept: where ``FACTGEO_DRAFTS`` points, else in the user's folder for this program."""
    wanted = os.environ.get("FACTGEO_DRAFTS")
    if wanted:
        return Path(wanted)
    own = Path(click.get_app_dir("factgeo"))
    return (own if own.is_absolute() else Path(os.devnull)) / "drafts"  # with no home at all, nothing can be kept


def new_id() -> str:
    """An id that nobody can guess from another."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def is_id(given: str) -> bool:
    """Has a text the form of an id?"""
    return re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", given) is not None


def save(draft_id: str, content: Mapping[str, Any], *, after: int | None = None) -> bool:
    """Write a draft whole or not at all; a new one makes room by removing what is old.

    Args:
        draft_id: As :func:`new_id` makes them.
        content: An object for JSON; the field ``revision`` is the number after ``after``.
        after: The revision that must lie there, so that nobody else's work is overwritten; None: whatever does.

    Returns:
        Was it written? False, and nothing is touched, where another window or process was faster.

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
    """A draft, which counts as used from now; None where there is none of this id.

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
    """How often a draft was written; 0 where it does not say, or says what cannot be."""
    given = content.get(REVISION)
    return given if isinstance(given, int) and 0 <= given < MOST_REVISIONS else 0


def forget_old(in_use: str) -> int:
    """Remove the drafts that were not used for long, and the oldest of too many; how many these were.

    The one in use stays. What a program that was ended has left half written goes too, and is not counted.
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
    """Beside the file first, then in its place in one step, so that readers see the old or the new.

    What is written beside it is also the claim to the next revision: one process alone can make a file of that name,
    and only whoever did so takes a draft from ``after`` to the next.
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
    """A new file beside a draft, open for its owner alone.

    Raises:
        FileExistsError: Somebody is writing the revision that follows ``after``.
    """
    if after is None:
        handle, name = tempfile.mkstemp(prefix=".", suffix=UNFINISHED, dir=path.parent)
        return handle, Path(name)
    claim = path.with_name(f".{path.stem}-{after + 1}{UNFINISHED}")
    return os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), claim


def _is_at(path: Path, revision: int) -> bool:
    """Has a draft this revision? One that was removed from the shelf has any, for nothing is overwritten."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return True
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and revision_of(content) == revision


def _touch(path: Path) -> None:
    """Reading is use; a folder that cannot be written only loses that."""
    try:
        os.utime(path)
    except OSError:
        return


def _age_s(path: Path) -> tuple[float, ...]:
    """Seconds since a file was last used; nothing if another program has just removed it."""
    try:
        return (time.time() - path.stat().st_mtime,)
    except OSError:
        return ()
