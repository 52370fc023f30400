"""What the share depends on: every figure again by plain pandas, and what must hold whatever the figures are."""

from __future__ import annotations

import dataclasses
import itertools
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds.basics import refusal

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError
from factgeo.planning import measure, pipeline
from factgeo.planning.result import Result
from factgeo.reach import sensitivity
from factgeo.reach.sensitivity import ASSUMPTIONS, PUBLISHED, Combination, Grid, Sensitivity
from factgeo.travel import journeys
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys

ALONE = Combination("dps", 15_000, "residents", None, "none", None, None)
REFERENCE = Combination("dps", 15_000, "residents", 60, "p95", "as_set", 1.0)


@pytest.fixture
def norway(timed_sensitivity: tuple[Sensitivity, float]) -> Sensitivity:
    return timed_sensitivity[0]


@pytest.fixture(scope="module")
def in_forde(shipped: Atlas, forde: Result) -> Sensitivity:
    return sensitivity.table(shipped, forde.plan.area, settings.load(), plan=forde.plan)


class ByHand:
    """The same shares region by region, from journeys between all centres and cells."""

    def __init__(self, atlas: Atlas, area: Area, plan_of: dict[str, str], plan_bases: dict[str, Base]) -> None:
        self.atlas, self.area, self.plan_bases = atlas, area, plan_bases
        self.labels = {kind: atlas.units[column] for kind, column in sensitivity.COLUMNS.items()}
        self.labels["catchment"] = pd.Series(plan_of, dtype=str)
        self.units = tuple(
            sorted({u for labels in self.labels.values() for unit in area.units if unit in labels
                    for u in labels.index[labels == labels[unit]]})
        )  # fmt: skip
        self.times = cache(self._times)

    def _times(self, ferry: str, speed: float) -> Journeys:
        junction = settings.load().roads.junction_factor / speed
        changes = [f"roads.junction_factor={junction}"]
        changes += ["ferry.wait_rule=none"] if ferry == "no_waiting" else []
        atlas = self.atlas
        if ferry == "closed":
            roads = atlas.roads.copy()
            roads.loc[roads["kind"].isin(["ferry", "boat"]), "in_service"] = "no"
            atlas = atlas.changed(roads=roads)
        return journeys.compute(atlas, self.units, settings.load(assignments=changes))

    def base(self, kind: str, name: str, units: list[str]) -> Base:
        """The plan's own base, or the centre with the fewest person-minutes."""
        if kind == "catchment":
            return self.plan_bases[name]
        today, costs = self.times("as_set", 1.0), {}
        for base in today.bases:
            if base.unit_code in units:
                minutes, persons = today.minutes(base, tuple(units))
                costs[base] = float((np.where(np.isfinite(minutes), minutes, 240.0) * persons).sum())
        return min(costs, key=lambda base: (round(costs[base], 6), base.unit_code))

    def residents(self, c: Combination) -> int:
        """Residents of the area whom a combination counts."""
        labels, column = self.labels[c.unit], {"residents": "persons", "adults": "adults"}[c.population_rule]
        names = sorted(set(labels[labels.index.isin(self.area.units)]))
        people = self.atlas.population
        counted = 0
        for name in names:
            units = sorted(labels.index[labels == name])
            own = [unit for unit in units if unit in self.area.units]
            if people.loc[units, column].sum() >= c.size:
                counted += self._counted(c, self.base(c.unit, name, units), tuple(units), tuple(own))
        return counted

    def _counted(self, c: Combination, base: Base, units: tuple[str, ...], own: tuple[str, ...]) -> int:
        everyone = int(self.atlas.population.loc[list(own), "persons"].sum())
        if c.criterion == "none":
            return everyone
        assert c.minutes is not None
        assert c.ferry is not None
        assert c.speed_factor is not None
        times = self.times(c.ferry, c.speed_factor)
        if c.criterion == "people_within":
            minutes, persons = times.minutes(base, own)
            return int(persons[minutes <= c.minutes].sum())
        minutes, persons = times.minutes(base, units)
        if c.criterion == "maximum":
            joined = np.isfinite(self.times("as_set", 1.0).minutes(base, units)[0]) & (persons > 0)
            return everyone if minutes[joined].max() <= c.minutes else 0
        edge = measure.percentile(minutes, persons, {"p95": 95, "share_90": 90}[c.criterion])
        return everyone if edge is not None and edge <= c.minutes else 0


