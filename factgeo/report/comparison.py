"""The comparison of two plans in words, for the screen and for ``comparison.md``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise

from factgeo.atlas.pack import Atlas
from factgeo.explore.compare import EQUAL_MIN, STEPS, Comparison, Sides, UnitChange, difference, tenth
from factgeo.language import escaping, number, percent, text
from factgeo.planning.measure import TeamFigures
from factgeo.report.plan import minutes
from factgeo.report.rules import sources

ITEM = "- "  # begins each line of a list
LISTED = 12  # moved units on the screen
IN_TABLE = 20  # units in the tables of gains and losses


def lines(comparison: Comparison) -> list[str]:
    """The comparison in a few lines: the whole, teams and bases, units that move, and people."""
    names = comparison.names
    return [
        text("compare.plans", a=names.a, b=names.b),
        *_headline(comparison),
        *_teams_and_bases(comparison),
        *_moves(comparison),
        *_people(comparison),
        *_cautions(comparison),
    ]


def _headline(comparison: Comparison) -> list[str]:
    """Residents with a team, reach and mean minutes of both, and the difference."""
    figures, common = comparison.figures, comparison.whole.mean_min_both
    said = [
        text("compare.served", **_shares(figures.map(lambda side: side.served))),
        text("compare.within", **_shares(figures.map(lambda side: side.share_within[60]))),
        text("compare.mean", **_means(figures.map(lambda side: side.mean_min))),
    ]
    if comparison.whole.won or comparison.whole.lost:
        said.append(text("compare.mean_both", **_means(common)))
    return said


def _shares(sides: Sides[float]) -> dict[str, str]:
    shown = sides.map(lambda share: round(100 * share, 1))
    return {"a": percent(sides.a), "b": percent(sides.b), "difference": signed(shown.b - shown.a, 1)}


def _means(sides: Sides[float | None]) -> dict[str, str]:
    known = sides.map(tenth)
    shown = known.map(lambda value: "–" if value is None else number(value, 1))
    change = difference(known)
    return {"a": shown.a, "b": shown.b, "difference": "–" if change is None else signed(change, 1)}


def signed(value: float, digits: int = 0) -> str:
    """A difference with its sign as the language writes numbers: ``+12``, ``−3``, ``±0``."""
    shown = round(value, digits)
    return ("+" if shown > 0 else "−" if shown < 0 else "±") + number(abs(shown), digits)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or text("compare.none")


def called(team: TeamFigures | None) -> str:
    """A team by its id, which is its plan's own, and its name."""
    return text("compare.no_team") if team is None else f"{team.team_id} {team.name}"


def _teams_and_bases(comparison: Comparison) -> list[str]:
    """How many catchments and bases there are, and which only one plan has."""
    figures, bases = comparison.figures, comparison.bases_only
    counts = figures.map(lambda side: number(len(side.teams)))
    teams = comparison.only.map(lambda side: _listed(map(called, side)))
    places = bases.map(lambda side: _listed(base.name for base in side))
    kept = number(len(comparison.bases_kept))
    return [
        text("compare.teams", a=counts.a, b=counts.b, only_a=teams.a, only_b=teams.b),
        text("compare.bases", kept=kept, only_a=places.a, only_b=places.b),
    ]


def _moves(comparison: Comparison) -> list[str]:
    """Each unit that moves, from where to where, and what that does to its way."""
    moved = comparison.moved
    if not moved:
        return [text("compare.no_moves")]
    persons = number(sum(unit.travel.persons for unit in moved))
    head = text("compare.moves", units=number(len(moved)), of=number(len(comparison.units)), persons=persons)
    rest = len(moved) - LISTED
    more = [ITEM + text("compare.more", count=number(rest))] if rest > 0 else []
    return [head, *map(_move, moved[:LISTED]), *more]


def _move(unit: UnitChange) -> str:
    teams, change = unit.teams.map(called), unit.travel.change_min
    said = text("compare.move", unit=unit.name, persons=number(unit.travel.persons), a=teams.a, b=teams.b)
    if unit.keeps_base:
        said = f"{said} ({text('compare.same_base')})"
    return ITEM + (said if change is None else f"{said}, {text('compare.change', change=changed(change))}")


def _people(comparison: Comparison) -> list[str]:
    """Residents by how their way changes."""
    whole = comparison.whole
    said = [
        text("compare.shorter", total=number(sum(whole.shorter)), steps=_steps(whole.shorter)),
        text("compare.longer", total=number(sum(whole.longer)), steps=_steps(whole.longer)),
        text("compare.equal", count=number(whole.equal)),
    ]
    if comparison.get_team or comparison.lose_team:
        said.append(text("compare.team", get=number(comparison.get_team), lose=number(comparison.lose_team)))
    reached = {"won": number(whole.won), "lost": number(whole.lost), "never": number(whole.never)}
    return [*said, text("compare.reached", **reached)]


def step_names() -> list[str]:
    """The classes of change in words, from the smallest."""
    limits = [number(EQUAL_MIN, 1), *map(number, STEPS)]
    between = [text("compare.step.between", low=low, high=high) for low, high in pairwise(limits)]
    return [*between, text("compare.step.over", low=limits[-1])]


