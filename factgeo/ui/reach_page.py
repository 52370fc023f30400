"""Dekning: how many are reached, who is not, what the figure rests on, today's teams, fairness and potential."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import folium
import pandas as pd
import streamlit as st
from folium.map import Layer
from streamlit_folium import st_folium

from factgeo import (
    areas,
    changes,
    fairness,
    places,
    potential,
    potential_files,
    potential_map,
    potential_words,
    reach,
    reach_files,
    reach_report,
    reach_words,
    sensitivity,
    sensitivity_picture,
    sensitivity_words,
    settings,
    summary,
)
from factgeo.areas import Area
from factgeo.errors import FactgeoError
from factgeo.fairness import Help
from factgeo.language import number, percent, text
from factgeo.measure import WITHIN
from factgeo.pipeline import Result
from factgeo.potential import AreaPotential, PlacePotential
from factgeo.reach import Reach, Today
from factgeo.reach_map import reach_map
from factgeo.reach_report import READINGS, Asked, ReachReport
from factgeo.sensitivity import Sensitivity
from factgeo.settings import Settings
from factgeo.ui import choice, desk, leaflet, packed, tables, work
from factgeo.ui.desk import Desk
from factgeo.ui.work import Tell

MAP_HEIGHT, CURVES_WIDTH = 470, 860  # pixels
WHOLE = "norge"
QUALITY = {"planner": "estimate", "report-2017": "derived", "slide": "derived"}  # of the share, not of the classes
ASKED = "reach-remedies"  # whose remedies somebody has asked for


@dataclass(frozen=True)
class About:
    """Whom the page is about, by which rules, and the draft where it is about that."""

    area: Area
    rules: Settings
    result: Result | None

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What everything on the page depends on."""
        plan = desk.plan_digest(self.result.plan) if self.result else None
        return self.area, desk.whole_digest(self.rules), plan


def show() -> None:
    """The page."""
    now = desk.current()
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        part = _pick(st.segmented_control, "part", list(PARTS), label_visibility="collapsed", required=True)
    with right:
        scope = _scope(now)
    about = _about(scope, now)
    if about is not None:
        PARTS[part](about)


def _scope(now: Desk | None) -> str:
    """Ask whom the page is about: the draft, the whole country, or an area of one's own choice."""
    if now is None:
        return _pick(st.selectbox, "where", ["whole", "other"])
    own = desk.area(now)
    scopes = ["own", "whole", "other"] if len(own.units) < len(work.atlas().units) else ["own", "other"]
    return _pick(st.selectbox, "where", scopes, own=own.name)


def _about(scope: str, now: Desk | None) -> About | None:
    """Whom the page is about; None while the draft is being measured."""
    atlas, rules = work.atlas(), now.rules if now else settings.load()
    if scope != "own" or now is None:
        wanted = choice.area(atlas, WHOLE) if scope == "other" else areas.NORWAY
        found = areas.resolve(wanted, atlas)
        values = {"area": _safe(found.name)}
        st.markdown(text("app_reach.no_desk", **values) if now is None else text("app_reach.elsewhere", **values))
        return About(found, rules, None)
    if now.plan is None:
        return About(desk.area(now), rules, None)
    result = desk.result(now)
    return None if result is None else About(result.plan.area, result.plan.settings, result)


def _pick(widget: Callable[..., Any], name: str, options: Sequence[str], *, own: str = "", **how: object) -> str:
    """A choice that is kept when the language or the page changes; ``own`` is how the choice ``own`` is called."""
    key, kept = f"reach-{name}-{work.lang()}", f"reach-{name}"
    if st.session_state.get(key) not in options:
        before = st.session_state.get(kept)
        st.session_state[key] = before if before in options else options[0]
    words = {each: own if each == "own" else text(f"app_reach.{name}_of.{each}") for each in options}
    chosen = widget(
        text(f"app_reach.{name}"), options, format_func=words.__getitem__, key=key,
        help=None if "label_visibility" in how else text(f"app_reach.{name}_help"), **how,
    )  # fmt: skip
    st.session_state[kept] = chosen
    return str(chosen)


