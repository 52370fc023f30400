"""A planner's demands on a plan: pairs that are allowed, units that must be served, and exemptions.

A kept team stands whatever the rules say: its units have no other base, its base has no other units, its size counts
as enough, and its units count as joined. A listed team stands with its base, of any size, and its area is free.
All other demands must hold within the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factgeo.atlas.areas import Area
from factgeo.atlas.pack import Atlas
from factgeo.planning import edits
from factgeo.planning.propose.problem import Group
from factgeo.settings import Settings
from factgeo.travel.bases import Base

Positions = frozenset[int]


@dataclass(frozen=True)
class Demands:
    """Demands in positions of units and bases of a problem.

    Attributes:
        keep: The units of each kept team, with the bases that it may have.
        lock: Units, with the bases of which one must serve them.
        together: Groups of units that have the same team.
        apart: Pairs of units that do not have the same team.
        leave: Units without a team.
        listed: The base of each listed team, with the number of teams there.
    """

    keep: tuple[tuple[Positions, Positions], ...]
    lock: tuple[tuple[Positions, Positions], ...]
    together: tuple[Positions, ...]
    apart: tuple[tuple[int, int], ...]
    leave: Positions
    listed: Mapping[int, int]

    @property
    def served(self) -> Positions:
        """Units that must have a team: those of kept teams, of locks and of groups with the same team."""
        return frozenset().union(*(units for units, _ in (*self.keep, *self.lock)), *self.together)

    @property
    def kept(self) -> Positions:
        """Units of kept teams."""
        return frozenset().union(*(units for units, _ in self.keep))

    @property
    def one_team(self) -> tuple[Positions, ...]:
        """Groups of units that have the same base, those of kept teams among them."""
        return (*(units for units, _ in self.keep), *self.together)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Groups of bases: each kept team has exactly one of its bases, each listed team has its own."""
        kept = tuple(Group(bases, 1, 1) for _, bases in self.keep)
        return (*kept, *(Group(frozenset({base}), 1, 1) for base in self.listed))

    def whatever_size(self, pairs: NDArray[np.intp], home: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return the pairs that reach the minimum size by themselves: kept teams' units and listed bases' own units."""
        unit, base = pairs.T
        own_of_listed = (home[base] == unit) & np.isin(base, list(self.listed))
        exempt: NDArray[np.bool_] = np.isin(unit, list(self.kept)) | own_of_listed
        return exempt

    def allow(self, near: NDArray[np.bool_], home: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return the pairs (units x bases) that rules and demands allow, and those that kept teams need.

        Args:
            near: Units x bases: the pairs that the rules allow.
            home: The unit of each base.
        """
        allowed = near.copy()
        leave = list(self.leave)
        allowed[leave] = False
        allowed[:, np.isin(home, leave)] = False
        for units, bases in self.keep:
            allowed[list(units)] = False
            allowed[:, np.isin(home, list(units))] = False
            for base in bases:
                allowed[list(units), base] = True
        for units, bases in self.lock:
            allowed[list(units)] &= np.isin(np.arange(len(home)), list(bases))
        for group in self.together:
            members = list(group)
            allowed[members] &= allowed[members].all(axis=0)
        return allowed

    def joined(self, neighbours: Mapping[int, frozenset[int]]) -> Mapping[int, frozenset[int]]:
        """Return ``neighbours`` with the units of each kept team joined to each other."""
        more = dict(neighbours)
        for units, _ in self.keep:
            more |= {unit: more.get(unit, frozenset()) | units - {unit} for unit in units}
        return more

    def most_teams(self, most: NDArray[np.int64], persons: NDArray[np.int64], per_team: float) -> NDArray[np.int64]:
        """Return the teams that each base can have, raised for kept and listed teams.

        A kept team's base has room for as many teams as its residents fill, a listed base for as many as are listed.
        """
        raised = most.copy()
        for base, count in self.listed.items():
            raised[base] = max(raised[base], count)
        for units, bases in self.keep:
            filled = np.ceil(persons[list(units)].sum() / per_team)
            raised[list(bases)] = np.maximum(raised[list(bases)], int(filled))
        return raised


def demands(atlas: Atlas, area: Area, settings: Settings, candidates: Sequence[Base]) -> Demands:
    """Return the demands of ``settings`` on an area; bases are positions in ``candidates``.

    Raises:
        PlanError: Demands contradict each other.
        SettingsError: A demand is out of range.
        UnknownNameError: A unit is unknown.
    """
    asked = edits.resolved(settings, atlas)
    edits.refuse_contradictions(asked, atlas, area, settings, candidates)
    unit_at = {unit: k for k, unit in enumerate(area.units)}
    base_at = {base: k for k, base in enumerate(candidates)}

    def units(codes: Sequence[str]) -> Positions:
        return frozenset(unit_at[code] for code in codes)

    def bases(of: Sequence[Base]) -> Positions:
        return frozenset(base_at[base] for base in of)

    return Demands(
        keep=tuple((units(team.units), bases(edits.bases_of(team, atlas, candidates))) for team in asked.keep),
        lock=tuple((units(lock.units), bases(edits.bases_of(lock, atlas, candidates))) for lock in asked.lock),
        together=tuple(units(group) for group in asked.together),
        apart=tuple((unit_at[a], unit_at[b]) for a, b in asked.apart),
        leave=units(asked.leave),
        listed={
            base_at[base]: count for base, count in edits.listed_bases(asked, atlas, area, settings, candidates).items()
        },
    )
