"""A plan in words: its figures, its teams, who has none, and what it is made under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import minutes
from factgeo.planning.check import OF_PROOF, Finding
from factgeo.planning.effects import Effect, Effects
from factgeo.planning.measure import PlanFigures
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.report import columns, rules, unserved
from factgeo.report.content import Block, Cell, Chapter, Column, Report, Sentence, Table, items, paragraphs

TEAM_KEYS = (
    "team_id", "name", "units", "service", "population", "adults", "target_group_central", "median_min", "p95_min",
    "share_within_60", "flags",
)  # fmt: skip
MOST_CHANGED = 8  # units listed by name when roads change


def brief(result: Result) -> tuple[Sentence, ...]:
    """The result in a few sentences, and what closures and new links change."""
    return (*paragraphs(_whole(result)), *_changed(result))


def report(result: Result) -> Report:
    """The whole plan: the sentences, the teams, the unserved, the rules and the sources."""
    plan, settings = result.plan, result.plan.settings
    chapters: list[tuple[str, tuple[Block, ...]]] = [
        ("teams", (teams_table(result),) if plan.catchments else ()),
        ("parts", (Sentence(say("summary.parts_how")), _parts_table(result)) if result.splits else ()),
        ("act_areas", (_act_table(result),) if result.figures.act else ()),
        ("without_team", without_team(result)),
        ("rules", rules.rules(settings, result.atlas)),
        ("sources", rules.sources(result.atlas, settings)),
    ]
    return Report(
        "plan",
        say("summary.title", area=plan.area.name),
        brief(result),
        tuple(Chapter(key, say(f"summary.{key}"), blocks) for key, blocks in chapters if blocks),
    )


def _whole(result: Result) -> Iterator[Words]:
    """The plan and its figures."""
    plan, figures = result.plan, result.figures
    yield head(result)
    yield say("summary.people", population=Number(figures.population), adults=Number(figures.adults))
    if not plan.catchments:
        return
    yield _reach(result)
    yield say("summary.mean", mean=minutes(figures.mean_min), unreachable=Number(figures.unreachable))
    yield _services(figures)
    if plan.act is not None:
        yield _act(plan, figures)
    yield _left_out(plan)
    yield proof(result)
    if broken := [note for note in result.notes if note.key not in OF_PROOF]:
        yield say("summary.notes", notes=_listed(broken))


def head(result: Result) -> Words:
    """How many catchments and teams there are, or why there are none."""
    plan, teams = result.plan, result.figures.teams
    if not plan.catchments:
        return say("summary.empty", area=plan.area.name, minimum=rules.minimum(plan.settings))
    return say(
        "summary.found" if len(teams) > 1 else "summary.found_one",
        area=plan.area.name,
        catchments=Number(len(teams)),
        teams=Number(sum(team.teams for team in teams)),
    )


def _reach(result: Result) -> Words:
    figures, limit = result.figures, result.plan.settings.travel.minutes
    served, within = say("summary.served", share=Percent(figures.served)), figures.share_within.get(int(limit))
    if within is None:
        return served
    return joined((served, say("summary.within", share=Percent(within), limit=Number(limit))), " ")


def _services(figures: PlanFigures) -> Words:
    counts = Counter(team.service for team in figures.teams)
    named = (joined((say(f"service.{name}"), Number(count)), " ") for name, count in sorted(counts.items()))
    return say("summary.services", services=joined(named))


def _act(plan: Plan, figures: PlanFigures) -> Words:
    """How many ACT areas there are, and how many residents they cover."""
    covered = sum(area.population for area in figures.act)
    return say(
        "summary.act",
        count=Number(len(figures.act)),
        share=Percent(covered / figures.population if figures.population else 0.0),
        within=Number(len([team for team in figures.teams if "act_within_fact" in team.flags])),
        rule=Number(plan.settings.service.act_adults),
        limit=Number(plan.settings.travel.minutes),
    )


def _left_out(plan: Plan) -> Words:
    count = len(plan.unserved)
    if count == 0:
        return say("summary.all_served")
    return say("summary.one_unserved") if count == 1 else say("summary.unserved", count=Number(count))


def proof(result: Result) -> Words:
    """How good the plan is known to be, and what decided it; whether it is only a file that says so."""
    plan, found = result.plan, result.proof
    if found != plan.proof:
        return say("proof.refuted", findings=_listed([n for n in result.notes if n.key in OF_PROOF] or result.notes))
    said: list[Words] = [say(f"proof.{found.status}", gap=Percent(found.gap, 4), seconds=Number(found.seconds, 1))]
    if found.stages:
        said += [*([say("proof.claimed")] if found.claimed else []), rules.goal(plan.settings)]
    return joined(said, " ")


def _listed(findings: Iterable[Finding]) -> Words:
    return joined(findings, "; ")


# what closures and new links change


def _changed(result: Result) -> tuple[Sentence, ...]:
    """For all, and for the units that notice most; empty without closures, links or a plan."""
    effects = result.effects
    if effects is None or not result.plan.catchments:
        return ()
    noticed = [effect for effect in effects.units if effect.changes]
    if not noticed:
        return paragraphs([_effect_on_all(effects, result), say("effect.nobody")])
    units, rest = result.atlas.units["name"], len(noticed) - MOST_CHANGED
    shown = [say("effect.unit", unit=units[e.unit_code], **_sides(e)) for e in noticed[:MOST_CHANGED]]
    more = [say("effect.more", count=Number(rest))] if rest > 0 else []
    return (Sentence(_effect_on_all(effects, result)), *items([*shown, *more]))


def _effect_on_all(effects: Effects, result: Result) -> Words:
    roads, limit = result.plan.settings.roads, Number(result.plan.settings.travel.minutes)
    names = ", ".join([*roads.closed, *(link.name for link in roads.added)])
    return say("effect.head", names=names, limit=limit, **_sides(effects.whole))


def _sides(effect: Effect) -> dict[str, Words]:
    return {
        "mean_today": minutes(effect.today.mean_min),
        "mean_then": minutes(effect.then.mean_min),
        "within_today": Number(effect.today.within),
        "within_then": Number(effect.then.within),
        "lost_today": Number(effect.today.lost),
        "lost_then": Number(effect.then.lost),
    }


# chapters


def without_team(result: Result) -> tuple[Sentence, ...]:
    """Each unit without a team, with the reason."""
    return items(unserved.reason(entry, result) for entry in result.plan.unserved)


def teams_table(result: Result) -> Table:
    """A row for each catchment."""
    return columns.table("teams", columns.TEAM, columns.teams(result), TEAM_KEYS)


def _parts_table(result: Result) -> Table:
    """The parts of big units with their bases, people, minutes and balance."""
    rows: list[tuple[Cell, ...]] = []
    for split in result.splits:
        balance = joined(("± ", Percent(split.balance, 0)), "") if split.balance < 1 else say("balance.none")
        for part in split.parts:
            own, unit = result.parts[part.code], str(result.atlas.units.at[part.unit_code, "name"])
            people = (Number(own.population), Number(own.adults))
            away = (minutes(own.travel.mean_min), minutes(own.travel.p95_min))
            rows.append((part.code, unit, part.base.name, *people, *away, balance))
    names = ("id", "units", "part_base", "population", "adults", "mean", "p95", "balance")
    return Table("parts", _columns(names), tuple(rows))


def _act_table(result: Result) -> Table:
    """The ACT areas with their teams and how a caseload would be filled."""
    areas = result.plan.act.areas if result.plan.act else ()
    names = ("id", "act_base", "act_teams", "population", "adults", "adults_within", "act_level", "caseload", "p95")
    rows = (
        (
            act.act_id, act.name, ", ".join(area.teams), Number(act.population), Number(act.adults),
            Number(act.adults_within), columns.target_group(act.act_level), joined(map(Number, act.caseload), "–"),
            minutes(act.travel.p95_min),
        )
        for act, area in zip(result.figures.act, areas, strict=True)
    )  # fmt: skip
    return Table("act_areas", _columns(names), tuple(rows))


def _columns(names: Iterable[str]) -> tuple[Column, ...]:
    return tuple(Column(name, say(f"column.{name}")) for name in names)
