"""The comparison of two plans in words and tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise

from factgeo.explore.compare import EQUAL_MIN, STEPS, Comparison, Sides, UnitChange, difference
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, Signed, maybe_tenth, minutes
from factgeo.planning.measure import TeamFigures
from factgeo.report import rules
from factgeo.report.content import Block, Cell, Chapter, Column, Report, Sentence, Table, items, paragraphs

LISTED = 12  # moved units in the few sentences
IN_TABLE = 20  # units in the tables of gains and losses


def brief(comparison: Comparison) -> tuple[Sentence, ...]:
    """The comparison in a few sentences: the whole, teams and bases, units that move, and people."""
    rest = paragraphs([*_people(comparison), *_cautions(comparison)])
    return (*paragraphs(_headline(comparison)), *_moves(comparison, LISTED), *rest)


def main(comparison: Comparison) -> tuple[Sentence, ...]:
    """What differs in the whole, in teams and bases, and each unit that moves."""
    return (*paragraphs(_headline(comparison)), *_moves(comparison, len(comparison.moved)))


def report(comparison: Comparison) -> Report:
    """The comparison as a document: the sentences, and tables of teams, moves, people, units and settings; the sources.

    The table has every move, so no sentence lists them.
    """
    tables = {
        "teams": teams_table(comparison),
        "moves": moves_table(comparison),
        "people": people_table(comparison),
        "gains": _units_table("gains", comparison.gains),
        "losses": _units_table("losses", comparison.losses),
        "settings": _settings_table(comparison),
        "broken": _broken_table(comparison),
    }
    chapters: dict[str, tuple[Block, ...]] = {key: (table,) for key, table in tables.items() if table.rows}
    chapters["sources"] = rules.sources(comparison.atlas, comparison.plans.b.settings)
    return Report(
        "comparison",
        say("compare.title", area=comparison.plans.a.area.name),
        tuple(sentence for sentence in brief(comparison) if not sentence.level),
        tuple(Chapter(key, say(f"compare.section.{key}"), blocks) for key, blocks in chapters.items()),
    )


def _headline(comparison: Comparison) -> Iterator[Words]:
    """Residents with a team, reach and mean minutes of both, and the difference; teams and bases."""
    figures, whole, names = comparison.figures, comparison.whole, comparison.names
    yield say("compare.plans", a=names.a, b=names.b)
    yield say("compare.served", **_shares(figures.map(lambda side: side.served)))
    yield say("compare.within", **_shares(figures.map(lambda side: side.share_within[60])))
    yield say("compare.mean", **_means(figures.map(lambda side: side.mean_min)))
    if whole.won or whole.lost:
        yield say("compare.mean_both", **_means(whole.mean_min_both))
    yield from _teams_and_bases(comparison)


def _shares(sides: Sides[float]) -> dict[str, Words]:
    shown = sides.map(lambda share: round(100 * share, 1))
    return {"a": Percent(sides.a), "b": Percent(sides.b), "difference": Signed(shown.b - shown.a, 1)}


def _means(sides: Sides[float | None]) -> dict[str, Words]:
    known = sides.map(maybe_tenth)
    change = difference(known)
    shown = {"a": minutes(known.a, 1), "b": minutes(known.b, 1)}
    return {**shown, "difference": NO_FIGURE if change is None else Signed(change, 1)}


def _listed(names: Iterable[Words]) -> Words:
    return joined(names) or say("compare.none")


def called(team: TeamFigures | None) -> Words:
    """A team by its id, which is its plan's own, and its name."""
    return say("compare.no_team") if team is None else f"{team.team_id} {team.name}"


def _teams_and_bases(comparison: Comparison) -> Iterator[Words]:
    """How many catchments and bases there are, and which only one plan has."""
    counts = comparison.figures.map(lambda side: Number(len(side.teams)))
    teams = comparison.only.map(lambda side: _listed(map(called, side)))
    places = comparison.bases_only.map(lambda side: _listed(base.name for base in side))
    yield say("compare.teams", a=counts.a, b=counts.b, only_a=teams.a, only_b=teams.b)
    yield say("compare.bases", kept=Number(len(comparison.bases_kept)), only_a=places.a, only_b=places.b)


def _moves(comparison: Comparison, most: int) -> tuple[Sentence, ...]:
    """Units that move, at most so many, from where to where, and what that does to their way."""
    moved = comparison.moved
    if not moved:
        return (Sentence(say("compare.no_moves")),)
    persons = Number(sum(unit.travel.persons for unit in moved))
    head = say("compare.moves", units=Number(len(moved)), of=Number(len(comparison.units)), persons=persons)
    rest = len(moved) - most
    more = [say("compare.more", count=Number(rest))] if rest > 0 else []
    return (Sentence(head), *items([*map(_move, moved[:most]), *more]))


def _move(unit: UnitChange) -> Words:
    teams, change = unit.teams.map(called), unit.travel.change_min
    said: Words = say("compare.move", unit=unit.name, persons=Number(unit.travel.persons), a=teams.a, b=teams.b)
    if unit.keeps_base:
        said = joined((said, " (", say("compare.same_base"), ")"), "")
    return said if change is None else joined((said, say("compare.change", change=changed(change))))


