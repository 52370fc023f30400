"""What was asked beyond one plan, in words, tables and JSON: other plans, the trade-off curve, next teams, reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from factgeo.explore.alternatives import NextBest
from factgeo.explore.answers import Further
from factgeo.explore.compare import tenth
from factgeo.explore.moves import Move
from factgeo.explore.next_teams import NextTeam, NextTeams
from factgeo.explore.tradeoff import TradeOff
from factgeo.explore.why import Answer
from factgeo.language import escaping, number, percent, text
from factgeo.planning.plan import Aim, Status
from factgeo.planning.result import Result
from factgeo.report import plan as plan_report
from factgeo.report import stability as stability_report
from factgeo.travel.bases import Base

Row = dict[str, Any]

PICTURE = "tradeoff.png"  # beside the summary that shows it
CLOSE = 0.005  # a share this near to the most possible hardly differs from it
LISTED = 12  # names in a sentence
SIGNIFICANT = 3  # digits of person-minutes in words
AIM_FILES: dict[Aim, str] = {"goal": "mal", "reach": "rekkevidde"}


@dataclass(frozen=True)
class Reading:
    """What the trade-off curve says of the number of teams; points are of the aim ``reach`` but for ``now``.

    Attributes:
        now: Teams of the proposal.
        best: The point with the largest share within T minutes, with the fewest teams that have it.
        enough: The point with the fewest teams whose share is within ``CLOSE`` of that.
        before: The point with a plan and the most teams below ``enough``; None without one.
        fewest: The point with the fewest teams that reaches as many as the proposal; None if none is known to.
        fewest_proven: It is proven that no fewer teams do.
    """

    now: int
    best: TradeOff
    enough: TradeOff
    before: TradeOff | None
    fewest: TradeOff | None
    fewest_proven: bool


def reading(points: Sequence[TradeOff], result: Result) -> Reading | None:
    """The curve read for a planner; None where no point aims at reach and has a plan."""
    reach = [point for point in points if point.aim == "reach"]
    planned = [point for point in reach if point.base_of]
    if not planned:
        return None
    best = max(planned, key=lambda point: (point.within, -point.teams))
    enough = next(point for point in planned if point.within >= best.within - CLOSE)
    wanted = result.within / max(1, result.figures.population)
    fewest = next((point for point in planned if point.within >= wanted), None)
    return Reading(
        now=own_teams(result),
        best=best,
        enough=enough,
        before=max((point for point in planned if point.teams < enough.teams), key=lambda p: p.teams, default=None),
        fewest=fewest,
        fewest_proven=fewest is not None and all(_proven(point) for point in reach if point.teams < fewest.teams),
    )


def own_teams(result: Result) -> int:
    """Teams of a plan; a big unit may have several."""
    return sum(team.teams for team in result.figures.teams)


def _share_within(result: Result) -> float:
    return result.within / max(1, result.figures.population)


def _proven(point: TradeOff) -> bool:
    return point.status in ("optimal", "none")


# words


def lines(further: Further, result: Result) -> list[str]:
    """What was asked, in a few sentences each."""
    return [
        *(_why_lines(further.answer) if further.answer else []),
        *(_alternative_lines(further, result) if further.alternatives or further.asked.alternatives else []),
        *(_move_lines(further, result) if further.previous else []),
        *(_price_lines(result) if _priced_any(further) else []),
        *(_curve_lines(further.trade_offs, result) if further.trade_offs else []),
        *(_next_lines(further.next_teams, result) if further.next_teams else []),
        *(stability_report.lines(further.stability, result) if further.stability else []),
    ]


def _priced_any(further: Further) -> bool:
    """Is there a price to explain?"""
    return bool(further.alternatives or further.moves or (further.answer and further.answer.forced))


def _price_lines(result: Result) -> list[str]:
    """What a price in person-minutes counts."""
    settings = result.plan.settings
    goal, limit = settings.goal, number(settings.travel.minutes)
    preferred = settings.bases.preferred or any(site.role == "preferred" for site in settings.bases.sites)
    stages = result.proof.stages
    if not stages or stages[-1].goal == "balanced":
        said = text(
            "further.measure_balanced",
            limit=limit,
            beyond=number(goal.beyond_price),
            unserved=number(goal.unserved_price),
        )
    else:
        said = text("further.measure_minutes", limit=limit)
    return [said, *([text("further.measure_extra")] if preferred or settings.moves.previous else [])]


def _price(value: float, result: Result) -> str:
    """Person-minutes in words, with what they are for each resident of the area."""
    if abs(value) < 1:
        return text("further.price.nothing")
    minutes = number(_rough(abs(value)))
    each = abs(value) / max(1, result.figures.population)
    share = text("further.price.each", minutes=number(each, 1))
    if round(each, 1) == 0:
        share = text("further.price.little", minutes=number(0.1, 1))
    key = "further.price.costs" if value > 0 else "further.price.saves"
    return text(key, minutes=minutes, each=share)


def _rough(value: float) -> float:
    """To three significant digits: more would claim too much."""
    return round(value, min(0, SIGNIFICANT - 1 - math.floor(math.log10(value))))


def _people(within: int, served: int, result: Result) -> str:
    """By how many residents reach and service differ."""
    limit = number(result.plan.settings.travel.minutes)
    if within == 0:
        said = [text("further.people.same_within", limit=limit)]
    else:
        key = "further.people.more_within" if within > 0 else "further.people.fewer_within"
        said = [text(key, count=number(abs(within)), limit=limit)]
    if served:
        key = "further.people.more_served" if served > 0 else "further.people.fewer_served"
        said.append(text(key, count=number(abs(served))))
    return ", ".join(said)


def _mean(before: Result, after: Result) -> str:
    shown = [_minutes(each.figures.mean_min) for each in (before, after)]
    key = "further.mean.same" if shown[0] == shown[1] else "further.mean.changed"
    return text(key, before=shown[0], after=shown[1])


def _minutes(value: float | None) -> str:
    return "–" if value is None else number(value, 1)


def _names(units: Iterable[str], result: Result) -> list[str]:
    return [str(name) for name in result.atlas.units.loc[list(units), "name"]]


def _listed(names: Sequence[str]) -> str:
    """Names as a sentence has them, the last after an "and"; how many more there are where they are many."""
    if len(names) > LISTED:
        return text("names.more", names=", ".join(names[:LISTED]), count=number(len(names) - LISTED))
    if len(names) <= 1:
        return "".join(names)
    return text("further.and", names=", ".join(names[:-1]), last=names[-1])


def _count(units: Sequence[str], result: Result) -> str:
    """So many municipalities, districts, or both."""
    own = result.atlas.units.loc[list(units), "municipality_code"]
    districts = sum(code != unit for unit, code in own.items())
    kinds = {0: ("further.count.municipality", "further.count.municipalities"),
             len(units): ("further.count.district", "further.count.districts")}  # fmt: skip
    one, several = kinds.get(districts, ("further.count.both", "further.count.both"))
    return text(one if len(units) == 1 else several, count=number(len(units)))


def _where_to(units: Iterable[str], after: Result) -> str:
    """Units by the base that they have afterwards."""
    base_of = after.plan.base_of()
    groups: dict[Base | None, list[str]] = {}
    for unit in units:
        groups.setdefault(base_of.get(unit), []).append(unit)
    return "; ".join(_to(_listed(_names(some, after)), base) for base, some in groups.items())


def _to(names: str, base: Base | None) -> str:
    return text("further.without", names=names) if base is None else text("further.to", names=names, base=base.name)


def _alternative_lines(further: Further, result: Result) -> Iterator[str]:
    for rank, each in _ranked(further):
        said = [_difference(each, result), _price(each.price, result)]
        said += [_people(*_gains(each.result, result), result), _mean(result, each.result)]
        if each.result.proof.status != "optimal":
            said.append(text("further.unproven"))
        yield text("further.alternative", rank=number(rank), what="; ".join(said))
    if len(further.alternatives) < further.asked.alternatives:
        asked, count = number(further.asked.alternatives), number(len(further.alternatives))
        yield text("further.alternatives_fewer", asked=asked, count=count)


def _gains(after: Result, before: Result) -> tuple[int, int]:
    """Residents within T minutes, and with a team, by which one plan has more than another."""
    within = after.within - before.within
    return within, after.served - before.served


def _difference(each: NextBest, result: Result) -> str:
    """The units that are elsewhere and the bases that only one of the plans has."""
    new, old = (_listed([base.name for base in bases]) for bases in (each.new_bases, each.old_bases))
    count, where = _count(each.moved, result), _where_to(each.moved, each.result)
    moved = text("further.different", count=count, where=where)
    if new and old:
        return f"{moved}; {text('further.base_instead', new=new, old=old)}"
    if new or old:
        base = text("further.base_new", new=new) if new else text("further.base_gone", old=old)
        return f"{moved}; {base}"
    return moved


def _curve_lines(points: Sequence[TradeOff], result: Result) -> list[str]:
    """What the curve says: how far it goes, where reach stops growing, the proposal, and what is not known."""
    found = reading(points, result)
    if found is None:
        return [text("further.curve.empty", area=result.plan.area.name)]
    most = max(point.teams for point in points)
    said = [text("further.curve.head", most=number(most)), _enough(found, result), _proposal(result)]
    said += [_fewest(found)] if found.fewest else []
    impossible = sorted({point.teams for point in points if point.status == "none"})
    if impossible:
        said.append(text("further.curve.impossible", teams=_listed([number(teams) for teams in impossible])))
    unproven = [point for point in points if not _proven(point)]
    if unproven:
        teams = _listed([number(count) for count in sorted({point.teams for point in unproven})])
        said.append(text("further.curve.unproven", count=number(len(unproven)), of=number(len(points)), teams=teams))
    return said


def _enough(found: Reading, result: Result) -> str:
    """From how many teams on reach hardly grows."""
    values = {
        "limit": number(result.plan.settings.travel.minutes),
        "enough": number(found.enough.teams),
        "share": percent(found.enough.within),
        "best": number(found.best.teams),
        "most": percent(found.best.within),
    }
    key = "further.curve.best" if found.enough == found.best else "further.curve.enough"
    said = text(key, **values)
    if found.before is None:
        return said
    return f"{said} {text('further.curve.below', teams=number(found.before.teams), share=percent(found.before.within))}"


def _proposal(result: Result) -> str:
    """The proposal's own point, and whether its number of teams was free."""
    settings = result.plan.settings
    ruled = settings.teams.at_least or settings.teams.at_most or settings.teams.per_zone
    free = not ruled and result.proof.status == "optimal"
    return text(
        "further.curve.own" if free else "further.curve.proposal",
        teams=number(own_teams(result)),
        limit=number(settings.travel.minutes),
        within=percent(_share_within(result)),
        served=percent(result.figures.served),
        mean=_minutes(result.figures.mean_min),
    )


