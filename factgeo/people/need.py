"""The number of people that the service is meant for: low, central and high, with sources and the part of chance.

The fraction is an expert's range, and an area is a small sample: 0.64 % of 15,600 adults is 100 persons, but the true
number can be 85 or 110. So the range of the fraction comes with a 95 % prediction interval of the count: binomial, with
the fraction drawn from the triangular distribution low-central-high. Where a municipality has counted its own people,
the count replaces the fraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from factgeo.atlas import parameters
from factgeo.atlas.areas import Area
from factgeo.atlas.pack import AGES, Atlas
from factgeo.atlas.parameters import Parameter
from factgeo.errors import SettingsError
from factgeo.files import codes
from factgeo.language import Number, Phrase
from factgeo.people import chance, growth
from factgeo.people.chance import Interval, Three
from factgeo.people.growth import People
from factgeo.settings import Replaced, Settings
from factgeo.sources.projections import MAIN

Kind = Literal["target_group", "act_level", "fact_ung", "elderly", "substance_use", "security"]
OwnKind = Literal["fact_ung", "elderly", "security"]

PARAMETER = {"adults_18plus": "target_fraction_adults", "total": "target_fraction_total"}
OTHER = {"adults_18plus": "total", "total": "adults_18plus"}
PLAUSIBLE = {  # per cent; what lies outside is a share given for a percentage, or the other way round
    "target_fraction_adults": (0.05, 5.0),
    "target_fraction_total": (0.05, 5.0),
    "act_share_of_target": (1.0, 100.0),
    "rop_share_act": (1.0, 100.0),
    "rop_share_fact": (1.0, 100.0),
    "need.fact_ung": (0.01, 10.0),
    "need.elderly": (0.01, 10.0),
    "need.security": (0.1, 100.0),
}
DIGITS = 2  # to which the fractions are printed
OBSERVED = ("fact_ung_treated_share_12_25", "fact_ung_patients_per_team", "fact_ung_teams_operating")


class Local(Protocol):
    """Counts of municipalities as far as they may be published: ``local.LocalCounts``."""

    @property
    def file(self) -> str:
        """The name of its file."""

    def for_estimate(self, unit: str) -> float | None:
        """Return persons of a unit, from public counts alone; None if there is no count."""

    def exact(self, units: Iterable[str]) -> bool:
        """Is each of these units counted by itself, and its count public?"""


@dataclass(frozen=True)
class Fraction:
    """The target group as a share (0-1) of the denominator (adults_18plus or total)."""

    low: float
    central: float
    high: float
    denominator: str
    source: str
    replaced: bool = False

    @property
    def three(self) -> Three:
        """Low, central and high."""
        return self.low, self.central, self.high


@dataclass(frozen=True)
class TargetGroup:
    """Expected persons in the target group, whole numbers; an estimate."""

    low: int
    central: int
    high: int
    denominator: str


@dataclass(frozen=True)
class Figure:
    """A number of persons, with all that says how far it can be trusted.

    Attributes:
        kind: The group of persons.
        low: Expected persons at the low end of the fraction's range; not rounded.
        central: Expected persons in the middle of the range; not rounded.
        high: Expected persons at the high end of the range; not rounded.
        denominator: The people that the fraction is of: ``adults_18plus``, ``total``, ``age_12_25``, ``age_65plus``,
            ``target_group``; ``local_count`` or ``mixed`` if municipalities have counted all or some.
        base: Size of the denominator.
        source: The source.
        date: The day of the denominator, as in 2026-01-01.
        quality: ``estimate``; ``measured`` for local counts, ``derived`` if one was spread or withheld.
        replaced: Does it rest on a planner's own value?
        interval: Range and chance together.
        unit: The unit of the count.
    """

    kind: Kind
    low: float
    central: float
    high: float
    denominator: str
    base: int
    source: str
    date: str
    quality: growth.Quality
    replaced: bool
    interval: Interval
    unit: str = "persons"


@dataclass(frozen=True)
class UnitNeed:
    """The need of one unit of an area.

    Attributes:
        population: Residents of all ages.
        adults: Residents of 18 and over.
        young: Residents of FACT ung's ages.
        old: Residents of 65 and over.
        target_group: From the local count if there is one, else from the fraction.
        prior: From the fraction.
        act_level: Those of ``target_group`` who need ACT's intensity.
    """

    unit_code: str
    name: str
    population: int
    adults: int
    young: int
    old: int
    target_group: Figure
    prior: Figure
    act_level: Figure


@dataclass(frozen=True)
class Need:
    """The need of an area.

    Attributes:
        area: Its name.
        year: Residents are those of 1 January of this year.
        population: Residents of all ages.
        adults: Residents of 18 and over.
        young: Residents of FACT ung's ages.
        old: Residents of 65 and over.
        people_source: The publisher of the residents.
        people_quality: How well they are known.
        target_group: The general target group; local counts where there are any, the fraction elsewhere.
        prior: The same from the fraction alone.
        other: The same people over the other denominator; never to be added.
        act_level: Those of ``target_group`` who need ACT's intensity.
        substance_use: Those of ``target_group`` with a substance use disorder as well.
        fact_ung: From a planner's own fraction; None without one, because there is no official fraction.
        elderly: The same for FACT for the elderly.
        security: The same for security patients.
        fact_ung_observed: How many the teams of Vestre Viken would treat among as many young; no measure of need.
        treated: FACT patients in Norway in 2025 / ``prior`` (0-1); None for any area but Norway today.
        by_unit: The units that have figures of their own.
        notes: What a reader should know.
        used: The cited figures that were used.
    """

    area: str
    year: int
    population: int
    adults: int
    young: int
    old: int
    people_source: str
    people_quality: growth.Quality
    target_group: Figure
    prior: Figure
    other: Figure
    act_level: Figure
    substance_use: Figure
    fact_ung: Figure | None
    fact_ung_observed: Figure
    elderly: Figure | None
    security: Figure | None
    treated: float | None
    by_unit: tuple[UnitNeed, ...]
    notes: tuple[Phrase, ...]
    used: tuple[Parameter, ...]

    @property
    def replaced(self) -> tuple[Parameter, ...]:
        """The used figures that are a planner's own."""
        return tuple(parameters.replaced(self.used))


