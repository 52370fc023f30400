"""The plan in words, for the screen and for ``summary.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from factgeo.atlas.pack import Atlas
from factgeo.language import escaping, number, percent, text
from factgeo.people.need import TargetGroup
from factgeo.planning.check import OF_PROOF, Finding
from factgeo.planning.effects import Effect, Effects
from factgeo.planning.measure import PlanFigures, TeamFigures
from factgeo.planning.plan import Plan
from factgeo.planning.result import Result
from factgeo.report.rules import goal_sentence, minimum, rules, sources
from factgeo.report.unserved import unserved_sentence
from factgeo.settings import Settings

MOST_CHANGED = 8  # units listed by name when roads change


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


def markdown(result: Result, atlas: Atlas) -> str:
    """``summary.md``: the result, the teams, the unserved, the rules and the sources."""
    plan, figures = result.plan, result.figures
    parts = [
        f"# {escaping.markdown(text('summary.title', area=plan.area.name))}",
        *map(escaping.markdown, _whole(result)),
    ]
    parts += map(escaping.lines, _changed(result))
    if figures.teams:
        parts += [f"## {text('summary.teams')}", _teams_table(figures, plan, atlas)]
    if result.splits:
        parts += [f"## {text('summary.parts')}", text("summary.parts_how"), _parts_table(result, atlas)]
    if figures.act:
        parts += [f"## {text('summary.act_areas')}", _act_table(figures, plan)]
    if plan.unserved:
        listed = (unserved_sentence(entry, result, atlas) for entry in plan.unserved)
        parts += [f"## {text('summary.without_team')}", escaping.bullets(listed)]
    parts += [f"## {text('summary.rules')}", escaping.lines(rules(plan.settings, atlas))]
    parts += [f"## {text('summary.sources')}", escaping.lines(sources(atlas, plan.settings))]
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


def _parts_table(result: Result, atlas: Atlas) -> str:
    """The parts of big units with their bases, people, minutes and balance."""
    columns = ("id", "units", "part_base", "population", "adults", "mean", "p95", "balance")
    rows = []
    for split in result.splits:
        balance = f"± {percent(split.balance, 0)}" if split.balance < 1 else text("balance.none")
        for part in split.parts:
            own, unit = result.parts[part.code], str(atlas.units.at[part.unit_code, "name"])
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
