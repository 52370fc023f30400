"""The steps of a draft: undone and done again, and brought back from JSON as they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from worlds.basics import refusal
from worlds.drafts import there_and_back

from factgeo.errors import PlanError
from factgeo.language import Phrase
from factgeo.planning import draft, planfile, steps
from factgeo.planning.draft import EditContext
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.report.draft import did_improve, did_move

KINN, VIK, SOLUND = "4602", "4639", "4636"
SOGNDAL, FORDE, SVELGEN, EID = "T01", "T02", "T03", "T04"


@pytest.fixture(scope="module")
def plan(forde: Result) -> Plan:
    return forde.plan


@pytest.fixture(scope="module")
def context(forde: Result) -> EditContext:
    return EditContext.of(forde)


def test_what_was_done_is_undone_done_again_and_brought_back(plan: Plan, context: EditContext) -> None:
    town, island = (context.candidates([unit])[0] for unit in (KINN, SOLUND))
    edits: list[Callable[[Plan], Plan]] = [
        lambda now: draft.move(now, [VIK], None, context),
        lambda now: draft.lock_units(now, [VIK], context),
        lambda now: draft.set_base(now, SVELGEN, town, context),
        lambda now: draft.add_team(now, island, context),
        lambda now: draft.lock_team(now, EID, context),
        lambda now: draft.divide(now, SOGNDAL, context),
        lambda now: draft.join(now, FORDE, SVELGEN, context),
        draft.unlock_all,
    ]
    history = steps.began(plan)
    for number, edit in enumerate(edits):
        then = edit(history.present)
        assert then != history.present
        history = history.did(then, Phrase("draft.did.added", values={"base": str(number)}))
    there_and_back(history, context.atlas)


def test_what_was_undone_is_forgotten_when_something_else_is_done(plan: Plan, context: EditContext) -> None:
    one, two = draft.move(plan, [KINN], EID, context), draft.move(plan, [VIK], FORDE, context)
    history = steps.began(plan).did(one, did_improve()).undo().did(two, did_improve())
    assert [step.plan for step in history.steps] == [plan, two]
    assert history.undo().present == plan


def test_of_too_many_steps_the_first_and_the_latest_are_kept(plan: Plan) -> None:
    history = steps.began(plan, Phrase("draft.did.improved"))
    for number in range(150):
        history = history.did(plan, Phrase("draft.did.added", values={"base": str(number)}))
    assert len(history.steps) == steps.MOST_STEPS
    assert history.steps[0].what == Phrase("draft.did.improved")
    assert [step.what.values["base"] for step in history.steps[1:]] == [str(n) for n in range(51, 150)]
    assert history.present is plan


def test_a_plan_is_kept_as_its_file_has_it(plan: Plan, context: EditContext) -> None:
    content = json.loads(json.dumps(steps.plan_content(plan)))
    assert planfile.from_content(content, context.atlas, Path("plan.json")) == plan


def test_a_history_of_two_tiers_and_several_rules_comes_back(two_tiers: Result) -> None:
    context, plan = EditContext.of(two_tiers), two_tiers.plan
    unit, home = next(iter(plan.team_of().items()))
    edits = [
        draft.lock_units(plan, [unit], context),
        draft.lock_team(plan, home, context),
        draft.lock_all(plan, context),
    ]
    other = plan.settings.model_copy(update={"border": "none"})
    history = steps.began(plan)
    for each in [*edits, replace(plan, settings=other), draft.join(plan, home, plan.catchments[-1].team_id, context)]:
        history = history.did(each, did_move(plan, plan.area.units[:7], home, context.atlas))
    content = json.loads(json.dumps(steps.history_content(history.undo())))
    assert steps.history_from(content, context.atlas) == history.undo()
    assert len(content["rules"]) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: c.update(schema="other"),
        lambda c: c.pop("steps"),
        lambda c: c.update(steps=[]),
        lambda c: c.update(position=9),
        lambda c: c["steps"][0].update(teams=[999]),
        lambda c: c["steps"][0].update(rules=7),
        lambda c: c["steps"][0]["what"].update(key="draft.did.nothing_known"),
        lambda c: c["steps"][0]["what"].update(values=None),
        lambda c: c["teams"][0]["units"].append("9999"),
        lambda c: c["teams"][0]["base"].update(lon=1.0),
        lambda c: c["rules"][0].update(border="moon"),
        lambda c: c["edits"][0].update(lock=[{"units": [], "base": ""}]),
        lambda c: c.update(area=None),
        lambda c: c.update(position=-1),
        lambda c: c.update(position=True),
        lambda c: c.update(rules=None),
        lambda c: c["steps"][0].update(teams=[0, 0]),
        lambda c: c["steps"][0].update(teams=["0"]),
        lambda c: c["steps"][0].update(edits=-1),
        lambda c: c["steps"][0]["solver"].update(stages=[{"goal": "luck"}]),
        lambda c: c["area"]["unit_codes"].pop(),
        lambda c: c["edits"][0].update(leave=["Narnia"]),
    ],
)
def test_a_damaged_draft_is_refused_in_one_sentence(
    plan: Plan, context: EditContext, damage: Callable[[dict[str, object]], object]
) -> None:
    content = json.loads(json.dumps(steps.history_content(steps.began(plan))))
    assert steps.history_from(content, context.atlas).present == plan
    damage(content)
    assert "damaged" in refusal(PlanError, lambda: steps.history_from(content, context.atlas))


def test_a_draft_of_other_data_says_that_they_have_changed(plan: Plan, context: EditContext) -> None:
    content = {**steps.history_content(steps.began(plan)), "pack_digest": "0" * 64}
    assert "data have changed" in refusal(PlanError, lambda: steps.history_from(content, context.atlas))
    with pytest.raises(PlanError):
        planfile.from_content({**steps.plan_content(plan), "pack_digest": "0"}, context.atlas, Path("x"))
