"""What the teams of a plan take, in words, tables and JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from factgeo.atlas import parameters
from factgeo.capacity.capacity import Capacity, TeamCapacity, Totals, added, totals
from factgeo.capacity.driving import Load, Range
from factgeo.capacity.satellites import Choice
from factgeo.language import escaping, number, percent, text

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
Rounding = Callable[[float], float]


# rounding: no more digits than the figures deserve


def half(value: float) -> float:
    """To the nearest half, whole from 10 on; what is not nothing is at least a half."""
    if value >= 10:  # noqa: PLR2004 - a half of more than ten is within every uncertainty here
        return float(math.floor(value + 0.5))
    return max(0.5, math.floor(2 * value + 0.5) / 2) if value > 0 else 0.0


def rough(value: float) -> float:
    """To two significant digits, and to whole ones below 10."""
    if value < 10:  # noqa: PLR2004
        return float(math.floor(value + 0.5))
    return float(round(value, 1 - math.floor(math.log10(value))))


def tenth(value: float) -> float:
    """To one decimal."""
    return round(value, 1)


def hundredth(value: float) -> float:
    """A share to whole per cent."""
    return round(value, 2)


def whole(value: float) -> int:
    """To whole persons or cars."""
    return math.floor(value + 0.5)


# for other programs


def to_json(capacity: Capacity) -> dict[str, Any]:
    """The object that ``factgeo capacity --json`` prints: rounded to what the figures deserve."""
    return {
        "quality": "estimate",
        "teams": [_team_json(team) for team in capacity.teams],
        "act_areas": [_team_json(team) for team in capacity.act],
        "totals": _totals_json(totals(capacity)),
        "listed_teams_unread": list(capacity.unread),
        "parameters": [
            {"id": p.id, "low": p.low, "central": p.central, "high": p.high, "unit": p.unit, "source": p.source,
             "quality": p.quality, "replaced": p.replaced}
            for p in capacity.used
        ],
        "rules": {
            "capacity_need": capacity.rules.capacity.model_dump(mode="json"),
            "driving": capacity.rules.driving.model_dump(mode="json"),
        },
    }  # fmt: skip


def _three(figure: Range, how: Rounding = whole) -> dict[str, float]:
    return {"low": how(figure.low), "central": how(figure.central), "high": how(figure.high)}


def _team_json(team: TeamCapacity) -> dict[str, Any]:
    load = team.load
    return {
        "team_id": team.team_id,
        "name": team.name,
        "model": team.model,
        "teams": team.teams,
        "target_group": _three(team.target_group),
        "places": _three(team.places),
        "clients": _three(team.clients),
        "limit": team.limit,
        "limit_certain": team.limit_certain,
        "gap": _three(team.gap),
        "free": _three(team.free),
        "teams_needed": _three(team.teams_needed, half),
        "positions": _three(team.positions, half),
        "roles": {role: _three(figure, tenth) for role, figure in team.roles.items()},
        "practice": {"positions": _three(team.practice_positions, half), **_time_json(team.practice_load)},
        "listed": None if team.listed is None else {
            "names": list(team.listed.names),
            "teams": half(team.listed.teams),
            "places": _three(team.listed.places),
            "gap": _three(team.listed.gap),
            "clients_today": rough(team.listed.today),
        },
        "mean_min": None if team.mean_minutes is None else tenth(team.mean_minutes),
        "visits_per_week": _three(load.visits, rough),
        "visits_not_driven_per_week": _three(load.not_driven, tenth),
        "driving_hours_per_week": _three(load.hours, rough),
        "km_per_week": _three(load.km, rough),
        "cars": _three(load.cars),
        **_time_json(load),
        "most_uncertain": load.decides,
        "over_full": load.over_full,
        "unreachable": team.unreachable,
        "satellites": {
            "worth": team.satellites.worth,
            "choices": [_choice_json(choice) for choice in team.satellites.choices],
        },
    }  # fmt: skip


def _time_json(load: Load) -> dict[str, Any]:
    return {
        "driving_hours_per_position": _three(load.road_hours, tenth),
        "driving_share_of_time": _three(load.road_share, hundredth),
        "visit_share_of_time": _three(load.visit_share, hundredth),
    }


def _choice_json(choice: Choice) -> dict[str, Any]:
    return {
        "bases": [{"unit_code": base.unit_code, "name": base.name, "lon": base.lon, "lat": base.lat}
                  for base in choice.bases],
        "driving_hours_per_week": _three(choice.load.hours, rough),
        **_time_json(choice.load),
        "saved_hours": rough(choice.saved),
        "saved_more": rough(choice.saved_more),
        "proven": choice.proven,
        "reaches_more": choice.newly_reached > 0,
    }  # fmt: skip


def _totals_json(all_: Totals) -> dict[str, Any]:
    return {
        "teams": all_.teams,
        "target_group": _three(all_.target_group),
        "places": _three(all_.places),
        "clients": _three(all_.clients),
        "gap": _three(all_.gap),
        "free": _three(all_.free),
        "teams_needed": _three(all_.teams_needed, half),
        "positions": _three(all_.positions, half),
        "practice_positions": _three(all_.practice_positions, half),
        "driving_hours_per_week": _three(all_.hours, rough),
        "km_per_week": _three(all_.km, rough),
        "cars": _three(all_.cars),
        "listed": {
            "teams": half(all_.listed_teams),
            "places": _three(all_.listed_places),
            "gap": _three(all_.listed_gap),
            "clients_today": rough(all_.listed_today),
        },
    }


# words


def lines(capacity: Capacity) -> list[str]:
    """What the plan takes, for the screen."""
    if not capacity.teams:
        return [text("capacity.none")]
    return [
        text("capacity.head"),
        *(line for team in capacity.all for line in _team_lines(team, capacity)),
        *_total_lines(capacity),
        *_model_lines(capacity),
    ]


def markdown(capacity: Capacity) -> list[str]:
    """The same as lines of Markdown: a table of the teams and one of the roles, and what stands behind them."""
    title = f"## {text('capacity.title')}"
    if not capacity.teams:
        return [title, "", text("capacity.none")]
    notes = [f"{_name(team)}: {line.strip()}" for team in capacity.all for line in _warnings(team)]
    return [
        title,
        "",
        *_table_lines(_head(), [_row(team) for team in capacity.all]),
        "",
        escaping.bullets((*notes, *_total_lines(capacity), *_model_lines(capacity))),
        "",
        *_table_lines([text("capacity.column.role"), text("capacity.column.all")], list(_role_rows(capacity))),
    ]


def table(capacity: Capacity) -> pd.DataFrame:
    """One row per catchment and ACT area; columns of figures end in ``_low``, ``_central`` and ``_high``."""
    rows = []
    for team in capacity.all:
        found = _team_json(team)
        row = {name: found[name] for name in ("team_id", "name", "model", "teams", "limit", "mean_min", "unreachable")}
        ranged = {name: value for name, value in found.items() if isinstance(value, dict) and "central" in value}
        ranged |= {f"role_{role}": value for role, value in found["roles"].items()}
        ranged |= {"practice_positions": found["practice"]["positions"]}
        row |= {f"{name}_{level}": value[level] for name, value in ranged.items() for level in value}
        best = team.satellites.choices[0] if team.satellites.choices else None
        row |= {
            "satellite": best.bases[0].name if best else "",
            "satellite_driving_hours_per_week": rough(best.load.hours.central) if best else None,
            "satellites_worth": team.satellites.worth,
        }
        rows.append(row)
    return pd.DataFrame(rows)


# tables in words: people to two digits, as everywhere where need is told


def shown_teams(capacity: Capacity) -> pd.DataFrame:
    """One row per catchment and ACT area: central value (low–high)."""
    return pd.DataFrame(_shown_team(team) for team in capacity.all)


def _shown_team(team: TeamCapacity) -> dict[str, str]:
    load = team.load
    return {
        text("capacity.column.team"): _full_name(team),
        text("capacity.column.group"): span(team.target_group, rough),
        text("capacity.column.places"): span(team.places, rough),
        text("capacity.column.clients"): span(team.clients, rough),
        text("capacity.column.gap"): span(team.gap, rough),
        text("capacity.column.positions"): span(team.positions, half),
        text("capacity.column.practice"): span(team.practice_positions, half),
        text("capacity.column.hours"): span(load.hours, rough),
        text("capacity.column.share"): _percents(load.road_share),
        text("capacity.column.km"): span(load.km, rough),
        text("capacity.column.cars"): span(load.cars),
        text("capacity.column.unreachable"): number(team.unreachable),
        text("capacity.column.note"): text("capacity.note.over_full") if load.over_full else "",
    }


def shown_roles(capacity: Capacity) -> pd.DataFrame:
    """Positions of each role: a row for all teams together (low–high), then one per team."""
    team_column = text("capacity.column.team")
    everyone = {text(key): span(_all_of(role, capacity), half) for role, key in ROLE_WORDS.items()}
    each = [
        {team_column: _full_name(team)}
        | {text(key): figure(tenth(team.roles[role].central)) for role, key in ROLE_WORDS.items()}
        for team in capacity.all
    ]
    return pd.DataFrame([{team_column: text("capacity.column.all"), **everyone}, *each])


def shown_listed(capacity: Capacity) -> pd.DataFrame:
    """One row per catchment: the listed teams that cover some of it, and whom they would leave without a place."""
    pairs = [(team, team.listed) for team in capacity.all if team.listed is not None]
    return pd.DataFrame(
        {
            text("capacity.column.team"): _full_name(team),
            text("capacity.column.listed"): ", ".join(listed.names) or "–",
            text("capacity.column.amount_to"): figure(half(listed.teams)),
            text("capacity.column.places"): span(listed.places, rough),
            text("capacity.column.gap"): span(listed.gap, rough),
            text("capacity.column.today"): figure(rough(listed.today)),
        }
        for team, listed in pairs
    )


def shown_satellites(capacity: Capacity) -> pd.DataFrame:
    """One row per team for which a satellite was tried: the best one, what it leaves of the driving, how many pay."""
    tried = [team for team in capacity.all if team.satellites.choices]
    return pd.DataFrame(
        {
            text("capacity.column.team"): _full_name(team),
            text("capacity.column.satellite"): team.satellites.choices[0].bases[0].name,
            text("capacity.column.hours"): span(team.load.hours, rough),
            text("capacity.column.with_satellite"): span(team.satellites.choices[0].load.hours, rough),
            text("capacity.column.worth"): number(team.satellites.worth),
        }
        for team in tried
    )


def _full_name(team: TeamCapacity) -> str:
    """A catchment by id and base, an ACT area as such."""
    name = f"{team.team_id} {team.name}"
    return name if team.listed is not None else text("capacity.act", name=name)


def _name(team: TeamCapacity) -> str:
    """A catchment by its name; an ACT area is called that where it stands above them."""
    return team.name if team.listed is not None else text("capacity.act", name=team.name)


def _team_lines(team: TeamCapacity, capacity: Capacity) -> Iterator[str]:
    load, practice = team.load, team.practice_load
    yield text(
        "capacity.team",
        name=_name(team),
        clients=span(team.clients),
        positions=span(team.positions, half),
        limit=_limit(team),
    )
    yield text(
        "capacity.road",
        hours=span(load.hours, rough),
        visits=span(load.visits, rough),
        each=span(load.road_hours, rough),
        share=_percents(load.road_share),
        km=span(load.km, rough),
        cars=span(load.cars),
    )
    yield text(
        "capacity.practice",
        positions=span(team.practice_positions, half),
        each=span(practice.road_hours, rough),
        share=_percents(practice.road_share),
    )
    yield from _warnings(team)
    yield from _satellite_lines(team, capacity)


def _limit(team: TeamCapacity) -> str:
    shown = {"group": span(team.target_group), "places": span(team.places)}
    if team.limit == "caseload":
        shown["gap"] = span(team.gap)
    else:
        del shown["group"]
    said = text(LIMIT_WORDS[team.limit], **shown)
    return said if team.limit_certain else f"{said} {text('capacity.limit.uncertain')}"


def _warnings(team: TeamCapacity) -> Iterator[str]:
    load = team.load
    if load.over_full:
        shares = {"road": percent(load.road_share.central, 0), "visits": percent(load.visit_share.central, 0)}
        yield text("capacity.over_full", **shares)
    if team.unreachable:
        yield text("capacity.unreachable", count=number(team.unreachable))


def _satellite_lines(team: TeamCapacity, capacity: Capacity) -> Iterator[str]:
    """The best one, as many as are worth while, and that the next is not."""
    found, limit = team.satellites, percent(capacity.rules.driving.satellite_share, 0)
    if not found.choices:
        return
    if not found.worth:
        yield text("capacity.satellite.worthless", share=limit)
        return
    for choice in dict.fromkeys((found.choices[0], found.choices[found.worth - 1])):
        key = "capacity.satellite.one" if len(choice.bases) == 1 else "capacity.satellite.several"
        yield text(
            key,
            names=", ".join(base.name for base in choice.bases),
            hours=span(choice.load.hours, rough),
            alone=number(rough(found.hub_hours)),
            each=span(choice.load.road_hours, rough),
        )
    if len(found.choices) > found.worth:
        yield text("capacity.satellite.enough", share=limit)


def _total_lines(capacity: Capacity) -> Iterator[str]:
    all_ = totals(capacity)
    yield text(
        "capacity.total",
        group=span(all_.target_group),
        teams=number(all_.teams),
        places=span(all_.places),
        clients=span(all_.clients),
        positions=span(all_.positions, half),
        practice=span(all_.practice_positions, half),
        hours=span(all_.hours, rough),
        cars=span(all_.cars),
    )
    key = "capacity.total_gap" if whole(all_.gap.high) else "capacity.total_enough"
    shown = {"gap": span(all_.gap)} if whole(all_.gap.high) else {}
    yield text(key, free=span(all_.free), **shown)
    yield text("capacity.teams_needed", teams=span(all_.teams_needed, half))
    yield _listed_line(all_)
    if capacity.unread:
        yield text("capacity.unread", names=", ".join(capacity.unread))


def _listed_line(all_: Totals) -> str:
    if not all_.listed_teams:
        return text("capacity.no_listed", gap=span(all_.listed_gap))
    return text(
        "capacity.listed",
        teams=figure(half(all_.listed_teams)),
        places=span(all_.listed_places),
        gap=span(all_.listed_gap),
        today=number(rough(all_.listed_today)),
    )


def _model_lines(capacity: Capacity) -> Iterator[str]:
    """What was assumed, and which figures are a planner's own."""
    work, road = capacity.rules.capacity, capacity.rules.driving
    yield text("capacity.model.clients")
    yield text(
        "capacity.model.trips", clients=span(Range(*road.clients_per_trip), tenth), factor=figure(road.hop_factor)
    )
    yield text(
        "capacity.model.time",
        hours=figure(work.hours_per_week),
        weeks=figure(work.weeks_per_year),
        visit=span(Range(*road.visit_minutes)),
    )
    yield text("capacity.model.ranges")
    if any(team.satellites.worth for team in capacity.all):
        yield text("capacity.satellite.cost")
    own = parameters.replaced(capacity.used)
    if own:
        yield text("capacity.replaced", names=", ".join(f"{each.label} ({figure(each.central)})" for each in own))


