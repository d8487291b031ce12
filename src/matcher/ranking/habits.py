"""How people choose from a list and what a crowd costs, as the past tells: lists that openings are
shared out in go by both.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.errors import InvalidInputError
from matcher.ranking.examples import Examples, Floats

FROM_THE_FIRST = np.zeros(1, np.int64)
USUAL, SURE = 0.5, 0.25
"""How discerning people are before anything is known, and the standard deviation of that guess."""
ANY_LEVEL = 10.0
"""Standard deviation of how inviting a whole list is: next to nothing is known beforehand."""


@dataclass(frozen=True, slots=True)
class Habits:
    """`discerning`: what a point of the ranker's score counts when people choose, in log worth.

    At 0 they take to any line alike. `rivalry`: how many would-be hires' worth of room one of them
    takes from all others, 1 or more: beside the opening, the crowd that comes along.
    """

    discerning: float
    rivalry: float

    def __post_init__(self) -> None:
        if not (0 <= self.discerning < np.inf and 1 <= self.rivalry < np.inf):
            raise InvalidInputError(
                f"Nobody is {self.discerning} discerning under a rivalry of {self.rivalry}.",
                remedy="Give 0 or more, and 1 or more.",
            )

    def as_json(self) -> dict[str, float]:
        """Both numbers by name."""
        return asdict(self)

    @classmethod
    def of_json(cls, told: dict[str, float]) -> Self:
        """What `as_json` wrote."""
        return cls(float(told["discerning"]), float(told["rivalry"]))


def appeal(scores: Floats, discerning: float, starts: NDArray[np.int64] = FROM_THE_FIRST) -> Floats:
    """How likely people act on each candidate beside their best one, (n,), above 0 and at most 1.

    exp(discerning x (score - the person's highest)): choice as R. Luce has it ("Individual Choice
    Behavior", 1959). Those of person i begin at `starts[i]`, and nobody is without any.
    """
    if not len(scores):
        return np.empty(0)
    sizes = np.diff(np.append(starts, len(scores)))
    best = np.repeat(np.maximum.reduceat(scores, starts), sizes)
    return np.asarray(np.exp(discerning * (scores - best)))


def discernment(examples: Examples, scores: Floats, read: Floats) -> float:
    """What a point of `scores` (n,) counted in the lists that people were shown, 0 or more.

    Conditional logit (D. McFadden, "Conditional logit analysis of qualitative choice behavior",
    1974): of the lines of a list, each as worthy as exp(level + discerning x score) and `read` (n,)
    as likely, and of leaving all, worth 1, one is chosen at a time. The likeliest two numbers
    beside USUAL; with no list, that.
    """
    # Imported here: it takes long, and only training asks.
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    shown = examples.positions > 0
    if not shown.any():
        return USUAL
    lists = np.repeat(np.arange(len(examples)), examples.sizes)[shown]
    first = np.flatnonzero(np.diff(lists, prepend=-1))
    level = scores[shown].mean()
    points = scores[shown] - level
    log_read = np.log(read[shown])
    acted = examples.referred[shown]
    choices = np.maximum(np.add.reduceat(acted.astype(np.float64), first), 1.0)

    def unlikeliness(at: Floats) -> tuple[float, Floats]:
        lines = np.exp(at[0] + at[1] * points + log_read)
        whole = 1 + np.add.reduceat(lines, first)
        likely = (at[0] + at[1] * points + log_read)[acted].sum() - choices @ np.log(whole)
        chosen = acted - np.repeat(choices / whole, np.diff(first, append=len(lists))) * lines
        spread, usual = np.array([ANY_LEVEL, SURE]), np.array([0.0, USUAL])
        away = (at - usual) / spread
        slope = np.array([chosen.sum(), chosen @ points])
        return float(away @ away / 2 - likely), away / spread - slope

    found = minimize(unlikeliness, np.array([-1.0, USUAL]), jac=True, method="BFGS")
    return max(float(found.x[1]), 0.0)


def rivalry(hired: Floats, after_one_more: Floats) -> float:
    """How many would-be hires' worth of room each takes from all others, 1 or more.

    Of (n,) referrals, the chances of a hire and those if one more person had been sent before for
    each opening. For each that is hired, 1 / mean chance are sent, and each of these costs every
    later one the share by which chances fall: that, and the opening.
    """
    fall = 1 - after_one_more.sum() / hired.sum()
    return float(1 + max(fall, 0.0) / hired.mean())
