"""``factgeo data``: build, verify, describe and fetch the pack."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from factgeo.atlas import pack
from factgeo.building import graph
from factgeo.building import pack as building
from factgeo.cli.options import progress, say, show
from factgeo.errors import FactgeoError, OutputError, SourceError
from factgeo.language import text
from factgeo.report import pack as pack_report
from factgeo.report.writers import terminal


def build(
    *, sources: Path | None, facts: Path | None, year: int, resolution: str, out: Path | None, roads: str | None
) -> None:
    """Read the official files, or another road network for the pack in use, and write a pack."""
    if roads is not None:
        _build_with_roads(roads, sources=sources, facts=facts, year=year, resolution=resolution, out=out)
        return
    if sources is None:
        raise SourceError("build_from_nothing")
    out = out or Path("data")
    checks = _build_from_sources(sources, facts=facts, year=year, resolution=resolution, out=out)
    show(text("data.built", folder=out, checks=checks))


def _build_from_sources(sources: Path, *, facts: Path | None, year: int, resolution: str, out: Path) -> int:
    """Write a pack from the official files; how many checks it passed."""
    facts = facts or sources.parent / "facts"
    building.refuse_folder(out)
    step = partial(_step, "building")
    built = building.build(sources, facts, year=year, resolution=resolution, progress=step)
    building.write(built, facts, out)
    return len(built.manifest["checks"])


def _build_with_roads(
    roads: str, *, sources: Path | None, facts: Path | None, year: int, resolution: str, out: Path | None
) -> None:
    """The pack in use, or one from the official files, with another road network."""
    if out is None:
        raise OutputError("roads_out")
    building.refuse_folder(out)
    _step("building", "network")
    source = graph.read(roads)
    with tempfile.TemporaryDirectory() as work:
        if sources is not None:
            _build_from_sources(sources, facts=facts, year=year, resolution=resolution, out=Path(work) / "pack")
        atlas = pack.load(None if sources is None else Path(work) / "pack")
        _step("building", "replace")
        built = building.replace_roads(atlas, source)
        building.write(built, facts or atlas.folder / "facts", out)
    show("\n".join(building.network_lines(built)))
    show(text("data.built", folder=out, checks=len(built.manifest["checks"])))


def _step(prefix: str, name: str) -> None:
    progress(text(f"{prefix}.{name}"))


def verify() -> None:
    """Check hashes, contracts and totals of the pack."""
    atlas = pack.load()
    for line in pack.verify(atlas):
        show(line)
    show(text("data.verified", folder=atlas.folder, digest=atlas.digest[:12]))


def info() -> None:
    """Show what is in the pack, who published it, and what is missing."""
    show(terminal.document(pack_report.report(pack.load()), hyphened=("shortcomings",)))


def fetch() -> None:
    """Downloading is not there yet: say which files to fetch by hand, from which publisher, and where to put them."""
    say("\n".join(terminal.lines(pack_report.by_hand(pack.load()))))
    raise FactgeoError("not_there_yet", command="data fetch")
