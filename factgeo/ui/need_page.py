"""Behov og kapasitet: who there is to serve, what the teams of the draft take, and a planner's own figures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from factgeo import (
    areas,
    capacity,
    capacity_words,
    language,
    local,
    need,
    need_files,
    need_report,
    need_words,
    parameters,
    pictures,
    privacy,
    settings,
    spreadsheet,
)
from factgeo.areas import Area
from factgeo.capacity import Capacity, Listed, TeamCapacity
from factgeo.driving import Range
from factgeo.errors import FactgeoError, SettingsError
from factgeo.language import number, percent, text
from factgeo.local import LocalCounts
from factgeo.need import Figure, Need
from factgeo.need_report import NeedReport
from factgeo.pack import Atlas
from factgeo.parameters import Parameter
from factgeo.pipeline import Result
from factgeo.settings import Replaced, Settings
from factgeo.sources.projections import read_projection
from factgeo.ui import choice, desk, packed, tables, upload, work
from factgeo.ui.desk import Desk
from factgeo.ui.frame import plain

OWN_TABLES = ("parameters", "need", "capacity_need", "driving")  # settings that shape no plan
GROUPS = ("fact_ung", "elderly", "security")  # those whose fraction only a planner can give
FIGURES = (
    "target_group", "prior", "other", "act_level", "substance_use", "fact_ung", "fact_ung_observed", "elderly",
    "security",
)  # fmt: skip
TABS = ("group", "units", "teams", "takes", "own", "history")
MODELS = ("fact", "act")
DENOMINATORS = ("adults_18plus", "total")
LOCAL, PROJECTION, KEPT = "need-local", "need-projection", "need-kept"
PICTURE_WIDTH = 760  # pixels

Rounding = Callable[[float], float]
T = TypeVar("T")


@dataclass(frozen=True)
class Projection:
    """A projection that was uploaded; it stays with the session."""

    name: str
    content: bytes
    years: tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """What the page is about.

    Attributes:
        atlas: The pack.
        desk: What is on the desk, or what would be there if the planner began with this area.
        area: That of the draft, or the one chosen.
        rules: The draft's settings, or the desk's.
    """

    atlas: Atlas
    desk: Desk
    area: Area
    rules: Settings

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What the need depends on beside what was uploaded."""
        plan = self.desk.plan
        whole = (self.area.name, self.area.units, desk.whole_digest(self.rules))
        return whole if plan is None else (*whole, desk.plan_digest(plan))


def show() -> None:
    """The page."""
    with st.container():  # the tabs keep their place below, and the one that is open stays so
        asked = _asked(work.atlas())
        found, result = _need(asked), None
        if found is not None and asked.desk.plan is not None:
            result = desk.result(asked.desk)
        takes = None if result is None else _capacity(result)
        if found is not None:
            _answer(asked, found, takes)
    shown = [tab for tab in TABS if asked.desk.plan is not None or tab not in {"teams", "takes"}]
    for name, tab in zip(shown, st.tabs([text(f"app.need_tab.{name}") for name in shown]), strict=True):
        with tab:
            _tab(name, asked, found, takes)


def _tab(name: str, asked: Asked, found: NeedReport | None, takes: Capacity | None) -> None:
    if name == "own":
        _own(asked, found)
    elif name == "takes" and takes is not None:
        _takes(takes)
    elif name == "group" and found is not None:
        _group(found)
    elif name == "units" and found is not None:
        _units(found)
    elif name == "teams" and found is not None:
        _teams(found)
    elif name == "history" and found is not None:
        _history(asked, found)


# what is asked, and the answers of the library


def _asked(atlas: Atlas) -> Asked:
    """The draft on the desk, its area alone, or an area that is chosen here."""
    now = desk.current()
    if now is None:
        st.info(text("app.need.no_desk"))
        now = Desk(choice.area(atlas, None), settings.load())
    elif now.plan is None:
        st.info(text("app.need.no_draft"))
    if now.plan is None:
        return Asked(atlas, now, areas.resolve(now.area, atlas), now.rules)
    return Asked(atlas, now, now.plan.area, now.plan.settings)


