"""Who there is to serve, in words, tables and JSON: rounded in sentences, whole persons in tables and JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from factgeo.atlas.parameters import Parameter
from factgeo.language import escaping, number, percent, text
from factgeo.people import privacy
from factgeo.people.growth import History, Together
from factgeo.people.local import LocalCounts
from factgeo.people.need import Figure, Need, UnitNeed
from factgeo.people.privacy import Shown

Row = dict[str, Any]

EXACT_BELOW = 100  # persons; more are given with SIGNIFICANT digits in sentences
SIGNIFICANT = 2
ROWS = 40  # units in a table of words; all of them are in the CSV


def shown(persons: float) -> str:
    """An expected number of persons with the digits it deserves: 27.3 as 27, 417.7 as 420, 28 966.5 as 29 000."""
    whole = round(persons)
    return number(whole if whole < EXACT_BELOW else round(whole, SIGNIFICANT - len(str(whole))))


def between(figure: Figure) -> str:
    """The interval of a figure, as rough as the figure itself."""
    return text("need.between", low=shown(figure.interval.low), high=shown(figure.interval.high))


# -- sentences ---------------------------------------------------------------------------------------------------------


def lines(need: Need) -> list[str]:
    """The need in sentences, the most important first."""
    head = text(
        "need.people", area=need.area, population=number(need.population), adults=number(need.adults), year=need.year,
        source=need.people_source, quality=_quality(need.people_quality),
    )  # fmt: skip
    said = [
        head,
        _group(need),
        _other(need),
        _part(need.act_level, "act_level"),
        _part(need.substance_use, "substance"),
    ]
    said += [_young(need), _elderly(need)]
    if need.security is not None:
        said.append(_with_own(need.security, "security"))
    if need.treated is not None:
        patients = next(each for each in need.used if each.id == "fact_patients_national_2025")
        values = {"patients": number(patients.central), "source": patients.source}
        said.append(text("need.treated", share=percent(need.treated, 0), **values))
    return [*said, *_replaced(need), text("need.interval"), *(note.text() for note in need.notes)]


def _group(need: Need) -> str:
    """The target group: expected, or counted with what the fraction would have given."""
    group = need.target_group
    values = {"central": shown(group.central), "between": between(group)}
    if group.denominator == "local_count":
        return text("need.group.counted", prior=shown(need.prior.central), **values)
    if group.denominator == "mixed":
        return text("need.group.mixed", prior=shown(need.prior.central), **values)
    return text(
        "need.group.expected", share=percent(group.central / group.base, 2) if group.base else "–",
        denominator=_denominator(group.denominator), low=shown(group.low), high=shown(group.high),
        source=group.source or text("need.own_source"), **values,
    )  # fmt: skip


def _other(need: Need) -> str:
    other = need.other
    share = percent(other.central / other.base, 2) if other.base else "–"
    return text("need.other", central=shown(other.central), share=share, denominator=_denominator(other.denominator))


def _part(figure: Figure, which: str) -> str:
    values = {"central": shown(figure.central), "low": shown(figure.low), "high": shown(figure.high)}
    if which == "act_level":
        return text("need.act_level", **values)
    return text("need.substance", **values)


def _young(need: Need) -> str:
    """Residents of FACT ung's ages, and what is known of how many need it."""
    ages = {each.id: round(each.central) for each in need.used if each.id.startswith("fact_ung_age")}
    youngest, oldest = ages["fact_ung_age_min"], ages["fact_ung_age_max"]
    head = text("need.young", count=number(need.young), youngest=youngest, oldest=oldest)
    observed = text("need.young_observed", central=shown(need.fact_ung_observed.central),
                    share=percent(need.fact_ung_observed.central / need.young, 2) if need.young else "–")  # fmt: skip
    own = text("need.no_fraction") if need.fact_ung is None else _with_own(need.fact_ung, "fact_ung")
    return f"{head} {own} {observed}"


