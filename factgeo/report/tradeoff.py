"""The trade-off between teams and reach, in words, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factgeo.explore.tradeoff import Reading, TradeOff, proven, reading
from factgeo.language import Number, Percent, Words, joined, say
from factgeo.language.figures import NO_FIGURE, minutes
from factgeo.planning.plan import Aim
from factgeo.planning.result import Result, own_teams, share_within
from factgeo.report import differences
from factgeo.report.charts import tradeoff as tradeoff_chart
from factgeo.report.content import Block, Cell, Chapter, Picture, Sentence, Strong, Table, items, paragraphs

PICTURE = "tradeoff.png"  # in the folder of the report
AIMS: tuple[Aim, ...] = ("goal", "reach")


def brief(points: Sequence[TradeOff], result: Result) -> tuple[Sentence, ...]:
    """What the curve says: how far it goes, where reach stops growing, the proposal, and what is not known."""
    return paragraphs(_said(points, result))


def chapter(points: Sequence[TradeOff], result: Result) -> Chapter:
    """The sentences as a list, the picture and the table."""
    blocks: tuple[Block, ...] = (*items(_said(points, result)), picture(points, result), table(points, result))
    return Chapter("tradeoff", say("further.section.tradeoff"), blocks)


def _said(points: Sequence[TradeOff], result: Result) -> Iterator[Words]:
    found = reading(points, result)
    if found is None:
        yield say("further.curve.empty", area=result.plan.area.name)
        return
    yield say("further.curve.head", most=Number(max(point.teams for point in points)))
    yield _enough(found, result)
    yield _proposal(result)
    if found.fewest is not None:
        yield _fewest(found.fewest, found)
    impossible = {point.teams for point in points if point.status == "none"}
    if impossible:
        yield say("further.curve.impossible", teams=_numbers(impossible))
    unproven = [point for point in points if not proven(point)]
    if unproven:
        teams = _numbers({point.teams for point in unproven})
        yield say("further.curve.unproven", count=Number(len(unproven)), of=Number(len(points)), teams=teams)


def _numbers(teams: set[int]) -> Words:
    return differences.listed([Number(count) for count in sorted(teams)])


def _enough(found: Reading, result: Result) -> Words:
    """From how many teams on reach hardly grows."""
    said = say(
        "further.curve.best" if found.enough == found.best else "further.curve.enough",
        limit=differences.limit(result),
        enough=Number(found.enough.teams),
        share=Percent(found.enough.within),
        best=Number(found.best.teams),
        most=Percent(found.best.within),
    )
    if found.before is None:
        return said
    before = say("further.curve.below", teams=Number(found.before.teams), share=Percent(found.before.within))
    return joined((said, before), " ")


def _proposal(result: Result) -> Words:
    """The proposal's own point, and whether its number of teams was free."""
    count = result.plan.settings.teams
    ruled = count.at_least or count.at_most or count.per_zone
    free = not ruled and result.proof.status == "optimal"
    return say(
        "further.curve.own" if free else "further.curve.proposal",
        teams=Number(own_teams(result)),
        limit=differences.limit(result),
        within=Percent(share_within(result)),
        served=Percent(result.figures.served),
        mean=minutes(result.figures.mean_min, 1),
    )


def _fewest(fewest: TradeOff, found: Reading) -> Words:
    """The fewest teams that reach as many as the proposal."""
    values = {"teams": Number(fewest.teams), "share": Percent(fewest.within), "served": Percent(fewest.served)}
    if fewest.teams >= found.now:
        return say("further.curve.no_fewer" if found.fewest_proven else "further.curve.no_fewer_known", **values)
    return say("further.curve.fewest" if found.fewest_proven else "further.curve.fewest_known", **values)


def picture(points: Sequence[TradeOff], result: Result) -> Picture:
    """The curve as a picture."""
    return Picture(PICTURE, alternative(points, result), lambda: tradeoff_chart.draw(points, result))


def alternative(points: Sequence[TradeOff], result: Result) -> Words:
    """What the picture of the curve shows, for those who do not see it."""
    planned = [point for point in points if point.aim == "reach" and point.base_of]
    if not planned:
        return say("further.curve.empty", area=result.plan.area.name)
    first, last, best = planned[0], planned[-1], max(planned, key=lambda point: (point.within, -point.teams))
    shown = (("first", first), ("best", best), ("last", last))
    return say(
        "further.picture.alt",
        area=result.plan.area.name,
        limit=differences.limit(result),
        **{f"{name}_teams": Number(point.teams) for name, point in shown},
        **{f"{name}_share": Percent(point.within) for name, point in shown},
        first_mean=minutes(first.mean_min, 1),
        last_mean=minutes(last.mean_min, 1),
        now=Number(own_teams(result)),
    )


def table(points: Sequence[TradeOff], result: Result) -> Table:
    """A row for each number of teams, both aims side by side; the proposal's own number stands out."""
    names = ("teams", "goal_within", "goal_served", "goal_mean", "goal_proof",
             "reach_within", "reach_served", "reach_mean", "reach_proof")  # fmt: skip
    point_of = {(point.aim, point.teams): point for point in points}
    own = own_teams(result)
    rows: list[tuple[Cell, ...]] = []
    for teams in sorted({point.teams for point in points}):
        cells = [cell for aim in AIMS for cell in _cells(point_of.get((aim, teams)))]
        rows.append((Strong(Number(teams)) if teams == own else Number(teams), *cells))
    return Table("tradeoff", differences.columns(names, result), tuple(rows))


def _cells(point: TradeOff | None) -> tuple[Cell, ...]:
    if point is None:
        return (NO_FIGURE,) * 4
    status = differences.proven(point.status)
    if not point.base_of:
        return (*(NO_FIGURE,) * 3, status)
    return (Percent(point.within), Percent(point.served), minutes(point.mean_min, 1), status)
