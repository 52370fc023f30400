"""The shape that commands share: what is given, the question, and the answer as files, JSON or words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from factgeo import settings
from factgeo.atlas import areas, pack
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.cli.options import Common, print_json, progress, show
from factgeo.errors import PlanError
from factgeo.export import folder
from factgeo.export.folder import Folder, Kind
from factgeo.planning import edits, pipeline, planfile
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.settings import Settings
from factgeo.travel import changes
from factgeo.travel import timetable as timetables


@dataclass(frozen=True)
class Given:
    """What a question is asked of.

    Attributes:
        atlas: The pack, without the links that the settings add.
        area: The area that is named, else that of the plan, else Norway.
        settings: All settings; where there is a plan, its own are the start.
        plan: The plan that is named, as it was read; None without.
    """

    atlas: Atlas
    area: Area
    settings: Settings
    plan: Plan | None


@dataclass(frozen=True)
class Overlay:
    """Settings that a command's own options stand for, as :func:`factgeo.settings.load` takes them."""

    presets: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    tables: Mapping[str, Any] = field(default_factory=dict)


NO_OVERLAY = Overlay()


@dataclass(frozen=True)
class Answer:
    """What a command has found; each form of it is made only if it is wanted.

    Attributes:
        content: Makes the JSON object.
        lines: Makes the words for the screen, line by line.
        folder: Makes the files, if the command writes any.
    """

    content: Callable[[], object]
    lines: Callable[[], list[str]]
    folder: Callable[[], Folder] | None = None


def answer(
    common: Common,
    ask: Callable[[Given], Answer],
    *,
    kind: Kind | None = None,
    overlay: Overlay = NO_OVERLAY,
) -> None:
    """Run a command: what is given, the folder, the question, and the answer.

    Args:
        common: The values of the shared options.
        ask: Answers the command's question.
        kind: What kind of folder it writes, which is refused before anything is computed; None for no folder.
        overlay: Settings that the command's own options stand for.
    """
    given = begin(common, lambda _atlas, _plan: overlay)
    if common.out is not None and kind is not None:
        folder.refuse(kind, common.out, overwrite=common.overwrite)
    finish(ask(given), common)


def begin(common: Common, overlay: Callable[[Atlas, Plan | None], Overlay]) -> Given:
    """Load the pack and the plan, and settle settings and area.

    Args:
        common: The values of the shared options.
        overlay: Makes settings of the command's own options, from the pack and the plan.

    Raises:
        PackError, PlanError, SettingsError, UnknownNameError: What is given cannot be read or does not fit together.
    """
    atlas = pack.load()
    plan = None if common.plan is None else planfile.read(common.plan, atlas)
    tables = _what_if(atlas, common)
    own = overlay(atlas, plan)
    chosen = settings.load(
        start=plan.settings if plan else None,
        presets=own.presets,
        file=common.config,
        assignments=[*common.assignments, *own.assignments],
        tables={**tables, **own.tables},
    )
    return Given(atlas, _area(common.area, plan, atlas), chosen, plan)


def finish(found: Answer, common: Common) -> None:
    """Write an answer if there is a folder for it, and show it as JSON or in words."""
    if common.out is not None and found.folder is not None:
        folder.write(found.folder(), common.out, overwrite=common.overwrite)
    if common.as_json:
        print_json(found.content())
    else:
        show("\n".join(found.lines()))


def measured(given: Given) -> Result:
    """Measure the given plan under the given settings, without solving."""
    if given.plan is None:
        raise ValueError(given.area.name)
    return pipeline.measure_plan(given.atlas, edits.under(given.plan, given.settings, given.atlas), progress)


def refuse_plan_with_area(common: Common) -> None:
    """A plan has its area already.

    Raises:
        PlanError: Both are given.
    """
    if common.plan is not None and common.area is not None:
        raise PlanError("plan_or_area")


def _what_if(atlas: Atlas, common: Common) -> dict[str, Any]:
    """``--close``, ``--add`` and ``--timetable`` as the settings that they stand for."""
    roads: dict[str, Any] = {"closed": list(common.close)} if common.close else {}
    if common.add is not None:
        roads["added"] = [link.model_dump() for link in changes.read(common.add, atlas)]
    tables: dict[str, Any] = {"roads": roads} if roads else {}
    if common.timetable is not None:
        tables["ferry"] = {"wait_rule": "half_headway", "timetable": timetables.read(common.timetable, atlas)}
    return tables


def _area(name: str | None, plan: Plan | None, atlas: Atlas) -> Area:
    """The area that is named, else that of the plan, else Norway.

    Raises:
        PlanError: The plan is of another area than the one that is named.
    """
    if plan is None:
        return areas.resolve(name or "norge", atlas)
    found = plan.area if name is None else areas.resolve(name, atlas)
    if found.units != plan.area.units:
        raise PlanError("plan_other_area", plan=plan.area.name, area=found.name)
    return found
