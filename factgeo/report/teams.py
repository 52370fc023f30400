"""The listed teams of an area in words: a table by county, who may stand twice, and what to make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.teams import READINGS, Team, covered, overlaps
from factgeo.language import Number, Percent, Words, figures, joined, say
from factgeo.report.content import Cell, Chapter, Column, Sentence, Table, items, paragraphs

NAMED = 2  # covered units that the table names
ROUNDED_TO = -2  # hundreds of residents: more would claim too much for a name reading
KIND_WORDS = {
    "ACT": "teams.kind.act",
    "FACT": "teams.kind.fact",
    "D-FACT": "teams.kind.d_fact",
    "RUS-FACT": "teams.kind.substance_use",
    "SECURITY-FACT": "teams.kind.security",
    "ELDERLY-FACT": "teams.kind.older_adults",
    "OTHER": "teams.kind.other",
}


def chapters(teams: Iterable[Team], atlas: Atlas, area: Area) -> tuple[Chapter, ...]:
    """The teams of an area: a table by county, who may stand twice, and what to make of it."""
    given = tuple(teams)
    if not given:
        return (Chapter("none", "", paragraphs([say("teams.none", area=area.name), say("teams.source")])),)
    listed = Chapter("listed", "", (table(given, atlas), Sentence(say("teams.legend"))))
    coverage = Chapter("coverage", "", paragraphs(_coverage(given, atlas, area)))
    twice = _twice(given)
    return (listed, *([Chapter("twice", "", twice)] if twice else []), coverage)


def table(teams: Sequence[Team], atlas: Atlas) -> Table:
    """A row for each team, in the order of the list, which goes by county."""
    names = ("county", "name", "kind", "base", "covers", "residents", "confidence", "status")
    columns = tuple(Column(name, say(f"teams.column.{name}")) for name in names)
    return Table("teams", columns, tuple(_row(team, atlas) for team in teams), grouped=True)


def kind(of: str) -> Words:
    """A kind of teams."""
    return say(KIND_WORDS[of])


def confidence(level: str) -> Words:
    """How sure the reading of a team's name is."""
    return say(f"teams.confidence.{level}")


def _row(team: Team, atlas: Atlas) -> tuple[Cell, ...]:
    base = None if team.base_unit is None else str(atlas.units.at[team.base_unit, "base_name"])
    return (
        team.county,
        team.name,
        kind(team.kind),
        say("teams.presumed", base=base) if base and team.base_inferred else base or say("teams.unknown"),
        _covers(team.narrow, atlas),
        _residents(team, atlas),
        confidence(team.confidence),
        say("teams.status"),
    )


def _covers(units: tuple[str, ...], atlas: Atlas) -> Words:
    """The most populous places by name, a whole city by its own, and how many more there are."""
    if not units:
        return say("teams.unknown")
    sizes = atlas.units["municipality_code"].value_counts()
    sized: list[tuple[int, str]] = []
    for municipality, rows in atlas.units.loc[list(units)].groupby("municipality_code"):
        if len(rows) == sizes[municipality]:
            sized.append((_population(tuple(rows.index), atlas), str(rows["municipality_name"].iloc[0])))
        else:
            sized += [(_population((unit,), atlas), str(name)) for unit, name in rows["name"].items()]
    return figures.names([name for _, name in sorted(sized, reverse=True)], NAMED)


def _residents(team: Team, atlas: Atlas) -> Words:
    """Residents of the covered units by both readings, to the nearest hundred."""
    narrow, wide = (Number(round(_population(team.units(reading), atlas), ROUNDED_TO)) for reading in READINGS)
    if not team.narrow:
        return say("teams.up_to", count=wide) if team.wide else say("teams.unknown")
    return narrow if narrow == wide else joined((narrow, wide), "–")


def _population(units: tuple[str, ...], atlas: Atlas) -> int:
    return int(atlas.population.loc[list(units), "persons"].sum())


def _twice(teams: Sequence[Team]) -> tuple[Sentence, ...]:
    """Pairs that may be one team listed twice, each in a sentence."""
    pairs = overlaps(teams)
    if not pairs:
        return ()
    said = items(say(f"teams.overlap.{p.kind}", first=p.first.name, second=p.second.name) for p in pairs)
    return (Sentence(say("teams.overlaps", count=Number(len(pairs)))), *said)


def _coverage(teams: Sequence[Team], atlas: Atlas, area: Area) -> Iterator[Words]:
    """How much of the list this is, which residents it covers, and what it does not say."""
    general = sum(team.general for team in teams)
    unplaced = [team.name for team in teams if team.base_unit is None]
    narrow, wide = (covered(teams, atlas, area, reading) for reading in READINGS)
    yield say(
        "teams.count", area=area.name, count=Number(len(teams)), general=Number(general),
        overlays=Number(len(teams) - general), unplaced=Number(len(unplaced)),
    )  # fmt: skip
    if unplaced:
        yield say("teams.unplaced", names=", ".join(unplaced))
    yield say("teams.covered", area=area.name, narrow=Percent(narrow.share, 0), wide=Percent(wide.share, 0))
    yield say(
        "teams.lacking", narrow=Number(len(narrow.lacking)), wide=Number(len(wide.lacking)),
        units=Number(len(area.units)),
    )  # fmt: skip
    yield say("teams.source")