def _need(asked: Asked) -> NeedReport | None:
    """Who there is to serve; None while it is computed, and where own figures are refused, with the sentence why.

    What rests on a planner's files is computed in the session and kept there: others must never be shown it.
    """
    counted, projected = _local(), st.session_state.get(PROJECTION)
    try:
        refuse_impossible(asked.atlas, asked.rules)
        if counted is None and projected is None:
            return work.ask("need", asked.key, lambda _: _report(asked, None, None, None))
        year = _year(projected)
        key = (*asked.key, id(counted), id(projected), year)
        if st.session_state.get(KEPT, (None,))[0] != key:
            with st.spinner(text("app.working")):
                st.session_state[KEPT] = (key, _report(asked, counted, projected, year))
        kept: NeedReport = st.session_state[KEPT][1]
    except FactgeoError as error:
        st.error(plain(str(error)))
        return None
    return kept


def _report(asked: Asked, counted: LocalCounts | None, projected: Projection | None, year: int | None) -> NeedReport:
    """The library's report; a projection is put where the library can read it."""
    atlas, area, rules, plan = asked.atlas, asked.area, asked.rules, asked.desk.plan
    if projected is None:
        return need_report.report(atlas, area, rules, plan, local=counted)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / projected.name
        path.write_bytes(projected.content)
        try:
            return need_report.report(atlas, area, rules, plan, local=counted, projection=path, year=year)
        except FactgeoError as error:
            raise error.without(Path(folder)) from None


def _local() -> LocalCounts | None:
    found: LocalCounts | None = st.session_state.get(LOCAL)
    return found


def _year(projected: Projection | None) -> int | None:
    """The chosen year of a projection; the last one until another is chosen."""
    if projected is None:
        return None
    chosen = st.session_state.get("need-year")
    return int(chosen) if chosen in projected.years else projected.years[-1]


def _capacity(result: Result) -> Capacity | None:
    """What the draft takes; None while it is being computed."""
    return work.ask("capacity", (desk.plan_digest(result.plan),), lambda _: capacity.assess(result))


# the answer on the first screen


def _answer(asked: Asked, found: NeedReport, takes: Capacity | None) -> None:
    """The figures to remember, one sentence on the target group, and the files."""
    title, first, second = st.columns([3, 1, 1], vertical_alignment="bottom")
    title.header(text("need.title", area=found.whole.area, year=found.whole.year), anchor=False)
    slug = areas.slug(asked.area)
    first.download_button(
        text("app.need.download"), need_zip(found, asked.atlas, slug), f"{slug}-need.zip",
        "application/zip", on_click="ignore", help=text("app.need.download_help"), width="stretch",
    )  # fmt: skip
    if takes is not None and takes.teams:
        second.download_button(
            text("app.need.download_takes"), lambda: capacity_csv(takes), f"{slug}-capacity.csv", "text/csv",
            on_click="ignore", help=text("app.need.download_takes_help"), width="stretch",
        )  # fmt: skip
    shown = [*_need_metrics(found.whole), *(_capacity_metrics(takes) if takes is not None and takes.teams else [])]
    for column, (name, value, tag) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(
            text(f"app.need_figure.{name}"), value, tag, delta_color="off", delta_arrow="off",
            help=text(f"app.need_figure_help.{name}"), border=True,
        )  # fmt: skip
    for line in need_words.lines(found.whole)[:2]:
        st.markdown(plain(line))
    own = [f"{each.label} ({_plain_number(each.central)})" for each in _all_replaced(asked)]
    if own:
        st.warning(plain(text("app.need.own_used", names=", ".join(own))))
    if takes is not None and not takes.teams:
        st.warning(capacity_words.lines(takes)[0])
    st.caption(text("app.need.estimates"))


def _need_metrics(found: Need) -> list[tuple[str, str, str]]:
    """Target group and ACT level: name, value, how far it is to be trusted."""
    return [
        (figure.kind, need_words.shown(figure.central), _tag(figure))
        for figure in (found.target_group, found.act_level)
    ]


