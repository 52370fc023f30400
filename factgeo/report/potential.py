"""A population potential in words, tables and JSON: three digits in sentences, whole persons elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from factgeo.atlas.pack import Atlas
from factgeo.language import escaping, number, percent, text
from factgeo.people.need import Fraction, TargetGroup
from factgeo.reach.potential import (
    AreaPotential,
    BestPlace,
    PlacePotential,
    Potentials,
    Reached,
    Rules,
    Standing,
    of_bases,
)
from factgeo.settings import Settings

Row = dict[str, object]
DIGITS = 3  # of a count that rests on modelled minutes
ROWS = 15  # of units and bases in a text; the CSV files have all


def shown(persons: float) -> str:
    """Persons with the digits that modelled minutes deserve: 42,165 as 42,200."""
    if persons < 10**DIGITS:
        return number(round(persons))
    return number(round(persons, DIGITS - 1 - math.floor(math.log10(persons))))


# -- sentences ---------------------------------------------------------------------------------------------------------


def area_lines(found: AreaPotential) -> list[str]:
    """What the potential of an area says, a sentence each."""
    asked = found.rules
    population = int(found.cells["persons"].sum())
    said = [
        text(
            "potential.area", area=found.area.name, population=number(population), year=found.year, limit=asked.reach
        )
    ]  # fmt: skip
    said += [_standing(each, population, found) for each in found.standing]
    said += [_best(rank, best, asked, found.atlas) for rank, best in enumerate(found.best[:3], start=1)]
    if found.off_road:
        said.append(text("potential.off_road", count=number(found.off_road)))
    return [*said, *_notes(asked, found.share)]


def _best(rank: int, best: BestPlace, asked: Rules, atlas: Atlas) -> str:
    """One of the best places; all whom the first one reaches are new."""
    place, residents = called(best.place, atlas), shown(best.place.residents[asked.column])
    if rank == 1:
        return text("potential.first", place=place, residents=residents, limit=asked.reach)
    return text(
        "potential.best", rank=rank, place=place, residents=residents, limit=asked.reach, new=shown(best.new)
    )  # fmt: skip


def _standing(each: Standing, population: int, found: AreaPotential) -> str:
    """Who lives where so many are within reach."""
    level, limit = number(each.level), number(found.rules.reach)
    if not each.cells:
        who = {"residents": text("potential.who.residents"), "adults": text("potential.who.adults")}
        return text("potential.standing.none", level=level, limit=limit, who=who[each.who])
    share = percent(each.residents / population if population else 0)
    values = {"level": level, "limit": limit, "share": share, "residents": shown(each.residents)}
    if each.own_zone is None:
        return text("potential.standing.adults", **values)
    if found.settings.border == "none":
        return text("potential.standing.free", **values)
    own = percent(each.own_zone / population if population else 0)
    return text("potential.standing.residents", own=own, border=_border(found.settings), **values)


def place_lines(found: PlacePotential) -> list[str]:
    """Who lives within reach of a place, a sentence each."""
    asked, place = found.rules, found.place
    rows = zip(asked.minutes, place.residents, place.adults, place.young, place.target_group, strict=True)
    said = [text("potential.place", place=called(place, found.atlas), year=found.year)]
    for limit, residents, adults, young, group in rows:
        said.append(
            text(
                "potential.within", limit=limit, residents=shown(residents), adults=shown(adults),
                young=shown(young), group=_group(group),
            )
        )  # fmt: skip
    said.append(_by_ferry(found))
    said.append(text("potential.gravity", gravity=shown(place.gravity), half=number(asked.half_life_min)))
    if found.settings.border != "none":
        own = shown(place.own_zone[asked.column])
        said.append(text("potential.own_zone", limit=asked.reach, own=own, border=_border(found.settings)))
    units = ", ".join(
        f"{unit.name} ({shown(unit.within[asked.column])})"
        for unit in found.from_units[:5]
        if unit.within[asked.column]
    )
    if units:
        said.append(text("potential.units", limit=asked.reach, units=units))
    return [*said, *_notes(asked, found.share)]


def _by_ferry(found: PlacePotential) -> str:
    """How many of those within each limit are reached by ferry or boat."""
    counts = [
        text("potential.minutes", count=shown(count), limit=limit)
        for limit, count in zip(found.rules.minutes, found.by_ferry, strict=True)
        if count
    ]
    return text("potential.ferry", counts=", ".join(counts)) if counts else text("potential.no_ferry")


def _group(group: TargetGroup) -> str:
    """The target group with its range, where there is one."""
    low, central, high = shown(group.low), shown(group.central), shown(group.high)
    return central if low == high else f"{central} ({low}–{high})"


def _notes(asked: Rules, share: Fraction) -> list[str]:
    """What to know before quoting."""
    percents = [number(100 * part, 2) for part in share.three]
    words = {"adults_18plus": text("potential.of.adults"), "total": text("potential.of.total")}
    return [
        text("potential.note.ways"),
        text("potential.note.borders"),
        text("potential.note.gravity", half=number(asked.half_life_min)),
        text("potential.note.young"),
        text("potential.note.target", low=percents[0], central=percents[1], high=percents[2],
             of=words[share.denominator], source=share.source or text("potential.own_source")),
    ]  # fmt: skip


def called(place: Reached, atlas: Atlas) -> str:
    """The place with its unit; a cell by the nearest place that has a name."""
    unit = str(atlas.units.at[place.unit_code, "name"])
    if place.kind == "cell":
        same = unit in place.name
        return (
            text("potential.near", name=place.name) if same else text("potential.near_in", name=place.name, unit=unit)
        )
    if unit in place.name:
        return place.name
    return text("potential.in_unit", name=place.name, unit=unit)


def _border(settings: Settings) -> str:
    words = {
        "hf": text("potential.border.hf"),
        "dps": text("potential.border.dps"),
        "helsefellesskap": text("potential.border.helsefellesskap"),
        "rhf": text("potential.border.rhf"),
        "county": text("potential.border.county"),
    }
    return words[settings.border]


# -- markdown ----------------------------------------------------------------------------------------------------------


def area_markdown(found: AreaPotential) -> str:
    """The potential of an area as a chapter: sentences, the best places, the candidate bases."""
    title = text("potential.title", area=found.area.name)
    best = [
        [str(rank), *_figures(each.place, found.rules, found.atlas), shown(each.new)]
        for rank, each in enumerate(found.best, start=1)
    ]
    listed = of_bases(found)
    bases = [_figures(each, found.rules, found.atlas) for each in listed[:ROWS]]
    head = _heads(found.rules)
    parts = [
        f"## {escaping.markdown(title)}",
        escaping.bullets(area_lines(found)),
        "### " + text("potential.head.best"),
        text("potential.head.best_rule", limit=found.rules.reach),
        escaping.table([text("potential.column.rank"), *head, text("potential.column.new")], best),
        "### " + text("potential.head.bases"),
        escaping.table(head, bases),
    ]
    if len(listed) > ROWS:
        parts.append(text("potential.more", count=number(len(listed) - ROWS)))
    return "\n\n".join(parts) + "\n"


def place_markdown(found: PlacePotential) -> str:
    """The potential of a place as a chapter: sentences, and the units that its residents live in."""
    title = text("potential.title", area=found.place.name)
    head = [text("potential.column.unit"), text("potential.column.all"), *_limits(found.rules)]
    rows = [
        [unit.name, number(unit.residents), *(shown(count) for count in unit.within)]
        for unit in found.from_units[:ROWS]
    ]
    parts = [
        f"## {escaping.markdown(title)}",
        escaping.bullets(place_lines(found)),
        "### " + text("potential.head.units"),
        escaping.table(head, rows),
    ]
    if len(found.from_units) > ROWS:
        parts.append(text("potential.more", count=number(len(found.from_units) - ROWS)))
    return "\n\n".join(parts) + "\n"


def _heads(asked: Rules) -> list[str]:
    return [
        text("potential.column.place"), *_limits(asked), text("potential.column.adults", limit=asked.reach),
        text("potential.column.young", limit=asked.reach), text("potential.column.target", limit=asked.reach),
        text("potential.column.own_zone", limit=asked.reach), text("potential.column.gravity"),
    ]  # fmt: skip


def _limits(asked: Rules) -> list[str]:
    return [text("potential.column.within", limit=limit) for limit in asked.minutes]


def _figures(place: Reached, asked: Rules, atlas: Atlas) -> list[str]:
    k = asked.column
    return [
        called(place, atlas), *(shown(count) for count in place.residents), shown(place.adults[k]),
        shown(place.young[k]), _group(place.target_group[k]), shown(place.own_zone[k]), shown(place.gravity),
    ]  # fmt: skip


# -- tables ------------------------------------------------------------------------------------------------------------


def cells_table(found: AreaPotential) -> pd.DataFrame:
    """One row per inhabited cell of the area; whole persons, x and y in metres (EPSG:25833)."""
    own = found.cells[["ssbid", "unit_code", "x", "y", "persons", "adults"]].reset_index(drop=True)
    return pd.concat([own, _columns(found.of_cells, found.rules, found.share)], axis=1)


def _columns(of: Potentials, asked: Rules, share: Fraction) -> pd.DataFrame:
    """The figures of each place as columns ``residents_30`` and so on."""
    columns: dict[str, object] = {}
    base = of.adults if share.denominator == "adults_18plus" else of.residents
    values = {"residents": of.residents, "adults": of.adults, "young_12_25": of.young.round(),
              "target_group": (base * share.central).round(), "own_zone_residents": of.own_zone}  # fmt: skip
    for name, table in values.items():
        for k, limit in enumerate(asked.minutes):
            columns[f"{name}_{limit}"] = table[:, k].astype("int64")
    columns["gravity"] = of.gravity.round().astype("int64")
    return pd.DataFrame(columns)


def bases_table(found: AreaPotential) -> pd.DataFrame:
    """One row per candidate base, those with most residents within reach first."""
    return pd.DataFrame([_flat(base, found.rules, found.atlas) for base in of_bases(found)])


def best_table(found: AreaPotential) -> pd.DataFrame:
    """The best places, the best first; ``new_residents``: within reach of no place above."""
    return pd.DataFrame(
        [
            {"rank": rank, **_flat(each.place, found.rules, found.atlas), "new_residents": each.new}
            for rank, each in enumerate(found.best, start=1)
        ]
    )


def _flat(place: Reached, asked: Rules, atlas: Atlas) -> Row:
    levels = ("low", "central", "high")
    rows = zip(asked.minutes, place.target_group, strict=True)
    groups = {f"target_group_{level}_{limit}": getattr(group, level) for limit, group in rows for level in levels}
    return {
        "name": place.name, "unit_code": place.unit_code, "unit": str(atlas.units.at[place.unit_code, "name"]),
        "kind": place.kind, "lon": place.lon, "lat": place.lat,
        **_named("residents", asked, place.residents), **_named("adults", asked, place.adults),
        **_named("young_12_25", asked, place.young), **groups,
        **_named("own_zone_residents", asked, place.own_zone), "gravity": place.gravity,
    }  # fmt: skip


def _named(name: str, asked: Rules, counts: Sequence[int]) -> Row:
    return {f"{name}_{limit}": count for limit, count in zip(asked.minutes, counts, strict=True)}


def units_table(found: PlacePotential) -> pd.DataFrame:
    """One row per unit with residents within the longest limit of a place."""
    return pd.DataFrame(
        [
            {"unit_code": unit.unit_code, "name": unit.name, "residents": unit.residents,
             **_named("residents", found.rules, unit.within)}
            for unit in found.from_units
        ],
        columns=["unit_code", "name", "residents", *(f"residents_{limit}" for limit in found.rules.minutes)],
    )  # fmt: skip


def reached_table(found: PlacePotential) -> pd.DataFrame:
    """One row per cell within the longest limit of a place, with its minutes."""
    table = found.cells
    return table.assign(young=table["young"].round(1), minutes=table["minutes"].round(1))


# -- JSON --------------------------------------------------------------------------------------------------------------


def place_json(found: PlacePotential) -> Row:
    """The object that ``factgeo potential --at PLACE --json`` prints; whole persons."""
    asked = found.rules
    return {
        "at": found.place.name,
        **_place(found.place, asked),
        "from_units": [
            {"unit_code": unit.unit_code, "name": unit.name, "residents": _keyed(asked, unit.within)}
            for unit in found.from_units
        ],
        "by_ferry": _keyed(asked, found.by_ferry),
        **_rules(found.settings, asked, found.share, found.year),
    }


def area_json(found: AreaPotential) -> Row:
    """The object that ``factgeo potential --area AREA --json`` prints; whole persons."""
    asked = found.rules
    return {
        "area": found.area.name,
        "population": int(found.cells["persons"].sum()),
        "cells": len(found.cells),
        "off_road": found.off_road,
        "best": [
            {"rank": rank, **_titled(each.place, asked, found.atlas), "new_residents": each.new}
            for rank, each in enumerate(found.best, start=1)
        ],
        "bases": [_titled(base, asked, found.atlas) for base in of_bases(found)],
        "standing": [
            {"level": each.level, "who": each.who, "cells": each.cells, "residents": each.residents,
             "residents_own_zone": each.own_zone}
            for each in found.standing
        ],
        **_rules(found.settings, asked, found.share, found.year),
    }  # fmt: skip


def _titled(place: Reached, asked: Rules, atlas: Atlas) -> Row:
    unit = str(atlas.units.at[place.unit_code, "name"])
    return {"name": place.name, "unit": unit, "kind": place.kind, **_place(place, asked)}


def _place(place: Reached, asked: Rules) -> Row:
    groups = dict(_group_range(place, asked))
    return {
        "unit_code": place.unit_code,
        "lon": place.lon,
        "lat": place.lat,
        "residents": _keyed(asked, place.residents),
        "adults": _keyed(asked, place.adults),
        "young_12_25": _keyed(asked, place.young),
        "target_group": _keyed(asked, [group.central for group in place.target_group]),
        "target_group_range": groups,
        "residents_own_zone": _keyed(asked, place.own_zone),
        "gravity": place.gravity,
    }


def _group_range(place: Reached, asked: Rules) -> Iterator[tuple[str, Row]]:
    for limit, group in zip(asked.minutes, place.target_group, strict=True):
        yield str(limit), {"low": group.low, "high": group.high}


def _keyed(asked: Rules, counts: Sequence[int]) -> dict[str, int]:
    return {str(limit): count for limit, count in zip(asked.minutes, counts, strict=True)}


def _rules(settings: Settings, asked: Rules, share: Fraction, year: int) -> Row:
    """What the figures rest on."""
    return {
        "year": year,
        "minutes": list(asked.minutes),
        "reach_min": asked.reach,
        "half_life_min": asked.half_life_min,
        "levels": list(asked.levels),
        "border": settings.border,
        "denominator": share.denominator,
        "target_source": share.source or text("potential.own_source"),
        "quality": {"residents": "derived", "young_12_25": "derived", "target_group": "estimate", "gravity": "derived"},
        "notes": _notes(asked, share),
    }
