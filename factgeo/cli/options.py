"""What the commands share: options with help, the values of these, and how results and messages are shown."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from factgeo import language, machine
from factgeo.cli import streams
from factgeo.contract import objects
from factgeo.language import text

EXIT_FAILURE, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class _File(click.Path):
    """The name of a file; it was read as text is, and may be called otherwise where the locale knows few letters."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ANN401 - click's
        """The file of that name."""
        return Path(str(super().convert(str(machine.as_path(str(value))), param, ctx)))


FILE = _File()


@dataclass(frozen=True, kw_only=True)
class Common:
    """The values of the options that several commands share; a command that lacks an option has its default.

    Attributes:
        area, plan: Whom the command is about: an area as typed, or the folder or file of a plan.
        config, assignments: ``--config`` and each ``--set``.
        close, add, timetable: What changes roads and ferries.
        out, overwrite: The folder to write, and whether it may replace an earlier answer.
        as_json: Is one JSON object wanted instead of words?
    """

    area: str | None = None
    plan: Path | None = None
    config: Path | None = None
    assignments: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    add: Path | None = None
    timetable: Path | None = None
    out: Path | None = None
    overwrite: bool = False
    as_json: bool = False


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The options of ``factgeo plan`` that stand for settings; None where they are not given."""

    preset: str | None
    border: str | None
    size: str | None
    edits: Path | None
    time_limit: float | None
    sites: Path | None


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The options of ``factgeo plan`` that ask for more than the best plan; None where they are not given."""

    alternatives: int | None
    differ: int
    tradeoff: bool
    next_count: int | None
    why: tuple[str, str] | None
    stability: int | None


def say(message: str) -> None:
    """Show a message; only results go to standard output. If it cannot be shown, the work goes on."""
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
    show(objects.written(content))


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
