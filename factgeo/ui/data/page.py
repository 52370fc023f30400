"""Data og metode: what the figures rest on, every setting and cited value, and what the tool cannot do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st
import tomli_w

from factgeo.contract import objects
from factgeo import __version__, settings
from factgeo.atlas import areas, parameters
from factgeo.contract import plan as plan_contract
from factgeo.report import pack as pack_report, plan as plan_report
from factgeo.report.content import Chapter, deeper
from factgeo.report import rules as rules_report
from factgeo.errors import FactgeoError
from factgeo.language import number, text, written
from factgeo.atlas.pack import Atlas
from factgeo.atlas.parameters import Parameter
from factgeo.planning.result import Result
from factgeo.settings import Settings
from factgeo.ui.session import desk, work
from factgeo.ui.widgets import report, tables
from factgeo.ui.session.desk import Desk
from factgeo.ui.prose import as_typed

TABS = ("method", "settings", "values", "pack", "makers")
QUALITIES = ("measured", "derived", "estimate")
CITED = ("measured", "official_guidance", "derived", "expert", "assumption", "replaced")
STEPS = ("units", "people", "travel", "propose", "check", "need")
CANNOT = ("driving", "ferries", "winter", "patients", "borders")
HASH_DIGITS = 12
LONGEST = 100  # letters of a setting's value in the table; the file has all of them
FACT = re.compile(r"facts:(\w+)")


def show(now: Desk | None) -> None:
    """The page."""
    atlas = work.atlas()
    plan = now.plan if now else None
    rules = plan.settings if plan else now.rules if now else settings.load()
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header(text("app.data.sources"), anchor=False)
        _sources(atlas, rules)
    with right:
        st.header(text("app.data.files"), anchor=False)
        _downloads(now, rules)
        st.header(text("app.quality.title"), anchor=False)
        st.markdown("\n".join(f"- {text(f'app.quality_of.{each}')}" for each in QUALITIES))
    for name, tab in zip(TABS, st.tabs([text(f"app.data_tab.{name}") for name in TABS]), strict=True):
        with tab:
            _tab(name, atlas, rules, drafted=plan is not None)


def _tab(name: str, atlas: Atlas, rules: Settings, *, drafted: bool) -> None:
    if name == "method":
        _method(atlas, rules)
    elif name == "settings":
        _settings(atlas, rules, drafted=drafted)
    elif name == "values":
        _values(atlas, rules)
    elif name == "pack":
        _pack(atlas)
    else:
        _makers()


# the first screen


def _sources(atlas: Atlas, rules: Settings) -> None:
    """Show where the figures come from. If a planner's own value is invalid, show the error and the rest of the page."""
    try:
        report.blocks(rules_report.sources(atlas, rules))
    except FactgeoError as error:
        st.error(as_typed(str(error)))


def _downloads(now: Desk | None, rules: Settings) -> None:
    """The settings as TOML, and the plan where there is one."""
    plan = now.plan if now else None
    slug = areas.slug(plan.area) if plan else "factgeo"
    first, second = st.columns(2)
    first.download_button(
        text("app.data.get_settings"), settings_toml(rules), f"{slug}-settings.toml", "application/toml",
        on_click="ignore", help=text("app.data.get_settings_help"), width="stretch",
    )  # fmt: skip
    result = desk.result(now) if now and plan else None
    if result is not None:
        second.download_button(
            text("app.data.get_plan"), lambda: plan_file(result), f"{slug}-plan.json", "application/json",
            on_click="ignore", help=text("app.data.get_plan_help"), width="stretch",
        )  # fmt: skip
    elif plan is None:
        second.caption(text("app.data.no_plan"))


def settings_toml(rules: Settings) -> bytes:
    """All settings as a file that ``--config`` and the app's fields take."""
    return tomli_w.dumps(rules.here().model_dump(mode="json", exclude_none=True)).encode("utf-8")


def plan_file(result: Result) -> bytes:
    """The plan as ``plan.json``."""
    content = plan_contract.plan_json(result)
    return (objects.written(content) + "\n").encode("utf-8")


def _show(table: pd.DataFrame) -> None:
    """A table whose cells may come from files: their markup is not acted on."""
    tables.show(table.map(lambda cell: as_typed(cell) if isinstance(cell, str) else cell))


def _chapter(content: Chapter) -> None:
    st.subheader(as_typed(written(content.heading)), anchor=False)
    report.blocks(content.blocks)


# method


