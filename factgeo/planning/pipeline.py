"""The one path from a request to a checked plan, taken by the command line, the app and notebooks alike."""

from __future__ import annotations

from dataclasses import replace

from factgeo import language
from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError
from factgeo.planning import effects, split
from factgeo.planning.check import Finding, check, of_kept_teams
from factgeo.planning.effects import Effects
from factgeo.planning.measure import PartFigures, measure, part_figures
from factgeo.planning.plan import Plan
from factgeo.planning.propose import as_plan, find_plan
from factgeo.planning.propose.problem import Problem, Solution
from factgeo.planning.propose.request import Request
from factgeo.planning.result import Result
from factgeo.planning.split import Split
from factgeo.progress import Tell, silent
from factgeo.settings import Settings
from factgeo.travel import changes, journeys
from factgeo.travel.journeys import Journeys


def propose(atlas: Atlas, area: Area, settings: Settings, progress: Tell = silent) -> Result:
    """Compute travel times, find the best plan, check it independently, and measure it.

    Args:
        atlas: The pack.
        area: The units to share out.
        settings: The rules of the plan.
        progress: Called with a sentence as it goes on.

    Returns:
        The plan with its proof, its figures and the travel times behind them. A plan that was interrupted or ran out
        of time is the best so far; its proof says how much better another could be.

    Raises:
        SettingsError: Rules contradict each other, or name a base or road that is not there.
        PlanError: The plan fails its check; nothing is handed on.
    """
    progress(language.text("progress.travel"))
    then = changes.built(atlas, settings)
    times = journeys.compute(then, area.units, settings)
    plan, notes = _proposed(then, area, settings, times, progress)
    effect = _effects(plan, atlas, times, progress)
    return measured(plan, then, times, effect=effect, notes=notes, progress=progress)


def propose_again(result: Result, settings: Settings) -> Result:
    """Find the best plan of the same area under other rules. Roads, ferries and candidate bases must be the same.

    Raises:
        PlanError: No plan keeps the rules, or the plan fails its check.
    """
    times, atlas = result.journeys, result.atlas
    plan, notes = _proposed(atlas, result.plan.area, settings, times, silent)
    return measured(plan, atlas, times, notes=notes)


def _proposed(
    atlas: Atlas, area: Area, settings: Settings, times: Journeys, progress: Tell
) -> tuple[Plan, tuple[Finding, ...]]:
    """Find the best plan and check it; also return the rules that a planner's kept teams break."""
    plan = find_plan(atlas, area, settings, times, lambda part: progress(language.text("progress.solve", part=part)))
    progress(language.text("progress.check"))
    return plan, _accepted(plan, atlas, times)


def checked(request: Request, problem: Problem, solution: Solution) -> tuple[Plan, tuple[Finding, ...]]:
    """Make a checked plan of a solution; also return the rules that a planner's kept teams break.

    Raises:
        PlanError: The plan fails its check.
    """
    plan = as_plan(request, problem, solution)
    return plan, _accepted(plan, request.atlas, request.journeys)


def _accepted(plan: Plan, atlas: Atlas, times: Journeys) -> tuple[Finding, ...]:
    """Return the rules that kept teams break. Any other broken rule is an error of the program."""
    findings = check(plan, atlas, times)
    notes = of_kept_teams(findings, plan, atlas)
    if len(notes) < len(findings):
        raise PlanError("plan_check", findings="; ".join(finding.text() for finding in findings[:5]))
    return tuple(notes)


def measure_plan(atlas: Atlas, plan: Plan, progress: Tell = silent) -> Result:
    """Measure an existing plan without solving. Broken rules are returned in ``notes``.

    Args:
        atlas: The pack that the plan was made with.
        plan: The plan, with the settings to measure it under.
        progress: Called with a sentence as it goes on.

    Returns:
        The plan with its figures; the rules that it breaks are its ``notes``.
    """
    progress(language.text("progress.travel"))
    then = changes.built(atlas, plan.settings)
    times = journeys.compute(then, plan.area.units, plan.settings)
    progress(language.text("progress.check"))
    return measured(plan, then, times, notes=tuple(check(plan, then, times)), progress=progress)


def remeasure_plan(before: Result, plan: Plan) -> Result:
    """Measure other catchments of the same area without solving. Broken rules are returned in ``notes``.

    The settings may differ, but not in roads, ferries and candidate bases. Where they differ in ``edits`` only, ways
    are computed only for units whose base has changed.

    Args:
        before: An earlier plan of the area, measured.
        plan: The plan to measure, as the functions that edit give it.
    """
    settings, earlier, times, atlas = plan.settings, before.plan.settings, before.journeys, before.atlas
    if settings.model_copy(update={"edits": earlier.edits}) != earlier:
        times = replace(times, settings=settings)
        return measured(plan, atlas, times, notes=tuple(check(plan, atlas, times)))
    notes = tuple(check(plan, atlas, times))
    if settings.split.big_units and plan.team_of().keys() != before.plan.team_of().keys():
        return measured(plan, atlas, times, notes=notes)  # other units may be cut into parts
    ways = times.own_ways(plan.base_of(), known=(before.plan.base_of(), before.ways))
    figures = measure(plan, atlas, times, ways)
    return replace(before, plan=plan, figures=figures, ways=ways, effects=None, notes=notes)


def measured(
    plan: Plan,
    atlas: Atlas,
    times: Journeys,
    *,
    effect: Effects | None = None,
    notes: tuple[Finding, ...] = (),
    progress: Tell = silent,
) -> Result:
    """A plan with its figures; ``atlas`` has the links that the plan's settings add, ``times`` are its journeys."""
    settings = plan.settings
    zones = areas.zones(atlas.units.loc[list(plan.area.units)], settings.border)
    ways = times.own_ways(plan.base_of())
    figures = measure(plan, atlas, times, ways)
    splits: tuple[Split, ...] = ()
    parts: dict[str, PartFigures] = {}
    if settings.split.big_units:
        progress(language.text("progress.split"))
        splits = split.split_units(plan, atlas, times.network)
        for each in splits:
            parts |= part_figures(atlas, each.parts, times.network, settings)
    return Result(plan, figures, times, ways, zones.to_dict(), atlas, effect, splits, parts, notes)


def _effects(plan: Plan, atlas: Atlas, then: Journeys, progress: Tell) -> Effects | None:
    """What closures and new links change, against the best plan on today's roads.

    None where nothing is closed or built, and after Ctrl-C, when nobody wants to wait for a second plan.
    """
    settings = plan.settings.on_todays_roads()
    if settings == plan.settings or plan.proof.status == "interrupted":
        return None
    progress(language.text("progress.today"))
    times = journeys.compute(atlas, plan.area.units, settings)
    try:
        today = find_plan(atlas, plan.area, settings, times)
    except PlanError:  # a demand that only the new roads can meet
        today = None
    return effects.measure(today, plan, times, then)
