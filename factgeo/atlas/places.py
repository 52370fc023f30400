"""Find places by name, code or coordinates: the start and end of a trip."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from factgeo.atlas.pack import Atlas
from factgeo.errors import UnknownNameError
from factgeo.language import names

LON_RANGE, LAT_RANGE = (4.0, 32.0), (57.0, 72.0)
SAME_PLACE_DEG = 0.05  # hits of one name this near are one place (about 5 km north-south, 2-3 km east-west)
KIND_ORDER = (
    "quay",
    "town",
    "settlement",
    "village",
    "neighbourhood",
    "airport",
)  # which of them is the place


@dataclass(frozen=True)
class Place:
    """A point with a name; degrees, EPSG:4326."""

    name: str
    lon: float
    lat: float


def resolve(text: str, atlas: Atlas) -> Place:
    """Return the place that ``text`` names.

    These are tried in order, and the first that has it counts: unit code; ``lon,lat``; name of a municipality or
    district (its centre); administrative centre; place name.

    Raises:
        UnknownNameError: Nothing has this name (the error offers the nearest), several places have it, or a point lies
            outside Norway.
    """
    text = text.strip()
    if text in atlas.units.index:
        return _of_unit(atlas.units.loc[text])
    point = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)", text)
    if point:
        return _of_point(float(point.group(1)), float(point.group(2)))
    for candidates in (_units(atlas), _of_kinds(atlas, ("centre",)), _of_kinds(atlas, KIND_ORDER)):
        hits = _hits(text, candidates)
        if len(hits) > 1:
            listed = ", ".join(f"{row.name} ({row.where}): {row.code}" for row in hits.itertuples(index=False))
            raise UnknownNameError("ambiguous_place", name=text, candidates=listed)
        if len(hits) == 1:
            row = hits.iloc[0]
            return Place(str(row["name"]), float(row["lon"]), float(row["lat"]))
    offered = names.nearest(text, [*_units(atlas)["name"], *atlas.places["name"].unique()]) or ["Oslo"]
    raise UnknownNameError("unknown_place", name=text, nearest=", ".join(offered))


def _of_unit(unit: pd.Series) -> Place:
    return Place(f"{unit['base_name']} ({unit['name']})", float(unit["base_lon"]), float(unit["base_lat"]))


def _of_point(lon: float, lat: float) -> Place:
    if not (LON_RANGE[0] <= lon <= LON_RANGE[1] and LAT_RANGE[0] <= lat <= LAT_RANGE[1]):
        raise UnknownNameError("place_outside", lon=lon, lat=lat)
    return Place(f"{lon:.4f},{lat:.4f}", lon, lat)


def _units(atlas: Atlas) -> pd.DataFrame:
    """Return municipalities and districts by name, at their centre; cities with districts at theirs."""
    units = atlas.units
    own = pd.DataFrame(
        {"name": units["name"], "also": units["official_name"], "lon": units["base_lon"], "lat": units["base_lat"],
         "code": units.index, "where": units["county_name"]}
    )  # fmt: skip
    districts = units.index.str.len() == 6  # noqa: PLR2004 - districts have six digits
    own.loc[districts, "also"] = own["name"]
    cities = units[districts].drop_duplicates("municipality_code").set_index("municipality_code")
    centre = atlas.places[atlas.places["kind"] == "centre"].set_index("municipality_code").loc[cities.index]
    whole = pd.DataFrame(
        {"name": cities["municipality_name"], "also": cities["official_name"], "lon": centre["lon"],
         "lat": centre["lat"], "code": cities.index, "where": cities["county_name"]}
    )  # fmt: skip
    return pd.concat([own, whole], ignore_index=True)


def _of_kinds(atlas: Atlas, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of the places table of these kinds, the better kinds first."""
    rows = atlas.places[atlas.places["kind"].isin(kinds)]
    rows = rows.assign(rank=rows["kind"].map({kind: rank for rank, kind in enumerate(kinds)})).sort_values(
        ["rank", "place_id"]
    )
    municipality = atlas.units.drop_duplicates("municipality_code").set_index("municipality_code")["municipality_name"]
    lonlat = rows["lon"].map("{:.4f}".format) + "," + rows["lat"].map("{:.4f}".format)
    return rows.assign(also=rows["name"], code=lonlat, where=rows["municipality_code"].map(municipality))


def _hits(text: str, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates of this name; those at one spot count once."""
    spelt = list(zip(candidates["name"], candidates["also"], strict=True))
    exact = candidates.iloc[names.matching(text, spelt)]
    kept: list[int] = []
    for index, row in exact.iterrows():
        apart = [
            abs(row["lon"] - exact.loc[k, "lon"]) > SAME_PLACE_DEG
            or abs(row["lat"] - exact.loc[k, "lat"]) > SAME_PLACE_DEG
            for k in kept
        ]
        if all(apart):
            kept.append(index)
    return exact.loc[kept]