# -- the three measures ------------------------------------------------------------------------------------------------


def _measures(about: About) -> None:
    """One measure at a time: its figure, its map, and what was published."""
    presets = [preset for preset in reach_report.PRESETS if preset != "planner" or about.result]
    preset = _pick(st.radio, "measure", presets, horizontal=True)
    found = _report(about, preset)
    if found is None:
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _figure(found.reach)
        _beside_published(found.reach)
        if about.result is None:
            st.caption(text("app_reach.no_planner"))
    with right:
        _within(found.reach)
        _map("measure", (preset, *about.key), lambda: _drawn(found), _words(reach_words.lines(found.reach)[:1]))
    _chapters_in_tabs(reach_words.markdown(found.reach, work.atlas()))
    _take_home(about, found)


def _figure(found: Reach) -> None:
    persons = text("app_reach.of", persons=number(found.counted), population=number(found.population))
    tag = text(f"app_reach.quality.{QUALITY[found.preset]}")
    label = text("app_reach.counted", preset=text(reach_words.PRESETS[found.preset]))
    st.metric(label, percent(found.share), f"{persons} · {tag}", delta_color="off", delta_arrow="off", border=True)
    st.markdown(_words([found.definition.text()]))


def _beside_published(found: Reach) -> None:
    """The published shares beside the same classes here, and why the two differ."""
    tables.show(published_table(found))
    st.caption(_words([note.text() for note in found.notes[:1]]))


def published_table(found: Reach) -> pd.DataFrame:
    """The four published shares and those of the same classes here."""
    here = text("app_reach.here_plan") if found.preset == "planner" else text("app_reach.here_dps")
    return pd.DataFrame(
        {
            text("reach.column.class"): text(f"app_reach.published.{each.case}"),
            text("reach.column.published"): percent(each.share, 0),
            here: percent(sum(own.share for own in found.classes if own.number in each.classes)),
        }
        for each in found.published
    )


def _within(found: Reach) -> None:
    """Shares within 30, 45, 60 and 90 minutes of the own base."""
    if not found.share_within:
        st.caption(text("app_reach.no_minutes"))
        return
    told = text("app_reach.within_help")
    for column, limit in zip(st.columns(len(WITHIN)), WITHIN, strict=True):
        column.metric(text("app_reach.within", limit=limit), percent(found.share_within[limit]), help=told)


# -- who is left out ---------------------------------------------------------------------------------------------------


def _left_out(about: About) -> None:
    """By reason and unit, where something would help, and what borders cost."""
    found = _of_plan(about)
    if found is None or about.result is None:
        return
    wanted = st.session_state.get(ASKED) == about.key
    remedies = _remedies(about, about.result) if wanted else None
    found = replace(found, remedies=remedies)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        said = reach_words.left_out_lines(found.left_out, about.result)
        st.markdown(f"**{_words(said[:1])}**")
        by_reason = reach.by_reason(found.left_out)
        tables.show(_table({
            "reason": [_sentence(text(reach_words.OUT_WORDS[reason])) for reason in by_reason],
            "persons": list(by_reason.values()),
        }))  # fmt: skip
        st.caption(text("app_reach.left_how"))
        st.button(text("app_reach.find"), help=text("app_reach.find_help"), icon=":material/search:",
                  on_click=_ask_for_remedies, args=(about,), disabled=wanted)  # fmt: skip
    with right:
        key = ("left_out", remedies is not None, *about.key)
        _map("left_out", key, lambda: _opened(_drawn(found), "left_out"), text("app_reach.map.left_out"))
    _chapter(found, "remedy")
    st.subheader(text("app_reach.by_unit"), anchor=False)
    tables.show(left_out_table(found))
    _chapter(found, "border")
    _take_home(about, found)


