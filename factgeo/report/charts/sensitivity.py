"""Pictures of what the share that can be reached depends on: curves for each kind of region, and ranked swings."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Literal

from factgeo.language import Words, number, percent, text, written
from factgeo.reach.sensitivity import PUBLISHED, Curve, Influence, Kind, Sensitivity
from factgeo.report.charts.style import DOTS_PER_INCH, FAINT, INK
from factgeo.report.sensitivity import LEVEL_WORDS, assumption, described, level

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVES_INCH, SWINGS_INCH = (10.0, 8.4), (10.0, 6.0)
FONT = 12  # points; a page of a document shows the picture at two thirds
LINE = "#cc0000"
LESS, MORE = "#56b4e9", "#0072b2"
BESIDE = 46  # per cent of the axis that the words to the left of a bar take
LOW = 0.1  # a share so near the axis has its label above
WIDE_LETTERS, LABEL_LETTERS = 120, 26  # that fit side by side below the picture, and next to a bar
# colours that are distinct with colour blindness too (Okabe and Ito), and dashes that are distinct without colour
LOOKS: dict[Kind, tuple[str, str | tuple[int, tuple[int, ...]]]] = {
    "dps": ("#000000", "-"),
    "hf": ("#0072b2", (0, (6, 2))),
    "helsefellesskap": ("#56b4e9", (0, (2, 1))),
    "ba_region": ("#009e73", (0, (6, 2, 1, 2))),
    "municipality": ("#e69f00", (0, (1, 1))),
    "catchment": ("#d55e00", "-"),
}


def curves_picture(sensitivity: Sensitivity) -> bytes:
    """A PNG: the share against minutes above; against the least number of people below, with and without travel."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    figure = Figure(figsize=CURVES_INCH, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    axes = figure.subplot_mosaic([["minutes", "minutes"], ["size", "alone"]], height_ratios=(1.15, 1))
    start = sensitivity.reference
    for name, axis, criterion in (
        ("minutes", "minutes", start.criterion),
        ("size", "size", start.criterion),
        ("alone", "size", "none"),
    ):
        _draw(axes[name], [c for c in sensitivity.curves if c.axis == axis and c.criterion == criterion])
    _titles(axes["minutes"], axes["size"], axes["alone"], sensitivity)
    handles, labels = axes["minutes"].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=3, frameon=False, fontsize=FONT - 1, labelcolor=INK)
    return _png(figure)


