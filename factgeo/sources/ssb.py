"""Statistics Norway (SSB): residents by age and sex, and the population grid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from factgeo.errors import SourceError
from factgeo.sources import files, layers

OLDEST_AGE = 105  # 105 stands for 105 years or older
FALSE_EASTING = 2_000_000  # added to the easting in a grid id so that it never is negative
ID_DIGITS = 14
CENSORED_AS = 5  # what cells with 1-9 residents were published as in 2020-2022


@dataclass(frozen=True)
class Grid:
    """One published population grid.

    Attributes:
        cells: Columns ssbid (text), x, y (centre, m, EPSG:25833), persons (int).
        year: Residents are those of 1 January of this year.
        cell_m: Side of a cell in metres.
        censored: True if 1-9 residents were published as 5.
    """

    cells: pd.DataFrame
    year: int
    cell_m: int
    censored: bool


def read_residents(path: Path) -> pd.DataFrame:
    """Read tables 07459 and 10826: region_code (text), sex (1 men, 2 women), age (0-105), year, persons.

    Raises:
        SourceError: A header or a cell is wrong, a row is a duplicate, or an age is missing, which the tables never
            have.
    """
    raw = files.read_csv(path, columns=["region_code", "sex", "age", "year", "persons"])
    table = pd.DataFrame({"region_code": raw["region_code"].str.strip()}, index=raw.index)
    for column in ("sex", "age", "year", "persons"):
        table[column] = files.whole_numbers(raw, column, path, at_least=0)
    _refuse_bad_code(table, path)
    files.refuse_duplicates(table, ["region_code", "sex", "age", "year"], path)
    _refuse_gaps(table, path)
    return table.reset_index(drop=True)


def _refuse_bad_code(table: pd.DataFrame, path: Path) -> None:
    codes = table["region_code"]
    bad = ~codes.str.fullmatch(r"\d{4}(\d{2})?") | ~table["sex"].isin([1, 2]) | (table["age"] > OLDEST_AGE)
    if bad.any():
        line = int(bad.idxmax())
        row = table.loc[line, ["region_code", "sex", "age"]].tolist()
        raise SourceError("residents_row", file=path, line=line, value=", ".join(map(str, row)))


def _refuse_gaps(table: pd.DataFrame, path: Path) -> None:
    """Refuse missing rows: every region must have the same number of rows in every year."""
    rows = table.groupby(["region_code", "year"]).size().unstack(fill_value=0)
    expected = int(rows.to_numpy().max())
    short = rows[(rows < expected).any(axis=1)]
    if len(short):
        code = str(short.index[0])
        year = int(short.columns[(short.iloc[0] < expected).argmax()])
        found = int(short.loc[code, year])
        raise SourceError("residents_gap", file=path, code=code, year=year, found=found, expected=expected)


def grid_files(root: Path, cell_m: int) -> dict[int, str]:
    """Return the grid files in ``ssb/`` of a source folder by year, both SSB's CSV and Geonorge's GeoPackage."""
    found: dict[int, str] = {}
    for path in sorted((root / "ssb").glob("*")):
        name = path.name.lower()
        year = re.search(r"(20\d\d)", name)
        if year and path.suffix.lower() in (".csv", ".gpkg") and f"{cell_m:04d}m" in name.replace("250m", "0250m"):
            found[int(year.group(1))] = f"ssb/{path.name}"
    return found


def read_grid(path: Path, *, year: int, cell_m: int) -> Grid:
    """Read a population grid of 250 or 1000 m, from SSB's CSV or Geonorge's GeoPackage.

    Raises:
        SourceError: The cells have another size, an id or count is bad, a cell is a duplicate, or a count has decimals.
    """
    wanted = f"SSBID{cell_m:04d}M"
    raw = _read_geonorge(path, cell_m) if path.suffix.lower() == ".gpkg" else _read_csv(path, wanted)
    table = pd.DataFrame({"ssbid": raw["ssbid"].str.strip()}, index=raw.index)
    table["persons"] = files.whole_numbers(raw, "persons", path, at_least=0)
    files.refuse_duplicates(table, ["ssbid"], path)
    east, north = _corners(table["ssbid"], path, cell_m)
    table["x"], table["y"] = east + cell_m / 2, north + cell_m / 2
    table = table[table["persons"] > 0].reset_index(drop=True)
    return Grid(table[["ssbid", "x", "y", "persons"]], year, cell_m, _is_censored(table["persons"]))


def _read_csv(path: Path, id_column: str) -> pd.DataFrame:
    """Read SSB's edition: ``;`` between cells, decimal comma."""
    raw = files.read_csv(path, columns=[], separator=";")
    other = [name for name in raw.columns if str(name).upper().startswith("SSBID") and name != id_column]
    if other:
        raise SourceError("grid_size", file=path, found=other[0], expected=id_column)
    if id_column not in raw.columns or "pop_tot" not in raw.columns:
        found = ", ".join(map(str, raw.columns[:8]))
        raise SourceError("source_columns", file=path, missing=f"{id_column}; pop_tot", found=found)
    for column in raw.columns.drop(id_column):
        pointed = raw[column].str.contains(".", regex=False)
        if pointed.any():
            line = int(pointed.idxmax())
            raise SourceError("grid_points", file=path, line=line, column=column, value=raw.loc[line, column])
    return raw.rename(columns={id_column: "ssbid", "pop_tot": "persons"})