def _tag(figure: Figure) -> str:
    quality = text(f"need.quality.{figure.quality}")
    return text("app.need.tag", quality=quality, between=need_words.between(figure))


def _capacity_metrics(takes: Capacity) -> list[tuple[str, str, str]]:
    """Places, gap, positions and driving of all teams."""
    all_ = capacity.totals(takes)
    shown: list[tuple[str, Range, Callable[[float], str]]] = [
        ("places", all_.places, need_words.shown),
        ("gap", all_.gap, need_words.shown),
        ("positions", all_.positions, lambda value: _plain_number(_positions(value))),
        ("hours", all_.hours, lambda value: _plain_number(capacity_words.rough(value))),
    ]
    return [(name, write(each.central), _estimate(each, write)) for name, each, write in shown]


def _positions(value: float) -> float:
    """Halves where there are few, two digits where there are hundreds."""
    return capacity_words.half(value) if value < 100 else capacity_words.rough(value)  # noqa: PLR2004


def _estimate(figure: Range, write: Callable[[float], str]) -> str:
    """That it is an estimate, and between what."""
    quality, low, high = text("need.quality.estimate"), write(figure.low), write(figure.high)
    between = text("need.between", low=low, high=high)
    return quality if low == high else text("app.need.tag", quality=quality, between=between)


def _plain_number(value: float) -> str:
    """With as many decimals as it has, two at most."""
    digits = next((digits for digits in (0, 1) if round(value, digits) == value), 2)
    return number(value, digits)


# the target group


def _group(found: NeedReport) -> None:
    """All figures with their range, denominator, quality and source, and what to know of them."""
    st.markdown(f"**{text('app.need.never_added')}**")
    tables.show(figures_table(found.whole))
    said = [*need_words.lines(found.whole)[2:], *_local_lines(found)]
    st.markdown("\n".join(f"- {plain(line)}" for line in said))


def figures_table(found: Need) -> pd.DataFrame:
    """One row per figure of a need, written as the library's words write it."""
    counted = found.target_group is not found.prior
    rows = []
    for name in FIGURES:
        figure: Figure | None = getattr(found, name)
        if figure is None or (name == "prior" and not counted):
            continue
        replaced = text("need.quality.replaced") if figure.replaced else ""
        rows.append(
            {
                text("need.column.group"): text(f"need.name.{name}"),
                text("need.column.low"): need_words.shown(figure.low),
                text("need.column.central"): need_words.shown(figure.central),
                text("need.column.high"): need_words.shown(figure.high),
                text("need.column.interval"): need_words.between(figure),
                text("need.column.of"): f"{number(figure.base)} ({text(f'need.denominator.{figure.denominator}')})",
                text("need.column.quality"): text(f"need.quality.{figure.quality}") + replaced,
                text("need.column.source"): plain(figure.source or text("need.own_source")),
            }
        )
    return pd.DataFrame(rows)


def _local_lines(found: NeedReport) -> list[str]:
    """How the local counts came about, and what they add up to where that may be told."""
    if found.local is None:
        return []
    said = [found.local.made(), privacy.method()]
    if need_report.WHOLE in found.totals:
        total = privacy.text(found.totals[need_report.WHOLE])
        said.append(text("need.local_total", area=found.whole.area, total=total))
    return said


def _units(found: NeedReport) -> None:
    if not found.whole.by_unit:
        st.write(text("app.need.no_units"))
        return
    tables.show(units_table(found))
    st.caption(text("app.need.units_note", year=found.whole.year, source=plain(found.whole.people_source)))


