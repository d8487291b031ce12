"""What a ranker is trained on: pairs as they would have been served, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REFERRED_WITHIN = 14
"""Days after a list in which a referral still counts as led to by it."""
PLACED_WITHIN = 60
"""Days after a referral in which its outcome counts."""
HIRED_GAIN, INTERVIEW_GAIN = 3.0, 1.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """n pairs in g lists: those of list i are the rows offsets[i] to offsets[i + 1].

    `rows` (n, features) come from `build_rows` as of `days` (g,), in days since 1970, which never
    fall. `gains` (n,) are HIRED_GAIN, INTERVIEW_GAIN or 0. `positions` (n,) are the ranks
    at which pairs were shown, from 1, and 0 for pairs drawn from what was not shown. Of the pairs
    that were `referred` (n,) the outcome is known.
    """

    rows: NDArray[np.float32]
    offsets: Ints
    days: Ints
    gains: Floats
    positions: Ints
    referred: Bools

    def __len__(self) -> int:
        return len(self.days)

    @property
    def sizes(self) -> Ints:
        """Pairs in each list, (g,)."""
        return np.diff(self.offsets)

    def lists(self, chosen: Bools) -> Examples:
        """The lists of a mask (g,)."""
        pairs = np.repeat(chosen, self.sizes)
        return Examples(
            rows=self.rows[pairs],
            offsets=np.cumsum([0, *self.sizes[chosen].tolist()]),
            days=self.days[chosen],
            gains=self.gains[pairs],
            positions=self.positions[pairs],
            referred=self.referred[pairs],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrals:
    """n referrals whose outcome is known: features as of their `days` (n,), and what followed."""

    rows: NDArray[np.float32]
    days: Ints
    hired: Bools
    interviewed: Bools
    """An interview or a hire."""

    def __len__(self) -> int:
        return len(self.days)
