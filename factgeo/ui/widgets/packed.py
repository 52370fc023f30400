"""Folders that the library writes, as one zip file to download."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from factgeo import language


def zipped(name: str, write: Callable[[Path], object]) -> bytes:
    """A zip file with a folder of this name and all that is written in it.

    Args:
        name: What the folder is called; it has no path in it.
        write: Writes the folder whose path it is given; the folder does not exist before.
    """
    content = BytesIO()
    with tempfile.TemporaryDirectory() as work, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        folder = Path(work) / name
        write(folder)
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(path, path.relative_to(work).as_posix())
    return content.getvalue()


def later(name: str, write: Callable[[Path], object]) -> Callable[[], bytes]:
    """The same for a download button, which writes when somebody presses it, in a thread that knows no language."""
    lang = language.in_use()

    def give() -> bytes:
        language.use(lang)
        return zipped(name, write)

    return give