def _people(comparison: Comparison) -> Iterator[Words]:
    """Residents by how their way changes."""
    whole = comparison.whole
    yield say("compare.shorter", total=Number(sum(whole.shorter)), steps=_steps(whole.shorter))
    yield say("compare.longer", total=Number(sum(whole.longer)), steps=_steps(whole.longer))
    yield say("compare.equal", count=Number(whole.equal))
    if comparison.get_team or comparison.lose_team:
        yield say("compare.team", get=Number(comparison.get_team), lose=Number(comparison.lose_team))
    yield say("compare.reached", won=Number(whole.won), lost=Number(whole.lost), never=Number(whole.never))


def steps() -> list[Words]:
    """The classes of change, from the smallest."""
    limits = [Number(EQUAL_MIN, 1), *map(Number, STEPS)]
    between = [say("compare.step.between", low=low, high=high) for low, high in pairwise(limits)]
    return [*between, say("compare.step.over", low=limits[-1])]


def _steps(counts: tuple[int, ...]) -> Words:
    """The classes that have anybody, in brackets."""
    named = [joined((name, Number(count)), ": ") for name, count in zip(steps(), counts, strict=True) if count]
    return joined((" (", joined(named, "; "), ")"), "") if named else ""


def _cautions(comparison: Comparison) -> Iterator[Words]:
    """What else differs between the plans, and what to know before quoting the comparison."""
    if comparison.settings:
        yield say("compare.settings", keys=", ".join(change.key for change in comparison.settings))
    if comparison.other_roads:
        yield say("compare.other_roads")
    broken = comparison.broken.map(len)
    if broken.a or broken.b:
        yield say("compare.broken", a=Number(broken.a), b=Number(broken.b))
    yield say("compare.estimate")


def changed(value: float | None) -> Words:
    """A change in whole minutes, and in tenths where it is less than one; a dash where there is no figure."""
    return NO_FIGURE if value is None else Signed(value, 0 if abs(value) >= 1 else 1)


# tables


def teams_table(comparison: Comparison) -> Table:
    """Matched catchments side by side, then those of one plan alone."""
    pairs = [(pair.teams.a, pair.teams.b) for pair in comparison.pairs]
    alone = [*((team, None) for team in comparison.only.a), *((None, team) for team in comparison.only.b)]
    names = ("team_a", "team_b", "service_a", "service_b", "persons_a", "persons_b", "mean_a", "mean_b")
    return _table("teams", names, (_pair(*teams) for teams in [*pairs, *alone]))


def _pair(a: TeamFigures | None, b: TeamFigures | None) -> tuple[Cell, ...]:
    """Each figure of both."""
    sides = ((NO_FIGURE,) * 4 if team is None else _side(team) for team in (a, b))
    return tuple(cell for both in zip(*sides, strict=True) for cell in both)


def _side(team: TeamFigures) -> tuple[Words, ...]:
    mean = minutes(team.travel.mean_min)
    return (called(team), say(f"service.{team.service}"), Number(team.population), mean)


def moves_table(comparison: Comparison) -> Table:
    """A row for each unit that moves."""
    rows = (
        (
            unit.name,
            Number(unit.travel.persons),
            called(unit.teams.a),
            called(unit.teams.b),
            minutes(unit.travel.mean_min.a),
            minutes(unit.travel.mean_min.b),
            changed(unit.travel.change_min),
        )
        for unit in comparison.moved
    )
    return _table("moves", ("unit", "persons", "from", "to", "mean_a", "mean_b", "change"), rows)


def people_table(comparison: Comparison) -> Table:
    """Residents by how much shorter and longer their way is."""
    whole = comparison.whole
    classes = zip(steps(), whole.shorter, whole.longer, strict=True)
    rows = ((name, Number(less), Number(more)) for name, less, more in classes)
    return _table("people", ("step", "shorter", "longer"), rows)


def _units_table(key: str, units: tuple[UnitChange, ...]) -> Table:
    names = ("unit", "persons", "shorter", "longer", "equal", "won", "lost", "change")
    return _table(key, names, map(_unit_row, units[:IN_TABLE]))


def _unit_row(unit: UnitChange) -> tuple[Cell, ...]:
    travel = unit.travel
    counts = (travel.persons, sum(travel.shorter), sum(travel.longer), travel.equal, travel.won, travel.lost)
    return (unit.name, *map(Number, counts), changed(travel.change_min))


def _settings_table(comparison: Comparison) -> Table:
    rows = ((each.key, _value(each.values.a), _value(each.values.b)) for each in comparison.settings)
    return _table("settings", ("setting", "value_a", "value_b"), rows)


def _value(value: object) -> str:
    """A setting as TOML and JSON write it."""
    return NO_FIGURE if value is None else json.dumps(value, ensure_ascii=False)


def _broken_table(comparison: Comparison) -> Table:
    broken = comparison.broken
    rows = ((name, finding) for name, found in (("A", broken.a), ("B", broken.b)) for finding in found)
    return _table("broken", ("plan", "rule"), rows)


def _table(key: str, names: Iterable[str], rows: Iterable[tuple[Cell, ...]]) -> Table:
    return Table(key, tuple(Column(name, say(f"compare.column.{name}")) for name in names), tuple(rows))
