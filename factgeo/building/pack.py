"""Build a pack: official files in, checked tables and their manifest out, complete or not at all."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import tomli_w

from factgeo.atlas import access as entry
from factgeo.atlas import pack, tables
from factgeo.building import cells, graph, links, places, residents, roads, units
from factgeo.errors import OutputError, PackError, SourceError
from factgeo.files import folders
from factgeo.language import Phrase, number, percent, text
from factgeo.progress import Tell, silent
from factgeo.sources import kartverket, layers, ssb
from factgeo.sources import tables as small_tables
from factgeo.sources.files import SourceFolder, file_sha256
from factgeo.travel import access

EXACT_YEAR = 2019  # the newest grid with exact counts below 10
BOUNDS_DEG = 1.0  # degrees that a map may reach beyond its bounds; a wrong UTM zone would be six degrees off
AREA_CHANGE = 0.01  # generalising may change a unit's area by this share at most
JOINED_SHARE = 0.995  # share of the road km that must be in one component
PARQUET = {"compression": "zstd", "index": False}
ADULT_AGE = 18
LARGEST = 10  # the number of units that are named as those with most residents off the network
CELL_M = {"1km": 1000, "250m": 250}


Check = dict[str, Any]  # a key of the catalogue below "check.", and the value of that text


@dataclass(frozen=True)
class Built:
    """The tables of a new pack, and its manifest."""

    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]


def build(
    sources: Path,
    facts: Path,
    *,
    year: int,
    resolution: str,
    progress: Tell = silent,
) -> Built:
    """Build all tables of the pack from the official files, and check them.

    Args:
        sources: Folder with the official files, laid out as their ``MANIFEST.toml`` says.
        facts: Folder with the cited tables.
        year: Residents are those of 1 January of this year.
        resolution: "1km" or "250m".
        progress: Called with the name of each step.

    Raises:
        SourceError: A source file is missing, damaged or of the wrong kind.
        PackError: A check of the finished tables does not hold.
    """
    folder = SourceFolder(sources)

    # The outlines come first. They are refused if they and the health areas do not name the same units, so that all
    # later steps can rely on one list of units.
    progress("units")
    health = small_tables.read_health_areas(facts)
    municipalities, districts = _outlines(folder)
    outlines = units.build(municipalities, districts, health)

    # Residents come before cells: the counts of the grid are adjusted until the cells of each unit sum to its official
    # total. The outlines say which unit each of the small cells lies in.
    progress("residents")
    people, unstated = _residents(folder, health, year)
    progress("cells")
    counts, grid_report = _counts(folder, outlines, districts, year)
    cell_table = cells.build(counts, _totals(people, year), cell_m=CELL_M[resolution])

    # Access comes only after the roads are finished. Building them splits and ties lines, and access refers to the
    # edges and positions of the final network.
    progress("roads")
    crossings = small_tables.read_crossings(facts)
    network = _network(folder, crossings)
    way = access.find(
        shapely.points(cell_table["home_x"], cell_table["home_y"]),
        network.edges,
        outlines.geometry.to_numpy(),
    )

    # Units come after access, because a base must be among cells with a road. Places come after units, because bases
    # that are administrative centres can be found by name too.
    progress("places")
    official = municipalities.set_index("municipality_code")["official_name"]
    health["official_name"] = health["municipality_code"].map(official)
    centres = small_tables.read_centres(folder.find("tables/municipality_places.csv"))
    unit_table = _units(health, outlines, cell_table[way.edge >= 0], centres)
    place_names = kartverket.read_place_names(folder.find("kartverket/n1000_place_names.csv"))
    built = {
        "units": unit_table,
        "residents": people,
        "cells": cell_table,
        "roads": network.edges,
        "access": _access_table(cell_table, way),
        "links": links.build(network.edges, _node_units(network.edges, outlines, districts), outlines),
        "places": places.build(place_names, crossings, unit_table, cell_table, centres),
    }

    # The checks come last and read the finished tables, so that they hold for exactly what is written.
    progress("checks")
    checks = _check(built, outlines, network, year) + grid_report
    settings = {"year": year, "resolution": resolution, "roads": "N1000"}
    return Built(built, _manifest(folder, built, network, settings=settings, checks=checks, unstated=unstated))


def replace_roads(atlas: pack.Atlas, source: graph.Source) -> Built:
    """Return the pack with another road network: only roads, access and links are made again.

    A unit is covered if most of its residents get on the largest piece of the new network. Between covered units, the
    road and ferry links are those of the new network. Other units keep their links, because the new network does not
    cover them. Border links do not change.

    Args:
        atlas: The pack whose units, residents, cells and places are kept.
        source: The other network (see ``graph.read``).

    Raises:
        SourceError: The network cannot be used (see ``graph.from_edges``).
        PackError: A table breaks its contract.
    """
    outlines = gpd.GeoDataFrame(atlas.units[["unit_code", "geometry"]].reset_index(drop=True), crs=kartverket.CRS)
    homes = shapely.points(atlas.cells["home_x"], atlas.cells["home_y"])
    people = graph.People(homes, outlines.geometry.to_numpy())
    try:
        network = graph.from_edges(source.pieces, people=people)
    except SourceError as error:
        raise SourceError("roads_of", file=source.name, reason=error.message()) from None
    piece = graph.piece_of(network.edges, network.edges[["from_node", "to_node"]].to_numpy())
    in_main = (piece == graph.main_piece(network.edges, piece)) & access.joined_by_car(network.edges)
    way = graph.get_on(people, network.edges, in_main)
    without = atlas.cells.loc[~(way.edge >= 0) | ~in_main[way.edge]].groupby("unit_code")["persons"].sum()
    joined, kept = _links(atlas, network, outlines, without)
    changed = {"roads": network.edges, "access": _access_table(atlas.cells, way), "links": joined}
    for name, table in changed.items():
        tables.check(name, table)
    kept_tables = {name: getattr(atlas, name).reset_index(drop=True) for name in pack.FILES if name not in changed}
    built = {**kept_tables, **changed}
    no_road = int(atlas.cells.loc[way.edge < 0, "persons"].sum())
    lost = {"residents_without_road": no_road, "residents_cut_off": int(without.sum())}
    report = {**network.report, **lost, "links_kept": kept}
    return Built(built, _manifest_with_roads(atlas, built, source, report, without))


def _links(
    atlas: pack.Atlas, network: roads.RoadTables, outlines: gpd.GeoDataFrame, without: pd.Series
) -> tuple[pd.DataFrame, int]:
    """Return the new network's links with the old links of units that it does not cover, and the number of these."""
    persons = atlas.population["persons"]
    covered = set(persons.index[without.reindex(persons.index, fill_value=0) < persons / 2])
    old = atlas.links
    new = links.build(network.edges, _node_units(network.edges, outlines, outlines.iloc[:0]), outlines)
    border = old["kind"] == "border"
    outside = ~border & ~(old["unit_a"].isin(covered) & old["unit_b"].isin(covered))
    table = pd.concat([new[new["kind"] != "border"], old[border | outside]]).drop_duplicates()
    return table.sort_values(["unit_a", "unit_b", "kind", "crossing"], ignore_index=True), int(outside.sum())


