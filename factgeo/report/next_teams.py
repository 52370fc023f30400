"""The next teams beside the listed ones, in words and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factgeo.explore.next_teams import NextTeam, NextTeams
from factgeo.language import escaping, number, percent, text
from factgeo.planning.result import Result, share_within
from factgeo.report import rules as rules_report
from factgeo.report.differences import limit_words, listed, people_words, signed_cell, table, unit_names


def next_lines(found: NextTeams, result: Result) -> list[str]:
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
        size = rules_report.minimum(result.plan.settings)
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
            for name, teams in zip(unit_names(standing.bases, result), standing.bases.values(), strict=True)
        ]
        said = [text("further.next.standing", count=number(len(here)), names=listed(each))]
    else:
        said = [text("further.next.none", area=result.plan.area.name)]
    if standing.unplaced:
        said.append(text("further.next.unplaced", names=", ".join(team.name for team in standing.unplaced)))
    if standing.left_out:
        said.append(text("further.next.left_out", names=", ".join(team.name for team in standing.left_out)))
    return [*said, text("further.next.status")]


def _reach(result: Result) -> dict[str, str]:
    shares = {"within": percent(share_within(result)), "served": percent(result.figures.served)}
    return {**limit_words(result), **shares}


def _step_lines(steps: Sequence[NextTeam], result: Result) -> Iterator[str]:
    for rank, step in enumerate(steps, start=1):
        people = _gained(step, result)
        yield text("further.next.step", rank=number(rank), base=step.base.name, people=people)


def _gained(step: NextTeam, result: Result) -> str:
    if step.within is None or step.served is None:
        return text("further.next.needed")
    return people_words(step.within, step.served, result)


def next_sections(found: NextTeams, result: Result) -> Iterator[str]:
    """Sentences and tables of the next teams, as Markdown."""
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
        for name, teams in zip(unit_names(bases, result), bases.values(), strict=True)
    ]
    return table(("base", "count", "names", "status"), rows)


def _steps_table(steps: Sequence[NextTeam], result: Result) -> str:
    rows = [
        [number(rank), step.base.name, signed_cell(step.within), signed_cell(step.served)]
        for rank, step in enumerate(steps, start=1)
    ]
    return table(("rank", "new_base", "more_within", "more_served"), rows, **limit_words(result))
