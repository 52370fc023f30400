"""All settings as one frozen object: the default, the limits and the meaning of each stand at its field.

``configs/default.toml`` is written from here by ``python -m factgeo.settings.writing``. The texts below the fields are
what planners read there and on the page Data: "facts:ID" names a row of ``data/facts/parameters.csv``, "estimate" is
our own assumption. :mod:`factgeo.settings.loading` makes an object.
"""

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
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, use_attribute_docstrings=True
    )


class Size(_Frozen):
    """How many people a catchment needs, and who is counted."""

    who: Who = "all"
    """who is counted: all, adults (18+), 12-25, 65+ (years)"""
    minimum: Persons = 15000
    """persons in a catchment at least (facts:fact_min_total); guidance, teams exist below it"""


class CapacityRule(_Frozen):
    """How many residents one team can serve."""

    enabled: bool = True
    """false: one team may serve any number"""
    per_team: Persons = 50000
    """residents per team: 250 clients (facts:fact_team_caseload, high) / 0.50 % (facts:target_fraction_total)"""


class SplitRule(_Frozen):
    """Whether a unit above one team's capacity is cut into parts."""

    big_units: bool = False
    """true: a unit above one team's capacity is cut into connected, balanced parts of cells with own bases"""


class Travel(_Frozen):
    """Limits on travel, in minutes one way."""

    minutes: Minutes = 60
    """T, one way, base to home (facts:max_travel_minutes); soft: it sets price and class, and excludes nobody"""
    too_far: Minutes = 120
    """minutes; a unit whose mean is beyond cannot belong to the base (estimate)"""
    unreachable: Minutes = 240
    """minutes that an unreachable resident stands for in a mean (estimate)"""
    hard: bool = False
    """true: no catchment with a smaller share of its residents than hard_share within T minutes"""
    hard_share: Annotated[float, Field(ge=0.5, le=1)] = 0.95
    """0.95: the 95th percentile of the residents lies within T"""


class Goal(_Frozen):
    """What makes one plan better than another; prices in person-minutes."""

    name: GoalName = "balanced"
    """balanced: least person-minutes + the two prices below; strict: reach, then served, then minutes; everyone:
    served, then reach, then minutes; fewest_teams: with reach_floor, then balanced"""
    beyond_price: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    """person-minutes for one resident beyond T minutes (estimate: a value to discuss)"""
    unserved_price: Annotated[int, Field(ge=0, le=1_000_000)] = 1500
    """person-minutes for one resident without a team (estimate: a value to discuss)"""
    tolerance: Annotated[float, Field(ge=0, le=0.1)] = 0.001
    """strict, everyone: share of residents by which later stages may worsen the best value of earlier ones"""
    reach_floor: Annotated[float, Field(ge=0, le=1)] = 0.9
    """fewest_teams: share of the area's residents who must live within T minutes of their team"""