def units_table(found: NeedReport) -> pd.DataFrame:
    """One row per municipality or district; beside a local count stands what the fraction would have given."""
    code_of = {} if found.local is None else {u: code for code, units in found.local.units.items() for u in units}
    rows = []
    for unit in found.whole.by_unit:
        row = {
            text("need.column.unit"): unit.name,
            text("need.column.population"): unit.population,
            text("need.column.adults"): unit.adults,
            **_group_columns(unit.target_group, unit.act_level),
        }
        if found.local is not None:
            code = code_of.get(unit.unit_code)
            row[text("app.need.local_count")] = plain(privacy.text(found.local.shown[code])) if code else "–"
            row[text("need.name.prior")] = need_words.shown(unit.prior.central)
        rows.append(row)
    return pd.DataFrame(rows)


def _group_columns(group: Figure, act: Figure) -> dict[str, str]:
    """A target group with its range and quality, and those of it at ACT level."""
    return {
        text("need.name.target_group"): need_words.shown(group.central),
        text("app.need.range"): text(
            "need.between", low=need_words.shown(group.low), high=need_words.shown(group.high)
        ),
        text("need.column.interval"): need_words.between(group),
        text("need.name.act_level"): need_words.shown(act.central),
        text("need.column.quality"): text(f"need.quality.{group.quality}"),
    }


def _teams(found: NeedReport) -> None:
    if not found.teams:
        st.write(text("capacity.none"))
        return
    tables.show(teams_table(found))
    st.caption(text("app.need.teams_note"))


def teams_table(found: NeedReport) -> pd.DataFrame:
    """One row per team of the draft; an exact local total where it may be told."""
    rows = []
    for team_id, team in found.teams.items():
        row = {
            text("capacity.column.team"): plain(team.area),
            text("need.column.population"): team.population,
            text("need.column.adults"): team.adults,
            **_group_columns(team.target_group, team.act_level),
        }
        if found.local is not None:
            total = found.totals.get(team_id)
            row[text("app.need.local_count")] = "–" if total is None else plain(privacy.text(total))
        rows.append(row)
    return pd.DataFrame(rows)


# what the draft takes


def _takes(takes: Capacity) -> None:
    """What each team takes, the roles, the listed teams, satellites, and how it was worked out."""
    if not takes.teams:
        st.write(capacity_words.lines(takes)[0])
        return
    tables.show(takes_table(takes))
    st.caption(text("app.need.takes_note"))
    st.subheader(text("app.need.roles"), anchor=False)
    tables.show(roles_table(takes))
    st.subheader(text("app.need.listed"), anchor=False)
    tables.show(listed_table(takes))
    st.caption(text("app.need.listed_note"))
    if any(team.satellites.choices for team in takes.all):
        st.subheader(text("app.need.satellites"), anchor=False)
        tables.show(satellites_table(takes))
        st.caption(text("app.need.satellites_note", share=percent(takes.rules.driving.satellite_share, 0)))
    with st.expander(text("app.need.takes_words")):
        st.markdown("\n".join(f"- {plain(line.strip())}" for line in capacity_words.lines(takes)))


def takes_table(takes: Capacity) -> pd.DataFrame:
    """One row per team or ACT area: central value (low-high)."""
    return pd.DataFrame(
        {
            text("capacity.column.team"): _team_name(team),
            text("need.name.target_group"): _people(team.target_group),
            text("app.need.places"): _people(team.places),
            text("capacity.column.clients"): _people(team.clients),
            text("capacity.column.gap"): _people(team.gap),
            text("capacity.column.positions"): _span(team.positions, capacity_words.half),
            text("capacity.column.practice"): _span(team.practice_positions, capacity_words.half),
            text("capacity.column.hours"): _span(team.load.hours, capacity_words.rough),
            text("capacity.column.share"): _shares(team.load.road_share),
            text("app.need.km"): _span(team.load.km, capacity_words.rough),
            text("capacity.column.cars"): _span(team.load.cars, capacity_words.whole),
            text("app.need.unreachable"): number(team.unreachable),
            text("app.need.mark"): text("app.need.over_full") if team.load.over_full else "",
        }
        for team in takes.all
    )


