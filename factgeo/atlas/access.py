"""Where each of several points gets on the road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Access:
    """For each point, the road where it gets on; one row per point.

    Attributes:
        edge: Row of the edge in the road table; -1 if there is no road.
        position: Place on the edge, from 0 (from_node) to 1 (to_node).
        metres: Straight distance to that place.
    """

    edge: NDArray[np.int32]
    position: NDArray[np.float64]
    metres: NDArray[np.float64]

    def of(self, rows: NDArray[np.intp] | slice) -> Access:
        """Return the access of some of the points."""
        return Access(self.edge[rows], self.position[rows], self.metres[rows])
