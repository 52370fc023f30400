"""Where ACT and FACT teams in Norway should be, whom they can reach, and what they need.

The public names are listed below, with the module that each is imported from when it is first used: ``import factgeo``
itself loads no other package and reads no file. ``__init__.pyi`` has the same names for editors and type checkers, and
``docs/python.md`` shows them at work.
"""

from importlib import import_module

__version__ = "0.1.0"

# module: public names, each with the name that it has there where that is another
_NAMES = {
    "atlas.areas": "Area resolve_area=resolve",
    "atlas.pack": "Atlas load_pack=load",
    "atlas.places": "Place resolve_place=resolve",
    "atlas.teams": "Team list_teams",
    "capacity.capacity": "Capacity assess_capacity=assess",
    "errors": "FactgeoError OutputError PackError PlanError SettingsError SourceError UnknownNameError",
    "explore.alternatives": "NextBest find_alternatives=next_best",
    "explore.compare": "Comparison compare_plans=compare",
    "explore.next_teams": "NextTeams propose_next_teams=next_teams",
    "explore.tradeoff": "TradeOff find_trade_offs=trade_offs",
    "export.plan": "tabulate_plan write_plan",
    "language": "use_language=use",
    "people.need": "Need assess_need=assess",
    "planning.check": "Finding check_plan=check",
    "planning.draft": (
        "EditContext add_team lock_team lock_units set_base unlock_team unlock_units divide_team=divide "
        "improve_plan=improve join_teams=join move_units=move"
    ),
    "planning.edits": "read_edits=read",
    "planning.pipeline": "measure_plan propose remeasure_plan",
    "planning.plan": "Catchment Plan",
    "planning.planfile": "read_plan=read",
    "planning.result": "Result",
    "reach.measures": "measure_reach=planner measure_reach_as_in_report=report_2017 measure_reach_as_on_slide=slide",
    "reach.potential": "AreaPotential PlacePotential find_best_places=of_area find_potential=of_place",
    "reach.shares": "Reach",
    "settings": "Settings load_settings=load",
    "travel.bases": "Base",
    "travel.journeys": "Journeys compute_travel_times tabulate_travel_times find_trip",
    "travel.trips": "Trip",
}
_PLACES = {
    public: (f"factgeo.{module}", inner or public)
    for module, names in _NAMES.items()
    for public, _, inner in (name.partition("=") for name in names.split())
}
__all__ = sorted(_PLACES)  # noqa: PLE0605 - a list, made of the names above


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    module, inner = _PLACES[name]
    value = globals()[name] = getattr(import_module(module), inner)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
