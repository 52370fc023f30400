"""What the teams of a plan take: clients, positions, driving, satellites, and how they were worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from factgeo.atlas import parameters
from factgeo.atlas.parameters import Parameter
from factgeo.capacity.capacity import Capacity, TeamCapacity, Totals, added, totals
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, PercentSpan, Rounding, Span, figure, half, rough, tenth, whole
from factgeo.people.range import Range
from factgeo.report.content import Cell, Chapter, Column, Kind, Sentence, Table, items, paragraphs

LIMIT_WORDS = {"target_group": "capacity.limit.target_group", "caseload": "capacity.limit.caseload"}
ROLE_WORDS = {
    "psychiatrist": "capacity.role.psychiatrist",
    "psychologist": "capacity.role.psychologist",
    "nurse": "capacity.role.nurse",
    "team_leader": "capacity.role.team_leader",
    "employment_specialist": "capacity.role.employment_specialist",
    "peer_worker": "capacity.role.peer_worker",
    "other": "capacity.role.other",
}


def brief(capacity: Capacity) -> tuple[Sentence, ...]:
    """What the plan takes, in a few sentences a team."""
    if not capacity.teams:
        return (Sentence(say("capacity.none")),)
    return (
        Sentence(say("capacity.head")),
        *(sentence for team in capacity.all for sentence in _team(team, capacity)),
        *paragraphs(_totals(capacity)),
        *paragraphs(_model(capacity)),
    )


def chapter(capacity: Capacity) -> Chapter:
    """What the plan takes: a table of the teams and one of the roles, and what stands behind them."""
    title = say("capacity.title")
    if not capacity.teams:
        return Chapter("capacity", title, paragraphs([say("capacity.none")]))
    notes = [joined((_name(team), words), ": ") for team in capacity.all for words in _warnings(team)]
    said = items([*notes, *_totals(capacity), *_model(capacity)])
    return Chapter("capacity", title, (_plan_table(capacity), *said, _roles_of_all(capacity)))


# tables: people to two digits, as everywhere where need is shown


def teams_table(capacity: Capacity) -> Table:
    """A row for each catchment and ACT area: central value (low–high)."""
    names = ("team", "group", "places", "clients", "gap", "positions", "practice", "hours", "share", "km", "cars",
             "unreachable", "note")  # fmt: skip
    return Table("teams", _columns(names), tuple(_team_row(team) for team in capacity.all))


def _team_row(team: TeamCapacity) -> tuple[Cell, ...]:
    load = team.load
    return (
        _full_name(team),
        span(team.target_group, rough),
        span(team.places, rough),
        span(team.clients, rough),
        span(team.gap, rough),
        span(team.positions, half),
        span(team.practice_positions, half),
        span(load.hours, rough),
        _percents(load.road_share),
        span(load.km, rough),
        span(load.cars),
        Number(team.unreachable),
        say("capacity.note.over_full") if load.over_full else "",
    )


def roles_table(capacity: Capacity) -> Table:
    """Positions of each role: a row for all teams together (low–high), then one for each team."""
    columns = (*_columns(["team"]), *(Column(role, say(key), "figure") for role, key in ROLE_WORDS.items()))
    everyone = (say("capacity.column.all"), *(span(_all_of(role, capacity), half) for role in ROLE_WORDS))
    each = (
        (_full_name(team), *(figure(tenth(team.roles[role].central)) for role in ROLE_WORDS)) for team in capacity.all
    )
    return Table("roles", columns, (everyone, *each))


def listed_table(capacity: Capacity) -> Table:
    """A row for each catchment: the listed teams that cover some of it, and how many they leave without a place."""
    pairs = [(team, team.listed) for team in capacity.all if team.listed is not None]
    rows = (
        (
            _full_name(team),
            ", ".join(listed.names) or NO_FIGURE,
            figure(half(listed.teams)),
            span(listed.places, rough),
            span(listed.gap, rough),
            figure(rough(listed.today)),
        )
        for team, listed in pairs
    )
    return Table("listed", _columns(["team", "listed", "amount_to", "places", "gap", "today"]), tuple(rows))


def satellites_table(capacity: Capacity) -> Table:
    """A row for each team for which a satellite was tried: the best one, what driving remains, how many pay."""
    rows = (
        (
            _full_name(team),
            team.satellites.choices[0].bases[0].name,
            span(team.load.hours, rough),
            span(team.satellites.choices[0].load.hours, rough),
            Number(team.satellites.worth),
        )
        for team in capacity.all
        if team.satellites.choices
    )
    return Table("satellites", _columns(["team", "satellite", "hours", "with_satellite", "worth"]), tuple(rows))


def _columns(names: Iterable[str]) -> tuple[Column, ...]:
    """Columns by their names in the catalogue; all but the words hold figures."""
    kind: dict[str, Kind] = dict.fromkeys(("team", "note", "listed"), "words")
    return tuple(Column(name, say(f"capacity.column.{name}"), kind.get(name, "figure")) for name in names)


def _full_name(team: TeamCapacity) -> Words:
    """A catchment by id and base, an ACT area as such."""
    name = f"{team.team_id} {team.name}"
    return name if team.listed is not None else say("capacity.act", name=name)


def _name(team: TeamCapacity) -> Words:
    """A catchment by its name; an ACT area is called that where it stands above them."""
    return team.name if team.listed is not None else say("capacity.act", name=team.name)


def _team(team: TeamCapacity, capacity: Capacity) -> tuple[Sentence, ...]:
    """A team: its clients and positions, and below them the driving, warnings and satellites."""
    return (Sentence(_staffing(team)), *items([*_driving(team), *_warnings(team), *_satellites(team, capacity)]))


def _staffing(team: TeamCapacity) -> Words:
    return say(
        "capacity.team",
        name=_name(team),
        clients=span(team.clients),
        positions=span(team.positions, half),
        limit=_limit(team),
    )


def _driving(team: TeamCapacity) -> Iterator[Words]:
    load, practice = team.load, team.practice_load
    yield say(
        "capacity.road",
        hours=span(load.hours, rough),
        visits=span(load.visits, rough),
        each=span(load.road_hours, rough),
        share=_percents(load.road_share),
        km=span(load.km, rough),
        cars=span(load.cars),
    )
    yield say(
        "capacity.practice",
        positions=span(team.practice_positions, half),
        each=span(practice.road_hours, rough),
        share=_percents(practice.road_share),
    )


def _limit(team: TeamCapacity) -> Words:
    shown = {"group": span(team.target_group), "places": span(team.places)}
    if team.limit == "caseload":
        shown["gap"] = span(team.gap)
    else:
        del shown["group"]
    said = say(LIMIT_WORDS[team.limit], **shown)
    return said if team.limit_certain else joined((said, say("capacity.limit.uncertain")), " ")


def _warnings(team: TeamCapacity) -> Iterator[Words]:
    load = team.load
    if load.over_full:
        shares = {"road": Percent(load.road_share.central, 0), "visits": Percent(load.visit_share.central, 0)}
        yield say("capacity.over_full", **shares)
    if team.unreachable:
        yield say("capacity.unreachable", count=Number(team.unreachable))


def _satellites(team: TeamCapacity, capacity: Capacity) -> Iterator[Words]:
    """The best one, as many as are worth while, and that the next is not."""
    found, limit = team.satellites, Percent(capacity.rules.driving.satellite_share, 0)
    if not found.choices:
        return
    if not found.worth:
        yield say("capacity.satellite.worthless", share=limit)
        return
    for choice in dict.fromkeys((found.choices[0], found.choices[found.worth - 1])):
        key = "capacity.satellite.one" if len(choice.bases) == 1 else "capacity.satellite.several"
        yield say(
            key,
            names=", ".join(base.name for base in choice.bases),
            hours=span(choice.load.hours, rough),
            alone=Number(rough(found.hub_hours)),
            each=span(choice.load.road_hours, rough),
        )
    if len(found.choices) > found.worth:
        yield say("capacity.satellite.enough", share=limit)


def _totals(capacity: Capacity) -> Iterator[Words]:
    all_ = totals(capacity)
    yield say(
        "capacity.total",
        group=span(all_.target_group),
        teams=Number(all_.teams),
        places=span(all_.places),
        clients=span(all_.clients),
        positions=span(all_.positions, half),
        practice=span(all_.practice_positions, half),
        hours=span(all_.hours, rough),
        cars=span(all_.cars),
    )
    key = "capacity.total_gap" if whole(all_.gap.high) else "capacity.total_enough"
    shown = {"gap": span(all_.gap)} if whole(all_.gap.high) else {}
    yield say(key, free=span(all_.free), **shown)
    yield say("capacity.teams_needed", teams=span(all_.teams_needed, half))
    yield _listed(all_)
    if capacity.unread:
        yield say("capacity.unread", names=", ".join(capacity.unread))


def _listed(all_: Totals) -> Words:
    if not all_.listed_teams:
        return say("capacity.no_listed", gap=span(all_.listed_gap))
    return say(
        "capacity.listed",
        teams=figure(half(all_.listed_teams)),
        places=span(all_.listed_places),
        gap=span(all_.listed_gap),
        today=Number(rough(all_.listed_today)),
    )


def _model(capacity: Capacity) -> Iterator[Words]:
    """What was assumed, and which figures are a planner's own."""
    work, road = capacity.rules.capacity, capacity.rules.driving
    yield say("capacity.model.clients")
    yield say(
        "capacity.model.trips", clients=span(Range(*road.clients_per_trip), tenth), factor=figure(road.hop_factor)
    )
    yield say(
        "capacity.model.time",
        hours=figure(work.hours_per_week),
        weeks=figure(work.weeks_per_year),
        visit=span(Range(*road.visit_minutes)),
    )
    yield say("capacity.model.ranges")
    if any(team.satellites.worth for team in capacity.all):
        yield say("capacity.satellite.cost")
    own = parameters.replaced(capacity.used)
    if own:
        yield say("capacity.replaced", names=joined(_own_value(each) for each in own))