class Teams(_Frozen):
    """How many teams the whole plan has; 0: as many as is best."""

    at_least: Annotated[int, Field(ge=0, le=1000)] = 0
    """teams in the whole plan; 0: no rule. Both alike: exactly"""
    at_most: Annotated[int, Field(ge=0, le=1000)] = 0
    """teams in the whole plan; 0: no rule"""
    per_zone: Annotated[int, Field(ge=0, le=100)] = 0
    """bases in each zone of the border, exactly; 0: no rule"""

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
    """A team that stays: exactly these units, whatever the rules say. No ``base``: the best in these units."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    units: Annotated[UnitNames, Field(min_length=1)]
    base: Annotated[str, Field(max_length=100)] = ""


class Lock(_Frozen):
    """Units that must belong to the team with this base (its place, or the unit it lies in)."""

    units: Annotated[UnitNames, Field(min_length=1)]
    base: Annotated[str, Field(min_length=1, max_length=100)]


class Edits(_Frozen):
    """What a planner demands of the plan; units by code or name."""

    keep: tuple[KeptTeam, ...] = ()
    """teams that stand as they are, whatever the rules say: {name, units, base}; base may be left out"""
    lock: tuple[Lock, ...] = ()
    """units that belong to the team with a certain base: {units, base}"""
    together: tuple[Annotated[UnitNames, Field(min_length=2)], ...] = ()
    """groups of units that have the same team: [["Vik", "Høyanger"]]"""
    apart: tuple[Annotated[UnitNames, Field(min_length=2, max_length=2)], ...] = ()
    """pairs of units that do not have the same team"""
    leave: UnitNames = ()
    """units that are left without a team"""


BaseAt = tuple[str, float, float]


class Moves(_Frozen):
    """What it costs to move residents away from the team that they have in a previous plan."""

    price: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    """person-minutes for one resident who had a team in the previous plan and gets another, or none (estimate: a value
    to discuss)"""
    previous: dict[str, BaseAt] = {}
    """base of each unit in the previous plan: {unit_code = [unit_code of the base, lon, lat]}"""


class Existing(_Frozen):
    """Whether the listed teams stand as fixed bases."""

    listed: bool = False
    """true: they stand as fixed bases of any size, and their areas are free"""
    without: tuple[str, ...] = ()
    """team_id of listed teams that do not run, or are not where the list is read to place them"""


class Bases(_Frozen):
    """Where teams may have their base, and where they must, must not or should."""

    per_unit: Annotated[int, Field(ge=1, le=10)] = 1
    """candidates per unit: its centre, then its densest other cells"""
    apart_km: Annotated[float, Field(ge=1, le=100)] = 5
    """kilometres between the candidates of a unit at least (estimate)"""
    sites: tuple[Site, ...] = ()
    """own places: {name, lon, lat, role = "candidate"}; role: candidate, preferred, required; factgeo plan --sites FILE
    """
    required: tuple[str, ...] = ()
    """places or units that must have a base"""
    forbidden: tuple[str, ...] = ()
    """places or units that must not have one"""
    preferred: tuple[str, ...] = ()
    """places or units that should have one"""
    preference_price: Annotated[int, Field(ge=0, le=100_000_000)] = 100000
    """person-minutes that a base costs which is not among the preferred (estimate: a value to discuss)"""


class Whole(_Frozen):
    """What joins two units, so that a catchment counts as one piece."""

    links: tuple[LinkKind, ...] = ("road", "ferry")
    """what joins two units: road, ferry, border (a shared land border without a road)"""


class Service(_Frozen):
    """Thresholds of the four classes of report 3/2017."""

    act_adults: Persons = 40000
    """adults 18+ for an ACT team (facts:act_min_adults)"""
    fact_residents: Persons = 15000
    """residents for a FACT team (facts:fact_min_total)"""
    edge_minutes: Minutes = 60
    """travel to the outer edge of the area (facts:max_travel_minutes)"""
    edge_percentile: Annotated[float, Field(gt=0, le=100)] = 95
    """"outer edge" is read as this percentile of the residents (estimate: the farthest farm should not decide)"""


class ActAreas(_Frozen):
    """The second tier: ACT areas that join whole FACT catchments."""

    enabled: bool = False
    """true: join whole neighbouring catchments until service.act_adults adults live within T minutes of an ACT base"""
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    """a catchment can join if at least this share of its residents lives within T minutes of that base (estimate)"""


class Replaced(_Frozen):
    """Own values in place of a cited figure, in the unit of the figure; a value left out stays the cited one."""

    low: float | None = None
    central: float | None = None
    high: float | None = None
    source: Annotated[str, Field(max_length=200)] = ""


class NeedRule(_Frozen):
    """Which fraction of which residents is the target group, and own fractions for groups without an official one.

    Own fractions are in per cent of residents aged 12-25 (FACT ung), of residents aged 65+, and of the target group.
    """

    denominator: Literal["adults_18plus", "total"] = "adults_18plus"
    """adults_18plus (facts:target_fraction_adults) or total (facts:target_fraction_total)"""
    adult_fraction_of_total: bool = False
    """true: allow the fraction of adults on all residents, which counts the same people a quarter too high"""
    fact_ung: float | Replaced = Replaced()
    """own fraction for FACT ung, per cent of residents of 12-25: a number or {low, central, high, source}; none is
    official"""
    elderly: float | Replaced = Replaced()
    """own fraction for FACT for older adults, per cent of residents of 65+; none is sourced"""
    security: float | Replaced = Replaced()
    """own fraction for security teams, per cent of the target group; none is sourced"""


def _between(least: float, most: float) -> Callable[[Three], Three]:
    """A check that low, central and high are in order and within limits."""

    def checked(values: Three) -> Three:
        low, central, high = values
        if not least <= low <= central <= high <= most:
            raise ValueError
        return values

    return checked


class CapacityNeed(_Frozen):
    """What capacity needs in addition to the cited figures."""

    model: Literal["fact", "act"] = "fact"
    """fact or act: what the catchments' teams are; ACT areas of a second tier are ACT anyway"""
    hours_per_week: Annotated[float, Field(ge=20, le=45)] = 37.5
    """working hours of a whole position (estimate: the usual week)"""
    weeks_per_year: Annotated[float, Field(ge=30, le=52)] = 44
    """weeks a position is at work: 52 less holidays, illness, courses (estimate)"""