def left_out_table(found: ReachReport) -> pd.DataFrame:
    """Everyone left out, a row for each unit and reason, most people first."""
    return _table({
        "unit": [each.name for each in found.left_out],
        "reason": [_sentence(text(reach_words.OUT_WORDS[each.reason])) for each in found.left_out],
        "persons": [each.persons for each in found.left_out],
        "nearest": pd.Series([each.nearest_min for each in found.left_out], dtype=float),
    })  # fmt: skip


def _ask_for_remedies(about: About) -> None:
    st.session_state[ASKED] = about.key


def _remedies(about: About, result: Result) -> tuple[Help, ...] | None:
    """Where something would help most; None while that is sought."""

    def call(tell: Tell) -> tuple[Help, ...]:
        tell(text("app_reach.finding"))
        return fairness.best_remedies(result)

    return work.ask("reach-remedies", about.key, call)


# -- what the share rests on -------------------------------------------------------------------------------------------


def _sensitivity(about: About) -> None:
    """What moves the share, and what 94 per cent would take."""
    plan = about.result.plan if about.result and about.result.plan.catchments else None
    found = work.ask(
        "sensitivity", about.key,
        lambda tell: sensitivity.table(work.atlas(), about.area, about.rules, plan=plan, progress=tell),
    )  # fmt: skip
    if found is None:
        return
    pictures = work.ask("sensitivity-pictures", (work.lang(), *about.key), lambda _: _pictures(found))
    if pictures is None:
        return
    page = sensitivity_words.markdown(found)
    chapters, before = _chapters(page), _before_chapters(page)
    facts = [line for line in before.splitlines() if line.startswith("- ")]
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(_safe("\n".join(facts)))
        st.caption(text("app_reach.sensitivity_how"))
        csv = sensitivity_words.table(found.rows).to_csv(index=False, lineterminator="\n")
        st.download_button(
            text("app_reach.csv"), csv, "sensitivity.csv", "text/csv", on_click="ignore", icon=":material/download:",
            help=text("app_reach.csv_help", count=number(len(found.rows))),
        )  # fmt: skip
    with right:
        st.image(pictures[0], alt=text("app_reach.alt.swings"), width="stretch")
    heading = text("sensitivity.heading.ranking")
    st.subheader(heading, anchor=False)
    st.markdown(_safe(chapters.pop(heading)))
    st.subheader(text("app_reach.curves"), anchor=False)
    st.image(pictures[1], alt=text("app_reach.alt.curves"), width=CURVES_WIDTH)
    for name, told in chapters.items():
        st.subheader(name, anchor=False)
        st.markdown(_safe(told))
    with st.expander(text("app_reach.definition")):
        st.markdown(_safe("\n".join(line for line in before.splitlines() if line not in facts)))
    measured = _report(about, "planner" if about.result else "report-2017")
    if measured is not None:
        _take_home(about, replace(measured, sensitivity=found))


def _pictures(found: Sensitivity) -> tuple[bytes, bytes]:
    return sensitivity_picture.swings_picture(found), sensitivity_picture.curves_picture(found)


# -- today -------------------------------------------------------------------------------------------------------------


def _today(about: About) -> None:
    """Reach of the listed teams by three readings of their names."""
    found = work.ask("today", about.key, lambda tell: _readings(about, tell))
    measured = _report(about, "planner" if about.result else "report-2017")
    if found is None or measured is None:
        return
    columns = st.columns(len(found))
    for column, each in zip(columns, found, strict=True):
        column.metric(
            _sentence(text(reach_words.READING_NAMES[each.reading])), percent(each.share, 0),
            text("app_reach.quality.estimate"), delta_color="off", delta_arrow="off", border=True,
            help=text(f"app_reach.reading_told.{each.reading}", minutes=number(each.minutes)),
        )  # fmt: skip
    left, right = st.columns([2, 3], gap="medium")
    with left:
        reading = _pick(st.radio, "reading", READINGS, horizontal=True)
        chosen = next(each for each in found if each.reading == reading)
        st.markdown(f"**{_sentence(text('app_reach.lacking', count=number(len(chosen.lacking))))}**")
        tables.show(lacking_table(chosen))
    with right:
        ground = reach.slide(work.atlas(), about.area, about.rules)  # shows neither bases nor borders of a draft
        report = ReachReport(ground, None, today=(chosen, *(each for each in found if each != chosen)))
        told = text("app_reach.map.today", reading=text(reach_words.READING_NAMES[reading]))
        _map("today", (reading, *about.key), lambda: _opened(_drawn(report), "today"), told)
    names = [text(key) for key in reach_words.PARTS.values()]
    for tab, table in zip(st.tabs(names), reach_words.today_tables(found, work.atlas()).split("\n\n"), strict=True):
        tab.markdown(_safe(table))
    _chapter(replace(measured, today=found), "today")
    _take_home(about, replace(measured, today=found))


