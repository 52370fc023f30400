"""Exact wholeness: cuts that forbid a catchment in pieces, and nothing else.

If part C of the catchment of base j is apart from j, then every whole catchment of j that holds a unit of C also
holds a unit of the set S that separates C from j. Adding this for each unit of C until no catchment is in pieces
gives the best whole plan (Validi, Buchanan and Lykhovyd, Operations Research 70(2), 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from factgeo.planning.propose.problem import Neighbours, reachable


@dataclass(frozen=True)
class Cut:
    """Unit ``unit`` can belong to ``base`` only if a unit of ``separator`` does."""

    base: int
    unit: int
    separator: frozenset[int]


def cuts(
    catchments: Mapping[int, AbstractSet[int]],
    home: Mapping[int, int],
    allowed: Mapping[int, frozenset[int]],
    neighbours: Neighbours,
) -> list[Cut]:
    """The cuts that catchments (units of each base) violate; none when every one is whole."""
    found = []
    for base, units in sorted(catchments.items()):
        apart = set(units - reachable(home[base], set(units), neighbours))
        while apart:
            piece = reachable(min(apart), apart, neighbours)
            separator = _separator(piece, home[base], allowed[base], neighbours)
            found += [Cut(base, unit, separator) for unit in sorted(piece)]
            apart -= piece
    return found


def first_cuts(home: Mapping[int, int], allowed: Mapping[int, frozenset[int]], neighbours: Neighbours) -> Iterator[Cut]:
    """The cuts of single units: whoever is not beside the base comes with one of its neighbours."""
    for base, units in sorted(allowed.items()):
        beside = neighbours.get(home[base], frozenset())
        for unit in sorted(units - beside - {home[base]}):
            yield Cut(base, unit, neighbours.get(unit, frozenset()) & units)


def _separator(piece: frozenset[int], start: int, allowed: frozenset[int], neighbours: Neighbours) -> frozenset[int]:
    """The smallest part of the piece's surroundings that cuts it off from ``start`` within the allowed units."""
    around = frozenset().union(*(neighbours.get(unit, frozenset()) for unit in piece)) & allowed - piece
    near_start = reachable(start, allowed - around, neighbours)
    beside = frozenset().union(*(neighbours.get(unit, frozenset()) for unit in near_start))
    return around & beside