class Driving(_Frozen):
    """What the driving load needs in addition to the cited figures.

    Three values are low, central and high. Many clients per trip give the least driving, many car hours the fewest
    cars.
    """

    clients_per_trip: Annotated[Three, AfterValidator(_between(1, 10))] = (1, 2, 3)
    """clients of one unit visited on a trip (estimate); many make least driving"""
    staff_per_trip: Annotated[Three, AfterValidator(_between(1, 3))] = (1, 1, 1.5)
    """how many go together (estimate)"""
    visit_minutes: Annotated[Three, AfterValidator(_between(5, 240))] = (30, 45, 60)
    """length of a visit (estimate)"""
    hop_factor: Annotated[float, Field(ge=0, le=2)] = 1.4
    """minutes between two clients of a unit / minutes to them from its best base (estimate: in 100 units on our roads
    the median is 1.39, the middle half 1.28-1.54; at most 2)"""
    car_hours_per_week: Annotated[Three, AfterValidator(_between(5, 80))] = (20, 25, 30)
    """hours one car can be out (estimate)"""
    satellite_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    """a further satellite must save this share of the hub's driving hours (estimate: a value to discuss)"""
    satellites_at_most: Annotated[int, Field(ge=0, le=5)] = 3
    """how many are tried"""


class SpeedByClass(_Frozen):
    """Mean speed by road class, km/h."""

    motorway: Speed = 95
    trunk: Speed = 80
    E: Speed = 70
    """European roads"""
    R: Speed = 68
    """national roads (riksveg)"""
    F: Speed = 58
    """county roads (fylkesveg)"""
    K: Speed = 45
    """municipal roads"""
    P: Speed = 30
    """private roads"""


class ShareOfLimit(_Frozen):
    """Mean speed / speed limit, for networks that know their limits."""

    fast: Annotated[float, Field(ge=0.01, le=1.2)] = 0.83
    """limits of 60 km/h and more"""
    middle: Annotated[float, Field(ge=0.01, le=1.2)] = 0.80
    """40-59 km/h"""
    slow: Annotated[float, Field(ge=0.01, le=1.2)] = 0.68
    """below 40 km/h"""


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

    closed: tuple[str, ...] = ()
    """what is closed: ferries by name, road numbers (E39, F609), or boxes west,south,east,north in degrees"""
    added: tuple[FixedLink, ...] = ()
    """fixed links to build: {name, start = [lon, lat], end = [lon, lat], minutes, km}; factgeo plan --add FILE"""
    stretch: Annotated[float, Field(ge=1, le=1.5)] = 1.04
    """true length / length in N1000, which is 2-6 % short (estimate, middle of the range)"""
    junction_factor: Factor = 1.0
    """times driving minutes (facts:drive_time_factor)"""
    winter_factor: Factor = 1.0
    """times driving minutes (estimate; 1.0 = bare road)"""
    speed_kph: SpeedByClass = SpeedByClass()
    """Mean speeds over a whole road class, in km/h (estimate). N1000 has no speed limits; official drive minutes in a
    sample of NVDB Ruteplan (Oslo, 2021) are 0.83 of the limit at 60-80 km/h, 0.80 at 50 and 0.68 at 30."""
    share_of_limit: ShareOfLimit = ShareOfLimit()
    """Mean speed / speed limit, where a network knows its limits (OpenStreetMap, NVDB without minutes). Measured in the
    same NVDB sample: official drive minutes against the limit."""


