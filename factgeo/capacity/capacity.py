"""The capacity that serves the target group: clients, positions, roles, teams, driving, and what is lacking.

All figures have a low, a central and a high value and are estimates. Low and high of clients, positions and gaps take
every input at its low (high) end at once. Those of driving combine independent uncertainties (see ``driving.load``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from factgeo.atlas import teams
from factgeo.atlas.parameters import Parameter, parameters
from factgeo.atlas.teams import Team
from factgeo.capacity import driving, satellites
from factgeo.capacity.driving import Cells, Load, Range, Work
from factgeo.capacity.satellites import Satellites
from factgeo.people.need import TargetGroup
from factgeo.planning.result import Result
from factgeo.progress import raise_if_stopped
from factgeo.settings import CapacityNeed, Driving
from factgeo.travel.bases import Base

Model = Literal["FACT", "ACT"]
Limit = Literal["target_group", "caseload"]

WEEKS = 52
GENERAL: tuple[str, ...] = teams.GENERAL
ROLE_PARAMETERS = {
    "psychologist": "fact_fte_psychologist",
    "nurse": "fact_fte_nurses",
    "team_leader": "fact_fte_team_leader",
    "employment_specialist": "fact_fte_ips",
    "peer_worker": "fact_fte_peer",
}
FACT_PARAMETERS = (
    "fact_team_caseload", "fact_clients_per_staff", "fact_act_phase_contacts_per_week",
    "fact_stable_contacts_per_week", "fact_share_in_act_phase", "fact_fte_psychiatrist", "fact_team_fte_nl_alt",
    *ROLE_PARAMETERS.values(),
)  # fmt: skip
ACT_PARAMETERS = (
    "act_team_caseload", "act_clients_per_staff", "act_contacts_per_week", "act_psychiatrist_fte_ontario",
    "act_team_fte_ontario", "fact_fte_psychiatrist", "fact_team_fte_nl_alt", *ROLE_PARAMETERS.values(),
)  # fmt: skip
COMMON_PARAMETERS = (
    "act_share_of_target",
    "field_contact_share",
    "tromso_patients_per_position",
    "fact_patients_national_2025",
)


@dataclass(frozen=True)
class Rules:
    """The rules that a planner can set in addition to the cited figures."""

    capacity: CapacityNeed
    driving: Driving


@dataclass(frozen=True)
class Standard:
    """The composition of a team of one model, by the sources.

    Attributes:
        caseload: Clients of a team.
        clients_per_staff: Clients per position, without the psychiatrist.
        psychiatrist: Positions of a psychiatrist per other position.
        roles: Share of each role in the other positions; they sum to 1.
        contacts: Contacts per client and week.
        in_field: Share (0-1) of contacts outside the office.
        practice: Clients per position, all positions counted, as in Tromsø.
        treated: FACT patients in Norway in 2025.
    """

    model: Model
    caseload: Range
    clients_per_staff: Range
    psychiatrist: float
    roles: Mapping[str, float]
    contacts: Range
    in_field: Range
    practice: float
    treated: float

    @property
    def clients_per_position(self) -> Range:
        """Clients per position, with the psychiatrist."""
        return self.clients_per_staff.map(lambda clients: clients / (1 + self.psychiatrist))


@dataclass(frozen=True)
class Listed:
    """The places of the listed teams of October 2025, if all of them run at the standard's caseload.

    Attributes:
        names: The teams that cover some of the units, read from their names.
        teams: The number of these teams; a team that also covers other units counts by its share of adults.
        places: Clients that they can take.
        gap: Target group beyond that.
        today: Clients that they have if they are like the mean of all general listed teams.
    """

    names: tuple[str, ...]
    teams: float
    places: Range
    gap: Range
    today: float


@dataclass(frozen=True)
class TeamCapacity:
    """The capacity of one catchment (or ACT area).

    Attributes:
        team_id: As in the plan.
        name: As in the plan.
        model: FACT or ACT.
        teams: Teams of the plan.
        target_group: Persons.
        places: Clients that the plan's teams can take.
        clients: The smaller of the two.
        limit: Which of the two is the smaller (central); ``caseload`` if clients are left without a place.
        limit_certain: Is that so over the whole range?
        gap: Persons of the target group without a place.
        free: Places without a person.
        teams_needed: Target group / caseload.
        positions: By the standard's clients per position, with the psychiatrist.
        roles: Positions of each role, by the same.
        practice_positions: For the same clients, with as many positions per client as in Tromsø.
        listed: The listed teams; None for an ACT area of a second tier.
        mean_minutes: One way from the base to a client; None if no client can be reached.
        load: The driving of a week, with ``positions``.
        practice_load: The same with ``practice_positions``.
        unreachable: Residents without a road or ferry.
        satellites: Further bases that would save driving.
    """

    team_id: str
    name: str
    model: Model
    teams: int
    target_group: Range
    places: Range
    clients: Range
    limit: Limit
    limit_certain: bool
    gap: Range
    free: Range
    teams_needed: Range
    positions: Range
    roles: Mapping[str, Range]
    practice_positions: Range
    listed: Listed | None
    mean_minutes: float | None
    load: Load
    practice_load: Load
    unreachable: int
    satellites: Satellites


@dataclass(frozen=True)
class Capacity:
    """The capacity of a plan: its catchments, the ACT areas above them, and all together.

    Attributes:
        teams: One for each catchment, in the plan's order.
        act: One for each ACT area.
        used: The cited figures that were used; a planner's own are marked.
        rules: The other rules of the computation.
        unread: Listed teams of the area whose units are not known; their places are not counted.
    """

    teams: tuple[TeamCapacity, ...]
    act: tuple[TeamCapacity, ...]
    used: tuple[Parameter, ...]
    rules: Rules
    unread: tuple[str, ...]

    @property
    def all(self) -> tuple[TeamCapacity, ...]:
        """Catchments and ACT areas."""
        return self.teams + self.act


@dataclass(frozen=True)
class Task:
    """A group of people and the team that serves them, without the driving.

    Attributes:
        team_id: Of the catchment or ACT area.
        name: Of the catchment or ACT area.
        base: Of the catchment or ACT area.
        units: Of the catchment or ACT area.
        group: Expected persons of the target group.
        teams: The number of its teams.
        norm: The composition of such a team.
        listed: Kinds of listed teams that serve the same group; None for an ACT area.
    """

    team_id: str
    name: str
    base: Base
    units: tuple[str, ...]
    group: Range
    teams: int
    norm: Standard
    listed: tuple[str, ...] | None

    @property
    def places(self) -> Range:
        """Clients that the teams can have."""
        return self.norm.caseload.map(lambda clients: self.teams * clients)

    @property
    def clients(self) -> Range:
        """Clients that the teams have: the group, as far as there are places."""
        return Range(*map(min, self.group.values, self.places.values))

    @property
    def positions(self) -> Range:
        """Positions for these clients."""
        return self.clients.per(self.norm.clients_per_position)


@dataclass(frozen=True)
class _Ground:
    """The data that all teams of a plan share: where clients can live, and the hops between them."""

    result: Result
    rules: Rules
    unit: NDArray[np.str_]
    weight: NDArray[np.float64]
    persons: NDArray[np.int64]
    hops: Mapping[str, float]
    listed: tuple[Team, ...]

    def adults(self, units: Iterable[str]) -> float:
        return float(self.result.atlas.population.loc[list(units), "adults"].sum())


def assess(result: Result, rules: Rules | None = None) -> Capacity:
    """Compute the capacity of a plan, team by team.

    Raises:
        KeyboardInterrupt: A stop was requested.
        PackError: The pack's table of cited figures lacks one that is needed.
        SettingsError: A planner's own figure is unknown or its range is not in order.
    """
    settings = result.plan.settings
    rules = Rules(settings.capacity_need, settings.driving) if rules is None else rules
    known = parameters(result.atlas, settings)
    ground = _ground(result, rules)
    found = tuple(_team(task, ground) for task in tasks(result, rules.capacity))
    main, act = found[: len(result.plan.catchments)], found[len(result.plan.catchments) :]
    models = {team.model for team in found}
    used = dict.fromkeys((*(n for m in sorted(models) for n in _names(m)), *COMMON_PARAMETERS))
    here = teams.in_area(ground.listed, result.plan.area)
    unread = tuple(team.name for team in here if not (team.narrow or team.wide))
    return Capacity(main, act, tuple(known[name] for name in used), rules, unread)


def tasks(result: Result, rules: CapacityNeed | None = None) -> tuple[Task, ...]:
    """Return the group and the positions of each catchment, and then of each ACT area.

    This is all but the driving, and is fast.

    Args:
        result: A measured plan.
        rules: Other rules than the plan's own.

    Raises:
        PackError: As for :func:`assess`.
        SettingsError: As for :func:`assess`.
    """
    rules = result.plan.settings.capacity_need if rules is None else rules
    known = parameters(result.atlas, result.plan.settings)
    return (*_catchments(result, rules, known), *_act_areas(result, known))


def _names(model: str) -> tuple[str, ...]:
    return FACT_PARAMETERS if model == "FACT" else ACT_PARAMETERS


def standard(known: Mapping[str, Parameter], model: Model) -> Standard:
    """Return the composition of a team of a model; the roles are those of a Dutch FACT team, also for ACT."""
    weights = {role: _middle(known[name]) for role, name in ROLE_PARAMETERS.items()}
    doctor = _middle(known["fact_fte_psychiatrist"])
    others = max(0.0, _middle(known["fact_team_fte_nl_alt"]) - doctor - sum(weights.values()))
    staff = sum(weights.values()) + others
    roles = {role: weight / staff for role, weight in {**weights, "other": others}.items()}
    if model == "ACT":
        psychiatrist = _middle(known["act_psychiatrist_fte_ontario"]) / _middle(known["act_team_fte_ontario"])
        contacts = _range(known["act_contacts_per_week"])
    else:
        psychiatrist, contacts = doctor / staff, _fact_contacts(known)
    return Standard(
        model=model,
        caseload=_range(known[f"{model.lower()}_team_caseload"]),
        clients_per_staff=_range(known[f"{model.lower()}_clients_per_staff"]),
        psychiatrist=psychiatrist,
        roles=roles,
        contacts=contacts,
        in_field=Range(*known["field_contact_share"].shares),
        practice=known["tromso_patients_per_position"].central,
        treated=known["fact_patients_national_2025"].central,
    )


def _fact_contacts(known: Mapping[str, Parameter]) -> Range:
    """Return contacts per client and week: those in the intensive phase and the rest."""
    levels = zip(
        known["fact_share_in_act_phase"].shares,
        known["fact_act_phase_contacts_per_week"].values,
        known["fact_stable_contacts_per_week"].values,
        strict=True,
    )
    return Range(*(share * intensive + (1 - share) * stable for share, intensive, stable in levels))


def _range(parameter: Parameter) -> Range:
    return Range(*parameter.values)


def _middle(parameter: Parameter) -> float:
    """Return the middle of a range, for weights that must add up."""
    return (parameter.low + parameter.high) / 2


def _persons(group: TargetGroup) -> Range:
    return Range(group.low, group.central, group.high)


def _catchments(result: Result, rules: CapacityNeed, known: Mapping[str, Parameter]) -> Iterator[Task]:
    """Return the catchments. Under an ACT area they keep those who do not need ACT's intensity."""
    plan = result.plan
    norm = standard(known, "ACT" if rules.model == "act" else "FACT")
    act_level = Range(*known["act_share_of_target"].shares)
    above = {team for area in (plan.act.areas if plan.act else ()) for team in area.teams}
    for figures, catchment in zip(result.figures.teams, plan.catchments, strict=True):
        group, kinds = _persons(figures.target_group), GENERAL
        if rules.model == "act":
            group, kinds = group.times(act_level), ("ACT",)
        elif catchment.team_id in above:
            others = Range(*(1 - share for share in reversed(act_level.values)))
            group, kinds = group.times(others), ("FACT", "D-FACT")
        yield Task(figures.team_id, figures.name, catchment.base, catchment.units, group, figures.teams, norm, kinds)


