"""The residents who can be reached: three named measures that are never mixed, who is left out, and reach today.

``report-2017`` and ``slide`` judge DPS areas built from entire units. ``planner`` judges the catchments of a plan and
the way to each resident. The regions of the report itself are not public. So its figures are shown next to ours, and
ours are never fitted to them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from factgeo.atlas import parameters, teams
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.shares import share_of
from factgeo.atlas.teams import Reading, Team
from factgeo.language import Number, Phrase
from factgeo.planning import services
from factgeo.planning.measure import WITHIN, TravelFigures, percentile, travel_figures
from factgeo.planning.plan import Reason
from factgeo.planning.result import Result
from factgeo.planning.services import ServiceClass
from factgeo.settings import Settings
from factgeo.travel import changes, journeys, network
from factgeo.travel import times as travel_times
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys
from factgeo.travel.times import UNREACHABLE

Preset = Literal["report-2017", "slide", "planner"]
Edge = Literal["maximum", "percentile_95", "share_90"]
TodayReading = Literal["narrow", "wide", "any"]
OutReason = Literal[Reason, "too_small", "beyond", "unreachable"]
Ints = NDArray[np.int64]
Seconds = NDArray[np.int32]

CLASSES: tuple[ServiceClass, ...] = ("ACT+FACT", "FACT", "MODIFIED_FACT", "COOPERATION")  # 1-4 of the report
PUBLISHED = {"report_reach": (1, 2, 3), "report_class1": (1,), "report_class23": (2, 3), "report_class4": (4,)}
CASES = "validation_cases"
EDGES: tuple[Edge, ...] = ("maximum", "percentile_95", "share_90")
WHOLE = 100  # per cent
NEAR_SHARE = 90  # per cent of the residents who must live within the limit in the reading ``share_90``


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


# -- the report and the slide ------------------------------------------------------------------------------------------


def report_2017(atlas: Atlas, area: Area, settings: Settings) -> Reach:
    """Count residents of DPS areas that are large enough, in the four classes of report 3/2017.

    A DPS area that the area cuts is judged as a whole, and its residents in the area count. Its base is the unit centre
    with the fewest person-minutes: an estimate.

    Args:
        atlas: The pack.
        area: Whose residents.
        settings: Sizes and minutes of the classes, speeds and ferries.

    Returns:
        Shares (0-1) of all residents of the area, by class, by DPS area and by unit.
    """
    owners = _dps_areas(atlas, area)
    then = changes.built(atlas, settings)
    every = tuple(sorted(unit for units in owners.values() for unit in units))
    times = journeys.compute(then, every, _centres(settings))
    row_of = {code: _central_row(times, units) for code, units in owners.items()}
    edges = {code: _edges(times, row, owners[code]) for code, row in row_of.items()}
    own = settings.service.edge_percentile

    def classified(edge_of: Mapping[str, float]) -> tuple[Region, ...]:
        return tuple(
            _dps_region(atlas, area, code, units, settings, edge_of[code], times.bases[row_of[code]], times)
            for code, units in owners.items()
        )

    chosen = classified({code: _edge(times, row, owners[code], own) for code, row in row_of.items()})
    population = _people(atlas, area.units)
    return Reach(
        atlas=atlas,
        preset="report-2017",
        definition=Phrase(
            "reach.definition.report",
            values={
                "residents": Number(settings.service.fact_residents),
                "adults": Number(settings.service.act_adults),
                "minutes": Number(settings.service.edge_minutes),
            },
        ),
        area=area,
        settings=settings,
        population=population,
        counted=sum(region.counted for region in chosen),
        classes=_classes(chosen, population),
        share_within=_share_within(times, row_of, owners, area, population),
        regions=chosen,
        readings=tuple(
            EdgeReading(edge, _classes(classified({code: edges[code][edge] for code in owners}), population))
            for edge in EDGES
        ),
        units=_units(atlas, area, chosen),
        outside={"too_small": population - sum(region.counted for region in chosen)},
        published=published(atlas),
        notes=(*_unlike_the_report(atlas, settings), Phrase("reach.note.base_estimate"), *_cut(chosen)),
    )


def slide(atlas: Atlas, area: Area, settings: Settings) -> Reach:
    """Count residents of DPS areas that are large enough by the slide: all residents count, without a travel rule.

    Args:
        atlas: The pack.
        area: The area whose residents are counted.
        settings: A planner's own figures, if there are any.

    Returns:
        Shares (0-1) of all residents of the area, by class, by DPS area and by unit.
    """
    cited = parameters.parameters(atlas, settings)
    act, fact = cited["act_min_total_slide"].central, cited["fact_min_total"].central
    regions = []
    for code, units in _dps_areas(atlas, area).items():
        size = _people(atlas, units)
        service: ServiceClass = "ACT+FACT" if size >= act else "FACT" if size >= fact else "COOPERATION"
        regions.append(_region_of_units(atlas, area, code, units, service))
    population = _people(atlas, area.units)
    counted = sum(region.counted for region in regions)
    return Reach(
        atlas=atlas,
        preset="slide",
        definition=Phrase("reach.definition.slide", values={"act": Number(act), "fact": Number(fact)}),
        area=area,
        settings=settings,
        population=population,
        counted=counted,
        classes=_classes(regions, population),
        share_within={},
        regions=tuple(regions),
        readings=(),
        units=_units(atlas, area, regions),
        outside={"too_small": population - counted},
        published=published(atlas),
        notes=(*_unlike_the_report(atlas, settings), Phrase("reach.note.slide"), *_cut(regions)),
    )


def published(atlas: Atlas) -> tuple[Published, ...]:
    """Return the shares of report 3/2017, as cited in the pack."""
    cases = atlas.facts(CASES).set_index("id")
    return tuple(
        Published(case, numbers, float(cases.at[case, "expected_value"]) / WHOLE, str(cases.at[case, "source"]))
        for case, numbers in PUBLISHED.items()
    )


def _dps_areas(atlas: Atlas, area: Area) -> dict[str, tuple[str, ...]]:
    """Return all units of each DPS area that has some of its units in the area."""
    own = atlas.units["dps_code"]
    touched = own[own.isin(own.loc[list(area.units)])]
    return {str(code): tuple(sorted(some.index)) for code, some in touched.groupby(touched, sort=True)}


def _centres(settings: Settings) -> Settings:
    """Return travel on the same roads, with the units' centres as the only bases."""
    changed = {"per_unit": 1, "sites": (), "required": (), "forbidden": (), "preferred": ()}
    return settings.model_copy(update={"bases": settings.bases.model_copy(update=changed)})


