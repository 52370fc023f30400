"""The rules of a proposal as choices on the page: each says what it means and where its default comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from factgeo import settings
from factgeo.language import text
from factgeo.settings import Settings

KINDS = ("fact", "act", "two-tier", "fact-ung", "elderly", "security")  # presets, the usual one first
BORDERS = ("hf", "dps", "helsefellesskap", "rhf", "county", "none")
GOALS = ("balanced", "strict", "everyone", "fewest_teams")
WAITS = ("measured_mean", "half_headway", "none")
DENOMINATORS = ("adults_18plus", "total")
OF_KIND = ("size", "capacity", "capacity_need", "travel", "teams", "act_areas", "border", "goal")  # what presets shape
WIDGET = "rule-"


def kind_of(rules: Settings) -> str:
    """The preset that rules come from, seen from what sets each apart."""
    if rules.teams.per_zone:
        return "security"
    if rules.act_areas.enabled:
        return "two-tier"
    return {"all": "fact", "adults": "act", "12-25": "fact-ung", "65+": "elderly"}[rules.size.who]


def choose(start: Settings | None) -> Settings:
    """Show the choices, beginning with the rules of a desk.

    Raises:
        SettingsError: The choices contradict.
    """
    kind = st.selectbox(
        text("app.rule.kind"), KINDS, KINDS.index(kind_of(start)) if start else 0,
        format_func=lambda k: text(f"app.rule_kind.{k}"), help=text("app.rule_help.kind"), key=f"{WIDGET}kind",
    )  # fmt: skip
    first = settings.load(presets=[kind])
    if start is not None:
        own = {name: table for name, table in start.model_dump().items() if name not in OF_KIND}
        first = start if kind_of(start) == kind else settings.load(presets=[kind], tables=own)
    left, right = st.columns(2)
    with left:
        chosen = _people(first, kind)
    with right:
        chosen = _merged(chosen, _travel(first, kind))
    with st.expander(text("app.rule.more")):
        chosen = _merged(chosen, _more(first, kind))
    return settings.load(start=first, tables=chosen)


def _people(first: Settings, kind: str) -> dict[str, Any]:
    who = text(f"app.rule_who.{first.size.who}")
    minimum = st.number_input(
        text("app.rule.minimum", who=who), 1, 10_000_000, first.size.minimum, 1000, help=text("app.rule_help.minimum"),
        key=f"{WIDGET}minimum-{kind}",
    )  # fmt: skip
    limited = st.checkbox(
        text("app.rule.capacity"),
        first.capacity.enabled,
        help=text("app.rule_help.capacity"),
        key=f"{WIDGET}cap-{kind}",
    )
    per_team = first.capacity.per_team
    if limited:
        per_team = st.number_input(
            text("app.rule.per_team"), 1, 10_000_000, per_team, 1000, help=text("app.rule_help.capacity"),
            key=f"{WIDGET}per-team-{kind}",
        )  # fmt: skip
    return {"size": {"minimum": int(minimum)}, "capacity": {"enabled": limited, "per_team": int(per_team)}}


def _travel(first: Settings, kind: str) -> dict[str, Any]:
    was = int(first.travel.minutes)
    minutes = st.slider(
        text("app.rule.minutes"), min(20, was), max(150, was), was, 5, help=text("app.rule_help.minutes"),
        key=f"{WIDGET}minutes-{kind}",
    )  # fmt: skip
    border = _pick("border", BORDERS, first.border, kind)
    return {"travel": {"minutes": _as_it_was(minutes, first.travel.minutes)}, "border": border}


def _more(first: Settings, kind: str) -> dict[str, Any]:
    """What most planners leave as it is."""
    left, right = st.columns(2)
    with left:
        goal = _pick("goal", GOALS, first.goal.name, kind)
        at_most = st.number_input(
            text("app.rule.at_most"), 0, 1000, first.teams.at_most, help=text("app.rule_help.at_most"),
            key=f"{WIDGET}at-most-{kind}",
        )  # fmt: skip
        too_far = st.number_input(
            text("app.rule.too_far"), 0, 1000, int(first.travel.too_far), 10, help=text("app.rule_help.too_far"),
            key=f"{WIDGET}too-far-{kind}",
        )  # fmt: skip
        listed = st.checkbox(
            text("app.rule.listed"),
            first.existing.listed,
            help=text("app.rule_help.listed"),
            key=f"{WIDGET}listed-{kind}",
        )
    with right:
        wait = _pick("wait", WAITS, first.ferry.wait_rule, kind)
        wait_min = st.number_input(
            text("app.rule.wait_min"), 0.0, 240.0, first.ferry.wait_min, 5.0, format="%g",
            help=text("app.rule_help.wait_min"), key=f"{WIDGET}wait-min-{kind}",
        )  # fmt: skip
        was = first.roads.winter_factor
        winter = st.slider(
            text("app.rule.winter"), min(1.0, was), max(1.5, was), was, 0.05, help=text("app.rule_help.winter"),
            key=f"{WIDGET}winter-{kind}",
        )  # fmt: skip
        denominator = _pick("denominator", DENOMINATORS, first.need.denominator, kind)
    return {
        "goal": {"name": goal},
        "teams": {"at_most": int(at_most)},
        "travel": {"too_far": _as_it_was(too_far, first.travel.too_far)},
        "existing": {"listed": listed},
        "ferry": {"wait_rule": wait, "wait_min": wait_min},
        "roads": {"winter_factor": winter},
        "need": {"denominator": denominator},
    }


def _as_it_was(chosen: float, was: float) -> float:
    """What was chosen; what was there before with its decimals, where the choice shows it without them."""
    return was if chosen == int(was) else float(chosen)


def _pick(name: str, values: Sequence[str], first: str, kind: str) -> str:
    """A choice whose values have words of their own."""
    return st.selectbox(
        text(f"app.rule.{name}"),
        values,
        values.index(first),
        format_func=lambda value: text(f"app.rule_{name}.{value}"),
        help=text(f"app.rule_help.{name}"),
        key=f"{WIDGET}{name}-{kind}",
    )


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {**one.get(key, {}), **value} if isinstance(value, dict) else value
        for key, value in {**one, **other}.items()
    }
