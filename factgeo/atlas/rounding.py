"""Whole persons that add up exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def largest_remainder(weights: ArrayLike, total: int) -> NDArray[np.int64]:
    """Return whole numbers in proportion to ``weights`` (at least 0) whose sum is exactly ``total``.

    Each share is rounded down, and the rest goes to the largest remainders (Hamilton's method); on a tie to the earlier
    one. If all weights are 0, ``total`` must be 0.
    """
    shares = np.asarray(weights, dtype=float)
    if total == 0:
        return np.zeros(len(shares), dtype=np.int64)
    shares = shares * (total / shares.sum())
    whole: NDArray[np.int64] = np.floor(shares + 1e-9).astype(np.int64)
    missing = int(total - whole.sum())
    whole[np.argsort(-(shares - whole), kind="stable")[:missing]] += 1
    return whole
