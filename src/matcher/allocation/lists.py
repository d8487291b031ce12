"""One person's list under prices: which vacancies, in which order, and what it is worth to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matcher.errors import InvalidInputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MOST_OWN = 1e6
"""The weight of a person's own chances at which prices no longer matter."""
TRIES = 12
"""Halvings of the weight that a list needs to be good enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a list owes the person it is for.

    `exposure` (length,) is how likely the line at each rank is acted on, never rising; its length
    is that of a list. `care` is how much a hire of somebody with no other chance counts beside a
    filled opening. `floor` is the share of what the list would be worth without prices that it must
    keep, and of its best chance. What is known of how people and employers behave: how
    `discerning` people are (`ranking.habits`), and the `rivalry` of those who are sent
    (`congestion.hires`).
    """

    exposure: tuple[float, ...]
    care: float
    floor: float
    discerning: float
    rivalry: float

    def __post_init__(self) -> None:
        exposure = np.array(self.exposure)
        if not (len(exposure) and exposure.min() >= 0 and exposure.max() <= 1):
            raise InvalidInputError(
                "A line is acted on with a chance from 0 to 1.", remedy="Give one for each rank."
            )
        if np.any(np.diff(exposure) > 0):
            raise InvalidInputError(
                "A lower line is not acted on more often than one above it.",
                remedy="Sort the chances, the highest first.",
            )
        if not (self.care >= 0 and 0 <= self.floor <= 1):
            raise InvalidInputError(
                f"Care of {self.care} and a floor of {self.floor} say nothing.",
                remedy="Give a care of 0 or more and a floor from 0 to 1.",
            )


def order(chances: Floats, free: Floats, ties: Ints, terms: Terms) -> NDArray[np.intp]:
    """Candidates in the order in which one person should see them, as positions (n,).

    By `chances` (n,) of a hire times `free` (n,), what one more hire adds for all together, plus
    as much of the person's own chances as `terms` demand. Equal ones stand by `ties` (n,), all
    different.
    """
    exposure = np.array(terms.exposure)
    worth, top = own_worth(chances, ties, exposure)
    need = terms.care * float(np.exp(-worth))
    weight, _, _ = listed(chances, free, ties, exposure, need, terms.floor, worth, top)
    return np.lexsort((ties, -(chances * (free + weight))))


@njit(cache=True, nogil=True)
def own_worth(chances: Floats, ties: Ints, exposure: Floats) -> tuple[float, float]:
    """Expected hires through the list that one person has without prices, and its best chance."""
    chosen, _ = _best(chances, np.ones(len(chances)), ties, len(exposure))
    return _worth(chances, chosen, exposure)


@njit(cache=True, nogil=True)
def listed(
    chances: Floats,
    free: Floats,
    ties: Ints,
    exposure: Floats,
    need: float,
    floor: float,
    worth: float,
    top: float,
) -> tuple[float, NDArray[np.int64], float]:
    """The list of one person under prices: what is added to `free`, positions, and a bound.

    `need` is what their own chances weigh at least; `worth` and `top` are those of `own_worth`. No
    list (nor a lottery of lists) that is worth `floor` times as much scores more than the bound,
    by exposure x chance x (free + need): Lagrange's, at the weights that were tried.
    """
    chosen, bound, enough = _tried(chances, free, ties, exposure, need, floor, worth, top, 0.0)
    if enough:
        return need, chosen, bound
    low, high = 0.0, MOST_OWN
    weight = 0.25
    for _ in range(TRIES):
        found, most, enough = _tried(chances, free, ties, exposure, need, floor, worth, top, weight)
        bound = min(bound, most)
        if enough:
            chosen, high = found, weight
        else:
            low = weight
        weight = (low + high) / 2 if high < MOST_OWN else 4 * low
    if high == MOST_OWN:
        chosen, _, _ = _tried(chances, free, ties, exposure, need, floor, worth, top, high)
    return need + high, chosen, bound