def _elderly(need: Need) -> str:
    age = next(round(each.central) for each in need.used if each.id == "elderly_fact_min_age")
    head = text("need.elderly", count=number(need.old), age=age)
    own = text("need.no_fraction") if need.elderly is None else _with_own(need.elderly, "elderly")
    return f"{head} {own}"


def _with_own(figure: Figure, which: str) -> str:
    """A figure from a planner's own fraction."""
    values = {"central": shown(figure.central), "between": between(figure),
              "source": figure.source or text("need.own_source")}  # fmt: skip
    if which == "security":
        return text("need.own.security", **values)
    return text("need.own.group", **values)


def _replaced(need: Need) -> list[str]:
    """What of it is a planner's own, if anything."""
    named = ", ".join(f"{each.label} ({each.id} = {_plain(each)})" for each in need.replaced)
    return [text("need.replaced", names=named)] if named else []


def _plain(figure: Parameter) -> str:
    """Low, central and high as given, or the one value."""
    values = [f"{value:g}" for value in dict.fromkeys(figure.values)]
    return values[0] if len(values) == 1 else "/".join(f"{value:g}" for value in figure.values)


def _quality(quality: str) -> str:
    words = {
        "measured": text("need.quality.measured"),
        "derived": text("need.quality.derived"),
        "estimate": text("need.quality.estimate"),
    }
    return words[quality]


def _denominator(denominator: str) -> str:
    words = {
        "adults_18plus": text("need.denominator.adults_18plus"),
        "total": text("need.denominator.total"),
        "age_12_25": text("need.denominator.age_12_25"),
        "age_65plus": text("need.denominator.age_65plus"),
        "target_group": text("need.denominator.target_group"),
        "local_count": text("need.denominator.local_count"),
        "mixed": text("need.denominator.mixed"),
    }
    return words[denominator]


# -- markdown ----------------------------------------------------------------------------------------------------------


def markdown(need: Need) -> str:
    """The need of an area as a chapter: all figures with their source and quality, the notes, the units."""
    figures = shown_figures(need)
    whole = escaping.table(list(figures.columns), figures.to_numpy().tolist())
    title = text("need.title", area=need.area, year=need.year)
    parts = [f"## {escaping.markdown(title)}", escaping.bullets(lines(need)), whole]
    if len(need.by_unit) > 1:
        heading = text("need.by_unit")
        parts += [f"### {heading}", _units(need.by_unit)]
    return "\n\n".join(parts) + "\n"


def _named(need: Need) -> list[tuple[str, Figure | None]]:
    """The figures of a need with what each is called."""
    counted = need.target_group is not need.prior
    return [
        (text("need.name.target_group"), need.target_group),
        (text("need.name.prior"), need.prior if counted else None),
        (text("need.name.other"), need.other),
        (text("need.name.act_level"), need.act_level),
        (text("need.name.substance_use"), need.substance_use),
        (text("need.name.fact_ung"), need.fact_ung),
        (text("need.name.fact_ung_observed"), need.fact_ung_observed),
        (text("need.name.elderly"), need.elderly),
        (text("need.name.security"), need.security),
    ]


def _units(units: Sequence[UnitNeed]) -> str:
    rows = [
        [unit.name, number(unit.population), number(unit.adults), shown(unit.target_group.central),
         between(unit.target_group), shown(unit.act_level.central), _quality(unit.target_group.quality)]
        for unit in units[:ROWS]
    ]  # fmt: skip
    columns = [
        text("need.column.unit"), text("need.column.population"), text("need.column.adults"),
        text("need.column.central"), text("need.column.interval"), text("need.name.act_level"),
        text("need.column.quality"),
    ]  # fmt: skip
    left = len(units) - ROWS
    more = "\n\n" + text("need.more_units", count=number(left)) if left > 0 else ""
    return escaping.table(columns, rows) + more


# -- tables in words ---------------------------------------------------------------------------------------------------


def shown_figures(need: Need) -> pd.DataFrame:
    """One row per figure that there is: range, interval, of whom, quality and source; they overlap, never add them."""
    return pd.DataFrame([_figure_row(name, figure) for name, figure in _named(need) if figure is not None])