def _act_areas(result: Result, known: Mapping[str, Parameter]) -> Iterator[Task]:
    """Return the ACT areas of a second tier, one team each."""
    plan, norm = result.plan, standard(known, "ACT")
    for figures, area in zip(result.figures.act, plan.act.areas if plan.act else (), strict=True):
        group = _persons(figures.act_level)
        yield Task(figures.act_id, figures.name, area.base, plan.act_units(area), group, 1, norm, None)


def _ground(result: Result, rules: Rules) -> _Ground:
    cells, settings = result.journeys.cells, result.plan.settings
    who = "adults" if settings.need.denominator == "adults_18plus" else "persons"
    weight = cells[who].to_numpy(dtype=float)
    return _Ground(
        result,
        rules,
        cells["unit_code"].to_numpy(dtype=str),
        weight,
        cells["persons"].to_numpy(dtype=np.int64),
        driving.hops(result.journeys, weight, rules.driving.hop_factor),
        teams.listed(result.atlas),
    )


def _team(task: Task, ground: _Ground) -> TeamCapacity:
    raise_if_stopped()
    norm, places, clients, positions = task.norm, task.places, task.clients, task.positions
    practice = Range(norm.practice, norm.practice, norm.practice)
    work = _work(clients, norm, ground.rules.capacity)
    mine = np.flatnonzero(np.isin(ground.unit, task.units))
    hub = _minutes(task.base, mine, ground)
    cells = _cells(task, mine, hub, ground)
    homes = driving.homes(cells, hub)
    rules = ground.rules.driving
    return TeamCapacity(
        team_id=task.team_id,
        name=task.name,
        model=norm.model,
        teams=task.teams,
        target_group=task.group,
        places=places,
        clients=clients,
        limit="caseload" if task.group.central > places.central else "target_group",
        limit_certain=task.group.high <= places.low or task.group.low > places.high,
        gap=beyond(task.group, places),
        free=beyond(places, task.group),
        teams_needed=task.group.per(norm.caseload),
        positions=positions,
        roles=_roles(positions, norm),
        practice_positions=clients.per(practice),
        listed=None if task.listed is None else _listed(task, ground),
        mean_minutes=homes.mean_minutes,
        load=driving.load(homes, work, rules),
        practice_load=driving.load(homes, replace(work, per_position=practice), rules),
        unreachable=int(ground.persons[mine][np.isnan(hub)].sum()),
        satellites=_satellites(task, cells, hub, work, mine, ground),
    )


