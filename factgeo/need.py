"""How many people the service is meant for: a low, a central and a high estimate, each with its source."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from factgeo.errors import PackError
from factgeo.pack import Atlas
from factgeo.settings import Settings

PARAMETER = {"adults_18plus": "target_fraction_adults", "total": "target_fraction_total"}


@dataclass(frozen=True)
class Fraction:
    """Target group as a share (0-1) of the denominator (adults_18plus or total)."""

    low: float
    central: float
    high: float
    denominator: str
    source: str


@dataclass(frozen=True)
class TargetGroup:
    """Expected persons in the target group, whole numbers; an estimate."""

    low: int
    central: int
    high: int
    denominator: str


def fraction(atlas: Atlas, settings: Settings) -> Fraction:
    """The fraction that the settings choose, from the pack's parameter table.

    Raises:
        PackError: The table lacks the parameter.
    """
    row = _parameter(atlas, PARAMETER[settings.need.denominator])
    low, central, high = (float(row[level]) / 100 for level in ("low", "central", "high"))
    return Fraction(low, central, high, settings.need.denominator, str(row["source"]))


def _parameter(atlas: Atlas, wanted: str) -> pd.Series:
    rows = atlas.facts("parameters").set_index("id")
    if wanted not in rows.index:
        raise PackError("table_contract", table="facts/parameters.csv", column="id", reason=wanted)
    return rows.loc[wanted]


def act_level(atlas: Atlas, group: TargetGroup) -> TargetGroup:
    """How many of a target group need ACT's intensity (parameter act_share_of_target).

    Raises:
        PackError: The table lacks the parameter.
    """
    row = _parameter(atlas, "act_share_of_target")
    shares = (float(row[level]) / 100 for level in ("low", "central", "high"))
    persons = (group.low, group.central, group.high)
    low, central, high = (round(share * count) for share, count in zip(shares, persons, strict=True))
    return TargetGroup(low, central, high, group.denominator)


def act_caseload(atlas: Atlas) -> tuple[int, int]:
    """Fewest and most clients of an ACT team (parameter act_team_caseload).

    Raises:
        PackError: The table lacks the parameter.
    """
    row = _parameter(atlas, "act_team_caseload")
    return round(float(row["low"])), round(float(row["high"]))


def target_group(share: Fraction, *, population: int, adults: int) -> TargetGroup:
    """Expected target group of a number of people."""
    base = adults if share.denominator == "adults_18plus" else population
    return TargetGroup(
        round(base * share.low), round(base * share.central), round(base * share.high), share.denominator
    )