def _figure_row(name: str, figure: Figure) -> Row:
    return {
        text("need.column.group"): name,
        text("need.column.low"): shown(figure.low),
        text("need.column.central"): shown(figure.central),
        text("need.column.high"): shown(figure.high),
        text("need.column.interval"): between(figure),
        text("need.column.of"): f"{number(figure.base)} ({_denominator(figure.denominator)})",
        text("need.column.quality"): _quality(figure.quality)
        + (text("need.quality.replaced") if figure.replaced else ""),
        text("need.column.source"): figure.source or text("need.own_source"),
    }


def shown_units(need: Need, local: LocalCounts | None = None) -> pd.DataFrame:
    """One row per unit; beside a local count stands what the fraction would have given."""
    rows = []
    for unit in need.by_unit:
        row = _people_row(text("need.column.unit"), unit.name, unit)
        if local is not None:
            row[text("need.column.local")] = _count_of(unit.unit_code, local)
            row[text("need.name.prior")] = shown(unit.prior.central)
        rows.append(row)
    return pd.DataFrame(rows)


def _count_of(unit: str, local: LocalCounts) -> str:
    """The local count of the municipality or city that a unit belongs to, as it may be told."""
    code = next((code for code, units in local.units.items() if unit in units), None)
    return "–" if code is None else privacy.text(local.shown[code])


def shown_teams(teams: Mapping[str, Need], totals: Mapping[str, Shown] | None = None) -> pd.DataFrame:
    """One row per catchment, by team id; with the exact local totals that may be told, if anybody has counted."""
    rows = []
    for team_id, team in teams.items():
        row = _people_row(text("capacity.column.team"), team.area, team)
        if totals is not None:
            row[text("need.column.local")] = privacy.text(totals[team_id]) if team_id in totals else "–"
        rows.append(row)
    return pd.DataFrame(rows)


def _people_row(kind: str, name: str, people: Need | UnitNeed) -> Row:
    """Residents, the target group with its range and interval, those of it at ACT level, and the quality."""
    group = people.target_group
    return {
        kind: name,
        text("need.column.population"): people.population,
        text("need.column.adults"): people.adults,
        text("need.name.target_group"): shown(group.central),
        text("need.column.range"): text("need.between", low=shown(group.low), high=shown(group.high)),
        text("need.column.interval"): between(group),
        text("need.name.act_level"): shown(people.act_level.central),
        text("need.column.quality"): _quality(group.quality),
    }


def shown_history(history: History) -> pd.DataFrame:
    """One row per year: residents, adults, and those of the ages of FACT ung and of FACT for the elderly."""
    table = history_table(history)
    counts = table.drop(columns="year").map(lambda value: "–" if pd.isna(value) else number(value))
    counts.insert(0, "year", table["year"].astype(str))  # no thousands in a year
    return counts.rename(
        columns={
            "year": text("need.column.year"), "persons": text("need.column.population"),
            "adults": text("need.column.adults"), "fact_ung_residents": text("need.column.young"),
            "elderly_residents": text("need.column.old"),
        }
    )  # fmt: skip


# -- tables and JSON ---------------------------------------------------------------------------------------------------


def table(need: Need) -> pd.DataFrame:
    """One row per unit, for a CSV file: whole persons."""
    return pd.DataFrame(
        {
            "unit_code": unit.unit_code, "name": unit.name, "year": need.year, "population": unit.population,
            "adults": unit.adults, "fact_ung_residents": unit.young, "elderly_residents": unit.old,
            **_columns("target_group", unit.target_group), **_columns("prior", unit.prior),
            **_columns("act_level", unit.act_level),
        }
        for unit in need.by_unit
    )  # fmt: skip


def _columns(name: str, figure: Figure) -> Row:
    return {
        f"{name}_low": round(figure.low), f"{name}_central": round(figure.central), f"{name}_high": round(figure.high),
        f"{name}_interval_low": figure.interval.low, f"{name}_interval_high": figure.interval.high,
        f"{name}_denominator": figure.denominator, f"{name}_quality": figure.quality,
    }  # fmt: skip


