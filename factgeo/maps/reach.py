"""One measure of reach on a map that needs no network: units by class, or by the share who are reached.

The optional analyses are on it too: who is left out and why, where something would help, and the listed teams.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import MacroElement
from PIL import ImageColor

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.shares import share_of
from factgeo.atlas.teams import points
from factgeo.language import number, percent, text, written
from factgeo.language.escaping import html as safe
from factgeo.language.figures import reached
from factgeo.maps.layers import (
    NAMES_SHOWN,
    drawn_feature,
    drawn_layer,
    labels,
    lines_between,
    listed_facts,
    outlines_around,
    population_layer,
    surroundings,
)
from factgeo.maps.legend import hatched, legend_row
from factgeo.maps.offline import HATCH, STYLE, assembled
from factgeo.planning.services import ServiceClass
from factgeo.reach.fairness import Help, Kind, Remedy
from factgeo.reach.left_out import LeftOut
from factgeo.reach.shares import CLASSES, OutReason, Reach, Region, UnitReach
from factgeo.reach.today import Today
from factgeo.report import columns
from factgeo.report.columns import REGION
from factgeo.report.labels import OUT_WORDS, PRESETS, READING_NAMES

First = Literal["measure", "left_out", "today"]

# Okabe and Ito's colours for the colour-blind: two blues for what carries a team near, orange for far, grey for none
CLASS_COLOURS: dict[ServiceClass, str] = {
    "ACT+FACT": "#0072b2",
    "FACT": "#7cc4ee",
    "MODIFIED_FACT": "#f0b23c",
    "COOPERATION": "#8c8c8c",
}
# share of a unit's residents from which each colour begins (ColorBrewer's YlGnBu, the most reached first)
SHARES = ((0.99, "#081d58"), (0.95, "#225ea8"), (0.75, "#41b6c4"), (0.5, "#c7e9b4"), (0.0, "#ffffd9"))
LISTED_COLOUR, NO_LISTED = "#ffd92f", "#d9d9d9"
# Okabe and Ito's again, the strongest for the most common reason
OUT_COLOURS: dict[OutReason, str] = {
    "beyond": "#d55e00",
    "unreachable": "#0072b2",
    "too_small": "#e69f00",
    "too_few": "#009e73",
    "too_far": "#cc79a7",
    "no_road": "#56b4e9",
    "cut_off": "#a6761d",
    "locked": "#4d4d4d",
}
STRENGTHS = ((0.5, 1.0), (0.05, 0.55), (0.0, 0.2))  # share of a unit who are left out from which a colour is so strong
REMEDY_COLOURS: dict[Kind, str] = {"team": "#7a0177", "satellite": "#b34700", "agreement": "#005c42"}
REMEDY_NAMES: dict[Kind, str] = {
    "team": "reach.map.kind.team",
    "satellite": "reach.map.kind.satellite",
    "agreement": "reach.map.kind.agreement",
}
REMEDY_TOLD: dict[Kind, str] = {
    "team": "reach.map.remedy.team",
    "satellite": "reach.map.remedy.satellite",
    "agreement": "reach.map.remedy.agreement",
}

# what the tooltip of a base says of its region
OF_BASE = {
    "base": "base",
    "service": "service",
    "residents": "population",
    "adults": "adults",
    "p95": "p95_min",
    "edge": "edge_min",
}


class _Look(TypedDict):
    """Can the colours be switched off, and are they seen at first?"""

    overlay: bool
    show: bool


def reach_map(
    reach: Reach | None,
    *,
    left_out: Sequence[LeftOut] = (),
    remedies: Sequence[Help] = (),
    today: Sequence[Today] = (),
    first: First = "measure",
    assets: str | None = None,
) -> folium.Map:
    """One measure on a map; of the colours of units one kind is seen at a time.

    Args:
        reach: ``report-2017`` and ``slide`` are coloured by class, ``planner`` by the share who are reached. None shows
            the listed teams alone.
        left_out: Whom the measure leaves out; units are coloured by the reason of most of them.
        remedies: Places where something would help, the best first; they are numbered.
        today: Reach of the listed teams by each reading; units are coloured by the first.
        first: Which colours are seen at first, and what the title and the open part of the legend are about.
            ``measure`` and ``left_out`` need ``reach``, ``today`` needs ``today``.
        assets: Address of a folder with leaflet.js and leaflet.css; None for ``maps.save_html``.
    """
    about = reach or today[0]
    atlas, area = about.atlas, about.area
    outlines = outlines_around(atlas, area.units)
    here = outlines.loc[list(area.units)]
    keys = _keys(reach, left_out, today, first)
    looks = {kind: _Look(overlay=len(keys) == 1, show=kind == first) for kind in keys}

    def layers() -> Iterator[MacroElement | None]:
        yield surroundings(outlines.drop(here.index))
        if reach:
            yield _units(here, reach, looks["measure"])
        if reach and "left_out" in keys:
            yield _left_out(here, reach, left_out, looks["left_out"])
        if today:
            yield _today(here, today, looks["today"])
        if reach:
            yield _without(here, reach, show=first == "measure")
            yield _borders(here, reach, show=first != "today")
        yield _population(atlas, area)
        yield _listed(today)
        if reach:
            yield _bases(reach, show=first != "today")
            yield _names(reach, show=first != "today")
        yield _remedies(remedies)

    legend = _legend(atlas, keys, first, _beside(today, remedies))
    return assembled(keys[first].title, here.total_bounds, layers(), legend, assets=assets)


def colour(unit: UnitReach, reach: Reach) -> str | None:
    """The colour of a unit; None without a team, which is hatched."""
    if unit.service is None:
        return None
    if reach.preset != "planner":
        return CLASS_COLOURS[unit.service]
    return _shade(share_of(unit.counted, unit.population))


def _shade(share: float) -> str:
    return next(shade for least, shade in SHARES if share >= least)


def out_colour(reason: OutReason, share: float) -> str:
    """The colour of a reason, the paler the smaller the share (0-1) of the unit's residents who are left out."""
    strength = next(strength for least, strength in STRENGTHS if share >= least)
    red, green, blue = (round(255 - strength * (255 - own)) for own in ImageColor.getrgb(OUT_COLOURS[reason])[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def _units(outlines: gpd.GeoSeries, reach: Reach, look: _Look) -> folium.GeoJson | None:
    """Units with a team, in the colour of their class or share."""
    region_of = {region.code: region for region in reach.regions}
    features = [
        drawn_feature(
            unit.unit_code,
            outlines[unit.unit_code],
            {"colour": colour(unit, reach) or "", **_told(unit, region_of[unit.region], reach.atlas)},
        )
        for unit in reach.units
        if unit.region is not None
    ]

    fields = ("unit", "region", "service", "residents", "reached")
    return drawn_layer("reach", features, _filled, fields, **look)


def _filled(feature: Mapping[str, Any]) -> dict[str, Any]:
    fill = feature["properties"]["colour"]
    return {"color": "#6b6b6b", "weight": 0.6, "fillColor": fill, "fillOpacity": 0.85}


def _told(unit: UnitReach, region: Region, atlas: Atlas) -> dict[str, str]:
    """What the tooltip of a unit says."""
    return {
        "unit": str(atlas.units.at[unit.unit_code, "name"]),
        "region": f"{region.code} {region.name}",
        "service": text(f"service.{region.service}"),
        "residents": number(unit.population),
        "reached": f"{number(unit.counted)} ({percent(share_of(unit.counted, unit.population))})",
    }


def _left_out(outlines: gpd.GeoSeries, reach: Reach, out: Sequence[LeftOut], look: _Look) -> folium.GeoJson | None:
    """Every unit in the colour of why most of its residents who are left out are so."""
    own: dict[str, list[LeftOut]] = {unit.unit_code: [] for unit in reach.units}
    for each in sorted(out, key=lambda each: -each.persons):
        own[each.unit_code].append(each)
    features = [
        drawn_feature(
            unit.unit_code, outlines[unit.unit_code], _told_of_left_out(unit, own[unit.unit_code], reach.atlas)
        )
        for unit in reach.units
    ]
    fields = ("unit", "residents", "left_out", "reasons")
    return drawn_layer("left_out", features, _filled, fields, **look)


def _told_of_left_out(unit: UnitReach, own: Sequence[LeftOut], atlas: Atlas) -> dict[str, str]:
    persons = sum(each.persons for each in own)
    share = share_of(persons, unit.population)
    return {
        "unit": str(atlas.units.at[unit.unit_code, "name"]),
        "residents": number(unit.population),
        "left_out": f"{number(persons)} ({percent(share)})",
        "reasons": "\n".join(f"{text(OUT_WORDS[each.reason])}: {number(each.persons)}" for each in own) or "–",
        "colour": out_colour(own[0].reason, share) if own else "#ffffff",
    }


def _today(outlines: gpd.GeoSeries, today: Sequence[Today], look: _Look) -> folium.GeoJson | None:
    """Units by the share that the listed teams reach by the first reading; tooltips have all readings."""
    features = [
        drawn_feature(
            own[0].unit_code,
            outlines[own[0].unit_code],
            {
                "unit": str(today[0].atlas.units.at[own[0].unit_code, "name"]),
                "residents": number(own[0].population),
                "colour": _shade(share_of(own[0].counted, own[0].population)) if own[0].covered else NO_LISTED,
                **{
                    f"today_{each.reading}": percent(share_of(unit.counted, unit.population), 0)
                    for each, unit in zip(today, own, strict=True)
                },
            },
        )
        for own in zip(*(each.units for each in today), strict=True)
    ]
    fields = ("unit", "residents", *(f"today_{each.reading}" for each in today))
    return drawn_layer("today", features, _filled, fields, **look)


def _without(outlines: gpd.GeoSeries, reach: Reach, *, show: bool) -> folium.GeoJson | None:
    """Units without a team, hatched in grey."""
    style = {"color": "#4d4d4d", "weight": 0.8, "dashArray": "4 3", "fillColor": f"url(#{HATCH})", "fillOpacity": 1}
    features = [
        drawn_feature(
            unit.unit_code,
            outlines[unit.unit_code],
            {"unit": str(reach.atlas.units.at[unit.unit_code, "name"]), "residents": number(unit.population)},
        )
        for unit in reach.units
        if unit.region is None
    ]
    return drawn_layer("unserved", features, lambda _: style, ("unit", "residents"), show=show)


def _borders(outlines: gpd.GeoSeries, reach: Reach, *, show: bool) -> folium.GeoJson | None:
    """The lines between regions, and between them and units without a team."""
    weight = 1.6 if len(reach.regions) <= NAMES_SHOWN else 0.9
    style = {"color": "#1a1a1a", "weight": weight, "opacity": 0.9, "interactive": False}
    owners, _ = pd.factorize(np.array([unit.region or unit.unit_code for unit in reach.units]))
    lines = lines_between(outlines.to_numpy(), owners)
    features = [] if lines.is_empty else [drawn_feature("reach_borders", lines, {})]
    return drawn_layer("reach_borders", features, lambda _: style, pane="borders", show=show)


def _population(atlas: Atlas, area: Area) -> folium.raster_layers.ImageOverlay | None:
    """Where people live; switched off at first, for it would darken the colours."""
    layer = population_layer(atlas.cells[atlas.cells["unit_code"].isin(area.units)])
    if layer is not None:
        layer.show = False
    return layer


def _bases(reach: Reach, *, show: bool) -> folium.GeoJson | None:
    """The bases that travel is measured from."""
    few = len(reach.regions) <= NAMES_SHOWN
    style = {"pane": "bases", "color": "#ffffff", "weight": 2 if few else 0.5, "fillColor": "#000000", "fillOpacity": 1}
    features = [
        drawn_feature(
            region.code,
            shapely.Point(region.base.lon, region.base.lat),
            {
                "region": f"{region.code} {region.name}",
                **{name: written(columns.said(REGION, region, key)) for name, key in OF_BASE.items()},
            },
        )
        for region in reach.regions
        if region.base is not None
    ]
    fields = ("region", *OF_BASE)
    marker = folium.CircleMarker(radius=6 if few else 2.5, fill=True)
    return drawn_layer("reach_bases", features, lambda _: style, fields, marker=marker, show=show)


def _names(reach: Reach, *, show: bool) -> folium.GeoJson | None:
    """The name of each region next to its base."""
    features = [
        drawn_feature(region.code, shapely.Point(region.base.lon, region.base.lat), {"name": region.name})
        for region in reach.regions
        if region.base is not None
    ]
    return labels(features, text("map.layer.names"), show=show and len(features) <= NAMES_SHOWN)


def _listed(today: Sequence[Today]) -> folium.GeoJson | None:
    """The listed teams that count by the first reading, around the bases; and how many have no other."""
    if not today:
        return None
    alone = {each.team.team_id: each.persons for each in today[0].alone}
    features = [
        drawn_feature(
            str(unit),
            some.geometry.iloc[0],
            {
                **listed_facts(some, "\n"),
                "alone": "\n".join(reached(alone.get(str(team), 0)).text() for team in some.index),
            },
        )
        for unit, some in points(today[0].placed, today[0].atlas).groupby("unit_code")
    ]
    few = len(features) <= NAMES_SHOWN
    style = {"pane": "bases", "color": "#1a1a1a", "weight": 1, "fillColor": LISTED_COLOUR, "fillOpacity": 1}
    fields = ("listed", "kind", "status", "confidence", "alone")
    marker = folium.CircleMarker(radius=10 if few else 5, fill=True)
    return drawn_layer("listed", features, lambda _: style, fields, marker=marker)


def _remedies(remedies: Sequence[Help]) -> folium.FeatureGroup | None:
    """Where something would help: circles in the colour of what helps most, with their rank and what they bring."""
    features = [
        drawn_feature(
            f"remedy{rank}",
            shapely.Point(each.place.lon, each.place.lat),
            {
                "name": str(rank),
                "place": f"{rank}. {each.place.name}",
                "remedies": "\n".join(_told_of_remedy(remedy) for remedy in each.remedies),
                "colour": REMEDY_COLOURS[each.remedies[0].kind],
            },
        )
        for rank, each in enumerate(remedies, start=1)
    ]

    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        fill = feature["properties"]["colour"]
        return {"pane": "bases", "color": "#ffffff", "weight": 1.5, "fillColor": fill, "fillOpacity": 1}

    marker = folium.CircleMarker(radius=10, fill=True)
    circles = drawn_layer("remedies", features, style, ("place", "remedies"), marker=marker)
    ranks = labels(features, text("map.layer.remedies"), show=True, css="factgeo-name factgeo-rank")
    if circles is None or ranks is None:
        return None
    group = folium.FeatureGroup(name=text("map.layer.remedies"))
    circles.add_to(group)
    ranks.add_to(group)
    return group


def _told_of_remedy(remedy: Remedy) -> str:
    return text(REMEDY_TOLD[remedy.kind], of=remedy.of, persons=number(remedy.residents))


@dataclass(frozen=True)
class _Key:
    """What one colouring of the units means.

    Attributes:
        title: Of the map where these colours are seen first.
        said: Sentences below it.
        name: Heading of the rows where other colours are seen first.
        rows: HTML.
    """

    title: str
    said: tuple[str, ...]
    name: str
    rows: tuple[str, ...]


def _keys(reach: Reach | None, left_out: Sequence[LeftOut], today: Sequence[Today], first: First) -> dict[First, _Key]:
    """The colourings that there are. Those who are left out have one also where there are none, if it is seen first."""
    found: dict[First, _Key] = {}
    if reach:
        found["measure"] = _key_of_measure(reach)
    if reach and (left_out or first == "left_out"):
        found["left_out"] = _key_of_left_out(reach, left_out)
    if today:
        found["today"] = _key_of_today(today[0])
    return found


def _key_of_measure(reach: Reach) -> _Key:
    preset = text(PRESETS[reach.preset])
    rows = [legend_row(_swatch(shade), words) for shade, words in _colours(reach)]
    if reach.preset == "planner":
        limit = number(reach.settings.travel.minutes)
        rows.insert(0, f"<div class=factgeo-head>{safe(text('reach.map.share', minutes=limit))}</div>")
    if any(unit.region is None for unit in reach.units):
        rows.append(legend_row(hatched(), text("map.legend.unserved")))
    rows += _base_row(reach)
    return _Key(
        title=text("reach.map.title", preset=preset, area=reach.area.name),
        said=(text("reach.map.counted", share=percent(reach.share)), reach.definition.text()),
        name=preset,
        rows=tuple(rows),
    )


def _key_of_left_out(reach: Reach, out: Sequence[LeftOut]) -> _Key:
    """The reasons for which someone is left out, each in all strengths of its colour."""
    found = {each.reason for each in out}
    rows = [
        legend_row("".join(_swatch(out_colour(reason, least)) for least, _ in STRENGTHS), text(OUT_WORDS[reason]))
        for reason in OUT_COLOURS
        if reason in found
    ]
    (most, _), (some, _), _ = STRENGTHS
    steps = text("reach.map.strengths", most=number(100 * most), some=number(100 * some))
    persons = sum(each.persons for each in out)
    share = percent(share_of(persons, reach.population))
    return _Key(
        title=text("reach.map.title_left_out", area=reach.area.name),
        said=(text("reach.map.left_out", preset=text(PRESETS[reach.preset]), persons=number(persons), share=share),),
        name=text("map.layer.left_out"),
        rows=(*rows, f"<div class=factgeo-definition>{safe(steps)}</div>", *_base_row(reach)),
    )


def _key_of_today(today: Today) -> _Key:
    rows = [legend_row(_swatch(shade), words) for shade, words in _steps()]
    said = text("reach.map.today", minutes=number(today.minutes), share=percent(today.share, 0))
    return _Key(
        title=text("reach.map.title_today", reading=text(READING_NAMES[today.reading]), area=today.area.name),
        said=(said,),
        name=text("map.layer.today"),
        rows=(*rows, legend_row(_swatch(NO_LISTED), text("reach.map.no_listed"))),
    )


def _legend(atlas: Atlas, keys: Mapping[First, _Key], first: First, beside: str) -> str:
    """The legend and the sources as HTML: the colours that are seen first, then ``beside``, then the others."""
    shown = keys[first]
    said, *defined = (safe(each) for each in shown.said)
    others = (_part(key.name, key.rows) for kind, key in keys.items() if kind != first)
    return f"""{STYLE}{_STYLE}<details class="factgeo-legend" open>
      <summary>{safe(shown.title)}</summary>
      <div>{said}</div>
      {"".join(f"<div class=factgeo-definition>{each}</div>" for each in defined)}
      {"".join(shown.rows)}{beside}{"".join(others)}</details>
      <div class="factgeo-source">{safe(text("map.source", year=atlas.year))}</div>"""


def _base_row(reach: Reach) -> list[str]:
    if not any(region.base for region in reach.regions):
        return []
    estimate = reach.preset == "report-2017"
    return [legend_row(_dot(), text("reach.map.base_estimate" if estimate else "map.legend.base"))]


def _colours(reach: Reach) -> Iterator[tuple[str, str]]:
    """The colours of the measure with their words: classes with residents, or all steps of the share."""
    if reach.preset != "planner":
        share_of_class = {each.service: each for each in reach.classes if each.population}
        for place, service in enumerate(CLASSES, start=1):
            if service in share_of_class:
                share = percent(share_of_class[service].share)
                yield (
                    CLASS_COLOURS[service],
                    text("reach.map.class", number=place, service=text(f"service.{service}"), share=share),
                )
        return
    yield from _steps()


def _steps() -> Iterator[tuple[str, str]]:
    """The colours of shares with their words."""
    above = 1.0
    for least, shade in SHARES:
        yield shade, text("reach.map.step", low=number(100 * least), high=number(100 * above))
        above = least


def _beside(today: Sequence[Today], remedies: Sequence[Help]) -> str:
    """The listed teams, and the kinds of what helps most at the places."""
    best = {each.remedies[0].kind for each in remedies}
    rows = [
        legend_row(_ranked(shade), text(REMEDY_NAMES[kind])) for kind, shade in REMEDY_COLOURS.items() if kind in best
    ]
    listed = legend_row(_listed_dot(), text("map.layer.listed")) if today else ""
    return listed + _part(text("map.layer.remedies"), rows, seen=True)


def _part(head: str, rows: Sequence[str], *, seen: bool = False) -> str:
    """Rows under a heading; of several such parts one is open at a time. Nothing without rows."""
    if not rows:
        return ""
    state = " open" if seen else ""
    return (
        f"<details name=factgeo-part{state}><summary class=factgeo-part>{safe(head)}</summary>{''.join(rows)}</details>"
    )


def _swatch(shade: str) -> str:
    return f'<i style="background:{shade};border:1px solid #8c8c8c"></i>'


def _dot() -> str:
    return '<svg width="26" height="14"><circle cx="13" cy="7" r="5" fill="#000" stroke="#fff" stroke-width="2"/></svg>'


def _listed_dot() -> str:
    circle = f'<circle cx="13" cy="7" r="6" fill="{LISTED_COLOUR}" stroke="#1a1a1a"/>'
    return f'<svg width="26" height="14">{circle}</svg>'


def _ranked(shade: str) -> str:
    return f'<svg width="26" height="16"><circle cx="13" cy="8" r="7" fill="{shade}" stroke="#fff"/></svg>'


_STYLE = """<style>
  .leaflet-container { background: #e9ecee; }
  .factgeo-symbol { flex: 0 0 auto; min-width: 26px; justify-content: center; }
  .leaflet-tooltip td { white-space: pre; }
  .factgeo-rank { width: 24px; margin-left: -18px; text-align: center; color: #fff; text-shadow: none; }
  .factgeo-legend summary.factgeo-part { margin-top: 6px; font-size: 12px; }
  .factgeo-definition { margin: 4px 0; color: #555; font-size: 11px; }
</style>"""
