"""A plan as files: plan.json, tables, GeoPackage, map and summary; whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from factgeo.atlas.pack import Atlas
from factgeo.capacity import capacity
from factgeo.contract import capacity as capacity_contract
from factgeo.contract import explore as explore_contract
from factgeo.contract import plan as plan_contract
from factgeo.explore.answers import Further
from factgeo.export import geopackage
from factgeo.files import folders
from factgeo.files.spreadsheet import write_csv
from factgeo.language.figures import maybe_tenth
from factgeo.maps import plan as plan_map
from factgeo.planning.effects import Effects
from factgeo.planning.result import Result
from factgeo.report import capacity as capacity_report
from factgeo.report import explore as explore_report
from factgeo.report import plan as plan_report
from factgeo.report.charts import tradeoff as tradeoff_chart
from factgeo.report.writers import markdown
from factgeo.travel.times import UNREACHABLE

# names of the files and folders in the folder of a plan
PLAN_FILES = (
    "plan.json", "teams.csv", "units.csv", "capacity.csv", "plan.gpkg", "map.html", "summary.md", "changes.csv",
    "alternatives.csv", "moves.csv", "next.csv", "stability.csv", "tradeoff.csv", "tradeoff.png",
    "alternative-*", "tradeoff-plans",
)  # fmt: skip


def write_plan(
    result: Result, atlas: Atlas, out: Path, *, overwrite: bool, further: Further | None = None
) -> dict[str, Any]:
    """Write the folder of a plan and return the object of its ``plan.json``.

    Args:
        result: The plan.
        atlas: The pack with the links that the plan's settings add.
        out: The folder.
        overwrite: May an earlier plan be replaced?
        further: What else was asked of the plan; alternatives get folders of their own in the folder.

    Raises:
        OutputError: The folder holds other things, or a plan and not ``overwrite``, or cannot be written.
    """
    refuse_folder(out, overwrite=overwrite)
    with folders.replaced(out) as folder:
        content = _fill(folder, result, atlas, further)
        if further is not None:
            _write_further(folder, result, atlas, further)
    return content


def _fill(folder: Path, result: Result, atlas: Atlas, further: Further | None) -> dict[str, Any]:
    """All files of one plan."""
    content = plan_contract.plan_json(result, atlas, further)
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "plan.json").write_text(text + "\n", encoding="utf-8")
    units = _units_table(result, atlas)
    write_csv(_teams_table(result), folder / "teams.csv")
    write_csv(units, folder / "units.csv")
    takes = capacity.assess(result)
    write_csv(capacity_contract.table(takes), folder / "capacity.csv")
    if result.effects is not None:
        write_csv(_changes_table(result.effects, atlas), folder / "changes.csv")
    _write_gpkg(result, atlas, units, folder / "plan.gpkg")
    plan_map.write_html(atlas, result, folder / "map.html", stability=further.stability if further else None)
    whole = plan_report.report(result)
    beyond = explore_report.chapters(further, result) if further else ()
    summary = replace(whole, chapters=(*whole.chapters, *beyond, capacity_report.chapter(takes)))
    (folder / "summary.md").write_text(markdown.write(summary), encoding="utf-8")
    return content


def _write_further(folder: Path, result: Result, atlas: Atlas, further: Further) -> None:
    """Tables, the picture of the trade-off curve with the plans behind it, and each alternative as a plan."""
    for name, table in explore_contract.tables(further, result).items():
        write_csv(table, folder / f"{name}.csv")
    if further.trade_offs:
        (folder / "tradeoff.png").write_bytes(tradeoff_chart.draw(further.trade_offs, result))
        plans = folder / "tradeoff-plans"
        plans.mkdir()
        for name, table in explore_contract.curve_plans(further, result).items():
            write_csv(table, plans / f"{name}.csv")
    for rank, alternative in enumerate(further.alternatives, start=1):
        own = folder / f"alternative-{rank}"
        own.mkdir()
        _fill(own, alternative.result, atlas, None)


def refuse_folder(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that a plan must not be written to.

    Raises:
        OutputError: It is a file, holds other things, or holds a plan and not ``overwrite``.
    """
    folders.refuse(out, PLAN_FILES, overwrite=overwrite, key="out_holds_a_plan")