def roles_table(takes: Capacity) -> pd.DataFrame:
    """One row for all teams together, then one per team: positions of each role."""
    everyone = {
        text(key): _span(capacity.added(team.roles[role] for team in takes.all), capacity_words.half)
        for role, key in capacity_words.ROLE_WORDS.items()
    }
    each = [
        {text("capacity.column.team"): _team_name(team)}
        | {
            text(key): _plain_number(capacity_words.tenth(team.roles[role].central))
            for role, key in capacity_words.ROLE_WORDS.items()
        }
        for team in takes.all
    ]
    return pd.DataFrame([{text("capacity.column.team"): text("capacity.column.all"), **everyone}, *each])


def listed_table(takes: Capacity) -> pd.DataFrame:
    """One row per catchment: the listed teams that cover some of it, and whom they would leave without a place."""
    listed: list[tuple[TeamCapacity, Listed]] = [(team, team.listed) for team in takes.all if team.listed is not None]
    return pd.DataFrame(
        {
            text("capacity.column.team"): _team_name(team),
            text("app.need.listed_names"): ", ".join(each.names) or "–",
            text("app.need.listed_teams"): _plain_number(capacity_words.half(each.teams)),
            text("app.need.places"): _people(each.places),
            text("capacity.column.gap"): _people(each.gap),
            text("app.need.listed_today"): need_words.shown(each.today),
        }
        for team, each in listed
    )


def satellites_table(takes: Capacity) -> pd.DataFrame:
    """One row per team for which a satellite was tried."""
    return pd.DataFrame(
        {
            text("capacity.column.team"): _team_name(team),
            text("capacity.column.satellite"): plain(team.satellites.choices[0].bases[0].name),
            text("capacity.column.hours"): _span(team.load.hours, capacity_words.rough),
            text("capacity.column.with_satellite"): _span(team.satellites.choices[0].load.hours, capacity_words.rough),
            text("app.need.worth"): number(team.satellites.worth),
        }
        for team in takes.all
        if team.satellites.choices
    )


def _team_name(team: TeamCapacity) -> str:
    """A catchment by id and base, an ACT area as such."""
    name = f"{team.team_id} {team.name}"
    return plain(name if team.listed is not None else text("capacity.act", name=name))


def _people(figure: Range) -> str:
    return _written(figure, need_words.shown)


def _span(figure: Range, how: Rounding) -> str:
    return _written(figure, lambda value: _plain_number(how(value)))


def _shares(figure: Range) -> str:
    low, high = (number(100 * value) for value in (figure.low, figure.high))
    return text("capacity.span", low=low, central=percent(figure.central, 0), high=high)


def _written(figure: Range, write: Callable[[float], str]) -> str:
    """``125 (111-130)``; one value where all look the same."""
    low, central, high = (write(value) for value in figure.values)
    return central if low == central == high else text("capacity.span", low=low, central=central, high=high)


# growth until now


def _history(asked: Asked, found: NeedReport) -> None:
    """Residents year by year: the picture with its sentence, and the table."""
    names = {str(unit): str(name) for unit, name in asked.atlas.units["name"].items()}
    said = need_words.history_lines(found.history, names)
    key = (asked.area.name, asked.area.units, work.lang())
    picture = work.ask("history", key, lambda _: pictures.history_picture(found.history))
    left, right = st.columns([3, 2], gap="large")
    with left:
        if picture is not None:
            st.image(picture, width=PICTURE_WIDTH, alt=said[0])
        st.caption(plain(said[0]))
        for line in said[1:]:
            st.markdown(plain(line))
    with right:
        table = need_words.history_table(found.history)
        table["year"] = table["year"].astype(str)  # no thousands in a year
        for column in table.columns[1:]:
            table[column] = [("–" if pd.isna(value) else number(value)) for value in table[column]]
        tables.show(table.rename(columns={column: text(f"app.need_year.{column}") for column in table.columns}))


# a planner's own figures


