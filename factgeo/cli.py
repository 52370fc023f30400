"""The command line: each command translates its words into one call and shows what comes back."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factgeo import __version__, language
from factgeo.errors import FactgeoError, OutputError, SourceError
from factgeo.language import text

if TYPE_CHECKING:
    from factgeo.pack import Atlas

EXIT_FAILURE, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130
LATER = ("reach", "potential", "need", "capacity", "economy", "teams", "compare", "report")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``factgeo`` and leave with the exit code that the contract promises."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    _speak_utf8()
    language.use(_wanted_language(arguments))
    sys.exit(_run(arguments))


def _run(arguments: list[str]) -> int:
    try:
        result = commands().main(arguments, prog_name="factgeo", standalone_mode=False)
    except FactgeoError as error:
        _say(error.message())
        return error.exit_code
    except click.ClickException as error:
        _say(text("cli.usage", problem=error.format_message()))
        return EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        _say(text("cli.interrupted"))
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone; Python would complain about it once more at exit
        return 0
    except Exception:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        _say(text("cli.failure", log=_write_log(arguments)))
        return EXIT_FAILURE
    return result if isinstance(result, int) else 0


def _speak_utf8() -> None:
    """Norwegian letters come out right on consoles of every make."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _wanted_language(arguments: list[str]) -> str:
    """The value of ``--lang``, wherever it stands, because even help and errors are said in it."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        chosen = following if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if chosen in language.LANGUAGES:
            return chosen
    return language.from_environment()


def _say(message: str) -> None:
    """A message for the user; results alone go to standard output."""
    click.echo(message, err=True)


def _write_log(arguments: list[str]) -> Path:
    log = Path(tempfile.gettempdir()) / "factgeo-error.log"
    log.write_text(f"factgeo {__version__} {arguments}\n{traceback.format_exc()}", encoding="utf-8")
    return log


def commands() -> click.Group:
    """All commands, with their help in the language in use."""
    group = click.Group("factgeo", help=text("cli.help.factgeo"), no_args_is_help=True)
    group.params = [_lang(), click.Option(["--version"], is_flag=True, expose_value=False, is_eager=True,
                                          callback=_show_version, help=text("cli.option.version"))]  # fmt: skip
    for command in (_plan_command(), _travel_command(), _data_group(), _app_command(), _doctor_command()):
        group.add_command(command)
    for name in LATER:
        group.add_command(_later_command(name))
    return group


def _show_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value:
        click.echo(f"factgeo {__version__}")
        context.exit()


def _lang() -> click.Option:
    choice = click.Choice(language.LANGUAGES)
    return click.Option(["--lang"], type=choice, expose_value=False, help=text("cli.option.lang"))


def _option(name: str, key: str | None = None, **how: Any) -> click.Option:  # noqa: ANN401 - handed to click
    """An option with its help from the catalogue."""
    return click.Option([name], help=text(f"cli.option.{key or name.strip('-').replace('-', '_')}"), **how)


def _flag(name: str) -> click.Option:
    return _option(name, is_flag=True)


def _settings_options() -> list[click.Parameter]:
    return [
        _option("--config", type=click.Path(path_type=Path)),
        click.Option(["--set", "assignments"], multiple=True, metavar="KEY=VALUE", help=text("cli.option.set")),
        _lang(),
    ]


def _what_if_options() -> list[click.Parameter]:
    file = click.Path(path_type=Path)
    return [
        click.Option(["--close"], multiple=True, metavar="NAME", help=text("cli.option.close")),
        _option("--add", type=file, metavar="FILE"),
        _option("--timetable", type=file, metavar="FILE"),
    ]


def _what_if(atlas: Atlas, close: tuple[str, ...], add: Path | None, timetable: Path | None) -> dict[str, Any]:
    """``--close``, ``--add`` and ``--timetable`` as the settings that they are short for."""
    from factgeo import changes  # noqa: PLC0415 - help must answer at once
    from factgeo import timetable as timetables  # noqa: PLC0415

    roads: dict[str, Any] = {"closed": list(close)} if close else {}
    if add is not None:
        roads["added"] = [link.model_dump() for link in changes.read(add, atlas)]
    tables: dict[str, Any] = {"roads": roads} if roads else {}
    if timetable is not None:
        tables["ferry"] = {"wait_rule": "half_headway", "timetable": timetables.read(timetable, atlas)}
    return tables


def _command(name: str, run: Callable[..., int | None], parameters: Sequence[click.Parameter]) -> click.Command:
    return click.Command(name, callback=run, params=list(parameters), help=text(f"cli.help.{name}"))


def _later_command(name: str) -> click.Command:
    """A command of the contract that is not there yet: it says so, whatever it is given."""

    def run(_words: tuple[str, ...]) -> None:
        raise FactgeoError("not_there_yet", command=name)

    words = click.Argument(["_words"], nargs=-1, type=click.UNPROCESSED)
    anything = {"ignore_unknown_options": True}
    return click.Command(name, callback=run, params=[words], context_settings=anything, help=text("cli.help.later"))


def _refuse_later(command: str, given: dict[str, object]) -> None:
    """Say of options of the contract that they are not there yet, rather than ignore them."""
    for option, value in given.items():
        if value:
            raise FactgeoError("not_there_yet", command=f"{command} --{option}")


def _plan_command() -> click.Command:
    parameters = [
        _option("--area", default="norge", show_default=True),
        _option("--preset"),
        _option("--border", type=click.Choice(["hf", "dps", "helsefellesskap", "rhf", "county", "none"])),
        _option("--size", type=click.Choice(["fact", "act", "two-tier"])),
        _option("--time-limit", type=float, metavar="S"),
        _option("--out", "out_plan", type=click.Path(path_type=Path)),
        _flag("--overwrite"),
        click.Option(["--json", "as_json"], is_flag=True, help=text("cli.option.json")),
        *_settings_options(),
        *_what_if_options(),
        _option("--sites", type=click.Path(path_type=Path), metavar="FILE"),
        *(_option(f"--{name}", "later") for name in ("edits", "alternatives", "next")),
        click.Option(["--from", "start"], help=text("cli.option.later")),
        click.Option(["--tradeoff"], is_flag=True, help=text("cli.option.later")),
        click.Option(["--why"], nargs=2, help=text("cli.option.later")),
    ]
    return _command("plan", _plan, parameters)


def _plan(
    *,
    area: str,
    preset: str | None,
    border: str | None,
    size: str | None,
    time_limit: float | None,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    config: Path | None,
    assignments: tuple[str, ...],
    close: tuple[str, ...],
    add: Path | None,
    timetable: Path | None,
    sites: Path | None,
    start: str | None,
    **later: object,
) -> int:
    """Propose a plan, write its files, and show its summary or its JSON."""
    from factgeo import areas, bases, contract, export, pack, pipeline, settings, summary  # noqa: PLC0415 - help must answer at once

    _refuse_later("plan", {**later, "from": start})
    extra = [f"border={border!r}"] if border else []
    extra += [f"solver.time_limit={time_limit}"] if time_limit is not None else []
    presets = [name for name in (preset, size) if name]
    atlas = pack.load()
    what_if = _what_if(atlas, close, add, timetable)
    if sites is not None:
        what_if["bases"] = {"sites": [site.model_dump() for site in bases.read_sites(sites)]}
    chosen = settings.load(presets=presets, file=config, assignments=[*assignments, *extra], tables=what_if)
    found = areas.resolve(area, atlas)
    folder = out or (None if as_json else Path("out") / areas.slug(found))
    if folder is not None:
        export.refuse_folder(folder, overwrite=overwrite)
    result = pipeline.run(atlas, found, chosen, _progress)
    interrupted = result.plan.proof.status == "interrupted"
    if interrupted and not result.plan.catchments:
        raise KeyboardInterrupt
    if folder is not None:
        _progress(text("progress.write", folder=folder))
        export.write_plan(result, result.atlas, folder, overwrite=overwrite)
    if as_json:
        _print_json(contract.plan_json(result, result.atlas))
    else:
        click.echo("\n".join(summary.lines(result)))
    return EXIT_INTERRUPTED if interrupted else 0


def _progress(step: str) -> None:
    """What is going on: one line that is overwritten on a terminal, nothing in a log."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{step} …", err=True, nl=False)
        sys.stderr.flush()


