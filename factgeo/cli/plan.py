"""``factgeo plan``: propose a plan, and answer what can be asked beyond it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.cli import command
from factgeo.cli.command import Answer, Given, Overlay
from factgeo.cli.options import EXIT_INTERRUPTED, Common, Questions, Rules, progress, say
from factgeo.contract import plan as plan_contract
from factgeo.explore import answers, moves, next_teams
from factgeo.explore.answers import Asked, Further
from factgeo.export import folder
from factgeo.export import plan as plan_files
from factgeo.export.folder import Folder
from factgeo.language import text
from factgeo.planning import edits as demands
from factgeo.planning import pipeline
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.report import explore as explore_report
from factgeo.report import plan as plan_report
from factgeo.report.writers import terminal
from factgeo.travel import bases


def run(common: Common, *, rules: Rules, questions: Questions) -> int:
    """Propose a plan, answer what is asked of it, write its files, and show its summary or its JSON."""
    given = _begin(common, rules)
    no_folder = common.as_json or questions.why
    out = common.out or (None if no_folder else Path("out") / areas.slug(given.area))
    if out is not None:
        folder.refuse(plan_files.KIND, out, overwrite=common.overwrite)
    result, further = _solve(given, questions.next_count)
    is_whole, all_answered = result.plan.proof.status != "interrupted", False
    if is_whole:
        further, all_answered = _explore(result, further, _asked(questions, given.plan))
    command.finish(_answer(result, further, out), replace(common, out=out))
    return 0 if is_whole and all_answered else EXIT_INTERRUPTED


def _begin(common: Common, rules: Rules) -> Given:
    """What the plan is made of; with a previous plan its rules are the start, and moving residents costs."""
    given = command.begin(common, partial(_overlay, rules))
    if given.plan is None:
        return given
    return replace(given, settings=moves.from_plan(given.settings, given.plan))


def _overlay(rules: Rules, atlas: Atlas, previous: Plan | None) -> Overlay:
    """The settings that the options stand for; a lock of the edits may name a team of the previous plan."""
    assignments = [f"border={rules.border!r}"] if rules.border else []
    assignments += [f"solver.time_limit={rules.time_limit}"] if rules.time_limit is not None else []
    tables: dict[str, Any] = {} if rules.edits is None else demands.read(rules.edits, atlas, previous)
    if rules.sites is not None:
        tables.setdefault("bases", {})["sites"] = [site.model_dump() for site in bases.read_sites(rules.sites)]
    presets = tuple(name for name in (rules.preset, rules.size) if name)
    return Overlay(presets, tuple(assignments), tables)


def _asked(wanted: Questions, previous: Plan | None) -> Asked:
    return Asked(
        alternatives=wanted.alternatives or 0,
        differ=wanted.differ,
        trade_off=wanted.tradeoff,
        runs=wanted.stability or 0,
        previous=previous,
        why=wanted.why,
    )


def _solve(given: Given, next_count: int | None) -> tuple[Result, Further]:
    """The best plan, or the best with the listed teams kept.

    Raises:
        KeyboardInterrupt: Interrupted before there was any plan.
    """
    if next_count:
        result, found = next_teams.next_teams(given.atlas, given.area, given.settings, next_count, progress)
        return result, Further(next_teams=found)
    result = pipeline.propose(given.atlas, given.area, given.settings, progress)
    if result.plan.proof.status == "interrupted" and not result.plan.catchments:
        raise KeyboardInterrupt
    return result, Further()


def _explore(result: Result, so_far: Further, asked: Asked) -> tuple[Further, bool]:
    """Answers to what is asked, and whether all are there; after Ctrl-C the plan itself is still kept."""
    try:
        return answers.explore(result, asked, so_far, progress), True
    except KeyboardInterrupt:
        say(text("cli.further_interrupted"))
        return so_far, False


def _answer(result: Result, further: Further, out: Path | None) -> Answer:
    def files() -> Folder:
        progress(text("progress.write", folder=out))
        return plan_files.folder(result, further)

    def lines() -> list[str]:
        only_the_answer = further.answer is not None and out is None
        plan = () if only_the_answer else plan_report.brief(result)
        return terminal.lines((*plan, *explore_report.brief(further, result)), item=terminal.HYPHEN)

    return Answer(content=lambda: plan_contract.plan_json(result, further), lines=lines, folder=files)