def beyond(one: Range, other: Range) -> Range:
    """Return by how much the first is above the second, at least 0: its low against the other's high, and so on."""
    pairs = zip(one.values, reversed(other.values), strict=True)
    return Range(*(max(0.0, above - below) for above, below in pairs))


def _work(clients: Range, norm: Standard, rules: CapacityNeed) -> Work:
    working = rules.hours_per_week * rules.weeks_per_year / WEEKS
    return Work(clients, norm.contacts, norm.in_field, norm.clients_per_position, working)


def _roles(positions: Range, norm: Standard) -> dict[str, Range]:
    shares = {"psychiatrist": norm.psychiatrist, **norm.roles}
    return {
        role: positions.map(lambda all_, share=share: all_ * share / (1 + norm.psychiatrist))  # type: ignore[misc]
        for role, share in shares.items()
    }


def _listed(task: Task, ground: _Ground) -> Listed:
    """Return the listed teams that cover some of the units, by the narrow reading, or the wide one if that has none."""
    mine, norm = set(task.units), task.norm
    parts = {}
    for team in ground.listed:
        units = team.narrow or team.wide
        shared = mine.intersection(units)
        if team.kind in (task.listed or ()) and shared:
            parts[team.name] = ground.adults(shared) / ground.adults(units)
    count = sum(parts.values())
    places = norm.caseload.map(lambda clients: count * clients)
    today = norm.treated / max(1, sum(team.general for team in ground.listed))
    return Listed(tuple(parts), count, places, beyond(task.group, places), count * today)


