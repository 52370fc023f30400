"""One measure of reach and the optional analyses, worked out together for those who show them."""

from __future__ import annotations

from dataclasses import dataclass

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.explore import tradeoff
from factgeo.explore.tradeoff import TradeOff
from factgeo.language import text
from factgeo.planning.result import Result
from factgeo.progress import Tell, silent
from factgeo.reach import fairness, sensitivity
from factgeo.reach import left_out as reach_left_out
from factgeo.reach import measures as reach_measures
from factgeo.reach import today as reach_today
from factgeo.reach.fairness import Borders, Fairness, Help
from factgeo.reach.left_out import LeftOut
from factgeo.reach.sensitivity import Sensitivity
from factgeo.reach.shares import Reach
from factgeo.reach.today import Today
from factgeo.settings import Settings

PRESETS = ("planner", "report-2017", "slide")
READINGS: tuple[reach_today.TodayReading, ...] = ("narrow", "wide", "any")


@dataclass(frozen=True)
class Asked:
    """The optional analyses that are requested. Each takes its time."""

    remedies: bool = False
    today: bool = False
    frontier: bool = False
    sensitivity: bool = False


@dataclass(frozen=True)
class ReachReport:
    """One reach measure and the optional analyses.

    A field is empty or None if it was not requested or needs a plan that is missing.

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
        asked: The optional analyses that are requested.
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
        left_out=reach_left_out.left_out(planned) if planned else (),
        remedies=fairness.best_remedies(planned) if planned and asked.remedies else None,
        fairness=fairness.fairness(planned) if planned else None,
        borders=fairness.borders(planned) if planned else None,
        today=tuple(reach_today.today(atlas, area, settings, each) for each in READINGS) if asked.today else (),
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