def _own(asked: Asked, found: NeedReport | None) -> None:
    """Local counts, a projection, and own values in place of cited ones."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(text("app.need.values"), anchor=False)
        _own_values(asked, found)
    with right:
        st.subheader(text("app.need.local"), anchor=False)
        _own_counts(asked)
        st.subheader(text("app.need.projection"), anchor=False)
        _own_projection()


def _own_counts(asked: Asked) -> None:
    """The field for local counts; of the file itself nothing stays."""
    counted = _local()
    if counted is not None:
        st.success(plain(counted.made()))
        st.caption(plain(privacy.method()))
        missing = counted.missing(asked.area.units)
        if missing:
            names = ", ".join(asked.atlas.units.loc[list(missing), "name"])
            st.markdown(plain(text("need.local_missing", names=names)))
        if st.button(text("app.need.local_remove")):
            del st.session_state[LOCAL]
            st.session_state.pop(KEPT, None)
            st.rerun()
    st.markdown(text("app.need.local_help"))
    read = _given("local", ("csv", "txt"), lambda path: local.read(path, asked.atlas))
    if read is not None:
        st.session_state[LOCAL] = read
        st.rerun()


def _own_projection() -> None:
    """The field for a projection, and its year."""
    projected: Projection | None = st.session_state.get(PROJECTION)
    if projected is not None:
        st.success(plain(text("app.need.projected", file=projected.name)))
        years, chosen = projected.years, _year(projected)
        st.selectbox(
            text("app.need.year"), years, years.index(chosen) if chosen else 0, key="need-year",
            help=text("app.need.year_help"),
        )  # fmt: skip
        if st.button(text("app.need.projection_remove")):
            del st.session_state[PROJECTION]
            st.session_state.pop(KEPT, None)
            st.rerun()
    st.markdown(text("app.need.projection_help"))
    read = _given("projection", ("csv",), _projection)
    if read is not None:
        st.session_state[PROJECTION] = read
        st.rerun()


def _projection(path: Path) -> Projection:
    years = read_projection(path)["year"].unique()
    return Projection(path.name, path.read_bytes(), tuple(sorted(int(year) for year in years)))


def _given(kind: str, endings: tuple[str, ...], read: Callable[[Path], T]) -> T | None:
    """A field that is emptied once its file was read or refused, so that the server keeps nothing of it."""
    with st.form(f"form-{kind}", clear_on_submit=True):
        found = upload.ask(kind, endings, read)
        pressed = st.form_submit_button(text("app.need.use_file"))
    given, context = st.session_state.get(f"upload-{kind}"), get_script_run_ctx()
    if given is not None and context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, given.file_id)
    return found if pressed else None


def _own_values(asked: Asked, found: NeedReport | None) -> None:
    """Which figures are replaced, a form for one more, the working time, and a file."""
    st.markdown(text("app.need.values_help"))
    _denominator(asked)
    offered = _offered(asked, found)
    name = st.selectbox(
        text("app.need.value"), list(offered), format_func=lambda each: _label(each, offered),
        help=text("app.need.value_help"), key=f"need-value-{language.in_use()}",
    )  # fmt: skip
    _value_form(name, offered[name], asked)
    _replaced_list(asked)
    with st.expander(text("app.need.work")):
        _work_form(asked)
    with st.expander(text("app.need.file")):
        given = _given("own_values", ("toml",), lambda path: own_settings(path, asked.rules))
        if given is not None:
            _tried(given, asked)


def _denominator(asked: Asked) -> None:
    """Of whom the fraction is."""
    now = asked.rules.need.denominator
    chosen = st.radio(
        text("app.need.denominator"), DENOMINATORS, DENOMINATORS.index(now),
        format_func=lambda each: text(f"need.denominator.{each}"), horizontal=True,
        help=text("app.need.denominator_help"), key=f"need-denominator-{now}",
    )  # fmt: skip
    if chosen != now:
        _tried(_with_need(asked.rules, denominator=chosen), asked)


def _offered(asked: Asked, found: NeedReport | None) -> dict[str, Parameter | None]:
    """The figures behind this page by id; None for the fractions that nobody has published."""
    cited = parameters.parameters(asked.atlas, asked.rules.model_copy(update={"parameters": {}}))
    used = [each.id for each in found.whole.used] if found else list(need.PARAMETER.values())
    ids = dict.fromkeys([*used, *capacity.FACT_PARAMETERS, *capacity.ACT_PARAMETERS, *capacity.COMMON_PARAMETERS])
    return {**{each: cited[each] for each in ids}, **dict.fromkeys(GROUPS)}


def _label(name: str, offered: Mapping[str, Parameter | None]) -> str:
    cited = offered[name]
    return text(f"app.need_group.{name}") if cited is None else cited.label


def _value_form(name: str, cited: Parameter | None, asked: Asked) -> None:
    """Low, central and high of one figure, with its source."""
    own = _own_value(name, asked.rules)
    now = [getattr(own, level) for level in ("low", "central", "high")]
    if cited is not None:
        now = [old if value is None else value for value, old in zip(now, cited.values, strict=True)]
        span = "–".join(dict.fromkeys(_plain_number(value) for value in cited.values))
        unit, quality = text(f"app.measure.{_key(cited.unit)}"), text(f"app.cited.{cited.quality}")
        st.caption(plain(text("app.need.cited", span=span, unit=unit, source=cited.source, quality=quality)))
    else:
        st.caption(text(f"app.need_group_of.{name}"))
    with st.form(f"form-value-{name}"):
        columns = st.columns(3)
        values = [
            column.number_input(
                text(f"need.column.{level}"), value=None if value is None else float(value), min_value=0.0,
                format="%g", step=_step(value), key=f"need-{name}-{level}",
            )
            for column, level, value in zip(columns, ("low", "central", "high"), now, strict=True)
        ]  # fmt: skip
        source = st.text_input(
            text("app.need.source"), own.source, max_chars=200, help=text("app.need.source_help"),
            key=f"need-{name}-source",
        )  # fmt: skip
        pressed = st.form_submit_button(text("app.need.use_value"))
    if pressed:
        low, central, high = values
        _tried(with_own(asked.rules, name, Replaced(low=low, central=central, high=high, source=source)), asked)


def _step(value: float | None) -> float:
    return 1.0 if value is not None and value >= 10 else 0.01  # noqa: PLR2004 - what one press of + should change


def _own_value(name: str, rules: Settings) -> Replaced:
    """A planner's own value of a figure, empty where he has none."""
    own = getattr(rules.need, name) if name in GROUPS else rules.parameters.get(name, Replaced())
    return own if isinstance(own, Replaced) else Replaced(low=own, central=own, high=own)


