"""All settings as one frozen object, and the order in which they win.

default.toml < preset < file < ``KEY=VALUE`` (command line or screen). The defaults, with unit and source of each,
stand in ``configs/default.toml`` and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from factgeo.errors import SettingsError
from factgeo.files import documents
from factgeo.files.documents import UnreadableError
from factgeo.language import Phrase, names

Persons = Annotated[int, Field(ge=1, le=10_000_000)]
Minutes = Annotated[float, Field(gt=0, le=1000)]
Speed = Annotated[float, Field(ge=0.1, le=130)]  # km/h; with less the ways take more seconds than can be counted
Factor = Annotated[float, Field(ge=0.5, le=3)]

Three = tuple[float, float, float]
Border = Literal["hf", "dps", "helsefellesskap", "rhf", "county", "none"]
Who = Literal["all", "adults", "12-25", "65+"]
GoalName = Literal["balanced", "strict", "everyone", "fewest_teams"]
LinkKind = Literal["road", "ferry", "border"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Size(_Frozen):
    """How many people a catchment needs, and who is counted."""

    who: Who
    minimum: Persons


class Capacity(_Frozen):
    """How many residents one team can serve."""

    enabled: bool
    per_team: Persons


class Split(_Frozen):
    """Whether a unit above one team's capacity is cut into parts of cells."""

    big_units: bool


class Travel(_Frozen):
    """Limits on travel, in minutes one way."""

    minutes: Minutes
    too_far: Minutes
    unreachable: Minutes
    hard: bool
    hard_share: Annotated[float, Field(ge=0.5, le=1)]


class Goal(_Frozen):
    """What makes one plan better than another; prices in person-minutes."""

    name: GoalName
    beyond_price: Annotated[int, Field(ge=0, le=1_000_000)]
    unserved_price: Annotated[int, Field(ge=0, le=1_000_000)]
    tolerance: Annotated[float, Field(ge=0, le=0.1)]
    reach_floor: Annotated[float, Field(ge=0, le=1)]


class Teams(_Frozen):
    """How many teams the whole plan has; 0: as many as is best."""

    at_least: Annotated[int, Field(ge=0, le=1000)]
    at_most: Annotated[int, Field(ge=0, le=1000)]
    per_zone: Annotated[int, Field(ge=0, le=100)]

    def contradict(self) -> bool:
        """Is the least above the most?"""
        return 0 < self.at_most < self.at_least


Role = Literal["candidate", "preferred", "required"]


class Site(_Frozen):
    """A planner's own place for a base; degrees."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    role: Role = "candidate"


UnitNames = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


class KeptTeam(_Frozen):
    """A team that stands as it is: exactly these units, whatever the rules say. No ``base``: the best in them."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    units: Annotated[UnitNames, Field(min_length=1)]
    base: Annotated[str, Field(max_length=100)] = ""


class Lock(_Frozen):
    """Units that must belong to the team with this base (its place, or the unit it lies in)."""

    units: Annotated[UnitNames, Field(min_length=1)]
    base: Annotated[str, Field(min_length=1, max_length=100)]


class Edits(_Frozen):
    """What a planner demands of the plan; units by code or name."""

    keep: tuple[KeptTeam, ...]
    lock: tuple[Lock, ...]
    together: tuple[Annotated[UnitNames, Field(min_length=2)], ...]
    apart: tuple[Annotated[UnitNames, Field(min_length=2, max_length=2)], ...]
    leave: UnitNames


BaseAt = tuple[str, float, float]


class Moves(_Frozen):
    """What it costs to move residents away from the team that they have in a previous plan.

    ``previous``: for each unit with a team the base of that team (its unit_code, lon, lat).
    """

    price: Annotated[int, Field(ge=0, le=1_000_000)]
    previous: dict[str, BaseAt]


class Existing(_Frozen):
    """Whether the listed teams stand as fixed bases; ``without``: team_id of those that do not run."""

    listed: bool
    without: tuple[str, ...]


class Bases(_Frozen):
    """Where teams may have their base, and where they must, must not or should."""

    per_unit: Annotated[int, Field(ge=1, le=10)]
    apart_km: Annotated[float, Field(ge=1, le=100)]
    sites: tuple[Site, ...]
    required: tuple[str, ...]
    forbidden: tuple[str, ...]
    preferred: tuple[str, ...]
    preference_price: Annotated[int, Field(ge=0, le=100_000_000)]


class Whole(_Frozen):
    """What joins two units, so that a catchment counts as one piece."""

    links: tuple[LinkKind, ...]