def _manifest_with_roads(
    atlas: pack.Atlas,
    built: dict[str, pd.DataFrame],
    source: graph.Source,
    report: dict[str, float],
    without: pd.Series,
) -> dict[str, Any]:
    """Return the manifest of the pack with the new network, its passport and the residents off it."""
    manifest = {key: value for key, value in atlas.manifest.items() if key != "files"}
    share = round(100 * report["road_share_joined"], 2)
    of_roads = ("bases_on_road", "one_network")  # promises of the old network
    checks = [check for check in manifest.get("checks", []) if check["key"] not in of_roads]
    outside = without == atlas.population["persons"].reindex(without.index)
    largest = without[~outside].sort_values(ascending=False, kind="stable").head(LARGEST)
    return {
        **manifest,
        "settings": {
            **manifest["settings"],
            "roads": source.name,
            "roads_sha256": source.passport["sha256"],
            "reach_m": graph.REACH_M,
        },
        "rows": {name: len(table) for name, table in built.items()},
        "network_notes": source.notes,
        "roads": {**report, "units_outside": int(outside.sum()), "residents_outside": int(without[outside].sum())},
        "checks": [*checks, {"key": "one_network", "value": share}],
        "crossings_left_out": [],
        "cut_off": [{"unit_code": str(code), "persons": int(count)} for code, count in largest.items()],
        "sources": [*manifest.get("sources", []), source.passport],
    }