# -- fractions ---------------------------------------------------------------------------------------------------------


def fraction(atlas: Atlas, settings: Settings) -> Fraction:
    """Return the fraction that the settings choose: the cited one, or a planner's own.

    Raises:
        PackError: The table is damaged.
        SettingsError: It is no plausible percentage, or a share of adults is used on all residents.
    """
    return _fraction(parameters.parameters(atlas, settings), settings.need.denominator, settings)


def _fraction(figures: Mapping[str, Parameter], denominator: str, settings: Settings) -> Fraction:
    own = figures[PARAMETER[denominator]]
    _refuse_mixed_up(own.id, own.values)
    if denominator == "total" and own.replaced and not forced(settings):
        _refuse_share_of_adults(own, figures[PARAMETER["adults_18plus"]])
    return Fraction(*own.shares, denominator, own.source, own.replaced)


def forced(settings: Settings) -> bool:
    """Does the planner insist on a share of adults on all residents?"""
    return settings.need.adult_fraction_of_total


def _refuse_mixed_up(name: str, values: Sequence[float]) -> None:
    """Refuse a share given as a percentage (0.0064 for 0.64), and a percentage of the percentage (64)."""
    least, most = PLAUSIBLE[name]
    for value in values:
        if value < least:
            raise SettingsError("need_share", name=name, value=f"{value:g}", meant=f"{100 * value:g}")
        if value > most:
            raise SettingsError("need_percent", name=name, value=f"{value:g}", meant=f"{value / 100:g}")


def _refuse_share_of_adults(total: Parameter, adults: Parameter) -> None:
    if round(total.central, DIGITS) == round(adults.central, DIGITS):
        raise SettingsError("need_denominator", value=f"{total.central:g}")


def target_group(share: Fraction, *, population: int, adults: int) -> TargetGroup:
    """Return the expected target group of a number of people."""
    base = adults if share.denominator == "adults_18plus" else population
    return TargetGroup(
        round(base * share.low), round(base * share.central), round(base * share.high), share.denominator
    )


def act_level(atlas: Atlas, group: TargetGroup, settings: Settings) -> TargetGroup:
    """Return how many of a target group need ACT's intensity (parameter act_share_of_target).

    Raises:
        PackError: The table is damaged.
        SettingsError: It is no plausible percentage.
    """
    share = parameters.parameters(atlas, settings)["act_share_of_target"]
    _refuse_mixed_up(share.id, share.values)
    persons = (group.low, group.central, group.high)
    low, central, high = (round(each * count) for each, count in zip(share.shares, persons, strict=True))
    return TargetGroup(low, central, high, group.denominator)


def act_caseload(atlas: Atlas, settings: Settings) -> tuple[int, int]:
    """Return the fewest and most clients of an ACT team (parameter act_team_caseload).

    Raises:
        PackError: The table is damaged.
    """
    caseload = parameters.parameters(atlas, settings)["act_team_caseload"]
    return round(caseload.low), round(caseload.high)


