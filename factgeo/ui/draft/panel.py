"""The panel next to the map: what can be done with a unit or a team, which rules are broken, and who has no team."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from factgeo.errors import FactgeoError
from factgeo.explore import why
from factgeo.explore.answers import Further
from factgeo.language import Phrase, number, say, text, written
from factgeo.language.figures import minutes
from factgeo.planning import draft, measure, pipeline
from factgeo.planning.draft import EditContext
from factgeo.planning.measure import TeamFigures, TravelFigures
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.progress import Tell
from factgeo.report import explore as explore_report
from factgeo.report import plan as plan_report
from factgeo.report.content import Sentence, items
from factgeo.report.draft import (
    did_add_team,
    did_join,
    did_lock_team,
    did_lock_units,
    did_move,
    did_set_base,
    did_unlock_team,
    did_unlock_units,
)
from factgeo.travel.bases import Base
from factgeo.ui import prose
from factgeo.ui.session import desk, work
from factgeo.ui.widgets import choice, report

Act = Callable[[Callable[[Plan, EditContext], Plan], Phrase], None]

UNIT = "unit"
TEAM, WHY = f"{desk.OF_DRAFT}team", f"{desk.OF_DRAFT}why"
HEIGHT = 430  # pixels
NOBODY = ""  # stands for no team in a list of teams


def show(result: Result, act: Act) -> None:
    """The panel; ``act`` does an edit."""
    broken, left = len(result.notes), len(result.plan.unserved)
    titles = [
        text("app.panel.unit"), text("app.panel.team"), text("app.panel.broken", count=broken),
        text("app.panel.unserved", count=left),
    ]  # fmt: skip
    unit, team, rules, unserved = st.tabs(titles)
    with unit:
        _unit(result, act)
    with team:
        _team(result, act)
    with rules, st.container(height=HEIGHT, border=False):
        _broken(result)
    with unserved, st.container(height=HEIGHT, border=False):
        _unserved(result)


def _unit(result: Result, act: Act) -> None:
    """One unit: where it belongs, and where it could."""
    plan, context = result.plan, EditContext.of(result)
    names = result.atlas.units["name"]
    units = sorted(plan.area.units, key=lambda unit: choice.order(names[unit]))
    unit = choice.pick(
        text("app.panel.unit"), {unit: names[unit] for unit in units}, UNIT, help=text("app.panel.unit_help")
    )
    st.markdown(_about_unit(unit, result))
    home = plan.team_of().get(unit, NOBODY)
    locked = unit in draft.locked_units(plan) or home in draft.locked_teams(plan)
    near = draft.neighbours(plan, unit, context)
    others = [c.team_id for c in plan.catchments if c.team_id not in (home, *near)]
    targets = [*near, *others, *([NOBODY] if home else [])]
    named = {each: _team_name(each, result) for each in targets}
    key = f"{desk.OF_DRAFT}to-{unit}-{home}"
    target = choice.pick(text("app.panel.to"), named, key, help=text("app.panel.to_help")) if named else None
    with st.container(horizontal=True):
        st.button(text("app.panel.move"), type="primary", disabled=locked or target is None, on_click=act, args=(
            lambda plan, context: draft.move(plan, (unit,), target or None, context),
            did_move(plan, (unit,), target or None, result.atlas),
        ))  # fmt: skip
        _lock_button(unit, result, act)
        _base_buttons(unit, home, result, act, disabled=locked)
    if target:
        _why_not(unit, target, result)


def _about_unit(unit: str, result: Result) -> str:
    """Residents, team, and the minutes to its base."""
    people = result.atlas.population.loc[unit]
    figures = next((team for team, c in _pairs(result) if unit in c), None)
    said = text("app.panel.people", persons=number(int(people["persons"])), adults=number(int(people["adults"])))
    if figures is None:
        return f"{said} {text('app.panel.no_team')}"
    base = result.plan.base_of()[unit]
    travel = _travel(measure.travel_figures(*result.journeys.minutes(base, (unit,))))
    return f"{said} {text('app.panel.with_team', team=prose.as_typed(called(figures)), travel=travel)}"


def _travel(travel: TravelFigures) -> str:
    """Median and 95th percentile minutes; if one does not exist, how many residents are unreachable."""
    median, p95 = minutes(travel.median_min), minutes(travel.p95_min)
    lost = number(travel.unreachable)
    if travel.median_min is None:
        return text("app.panel.travel_none", unreachable=lost)
    if travel.p95_min is None:
        return text("app.panel.travel_median", median=median, unreachable=lost)
    return text("app.panel.travel", median=median, p95=p95)


def _pairs(result: Result) -> list[tuple[TeamFigures, frozenset[str]]]:
    return [
        (team, frozenset(catchment.units))
        for team, catchment in zip(result.figures.teams, result.plan.catchments, strict=True)
    ]


def called(team: TeamFigures) -> str:
    """A team's id and name."""
    return f"{team.team_id} {team.name}"


