"""The pack: the tables of ``data/`` and their manifest; found, checked and loaded here.

A pack is found where ``FACTGEO_DATA`` points, else in ``data/`` of the working folder, else inside the installed
package (or beside it in a checkout). Each file is held against its sha256 when it is read.
"""

from __future__ import annotations

import copy
import hashlib
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, Unpack

import geopandas as gpd
import pandas as pd

from factgeo.atlas import tables
from factgeo.atlas.access import Access
from factgeo.errors import Faults, PackError
from factgeo.files import documents
from factgeo.files.documents import UnreadableError
from factgeo.language import number, text

SCHEMA = "factgeo.pack/1"
MANIFEST = "manifest.toml"
FILES = {
    "units": "municipalities/units.parquet",
    "residents": "municipalities/residents.parquet",
    "places": "municipalities/places.parquet",
    "cells": "population_grid/cells.parquet",
    "roads": "roads/roads.parquet",
    "access": "roads/access.parquet",
    "links": "roads/links.parquet",
}
GEOGRAPHIC = ("units", "roads")
ADULT_AGE = 18
OLDEST = 200
AGES = {
    "all": (0, OLDEST),
    "adults": (ADULT_AGE, OLDEST),
    "12-25": (12, 25),
    "65+": (65, OLDEST),
}  # years, both included


class Tables(TypedDict, total=False):
    """Tables that take the place of those of a pack, by their names in :class:`Atlas`."""

    units: gpd.GeoDataFrame
    cells: pd.DataFrame
    roads: gpd.GeoDataFrame
    links: pd.DataFrame
    places: pd.DataFrame
    residents: pd.DataFrame
    cell_access: Access
    population: pd.DataFrame
    facts: Callable[[str], pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Atlas:
    """A pack, read lazily. Tables are shared: take a copy before changing one."""

    folder: Path
    manifest: Mapping[str, Any]

    def changed(self, **tables: Unpack[Tables]) -> Atlas:
        """The same pack with some of its tables replaced; ``population`` follows ``residents``."""
        other = copy.copy(self)
        read = vars(other)  # where a cached property keeps its table
        if "residents" in tables:
            read.pop("population", None)
        read.update(tables)
        return other

    @cached_property
    def units(self) -> gpd.GeoDataFrame:
        """The planning units, sorted by and indexed with unit_code (also a column)."""
        return self._table("units").set_index("unit_code", drop=False).rename_axis(None)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Inhabited cells, sorted by unit_code."""
        return self._table("cells")

    @cached_property
    def roads(self) -> gpd.GeoDataFrame:
        """Edges of the road network; row number = edge_id."""
        return self._table("roads")

    @cached_property
    def links(self) -> pd.DataFrame:
        """Pairs of units joined by road, ferry or border."""
        return self._table("links")

    @cached_property
    def places(self) -> pd.DataFrame:
        """Names by which places are found."""
        return self._table("places")

    @cached_property
    def residents(self) -> pd.DataFrame:
        """Residents by unit_code, year, sex and age."""
        return self._table("residents")

    @cached_property
    def cell_access(self) -> Access:
        """Where each row of ``cells`` gets on the road."""
        table = self._table("access").set_index("ssbid").reindex(self.cells["ssbid"])
        columns = (table[name].to_numpy() for name in ("edge_id", "position", "metres"))
        edge, position, metres = columns
        return Access(edge.astype("int32"), position.astype(float), metres.astype(float))

    @cached_property
    def population(self) -> pd.DataFrame:
        """Official residents on 1 January of the pack's year: index unit_code; columns persons, adults."""
        now = self.residents[self.residents["year"] == self.year]
        persons = now.groupby("unit_code")["persons"].sum()
        adults = now[now["age"] >= ADULT_AGE].groupby("unit_code")["persons"].sum()
        table = pd.DataFrame({"persons": persons, "adults": adults}).reindex(self.units.index)
        return table.fillna(0).astype("int64")

    def counted(self, who: str) -> pd.Series:
        """Official residents of each unit in an age group (see ``AGES``) on 1 January of the pack's year."""
        youngest, oldest = AGES[who]
        now = self.residents[(self.residents["year"] == self.year) & self.residents["age"].between(youngest, oldest)]
        return now.groupby("unit_code")["persons"].sum().reindex(self.units.index, fill_value=0).astype("int64")

    @property
    def year(self) -> int:
        """1 January of this year is the day of the population figures."""
        return int(self.manifest["settings"]["year"])

    @property
    def digest(self) -> str:
        """One sha256 over the sha256 of all files: equal digests, equal packs."""
        lines = [f"{entry['path']} {entry['sha256']}" for entry in self.manifest["files"]]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

    def facts(self, name: str) -> pd.DataFrame:
        """One of the cited tables of ``facts/``, all cells as text.

        Raises:
            PackError: The pack has no such table, or its bytes were changed.
        """
        content = io.BytesIO(self._bytes(f"facts/{name}.csv"))
        return pd.read_csv(content, dtype=str, keep_default_na=False)

    def _table(self, name: str) -> Any:  # noqa: ANN401 - DataFrame or GeoDataFrame
        content = io.BytesIO(self._bytes(FILES[name]))
        try:
            return gpd.read_parquet(content) if name in GEOGRAPHIC else pd.read_parquet(content)
        except (OSError, ValueError, LookupError):  # bytes that the manifest knows, and that are no table
            raise PackError("pack_no_table", file=self.folder / FILES[name]) from None

    def _bytes(self, relative: str) -> bytes:
        """A file of the pack, held against the manifest's sha256."""
        expected = {entry["path"]: entry["sha256"] for entry in self.manifest["files"]}.get(relative)
        path = self.folder / relative
        if expected is None or not path.is_file():
            raise PackError("pack_file_missing", file=path)
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            raise PackError("pack_damaged", file=path, expected=expected[:12], found=found[:12])
        return content


def find() -> Path:
    """The folder of the pack that commands use.

    Raises:
        PackError: There is none.
    """
    package = Path(__file__).parents[1]
    wanted = os.environ.get("FACTGEO_DATA")
    if wanted:
        return Path(wanted)
    for folder in (Path("data"), package / "data", package.parent / "data"):
        if (folder / MANIFEST).is_file():
            return folder
    raise PackError("no_pack")


def load(folder: Path | None = None) -> Atlas:
    """Open a pack (default: the one that :func:`find` finds). Tables are read when first used.

    Raises:
        PackError: No pack there, or of another make.
    """
    folder = find() if folder is None else folder
    path = folder / MANIFEST
    if not path.is_file():
        raise PackError("pack_file_missing", file=path)
    try:
        manifest = documents.read_toml(path)
    except UnreadableError as error:
        raise PackError("pack_manifest", file=path, reason=error.reason) from None
    faults = Faults()
    faults.add_all(_wrong_with(manifest), lambda reason: PackError("pack_manifest", file=path, reason=reason))
    faults.refuse()
    return Atlas(folder, manifest)


def _wrong_with(manifest: Mapping[str, Any]) -> list[str]:
    """What a manifest lacks that the rest of the program relies on; of another schema nothing more can be said."""
    if manifest.get("schema") != SCHEMA:
        return [f"schema {manifest.get('schema')} != {SCHEMA}"]
    lacking = [key for key in ("settings", "files") if key not in manifest]
    if lacking:
        return [f"no {', '.join(lacking)}"]
    year = manifest["settings"].get("year") if isinstance(manifest["settings"], dict) else None
    files = manifest["files"] if isinstance(manifest["files"], list) else [None]
    wrong = [] if isinstance(year, int) else ["no settings.year"]
    return wrong + [f"files[{k}]: no path or sha256" for k, each in enumerate(files, 1) if not _is_entry(each)]


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ("path", "sha256"))