class Ferry(_Frozen):
    """How ferries and boats become minutes, and which of them run."""

    wait_rule: Literal["measured_mean", "half_headway", "none"] = "measured_mean"
    """measured_mean: wait_min; half_headway: timetable, else half the interval where it is known, else wait_min; none
    """
    wait_min: Annotated[float, Field(ge=0, le=240)] = 15
    """waiting per boarding, minutes (facts:ferry_wait_mean)"""
    timetable: dict[str, Annotated[float, Field(ge=0, le=720)]] = {}
    """mean waiting per crossing, minutes, from a timetable: {"Lavik-Oppedal" = 10}; goes before headways; factgeo plan
    --timetable FILE"""
    fixed_min: Annotated[float, Field(ge=0, le=60)] = 6.1
    """crossing without published time: fixed part, minutes (data/facts/ferry_time_rule.csv)"""
    min_per_km: Annotated[float, Field(gt=0, le=20)] = 2.41
    """crossing without published time: minutes per km (data/facts/ferry_time_rule.csv)"""
    summer: bool = False
    """ferries that run in summer only"""
    tourist: bool = False
    """sightseeing ferries"""
    boats: bool = False
    """passenger boats: they carry people, no cars"""
    boat_speed_kph: Speed = 35
    """passenger boats: speed under way (estimate)"""


class RoadAccessRule(_Frozen):
    """The way between a cell's centre and its road."""

    speed_kph: Speed = 30
    """from a cell's centre to the nearest road (estimate)"""
    detour: Factor = 1.3
    """way travelled / straight distance (estimate)"""


Span = tuple[Annotated[float, Field(gt=0, le=10)], Annotated[float, Field(gt=0, le=10)]]
Years = tuple[Annotated[float, Field(ge=0, le=30)], Annotated[float, Field(ge=0, le=30)]]

MOST_LIMITS, LONGEST_MIN = 8, 600  # of a population potential
WholeMinutes = Annotated[int, Field(ge=1, le=LONGEST_MIN)]
Level = Annotated[int, Field(ge=100, le=1_000_000)]


class StabilityRule(_Frozen):
    """Ranges that a stability test draws from: lowest and highest factor of a setting; ``years_ahead`` in years."""

    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 20260101
    """same seed and runs, same sample"""
    driving: Span = (0.9, 1.15)
    """roads.junction_factor, so all driving times alike (high: facts:drive_time_factor; low: estimate)"""
    waiting: Span = (0.67, 1.33)
    """ferry.wait_min: 10-20 minutes (high: facts:ferry_wait_cap_planned; low: estimate); known timetables stay"""
    minimum: Span = (0.9, 1.1)
    """size.minimum (estimate)"""
    minutes: Span = (0.75, 1.25)
    """travel.minutes: 45-75 (low: facts:travel_sensitivity_minutes; high: estimate)"""
    beyond_price: Span = (0.5, 2.0)
    """goal.beyond_price, evenly on a logarithmic scale (estimate: a value to discuss)"""
    unserved_price: Span = (0.5, 2.0)
    """goal.unserved_price, the same"""
    years_ahead: Years = (0, 10)
    """population so many years ahead by each unit's own trend of 2019-2026, in years (estimate)"""

    def upside_down(self) -> list[str]:
        """Ranges whose lowest is above their highest."""
        ranges = {name: value for name, value in self if isinstance(value, tuple)}
        return [name for name, (low, high) in ranges.items() if low > high]