def _central_row(times: Journeys, units: tuple[str, ...]) -> int:
    """Return the base among these units with the fewest person-seconds to all of them; of equals the first."""
    columns = np.flatnonzero(np.isin(times.by_unit.units, units))
    rows = [row for row, base in enumerate(times.bases) if base.unit_code in units]
    return min(rows, key=lambda row: int(times.by_unit.person_seconds[row, columns].sum()))


def _edges(times: Journeys, row: int, units: tuple[str, ...]) -> dict[Edge, float]:
    """Return the minutes to the outer edge by each reading: the farthest reachable resident, or a percentile of all."""
    minutes, _ = times.minutes(times.bases[row], units)
    reached = minutes[np.isfinite(minutes)]
    return {
        "maximum": float(reached.max()) if len(reached) else math.inf,
        "percentile_95": _edge(times, row, units, 95),
        "share_90": _edge(times, row, units, NEAR_SHARE),
    }


def _edge(times: Journeys, row: int, units: tuple[str, ...], percent: float) -> float:
    """Return the minutes within which ``percent`` of the residents live; infinite if too many are unreachable."""
    found = percentile(*times.minutes(times.bases[row], units), percent)
    return math.inf if found is None else found


def _dps_region(
    atlas: Atlas,
    area: Area,
    code: str,
    units: tuple[str, ...],
    settings: Settings,
    edge_min: float,
    base: Base,
    times: Journeys,
) -> Region:
    people = atlas.population.loc[list(units)].sum()
    service = services.classify(
        population=int(people["persons"]), adults=int(people["adults"]), edge_min=edge_min, rules=settings.service
    )
    return _region_of_units(atlas, area, code, units, service, base, travel_figures(*times.minutes(base, units)))


def _region_of_units(
    atlas: Atlas,
    area: Area,
    code: str,
    units: tuple[str, ...],
    service: ServiceClass,
    base: Base | None = None,
    figures: TravelFigures | None = None,
) -> Region:
    people = atlas.population.loc[list(units)].sum()
    here = _people(atlas, set(units) & set(area.units))
    return Region(
        code=code,
        name=str(atlas.units.at[units[0], "dps_name"]),
        units=units,
        population=int(people["persons"]),
        adults=int(people["adults"]),
        here=here,
        counted=0 if service == "COOPERATION" else here,
        service=service,
        base=base,
        travel=figures,
    )


