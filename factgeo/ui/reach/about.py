"""Whom the page Dekning is about: the draft, the whole country, or an area of one's own choice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import streamlit as st

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.language import text
from factgeo.planning.result import Result
from factgeo.progress import Tell
from factgeo.reach import answers
from factgeo.reach.answers import Asked, ReachReport
from factgeo.settings import Settings
from factgeo.travel import changes
from factgeo.ui import prose
from factgeo.ui.reach.widgets import pick
from factgeo.ui.session import desk, work
from factgeo.ui.session.desk import Desk
from factgeo.ui.widgets import choice

WHOLE = "norge"


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

    @property
    def preset(self) -> str:
        """The measure of the draft; where there is none the one that looks at today's DPS areas by travel too."""
        return "planner" if self.result else "report-2017"


def scope(now: Desk | None) -> str:
    """Ask what the page is about: the draft or an area."""
    if now is None:
        return pick(st.selectbox, "where", ["whole", "other"])
    own = desk.area(now)
    scopes = ["own", "whole", "other"] if len(own.units) < len(work.atlas().units) else ["own", "other"]
    return pick(st.selectbox, "where", scopes, own=own.name)


def of(chosen: str, now: Desk | None) -> About | None:
    """Whom a scope stands for; None while the draft is being measured."""
    atlas, rules = work.atlas(), now.rules if now else settings.load()
    if chosen != "own" or now is None:
        wanted = choice.area(atlas, WHOLE) if chosen == "other" else areas.NORWAY
        found = areas.resolve(wanted, atlas)
        values = {"area": prose.as_typed(found.name)}
        st.markdown(text("app_reach.no_desk", **values) if now is None else text("app_reach.elsewhere", **values))
        return About(found, rules, None)
    if now.plan is None:
        return About(desk.area(now), rules, None)
    result = desk.result(now)
    return None if result is None else About(result.plan.area, result.plan.settings, result)


def report(about: About, preset: str) -> ReachReport | None:
    """One measure with what belongs to it; None while it is being computed."""

    def call(tell: Tell) -> ReachReport:
        atlas = about.result.atlas if about.result else changes.built(work.atlas(), about.rules)
        return answers.report(atlas, about.area, about.rules, preset, about.result, Asked(), tell)

    return work.ask("reach", (preset, *about.key), call)


def report_of_draft(about: About) -> ReachReport | None:
    """What the page shows of the draft; without one a sentence says what to do."""
    if about.result is None:
        st.info(text("app_reach.needs_plan"))
        return None
    return report(about, "planner")
