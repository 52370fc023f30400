"""The picture of the trade-off between teams and reach."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factgeo.explore.tradeoff import TradeOff
from factgeo.language import number, percent, text
from factgeo.planning.plan import Aim
from factgeo.planning.result import Result, own_teams
from factgeo.report.charts.style import DOTS_PER_INCH, FAINT, FONT, INK, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE_INCH = (10.0, 6.5)
MARKED = (("#7a0177", ":"), ("#8c510a", "-."))  # colour and dashes of each mark
TITLE_LETTERS = 60  # that fit side by side in the largest letters
MANY = 40  # points above which marks are drawn small
WIDE = 10  # per cent that the axis of shares goes down in steps of


@dataclass(frozen=True)
class Line:
    """A curve of the picture.

    Attributes:
        aim: The points it goes through.
        value: What is drawn of a point.
        key: Its name in the catalogue; empty: the name stands on another curve of the same look.
        colour: Told apart also by those who see few colours (Okabe and Ito).
        marker, dashes, size: Its shape, so that colour is never needed.
    """

    aim: Aim
    value: Callable[[TradeOff], float | None]
    key: str
    colour: str
    marker: str
    dashes: str
    size: float


def _within(point: TradeOff) -> float:
    return 100 * point.within


def _served(point: TradeOff) -> float:
    return 100 * point.served


def _mean(point: TradeOff) -> float | None:
    return point.mean_min


REACH, GOAL = ("#d55e00", "s", "-", 10.0), ("#0072b2", "o", "-", 6.0)
SHARES = (
    Line("goal", _served, "further.picture.served", "#009e73", "^", ":", 7.0),
    Line("reach", _within, "further.picture.reach", *REACH),
    Line("goal", _within, "further.picture.goal", *GOAL),
)
MINUTES = (Line("reach", _mean, "", *REACH), Line("goal", _mean, "", *GOAL))


@dataclass(frozen=True)
class Mark:
    """Something to hold against the curve: so many teams, and the share (0-1) within T minutes, if it is known.

    ``words`` name it in the legend.
    """

    teams: int
    within: float | None
    words: str


def draw(points: Sequence[TradeOff], result: Result, marks: Sequence[Mark] = ()) -> bytes:
    """The curve as a PNG: shares of the residents above, mean minutes below, both by the number of teams.

    Points that are not proven are hollow; numbers without a plan are gaps, marked by a cross on the axis. There is room
    for two marks.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    figure = Figure(figsize=SIZE_INCH, dpi=DOTS_PER_INCH, facecolor="white")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    for axes, drawn in ((above, SHARES), (below, MINUTES)):
        for line in drawn:
            _draw(axes, line, points)
        plain(axes)
        _mark_own(axes, own_teams(result))
    _scales(above, below, points, marks)
    _mark_gaps(below, points)
    for mark, look in zip(marks, MARKED, strict=False):
        _mark(above, below, mark, look)
    _titles(figure, above, below, points, result)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _draw(axes: Axes, line: Line, points: Sequence[TradeOff]) -> None:
    """A curve with gaps where there is no plan, and its marks, hollow where nothing is proven."""
    own = [point for point in points if point.aim == line.aim]
    teams = [point.teams for point in own]
    values = [line.value(point) if point.base_of else None for point in own]
    shown = [math.nan if value is None else value for value in values]
    few = len(own) <= MANY
    size = line.size if few else line.size / 3
    label = text(line.key) if line.key else None
    axes.plot(
        teams, shown, linestyle=line.dashes, color=line.colour, marker=line.marker, markersize=size,
        linewidth=2 if few else 1.5, label=label,
    )  # fmt: skip
    hollow = [value if point.status != "optimal" else math.nan for point, value in zip(own, shown, strict=True)]
    axes.plot(
        teams, hollow, color=line.colour, marker=line.marker, markersize=size, linestyle="none",
        markerfacecolor="white", markeredgewidth=1.8 if few else 0.8,
    )  # fmt: skip


def _mark_own(axes: Axes, teams: int) -> None:
    """The proposal's own number of teams."""
    if teams:
        axes.axvline(teams, color=FAINT, linewidth=1.5, linestyle=(0, (4, 3)), zorder=0)


