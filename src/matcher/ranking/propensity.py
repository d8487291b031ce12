"""How likely a place in a list is read: silence about a pair nobody read says nothing of it.

Examination hypothesis: P(referred) = theta(rank) * merit(pair), with theta(r) = r ** -eta.
T. Joachims, A. Swaminathan and T. Schnabel, "Unbiased Learning-to-Rank with Biased Feedback" (WSDM
2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import PoissonRegressor  # type: ignore[import-untyped]

from matcher.errors import InvalidInputError
from matcher.ranking.examples import Bools, Examples, Floats, Ints

MOST_ETA = 2.0
"""At 2 the fourth place is read a sixteenth as often as the first; steeper is not believed."""
EXCHANGED_NEEDED = 100
"""Referrals of exchanged pairs: with fewer, eta is mostly chance."""
REFERRED_NEEDED = 300
"""Referrals of listed pairs, where merit has to be estimated beside reading."""
HALVINGS = 40
RIDGE = 1e-4
FARTHEST = 5.0
"""Standard deviations beyond which a feature says no more, so that one odd pay decides nothing."""


class Source(StrEnum):
    """What the curve was estimated from."""

    EXCHANGES = "exchanges"
    POSITIONS = "positions"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Propensity:
    """How likely a rank is read, compared with the first: r ** -eta, eta from 0 to MOST_ETA."""

    eta: float
    source: Source

    def __post_init__(self) -> None:
        if not 0 <= self.eta <= MOST_ETA:
            raise InvalidInputError(
                f"Reading cannot fall with the rank by {self.eta}.",
                remedy=f"Give an exponent from 0 to {MOST_ETA:g}.",
            )

    def __call__(self, positions: Ints) -> Floats:
        """Chances (n,) that ranks (n,) are read; 1 for 0, a pair found without a list."""
        return np.asarray(np.maximum(positions, 1) ** -self.eta, np.float64)


def estimate(examples: Examples, own: Ints, shares: Floats) -> Propensity:
    """The curve, from ranks that chance exchanged, else from logged ranks, else all is read.

    `own` (n,) are the ranks that the ranker itself gave: other than the positions only where chance
    exchanged two. `shares` (g,) are those of lists in which chance may do so, NaN where it may not.
    The lists must not have been chosen by what came of them. `source` names the way.
    """
    shown = examples.positions > 0
    if _referred(examples, shown & (own != examples.positions)) >= EXCHANGED_NEEDED:
        return Propensity(_eta_of_exchanges(examples, own, shares), Source.EXCHANGES)
    places = len(np.unique(examples.positions[shown]))
    if places > 1 and _referred(examples, shown) >= REFERRED_NEEDED:
        return Propensity(_eta_of_positions(examples, shown), Source.POSITIONS)
    return Propensity(0.0, Source.ASSUMED)


def _referred(examples: Examples, among: Bools) -> int:
    return int(np.count_nonzero(examples.referred & among))


def _eta_of_exchanges(examples: Examples, own: Ints, shares: Floats) -> float:
    """Maximum likelihood of the rank at which items of like merit were referred.

    Alike are items that the ranker gave one rank, in lists of one length and one share of such
    exchanges: chance moved some of them whatever their merit. Of the referred among them, a share
    proportional to n_r * r ** -eta is expected at rank r, where n_r of them stood: a Poisson model
    whose merits are conditioned out, concave in eta. After the pairs of ranks in X. Wang, N.
    Golbandi, M. Bendersky, D. Metzler and M. Najork, "Position Bias Estimation for Unbiased
    Learning to Rank in Personal Search" (WSDM 2018).
    """
    lists = np.repeat(np.arange(len(examples)), examples.sizes)
    length = np.zeros(len(examples), np.int64)
    np.maximum.at(length, lists, examples.positions)
    use = (examples.positions > 0) & ~np.isnan(shares[lists])
    keys = np.column_stack([own[use], length[lists[use]], shares[lists[use]]])
    _, alike = np.unique(keys, axis=0, return_inverse=True)
    log_rank = np.log(examples.positions[use])
    referred = examples.referred[use]
    count = np.bincount(alike, weights=referred)

    def falls_faster(eta: float) -> bool:
        read = np.exp(-eta * log_rank)
        mean = np.bincount(alike, weights=read * log_rank) / np.bincount(alike, weights=read)
        return bool(count @ mean > log_rank[referred].sum())

    low, high = 0.0, MOST_ETA
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if falls_faster(middle) else (low, middle)
    return low


def _eta_of_positions(examples: Examples, shown: NDArray[np.bool_]) -> float:
    """How referrals fall with log(rank) beyond what the features explain.

    Assumes that the features hold all of a pair's merit that the rank goes by: merit they miss is
    taken for reading. A Poisson regression, as the two factors multiply; a logistic one would make
    the fall steeper wherever referrals are not rare.
    """
    rows = examples.rows[shown].astype(np.float64)
    unknown = np.isnan(rows)
    told = np.where(unknown, 0.0, rows)
    known = np.maximum((~unknown).sum(axis=0), 1)
    distance = np.where(unknown, 0.0, rows - told.sum(axis=0) / known)
    spread = np.sqrt((distance**2).sum(axis=0) / known)
    merit = np.clip(distance / np.where(spread > 0, spread, 1.0), -FARTHEST, FARTHEST)
    at = np.log(examples.positions[shown])
    model = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky")
    model.fit(np.column_stack([at, merit, unknown]), examples.referred[shown])
    return float(np.clip(-model.coef_[0], 0.0, MOST_ETA))
