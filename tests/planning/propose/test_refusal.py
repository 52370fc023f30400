"""Why not: the demands named are enough to be impossible, none is there in vain, and each way out is the smallest."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from worlds.basics import refusal

from factgeo import settings
from factgeo.atlas import areas
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError
from factgeo.language import Number, Phrase
from factgeo.planning import pipeline
from factgeo.planning.propose import exact
from factgeo.planning.propose.refusal import _conflict
from factgeo.planning.propose.relaxation import WIDER, relaxations
from factgeo.planning.propose.request import Demand, Request, demands, with_rule
from factgeo.settings import Settings
from factgeo.travel import journeys
from factgeo.travel.journeys import Journeys

Tables = dict[str, Any]
FINNMARK, FORDE = "Finnmarkssykehuset", "Helse Førde"

CASES: dict[str, tuple[str, Tables]] = {
    "a base without a group around it": (FORDE, {"bases": {"required": ["Solund"]}}),
    "two bases too near each other": (FORDE, {"bases": {"required": ["Luster", "Aurland", "Florø"]}}),
    "too many teams": (FORDE, {"teams": {"at_least": 9}}),
    "three bases and two teams": (FORDE, {"teams": {"at_most": 2}, "bases": {"required": ["Førde", "Florø", "Stryn"]}}),
    "a lock too far away": (FORDE, {"edits": {"lock": [{"units": ["Vik"], "base": "Førde"}]}}),
    "locks that leave too few": (
        FORDE,
        {
            "edits": {
                "lock": [{"units": ["Luster"], "base": "Luster"}, {"units": ["Aurland"], "base": "Aurland"}],
                "leave": ["Solund"],
                "apart": [["Vik", "Stad"]],
            }
        },
    ),
    "a lock apart from its base": (
        FORDE,
        {"edits": {"lock": [{"units": ["Vik"], "base": "Sogndal"}], "apart": [["Vik", "Sogndal"]]}},
    ),
    "a kept team, a lock and a number": (
        FORDE,
        {
            "edits": {
                "keep": [{"name": "Kinn", "units": ["Kinn"]}],
                "lock": [{"units": ["Vik"], "base": "Sogndal"}, {"units": ["Stad"], "base": "Nordfjordeid"}],
                "leave": ["Solund"],
            },
            "teams": {"at_most": 2},
        },
    ),
    "a reach that is too high": (FORDE, {"goal": {"name": "fewest_teams", "reach_floor": 0.9}}),
    "a base for Midt-Finnmark within its DPS area": (
        FINNMARK,
        {"border": "dps", "bases": {"required": ["Karasjok"]}},
    ),
    "a hard rule and a base": (FINNMARK, {"travel": {"hard": True}, "bases": {"required": ["Kautokeino"]}}),
    "a lock across a border": (
        FINNMARK,
        {"border": "dps", "edits": {"lock": [{"units": ["Karasjok"], "base": "Alta"}]}},
    ),
    "a lock across a border of small areas": (
        FINNMARK,
        {"border": "dps", "size": {"minimum": 5000}, "edits": {"lock": [{"units": ["Kautokeino"], "base": "Alta"}]}},
    ),
    "a hard rule and a lock": (
        FORDE,
        {"travel": {"hard": True}, "edits": {"lock": [{"units": ["Stad"], "base": "Nordfjordeid"}]}},
    ),
    "many teams in Finnmark": (FINNMARK, {"teams": {"at_least": 7, "at_most": 7}}),
}
every_case = pytest.mark.parametrize("case", CASES)


@cache
def times(atlas: Atlas, name: str) -> tuple[Area, Journeys]:
    area = areas.resolve(name, atlas)
    return area, journeys.compute(atlas, area.units, settings.load())


def asked(atlas: Atlas, case: str) -> Request:
    name, tables = CASES[case]
    area, known = times(atlas, name)
    return Request(atlas, area, settings.load(tables=tables), known)


@cache
def conflict(atlas: Atlas, case: str) -> tuple[Demand, ...]:
    return tuple(_conflict(asked(atlas, case)))


@cache
def ways_out(atlas: Atlas, case: str) -> tuple[Phrase, ...]:
    return tuple(relaxations(asked(atlas, case)))


def any_plan(request: Request) -> bool:
    """Is there a plan? Asked of the whole problem with its own goal, as a planner would."""
    return exact.solve(request.problem(), request.settings.solver).base_of is not None


def only(request: Request, kept: list[Demand]) -> Settings:
    """The rules with no demand but these."""
    rules = request.settings
    for demand in demands(request):
        if demand not in kept:
            rules = demand.drop(rules)
    return rules


@every_case
def test_the_demands_named_are_to_blame_and_none_of_them_in_vain(shipped: Atlas, case: str) -> None:
    request, blamed = asked(shipped, case), list(conflict(shipped, case))
    assert not any_plan(request)
    assert blamed
    assert not any_plan(request.under(only(request, blamed)))
    for demand in blamed:
        rest = [other for other in blamed if other != demand]
        assert any_plan(request.under(only(request, rest))), demand.phrase.text("en")


@every_case
def test_the_refusal_is_one_sentence_with_every_side(shipped: Atlas, case: str) -> None:
    name, tables = CASES[case]
    area = areas.resolve(name, shipped)
    rules = settings.load(tables=tables)
    said = refusal(PlanError, lambda: pipeline.propose(shipped, area, rules))
    assert "\n" not in said
    blamed = conflict(shipped, case)
    if len(blamed) > 1:
        assert all(demand.phrase.text("en") in said for demand in blamed)
    for way in ways_out(shipped, case):
        assert way.text("en") in said


def relaxed(rules: Settings, way: Phrase, step: int) -> Settings | None:
    """The rules with a change as it is offered (step 0), or with the next smaller one (step 1); None: there is none."""
    kind = way.key.removeprefix("relax.")
    value = way.values.get("value")
    number = value.value if isinstance(value, Number) else 0
    changes: dict[str, tuple[str, str, object, bool]] = {
        "minimum": ("size", "minimum", int(number) + step, True),
        "too_far": ("travel", "too_far", number - step, True),
        "at_most": ("teams", "at_most", int(number) - step, True),
        "at_least": ("teams", "at_least", int(number) + step, True),
        "floor": ("goal", "reach_floor", round(number / 100 + step / 1000, 6), True),
        "capacity": ("capacity", "enabled", False, False),
        "hard": ("travel", "hard", False, False),
        "links": ("whole", "links", ("road", "ferry", "border"), False),
    }
    if kind == "border":
        assert isinstance(value, Phrase)
        wider = WIDER.index(value.key.removeprefix("border.")) - step
        return rules.model_copy(update={"border": WIDER[wider]})
    table, key, new, has_smaller = changes[kind]
    return None if step and not has_smaller else with_rule(rules, table, key, new)


@every_case
def test_each_way_out_makes_it_possible_and_the_next_smaller_step_does_not(shipped: Atlas, case: str) -> None:
    request = asked(shipped, case)
    for way in ways_out(shipped, case):
        enough, smaller = (relaxed(request.settings, way, step) for step in (0, 1))
        assert enough is not None
        assert any_plan(request.under(enough)), way.text("en")
        assert smaller is None or not any_plan(request.under(smaller)), way.text("en")


def test_ways_out_of_every_kind_are_among_those_tried(shipped: Atlas) -> None:
    """So that the test above cannot pass because nothing is offered."""
    offered = {way.key for case in CASES for way in ways_out(shipped, case)}
    assert offered >= {"relax.minimum", "relax.too_far", "relax.at_most", "relax.at_least", "relax.floor"}
    assert offered >= {"relax.border", "relax.hard"}


def test_figures_in_a_refusal_are_those_of_the_pack(shipped: Atlas) -> None:
    """Vik to Førde: the mean over its residents, from the cells."""
    area, known = times(shipped, FORDE)
    said = refusal(PlanError, lambda: pipeline.propose(shipped, area, asked(shipped, "a lock too far away").settings))
    base = next(b for b in known.bases if b.name == "Førde")
    minutes, persons = known.minutes(base, ("4639",))
    mean = (minutes.clip(max=240) * persons).sum() / persons.sum()
    assert re.search(r"mean of (\d+) minutes", said).group(1) == f"{mean:.0f}"  # type: ignore[union-attr]
    assert f"raised to {int(mean) + 1} minutes" in said


def test_the_fewest_and_most_teams_that_are_told_are_possible_and_one_more_is_not(shipped: Atlas) -> None:
    request = asked(shipped, "too many teams")
    said = refusal(PlanError, lambda: pipeline.propose(shipped, request.area, request.settings))
    least, most = map(int, re.search(r"at least (\d+) and at most (\d+)", said).groups())  # type: ignore[union-attr]

    def possible(count: int) -> bool:
        rules = with_rule(with_rule(request.settings, "teams", "at_least", count), "teams", "at_most", count or 1)
        return any_plan(request.under(rules))

    assert least == 0
    assert possible(most)
    assert not possible(most + 1)
