"""A population potential as the object that other programs rely on and as tables: whole persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from factgeo.atlas.pack import Atlas
from factgeo.language import written
from factgeo.people.need import Fraction
from factgeo.reach.potential import AreaPotential, PlacePotential, Potentials, Reached, Rules, of_bases
from factgeo.report.potential import notes, source
from factgeo.settings import Settings

Row = dict[str, object]


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
        "target_source": written(source(share)),
        "quality": {"residents": "derived", "young_12_25": "derived", "target_group": "estimate", "gravity": "derived"},
        "notes": [written(note) for note in notes(asked, share)],
    }