def _fewest(found: Reading) -> str:
    """The fewest teams that reach as many as the proposal."""
    fewest = found.fewest
    if fewest is None:
        return ""
    values = {"teams": number(fewest.teams), "share": percent(fewest.within), "served": percent(fewest.served)}
    if fewest.teams >= found.now:
        return text("further.curve.no_fewer" if found.fewest_proven else "further.curve.no_fewer_known", **values)
    return text("further.curve.fewest" if found.fewest_proven else "further.curve.fewest_known", **values)


def _next_lines(found: NextTeams, result: Result) -> list[str]:
    """The listed teams, what they reach alone, and what each new team adds."""
    return [
        *_standing_lines(found, result),
        _baseline(found),
        *_new_lines(found, result),
        *_together(found, result),
    ]


def _new_lines(found: NextTeams, result: Result) -> list[str]:
    """The new teams, if any are possible."""
    if not found.jointly:
        return []
    one_by_one = [text("further.next.one_by_one"), *_step_lines(found.one_by_one, result)]
    return [*one_by_one, _jointly(found), *_step_lines(found.jointly, result)]


def _baseline(found: NextTeams) -> str:
    return text("further.next.baseline", **_reach(found.baseline))


def _jointly(found: NextTeams) -> str:
    """The head of the new teams that are best together: other places than one at a time, or the same."""
    same = {step.base for step in found.one_by_one} == {step.base for step in found.jointly}
    return text("further.next.same" if same else "further.next.jointly", count=number(len(found.jointly)))


