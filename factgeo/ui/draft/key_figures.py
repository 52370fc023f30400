"""The few numbers of a draft that matter, each with what the last step changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from factgeo.capacity.change import Change, Totals
from factgeo.language import number, percent, text
from factgeo.language.figures import Signed, minutes, persons
from factgeo.planning.result import Result

Better = Literal["normal", "inverse", "off"]  # is more better, worse or neither; Streamlit's words for it


@dataclass(frozen=True)
class KeyFigure:
    """A number, in words, with its change (0: none) to so many digits."""

    name: str
    value: str
    change: float
    better: Better = "off"
    digits: int = 0


def show(change: Change, result: Result) -> None:
    """Two numbers side by side."""
    figures, limit = list(key_figures(change, result)), number(change.limit_min)
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        moved = _moved(figure) if round(figure.change, figure.digits) else None
        label, meaning = (
            text(f"app.total.{figure.name}", limit=limit),
            text(f"app.total_help.{figure.name}", limit=limit),
        )
        column.metric(label, figure.value, moved, delta_color=figure.better, help=meaning)


def _moved(figure: KeyFigure) -> str:
    """The change as the language writes it; Streamlit looks for a hyphen to tell that it is a loss."""
    return Signed(figure.change, figure.digits).text().replace("−", "-")


def key_figures(change: Change, result: Result) -> Iterator[KeyFigure]:
    """The numbers of the plan after a change."""
    was, now, everyone = change.before, change.after, max(1, result.figures.population)

    def share(name: str, part: Callable[[Totals], int]) -> KeyFigure:
        return KeyFigure(name, percent(part(now) / everyone), part(now) - part(was), "normal")

    yield share("served", lambda totals: totals.residents)
    yield share("within", lambda totals: totals.within)
    mean = text("app.minutes", minutes=minutes(now.mean_min))
    yield KeyFigure("mean", mean, _difference(now.mean_min, was.mean_min), "inverse", 1)
    yield KeyFigure("teams", number(now.teams), now.teams - was.teams)
    yield KeyFigure("target", persons(now.target_group).text(), now.target_group - was.target_group)
    positions, before = round(now.positions.central), round(was.positions.central)
    yield KeyFigure("positions", number(positions), positions - before)


def _difference(now: float | None, was: float | None) -> float:
    """Between tenths, as they are shown; 0 where there is no figure."""
    return 0.0 if now is None or was is None else round(now, 1) - round(was, 1)
