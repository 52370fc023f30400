"""The service that a catchment can carry: four classes, of report 3/2017 (Landheim, Hoxmark, Aakerholt, Aasbrenn)."""

from __future__ import annotations

from typing import Literal

from factgeo.settings import Service

ServiceClass = Literal["ACT+FACT", "FACT", "MODIFIED_FACT", "COOPERATION"]


def classify(*, population: int, adults: int, edge_min: float, rules: Service) -> ServiceClass:
    """Return the class of a catchment.

    Args:
        population: Residents.
        adults: Residents of 18 and over.
        edge_min: Minutes to the outer edge (see ``service.edge_percentile``); infinite if too many are unreachable.
        rules: The thresholds.
    """
    near = edge_min <= rules.edge_minutes
    if near and adults >= rules.act_adults:
        return "ACT+FACT"
    if population < rules.fact_residents:
        return "COOPERATION"
    return "FACT" if near else "MODIFIED_FACT"
