"""Exact contiguity: cuts that forbid a catchment in pieces, and nothing else.

If part C of the catchment of base j is apart from j, then every contiguous catchment of j that holds a unit of C also
holds a unit of the set S that separates C from j. Adding this for each unit of C until no catchment is in pieces
gives the best contiguous plan (Validi, Buchanan and Lykhovyd, Operations Research 70(2), 2022).
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
    """Return the cuts that the catchments violate; an empty list if all are contiguous.

    Args:
        catchments: The units of each base.
        home: The unit in which each base lies.
        allowed: The units that may belong to each base.
        neighbours: The units joined to each unit.
    """
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
    """Yield one cut for each unit that is not joined to its base: it needs one of its own neighbours."""
    for base, units in sorted(allowed.items()):
        near = neighbours.get(home[base], frozenset())
        for unit in sorted(units - near - {home[base]}):
            yield Cut(base, unit, neighbours.get(unit, frozenset()) & units)


def _separator(piece: frozenset[int], start: int, allowed: frozenset[int], neighbours: Neighbours) -> frozenset[int]:
    """Return the smallest part of the piece's neighbours that cuts it off from ``start`` within the allowed units."""
    around = frozenset().union(*(neighbours.get(unit, frozenset()) for unit in piece)) & allowed - piece
    near_start = reachable(start, allowed - around, neighbours)
    joined = frozenset().union(*(neighbours.get(unit, frozenset()) for unit in near_start))
    return around & joined
