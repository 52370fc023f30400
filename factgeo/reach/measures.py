"""The residents who can be reached: three named measures that are never mixed.

``report-2017`` and ``slide`` judge DPS areas built from entire units. ``planner`` judges the catchments of a plan and
the way to each resident. The regions of the report itself are not public. So its figures are shown next to ours, and
ours are never fitted to them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from factgeo.atlas import parameters
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.shares import share_of
from factgeo.language import Number, Phrase
from factgeo.planning import services
from factgeo.planning.measure import TravelFigures, percentile, travel_figures
from factgeo.planning.result import Result
from factgeo.planning.services import ServiceClass
from factgeo.reach.left_out import LeftOut, by_reason, left_out
from factgeo.reach.shares import (
    CLASSES,
    WHOLE,
    ClassShare,
    Edge,
    EdgeReading,
    Published,
    Reach,
    Region,
    UnitReach,
    residents_of,
    shares_within,
)
from factgeo.settings import Settings
from factgeo.travel import changes, journeys
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys

PUBLISHED = {"report_reach": (1, 2, 3), "report_class1": (1,), "report_class23": (2, 3), "report_class4": (4,)}
CASES = "validation_cases"
EDGES: tuple[Edge, ...] = ("maximum", "percentile_95", "share_90")
NEAR_SHARE = 90  # per cent of the residents who must live within the limit in the reading ``share_90``


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
    population = residents_of(atlas, area.units)
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
        size = residents_of(atlas, units)
        service: ServiceClass = "ACT+FACT" if size >= act else "FACT" if size >= fact else "COOPERATION"
        regions.append(_region_of_units(atlas, area, code, units, service))
    population = residents_of(atlas, area.units)
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
    here = residents_of(atlas, set(units) & set(area.units))
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


# -- a plan -----------------------------------------------------------------------------------------------------------


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


def _by_unit(out: Iterable[LeftOut]) -> pd.Series:
    table = pd.DataFrame([(each.unit_code, each.persons) for each in out], columns=["unit", "persons"])
    return table.groupby("unit")["persons"].sum()