def _method(atlas: Atlas, rules: Settings) -> None:
    """How a plan comes about, what is known of its accuracy, and what the tool cannot do."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(text("app.data.how"), anchor=False)
        st.markdown("\n".join(f"{place}. {text(f'app.data_step.{each}')}" for place, each in enumerate(STEPS, start=1)))
        st.subheader(text("app.data.travel"), anchor=False)
        report.blocks(rules_report.explanation(rules))
    with right:
        st.subheader(text("app.data.accuracy"), anchor=False)
        st.markdown(accuracy(atlas))
        st.subheader(text("app.data.cannot"), anchor=False)
        st.markdown("\n".join(f"- {text(f'app.data_cannot.{each}')}" for each in CANNOT))
        _chapter(pack_report.shortcomings(atlas))


def accuracy(atlas: Atlas) -> str:
    """What is known of how right the travel times are, with the figures of the fit of the ferry rule."""
    rule = atlas.facts("ferry_time_rule").set_index("id")
    fit, near = rule.loc["ferry_fixed_min"], rule.loc["check_mae_up_to_25_km"]
    return text(
        "app.data.accuracy_known",
        crossings=number(int(fit["n"])),
        error=number(float(fit["mae_min"]), 1),
        near=number(float(near["value"]), 1),
    )


# settings


def _settings(atlas: Atlas, rules: Settings, *, drafted: bool) -> None:
    """The rules in words, then every setting with value, default, meaning and source."""
    st.caption(text("app.data.of_draft") if drafted else text("app.data.of_defaults"))
    try:
        report.blocks(rules_report.rules(rules, atlas))
    except FactgeoError as error:
        st.error(as_typed(str(error)))
    st.subheader(text("app.data.every_setting"), anchor=False)
    only = st.checkbox(text("app.data.only_changed"), help=text("app.data.only_changed_help"), key="data-only")
    table = settings_table(rules, atlas)
    if only:
        table = table[table[text("app.data_column.value")] != table[text("app.data_column.default")]]
    if table.empty:
        st.write(text("app.data.none_changed"))
    else:
        _show(table)
    st.caption(text("app.data.settings_note"))


def settings_table(rules: Settings, atlas: Atlas) -> pd.DataFrame:
    """One row per setting, in the order of ``configs/default.toml``, with what it means."""
    now, usual = rules.model_dump(mode="json"), settings.load().model_dump(mode="json")
    cited = parameters.parameters(atlas, settings.load())
    return pd.DataFrame(
        {
            text("app.data_column.setting"): key,
            text("app.data_column.value"): _written(_at(now, key)),
            text("app.data_column.default"): _written(_at(usual, key)),
            text("app.data_column.meaning"): meaning,
            text("app.data_column.source"): _source_of(meaning, cited),
        }
        for key, meaning in settings.meanings()
    )


def _at(values: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - whatever a setting holds
    found: Any = values
    for part in key.split("."):
        found = found[part]
    return found


def _written(value: Any) -> str:  # noqa: ANN401 - whatever a setting holds
    """A value as a settings file writes it, cut where it is long."""
    whole = json.dumps(value, ensure_ascii=False)
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]} …"


def _source_of(meaning: str, cited: Mapping[str, Parameter]) -> str:
    """The publication that a meaning refers to, or that it is an estimate."""
    named = [cited[each].source for each in FACT.findall(meaning) if each in cited]
    if not named and "estimate" in meaning:
        return text("need.quality.estimate")
    return "; ".join(dict.fromkeys(named)) or "–"


# cited values


def _values(atlas: Atlas, rules: Settings) -> None:
    """All cited figures with range, unit, source and quality."""
    st.markdown(text("app.data.values_intro"))
    try:
        table = values_table(atlas, rules)
    except FactgeoError as error:
        st.error(as_typed(str(error)))
        return
    wanted = st.text_input(text("app.data.find"), help=text("app.data.find_help"), key="data-find").strip().casefold()
    hits = table[table.apply(lambda row: wanted in " ".join(map(str, row)).casefold(), axis=1)]
    if hits.empty:
        st.write(text("app.data.no_hits"))
    else:
        _show(hits)
    st.markdown("\n".join(f"- **{text(f'app.cited.{each}')}:** {text(f'app.cited_means.{each}')}" for each in CITED))


def values_table(atlas: Atlas, rules: Settings) -> pd.DataFrame:
    """One row per cited figure; a planner's own stands in its place and says so."""
    return pd.DataFrame(
        {
            text("app.data_column.figure"): each.label,
            text("need.column.low"): _figure(each.low),
            text("need.column.central"): _figure(each.central),
            text("need.column.high"): _figure(each.high),
            text("app.data_column.unit"): text(f"app.measure.{each.unit.replace('/', '_per_')}"),
            text("need.column.quality"): text(f"app.cited.{each.quality}"),
            text("app.data_column.source"): each.source or text("need.own_source"),
            text("app.data_column.id"): each.id,
        }
        for each in parameters.parameters(atlas, rules).values()
    )


def _figure(value: float) -> str:
    """With as many decimals as it has, two at most."""
    digits = next((digits for digits in (0, 1) if round(value, digits) == value), 2)
    return number(value, digits)


# the pack, and who made what


def _pack(atlas: Atlas) -> None:
    """Contents, sources with licence and hash, and the checks that held."""
    report.blocks(deeper(pack_report.contents(atlas)))
    st.subheader(text("app.data.pack_sources"), anchor=False)
    _show(sources_table(atlas))
    st.caption(text("app.data.pack_note", digest=atlas.digest[:HASH_DIGITS]))
    _chapter(pack_report.checks(atlas))


def sources_table(atlas: Atlas) -> pd.DataFrame:
    """One row per source file: what it is, who published it, as of when, its licence, and the start of its hash."""
    return pd.DataFrame(
        {
            text("app.data_column.content"): entry.get("title", entry["path"]),
            text("app.data_column.publisher"): entry.get("publisher", "–"),
            text("app.data_column.as_of"): entry.get("as_of", "–"),
            text("app.data_column.licence"): entry.get("licence", "–"),
            "sha256": entry["sha256"][:HASH_DIGITS],
        }
        for entry in atlas.manifest["sources"]
    )


def _makers() -> None:
    """The publishers, as their licences ask, and the program."""
    st.markdown("\n".join(f"- {written(line)}" for line in rules_report.attribution()))
    st.markdown(text("app.data.program", version=__version__))