def _read_geonorge(path: Path, cell_m: int) -> pd.DataFrame:
    """Read Geonorge's edition: a polygon layer with ``ssbid250m`` and ``poptot``."""
    names = ({250: "ssbid250m", 1000: "ssbid1km"}[cell_m], f"ssbid{cell_m}m")
    table = pd.DataFrame(layers.read_layer(path, columns=[names, "poptot"], shape="areas"))
    found = {str(name).lower(): name for name in table.columns}
    id_column = next(found[name] for name in names if name in found)
    # counts may be stored as real numbers; a fraction stays visible and is refused with its row
    persons = table["poptot"].astype(str).str.removesuffix(".0")
    return pd.DataFrame({"ssbid": table[id_column].astype(str), "persons": persons})


def _corners(ssbid: pd.Series[str], path: Path, cell_m: int) -> tuple[pd.Series[int], pd.Series[int]]:
    """Return south-west corners from ids: (easting + 2,000,000) as 7 digits, then the northing as 7 digits."""
    bad = ~ssbid.str.fullmatch(rf"\d{{{ID_DIGITS}}}")
    if not bad.any():
        east = ssbid.str[:7].astype("int64") - FALSE_EASTING
        north = ssbid.str[7:].astype("int64")
        bad = (east % cell_m != 0) | (north % cell_m != 0)
        if not bad.any():
            return east, north
    line = bad.idxmax()
    raise SourceError("grid_id", file=path, line=line, value=ssbid[line], cell_m=cell_m)


def _is_censored(persons: pd.Series[int]) -> bool:
    """Is the smallest count 5, and none 6-9, as in the editions of 2020-2022?"""
    small = persons[persons < 10]  # noqa: PLR2004 - the publisher's own limit
    return len(small) > 0 and bool((small == CENSORED_AS).all())


def uncensor(grid: Grid, exact: Grid) -> pd.DataFrame:
    """Return the counts of a censored grid, with its 5s replaced from an exact, older grid.

    A censored cell takes its own count of ``exact`` if that is 1-9, else the mean of all cells with 1-9 residents in
    ``exact`` (3.81 in 2019).

    Returns:
        The cells of ``grid`` with persons as float and a column ``guessed`` (True if the 5 was replaced).

    Raises:
        SourceError: ``exact`` is itself censored.
    """
    if exact.censored:
        raise SourceError("grid_reference", year=exact.year)
    cells = grid.cells.assign(guessed=False)
    if not grid.censored:
        return cells.astype({"persons": float})
    small = exact.cells[exact.cells["persons"] < 10]  # noqa: PLR2004
    own = cells["ssbid"].map(small.set_index("ssbid")["persons"])
    hidden = cells["persons"] == CENSORED_AS
    cells["persons"] = np.where(hidden, own.fillna(small["persons"].mean()), cells["persons"])
    return cells.assign(guessed=hidden)


def as_points(cells: pd.DataFrame) -> gpd.GeoSeries:
    """Return cell centres as points, EPSG:25833, with the same index."""
    return gpd.GeoSeries(gpd.points_from_xy(cells["x"], cells["y"]), index=cells.index, crs=25833)