def _together(found: NextTeams, result: Result) -> list[str]:
    """What all of them reach, and why there are fewer than were asked for or they reach less than some."""
    said = [text("further.next.together", **_reach(result))] if found.jointly else []
    if len(found.jointly) < found.asked:
        size = plan_report.minimum(result.plan.settings)
        values = {"asked": number(found.asked), "count": number(len(found.jointly)), "size": size}
        said.append(text("further.next.fewer" if found.jointly else "further.next.no_room", **values))
        if found.possible_from:
            shown = number(found.possible_from)
            said.append(text("further.next.possible_from", asked=number(found.asked), size=shown))
    one_by_one = found.baseline.within + sum(step.within or 0 for step in found.one_by_one)
    if result.within < one_by_one:
        said.append(text("further.next.worse", count=number(len(found.one_by_one))))
    return said


def _standing_lines(found: NextTeams, result: Result) -> list[str]:
    """The listed teams by where they stand, those without a place, and those that are left out."""
    standing = found.standing
    here = [team for teams in standing.bases.values() for team in teams]
    if here:
        each = [
            f"{name} ({', '.join(team.name for team in teams)})"
            for name, teams in zip(_names(standing.bases, result), standing.bases.values(), strict=True)
        ]
        said = [text("further.next.standing", count=number(len(here)), names=_listed(each))]
    else:
        said = [text("further.next.none", area=result.plan.area.name)]
    if standing.unplaced:
        said.append(text("further.next.unplaced", names=", ".join(team.name for team in standing.unplaced)))
    if standing.left_out:
        said.append(text("further.next.left_out", names=", ".join(team.name for team in standing.left_out)))
    return [*said, text("further.next.status")]