def _team_name(team_id: str, result: Result) -> str:
    """What a team is called in a list, with its residents."""
    if team_id == NOBODY:
        return text("app.panel.nobody")
    team = next(team for team in result.figures.teams if team.team_id == team_id)
    return text("app.panel.team_line", team=called(team), population=number(team.population))


def _lock_button(unit: str, result: Result, act: Act) -> None:
    """Lock or unlock one unit; one without a team has nothing to be locked to."""
    plan, atlas = result.plan, result.atlas
    if unit in draft.locked_units(plan):
        st.button(text("app.panel.unlock"), icon=":material/lock_open:", on_click=act, args=(
            lambda plan, _: draft.unlock_units(plan, (unit,)), did_unlock_units((unit,), atlas),
        ))  # fmt: skip
        return
    st.button(text("app.panel.lock"), icon=":material/lock:", disabled=unit not in plan.team_of(), on_click=act, args=(
        lambda plan, context: draft.lock_units(plan, (unit,), context), did_lock_units((unit,), atlas),
    ), help=text("app.panel.lock_help"))  # fmt: skip


def _base_buttons(unit: str, home: str, result: Result, act: Act, *, disabled: bool) -> None:
    """Make the unit its team's base, or the base of a new team."""
    plan, bases = result.plan, EditContext.of(result).candidates((unit,))
    if not bases:
        return
    base = bases[0]
    taken = plan.base_of().get(unit)
    if home:
        st.button(text("app.panel.base"), disabled=disabled or taken == base, on_click=act, args=(
            lambda plan, context: draft.set_base(plan, home, base, context),
            did_set_base(plan, home, base, result.atlas),
        ), help=text("app.panel.base_help", base=prose.as_typed(base.name)))  # fmt: skip
    st.button(text("app.panel.new"), disabled=disabled or taken == base, on_click=act, args=(
        lambda plan, context: draft.add_team(plan, base, context), did_add_team(base),
    ), help=text("app.panel.new_help", base=prose.as_typed(base.name)))  # fmt: skip


def _why_not(unit: str, target: str, result: Result) -> None:
    """Answer why the unit is not with the team, when asked."""
    asked = (unit, target, desk.plan_digest(result.plan))
    if st.button(text("app.panel.why"), icon=":material/help:", help=text("app.panel.why_help"), type="tertiary"):
        st.session_state[WHY] = asked
    if st.session_state.get(WHY) != asked:
        return
    base = draft.team(result.plan, target).base
    try:
        said = work.ask("why", asked, lambda tell: _answer(unit, base, result, tell))
    except FactgeoError as error:
        st.error(prose.as_typed(str(error)))
        return
    if said is not None:
        st.info("  \n".join(prose.as_typed(written(sentence.said)) for sentence in said))


def _answer(unit: str, base: Base, result: Result, tell: Tell) -> tuple[Sentence, ...]:
    """Why, against the best plan under the draft's rules and locks: a draft has no proof of its own."""
    tell(text("app.panel.why_working"))
    best = (
        result
        if result.proof.status == "optimal" and not result.proof.claimed
        else pipeline.propose_again(result, result.plan.settings)
    )
    said = explore_report.brief(Further(answer=why.why(best, unit, base)), best)
    return said if best is result else (Sentence(say("app.panel.why_of_best")), *said)


