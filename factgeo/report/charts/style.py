"""What the pictures of reports have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL_INCH = (7.0, 4.0)
DOTS_PER_INCH = 160
FONT = 13  # points; a page of a document shows the picture at two thirds
INK, FAINT = "#222222", "#8a8a8a"


def plain(axes: Axes) -> None:
    """Nothing but what carries a value."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.grid(axis="y", color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=FONT, colors=INK)
