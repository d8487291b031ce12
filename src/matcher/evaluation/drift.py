"""How far what comes in now is from what was there before. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.metrics import Floats

BINS = 10
"""Of quantities: tenths of the reference."""
LEAST = 50
"""Records on either side under which nothing is said: a handful always differs."""


def stability_index(reference: NDArray[Any], recent: NDArray[Any]) -> float | None:
    """Population stability index of (n,) codes or quantities; None where there are under LEAST.

    sum over bins of (p - q) ln(p / q), p the share among recent ones, q among the reference, each
    count raised by a half so that no share is 0. Bins are the codes; of floating numbers tenths of
    the reference, and one of its own for NaN. N. Siddiqi, "Credit Risk Scorecards" (2006): under
    0.1 none, over 0.25 much.
    """
    if min(len(reference), len(recent)) < LEAST:
        return None
    if np.issubdtype(reference.dtype, np.floating):
        reference, recent = _binned(reference, recent)
    _, codes = np.unique(np.concatenate([reference, recent]), return_inverse=True)
    size = int(codes.max()) + 1
    before = np.bincount(codes[: len(reference)], minlength=size) + 0.5
    after = np.bincount(codes[len(reference) :], minlength=size) + 0.5
    q, p = before / before.sum(), after / after.sum()
    return float(np.sum((p - q) * np.log(p / q)))


def mean_shift(reference: NDArray[np.float32], recent: NDArray[np.float32]) -> float | None:
    """Length of the difference of the means of (n, d) unit vectors, 0 to 2.

    Two samples of one kind differ by about sqrt(1/n + 1/m), which is taken out: |a - b|^2 less the
    variances of both means, its root, 0 where that is negative. None where there are under LEAST.
    """
    if min(len(reference), len(recent)) < LEAST:
        return None
    means = [side.mean(axis=0, dtype=np.float64) for side in (reference, recent)]
    apart = float(np.sum((means[0] - means[1]) ** 2))
    noise = sum(
        float(np.mean(np.sum(side.astype(np.float64) ** 2, axis=1)) - mean @ mean) / (len(side) - 1)
        for side, mean in zip((reference, recent), means, strict=True)
    )
    return float(np.sqrt(max(apart - noise, 0.0)))


def _binned(reference: Floats, recent: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    known = reference[~np.isnan(reference)]
    cuts = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else known
    one, other = (
        np.where(np.isnan(values), -1, np.searchsorted(cuts, values, side="right"))
        for values in (reference, recent)
    )
    return one, other
