"""A plan as a map that needs no network: for the app, and as a file of its own.

Only elements that draw without a content delivery network are used: no Popup, Icon or ColorMap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from factgeo.atlas.pack import Atlas
from factgeo.explore.stability import Stability, shares_for_map
from factgeo.language import number, percent, text
from factgeo.language.escaping import html as safe
from factgeo.maps.layers import (
    NAMES_SHOWN,
    changed_roads,
    drawn_feature,
    drawn_layer,
    labels,
    lines_between,
    listed_teams,
    minutes_shown,
    outlines_around,
    population_layer,
    surroundings,
    team_facts,
)
from factgeo.maps.legend import dot, hatched, legend_row, ring, shades, stroke, swatch
from factgeo.maps.offline import HATCH, STYLE, assembled
from factgeo.maps.palette import ACT_COLOUR, INK, PALETTE, ROAD_COLOURS, colours
from factgeo.planning.measure import TeamFigures
from factgeo.planning.plan import Catchment, Part, Plan
from factgeo.planning.result import Result
from factgeo.report import columns
from factgeo.travel.bases import Base

# share of runs in which a unit stays with its team, from which each colour begins (ColorBrewer YlOrBr)
FIRMNESS = ((0.95, "#ffffd4"), (0.85, "#fed98e"), (0.7, "#fe9929"), (0.5, "#d95f0e"), (0.0, "#993404"))


def plan_map(result: Result, *, assets: str | None = None, stability: Stability | None = None) -> folium.Map:
    """The plan of a result: catchments, units without a team, population and bases.

    Args:
        result: The plan with its figures and journeys.
        assets: Address of a folder with leaflet.js and leaflet.css; None for :func:`save_html`.
        stability: How often each unit stays with its team, if that was asked.
    """
    plan = result.plan
    outlines = outlines_around(result.atlas, plan.area.units)
    here = outlines.loc[list(plan.area.units)]
    layers = [
        surroundings(outlines.drop(here.index)),
        _catchments(here, result),
        _unserved(here, result),
        _borders(here, plan),
        _act_areas(here, result),
        changed_roads(result),
        _stability(here, result.atlas, stability),
        population_layer(result.journeys.cells),
        _bases(result),
        listed_teams(result),
        _names(result),
    ]
    legend = _legend(result, stability)
    return assembled(text("map.title", area=plan.area.name), here.total_bounds, layers, legend, assets=assets)


def _catchments(outlines: gpd.GeoSeries, result: Result) -> folium.GeoJson | None:
    """Units in the colour of their team."""
    colour = colours(result)
    fields = ("unit", "team", *(["act"] if result.plan.act else []), "service", "residents", "mean", "p95")
    features = [
        drawn_feature(unit, outlines[unit], {"colour": colour[catchment.team_id], **told})
        for team, catchment in zip(result.figures.teams, result.plan.catchments, strict=True)
        for unit, told in _told_of_units(team, catchment, result)
    ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        fill = feature["properties"]["colour"]
        return {"color": "#ffffff", "weight": 0.8, "fillColor": fill, "fillOpacity": 0.7}

    return drawn_layer("catchments", features, style, fields)


def _told_of_units(team: TeamFigures, catchment: Catchment, result: Result) -> Iterable[tuple[str, dict[str, str]]]:
    """What the tooltip of each unit of a catchment says."""
    for unit in catchment.units:
        travel = result.unit_travel[unit]
        yield (
            unit,
            {
                **_told_of_place(unit, result.atlas),
                "team": f"{team.team_id} {team.name}",
                "act": act_of(team, result),
                "service": text(f"service.{team.service}"),
                "mean": minutes_shown(travel.mean_min),
                "p95": minutes_shown(travel.p95_min),
            },
        )


def act_of(team: TeamFigures, result: Result) -> str:
    """The ACT area of a team, or that ACT clients are served within it."""
    areas = result.plan.act.areas if result.plan.act else ()
    for figures, area in zip(result.figures.act, areas, strict=True):
        if team.team_id in area.teams:
            return f"{figures.act_id} {figures.name}"
    return text("flag.act_within_fact")


def _unserved(outlines: gpd.GeoSeries, result: Result) -> folium.GeoJson | None:
    """Units without a team, hatched in grey."""
    style = {"color": "#4d4d4d", "weight": 0.8, "dashArray": "4 3", "fillColor": f"url(#{HATCH})", "fillOpacity": 1}
    features = [
        drawn_feature(
            entry.unit_code,
            outlines[entry.unit_code],
            {**_told_of_place(entry.unit_code, result.atlas), "reason": text(f"reason.{entry.reason}")},
        )
        for entry in result.plan.unserved
    ]
    return drawn_layer("unserved", features, lambda _: style, ("unit", "reason", "residents"))


def _told_of_place(unit: str, atlas: Atlas) -> dict[str, str]:
    return {
        "unit": str(atlas.units.at[unit, "name"]),
        "residents": number(int(atlas.population.at[unit, "persons"])),
    }


def _borders(outlines: gpd.GeoSeries, plan: Plan) -> folium.GeoJson | None:
    """The lines between catchments, and between them and units without a team; not the coast."""
    style = {"color": "#262632", "weight": 1.8, "opacity": 0.9, "interactive": False}
    team_of = plan.team_of()
    owners, _ = pd.factorize(np.array([team_of.get(unit, unit) for unit in outlines.index]))
    lines = lines_between(outlines.to_numpy(), owners)
    features = [] if lines.is_empty else [drawn_feature("borders", lines, {})]
    return drawn_layer("borders", features, lambda _: style, pane="borders")


def _act_areas(outlines: gpd.GeoSeries, result: Result) -> folium.GeoJson | None:
    """Where each ACT area ends, above the catchments that it joins; not the coast."""
    style = {"color": ACT_COLOUR, "weight": 4, "dashArray": "8 5", "fill": False}
    areas = result.plan.act.areas if result.plan.act else ()
    features = [
        drawn_feature(
            figures.act_id,
            lines_between(outlines.to_numpy(), outlines.index.isin(result.plan.act_units(area)).astype(np.intp)),
            {
                "act": f"{figures.act_id} {figures.name}",
                "adults": number(figures.adults),
                "adults_within": number(figures.adults_within),
                "act_level": number(figures.act_level.central),
            },
        )
        for figures, area in zip(result.figures.act, areas, strict=True)
    ]
    fields = ("act", "adults", "adults_within", "act_level")
    return drawn_layer("act_areas", features, lambda _: style, fields, pane="borders")


def _stability(outlines: gpd.GeoSeries, atlas: Atlas, stability: Stability | None) -> folium.GeoJson | None:
    """How often each unit stays with its team, in shades above the catchments: the darker, the less firm."""
    if stability is None:
        return None
    shares = shares_for_map(stability)
    features = [
        drawn_feature(
            each.unit_code,
            outlines[each.unit_code],
            {
                **_told_of_place(each.unit_code, atlas),
                "stays": text("map.tooltip.runs", count=number(each.stays), runs=number(stability.planned)),
                "other": each.other or "–",
                "colour": _firmness(shares[each.unit_code])[1],
            },
        )
        for each in stability.units
    ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        return {"color": "#ffffff", "weight": 0.8, "fillColor": feature["properties"]["colour"], "fillOpacity": 1}

    return drawn_layer("stability", features, style, ("unit", "stays", "other", "residents"))


def _firmness(share: float) -> tuple[float, str]:
    """The class (its least share) and the colour of a share of runs."""
    return next((least, colour) for least, colour in FIRMNESS if share >= least)


def _bases(result: Result) -> folium.GeoJson | None:
    few = len(result.plan.catchments) <= NAMES_SHOWN
    style = {"pane": "bases", "color": "#ffffff", "weight": 2 if few else 1, "fillColor": "#000000", "fillOpacity": 1}
    marker = folium.CircleMarker(radius=6 if few else 4, fill=True)
    fields = ("team", "service", "residents", "adults", "target", "mean", "p95")
    told = {team.catchment.base: _told_of_team(team) for team in columns.teams(result)}
    features = [
        drawn_feature(team_id, shapely.Point(base.lon, base.lat), told[base])
        for base, team_id in ((each.base, each.team_id) for each in result.plan.catchments)
    ]
    features += [
        drawn_feature(part.code, shapely.Point(part.base.lon, part.base.lat), _told_of_part(part, result, told))
        for split in result.splits
        for part in split.parts
        if part.base not in told
    ]
    return drawn_layer("bases", features, lambda _: style, fields, marker=marker)


def _told_of_part(part: Part, result: Result, told: Mapping[Base, dict[str, str]]) -> dict[str, str]:
    """What the tooltip of a further base of a big unit says: its code and name, and the figures of its catchment."""
    own = result.plan.base_of()[part.unit_code]
    return {**told[own], "team": f"{part.code} {part.base.name}"}


def _told_of_team(team: columns.Team) -> dict[str, str]:
    travel = team.figures.travel
    return {**team_facts(team), "mean": minutes_shown(travel.mean_min), "p95": minutes_shown(travel.p95_min)}


def _names(result: Result) -> folium.GeoJson | None:
    """The name of each base, always readable next to its point."""
    catchments = result.plan.catchments
    features = [
        drawn_feature(c.team_id, shapely.Point(c.base.lon, c.base.lat), {"name": team.name})
        for team, c in zip(result.figures.teams, catchments, strict=True)
    ]
    return labels(features, text("map.layer.names"), show=len(catchments) <= NAMES_SHOWN)


def _legend(result: Result, stability: Stability | None) -> str:
    """The legend and the sources as HTML."""
    figures, plan = result.figures, result.plan
    teams = number(sum(team.teams for team in figures.teams))
    rows = [
        legend_row("".join(swatch(f"background:{colour}") for colour in PALETTE[:4]), text("map.legend.catchments")),
        legend_row(dot(), text("map.legend.base")),
        f"<div class=factgeo-head>{safe(text('map.legend.population'))}</div>",
        *(legend_row(swatch(f"background:rgba{(*INK, round(shade / 255, 2))}"), label) for shade, label in shades()),
    ]
    if figures.act:
        rows.insert(1, legend_row(stroke(ACT_COLOUR, "6 4"), text("map.layer.act_areas")))
    if plan.unserved:
        rows.insert(1, legend_row(hatched(), text("map.legend.unserved")))
    if plan.settings.existing.listed:
        rows.insert(2, legend_row(ring(), text("map.layer.listed")))
    if stability is not None:
        rows.append(f"<div class=factgeo-head>{safe(text('map.layer.stability'))}</div>")
        rows += [legend_row(swatch(f"background:{colour}"), words) for words, colour in _firmness_rows()]
    for state, given in (("closed", plan.settings.roads.closed), ("added", plan.settings.roads.added)):
        if given:
            rows.append(legend_row(stroke(ROAD_COLOURS[state]), text(f"map.road.{state}")))
    return f"""{STYLE}<details class="factgeo-legend" open>
      <summary>{safe(plan.area.name)}</summary>
      <div>{safe(text("map.count", catchments=number(len(figures.teams)), teams=teams))}</div>
      <div>{safe(text("map.served", share=percent(figures.served)))}</div>
      {"".join(rows)}</details>
      <div class="factgeo-source">{safe(text("map.source", year=result.atlas.year))}</div>"""


def _firmness_rows() -> Iterable[tuple[str, str]]:
    """Words and colour of each class of stability, the firm ones first."""
    above = 1.0
    for least, colour in FIRMNESS:
        yield text("map.legend.share", low=number(100 * least), high=number(100 * above)), colour
        above = least
