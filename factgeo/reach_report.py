"""How much of the population is reached, as a report: one named measure, and what a planner asks about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from factgeo import fairness, reach, reach_words, sensitivity, sensitivity_words, tradeoff
from factgeo.areas import Area
from factgeo.fairness import Borders, Fairness, Help
from factgeo.language import text
from factgeo.pack import Atlas
from factgeo.pipeline import Result
from factgeo.reach import LeftOut, Reach, Today
from factgeo.sensitivity import Sensitivity
from factgeo.settings import Settings
from factgeo.tradeoff import TradeOff

PRESETS = ("planner", "report-2017", "slide")
READINGS: tuple[reach.TodayReading, ...] = ("narrow", "wide", "any")


@dataclass(frozen=True)
class Asked:
    """What is wanted beside the measure: each takes its time."""

    remedies: bool = False
    today: bool = False
    frontier: bool = False
    sensitivity: bool = False


@dataclass(frozen=True)
class ReachReport:
    """One measure and what was asked beside it; empty or None where nobody asked or the measure has no plan.

    Attributes:
        reach: The measure.
        result: The plan behind the measure ``planner``.
        left_out: Residents who are not reached, by unit and reason.
        remedies: Places where one more team, a satellite or an agreement would help most.
        fairness, borders: How evenly the minutes are shared, and what borders between trusts cost.
        today: Reach of the listed teams, by each reading.
        frontier: Teams against reach.
        sensitivity: The share under other assumptions.
    """

    reach: Reach
    result: Result | None
    left_out: tuple[LeftOut, ...] = ()
    remedies: tuple[Help, ...] = ()
    fairness: Fairness | None = None
    borders: Borders | None = None
    today: tuple[Today, ...] = ()
    frontier: tuple[TradeOff, ...] = ()
    sensitivity: Sensitivity | None = None


def report(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    preset: str,
    result: Result | None,
    asked: Asked,
    progress: Callable[[str], None] = lambda _: None,
) -> ReachReport:
    """The report of a measure.

    Args:
        atlas: The pack, with the links that the settings add.
        area: Whom it is about.
        settings: All settings.
        preset: One of ``PRESETS``.
        result: The plan; needed by ``planner`` and by the frontier.
        asked: What is wanted beside the measure.
        progress: Called with a sentence as it goes on.

    Raises:
        ValueError: ``planner`` without a plan, or no such preset.
        PlanError: The plan does not hold the area.
    """
    progress(text("progress.reach"))
    planned = result if preset == "planner" else None
    return ReachReport(
        reach=_measure(atlas, area, settings, preset, result),
        result=planned,
        left_out=reach.left_out(planned) if planned else (),
        remedies=fairness.best_remedies(planned) if planned and asked.remedies else (),
        fairness=fairness.fairness(planned) if planned else None,
        borders=fairness.borders(planned) if planned else None,
        today=tuple(reach.today(atlas, area, settings, each) for each in READINGS) if asked.today else (),
        frontier=tradeoff.trade_offs(result, progress) if result and asked.frontier else (),
        sensitivity=sensitivity.table(
            atlas, area, settings, plan=result.plan if result else None, progress=progress
        ) if asked.sensitivity else None,
    )  # fmt: skip


def _measure(atlas: Atlas, area: Area, settings: Settings, preset: str, result: Result | None) -> Reach:
    if preset == "report-2017":
        return reach.report_2017(atlas, area, settings)
    if preset == "slide":
        return reach.slide(atlas, area, settings)
    if preset == "planner" and result is not None:
        return reach.planner(result)
    raise ValueError(preset)


def lines(found: ReachReport, atlas: Atlas) -> list[str]:
    """The report in sentences."""
    said = reach_words.lines(found.reach)
    if found.result is not None:
        said += reach_words.left_out_lines(found.left_out, found.result)
        said += reach_words.fairness_lines(found.fairness, found.result) if found.fairness else []
        said += reach_words.border_lines(found.borders, found.result) if found.borders else []
        said += reach_words.remedy_lines(found.remedies, found.result) if found.remedies else []
    said += reach_words.today_lines(found.today, atlas) if found.today else []
    return said + (sensitivity_words.lines(found.sensitivity) if found.sensitivity else [])


def markdown(found: ReachReport, atlas: Atlas) -> str:
    """The report as one page."""
    parts = [reach_words.markdown(found.reach, atlas)]
    if found.result is not None:
        told = {
            "left": reach_words.left_out_lines(found.left_out, found.result),
            "remedy": reach_words.remedy_lines(found.remedies, found.result) if found.remedies else [],
            "fair": reach_words.fairness_lines(found.fairness, found.result) if found.fairness else [],
            "border": reach_words.border_lines(found.borders, found.result) if found.borders else [],
        }
        parts += [_chapter(name, said) for name, said in told.items() if said]
    if found.today:
        parts += [_chapter("today", reach_words.today_lines(found.today, atlas))]
        parts += [reach_words.today_tables(found.today, atlas)]
    if found.frontier:
        parts += [f"## {text('reach.chapter.frontier')}", f"![{text('reach.chapter.frontier')}](frontier.png)"]
    if found.sensitivity:
        parts += [sensitivity_words.markdown(found.sensitivity)]
        parts += [f"![{text('reach.chapter.curves')}](curves.png)", f"![{text('reach.chapter.swings')}](swings.png)"]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _chapter(name: str, said: list[str]) -> str:
    heading = text(f"reach.chapter.{name}")
    return "\n".join([f"## {heading}", "", *(f"- {line}" for line in said)])


def to_json(found: ReachReport, atlas: Atlas) -> dict[str, Any]:
    """The object that ``factgeo reach --json`` prints."""
    content = reach_words.to_json(found.reach, atlas)
    told = sensitivity_words.to_json(found.sensitivity) if found.sensitivity else {"sensitivity": []}
    content["sensitivity"] = told.pop("sensitivity")
    if found.sensitivity:
        content["sensitivity_summary"] = told
    if found.result is not None:
        content["left_out"] = reach_words.left_out_json(found.left_out)
        content["fairness"] = reach_words.fairness_json(found.fairness) if found.fairness else None
        content["borders"] = reach_words.borders_json(found.borders) if found.borders else None
        content["remedies"] = reach_words.remedies_json(found.remedies)
    if found.today:
        content["today"] = [reach_words.today_json(each, atlas) for each in found.today]
    if found.frontier:
        content["frontier"] = [
            {"aim": point.aim, "teams": point.teams, "share_within_T": round(point.within, 6),
             "share_served": round(point.served, 6), "status": point.status}
            for point in found.frontier
        ]  # fmt: skip
    return content
