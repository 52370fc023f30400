"""Cited figures, and a planner's own in their place."""

from __future__ import annotations

import csv
import io

import pytest
from conftest import REPO, refusal

from factgeo import parameters, settings
from factgeo.errors import SettingsError
from factgeo.pack import Atlas


def rows() -> list[dict[str, str]]:
    text = (REPO / "data" / "facts" / "parameters.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_row_is_there_with_its_values_in_order(shipped: Atlas) -> None:
    known = parameters.parameters(shipped, settings.load())
    assert list(known) == [row["id"] for row in rows()]
    for row in rows():
        one = known[row["id"]]
        stated = {name: float(row[name]) for name in ("low", "central", "high") if row[name]}
        assert {name: getattr(one, name) for name in stated} == stated
        assert one.low <= one.central <= one.high
        assert not one.replaced
        assert row["source"] in one.source


def test_a_planner_s_own_figure_says_that_it_is(shipped: Atlas) -> None:
    own = settings.load(assignments=["parameters.fact_team_caseload=180"])
    known = parameters.parameters(shipped, own)
    assert known["fact_team_caseload"].values == (180, 180, 180)
    assert [each.id for each in parameters.replaced(known.values())] == ["fact_team_caseload"]


def test_what_is_left_out_of_an_own_figure_stays(shipped: Atlas) -> None:
    table = {"parameters": {"fact_team_caseload": {"low": 150, "source": "vedtak 12/26"}}}
    one = parameters.parameters(shipped, settings.load(tables=table))["fact_team_caseload"]
    assert one.values == (150, 200, 250)
    assert one.source == "vedtak 12/26"


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("parameters.fact_team_caselod=180", "fact_team_caseload"),
        ("parameters.target_fraction_total={low=0.9}", "ascending"),
        ("parameters.act_share_of_target=120", "between 0 and 100"),
    ],
)
def test_an_own_figure_that_cannot_be_is_refused(shipped: Atlas, assignment: str, said: str) -> None:
    own = settings.load(assignments=[assignment])
    assert said in refusal(SettingsError, lambda: parameters.parameters(shipped, own))
