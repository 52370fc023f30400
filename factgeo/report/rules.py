"""What a plan is made under: rules and demands, sources, and the assumptions behind travel times."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.atlas.pack import Atlas
from factgeo.language import Number, Percent, Words, catalogue, joined, say
from factgeo.language.figures import NO_FIGURE
from factgeo.people import need
from factgeo.planning import edits
from factgeo.report.content import Sentence, items
from factgeo.settings import Settings

GRID_CHECKS = ("grid_corrected", "grid_exact")


def minimum(settings: Settings) -> Words:
    """The size rule in words: ``15 000 innbyggere``."""
    return say(f"size.{settings.size.who}", count=Number(settings.size.minimum))


def goal(settings: Settings) -> Words:
    """What makes one plan better than another, with its prices, tolerance or floor."""
    asked = settings.goal
    return say(
        f"goal.{asked.name}",
        beyond=Number(asked.beyond_price),
        unserved=Number(asked.unserved_price),
        tolerance=Percent(asked.tolerance),
        floor=Percent(asked.reach_floor),
        limit=Number(settings.travel.minutes),
    )


def rules(settings: Settings, atlas: Atlas) -> tuple[Sentence, ...]:
    """The settings that a planner should know before quoting the plan, as a list."""
    return items([*_rules(settings), *_demands(settings, atlas), say("rule.guidance")])


def _rules(settings: Settings) -> Iterator[Words]:
    travel, ferry, count = settings.travel, settings.ferry, settings.teams
    limit = Number(travel.minutes)
    yield say("rule.size", minimum=minimum(settings))
    if settings.capacity.enabled:
        yield say("rule.capacity", per_team=Number(settings.capacity.per_team))
    yield say("rule.border", border=say(f"border.{settings.border}"))
    yield say("rule.travel", limit=limit, too_far=Number(travel.too_far))
    yield goal(settings)
    yield say("rule.ferry", fixed=Number(ferry.fixed_min, 1), per_km=Number(ferry.min_per_km, 2))
    yield from _waiting(settings)
    if travel.hard:
        yield say("rule.hard", share=Percent(travel.hard_share), limit=limit)
    if count.at_least or count.at_most:
        most = Number(count.at_most) if count.at_most else NO_FIGURE
        yield say("rule.teams", least=Number(count.at_least), most=most)
    if count.per_zone:
        yield say("rule.per_zone", count=Number(count.per_zone))
    yield from (say(f"rule.{role}", names=", ".join(names)) for role, names in _base_rules(settings) if names)


def _demands(settings: Settings, atlas: Atlas) -> Iterator[Words]:
    """What a planner demands of the plan."""
    asked = edits.resolved(settings, atlas)
    name = atlas.units["name"]
    for team in asked.keep:
        yield say("rule.keep", team=team.name, units=", ".join(name[list(team.units)]))
    for lock in asked.lock:
        yield say("rule.lock", base=lock.base, units=", ".join(name[list(lock.units)]))
    for key, groups in (("together", asked.together), ("apart", asked.apart), ("leave", (asked.leave,))):
        yield from (say(f"rule.{key}", units=", ".join(name[list(units)])) for units in groups if units)
    if settings.existing.listed:
        yield say("rule.listed")
    if settings.moves.previous:
        yield say("rule.moves", price=Number(settings.moves.price))


def _base_rules(settings: Settings) -> list[tuple[str, list[str]]]:
    """Names of the bases that must, must not or should be used."""
    rules = settings.bases
    of_role = {role: [site.name for site in rules.sites if site.role == role] for role in ("required", "preferred")}
    return [
        ("required", [*rules.required, *of_role["required"]]),
        ("forbidden", [*rules.forbidden]),
        ("preferred", [*rules.preferred, *of_role["preferred"]]),
    ]


def sources(atlas: Atlas, settings: Settings) -> tuple[Sentence, ...]:
    """Where the figures come from, with date and quality, as a list."""
    return items(_sources(atlas, settings))


def _sources(atlas: Atlas, settings: Settings) -> Iterator[Words]:
    fraction, network = need.fraction(atlas, settings), str(atlas.manifest["settings"]["roads"])
    yield say("source.population", year=atlas.year)
    yield say("source.cells", grid=_grid_year(atlas))
    if network == "N1000":
        yield say("source.roads")
        yield say("source.speeds")
    else:
        yield say("source.other_roads", name=network)
    yield say("source.ferries")
    yield say(
        "source.target",
        share=Percent(fraction.central, 2),
        source=fraction.source,
        denominator=say(f"denominator.{fraction.denominator}"),
    )
    yield say("source.areas")
    yield say("source.digests", pack=atlas.digest[:12], settings=settings.digest()[:12])


def _grid_year(atlas: Atlas) -> str:
    """1 January of this year is the day of the population grid."""
    return next(str(check["value"]) for check in atlas.manifest["checks"] if check["key"] in GRID_CHECKS)


def explanation(settings: Settings) -> tuple[Sentence, ...]:
    """Every assumption behind a travel time, with its value and its source or the tag estimate."""
    return (Sentence(say("explain.head")), *items(_assumptions(settings)))


def _assumptions(settings: Settings) -> Iterator[Words]:
    roads, ferry, access = settings.roads, settings.ferry, settings.access
    speeds = joined(joined((name, Number(kph)), " ") for name, kph in roads.speed_kph.model_dump().items())
    seasons = [say(f"season.{name}") for name in ("summer", "tourist", "boats") if getattr(ferry, name)]
    yield say("explain.speed", speeds=speeds)
    yield say("explain.stretch", factor=Number(roads.stretch, 2))
    yield say("explain.factors", junction=Number(roads.junction_factor, 2), winter=Number(roads.winter_factor, 2))
    yield say("explain.crossing", fixed=Number(ferry.fixed_min, 1), per_km=Number(ferry.min_per_km, 2))
    yield from _waiting(settings)
    yield say("explain.seasons", extra=joined(seasons or [say("season.none")]))
    yield say("explain.access", speed=Number(access.speed_kph), detour=Number(access.detour, 1))
    if roads.closed:
        yield say("explain.closed", names=", ".join(roads.closed))
    for link in roads.added:
        yield say("explain.added", name=link.name, minutes=Number(link.minutes, 1), km=Number(link.km, 1))


def _waiting(settings: Settings) -> Iterator[Words]:
    """How long one waits for a ferry, by which rule, and the planner's timetable if that rule uses it."""
    ferry = settings.ferry
    yield say(f"explain.wait.{ferry.wait_rule}", wait=Number(ferry.wait_min))
    if ferry.timetable and ferry.wait_rule == "half_headway":
        names = joined(joined((name, Number(minutes, 1)), " ") for name, minutes in ferry.timetable.items())
        yield say("explain.timetable", names=names)


def attribution() -> tuple[Words, ...]:
    """The publishers whose data the pack was computed from, as their licences ask."""
    return tuple(say(key) for key in sorted(catalogue.entries()) if key.startswith("attribution."))