def _share_within(
    times: Journeys,
    row_of: Mapping[str, int],
    owners: Mapping[str, tuple[str, ...]],
    area: Area,
    population: int,
) -> dict[int, float]:
    """Return shares of the area within each limit (minutes) of the base of their own region."""
    row_of_unit = {unit: row_of[code] for code, units in owners.items() for unit in units}
    here = times.cells["unit_code"].isin(area.units).to_numpy()
    own = times.cells.loc[here, "unit_code"].map(row_of_unit).to_numpy(dtype=np.intp)
    seconds = times.seconds[own, np.flatnonzero(here)]
    return shares_within(seconds, times.cells.loc[here, "persons"].to_numpy(dtype=np.int64), population)


def shares_within(seconds: Seconds, persons: Ints, population: int) -> dict[int, float]:
    """Return shares (0-1) of a population within 30, 45, 60 and 90 minutes, from seconds and persons of each cell."""
    return {limit: share_of(int(persons[seconds <= 60 * limit].sum()), population) for limit in WITHIN}


def _classes(regions: Iterable[Region], population: int) -> tuple[ClassShare, ...]:
    regions = list(regions)
    return tuple(
        _class(number, service, [region for region in regions if region.service == service], population)
        for number, service in enumerate(CLASSES, start=1)
    )


def _class(number: int, service: ServiceClass, regions: Sequence[Region], population: int) -> ClassShare:
    here = sum(region.here for region in regions)
    return ClassShare(number, service, len(regions), here, share_of(here, population))


def _units(atlas: Atlas, area: Area, regions: Iterable[Region]) -> tuple[UnitReach, ...]:
    """Return each unit of the area; it counts with its entire region or not at all."""
    own = {unit: region for region in regions for unit in region.units}
    persons = atlas.population["persons"]
    return tuple(
        UnitReach(unit, int(persons[unit]), int(persons[unit]) if own[unit].counted else 0, own[unit].code,
                  own[unit].service)
        for unit in area.units
    )  # fmt: skip


def _unlike_the_report(atlas: Atlas, settings: Settings) -> Iterator[Phrase]:
    """Say why today's DPS areas cannot give the published shares, from the areas of all Norway."""
    least = settings.service.fact_residents
    sizes = atlas.population["persons"].groupby([atlas.units["dps_code"], atlas.units["dps_name"]]).sum()
    small = sizes[sizes < least].droplevel("dps_code")
    share = 1 - share_of(int(small.sum()), int(sizes.sum()))
    values = {
        "areas": Number(len(sizes)),
        "share": Number(WHOLE * share, 1),
        "least": Number(least),
        "count": Number(len(small)),
        "names": ", ".join(str(name) for name in sorted(small.index)) or "–",
    }
    yield Phrase("reach.note.unlike", values=values)


def _cut(regions: Iterable[Region]) -> Iterator[Phrase]:
    """Return the DPS areas of which only a part lies in the area."""
    names = [region.name for region in regions if region.here < region.population]
    if names:
        yield Phrase("reach.note.cut", values={"count": Number(len(names)), "names": ", ".join(names)})


def _people(atlas: Atlas, units: Iterable[str]) -> int:
    return int(atlas.population.loc[list(units), "persons"].sum())


# -- a plan, and who it leaves out -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeftOut:
    """Residents of one unit who are not reached, for one reason.

    Attributes:
        reason: Why the unit has no team; or ``too_small`` (its team's area is below the minimum size), ``beyond`` (more
            than T minutes from the own team) or ``unreachable`` (no road or ferry from there).
        nearest_min: Fewest minutes to any of them from the own team; None without a team or a way.
    """

    unit_code: str
    name: str
    reason: OutReason
    persons: int
    nearest_min: float | None


def planner(result: Result) -> Reach:
    """Count residents of catchments that are large enough, within T minutes of their own team's base.

    Args:
        result: A measured plan; T and the least size are those of its settings.

    Returns:
        Shares (0-1) of all residents of the area, by class, by catchment and by unit.
    """
    plan, figures, settings = result.plan, result.figures, result.plan.settings
    out = left_out(result)
    missed = pd.Series(dict.fromkeys(plan.area.units, 0)).add(_by_unit(out), fill_value=0).astype(int)
    persons = result.atlas.population["persons"]
    counted_of = {unit: int(persons[unit] - missed[unit]) for unit in plan.area.units}
    regions = tuple(
        Region(team.team_id, team.name, c.units, team.population, team.adults, team.population,
               sum(counted_of[unit] for unit in c.units), team.service, c.base, team.travel)
        for team, c in zip(figures.teams, plan.catchments, strict=True)
    )  # fmt: skip
    own = {unit: region for region in regions for unit in region.units}
    alone = sum(int(persons[entry.unit_code]) for entry in plan.unserved)
    classes = _classes(regions, figures.population)
    return Reach(
        atlas=result.atlas,
        preset="planner",
        definition=Phrase(
            "reach.definition.planner",
            values={
                "size": Phrase(f"size.{settings.size.who}", values={"count": Number(settings.size.minimum)}),
                "minutes": Number(settings.travel.minutes),
            },
        ),
        area=plan.area,
        settings=settings,
        population=figures.population,
        counted=sum(counted_of.values()),
        classes=(*classes, ClassShare(None, None, 0, alone, share_of(alone, figures.population))),
        share_within=dict(figures.share_within),
        regions=regions,
        readings=(),
        units=tuple(
            UnitReach(unit, int(persons[unit]), counted_of[unit], own[unit].code, own[unit].service)
            if unit in own
            else UnitReach(unit, int(persons[unit]), 0, None, None)
            for unit in plan.area.units
        ),
        outside=by_reason(out),
        published=published(result.atlas),
        notes=(Phrase("reach.note.planner"),),
    )


