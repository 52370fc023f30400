"""Fairness, the price of borders and what would help, against plain loops and brute force."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.pack import Atlas
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.reach import fairness
from factgeo.reach.fairness import Help
from factgeo.travel.times import UNREACHABLE

T = 3600


@pytest.fixture(scope="module")
def west(shipped: Atlas) -> Result:
    """Three trusts side by side."""
    area = areas.resolve("Helse Førde + Helse Bergen + Helse Fonna", shipped)
    return pipeline.propose(shipped, area, settings.load())


@pytest.fixture(scope="module")
def helps(west: Result) -> tuple[Help, ...]:
    return fairness.best_remedies(west, 5)


def gini(values: list[float]) -> float:
    """Half the mean difference of all pairs, divided by the mean."""
    pairs = [abs(a - b) for a in values for b in values]
    return sum(pairs) / len(pairs) / 2 / (sum(values) / len(values))


def theil(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum(v / mean * math.log(v / mean) for v in values) / len(values)


def test_the_indices_are_those_of_the_textbook_over_every_resident() -> None:
    minutes, persons = np.array([10.0, 20.0, 40.0, np.inf, 5.0]), np.array([3, 1, 4, 7, 0])
    unit = pd.Series(["a", "a", "b", "b", "b"])
    found = fairness.inequality(minutes, persons, unit)
    assert found is not None
    people = [10.0] * 3 + [20.0] + [40.0] * 4
    units = [12.5] * 4 + [40.0] * 4
    assert found.gini_people == pytest.approx(gini(people))
    assert found.theil_people == pytest.approx(theil(people))
    assert found.gini_units == pytest.approx(gini(units))
    assert found.theil_units == pytest.approx(theil(units))
    assert (found.residents, found.without) == (8, 7)


def test_equal_minutes_are_no_inequality() -> None:
    found = fairness.inequality(np.full(3, 12.0), np.array([5, 6, 7]), pd.Series(["a", "b", "b"]))
    assert found is not None
    assert [found.gini_units, found.gini_people, found.theil_units, found.theil_people] == pytest.approx([0] * 4)


@pytest.mark.parametrize("minutes", [np.array([np.inf, np.inf]), np.array([0.0, 0.0])])
def test_there_is_no_index_where_nobody_has_a_way(minutes: np.ndarray) -> None:
    assert fairness.inequality(minutes, np.array([4, 4]), pd.Series(["a", "b"])) is None


def test_units_have_the_minutes_of_their_own_residents(west: Result) -> None:
    cells = west.journeys.cells
    found = fairness.fairness(west)
    assert [unit.unit_code for unit in found.units] == list(west.plan.area.units)
    assert sum(unit.population for unit in found.units) == west.figures.population
    assert sum(each.population for each in found.centrality) == west.figures.population
    served = west.plan.team_of()
    for unit in found.units[::7]:
        mine = (cells["unit_code"] == unit.unit_code).to_numpy()
        persons = cells.loc[mine, "persons"].tolist()
        everyone = sorted(np.repeat(west.ways.seconds[mine], persons))
        near = sum(seconds <= T for seconds in everyone)
        assert unit.travel.share_within[60] == pytest.approx(near / len(everyone))
        assert unit.served == (unit.unit_code in served)
        middle = everyone[(len(everyone) - 1) // 2]
        assert unit.travel.median_min == (None if middle == UNREACHABLE else pytest.approx(middle / 60))
    index = found.inequality
    assert index is not None
    assert index.residents + index.without == west.figures.population
    assert 0 < index.theil_units < index.theil_people


def test_the_price_of_borders_is_that_of_a_loop_over_all_cells(west: Result) -> None:
    cells, times, hf = west.journeys.cells, west.journeys, west.atlas.units["hf_name"]
    expected: dict[tuple[str, str], list[int]] = {}
    for k, (unit, persons) in enumerate(zip(cells["unit_code"], cells["persons"], strict=True)):
        others = [
            (int(times.seconds[times.row[c.base], k]), position)
            for position, c in enumerate(west.plan.catchments)
            if hf[c.base.unit_code] != hf[unit]
        ]
        away, position = min(others)
        if away == UNREACHABLE:
            continue
        own = int(west.ways.seconds[k])
        pair = expected.setdefault((hf[unit], hf[west.plan.catchments[position].base.unit_code]), [0, 0, 0, 0])
        known = own != UNREACHABLE
        for place, holds in enumerate(
            (known and own - away >= 60, known and own - away >= 600, not known, own > T >= away)
        ):
            pair[place] += int(persons) * holds
    found = fairness.borders(west)
    assert {(p.own, p.other): [p.nearer_1, p.nearer_10, p.reached, p.brought] for p in found.pairs} == {
        pair: sums for pair, sums in expected.items() if any(sums)
    }
    assert found.nearer_1 >= found.nearer_10 > 0
    assert found.brought > 0


def test_one_trust_alone_has_no_borders_and_no_agreements(forde: Result) -> None:
    assert fairness.borders(forde).pairs == ()
    assert fairness.agreements(forde) == ()


def test_agreements_bring_as_many_as_the_pairs_say(west: Result) -> None:
    assert sum(each.residents for each in fairness.agreements(west)) == fairness.borders(west).brought


def test_no_base_of_a_catchment_brings_more_than_its_satellite(west: Result) -> None:
    cells, times = west.journeys.cells, west.journeys
    found = {remedy.of: remedy for remedy in fairness.satellites(west)}
    for team, catchment in zip(west.figures.teams, west.plan.catchments, strict=True):
        gains = {
            base: int(
                cells["persons"][
                    cells["unit_code"].isin(catchment.units)
                    & (west.ways.seconds > T)
                    & (times.seconds[times.row[base]] <= T)
                ].sum()
            )
            for base in times.bases
            if base.unit_code in catchment.units and base != catchment.base
        }
        most = max(gains.values(), default=0)
        assert (found[team.name].residents if team.name in found else 0) == most
        if most:
            assert gains[found[team.name].place] == most


def test_a_new_team_gives_what_the_best_plan_with_it_gives(forde: Result) -> None:
    """Against each base in turn, required and of any size, under the optimiser's own goal of reach."""
    first = fairness.new_teams(forde, 1)[0]
    used = [catchment.base.unit_code for catchment in forde.plan.catchments]
    others = [base for base in forde.journeys.bases if base.unit_code not in used]
    reached = {}
    for extra in (None, *others):
        bases = [*used, *([extra.unit_code] if extra else [])]
        rules = settings.load(
            tables={
                "size": {"minimum": 1},
                "goal": {"name": "strict", "tolerance": 0.0},
                "bases": {"required": bases},
                "teams": {"at_least": len(bases), "at_most": len(bases)},
            }
        )
        reached[extra] = pipeline.propose_again(forde, rules).within
    gains = {base: within - reached[None] for base, within in reached.items() if base}
    assert first.residents == max(gains.values())
    assert gains[first.place] == first.residents


def test_places_come_by_how_many_they_bring_and_once_each(helps: tuple[Help, ...]) -> None:
    residents = [each.residents for each in helps]
    assert residents == sorted(residents, reverse=True)
    assert len({each.place for each in helps}) == len(helps) == 5
    for each in helps:
        assert all(remedy.place == each.place for remedy in each.remedies)
        assert all(0 < remedy.residents <= each.residents for remedy in each.remedies)
        assert all(remedy.proven for remedy in each.remedies)


def test_a_plan_without_teams_has_nothing_to_help_and_no_borders(shipped: Atlas) -> None:
    result = pipeline.propose(shipped, areas.resolve("kommune:Vik", shipped), settings.load())
    assert fairness.best_remedies(result) == ()
    assert fairness.borders(result).pairs == ()
    assert fairness.fairness(result).inequality is None