def with_own(rules: Settings, name: str, own: Replaced) -> Settings:
    """The rules with a planner's own value of a figure; an empty one takes it away."""
    if name in GROUPS:
        return _with_need(rules, **{name: own})
    others = {each: value for each, value in rules.parameters.items() if each != name}
    return rules.model_copy(update={"parameters": others if own == Replaced() else {**others, name: own}})


def _with_need(rules: Settings, **changes: object) -> Settings:
    return rules.model_copy(update={"need": rules.need.model_copy(update=changes)})


def _replaced_list(asked: Asked) -> None:
    """Own values in use, each with a button that takes it away."""
    own = {each.id: each for each in _all_replaced(asked)}
    groups = [name for name in GROUPS if _own_value(name, asked.rules) != Replaced()]
    if not own and not groups:
        st.caption(text("app.need.none_replaced"))
    for name in (*own, *groups):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(plain(_told(name, own.get(name), asked.rules)))
        if right.button(text("app.need.back"), key=f"back-{name}", help=text("app.need.back_help"), width="stretch"):
            _tried(with_own(asked.rules, name, Replaced()), asked)


def _told(name: str, parameter: Parameter | None, rules: Settings) -> str:
    """An own value in a line."""
    own = _own_value(name, rules)
    given = parameter.values if parameter else (own.low, own.central, own.high)
    span = "–".join(dict.fromkeys(_plain_number(value) for value in given if value is not None))
    label = parameter.label if parameter else text(f"app.need_group.{name}")
    return text("app.need.replaced", label=label, span=span, source=own.source or text("need.own_source"))