def left_out(result: Result) -> tuple[LeftOut, ...]:
    """Return all residents who are not reached by the measure ``planner``, by unit and reason; most people first."""
    plan, atlas, cells = result.plan, result.atlas, result.journeys.cells
    persons, seconds = cells["persons"].to_numpy(dtype=np.int64), result.ways.seconds
    why: dict[str, OutReason] = {entry.unit_code: entry.reason for entry in plan.unserved}
    why |= dict.fromkeys(_too_small(result), "too_small")
    late = np.where(seconds > 60 * plan.settings.travel.minutes, "beyond", "")
    far = np.where(seconds == UNREACHABLE, "unreachable", late)
    given = [why.get(unit) for unit in cells["unit_code"]]
    reason = [known or other for known, other in zip(given, far, strict=True)]
    table = pd.DataFrame({"unit": cells["unit_code"], "reason": reason, "persons": persons, "seconds": seconds})
    table = table[(table["reason"] != "") & (table["persons"] > 0)]
    sums = table.groupby(["unit", "reason"], as_index=False).agg(persons=("persons", "sum"), seconds=("seconds", "min"))
    found = [
        LeftOut(row.unit, str(atlas.units.at[row.unit, "name"]), row.reason, int(row.persons),
                None if row.seconds == UNREACHABLE else row.seconds / 60)
        for row in sums.itertuples()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.persons, each.unit_code, each.reason)))


def by_reason(out: Iterable[LeftOut]) -> dict[OutReason, int]:
    """Return the residents left out by reason, the most first."""
    sums: dict[OutReason, int] = {}
    for each in out:
        sums[each.reason] = sums.get(each.reason, 0) + each.persons
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def _by_unit(out: Iterable[LeftOut]) -> pd.Series:
    table = pd.DataFrame([(each.unit_code, each.persons) for each in out], columns=["unit", "persons"])
    return table.groupby("unit")["persons"].sum()


def _too_small(result: Result) -> Iterator[str]:
    """Return the units of catchments below the minimum size: teams that a planner keeps, or that are listed."""
    settings = result.plan.settings
    counted = result.atlas.counted(settings.size.who)
    for catchment in result.plan.catchments:
        if counted.loc[list(catchment.units)].sum() < settings.size.minimum:
            yield from catchment.units


# -- parts of an area --------------------------------------------------------------------------------------------------


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


# -- today -------------------------------------------------------------------------------------------------------------


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
class Dependence:
    """Residents for whom one listed team is the only one within T: they lose it if it does not run or is elsewhere."""

    team: Team
    persons: int