def test_every_kind_of_combination_is_what_plain_counting_gives_in_one_trust(
    shipped: Atlas, forde: Result, in_forde: Sensitivity
) -> None:
    bases = {team.team_id: team.base for team in forde.plan.catchments}
    by_hand = ByHand(shipped, forde.plan.area, forde.plan.team_of(), bases)
    rows = in_forde.rows[::53]
    for name in ASSUMPTIONS:
        assert len({getattr(row.combination, name) for row in rows}) >= 2
    assert {row.combination.unit for row in rows} == set(Grid().units)
    assert {row.combination.criterion for row in rows} == set(Grid().criteria)
    assert [row.residents for row in rows] == [by_hand.residents(row.combination) for row in rows]


def test_dps_areas_of_the_whole_country_are_what_plain_counting_gives(shipped: Atlas, norway: Sensitivity) -> None:
    by_hand = ByHand(shipped, norway.area, {}, {})
    wanted = [
        REFERENCE,
        dataclasses.replace(REFERENCE, criterion="maximum"),
        dataclasses.replace(REFERENCE, criterion="people_within", ferry="closed", speed_factor=0.85),
        dataclasses.replace(REFERENCE, unit="ba_region", criterion="share_90", minutes=45, population_rule="adults"),
    ]
    assert [norway.row[each].residents for each in wanted] == [by_hand.residents(each) for each in wanted]


def test_the_population_rule_alone_gives_the_published_shares_of_the_slide(norway: Sensitivity) -> None:
    def share(size: int) -> float:
        return norway.row[dataclasses.replace(ALONE, size=size)].share

    assert round(share(15_000), 3) == 0.996
    assert round(share(40_000), 3) == 0.895
    assert round(share(15_000) - share(40_000), 3) == 0.101
    assert round(1 - share(15_000), 3) == 0.004
    adults = dataclasses.replace(ALONE, size=40_000, population_rule="adults")
    assert norway.row[adults].regions == 41


def test_class_1_by_three_readings_of_outer_edge(norway: Sensitivity) -> None:
    rule = dataclasses.replace(REFERENCE, size=40_000, population_rule="adults")
    readings = {c: norway.row[dataclasses.replace(rule, criterion=c)].share for c in ("maximum", "p95", "share_90")}
    assert {name: round(share, 2) for name, share in readings.items()} == {
        "maximum": 0.31,
        "p95": 0.57,
        "share_90": 0.61,
    }


@pytest.mark.parametrize(
    ("name", "order", "rises"),
    [
        ("size", Grid().sizes, False),
        ("population_rule", ("residents", "adults"), False),
        ("minutes", Grid().minutes, True),
        ("criterion", ("maximum", "p95", "share_90", "none"), True),
        ("criterion", ("people_within", "none"), True),
        ("ferry", ("closed", "as_set", "no_waiting"), True),
        ("speed_factor", Grid().speed_factors, True),
    ],
)
def test_more_demanding_assumptions_never_count_more_people(
    norway: Sensitivity, name: str, order: tuple[Any, ...], *, rises: bool
) -> None:
    pairs = 0
    for row in norway.rows:
        values = order if rises else order[::-1]
        here = getattr(row.combination, name)
        for easier in values[values.index(here) + 1 :] if here in values else ():
            other = sensitivity._plain(dataclasses.replace(row.combination, **{name: easier}))
            # the maximum leaves aside whom no road reaches, so it may ask for less than 95 % of a region
            if row.combination.criterion == "maximum" and name == "criterion" and easier != "none":
                continue
            pairs += 1
            assert norway.row[other].residents >= row.residents
    assert pairs > 1000


