"""What a planner demands of a plan, as pairs that are allowed, units that must be served, and exemptions.

A kept team stands whatever the rules say: its units have no other base, its base has no other units, its size counts
as enough, and its units count as joined. A listed team stands with its base, of any size, and its area is free.
Everything else that is demanded has to hold within the rules.
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
    """Positions of units and bases of a problem.

    Attributes:
        keep: Units of each kept team with the bases it may have.
        lock: Units with the bases of which one must serve them.
        together, apart: Units that have, or do not have, the same team.
        leave: Units without a team.
        listed: Bases of listed teams with the number of teams there.
    """

    keep: tuple[tuple[Positions, Positions], ...]
    lock: tuple[tuple[Positions, Positions], ...]
    together: tuple[Positions, ...]
    apart: tuple[tuple[int, int], ...]
    leave: Positions
    listed: Mapping[int, int]

    @property
    def served(self) -> Positions:
        """Units that must have a team: whoever asks for a team, or for the same team, asks for one."""
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
        """Each kept team has one base, each listed team its own."""
        kept = tuple(Group(bases, 1, 1) for _, bases in self.keep)
        return (*kept, *(Group(frozenset({base}), 1, 1) for base in self.listed))

    def whatever_size(self, pairs: NDArray[np.intp], home: NDArray[np.intp]) -> NDArray[np.bool_]:
        """The pairs that count as the least size by themselves: units of kept teams, own units of listed bases."""
        unit, base = pairs.T
        own_of_listed = (home[base] == unit) & np.isin(base, list(self.listed))
        exempt: NDArray[np.bool_] = np.isin(unit, list(self.kept)) | own_of_listed
        return exempt

    def allow(self, near: NDArray[np.bool_], home: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of the pairs (units x bases) that the rules allow are left, and those that kept teams need."""
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
        """The neighbours, and the units of each kept team joined to each other."""
        more = dict(neighbours)
        for units, _ in self.keep:
            more |= {unit: more.get(unit, frozenset()) | units - {unit} for unit in units}
        return more

    def most_teams(self, most: NDArray[np.int64], persons: NDArray[np.int64], per_team: float) -> NDArray[np.int64]:
        """Teams that each base can have: a kept team as many as its residents fill, a listed base as many as listed."""
        raised = most.copy()
        for base, count in self.listed.items():
            raised[base] = max(raised[base], count)
        for units, bases in self.keep:
            filled = np.ceil(persons[list(units)].sum() / per_team)
            raised[list(bases)] = np.maximum(raised[list(bases)], int(filled))
        return raised


def demands(atlas: Atlas, area: Area, settings: Settings, candidates: Sequence[Base]) -> Demands:
    """The demands of some settings for an area; bases are positions in ``candidates``.

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
