"""How much of the population is reached, as a report: one named measure, and what a planner asks about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.explore import tradeoff
from factgeo.explore.tradeoff import TradeOff
from factgeo.language import escaping, text
from factgeo.planning.result import Result
from factgeo.progress import Tell, silent
from factgeo.reach import fairness, sensitivity
from factgeo.reach import measures as reach_measures
from factgeo.reach.fairness import Borders, Fairness, Help
from factgeo.reach.measures import LeftOut, Reach, Today
from factgeo.reach.sensitivity import Sensitivity
from factgeo.report import measure as measure_report
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report.rules import sources
from factgeo.report.writers import markdown as markdown_writer
from factgeo.settings import Settings

PRESETS = ("planner", "report-2017", "slide")
READINGS: tuple[reach_measures.TodayReading, ...] = ("narrow", "wide", "any")


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
        result: The plan, if there is one; the measure ``planner`` is of it.
        left_out: Residents who are not reached, by unit and reason.
        remedies: Places where one more team, a satellite or an agreement would help most; empty where nothing would.
        fairness, borders: How evenly the minutes are shared, and what borders between trusts cost.
        today: Reach of the listed teams, by each reading.
        frontier: Teams against reach.
        sensitivity: The share under other assumptions.
    """

    reach: Reach
    result: Result | None
    left_out: tuple[LeftOut, ...] = ()
    remedies: tuple[Help, ...] | None = None
    fairness: Fairness | None = None
    borders: Borders | None = None
    today: tuple[Today, ...] = ()
    frontier: tuple[TradeOff, ...] = ()
    sensitivity: Sensitivity | None = None

    @property
    def planned(self) -> Result | None:
        """The plan behind the measure ``planner``; None for the others, which do not judge it."""
        return self.result if self.reach.preset == "planner" else None


def report(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    preset: str,
    result: Result | None,
    asked: Asked,
    progress: Tell = silent,
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
        result=result,
        left_out=reach_measures.left_out(planned) if planned else (),
        remedies=fairness.best_remedies(planned) if planned and asked.remedies else None,
        fairness=fairness.fairness(planned) if planned else None,
        borders=fairness.borders(planned) if planned else None,
        today=tuple(reach_measures.today(atlas, area, settings, each) for each in READINGS) if asked.today else (),
        frontier=tradeoff.trade_offs(result, progress) if result and asked.frontier else (),
        sensitivity=sensitivity.table(
            atlas, area, settings, plan=result.plan if result else None, progress=progress
        ) if asked.sensitivity else None,
    )  # fmt: skip


def _measure(atlas: Atlas, area: Area, settings: Settings, preset: str, result: Result | None) -> Reach:
    if preset == "report-2017":
        return reach_measures.report_2017(atlas, area, settings)
    if preset == "slide":
        return reach_measures.slide(atlas, area, settings)
    if preset == "planner" and result is not None:
        return reach_measures.planner(result)
    raise ValueError(preset)


def lines(found: ReachReport) -> list[str]:
    """The report in sentences."""
    said = measure_report.lines(found.reach)
    for part in _parts(found).values():
        said += part
    return said + (sensitivity_report.lines(found.sensitivity) if found.sensitivity else [])


def _parts(found: ReachReport) -> dict[str, list[str]]:
    """What stands beside the measure, in sentences by chapter; only what there is."""
    parts: dict[str, list[str]] = {}
    if found.planned is not None:
        parts["left"] = measure_report.left_out_lines(found.left_out, found.planned)
        if found.remedies is not None:
            parts["remedy"] = measure_report.remedy_lines(found.remedies, found.planned)
        if found.fairness:
            parts["fair"] = measure_report.fairness_lines(found.fairness, found.planned)
        if found.borders:
            parts["border"] = measure_report.border_lines(found.borders, found.planned)
    if found.today:
        parts["today"] = measure_report.today_lines(found.today)
    if found.frontier and found.result:
        parts["frontier"] = measure_report.frontier_lines(found.frontier, found.result, found.today)
    return parts


def markdown(found: ReachReport) -> str:
    """The report as one page."""
    parts = [measure_report.markdown(found.reach)]
    for name, said in _parts(found).items():
        parts.append(_chapter(name, said))
        if name == "today":
            parts.append(measure_report.today_tables(found.today))
        if name == "frontier":
            parts.append(f"![{text('reach.chapter.frontier')}](frontier.png)")
    if found.sensitivity:
        parts.append(re.sub("^#", "##", sensitivity_report.markdown(found.sensitivity), flags=re.MULTILINE))
        parts += [f"![{text('reach.chapter.curves')}](curves.png)", f"![{text('reach.chapter.swings')}](swings.png)"]
    parts += [f"## {text('summary.sources')}", markdown_writer.blocks(sources(found.reach.atlas, found.reach.settings))]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _chapter(name: str, said: list[str]) -> str:
    heading = text(f"reach.chapter.{name}")
    return "\n".join([f"## {heading}", "", *(_item(line) for line in said)])


def _item(line: str) -> str:
    """A sentence as an item of a Markdown list: indented ones stand below the one before, numbers are kept."""
    words = line.lstrip()
    numbered = re.match(r"\d+\. ", words)
    if numbered:
        return f"{numbered[0]}{escaping.markdown(words[numbered.end() :])}"
    return f"{line[: -len(words)]}- {escaping.markdown(words)}"


def to_json(found: ReachReport) -> dict[str, Any]:
    """The object that ``factgeo reach --json`` prints."""
    content = measure_report.to_json(found.reach)
    told = sensitivity_report.to_json(found.sensitivity) if found.sensitivity else {"sensitivity": []}
    content["sensitivity"] = told.pop("sensitivity")
    if found.sensitivity:
        content["sensitivity_summary"] = told
    if found.planned is not None:
        content["left_out"] = measure_report.left_out_json(found.left_out)
        content["fairness"] = measure_report.fairness_json(found.fairness) if found.fairness else None
        content["borders"] = measure_report.borders_json(found.borders) if found.borders else None
        content["remedies"] = measure_report.remedies_json(found.remedies or ())
    if found.today:
        content["today"] = [measure_report.today_json(each) for each in found.today]
    if found.frontier:
        content["frontier"] = [
            {"aim": point.aim, "teams": point.teams, "share_within_T": round(point.within, 6),
             "share_served": round(point.served, 6), "status": point.status}
            for point in found.frontier
        ]  # fmt: skip
    return content