class Service(_Frozen):
    """Thresholds of the four classes of report 3/2017."""

    act_adults: Persons
    fact_residents: Persons
    edge_minutes: Minutes
    edge_percentile: Annotated[float, Field(gt=0, le=100)]


class ActAreas(_Frozen):
    """The second tier: ACT areas that join whole FACT catchments."""

    enabled: bool
    share: Annotated[float, Field(ge=0, le=1)]


class Replaced(_Frozen):
    """A planner's own values for a row of data/facts/parameters.csv, in its unit; what is left out stays as it is."""

    low: float | None = None
    central: float | None = None
    high: float | None = None
    source: Annotated[str, Field(max_length=200)] = ""


class Need(_Frozen):
    """Which fraction of whom is the target group, and a planner's own fractions of groups that have no official one.

    Own fractions are in per cent: of residents of FACT ung's ages, of residents of 65+, of the target group.
    """

    denominator: Literal["adults_18plus", "total"]
    adult_fraction_of_total: bool
    fact_ung: float | Replaced
    elderly: float | Replaced
    security: float | Replaced


def _between(least: float, most: float) -> Callable[[Three], Three]:
    """A check that low, central and high are in order and within limits."""

    def checked(values: Three) -> Three:
        low, central, high = values
        if not least <= low <= central <= high <= most:
            raise ValueError
        return values

    return checked


class CapacityNeed(_Frozen):
    """What capacity needs beside the cited figures.

    ``model``: what the catchments' teams are; ACT areas of a second tier are ACT whatever it says.
    """

    model: Literal["fact", "act"]
    hours_per_week: Annotated[float, Field(ge=20, le=45)]
    weeks_per_year: Annotated[float, Field(ge=30, le=52)]


class Driving(_Frozen):
    """What the driving load needs beside the cited figures; three values are low, central and high.

    Attributes:
        clients_per_trip: Clients visited on one trip; most of them make least driving.
        staff_per_trip: How many go together.
        visit_minutes: Length of a visit.
        hop_factor: Mean minutes between two clients of a unit / mean minutes to them from the nearest base.
        car_hours_per_week: Hours that one car can be out in a week; many of them make few cars.
        satellite_share: A further satellite is worth while if it saves this share (0-1) of the hub's hours.
        satellites_at_most: How many satellites are tried.
    """

    clients_per_trip: Annotated[Three, AfterValidator(_between(1, 10))]
    staff_per_trip: Annotated[Three, AfterValidator(_between(1, 3))]
    visit_minutes: Annotated[Three, AfterValidator(_between(5, 240))]
    hop_factor: Annotated[float, Field(ge=0, le=2)]
    car_hours_per_week: Annotated[Three, AfterValidator(_between(5, 80))]
    satellite_share: Annotated[float, Field(ge=0, le=1)]
    satellites_at_most: Annotated[int, Field(ge=0, le=5)]


class SpeedByClass(_Frozen):
    """Mean speed by road class, km/h."""

    motorway: Speed
    trunk: Speed
    E: Speed
    R: Speed
    F: Speed
    K: Speed
    P: Speed


class ShareOfLimit(_Frozen):
    """Mean speed / speed limit, for networks that know their limits."""

    fast: Annotated[float, Field(ge=0.01, le=1.2)]
    middle: Annotated[float, Field(ge=0.01, le=1.2)]
    slow: Annotated[float, Field(ge=0.01, le=1.2)]


Degrees = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]


class FixedLink(_Frozen):
    """A road, bridge or tunnel to build: from ``start`` to ``end`` (lon, lat), with its minutes and kilometres."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    start: Degrees
    end: Degrees
    minutes: Annotated[float, Field(gt=0, le=300)]
    km: Annotated[float, Field(gt=0, le=500)]


class Roads(_Frozen):
    """How lengths become driving minutes, and what is closed or built."""

    closed: tuple[str, ...]
    added: tuple[FixedLink, ...]
    stretch: Annotated[float, Field(ge=1, le=1.5)]
    junction_factor: Factor
    winter_factor: Factor
    speed_kph: SpeedByClass
    share_of_limit: ShareOfLimit


class Ferry(_Frozen):
    """How ferries and boats become minutes, and which of them run."""

    wait_rule: Literal["measured_mean", "half_headway", "none"]
    wait_min: Annotated[float, Field(ge=0, le=240)]
    timetable: dict[str, Annotated[float, Field(ge=0, le=720)]]
    fixed_min: Annotated[float, Field(ge=0, le=60)]
    min_per_km: Annotated[float, Field(gt=0, le=20)]
    summer: bool
    tourist: bool
    boats: bool
    boat_speed_kph: Speed


class Access(_Frozen):
    """The way between a cell's centre and its road."""

    speed_kph: Speed
    detour: Factor


