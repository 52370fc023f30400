"""``factgeo reach``: who can be reached, by three named measures."""

from __future__ import annotations

from factgeo.cli import command
from factgeo.cli.command import Answer, Given
from factgeo.cli.options import Common, progress
from factgeo.contract import reach as reach_contract
from factgeo.errors import PlanError
from factgeo.export import reach as reach_files
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.reach import answers
from factgeo.reach.answers import Asked
from factgeo.report import reach as reach_report
from factgeo.report.writers import terminal
from factgeo.travel import changes


def run(common: Common, *, preset: str, sensitivity: bool, today: bool, remedies: bool, frontier: bool) -> None:
    """Measure reach by one definition and show it, with what else is asked."""

    def answer(given: Given) -> Answer:
        return _answer(given, preset, Asked(remedies, today, frontier, sensitivity))

    command.refuse_plan_with_area(common)
    if remedies and preset != "planner":
        raise PlanError("remedies_planner", preset=preset)
    command.answer(common, answer, kind=reach_files.KIND)


def _answer(given: Given, preset: str, asked: Asked) -> Answer:
    needs_plan = preset == "planner" or asked.frontier or given.plan is not None
    result = _planned(given) if needs_plan else None
    atlas = result.atlas if result else changes.built(given.atlas, given.settings)
    found = answers.report(atlas, given.area, given.settings, preset, result, asked, progress)
    return Answer(
        content=lambda: reach_contract.to_json(found),
        lines=lambda: terminal.lines(reach_report.brief(found)),
        folder=lambda: reach_files.folder(found),
    )


def _planned(given: Given) -> Result:
    """Return the given plan, measured, or the best one."""
    if given.plan is not None:
        return command.measured(given)
    return pipeline.propose(given.atlas, given.area, given.settings, progress)
