"""The page about reach: every line with a figure computed anew from the shipped pack and the default settings."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from worlds.basics import REPO

from factgeo import language, settings
from factgeo.atlas import areas, places
from factgeo.atlas.pack import Atlas
from factgeo.language import figures, number, percent, written
from factgeo.planning import pipeline
from factgeo.planning.result import Result
from factgeo.reach import measures as reach_measures
from factgeo.reach import potential, shares
from factgeo.reach import today as reach_today
from factgeo.reach.potential import AreaPotential
from factgeo.reach.sensitivity import Sensitivity
from factgeo.reach.shares import Reach
from factgeo.reach.today import Today, TodayReading
from factgeo.report import sensitivity as sensitivity_report

PAGE = REPO / "docs" / "reach.md"
DEFAULT = settings.load()
READINGS: tuple[TodayReading, ...] = ("narrow", "wide", "any")
EDGES = {
    "maximum": "whoever lives farthest by road",
    "percentile_95": "where 95% of the residents are reached (what the measure uses)",
    "share_90": "where 90% of the residents are reached",
}


@dataclass(frozen=True)
class Norway:
    """Everything that the page tells of Norway."""

    atlas: Atlas
    report: Reach
    slide: Reach
    planner: Reach
    plan: Result
    today: dict[TodayReading, Today]
    sensitivity: Sensitivity
    potential: AreaPotential

    @property
    def measures(self) -> tuple[Reach, Reach, Reach]:
        """In the order of the page."""
        return self.report, self.slide, self.planner


@pytest.fixture(scope="module")
def timed_potential(shipped: Atlas) -> tuple[AreaPotential, float]:
    """The potential of every cell of Norway, and how many seconds it took."""
    area, asked = areas.resolve("norge", shipped), potential.rules(DEFAULT)
    potential.of_area(shipped, areas.resolve("Utsira", shipped), DEFAULT, asked)  # compiled once per machine
    begun = time.perf_counter()
    found = potential.of_area(shipped, area, DEFAULT, asked)
    return found, time.perf_counter() - begun


@pytest.fixture(scope="module")
def norway(
    shipped: Atlas, timed_sensitivity: tuple[Sensitivity, float], timed_potential: tuple[AreaPotential, float]
) -> Norway:
    area = areas.resolve("norge", shipped)
    plan = pipeline.propose(shipped, area, DEFAULT)
    return Norway(
        shipped,
        reach_measures.report_2017(shipped, area, DEFAULT),
        reach_measures.slide(shipped, area, DEFAULT),
        reach_measures.planner(plan),
        plan,
        {reading: reach_today.today(shipped, area, DEFAULT, reading) for reading in READINGS},
        timed_sensitivity[0],
        timed_potential[0],
    )


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


# -- the lines of the page ---------------------------------------------------------------------------------------------


def of_measures(n: Norway) -> Iterator[str]:
    """Each measure with its definition and figure."""
    for found in n.measures:
        yield row(f"`{found.preset}`", found.definition.text("en"), percent(found.share))


def of_classes(n: Norway) -> Iterator[str]:
    """What was published beside what comes out."""
    published = {each.classes: percent(each.share, 0) for each in n.report.published}
    yield row("class", "published in report 3/2017", *(f"`{found.preset}`" for found in n.measures))
    for name, numbers in (("1", (1,)), ("2", (2,)), ("3", (3,)), ("2 and 3", (2, 3)), ("1–3", (1, 2, 3)), ("4", (4,))):
        shares = [sum(c.share for c in found.classes if c.number in numbers) for found in n.measures]
        yield row(name, published.get(numbers, "–"), *map(percent, shares))
    without = [sum(c.share for c in found.classes if c.number is None) for found in n.measures]
    assert without[:2] == [0, 0]
    yield row("without a team", "–", "–", "–", percent(without[2]))
    yield (
        f"A planner's classes hold everyone who lives in a catchment; {percent(n.planner.share)} of Norway live in one"
        " that is large enough and also within 60 minutes of its base, which is the figure of the measure."
    )


def of_the_published(n: Norway) -> Iterator[str]:
    """Why the published figures do not come out."""
    small = [region for region in n.report.regions if region.population < DEFAULT.service.fact_residents]
    act = [region for region in n.report.regions if region.adults >= DEFAULT.service.act_adults]
    names = " and ".join(f"{region.name} ({number(region.population)})" for region in small)
    living = sum(region.population for region in act) / n.report.population
    yield (
        f"- Of today's {len(n.report.regions)} DPS areas all but {len(small)} have 15,000 residents: {names}."
        f" {percent(n.report.share)} live in the others, and no travel time takes an area out of classes 1–3. So with"
        " these areas the 94% cannot come out, and the 6% of class 4 neither."
    )
    yield (
        f"- {len(act)} areas of whole municipalities and districts have the 40,000 adults that class 1 asks for, with"
        f" {percent(living)} of the residents. How many of them are in class 1 is settled by the way to the outer edge."
    )


def of_edges(n: Norway) -> Iterator[str]:
    """Classes by each reading of "outer edge"."""
    yield row("the outer edge is", "class 1", "class 2", "class 3", "class 4")
    for reading in n.report.readings:
        yield row(EDGES[reading.edge], *(percent(each.share) for each in reading.classes))
    yield row("as published", "67%", "27% together", "", "6%")
    assert {each.classes: each.share for each in n.report.published} == {
        (1, 2, 3): 0.94, (1,): 0.67, (2, 3): 0.27, (4,): 0.06,
    }  # fmt: skip


def of_sensitivity(n: Norway) -> Iterator[str]:
    """What moves the share most."""
    found = n.sensitivity
    start, shares = found.row[found.reference], [each.share for each in found.rows]
    yield (
        f"The reference: {written(sensitivity_report.described(found.reference))}. It gives {percent(start.share)}"
        f" ({number(start.residents)} residents). The {number(len(found.rows))} combinations give from"
        f" {percent(min(shares), 0)} to {percent(max(shares), 0)}."
    )
    for each in found.ranking:
        ends = (
            f"{percent(point.share)} ({written(sensitivity_report.level(each.assumption, point.value))})"
            for point in (each.least, each.most)
        )
        name, points = written(sensitivity_report.assumption(each.assumption)), f"{100 * each.swing:.0f}"
        yield row(name, *(ends if each.swing else (percent(each.least.share),) * 2), points, percent(each.main, 0))
    for travel in (True, False):
        yield from (f"- {line}" for line in map(written, sensitivity_report.truths(found, travel=travel)))
    yield (
        f"{number(len(found.near))} of the {number(len(found.rows))} combinations give between 93.5% and 94.5%. That"
        " one of so many hits proves nothing, and the tool never chooses its assumptions in order to hit."
    )


def of_trusts(n: Norway) -> Iterator[str]:
    """Each trust by each measure, and today."""
    by_trust = [shares.grouped(found.units, n.atlas, "hf_name") for found in n.measures]
    by_trust += [shares.grouped(n.today[reading].units, n.atlas, "hf_name") for reading in READINGS]
    for groups in zip(*by_trust, strict=True):
        assert len({(group.name, group.population) for group in groups}) == 1
        written_shares = [
            percent(group.share, 1 if place < len(n.measures) else 0) for place, group in enumerate(groups)
        ]
        yield row(groups[0].name, number(groups[0].population), *written_shares)
    whole = [percent(found.share) for found in n.measures] + [percent(n.today[each].share, 0) for each in READINGS]
    yield row("Norway", number(n.report.population), *whole)


def of_today(n: Norway) -> Iterator[str]:
    """What the listed teams reach, by each reading."""
    said = {
        "narrow": "Narrow: a team covers what its name says, read with care",
        "wide": "Wide: the same, read generously",
        "any": "Any: whoever lives within an hour of a listed base, whatever the borders",
    }
    for reading in READINGS:
        each = n.today[reading]
        sure = percent(each.sure / each.population, 0)
        yield f"- {said[reading]}: {percent(each.share, 0)}; counting only bases placed with confidence {sure}."
    units = n.atlas.units
    for reading in READINGS[:2]:
        lacking = units["dps_name"].groupby(units["dps_code"]).first()
        lacking = lacking.drop(
            units.loc[[u.unit_code for u in n.today[reading].units if u.covered], "dps_code"].unique()
        )
        yield f"- DPS areas without any listed team, {reading} reading: {len(lacking)}."


def of_potential(n: Norway) -> Iterator[str]:
    """Where a team could stand, and what that is not."""
    fact, act, adults = n.potential.standing
    shares = [percent(each.residents / n.report.population) for each in (fact, act, adults)]
    yield (
        f"- {shares[0]} of the residents live where at least 15,000 residents are within 60 minutes, {shares[1]} where"
        f" 40,000 are, and {shares[2]} where 40,000 adults are. This resembles the report's 94% and means something"
        " else: one such circle of people takes in many of the next, and no catchment can have them all."
    )
    own = percent((fact.own_zone or 0) / n.report.population)
    yield (
        f"- When only people of the place's own hospital trust count, the first of these is {own}."
        f" {number(n.potential.off_road)} residents live off the road network, and count nowhere."
    )
    town = potential.of_place(n.atlas, places.resolve("Førde", n.atlas), DEFAULT, potential.rules(DEFAULT))
    reached = zip(town.rules.minutes, town.place.residents, strict=True)
    within = ", ".join(f"{figures.reached(residents).text()} within {limit} minutes" for limit, residents in reached)
    gravity = figures.reached(town.place.gravity).text()
    yield f"- Førde: about {within}. In the gravity form, with its half-life of 30 minutes: {gravity}."


def fresh(n: Norway) -> list[str]:
    """Every line of the page that has a figure."""
    parts = (
        of_measures, of_classes, of_the_published, of_edges, of_sensitivity, of_trusts, of_today, of_potential
    )  # fmt: skip
    return [line for part in parts for line in part(n)]


# -- tests -------------------------------------------------------------------------------------------------------------


def test_every_line_with_a_figure_on_the_page_is_computed_anew(norway: Norway) -> None:
    language.use("en")
    page = re.sub(r"^```.*?^```$", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    said = [line for line in page.splitlines() if re.search(r"\d", line) and not line.startswith("#")]
    found = [line for line in fresh(norway) if re.search(r"\d", line)]
    assert said == found


def test_the_plan_behind_the_planner_s_measure_is_proven(norway: Norway) -> None:
    assert norway.plan.plan.proof.status == "optimal"


def test_the_potential_of_all_of_norway_takes_less_than_a_minute(
    shipped: Atlas, timed_potential: tuple[AreaPotential, float]
) -> None:
    found, seconds = timed_potential
    assert len(found.cells) == len(shipped.cells)
    assert len(found.of_bases.gravity) == len(found.bases) == len(shipped.units)
    assert seconds < 60
