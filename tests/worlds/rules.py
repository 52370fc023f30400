"""The default rules, some of them changed."""

from __future__ import annotations

from factgeo import settings
from factgeo.settings import CapacityNeed, Driving


def capacity_need(**changes: object) -> CapacityNeed:
    """The default rules for capacity, some of them changed."""
    return settings.load().capacity_need.model_copy(update=changes)


def driving_rules(start: Driving | None = None, **changes: object) -> Driving:
    """The default rules for driving, or others, some of them changed."""
    return (start or settings.load().driving).model_copy(update=changes)
