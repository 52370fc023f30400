"""Shares of residents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def share_of(part: float, whole: float) -> float:
    """Return ``part`` as a share (0-1) of ``whole``; 0 if ``whole`` is 0."""
    return part / whole if whole else 0.0


def shares_of(parts: NDArray[np.number], whole: float) -> NDArray[np.float64]:
    """Return each of ``parts`` as a share (0-1) of ``whole``; 0 if ``whole`` is 0."""
    return np.asarray(parts / whole if whole else np.zeros(parts.shape), dtype=float)
