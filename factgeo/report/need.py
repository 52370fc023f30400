"""Who there is to serve in an area, in words: rounded, each figure with its range, quality and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from factgeo.atlas.parameters import Parameter
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, persons
from factgeo.people.growth import History, Together
from factgeo.people.local import LocalCounts
from factgeo.people.need import Figure, Need, UnitNeed
from factgeo.people.privacy import Shown
from factgeo.report import local as local_report
from factgeo.report.content import Cell, Chapter, Column, Sentence, Table, items, paragraphs

ROWS = 40  # units in a table of words; all of them are in the CSV


def between(figure: Figure) -> Words:
    """The interval of a figure, as rough as the figure itself."""
    return say("need.between", low=persons(figure.interval.low), high=persons(figure.interval.high))


def quality(figure: Figure) -> Words:
    """How far a figure is to be trusted."""
    return say(f"need.quality.{figure.quality}")


def source(figure: Figure | Parameter) -> Words:
    """Who says so."""
    return figure.source or say("need.own_source")


# -- sentences ---------------------------------------------------------------------------------------------------------


def brief(need: Need) -> tuple[Sentence, ...]:
    """The need in sentences, the most important first."""
    return paragraphs([*in_short(need), *further(need)])


def in_short(need: Need) -> tuple[Words, Words]:
    """The residents of the area, and its target group."""
    people = say(
        "need.people", area=need.area, population=Number(need.population), adults=Number(need.adults), year=need.year,
        source=need.people_source, quality=say(f"need.quality.{need.people_quality}"),
    )  # fmt: skip
    return people, _group(need)


def further(need: Need) -> Iterator[Words]:
    """The parts of the target group, those around it, and what to know of the figures."""
    yield _other(need)
    yield say("need.act_level", **_three(need.act_level))
    yield say("need.substance", **_three(need.substance_use))
    yield _young(need)
    yield _elderly(need)
    if need.security is not None:
        yield _with_own(need.security, "security")
    if need.treated is not None:
        patients = next(each for each in need.used if each.id == "fact_patients_national_2025")
        share = Percent(need.treated, 0)
        yield say("need.treated", share=share, patients=Number(patients.central), source=patients.source)
    if need.replaced:
        names = ", ".join(f"{each.label} ({each.id} = {_plain(each)})" for each in need.replaced)
        yield say("need.replaced", names=names)
    yield say("need.interval")
    yield from need.notes


def growth(history: History, names_of: Mapping[str, str]) -> Iterator[Words]:
    """Growth over the pack's years in a sentence, and one for each border that cuts the years short.

    Args:
        history: Of an area.
        names_of: Name by unit code.
    """
    known = [(year, adults) for year, adults in zip(history.years, history.adults, strict=True) if adults is not None]
    (first, then), (last, now) = known[0], known[-1]
    change = Percent(abs(now / then - 1)) if then else NO_FIGURE
    yield say(
        "need.history.up" if now >= then else "need.history.down",
        area=history.area, first=first, last=last, change=change, then=Number(then), now=Number(now),
    )  # fmt: skip
    for cause in history.causes:
        yield _cause(cause, names_of)


def _cause(cause: Together, names_of: Mapping[str, str]) -> Words:
    """Why an area has no figures before a year."""
    members = [name for unit, name in sorted(names_of.items()) if unit in cause.units or unit[:4] in cause.units]
    return say(f"need.history.{cause.cause}", names=", ".join(members), year=cause.before)


def _group(need: Need) -> Words:
    """The target group: expected, or counted with what the fraction would have given."""
    group = need.target_group
    if group.denominator == "local_count":
        return say("need.group.counted", prior=persons(need.prior.central), **_interval(group))
    if group.denominator == "mixed":
        return say("need.group.mixed", prior=persons(need.prior.central), **_interval(group))
    share = _share(group.central, group.base)
    return say(
        "need.group.expected", share=share, denominator=_denominator(group), source=source(group),
        **(_three(group) | _interval(group)),
    )  # fmt: skip


def _other(need: Need) -> Words:
    other = need.other
    share, of = _share(other.central, other.base), _denominator(other)
    return say("need.other", central=persons(other.central), share=share, denominator=of)


def _young(need: Need) -> Words:
    """Residents of FACT ung's ages, and what is known of how many need it."""
    ages = {each.id: round(each.central) for each in need.used if each.id.startswith("fact_ung_age")}
    youngest, oldest = ages["fact_ung_age_min"], ages["fact_ung_age_max"]
    observed = need.fact_ung_observed.central
    share = _share(observed, need.young)
    return joined(
        (
            say("need.young", count=Number(need.young), youngest=youngest, oldest=oldest),
            _with_own(need.fact_ung, "group"),
            say("need.young_observed", central=persons(observed), share=share),
        ),
        " ",
    )


def _elderly(need: Need) -> Words:
    age = next(round(each.central) for each in need.used if each.id == "elderly_fact_min_age")
    return joined((say("need.elderly", count=Number(need.old), age=age), _with_own(need.elderly, "group")), " ")


def _with_own(figure: Figure | None, which: str) -> Words:
    """A figure from a planner's own fraction; there is no other."""
    if figure is None:
        return say("need.no_fraction")
    return say(f"need.own.{which}", source=source(figure), **_interval(figure))


def _interval(figure: Figure) -> dict[str, Words]:
    return {"central": persons(figure.central), "between": between(figure)}


def _three(figure: Figure) -> dict[str, Words]:
    return {"low": persons(figure.low), "central": persons(figure.central), "high": persons(figure.high)}


def _share(part: float, whole: float) -> Words:
    return Percent(part / whole, 2) if whole else NO_FIGURE


