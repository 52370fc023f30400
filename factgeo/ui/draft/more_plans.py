"""Other plans than the draft: alternatives, more or fewer teams, the next teams, and how firm the plan is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from factgeo.explore import alternatives as alternative_plans
from factgeo.explore import stability, tradeoff
from factgeo.explore.alternatives import NextBest
from factgeo.explore.answers import Asked, Further, ranked
from factgeo.explore.stability import Stability
from factgeo.explore.tradeoff import TradeOff
from factgeo.language import Phrase, number, text, written
from factgeo.maps import plan as plan_map
from factgeo.planning import draft, pipeline
from factgeo.planning.draft import EditContext
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.progress import Tell
from factgeo.report import alternatives as alternatives_report
from factgeo.report import explore as explore_report
from factgeo.report import plan as plan_report
from factgeo.report import stability as stability_report
from factgeo.report import tradeoff as tradeoff_report
from factgeo.report.charts import tradeoff as tradeoff_chart
from factgeo.ui import frame, prose
from factgeo.ui.session import desk, work
from factgeo.ui.widgets import leaflet, report

Act = Callable[[Callable[[Plan, EditContext], Plan], Phrase], None]

ALTERNATIVES, DIFFER, RUNS = 3, 3, 50
QUESTIONS = ("alternatives", "tradeoff", "stability")
ASKED = "further-asked"


def show(result: Result, act: Act) -> None:
    """The questions; each is computed when it is asked."""
    with st.expander(text("app.more.title")):
        of_draft = desk.plan_digest(result.plan)[:8]  # an edit asks nothing by itself
        asked = st.segmented_control(
            text("app.more.title"), QUESTIONS, format_func=lambda each: text(f"app.more.{each}"),
            label_visibility="collapsed", key=f"{ASKED}-{of_draft}",
        )  # fmt: skip
        if asked is None:
            st.caption(text("app.more.choose"))
            return
        st.caption(text(f"app.more_help.{asked}"))
        frame.page(lambda: _answer(asked, result, act))()


def _answer(asked: str, result: Result, act: Act) -> None:
    best = _best(result)
    if best is None:
        return
    if best is not result:
        st.caption(text("app.panel.why_of_best"))
    {"alternatives": _alternatives, "tradeoff": _trade_off, "stability": _stability}[asked](best, act)


def _best(result: Result) -> Result | None:
    """The best plan under the draft's rules and locks: what a hand-drawn draft can be held against."""
    if result.proof.status == "optimal" and not result.proof.claimed:
        return result
    return work.ask(
        "plan", ("best", desk.plan_digest(result.plan)), lambda _: pipeline.propose_again(result, result.plan.settings)
    )


def _key(result: Result) -> tuple[str, str]:
    return desk.plan_digest(result.plan), work.lang()


def _alternatives(best: Result, act: Act) -> None:
    """The next-best plans, each to be used or put aside."""
    found = work.ask(
        "plans", _key(best), lambda tell: alternative_plans.next_best(best, ALTERNATIVES, differ=DIFFER, progress=tell)
    )
    if found is None:
        return
    further = Further(Asked(alternatives=ALTERNATIVES, differ=DIFFER), alternatives=found)
    for rank, each in ranked(further):
        st.markdown(prose.as_typed(written(alternatives_report.one(rank, each, best))))
        _use(each, rank, act)
    for sentence in (*alternatives_report.fewer(further), *explore_report.prices(further, best)):
        st.caption(prose.as_typed(written(sentence.said)))


def _use(each: NextBest, rank: int, act: Act) -> None:
    said = Phrase("app.step.alternative", values={"number": rank})
    with st.container(horizontal=True):
        st.button(text("app.more.use"), key=f"use-{rank}", on_click=act, args=(lambda *_: each.result.plan, said))
        st.button(text("app.draft.aside"), key=f"aside-{rank}", on_click=desk.put_aside,
                  args=(said.text(), each.result.plan))  # fmt: skip


def _trade_off(best: Result, act: Act) -> None:
    """Teams against reach, and the plan with a chosen number of teams."""
    found = work.ask("curve", _key(best), lambda tell: _curve(best, tell))
    if found is None:
        return
    points, picture = found
    if not points:
        st.markdown(prose.as_typed(written(plan_report.head(best))))
        return
    st.image(picture, caption=prose.as_typed(written(tradeoff_report.alternative(points, best))))
    report.blocks(tradeoff_report.chapter(points, best).sentences)
    planned = [point for point in points if point.aim == "goal" and point.base_of]
    if planned:
        _use_point(planned, act)


def _curve(best: Result, tell: Tell) -> tuple[tuple[TradeOff, ...], bytes]:
    points = tradeoff.trade_offs(best, tell)
    return points, tradeoff_chart.draw(points, best) if points else b""


def _use_point(points: Sequence[TradeOff], act: Act) -> None:
    by_teams = {point.teams: point for point in points}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        teams = st.selectbox(text("app.more.teams"), sorted(by_teams), format_func=number, width=200)
        point = by_teams[teams]
        said = Phrase("app.step.teams", values={"teams": teams})
        st.button(text("app.more.use"), key="use-point", on_click=act, args=(
            lambda plan, _: draft.drawn(plan, point.base_of), said,
        ))  # fmt: skip


def _stability(best: Result, _act: Act) -> None:
    """How the plan holds when the assumptions vary."""
    found = work.ask("stability", _key(best), lambda tell: _sampled(best, tell))
    if found is None:
        return
    drawn = plan_map.plan_map(best, assets=leaflet.URL, stability=found)
    leaflet.show(drawn, text("app.more.stability"), key="stability", height=480)
    report.chapter(stability_report.report(found, best).as_chapter())


def _sampled(best: Result, tell: Tell) -> Stability:
    tell(text("app.more.sampling", runs=RUNS))
    return stability.run(best, stability.sample(best.plan.settings, runs=RUNS), scheduler=best.plan.settings.scheduler)
