"""How much of the population is reached, as a report: one named measure, and the analyses that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from factgeo.language import say
from factgeo.reach.answers import ReachReport
from factgeo.report import fairness as fairness_report
from factgeo.report import frontier as frontier_report
from factgeo.report import left_out as left_out_report
from factgeo.report import measure as measure_report
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report import today as today_report
from factgeo.report.charts import sensitivity as sensitivity_chart
from factgeo.report.content import Block, Chapter, Picture, Report, Sentence, deeper
from factgeo.report.rules import sources


def brief(found: ReachReport) -> tuple[Sentence, ...]:
    """The report in sentences."""
    parts = [*_parts(found).values(), *([sensitivity_report.brief(found.sensitivity)] if found.sensitivity else [])]
    return (*measure_report.brief(found.reach), *(sentence for part in parts for sentence in part))


def report(found: ReachReport) -> Report:
    """The whole report.

    After the chapters of the measure come ``left``, ``remedy``, ``fair``, ``border``, ``today``, ``frontier``,
    ``sensitivity`` and ``sources``: only what there is.
    """
    listed = sources(found.reach.atlas, found.reach.settings)
    measure = measure_report.report(found.reach)
    chapters = (
        *measure.chapters,
        *(
            Chapter(key, say(f"reach.chapter.{key}"), (*deeper(said), *_shown(key, found)))
            for key, said in _parts(found).items()
        ),
        *_sensitivity(found),
        Chapter("sources", say("summary.sources"), listed),
    )
    return replace(measure, key="reach", chapters=chapters)


def _parts(found: ReachReport) -> dict[str, tuple[Sentence, ...]]:
    """What is said after the measure, by the key of its chapter; only what there is."""
    parts: dict[str, tuple[Sentence, ...]] = {}
    if found.planned is not None:
        parts["left"] = left_out_report.brief(found.left_out, found.planned)
        if found.remedies is not None:
            parts["remedy"] = left_out_report.remedies(found.remedies, found.planned)
        if found.fairness:
            parts["fair"] = fairness_report.brief(found.fairness, found.planned)
        if found.borders:
            parts["border"] = fairness_report.borders(found.borders, found.planned)
    if found.today:
        parts["today"] = today_report.brief(found.today)
    if found.frontier and found.result:
        parts["frontier"] = frontier_report.brief(found.frontier, found.result, found.today)
    return parts


def _shown(key: str, found: ReachReport) -> tuple[Block, ...]:
    """The tables or the picture below the sentences of a chapter."""
    if key == "today":
        return today_report.parts_tables(found.today)
    if key == "frontier" and found.result:
        return (frontier_report.picture(found, found.result),)
    return ()


def _sensitivity(found: ReachReport) -> Iterator[Chapter]:
    """The sensitivity with all of its own chapters, and its pictures after them."""
    if found.sensitivity is None:
        return
    yield sensitivity_report.report(found.sensitivity).as_chapter()
    drawn = {"curves": sensitivity_chart.curves_picture, "swings": sensitivity_chart.swings_picture}
    pictures = (
        Picture(f"{name}.png", say(f"reach.chapter.{name}"), partial(draw, found.sensitivity))
        for name, draw in drawn.items()
    )
    yield Chapter("pictures", "", tuple(pictures))