def _reach(result: Result) -> dict[str, str]:
    shares = {"within": percent(_share_within(result)), "served": percent(result.figures.served)}
    return {**_limit(result), **shares}


def _step_lines(steps: Sequence[NextTeam], result: Result) -> Iterator[str]:
    for rank, step in enumerate(steps, start=1):
        people = _gained(step, result)
        yield text("further.next.step", rank=number(rank), base=step.base.name, people=people)


def _gained(step: NextTeam, result: Result) -> str:
    if step.within is None or step.served is None:
        return text("further.next.needed")
    return _people(step.within, step.served, result)


def _move_lines(further: Further, result: Result) -> list[str]:
    moves = further.moves
    if not moves:
        return [text("further.moves.none")]
    persons = number(sum(move.persons for move in moves))
    head = text("further.moves.head", count=_count([move.unit for move in moves], result), persons=persons)
    return [head, *(_move_line(move, result) for move in moves)]


def _move_line(move: Move, result: Result) -> str:
    (unit,) = _names([move.unit], result)
    values = {"unit": unit, "persons": number(move.persons), "before": move.before.name}
    if move.after is not None and move.after.unit_code == move.before.unit_code:
        return text("further.moves.base_moved", after=move.after.name, **values)
    if move.after is None:
        said = text("further.moves.loses", **values)
    else:
        said = text("further.moves.moves", after=move.after.name, **values)
    return f"{said} {_staying(move.cost, move.before)}"


def _staying(cost: Answer | None, base: Base) -> str:
    """What it would cost to leave a unit with the base that it had."""
    if cost is None:
        return text("further.moves.unknown")
    if cost.forced is None:
        return f"{text('further.moves.impossible', base=base.name)} {_obstacle(cost)}"
    effects = "; ".join([_price(cost.price, cost.now), _people(cost.within, cost.served, cost.now)])
    return text("further.moves.staying", base=base.name, effects=effects) + _others(cost)


def _obstacle(answer: Answer) -> str:
    return "" if answer.obstacle is None else answer.obstacle.message()


def _others(answer: Answer) -> str:
    """What else is different when a unit is forced to a team, and whether that is proven to be the best."""
    if answer.forced is None:
        return ""
    said = [text("further.why.also", where=_where_to(answer.moved, answer.forced))] if answer.moved else []
    if answer.forced.proof.status != "optimal":
        said.append(text("further.why.unproven"))
    return "".join(f" {sentence}" for sentence in said)