def _team(result: Result, act: Act) -> None:
    """One team: its figures, and what can be done with it as a whole."""
    plan, ids = result.plan, [team.team_id for team in result.figures.teams]
    if not ids:
        st.write(text("app.panel.no_teams"))
        return
    team_id = choice.pick(text("app.panel.team"), {each: _team_name(each, result) for each in ids}, TEAM)
    figures = next(team for team in result.figures.teams if team.team_id == team_id)
    st.markdown(_about_team(figures))
    locked = team_id in draft.locked_teams(plan)
    with st.container(horizontal=True):
        _lock_team_button(team_id, result, act, locked=locked)
        alone = len(draft.team(plan, team_id).units) == 1
        st.button(text("app.panel.divide"), disabled=locked or alone, on_click=act, args=(
            lambda plan, context: draft.divide(plan, team_id, context),
            Phrase("app.panel.did_divide", values={"team": figures.name}),
        ), help=text("app.panel.divide_help"))  # fmt: skip
    _base_choice(team_id, result, act, disabled=locked)
    _join(team_id, result, act, disabled=locked)


def _about_team(team: TeamFigures) -> str:
    return text(
        "app.panel.about_team",
        population=number(team.population),
        adults=number(team.adults),
        target=number(team.target_group.central),
        travel=_travel(team.travel),
        within=number(round(100 * team.travel.share_within[60])),
        service=text(f"service.{team.service}"),
    )


def _lock_team_button(team_id: str, result: Result, act: Act, *, locked: bool) -> None:
    plan, atlas = result.plan, result.atlas
    if locked:
        st.button(text("app.panel.unlock_team"), icon=":material/lock_open:", on_click=act, args=(
            lambda plan, _: draft.unlock_team(plan, team_id), did_unlock_team(plan, team_id, atlas),
        ))  # fmt: skip
    else:
        st.button(text("app.panel.lock_team"), icon=":material/lock:", on_click=act, args=(
            lambda plan, context: draft.lock_team(plan, team_id, context), did_lock_team(plan, team_id, atlas),
        ), help=text("app.panel.lock_team_help"))  # fmt: skip


def _base_choice(team_id: str, result: Result, act: Act, *, disabled: bool) -> None:
    """Drive from another place of the team's own."""
    catchment = draft.team(result.plan, team_id)
    bases = EditContext.of(result).candidates(catchment.units)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    base = left.selectbox(
        text("app.panel.base_of_team"), bases, bases.index(catchment.base), format_func=lambda each: each.name,
        key=f"base-{team_id}-{desk.plan_digest(result.plan)[:8]}",
    )  # fmt: skip
    right.button(text("app.panel.set_base"), disabled=disabled or base == catchment.base, on_click=act, args=(
        lambda plan, context: draft.set_base(plan, team_id, base, context),
        did_set_base(result.plan, team_id, base, result.atlas),
    ), width="stretch")  # fmt: skip


def _join(team_id: str, result: Result, act: Act, *, disabled: bool) -> None:
    """All units of another team to this one."""
    others = [team.team_id for team in result.figures.teams if team.team_id != team_id]
    if not others:
        return
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        named = {each: _team_name(each, result) for each in others}
        other = choice.pick(text("app.panel.join_with"), named, f"{desk.OF_DRAFT}join-{team_id}")
    right.button(text("app.panel.join"), disabled=disabled, on_click=act, args=(
        lambda plan, context: draft.join(plan, team_id, other, context),
        did_join(result.plan, team_id, other, result.atlas),
    ), width="stretch")  # fmt: skip


def _broken(result: Result) -> None:
    """Rules that the draft breaks; they never stand in the way."""
    if not result.notes:
        st.write(text("app.panel.none_broken"))
        return
    st.caption(text("app.panel.broken_note"))
    report.blocks(items(result.notes))


def _unserved(result: Result) -> None:
    """Everybody without a team, with the reason."""
    if not result.plan.unserved:
        st.write(text("summary.all_served"))
        return
    report.blocks(plan_report.without_team(result))
