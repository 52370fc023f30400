"""Folders of answers as zip files to download."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from factgeo import language
from factgeo.export import folder
from factgeo.export.folder import Folder


def zipped(name: str, content: Folder) -> bytes:
    """A zip file with a folder of this name; ``name`` has no path in it."""
    packed = BytesIO()
    with tempfile.TemporaryDirectory() as work, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        folder.write(content, Path(work) / name, overwrite=False)
        for path in sorted(each for each in (Path(work) / name).rglob("*") if each.is_file()):
            archive.write(path, path.relative_to(work).as_posix())
    return packed.getvalue()


def later(name: str, make: Callable[[], Folder]) -> Callable[[], bytes]:
    """The same for a download button: made when the button is pressed, in a thread that knows no language."""
    lang = language.in_use()

    def give() -> bytes:
        language.use(lang)
        return zipped(name, make())

    return give
