"""Why a unit is not with another team, in words."""

from __future__ import annotations

from factgeo.explore.why import Answer, obstacle_words
from factgeo.language import text
from factgeo.report.differences import mean_words, people_words, price_words, unit_names, where_to


def others(answer: Answer) -> str:
    """What else is different when a unit is forced to a team, and whether that is proven to be the best."""
    if answer.forced is None:
        return ""
    said = [text("further.why.also", where=where_to(answer.moved, answer.forced))] if answer.moved else []
    if answer.forced.proof.status != "optimal":
        said.append(text("further.why.unproven"))
    return "".join(f" {sentence}" for sentence in said)


def why_lines(answer: Answer) -> list[str]:
    """Why a unit is not with another team."""
    (unit,) = unit_names([answer.unit], answer.now)
    if answer.already:
        return [text("further.why.already", unit=unit, base=answer.base.name)]
    question = text("further.why.question", unit=unit, base=answer.base.name)
    if answer.forced is None:
        return [f"{question} {text('further.why.impossible')} {obstacle_words(answer)}"]
    worse = answer.price >= 1 or answer.within < 0 or answer.served < 0
    said = text(
        "further.why.possible" if worse else "further.why.free",
        price=price_words(answer.price, answer.now),
        people=people_words(answer.within, answer.served, answer.now),
        mean=mean_words(answer.now, answer.forced),
    )
    return [f"{question} {said}{others(answer)}"]
