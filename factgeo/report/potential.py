"""A population potential in words: persons within modelled minutes have three digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factgeo.atlas.pack import Atlas
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import Span, reached
from factgeo.people.need import Fraction, TargetGroup
from factgeo.reach.potential import (
    AreaPotential,
    BestPlace,
    FromUnit,
    PlacePotential,
    Reached,
    Rules,
    Standing,
    of_bases,
)
from factgeo.report.content import Cell, Chapter, Column, Report, Sentence, Table, items, paragraphs
from factgeo.settings import Settings

ROWS = 15  # of units and bases in a text; the CSV files have all


# -- sentences ---------------------------------------------------------------------------------------------------------


def area_brief(found: AreaPotential) -> tuple[Sentence, ...]:
    """What the potential of an area says, a sentence each."""
    return paragraphs(_of_area(found))


def place_brief(found: PlacePotential) -> tuple[Sentence, ...]:
    """Who lives within reach of a place, a sentence each."""
    return paragraphs([_head(found), *of_place(found)])


def of_place(found: PlacePotential) -> Iterator[Words]:
    """The same to be read below the name of the place."""
    asked, place = found.rules, found.place
    rows = zip(asked.minutes, place.residents, place.adults, place.young, place.target_group, strict=True)
    for limit, residents, adults, young, group in rows:
        yield say(
            "potential.within", limit=limit, residents=reached(residents), adults=reached(adults),
            young=reached(young), group=_group(group),
        )  # fmt: skip
    yield _by_ferry(found)
    yield say("potential.gravity", gravity=reached(place.gravity), half=Number(asked.half_life_min))
    if found.settings.border != "none":
        own = reached(place.own_zone[asked.column])
        yield say("potential.own_zone", limit=asked.reach, own=own, border=_border(found.settings))
    near = [unit for unit in found.from_units[:5] if unit.within[asked.column]]
    if near:
        units = joined(joined((unit.name, " (", reached(unit.within[asked.column]), ")"), "") for unit in near)
        yield say("potential.units", limit=asked.reach, units=units)
    yield from notes(asked, found.share)


def notes(asked: Rules, share: Fraction) -> Iterator[Words]:
    """What to know before quoting."""
    low, central, high = (Number(100 * part, 2) for part in share.values)
    of = "adults" if share.denominator == "adults_18plus" else "total"
    yield say("potential.note.ways")
    yield say("potential.note.borders")
    yield say("potential.note.gravity", half=Number(asked.half_life_min))
    yield say("potential.note.young")
    yield say(
        "potential.note.target", low=low, central=central, high=high, of=say(f"potential.of.{of}"),
        source=source(share),
    )  # fmt: skip


def source(share: Fraction) -> Words:
    """Who says so."""
    return share.source or say("potential.own_source")


def called(place: Reached, atlas: Atlas) -> Words:
    """The place with its unit; a cell by the nearest place that has a name."""
    unit = str(atlas.units.at[place.unit_code, "name"])
    if place.kind == "cell":
        key = "potential.near" if unit in place.name else "potential.near_in"
        return say(key, name=place.name, unit=unit)
    return place.name if unit in place.name else say("potential.in_unit", name=place.name, unit=unit)


def _of_area(found: AreaPotential) -> Iterator[Words]:
    asked = found.rules
    population = int(found.cells["persons"].sum())
    yield say("potential.area", area=found.area.name, population=Number(population), year=found.year, limit=asked.reach)
    yield from (_standing(each, population, found) for each in found.standing)
    yield from (_best(rank, best, asked, found.atlas) for rank, best in enumerate(found.best[:3], start=1))
    if found.off_road:
        yield say("potential.off_road", count=Number(found.off_road))
    yield from notes(asked, found.share)


def _best(rank: int, best: BestPlace, asked: Rules, atlas: Atlas) -> Words:
    """One of the best places; all residents that the first one reaches are new."""
    place, residents = called(best.place, atlas), reached(best.place.residents[asked.column])
    if rank == 1:
        return say("potential.first", place=place, residents=residents, limit=asked.reach)
    return say(
        "potential.best", rank=rank, place=place, residents=residents, limit=asked.reach, new=reached(best.new)
    )  # fmt: skip


def _standing(each: Standing, population: int, found: AreaPotential) -> Words:
    """Who lives where so many are within reach."""
    level, limit = Number(each.level), Number(found.rules.reach)
    if not each.cells:
        return say("potential.standing.none", level=level, limit=limit, who=say(f"potential.who.{each.who}"))
    share = Percent(each.residents / population if population else 0)
    values = {"level": level, "limit": limit, "share": share, "residents": reached(each.residents)}
    if each.own_zone is None:
        return say("potential.standing.adults", **values)
    if found.settings.border == "none":
        return say("potential.standing.free", **values)
    own = Percent(each.own_zone / population if population else 0)
    return say("potential.standing.residents", own=own, border=_border(found.settings), **values)


def _head(found: PlacePotential) -> Words:
    return say("potential.place", place=called(found.place, found.atlas), year=found.year)


def _by_ferry(found: PlacePotential) -> Words:
    """How many of those within each limit are reached by ferry or boat."""
    counts = [
        say("potential.minutes", count=reached(count), limit=limit)
        for limit, count in zip(found.rules.minutes, found.by_ferry, strict=True)
        if count
    ]
    return say("potential.ferry", counts=joined(counts)) if counts else say("potential.no_ferry")


def _group(group: TargetGroup) -> Words:
    """The target group with its range, where there is one."""
    return Span(group.low, group.central, group.high)


def _border(settings: Settings) -> Words:
    return say(f"potential.border.{settings.border}")


# -- report ------------------------------------------------------------------------------------------------------------


def area_report(found: AreaPotential) -> Report:
    """The potential of an area: sentences, the best places, the candidate bases."""
    bases = of_bases(found)
    rule = Sentence(say("potential.head.best_rule", limit=found.rules.reach))
    return Report(
        "potential",
        say("potential.title", area=found.area.name),
        items(_of_area(found)),
        (
            Chapter("best", say("potential.head.best"), (rule, _best_table(found))),
            Chapter("bases", say("potential.head.bases"), (_bases_table(found, bases[:ROWS]), *_left(bases))),
        ),
    )


def place_report(found: PlacePotential) -> Report:
    """The potential of a place: sentences, and the units that its residents live in."""
    return Report(
        "potential",
        say("potential.title", area=found.place.name),
        items([_head(found), *of_place(found)]),
        (Chapter("units", say("potential.head.units"), (_units_table(found), *_left(found.from_units))),),
    )


def _left(listed: Sequence[object]) -> tuple[Sentence, ...]:
    """How many more there are than a table has rows."""
    left = len(listed) - ROWS
    return paragraphs([say("potential.more", count=Number(left))] if left > 0 else [])


def _best_table(found: AreaPotential) -> Table:
    columns = (_column("rank"), *_columns(found.rules), _column("new"))
    rows = tuple(
        (str(rank), *_row(each.place, found), reached(each.new)) for rank, each in enumerate(found.best, start=1)
    )
    return Table("best", columns, rows)


def _bases_table(found: AreaPotential, bases: Sequence[Reached]) -> Table:
    return Table("bases", _columns(found.rules), tuple(_row(base, found) for base in bases))


def _units_table(found: PlacePotential) -> Table:
    rows = tuple(_unit_row(unit) for unit in found.from_units[:ROWS])
    return Table("units", (_column("unit"), _column("all"), *_limits(found.rules)), rows)


def _unit_row(unit: FromUnit) -> tuple[Cell, ...]:
    return unit.name, Number(unit.residents), *map(reached, unit.within)


def _columns(asked: Rules) -> tuple[Column, ...]:
    names = ("adults", "young", "target", "own_zone")
    return (
        _column("place"), *_limits(asked), *(_column(name, limit=asked.reach) for name in names), _column("gravity"),
    )  # fmt: skip


def _limits(asked: Rules) -> Iterator[Column]:
    for limit in asked.minutes:
        yield Column(f"within_{limit}", say("potential.column.within", limit=limit))


def _column(name: str, **values: object) -> Column:
    return Column(name, say(f"potential.column.{name}", **values))


def _row(place: Reached, found: AreaPotential) -> tuple[Cell, ...]:
    k = found.rules.column
    return (
        called(place, found.atlas), *map(reached, place.residents), reached(place.adults[k]), reached(place.young[k]),
        _group(place.target_group[k]), reached(place.own_zone[k]), reached(place.gravity),
    )  # fmt: skip
