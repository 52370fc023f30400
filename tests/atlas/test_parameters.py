"""Cited figures, and a planner's own in their place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from worlds.basics import REPO, refusal

from factgeo import language, settings
from factgeo.atlas import parameters
from factgeo.atlas.pack import Atlas
from factgeo.capacity import capacity
from factgeo.errors import SettingsError
from factgeo.people import need
from factgeo.planning.result import Result
from factgeo.settings import Replaced


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
        ("parameters.fact_clients_per_staff=0", "above zero"),
        ("parameters.fact_team_caseload=-5", "above zero"),
    ],
)
def test_an_own_figure_that_cannot_be_is_refused(shipped: Atlas, assignment: str, said: str) -> None:
    own = settings.load(assignments=[assignment])
    assert said in refusal(SettingsError, lambda: parameters.parameters(shipped, own))


@pytest.mark.parametrize("model", ["fact", "act"])
def test_no_own_zero_breaks_the_figures_that_rest_on_it(forde: Result, model: str) -> None:
    plan = forde.plan
    start = settings.load(start=plan.settings, tables={"capacity_need": {"model": model}})
    used = capacity.FACT_PARAMETERS if model == "fact" else capacity.ACT_PARAMETERS
    refused = set()
    for name in (*used, *capacity.COMMON_PARAMETERS):
        rules = parameters.with_own(start, name, Replaced(low=0, central=0, high=0))
        try:
            need.assess(forde.atlas, plan.area, rules)
            capacity.tasks(replace(forde, plan=replace(plan, settings=rules)))
        except SettingsError:
            refused.add(name)
    assert refused == {*parameters.DIVISORS, "act_share_of_target"} & {*used, *capacity.COMMON_PARAMETERS}


@pytest.mark.parametrize("name", ["fact_team_caseload", *parameters.UNCITED])
def test_own_figures_are_given_and_taken_away_again(name: str) -> None:
    start, value = settings.load(), Replaced(central=1.5, source="egen telling")
    changed = parameters.with_own(start, name, value)
    assert parameters.own(start) == {}
    assert parameters.own(changed) == {name: value}
    assert parameters.with_own(changed, name, Replaced()) == start


def test_an_own_number_is_all_three_values() -> None:
    rules = settings.load(assignments=["parameters.fact_team_caseload=180", "need.elderly=0.4"])
    assert parameters.own(rules) == {
        "fact_team_caseload": Replaced(low=180, central=180, high=180),
        "elderly": Replaced(low=0.4, central=0.4, high=0.4),
    }


def test_a_file_of_own_figures_may_not_change_the_plan(save: Callable[[str, str], Path]) -> None:
    rules = settings.load()
    good = save("egne.toml", "[parameters]\nfact_team_caseload = 220\n[driving]\nhop_factor = 1.0\n")
    given = parameters.read_own(good, rules)
    assert (given.parameters["fact_team_caseload"], given.driving.hop_factor) == (220, 1.0)
    bad = save("plan.toml", "[travel]\nminutes = 45\n")
    assert "travel" in refusal(SettingsError, lambda: parameters.read_own(bad, rules))


@pytest.mark.parametrize(
    ("values", "expected"),
    [((0.57, 0.64, 0.67), "0.64 (0.57–0.67)"), ((20, 20, 20), "20"), ((200, 200, 250), "200 (200–250)"),
     ((None, 0.005, None), "0.005"), ((1, None, 2), "1–2"), ((None, None, None), "–"), ((4800,), "4,800")],
)  # fmt: skip
def test_values_are_written_with_the_digits_that_they_have(values: tuple[float | None, ...], expected: str) -> None:
    language.use("en")
    assert parameters.written(*values) == expected
