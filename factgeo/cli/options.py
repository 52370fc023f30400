"""What the commands share: options with their help from the catalogue, and how results and messages are shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factgeo import language, machine
from factgeo.cli import streams
from factgeo.language import text

if TYPE_CHECKING:
    from factgeo.atlas.pack import Atlas

EXIT_FAILURE, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class _File(click.Path):
    """The name of a file; it was read as text is, and may be called otherwise where the locale knows few letters."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ANN401 - click's
        """The file of that name."""
        return Path(str(super().convert(str(machine.as_path(str(value))), param, ctx)))


FILE = _File()


def say(message: str) -> None:
    """A message for the user; results alone go to standard output. Where nobody can be told, the work goes on."""
    with suppress(OSError):
        click.echo(message, err=True)


def show(result: str) -> None:
    """A result, on standard output."""
    click.echo(result, file=streams.results())


def progress(step: str) -> None:
    """What is going on: one line that is overwritten on a terminal, nothing in a log."""
    if sys.stderr is not None and sys.stderr.isatty():
        with suppress(OSError):
            click.echo(f"\r\x1b[K{step} …", err=True, nl=False)
            sys.stderr.flush()


def print_json(content: object) -> None:
    """One JSON object on standard output."""
    show(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def lang() -> click.Option:
    """``--lang``, which :func:`factgeo.cli.main` has read before."""
    choice = click.Choice(language.LANGUAGES)
    return click.Option(["--lang"], type=choice, expose_value=False, help=text("cli.option.lang"))


def option(name: str, key: str | None = None, **how: Any) -> click.Option:  # noqa: ANN401 - handed to click
    """An option with its help from the catalogue."""
    return click.Option([name], help=text(f"cli.option.{key or name.strip('-').replace('-', '_')}"), **how)


def flag(name: str) -> click.Option:
    """An option that is given or not."""
    return option(name, is_flag=True)


def json_flag() -> click.Option:
    """``--json``: one JSON object instead of words."""
    return click.Option(["--json", "as_json"], is_flag=True, help=text("cli.option.json"))


def out_options(key: str) -> list[click.Parameter]:
    """``--out`` with the help under ``key``, and ``--overwrite``."""
    return [option("--out", key, type=FILE), flag("--overwrite")]


def settings_options() -> list[click.Parameter]:
    """What every command that computes takes."""
    return [
        option("--config", type=FILE),
        click.Option(["--set", "assignments"], multiple=True, metavar="KEY=VALUE", help=text("cli.option.set")),
        lang(),
    ]


def what_if_options() -> list[click.Parameter]:
    """What changes roads and ferries."""
    return [
        click.Option(["--close"], multiple=True, metavar="NAME", help=text("cli.option.close")),
        option("--add", type=FILE, metavar="FILE"),
        option("--timetable", type=FILE, metavar="FILE"),
    ]


def what_if(atlas: Atlas, close: tuple[str, ...], add: Path | None, timetable: Path | None) -> dict[str, Any]:
    """``--close``, ``--add`` and ``--timetable`` as the settings that they are short for."""
    from factgeo.travel import changes  # noqa: PLC0415 - help must answer at once
    from factgeo.travel import timetable as timetables  # noqa: PLC0415

    roads: dict[str, Any] = {"closed": list(close)} if close else {}
    if add is not None:
        roads["added"] = [link.model_dump() for link in changes.read(add, atlas)]
    tables: dict[str, Any] = {"roads": roads} if roads else {}
    if timetable is not None:
        tables["ferry"] = {"wait_rule": "half_headway", "timetable": timetables.read(timetable, atlas)}
    return tables


def command(name: str, run: Callable[..., int | None], parameters: Sequence[click.Parameter]) -> click.Command:
    """A command with its help from the catalogue."""
    return click.Command(name, callback=_alone(run), params=list(parameters), help=text(f"cli.help.{name}"))


def _alone(run: Callable[..., int | None]) -> Callable[..., int | None]:
    """The same, with standard output for its results alone: some libraries print when they are loaded."""

    def alone(**given: Any) -> int | None:  # noqa: ANN401 - click's
        with streams.apart():
            return run(**given)

    return alone
