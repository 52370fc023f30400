"""The map for drafting: its ground is constant, and an edit only repaints it.

What never changes while an area is drafted is written once as files that the browser fetches (``maps.ground``). The map
itself (:func:`base_map`) is the same text at each run of the page, so that its frame stays and the view never moves.
What an edit changes goes to the browser as data (:func:`paint`). A click comes back as the unit that was hit
(:func:`clicked`). The script of the browser is ``live_map.js``.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, cast

import folium
import numpy as np
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from numpy.typing import NDArray
from PIL import ImageColor

from factgeo import language
from factgeo.language import escaping, number, percent, text
from factgeo.language.escaping import html as safe
from factgeo.maps import legend as map_legend
from factgeo.maps import offline
from factgeo.maps import plan as plan_map
from factgeo.maps.ground import SCRIPT, Grid, Ground
from factgeo.maps.layers import NAMES_SHOWN, changed_roads, listed_teams, minutes_shown, team_facts
from factgeo.maps.legend import dot, hatched, legend_row, ring, stroke, swatch
from factgeo.maps.offline import HATCH, HATCHING, OfflineMap
from factgeo.maps.palette import ACT_COLOUR, INK, PALETTE, ROAD_COLOURS
from factgeo.maps.raster import png
from factgeo.planning.measure import WITHIN
from factgeo.planning.result import Result
from factgeo.report import columns
from factgeo.travel.bases import Base
from factgeo.travel.times import UNREACHABLE

Layer = Literal["background", "roads", "population", "minutes", "potential", "listed", "act", "names"]
LAYERS: tuple[Layer, ...] = ("background", "roads", "population", "minutes", "potential", "listed", "act", "names")
FIRST_LAYERS: tuple[Layer, ...] = ("roads", "population", "act", "names")  # what is seen before anybody chooses
# viridis from near to far, then Okabe and Ito's vermilion where no road leads
BANDS = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154", "#D55E00")
PALENESS = 0.75  # opacity of the population, so that the colours of teams stay clear in towns
BAND_OPACITY = 225  # 0-255
TILES = "https://cache.kartverket.no/v1/wmts/1.0.0/topograatone/default/webmercator/{z}/{y}/{x}.png"
ROAD_COLOUR, FERRY_COLOUR = "#7a3b3b", "#0b4f8a"
WIDE_DEGREES = 6.0  # height of an area from which on roads are drawn thin
TEAM_FIELDS = ("team", "service", "residents", "adults", "target", "median", "p95")
WORDS = (*TEAM_FIELDS, "unit", "reason", "act", "locked")


@dataclass(frozen=True)
class Picture:
    """Squares in colours, drawn above the units.

    Attributes:
        address: The image as a data address.
        corners: ``[[south, west], [north, east]]`` in degrees.
        title: Heads its rows of the legend.
        colours: Colour and words of each class.
    """

    address: str
    corners: list[list[float]]
    title: str
    colours: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Click:
    """What was chosen on the map.

    Attributes:
        unit: Its code; None where the choice was cleared.
        at: When, in milliseconds of the browser's clock; tells a new click from one that was answered before.
    """

    unit: str | None
    at: int


class Call(MacroElement):
    """A call of the browser's script with data; ``map`` stands for the map."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code() }}{% endmacro %}")

    def __init__(self, function: str, data: Mapping[str, Any], *, with_map: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Call"
        self.function, self.data, self.with_map = function, data, with_map

    def code(self) -> str:
        """The call; its data cannot end a script or open a template."""
        first = f"{cast('Element', self._parent).get_name()}, " if self.with_map else ""
        return f"factgeo.{self.function}({first}{escaping.script(self.data)});"


def base_map(on: Ground, *, assets: str, files: str) -> folium.Map:
    """The map without a plan: the same text for the same ground and language, so that its frame stays.

    Args:
        on: The ground.
        assets: Address of the folder with leaflet.js and leaflet.css.
        files: Address of the folder that :func:`ground` wrote to.
    """
    here = f"{files}{on.folder}/"
    drawn = OfflineMap(assets=assets, zoom_snap=0.25, double_click_zoom=False)
    drawn.default_js = [*drawn.default_js, ("live_map", here + SCRIPT)]
    (south, _), (north, _) = on.bounds
    told = {
        "files": here,
        "bounds": on.bounds,
        "corners": on.grid.corners if on.grid else on.bounds,
        "language": language.in_use(),
        "title": text("map.title", area=on.area.name),
        "source": text("map.source", year=on.year),
        "zoom": {"zoomInTitle": text("map.zoom.in"), "zoomOutTitle": text("map.zoom.out")},
        "words": {word: _word(word) for word in WORDS},
        "fields": TEAM_FIELDS,
        "yes": text("live_map.yes"),
        "alternatives": {layer: text(f"live_map.alt.{layer}") for layer in ("population", "minutes", "potential")},
        "colours": {"act": ACT_COLOUR, "road": ROAD_COLOUR, "ferry": FERRY_COLOUR},
        "hatch": HATCH,
        "tiles": TILES,
        "few": NAMES_SHOWN,
        "paleness": PALENESS,
        "fineness": 0.5 if north - south > WIDE_DEGREES else 1.0,
    }
    Call("start", told, with_map=True).add_to(drawn)
    cast("Figure", drawn.get_root()).html.add_child(Element(offline.STYLE + STYLE + HATCHING))
    return drawn


def _word(word: str) -> str:
    """What a fact of a tooltip is called."""
    own = ("median", "p95", "locked")
    return text(f"live_map.tooltip.{word}") if word in own else text(f"map.tooltip.{word}")


def layer_name(layer: Layer) -> str:
    """What the switch of a layer is called."""
    return text(f"live_map.layer.{layer}")


def layers_of(result: Result, potential: Picture | None = None) -> tuple[Layer, ...]:
    """The layers that there are for a plan, in the order of their switches."""
    absent = {"potential": potential is None, "act": result.plan.act is None}
    return tuple(layer for layer in LAYERS if not absent.get(layer, False))


def clicked(value: object) -> Click | None:
    """The click in what ``st_folium`` gives back; None where there is none yet."""
    if not isinstance(value, Mapping):
        return None
    unit, at = value.get("unit"), value.get("at")
    return Click(unit, at) if isinstance(unit, str | None) and type(at) is int else None


def paint(
    on: Ground,
    result: Result,
    *,
    colours: Mapping[str, str],
    selected: str | None = None,
    locked: Collection[str] = (),
    layers: Collection[Layer] = FIRST_LAYERS,
    potential: Picture | None = None,
) -> folium.FeatureGroup:
    """A plan on its ground, to be given to ``st_folium`` as ``feature_group_to_add``.

    Args:
        on: The ground of the plan's area.
        result: The plan with its figures.
        colours: The colour of each team, by its id (see ``maps.colours``).
        selected: The unit that is chosen.
        locked: Units that stay with their team.
        layers: What is switched on.
        potential: The picture of the layer ``potential``.
    """
    plan = result.plan
    pictures = {"minutes": minutes(on, result) if "minutes" in layers else None}
    pictures["potential"] = potential if "potential" in layers else None
    shown = {name: picture for name, picture in pictures.items() if picture}
    told = {
        "units": _told_of_units(on, result),
        "teams": {
            team.team_id: {
                "label": f"{team.team_id} {team.name}",
                "colour": colours[team.team_id],
                "act": plan_map.act_of(team, result) if plan.act else "",
            }
            for team in result.figures.teams
        },
        "bases": _bases(result),
        "selected": selected,
        "locked": sorted(locked),
        "layers": sorted(layers),
        "pictures": {name: {"address": each.address, "corners": each.corners} for name, each in shown.items()},
        "legend": _legend(result, layers, locked, tuple(shown.values())),
        "alternative": _alternative(result, selected),
    }
    group = folium.FeatureGroup()
    Call("paint", told).add_to(group)
    for layer in _marks(result, layers):
        layer.show = True
        layer.add_to(group)
    return group


def _marks(result: Result, layers: Collection[Layer]) -> Iterator[folium.GeoJson]:
    """The few small layers that are redrawn each time: changed roads and listed teams."""
    plan = result.plan
    changed = plan.settings.roads.closed or plan.settings.roads.added
    yield from filter(None, (changed_roads(result) if changed else None,))
    yield from filter(None, (listed_teams(result) if "listed" in layers else None,))


def minutes(on: Ground, result: Result) -> Picture | None:
    """The minutes to everyone from their own team's base, in bands; clear where there is no team.

    Of several cells in one square the longest way counts.
    """
    if on.grid is None:
        return None
    seconds = result.ways.seconds
    bands = np.searchsorted(60 * np.array(WITHIN), seconds) + 1
    bands[seconds == UNREACHABLE] = len(BANDS)
    served = np.isin(on.area.units, list(result.plan.team_of()))
    bands[~np.repeat(served, np.diff(on.first_cell))] = 0
    words = (
        *(text("live_map.minutes.to", low=low, high=high) for low, high in pairwise((0, *WITHIN))),
        text("live_map.minutes.over", low=WITHIN[-1]),
        text("live_map.minutes.never"),
    )
    return picture_of_cells(on.grid, bands, text("live_map.layer.minutes"), tuple(zip(BANDS, words, strict=True)))


def picture_of_cells(
    grid: Grid, classes: NDArray[np.intp], title: str, colours: tuple[tuple[str, str], ...]
) -> Picture:
    """The squares of cells in the colours of their classes (0: clear); of several cells in one the highest counts."""
    of_square = np.zeros(int(grid.of_cell.max()) + 1, dtype=np.uint8)
    np.maximum.at(of_square, grid.of_cell, classes.astype(np.uint8))
    of_square[0] = 0
    return picture(grid, of_square, title, colours)


def picture(grid: Grid, classes: NDArray[np.uint8], title: str, colours: tuple[tuple[str, str], ...]) -> Picture:
    """Squares in the colours of their classes.

    Args:
        grid: Of the ground.
        classes: Of each square of the grid, 0 for the pixels outside them, which are clear; colours count from 1.
        title: Heads the rows of the legend.
        colours: Colour (#rrggbb) and words of each class.
    """
    palette = [0, 0, 0, *(channel for colour, _ in colours for channel in ImageColor.getrgb(colour)[:3])]
    content = png(classes[grid.square], palette, bytes((0, *([BAND_OPACITY] * len(colours)))))
    address = "data:image/png;base64," + base64.b64encode(content).decode("ascii")
    return Picture(address, grid.corners, title, colours)


def _told_of_units(on: Ground, result: Result) -> dict[str, dict[str, str]]:
    """What the tooltip of each unit says, in the words of the language."""
    lang = language.in_use()
    team_of = result.plan.team_of()
    reasons = {entry.unit_code: text(f"reason.{entry.reason}") for entry in result.plan.unserved}
    residents = result.atlas.population["persons"].to_dict()
    median, p95 = result.unit_minutes
    told = {}
    for k, unit in enumerate(on.area.units):
        own = (
            {"team": team_of[unit], "median": minutes_shown(median[k]), "p95": minutes_shown(p95[k])}
            if unit in team_of
            else {"reason": reasons[unit]}
        )
        told[unit] = {"residents": number(residents[unit], lang=lang), **own}
    return told


def _bases(result: Result) -> list[dict[str, object]]:
    """Bases with their names and facts, those of the largest teams last."""
    found: list[tuple[int, Base, str, list[str]]] = []
    facts = {}
    for team in columns.teams(result):
        base = team.catchment.base
        facts[base] = _told_of_team(team)
        found.append((team.figures.population, base, team.figures.name, facts[base]))
    own = result.plan.base_of()
    for split in result.splits:
        for part in split.parts:
            if part.base not in facts:
                told = [f"{part.code} {part.base.name}", *facts[own[part.unit_code]][1:]]
                found.append((result.parts[part.code].population, part.base, part.base.name, told))
    return [
        {"at": [base.lat, base.lon], "name": name, "told": told}
        for _, base, name, told in sorted(found, key=lambda each: each[0])
    ]


def _told_of_team(team: columns.Team) -> list[str]:
    """The facts of :data:`TEAM_FIELDS`."""
    travel = team.figures.travel
    facts = {**team_facts(team), "median": minutes_shown(travel.median_min), "p95": minutes_shown(travel.p95_min)}
    return [facts[name] for name in TEAM_FIELDS]


def _alternative(result: Result, selected: str | None) -> str:
    """The words for a reader who does not see the map."""
    told = text(
        "live_map.alternative",
        area=result.plan.area.name,
        catchments=number(len(result.plan.catchments)),
        unserved=number(len(result.plan.unserved)),
    )
    if selected is None:
        return told
    return f"{told} {text('live_map.chosen', unit=result.atlas.units.at[selected, 'name'])}"


def _legend(result: Result, layers: Collection[Layer], locked: Collection[str], pictures: tuple[Picture, ...]) -> str:
    """What the signs and colours on the map mean, as HTML."""
    plan, figures = result.plan, result.figures
    teams = number(sum(team.teams for team in figures.teams))
    lines = (
        text("map.count", catchments=number(len(figures.teams)), teams=teams),
        text("map.served", share=percent(figures.served)),
    )
    rows = [f"<div>{safe(line)}</div>" for line in lines]
    signs = (
        (
            True,
            "".join(swatch(f"background:{colour}") for colour in PALETTE[:3]),
            "live_map.legend.catchments",
        ),
        (bool(plan.unserved), hatched(), "map.legend.unserved"),
        (True, dot(), "map.legend.base"),
        (bool(locked), _lock(), "live_map.legend.locked"),
        ("act" in layers and plan.act is not None, stroke(ACT_COLOUR, "6 4"), "map.layer.act_areas"),
        ("listed" in layers, ring(), "map.layer.listed"),
        ("roads" in layers, stroke(ROAD_COLOUR), "live_map.legend.roads"),
        ("roads" in layers, stroke(FERRY_COLOUR, "2 5"), "live_map.legend.ferries"),
        (bool(plan.settings.roads.closed), stroke(ROAD_COLOURS["closed"]), "map.road.closed"),
        (bool(plan.settings.roads.added), stroke(ROAD_COLOURS["added"]), "map.road.added"),
    )
    rows += [legend_row(sign, text(key)) for shown, sign, key in signs if shown]
    for each in pictures:
        rows.append(_head(each.title))
        rows += [legend_row(swatch(f"background:{colour}"), words) for colour, words in each.colours]
    if "population" in layers and not pictures:
        shades = (
            (f"background:rgba{(*INK, round(PALENESS * shade / 255, 2))}", words)
            for shade, words in map_legend.shades()
        )
        rows.append(_head(text("map.legend.population")))
        rows += [legend_row(swatch(css), words) for css, words in shades]
    if "background" in layers:
        rows.append(f"<div>{safe(text('live_map.legend.background'))}</div>")
    return "".join(rows)


def _head(words: str) -> str:
    return f"<div class=factgeo-head>{safe(words)}</div>"


def _lock() -> str:
    bow = '<path d="M4.5 7V5a2.5 2.5 0 0 1 5 0v2" fill="none" stroke="#1a1a1a" stroke-width="1.6"/>'
    return f'<svg width="14" height="14">{bow}<rect x="2.5" y="7" width="9" height="6" rx="1" fill="#1a1a1a"/></svg>'


STYLE = """<style>
  .factgeo-legend { max-height: calc(100% - 60px); box-sizing: border-box; overflow-y: auto; }
  .factgeo-symbol { flex: 0 0 50px; justify-content: center; }
  .factgeo-squares { image-rendering: pixelated; }
  .factgeo-lock { background: none; border: 0; }
  .leaflet-tooltip, .leaflet-control-scale-line, .leaflet-tooltip table { font-size: 12px; }
  .leaflet-container path { transition: fill 120ms; }
</style>"""
