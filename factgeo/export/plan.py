"""The folder of a plan: plan.json, tables, GeoPackage, map and summary."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from factgeo.atlas.pack import Atlas
from factgeo.capacity import capacity
from factgeo.capacity.capacity import Capacity
from factgeo.contract import capacity as capacity_contract
from factgeo.contract import explore as explore_contract
from factgeo.contract import plan as plan_contract
from factgeo.explore.answers import Further
from factgeo.export.folder import Files, Folder, Kind, Make, write
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

KIND = Kind("plan", (
    "plan.json", "teams.csv", "units.csv", "capacity.csv", "plan.gpkg", "map.html", "summary.md", "changes.csv",
    "alternatives.csv", "moves.csv", "next.csv", "stability.csv", "tradeoff.csv", "tradeoff.png",
    "alternative-*", "tradeoff-plans",
))  # fmt: skip


def folder(result: Result, further: Further | None = None) -> Folder:
    """The folder of a plan, with what else was asked of it; each alternative has a folder of its own inside."""
    return Folder(KIND, {**_files(result, further), **(_further_files(further, result) if further else {})})


def write_plan(result: Result, out: Path, *, overwrite: bool, further: Further | None = None) -> None:
    """Write the folder of a plan, whole or not at all.

    Args:
        result: The plan.
        out: The folder.
        overwrite: May an earlier plan be replaced?
        further: What else was asked of the plan; alternatives get folders of their own in the folder.

    Raises:
        OutputError: The folder holds other things, or a plan and not ``overwrite``, or cannot be written.
    """
    write(folder(result, further), out, overwrite=overwrite)


def _files(result: Result, further: Further | None) -> Files:
    """All files of one plan."""
    takes, units, teams = capacity.assess(result), _units_table(result), plan_contract.teams_table(result)
    files: dict[str, Make] = {
        "plan.json": lambda: plan_contract.plan_json(result, further),
        "teams.csv": lambda: teams,
        "units.csv": lambda: units,
        "capacity.csv": lambda: capacity_contract.table(takes),
        "plan.gpkg": lambda: tabulate_plan(result),
        "map.html": lambda: plan_map.plan_map(result, stability=further.stability if further else None),
        "summary.md": lambda: _summary(result, takes, further),
    }
    if (effects := result.effects) is not None:
        files["changes.csv"] = lambda: _changes_table(effects, result.atlas)
    return files


def _summary(result: Result, takes: Capacity, further: Further | None) -> str:
    whole, beyond = plan_report.report(result), explore_report.chapters(further, result) if further else ()
    return markdown.write(replace(whole, chapters=(*whole.chapters, *beyond, capacity_report.chapter(takes))))


def _further_files(further: Further, result: Result) -> Files:
    """Tables, the picture of the trade-off curve with the plans behind it, and each alternative as a plan."""
    files: dict[str, Make | Files] = {
        f"{name}.csv": partial(_same, table) for name, table in explore_contract.tables(further, result).items()
    }
    if further.trade_offs:
        files["tradeoff.png"] = lambda: tradeoff_chart.draw(further.trade_offs, result)
        plans = explore_contract.curve_plans(further, result)
        files["tradeoff-plans"] = {f"{name}.csv": partial(_same, table) for name, table in plans.items()}
    for rank, alternative in enumerate(further.alternatives, start=1):
        files[f"alternative-{rank}"] = _files(alternative.result, None)
    return files


def _same(table: pd.DataFrame) -> pd.DataFrame:
    return table


def _units_table(result: Result) -> pd.DataFrame:
    """One row per unit: its team (empty: unserved, with the reason) and its travel time to the team's base."""
    plan, times = result.plan, result.journeys.by_unit
    team_of, reason_of = plan.team_of(), {u.unit_code: u.reason for u in plan.unserved}
    row_of = {unit: result.journeys.row[base] for unit, base in plan.base_of().items()}
    column = {unit: k for k, unit in enumerate(times.units)}
    units = result.atlas.units.loc[list(plan.area.units)]
    people = result.atlas.population.loc[units.index]
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
    persons = int(times.persons[column])
    within = 1 - int(times.beyond[row, column]) / persons if persons else None
    return {
        "mean_min": maybe_tenth(times.mean_reached_min([(row, column)])),
        "share_within_limit": None if within is None else round(within, 4),
        "unreachable": int(times.unreachable[row, column]),
    }


def tabulate_plan(result: Result) -> dict[str, gpd.GeoDataFrame]:
    """Return a plan as tables with shapes: the layers of ``plan.gpkg``.

    Returns:
        Tables by name, in EPSG:25833: ``units`` (outlines) has a row for each unit with its team (empty: unserved,
        with the reason), residents and minutes; ``teams`` (outlines) and ``bases`` (points) a row for each team;
        ``cells`` (points) a row for each inhabited cell with its team, minutes and km. A plan without teams has
        neither ``teams`` nor ``bases``.
    """
    units, team_table = _units_table(result), plan_contract.teams_table(result)
    outlines = result.atlas.units.loc[list(result.plan.area.units)].geometry
    unit_layer = gpd.GeoDataFrame(units, geometry=outlines.to_numpy(), crs=outlines.crs)
    layers = {"units": unit_layer}
    if len(team_table):
        shapes = unit_layer[unit_layer["team_id"] != ""].dissolve("team_id", method="coverage").geometry
        geometry = shapes.loc[team_table["team_id"]].to_numpy()
        layers["teams"] = gpd.GeoDataFrame(team_table, geometry=geometry, crs=outlines.crs)
        points = gpd.points_from_xy(team_table["base_lon"], team_table["base_lat"])
        columns = team_table[["team_id", "name", "base_unit", "base_name"]]
        layers["bases"] = gpd.GeoDataFrame(columns, geometry=points, crs=4326).to_crs(outlines.crs)
    layers["cells"] = _cells_layer(result)
    return layers


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