def verify(atlas: Atlas) -> list[str]:
    """Check hashes, table contracts and totals of a pack; the checks that passed, in the language in use.

    Raises:
        PackError: All checks that do not hold; totals are compared when everything else holds.
    """
    faults = Faults()
    damaged = {str(entry["path"]) for entry in atlas.manifest["files"]}
    for relative in sorted(damaged):
        with faults.noted():
            atlas._bytes(relative)  # noqa: SLF001 - same module
            damaged.remove(relative)
    for name, relative in FILES.items():
        if relative not in damaged:
            with faults.noted():
                table = atlas._table(name)  # noqa: SLF001
                tables.check(name, table if name in GEOGRAPHIC else pd.DataFrame(table))
    faults.refuse()
    files = text("check.hashes", value=len(atlas.manifest["files"]))
    return [files, text("check.contracts", value=len(FILES)), *check_totals(atlas)]


def check_totals(atlas: Atlas) -> list[str]:
    """Totals that must agree between the tables; one line for each that does.

    Raises:
        PackError: Totals differ, or tables name units that are none.
    """
    _refuse_strangers(atlas)
    official = atlas.population
    cells = atlas.cells.groupby("unit_code")[["persons", "adults"]].sum().reindex(atlas.units.index, fill_value=0)
    faults = Faults()
    for what in ("persons", "adults"):
        differ = official.index[cells[what] != official[what]]
        faults.add_all(
            [(what, str(unit)) for unit in differ],
            lambda place: PackError("pack_totals", unit=place[1], what=place[0], cells=cells.at[place[1], place[0]],
                                    official=official.at[place[1], place[0]]),
        )  # fmt: skip
    faults.refuse()
    return [text(f"check.sum_{what}", value=number(int(official[what].sum()))) for what in ("persons", "adults")]


def _refuse_strangers(atlas: Atlas) -> None:
    """Tables may name only units that there are; totals by unit would not see the others."""
    faults = Faults()
    for table, column in (
        ("cells", "unit_code"),
        ("residents", "unit_code"),
        ("links", "unit_a"),
        ("links", "unit_b"),
    ):
        strangers = sorted(set(getattr(atlas, table)[column]) - set(atlas.units.index))
        if strangers:
            faults.add(PackError("table_contract", table=table, column=column, reason=", ".join(strangers[:5])))
    faults.refuse()