class Potential(_Frozen):
    """What a population potential tells in addition to the residents within ``travel.minutes``."""

    within: Annotated[tuple[WholeMinutes, ...], Field(min_length=1, max_length=MOST_LIMITS)] = (30, 45, 60, 90)
    """limits, minutes one way, at most 8 (estimate: half an hour, T, and one on either side); travel.minutes is added;
    --within"""
    half_life_min: Annotated[float, Field(ge=1, le=1000)] = 30
    """minutes one way at which a resident counts half in the gravity form (estimate)"""
    levels: tuple[Level, Level] = (15000, 40000)
    """residents within travel.minutes: enough for FACT (facts:fact_min_total), and as many as ACT asks adults
    (facts:act_min_adults)"""
    best: Annotated[int, Field(ge=1, le=100)] = 10
    """places of an area that are named"""

    def upside_down(self) -> bool:
        """Is the lower level not below the higher?"""
        return self.levels[0] >= self.levels[1]


class Solver(_Frozen):
    """How long and how exactly to solve."""

    gap: Annotated[float, Field(ge=0, le=0.5)] = 1e-6
    """relative gap at which a plan counts as proven"""
    time_limit: Annotated[float, Field(gt=0, le=86_400)] = 600
    """seconds at most"""
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    """more threads change the time, not the proven value"""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 20260101
    """same seed and threads, same plan"""


class Settings(_Frozen):
    """Everything that shapes a result. Make one with :func:`load`."""

    border: Border = "hf"
    """no catchment crosses it: hf, dps, helsefellesskap, rhf, county, none"""
    scheduler: Annotated[str, Field(pattern=r"^$|^(tcp|tls)://.+:\d+$")] = ""
    """address of a Dask scheduler (tcp://host:port) that computes travel times; empty: this machine. It is trusted, so
    only --set and --config name it, never a plan"""
    size: Size = Size()
    capacity: CapacityRule = CapacityRule()
    split: SplitRule = SplitRule()
    travel: Travel = Travel()
    goal: Goal = Goal()
    teams: Teams = Teams()
    bases: Bases = Bases()
    edits: Edits = Edits()
    """what a planner demands of the plan, units by code or name; factgeo plan --edits FILE"""
    moves: Moves = Moves()
    """the smallest change from a previous plan; factgeo plan --from PLAN"""
    existing: Existing = Existing()
    """the listed teams of October 2025 (data/facts/teams_2025_10.csv); factgeo plan --next N"""
    whole: Whole = Whole()
    service: Service = Service()
    """classes of report 3/2017; see data/facts/parameters.csv"""
    act_areas: ActAreas = ActAreas()
    """a second tier above the FACT catchments"""
    need: NeedRule = NeedRule()
    parameters: dict[str, float | Replaced] = {}
    """own values in place of rows of data/facts/parameters.csv, by id and in the row's unit: a number, or {low,
    central, high, source}; results say which were replaced"""
    capacity_need: CapacityNeed = CapacityNeed()
    driving: Driving = Driving()
    """three values: low, central, high"""
    roads: Roads = Roads()
    ferry: Ferry = Ferry()
    access: RoadAccessRule = RoadAccessRule()
    stability: StabilityRule = StabilityRule()
    """what varies when a plan is tested: lowest and highest, times the setting's own value; factgeo plan --stability
    RUNS"""
    potential: Potential = Potential()
    """who lives within reach of a place; factgeo potential. It shapes no plan"""
    solver: Solver = Solver()

    def on_todays_roads(self) -> Settings:
        """These settings without closed roads and without added links."""
        return self.model_copy(update={"roads": self.roads.model_copy(update={"closed": (), "added": ()})})

    def here(self) -> Settings:
        """These settings without a scheduler: a file must not choose the machine that computes."""
        return self.model_copy(update={"scheduler": ""})

    def content(self) -> dict[str, Any]:
        """All values for JSON without the scheduler, which belongs to one run and goes into no file."""
        return self.here().model_dump(mode="json")

    def digest(self) -> str:
        """sha256 of all values that can shape a plan: equal digests, equal plans."""
        values = self.model_dump(exclude={"scheduler", "stability", "capacity_need", "driving", "potential"})
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