@njit(cache=True, nogil=True)
def own_worths(
    begin: int,
    end: int,
    starts: NDArray[np.int64],
    vacancies: Ints,
    chances: Floats,
    exposure: Floats,
    found: Floats,
) -> None:
    """Write `own_worth` of the persons from `begin` to `end` into `found` (n, 2)."""
    for person in range(begin, end):
        some = slice(starts[person], starts[person + 1])
        found[person] = own_worth(chances[some], vacancies[some], exposure)


@njit(cache=True, nogil=True)
def fill(
    begin: int,
    end: int,
    graph: tuple[NDArray[np.int64], Ints, Floats],
    slopes: Floats,
    exposure: Floats,
    terms: tuple[float, float],
    own: Floats,
    worth: Floats,
    best: Floats,
) -> tuple[Ints, Floats, float, float]:
    """Lists of the persons from `begin` to `end`: vacancies, their loads, and two sums.

    A person takes one job however many they are offered: with n expected offers, 1 - exp(-n) of
    them, so that each of their chances counts (1 - exp(-n)) / n times.
    """
    starts, vacancies, chances = graph
    care, floor = terms
    length = len(exposure)
    shown = np.empty((end - begin) * length, np.int32)
    loads = np.empty((end - begin) * length, np.float64)
    count = 0
    cared, bounds = 0.0, 0.0
    for person in range(begin, end):
        some = slice(starts[person], starts[person + 1])
        rows, hopes = vacancies[some], chances[some]
        most, top = own[person]
        once = -np.expm1(-most) / most if most > 0 else 1.0
        need = care * np.exp(-most)
        _, chosen, bound = listed(hopes, slopes[rows], rows, exposure, need, floor, most, top)
        bounds += once * bound
        for rank in range(len(chosen)):
            hope = exposure[rank] * hopes[chosen[rank]]
            shown[count], loads[count] = rows[chosen[rank]], once * hope
            count += 1
            worth[person] += hope
            best[person] = max(best[person], hopes[chosen[rank]])
        cared += once * need * worth[person]
    return shown[:count], loads[:count], cared, bounds


@njit(cache=True, nogil=True)
def _tried(
    chances: Floats,
    free: Floats,
    ties: Ints,
    exposure: Floats,
    need: float,
    floor: float,
    worth: float,
    top: float,
    weight: float,
) -> tuple[NDArray[np.int64], float, bool]:
    """The list under one weight, the bound that follows, and whether it is good enough."""
    chosen, keys = _best(chances, free + (need + weight), ties, len(exposure))
    score = 0.0
    for rank in range(len(keys)):
        score += exposure[rank] * keys[rank]
    found, highest = _worth(chances, chosen, exposure)
    return (
        chosen,
        score - weight * floor * worth,
        found >= floor * worth and highest >= floor * top,
    )


@njit(cache=True, nogil=True)
def _best(
    chances: Floats, factors: Floats, ties: Ints, length: int
) -> tuple[NDArray[np.int64], Floats]:
    """Positions of `length` candidates of the highest chance x factor, best first; these."""
    size = min(length, len(chances))
    chosen, keys = np.empty(size, np.int64), np.empty(size, np.float64)
    count = 0
    for at in range(len(chances)):
        key = chances[at] * factors[at]
        if count < size:
            count += 1
        elif key < keys[size - 1] or (key == keys[size - 1] and ties[at] > ties[chosen[size - 1]]):
            continue
        place = count - 1
        while place > 0 and (
            keys[place - 1] < key or (keys[place - 1] == key and ties[chosen[place - 1]] > ties[at])
        ):
            chosen[place], keys[place] = chosen[place - 1], keys[place - 1]
            place -= 1
        chosen[place], keys[place] = at, key
    return chosen, keys


@njit(cache=True, nogil=True)
def _worth(chances: Floats, chosen: NDArray[np.int64], exposure: Floats) -> tuple[float, float]:
    """Expected hires through a list, and the best chance in it."""
    worth, top = 0.0, 0.0
    for rank in range(len(chosen)):
        worth += exposure[rank] * chances[chosen[rank]]
        top = max(top, chances[chosen[rank]])
    return worth, top
