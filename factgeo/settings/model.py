"""All settings as one frozen object, each with its limits; :mod:`factgeo.settings.loading` makes one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


class CapacityRule(_Frozen):
    """How many residents one team can serve."""

    enabled: bool
    per_team: Persons


class SplitRule(_Frozen):
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


class NeedRule(_Frozen):
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


class RoadAccessRule(_Frozen):
    """The way between a cell's centre and its road."""

    speed_kph: Speed
    detour: Factor


Span = tuple[Annotated[float, Field(gt=0, le=10)], Annotated[float, Field(gt=0, le=10)]]
Years = tuple[Annotated[float, Field(ge=0, le=30)], Annotated[float, Field(ge=0, le=30)]]

MOST_LIMITS, LONGEST_MIN = 8, 600  # of a population potential
WholeMinutes = Annotated[int, Field(ge=1, le=LONGEST_MIN)]
Level = Annotated[int, Field(ge=100, le=1_000_000)]


class StabilityRule(_Frozen):
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
    capacity: CapacityRule
    split: SplitRule
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
    need: NeedRule
    parameters: dict[str, float | Replaced]
    capacity_need: CapacityNeed
    driving: Driving
    roads: Roads
    ferry: Ferry
    access: RoadAccessRule
    stability: StabilityRule
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
