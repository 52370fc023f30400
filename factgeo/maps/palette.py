"""The colours of the maps, and those of the teams of a plan."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import pandas as pd

from factgeo.planning.result import Result

# Okabe and Ito's palette for the colour-blind, the light ones first because they are used most
PALETTE = ("#56B4E9", "#E69F00", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#D55E00")
CLASSES = (1, 10, 100, 1000)  # residents of a cell from which each shade begins
SHADES = (45, 80, 115, 145)  # opacity (0-255) of each shade
INK = (38, 38, 50)
LISTED_COLOUR = "#003366"
ACT_COLOUR = "#7a0177"  # a dark purple that stands out from the catchments' colours
ROAD_COLOURS = {"closed": "#b30000", "added": "#006837"}


def colours(result: Result, like: Mapping[str, str] | None = None) -> dict[str, str]:
    """A colour for each team such that catchments which touch, or are joined by a ferry, differ.

    Args:
        result: The plan.
        like: Colours that teams had before, by team id; a team keeps its own where neighbours still differ.
    """
    graph = _neighbours(result)
    kept = _recoloured(graph, like) if like else {}
    if kept and all(kept[a] != kept[b] for a, b in graph.edges):
        return kept
    numbers = nx.greedy_color(graph, strategy="DSATUR")
    return {team: PALETTE[number % len(PALETTE)] for team, number in numbers.items()}


def _neighbours(result: Result) -> nx.Graph[str]:
    """The teams, and the pairs of them that must differ in colour."""
    team_of = result.plan.team_of()
    links = result.atlas.links
    pairs = zip(links["unit_a"].map(team_of), links["unit_b"].map(team_of), strict=True)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(catchment.team_id for catchment in result.plan.catchments)
    if len(graph) <= len(PALETTE):  # enough colours for all to differ
        graph = nx.complete_graph(graph)
    graph.add_edges_from((a, b) for a, b in pairs if pd.notna(a) and pd.notna(b) and a != b)
    return graph


def _recoloured(graph: nx.Graph[str], like: Mapping[str, str]) -> dict[str, str]:
    """Colours as before where no neighbour has the same; the others get what fewest of their neighbours have."""
    given: dict[str, str] = {}
    for team in graph:
        before = like.get(team)
        if before in PALETTE and before not in {given.get(other) for other in graph[team]}:
            given[team] = before
    for team in graph:
        if team not in given:
            taken = [given.get(other) for other in graph[team]]
            given[team] = min(PALETTE, key=taken.count)
    return {team: given[team] for team in graph}