def _readings(about: About, tell: Tell) -> tuple[Today, ...]:
    tell(text("progress.reach"))
    return tuple(reach.today(work.atlas(), about.area, about.rules, each) for each in READINGS)


def lacking_table(found: Today) -> pd.DataFrame:
    """Units that no listed team covers, those with most residents first."""
    units, persons = work.atlas().units.loc[list(found.lacking)], work.atlas().population["persons"]
    rows = _table({
        "unit": units["name"].tolist(),
        "dps": units["dps_name"].tolist(),
        "population": persons.loc[units.index].astype(int).tolist(),
    })  # fmt: skip
    return rows.sort_values(text("app_reach.column.population"), ascending=False, kind="stable")


# -- fairness ----------------------------------------------------------------------------------------------------------


def _fairness(about: About) -> None:
    """How evenly the minutes to the own team are shared."""
    found = _of_plan(about)
    if found is None or found.fairness is None:
        return
    index = found.fairness.inequality
    if index is not None:
        shown = {
            "gini_people": number(index.gini_people, 2),
            "gini_units": number(index.gini_units, 2),
            "residents": number(index.residents),
            "without": number(index.without),
        }
        for column, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
            column.metric(text(f"app_reach.index.{name}"), value, text("app_reach.quality.estimate"), border=True,
                          delta_color="off", delta_arrow="off", help=text(f"app_reach.index_help.{name}"))  # fmt: skip
    else:
        st.caption(text("app_reach.no_index"))
    st.subheader(text("app_reach.centrality"), anchor=False)
    tables.show(centrality_table(found))
    st.caption(text("app_reach.centrality_how"))
    st.subheader(text("app_reach.by_unit"), anchor=False)
    tables.show(fairness_table(found))
    st.caption(text("app_reach.fair_how"))
    with st.expander(text("app_reach.in_words")):
        _chapter(found, "fair")
    _take_home(about, found)


def centrality_table(found: ReachReport) -> pd.DataFrame:
    """One row for each of SSB's classes of centrality in the area."""
    classes = found.fairness.centrality if found.fairness else ()
    return _table({
        "centrality": [each.centrality for each in classes],
        "units": [each.units for each in classes],
        "population": [each.population for each in classes],
        "mean": pd.Series([each.travel.mean_min for each in classes], dtype=float),
        **{f"within_{k}": [100 * each.travel.share_within[k] for each in classes] for k in WITHIN},
    })  # fmt: skip


def fairness_table(found: ReachReport) -> pd.DataFrame:
    """One row for each unit, those with the longest way first, and before them those without a team."""
    units = sorted(
        found.fairness.units if found.fairness else (),
        key=lambda unit: (unit.served, -(unit.travel.median_min or 0)),
    )
    return _table({
        "unit": [unit.name for unit in units],
        "centrality": [unit.centrality for unit in units],
        "population": [unit.population for unit in units],
        "median": pd.Series([unit.travel.median_min for unit in units], dtype=float),
        "p95": pd.Series([unit.travel.p95_min for unit in units], dtype=float),
        **{f"within_{k}": [100 * unit.travel.share_within[k] for unit in units] for k in WITHIN},
    })  # fmt: skip


# -- potential ---------------------------------------------------------------------------------------------------------


