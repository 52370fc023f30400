"""Find areas by name: Norway, municipality, district, county, hospital trust (HF), DPS area, helsefellesskap, RHF."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from factgeo.atlas.pack import Atlas
from factgeo.errors import UnknownNameError
from factgeo.files import codes
from factgeo.language import names

NORWAY = "Norge"
# kind as typed in front of a name -> columns of the units table with its code and its name
KINDS = {
    "kommune": ("municipality_code", "municipality_name"),
    "bydel": ("unit_code", "name"),
    "fylke": ("county_code", "county_name"),
    "hf": (None, "hf_name"),
    "dps": ("dps_code", "dps_name"),
    "helsefellesskap": (None, "helsefellesskap"),
    "rhf": (None, "rhf_name"),
}
# what a plan's border setting means: the column of the units table of which no catchment joins two values
BORDERS = {
    "hf": "hf_name",
    "dps": "dps_code",
    "helsefellesskap": "helsefellesskap",
    "rhf": "rhf_name",
    "county": "county_code",
}


@dataclass(frozen=True)
class Area:
    """A named set of planning units.

    Attributes:
        name: As shown; several areas are joined by " + ".
        units: Unit codes, sorted.
    """

    name: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class _Meaning:
    kind: str
    name: str
    also: str  # another way to write the name, with parallel names in other languages
    units: frozenset[str]


def resolve(text: str, atlas: Atlas) -> Area:
    """Return the area that ``text`` names; several names are joined by ``+``.

    Raises:
        UnknownNameError: No area has this name (the error offers the nearest), or several different areas have.
    """
    parts = [part.strip() for part in text.split("+") if part.strip()]
    if not parts:
        raise UnknownNameError("unknown_area", name=text, nearest=NORWAY)
    found = [_resolve_one(part, atlas) for part in parts]
    units = frozenset().union(*(meaning.units for meaning in found))
    return Area(" + ".join(dict.fromkeys(meaning.name for meaning in found)), tuple(sorted(units)))


def _resolve_one(text: str, atlas: Atlas) -> _Meaning:
    kind, colon, rest = text.partition(":")
    wanted_kind = names.plain(kind) if colon else None
    name = rest.strip() if colon else text
    if wanted_kind is not None and wanted_kind not in KINDS:
        raise UnknownNameError("unknown_kind", kind=kind, kinds=", ".join(f"{known}:" for known in KINDS))
    known = [m for m in _meanings(atlas) if wanted_kind in (None, m.kind)]
    if wanted_kind is None and names.legible(name) and names.plain(name) in ("norge", "noreg", "norway"):
        return _Meaning("norge", NORWAY, NORWAY, frozenset(atlas.units.index))
    hits = _by_code(name, wanted_kind, atlas.units) or _by_name(name, known)
    if not hits:
        _refuse_former(name, atlas)
        offered = names.nearest(name, [m.name for m in known]) or [NORWAY]
        raise UnknownNameError("unknown_area", name=text, nearest=", ".join(offered))
    if len({hit.units for hit in hits}) > 1:
        candidates = ", ".join(f"{hit.kind}:{_typed_name(hit, hits, atlas)}" for hit in hits)
        raise UnknownNameError("ambiguous_area", name=text, candidates=candidates)
    return hits[0]


def _refuse_former(text: str, atlas: Atlas) -> None:
    """Refuse a municipality's code from before 2024; the error names its successors."""
    names_now = dict(zip(atlas.units["municipality_code"], atlas.units["municipality_name"], strict=True))
    if today := codes.successors(text, names_now):
        raise UnknownNameError("former_area", name=text, today=today)


def _typed_name(hit: _Meaning, hits: list[_Meaning], atlas: Atlas) -> str:
    """Return the name, or the code if the candidates share kind and name."""
    alike = [other for other in hits if other.kind == hit.kind and other.name == hit.name]
    code_column = KINDS[hit.kind][0]
    if len(alike) == 1 or code_column is None:
        return hit.name
    return str(atlas.units.loc[min(hit.units), code_column])


def _by_code(text: str, kind: str | None, units: pd.DataFrame) -> list[_Meaning]:
    """Return units, municipalities, counties (2 digits) and DPS areas (D30) by code, also without the first 0."""
    if not text.isascii():  # no code, and the tables cannot be asked for every text
        return []
    wanted = codes.padded(text.upper())
    for each, (code_column, _) in KINDS.items():
        if code_column is not None and kind in (None, each):
            rows = units[units[code_column] == wanted]
            if len(rows):
                return [_meaning(each, rows)]
    return []


def _by_name(text: str, known: list[_Meaning]) -> list[_Meaning]:
    """Return areas of this name, by the strictest reading that finds any: as spelt, without accents, by parts."""
    spelt = [(meaning.name, meaning.also) for meaning in known]
    return [known[k] for k in names.matching(text, spelt)]


@lru_cache(maxsize=4)
def _meanings(atlas: Atlas) -> list[_Meaning]:
    """Yield every named area of every kind, in the order of ``KINDS``."""
    units = atlas.units
    districts = units[units.index.str.len() == codes.DISTRICT_DIGITS]
    return [
        _meaning(kind, rows)
        for kind, (code_column, name_column) in KINDS.items()
        for _, rows in (districts if kind == "bydel" else units).groupby(code_column or name_column, sort=True)
    ]


def _meaning(kind: str, rows: pd.DataFrame) -> _Meaning:
    name = str(rows[KINDS[kind][1]].iloc[0])
    also = str(rows["official_name"].iloc[0]) if kind == "kommune" else name
    return _Meaning(kind, name, also, frozenset(rows.index))


def named(units: tuple[str, ...], otherwise: str, atlas: Atlas) -> Area:
    """Return the area of these units (sorted); if they are a known area, it has that area's name."""
    wanted = frozenset(units)
    if wanted == frozenset(atlas.units.index):
        return Area(NORWAY, units)
    known = (meaning.name for meaning in _meanings(atlas) if meaning.units == wanted)
    return Area(next(known, otherwise), units)


def zones(units: pd.DataFrame, border: str) -> pd.Series:
    """Return the border zone of each unit, which no catchment crosses; all are equal if no border counts."""
    return units[BORDERS[border]] if border in BORDERS else pd.Series("", index=units.index)


def slug(area: Area) -> str:
    """Return the area's name as the name of a folder: small letters, digits and hyphens."""
    return names.plain(area.name).replace(" ", "-")[:60] or "area"