# -- the need of an area -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Question:
    """The data that all figures of one request share.

    Attributes:
        local: The local counts, if there are any.
        counts: The persons of each unit that they cover.
    """

    atlas: Atlas
    settings: Settings
    figures: Mapping[str, Parameter]
    people: People
    local: Local | None
    counts: Mapping[str, float]

    @property
    def share(self) -> Fraction:
        """The fraction that the settings choose."""
        return _fraction(self.figures, self.settings.need.denominator, self.settings)

    @property
    def date(self) -> str:
        """The day of the residents."""
        return f"{self.people.year}-01-01"

    def base(self, denominator: str) -> pd.Series:
        """Return the number of people in each unit that a general fraction is of."""
        return self.people.counted(*AGES["adults" if denominator == "adults_18plus" else "all"])

    def expected(self, kind: Kind, share: Fraction, base: float, interval: Interval | None = None) -> Figure:
        """Return a fraction of a number of people, with its prediction interval."""
        low, central, high = (base * each for each in share.three)
        return Figure(
            kind=kind, low=low, central=central, high=high, denominator=share.denominator, base=round(base),
            source=share.source, date=self.date, quality="estimate", replaced=share.replaced,
            interval=interval or chance.prediction(base, share.three),
        )  # fmt: skip


def assess(
    atlas: Atlas,
    area: Area,
    settings: Settings,
    *,
    local: Local | None = None,
    projection: Path | None = None,
    year: int | None = None,
    alternative: str = MAIN,
) -> Need:
    """Return the need of an area.

    Args:
        atlas: The pack.
        area: The area; a catchment is one too.
        settings: The fraction, its denominator, and a planner's own figures.
        local: Local counts, which replace the fraction; counts outside the area are ignored.
        projection: SSB's table 14288 or 14746 as CSV; needs ``year``.
        alternative: Which of the projection's alternatives.
        year: The year (1 January); None: the pack's.

    Raises:
        SettingsError: A fraction of the settings is not plausible, or on the wrong denominator.
        PlanError: Neither the pack nor the projection has the year, or a border of then divides the area.
        SourceError: The projection cannot be used.
    """
    return assess_each(atlas, [area], settings, local=local, projection=projection, year=year, alternative=alternative)[
        0
    ]


def assess_each(
    atlas: Atlas,
    wanted: Sequence[Area],
    settings: Settings,
    *,
    local: Local | None = None,
    projection: Path | None = None,
    year: int | None = None,
    alternative: str = MAIN,
) -> list[Need]:
    """Return the need of several areas, such as the catchments of a plan; see :func:`assess`."""
    units = sorted({unit for area in wanted for unit in area.units})
    figures = parameters.parameters(atlas, settings)
    for name in _used(settings.need.denominator):
        if name in PLAUSIBLE:
            _refuse_mixed_up(name, figures[name].values)
    people = growth.people(atlas, units, projection=projection, year=year, alternative=alternative)
    asked = _Question(atlas, settings, figures, people, local, _counts(local, units))
    return [_assess(asked, area) for area in wanted]


def _counts(local: Local | None, units: Iterable[str]) -> dict[str, float]:
    """Return the persons of the units with counts."""
    told = {unit: local.for_estimate(unit) for unit in units} if local else {}
    return {unit: persons for unit, persons in told.items() if persons is not None}


def _assess(asked: _Question, area: Area) -> Need:
    """Return the need of one area; sums are of persons, never of rounded figures."""
    figures, people, share = asked.figures, asked.people, asked.share
    units = list(area.units)
    young, old = _ages(figures)
    youths, elders = people.among(units, *young), people.among(units, *old)
    prior = asked.expected("target_group", share, asked.base(share.denominator)[units].sum())
    other = _fraction(figures, OTHER[share.denominator], asked.settings)
    group = _group(asked, units, prior)
    return Need(
        area=area.name,
        year=people.year,
        population=round(people.among(units, *AGES["all"])),
        adults=round(people.among(units, *AGES["adults"])),
        young=round(youths),
        old=round(elders),
        people_source=people.source,
        people_quality=people.quality(units),
        target_group=group,
        prior=prior,
        other=asked.expected("target_group", other, asked.base(other.denominator)[units].sum()),
        act_level=_part("act_level", group, figures["act_share_of_target"].shares, _act(figures)),
        substance_use=_part("substance_use", group, _substance_use(figures), _of_substance_use(figures)),
        fact_ung=_own(asked, "fact_ung", "age_12_25", youths),
        fact_ung_observed=asked.expected("fact_ung", _observed(figures), youths),
        elderly=_own(asked, "elderly", "age_65plus", elders),
        security=_own(asked, "security", "target_group", group.central),
        treated=_treated(asked, area, prior),
        by_unit=tuple(_by_unit(asked, units, young, old)),
        notes=tuple(_notes(asked, area, group)),
        used=tuple(figures[name] for name in _used(share.denominator)),
    )


