"""The settings of a run: frozen, with their limits, and who wins where two say different things."""

from factgeo.settings.loading import configs_folder, load, preset_names
from factgeo.settings.meanings import meanings
from factgeo.settings.model import (
    LONGEST_MIN,
    MOST_LIMITS,
    CapacityNeed,
    Driving,
    Edits,
    FixedLink,
    KeptTeam,
    Lock,
    Replaced,
    Service,
    Settings,
    Site,
    Solver,
    Three,
)

__all__ = [
    "LONGEST_MIN",
    "MOST_LIMITS",
    "CapacityNeed",
    "Driving",
    "Edits",
    "FixedLink",
    "KeptTeam",
    "Lock",
    "Replaced",
    "Service",
    "Settings",
    "Site",
    "Solver",
    "Three",
    "configs_folder",
    "load",
    "meanings",
    "preset_names",
]
