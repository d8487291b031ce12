"""Chance in the simulation: drawn one after the other, or always the same for the same event.

Where one bureau is to live twice under different lists, what chance decides of a person, a pair or
a day must not depend on what else has happened: common random numbers, as in A. Law, "Simulation
Modeling and Analysis" (5th ed., 2015), section 11.2. Then all difference comes from the lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.simulation.people import Floats, Ints

Key = Ints | int


class Event(IntEnum):
    """What chance decides; events of one kind are told apart by their keys."""

    GOES = 1
    IS_SILENT = 2
    AGREES = 3
    DAYS_TO_INTERVIEW = 4
    DAYS_TO_DECISION = 5
    WALKS_IN = 6
    LEAVES = 7
    TELLS = 8
    REPORTS = 9
    CLOSES = 10
    COMES_AGAIN = 11
    AT_KIOSK = 12
    APPEAL = 13
    REFERRALS = 14
    MISJUDGES = 15


class Draws(Protocol):
    """Numbers for events; the keys are broadcast against each other and give the shape."""

    def uniform(self, event: Event, *keys: Key) -> Floats:
        """From 0 to below 1."""

    def integers(self, event: Event, *keys: Key, low: int, high: int) -> Ints:
        """From `low` to below `high`."""

    def normal(self, event: Event, *keys: Key, scale: float) -> Floats:
        """Around 0."""

    def poisson(self, event: Event, *keys: Key, mean: Floats | float) -> Ints:
        """Counts; `mean` is one number or has the shape of the keys."""

    def geometric(self, event: Event, *keys: Key, mean: float) -> Ints:
        """Trials until the first success, 1 or more."""


@dataclass(frozen=True, slots=True)
class InTurn:
    """Numbers of a generator in the order in which they are asked for; events are not looked at."""

    rng: np.random.Generator

    def uniform(self, event: Event, *keys: Key) -> Floats:  # noqa: ARG002
        """From 0 to below 1."""
        return self.rng.random(_shape(keys))

    def integers(self, event: Event, *keys: Key, low: int, high: int) -> Ints:  # noqa: ARG002
        """From `low` to below `high`."""
        return self.rng.integers(low, high, _shape(keys))

    def normal(self, event: Event, *keys: Key, scale: float) -> Floats:  # noqa: ARG002
        """Around 0."""
        return self.rng.normal(0, scale, _shape(keys))

    def poisson(self, event: Event, *keys: Key, mean: Floats | float) -> Ints:  # noqa: ARG002
        """Counts."""
        return self.rng.poisson(mean, _shape(keys))

    def geometric(self, event: Event, *keys: Key, mean: float) -> Ints:  # noqa: ARG002
        """Trials until the first success."""
        return self.rng.geometric(1 / mean, _shape(keys))


@dataclass(frozen=True, slots=True)
class ByEvent:
    """Numbers that are a hash of the seed, the event and its keys."""

    seed: int

    def uniform(self, event: Event, *keys: Key) -> Floats:
        """From 0 to below 1."""
        return unit(self._hash(event, keys))

    def integers(self, event: Event, *keys: Key, low: int, high: int) -> Ints:
        """From `low` to below `high`."""
        return np.floor(low + self.uniform(event, *keys) * (high - low)).astype(np.int64)

    def normal(self, event: Event, *keys: Key, scale: float) -> Floats:
        """Around 0."""
        return scale * normal(self._hash(event, keys))

    def poisson(self, event: Event, *keys: Key, mean: Floats | float) -> Ints:
        """Counts, by inversion."""
        draw = self.uniform(event, *keys)
        term = np.exp(-np.broadcast_to(mean, draw.shape))
        below, count = term.copy(), np.zeros(draw.shape, np.int64)
        # In double precision a mean of some hundred would never come to an end.
        while (more := (draw >= below) & (term > 0)).any():
            count += more
            term = np.where(more, term * mean / np.maximum(count, 1), term)
            below = np.where(more, below + term, below)
        return count

    def geometric(self, event: Event, *keys: Key, mean: float) -> Ints:
        """Trials until the first success, by inversion."""
        draw = self.uniform(event, *keys)
        trials = 1 + np.log1p(-draw) / np.log1p(-1 / mean)
        return np.asarray(np.floor(trials), np.int64)

    def _hash(self, event: Event, keys: tuple[Key, ...]) -> NDArray[np.uint64]:
        mixed = hashed(np.array([self.seed], np.uint64))
        for key in (int(event), *keys):
            mixed = hashed(mixed ^ np.asarray(key).astype(np.uint64))
        return mixed.reshape(_shape(keys))


def hashed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64 finaliser (Steele, Lea and Flood, OOPSLA 2014)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def unit(mixed: NDArray[np.uint64]) -> Floats:
    """Numbers from 0 to below 1 of hashes."""
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2**53)


def normal(mixed: NDArray[np.uint64]) -> Floats:
    """Standard normal numbers of hashes, by the method of Box and Muller."""
    radius = np.sqrt(-2 * np.log(unit(mixed) + 2**-54))
    return np.asarray(radius * np.cos(2 * np.pi * unit(hashed(mixed))))


def _shape(keys: tuple[Key, ...]) -> tuple[int, ...]:
    return np.broadcast_shapes(*(np.shape(key) for key in keys))
