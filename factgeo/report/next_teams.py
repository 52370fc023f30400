"""The next teams in addition to the listed ones, in words and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factgeo.explore.next_teams import NextTeam, NextTeams
from factgeo.language import Number, Percent, Words, say
from factgeo.planning.result import Result, share_within
from factgeo.report import differences, rules
from factgeo.report.content import Block, Chapter, Sentence, Table, paragraphs


def brief(found: NextTeams, result: Result) -> tuple[Sentence, ...]:
    """The listed teams, what they reach alone, and what each new team adds."""
    said = paragraphs([*_standing(found, result), _baseline(found)])
    if found.jointly:
        said += (Sentence(say("further.next.one_by_one")), *_steps(found.one_by_one, result))
        said += (Sentence(_jointly(found)), *_steps(found.jointly, result))
    return (*said, *paragraphs(_together(found, result)))


def chapter(found: NextTeams, result: Result) -> Chapter:
    """The same with tables in the place of lists."""
    blocks: list[Block] = [*paragraphs(_standing(found, result))]
    if found.standing.bases:
        blocks.append(standing_table(found, result))
    blocks.append(Sentence(_baseline(found)))
    if found.jointly:
        blocks += (Sentence(say("further.next.one_by_one")), steps_table(found.one_by_one, result))
        blocks += (Sentence(_jointly(found)), steps_table(found.jointly, result))
    blocks += paragraphs(_together(found, result))
    return Chapter("next", say("further.section.next"), tuple(blocks))


def _standing(found: NextTeams, result: Result) -> Iterator[Words]:
    """The listed teams by where they stand, those without a place, and those that are left out."""
    standing = found.standing
    here = [team for teams in standing.bases.values() for team in teams]
    if here:
        each = [
            f"{name} ({', '.join(team.name for team in teams)})"
            for name, teams in zip(differences.unit_names(standing.bases, result), standing.bases.values(), strict=True)
        ]
        yield say("further.next.standing", count=Number(len(here)), names=differences.listed(each))
    else:
        yield say("further.next.none", area=result.plan.area.name)
    if standing.unplaced:
        yield say("further.next.unplaced", names=", ".join(team.name for team in standing.unplaced))
    if standing.left_out:
        yield say("further.next.left_out", names=", ".join(team.name for team in standing.left_out))
    yield say("further.next.status")


def _baseline(found: NextTeams) -> Words:
    return say("further.next.baseline", **_reach(found.baseline))


def _jointly(found: NextTeams) -> Words:
    """The head of the new teams that are best together: other places than one at a time, or the same."""
    same = {step.base for step in found.one_by_one} == {step.base for step in found.jointly}
    return say("further.next.same" if same else "further.next.jointly", count=Number(len(found.jointly)))


def _together(found: NextTeams, result: Result) -> Iterator[Words]:
    """What all of them reach, and why there are fewer than were asked for or they reach less than some."""
    asked, count = Number(found.asked), Number(len(found.jointly))
    if found.jointly:
        yield say("further.next.together", **_reach(result))
    if len(found.jointly) < found.asked:
        size = rules.minimum(result.plan.settings)
        key = "further.next.fewer" if found.jointly else "further.next.no_room"
        yield say(key, asked=asked, count=count, size=size)
        if found.possible_from:
            yield say("further.next.possible_from", asked=asked, size=Number(found.possible_from))
    one_by_one = found.baseline.within + sum(step.within or 0 for step in found.one_by_one)
    if result.within < one_by_one:
        yield say("further.next.worse", count=Number(len(found.one_by_one)))


def _reach(result: Result) -> dict[str, Words]:
    shares = {"within": Percent(share_within(result)), "served": Percent(result.figures.served)}
    return {"limit": differences.limit(result), **shares}


def _steps(steps: Sequence[NextTeam], result: Result) -> tuple[Sentence, ...]:
    """A numbered list of the new teams."""
    return tuple(
        Sentence(say("further.next.step", base=step.base.name, people=_gained(step, result)), number=rank)
        for rank, step in enumerate(steps, start=1)
    )


def _gained(step: NextTeam, result: Result) -> Words:
    if step.within is None or step.served is None:
        return say("further.next.needed")
    return differences.people(step.within, step.served, result)


def standing_table(found: NextTeams, result: Result) -> Table:
    """A row for each unit where listed teams stand."""
    bases = found.standing.bases
    rows = tuple(
        (name, Number(len(teams)), ", ".join(team.name for team in teams), say("teams.status"))
        for name, teams in zip(differences.unit_names(bases, result), bases.values(), strict=True)
    )
    return Table("standing", differences.columns(("base", "count", "names", "status"), result), rows)


def steps_table(steps: Sequence[NextTeam], result: Result) -> Table:
    """A row for each new team."""
    rows = tuple(
        (Number(rank), step.base.name, differences.change(step.within), differences.change(step.served))
        for rank, step in enumerate(steps, start=1)
    )
    return Table("steps", differences.columns(("rank", "new_base", "more_within", "more_served"), result), rows)
