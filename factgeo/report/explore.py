"""What was asked beyond one plan, in words, tables and JSON: other plans, the trade-off curve, next teams, reasons."""

from __future__ import annotations

from factgeo.explore.answers import Further
from factgeo.language import escaping, text
from factgeo.planning.result import Result
from factgeo.report import stability as stability_report
from factgeo.report.alternatives import alternative_lines, alternatives_table
from factgeo.report.differences import (
    price_lines,
)
from factgeo.report.moves import move_lines, moves_table
from factgeo.report.next_teams import next_lines, next_sections
from factgeo.report.tradeoff import curve_lines, curve_table, image
from factgeo.report.why import why_lines

# words


def lines(further: Further, result: Result) -> list[str]:
    """What was asked, in a few sentences each."""
    return [
        *(why_lines(further.answer) if further.answer else []),
        *(alternative_lines(further, result) if further.alternatives or further.asked.alternatives else []),
        *(move_lines(further, result) if further.previous else []),
        *(price_lines(result) if _priced_any(further) else []),
        *(curve_lines(further.trade_offs, result) if further.trade_offs else []),
        *(next_lines(further.next_teams, result) if further.next_teams else []),
        *(stability_report.lines(further.stability, result) if further.stability else []),
    ]


def _priced_any(further: Further) -> bool:
    """Is there a price to explain?"""
    return bool(further.alternatives or further.moves or (further.answer and further.answer.forced))


# Markdown


def markdown(further: Further, result: Result) -> str:
    """Sections with tables, to be appended to a summary; empty where nothing was asked."""
    parts: list[str] = []
    if further.answer:
        parts += [_section("why"), *map(escaping.markdown, why_lines(further.answer))]
    if further.alternatives:
        parts += [_section("alternatives"), escaping.bullets(alternative_lines(further, result))]
        parts.append(alternatives_table(further, result))
    if further.previous:
        parts += [_section("moves"), escaping.bullets(move_lines(further, result))]
        parts += [moves_table(further, result)] if further.moves else []
    if _priced_any(further):
        parts += map(escaping.markdown, price_lines(result))
    if further.trade_offs:
        parts += [_section("tradeoff"), escaping.bullets(curve_lines(further.trade_offs, result))]
        parts += [image(further.trade_offs, result), curve_table(further.trade_offs, result)]
    if further.next_teams:
        parts += [_section("next"), *next_sections(further.next_teams, result)]
    if further.stability:
        parts.append(_deeper(stability_report.markdown(further.stability, result)))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n" if parts else ""


def _section(name: str) -> str:
    return f"## {text(f'further.section.{name}')}"


def _deeper(document: str) -> str:
    """A document as a section of another: its headings one level down."""
    return "\n".join("#" + line if line.startswith("#") else line for line in document.splitlines())


# JSON and tables


# the plans behind the curve
