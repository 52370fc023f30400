"""The plan in words, for the screen and for ``summary.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from factgeo.atlas.pack import Atlas
from factgeo.atlas.places import Place
from factgeo.language import catalogue, escaping, number, percent, text
from factgeo.people import need
from factgeo.people.need import TargetGroup
from factgeo.planning import edits
from factgeo.planning.check import OF_PROOF, Finding
from factgeo.planning.effects import Effect, Effects
from factgeo.planning.measure import PlanFigures, TeamFigures
from factgeo.planning.plan import Plan, Unserved
from factgeo.planning.result import Result
from factgeo.settings import Settings
from factgeo.travel.trips import Trip

MOST_CHANGED = 8  # units listed by name when roads change
GRID_CHECKS = ("grid_corrected", "grid_exact")


def unserved_sentence(entry: Unserved, result: Result) -> str:
    """Why a unit has no team, with its name and figures."""
    settings = result.plan.settings
    values = {
        "unit": result.atlas.units.at[entry.unit_code, "name"],
        "persons": number(int(result.atlas.population.at[entry.unit_code, "persons"])),
        "minimum": minimum(settings),
        "limit": number(settings.travel.too_far),
    }
    if entry.reason != "cut_off":
        return text(f"unserved.{entry.reason}", **values)
    return text("unserved.possible", **values) + " " + _obstacle(entry, result, values["limit"])


def _obstacle(entry: Unserved, result: Result, limit: str) -> str:
    """What keeps a unit from the nearest team: distance, a full team, or neighbours of other teams."""
    nearest = _nearest_team(entry.unit_code, result)
    if nearest is None:
        return text("obstacle.no_team")
    team, mean = nearest
    shown = {"team": team.name, "mean": number(mean), "limit": limit, "size": number(team.population)}
    settings = result.plan.settings
    persons = int(result.journeys.by_unit.persons[result.plan.area.units.index(entry.unit_code)])
    limit_of_team = team.teams * settings.capacity.per_team
    if mean > settings.travel.too_far:
        return text("obstacle.far", **shown)
    if settings.capacity.enabled and team.population + persons > limit_of_team:
        return text("obstacle.full", capacity=number(limit_of_team), **shown)
    return text("obstacle.apart", **shown)


def _nearest_team(unit: str, result: Result) -> tuple[TeamFigures, float] | None:
    """The team within the same borders whose base has the fewest mean minutes to the unit."""
    plan, means = result.plan, result.journeys.by_unit.mean_min()
    column = plan.area.units.index(unit)
    distances = [
        (float(means[result.journeys.row[catchment.base], column]), figures)
        for catchment, figures in zip(plan.catchments, result.figures.teams, strict=True)
        if result.same_zone(unit, catchment.base.unit_code)
    ]
    mean, team = min(distances, key=lambda pair: pair[0], default=(0.0, None))
    return None if team is None else (team, mean)


def minimum(settings: Settings) -> str:
    """The size rule in words: ``15 000 innbyggere``."""
    return text(f"size.{settings.size.who}", count=number(settings.size.minimum))


def minutes(value: float | None) -> str:
    """Minutes without decimals; a dash where there is no figure."""
    return "–" if value is None else number(value)


def lines(result: Result) -> list[str]:
    """The result in a few lines."""
    return [*_whole(result), *_changed(result)]


def _whole(result: Result) -> list[str]:
    """The plan and its figures."""
    plan, figures = result.plan, result.figures
    if not plan.catchments:
        return [text("summary.empty", area=plan.area.name, minimum=minimum(plan.settings)), _people(figures)]
    teams = sum(team.teams for team in figures.teams)
    key = "summary.found" if len(figures.teams) > 1 else "summary.found_one"
    found = text(key, area=plan.area.name, catchments=number(len(figures.teams)), teams=number(teams))
    limit = number(plan.settings.travel.minutes)
    within = figures.share_within.get(int(plan.settings.travel.minutes))
    reach = text("summary.served", share=percent(figures.served))
    if within is not None:
        reach += " " + text("summary.within", share=percent(within), limit=limit)
    mean = text("summary.mean", mean=minutes(figures.mean_min), unreachable=number(figures.unreachable))
    said = [found, _people(figures), reach, mean, _services(figures), _left_out(plan), proof_sentence(result)]
    if plan.act is not None:
        said.insert(-2, _act_sentence(plan, figures))
    if broken := [note for note in result.notes if note.key not in OF_PROOF]:
        said.append(text("summary.notes", notes=_listed(broken)))
    return said


def _changed(result: Result) -> list[str]:
    """What closures and new links change, where there are any and there is a plan."""
    if result.effects is None or not result.plan.catchments:
        return []
    return effect_lines(result.effects, result)


def effect_lines(effects: Effects, result: Result) -> list[str]:
    """What closures and new links change: for all, and for the units that notice most."""
    roads, whole = result.plan.settings.roads, effects.whole
    names = ", ".join([*roads.closed, *(link.name for link in roads.added)])
    head = text("effect.head", names=names, limit=number(result.plan.settings.travel.minutes), **_sides(whole))
    noticed = [effect for effect in effects.units if effect.changes]
    if not noticed:
        return [head, text("effect.nobody")]
    units = result.atlas.units["name"]
    shown = [text("effect.unit", unit=units[e.unit_code], **_sides(e)) for e in noticed[:MOST_CHANGED]]
    rest = len(noticed) - len(shown)
    return [head, *shown, *([text("effect.more", count=number(rest))] if rest else [])]


def _sides(effect: Effect) -> dict[str, str]:
    return {
        "mean_today": minutes(effect.today.mean_min),
        "mean_then": minutes(effect.then.mean_min),
        "within_today": number(effect.today.within),
        "within_then": number(effect.then.within),
        "lost_today": number(effect.today.lost),
        "lost_then": number(effect.then.lost),
    }


def _act_sentence(plan: Plan, figures: PlanFigures) -> str:
    """How many ACT areas there are, and whom they cover."""
    covered = sum(area.population for area in figures.act)
    share = percent(covered / figures.population if figures.population else 0.0)
    within = len([team for team in figures.teams if "act_within_fact" in team.flags])
    rule, limit = number(plan.settings.service.act_adults), number(plan.settings.travel.minutes)
    return text(
        "summary.act", count=number(len(figures.act)), share=share, within=number(within), rule=rule, limit=limit
    )


def _people(figures: PlanFigures) -> str:
    return text("summary.people", population=number(figures.population), adults=number(figures.adults))


def _services(figures: PlanFigures) -> str:
    counts = Counter(team.service for team in figures.teams)
    named = [f"{text(f'service.{service}')} {number(count)}" for service, count in sorted(counts.items())]
    return text("summary.services", services=", ".join(named))


def _left_out(plan: Plan) -> str:
    count = len(plan.unserved)
    if count == 0:
        return text("summary.all_served")
    return text("summary.one_unserved") if count == 1 else text("summary.unserved", count=number(count))


def _listed(findings: Iterable[Finding]) -> str:
    return "; ".join(finding.text() for finding in findings)


def proof_sentence(result: Result) -> str:
    """How good the plan is known to be, and what decided it; whether it is only a file that says so."""
    plan, proof = result.plan, result.proof
    if proof != plan.proof:
        return text("proof.refuted", findings=_listed([n for n in result.notes if n.key in OF_PROOF] or result.notes))
    said = [text(f"proof.{proof.status}", gap=percent(proof.gap, 4), seconds=number(proof.seconds, 1))]
    if proof.stages:
        said += [*([text("proof.claimed")] if proof.claimed else []), goal_sentence(plan.settings)]
    return " ".join(said)


def goal_sentence(settings: Settings) -> str:
    """What makes one plan better than another, with its prices, tolerance or floor."""
    goal = settings.goal
    return text(
        f"goal.{goal.name}",
        beyond=number(goal.beyond_price),
        unserved=number(goal.unserved_price),
        tolerance=percent(goal.tolerance),
        floor=percent(goal.reach_floor),
        limit=number(settings.travel.minutes),
    )


def markdown(result: Result) -> str:
    """``summary.md``: the result, the teams, the unserved, the rules and the sources."""
    plan, figures = result.plan, result.figures
    parts = [
        f"# {escaping.markdown(text('summary.title', area=plan.area.name))}",
        *map(escaping.markdown, _whole(result)),
    ]
    parts += map(escaping.lines, _changed(result))
    if figures.teams:
        parts += [f"## {text('summary.teams')}", _teams_table(figures, plan, result.atlas)]
    if result.splits:
        parts += [f"## {text('summary.parts')}", text("summary.parts_how"), _parts_table(result)]
    if figures.act:
        parts += [f"## {text('summary.act_areas')}", _act_table(figures, plan)]
    if plan.unserved:
        listed = (unserved_sentence(entry, result) for entry in plan.unserved)
        parts += [f"## {text('summary.without_team')}", escaping.bullets(listed)]
    parts += [f"## {text('summary.rules')}", escaping.lines(rules(plan.settings, result.atlas))]
    parts += [f"## {text('summary.sources')}", escaping.lines(sources(result.atlas, plan.settings))]
    return "\n\n".join(parts) + "\n"


def _act_table(figures: PlanFigures, plan: Plan) -> str:
    """The ACT areas with their teams and how a caseload would be filled."""
    areas = plan.act.areas if plan.act else ()
    columns = ("id", "act_base", "act_teams", "population", "adults", "adults_within", "act_level", "caseload", "p95")
    rows = [
        [
            act.act_id, act.name, ", ".join(area.teams), number(act.population), number(act.adults),
            number(act.adults_within), _range(act.act_level), "–".join(map(number, act.caseload)),
            minutes(act.travel.p95_min),
        ]
        for act, area in zip(figures.act, areas, strict=True)
    ]  # fmt: skip
    return escaping.table([text(f"column.{column}") for column in columns], rows)


def _parts_table(result: Result) -> str:
    """The parts of big units with their bases, people, minutes and balance."""
    columns = ("id", "units", "part_base", "population", "adults", "mean", "p95", "balance")
    rows = []
    for split in result.splits:
        balance = f"± {percent(split.balance, 0)}" if split.balance < 1 else text("balance.none")
        for part in split.parts:
            own, unit = result.parts[part.code], str(result.atlas.units.at[part.unit_code, "name"])
            people = [number(own.population), number(own.adults)]
            away = [minutes(own.travel.mean_min), minutes(own.travel.p95_min)]
            rows.append([part.code, unit, part.base.name, *people, *away, balance])
    return escaping.table([text(f"column.{column}") for column in columns], rows)


def _range(group: TargetGroup) -> str:
    return f"{number(group.central)} ({number(group.low)}–{number(group.high)})"


def _teams_table(figures: PlanFigures, plan: Plan, atlas: Atlas) -> str:
    columns = [
        "id",
        "team",
        "units",
        "service",
        "population",
        "adults",
        "target",
        "median",
        "p95",
        "within",
        "notes",
    ]
    rows = [
        _team_row(team, catchment.units, plan.settings, atlas)
        for team, catchment in zip(figures.teams, plan.catchments, strict=True)
    ]
    return escaping.table([text(f"column.{column}") for column in columns], rows)


def _team_row(team: TeamFigures, units: tuple[str, ...], settings: Settings, atlas: Atlas) -> list[str]:
    travel = team.travel
    return [
        team.team_id,
        team.name,
        ", ".join(atlas.units.loc[list(units), "name"]),
        text(f"service.{team.service}"),
        number(team.population),
        number(team.adults),
        _range(team.target_group),
        minutes(travel.median_min),
        minutes(travel.p95_min),
        percent(travel.share_within[60], 0),
        ", ".join(text(f"flag.{flag}", limit=number(settings.travel.minutes)) for flag in team.flags),
    ]


def rules(settings: Settings, atlas: Atlas) -> str:
    """The settings that a planner should know before quoting the plan, as a list of plain words."""
    travel, ferry = settings.travel, settings.ferry
    listed = [
        text("rule.size", minimum=minimum(settings)),
        text("rule.border", border=text(f"border.{settings.border}")),
        text("rule.travel", limit=number(travel.minutes), too_far=number(travel.too_far)),
        goal_sentence(settings),
        text("rule.ferry", fixed=number(ferry.fixed_min, 1), per_km=number(ferry.min_per_km, 2)),
        *(line.removeprefix("- ") for line in _waiting(settings)),
    ]
    if settings.capacity.enabled:
        listed.insert(1, text("rule.capacity", per_team=number(settings.capacity.per_team)))
    if travel.hard:
        listed.append(text("rule.hard", share=percent(travel.hard_share), limit=number(travel.minutes)))
    if settings.teams.at_least or settings.teams.at_most:
        most = number(settings.teams.at_most) if settings.teams.at_most else "–"
        listed.append(text("rule.teams", least=number(settings.teams.at_least), most=most))
    if settings.teams.per_zone:
        listed.append(text("rule.per_zone", count=number(settings.teams.per_zone)))
    listed += [text(f"rule.{role}", names=", ".join(names)) for role, names in _base_rules(settings) if names]
    listed += _demands(settings, atlas)
    return "\n".join(f"- {line}" for line in [*listed, text("rule.guidance")])


def _demands(settings: Settings, atlas: Atlas) -> Iterator[str]:
    """What a planner demands of the plan."""
    asked = edits.resolved(settings, atlas)
    name = atlas.units["name"]
    for team in asked.keep:
        yield text("rule.keep", team=team.name, units=", ".join(name[list(team.units)]))
    for lock in asked.lock:
        yield text("rule.lock", base=lock.base, units=", ".join(name[list(lock.units)]))
    for key, groups in (("together", asked.together), ("apart", asked.apart), ("leave", (asked.leave,))):
        yield from (text(f"rule.{key}", units=", ".join(name[list(units)])) for units in groups if units)
    if settings.existing.listed:
        yield text("rule.listed")
    if settings.moves.previous:
        yield text("rule.moves", price=number(settings.moves.price))


def _base_rules(settings: Settings) -> list[tuple[str, list[str]]]:
    """Names of the bases that must, must not or should be used."""
    rules = settings.bases
    of_role = {role: [site.name for site in rules.sites if site.role == role] for role in ("required", "preferred")}
    return [
        ("required", [*rules.required, *of_role["required"]]),
        ("forbidden", [*rules.forbidden]),
        ("preferred", [*rules.preferred, *of_role["preferred"]]),
    ]


def sources(atlas: Atlas, settings: Settings) -> str:
    """Where the figures come from, with date and quality, as a list of plain words."""
    fraction = need.fraction(atlas, settings)
    listed = [
        text("source.population", year=atlas.year),
        text("source.cells", grid=_grid_year(atlas)),
        *_network_sources(str(atlas.manifest["settings"]["roads"])),
        text("source.ferries"),
        text("source.target", share=percent(fraction.central, 2), source=fraction.source,
             denominator=text(f"denominator.{fraction.denominator}")),
        text("source.areas"),
        text("source.digests", pack=atlas.digest[:12], settings=settings.digest()[:12]),
    ]  # fmt: skip
    return "\n".join(f"- {line}" for line in listed)


def _grid_year(atlas: Atlas) -> str:
    """1 January of this year is the day of the population grid."""
    return next(str(check["value"]) for check in atlas.manifest["checks"] if check["key"] in GRID_CHECKS)


def _network_sources(network: str) -> list[str]:
    if network == "N1000":
        return [text("source.roads"), text("source.speeds")]
    return [text("source.other_roads", name=network)]


def explanation(settings: Settings) -> list[str]:
    """Every assumption behind a travel time, with its value and its source or the tag estimate."""
    roads, ferry, access = settings.roads, settings.ferry, settings.access
    speeds = ", ".join(f"{name} {number(kph)}" for name, kph in roads.speed_kph.model_dump().items())
    seasons = ", ".join(text(f"season.{name}") for name in ("summer", "tourist", "boats") if getattr(ferry, name))
    return [
        text("explain.head"),
        text("explain.speed", speeds=speeds),
        text("explain.stretch", factor=number(roads.stretch, 2)),
        text("explain.factors", junction=number(roads.junction_factor, 2), winter=number(roads.winter_factor, 2)),
        text("explain.crossing", fixed=number(ferry.fixed_min, 1), per_km=number(ferry.min_per_km, 2)),
        *_waiting(settings),
        text("explain.seasons", extra=seasons or text("season.none")),
        text("explain.access", speed=number(access.speed_kph), detour=number(access.detour, 1)),
        *([text("explain.closed", names=", ".join(roads.closed))] if roads.closed else []),
        *(
            text("explain.added", name=link.name, minutes=number(link.minutes, 1), km=number(link.km, 1))
            for link in roads.added
        ),
    ]


def _waiting(settings: Settings) -> list[str]:
    """How long one waits for a ferry, by which rule, and the planner's timetable if that rule uses it."""
    ferry = settings.ferry
    said = [text(f"explain.wait.{ferry.wait_rule}", wait=number(ferry.wait_min))]
    if ferry.timetable and ferry.wait_rule == "half_headway":
        names = ", ".join(f"{name} {number(minutes, 1)}" for name, minutes in ferry.timetable.items())
        said.append(text("explain.timetable", names=names))
    return said


