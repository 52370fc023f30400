"""The trade-off between teams and reach, in words, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from factgeo.explore.tradeoff import Reading, TradeOff, proven, reading
from factgeo.language import escaping, number, percent, text
from factgeo.planning.plan import Aim
from factgeo.planning.result import Result, own_teams, share_within
from factgeo.report.differences import limit_words, listed, one_decimal, status_words, table

PICTURE = "tradeoff.png"  # beside the summary that shows it


def curve_lines(points: Sequence[TradeOff], result: Result) -> list[str]:
    """What the curve says: how far it goes, where reach stops growing, the proposal, and what is not known."""
    found = reading(points, result)
    if found is None:
        return [text("further.curve.empty", area=result.plan.area.name)]
    most = max(point.teams for point in points)
    said = [text("further.curve.head", most=number(most)), _enough(found, result), _proposal(result)]
    said += [_fewest(found)] if found.fewest else []
    impossible = sorted({point.teams for point in points if point.status == "none"})
    if impossible:
        said.append(text("further.curve.impossible", teams=listed([number(teams) for teams in impossible])))
    unproven = [point for point in points if not proven(point)]
    if unproven:
        teams = listed([number(count) for count in sorted({point.teams for point in unproven})])
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
        within=percent(share_within(result)),
        served=percent(result.figures.served),
        mean=one_decimal(result.figures.mean_min),
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


def image(points: Sequence[TradeOff], result: Result) -> str:
    """The picture of the curve, as Markdown."""
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
        first_mean=one_decimal(first.mean_min),
        last_mean=one_decimal(last.mean_min),
        now=number(own_teams(result)),
    )


def curve_table(points: Sequence[TradeOff], result: Result) -> str:
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
    return table(columns, rows, **limit_words(result))


def _point_cells(point: TradeOff | None) -> list[str]:
    if point is None:
        return ["–"] * 4
    status = status_words(point.status)
    if not point.base_of:
        return ["–", "–", "–", status]
    return [percent(point.within), percent(point.served), one_decimal(point.mean_min), status]
