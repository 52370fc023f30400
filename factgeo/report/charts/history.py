"""The picture of an area's residents year by year."""

from __future__ import annotations

import io
import math

from factgeo.language import number, text
from factgeo.people.growth import History
from factgeo.report.charts.style import DOTS_PER_INCH, FONT, INK, SMALL_INCH, plain


def draw(history: History) -> bytes:
    """Residents, and adults, in each of the pack's years, as a small PNG; gaps where none is known."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=SMALL_INCH, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    axes = figure.subplots()
    for values, key, colour, marker in (
        (history.persons, "need.picture.all", "#0072b2", "o"),
        (history.adults, "need.picture.adults", "#d55e00", "s"),
    ):
        known = [math.nan if value is None else value for value in values]
        axes.plot(history.years, known, color=colour, marker=marker, markersize=7, linewidth=2, label=text(key))
    plain(axes)
    axes.set_ylim(0, 1.08 * max((value for value in history.persons if value is not None), default=1))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    title = text("need.picture.title", area=history.area)
    axes.set_title(title, loc="left", fontsize=FONT + 1, color=INK, parse_math=False)
    axes.legend(frameon=False, fontsize=FONT - 2, loc="lower left")
    figure.supxlabel(history.source, fontsize=FONT - 4, color=INK, x=0.01, ha="left", parse_math=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
