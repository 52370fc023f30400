"""The cited figures of need, capacity and cost: low, central and high, each with its source.

They are the rows of ``data/facts/parameters.csv``. ``[parameters]`` in the settings replaces any of them, and results
that are computed from a replaced figure say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from factgeo import language
from factgeo.atlas.pack import Atlas
from factgeo.errors import PackError, SettingsError
from factgeo.language import names, number, text
from factgeo.settings import Replaced, Settings, load

PERCENT = "percent"
DIVISORS = (
    "act_team_caseload", "fact_team_caseload", "act_clients_per_staff", "fact_clients_per_staff",
    "tromso_patients_per_position", "act_team_fte_ontario",
)  # fmt: skip
UNCITED = ("fact_ung", "elderly", "security")  # fractions in [need] that only a planner can give
OWN_TABLES = ("parameters", "need", "capacity_need", "driving")  # settings that hold own figures, and move no team
MOST_DIGITS = 6


@dataclass(frozen=True)
class Parameter:
    """One cited figure, in its own unit.

    Attributes:
        id: Its id in the table.
        labels: Its name, in each language.
        low: Lowest value; all three are equal if the source gives one value.
        central: Central value.
        high: Highest value.
        unit: ``percent``, ``persons``, ``ratio``, ...
        denominator: The people that a percentage is of: ``total``, ``adults_18plus``, ``age_12_25``; else ``none``.
        source: The source, with the year if it is known.
        quality: As in the table (``measured``, ``expert``, ``assumption``, ...); ``replaced`` for a planner's own.
        quote: The words of the source, if they are recorded.
    """

    id: str
    labels: Mapping[str, str]
    low: float
    central: float
    high: float
    unit: str
    denominator: str
    source: str
    quality: str
    quote: str

    @property
    def label(self) -> str:
        """The figure's name in the language in use."""
        return self.labels[language.in_use()]

    @property
    def replaced(self) -> bool:
        """Is it a planner's own figure?"""
        return self.quality == "replaced"

    @property
    def shares(self) -> tuple[float, float, float]:
        """Low, central and high of a percentage as shares (0-1)."""
        return self.low / 100, self.central / 100, self.high / 100

    @property
    def values(self) -> tuple[float, float, float]:
        """Low, central and high."""
        return self.low, self.central, self.high


def parameters(atlas: Atlas, settings: Settings) -> dict[str, Parameter]:
    """Return all cited figures by id; a planner's own take the place of those that the settings replace.

    Raises:
        PackError: The table is damaged.
        SettingsError: A replaced figure is unknown, its low, central and high are not in order, or it is impossible: a
            percentage beyond 0 to 100, a value below 0, or 0 for a divisor (:data:`DIVISORS`).
    """
    known = dict(_cited(atlas))
    for name, value in settings.parameters.items():
        if name not in known:
            nearest = ", ".join(names.nearest(name, known)) or "–"
            raise SettingsError("parameter_unknown", name=name, nearest=nearest)
        known[name] = _replaced(known[name], value)
    return known


@lru_cache(maxsize=4)
def _cited(atlas: Atlas) -> Mapping[str, Parameter]:
    """Read the table once, because reading takes as long as a thousand uses."""
    return {str(row["id"]): _parameter(row) for _, row in atlas.facts("parameters").iterrows()}


def replaced(used: Iterable[Parameter]) -> list[Parameter]:
    """Those that are a planner's own."""
    return [parameter for parameter in used if parameter.replaced]


def _parameter(row: pd.Series) -> Parameter:
    given = [
        None if row[name] in ("", None) or pd.isna(row[name]) else float(row[name])
        for name in ("low", "central", "high")
    ]
    low, central, high = given
    stated = [value for value in (central, high, low) if value is not None]
    if not stated:
        raise PackError("table_contract", table="facts/parameters.csv", column="central", reason=row["id"])
    middle = stated[0]
    year, source = str(row["source_year"]), str(row["source"])
    return Parameter(
        id=str(row["id"]),
        labels={"nb": str(row["label_nb"]), "nn": str(row["label_nb"]), "en": str(row["label_en"])},
        low=middle if low is None else low,
        central=middle,
        high=middle if high is None else high,
        unit=str(row["unit"]),
        denominator=str(row["denominator"]),
        source=source if not year or year in source else f"{source} ({year})",
        quality=str(row["quality"]),
        quote=str(row["quote"]),
    )


def _replaced(old: Parameter, own: float | Replaced) -> Parameter:
    if isinstance(own, Replaced):
        low, central, high = (
            old_value if value is None else value
            for value, old_value in zip((own.low, own.central, own.high), old.values, strict=True)
        )
        source = own.source
    else:
        low = central = high = float(own)
        source = ""
    if not low <= central <= high:
        raise SettingsError("parameter_order", name=old.id, low=low, central=central, high=high)
    if old.unit == PERCENT and not 0 <= low <= high <= 100:  # noqa: PLR2004
        raise SettingsError("parameter_percent", name=old.id, value=high if high > 100 else low)  # noqa: PLR2004
    if low < 0 or (low == 0 and old.id in DIVISORS):
        raise SettingsError("parameter_not_positive", name=old.id, value=written(low))
    return replace(old, low=low, central=central, high=high, source=source, quality="replaced", quote="")


# a planner's own figures


def own(settings: Settings) -> dict[str, Replaced]:
    """Return a planner's own figures as given, by id; figures that replace no cited one (:data:`UNCITED`) come last."""
    given = {**settings.parameters, **{name: getattr(settings.need, name) for name in UNCITED}}
    ranges = {name: _as_range(value) for name, value in given.items()}
    return {name: value for name, value in ranges.items() if value != Replaced()}


def _as_range(value: float | Replaced) -> Replaced:
    return value if isinstance(value, Replaced) else Replaced(low=value, central=value, high=value)


def with_own(settings: Settings, name: str, value: Replaced) -> Settings:
    """Return the settings with a planner's own figure; an empty one removes it. :func:`parameters` checks values."""
    if name in UNCITED:
        return settings.model_copy(update={"need": settings.need.model_copy(update={name: value})})
    others = {each: kept for each, kept in settings.parameters.items() if each != name}
    return settings.model_copy(update={"parameters": others if value == Replaced() else {**others, name: value}})


def read_own(path: Path, settings: Settings) -> Settings:
    """Return the settings with the own figures of a TOML file.

    Raises:
        SettingsError: It is no file of settings, or it changes more than :data:`OWN_TABLES`.
    """
    given = load(start=settings, file=path)
    changed = [name for name in Settings.model_fields if getattr(given, name) != getattr(settings, name)]
    others = [name for name in changed if name not in OWN_TABLES]
    if others:
        raise SettingsError("own_other_settings", file=path.name, tables=", ".join(others))
    return given


def written(low: float | None, central: float | None = None, high: float | None = None) -> str:
    """Return ``20 (15–25)``, with the decimals of the values; only one of them if the others are missing or equal."""
    known = [_as_given(value) for value in (low, central, high) if value is not None]
    if len(set(known)) <= 1:
        return known[0] if known else "–"
    if len(known) < 3:  # noqa: PLR2004 - which two they are is not said, so they are a span
        return "–".join(known)
    return text("capacity.span", low=known[0], central=known[1], high=known[2])


def _as_given(value: float) -> str:
    digits = next((digits for digits in range(MOST_DIGITS) if round(value, digits) == value), MOST_DIGITS)
    return number(value, digits)
