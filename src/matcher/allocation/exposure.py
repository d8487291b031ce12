"""How likely a line of a list is acted on at its rank, from what followed the lists of the past."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression  # type: ignore[import-untyped]

LENGTH = 10
"""Lines that people read; what stands below them is on nobody's list."""
ASSUMED = 0.2 * np.arange(1, LENGTH + 1) ** -0.5
"""Before anything is known: about one of ten lines is acted on, the first most often."""
WEIGHT = 200.0
"""Lists that what is assumed counts for."""


def exposures(shown: NDArray[np.int64], acted: NDArray[np.int64]) -> tuple[float, ...]:
    """Chances (LENGTH,) by rank, never rising: of lines `shown` (LENGTH,), so many were `acted` on.

    The non-increasing curve of least squares, after what is assumed was added as lists.
    """
    counts = shown + WEIGHT
    rates = (acted + WEIGHT * ASSUMED) / counts
    curve = IsotonicRegression(increasing=False).fit_transform(
        np.arange(LENGTH), rates, sample_weight=counts
    )
    return tuple(np.clip(curve, 0.0, 1.0).tolist())