def _why_lines(answer: Answer) -> list[str]:
    """Why a unit is not with another team."""
    (unit,) = _names([answer.unit], answer.now)
    if answer.already:
        return [text("further.why.already", unit=unit, base=answer.base.name)]
    question = text("further.why.question", unit=unit, base=answer.base.name)
    if answer.forced is None:
        return [f"{question} {text('further.why.impossible')} {_obstacle(answer)}"]
    worse = answer.price >= 1 or answer.within < 0 or answer.served < 0
    said = text(
        "further.why.possible" if worse else "further.why.free",
        price=_price(answer.price, answer.now),
        people=_people(answer.within, answer.served, answer.now),
        mean=_mean(answer.now, answer.forced),
    )
    return [f"{question} {said}{_others(answer)}"]


# Markdown


def markdown(further: Further, result: Result) -> str:
    """Sections with tables, to be appended to a summary; empty where nothing was asked."""
    parts: list[str] = []
    if further.answer:
        parts += [_section("why"), *map(escaping.markdown, _why_lines(further.answer))]
    if further.alternatives:
        parts += [_section("alternatives"), escaping.bullets(_alternative_lines(further, result))]
        parts.append(_alternatives_table(further, result))
    if further.previous:
        parts += [_section("moves"), escaping.bullets(_move_lines(further, result))]
        parts += [_moves_table(further, result)] if further.moves else []
    if _priced_any(further):
        parts += map(escaping.markdown, _price_lines(result))
    if further.trade_offs:
        parts += [_section("tradeoff"), escaping.bullets(_curve_lines(further.trade_offs, result))]
        parts += [_image(further.trade_offs, result), _curve_table(further.trade_offs, result)]
    if further.next_teams:
        parts += [_section("next"), *_next_sections(further.next_teams, result)]
    if further.stability:
        parts.append(_deeper(stability_report.markdown(further.stability, result)))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n" if parts else ""


def _section(name: str) -> str:
    return f"## {text(f'further.section.{name}')}"


def _deeper(document: str) -> str:
    """A document as a section of another: its headings one level down."""
    return "\n".join("#" + line if line.startswith("#") else line for line in document.splitlines())


def _table(columns: Iterable[str], rows: Iterable[list[str]], **values: str) -> str:
    head = [text(f"further.column.{column}", **values) for column in columns]
    return escaping.table(head, rows)


def _image(points: Sequence[TradeOff], result: Result) -> str:
    return f"![{escaping.markdown(picture_words(points, result))}]({PICTURE})"


def picture_words(points: Sequence[TradeOff], result: Result) -> str:
    """What the picture of the curve shows, for those who do not see it."""
    planned = [point for point in points if point.aim == "reach" and point.base_of]
    if not planned:
        return text("further.curve.empty", area=result.plan.area.name)
    first, last, best = planned[0], planned[-1], max(planned, key=lambda point: (point.within, -point.teams))
    return text(
        "further.picture.alt",
        area=result.plan.area.name,
        limit=number(result.plan.settings.travel.minutes),
        **{f"{name}_teams": number(p.teams) for name, p in (("first", first), ("best", best), ("last", last))},
        **{f"{name}_share": percent(p.within) for name, p in (("first", first), ("best", best), ("last", last))},
        first_mean=_minutes(first.mean_min),
        last_mean=_minutes(last.mean_min),
        now=number(own_teams(result)),
    )


def _limit(result: Result) -> dict[str, str]:
    return {"limit": number(result.plan.settings.travel.minutes)}


def _alternatives_table(further: Further, result: Result) -> str:
    """The proposal and the alternatives in one table."""
    columns = ("rank", "moved", "bases", "price", "within", "served", "mean", "proof")
    rows = [["–", text("further.proposal"), "", "", *_plan_cells(result)]]
    for rank, each in _ranked(further):
        moved = _where_to(each.moved, each.result)
        bases = [*(f"+ {base.name}" for base in each.new_bases), *(f"− {base.name}" for base in each.old_bases)]
        rows.append([number(rank), moved, ", ".join(bases) or "–", _price_cell(each.price), *_plan_cells(each.result)])
    return _table(columns, rows, **_limit(result))


def _plan_cells(result: Result) -> list[str]:
    shares = [percent(_share_within(result)), percent(result.figures.served)]
    return [*shares, _minutes(result.figures.mean_min), _status_words(result.proof.status)]


def _status_words(status: Status) -> str:
    if status == "optimal":
        return text("further.proven")
    return text("further.impossible") if status == "none" else text("further.not_proven")


