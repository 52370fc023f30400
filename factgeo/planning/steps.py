"""The history of a draft, step by step, with undo and redo, saved as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from factgeo.atlas.pack import Atlas
from factgeo.errors import PlanError
from factgeo.language import Phrase
from factgeo.planning import edits, planfields, planfile
from factgeo.planning.plan import NO_EDITS, Catchment, Plan
from factgeo.planning.planfields import GivenDraft, GivenPlan, GivenStep
from factgeo.settings import Edits, Settings

SCHEMA = planfields.DRAFT_SCHEMA
MOST_STEPS = 100
NO_FILE = Path()  # a history has no file that an error could name

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """A plan, and the name of the step that led to it."""

    plan: Plan
    what: Phrase


@dataclass(frozen=True)
class History:
    """The steps of a draft; the step at ``position`` is shown, the steps after it can be redone."""

    steps: tuple[Step, ...]
    position: int = 0

    @property
    def present(self) -> Plan:
        """The plan that is shown."""
        return self.steps[self.position].plan

    @property
    def can_undo(self) -> bool:
        """Is there a step before?"""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Is there a step after?"""
        return self.position < len(self.steps) - 1

    def did(self, plan: Plan, what: Phrase) -> History:
        """Return the history with one step more, without undone steps.

        If there are more than ``MOST_STEPS``, the oldest are dropped, but never the first.
        """
        steps = (*self.steps[: self.position + 1], Step(plan, what))
        if len(steps) > MOST_STEPS:
            steps = (steps[0], *steps[len(steps) - MOST_STEPS + 1 :])
        return History(steps, len(steps) - 1)

    def undo(self) -> History:
        """Return the history one step back; the same history if there is none."""
        return replace(self, position=self.position - 1) if self.can_undo else self

    def redo(self) -> History:
        """Return the history one step on again; the same history if there is none."""
        return replace(self, position=self.position + 1) if self.can_redo else self


def began(plan: Plan, what: Phrase | None = None) -> History:
    """Return a history with its first step."""
    return History((Step(plan, what or Phrase("draft.did.began")),))


# writing and reading as JSON


def plan_content(plan: Plan) -> dict[str, Any]:
    """Return a plan as the object of ``plan.json``, with only the fields that :func:`planfile.from_content` reads."""
    return {
        "schema": planfields.SCHEMA,
        "pack_digest": plan.pack_digest,
        "area": _area_content(plan),
        "rules": plan.settings.content(),
        "teams": [asdict(catchment) for catchment in plan.catchments],
        **_rest_content(plan),
    }


def _area_content(plan: Plan) -> dict[str, Any]:
    return {"name": plan.area.name, "unit_codes": list(plan.area.units)}


def _rest_content(plan: Plan) -> dict[str, Any]:
    """Return the units without a team, the ACT areas and the proof."""
    stages = (*plan.proof.stages, *([plan.act.stage] if plan.act else []))
    return {
        "unserved": [asdict(entry) for entry in plan.unserved],
        "act_areas": [asdict(area) for area in plan.act.areas] if plan.act else [],
        "solver": {
            "name": plan.proof.solver,
            "status": plan.proof.status,
            "claimed": plan.proof.claimed,
            "stages": [asdict(stage) for stage in stages],
        },
    }


def history_content(history: History) -> dict[str, Any]:
    """Return a history as an object for JSON (schema ``factgeo.draft/1``); all its plans have one area and pack.

    Rules, demands and teams are listed once each, as in ``plan.json``; the steps refer to them by their number.
    """
    rules: list[Settings] = []
    demands: dict[Edits, int] = {}
    teams: dict[Catchment, int] = {}
    steps = [
        {
            "what": _phrase_content(step.what),
            "rules": _place(rules, step.plan.settings.model_copy(update={"edits": NO_EDITS})),
            "edits": demands.setdefault(step.plan.settings.edits, len(demands)),
            "teams": [teams.setdefault(catchment, len(teams)) for catchment in step.plan.catchments],
            **_rest_content(step.plan),
        }
        for step in history.steps
    ]
    return {
        "schema": SCHEMA,
        "pack_digest": history.present.pack_digest,
        "area": _area_content(history.present),
        "position": history.position,
        "rules": [each.here().model_dump(mode="json", exclude={"edits"}) for each in rules],
        "edits": [each.model_dump(mode="json") for each in demands],
        "teams": [asdict(each) for each in teams],
        "steps": steps,
    }


def history_from(content: Mapping[str, Any], atlas: Atlas) -> History:
    """Return the history of an object that :func:`history_content` made.

    Raises:
        PlanError: The object is damaged, or was made with another pack.
    """
    try:
        if content["schema"] == SCHEMA and content["pack_digest"] != atlas.digest:
            raise PlanError("draft_other_pack")
        return _history(content, atlas)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, PlanError) and error.key == "draft_other_pack":
            raise
        raise PlanError("draft_damaged") from None


def _history(content: Mapping[str, Any], atlas: Atlas) -> History:
    given = planfields.read(GivenDraft, content, NO_FILE)
    if content["schema"] != SCHEMA or given.position >= len(given.steps):
        raise ValueError(content["schema"])
    units = tuple(given.area.unit_codes)
    rules = [planfile.rules_from(each, atlas, NO_FILE)[0] for each in given.rules]
    known = [planfile.known_bases(atlas, units, each) for each in rules]
    demands = [Edits.model_validate(each) for each in given.edits]
    under = {
        (k, n): rules[k].model_copy(update={"edits": demands[n]})
        for k, n in {(step.rules, step.edits) for step in given.steps}
    }
    demands_of = {numbers: edits.demands(settings, atlas) for numbers, settings in under.items()}

    def step_of(step: GivenStep) -> Step:
        drawn = _drawn(given, step)
        planfields.refuse_contradictions(drawn, NO_FILE)
        planfile.refuse_strangers(drawn, atlas, NO_FILE)
        numbers = (step.rules, step.edits)
        plan = planfile.standing(drawn, under[numbers], demands_of[numbers], known[step.rules], NO_FILE)
        return Step(plan, _phrase(step.what.model_dump()))

    return History(tuple(map(step_of, given.steps)), given.position)


def _drawn(given: GivenDraft, step: GivenStep) -> GivenPlan:
    """Return a step, with the area and the teams of the draft, as the fields of a plan."""
    return GivenPlan(
        pack_digest=given.pack_digest,
        area=given.area,
        rules={},
        teams=[given.teams[number] for number in step.teams],
        unserved=step.unserved,
        act_areas=step.act_areas,
        solver=step.solver,
    )


def _place(values: list[T], value: T) -> int:
    """Return the place of a value in a list; append it if it is new."""
    if value not in values:
        values.append(value)
    return values.index(value)


def _phrase_content(what: Phrase) -> dict[str, Any]:
    values = {name: _phrase_content(v) if isinstance(v, Phrase) else v for name, v in what.values.items()}
    return {"key": what.key, "values": values}


def _phrase(content: Mapping[str, Any]) -> Phrase:
    """Return a phrase that the catalogue has.

    Raises:
        KeyError: The catalogue lacks the entry, or a value is missing.
    """
    values = {name: _phrase(v) if isinstance(v, Mapping) else v for name, v in content["values"].items()}
    phrase = Phrase(content["key"], values=values)
    phrase.text()
    return phrase
