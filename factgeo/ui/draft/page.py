"""Forslag: the proposal on a map, edited by hand, with what each change does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from factgeo.atlas import areas
from factgeo.capacity import change
from factgeo.errors import FactgeoError
from factgeo.export import plan as plan_files
from factgeo.language import Phrase, say, text, written
from factgeo.planning import draft
from factgeo.planning.draft import EditContext
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.planning.steps import History
from factgeo.progress import Tell
from factgeo.report import change as change_report
from factgeo.report import plan as plan_report
from factgeo.report import rules as rules_report
from factgeo.report.content import Sentence
from factgeo.report.draft import did_improve, did_lock_all, did_move, did_unlock_all
from factgeo.ui import frame, prose
from factgeo.ui.draft import key_figures, more_plans
from factgeo.ui.draft import map as draft_map
from factgeo.ui.draft import panel as edit_panel
from factgeo.ui.draft import tables as plan_tables
from factgeo.ui.session import desk, example, work
from factgeo.ui.session.desk import Desk
from factgeo.ui.widgets import packed, report

# what was shown before the last step and what that step was; what stood in the way; the draft that is being improved
BEFORE, SAID, TROUBLE, IMPROVING = (f"{desk.OF_DRAFT}{name}" for name in ("before", "said", "trouble", "improving"))


def show(now: Desk | None) -> None:
    """The page."""
    if now is None:
        st.info(text("app.desk.none"))
        return
    if now.history is None:
        found = desk.listed_alone(now) if now.listed else desk.proposed(now)
        if found is None:
            return
        desk.keep(found)
        desk.open_plan(found.plan, Phrase("app.step.listed" if now.listed else "app.step.proposal"))
    _draft()


@st.fragment
def _draft() -> None:
    """Everything that a click on the map or a button changes; the rest of the page is not redrawn."""
    frame.use_language()
    frame.page(_drawn)()


def _drawn() -> None:
    now = desk.current()
    result = desk.result(now) if now else None
    if now is None or now.history is None or result is None:
        return
    try:
        result = _finish(now, result) or _click(now, result) or result
    except FactgeoError as error:
        st.session_state[TROUBLE] = error
    _show((desk.current() or now).history or now.history, result)


def _show(history: History, result: Result) -> None:
    example.guide("edit" if history.can_undo else "draft")
    _head(result)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with st.container(horizontal=True, vertical_alignment="center"):
            _toolbar(history, result)
            draft_map.choose_click(result)
        draft_map.show(result)
    with right:
        edit_panel.show(result, act)
        _said(history)
    plan_tables.show(result)
    _take_home(result)
    more_plans.show(result, act)
    _background(result)


@desk.callback
def act(now: Desk, edit: Callable[[Plan, EditContext], Plan], said: Phrase) -> None:
    """Edit the draft; the page shows what stands in the way."""
    result = desk.result(now)
    if result is None:
        return
    try:
        _did(now, edit(result.plan, EditContext.of(result)), said)
    except FactgeoError as error:
        st.session_state[TROUBLE] = error


def _did(now: Desk, plan: Plan, said: Phrase) -> None:
    """One step more in the history."""
    if now.history is not None and plan != now.plan:
        _go(now.history.did(plan, said), said)


@desk.callback
def _go(now: Desk, history: History, said: Phrase) -> None:
    """Show another step of the history, and remember what was shown before it and how it came."""
    st.session_state[BEFORE] = st.session_state.get(desk.RESULT)
    st.session_state[SAID] = said
    st.session_state.pop(TROUBLE, None)
    desk.put(replace(now, history=history))


def _click(now: Desk, result: Result) -> Result | None:
    """Move the unit that was clicked on the map, where clicks move."""
    unit = draft_map.newly_clicked()
    if unit is None or unit not in result.plan.area.units:
        return None
    st.session_state[edit_panel.UNIT] = unit
    team_id = draft_map.moving_to(result)
    if team_id is None or result.plan.team_of().get(unit) == team_id:
        return None
    said = did_move(result.plan, (unit,), team_id, result.atlas)
    _did(now, draft.move(result.plan, (unit,), team_id, EditContext.of(result)), said)
    return desk.result(desk.current() or now)


def _finish(now: Desk, result: Result) -> Result | None:
    """Go on with what was begun by a button and takes its time: improving the rest, unless the draft is another now."""
    digest = desk.plan_digest(result.plan)
    if st.session_state.get(IMPROVING) != digest:
        st.session_state.pop(IMPROVING, None)
        return None
    try:
        found = work.ask("plan", ("improved", digest), lambda tell: _improved(result, tell))
    except FactgeoError:
        st.session_state.pop(IMPROVING, None)
        raise
    if found is None:
        return None
    st.session_state.pop(IMPROVING, None)
    _did(now, found.plan, did_improve())
    desk.keep(found)
    return found


def _improve(plan: Plan) -> None:
    """Begin improving; :func:`_finish` goes on with it."""
    work.forget_stopped()
    st.session_state[IMPROVING] = desk.plan_digest(plan)


def _improved(result: Result, tell: Tell) -> Result:
    tell(text("app.draft.improving"))
    return draft.improve(result)


def _head(result: Result) -> None:
    """The few numbers that matter, each with what the last step changed."""
    plan, before = result.plan, st.session_state.get(BEFORE)
    if not plan.catchments:
        st.warning(prose.as_typed(written(plan_report.head(result))))
    key_figures.show(change.between(before if isinstance(before, Result) else result, result), result)


def _toolbar(history: History, result: Result) -> None:
    """Undo, redo, improve, lock."""
    locked = bool(draft.locked_units(result.plan) or draft.locked_teams(result.plan))
    with st.container(horizontal=True, width="content"):
        undone = Phrase("app.draft.undid", values={"step": history.steps[history.position].what})
        st.button(text("app.draft.undo"), icon=":material/undo:", on_click=_go, args=(history.undo(), undone),
                  disabled=not history.can_undo)  # fmt: skip
        done_again = Phrase("app.draft.redid", values={"step": history.redo().steps[history.redo().position].what})
        st.button(text("app.draft.redo"), icon=":material/redo:", on_click=_go, args=(history.redo(), done_again),
                  disabled=not history.can_redo)  # fmt: skip
        st.button(text("app.draft.improve"), icon=":material/auto_fix_high:", on_click=_improve, args=(result.plan,),
                  help=text("app.draft.improve_help"))  # fmt: skip
        if locked:
            st.button(text("app.draft.unlock_all"), icon=":material/lock_open:", on_click=act,
                      args=(lambda plan, _: draft.unlock_all(plan), did_unlock_all()))  # fmt: skip
        else:
            st.button(text("app.draft.lock_all"), icon=":material/lock:", on_click=act,
                      args=(draft.lock_all, did_lock_all()), help=text("app.draft.lock_all_help"))  # fmt: skip


def _said(history: History) -> None:
    """What stands in the way of the last wish, or what the last step was and did."""
    trouble = st.session_state.get(TROUBLE)
    if trouble:
        st.error(prose.as_typed(str(trouble)))
        return
    before = st.session_state.get(BEFORE)
    said: Phrase = st.session_state.get(SAID) or history.steps[history.position].what
    lines = [f"**{prose.as_typed(said.text())}**"]
    after = st.session_state.get(desk.RESULT)
    if isinstance(before, Result) and isinstance(after, Result):
        changed = change_report.brief(change.between(before, after))
        lines += [prose.as_typed(written(sentence.said)) for sentence in changed]
    with st.container(border=True):
        st.markdown("  \n".join(lines))


def _take_home(result: Result) -> None:
    """Download, and put aside for comparing."""
    plan = result.plan
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = areas.slug(plan.area)
        st.download_button(
            text("app.teams.download"), packed.later(name, lambda: plan_files.folder(result)), f"{name}.zip",
            "application/zip", on_click="ignore", help=text("app.teams.download_help"), icon=":material/download:",
        )  # fmt: skip
        named = st.text_input(text("app.draft.aside_name"), text("app.draft.aside_first"), max_chars=60)
        st.button(text("app.draft.aside"), on_click=desk.put_aside, args=(named, plan), icon=":material/bookmark_add:",
                  help=text("app.draft.aside_help"))  # fmt: skip


def _background(result: Result) -> None:
    """Rules, proof, quality, sources and the publishers' names."""
    data, plan = work.atlas(), result.plan
    with st.expander(text("app.background.title")):
        proof = plan_report.proof(result) if plan.proof.stages else say("app.draft.no_proof")
        report.blocks([Sentence(proof), *rules_report.rules(plan.settings, result.atlas)])
        st.markdown("\n".join(f"- {text(f'app.quality_of.{each}')}" for each in ("measured", "derived", "estimate")))
        report.blocks(rules_report.sources(data, plan.settings))
    st.caption("  \n".join(map(written, rules_report.attribution())))