def _steps(counts: tuple[int, ...]) -> str:
    """The classes that have anybody, in brackets."""
    named = [f"{name}: {number(count)}" for name, count in zip(step_names(), counts, strict=True) if count]
    return f" ({'; '.join(named)})" if named else ""


def _cautions(comparison: Comparison) -> list[str]:
    """What else differs between the plans, and what to know before quoting the comparison."""
    said = []
    if comparison.settings:
        said.append(text("compare.settings", keys=", ".join(change.key for change in comparison.settings)))
    if comparison.other_roads:
        said.append(text("compare.other_roads"))
    broken = comparison.broken.map(len)
    if broken.a or broken.b:
        said.append(text("compare.broken", a=number(broken.a), b=number(broken.b)))
    return [*said, text("compare.estimate")]


def markdown(comparison: Comparison, atlas: Atlas) -> str:
    """The comparison as a document: the lines, and tables of teams, moves, people, units and settings; the sources."""
    area = comparison.plans.a.area.name
    told = [
        escaping.markdown(line) for line in lines(comparison) if not line.startswith(ITEM)
    ]  # the table has every move
    named = {
        "teams": _teams_table(comparison),
        "moves": _moves_table(comparison),
        "people": _people_table(comparison),
        "gains": _units_table(comparison.gains),
        "losses": _units_table(comparison.losses),
        "settings": _settings_table(comparison),
        "broken": _broken_table(comparison),
        "sources": escaping.lines(sources(atlas, comparison.plans.b.settings)),
    }
    sections = [f"## {text(f'compare.section.{name}')}\n\n{rows}" for name, rows in named.items() if rows]
    return "\n\n".join([f"# {escaping.markdown(text('compare.title', area=area))}", *told, *sections]) + "\n"


def _markdown_table(columns: Iterable[str], rows: Iterable[list[str]]) -> str:
    """A table with these columns of the catalogue; empty where there are no rows."""
    shown = list(rows)
    return escaping.table([text(f"compare.column.{column}") for column in columns], shown) if shown else ""


def changed(value: float | None) -> str:
    """A change in whole minutes, and in tenths where it is less than one; a dash where there is no figure."""
    return "–" if value is None else signed(value, 0 if abs(value) >= 1 else 1)


def _teams_table(comparison: Comparison) -> str:
    """Matched catchments side by side, then those of one plan alone."""
    pairs = [(pair.teams.a, pair.teams.b) for pair in comparison.pairs]
    alone = [*((team, None) for team in comparison.only.a), *((None, team) for team in comparison.only.b)]
    columns = ("team_a", "team_b", "service_a", "service_b", "persons_a", "persons_b", "mean_a", "mean_b")
    rows = [
        [
            *("–" if team is None else called(team) for team in teams),
            *("–" if team is None else text(f"service.{team.service}") for team in teams),
            *("–" if team is None else number(team.population) for team in teams),
            *("–" if team is None else minutes(team.travel.mean_min) for team in teams),
        ]
        for teams in [*pairs, *alone]
    ]
    return _markdown_table(columns, rows)


def _moves_table(comparison: Comparison) -> str:
    columns = ("unit", "persons", "from", "to", "mean_a", "mean_b", "change")
    rows = [
        [
            unit.name,
            number(unit.travel.persons),
            called(unit.teams.a),
            called(unit.teams.b),
            minutes(unit.travel.mean_min.a),
            minutes(unit.travel.mean_min.b),
            changed(unit.travel.change_min),
        ]
        for unit in comparison.moved
    ]
    return _markdown_table(columns, rows)


def _people_table(comparison: Comparison) -> str:
    whole = comparison.whole
    steps = zip(step_names(), whole.shorter, whole.longer, strict=True)
    rows = [[name, number(less), number(more)] for name, less, more in steps]
    return _markdown_table(("step", "shorter", "longer"), rows)


def _units_table(units: tuple[UnitChange, ...]) -> str:
    columns = ("unit", "persons", "shorter", "longer", "equal", "won", "lost", "change")
    rows = []
    for unit in units[:IN_TABLE]:
        travel = unit.travel
        counts = (travel.persons, sum(travel.shorter), sum(travel.longer), travel.equal, travel.won, travel.lost)
        rows.append([unit.name, *map(number, counts), changed(travel.change_min)])
    return _markdown_table(columns, rows)


def _settings_table(comparison: Comparison) -> str:
    rows = [[change.key, *(_value(v) for v in (change.values.a, change.values.b))] for change in comparison.settings]
    return _markdown_table(("setting", "value_a", "value_b"), rows)


def _value(value: object) -> str:
    """A setting as TOML and JSON write it."""
    return "–" if value is None else json.dumps(value, ensure_ascii=False)


def _broken_table(comparison: Comparison) -> str:
    broken = comparison.broken
    rows = [[name, finding.text()] for name, found in (("A", broken.a), ("B", broken.b)) for finding in found]
    return _markdown_table(("plan", "rule"), rows)
