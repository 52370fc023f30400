"""The independent check: a proven plan holds, and every way of breaking one is found and named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factgeo.atlas.pack import Atlas
from factgeo.planning.check import Finding, check
from factgeo.planning.plan import Catchment, Plan, Unserved
from factgeo.planning.result import Result


def findings(plan: Plan, result: Result, atlas: Atlas) -> list[Finding]:
    return check(plan, atlas, result.journeys)


def keys(plan: Plan, result: Result, atlas: Atlas) -> set[str]:
    return {finding.key for finding in findings(plan, result, atlas)}


def moved(plan: Plan, unit: str, to: str) -> Plan:
    """The plan with one unit moved to the team of this id."""
    units = {c.team_id: set(c.units) - {unit} | ({unit} if c.team_id == to else set()) for c in plan.catchments}
    return replace(plan, catchments=tuple(replace(c, units=tuple(sorted(units[c.team_id]))) for c in plan.catchments))


def team_of(plan: Plan, unit: str) -> Catchment:
    return next(c for c in plan.catchments if unit in c.units)


def test_a_proven_plan_holds(forde: Result, shipped: Atlas) -> None:
    assert findings(forde.plan, forde, shipped) == []


def test_a_unit_that_is_lost_or_counted_twice_is_found(forde: Result, shipped: Atlas) -> None:
    plan = forde.plan
    first = plan.catchments[0]
    lost = replace(plan, catchments=(replace(first, units=first.units[:-1]), *plan.catchments[1:]))
    twice = replace(plan, unserved=(*plan.unserved, Unserved(first.units[0], "cut_off")))
    for broken in (lost, twice):
        assert "unit_not_once" in keys(broken, forde, shipped)


def test_a_unit_from_elsewhere_is_found(forde: Result, shipped: Atlas) -> None:
    broken = replace(forde.plan, unserved=(*forde.plan.unserved, Unserved("0301", "cut_off")))
    assert "unit_outside" in keys(broken, forde, shipped)


def test_a_base_outside_its_catchment_is_found(forde: Result, shipped: Atlas) -> None:
    a, b, *rest = forde.plan.catchments
    broken = replace(forde.plan, catchments=(replace(a, base=b.base), replace(b, base=a.base), *rest))
    assert keys(broken, forde, shipped) == {"base_elsewhere"}


def test_a_catchment_below_the_size_rule_is_named_with_its_figures(forde: Result, shipped: Atlas) -> None:
    stricter = forde.plan.settings.model_copy(
        update={"size": forde.plan.settings.size.model_copy(update={"minimum": 25_000})}
    )
    found = findings(replace(forde.plan, settings=stricter), forde, shipped)
    small = [finding.text("en") for finding in found if finding.key == "too_small"]
    assert small
    assert all("25,000" in sentence for sentence in small)


def test_a_full_team_a_piece_too_far_away_and_a_wrong_price_are_found(forde: Result, shipped: Atlas) -> None:
    """Vik moved from Indre Sogn to the team of Kinn: over mountains and fjords, and joined to nothing there."""
    to = team_of(forde.plan, "4602").team_id
    assert {"in_pieces", "unit_too_far", "other_price"} <= keys(moved(forde.plan, "4639", to), forde, shipped)


def test_a_team_above_its_capacity_is_found(forde: Result, shipped: Atlas) -> None:
    tight = forde.plan.settings.model_copy(
        update={"capacity": forde.plan.settings.capacity.model_copy(update={"per_team": 20_000})}
    )
    assert "too_big" in keys(replace(forde.plan, settings=tight), forde, shipped)


def test_a_catchment_across_a_border_is_found(forde: Result, shipped: Atlas) -> None:
    by_dps = forde.plan.settings.model_copy(update={"border": "dps"})
    assert "crosses_border" in keys(replace(forde.plan, settings=by_dps), forde, shipped)


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_every_finding_is_a_sentence_in_every_language(forde: Result, shipped: Atlas, lang: str) -> None:
    broken = moved(forde.plan, "4639", team_of(forde.plan, "4602").team_id)
    assert all(len(finding.text(lang)) > 20 for finding in findings(broken, forde, shipped))