Span = tuple[Annotated[float, Field(gt=0, le=10)], Annotated[float, Field(gt=0, le=10)]]
Years = tuple[Annotated[float, Field(ge=0, le=30)], Annotated[float, Field(ge=0, le=30)]]

MOST_LIMITS, LONGEST_MIN = 8, 600  # of a population potential
WholeMinutes = Annotated[int, Field(ge=1, le=LONGEST_MIN)]
Level = Annotated[int, Field(ge=100, le=1_000_000)]


class Stability(_Frozen):
    """What varies when a plan is tested: lowest and highest, times the setting's own value; years ahead as they are."""

    seed: Annotated[int, Field(ge=0, le=2_147_483_647)]
    driving: Span
    waiting: Span
    minimum: Span
    minutes: Span
    beyond_price: Span
    unserved_price: Span
    years_ahead: Years

    def upside_down(self) -> list[str]:
        """Ranges whose lowest is above their highest."""
        ranges = {name: value for name, value in self if isinstance(value, tuple)}
        return [name for name, (low, high) in ranges.items() if low > high]


class Potential(_Frozen):
    """What a population potential tells beside the residents within ``travel.minutes``.

    Attributes:
        within: Limits, minutes one way.
        half_life_min: Minutes at which a resident counts half in the gravity form.
        levels: Residents within ``travel.minutes`` who are enough for a FACT team, and for a full ACT team.
        best: How many places of an area are named.
    """

    within: Annotated[tuple[WholeMinutes, ...], Field(min_length=1, max_length=MOST_LIMITS)]
    half_life_min: Annotated[float, Field(ge=1, le=1000)]
    levels: tuple[Level, Level]
    best: Annotated[int, Field(ge=1, le=100)]

    def upside_down(self) -> bool:
        """Is the lower level not below the higher?"""
        return self.levels[0] >= self.levels[1]


class Solver(_Frozen):
    """How long and how exactly to solve."""

    gap: Annotated[float, Field(ge=0, le=0.5)]
    time_limit: Annotated[float, Field(gt=0, le=86_400)]
    threads: Annotated[int, Field(ge=1, le=64)]
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)]


class Settings(_Frozen):
    """Everything that shapes a result. Make one with :func:`load`."""

    border: Border
    scheduler: Annotated[str, Field(pattern=r"^$|^(tcp|tls)://.+:\d+$")]
    size: Size
    capacity: Capacity
    split: Split
    travel: Travel
    goal: Goal
    teams: Teams
    bases: Bases
    edits: Edits
    moves: Moves
    existing: Existing
    whole: Whole
    service: Service
    act_areas: ActAreas
    need: Need
    parameters: dict[str, float | Replaced]
    capacity_need: CapacityNeed
    driving: Driving
    roads: Roads
    ferry: Ferry
    access: Access
    stability: Stability
    potential: Potential
    solver: Solver

    def on_todays_roads(self) -> Settings:
        """The same with nothing closed and nothing built."""
        return self.model_copy(update={"roads": self.roads.model_copy(update={"closed": (), "added": ()})})

    def here(self) -> Settings:
        """The same, computed on this machine: where a file comes from says nothing about whom to connect to."""
        return self.model_copy(update={"scheduler": ""})

    def content(self) -> dict[str, Any]:
        """All values for JSON, but not where they were computed: that is of one run, and goes into no file."""
        return self.here().model_dump(mode="json")

    def digest(self) -> str:
        """sha256 of all values that can shape a plan: equal digests, equal plans."""
        values = self.model_dump(exclude={"scheduler", "stability", "capacity_need", "driving", "potential"})
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def load(
    *,
    start: Settings | None = None,
    presets: Iterable[str] = (),
    file: Path | None = None,
    assignments: Iterable[str] = (),
    tables: Mapping[str, Any] = MappingProxyType({}),
) -> Settings:
    """Settings from the defaults, presets by name, a TOML file, ``KEY=VALUE`` texts and tables, the later ones winning.

    ``start`` takes the place of the defaults.

    Raises:
        SettingsError: Unknown preset, unreadable file, unknown key, value out of range, values that contradict, or a
            text with line breaks or characters that are not seen.
    """
    values = _read(configs_folder() / "default.toml") if start is None else start.model_dump()
    for name in presets:
        values = _overlay(values, _read_preset(name))
    if file is not None:
        given = _read(file)
        _refuse_unseen(given, file)
        values = _overlay(values, given)
    for assignment in assignments:
        values = _overlay(values, _parse_assignment(assignment))
    values = _overlay(values, tables)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise _refusal(error) from None
    _refuse_unseen(values)
    _refuse_contradictions(settings)
    return settings


