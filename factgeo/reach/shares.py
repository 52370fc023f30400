"""What the three measures of reach find: classes, regions, units and groups, with the residents who are reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.shares import share_of
from factgeo.language import Phrase
from factgeo.planning.measure import WITHIN, TravelFigures
from factgeo.planning.plan import Reason
from factgeo.planning.services import ServiceClass
from factgeo.settings import Settings
from factgeo.travel.bases import Base

Preset = Literal["report-2017", "slide", "planner"]
Edge = Literal["maximum", "percentile_95", "share_90"]
OutReason = Literal[Reason, "too_small", "beyond", "unreachable"]
Ints = NDArray[np.int64]
Seconds = NDArray[np.int32]
CLASSES: tuple[ServiceClass, ...] = ("ACT+FACT", "FACT", "MODIFIED_FACT", "COOPERATION")  # 1-4 of the report
WHOLE = 100  # per cent


@dataclass(frozen=True)
class ClassShare:
    """The residents of one class.

    Attributes:
        number: 1-4 as in the report; None for people without a team.
        service: The service that the class can carry; None for people without a team.
        regions: Regions in it.
        population: Residents of the area in it.
        share: The same as a share (0-1) of the area.
    """

    number: int | None
    service: ServiceClass | None
    regions: int
    population: int
    share: float


@dataclass(frozen=True)
class Region:
    """A DPS area or a catchment, and its class.

    Attributes:
        code: DPS code or team id.
        units: All of its units, sorted, also those outside the area.
        population: Residents of all its units; they decide the class.
        adults: Adults of all its units; they decide the class.
        here: Residents in the area; the same unless the area cuts the region.
        counted: Residents of the area who are reached by the measure.
        base: Where travel is measured from; None if the measure has no travel rule.
        travel: Minutes from there to all residents of the region; None as above.
    """

    code: str
    name: str
    units: tuple[str, ...]
    population: int
    adults: int
    here: int
    counted: int
    service: ServiceClass
    base: Base | None = None
    travel: TravelFigures | None = None


@dataclass(frozen=True)
class EdgeReading:
    """The classes by one way to read "outer edge"."""

    edge: Edge
    classes: tuple[ClassShare, ...]


@dataclass(frozen=True)
class Published:
    """A share (0-1) as published, of the classes with these numbers."""

    case: str
    classes: tuple[int, ...]
    share: float
    source: str


@dataclass(frozen=True)
class UnitReach:
    """A unit of the area: its residents, those of them who are reached, and its region (None: without a team)."""

    unit_code: str
    population: int
    counted: int
    region: str | None
    service: ServiceClass | None


@dataclass(frozen=True)
class UnitToday:
    """A unit today.

    Attributes:
        covered: A listed team covers it by the reading; with ``any``: some resident has a listed base within T.
        counted: Residents who have such a team within T minutes.
        sure: The same, only by teams whose base is known with high confidence.
    """

    unit_code: str
    population: int
    covered: bool
    counted: int
    sure: int


@dataclass(frozen=True)
class Reach:
    """One of the three measures for an area.

    Attributes:
        atlas: The pack that the measure was taken with; for a plan, with the links that its settings add.
        definition: The rule of counting, in a sentence.
        counted: Residents who are reached by this definition.
        classes: By class, also those without residents.
        share_within: Share (0-1) of the area within each limit (minutes) of their own base; empty without a travel
            rule.
        regions: In the order of their codes.
        readings: ``report-2017``: the classes by each reading of "outer edge"; else none.
        outside: Residents who are not reached, by reason; with ``counted`` they are all.
        notes: What a reader should know.
    """

    atlas: Atlas
    preset: Preset
    definition: Phrase
    area: Area
    settings: Settings
    population: int
    counted: int
    classes: tuple[ClassShare, ...]
    share_within: Mapping[int, float]
    regions: tuple[Region, ...]
    readings: tuple[EdgeReading, ...]
    units: tuple[UnitReach, ...]
    outside: Mapping[OutReason, int]
    published: tuple[Published, ...]
    notes: tuple[Phrase, ...]

    @property
    def share(self) -> float:
        """Share (0-1) of the area's residents who are reached."""
        return share_of(self.counted, self.population)


def shares_within(seconds: Seconds, persons: Ints, population: int) -> dict[int, float]:
    """Return shares (0-1) of a population within 30, 45, 60 and 90 minutes, from seconds and persons of each cell."""
    return {limit: share_of(int(persons[seconds <= 60 * limit].sum()), population) for limit in WITHIN}


def residents_of(atlas: Atlas, units: Iterable[str]) -> int:
    """Return the residents of these units."""
    return int(atlas.population.loc[list(units), "persons"].sum())


@dataclass(frozen=True)
class Group:
    """Residents of a county, trust or the like, and those of them who are reached."""

    name: str
    population: int
    counted: int

    @property
    def share(self) -> float:
        """Share (0-1) who are reached."""
        return share_of(self.counted, self.population)


def grouped(units: Iterable[UnitReach | UnitToday], atlas: Atlas, column: str) -> tuple[Group, ...]:
    """Group units of a measure, or of today, by a column of the units table (``hf_name``, ``county_name``, ...)."""
    table = pd.DataFrame([(str(atlas.units.at[u.unit_code, column]), u.population, u.counted) for u in units])
    return tuple(Group(str(name), int(own[1].sum()), int(own[2].sum())) for name, own in table.groupby(0, sort=True))