def _own_value(each: Parameter) -> Words:
    return joined((each.label, " (", figure(each.central), ")"), "")


def _plan_table(capacity: Capacity) -> Table:
    names = ("team", "clients", "gap", "positions", "practice", "hours", "share", "cars", "satellite", "with_satellite")
    return Table("capacity", _columns(names), tuple(_row(team) for team in capacity.all))


def _row(team: TeamCapacity) -> tuple[Cell, ...]:
    best = team.satellites.choices[0] if team.satellites.choices else None
    return (
        _name(team),
        span(team.clients),
        span(team.gap),
        span(team.positions, half),
        span(team.practice_positions, half),
        span(team.load.hours, rough),
        _percents(team.load.road_share),
        span(team.load.cars),
        best.bases[0].name if best else NO_FIGURE,
        span(best.load.hours, rough) if best else NO_FIGURE,
    )


def _roles_of_all(capacity: Capacity) -> Table:
    rows = tuple((say(key), span(_all_of(role, capacity), half)) for role, key in ROLE_WORDS.items())
    return Table("roles", (Column("role", say("capacity.column.role")), *_columns(["all"])), rows)


def _all_of(role: str, capacity: Capacity) -> Range:
    """Positions of a role in all teams."""
    return added(team.roles[role] for team in capacity.all)


def span(values: Range, how: Rounding = whole) -> Span:
    """Low, central and high, rounded."""
    return Span(*(how(value) for value in values.values))


def _percents(share: Range) -> PercentSpan:
    return PercentSpan(share.low, share.central, share.high)
