"""Figures of a plan, by hand and against plain pandas."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from factgeo import settings as factgeo_settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.people import need
from factgeo.people.need import Fraction
from factgeo.planning import measure, pipeline, services
from factgeo.planning.result import Result

DEFAULT = factgeo_settings.load()


def test_percentiles_count_people_not_cells() -> None:
    minutes, persons = np.array([5.0, 10.0, 70.0]), np.array([90, 5, 5])
    assert measure.percentile(minutes, persons, 50) == 5
    assert measure.percentile(minutes, persons, 95) == 10
    assert measure.percentile(minutes, persons, 96) == 70


def test_a_percentile_that_falls_among_the_unreachable_does_not_exist() -> None:
    minutes, persons = np.array([5.0, math.inf]), np.array([94, 6])
    figures = measure.travel_figures(minutes, persons)
    assert (figures.p90_min, figures.p95_min, figures.edge_min) == (5, None, 5)
    assert (figures.unreachable, figures.share_within[90], figures.mean_min) == (6, 0.94, 5)


def test_nobody_gives_no_figures() -> None:
    figures = measure.travel_figures(np.empty(0), np.empty(0, dtype=np.int64))
    assert (figures.median_min, figures.mean_min, figures.share_within[60]) == (None, None, 0)


@pytest.mark.parametrize(
    ("population", "adults", "edge", "expected"),
    [
        (52_000, 40_000, 60, "ACT+FACT"),
        (52_000, 39_999, 60, "FACT"),
        (52_000, 40_000, 61, "MODIFIED_FACT"),
        (15_000, 12_000, 60, "FACT"),
        (15_000, 12_000, math.inf, "MODIFIED_FACT"),
        (14_999, 12_000, 10, "COOPERATION"),
    ],
)
def test_the_four_classes_of_report_3_2017(population: int, adults: int, edge: float, expected: str) -> None:
    rules = DEFAULT.service
    assert services.classify(population=population, adults=adults, edge_min=edge, rules=rules) == expected


def test_the_target_group_of_norway_is_as_published(shipped: Atlas) -> None:
    adults = need.target_group(need.fraction(shipped, DEFAULT), population=5_627_400, adults=4_526_020)
    everyone = factgeo_settings.load(assignments=["need.denominator=total"])
    total = need.target_group(need.fraction(shipped, everyone), population=5_627_400, adults=4_526_020)
    assert (adults.central, total.central) == (28_967, 28_137)
    assert adults.low < adults.central < adults.high


def test_a_fraction_of_adults_counts_adults() -> None:
    share = Fraction(0.1, 0.2, 0.3, "adults_18plus", "")
    assert need.target_group(share, population=1000, adults=100).central == 20


def test_reach_equals_a_plain_sum_over_cells(forde: Result, shipped: Atlas) -> None:
    """Every cell of Helse Førde once more, with pandas and the seconds of the own team's base."""
    plan, times = forde.plan, forde.journeys
    base_of = {unit: c.base.unit_code for c in plan.catchments for unit in c.units}
    row = {base.unit_code: k for k, base in enumerate(times.bases)}
    cells = times.cells.assign(base=times.cells["unit_code"].map(base_of))
    seconds = pd.Series(
        [times.seconds[row[b], k] if isinstance(b, str) else 10**9 for k, b in enumerate(cells["base"])]
    )
    within = cells.loc[(seconds <= 3600).to_numpy(), "persons"].sum()
    assert forde.figures.share_within[60] == pytest.approx(within / cells["persons"].sum())
    assert forde.figures.population == shipped.population.loc[list(plan.area.units), "persons"].sum() == 108_053
    assert sum(team.population for team in forde.figures.teams) / 108_053 == pytest.approx(forde.figures.served)


def test_the_parts_of_the_way_add_up_to_the_mean(forde: Result) -> None:
    """Sogndal's catchment lies on both sides of the Sognefjord."""
    team = next(team for team in forde.figures.teams if team.name == "Sogndalsfjøra")
    parts = (team.way.drive_min, team.way.crossing_min, team.way.wait_min, team.way.access_min)
    assert sum(part or 0 for part in parts) == pytest.approx(team.travel.mean_min)
    assert 10_000 < team.way.by_ferry < team.population / 2
    assert team.way.wait_min == pytest.approx(
        15 * team.way.by_ferry / (team.population - team.travel.unreachable), rel=0.02
    )


@pytest.mark.parametrize("name", ["Finnmark", "Vågan + Solund + Værøy"])
def test_percentiles_of_all_units_are_those_of_one_unit_at_a_time(shipped: Atlas, name: str) -> None:
    result = pipeline.propose(shipped, areas.resolve(name, shipped), DEFAULT)
    units = result.plan.area.units
    found = measure.unit_percentiles(result.ways.seconds, result.journeys, units, (10, 50, 95))
    assert (found[1:] == result.unit_minutes).all()
    base_of = result.plan.base_of()
    for column, unit in enumerate(units):
        for row, percent in enumerate((10, 50, 95)):
            alone = (
                measure.percentile(*result.journeys.minutes(base_of[unit], (unit,)), percent)
                if unit in base_of
                else None
            )
            assert found[row, column] == (np.inf if alone is None else alone)
