"""Candidate bases: the units' centres, their other dense cells, and planners' own sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from factgeo.atlas.pack import Atlas
from factgeo.atlas.places import LAT_RANGE, LON_RANGE
from factgeo.errors import Faults, SettingsError, SourceError, read_each
from factgeo.files import userfiles
from factgeo.files.userfiles import Table
from factgeo.language import names
from factgeo.settings import Settings, Site
from factgeo.sources import layers
from factgeo.travel import times as travel_times

ASHORE_M = 300  # a site may lie this far outside a unit's outline, which is generalised: quays do
NO_TOWNS = ("airport", "quay")  # places that a base is not named after
LONGEST_NAME = 100
ROLES = {
    "candidate": ("", "candidate", "mulig", "mogleg", "kandidat"),
    "preferred": ("preferred", "helst", "foretrukket", "føretrekt"),
    "required": ("required", "påkrevd", "krav", "må", "kravd"),
}
SITE_COLUMNS = {
    "name": ("name", "navn", "namn", "sted", "stad", "stadnamn", "stedsnavn"),
    "lon": ("lon", "longitude", "lengdegrad", "lengdegrad lon", "lng"),
    "lat": ("lat", "latitude", "breddegrad", "breiddegrad"),
    "role": ("role", "rolle"),
}

BaseKind = Literal["centre", "dense", "site"]


def candidates(atlas: Atlas, units: tuple[str, ...], settings: Settings) -> tuple[Base, ...]:
    """Return the bases that a plan may use, unit by unit, without the forbidden ones.

    Raises:
        SettingsError: A site lies outside Norway or in the sea, or a rule names no unit or place of the area.
    """
    rules = settings.bases
    sited = _by_unit(_sites(atlas, rules.sites))
    _refuse_elsewhere(sited, units, rules.sites)
    dense = _dense_cells(atlas, units, settings) if rules.per_unit > 1 else {}
    found = [
        base
        for unit in units
        for base in [_centre(atlas, unit), *dense.get(unit, ()), *sited.get(unit, ())]
    ]  # fmt: skip
    allowed = [base for base in found if not any(names_base(atlas, text, base) for text in rules.forbidden)]
    for text in (*rules.required, *rules.forbidden, *rules.preferred):
        _refuse_unknown(atlas, text, found)
    return tuple(allowed)


def names_base(atlas: Atlas, text: str, base: Base) -> bool:
    """Does a name or code in a rule mean this base, by its place or by its unit?"""
    unit = atlas.units.loc[base.unit_code]
    spelt = (base.unit_code, base.name, unit["name"], unit["official_name"])
    return text == base.unit_code or bool(names.forms(text) & set().union(*(names.forms(name) for name in spelt)))


def required(atlas: Atlas, bases: Iterable[Base], settings: Settings) -> list[list[Base]]:
    """Return groups of bases, of which a plan must use one each: one group per required name and per required site.

    Raises:
        SettingsError: A required base is also forbidden under another name.
    """
    bases, rules = list(bases), settings.bases
    sites = [site for site in rules.sites if site.role == "required"]
    groups = {text: [base for base in bases if names_base(atlas, text, base)] for text in rules.required}
    groups |= {site.name: [base for base in bases if is_site(base, site)] for site in sites}
    empty = [name for name, group in groups.items() if not group]
    if empty:
        raise SettingsError("bases_contradict", names=", ".join(empty))
    return list(groups.values())


def is_preferred(atlas: Atlas, base: Base, settings: Settings) -> bool:
    """Is a base among the preferred ones? Yes for every base if nothing is preferred."""
    rules = settings.bases
    sites = [site for site in rules.sites if site.role == "preferred"]
    if not sites and not rules.preferred:
        return True
    named = any(names_base(atlas, text, base) for text in rules.preferred)
    return named or any(is_site(base, site) for site in sites)


def read_sites(path: Path) -> tuple[Site, ...]:
    """Read a planner's sites from a CSV (name, lon, lat) or a GeoPackage of points (name), both with an optional role.

    Raises:
        SourceError: The file cannot be read, or a row has no name, no possible place or an unknown role.
    """
    points = path.suffix.lower() == ".gpkg"
    table = _site_points(path) if points else userfiles.read(path, SITE_COLUMNS, needed=["name", "lon", "lat"])
    return tuple(read_each(table.lines, lambda line: _site(table, line)))


def _site_points(path: Path) -> Table:
    """Read the points of a GeoPackage as rows of text, like those of a CSV."""
    layer = layers.in_crs(layers.read_layer(path, columns=["name"], shape="points"), 4326, path)
    table = pd.DataFrame(layer.drop(columns=layer.geometry.name)).rename(columns=str.casefold)
    table = table.astype(object).where(table.notna(), "").astype(str).set_axis(np.arange(1, len(table) + 1))
    several = table.index[shapely.get_num_geometries(layer.geometry.to_numpy()) > 1]
    faults = Faults()
    faults.add_all(several, lambda row: SourceError("site_points", file=path, line=row))
    faults.refuse()
    lon, lat = shapely.get_coordinates(layer.geometry.to_numpy()).T
    rows = table.assign(lon=[f"{degrees:.8f}" for degrees in lon], lat=[f"{degrees:.8f}" for degrees in lat])
    return Table(path, rows, {str(column): str(column) for column in rows.columns}, 0)


def _site(table: Table, line: int) -> Site:
    cells: dict[str, Callable[[], str | float]] = {
        "name": lambda: _site_name(table, line),
        "lon": lambda: table.decimal(line, "lon", above=LON_RANGE[0], up_to=LON_RANGE[1]),
        "lat": lambda: table.decimal(line, "lat", above=LAT_RANGE[0], up_to=LAT_RANGE[1]),
        "role": lambda: _site_role(table, line),
    }
    return Site.model_validate(dict(read_each(cells, lambda name: (name, cells[name]()))))


def _site_name(table: Table, line: int) -> str:
    name = table.at(line, "name").strip()
    if sign := names.unseen(name):
        raise SourceError("cell_unseen", file=table.path, line=line, column="name", sign=sign)
    if not 0 < len(name) <= LONGEST_NAME:
        raise SourceError("site_name", file=table.path, line=line, most=LONGEST_NAME)
    return name


def _site_role(table: Table, line: int) -> str:
    given = table.at(line, "role").strip()
    role = next((role for role, words in ROLES.items() if given.casefold() in words), None)
    if role is None:
        raise SourceError("site_role", file=table.path, line=line, given=given, known=", ".join(ROLES))
    return role


def _centre(atlas: Atlas, unit: str) -> Base:
    row = atlas.units.loc[unit]
    return Base(unit, str(row["base_name"]), float(row["base_lon"]), float(row["base_lat"]))


def _sites(atlas: Atlas, sites: tuple[Site, ...]) -> Iterator[Base]:
    """Yield sites as bases of the units that they lie in."""
    if not sites:
        return
    points = travel_times.as_points(np.array([site.lon for site in sites]), np.array([site.lat for site in sites]))
    tree = shapely.STRtree(atlas.units.geometry.to_numpy())
    for site, point in zip(sites, points, strict=True):
        near = tree.query_nearest(point, max_distance=ASHORE_M, all_matches=False)
        if not len(near):
            raise SettingsError("site_outside", name=site.name, lon=f"{site.lon:.4f}", lat=f"{site.lat:.4f}")
        yield Base(str(atlas.units.index[int(near[0])]), site.name, site.lon, site.lat, "site")


def _by_unit(bases: Iterable[Base]) -> dict[str, list[Base]]:
    found: dict[str, list[Base]] = {}
    for base in bases:
        found.setdefault(base.unit_code, []).append(base)
    return found


def is_site(base: Base, site: Site) -> bool:
    """Is this base this site?"""
    return base.kind == "site" and (base.name, base.lon, base.lat) == (site.name, site.lon, site.lat)


def _dense_cells(atlas: Atlas, units: tuple[str, ...], settings: Settings) -> dict[str, list[Base]]:
    """Return the most populous cells of each unit that lie apart from its centre and from each other."""
    rules, found = settings.bases, {}
    for unit, cells in atlas.cells[atlas.cells["unit_code"].isin(units)].groupby("unit_code", sort=False):
        row = atlas.units.loc[unit]
        taken = [travel_times.as_points(np.array([row["base_lon"]]), np.array([row["base_lat"]]))[0]]
        ordered = cells.sort_values(["persons", "ssbid"], ascending=[False, True])
        chosen: list[shapely.Point] = []
        for x, y in zip(ordered["home_x"], ordered["home_y"], strict=True):
            point = shapely.Point(x, y)
            if len(chosen) == rules.per_unit - 1:
                break
            if all(shapely.distance(point, other) >= 1000 * rules.apart_km for other in taken):
                taken.append(point)
                chosen.append(point)
        found[str(unit)] = dense_bases(atlas, str(unit), chosen)
    return found


def dense_bases(atlas: Atlas, unit: str, points: list[shapely.Point]) -> list[Base]:
    """Return points (EPSG:25833) as bases of a unit, each with the name of the nearest place of its municipality."""
    if not points:
        return []
    here = atlas.places["municipality_code"] == atlas.units.at[unit, "municipality_code"]
    places = atlas.places[here & ~atlas.places["kind"].isin(NO_TOWNS)]
    spots = travel_times.as_points(places["lon"].to_numpy(), places["lat"].to_numpy())
    lonlat = gpd.GeoSeries(points, crs=25833).to_crs(4326)
    bases = []
    for point, degrees in zip(points, lonlat, strict=True):
        name = str(places["name"].iloc[int(np.argmin(shapely.distance(point, spots)))]) if len(places) else unit
        bases.append(Base(unit, name, round(degrees.x, 5), round(degrees.y, 5), "dense"))
    return bases


def _refuse_elsewhere(sited: dict[str, list[Base]], units: tuple[str, ...], sites: tuple[Site, ...]) -> None:
    """Refuse a required site outside the area; other sites may lie outside, so that one file serves a whole region."""
    for unit, found in sited.items():
        for base in found:
            if unit not in units and any(is_site(base, site) for site in sites if site.role == "required"):
                raise SettingsError("site_elsewhere", name=base.name)


def _refuse_unknown(atlas: Atlas, text: str, bases: list[Base]) -> None:
    if any(names_base(atlas, text, base) for base in bases):
        return
    known = {name for base in bases for name in (base.name, str(atlas.units.at[base.unit_code, "name"]))}
    raise SettingsError("base_unknown", given=text, nearest=", ".join(names.nearest(text, sorted(known))) or "-")


@dataclass(frozen=True)
class Base:
    """A base: the place that a team drives from.

    Attributes:
        unit_code: The unit in which it lies.
        name: The name of the place.
        lon: Longitude in degrees, EPSG:4326.
        lat: Latitude in degrees.
        kind: The unit's administrative centre, one of its other dense cells, or a planner's own site.
    """

    unit_code: str
    name: str
    lon: float
    lat: float
    kind: BaseKind = "centre"