def _plain(figure: Parameter) -> str:
    """Low, central and high as given, or the one value."""
    values = [f"{value:g}" for value in figure.values]
    return values[0] if len(set(values)) == 1 else "/".join(values)


def _denominator(figure: Figure) -> Words:
    return say(f"need.denominator.{figure.denominator}")


# -- chapter and tables ------------------------------------------------------------------------------------------------


def chapter(need: Need) -> Chapter:
    """The need of an area: all figures with their source and quality, the notes, the units."""
    said = items([*in_short(need), *further(need)])
    units = (_units(need.by_unit),) if len(need.by_unit) > 1 else ()
    return Chapter("need", say("need.title", area=need.area, year=need.year), (*said, figures_table(need)), units)


def figures_table(need: Need) -> Table:
    """A row for each figure: range, interval, denominator, quality and source. Figures overlap and are never added."""
    names = ("group", "low", "central", "high", "interval", "of", "quality", "source")
    rows = tuple(_figure_row(name, figure) for name, figure in _named(need) if figure is not None)
    return Table("figures", tuple(_column(name) for name in names), rows)


def _named(need: Need) -> Iterator[tuple[str, Figure | None]]:
    """The figures of a need with what each is called."""
    yield "target_group", need.target_group
    yield "prior", need.prior if need.target_group is not need.prior else None
    yield "other", need.other
    yield "act_level", need.act_level
    yield "substance_use", need.substance_use
    yield "fact_ung", need.fact_ung
    yield "fact_ung_observed", need.fact_ung_observed
    yield "elderly", need.elderly
    yield "security", need.security


def _figure_row(name: str, figure: Figure) -> tuple[Cell, ...]:
    own = say("need.quality.replaced") if figure.replaced else ""
    return (
        say(f"need.name.{name}"),
        *_three(figure).values(),
        between(figure),
        joined((Number(figure.base), " (", _denominator(figure), ")"), ""),
        joined((quality(figure), own), ""),
        source(figure),
    )


def _units(units: Sequence[UnitNeed]) -> Chapter:
    """The first units of an area, and how many more there are."""
    columns = (
        *(_column(name) for name in ("unit", "population", "adults", "central", "interval")),
        Column("act_level", say("need.name.act_level")),
        _column("quality"),
    )
    rows = tuple(_unit_row(unit) for unit in units[:ROWS])
    left = len(units) - ROWS
    more = paragraphs([say("need.more_units", count=Number(left))] if left > 0 else [])
    return Chapter("by_unit", say("need.by_unit"), (Table("units", columns, rows), *more))


def _unit_row(unit: UnitNeed) -> tuple[Cell, ...]:
    group = unit.target_group
    return (
        unit.name,
        Number(unit.population),
        Number(unit.adults),
        persons(group.central),
        between(group),
        persons(unit.act_level.central),
        quality(group),
    )


def units_table(need: Need, local: LocalCounts | None = None) -> Table:
    """A row for each unit; with a local count there is a column of what the fraction would have given."""
    columns, rows = _people(_column("unit"), [(unit.name, unit) for unit in need.by_unit])
    if local is None:
        return Table("units", columns, rows)
    told = [(_count_of(unit.unit_code, local), persons(unit.prior.central)) for unit in need.by_unit]
    columns = (*columns, _column("local"), Column("prior", say("need.name.prior")))
    return Table("units", columns, tuple((*row, *more) for row, more in zip(rows, told, strict=True)))


def _count_of(unit: str, local: LocalCounts) -> Words:
    """The local count of the municipality or city that a unit belongs to, as far as it may be shown."""
    code = next((code for code, units in local.units.items() if unit in units), None)
    return NO_FIGURE if code is None else local_report.count(local.shown[code])


def teams_table(teams: Mapping[str, Need], totals: Mapping[str, Shown] | None = None) -> Table:
    """A row for each catchment, by team id; with the exact local totals that may be shown, if any."""
    columns, rows = _people(Column("team", say("capacity.column.team")), [(need.area, need) for need in teams.values()])
    if totals is None:
        return Table("teams", columns, rows)
    told = [local_report.count(totals[team]) if team in totals else NO_FIGURE for team in teams]
    return Table("teams", (*columns, _column("local")), tuple((*row, n) for row, n in zip(rows, told, strict=True)))


def _people(
    first: Column, rows: Sequence[tuple[str, Need | UnitNeed]]
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Residents, the target group with its range and interval, those of it at ACT level, and the quality."""
    columns = (
        first,
        _column("population"),
        _column("adults"),
        Column("target_group", say("need.name.target_group")),
        _column("range"),
        _column("interval"),
        Column("act_level", say("need.name.act_level")),
        _column("quality"),
    )
    return columns, tuple(_people_row(name, people) for name, people in rows)


def _people_row(name: str, people: Need | UnitNeed) -> tuple[Cell, ...]:
    group = people.target_group
    return (
        name,
        Number(people.population),
        Number(people.adults),
        persons(group.central),
        say("need.between", low=persons(group.low), high=persons(group.high)),
        between(group),
        persons(people.act_level.central),
        quality(group),
    )


def history_table(history: History) -> Table:
    """A row for each year: residents, adults, and those of the ages of FACT ung and of FACT for the elderly."""
    counts = zip(history.persons, history.adults, history.young, history.old, strict=True)
    rows = tuple(
        (str(year), *(NO_FIGURE if count is None else Number(count) for count in each))  # no thousands in a year
        for year, each in zip(history.years, counts, strict=True)
    )
    return Table("history", tuple(_column(name) for name in ("year", "population", "adults", "young", "old")), rows)


def _column(name: str) -> Column:
    return Column(name, say(f"need.column.{name}"))
