"""The cited figures behind need, capacity and cost: low, central and high, each with its source.

They are the rows of ``data/facts/parameters.csv``; ``[parameters]`` in the settings replaces any of them, and whatever
is computed from a replaced one says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from factgeo import language, names
from factgeo.errors import PackError, SettingsError
from factgeo.pack import Atlas
from factgeo.settings import Replaced, Settings

PERCENT = "percent"


@dataclass(frozen=True)
class Parameter:
    """One cited figure, in its own unit.

    Attributes:
        id: As in the table.
        labels: What it is called, in each language.
        low, central, high: Its range; all alike where the source gives one value.
        unit: ``percent``, ``persons``, ``ratio``, ...
        denominator: Of whom a percentage is: ``total``, ``adults_18plus``, ``age_12_25``; else ``none``.
        source: Who says so, with the year where it is known.
        quality: As in the table (``measured``, ``expert``, ``assumption``, ...); ``replaced`` for a planner's own.
        quote: The words of the source, where they are recorded.
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
        """What it is called in the language in use."""
        return self.labels[language.in_use()]

    @property
    def replaced(self) -> bool:
        """Is it a planner's own?"""
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
    """All cited figures by id, with a planner's own in place of those that the settings replace.

    Raises:
        PackError: The table is damaged.
        SettingsError: A replaced figure is unknown, or its low, central and high are not in order.
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
    """The table as it is; reading it takes as long as a thousand uses."""
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
    return replace(old, low=low, central=central, high=high, source=source, quality="replaced", quote="")
