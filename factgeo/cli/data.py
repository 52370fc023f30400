"""``factgeo data``: build, verify, describe and fetch the pack."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import click

from factgeo.cli.options import FILE, command, lang, option, progress, say, show
from factgeo.errors import FactgeoError, OutputError, SourceError
from factgeo.language import text


def data_group() -> click.Group:
    """The commands about the pack, with their options."""
    group = click.Group("data", help=text("cli.help.data"), params=[lang()])
    build = [
        option("--sources", type=FILE),
        option("--facts", type=FILE),
        option("--year", type=int, default=2026, show_default=True),
        option("--resolution", type=click.Choice(["1km", "250m"]), default="1km", show_default=True),
        option("--roads", metavar="FILE|osm:PLACE"),
        option("--out", "out_pack", type=FILE, show_default="data"),
        lang(),
    ]
    group.add_command(command("build", _build, build))
    group.add_command(command("verify", _verify, [lang()]))
    group.add_command(command("info", _info, [lang()]))
    group.add_command(command("fetch", _fetch, [lang()]))
    return group


def _build(
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
    from factgeo.building import pack as building  # noqa: PLC0415 - help must answer at once

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
    from factgeo.atlas import pack  # noqa: PLC0415 - help must answer at once
    from factgeo.building import graph  # noqa: PLC0415
    from factgeo.building import pack as building  # noqa: PLC0415

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


def _verify() -> None:
    """Check hashes, contracts and totals of the pack."""
    from factgeo.atlas import pack  # noqa: PLC0415 - help must answer at once

    atlas = pack.load()
    for line in pack.verify(atlas):
        show(line)
    show(text("data.verified", folder=atlas.folder, digest=atlas.digest[:12]))


def _info() -> None:
    """What is in the pack, from whom, and what is missing."""
    from factgeo.atlas import pack  # noqa: PLC0415
    from factgeo.report import pack as pack_report  # noqa: PLC0415 - help must answer at once

    show("\n".join(pack_report.lines(pack.load())))


def _fetch() -> None:
    """Downloading is not there yet: say which files to fetch by hand, from whom, and where to put them."""
    from factgeo.atlas import pack  # noqa: PLC0415
    from factgeo.report import pack as pack_report  # noqa: PLC0415 - help must answer at once

    say("\n".join(pack_report.by_hand(pack.load())))
    raise FactgeoError("not_there_yet", command="data fetch")
