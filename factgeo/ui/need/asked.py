"""What the page on need is about, and what the library answers."""

from __future__ import annotations

import tempfile
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.capacity import capacity, target_groups
from factgeo.capacity.capacity import Capacity
from factgeo.capacity.target_groups import NeedReport
from factgeo.errors import FactgeoError
from factgeo.language import text
from factgeo.settings import Settings
from factgeo.ui.prose import as_typed
from factgeo.ui.session import desk, own_files, work
from factgeo.ui.session.desk import Desk
from factgeo.ui.widgets import choice


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
        """What the need depends on, apart from the files of the session."""
        plan = self.desk.plan
        whole = (self.area.name, self.area.units, desk.whole_digest(self.rules))
        return whole if plan is None else (*whole, desk.plan_digest(plan))


@dataclass(frozen=True)
class Answers:
    """What the parts of the page show.

    Attributes:
        asked: What it is about.
        need: Who there is to serve; None while it is computed, and where own figures are refused.
        takes: What the draft takes; None while it is computed, and without a draft.
    """

    asked: Asked
    need: NeedReport | None
    takes: Capacity | None


def asked(atlas: Atlas, now: Desk | None) -> Asked:
    """The draft on the desk, its area alone, or an area that is chosen here."""
    if now is None:
        st.info(text("app.need.no_desk"))
        now = Desk(choice.area(atlas, None), settings.load())
    elif now.plan is None:
        st.info(text("app.need.no_draft"))
    if now.plan is None:
        return Asked(atlas, now, areas.resolve(now.area, atlas), now.rules)
    return Asked(atlas, now, now.plan.area, now.plan.settings)


def answers(about: Asked) -> Answers:
    """The library's answers; where own figures are refused, the page says why."""
    try:
        found = _need(about)
    except FactgeoError as error:
        st.error(as_typed(str(error)))
        return Answers(about, None, None)
    return Answers(about, found, None if found is None else _capacity(about.desk))


def _need(about: Asked) -> NeedReport | None:
    """What rests on the session's own files is computed and kept in the session: no other session may show it."""
    if own_files.counted() is None and own_files.projected() is None:
        atlas, area, rules, plan = about.atlas, about.area, about.rules, about.desk.plan
        return work.ask("need", about.key, lambda _: target_groups.assess(atlas, area, rules, plan))
    return own_files.report((*about.key, own_files.year()), lambda: _own_need(about))


def _own_need(about: Asked) -> NeedReport:
    """The report with the session's own files; a projection is put where the library can read it, and taken away."""
    projection = own_files.projected()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / projection.name if projection else None
        if path and projection:
            path.write_bytes(projection.content)
        try:
            return target_groups.assess(
                about.atlas, about.area, about.rules, about.desk.plan,
                local=own_files.counted(), projection=path, year=own_files.year(),
            )  # fmt: skip
        except FactgeoError as error:
            raise error.without(Path(folder)) from None


def _capacity(now: Desk) -> Capacity | None:
    result = desk.result(now)
    if result is None:
        return None
    return work.ask("capacity", (desk.plan_digest(result.plan),), lambda _: capacity.assess(result))
