"""Read the valid elements of an ``.osm`` file: points, ways and relations, without deleted ones.

The file is read once, from start to end. Of points only the place is kept, in flat arrays.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from factgeo.errors import SourceError
from factgeo.sources import guarded_xml

ELEMENTS = ("node", "way", "relation")
CHANGES = {"osmChange", "create", "modify", "delete", "action", "osmAugmentedDiff"}
BELOW_ROOT = 2
REMARK_LETTERS = 2000
INCOMPLETE = re.compile(r"runtime|error|time|memory|abort|terminat|exceed|too many|limit", re.IGNORECASE)


@dataclass(frozen=True)
class Way:
    """A line: the ids of its points in drawing order, and its tags."""

    refs: array[int]
    tags: dict[str, str]


@dataclass(frozen=True)
class Relation:
    """Members as (type, id, role), and the tags."""

    members: list[tuple[str, int, str]]
    tags: dict[str, str]


@dataclass(frozen=True)
class Points:
    """The places of points; ids in rising order, one row each."""

    ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def of(self, wanted: Iterable[int]) -> dict[int, tuple[float, float]]:
        """Return longitude and latitude of those of the points that the file has."""
        asked = np.unique(np.fromiter(wanted, dtype=np.int64))
        row = np.searchsorted(self.ids, asked)
        row[row == len(self.ids)] = 0
        there = self.ids[row] == asked if len(self.ids) else np.zeros(len(asked), dtype=bool)
        there &= ~np.isnan(self.lon[row]) if len(self.ids) else True
        places = zip(self.lon[row[there]].tolist(), self.lat[row[there]].tolist(), strict=True)
        return dict(zip(asked[there].tolist(), places, strict=True))


@dataclass(frozen=True)
class Extract:
    """The content of a file; ``deleted`` counts elements that are marked as deleted."""

    points: Points
    ways: dict[int, Way]
    relations: dict[int, Relation]
    deleted: int


def read(path: Path, *, tags: Iterable[str]) -> Extract:
    """Read the elements of a file with the wanted ones of their tags.

    Raises:
        SourceError: The file is not readable, cut off, incomplete by its own remark, or of another kind.
    """
    reader = _Reader(path, frozenset(tags))
    try:
        guarded_xml.parse(path, reader)
    except (KeyError, ValueError, OverflowError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError("source_unreadable", file=path, reason=guarded_xml.one_line(str(error))) from None
    return Extract(reader.points(), reader.ways, reader.relations, reader.deleted)


@dataclass
class _Reader:
    """Keep the wanted elements while the file is read."""

    path: Path
    wanted: frozenset[str]
    ways: dict[int, Way] = field(default_factory=dict)
    relations: dict[int, Relation] = field(default_factory=dict)
    deleted: int = 0

    def __post_init__(self) -> None:
        self._ids, self._lon, self._lat = array("q"), array("d"), array("d")
        self._tags: dict[str, str] = {}
        self._refs = array("q")
        self._members: list[tuple[str, int, str]] = []
        self._now: dict[str, str] = {}
        self._remark: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str], depth: int) -> None:
        if name == "nd":
            self._refs.append(int(attributes["ref"]))
        elif name == "tag":
            if attributes["k"] in self.wanted:
                self._tags[attributes["k"]] = attributes["v"]
        elif name == "member":
            self._members.append((attributes["type"], int(attributes["ref"]), attributes.get("role", "")))
        elif name in ELEMENTS:
            self._now, self._tags, self._members, self._refs = attributes, {}, [], array("q")
        else:
            self._other(name, depth)

    def _other(self, name: str, depth: int) -> None:
        if depth <= BELOW_ROOT and name in CHANGES:
            raise SourceError("osm_change", file=self.path)
        if depth == 1 and name != "osm":
            raise SourceError("osm_root", file=self.path, root=guarded_xml.one_line(name))
        if name == "remark":
            self._remark = []

    def text(self, letters: str) -> None:
        if self._remark is not None and len(self._remark) < REMARK_LETTERS:
            self._remark.append(letters[:REMARK_LETTERS])

    def end(self, name: str, depth: int) -> None:
        if name in ELEMENTS:
            self._keep(name, int(self._now["id"]))
        elif name == "remark" and depth:
            said = guarded_xml.one_line("".join(self._remark or []))
            self._remark = None
            if INCOMPLETE.search(said):
                raise SourceError("osm_incomplete", file=self.path, said=said)

    def _keep(self, name: str, number: int) -> None:
        """Keep the last version of an element; a deleted one removes the earlier ones."""
        gone = self._now.get("visible") == "false" or self._now.get("action") == "delete"
        self.deleted += gone
        if name == "node":
            has_place = not gone and "lat" in self._now and "lon" in self._now
            self._ids.append(number)
            self._lon.append(float(self._now["lon"]) if has_place else np.nan)
            self._lat.append(float(self._now["lat"]) if has_place else np.nan)
            return
        if name == "way" and self._is_area():
            return
        table: dict[int, Any] = self.ways if name == "way" else self.relations
        table.pop(number, None)
        if not gone:
            table[number] = Way(self._refs, self._tags) if name == "way" else Relation(self._members, self._tags)

    def _is_area(self) -> bool:
        """Is it an area? Houses and lakes are most of a file, and no road leads along them."""
        ring = len(self._refs) > 0 and self._refs[0] == self._refs[-1]
        return ring and not {"highway", "route"} & self._tags.keys()

    def points(self) -> Points:
        """Return each point once, at its last place."""
        ids = np.frombuffer(self._ids, dtype=np.int64) if self._ids else np.empty(0, dtype=np.int64)
        unique, from_end = np.unique(ids[::-1], return_index=True)
        row = len(ids) - 1 - from_end
        lon, lat = (np.frombuffer(flat) if flat else np.empty(0) for flat in (self._lon, self._lat))
        return Points(unique, lon[row], lat[row])
