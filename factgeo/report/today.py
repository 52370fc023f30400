"""Reach of today's listed teams by each reading of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factgeo.atlas.shares import share_of
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.reach.shares import grouped
from factgeo.reach.today import Today, lacking_areas
from factgeo.report.content import Column, Sentence, Table, paragraphs
from factgeo.report.labels import PARTS, READING_NAMES

READINGS = {"narrow": "reach.today.narrow", "wide": "reach.today.wide", "any": "reach.today.any"}


def brief(readings: Sequence[Today]) -> tuple[Sentence, ...]:
    """Reach of the listed teams by some readings of the same area, and what is not known of it."""
    first = readings[0]
    unplaced = joined(team.name for team in first.unplaced)
    return (
        Sentence(say("reach.today.head", area=first.area.name, minutes=Number(first.minutes))),
        *(sentence for each in readings for sentence in _reading(each)),
        *paragraphs(_lacking(readings)),
        *(paragraphs([say("reach.today.unplaced", names=unplaced)]) if unplaced else ()),
        Sentence(say("teams.source")),
    )


def _reading(each: Today) -> tuple[Sentence, ...]:
    """What one reading gives; below it with the surest bases alone, and who depends on one team."""
    only = sum(dependence.persons for dependence in each.alone)
    covered, sure, alone = (
        Percent(share_of(persons, each.population), 0) for persons in (each.covered, each.sure, only)
    )
    minutes = Number(each.minutes)
    return (
        Sentence(say(READINGS[each.reading], share=Percent(each.share, 0), covered=covered, minutes=minutes)),
        Sentence(say("reach.today.sure", sure=sure, alone=alone), level=1),
    )


def _lacking(readings: Sequence[Today]) -> Iterator[Words]:
    """DPS areas of which no listed team covers any unit, by each reading."""
    for each in readings:
        names = lacking_areas(each, "dps_name")
        if names and each.reading != "any":
            reading, count = say(READING_NAMES[each.reading]), Number(len(names))
            yield say("reach.today.lacking", reading=reading, count=count, names=", ".join(names))


def parts_tables(readings: Sequence[Today]) -> tuple[Table, ...]:
    """Reach by county, HF and helsefellesskap, a column for each reading."""
    return tuple(_part_table(readings, column) for column in PARTS)


def _part_table(readings: Sequence[Today], column: str) -> Table:
    by_reading = [grouped(each.units, each.atlas, column) for each in readings]
    head = (
        Column(column, say(PARTS[column])),
        Column("population", say("column.population")),
        *(Column(each.reading, say(READING_NAMES[each.reading])) for each in readings),
    )
    rows = (
        (groups[0].name, Number(groups[0].population), *(Percent(group.share, 0) for group in groups))
        for groups in zip(*by_reading, strict=True)
    )
    return Table(column, head, tuple(rows))


def lacking_table(found: Today) -> Table:
    """Units that no listed team covers, those with most residents first."""
    persons = found.atlas.population["persons"]
    units = found.atlas.units.loc[sorted(found.lacking, key=lambda unit: -persons[unit])]
    head = (Column(name, say(f"app_reach.column.{name}")) for name in ("unit", "dps", "population"))
    rows = ((unit.name, unit.dps_name, Number(int(persons[unit.Index]))) for unit in units.itertuples())
    return Table("lacking", tuple(head), tuple(rows))
