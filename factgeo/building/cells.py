"""Inhabited cells with residents that sum exactly to each unit's official total."""

from __future__ import annotations

import numpy as np
import pandas as pd

from factgeo.atlas.rounding import largest_remainder
from factgeo.errors import SourceError
from factgeo.sources.ssb import FALSE_EASTING

GUESS_SHARE = 0.5  # a cell is an estimate when more than this share of its residents comes from hidden counts


def build(counts: pd.DataFrame, totals: pd.DataFrame, *, cell_m: int) -> pd.DataFrame:
    """Return ssbid, unit_code, x, y, home_x, home_y, persons, adults, quality (derived or estimate), sorted by unit.

    x, y is the centre of the cell; home_x, home_y is the mean place of its residents (m, EPSG:25833).

    Args:
        counts: 250 m cells: x, y (centre), persons (float), guessed (bool), unit_code.
        totals: Index unit_code; columns persons, adults: the official totals.
        cell_m: 250 or 1000; a larger cell belongs to the unit in which most of its residents live.

    Raises:
        SourceError: A unit has residents but no inhabited cell.
    """
    cells = _enlarge(counts, cell_m)
    empty = sorted(set(totals.index[totals["persons"] > 0]) - set(cells["unit_code"]))
    if empty:
        raise SourceError("unit_without_cells", codes=", ".join(empty[:8]))
    cells = cells.sort_values(["unit_code", "ssbid"], ignore_index=True)
    cells["persons"] = np.concatenate(
        [largest_remainder(rows, totals.loc[unit, "persons"]) for unit, rows in cells.groupby("unit_code")["persons"]]
    )
    cells = cells[cells["persons"] > 0].reset_index(drop=True)
    cells["adults"] = np.concatenate(
        [largest_remainder(rows, totals.loc[unit, "adults"]) for unit, rows in cells.groupby("unit_code")["persons"]]
    )
    cells["quality"] = np.where(cells["guessed"] > GUESS_SHARE, "estimate", "derived")
    columns = ["ssbid", "unit_code", "x", "y", "home_x", "home_y", "persons", "adults", "quality"]
    return cells[columns].astype(dict.fromkeys(["x", "y", "home_x", "home_y", "persons", "adults"], "int32"))


def _enlarge(counts: pd.DataFrame, cell_m: int) -> pd.DataFrame:
    """Return cells of ``cell_m`` with the sum of their parts and the share of residents that was guessed."""
    east = (counts["x"] // cell_m * cell_m).astype("int64")
    north = (counts["y"] // cell_m * cell_m).astype("int64")
    parts = pd.DataFrame(
        {
            "ssbid": grid_id(counts["x"], counts["y"], cell_m),
            "x": east + cell_m // 2,
            "y": north + cell_m // 2,
            "unit_code": counts["unit_code"],
            "persons": counts["persons"],
            "guessed": counts["persons"].where(counts["guessed"], 0.0),
            "home_x": counts["persons"] * counts["x"],
            "home_y": counts["persons"] * counts["y"],
        }
    )
    by_unit = parts.groupby(["ssbid", "unit_code", "x", "y"], as_index=False).sum()
    by_unit = by_unit.sort_values(["persons", "unit_code"], ascending=[False, True], kind="stable")
    by_unit = _let_no_unit_vanish(by_unit)
    sums = by_unit.groupby("ssbid")[["persons", "guessed", "home_x", "home_y"]].sum()
    cells = by_unit.drop_duplicates("ssbid")[["ssbid", "unit_code", "x", "y"]].join(sums, on="ssbid")
    for per_person in ("guessed", "home_x", "home_y"):
        cells[per_person] /= cells["persons"]
    return cells


def _let_no_unit_vanish(by_unit: pd.DataFrame) -> pd.DataFrame:
    """Give a unit that is the minority in all its cells the cell with its largest part."""
    winners = by_unit.drop_duplicates("ssbid")["unit_code"]
    losers = by_unit[~by_unit["unit_code"].isin(winners)].drop_duplicates("unit_code")
    return pd.concat([losers, by_unit.drop(index=losers.index)])


def grid_id(x: pd.Series, y: pd.Series, cell_m: int) -> pd.Series:
    """Return SSB's id of the cell of ``cell_m`` that each point (m, EPSG:25833) lies in."""
    east = (x // cell_m * cell_m).astype("int64") + FALSE_EASTING
    north = (y // cell_m * cell_m).astype("int64")
    return east.astype(str).str.zfill(7) + north.astype(str).str.zfill(7)
