"""What a plan is made under: rules and demands, sources, and the assumptions behind travel times."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.atlas.pack import Atlas
from factgeo.language import catalogue, number, percent, text
from factgeo.people import need
from factgeo.planning import edits
from factgeo.settings import Settings

GRID_CHECKS = ("grid_corrected", "grid_exact")


def minimum(settings: Settings) -> str:
    """The size rule in words: ``15 000 innbyggere``."""
    return text(f"size.{settings.size.who}", count=number(settings.size.minimum))


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