def _head() -> list[str]:
    return [
        text("capacity.column.team"), text("capacity.column.clients"), text("capacity.column.gap"),
        text("capacity.column.positions"), text("capacity.column.practice"), text("capacity.column.hours"),
        text("capacity.column.share"), text("capacity.column.cars"), text("capacity.column.satellite"),
        text("capacity.column.with_satellite"),
    ]  # fmt: skip


def _row(team: TeamCapacity) -> list[str]:
    best = team.satellites.choices[0] if team.satellites.choices else None
    return [
        _name(team),
        span(team.clients),
        span(team.gap),
        span(team.positions, half),
        span(team.practice_positions, half),
        span(team.load.hours, rough),
        _percents(team.load.road_share),
        span(team.load.cars),
        best.bases[0].name if best else "–",
        span(best.load.hours, rough) if best else "–",
    ]


def _role_rows(capacity: Capacity) -> Iterator[list[str]]:
    for role, key in ROLE_WORDS.items():
        yield [text(key), span(_all_of(role, capacity), half)]


def _all_of(role: str, capacity: Capacity) -> Range:
    """Positions of a role in all teams."""
    return added(team.roles[role] for team in capacity.all)


def _table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return escaping.table(head, rows, rule="---:").splitlines()


def span(values: Range, how: Rounding | None = None) -> str:
    """``125 (111–130)``; the central value alone where the others look the same. Thousands to three digits."""
    low, central, high = (figure(_three_digits((how or whole)(value))) for value in values.values)
    return central if low == central == high else text("capacity.span", low=low, central=central, high=high)


def _three_digits(value: float) -> float:
    return value if value < 1000 else round(value, 2 - math.floor(math.log10(value)))  # noqa: PLR2004


def figure(value: float) -> str:
    """A number, with one decimal where it has any."""
    return number(value, 0 if float(value).is_integer() else 1)


def _percents(share: Range) -> str:
    low, high = (number(100 * value) for value in (share.low, share.high))
    central = percent(share.central, 0)
    return text("capacity.span", low=low, central=central, high=high)
