"""Lets chance exchange two places of a few lists, so that what a place does can be told from merit.

X. Wang, N. Golbandi, M. Bendersky, D. Metzler and M. Najork, "Position Bias Estimation for Unbiased
Learning to Rank in Personal Search" (WSDM 2018), section 4.1: random pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

T = TypeVar("T")


class Swap(NamedTuple):
    """The two ranks that were exchanged, from 1, the upper one first."""

    upper: int
    lower: int


def draw_swap(seed: str, *, share: float, shown: int, standing: int) -> Swap | None:
    """A swap in a share of lists, None in the others; the same for the same hexadecimal `seed`.

    The upper rank is drawn among the `shown`, the lower among all below it that are `standing`, so
    that what was not shown comes to be seen now and then.
    """
    rng = np.random.default_rng(int(seed, 16))
    if standing < 2 or rng.random() >= share:
        return None
    upper = int(rng.integers(1, min(shown, standing - 1) + 1))
    return Swap(upper, int(rng.integers(upper + 1, standing + 1)))


def swapped(lines: Sequence[T], swap: Swap | None) -> list[T]:
    """The lines with the two of `swap` exchanged."""
    order = list(lines)
    if swap is not None:
        upper, lower = swap.upper - 1, swap.lower - 1
        order[upper], order[lower] = order[lower], order[upper]
    return order