def _signed(value: float | None) -> str:
    if value is None:
        return "–"
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def _curve_table(points: Sequence[TradeOff], result: Result) -> str:
    """A row for each number of teams, both aims side by side."""
    columns = ("teams", "goal_within", "goal_served", "goal_mean", "goal_proof",
               "reach_within", "reach_served", "reach_mean", "reach_proof")  # fmt: skip
    point_of = {(point.aim, point.teams): point for point in points}
    aims: tuple[Aim, ...] = ("goal", "reach")
    own = own_teams(result)
    rows = []
    for teams in sorted({point.teams for point in points}):
        cells = [cell for aim in aims for cell in _point_cells(point_of.get((aim, teams)))]
        shown = number(teams)
        rows.append([f"**{shown}**" if teams == own else shown, *cells])
    return _table(columns, rows, **_limit(result))


def _point_cells(point: TradeOff | None) -> list[str]:
    if point is None:
        return ["–"] * 4
    status = _status_words(point.status)
    if not point.base_of:
        return ["–", "–", "–", status]
    return [percent(point.within), percent(point.served), _minutes(point.mean_min), status]


def _next_sections(found: NextTeams, result: Result) -> Iterator[str]:
    yield from map(escaping.markdown, _standing_lines(found, result))
    if found.standing.bases:
        yield _standing_table(found, result)
    yield escaping.markdown(_baseline(found))
    if found.jointly:
        yield text("further.next.one_by_one")
        yield _steps_table(found.one_by_one, result)
        yield escaping.markdown(_jointly(found))
        yield _steps_table(found.jointly, result)
    yield from map(escaping.markdown, _together(found, result))


def _standing_table(found: NextTeams, result: Result) -> str:
    bases = found.standing.bases
    rows = [
        [name, number(len(teams)), ", ".join(team.name for team in teams), text("teams.status")]
        for name, teams in zip(_names(bases, result), bases.values(), strict=True)
    ]
    return _table(("base", "count", "names", "status"), rows)


def _steps_table(steps: Sequence[NextTeam], result: Result) -> str:
    rows = [
        [number(rank), step.base.name, _signed(step.within), _signed(step.served)]
        for rank, step in enumerate(steps, start=1)
    ]
    return _table(("rank", "new_base", "more_within", "more_served"), rows, **_limit(result))


def _moves_table(further: Further, result: Result) -> str:
    columns = ("unit", "persons", "before", "after", "price_stay", "more_within", "more_served", "also")
    rows = []
    for move in further.moves:
        (unit,) = _names([move.unit], result)
        after = text("further.no_team") if move.after is None else move.after.name
        rows.append([unit, number(move.persons), move.before.name, after, *_cost_cells(move.cost)])
    return _table(columns, rows, **_limit(result))


def _cost_cells(cost: Answer | None) -> list[str]:
    """What staying would cost; the obstacle where it is impossible."""
    if cost is None:
        return ["–"] * 4
    if cost.forced is None:
        return ["–", "–", "–", _obstacle(cost)]
    also = _where_to(cost.moved, cost.forced) or "–"
    return [_price_cell(cost.price), _signed(cost.within), _signed(cost.served), also]


def _price_cell(price: float) -> str:
    return _signed(math.copysign(_rough(abs(price)), price) if abs(price) >= 1 else 0)


# JSON and tables


def to_json(further: Further, result: Result) -> dict[str, Any]:
    """What was asked as an object, one key each; minutes to a tenth, shares to a millionth."""
    found: dict[str, Any] = {}
    if further.alternatives:
        found["alternatives"] = [_alternative_json(k, each, result) for k, each in _ranked(further)]
    if further.trade_offs:
        found["tradeoff"] = [_point_json(point) for point in further.trade_offs]
    if further.next_teams:
        found["next"] = _next_json(further.next_teams)
    if further.stability:
        found["stability"] = stability_report.to_json(further.stability)
    if further.previous:
        found["moves"] = [_move_json(move) for move in further.moves]
    if further.answer:
        found["why"] = _why_json(further.answer)
    return found


def _ranked(further: Further) -> Iterator[tuple[int, NextBest]]:
    """The alternatives with their rank."""
    return enumerate(further.alternatives, start=1)


