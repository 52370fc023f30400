"""Reach, who is left out, today, fairness and the price of borders in words, tables and JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from factgeo.atlas.shares import share_of
from factgeo.explore.tradeoff import TradeOff
from factgeo.language import escaping, figures, number, percent, text, written
from factgeo.planning.measure import WITHIN, TravelFigures
from factgeo.planning.result import Result
from factgeo.reach import measures
from factgeo.reach.fairness import BorderPair, Borders, Fairness, Help, Inequality, Remedy, UnitFairness
from factgeo.reach.measures import ClassShare, Group, LeftOut, Reach, Today
from factgeo.travel.bases import Base

LISTED = 10  # places, teams or pairs on the screen
NAMED = 5  # units of a place by name
EQUAL, NEAR = 1e-9, 0.01  # shares (0-1) that are one, and that differ by a percentage point
PARTS = {
    "county_name": "reach.part.county",
    "hf_name": "reach.part.hf",
    "helsefellesskap": "reach.part.helsefellesskap",
}
PRESETS = {"report-2017": "reach.preset.report", "slide": "reach.preset.slide", "planner": "reach.preset.planner"}
TODAY = {"narrow": "reach.today.narrow", "wide": "reach.today.wide", "any": "reach.today.any"}
READING_NAMES = {
    "narrow": "reach.today.name.narrow",
    "wide": "reach.today.name.wide",
    "any": "reach.today.name.any",
}
EDGES = {
    "maximum": "reach.edge.maximum",
    "percentile_95": "reach.edge.percentile",
    "share_90": "reach.edge.share",
}
OUT_WORDS = {
    "too_few": "reach.out.too_few",
    "too_far": "reach.out.too_far",
    "no_road": "reach.out.no_road",
    "cut_off": "reach.out.cut_off",
    "locked": "reach.out.locked",
    "too_small": "reach.out.too_small",
    "beyond": "reach.out.beyond",
    "unreachable": "reach.out.unreachable",
}
REMEDY = {"team": "reach.remedy.team", "satellite": "reach.remedy.satellite", "agreement": "reach.remedy.agreement"}


# -- the three measures ------------------------------------------------------------------------------------------------


def lines(found: Reach) -> list[str]:
    """The figure, its definition, what was published, the classes, who is not in it, and what to know."""
    return [
        text("reach.figure", preset=text(PRESETS[found.preset]), area=found.area.name, share=percent(found.share),
             persons=number(found.counted), population=number(found.population)),
        found.definition.text(),
        *_published(found),
        *(_class_line(each) for each in found.classes if each.population or each.number),
        *([_within_line(found.share_within)] if found.share_within else []),
        *(_reading_line(each.edge, each.classes) for each in found.readings),
        *_outside(found),
        *(note.text() for note in found.notes),
    ]  # fmt: skip


def _published(found: Reach) -> Iterator[str]:
    """The shares of report 3/2017 beside those of the same classes here."""
    of_report = {each.case: each for each in found.published}
    if of_report:
        shown = {case.removeprefix("report_"): percent(each.share, 0) for case, each in of_report.items()}
        yield text("reach.published", **shown)


def _class_line(each: ClassShare) -> str:
    values = {"share": percent(each.share), "persons": number(each.population)}
    if each.number is None:
        return text("reach.class_none", **values)
    return text("reach.class", number=each.number, service=_service(each), regions=number(each.regions), **values)


def _service(each: ClassShare) -> str:
    return text("reach.no_team") if each.service is None else text(f"service.{each.service}")


def _within_line(shares: Mapping[int, float]) -> str:
    said = ", ".join(text("reach.within_each", share=percent(shares[k]), minutes=number(k)) for k in WITHIN)
    return text("reach.within", shares=said)


def _reading_line(edge: str, classes: Sequence[ClassShare]) -> str:
    shares = ", ".join(f"{each.number}: {percent(each.share)}" for each in classes)
    return text("reach.reading", edge=text(EDGES[edge]), shares=shares)


def _outside(found: Reach) -> Iterator[str]:
    """Residents who are not reached, by reason; of a plan ``left_out_lines`` says more."""
    out = {reason: persons for reason, persons in found.outside.items() if persons}
    if out and found.preset != "planner":
        yield text(
            "reach.outside", persons=number(sum(out.values())), reasons="; ".join(text(OUT_WORDS[each]) for each in out)
        )


def markdown(found: Reach) -> str:
    """A page: the figure with its definition, the classes by every reading, the regions, trusts and notes."""
    said = lines(found)
    parts = [
        f"# {escaping.markdown(said[0].removesuffix('.'))}",
        *(escaping.markdown(line) for line in said[1:3]),
        *([escaping.markdown(_within_line(found.share_within))] if found.share_within else []),
        f"## {text('reach.heading.classes')}",
        _table(_class_rows(found)),
        f"## {text('reach.heading.regions')}",
        _table(_region_rows(found)),
        f"## {text('reach.heading.trusts')}",
        _table(_group_rows(measures.grouped(found.units, found.atlas, "hf_name"), text("reach.part.hf"))),
        f"## {text('reach.heading.notes')}",
        escaping.bullets((*_outside(found), *(note.text() for note in found.notes))),
    ]
    return "\n\n".join(parts) + "\n"


def _class_rows(found: Reach) -> list[list[str]]:
    readings = [(text("reach.column.reading", edge=text(EDGES[each.edge])), each.classes) for each in found.readings]
    published = {each.classes: percent(each.share, 0) for each in found.published}
    head = [text("reach.column.class"), text("column.service"), text("reach.column.regions"), text("column.population"),
            text("reach.column.share"), *(words for words, _ in readings), text("reach.column.published")]  # fmt: skip
    rows = [
        [str(each.number or "–"), _service(each), number(each.regions), number(each.population), percent(each.share),
         *(percent(classes[k].share) for _, classes in readings), published.get((each.number or 0,), "–")]
        for k, each in enumerate(found.classes)
    ]  # fmt: skip
    sums = [("1–3", (1, 2, 3)), ("2+3", (2, 3))]
    rows += [
        [name, "", "", number(_sum(found.classes, numbers)), percent(_share(found.classes, numbers)),
         *(percent(_share(classes, numbers)) for _, classes in readings), published.get(numbers, "–")]
        for name, numbers in sums
    ]  # fmt: skip
    return [head, *rows]


def _sum(classes: Iterable[ClassShare], numbers: tuple[int, ...]) -> int:
    return sum(each.population for each in classes if each.number in numbers)


def _share(classes: Iterable[ClassShare], numbers: tuple[int, ...]) -> float:
    return sum(each.share for each in classes if each.number in numbers)


def _region_rows(found: Reach) -> list[list[str]]:
    base = "reach.map.base_estimate" if found.preset == "report-2017" else "reach.column.base"
    head = [text("reach.column.code"), text("reach.column.region"), text("column.service"), text("column.population"),
            text("column.adults"), text("reach.column.counted")]  # fmt: skip
    if found.share_within:
        head += [text(base), text("reach.column.edge"), text("column.p95"), text("reach.column.within_60")]
    return [head, *(list(_region_row(region)) for region in found.regions)]


def _region_row(region: measures.Region) -> Iterator[str]:
    """The cells of a region; without a base those of travel are left out."""
    travel = region.travel
    yield from (region.code, region.name, text(f"service.{region.service}"), number(region.population),
                number(region.adults), number(region.counted))  # fmt: skip
    if region.base is None:
        return
    yield region.base.name
    yield _minutes(travel.edge_min if travel else None)
    yield _minutes(travel.p95_min if travel else None)
    yield percent(travel.share_within[60]) if travel else "–"


def _group_rows(groups: Iterable[Group], kind: str) -> list[list[str]]:
    head = [kind, text("column.population"), text("reach.column.counted"), text("reach.column.share")]
    return [head, *([g.name, number(g.population), number(g.counted), percent(g.share)] for g in groups)]


def _table(rows: list[list[str]]) -> str:
    """A Markdown table; the first row is its head."""
    return escaping.table(rows[0], rows[1:])


def to_json(found: Reach) -> dict[str, Any]:
    """The object that ``factgeo reach --json`` prints, without ``sensitivity``."""
    return {
        "preset": found.preset,
        "definition": found.definition.text(),
        "area": found.area.name,
        "population": found.population,
        "counted": found.counted,
        "share": _rounded(found.share),
        "classes": [_class_json(each) for each in found.classes],
        "share_within": {str(k): _rounded(found.share_within[k]) if found.share_within else None for k in WITHIN},
        "by_region": [_region_json(region, found) for region in found.regions],
        "by_hf": [_group_json(group) for group in measures.grouped(found.units, found.atlas, "hf_name")],
        "by_unit": [dataclasses.asdict(unit) for unit in found.units],
        "readings": [
            {"edge": each.edge, "classes": [_class_json(one) for one in each.classes]} for each in found.readings
        ],
        "outside": dict(found.outside),
        "published": [dataclasses.asdict(each) for each in found.published],
        "notes": [note.text() for note in found.notes],
    }


def _class_json(each: ClassShare) -> dict[str, Any]:
    return {
        "class": each.number,
        "service": each.service,
        "regions": each.regions,
        "population": each.population,
        "share": _rounded(each.share),
    }


def _region_json(region: measures.Region, found: Reach) -> dict[str, Any]:
    return {
        "code": region.code,
        "name": region.name,
        "service": region.service,
        "class": measures.CLASSES.index(region.service) + 1,
        "units": list(region.units),
        "population": region.population,
        "adults": region.adults,
        "population_in_area": region.here,
        "counted": region.counted,
        "share": _rounded(share_of(region.counted, region.here)),
        "whole": region.here == region.population,
        "base": None if region.base is None else _base_json(region.base),
        "base_quality": "estimate" if region.base and found.preset == "report-2017" else None,
        "travel": _travel_json(region.travel),
    }


def _base_json(base: Base) -> dict[str, Any]:
    return {"unit_code": base.unit_code, "name": base.name, "lon": base.lon, "lat": base.lat}


def _travel_json(travel: TravelFigures | None) -> dict[str, Any] | None:
    if travel is None:
        return None
    shown = dataclasses.asdict(travel)
    within = {str(limit): _rounded(share) for limit, share in travel.share_within.items()}
    return {name: _tenth(value) if name.endswith("_min") else value for name, value in shown.items()} | {
        "share_within": within
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {**dataclasses.asdict(group), "share": _rounded(group.share)}


def _rounded(share: float) -> float:
    return round(share, 6)


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


# -- who is left out, and what would help ------------------------------------------------------------------------------


def left_out_lines(out: Sequence[LeftOut], result: Result) -> list[str]:
    """How many are left out and why, and the units where most of them live."""
    population = result.figures.population
    persons = sum(each.persons for each in out)
    share = percent(share_of(persons, population))
    said = [text("reach.left.head", persons=number(persons), share=share, population=number(population))]
    said += [
        text("reach.left.reason", reason=text(OUT_WORDS[reason]), persons=number(count))
        for reason, count in measures.by_reason(out).items()
    ]
    said += [text("reach.left.where")] if out else []
    said += [
        text("reach.left.unit", unit=each.name, persons=number(each.persons), reason=text(OUT_WORDS[each.reason]))
        for each in out[:LISTED]
    ]
    rest = len(out) - LISTED
    return [*said, *([text("reach.left.more", count=number(rest))] if rest > 0 else [])]


def left_out_json(out: Iterable[LeftOut]) -> list[dict[str, Any]]:
    """Residents left out, by unit and reason."""
    return [{**dataclasses.asdict(each), "nearest_min": _tenth(each.nearest_min)} for each in out]


def remedy_lines(found: Sequence[Help], result: Result) -> list[str]:
    """The places where something would help most, each with what it takes."""
    limit = number(result.plan.settings.travel.minutes)
    if not found:
        return [text("reach.remedy.none", minutes=limit)]
    said = [text("reach.remedy.head", count=number(len(found)), minutes=limit)]
    for rank, each in enumerate(found, start=1):
        kinds = "; ".join(_remedy(remedy, result) for remedy in each.remedies)
        said.append(text("reach.remedy.place", rank=number(rank), place=each.place.name, remedies=kinds))
    return [*said, text("reach.remedy.not_added")]


def _remedy(remedy: Remedy, result: Result) -> str:
    takes = "–" if remedy.takes is None else number(remedy.takes)
    named = _named(remedy.units, result)
    values = {"persons": number(remedy.residents), "takes": takes, "of": remedy.of, "units": named}
    said = text(REMEDY[remedy.kind], **values)
    return said if remedy.proven else f"{said} ({text('reach.remedy.unproven')})"


def _named(units: Sequence[str], result: Result) -> str:
    """Names of units; how many more there are where they are many."""
    names = [str(name) for name in result.atlas.units.loc[list(units), "name"]]
    if len(names) <= NAMED:
        return ", ".join(names)
    return text("names.more", names=", ".join(names[:NAMED]), count=number(len(names) - NAMED))


def remedies_json(found: Iterable[Help]) -> list[dict[str, Any]]:
    """The places with their remedies."""
    return [
        {
            "place": _base_json(each.place),
            "residents": each.residents,
            "remedies": [
                {
                    "kind": remedy.kind,
                    "of": remedy.of,
                    "units": list(remedy.units),
                    "residents": remedy.residents,
                    "takes": _tenth(remedy.takes),
                    "proven": remedy.proven,
                }
                for remedy in each.remedies
            ],
        }
        for each in found
    ]


# -- teams against reach -----------------------------------------------------------------------------------------------


def frontier_lines(points: Sequence[TradeOff], result: Result, today: Sequence[Today]) -> list[str]:
    """How many teams are enough, and what the plan and the listed teams reach with theirs."""
    best = [point for point in points if point.aim == "reach" and point.base_of]
    own = sum(team.teams for team in result.figures.teams)
    share = percent(share_of(result.within, result.figures.population))
    said = [text("reach.frontier.own", teams=number(own), share=share)]
    if best:
        most = max(point.within for point in best)
        enough, near = (min(p.teams for p in best if p.within >= most - less) for less in (EQUAL, NEAR))
        said = [text("reach.frontier.most", teams=number(enough), share=percent(most), near=number(near)), *said]
    if today:
        listed = today[0]
        said.append(text("reach.frontier.today", teams=number(len(listed.placed)), share=percent(listed.share, 0)))
    return said


# -- today -------------------------------------------------------------------------------------------------------------


def today_lines(readings: Sequence[Today]) -> list[str]:
    """Reach of the listed teams by some readings of the same area, and what is not known of it."""
    said = [text("reach.today.head", area=readings[0].area.name, minutes=number(readings[0].minutes))]
    for each in readings:
        said.append(
            text(TODAY[each.reading], share=percent(each.share, 0), covered=percent(_covered(each), 0),
                 minutes=number(each.minutes))
        )  # fmt: skip
        said.append(
            text("reach.today.sure", sure=percent(share_of(each.sure, each.population), 0),
                 alone=percent(share_of(sum(d.persons for d in each.alone), each.population), 0))
        )  # fmt: skip
    said += _lacking(readings)
    unplaced = ", ".join(team.name for team in readings[0].unplaced)
    return [*said, *([text("reach.today.unplaced", names=unplaced)] if unplaced else []), text("teams.source")]


def _covered(found: Today) -> float:
    return share_of(found.covered, found.population)


def _lacking(readings: Sequence[Today]) -> Iterator[str]:
    """DPS areas of which no listed team covers any unit, by each reading."""
    for each in readings:
        names = lacking_areas(each, "dps_name")
        if names and each.reading != "any":
            reading = text(READING_NAMES[each.reading])
            yield text("reach.today.lacking", reading=reading, count=number(len(names)), names=", ".join(names))


def lacking_areas(found: Today, column: str) -> list[str]:
    """Names in a column of the units table of which no unit is covered."""
    names = found.atlas.units.loc[[unit.unit_code for unit in found.units], column].astype(str)
    covered = set(names[[unit.covered for unit in found.units]])
    return sorted(set(names) - covered)


def today_tables(readings: Sequence[Today]) -> str:
    """Reach by county, HF and helsefellesskap, a column for each reading, as Markdown."""
    parts = []
    for column, key in PARTS.items():
        by_reading = [measures.grouped(each.units, each.atlas, column) for each in readings]
        head = [text(key), text("column.population"), *(text(READING_NAMES[each.reading]) for each in readings)]
        rows = [
            [groups[0].name, number(groups[0].population), *(percent(group.share, 0) for group in groups)]
            for groups in zip(*by_reading, strict=True)
        ]
        parts.append(_table([head, *rows]))
    return "\n\n".join(parts)


def today_json(found: Today) -> dict[str, Any]:
    """Reach of the listed teams by one reading."""
    return {
        "reading": found.reading,
        "area": found.area.name,
        "minutes": found.minutes,
        "quality": "estimate",
        "status": "unknown",
        "population": found.population,
        "covered": found.covered,
        "counted": found.counted,
        "share": _rounded(found.share),
        "sure": found.sure,
        "share_within": {str(limit): _rounded(share) for limit, share in found.share_within.items()},
        "teams": [team.team_id for team in found.placed],
        "unplaced": [team.team_id for team in found.unplaced],
        "only_team_for": [{"team_id": each.team.team_id, "persons": each.persons} for each in found.alone],
        "by_county": _parts_json(found, "county_name"),
        "by_hf": _parts_json(found, "hf_name"),
        "by_helsefellesskap": _parts_json(found, "helsefellesskap"),
        "lacking_units": list(found.lacking),
        "lacking_dps": lacking_areas(found, "dps_name"),
        "by_unit": [dataclasses.asdict(unit) for unit in found.units],
    }


def _parts_json(found: Today, column: str) -> list[dict[str, Any]]:
    return [_group_json(group) for group in measures.grouped(found.units, found.atlas, column)]


# -- fairness and borders ----------------------------------------------------------------------------------------------


def fairness_lines(found: Fairness, result: Result) -> list[str]:
    """Inequality, reach by centrality, and the units with the longest way."""
    said = list(_inequality_lines(found.inequality)) if found.inequality else []
    said.append(text("reach.fair.by_centrality"))
    for each in found.centrality:
        said.append(
            text("reach.fair.centrality", centrality=each.centrality, persons=number(each.population),
                 mean=_minutes(each.travel.mean_min), share=percent(each.travel.share_within[60]))
        )  # fmt: skip
    longest = sorted(
        (unit for unit in found.units if unit.travel.median_min is not None),
        key=lambda unit: -(unit.travel.median_min or 0),
    )
    said += [text("reach.fair.longest"), *(_unit_line(unit) for unit in longest[:LISTED])] if longest else []
    without = number(sum(unit.population for unit in found.units if not unit.served))
    return [*said, text("reach.fair.without", area=result.plan.area.name, persons=without)]


def _unit_line(unit: UnitFairness) -> str:
    median, p95 = unit.travel.median_min, unit.travel.p95_min
    if p95 is None:
        return text("reach.fair.unit_far", unit=unit.name, median=_minutes(median))
    return text("reach.fair.unit", unit=unit.name, median=_minutes(median), p95=_minutes(p95))


def _inequality_lines(found: Inequality) -> Iterator[str]:
    within = max(0.0, found.theil_people - found.theil_units)
    yield text(
        "reach.fair.index", gini_units=number(found.gini_units, 2), gini_people=number(found.gini_people, 2),
        theil_units=number(found.theil_units, 2), theil_within=number(within, 2), residents=number(found.residents),
        without=number(found.without),
    )  # fmt: skip


def fairness_rows(found: Fairness) -> list[dict[str, Any]]:
    """One flat row per unit, for a table file: minutes to a tenth, shares to a millionth."""
    return [
        {
            "unit_code": unit.unit_code,
            "name": unit.name,
            "centrality_class": unit.centrality,
            "population": unit.population,
            "served": unit.served,
            "median_min": _tenth(unit.travel.median_min),
            "p95_min": _tenth(unit.travel.p95_min),
            "mean_min": _tenth(unit.travel.mean_min),
            "unreachable": unit.travel.unreachable,
            **{f"share_within_{limit}": _rounded(share) for limit, share in unit.travel.share_within.items()},
        }
        for unit in found.units
    ]


def fairness_json(found: Fairness) -> dict[str, Any]:
    """Minutes by unit and centrality, and the indices."""
    index = found.inequality
    return {
        "by_unit": fairness_rows(found),
        "inequality": None if index is None else _four_digits(dataclasses.asdict(index)),
        "by_centrality": [
            {
                "centrality_class": each.centrality,
                "units": each.units,
                "population": each.population,
                "travel": _travel_json(each.travel),
            }
            for each in found.centrality
        ],
    }


def _four_digits(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def border_lines(found: Borders, result: Result) -> list[str]:
    """What borders cost in people, and the pairs where an agreement would give most."""
    limit = number(result.plan.settings.travel.minutes)
    if not found.pairs:
        return [text("reach.border.none", area=result.plan.area.name)]
    said = [
        text("reach.border.head", border=text(f"border.{found.border}"), nearer_1=number(found.nearer_1),
             nearer_10=number(found.nearer_10), reached=number(found.reached), brought=number(found.brought),
             minutes=limit, share=percent(share_of(found.nearer_1, found.population)))
    ]  # fmt: skip
    return said + [_pair_line(pair, limit) for pair in found.pairs[:LISTED]]


def _pair_line(pair: BorderPair, limit: str) -> str:
    return text(
        "reach.border.pair", own=pair.own, other=pair.other, nearer_1=number(pair.nearer_1),
        nearer_10=number(pair.nearer_10), reached=number(pair.reached), brought=number(pair.brought), minutes=limit,
    )  # fmt: skip


def borders_json(found: Borders) -> dict[str, Any]:
    """The price of borders, whole and by pair."""
    return {
        "border": found.border,
        "population": found.population,
        "nearer_1": found.nearer_1,
        "nearer_10": found.nearer_10,
        "brought": found.brought,
        "pairs": [dataclasses.asdict(pair) for pair in found.pairs],
    }


def _minutes(value: float | None) -> str:
    """Minutes; a dash where there is no figure."""
    return written(figures.minutes(value))
