"""Any answer as a folder of files, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factgeo.contract import objects
from factgeo.export import geopackage
from factgeo.files import folders, spreadsheet
from factgeo.maps import offline

Make = Callable[[], Any]  # makes what a file holds when it is written, so that one file at a time is in memory
Files = Mapping[str, "Make | Files"]  # by name; what has files itself is a folder


@dataclass(frozen=True)
class Kind:
    """A kind of answer.

    Attributes:
        name: One word; the error ``out_holds_a_NAME`` refuses a folder that holds an earlier answer of the kind.
        files: Names of all files and folders that an answer of the kind may have; * stands for anything.
    """

    name: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Folder:
    """What the folder of an answer holds.

    Attributes:
        kind: The kind of answer.
        files: What makes each file, by its name; the ending says what it is made of: an object (json), text (md), a
            table (csv), a map (html), bytes (png), layers by name (gpkg). A name without an ending is a folder.
    """

    kind: Kind
    files: Files


def refuse(kind: Kind, out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that an answer of this kind must not be written to.

    Raises:
        OutputError: It is a file, holds other things, or holds an earlier answer and not ``overwrite``.
    """
    folders.refuse(out, kind.files, overwrite=overwrite, key=f"out_holds_a_{kind.name}")


def write(content: Folder, out: Path, *, overwrite: bool) -> None:
    """Write a folder.

    Raises:
        OutputError: The folder holds other things, or an earlier answer and not ``overwrite``, or cannot be written.
    """
    refuse(content.kind, out, overwrite=overwrite)
    with folders.replaced(out) as folder:
        _fill(folder, content.files)


def _fill(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        if isinstance(content, Mapping):
            path.mkdir()
            _fill(path, content)
        else:
            WRITERS[path.suffix](content(), path)


def _write_object(content: object, path: Path) -> None:
    _write_text(objects.written(content) + "\n", path)


def _write_text(content: str, path: Path) -> None:
    path.write_text(content, encoding="utf-8")


def _write_bytes(content: bytes, path: Path) -> None:
    path.write_bytes(content)


WRITERS: Mapping[str, Callable[[Any, Path], None]] = {
    ".json": _write_object,
    ".md": _write_text,
    ".csv": spreadsheet.write_csv,
    ".html": offline.save_html,
    ".png": _write_bytes,
    ".gpkg": geopackage.write,
}