def _alternative_json(rank: int, each: NextBest, result: Result) -> Row:
    plan, figures = each.result.plan, each.result.figures
    within, served = _gains(each.result, result)
    before, after = result.plan.base_of(), plan.base_of()
    return {
        "rank": rank,
        "status": plan.proof.status,
        "gap": round(plan.proof.gap, 6),
        **_priced(each.price, result),
        "within": within,
        "served": served,
        "moved": [_change(unit, before.get(unit), after.get(unit)) for unit in each.moved],
        "new_bases": [asdict(base) for base in each.new_bases],
        "old_bases": [asdict(base) for base in each.old_bases],
        "share_within_T": round(_share_within(each.result), 6),
        "share_within": {str(limit): round(share, 6) for limit, share in figures.share_within.items()},
        "share_served": round(figures.served, 6),
        "mean_min": tenth(figures.mean_min),
        "teams": [
            {"team_id": c.team_id, "name": team.name, "base": asdict(c.base), "units": list(c.units),
             "population": team.population}
            for team, c in zip(figures.teams, plan.catchments, strict=True)
        ],
    }  # fmt: skip


def _priced(price: float, result: Result) -> Row:
    each = round(price / max(1, result.figures.population), 3)
    return {"price_person_min": round(price, 1), "price_min_per_resident": each}


def _change(unit: str, before: Base | None, after: Base | None) -> Row:
    return {
        "unit_code": unit,
        "from": None if before is None else before.unit_code,
        "to": None if after is None else after.unit_code,
    }


def _point_json(point: TradeOff) -> Row:
    """A point; shares are None where it has no plan."""
    planned = bool(point.base_of)
    return {
        "aim": point.aim,
        "teams": point.teams,
        "bases": point.bases if planned else None,
        "share_within_T": round(point.within, 6) if planned else None,
        "share_served": round(point.served, 6) if planned else None,
        "mean_min": tenth(point.mean_min),
        "status": point.status,
        "gap": round(point.gap, 6),
    }


def _next_json(found: NextTeams) -> Row:
    standing, baseline = found.standing, found.baseline
    others = ("unplaced", "outside", "overlays", "left_out")
    return {
        "asked": found.asked,
        "possible_from": found.possible_from,
        "standing": [
            {"base_unit": unit, "count": len(teams), "names": [team.name for team in teams],
             "quality": [team.quality for team in teams]}
            for unit, teams in standing.bases.items()
        ],
        **{name: [team.name for team in getattr(standing, name)] for name in others},
        "status": "unknown",
        "status_note": text("further.next.status"),
        "baseline": {
            "share_within_T": round(_share_within(baseline), 6),
            "share_served": round(baseline.figures.served, 6),
            "mean_min": tenth(baseline.figures.mean_min),
        },
        "one_by_one": [_step_json(step) for step in found.one_by_one],
        "jointly": [_step_json(step) for step in found.jointly],
    }  # fmt: skip


def _step_json(step: NextTeam) -> Row:
    return {"base": asdict(step.base), "within": step.within, "served": step.served}


def _move_json(move: Move) -> Row:
    return {
        "unit_code": move.unit,
        "population": move.persons,
        "from": asdict(move.before),
        "to": None if move.after is None else asdict(move.after),
        "cost": None if move.cost is None else _cost_json(move.cost),
    }


def _cost_json(answer: Answer) -> Row:
    """What forcing a unit costs, or why it cannot be."""
    if answer.forced is None:
        return {"possible": False, "obstacle": _obstacle(answer)}
    before, after = answer.now.plan.base_of(), answer.forced.plan.base_of()
    return {
        "possible": True,
        **_priced(answer.price, answer.now),
        "within": answer.within,
        "served": answer.served,
        "moved": [_change(unit, before.get(unit), after.get(unit)) for unit in answer.moved],
        "status": answer.forced.proof.status,
    }


def _why_json(answer: Answer) -> Row:
    after = answer.forced.figures.mean_min if answer.forced else None
    return {
        "unit_code": answer.unit,
        "base": asdict(answer.base),
        "already": answer.already,
        "mean_min": {"before": tenth(answer.now.figures.mean_min), "after": tenth(after)},
        **_cost_json(answer),
    }


