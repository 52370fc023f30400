"""What a planner has in front of him: area, rules, the draft with its history, and plans put aside.

It lives under a short id in the page's address and in a local folder (:mod:`factgeo.files.shelf`), so that a reload,
or the link on the same machine, brings it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import streamlit as st

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import FactgeoError, OutputError, PlanError
from factgeo.explore import next_teams
from factgeo.files import shelf
from factgeo.language import Phrase, names, text
from factgeo.planning import pipeline, planfile, steps
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.planning.steps import History
from factgeo.settings import Settings
from factgeo.ui import frame, prose
from factgeo.ui.session import work

DESK, RESULT, KEPT, ID, LANGUAGE = "desk", "result", "kept", "id", "language"
OF_DRAFT = "of-draft-"  # how the names begin of what a session remembers of one draft, and of no other
MOST_SAVED = 12
P = ParamSpec("P")


@dataclass(frozen=True)
class Saved:
    """A plan put aside under a name."""

    name: str
    plan: Plan


@dataclass(frozen=True)
class Desk:
    """What is on the desk.

    Attributes:
        area: As :func:`factgeo.atlas.areas.resolve` reads it.
        rules: What proposals are made with.
        listed: Does the draft begin with the listed teams alone, and not with a proposal?
        history: The draft and how it came about; None before the first plan.
        saved: Plans put aside, for comparing.
    """

    area: str
    rules: Settings
    listed: bool = False
    history: History | None = None
    saved: tuple[Saved, ...] = ()

    @property
    def plan(self) -> Plan | None:
        """The draft as it is now."""
        return self.history.present if self.history else None


@dataclass
class _Kept:
    """Where the desk lies on the shelf, and how often it was written when this window last read or wrote it.

    One object that is changed in place: where the session's own fields are set, Streamlit may end a run for the next.
    """

    draft_id: str = ""
    revision: int = 0
    copied: bool = False  # should a message say that this window has a draft of its own now?


def begin() -> None:
    """Bring back what the address names, and keep its id in the address on every page."""
    asked = st.query_params.get(ID, "")
    if DESK not in st.session_state and asked:
        try:
            _bring_back(asked)
        except FactgeoError as error:
            st.warning(prose.as_typed(str(error)))
    _show_where(_kept())


def _show_where(kept: _Kept) -> None:
    """Id and language in the address, and a word that stays if the id is another since another window wrote there."""
    stays = {ID: kept.draft_id, "lang": st.session_state.get(LANGUAGE, "")}
    stays = {name: value for name, value in stays.items() if value}
    if any(st.query_params.get(name) != value for name, value in stays.items()):
        st.query_params.update(stays)  # at once, for each change of the address is a message
    if kept.copied:
        st.toast(text("app.desk.copied", id=kept.draft_id), icon=":material/content_copy:", duration="infinite")
        kept.copied = False


def _bring_back(asked: str) -> None:
    """Lay the draft of an id on the desk.

    Raises:
        FactgeoError: It is damaged, or was made with another pack.
    """
    content = shelf.load(asked)
    if content is None:
        st.warning(text("app.desk.gone", id=prose.as_typed(asked)))
        return
    desk, kept = _from_content(content, work.atlas()), _kept()
    kept.draft_id, kept.revision = asked, shelf.revision_of(content)
    st.session_state[DESK] = desk


def _kept() -> _Kept:
    kept: _Kept = st.session_state.setdefault(KEPT, _Kept())
    return kept


def current() -> Desk | None:
    """What is on the desk; None on a first visit."""
    found: Desk | None = st.session_state.get(DESK)
    return found


def put(desk: Desk) -> None:
    """Lay something else on the desk, and keep it; where it cannot be kept, work goes on without a link to it."""
    st.session_state[DESK] = desk
    kept = _kept()
    try:
        _keep(desk, kept)
    except OutputError as error:
        st.toast(prose.as_typed(str(error)), icon=":material/warning:")
    _show_where(kept)


def _keep(desk: Desk, kept: _Kept) -> None:
    """Write the desk to the shelf: under its id, or under a new one where it has none or another window wrote there.

    Raises:
        OutputError: The folder cannot be written.
    """
    before = kept.draft_id
    if before and shelf.save(before, _content(desk, kept.revision + 1), after=kept.revision):
        kept.revision += 1
        return
    own = shelf.new_id()
    shelf.save(own, _content(desk, 1))
    kept.draft_id, kept.revision, kept.copied = own, 1, bool(before)


def callback(call: Callable[Concatenate[Desk, P], None]) -> Callable[P, None]:
    """A function for buttons: it gets the desk first, and writes in the chosen language.

    Streamlit calls it before the page is drawn again. Nothing happens while nothing is on the desk.
    """

    @wraps(call)
    def called(*args: P.args, **named: P.kwargs) -> None:
        frame.use_language()
        now = current()
        if now is not None:
            call(now, *args, **named)

    return called


@callback
def put_aside(now: Desk, name: str, plan: Plan) -> None:
    """Keep a plan under a name, for comparing; an older one of that name goes."""
    name = name.strip()
    if not name:
        return
    if sign := names.unseen(name):
        st.toast(text("app.draft.name_unseen", sign=sign), icon=":material/warning:")
        return
    others = [each for each in now.saved if each.name != name]
    put(replace(now, saved=(*others, Saved(name, plan))[-MOST_SAVED:]))
    st.toast(text("app.draft.put_aside", name=prose.as_typed(name)))


def with_draft_aside(desk: Desk | None) -> tuple[Saved, ...]:
    """What is put aside, and the draft too where it was edited: a new draft must not lose it."""
    if desk is None or desk.history is None or not desk.history.can_undo:
        return desk.saved if desk else ()
    name = text("app.desk.before")
    others = [each for each in desk.saved if each.name != name]
    return (*others, Saved(name, desk.history.present))[-MOST_SAVED:]


def saved_here(desk: Desk) -> list[Saved]:
    """The plans put aside that are of the desk's area; those of other areas wait until it is chosen again."""
    units = set(area(desk).units)
    return [each for each in desk.saved if set(each.plan.area.units) == units]


