"""Residents of other years."""

from __future__ import annotations

import pandas as pd

from factgeo.atlas.pack import Atlas


def drawn(atlas: Atlas, codes: list[str], *, factor: int = 2, years: tuple[int, ...] = (2030, 2040)) -> str:
    """A projection of municipalities in which everybody of today is there ``factor`` times in each year."""
    now = atlas.residents[atlas.residents["year"] == atlas.year]
    now = now.assign(region_code=now["unit_code"].str[:4])
    counts = now.groupby(["region_code", "sex", "age"])["persons"].sum()
    every = pd.MultiIndex.from_product([codes, (1, 2), range(106), years], names=["region_code", "sex", "age", "year"])
    table = every.to_frame(index=False)
    persons = counts.reindex(pd.MultiIndex.from_frame(table[["region_code", "sex", "age"]]), fill_value=0)
    return str(table.assign(persons=factor * persons.to_numpy()).to_csv(index=False))