def tables(further: Further, result: Result) -> dict[str, pd.DataFrame]:
    """What was asked as tables for CSV files; of a plan's stability the units."""
    names = result.atlas.units["name"]
    found: dict[str, Iterable[Row]] = {}
    if further.alternatives:
        found["alternatives"] = (_alternative_row(k, each, result) for k, each in _ranked(further))
    if further.trade_offs:
        files = _plan_names(further.trade_offs)
        found["tradeoff"] = (
            {**_point_json(point), "plan": name if point.base_of else ""}
            for point, name in zip(further.trade_offs, files, strict=True)
        )
    if further.next_teams:
        found["next"] = _next_rows(further.next_teams)
    if further.stability:
        runs = further.stability.planned
        found["stability"] = (
            {**asdict(unit), "name": names[unit.unit_code], "runs": runs, "share": round(unit.stays / runs, 6)}
            for unit in further.stability.units
        )
    if further.previous:
        found["moves"] = (_move_row(move, result) for move in further.moves)
    columns = {"moves": MOVE_COLUMNS}  # also where nothing moves
    return {name: pd.DataFrame(list(rows), columns=columns.get(name), dtype=object) for name, rows in found.items()}


MOVE_COLUMNS = [
    "unit_code", "name", "population", "from_unit", "from", "to_unit", "to",
    "price_person_min", "price_min_per_resident", "within", "served", "moved", "obstacle",
]  # fmt: skip


def _alternative_row(rank: int, each: NextBest, result: Result) -> Row:
    told = _alternative_json(rank, each, result)
    bases = {name: ";".join(base["name"] for base in told[name]) for name in ("new_bases", "old_bases")}
    flat = {name: told[name] for name in told if name not in ("moved", "share_within", "teams")}
    return {**flat, **bases, "moved": ";".join(each.moved)}


def _next_rows(found: NextTeams) -> Iterator[Row]:
    """The new teams, as each adds most to those before, and as the best so many together."""
    for way, steps in (("one_by_one", found.one_by_one), ("jointly", found.jointly)):
        for rank, step in enumerate(steps, start=1):
            base = step.base
            where = {"base": base.name, "base_unit": base.unit_code, "base_lon": base.lon, "base_lat": base.lat}
            yield {"way": way, "rank": rank, **where, "within": step.within, "served": step.served}


def _move_row(move: Move, result: Result) -> Row:
    (name,) = _names([move.unit], result)
    after = move.after
    row: Row = {
        "unit_code": move.unit,
        "name": name,
        "population": move.persons,
        "from_unit": move.before.unit_code,
        "from": move.before.name,
        "to_unit": "" if after is None else after.unit_code,
        "to": "" if after is None else after.name,
    }
    cost = {} if move.cost is None else _cost_json(move.cost)
    return {**row, **cost, "moved": ";".join(move.cost.moved) if move.cost else ""}


# the plans behind the curve


def _plan_names(points: Sequence[TradeOff]) -> list[str]:
    """A name for each point of the curve: its aim and its number of teams."""
    digits = max(2, len(str(max((point.teams for point in points), default=0))))
    return [f"{AIM_FILES[point.aim]}-{point.teams:0{digits}d}" for point in points]


def curve_plans(further: Further, result: Result) -> dict[str, pd.DataFrame]:
    """The plan of each point of the curve that has one, as a table that ``planfile`` reads; by aim and number.

    Columns unit_code, team_id, base_unit, base_lon, base_lat; a row for each unit of the area, empty where it has no
    team.
    """
    named = zip(_plan_names(further.trade_offs), further.trade_offs, strict=True)
    return {name: _plan_table(point, result) for name, point in named if point.base_of}


def _plan_table(point: TradeOff, result: Result) -> pd.DataFrame:
    used = sorted(set(point.base_of.values()), key=lambda base: base.unit_code)
    digits = max(2, len(str(len(used))))
    team = {base: f"T{k:0{digits}d}" for k, base in enumerate(used, start=1)}
    rows = [(unit, *_plan_row(point.base_of.get(unit), team)) for unit in result.plan.area.units]
    return pd.DataFrame(rows, columns=["unit_code", "team_id", "base_unit", "base_lon", "base_lat"])


def _plan_row(base: Base | None, team: dict[Base, str]) -> tuple[str, str, str, str]:
    """Degrees as text, in full: a base is found again by them."""
    return ("", "", "", "") if base is None else (team[base], base.unit_code, str(base.lon), str(base.lat))
