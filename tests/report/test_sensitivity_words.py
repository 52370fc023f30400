"""The sensitivity in words, tables, JSON and pictures: what is said is what was found."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from worlds.reports import said

from factgeo import language, settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.contract import sensitivity as sensitivity_contract
from factgeo.language import number, percent, written
from factgeo.reach import sensitivity
from factgeo.reach.sensitivity import Sensitivity
from factgeo.report import sensitivity as sensitivity_report
from factgeo.report.charts import sensitivity as sensitivity_chart
from factgeo.report.writers import markdown


@pytest.fixture
def norway(timed_sensitivity: tuple[Sensitivity, float]) -> Sensitivity:
    return timed_sensitivity[0]


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_sentences_name_the_reference_the_rule_alone_and_that_a_hit_proves_nothing(
    norway: Sensitivity, lang: str
) -> None:
    language.use(lang)
    lines = "\n".join(said(sensitivity_report.brief(norway)))
    assert percent(norway.row[norway.reference].share) in lines
    assert percent(0.996) in lines
    assert number(len(norway.near)) in lines
    proves = {"nb": "beviser ingenting", "nn": "provar ingenting", "en": "proves nothing"}
    assert proves[lang] in lines
    assert "{" not in lines


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_page_has_every_assumption_and_what_would_have_to_be_true(norway: Sensitivity, lang: str) -> None:
    language.use(lang)
    page = markdown.write(sensitivity_report.report(norway))
    for each in norway.ranking:
        assert f"| {written(sensitivity_report.assumption(each.assumption))} |" in page
    truths = [
        line for travel in (True, False) for line in map(written, sensitivity_report.truths(norway, travel=travel))
    ]
    assert len(truths) == len(norway.crossings)
    assert all(f"- {line}" in page for line in truths)


def test_a_value_outside_what_was_tried_is_said_to_be(norway: Sensitivity) -> None:
    language.use("en")
    lines = [
        line for line in map(written, sensitivity_report.truths(norway, travel=True)) if "number of minutes" in line
    ]
    assert len(lines) == 1
    assert "140 minutes, which is outside what was tried (30–120)" in lines[0]


def test_where_no_value_gives_the_share_the_sentence_says_so(norway: Sensitivity) -> None:
    language.use("en")
    ferries = next(
        line for line in map(written, sensitivity_report.truths(norway, travel=True)) if line.startswith("The ferries")
    )
    assert "no value gives 94%" in ferries


def test_a_speed_outside_what_was_tried_is_said_in_per_cent(shipped: Atlas) -> None:
    language.use("en")
    found = sensitivity.table(shipped, areas.resolve("kommune:Bergen", shipped), settings.load())
    lines = said(sensitivity_report.brief(found))
    assert any(line.startswith("The speed on roads") and "(85–115%)" in line for line in lines)
    assert "94% is for the whole country. For Bergen alone it is only a figure to compare with." in lines


def test_where_nothing_moves_the_share_no_assumption_is_called_the_strongest(shipped: Atlas) -> None:
    language.use("en")
    found = sensitivity.table(shipped, areas.resolve("bydel:Frogner", shipped), settings.load())
    lines = "\n".join(said(sensitivity_report.brief(found)))
    assert "None of the assumptions moves the share" in lines
    assert "What matters most" not in lines


def test_json_rows_have_the_keys_of_the_contract_and_no_minutes_without_a_travel_rule(norway: Sensitivity) -> None:
    found = json.loads(json.dumps(sensitivity_contract.to_json(norway), allow_nan=False))
    contract = {"unit", "size", "population_rule", "minutes", "criterion", "ferry", "speed_factor", "share"}
    assert len(found["sensitivity"]) == len(norway.rows)
    assert all(set(row) == contract | {"residents", "regions"} for row in found["sensitivity"])
    assert all((row["minutes"] is None) == (row["criterion"] == "none") for row in found["sensitivity"])
    assert {each["assumption"] for each in found["ranking"]} == set(sensitivity.ASSUMPTIONS)
    crosses = {each["assumption"] for each in found["crossings"] if each["crosses"] and each["travel_rule"]}
    assert crosses == {"minutes", "criterion", "required_share"}


def test_the_table_has_a_row_for_each_combination(norway: Sensitivity) -> None:
    table = sensitivity_contract.table(norway.rows)
    assert list(table["residents"]) == [row.residents for row in norway.rows]
    assert table["share"].between(0, 1).all()


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_pictures_can_be_opened_in_every_language(norway: Sensitivity, lang: str) -> None:
    language.use(lang)
    for draw in (sensitivity_chart.curves_picture, sensitivity_chart.swings_picture):
        with Image.open(io.BytesIO(draw(norway))) as picture:
            assert picture.format == "PNG"
            assert picture.width == 1600


def test_the_curves_drawn_are_the_curves_found(norway: Sensitivity, drawn: list[Figure]) -> None:
    sensitivity_chart.curves_picture(norway)
    minutes, size, alone = drawn[0].axes
    for axes, axis, criterion in ((minutes, "minutes", "p95"), (size, "size", "p95"), (alone, "size", "none")):
        wanted = [c for c in norway.curves if c.axis == axis and c.criterion == criterion]
        lines = [line for line in axes.lines if len(np.asarray(line.get_xdata())) > 2]
        assert len(lines) == len(wanted) == len(norway.grid.units)
        for line, curve in zip(lines, wanted, strict=True):
            assert list(line.get_xdata()) == list(curve.values)
            assert list(line.get_ydata()) == [100 * share for share in curve.shares]
        assert any(list(line.get_ydata()) == [94.0, 94.0] for line in axes.lines)


def test_the_bars_reach_from_the_lowest_to_the_highest_share(norway: Sensitivity, drawn: list[Figure]) -> None:
    sensitivity_chart.swings_picture(norway)
    (axes,) = drawn[0].axes
    bars = [patch.get_bbox() for container in axes.containers for patch in container]
    spans = [(bars[k].x0, bars[k + 1].x1) for k in range(0, len(bars), 2)]
    assert spans == [
        (pytest.approx(100 * each.least.share), pytest.approx(100 * each.most.share)) for each in norway.ranking
    ]
