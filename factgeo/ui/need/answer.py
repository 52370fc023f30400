"""The answer on the first screen: the figures to remember, one sentence on the target group, and the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from factgeo.atlas import areas, parameters
from factgeo.capacity import capacity
from factgeo.capacity.capacity import Capacity
from factgeo.capacity.target_groups import NeedReport
from factgeo.contract import capacity as capacity_contract
from factgeo.export import need as need_files
from factgeo.files import spreadsheet
from factgeo.language import figures, text, written
from factgeo.language.figures import Rounding, half, persons, rough
from factgeo.people.need import Need
from factgeo.people.range import Range
from factgeo.report import need as need_report
from factgeo.ui.need.asked import Answers
from factgeo.ui.prose import as_typed
from factgeo.ui.widgets import packed


@dataclass(frozen=True)
class _Shown:
    """A figure in words, with how far it is to be trusted."""

    name: str
    value: str
    tag: str


def show(answers: Answers) -> None:
    """The part, once the need is known."""
    found, takes = answers.need, answers.takes
    if found is None:
        return
    staffed = takes if takes and takes.teams else None
    _title(answers, found, staffed)
    shown = [*_of_need(found.whole), *(_of_capacity(staffed) if staffed else [])]
    for column, each in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(
            text(f"app.need_figure.{each.name}"), each.value, each.tag, delta_color="off", delta_arrow="off",
            help=text(f"app.need_figure_help.{each.name}"), border=True,
        )  # fmt: skip
    for words in need_report.in_short(found.whole):
        st.markdown(as_typed(written(words)))
    own = [f"{each.label} ({parameters.written(*each.values)})" for each in _replaced(found, takes)]
    if own:
        st.warning(as_typed(text("app.need.own_used", names=", ".join(own))))
    if takes is not None and staffed is None:
        st.warning(as_typed(text("capacity.none")))
    st.caption(text("app.need.estimates"))


def _title(answers: Answers, found: NeedReport, takes: Capacity | None) -> None:
    """The area and year, and the files to download."""
    slug = areas.slug(answers.asked.area)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(as_typed(text("need.title", area=found.whole.area, year=found.whole.year)), anchor=False)
        st.download_button(
            text("app.need.download"), need_zip(found, slug), f"{slug}-need.zip",
            "application/zip", on_click="ignore", help=text("app.need.download_help"),
        )  # fmt: skip
        if takes is not None:
            st.download_button(
                text("app.need.download_takes"), lambda: capacity_csv(takes), f"{slug}-capacity.csv", "text/csv",
                on_click="ignore", help=text("app.need.download_takes_help"),
            )  # fmt: skip


def _of_need(found: Need) -> list[_Shown]:
    """Target group and ACT level."""
    return [
        _Shown(figure.kind, persons(figure.central).text(), _tag(figure.quality, written(need_report.between(figure))))
        for figure in (found.target_group, found.act_level)
    ]


def _of_capacity(takes: Capacity) -> list[_Shown]:
    """Places, gap, positions and driving of all teams."""
    all_ = capacity.totals(takes)
    shown: list[tuple[str, Range, Rounding]] = [
        ("places", all_.places, rough),
        ("gap", all_.gap, rough),
        ("positions", all_.positions, half),
        ("hours", all_.hours, rough),
    ]
    return [_estimate(name, figure, how) for name, figure, how in shown]


def _estimate(name: str, figure: Range, how: Rounding) -> _Shown:
    low, central, high = (figures.figure(how(value)).text() for value in figure.values)
    between = "" if low == high else text("need.between", low=low, high=high)
    return _Shown(name, central, _tag("estimate", between))


def _tag(quality: str, between: str) -> str:
    """Quality, and between what where that is known."""
    named = text(f"need.quality.{quality}")
    return text("app.need.tag", quality=named, between=between) if between else named


def _replaced(found: NeedReport, takes: Capacity | None) -> list[parameters.Parameter]:
    """Cited figures behind the page that are a planner's own."""
    used = (*found.whole.used, *(takes.used if takes else ()))
    return list({each.id: each for each in parameters.replaced(used)}.values())


def need_zip(found: NeedReport, slug: str) -> Callable[[], bytes]:
    """The files of a need as one zip, written when somebody asks for it."""
    return packed.later(f"{slug}-need", lambda: need_files.folder(found))


def capacity_csv(takes: Capacity) -> bytes:
    """The table of capacity as CSV; no cell begins as a formula would."""
    return spreadsheet.as_csv(capacity_contract.table(takes)).encode("utf-8")