def _used(denominator: str) -> tuple[str, ...]:
    """Return the cited figures that a need rests on, by id."""
    return (
        PARAMETER[denominator], PARAMETER[OTHER[denominator]], "act_share_of_target", "rop_share_act",
        "rop_share_fact", "fact_ung_age_min", "fact_ung_age_max", *OBSERVED, "elderly_fact_min_age",
        "fact_patients_national_2025",
    )  # fmt: skip


def _ages(figures: Mapping[str, Parameter]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the ages of FACT ung and of FACT for the elderly, both ends included."""
    young = round(figures["fact_ung_age_min"].central), round(figures["fact_ung_age_max"].central)
    if young[0] > young[1]:
        raise SettingsError("need_ages", youngest=young[0], oldest=young[1])
    return young, (round(figures["elderly_fact_min_age"].central), AGES["65+"][1])


def _act(figures: Mapping[str, Parameter]) -> tuple[Parameter, ...]:
    return (figures["act_share_of_target"],)


def _of_substance_use(figures: Mapping[str, Parameter]) -> tuple[Parameter, ...]:
    return tuple(figures[name] for name in ("rop_share_act", "rop_share_fact", "act_share_of_target"))


def _substance_use(figures: Mapping[str, Parameter]) -> Three:
    """Return the share with a substance use disorder: at ACT level as in ACT teams, others as in FACT teams."""
    of_act, of_fact, act = (figure.shares for figure in _of_substance_use(figures))
    each = [a * share + b * (1 - share) for a, b, share in zip(of_act, of_fact, act, strict=True)]
    return min(each), each[1], max(each)


def _observed(figures: Mapping[str, Parameter]) -> Fraction:
    """Return the share of the young that the teams of Vestre Viken treat."""
    share = figures["fact_ung_treated_share_12_25"]
    return Fraction(*share.shares, "age_12_25", share.source, share.replaced)


def _part(
    kind: Kind, group: Figure, shares: Three, rests_on: tuple[Parameter, ...], interval: Interval | None = None
) -> Figure:
    """Return a part of a target group: range times range; the interval is of the group's base, or of the counted."""
    persons = (group.low, group.central, group.high)
    low, central, high = (share * count for share, count in zip(shares, persons, strict=True))
    base = group.central if group.denominator == "local_count" else group.base
    of_base = (low / base, central / base, high / base) if base else (0.0, 0.0, 0.0)
    return Figure(
        kind=kind, low=low, central=central, high=high, denominator="target_group", base=round(group.central),
        source="; ".join(dict.fromkeys(figure.source for figure in rests_on)), date=group.date, quality="estimate",
        replaced=group.replaced or any(figure.replaced for figure in rests_on),
        interval=interval or chance.prediction(base, of_base),
    )  # fmt: skip


def _own(asked: _Question, kind: OwnKind, denominator: str, base: float) -> Figure | None:
    """Return a figure from the planner's own percentage; None without one."""
    own: float | Replaced = getattr(asked.settings.need, kind)
    if own == Replaced():
        return None
    own = own if isinstance(own, Replaced) else Replaced(low=own, central=own, high=own)
    low, central, high = _percentages(f"need.{kind}", own)
    share = Fraction(low / 100, central / 100, high / 100, denominator, own.source, replaced=True)
    return asked.expected(kind, share, base)


def _percentages(name: str, own: Replaced) -> Three:
    """Return low, central and high; a value that is left out equals the one that is given."""
    given = [value for value in (own.central, own.high, own.low) if value is not None]
    if not given:
        raise SettingsError("need_empty", name=name)
    low, central, high = (given[0] if value is None else value for value in (own.low, own.central, own.high))
    if not low <= central <= high:
        raise SettingsError("need_order", name=name, low=f"{low:g}", central=f"{central:g}", high=f"{high:g}")
    _refuse_mixed_up(name, (low, central, high))
    return low, central, high


def _group(asked: _Question, units: Sequence[str], prior: Figure) -> Figure:
    """Return the target group of the units together: counted where there is a count, by the fraction elsewhere."""
    counted = [unit for unit in units if unit in asked.counts]
    rest = [unit for unit in units if unit not in asked.counts]
    if not counted:
        return prior
    here = _counted(asked, counted)
    if not rest:
        return here
    left = asked.expected("target_group", asked.share, asked.base(asked.share.denominator)[rest].sum())
    return Figure(
        kind="target_group", low=here.low + left.low, central=here.central + left.central,
        high=here.high + left.high, denominator="mixed", base=prior.base, source=f"{here.source}; {left.source}",
        date=asked.date, quality="estimate", replaced=left.replaced,
        interval=chance.mover([(figure.central, figure.interval) for figure in (here, left)]),
    )  # fmt: skip


def _counted(asked: _Question, units: Sequence[str]) -> Figure:
    """Return the local count of units that have one; its base is the people that the general fraction would be of."""
    count = sum(asked.counts[unit] for unit in units)
    base = asked.base(asked.share.denominator)[list(units)].sum()
    return Figure(
        kind="target_group", low=count, central=count, high=count, denominator="local_count", base=round(base),
        source=asked.local.file if asked.local else "", date=asked.date,
        quality="measured" if _exact(asked, units) else "derived",
        replaced=False, interval=chance.garwood(count),
    )  # fmt: skip


def _exact(asked: _Question, units: Iterable[str]) -> bool:
    """Is each of these units counted by itself?"""
    return asked.local is not None and asked.local.exact(units)


def _treated(asked: _Question, area: Area, prior: Figure) -> float | None:
    """Return the patients of 2025 divided by the target group of Norway today."""
    today = asked.people.year == asked.atlas.year and not asked.people.projected
    if not today or set(area.units) != set(asked.atlas.units.index) or not prior.central:
        return None
    return asked.figures["fact_patients_national_2025"].central / prior.central


def _by_unit(asked: _Question, units: Sequence[str], young: tuple[int, int], old: tuple[int, int]) -> list[UnitNeed]:
    """Return the units with figures of their own; their intervals are computed together."""
    people, share, act = asked.people, asked.share, _act(asked.figures)
    shown = [unit for unit in units if unit not in people.divided(units)]
    ages = {"population": AGES["all"], "adults": AGES["adults"], "young": young, "old": old}
    count = {name: people.counted(*span).round().astype(int) for name, span in ages.items()}
    base = asked.base(share.denominator)[shown].to_numpy(dtype=float)
    act_share = act[0].shares
    product = (share.low * act_share[0], share.central * act_share[1], share.high * act_share[2])
    intervals = zip(chance.predictions(base, share.three), chance.predictions(base, product), strict=True)
    found = []
    for unit, persons, (interval, act_interval) in zip(shown, base, intervals, strict=True):
        prior = asked.expected("target_group", share, float(persons), interval)
        group = _counted(asked, [unit]) if unit in asked.counts else prior
        of_group = act_interval if group is prior else None
        found.append(
            UnitNeed(
                unit_code=unit,
                name=str(asked.atlas.units.at[unit, "name"]),
                population=int(count["population"][unit]),
                adults=int(count["adults"][unit]),
                young=int(count["young"][unit]),
                old=int(count["old"][unit]),
                target_group=group,
                prior=prior,
                act_level=_part("act_level", group, act_share, act, of_group),
            )
        )
    return found


def _notes(asked: _Question, area: Area, group: Figure) -> Iterator[Phrase]:
    """Return what a reader should know about how the figures were made."""
    people, units = asked.people, area.units
    districts = any(len(unit) == codes.DISTRICT_DIGITS for unit in units)
    yield Phrase("need.note.estimate")
    yield Phrase("need.note.same_people")
    yield Phrase("need.note.not_added")
    if people.projected:
        yield Phrase("need.note.projected", values={"year": people.year, "source": people.source})
        yield Phrase("need.note.alternative" if people.alternative else "need.note.no_alternative",
                     values={"alternative": people.alternative})  # fmt: skip
    if people.grouped:
        yield Phrase("need.note.grouped")
    if people.projected and districts:
        yield Phrase("need.note.districts")
    without = sorted(people.divided(units))
    if without:
        names = ", ".join(asked.atlas.units["name"][without])
        yield Phrase("need.note.together", values={"names": names, "year": people.year})
    counted = [unit for unit in units if unit in asked.counts]
    if counted:
        yield Phrase("need.note.local", values={"count": Number(len(counted)), "units": Number(len(units))})
    if counted and not _exact(asked, counted):
        yield Phrase("need.note.spread")
    if forced(asked.settings) and group.denominator == "total":
        yield Phrase("need.note.forced")
