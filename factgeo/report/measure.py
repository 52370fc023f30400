"""One of the three measures of reach: its figure, its classes by every reading, its regions and trusts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from factgeo.language import Number, Percent, Phrase, Words, joined, say
from factgeo.language.figures import NO_FIGURE
from factgeo.planning.measure import WITHIN
from factgeo.reach import shares
from factgeo.reach.shares import ClassShare, Group, Reach
from factgeo.report import columns
from factgeo.report.content import Block, Cell, Chapter, Column, Report, Sentence, Table, items, paragraphs
from factgeo.report.labels import EDGES, OUT_WORDS, PRESETS

SUMS = {"1–3": (1, 2, 3), "2+3": (2, 3)}  # classes that the report adds up
OF_REGION = ("code", "name", "service", "population", "adults", "counted")
TRAVEL_OF_REGION = ("base", "edge_min", "p95_min", "share_within_60")


def brief(found: Reach) -> tuple[Sentence, ...]:
    """The figure, its definition, what was published, the classes, who is not in it, and what to know."""
    return paragraphs([
        figure(found, after="."),
        found.definition,
        *_published(found),
        *(_class(each) for each in found.classes if each.population or each.number),
        *_within(found),
        *(_reading(each.edge, each.classes) for each in found.readings),
        *_notes(found),
    ])  # fmt: skip


def figure(found: Reach, *, after: str = "") -> Words:
    """The figure of the measure with its name and area; ``after`` ends it as a sentence."""
    shown = {
        "preset": say(PRESETS[found.preset]),
        "area": found.area.name,
        "share": Percent(found.share),
        "persons": Number(found.counted),
        "population": Number(found.population),
    }
    return Phrase("reach.figure", after, shown)


def report(found: Reach) -> Report:
    """The figure with its definition, the classes by every reading, the regions, trusts and notes."""
    chapters: dict[str, tuple[Block, ...]] = {
        "classes": (classes_table(found),),
        "regions": (regions_table(found),),
        "trusts": (_trusts_table(found),),
        "notes": items(_notes(found)),
    }
    return Report(
        "measure",
        figure(found),
        paragraphs([found.definition, *_published(found), *_within(found)]),
        tuple(Chapter(key, say(f"reach.heading.{key}"), blocks) for key, blocks in chapters.items()),
    )


def _published(found: Reach) -> Iterator[Words]:
    """The shares of report 3/2017, to compare with those of the same classes here."""
    shown = {each.case.removeprefix("report_"): Percent(each.share, 0) for each in found.published}
    if shown:
        yield say("reach.published", **shown)


def _class(each: ClassShare) -> Words:
    values = {"share": Percent(each.share), "persons": Number(each.population)}
    if each.number is None:
        return say("reach.class_none", **values)
    return say("reach.class", number=each.number, service=_service(each), regions=Number(each.regions), **values)


def _service(each: ClassShare) -> Words:
    return say("reach.no_team") if each.service is None else say(f"service.{each.service}")


def _within(found: Reach) -> Iterator[Words]:
    """Shares within 30, 45, 60 and 90 minutes, where the measure has a travel rule."""
    if found.share_within:
        each = (say("reach.within_each", share=Percent(found.share_within[k]), minutes=Number(k)) for k in WITHIN)
        yield say("reach.within", shares=joined(each))


def _reading(edge: str, classes: Sequence[ClassShare]) -> Words:
    each = (joined((f"{one.number}: ", Percent(one.share)), "") for one in classes)
    return say("reach.reading", edge=say(EDGES[edge]), shares=joined(each))


def _notes(found: Reach) -> tuple[Words, ...]:
    """Residents who are not reached, by reason (of a plan a chapter says more), and what to know."""
    out = {reason: persons for reason, persons in found.outside.items() if persons}
    if not out or found.preset == "planner":
        return found.notes
    reasons = joined((say(OUT_WORDS[reason]) for reason in out), "; ")
    return (say("reach.outside", persons=Number(sum(out.values())), reasons=reasons), *found.notes)


# tables


def classes_table(found: Reach) -> Table:
    """A row for each class and for the classes that the report adds up; a column for each reading of "outer edge"."""
    readings = {each.edge: each.classes for each in found.readings}
    published = {each.classes: Percent(each.share, 0) for each in found.published}
    head = (
        Column("class", say("reach.column.class")),
        Column("service", say("column.service")),
        Column("regions", say("reach.column.regions")),
        Column("population", say("column.population")),
        Column("share", say("reach.column.share")),
        *(Column(edge, say("reach.column.reading", edge=say(EDGES[edge]))) for edge in readings),
        Column("published", say("reach.column.published")),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            str(each.number or NO_FIGURE),
            _service(each),
            Number(each.regions),
            Number(each.population),
            Percent(each.share),
            *(Percent(classes[k].share) for classes in readings.values()),
            published.get((each.number or 0,), NO_FIGURE),
        )
        for k, each in enumerate(found.classes)
    ]
    rows += [
        (
            name,
            "",
            "",
            Number(sum(each.population for each in found.classes if each.number in numbers)),
            _share(found.classes, numbers),
            *(_share(classes, numbers) for classes in readings.values()),
            published.get(numbers, NO_FIGURE),
        )
        for name, numbers in SUMS.items()
    ]
    return Table("classes", head, tuple(rows))


def _share(classes: Iterable[ClassShare], numbers: tuple[int, ...]) -> Percent:
    return Percent(sum(each.share for each in classes if each.number in numbers))


def published_table(found: Reach) -> Table:
    """The four published shares and those of the same classes here."""
    here = say("app_reach.here_plan" if found.preset == "planner" else "app_reach.here_dps")
    head = (
        Column("class", say("reach.column.class")),
        Column("published", say("reach.column.published")),
        Column("here", here),
    )
    rows = (
        (say(f"app_reach.published.{each.case}"), Percent(each.share, 0), _share(found.classes, each.classes))
        for each in found.published
    )
    return Table("published", head, tuple(rows))


def regions_table(found: Reach) -> Table:
    """A row for each region; without a travel rule the columns of travel are left out."""
    keys = OF_REGION + (TRAVEL_OF_REGION if found.share_within else ())
    estimated = {"base": say("reach.map.base_estimate")} if found.preset == "report-2017" else {}
    return columns.table("regions", columns.REGION, found.regions, keys, **estimated)


def _trusts_table(found: Reach) -> Table:
    head = (
        Column("trust", say("reach.part.hf")),
        Column("population", say("column.population")),
        Column("counted", say("reach.column.counted")),
        Column("share", say("reach.column.share")),
    )
    return Table("trusts", head, tuple(_trust(each) for each in shares.grouped(found.units, found.atlas, "hf_name")))


def _trust(group: Group) -> tuple[Cell, ...]:
    return group.name, Number(group.population), Number(group.counted), Percent(group.share)