def _potential(about: About) -> None:
    """Who lives within reach of a place, or of the area's best places."""
    typed = st.text_input(
        text("app_reach.place"), help=text("app_reach.place_help"), placeholder=text("app_reach.place_first"),
        max_chars=80, width=420, key="reach-place",
    ).strip()  # fmt: skip
    try:
        if typed:
            _of_place(about, typed)
        else:
            _of_area(about)
    except FactgeoError as error:
        st.error(str(error))


def _of_place(about: About, typed: str) -> None:
    place = places.resolve(typed, work.atlas())
    asked = potential.rules(about.rules)
    key = (place, desk.whole_digest(about.rules))
    found = work.ask("potential", key, lambda _: potential.of_place(work.atlas(), place, about.rules, asked))
    if found is None:
        return
    _figures_within(found)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(_bullets(potential_words.place_lines(found, work.atlas())[1:]))
    with right:
        draw = lambda: potential_map.place_map(work.atlas(), found, assets=leaflet.URL)  # noqa: E731
        _map("potential", key, draw, text("app_reach.map.place", place=place.name))
    _chapters_shown(potential_words.place_markdown(found, work.atlas()))
    _download("potential", lambda out: potential_files.write_place(found, work.atlas(), out, overwrite=False))


def _figures_within(found: PlacePotential) -> None:
    rows = zip(found.rules.minutes, found.place.residents, found.place.target_group, strict=True)
    columns = st.columns(len(found.rules.minutes))
    for column, (limit, residents, group) in zip(columns, rows, strict=True):
        target = text("app_reach.target", target=potential_words.shown(group.central))
        column.metric(
            text("app_reach.within", limit=limit), potential_words.shown(residents), target, delta_color="off",
            delta_arrow="off", border=True, help=text("app_reach.potential_help"),
        )  # fmt: skip


def _of_area(about: About) -> None:
    asked, key = potential.rules(about.rules), (about.area, desk.whole_digest(about.rules))
    found = work.ask("potential", key, lambda tell: _area_potential(about, tell))
    if found is None:
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        said = potential_words.area_lines(found, work.atlas())
        st.markdown(_bullets(said))
    with right:
        draw = lambda: potential_map.area_map(work.atlas(), found, assets=leaflet.URL)  # noqa: E731
        told = text("app_reach.map.area", area=about.area.name, limit=asked.reach)
        _map("potential", key, draw, told)
    _chapters_shown(potential_words.area_markdown(found, work.atlas()))
    _download("potential", lambda out: potential_files.write_area(found, work.atlas(), out, overwrite=False))


def _area_potential(about: About, tell: Tell) -> AreaPotential:
    def told() -> None:
        tell(text("progress.potential"))

    return potential.of_area(work.atlas(), about.area, about.rules, potential.rules(about.rules), told)


# -- what the parts share ----------------------------------------------------------------------------------------------


def _report(about: About, preset: str) -> ReachReport | None:
    """One measure with what belongs to it; None while it is being computed."""

    def call(tell: Tell) -> ReachReport:
        atlas = about.result.atlas if about.result else changes.built(work.atlas(), about.rules)
        return reach_report.report(atlas, about.area, about.rules, preset, about.result, Asked(), tell)

    return work.ask("reach", (preset, *about.key), call)


def _of_plan(about: About) -> ReachReport | None:
    """What is told of the draft; without one a sentence says what to do."""
    if about.result is None:
        st.info(text("app_reach.needs_plan"))
        return None
    return _report(about, "planner")


def _drawn(found: ReachReport) -> folium.Map:
    """The map that ``factgeo reach --out`` writes, for the page."""
    return reach_map(
        work.atlas(), found.reach, left_out=found.left_out, remedies=found.remedies or (), today=found.today,
        assets=leaflet.URL,
    )  # fmt: skip


def _opened(drawn: folium.Map, layer: str) -> folium.Map:
    """The map with another of its colourings seen at first, and no hatching above it."""
    for child in drawn._children.values():  # noqa: SLF001 - folium has no other way to the layers
        if isinstance(child, Layer) and (not child.overlay or child.layer_name == text("map.layer.unserved")):
            child.show = child.layer_name == text(f"map.layer.{layer}")
    return drawn


