# The public names of factgeo, each with the module that it is imported from when it is first used.

# the pack, areas, places, listed teams
from factgeo.atlas.areas import Area
from factgeo.atlas.areas import resolve as resolve_area
from factgeo.atlas.pack import Atlas
from factgeo.atlas.pack import load as load_pack
from factgeo.atlas.places import Place
from factgeo.atlas.places import resolve as resolve_place
from factgeo.atlas.teams import Team, list_teams

# what a plan takes
from factgeo.capacity.capacity import Capacity
from factgeo.capacity.capacity import assess as assess_capacity

# errors, each a sentence with the way forward
from factgeo.errors import FactgeoError, OutputError, PackError, PlanError, SettingsError, SourceError, UnknownNameError

# what else could be
from factgeo.explore.alternatives import NextBest
from factgeo.explore.alternatives import next_best as find_alternatives
from factgeo.explore.compare import Comparison
from factgeo.explore.compare import compare as compare_plans
from factgeo.explore.next_teams import NextTeams
from factgeo.explore.next_teams import next_teams as propose_next_teams
from factgeo.explore.tradeoff import TradeOff
from factgeo.explore.tradeoff import trade_offs as find_trade_offs

# a plan as tables and files
from factgeo.export.plan import tabulate_plan, write_plan

# the language of messages and files
from factgeo.language import use as use_language

# who there is to serve
from factgeo.people.need import Need
from factgeo.people.need import assess as assess_need

# plans: proposed, read, edited, checked, measured
from factgeo.planning.check import Finding
from factgeo.planning.check import check as check_plan
from factgeo.planning.draft import EditContext, add_team, lock_team, lock_units, set_base, unlock_team, unlock_units
from factgeo.planning.draft import divide as divide_team
from factgeo.planning.draft import improve as improve_plan
from factgeo.planning.draft import join as join_teams
from factgeo.planning.draft import move as move_units
from factgeo.planning.edits import read as read_edits
from factgeo.planning.pipeline import measure_plan, propose, remeasure_plan
from factgeo.planning.plan import Catchment, Plan
from factgeo.planning.planfile import read as read_plan
from factgeo.planning.result import Result

# who is reached
from factgeo.reach.measures import planner as measure_reach
from factgeo.reach.measures import report_2017 as measure_reach_as_in_report
from factgeo.reach.measures import slide as measure_reach_as_on_slide
from factgeo.reach.potential import AreaPotential, PlacePotential
from factgeo.reach.potential import of_area as find_best_places
from factgeo.reach.potential import of_place as find_potential
from factgeo.reach.shares import Reach

# the rules
from factgeo.settings import Settings
from factgeo.settings import load as load_settings

# travel
from factgeo.travel.bases import Base
from factgeo.travel.journeys import Journeys, compute_travel_times, find_trip, tabulate_travel_times
from factgeo.travel.trips import Trip

__all__ = [
    "Area",
    "AreaPotential",
    "Atlas",
    "Base",
    "Capacity",
    "Catchment",
    "Comparison",
    "EditContext",
    "FactgeoError",
    "Finding",
    "Journeys",
    "Need",
    "NextBest",
    "NextTeams",
    "OutputError",
    "PackError",
    "Place",
    "PlacePotential",
    "Plan",
    "PlanError",
    "Reach",
    "Result",
    "Settings",
    "SettingsError",
    "SourceError",
    "Team",
    "TradeOff",
    "Trip",
    "UnknownNameError",
    "add_team",
    "assess_capacity",
    "assess_need",
    "check_plan",
    "compare_plans",
    "compute_travel_times",
    "divide_team",
    "find_alternatives",
    "find_best_places",
    "find_potential",
    "find_trade_offs",
    "find_trip",
    "improve_plan",
    "join_teams",
    "list_teams",
    "load_pack",
    "load_settings",
    "lock_team",
    "lock_units",
    "measure_plan",
    "measure_reach",
    "measure_reach_as_in_report",
    "measure_reach_as_on_slide",
    "move_units",
    "propose",
    "propose_next_teams",
    "read_edits",
    "read_plan",
    "remeasure_plan",
    "resolve_area",
    "resolve_place",
    "set_base",
    "tabulate_plan",
    "tabulate_travel_times",
    "unlock_team",
    "unlock_units",
    "use_language",
    "write_plan",
]
__version__: str