def sources(need: Need) -> pd.DataFrame:
    """The cited figures behind a need, one row each; ``replaced`` where they are a planner's own."""
    return pd.DataFrame([_parameter(figure) for figure in need.used])


def to_json(need: Need) -> Row:
    """The object that ``factgeo need --json`` prints; whole persons."""
    return {
        "area": need.area,
        "year": need.year,
        "population": need.population,
        "adults": need.adults,
        "fact_ung_residents": need.young,
        "elderly_residents": need.old,
        "residents": {"source": need.people_source, "date": f"{need.year}-01-01", "quality": need.people_quality},
        "target_group": figure_json(need.target_group),
        "prior": figure_json(need.prior),
        "other_denominator": figure_json(need.other),
        "act_level": figure_json(need.act_level),
        "substance_use": figure_json(need.substance_use),
        "fact_ung": _maybe(need.fact_ung),
        "fact_ung_observed": figure_json(need.fact_ung_observed),
        "elderly": _maybe(need.elderly),
        "security": _maybe(need.security),
        "treated_share": None if need.treated is None else round(need.treated, 3),
        "by_unit": [_unit(unit) for unit in need.by_unit],
        "notes": [note.text() for note in need.notes],
        "replaced": [figure.id for figure in need.replaced],
        "parameters": [_parameter(figure) for figure in need.used],
    }


def figure_json(figure: Figure) -> Row:
    """A figure with all that it carries; whole persons."""
    whole = {level: round(getattr(figure, level)) for level in ("low", "central", "high")}
    return {**dataclasses.asdict(figure), **whole}


def _maybe(figure: Figure | None) -> Row | None:
    return None if figure is None else figure_json(figure)


def _unit(unit: UnitNeed) -> Row:
    return {
        "unit_code": unit.unit_code,
        "name": unit.name,
        "population": unit.population,
        "adults": unit.adults,
        "fact_ung_residents": unit.young,
        "elderly_residents": unit.old,
        **{name: figure_json(getattr(unit, name)) for name in ("target_group", "prior", "act_level")},
    }


def _parameter(figure: Parameter) -> Row:
    return {
        "id": figure.id,
        "label": figure.label,
        "low": figure.low,
        "central": figure.central,
        "high": figure.high,
        "unit": figure.unit,
        "denominator": figure.denominator,
        "source": figure.source or text("need.own_source"),
        "quality": figure.quality,
        "replaced": figure.replaced,
    }


# -- history -----------------------------------------------------------------------------------------------------------


def history_lines(history: History, names_of: dict[str, str]) -> list[str]:
    """Growth over the pack's years in a sentence, and one for each border that cuts the years short.

    Args:
        history: Of an area.
        names_of: Name by unit code.
    """
    known = [(year, adults) for year, adults in zip(history.years, history.adults, strict=True) if adults is not None]
    (first, then), (last, now) = known[0], known[-1]
    change = percent(abs(now / then - 1), 1) if then else "–"
    values: Row = {"area": history.area, "first": first, "last": last, "change": change, "then": number(then),
              "now": number(now)}  # fmt: skip
    head = text("need.history.up", **values) if now >= then else text("need.history.down", **values)
    return [head, *(_cause(cause, names_of) for cause in history.causes)]


def _cause(cause: Together, names_of: dict[str, str]) -> str:
    """Why an area has no figures before a year."""
    members = [name for unit, name in sorted(names_of.items()) if unit in cause.units or unit[:4] in cause.units]
    values: Row = {"names": ", ".join(members), "year": cause.before}
    if cause.cause == "halved":
        return text("need.history.halved", **values)
    if cause.cause == "merged":
        return text("need.history.merged", **values)
    return text("need.history.moved", **values)


def history_table(history: History) -> pd.DataFrame:
    """One row per year; empty where the area has no figure."""
    columns = {
        "year": history.years, "persons": history.persons, "adults": history.adults,
        "fact_ung_residents": history.young, "elderly_residents": history.old,
    }  # fmt: skip
    return pd.DataFrame({name: pd.array(values, dtype="Int64") for name, values in columns.items()})