def _minutes(base: Base, mine: NDArray[np.intp], ground: _Ground) -> NDArray[np.float64]:
    journeys = ground.result.journeys
    return driving.minutes_from(journeys, journeys.row[base])[mine]


def _cells(task: Task, mine: NDArray[np.intp], hub: NDArray[np.float64], ground: _Ground) -> Cells:
    codes, unit = np.unique(ground.unit[mine], return_inverse=True)
    km = _km(task, mine, ground)
    return Cells(
        units=tuple(codes.tolist()),
        unit=unit,
        weight=ground.weight[mine],
        pace=np.divide(km, hub, out=np.zeros(len(mine)), where=hub > 0),
        hop_minutes=np.array([ground.hops[code] for code in codes.tolist()], dtype=float),
    )


def _km(task: Task, mine: NDArray[np.intp], ground: _Ground) -> NDArray[np.float64]:
    """Return the kilometres to each cell; for an ACT area they are computed again, because it has another base."""
    result = ground.result
    ways = result.ways
    if task.listed is None:
        ways = result.journeys.own_ways(dict.fromkeys(task.units, task.base))
    return ways.metres[mine] / 1000


def _satellites(
    task: Task, cells: Cells, hub: NDArray[np.float64], work: Work, mine: NDArray[np.intp], ground: _Ground
) -> Satellites:
    rules, inside = ground.rules.driving, set(task.units)
    others = [
        (base, _minutes(base, mine, ground))
        for base in ground.result.journeys.bases
        if base.unit_code in inside and base != task.base
    ]
    return satellites.best(
        hub,
        others,
        cells.weight,
        lambda minutes: driving.hours(driving.homes(cells, minutes), work, rules),
        lambda minutes: driving.load(driving.homes(cells, minutes), work, rules),
        share=rules.satellite_share,
        at_most=rules.satellites_at_most,
    )


