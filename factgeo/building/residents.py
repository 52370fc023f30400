"""Residents of each planning unit by year, sex and age: official figures, city districts completed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from factgeo.atlas.rounding import largest_remainder
from factgeo.errors import SourceError

KEY = ["year", "sex", "age"]


def build(municipalities: pd.DataFrame, districts: pd.DataFrame, health_areas: pd.DataFrame) -> pd.DataFrame:
    """Return unit_code, year, sex, age, persons (> 0) of all units; each municipality sums to its official figure.

    Args:
        municipalities: Table 07459 (region_code, year, sex, age, persons).
        districts: Table 10826, the same columns; it lacks residents whose district is not stated.
        health_areas: The units and the DPS area of each (within a city, DPS sums stay near their proportions).

    Raises:
        SourceError: A municipality or district of ``health_areas`` has no residents in the tables, or the districts
            lack a year.
    """
    cities = health_areas.loc[health_areas["unit_code"].str.len() == 6, "municipality_code"].unique()  # noqa: PLR2004
    _refuse_missing(municipalities, health_areas["municipality_code"], "07459")
    _refuse_missing(districts, health_areas.loc[health_areas["municipality_code"].isin(cities), "unit_code"], "10826")
    whole = municipalities[~municipalities["region_code"].isin(cities)]
    parts = [whole]
    for city in sorted(cities):
        units = health_areas[health_areas["municipality_code"] == city].set_index("unit_code")["dps_code"]
        official = municipalities[municipalities["region_code"] == city]
        stated = districts[districts["region_code"].isin(units.index)]
        for year in sorted(official["year"].unique()):
            _refuse_missing(stated[stated["year"] == year], pd.Series(units.index), f"10826 ({year})")
            parts.append(_complete_city(official[official["year"] == year], stated[stated["year"] == year], units))
    table = pd.concat(parts, ignore_index=True).rename(columns={"region_code": "unit_code"})
    table = table[(table["persons"] > 0) & table["unit_code"].isin(health_areas["unit_code"])]
    table = table.astype({"year": "int16", "sex": "int8", "age": "int8", "persons": "int32"})
    return table.sort_values(["unit_code", *KEY], ignore_index=True)[["unit_code", *KEY, "persons"]]


def unstated(municipalities: pd.DataFrame, districts: pd.DataFrame, year: int) -> int:
    """Return the residents of cities with districts whose district is not stated, on 1 January of ``year``."""
    now = districts[districts["year"] == year]
    cities = now["region_code"].str[:4].unique()
    whole = municipalities[(municipalities["year"] == year) & municipalities["region_code"].isin(cities)]
    return int(whole["persons"].sum() - now["persons"].sum())


def _refuse_missing(table: pd.DataFrame, codes: pd.Series, name: str) -> None:
    missing = sorted(set(codes) - set(table["region_code"]))
    if missing:
        raise SourceError("residents_missing", table=name, codes=", ".join(missing[:8]), count=len(missing))


def _complete_city(official: pd.DataFrame, stated: pd.DataFrame, dps_of: pd.Series) -> pd.DataFrame:
    """Return the districts of a city in one year, with the residents of no stated district spread over them.

    They are spread in proportion to the districts' residents; each sex and age still sums to the city.
    """
    known = stated.pivot_table(index=["sex", "age"], columns="region_code", values="persons", fill_value=0)
    city = official.set_index(["sex", "age"])["persons"]
    rows = city.index.union(known.index)  # neither table may lose an age that only the other one has
    known = known.reindex(index=rows, columns=dps_of.index, fill_value=0).astype("int64")
    city = city.reindex(rows, fill_value=0)
    unstated = (city - known.sum(axis=1)).to_numpy()
    if (unstated < 0).any():
        sex, age = known.index[int((unstated < 0).argmax())]
        raise SourceError("districts_exceed_city", city=official["region_code"].iloc[0], sex=sex, age=age)
    share = _nested_shares(known.sum(), dps_of, int(unstated.sum()))
    known += _spread(unstated, share)
    year = int(official["year"].iloc[0])
    known.columns.name = "region_code"
    return known.stack().rename("persons").reset_index().assign(year=year)


def _nested_shares(residents: pd.Series, dps_of: pd.Series, unstated: int) -> np.ndarray:
    """Return how many of the unstated each district gets: whole persons first by DPS area, then by district."""
    final = residents * (1 + unstated / residents.sum())
    by_dps = final.groupby(dps_of).sum()
    dps_total = pd.Series(largest_remainder(by_dps, int(residents.sum()) + unstated), index=by_dps.index)
    share = pd.Series(0, index=residents.index)
    for dps, members in dps_of.groupby(dps_of).groups.items():
        share[members] = largest_remainder(final[members], int(dps_total[dps])) - residents[members]
    return np.asarray(share, dtype=np.int64)


def _spread(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return whole numbers with these row and column sums, as near to proportional as one pass allows.

    Each person of a row goes to the column that is furthest behind its share so far.
    """
    given = np.zeros((len(rows), len(columns)), dtype=np.int64)
    so_far, handed_out, total = np.zeros(len(columns)), 0, max(int(rows.sum()), 1)
    for row, count in enumerate(rows):
        for _ in range(int(count)):
            handed_out += 1
            behind = np.where(so_far < columns, columns * (handed_out / total) - so_far, -np.inf)
            column = int(behind.argmax())
            given[row, column] += 1
            so_far[column] += 1
    return given
