"""What becomes of openings when several people come for them: the diminishing return of one more.

Would-be hires come independently and each is unlikely, so that their number is taken to be Poisson
with the expected number as its mean, the load: the more of it, the less likely an opening is free.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


def free(load: Floats, openings: Ints) -> Floats:
    """The chance (v,) that one more finds an opening left: P(Poisson(load) < openings).

    From 1 for a vacancy nobody was sent to, to 0. Where no opening is left it is 0.
    """
    return np.where(openings > 0, _fewer_come(np.maximum(openings, 1), load), 0.0)


def filled(load: Floats, openings: Ints) -> Floats:
    """Expected filled openings (v,): the mean of min(Poisson(load), openings), concave in load."""
    fewer = np.where(openings > 1, _fewer_come(np.maximum(openings - 1, 1), load), 0.0)
    found: Floats = load * fewer + openings * (1 - free(load, openings))
    return np.where(openings > 0, found, 0.0)


def hires(load: Floats, openings: Ints, rivalry: float) -> Floats:
    """Expected hires (v,) where each would-be hire leaves as little to others as `rivalry` of them.

    With each comes a crowd that is not hired, and makes the employer choosier: `filled` by so much
    more load, for as much less each. With a rivalry of 1 nothing counts but the openings.
    """
    return filled(rivalry * load, openings) / rivalry


def one_more(load: Floats, openings: Ints, rivalry: float) -> Floats:
    """What one more would-be hire adds to `hires`, (v,): its slope in the load, from 1 to 0."""
    return free(rivalry * load, openings)


def _fewer_come(than: Ints, load: Floats) -> Floats:
    """P(Poisson(load) < than): the regularised upper incomplete gamma function Q(than, load)."""
    # Imported here: it takes long, and a service without a plan starts without it.
    from scipy.special import gammaincc  # type: ignore[import-untyped]

    found: Floats = gammaincc(than, load)
    return found
