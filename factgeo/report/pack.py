"""What is in the pack, in words: contents, publishers, dates, checks, shortcomings."""

from __future__ import annotations

from factgeo.atlas.pack import ADULT_AGE, Atlas
from factgeo.language import Number, number, percent, text


def lines(atlas: Atlas) -> list[str]:
    """The pack for a reader who has to quote it."""
    settings, roads = atlas.manifest["settings"], atlas.manifest["roads"]
    people = atlas.population
    head = [
        text("data.head", folder=atlas.folder, digest=atlas.digest[:12]),
        text("data.people", year=settings["year"], persons=number(int(people["persons"].sum())),
             adults=number(int(people["adults"].sum())), age=ADULT_AGE, units=number(len(people))),
        text("data.cells", count=number(len(atlas.cells)), resolution=settings["resolution"]),
        text("data.roads", km=number(roads["road_km"]), share=percent(roads["road_share_joined"], 2),
             crossings=number(roads["crossings"])),
    ]  # fmt: skip
    return [*head, "", *_sources(atlas), "", *_checks(atlas), "", *_shortcomings(atlas)]


def _sources(atlas: Atlas) -> list[str]:
    entries = atlas.manifest["sources"]
    listed = [f"  {e['path']}: {e['publisher']}; {e['as_of']}; {e['licence']}" for e in map(_complete, entries)]
    changed = [text("data.other_bytes", file=e["path"]) for e in entries if not e["known"]]
    return [text("data.sources"), *listed, *changed]


def _complete(entry: dict[str, str]) -> dict[str, str]:
    """A source with a dash where its manifest is silent."""
    return {"publisher": "–", "as_of": "–", "licence": "–", **entry}


def _checks(atlas: Atlas) -> list[str]:
    return [text("data.checks"), *(f"  {_check(entry)}" for entry in atlas.manifest["checks"])]


def _check(entry: dict[str, str | int | float]) -> str:
    value = entry["value"]
    return text(f"check.{entry['key']}", value=value if isinstance(value, str) else Number(value, _digits(value)))


def _digits(value: float) -> int:
    return 0 if isinstance(value, int) else 2


def _shortcomings(atlas: Atlas) -> list[str]:
    """What a careful reader must know before quoting a result."""
    estimates = atlas.cells["quality"] == "estimate"
    share = float(atlas.cells.loc[estimates, "persons"].sum() / atlas.cells["persons"].sum())
    left_out = ", ".join(entry["name"] for entry in atlas.manifest["crossings_left_out"])
    n1000 = atlas.manifest["settings"]["roads"] == "N1000"
    lost = number(atlas.manifest["roads"]["residents_without_road"])
    listed = [
        text("shortcoming.dps"),
        text("shortcoming.districts", persons=number(atlas.manifest["residents"]["district_not_stated"])),
        *([text("shortcoming.speeds"), text("shortcoming.roads")] if n1000 else []),
        text("shortcoming.grid", share=percent(share)),
        text("shortcoming.islands", persons=lost),
        *([text("shortcoming.crossings", names=left_out)] if left_out else []),
        text("shortcoming.seasons"),
        text("shortcoming.projection"),
    ]
    return [text("data.shortcomings"), *(f"  - {line}" for line in listed)]


def by_hand(atlas: Atlas) -> list[str]:
    """The official files that a build reads: where each is published and where to put it."""
    entries = [_complete(entry) for entry in atlas.manifest["sources"]]
    return [text("data.by_hand"), *(f"  {e['path']}: {e['title']}. {e.get('page', '–')}" for e in entries)]