def network_lines(built: Built) -> list[str]:
    """Say what was joined, what is cut off, and how many residents live there, in the language in use."""
    said = built.manifest["roads"]
    name = built.tables["units"].set_index("unit_code")["name"]
    listed = [f"  {name[entry['unit_code']]} {number(entry['persons'])}" for entry in built.manifest["cut_off"]]
    return [
        text("networks.joined", name=built.manifest["settings"]["roads"], km=number(said["road_km"], 1),
             share=percent(said["road_share_joined"]), crossings=number(said["crossings"]),
             boats=number(said["boats"]), ties=number(said["ties"])),
        text("networks.left_out", km=number(said["road_km_left_out"], 1), pieces=number(said["pieces_left_out"]),
             apart=number(said["pieces_kept_apart"])),
        text("networks.speeds", count=number(said["edges_without_speed"]), one_way=number(said["edges_one_way"])),
        *[text(f"networks.osm.{key}", count=number(count, 1 if key.endswith("_km") else 0))
          for key, count in built.manifest["network_notes"].items()],
        text("networks.kept_links", count=number(said["links_kept"])),
        text("networks.outside", persons=number(said["residents_outside"]), units=number(said["units_outside"])),
        text("networks.cut_off_in" if listed else "networks.cut_off",
             persons=number(said["residents_cut_off"] - said["residents_outside"])),
        *listed,
    ]  # fmt: skip