def _teams_table(result: Result) -> pd.DataFrame:
    """One row per catchment with its figures."""
    rows = []
    for team, catchment in zip(result.figures.teams, result.plan.catchments, strict=True):
        figures = plan_contract.travel(team.travel)
        shares = {f"share_within_{limit}": share for limit, share in figures.pop("share_within").items()}
        way = plan_contract.way(team.way)
        group = {f"target_group_{level}": getattr(team.target_group, level) for level in ("low", "central", "high")}
        rows.append(
            {"team_id": team.team_id, "name": team.name, "service": team.service, "teams": team.teams,
             "base_unit": catchment.base.unit_code, "base_name": catchment.base.name, "base_lon": catchment.base.lon,
             "base_lat": catchment.base.lat, "units": ";".join(catchment.units), "population": team.population,
             "adults": team.adults, **group, **figures, **way, **shares, "flags": ";".join(team.flags)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _units_table(result: Result, atlas: Atlas) -> pd.DataFrame:
    """One row per unit: its team (empty: unserved, with the reason) and its travel time to the team's base."""
    plan, times = result.plan, result.journeys.by_unit
    team_of, reason_of = plan.team_of(), {u.unit_code: u.reason for u in plan.unserved}
    row_of = {unit: result.journeys.row[base] for unit, base in plan.base_of().items()}
    column = {unit: k for k, unit in enumerate(times.units)}
    units = atlas.units.loc[list(plan.area.units)]
    people = atlas.population.loc[units.index]
    table = pd.DataFrame({"unit_code": units.index, "name": units["name"].to_numpy()})
    table["team_id"] = [team_of.get(unit, "") for unit in units.index]
    table["reason"] = [reason_of.get(unit, "") for unit in units.index]
    table["population"], table["adults"] = people["persons"].to_numpy(), people["adults"].to_numpy()
    figures = [_unit_travel(result, row_of.get(unit), column.get(unit)) for unit in units.index]
    return pd.concat([table, pd.DataFrame(figures)], axis=1)


def _changes_table(effects: Effects, atlas: Atlas) -> pd.DataFrame:
    """One row per unit: travel from its team in the best plan on today's roads and in this one, most changed first."""
    rows = []
    for change in effects.units:
        row = {"unit_code": change.unit_code, "name": atlas.units.at[change.unit_code, "name"]}
        for name, value in plan_contract.effect(change).items():
            row |= {f"{name}_{side}": v for side, v in value.items()} if isinstance(value, dict) else {name: value}
        rows.append(row)
    return pd.DataFrame(rows)


def _unit_travel(result: Result, row: int | None, column: int | None) -> dict[str, float | None]:
    times = result.journeys.by_unit
    if row is None or column is None:
        return {"mean_min": None, "share_within_limit": None, "unreachable": None}
    persons, lost = int(times.persons[column]), int(times.unreachable[row, column])
    stand_in = 60 * result.plan.settings.travel.unreachable
    known = int(times.person_seconds[row, column]) - lost * round(stand_in)
    mean = known / 60 / (persons - lost) if persons > lost else None
    within = 1 - int(times.beyond[row, column]) / persons if persons else None
    return {
        "mean_min": maybe_tenth(mean),
        "share_within_limit": None if within is None else round(within, 4),
        "unreachable": lost,
    }


def _write_gpkg(result: Result, atlas: Atlas, units: pd.DataFrame, path: Path) -> None:
    """Layers teams, units, bases and cells, EPSG:25833."""
    outlines = atlas.units.loc[list(result.plan.area.units)].geometry
    unit_layer = gpd.GeoDataFrame(units, geometry=outlines.to_numpy(), crs=outlines.crs)
    team_table = _teams_table(result)
    layers = {"units": unit_layer}
    if len(team_table):
        shapes = unit_layer[unit_layer["team_id"] != ""].dissolve("team_id", method="coverage").geometry
        geometry = shapes.loc[team_table["team_id"]].to_numpy()
        layers["teams"] = gpd.GeoDataFrame(team_table, geometry=geometry, crs=outlines.crs)
        points = gpd.points_from_xy(team_table["base_lon"], team_table["base_lat"])
        columns = team_table[["team_id", "name", "base_unit", "base_name"]]
        layers["bases"] = gpd.GeoDataFrame(columns, geometry=points, crs=4326).to_crs(outlines.crs)
    layers["cells"] = _cells_layer(result)
    geopackage.write(layers, path)


def _cells_layer(result: Result) -> gpd.GeoDataFrame:
    """Inhabited cells with the team and the way from its base (empty: unserved or unreachable)."""
    cells, ways = result.journeys.cells, result.ways
    part_of = {cell: part.code for split in result.splits for part in split.parts for cell in part.cells}
    team_of = result.plan.team_of()
    team = pd.Series([team_of.get(unit, "") for unit in cells["unit_code"]], index=cells.index, dtype=str)
    lost = ways.seconds == UNREACHABLE
    table = cells[["ssbid", "unit_code", "persons", "adults", "quality"]].assign(
        team_id=team,
        minutes=np.where(lost, np.nan, np.round(ways.seconds / 60, 1)),
        km=np.where(lost, np.nan, np.round(ways.metres / 1000, 1)),
        part=[part_of.get(cell, "") for cell in cells["ssbid"]],
        ferries=pd.Series(ways.boardings, index=cells.index, dtype="Int32").mask(lost),
    )
    return gpd.GeoDataFrame(table, geometry=shapely.points(cells["x"], cells["y"]), crs=25833)