def attribution(lang: str | None = None) -> list[str]:
    """The publishers whose data the pack was computed from, one line each, as their licences ask."""
    keys = sorted(key for key in catalogue.entries() if key.startswith("attribution."))
    return [text(key, lang=lang) for key in keys]


def trip_lines(start: Place, end: Place, trip: Trip, today: Trip | None) -> list[str]:
    """A trip in a few lines: total, parts, kilometres, ferries, roads, and what closures and new links change."""
    lines = _trip_lines(start, end, trip)
    return lines if today is None else [*lines, _against(trip, today)]


def _against(trip: Trip, today: Trip) -> str:
    if today.minutes is None or today.km is None:
        return text("trip.today_unreachable")
    change = "" if trip.minutes is None else f"{round(trip.minutes) - round(today.minutes):+d}".replace("-", "−")
    said = {"minutes": number(today.minutes), "km": number(today.km, 1)}
    return text("trip.today_lost", **said) if trip.minutes is None else text("trip.today", change=change, **said)


def _trip_lines(start: Place, end: Place, trip: Trip) -> list[str]:
    head = text("trip.head", start=start.name, end=end.name)
    if trip.minutes is None or trip.km is None:
        return [head, text("trip.unreachable")]
    parts = {
        "drive": trip.drive_min,
        "crossing": trip.crossing_min,
        "wait": trip.wait_min,
        "access": trip.access_min,
    }
    shown = {name: number(value or 0) for name, value in parts.items()}
    lines = [
        head,
        text("trip.total", minutes=number(trip.minutes), km=number(trip.km, 1)),
        text("trip.parts", **shown),
    ]
    if trip.ferries:
        lines.append(text("trip.ferries", names=", ".join(trip.ferries)))
    if trip.boats:
        lines.append(text("trip.boats", count=number(trip.boats)))
    if not trip.ferries and not trip.boats:
        lines.append(text("trip.no_ferry"))
    if trip.roads:
        lines.append(text("trip.roads", names=" – ".join(trip.roads)))
    return [*lines, text("trip.quality")]
