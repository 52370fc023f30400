"""The fields that a ``plan.json`` and a saved draft must have, so that they can be read, checked and measured.

A file may have more fields; they are ignored. This module alone checks the kinds and limits of the values, and that
names are unique, so that the rest of the program can rely on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factgeo.errors import Faults, PlanError, field_of
from factgeo.planning.plan import Status

SCHEMA, DRAFT_SCHEMA = "factgeo.plan/1", "factgeo.draft/1"
ACT_STAGE = "act_areas"
MOST = 10_000  # the most entries of a list (lists are not strict: those of a plan in memory are tuples)

Goal = Literal["minutes", "balanced", "reach", "served", "teams", "act_areas"]
Text = Annotated[str, Field(max_length=10_000)]
Name = Annotated[str, Field(min_length=1, max_length=10_000)]
Number = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=-1e15, le=1e15)]  # person-minutes and the like; larger ones cannot be written out


class _Given(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class GivenBase(_Given):
    """The base of a team."""

    unit_code: Name
    name: Text
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


class GivenTeam(_Given):
    """A catchment."""

    team_id: Name
    base: GivenBase
    units: Annotated[list[Name], Field(min_length=1, max_length=MOST, strict=False)]


class GivenUnserved(_Given):
    """A unit without a team."""

    unit_code: Name
    reason: Text


class GivenStage(_Given):
    """The claim of one solve."""

    goal: Goal
    value: Amount
    bound: Amount
    gap: Amount
    status: Status
    seconds: Amount


class GivenSolver(_Given):
    """The claims about the plan's quality."""

    name: Text
    status: Status
    stages: Annotated[list[GivenStage], Field(max_length=MOST, strict=False)]
    claimed: bool = False


class GivenActArea(_Given):
    """Catchments that one ACT base serves as well."""

    base: GivenBase
    teams: Annotated[list[Name], Field(max_length=MOST, strict=False)]


class GivenArea(_Given):
    """The area of the plan."""

    name: Text
    unit_codes: Annotated[list[Name], Field(min_length=1, max_length=MOST, strict=False)]


class GivenTeams(_Given):
    """The part of a plan that changes from step to step of a draft."""

    unserved: Annotated[list[GivenUnserved], Field(max_length=MOST, strict=False)]
    act_areas: Annotated[list[GivenActArea], Field(max_length=MOST, strict=False)] = []
    solver: GivenSolver


class GivenPlan(GivenTeams):
    """A ``plan.json``."""

    pack_digest: Name
    area: GivenArea
    rules: dict[str, Any]
    teams: Annotated[list[GivenTeam], Field(max_length=MOST, strict=False)]


class GivenPhrase(_Given):
    """The name of a step: an entry of the catalogue and its values."""

    key: Name
    values: dict[str, Any]


class GivenStep(GivenTeams):
    """A step of a draft; it refers to rules, demands and teams by their number."""

    what: GivenPhrase
    rules: Number
    edits: Number
    teams: list[Number]


class GivenDraft(_Given):
    """A saved history of a draft."""

    pack_digest: Name
    area: GivenArea
    position: Number
    rules: list[dict[str, Any]]
    edits: list[dict[str, Any]]
    teams: list[GivenTeam]
    steps: Annotated[list[GivenStep], Field(min_length=1)]


T = TypeVar("T", bound=_Given)


def plan(content: Mapping[str, Any], file: Path) -> GivenPlan:
    """Read the object of a ``plan.json``.

    Raises:
        PlanError: A field is missing, of the wrong kind or out of range, or names contradict. The error names file and
            field.
    """
    given = read(GivenPlan, content, file)
    refuse_contradictions(given, file)
    return given


def read(model: type[T], content: object, file: Path) -> T:
    """Read an object as its model.

    Raises:
        PlanError: Fields are missing, of another kind or out of range; all of them are named.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        places = dict.fromkeys(field_of(each["loc"]) for each in error.errors(include_url=False, include_input=False))
    faults = Faults()
    faults.add_all(places, lambda place: PlanError("plan_field", file=file, field=place))
    raise faults.all()


def refuse_contradictions(given: GivenPlan, file: Path) -> None:
    """Refuse names that allow no figures at all; ``check`` finds the rules that a plan breaks.

    Raises:
        PlanError: The area or a team has a unit twice, a team id occurs twice, or a unit is not in the area.
    """
    units = {f"teams[{number}].units": team.units for number, team in enumerate(given.teams, start=1)}
    once = {"area.unit_codes": given.area.unit_codes, "teams": [team.team_id for team in given.teams], **units}
    inside = {**units, "unserved": [entry.unit_code for entry in given.unserved]}
    area = set(given.area.unit_codes)
    faults = Faults()
    for field in {**once, **inside}:
        if twice := _twice(once.get(field, ())):
            faults.add(PlanError("plan_names_twice", file=file, field=field, name=twice))
        if outside := sorted(set(inside.get(field, ())) - area):
            faults.add(PlanError("plan_outside", file=file, field=field, units=", ".join(outside[:5])))
    faults.refuse()


def _twice(names: Sequence[str]) -> str:
    """The first name that stands twice; "" where none does."""
    times = Counter(names)
    return next((name for name in names if times[name] > 1), "")