def _outlines(folder: SourceFolder) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read municipalities and districts; each is checked by itself, so that errors name the right file."""
    ours, theirs = folder.find("kartverket/kommuner_2024.geojson"), folder.find("districts/bydeler_2020.gml")
    municipalities, districts = kartverket.read_municipalities(ours), kartverket.read_districts(theirs)
    layers.refuse_elsewhere(municipalities, ours, bounds=kartverket.MAINLAND, margin=BOUNDS_DEG)
    layers.refuse_elsewhere(districts, theirs, bounds=kartverket.CITIES, margin=BOUNDS_DEG)
    return municipalities, districts


def _residents(folder: SourceFolder, health: pd.DataFrame, year: int) -> tuple[pd.DataFrame, int]:
    """Return residents by unit, and how many of them had no district stated in ``year``."""
    path = folder.find("ssb/07459_municipality_age_sex.csv.gz")
    municipal = ssb.read_residents(path)
    if year not in set(municipal["year"]):
        years = ", ".join(map(str, sorted(municipal["year"].unique())))
        raise SourceError("residents_year", file=path, year=year, years=years)
    by_district = ssb.read_residents(folder.find("ssb/10826_citydistrict_age_sex.csv.gz"))
    return residents.build(municipal, by_district, health), residents.unstated(municipal, by_district, year)


def _totals(people: pd.DataFrame, year: int) -> pd.DataFrame:
    now = people[people["year"] == year]
    adults = now[now["age"] >= ADULT_AGE].groupby("unit_code")["persons"].sum()
    return pd.DataFrame({"persons": now.groupby("unit_code")["persons"].sum(), "adults": adults}).fillna(0).astype(int)


def _counts(
    folder: SourceFolder, outlines: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, year: int
) -> tuple[pd.DataFrame, list[Check]]:
    """Return the counts of the newest 250 m grid up to ``year``, uncensored, each with its unit."""
    available = ssb.grid_files(folder.root, 250)
    usable = [y for y in available if y <= year]
    if EXACT_YEAR not in available or not usable:
        raise SourceError("source_missing", file=f"ssb/NOR0250M_POP_{EXACT_YEAR}.csv", folder=folder.root)
    exact = ssb.read_grid(folder.find(available[EXACT_YEAR]), year=EXACT_YEAR, cell_m=250)
    newest = max(usable)
    grid = exact if newest == EXACT_YEAR else ssb.read_grid(folder.find(available[newest]), year=newest, cell_m=250)
    counts = ssb.uncensor(grid, exact)
    counts["unit_code"] = units.locate(ssb.as_points(counts), outlines, districts)
    report = [{"key": "grid_corrected" if grid.censored else "grid_exact", "value": str(newest)}]
    return counts, report + _compare_with_1km(folder, exact)


def _compare_with_1km(folder: SourceFolder, exact: ssb.Grid) -> list[Check]:
    """Check that the 1 km grid of the exact year, if the folder has it, is the sum of the 250 m grid."""
    available = ssb.grid_files(folder.root, 1000)
    if exact.year not in available:
        return []
    path = folder.find(available[exact.year])
    coarse = ssb.read_grid(path, year=exact.year, cell_m=1000).cells.set_index("ssbid")["persons"]
    corner = exact.cells.assign(ssbid=cells.grid_id(exact.cells["x"], exact.cells["y"], 1000))
    fine = corner.groupby("ssbid")["persons"].sum()
    if not fine.sort_index().equals(coarse.sort_index()):
        both = pd.concat([fine, coarse], axis=1, keys=["fine", "coarse"]).fillna(0)
        ssbid = str((both["fine"] != both["coarse"]).idxmax())
        found, expected = int(both.loc[ssbid, "coarse"]), int(both.loc[ssbid, "fine"])
        raise SourceError("grids_disagree", file=path, ssbid=ssbid, found=found, expected=expected)
    return [{"key": "grids_agree", "value": str(exact.year)}]


def _network(folder: SourceFolder, crossings: pd.DataFrame) -> roads.RoadTables:
    n1000, other = folder.find("kartverket/n1000_veglenke.gpkg"), folder.find("kartverket/n1000_annenbatrute.gpkg")
    boats, lines = kartverket.read_boat_lines(n1000, other), kartverket.read_road_lines(n1000)
    layers.refuse_elsewhere(lines, n1000, bounds=kartverket.MAINLAND, margin=BOUNDS_DEG)
    layers.refuse_elsewhere(boats, other)
    return roads.build(lines, kartverket.read_ferry_lines(n1000), crossings, boats)


def _units(
    health: pd.DataFrame, outlines: gpd.GeoDataFrame, on_road: pd.DataFrame, centres: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    bases = places.bases(health, on_road, centres, outlines)
    named = health.rename(columns={"unit_name": "name"}).drop(columns=["admin_centre"])
    columns = [
        "unit_code", "name", "official_name", "municipality_code", "municipality_name", "county_code",
        "county_name", "dps_code", "dps_name", "hf_name", "helsefellesskap", "rhf_name", "ba_region",
        "centrality_class",
    ]  # fmt: skip
    table = named[columns].merge(bases, on="unit_code", how="left", validate="one_to_one")
    simple = units.generalise(outlines).set_index("unit_code").geometry
    return gpd.GeoDataFrame(table, geometry=simple.loc[table["unit_code"]].to_numpy(), crs=kartverket.CRS)


def _access_table(cell_table: pd.DataFrame, way: entry.Access) -> pd.DataFrame:
    return pd.DataFrame(
        {"ssbid": cell_table["ssbid"], "edge_id": way.edge, "position": way.position.round(4),
         "metres": way.metres.round(0)}
    )  # fmt: skip


def _node_units(edges: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.Series:
    lines = edges.geometry.to_numpy()
    points = np.empty(int(max(edges["from_node"].max(), edges["to_node"].max())) + 1, dtype=object)
    points[edges["from_node"]] = shapely.get_point(lines, 0)
    points[edges["to_node"]] = shapely.get_point(lines, -1)
    return units.locate(gpd.GeoSeries(points, crs=kartverket.CRS), outlines, districts)


def _check(
    built: dict[str, pd.DataFrame], outlines: gpd.GeoDataFrame, network: roads.RoadTables, year: int
) -> list[Check]:
    """Check the contracts and promises of the finished tables; return one entry for each."""
    for name, table in built.items():
        tables.check(name, table)
    unit_table = built["units"]
    exact = outlines.set_index("unit_code").area
    change = float((unit_table.set_index("unit_code").area / exact - 1).abs().max())
    points = gpd.GeoSeries(gpd.points_from_xy(unit_table["base_lon"], unit_table["base_lat"]), crs=4326)
    points = points.to_crs(kartverket.CRS)
    own = units.locate(points, outlines, outlines.iloc[:0])
    on_road = access.find(points.to_numpy(), network.edges, outlines.geometry.to_numpy()).edge >= 0
    totals = _totals(built["residents"], year)
    joined = network.report["road_share_joined"]
    sums = built["cells"].groupby("unit_code")[["persons", "adults"]].sum()
    held = [
        ("outlines", "", bool(shapely.coverage_is_valid(unit_table.geometry.to_numpy()))),
        ("areas", round(100 * change, 2), change < AREA_CHANGE),
        ("bases_own_unit", "", bool((own.to_numpy() == unit_table["unit_code"].to_numpy()).all())),
        ("bases_on_road", "", bool(on_road.all())),
        ("one_network", round(100 * joined, 2), joined >= JOINED_SHARE),
        ("sum_persons", int(totals["persons"].sum()), bool((sums["persons"] == totals["persons"]).all())),
        ("sum_adults", int(totals["adults"].sum()), bool((sums["adults"] == totals["adults"]).all())),
    ]
    for key, value, holds in held:
        if not holds:
            raise PackError("promise_broken", promise=Phrase(f"check.{key}", values={"value": str(value)}))
    return [{"key": key, "value": value} for key, value, _ in held]


def _manifest(
    folder: SourceFolder,
    built: dict[str, pd.DataFrame],
    network: roads.RoadTables,
    *,
    settings: dict[str, Any],
    checks: list[Check],
    unstated: int,
) -> dict[str, Any]:
    edge = built["access"]["edge_id"].to_numpy()
    lost = (edge < 0) | ~access.joined_by_car(built["roads"])[edge]
    persons = built["cells"].set_index("ssbid")["persons"]
    without_road = int(persons[built["access"].loc[lost, "ssbid"]].sum())
    return {
        "schema": pack.SCHEMA,
        "settings": settings,
        "rows": {name: len(table) for name, table in built.items()},
        "roads": {**network.report, "residents_without_road": without_road},
        "residents": {"district_not_stated": unstated},
        "checks": checks,
        "crossings_left_out": network.left_out.to_dict("records"),
        "sources": [_without_empty(asdict(passport)) for _, passport in sorted(folder.passports.items())],
    }


def _without_empty(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value != ""}


def write(built: Built, facts: Path, out: Path) -> None:
    """Write a pack folder, complete or not at all; it replaces an older pack.

    Raises:
        OutputError: ``out`` is no pack, holds other files as well, or cannot be written.
    """
    _refuse_other_things(out)
    with folders.replaced(out) as folder:
        for name, table in built.tables.items():
            path = folder / pack.FILES[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:  # opened here, so that any name will do
                table.to_parquet(file, **PARQUET)
        (folder / "facts").mkdir()
        for name in small_tables.FACTS:
            _copy_fact(facts / f"{name}.csv", folder / "facts" / f"{name}.csv")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        listed = [{"path": path.relative_to(folder).as_posix(), "sha256": file_sha256(path)} for path in files]
        content = tomli_w.dumps({**built.manifest, "files": listed})
        (folder / pack.MANIFEST).write_text(content, encoding="utf-8")


def _refuse_other_things(out: Path) -> None:
    """Refuse to replace a folder that holds other files than those of a pack."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        listed = {entry["path"] for entry in pack.load(out).manifest["files"]}
    except PackError:
        raise OutputError("not_a_pack", folder=out) from None
    held = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    others = sorted(held - listed - {pack.MANIFEST})
    if others:
        raise OutputError("out_holds_other_things", folder=out, found=", ".join(others[:5]))


def refuse_folder(out: Path) -> None:
    """Refuse a folder that holds something other than a pack.

    Raises:
        OutputError: ``out`` is a file, or a folder with other things in it, or cannot be written.
    """
    folders.prepare(out)
    if out.is_dir() and any(out.iterdir()) and not (out / pack.MANIFEST).is_file():
        raise OutputError("not_a_pack", folder=out)


def _copy_fact(source: Path, target: Path) -> None:
    if not source.is_file():
        raise SourceError("source_missing", file=source.name, folder=source.parent)
    shutil.copyfile(source, target)