def _all_replaced(asked: Asked) -> list[Parameter]:
    """Cited figures that the rules replace; none where the rules are refused anyway."""
    try:
        return parameters.replaced(parameters.parameters(asked.atlas, asked.rules).values())
    except SettingsError:
        return []


def _work_form(asked: Asked) -> None:
    """What the teams are, and their working time."""
    now = asked.rules.capacity_need
    with st.form("form-work"):
        model = st.radio(
            text("app.need.model"), MODELS, MODELS.index(now.model), format_func=str.upper, horizontal=True,
            help=text("app.need.model_help"), key="need-model",
        )  # fmt: skip
        hours = st.number_input(
            text("app.need.hours_per_week"), 20.0, 45.0, now.hours_per_week, 0.5, format="%g",
            help=text("app.need.work_help"), key="need-hours",
        )  # fmt: skip
        weeks = st.number_input(
            text("app.need.weeks_per_year"), 30.0, 52.0, now.weeks_per_year, 1.0, format="%g",
            help=text("app.need.work_help"), key="need-weeks",
        )  # fmt: skip
        pressed = st.form_submit_button(text("app.need.use_value"))
    if pressed:
        changed = now.model_copy(update={"model": model, "hours_per_week": hours, "weeks_per_year": weeks})
        _tried(asked.rules.model_copy(update={"capacity_need": changed}), asked)


def _tried(changed: Settings, asked: Asked) -> None:
    """Keep changed rules if the library takes them, else say why not."""
    try:
        adopt(changed, asked)
    except FactgeoError as error:
        st.error(plain(str(error)))
    else:
        st.rerun()


def adopt(changed: Settings, asked: Asked) -> None:
    """Lay a planner's own figures on the desk, and under every step of the draft: they are no edit of the plan.

    Raises:
        SettingsError: The library refuses them; the desk stays as it is.
    """
    refuse_impossible(asked.atlas, changed)
    need.assess(asked.atlas, asked.area, changed)
    own = {name: getattr(changed, name) for name in OWN_TABLES}
    history = asked.desk.history
    if history is not None:
        steps = tuple(
            replace(step, plan=replace(step.plan, settings=step.plan.settings.model_copy(update=own)))
            for step in history.steps
        )
        history = replace(history, steps=steps)
    desk.put(replace(asked.desk, rules=asked.desk.rules.model_copy(update=own), history=history))


def own_settings(path: Path, rules: Settings) -> Settings:
    """Rules with the own figures of a TOML file.

    Raises:
        SettingsError: It is no file of settings, or it would change the plan itself.
    """
    given = settings.load(start=rules, file=path)
    changed = [name for name in Settings.model_fields if getattr(given, name) != getattr(rules, name)]
    others = [name for name in changed if name not in OWN_TABLES]
    if others:
        raise SettingsError("own_other_settings", file=path.name, tables=", ".join(others))
    return given


def refuse_impossible(atlas: Atlas, rules: Settings) -> None:
    """Own values that nothing can be divided by.

    Raises:
        SettingsError: A value is below zero, or a ratio is zero; or the library refuses it.
    """
    for each in parameters.replaced(parameters.parameters(atlas, rules).values()):
        if each.low < 0 or (each.unit == "ratio" and each.low == 0):
            raise SettingsError("own_not_positive", name=each.id, value=_plain_number(each.low))


def _key(unit: str) -> str:
    """A unit as part of a key of the catalogue."""
    return unit.replace("/", "_per_")


# files


def need_zip(found: NeedReport, atlas: Atlas, slug: str) -> Callable[[], bytes]:
    """The files of a need as one zip, written when somebody asks for it."""
    return packed.later(f"{slug}-need", lambda folder: need_files.write(found, atlas, folder, overwrite=True))


def capacity_csv(takes: Capacity) -> bytes:
    """The table of capacity as CSV; no cell begins as a formula would."""
    return spreadsheet.as_csv(capacity_words.table(takes)).encode("utf-8")