def test_more_than_five_hundred_combinations_of_norway_take_less_than_a_minute(
    timed_sensitivity: tuple[Sensitivity, float],
) -> None:
    found, seconds = timed_sensitivity
    assert len(found.rows) > 10_000
    assert seconds < 60


def test_the_variance_is_divided_as_pandas_divides_it(shipped: Atlas, forde: Result) -> None:
    grid = Grid(criteria=("p95", "people_within"), minutes=(30, 60, 90))
    found = sensitivity.table(shipped, forde.plan.area, settings.load(), plan=forde.plan, grid=grid)
    rows = pd.DataFrame([{**dataclasses.asdict(row.combination), "share": row.share} for row in found.rows])
    whole = rows["share"].var(ddof=0)
    for each in found.ranking:
        others = [name for name in ASSUMPTIONS if name != each.assumption]
        alone = rows.groupby(each.assumption)["share"].mean().var(ddof=0)
        left = rows.groupby(others)["share"].var(ddof=0).mean()
        assert each.main == pytest.approx(alone / whole)
        assert each.total == pytest.approx(left / whole)
    assert sum(each.main for each in found.ranking) < 1 < sum(each.total for each in found.ranking)


def test_swings_are_the_range_over_one_assumption_with_the_others_as_in_the_reference(norway: Sensitivity) -> None:
    for each in norway.ranking:
        shares = [
            row.share
            for row in norway.rows
            if all(
                getattr(row.combination, name) in (None, getattr(norway.reference, name))
                for name in ASSUMPTIONS
                if name != each.assumption
            )
            and (each.assumption == "criterion" or row.combination.criterion == norway.reference.criterion)
        ]
        assert (each.least.share, each.most.share) == (min(shares), max(shares))
    swings = [each.swing for each in norway.ranking]
    assert swings == sorted(swings, reverse=True)
    assert norway.ranking[0].assumption == "criterion"


def crossing(found: Sensitivity, name: str, *, travel: bool) -> sensitivity.Crossing:
    return next(c for c in found.crossings if c.assumption == name and (c.start.criterion != "none") == travel)


def test_the_minutes_for_the_published_share_are_exact_to_the_second(shipped: Atlas, norway: Sensitivity) -> None:
    found = crossing(norway, "minutes", travel=True)
    assert found.below is not None
    assert found.above is not None
    assert isinstance(found.above.value, float)
    just = (found.above.value - 1 / 60, found.above.value)
    grid = Grid(("dps",), (15_000,), ("residents",), just, ("p95",), ("as_set",), (1.0,))
    again = sensitivity.table(shipped, norway.area, settings.load(), grid=grid)
    shares = [again.row[dataclasses.replace(REFERENCE, minutes=minutes)].share for minutes in just]
    assert shares == pytest.approx([found.below.share, found.above.share])
    assert found.below.share < PUBLISHED <= found.above.share


def test_the_size_for_the_published_share_is_exact_to_the_person(shipped: Atlas, norway: Sensitivity) -> None:
    found = crossing(norway, "size", travel=False)
    people = shipped.population["persons"].groupby(shipped.units["dps_code"]).sum()
    assert found.below is not None
    assert found.above is not None
    assert isinstance(found.above.value, int)
    assert found.above.share == pytest.approx(people[people >= found.above.value].sum() / people.sum())
    assert found.below.share == pytest.approx(people[people > found.above.value].sum() / people.sum())
    assert found.below.share < PUBLISHED <= found.above.share


def test_the_speed_for_the_published_share_is_found_between_two_hundredths(shipped: Atlas) -> None:
    rules = settings.load(assignments=["service.edge_minutes=120"])
    area = areas.resolve("Norge", shipped)
    lean = Grid(("dps",), (15_000,), ("residents",), (120,), ("p95",), ("as_set",), (1.0,))
    found = crossing(sensitivity.table(shipped, area, rules, grid=lean), "speed_factor", travel=True)
    assert found.below is not None
    assert found.above is not None
    assert isinstance(found.below.value, float)
    assert isinstance(found.above.value, float)
    assert found.above.value - found.below.value == pytest.approx(0.01)
    speeds = (found.below.value, found.above.value)
    again = sensitivity.table(shipped, area, rules, grid=dataclasses.replace(lean, speed_factors=speeds))
    shares = [
        again.row[dataclasses.replace(REFERENCE, minutes=120, speed_factor=speed)].share for speed in speeds
    ]  # fmt: skip
    assert shares == [found.below.share, found.above.share]
    assert shares[0] < PUBLISHED <= shares[1]


