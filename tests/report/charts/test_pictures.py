"""Pictures for documents: they can be opened, and what is drawn is what was found."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from factgeo import language
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.explore import tradeoff
from factgeo.explore.tradeoff import TradeOff
from factgeo.people import growth
from factgeo.planning.result import Result
from factgeo.report.charts import history as history_chart
from factgeo.report.charts import tradeoff as tradeoff_chart
from factgeo.report.charts.tradeoff import Mark


@pytest.fixture(scope="module")
def points(forde: Result) -> tuple[TradeOff, ...]:
    return tradeoff.trade_offs(forde)


def drawn_points(result: Result, count: int, *, without: frozenset[int] = frozenset()) -> tuple[TradeOff, ...]:
    """A curve of both aims that rises; numbers in ``without`` have no plan, every seventh point is not proven."""
    base_of = result.plan.base_of()
    return tuple(
        TradeOff(aim, k, {}, 0.0, 0.0, None, "none", 0.0)  # type: ignore[arg-type]
        if k in without
        else TradeOff(aim, k, base_of, k / count, 1.0, 30.0, "optimal" if k % 7 else "time_limit", 0.0)  # type: ignore[arg-type]
        for aim in ("goal", "reach")
        for k in range(1, count + 1)
    )


def curves(axes: Axes, marker: str) -> list[dict[int, float]]:
    """Values by number of teams of each line with this mark: first the whole line, then its hollow points."""
    found = [line for line in axes.lines if line.get_marker() == marker]
    return [{int(x): float(y) for x, y in np.asarray(line.get_xydata()) if not math.isnan(y)} for line in found]


def test_the_picture_shows_the_figures_of_each_point(
    forde: Result, points: tuple[TradeOff, ...], drawn: list[Figure]
) -> None:
    tradeoff_chart.draw(points, forde)
    above, below = drawn[0].axes
    for aim, marker in (("goal", "o"), ("reach", "s")):
        own = [point for point in points if point.aim == aim]
        assert curves(above, marker)[0] == pytest.approx({p.teams: 100 * p.within for p in own})
        assert curves(below, marker)[0] == pytest.approx({p.teams: p.mean_min for p in own})
    assert curves(above, "^")[0] == pytest.approx({p.teams: 100 * p.served for p in points if p.aim == "goal"})
    marks = [line for line in above.lines if list(line.get_xdata()) == [4, 4]]
    assert len(marks) == 1  # the proposal has four teams
    assert any("forslaget: 4 team" in note.get_text() for note in above.texts)


def test_points_that_are_not_proven_are_hollow_and_numbers_without_a_plan_are_gaps(
    forde: Result, drawn: list[Figure]
) -> None:
    tradeoff_chart.draw(drawn_points(forde, 20, without=frozenset({1, 2})), forde)
    above, below = drawn[0].axes
    whole, hollow = curves(above, "o")
    assert set(whole) == set(range(3, 21))
    assert set(hollow) == {7, 14}
    assert hollow == {k: whole[k] for k in hollow}
    assert [line.get_markerfacecolor() for line in above.lines if line.get_marker() == "o"][1] == "white"
    crosses = next(line for line in below.lines if line.get_marker() == "x")
    assert list(crosses.get_xdata()) == [1, 2]


def test_marks_are_named_in_the_legend_and_stand_within_the_axes(
    forde: Result, points: tuple[TradeOff, ...], drawn: list[Figure]
) -> None:
    marks = (Mark(1, 0.05, "team på listen"), Mark(9, None, "rapporten"))
    tradeoff_chart.draw(points, forde, marks)
    above, below = drawn[0].axes
    assert curves(above, "*") == [{1: 5.0}]
    assert above.get_ylim()[0] < 5
    assert all(axes.get_xlim()[1] > 9 for axes in (above, below))
    named = {words.get_text() for words in drawn[0].legends[0].get_texts()}
    assert named >= {mark.words for mark in marks}
    assert all([9, 9] in [list(line.get_xdata()) for line in axes.lines] for axes in (above, below))


@pytest.mark.parametrize("count", [1, 2, 40, 184])
def test_a_curve_of_any_length_becomes_a_picture_of_one_size(forde: Result, count: int, drawn: list[Figure]) -> None:
    picture = tradeoff_chart.draw(drawn_points(forde, count), forde)
    image = Image.open(io.BytesIO(picture))
    assert (image.format, image.size) == ("PNG", (1600, 1040))
    ticks = [tick for tick in drawn[0].axes[1].get_xticks() if 0.5 <= tick <= count + 0.5]
    assert ticks
    assert all(float(tick).is_integer() and tick >= 1 for tick in ticks)


def test_a_curve_without_any_plan_is_a_picture_of_crosses(forde: Result, drawn: list[Figure]) -> None:
    tradeoff_chart.draw(drawn_points(forde, 3, without=frozenset({1, 2, 3})), forde)
    assert curves(drawn[0].axes[0], "o")[0] == {}
    assert list(next(line for line in drawn[0].axes[1].lines if line.get_marker() == "x").get_xdata()) == [1, 2, 3]


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_picture_speaks_the_language_and_writes_its_numbers(
    forde: Result, points: tuple[TradeOff, ...], drawn: list[Figure], lang: str
) -> None:
    language.use(lang)
    tradeoff_chart.draw(points, forde)
    figure = drawn[0]
    said = [text.get_text() for text in figure.texts]
    assert language.text("further.picture.title", area=forde.plan.area.name) in said
    assert any(str(forde.atlas.year) in text and "60" in text for text in said)
    figure.canvas.draw()
    ticks = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert language.percent(0.8, 0) in ticks
    assert len(figure.legends[0].get_texts()) == 3


def test_every_word_lies_within_the_picture(forde: Result, drawn: list[Figure]) -> None:
    for lang in language.LANGUAGES:
        language.use(lang)
        tradeoff_chart.draw(drawn_points(forde, 4, without=frozenset({1})), forde)
        figure = drawn[-1]
        frame = figure.bbox
        texts = [*figure.texts, *figure.axes[0].texts, *figure.legends[0].get_texts()]
        for text in texts:
            box = text.get_window_extent()
            assert frame.x0 <= box.x0 < box.x1 <= frame.x1, text.get_text()
            assert frame.y0 <= box.y0 < box.y1 <= frame.y1, text.get_text()


def test_nothing_global_is_touched(forde: Result, points: tuple[TradeOff, ...]) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - read only here

    before = dict(mpl.rcParams)
    assert tradeoff_chart.draw(points, forde) == tradeoff_chart.draw(points, forde)
    assert dict(mpl.rcParams) == before


def test_history_is_a_small_picture_also_with_gaps(shipped: Atlas) -> None:
    """Ålesund was one with Haram until 2024, so five of its years are unknown."""
    told = growth.history(shipped, areas.resolve("Ålesund", shipped))
    assert None in told.persons
    drawn = Image.open(io.BytesIO(history_chart.draw(told)))
    whole = Image.open(io.BytesIO(history_chart.draw(growth.history(shipped, areas.resolve("Tromsø", shipped)))))
    assert drawn.size == whole.size == (1120, 640)
    assert coloured(drawn) < coloured(whole)


def coloured(image: Image.Image) -> int:
    """Pixels of lines and markers; words and axes are grey."""
    return int((np.ptp(np.asarray(image.convert("RGB")).astype(int), axis=2) > 60).sum())