def area(desk: Desk) -> Area:
    """The area of a desk."""
    return desk.plan.area if desk.plan else areas.resolve(desk.area, work.atlas())


def proposed(desk: Desk) -> Result | None:
    """The best plan for the desk's area and rules; None while it is being computed."""
    atlas, found, rules = work.atlas(), area(desk), desk.rules
    key = (found.name, found.units, whole_digest(rules))
    return work.ask("plan", key, lambda tell: pipeline.propose(atlas, found, rules, tell))


def listed_alone(desk: Desk) -> Result | None:
    """The listed teams, each with its best area under the desk's rules; None while it is being computed."""
    atlas, found, rules = work.atlas(), area(desk), desk.rules
    key = ("listed", found.name, found.units, whole_digest(rules))
    return work.ask("plan", key, lambda tell: next_teams.listed_alone(atlas, found, rules, tell))


def open_plan(plan: Plan, said: Phrase) -> None:
    """Begin a new draft with a plan; what the draft before it was is gone, the plans put aside stay."""
    for name in [name for name in st.session_state if str(name).startswith(OF_DRAFT)]:
        del st.session_state[name]
    put(replace(st.session_state[DESK], history=steps.began(plan, said)))


def keep(found: Result) -> None:
    """Keep the measured draft of this session, so that the next edit builds on it."""
    st.session_state[RESULT] = found


def result(desk: Desk) -> Result | None:
    """Return the measured draft; None while it is being computed, or if there is no draft."""
    plan = desk.plan
    if plan is None:
        return None
    last: Result | None = st.session_state.get(RESULT)
    if last is not None and last.plan != plan:
        last = pipeline.remeasure_plan(last, plan) if same_ground(last.plan, plan) else None
    if last is None:
        last = measured(plan)
    if last is not None:
        keep(last)
    return last


def measured(plan: Plan) -> Result | None:
    """Return the measured plan; None while it is being computed.

    Travel times are shared with another plan of the same area if there is one: those of all Norway take 100 MB.
    """
    atlas, key = work.atlas(), ("as it stands", plan_digest(plan))
    like = next((each for each in work.known("plan") if same_ground(each.plan, plan)), None)
    if like is not None:
        return work.ask("plan", key, lambda _: pipeline.remeasure_plan(like, plan))
    return work.ask("plan", key, lambda tell: pipeline.measure_plan(atlas, plan, tell))


def same_ground(one: Plan, other: Plan) -> bool:
    """Are the area, its roads and the places for bases the same, so that the travel times are?"""
    tables = ("roads", "ferry", "access", "bases")
    ours, theirs = one.settings, other.settings
    return one.area.units == other.area.units and all(getattr(ours, t) == getattr(theirs, t) for t in tables)


def whole_digest(rules: Settings) -> str:
    """sha256 over all settings, also those that shape no plan."""
    return hashlib.sha256(rules.model_dump_json().encode()).hexdigest()


def plan_digest(plan: Plan) -> str:
    """sha256 over what a plan says."""
    content = repr((plan.area, plan.catchments, plan.unserved, plan.proof, plan.act)) + whole_digest(plan.settings)
    return hashlib.sha256(content.encode()).hexdigest()


def _content(desk: Desk, revision: int = 0) -> dict[str, Any]:
    """The desk as JSON."""
    return {
        shelf.REVISION: revision,
        "area": desk.area,
        "rules": desk.rules.content(),
        "listed": desk.listed,
        "history": steps.history_content(desk.history) if desk.history else None,
        "saved": [{"name": each.name, "plan": steps.plan_content(each.plan)} for each in desk.saved],
    }


def _from_content(content: Mapping[str, Any], atlas: Atlas) -> Desk:
    """The desk of an object that :func:`_content` made.

    Raises:
        PlanError: It is damaged, or was made with another pack.
    """
    try:
        found = _read(content, atlas)
        areas.resolve(found.area, atlas)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        other = isinstance(error, PlanError) and error.key in ("draft_other_pack", "plan_other_pack")
        raise PlanError("draft_other_pack" if other else "draft_damaged") from None
    return found


def _read(content: Mapping[str, Any], atlas: Atlas) -> Desk:
    history = content["history"]
    return Desk(
        area=str(content["area"]),
        rules=settings.load(tables=content["rules"]).here(),
        listed=bool(content["listed"]),
        history=steps.history_from(history, atlas) if history else None,
        saved=tuple(
            Saved(str(each["name"]), planfile.from_content(each["plan"], atlas, shelf.folder()))
            for each in content["saved"]
        ),
    )