def test_where_no_value_gives_the_published_share_none_is_named(norway: Sensitivity) -> None:
    found = crossing(norway, "size", travel=True)
    assert (found.below, found.above) == (None, None)
    assert found.most.share < PUBLISHED


def test_of_choices_the_two_next_to_the_published_share_are_named(norway: Sensitivity) -> None:
    found = crossing(norway, "unit", travel=False)
    shares = {row.combination.unit: row.share for row in norway.rows
              if row.combination == dataclasses.replace(ALONE, unit=row.combination.unit)}  # fmt: skip
    under = max((share, unit) for unit, share in shares.items() if share < PUBLISHED)
    over = min((share, unit) for unit, share in shares.items() if share >= PUBLISHED)
    assert found.below is not None
    assert found.above is not None
    assert (found.below.share, found.below.value) == under
    assert (found.above.share, found.above.value) == over


def test_combinations_near_the_published_share_are_all_named_the_plainest_first(norway: Sensitivity) -> None:
    assert {r.combination for r in norway.near} == {
        r.combination for r in norway.rows if PUBLISHED - 0.005 <= r.share <= PUBLISHED + 0.005
    }
    changed = [len(norway.changed(row)) for row in norway.near]
    assert changed == sorted(changed)
    assert changed[0] >= 1


def test_curves_agree_with_the_table(norway: Sensitivity) -> None:
    checked = 0
    for curve in norway.curves:
        start = sensitivity._plain(dataclasses.replace(REFERENCE, unit=curve.unit, criterion=curve.criterion))
        for value, share in zip(curve.values, curve.shares, strict=True):
            row = norway.row.get(dataclasses.replace(start, **{curve.axis: value}))
            if row is not None:
                assert row.share == pytest.approx(share)
                checked += 1
    assert checked == len(norway.grid.units) * (len(norway.grid.minutes) + 2 * len(norway.grid.sizes))


def test_a_region_beyond_the_area_has_its_whole_size_but_only_the_area_s_people_are_counted(shipped: Atlas) -> None:
    area = areas.resolve("Sogndal", shipped)
    grid = Grid(units=("dps",), sizes=(15_000,), minutes=(60,), ferries=("as_set",), speed_factors=(1.0,))
    found = sensitivity.table(shipped, area, settings.load(), grid=grid)
    assert found.population == shipped.population.at[area.units[0], "persons"] < 15_000
    assert found.row[ALONE].residents == found.population


def test_a_plan_of_another_area_is_refused_in_a_sentence_that_names_both(shipped: Atlas, forde: Result) -> None:
    area = areas.resolve("Norge", shipped)
    said = refusal(PlanError, lambda: sensitivity.table(shipped, area, settings.load(), plan=forde.plan))
    assert forde.plan.area.name in said
    assert "Norge" in said


def test_a_plan_without_catchments_counts_as_none(shipped: Atlas) -> None:
    area, rules = areas.resolve("kommune:4636", shipped), settings.load()
    plan = pipeline.propose(shipped, area, rules).plan
    assert not plan.catchments
    assert sensitivity.table(shipped, area, rules, plan=plan) == sensitivity.table(shipped, area, rules)


def test_every_combination_of_the_grid_stands_once(in_forde: Sensitivity) -> None:
    grid = in_forde.grid
    axes = [getattr(grid, field.name) for field in dataclasses.fields(Grid)]
    wanted = {sensitivity._plain(Combination(*levels)) for levels in itertools.product(*axes)}
    assert len(in_forde.rows) == len(wanted)
    assert {row.combination for row in in_forde.rows} == wanted
