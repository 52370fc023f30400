"""``factgeo plan``: propose a plan, and answer what can be asked beyond it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factgeo.cli.options import (
    EXIT_INTERRUPTED,
    FILE,
    command,
    flag,
    json_flag,
    option,
    out_options,
    print_json,
    progress,
    say,
    settings_options,
    show,
    what_if,
    what_if_options,
)
from factgeo.errors import PlanError
from factgeo.language import text

if TYPE_CHECKING:
    from factgeo.atlas.areas import Area
    from factgeo.atlas.pack import Atlas
    from factgeo.explore.answers import Asked, Further
    from factgeo.planning.plan import Plan
    from factgeo.planning.result import Result
    from factgeo.settings import Settings


def plan_command() -> click.Command:
    """The command with its options."""
    parameters = [
        option("--area", show_default="norge"),
        option("--preset"),
        option("--border", type=click.Choice(["hf", "dps", "helsefellesskap", "rhf", "county", "none"])),
        option("--size", type=click.Choice(["fact", "act", "two-tier"])),
        option("--edits", type=FILE, metavar="FILE"),
        click.Option(["--from", "start"], type=FILE, metavar="PLAN", help=text("cli.option.from")),
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
    return command("plan", _plan, parameters)


def _plan(
    *,
    area: str | None,
    start: Path | None,
    alternatives: int | None,
    differ: int,
    tradeoff: bool,
    next_count: int | None,
    why: tuple[str, str] | None,
    stability: int | None,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **rules: Any,  # noqa: ANN401 - click's values, named in _settings
) -> int:
    """Propose a plan, answer what is asked of it, write its files, and show its summary or its JSON."""
    from factgeo.atlas import areas, pack  # noqa: PLC0415 - help must answer at once
    from factgeo.explore import answers  # noqa: PLC0415
    from factgeo.export import plan as plan_files  # noqa: PLC0415
    from factgeo.planning import planfile  # noqa: PLC0415

    atlas = pack.load()
    previous = planfile.read(start, atlas) if start else None
    settings = _settings(atlas, previous, **rules)
    found = _area(area, previous, atlas)
    folder = out or (None if as_json or why else Path("out") / areas.slug(found))
    if folder is not None:
        plan_files.refuse_folder(folder, overwrite=overwrite)
    result, beyond = _solve(atlas, found, settings, next_count)
    asked = answers.Asked(alternatives or 0, differ, tradeoff, stability or 0, previous, why)
    result_is_whole = result.plan.proof.status != "interrupted"
    beyond, all_answered = _explore(result, beyond, asked) if result_is_whole else (beyond, False)
    _show(result, beyond, folder, overwrite=overwrite, as_json=as_json)
    return 0 if result_is_whole and all_answered else EXIT_INTERRUPTED


def _settings(
    atlas: Atlas,
    previous: Plan | None,
    *,
    preset: str | None,
    border: str | None,
    size: str | None,
    edits: Path | None,
    time_limit: float | None,
    config: Path | None,
    assignments: tuple[str, ...],
    close: tuple[str, ...],
    add: Path | None,
    timetable: Path | None,
    sites: Path | None,
) -> Settings:
    """The settings that the options stand for; with a previous plan its rules are the start."""
    from factgeo import settings  # noqa: PLC0415
    from factgeo.explore import moves  # noqa: PLC0415
    from factgeo.planning import edits as demands  # noqa: PLC0415
    from factgeo.travel import bases  # noqa: PLC0415 - help must answer at once

    extra = [f"border={border!r}"] if border else []
    extra += [f"solver.time_limit={time_limit}"] if time_limit is not None else []
    tables = what_if(atlas, close, add, timetable)
    if edits is not None:
        tables |= demands.read(edits, atlas, previous)
    if sites is not None:
        tables.setdefault("bases", {})["sites"] = [site.model_dump() for site in bases.read_sites(sites)]
    chosen = settings.load(
        start=previous.settings if previous else None,
        presets=[name for name in (preset, size) if name],
        file=config,
        assignments=[*assignments, *extra],
        tables=tables,
    )
    return moves.from_plan(chosen, previous) if previous else chosen


def _area(name: str | None, previous: Plan | None, atlas: Atlas) -> Area:
    """The area that is named, else that of the previous plan, else Norway.

    Raises:
        PlanError: The previous plan is of another area.
    """
    from factgeo.atlas import areas  # noqa: PLC0415 - help must answer at once

    if previous is None:
        return areas.resolve(name or "norge", atlas)
    found = previous.area if name is None else areas.resolve(name, atlas)
    if found.units != previous.area.units:
        raise PlanError("plan_other_area", plan=previous.area.name, area=found.name)
    return found


def _solve(atlas: Atlas, area: Area, settings: Settings, next_count: int | None) -> tuple[Result, Further]:
    """The best plan, or the best beside the listed teams."""
    from factgeo.explore import answers, next_teams  # noqa: PLC0415 - help must answer at once
    from factgeo.planning import pipeline  # noqa: PLC0415

    if next_count:
        result, found = next_teams.next_teams(atlas, area, settings, next_count, progress)
        return result, answers.Further(next_teams=found)
    result = pipeline.run(atlas, area, settings, progress)
    if result.plan.proof.status == "interrupted" and not result.plan.catchments:
        raise KeyboardInterrupt
    return result, answers.Further()


def _explore(result: Result, so_far: Further, asked: Asked) -> tuple[Further, bool]:
    """Answers to what is asked, and whether all are there; after Ctrl-C the plan itself is still kept."""
    from factgeo.explore import answers  # noqa: PLC0415 - help must answer at once

    try:
        return answers.explore(result, asked, so_far, progress), True
    except KeyboardInterrupt:
        say(text("cli.further_interrupted"))
        return so_far, False


def _show(result: Result, beyond: Further, folder: Path | None, *, overwrite: bool, as_json: bool) -> None:
    from factgeo.contract import plan as plan_contract  # noqa: PLC0415 - help must answer at once
    from factgeo.export import plan as plan_files  # noqa: PLC0415
    from factgeo.report import explore as explore_report  # noqa: PLC0415
    from factgeo.report import plan as plan_report  # noqa: PLC0415
    from factgeo.report.writers import terminal  # noqa: PLC0415

    if folder is not None:
        progress(text("progress.write", folder=folder))
        plan_files.write_plan(result, result.atlas, folder, overwrite=overwrite, further=beyond)
    if as_json:
        print_json(plan_contract.plan_json(result, result.atlas, beyond))
        return
    plain = () if beyond.answer and folder is None else plan_report.brief(result)
    said = (*plain, *explore_report.brief(beyond, result))
    show("\n".join(terminal.lines(said, item=terminal.HYPHEN)))
