"""All commands with their options, light enough that help and wrong use answer at once.

A command's own module, which loads the packages that it computes with, is imported when the command is called.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, TypeAlias

import click

from factgeo import __version__
from factgeo.cli import streams
from factgeo.cli.options import (
    FILE,
    Common,
    Questions,
    Rules,
    flag,
    json_flag,
    lang,
    option,
    out_options,
    settings_options,
    what_if_options,
)
from factgeo.errors import FactgeoError
from factgeo.language import text

LATER = ("economy", "report")
# what a command's function takes as one value: the name of its argument, and which options it gathers
Groups: TypeAlias = Mapping[str, type[Common | Rules | Questions]]
NONE: Groups = MappingProxyType({})
SHARED: Groups = MappingProxyType({"common": Common})
OF_PLAN: Groups = MappingProxyType({"common": Common, "rules": Rules, "questions": Questions})


def commands() -> click.Group:
    """All commands, with their help in the language in use."""
    group = click.Group("factgeo", help=text("cli.help.factgeo"), no_args_is_help=True)
    group.params = [lang(), click.Option(["--version"], is_flag=True, expose_value=False, is_eager=True,
                                          callback=_show_version, help=text("cli.option.version"))]  # fmt: skip
    made = (
        _plan(), _compare(), _reach(), _potential(), _need(), _capacity(), _teams(), _travel(), _data(), _app(),
        _command("doctor", "doctor:run", [lang()], NONE),
    )  # fmt: skip
    for command in (*made, *map(_later, LATER)):
        group.add_command(command)
    return group


def _show_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value:
        click.echo(f"factgeo {__version__}")
        context.exit()


def _later(name: str) -> click.Command:
    """A command of the contract that is not there yet: it says so, whatever it is given."""

    def run(_words: tuple[str, ...]) -> None:
        raise FactgeoError("not_there_yet", command=name)

    words = click.Argument(["_words"], nargs=-1, type=click.UNPROCESSED)
    anything = {"ignore_unknown_options": True}
    return click.Command(name, callback=run, params=[words], context_settings=anything, help=text("cli.help.later"))


# each command


def _plan() -> click.Command:
    parameters = [
        option("--area", show_default="norge"),
        option("--preset"),
        option("--border", type=click.Choice(["hf", "dps", "helsefellesskap", "rhf", "county", "none"])),
        option("--size", type=click.Choice(["fact", "act", "two-tier"])),
        option("--edits", type=FILE, metavar="FILE"),
        click.Option(["--from", "plan"], type=FILE, metavar="PLAN", help=text("cli.option.from")),
        option("--alternatives", type=click.IntRange(1, 50), metavar="K"),
        option("--differ", type=click.IntRange(1), default=3, show_default=True, metavar="D"),
        flag("--tradeoff"),
        click.Option(["--next", "next_count"], type=click.IntRange(1, 50), metavar="N", help=text("cli.option.next")),
        click.Option(["--why"], nargs=2, metavar="UNIT TEAM", help=text("cli.option.why")),
        option("--stability", type=click.IntRange(2, 10_000), metavar="RUNS"),
        option("--time-limit", type=float, metavar="S"),
        *out_options("out_plan"),
        json_flag(),
        *settings_options(),
        *what_if_options(),
        option("--sites", type=FILE, metavar="FILE"),
    ]
    return _command("plan", "plan:run", parameters, OF_PLAN)


def _compare() -> click.Command:
    plans = [click.Argument([name], metavar=f"PLAN_{name.upper()}", type=FILE) for name in ("a", "b")]
    return _command("compare", "compare:run", [*plans, *out_options("out_comparison"), json_flag(), lang()])


def _reach() -> click.Command:
    presets = click.Choice(["planner", "report-2017", "slide"])
    parameters = [
        option("--preset", "measure", type=presets, default="planner", show_default=True),
        option("--plan", "of_plan", type=FILE, metavar="PLAN"),
        option("--area", show_default="norge"),
        *(flag(name) for name in ("--sensitivity", "--today", "--remedies", "--frontier")),
        *out_options("out_reach"),
        json_flag(),
        *settings_options(),
        *what_if_options(),
    ]
    return _command("reach", "reach:run", parameters)


def _potential() -> click.Command:
    parameters = [
        option("--area", show_default="norge"),
        option("--at", metavar="PLACE"),
        option("--within", show_default="30,45,60,90", metavar="MIN,..."),
        *out_options("out_potential"),
        json_flag(),
        *settings_options(),
        *what_if_options(),
    ]
    return _command("potential", "potential:run", parameters)


def _need() -> click.Command:
    parameters = [
        option("--area", show_default="norge"),
        option("--plan", "of_plan", type=FILE, metavar="PLAN"),
        option("--local", type=FILE, metavar="FILE"),
        option("--projection", type=FILE, metavar="FILE"),
        option("--year", "of_people", type=int, metavar="Y"),
        option("--alternative", default="MMMM", show_default=True, metavar="XXXX"),
        *out_options("out_need"),
        json_flag(),
        *settings_options(),
    ]
    return _command("need", "need:run", parameters)


def _capacity() -> click.Command:
    plan = option("--plan", "of_plan", type=FILE, metavar="PLAN", required=True)
    return _command("capacity", "capacity:run", [plan, json_flag(), *settings_options()])


def _teams() -> click.Command:
    area = option("--area", default="norge", show_default=True)
    return _command("teams", "teams:run", [area, json_flag(), lang()])


def _travel() -> click.Command:
    ends = [click.Argument(["start"], metavar="FROM"), click.Argument(["end"], metavar="TO")]
    return _command(
        "travel", "travel:run", [*ends, json_flag(), *settings_options(), *what_if_options(), flag("--explain")]
    )


def _data() -> click.Group:
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
    for name, parameters in {"build": build, "verify": [lang()], "info": [lang()], "fetch": [lang()]}.items():
        group.add_command(_command(name, f"data:{name}", parameters, NONE))
    return group


def _app() -> click.Command:
    parameters = [
        option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True),
        option("--host", default="localhost", show_default=True),
        click.Option(["--name", "names"], multiple=True, metavar="NAME", help=text("cli.option.name")),
        lang(),
    ]
    return _command("app", "serve:run", parameters, NONE)


def _command(name: str, place: str, parameters: Sequence[click.Parameter], groups: Groups = SHARED) -> click.Command:
    """A command with its help from the catalogue; ``place``: ``module:function`` in this folder."""
    return click.Command(name, callback=Deferred(place, groups), params=list(parameters), help=text(f"cli.help.{name}"))


@dataclass(frozen=True)
class Deferred:
    """A command's function, whose module is imported when it is called.

    Attributes:
        place: ``module:function`` in this folder.
        groups: What the function takes as one value.
    """

    place: str
    groups: Groups

    def function(self) -> Callable[..., int | None]:
        """Import the function."""
        module, name = self.place.split(":")
        function: Callable[..., int | None] = getattr(importlib.import_module(f"factgeo.cli.{module}"), name)
        return function

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of all options as the function takes them."""
        left = dict(values)
        return {argument: _gathered(kind, left) for argument, kind in self.groups.items()} | left

    def __call__(self, **values: Any) -> int | None:  # noqa: ANN401 - click's
        """Run the command, with standard output for its results alone: some libraries print when they are loaded."""
        with streams.apart():
            return self.function()(**self.arguments(values))


def _gathered(kind: type[Common | Rules | Questions], values: dict[str, Any]) -> Common | Rules | Questions:
    """Take the values that belong to a record out of all values."""
    return kind(**{field.name: values.pop(field.name) for field in fields(kind) if field.name in values})