def _scales(above: Axes, below: Axes, points: Sequence[TradeOff], marks: Sequence[Mark]) -> None:
    """Whole teams, per cent up to a hundred, and minutes as the language writes them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - slow to import

    most = max([point.teams for point in points] + [mark.teams for mark in marks], default=1)
    below.set_xlim(0.5, most + max(0.5, 0.02 * most))
    below.xaxis.set_major_locator(MaxNLocator(nbins=15, integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    shares = [share for p in points if p.base_of for share in (_within(p), _served(p))]
    shares += [100 * mark.within for mark in marks if mark.within is not None]
    lowest = min(shares, default=0.0)
    bottom = max(0.0, WIDE * math.floor(lowest / WIDE - 0.3))
    above.set_ylim(bottom, 100 + 0.04 * (100 - bottom))
    above.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    above.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value / 100, 0)))
    below.margins(y=0.2)
    below.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    step = below.yaxis.get_majorticklocs()
    digits = 0 if all(float(tick).is_integer() for tick in step) else 1
    below.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, digits)))


def _mark_gaps(axes: Axes, points: Sequence[TradeOff]) -> None:
    """A cross at each number that no aim has a plan for; a question mark where none was found in time."""
    planned = {point.teams for point in points if point.base_of}
    impossible = {point.teams for point in points if point.status == "none"}
    unknown = {point.teams for point in points} - planned - impossible
    size = 8 if max(point.teams for point in points) <= MANY else 4
    for teams, marker, key in (
        (impossible - planned, "x", "further.picture.impossible"),
        (unknown, "$?$", "further.picture.unknown"),
    ):
        if teams:
            axes.plot(
                sorted(teams), [0.06] * len(teams), color=INK, marker=marker, markersize=size, linestyle="none",
                transform=axes.get_xaxis_transform(), clip_on=False, label=text(key),
            )  # fmt: skip


def _mark(above: Axes, below: Axes, mark: Mark, look: tuple[str, str]) -> None:
    """A line through both panels, named in the legend, and a star where the share is known."""
    colour, dashes = look
    star = mark.within is not None
    for axes in (above, below):
        axes.axvline(mark.teams, color=colour, linewidth=1.5, linestyle=dashes, zorder=0)
    above.plot(
        [mark.teams], [100 * (mark.within or 0)], marker="*" if star else "", markersize=15, color=colour,
        linestyle=dashes, zorder=5, label=mark.words,
    )  # fmt: skip


def _titles(figure: Figure, above: Axes, below: Axes, points: Sequence[TradeOff], result: Result) -> None:
    """What is shown, for which area, and what to know before quoting it."""
    limit = number(result.plan.settings.travel.minutes)
    own = own_teams(result)
    title = text("further.picture.title", area=result.plan.area.name)
    size = min(FONT + 5, TITLE_LETTERS * (FONT + 5) / len(title))
    figure.text(0.02, 0.965, title, fontsize=size, fontweight="bold", color=INK, va="center", parse_math=False)
    foot = text("further.picture.foot", year=result.atlas.year, limit=limit)
    figure.text(0.02, 0.022, foot, fontsize=FONT - 2, color="#555555", va="center")
    above.set_ylabel(text("further.picture.share", limit=limit), fontsize=FONT, color=INK)
    below.set_ylabel(text("further.picture.mean"), fontsize=FONT, color=INK)
    below.set_xlabel(text("further.picture.teams"), fontsize=FONT, color=INK)
    figure.align_ylabels([above, below])
    if own:
        above.annotate(
            text("further.picture.own", teams=number(own)), (own, 1.0), xycoords=above.get_xaxis_transform(),
            xytext=(0, 4), textcoords="offset points", ha=_side(own, points), fontsize=FONT - 1, color=INK,
        )  # fmt: skip
    _legend(figure, above, below, points)
    figure.subplots_adjust(left=0.105, right=0.975, top=0.775, bottom=0.125, hspace=0.12)


def _side(own: int, points: Sequence[TradeOff]) -> str:
    """Which side of its line a label goes to, so that it stays in the picture."""
    most = max((point.teams for point in points), default=1)
    place = (own - 0.5) / most
    return "left" if place < 0.15 else "right" if place > 0.85 else "center"  # noqa: PLR2004 - ends of the axis


def _legend(figure: Figure, above: Axes, below: Axes, points: Sequence[TradeOff]) -> None:
    """All names in one place below the title."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import

    handles, labels = above.get_legend_handles_labels()
    more, their_labels = below.get_legend_handles_labels()
    if any(point.base_of and point.status != "optimal" for point in points):
        more.append(Line2D([], [], color=INK, marker="o", markersize=7, markerfacecolor="white", linestyle="none"))
        their_labels.append(text("further.picture.unproven"))
    figure.legend(
        [*handles, *more], [*labels, *their_labels], loc="upper left", bbox_to_anchor=(0.012, 0.94), ncols=2,
        fontsize=FONT - 1.5, frameon=False, labelcolor=INK, columnspacing=1.5, handletextpad=0.5, labelspacing=0.3,
    )  # fmt: skip