def _print_json(content: object) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def _travel_command() -> click.Command:
    parameters = [
        click.Argument(["start"], metavar="FROM"),
        click.Argument(["end"], metavar="TO"),
        click.Option(["--json", "as_json"], is_flag=True, help=text("cli.option.json")),
        *_settings_options(),
        *_what_if_options(),
        _flag("--explain"),
    ]
    return _command("travel", _travel, parameters)


def _travel(
    *,
    start: str,
    end: str,
    as_json: bool,
    explain: bool,
    close: tuple[str, ...],
    add: Path | None,
    timetable: Path | None,
    config: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """One trip taken apart."""
    from factgeo import contract, journeys, pack, places, settings, summary  # noqa: PLC0415 - help must answer at once

    atlas = pack.load()
    chosen = settings.load(file=config, assignments=assignments, tables=_what_if(atlas, close, add, timetable))
    a, b = places.resolve(start, atlas), places.resolve(end, atlas)
    trip = journeys.between(atlas, a, b, chosen)
    unchanged = chosen.on_todays_roads()
    today = None if unchanged == chosen else journeys.between(atlas, a, b, unchanged)
    if as_json:
        _print_json(contract.trip_json(a, b, trip, today))
    else:
        lines = summary.trip_lines(a, b, trip, today)
        click.echo("\n".join([*lines, *(["", *summary.explanation(chosen)] if explain else [])]))


def _data_group() -> click.Group:
    group = click.Group("data", help=text("cli.help.data"), params=[_lang()])
    build = [
        _option("--sources", type=click.Path(path_type=Path)),
        _option("--facts", type=click.Path(path_type=Path)),
        _option("--year", type=int, default=2026, show_default=True),
        _option("--resolution", type=click.Choice(["1km", "250m"]), default="1km", show_default=True),
        _option("--roads", metavar="FILE|osm:PLACE"),
        _option("--out", "out_pack", type=click.Path(path_type=Path), show_default="data"),
        _lang(),
    ]
    group.add_command(_command("build", _build, build))
    group.add_command(_command("verify", _verify, [_lang()]))
    group.add_command(_command("info", _info, [_lang()]))
    group.add_command(_command("fetch", _fetch, [_lang()]))
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
    click.echo(text("data.built", folder=out, checks=checks))


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
    from factgeo import pack  # noqa: PLC0415 - help must answer at once
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
    click.echo("\n".join(building.network_lines(built)))
    click.echo(text("data.built", folder=out, checks=len(built.manifest["checks"])))


def _step(prefix: str, name: str) -> None:
    _progress(text(f"{prefix}.{name}"))


def _verify() -> None:
    """Check hashes, contracts and totals of the pack."""
    from factgeo import pack  # noqa: PLC0415 - help must answer at once

    atlas = pack.load()
    for line in pack.verify(atlas):
        click.echo(line)
    click.echo(text("data.verified", folder=atlas.folder, digest=atlas.digest[:12]))


def _info() -> None:
    """What is in the pack, from whom, and what is missing."""
    from factgeo import inventory, pack  # noqa: PLC0415 - help must answer at once

    click.echo("\n".join(inventory.lines(pack.load())))


def _fetch() -> None:
    """Downloading is not there yet: say which files to fetch by hand, from whom, and where to put them."""
    from factgeo import inventory, pack  # noqa: PLC0415 - help must answer at once

    _say("\n".join(inventory.by_hand(pack.load())))
    raise FactgeoError("not_there_yet", command="data fetch")


def _app_command() -> click.Command:
    port = _option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
    host = _option("--host", default="localhost", show_default=True)
    return _command("app", _app, [port, host, _lang()])


def _app(*, port: int, host: str) -> int:
    """Start the app and stay until it is stopped."""
    from factgeo import serve  # noqa: PLC0415 - help must answer at once

    return serve.run(port=port, host=host)


def _doctor_command() -> click.Command:
    return _command("doctor", _doctor, [_lang()])


def _doctor() -> int:
    """Say whether everything that factgeo needs is there."""
    from factgeo import doctor  # noqa: PLC0415 - help must answer at once

    findings = doctor.examine()
    for finding in findings:
        click.echo(f"{'ok ' if finding.well else '!! '} {finding.text}")
    return 0 if all(finding.well for finding in findings) else EXIT_USAGE