@dataclass(frozen=True)
class Totals:
    """All teams together; ranges add up low to low, as if all were low at once.

    Attributes:
        target_group: Persons.
        places: Places for persons.
        clients: Persons.
        gap: Persons.
        free: Places without a person.
        teams: Teams of the plan.
        teams_needed: Sum over the teams.
        positions: Sum over the teams.
        practice_positions: Sum over the teams.
        hours: Hours a week.
        km: Kilometres a week.
        cars: Whole cars.
        listed_teams: Of the listed teams.
        listed_places: Of the listed teams.
        listed_gap: Of the listed teams.
        listed_today: Of the listed teams.
    """

    target_group: Range
    places: Range
    clients: Range
    gap: Range
    free: Range
    teams: int
    teams_needed: Range
    positions: Range
    practice_positions: Range
    hours: Range
    km: Range
    cars: Range
    listed_teams: float
    listed_places: Range
    listed_gap: Range
    listed_today: float


def totals(capacity: Capacity) -> Totals:
    """Add up all catchments and ACT areas."""
    everyone = capacity.all
    listed = [team.listed for team in everyone if team.listed is not None]
    return Totals(
        target_group=added(team.target_group for team in everyone),
        places=added(team.places for team in everyone),
        clients=added(team.clients for team in everyone),
        gap=added(team.gap for team in everyone),
        free=added(team.free for team in everyone),
        teams=sum(team.teams for team in everyone),
        teams_needed=added(team.teams_needed for team in everyone),
        positions=added(team.positions for team in everyone),
        practice_positions=added(team.practice_positions for team in everyone),
        hours=added(team.load.hours for team in everyone),
        km=added(team.load.km for team in everyone),
        cars=added(team.load.cars for team in everyone),
        listed_teams=sum(each.teams for each in listed),
        listed_places=added(each.places for each in listed),
        listed_gap=added(each.gap for each in listed),
        listed_today=sum(each.today for each in listed),
    )


def added(ranges: Iterable[Range]) -> Range:
    """Return the sum of some figures."""
    sums = np.array([(0.0, 0.0, 0.0), *(each.values for each in ranges)]).sum(axis=0)
    return Range(*sums.tolist())
