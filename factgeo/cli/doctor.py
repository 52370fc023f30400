"""Is everything there that factgeo needs?"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from factgeo import machine
from factgeo.atlas import pack
from factgeo.cli import versions
from factgeo.cli.options import EXIT_USAGE, show
from factgeo.errors import FactgeoError
from factgeo.files import shelf
from factgeo.language import text
from factgeo.travel import times as travel_times

NEEDED = ("numpy", "scipy", "pandas", "geopandas", "shapely", "networkx", "highspy", "folium", "pydantic")
SOLVE_NOTHING = "import highspy; solver = highspy.Highs(); solver.silent(); solver.run()"
PATIENCE_S = 60


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        well: Does it work? What is only slower, or in the way of little, does.
        text: What was found, and the way forward.
        lacking: Does it work, but with something lacking?
    """

    well: bool
    text: str
    lacking: bool = False

    def line(self) -> str:
        """The finding with a mark by which the eye finds it."""
        mark = ("ok", text("doctor.mark_lacking"))[self.lacking] if self.well else "!!"
        return f"{mark:<4}{self.text}".replace("\n", "\n    ")


def run() -> int:
    """Say whether everything that factgeo needs is there; returns the exit code."""
    findings = examine()
    for finding in findings:
        show(finding.line())
    return 0 if all(finding.well for finding in findings) else EXIT_USAGE


def examine() -> list[Finding]:
    """Python, the packages, the app, the machine and the pack, in this order."""
    version = ".".join(map(str, sys.version_info[:3]))
    findings = [Finding(sys.version_info >= (3, 11), text("doctor.python", version=version))]
    findings += [_package(name) for name in NEEDED]
    findings += _versions()
    has_app = importlib.util.find_spec("streamlit") is not None
    findings.append(Finding(has_app, text("doctor.app" if has_app else "doctor.no_app")))
    return [*findings, *_machine(), _pack()]


def _lacking(key: str, **values: object) -> Finding:
    return Finding(well=True, text=text(key, lang=None, **values), lacking=True)


def _package(name: str) -> Finding:
    try:
        return Finding(well=True, text=f"{name} {importlib.metadata.version(name)}")
    except importlib.metadata.PackageNotFoundError:
        return Finding(well=False, text=text("doctor.no_package", name=name))


def _versions() -> Iterator[Finding]:
    """Packages that are older than they may be, or newer than what is known to work."""
    lowest, known = versions.lowest(), versions.newest_known()
    for name, version in versions.installed({**dict.fromkeys(NEEDED, ""), **lowest}).items():
        if name in lowest and versions.is_older(version, lowest[name]):
            said = text("doctor.too_old", name=name, version=version, lowest=lowest[name])
            yield Finding(well=False, text=said)
        elif name in known and versions.is_older(known[name], version):
            yield _lacking("doctor.newer", name=name, version=version, known=known[name])


def _machine() -> list[Finding]:
    """What the machine gives, and what is done without."""
    return [_kernel(), _home(), _temporary(), *_locale(), *_solver(), Finding(well=True, text=text("doctor.chromium"))]


def _kernel() -> Finding:
    """Shortest ways are compiled, and the machine code is kept for the next run: all this only saves time."""
    if not travel_times.has_kernel():
        return _lacking("doctor.no_kernel")
    from factgeo.travel import compiled  # noqa: PLC0415 - only where numba is there

    folder = compiled.kept_in()
    said = text("doctor.kernel", folder=folder) if folder else text("doctor.kernel_not_kept")
    return Finding(well=True, text=said, lacking=folder is None)


def _home() -> Finding:
    """Where drafts of the app are kept; without, it works until it is closed."""
    if machine.home() is None and "FACTGEO_DRAFTS" not in os.environ:
        return _lacking("doctor.no_home")
    folder = shelf.folder()
    if not machine.can_write(_nearest(folder)):
        return _lacking("doctor.no_drafts", folder=folder)
    return Finding(well=True, text=text("doctor.drafts", folder=folder))


def _nearest(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.is_dir()), folder)


def _temporary() -> Finding:
    """The app and the building of packs cannot do without."""
    folder = machine.temporary()
    if folder is None:
        return Finding(well=False, text=text("error.no_temporary"))
    return Finding(well=True, text=text("doctor.temporary", folder=folder))


def _locale() -> Iterator[Finding]:
    yield Finding(well=True, text=text("doctor.language"))
    if not machine.names_any_file():
        yield _lacking("doctor.letters", encoding=sys.getfilesystemencoding())


def _solver() -> Iterator[Finding]:
    """Some versions of the solver print a line of their own, which is kept away from results."""
    words = [sys.executable, "-c", SOLVE_NOTHING]
    try:
        ended = subprocess.run(words, capture_output=True, check=False, timeout=PATIENCE_S, env=os.environ)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return
    if ended.stdout.strip():
        yield _lacking("doctor.banner", version=importlib.metadata.version("highspy"))


def _pack() -> Finding:
    try:
        atlas = pack.load()
        pack.verify(atlas)
    except FactgeoError as error:
        return Finding(well=False, text=error.message())
    return Finding(well=True, text=text("doctor.pack", folder=atlas.folder, digest=atlas.digest[:12]))
