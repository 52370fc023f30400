"""How much of the population is reached, as a report: one named measure, and what a planner asks about it."""

from __future__ import annotations

import re

from factgeo.language import escaping, text
from factgeo.reach.answers import ReachReport
from factgeo.report import measure as measure_report
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report.plan import sources


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
    parts += [f"## {text('summary.sources')}", escaping.lines(sources(found.reach.atlas, found.reach.settings))]
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