def _map(name: str, key: tuple[Hashable, ...], draw: Callable[[], folium.Map], told: str) -> None:
    """A map that all sessions share, with a sentence below; each shows a copy, for showing changes it."""

    def call(tell: Tell) -> folium.Map:
        tell(text("app_reach.drawing"))
        return draw()

    drawn = work.ask("map", (name, work.lang(), *key), call)
    if drawn is None:
        return
    st_folium(
        copy.deepcopy(drawn), key=f"reach-{name}", height=MAP_HEIGHT, use_container_width=True, returned_objects=[]
    )
    st.caption(f"{told} {text('app_reach.map.tables')}")


def _take_home(about: About, found: ReachReport) -> None:
    """The folder of a reach as a zip, and the sources."""
    atlas = about.result.atlas if about.result else work.atlas()
    _download("reach", lambda out: reach_files.write(found, atlas, out, overwrite=False), areas.slug(about.area))
    with st.expander(text("summary.sources")):
        st.markdown(summary.sources(work.atlas(), about.rules))


def _download(kind: str, write: Callable[[Path], None], of: str = "") -> None:
    name = f"{kind}-{of}" if of else kind
    st.download_button(
        text("app_reach.download"), packed.later(name, write), f"{name}.zip", "application/zip", on_click="ignore",
        help=text(f"app_reach.download_help.{kind}"), icon=":material/download:",
    )  # fmt: skip


def _table(columns: dict[str, object]) -> pd.DataFrame:
    """Columns with their headings in words."""
    return pd.DataFrame({_heading(name): values for name, values in columns.items()})


def _heading(name: str) -> str:
    if name.startswith("within_"):
        return text("app_reach.column.within", limit=name.removeprefix("within_"))
    return text(f"app_reach.column.{name}")


def _chapter(found: ReachReport, name: str) -> None:
    """A chapter of the library's report, where it has one."""
    heading = text(f"reach.chapter.{name}")
    told = _chapters(reach_report.markdown(found, work.atlas())).get(heading)
    if told:
        st.subheader(heading, anchor=False)
        st.markdown(_safe(told.partition("\n\n|")[0]))  # tables stand elsewhere on the page


def _chapters_in_tabs(page: str) -> None:
    chapters = _chapters(page)
    for tab, told in zip(st.tabs(list(chapters)), chapters.values(), strict=True):
        with tab, st.container(height=tables.HEIGHT if told.count("\n") > tables.MANY + 2 else "content", border=False):
            st.markdown(_safe(told))


def _chapters_shown(page: str) -> None:
    """The chapters after the first, which is on the screen already."""
    for heading, told in list(_chapters(page).items())[1:]:
        st.subheader(heading, anchor=False)
        st.markdown(_safe(told))


def _chapters(page: str) -> dict[str, str]:
    """The chapters of one of the library's pages by heading."""
    parts = re.split(r"^#{2,3} (.*)$", page, flags=re.MULTILINE)[1:]
    return {heading: told.strip() for heading, told in zip(parts[::2], parts[1::2], strict=True)}


def _before_chapters(page: str) -> str:
    """What stands before the first chapter, without the title."""
    return re.split(r"^#{2,3} ", page, maxsplit=1, flags=re.MULTILINE)[0].partition("\n")[2].strip()


def _safe(markdown: str) -> str:
    """The library's tables and lists, in which names of a planner's own make no links or formulas."""
    return re.sub(r"([\\`_\[\]<>$~])", r"\\\1", markdown)


def _words(said: Iterable[str]) -> str:
    return _safe(" ".join(each.strip() for each in said))


def _bullets(said: Iterable[str]) -> str:
    return _safe("\n".join(f"- {each.strip()}" for each in said))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


PARTS: dict[str, Callable[[About], None]] = {
    "measures": _measures,
    "left_out": _left_out,
    "sensitivity": _sensitivity,
    "today": _today,
    "fairness": _fairness,
    "potential": _potential,
}
