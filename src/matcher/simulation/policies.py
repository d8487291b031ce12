"""Ways to make the lists that people are shown; none of them sees a hidden preference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from matcher.allocation.congestion import one_more
from matcher.allocation.lists import Terms, order
from matcher.allocation.prices import Graph, solve
from matcher.simulation.counsellors import SLATE
from matcher.simulation.people import Floats, Ints
from matcher.simulation.register import Candidates, Register

NOTHING = -1
CROWDING = 0.5
"""Points of log odds that each application per opening left costs a vacancy under `Penalised`."""

NIGHTS = 3
"""Days from one solution to the next; between them the load follows who is sent."""

Belief = Callable[[Candidates, Floats], Floats]
"""What a policy makes of chances (m,) of the candidates; it goes by that."""


class Policy(Protocol):
    """Makes the lists of one bureau, from day to day."""

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:
        """Vacancies for each of the candidates' people, (n, SLATE), best first, then NOTHING."""


def as_stated(_candidates: Candidates, chances: Floats) -> Floats:
    """The ranker's chances as they are."""
    return chances


@dataclass(frozen=True, slots=True)
class Newest:
    """What was posted last comes first."""

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:  # noqa: ARG002
        """By the day of posting."""
        return best(candidates, -candidates.age_days)


@dataclass(frozen=True, slots=True)
class Similarity:
    """What reads most like the person comes first."""

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:  # noqa: ARG002
        """By cosine of the texts."""
        return best(candidates, candidates.similarity)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The trained ranker's order: what each person alone would be shown."""

    belief: Belief = as_stated

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:  # noqa: ARG002
        """By the ranker's score."""
        return best(candidates, self.belief(candidates, candidates.fits))


@dataclass(frozen=True, slots=True)
class Likeliest:
    """Where a hire is likeliest, as things stand: each person's own best, the crowd considered."""

    belief: Belief = as_stated

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:  # noqa: ARG002
        """By the chance of a hire."""
        return best(candidates, self.belief(candidates, candidates.chances))


@dataclass(frozen=True, slots=True)
class Penalised:
    """The ranker's order, less something for every application already made per opening left."""

    belief: Belief = as_stated
    crowding: float = CROWDING

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:  # noqa: ARG002
        """By log odds of the ranker's score less the crowd."""
        chance = self.belief(candidates, candidates.fits)
        crowd = candidates.applied / candidates.left
        return best(candidates, log_odds(chance) - self.crowding * crowd)


def best(candidates: Candidates, scores: Floats) -> Ints:
    """The SLATE highest of (m,) `scores` of each person, (n, SLATE); ties stand by id."""
    order = np.lexsort((candidates.vacancies, -scores, candidates.owners))
    return slates(candidates, order)


def slates(candidates: Candidates, order: Ints) -> Ints:
    """The first SLATE of each person's candidates in an `order` (m,) that keeps people apart."""
    lists = np.full((len(candidates.people), SLATE), NOTHING)
    place = np.arange(len(order)) - candidates.starts[candidates.owners]
    shown = place < SLATE
    lists[candidates.owners[shown], place[shown]] = candidates.vacancies[order[shown]]
    return lists


def log_odds(chances: Floats) -> Floats:
    """Log odds of chances between 0 and 1, both excluded."""
    return np.log(chances) - np.log1p(-chances)


class Allocated:
    """Lists made by the allocation, by the chance that a line leads to a hire.

    Prices are those of some nights ago, brought up to date by the desks.
    """

    def __init__(self, terms: Terms, belief: Belief = as_stated, *, nights: int = NIGHTS) -> None:
        self._terms, self._belief, self._nights = terms, belief, nights
        self._solved_on: int | None = None
        self._load = self._pending = np.zeros(0)

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:
        """By the chance of a hire times what one more adds, and what people are owed."""
        if self._solved_on is None or candidates.day >= self._solved_on + self._nights:
            self._solve(register, candidates.day, open_now)
        load = np.maximum(self._load + register.pending - self._pending, 0)[candidates.vacancies]
        chances = self._belief(candidates, candidates.chances) * candidates.appeal
        left = one_more(load, candidates.left.astype(np.int32), self._terms.rivalry)
        ties = candidates.vacancies.astype(np.int32)
        ordered = np.concatenate(
            [
                first + order(chances[first:end], left[first:end], ties[first:end], self._terms)
                for first, end in pairwise(candidates.starts.tolist())
            ]
        )
        return slates(candidates, ordered)

    def _solve(self, register: Register, day: int, open_now: Ints) -> None:
        everybody = register.candidates(day, register.looking(day), open_now)
        graph = Graph(
            starts=everybody.starts,
            vacancies=everybody.vacancies.astype(np.int32),
            chances=self._belief(everybody, everybody.chances) * everybody.appeal,
            openings=np.maximum(register.openings - register.filled, 1).astype(np.int32),
            pending=register.pending,
        )
        plan = solve(graph, self._terms, threads=1)
        self._solved_on, self._load, self._pending = day, plan.load, register.pending.copy()
