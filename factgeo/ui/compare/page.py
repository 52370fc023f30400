"""Sammenlign: two or three plans side by side, and who gains and loses by the difference."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from factgeo import language
from factgeo.atlas import areas
from factgeo.capacity import change
from factgeo.explore import compare
from factgeo.explore.compare import Comparison
from factgeo.export import comparison as comparison_files
from factgeo.language import number, percent, text
from factgeo.language.figures import minutes, persons
from factgeo.maps.comparison import comparison_map
from factgeo.maps.offline import Map
from factgeo.planning import planfile
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.report import comparison as comparison_report
from factgeo.ui import prose
from factgeo.ui.session import desk, example, upload, work
from factgeo.ui.session.desk import Desk
from factgeo.ui.widgets import leaflet, packed, report, tables

MOST, FEWEST = 3, 2
MAP_HEIGHT = 520  # pixels
NOW, FIRST, LISTED, SLIDE = "now", "first", "listed", "slide"
TROUBLE = "compare-trouble"


def show(now: Desk | None) -> None:
    """The page."""
    if now is None or now.history is None:
        st.info(text("app.compare.none"))
        return
    example.guide("compare")
    _bring()
    names = _names(desk.current() or now)
    chosen = st.multiselect(
        text("app.compare.which"), list(names), _first(names, now), format_func=names.__getitem__, max_selections=MOST,
        help=text("app.compare.which_help"), key=f"compared-{language.in_use()}",
    )  # fmt: skip
    if len(chosen) < FEWEST:
        st.info(text("app.compare.too_few"))
        return
    results = [_result(each, desk.current() or now) for each in chosen]
    if any(result is None for result in results):
        return
    _show([names[each] for each in chosen], [result for result in results if result is not None])


def _names(now: Desk) -> dict[str, str]:
    """What can be compared, and what it is called."""
    named = {NOW: text("app.compare.now"), FIRST: text("app.compare.first"), LISTED: text("app.compare.listed")}
    if set(areas.resolve(example.AREA, work.atlas()).units) == set(desk.area(now).units):
        named[SLIDE] = text("app.step.slide")
    return {**named, **{f"saved:{each.name}": each.name for each in desk.saved_here(now)}}


def _first(names: dict[str, str], now: Desk) -> list[str]:
    """What is compared before anybody chooses: the draft with what it came from, or else with today's teams."""
    changed = now.history is not None and now.history.position > 0
    saved = [key for key in names if key.startswith("saved:")]
    return [FIRST, NOW] if changed else [saved[-1], NOW] if saved else [LISTED, NOW]


def _result(key: str, now: Desk) -> Result | None:
    """The plan behind a choice, measured."""
    if now.history is None:
        return None
    if key == NOW:
        return desk.result(now)
    if key == LISTED:
        return desk.listed_alone(now)
    if key == FIRST:
        return desk.measured(now.history.steps[0].plan)
    if key == SLIDE:
        return desk.measured(planfile.read(example.SLIDE, work.atlas()))
    return desk.measured(next(each.plan for each in now.saved if f"saved:{each.name}" == key))


def _show(names: Sequence[str], results: Sequence[Result]) -> None:
    """The figures side by side, then the difference between the first plan and one of the others."""
    tables.show(figures_table(names, results))
    st.caption(text("app.compare.figures_note"))
    other = 1
    if len(results) > FEWEST:
        other = st.radio(
            text("app.compare.pair", first=prose.as_typed(names[0])), range(1, len(results)),
            format_func=lambda place: prose.as_typed(names[place]), horizontal=True,
        )  # fmt: skip
    _difference((names[0], names[other]), (results[0], results[other]))


def figures_table(names: Sequence[str], results: Sequence[Result]) -> pd.DataFrame:
    """Each plan's figures in a column of its own."""
    sums, limits = [change.totals(result) for result in results], {r.plan.settings.travel.minutes for r in results}
    one_limit = len(limits) == 1  # otherwise all are held against the same
    limit = number(limits.pop() if one_limit else change.SHOWN_MIN)
    shares = {
        text("app.total.served"): [percent(result.figures.served) for result in results],
        text("app.total.within", limit=limit): [
            percent((total.within if one_limit else total.within_60) / max(1, result.figures.population))
            for total, result in zip(sums, results, strict=True)
        ],
        text("app.total.mean"): [text("app.minutes", minutes=minutes(result.figures.mean_min)) for result in results],
        text("app.compare.catchments"): [number(total.catchments) for total in sums],
        text("app.total.teams"): [number(total.teams) for total in sums],
        text("app.total.target"): [persons(total.target_group).text() for total in sums],
        text("app.total.positions"): [number(round(total.positions.central)) for total in sums],
        text("app.compare.broken"): [number(len(result.notes)) for result in results],
    }
    table = pd.DataFrame.from_dict(shares, orient="index", columns=_distinct(names))
    return table.rename_axis(text("app.compare.figure")).reset_index()


def _distinct(names: Sequence[str]) -> list[str]:
    """Headings that differ, although two plans may have one name."""
    alike = [name if list(names).count(name) == 1 else f"{name} ({k})" for k, name in enumerate(names, start=1)]
    return [prose.as_typed(name) for name in alike]


def _difference(names: tuple[str, str], both: tuple[Result, Result]) -> None:
    a, b = both
    key = (*names, desk.plan_digest(a.plan), desk.plan_digest(b.plan))
    found = work.ask("comparison", key, lambda _: compare.compare(a, b, names=names))
    if found is None:
        return
    st.header(text("app.compare.difference", a=prose.as_typed(names[0]), b=prose.as_typed(names[1])), anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        drawn = work.ask("map", ("comparison", *key, work.lang()), lambda _: _map(found, a, b))
        told = text("app.compare.difference", a=names[0], b=names[1])
        if drawn is not None:
            leaflet.show(copy.deepcopy(drawn), told, key="difference", height=MAP_HEIGHT)  # showing it changes it
        st.caption(text("app.map.alternative"))
    with right, st.container(height=MAP_HEIGHT, border=False):
        report.blocks(comparison_report.main(found))
    with st.expander(text("app.compare.tables")):
        report.chapter(comparison_report.report(found).as_chapter())
    zipped = packed.later("comparison", lambda: comparison_files.folder(found, a, b))
    st.download_button(
        text("app.compare.download"), zipped, "comparison.zip", "application/zip",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def _map(found: Comparison, a: Result, b: Result) -> Map:
    return comparison_map(a, b, found, assets=leaflet.URL)


def _bring() -> None:
    """Take a plan from a file among those that can be compared."""
    with st.expander(text("app.compare.bring")):
        brought = upload.plan(work.atlas())
        name = st.text_input(text("app.draft.aside_name"), text("app.compare.brought"), max_chars=60)
        st.button(text("app.compare.add"), disabled=brought is None, on_click=_add, args=(name, brought))
        trouble = st.session_state.pop(TROUBLE, None)
        if trouble:
            st.error(prose.as_typed(trouble))


@desk.callback
def _add(now: Desk, name: str, plan: Plan) -> None:
    name = name.strip() or text("app.compare.brought")
    if set(plan.area.units) != set(desk.area(now).units):
        st.session_state[TROUBLE] = text("app.compare.other_area", name=name)
        return
    desk.put_aside(name, plan)