@dataclass(frozen=True)
class Today:
    """Reach of the general teams of the list of October 2025; an estimate, because bases and areas are read from names.

    Attributes:
        atlas: The pack.
        reading: ``narrow`` and ``wide``: that reading of the names covers the unit, and the resident lives within T
            minutes of that team's base. ``any``: within T of any listed base, whatever the borders.
        placed: General teams that count and have a base.
        unplaced: General teams that touch the area and have no known base; they are counted as reaching no resident.
        covered: Residents of covered units.
        counted: Residents who are reached.
        sure: Residents reached by teams whose base is known with high confidence.
        alone: Teams that are the only one for some residents, those with most residents first.
        share_within: Share (0-1) of the area within each limit (minutes) of the nearest team that counts for them.
    """

    atlas: Atlas
    reading: TodayReading
    area: Area
    minutes: float
    population: int
    placed: tuple[Team, ...]
    unplaced: tuple[Team, ...]
    covered: int
    counted: int
    sure: int
    alone: tuple[Dependence, ...]
    share_within: Mapping[int, float]
    units: tuple[UnitToday, ...]

    @property
    def share(self) -> float:
        """Share (0-1) of the area's residents who are reached."""
        return share_of(self.counted, self.population)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Units that no listed team covers (``any``: reaches), sorted."""
        return tuple(unit.unit_code for unit in self.units if not unit.covered)


def today(atlas: Atlas, area: Area, settings: Settings, reading: TodayReading) -> Today:
    """Compute the reach of what exists or is planned, by one reading of the list."""
    then = changes.built(atlas, settings)
    own = _as_read(reading)
    general = [t for t in _general(atlas) if reading == "any" or not set(t.units(own)).isdisjoint(area.units)]
    placed = [team for team in general if team.base_unit is not None]
    mask = then.cells["unit_code"].isin(area.units).to_numpy()
    cells = then.cells[mask]
    persons, unit = cells["persons"].to_numpy(dtype=np.int64), cells["unit_code"]
    seconds = _from_teams(then, placed, np.flatnonzero(mask), settings)
    mine = np.array([_covers(team, unit, reading) for team in placed], dtype=bool).reshape(len(placed), len(cells))
    near = mine & (seconds <= 60 * settings.travel.minutes)
    reached: NDArray[np.bool_] = np.logical_or.reduce(near, axis=0)
    sure: NDArray[np.bool_] = np.logical_or.reduce(near[[team.quality == "derived" for team in placed]], axis=0)
    nearest = np.where(mine, seconds, UNREACHABLE).min(axis=0, initial=UNREACHABLE)
    covered = set(unit[reached]) if reading == "any" else {code for team in general for code in team.units(own)}
    units = _units_today(atlas, area, unit, persons, covered, reached, sure)
    population = _people(atlas, area.units)
    return Today(
        atlas=atlas,
        reading=reading,
        area=area,
        minutes=settings.travel.minutes,
        population=population,
        placed=tuple(placed),
        unplaced=tuple(team for team in _general(atlas) if team.base_unit is None and team.touches(area.units)),
        covered=sum(each.population for each in units if each.covered),
        counted=sum(each.counted for each in units),
        sure=sum(each.sure for each in units),
        alone=_alone(placed, near, persons),
        share_within=shares_within(nearest, persons, population),
        units=units,
    )


def _general(atlas: Atlas) -> list[Team]:
    """Return the listed teams for all adults of the target group."""
    return [team for team in teams.listed(atlas) if team.general]


def _as_read(reading: TodayReading) -> Reading:
    """Return the reading of the names; with ``any`` it does not matter."""
    return "wide" if reading == "any" else reading


def _covers(team: Team, unit: pd.Series, reading: TodayReading) -> NDArray[np.bool_]:
    """Return the cells, by their units, that the team counts for."""
    if reading == "any":
        return np.ones(len(unit), dtype=bool)
    return np.asarray(unit.isin(team.units(reading)), dtype=bool)


def _from_teams(atlas: Atlas, placed: Sequence[Team], cells: NDArray[np.intp], settings: Settings) -> Seconds:
    """Return the seconds from each team's base to each cell; teams of one unit share its base."""
    where = sorted({team.base_unit for team in placed if team.base_unit is not None})
    units = atlas.units.loc[where]
    starts = journeys.access_of(atlas, units["base_lon"].tolist(), units["base_lat"].tolist())
    roads = network.from_table(atlas.roads, settings)
    seconds = travel_times.seconds_to_cells(roads, starts, atlas.cell_access.of(cells), settings)
    return seconds[[where.index(team.base_unit) for team in placed if team.base_unit is not None]]


def _alone(placed: Sequence[Team], near: NDArray[np.bool_], persons: Ints) -> tuple[Dependence, ...]:
    single = near.sum(axis=0) == 1
    found = [Dependence(team, int(persons[own & single].sum())) for team, own in zip(placed, near, strict=True)]
    return tuple(sorted((each for each in found if each.persons), key=lambda each: (-each.persons, each.team.team_id)))


def _units_today(
    atlas: Atlas,
    area: Area,
    unit: pd.Series,
    persons: Ints,
    covered: set[str],
    near: NDArray[np.bool_],
    sure: NDArray[np.bool_],
) -> tuple[UnitToday, ...]:
    table = pd.DataFrame({"counted": persons * near, "sure": persons * sure}).groupby(unit.to_numpy()).sum()
    table = table.reindex(list(area.units), fill_value=0)
    return tuple(
        UnitToday(code, int(atlas.population.at[code, "persons"]), code in covered, int(own.counted), int(own.sure))
        for code, own in zip(area.units, table.itertuples(), strict=True)
    )