def _draw(axes: Axes, curves: list[Curve]) -> None:
    """One line per kind of region, and the published share."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - slow to import

    for curve in curves:
        colour, dashes = LOOKS[curve.unit]
        shares = [100 * share for share in curve.shares]
        label = text(LEVEL_WORDS[curve.unit])
        jump = "steps-post" if curve.axis == "minutes" else "steps-pre"
        axes.plot(curve.values, shares, color=colour, linestyle=dashes, linewidth=2.2, label=label, drawstyle=jump)
    axes.axhline(100 * PUBLISHED, color=LINE, linewidth=1.2, zorder=0, label=text("sensitivity.picture.published"))
    _plain(axes, "y")
    axes.set_ylim(0, 102)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value / 100, 0)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5 if curves[0].axis == "size" else 15, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axes.margins(x=0)


def _titles(minutes: Axes, size: Axes, alone: Axes, sensitivity: Sensitivity) -> None:
    """What each drawing shows, and where the reference is."""
    start = sensitivity.reference
    rule = text(LEVEL_WORDS[start.population_rule])
    criterion = text(LEVEL_WORDS[start.criterion])
    titles = {
        minutes: text("sensitivity.picture.minutes_title", size=number(start.size), rule=rule, criterion=criterion),
        size: text("sensitivity.picture.size_title", minutes=number(start.minutes or 0)),
        alone: text("sensitivity.picture.alone_title"),
    }
    for axes, title in titles.items():
        axes.set_title(title, loc="left", fontsize=FONT, fontweight="bold", color=INK)
        axes.set_xlabel(
            text("sensitivity.picture.minutes") if axes is minutes else text("sensitivity.picture.size", rule=rule),
            fontsize=FONT - 1,
            color=INK,
        )
    for axes in (minutes, size):
        axes.set_ylabel(text("sensitivity.picture.share"), fontsize=FONT - 1, color=INK)
    share = sensitivity.row[start].share
    for axes, place in ((minutes, start.minutes or 0.0), (size, float(start.size))):
        axes.plot(
            [place],
            [100 * share],
            marker="o",
            markersize=9,
            color=LOOKS[start.unit][0],
            linestyle="none",
            clip_on=False,
        )
    minutes.annotate(
        text("sensitivity.picture.reference", share=percent(share, 0)), (start.minutes or 0.0, 100 * share),
        xytext=(10, 8 if share < LOW else -14), textcoords="offset points", fontsize=FONT - 1, color=INK,
    )  # fmt: skip


def swings_picture(sensitivity: Sensitivity) -> bytes:
    """A PNG of the ranking: for each assumption a bar from the lowest to the highest share, the widest on top."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    figure = Figure(figsize=SWINGS_INCH, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    axes = figure.subplots()
    share = 100 * sensitivity.row[sensitivity.reference].share
    for place, each in enumerate(sensitivity.ranking):
        _bar(axes, place, each, share)
    axes.axvline(share, color=INK, linewidth=1.2)
    axes.axvline(100 * PUBLISHED, color=LINE, linewidth=1.2, zorder=0)
    _plain(axes, "x")
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(sensitivity.ranking)), [_wrapped(assumption(e.assumption)) for e in sensitivity.ranking])
    axes.set_ylim(len(sensitivity.ranking) - 0.4, -0.9)
    lowest = 100 * min(each.least.share for each in sensitivity.ranking)
    axes.set_xlim(min(-2.0, lowest - BESIDE), 126)
    axes.spines["left"].set_visible(False)
    axes.set_xticks(range(0, 101, 20))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value / 100, 0)))
    axes.set_xlabel(text("sensitivity.picture.share"), fontsize=FONT - 1, color=INK)
    lower, upper = ("right", "left") if share < 100 * PUBLISHED else ("left", "right")
    for at, key, side in (
        (share, "sensitivity.picture.reference", lower),
        (100 * PUBLISHED, "sensitivity.picture.published", upper),
    ):
        axes.annotate(
            text(key, share=percent(at / 100, 0)), (at, 1.0), xycoords=axes.get_xaxis_transform(), xytext=(0, 3),
            textcoords="offset points", ha=side, fontsize=FONT - 2, color=INK if key.endswith("reference") else LINE,
        )  # fmt: skip
    figure.suptitle(
        text("sensitivity.picture.tornado", area=sensitivity.area.name), x=0.01, ha="left", fontsize=FONT + 3,
        fontweight="bold", color=INK, parse_math=False,
    )  # fmt: skip
    foot = text("sensitivity.picture.foot", reference=described(sensitivity.reference))
    figure.supxlabel("\n".join(textwrap.wrap(foot, WIDE_LETTERS)), x=0.01, ha="left", fontsize=FONT - 3, color=INK)
    return _png(figure)


def _bar(axes: Axes, place: int, each: Influence, share: float) -> None:
    """From the lowest to the highest share, divided at the reference; the levels that give them below it."""
    least, most = 100 * each.least.share, 100 * each.most.share
    axes.barh(place, share - least, left=least, height=0.42, color=LESS)
    axes.barh(place, most - share, left=share, height=0.42, color=MORE)
    ends = [
        (least, _wrapped(level(each.assumption, each.least.value)), -5, "right"),
        (most, _wrapped(level(each.assumption, each.most.value)), 5, "left"),
    ]
    for at, label, aside, side in ends if each.swing else [(share, text("sensitivity.picture.same"), 5, "left")]:
        axes.annotate(
            label, (at, place), xytext=(aside, 0), textcoords="offset points", ha=side, va="center",
            fontsize=FONT - 3, color=INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip


def _wrapped(label: Words) -> str:
    return "\n".join(textwrap.wrap(written(label), LABEL_LETTERS))


def _plain(axes: Axes, grid: Literal["x", "y"]) -> None:
    """Nothing but what carries a value."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.grid(axis=grid, color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=FONT - 2, colors=INK)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
