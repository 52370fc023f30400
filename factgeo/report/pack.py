"""What is in the pack, in words: contents, publishers, dates, checks, shortcomings."""

from __future__ import annotations

from collections.abc import Iterator

from factgeo.atlas.pack import ADULT_AGE, Atlas
from factgeo.language import Number, Percent, Words, say
from factgeo.report.content import Chapter, Report, Sentence, items, paragraphs


def report(atlas: Atlas) -> Report:
    """The pack for a reader who has to quote it."""
    return Report(
        "pack",
        say("data.head", folder=atlas.folder, digest=atlas.digest[:12]),
        contents(atlas),
        (
            Chapter("sources", say("data.sources"), items(_sources(atlas))),
            checks(atlas),
            shortcomings(atlas),
        ),
    )


def contents(atlas: Atlas) -> tuple[Sentence, ...]:
    """Residents, cells and roads."""
    return paragraphs(_contents(atlas))


def checks(atlas: Atlas) -> Chapter:
    """The checks that held when the pack was built."""
    return Chapter("checks", say("data.checks"), items(_check(entry) for entry in atlas.manifest["checks"]))


def shortcomings(atlas: Atlas) -> Chapter:
    """What a careful reader must know before quoting a result."""
    return Chapter("shortcomings", say("data.shortcomings"), items(_shortcomings(atlas)))


def by_hand(atlas: Atlas) -> tuple[Sentence, ...]:
    """The official files that a build reads: where each is published and where to put it."""
    entries = [_complete(entry) for entry in atlas.manifest["sources"]]
    files = items(f"{e['path']}: {e['title']}. {e.get('page', '–')}" for e in entries)
    return (Sentence(say("data.by_hand")), *files)


def _contents(atlas: Atlas) -> Iterator[Words]:
    settings, roads = atlas.manifest["settings"], atlas.manifest["roads"]
    people = atlas.population
    yield say(
        "data.people", year=settings["year"], persons=Number(int(people["persons"].sum())),
        adults=Number(int(people["adults"].sum())), age=ADULT_AGE, units=Number(len(people)),
    )  # fmt: skip
    yield say("data.cells", count=Number(len(atlas.cells)), resolution=settings["resolution"])
    yield say(
        "data.roads", km=Number(roads["road_km"]), share=Percent(roads["road_share_joined"], 2),
        crossings=Number(roads["crossings"]),
    )  # fmt: skip


def _sources(atlas: Atlas) -> Iterator[Words]:
    entries = atlas.manifest["sources"]
    for entry in map(_complete, entries):
        yield f"{entry['path']}: {entry['publisher']}; {entry['as_of']}; {entry['licence']}"
    for entry in entries:
        if not entry["known"]:
            yield say("data.other_bytes", file=entry["path"])


def _complete(entry: dict[str, str]) -> dict[str, str]:
    """A source with a dash where its manifest is silent."""
    return {"publisher": "–", "as_of": "–", "licence": "–", **entry}


def _check(entry: dict[str, str | int | float]) -> Words:
    value = entry["value"]
    digits = 2 if isinstance(value, float) else 0
    return say(f"check.{entry['key']}", value=value if isinstance(value, str) else Number(value, digits))


def _shortcomings(atlas: Atlas) -> Iterator[Words]:
    estimates = atlas.cells["quality"] == "estimate"
    share = float(atlas.cells.loc[estimates, "persons"].sum() / atlas.cells["persons"].sum())
    left_out = ", ".join(entry["name"] for entry in atlas.manifest["crossings_left_out"])
    yield say("shortcoming.dps")
    yield say("shortcoming.districts", persons=Number(atlas.manifest["residents"]["district_not_stated"]))
    if atlas.manifest["settings"]["roads"] == "N1000":
        yield say("shortcoming.speeds")
        yield say("shortcoming.roads")
    yield say("shortcoming.grid", share=Percent(share))
    yield say("shortcoming.islands", persons=Number(atlas.manifest["roads"]["residents_without_road"]))
    if left_out:
        yield say("shortcoming.crossings", names=left_out)
    yield say("shortcoming.seasons")
    yield say("shortcoming.projection")