def _refuse_unseen(values: Mapping[str, Any], file: Path | None = None) -> None:
    """No text of the settings has line breaks or characters that only steer."""
    found = names.first_unseen(values)
    if found is not None and file is not None:
        raise SettingsError("text_unseen", file=file, field=found[0], sign=found[1])
    if found is not None:
        raise SettingsError("setting_unseen", field=found[0], sign=found[1])


def _refuse_contradictions(settings: Settings) -> None:
    """Values that are possible alone, but not together."""
    if settings.teams.contradict():
        raise SettingsError("teams_contradict", least=settings.teams.at_least, most=settings.teams.at_most)
    upside_down = settings.stability.upside_down()
    if upside_down:
        raise SettingsError("range_upside_down", keys=", ".join(f"stability.{name}" for name in upside_down))
    if settings.potential.upside_down():
        raise SettingsError("potential_levels", levels=", ".join(map(str, settings.potential.levels)))
    both = sorted(set(settings.bases.required) & set(settings.bases.forbidden))
    if both:
        raise SettingsError("bases_contradict", names=", ".join(both))


def configs_folder() -> Path:
    """The folder of the defaults and presets: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def preset_names() -> list[str]:
    """Names that ``presets`` of :func:`load` takes."""
    return sorted(path.stem for path in configs_folder().glob("*.toml") if path.stem != "default")


def _read_preset(name: str) -> dict[str, Any]:
    if name not in preset_names():
        raise SettingsError("unknown_preset", name=name, known=", ".join(preset_names()))
    return _read(configs_folder() / f"{name}.toml")


def _read(path: Path) -> dict[str, Any]:
    try:
        return documents.read_toml(path)
    except UnreadableError as error:
        raise SettingsError("settings_file", file=path, reason=error.reason) from None


def _parse_assignment(assignment: str) -> dict[str, Any]:
    """``goal.name=everyone`` as a nested table; the value is TOML, or text where it is no TOML."""
    key, sign, value = assignment.partition("=")
    if not sign or not key.strip() or documents.HALVES.search(assignment):
        raise SettingsError("assignment", given=assignment)
    try:
        parsed = documents.toml(f"value = {value.strip()}")["value"]
    except UnreadableError:
        parsed = value.strip()
    parts = key.strip().split(".")
    if len(parts) > documents.DEEPEST:
        raise SettingsError("assignment", given=assignment)
    for part in reversed(parts):
        parsed = {part: parsed}
    return dict(parsed)


def _overlay(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``base`` with the values of ``over`` on top, table by table."""
    merged = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _overlay(merged[key], value) if both_tables else value
    return merged


def _refusal(error: ValidationError) -> SettingsError:
    """The first thing that is wrong with the settings, by its key."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        known = ", ".join(".".join([*path[:-1], name]) for name in _fields(path[:-1]))
        return SettingsError("unknown_setting", key=".".join(path), known=known)
    while path and path[-1] not in _fields(path[:-1]):
        path.pop()  # the place in a list, or the branch of a union
    allowed = _allowed(_fields(path[:-1])[path[-1]])
    return SettingsError("setting_out_of_range", key=".".join(path), given=repr(first["input"]), allowed=allowed)


def _fields(path: Sequence[str]) -> dict[str, FieldInfo]:
    """The settings that exist below a path of tables."""
    model: type[BaseModel] = Settings
    for part in path:
        field = model.model_fields.get(part)
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return {}
        model = field.annotation
    return dict(model.model_fields)


def _allowed(field: FieldInfo) -> str | Phrase:
    """What a setting can be: its choices, or its kind with the limits."""
    annotation = field.annotation
    inner = get_args(annotation)[0] if get_origin(annotation) is tuple else annotation
    if get_origin(inner) is Literal:
        return ", ".join(map(str, get_args(inner)))
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    limits = [f"{sign} {getattr(m, name)}" for m in field.metadata for name, sign in signs.items() if hasattr(m, name)]
    kinds = {int: "whole", float: "number", bool: "switch"}
    kind = kinds.get(annotation, "table") if isinstance(annotation, type) else "table"
    if get_origin(annotation) is tuple:
        kind = "list"
    return Phrase(f"kind.{kind}", after=f" ({', '.join(limits)})" if limits else "")
