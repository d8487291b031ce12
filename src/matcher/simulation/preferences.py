"""The hidden preferences of both sides, which decide what happens and which no model may read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.reference import Reference
from matcher.simulation.draws import hashed, normal
from matcher.simulation.firms import Vacancies
from matcher.simulation.people import Floats, Ints, Seekers
from matcher.simulation.trades import Trade, affinities

UNKNOWN_PLACE_KM = 8.0
ROAD_FACTOR = 1.3
PART_TIME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What each side thinks of the other; every method takes and gives columns over pairs.

    A pair's taste is a hash of both and the seed, so that it is the same whenever they meet.
    """

    seekers: Seekers
    vacancies: Vacancies
    near: NDArray[np.float32]
    entry: Floats
    kilometres: Floats
    home: Ints
    seed: int

    @classmethod
    def build(
        cls,
        seekers: Seekers,
        vacancies: Vacancies,
        *,
        trades: tuple[Trade, ...],
        reference: Reference,
        seed: int,
    ) -> Preferences:
        """Prepare the tables that the utilities look up."""
        kilometres = np.nan_to_num(reference.distances_km, nan=UNKNOWN_PLACE_KM)
        return cls(
            seekers=seekers,
            vacancies=vacancies,
            near=affinities(trades),
            entry=np.array([t.entry for t in trades]),
            kilometres=ROAD_FACTOR * kilometres.astype(np.float64) + 1.5,
            home=np.array([reference.place_rows[c] for c in reference.districts])[seekers.district],
            seed=seed,
        )

    def distance(self, s: Ints, v: Ints) -> Floats:
        """Way to work in km by road."""
        return np.asarray(self.kilometres[self.home[s], self.vacancies.place[v]])

    def of_seekers(self, s: Ints, v: Ints) -> Floats:
        """Utility of the vacancy to the person; above 0 they would rather go."""
        one, other = self.seekers, self.vacancies
        pay = np.log(other.worth[v] / one.pay_floor[s])
        way = self.distance(s, v) / one.commute_km[s]
        shift = (one.shifts[s] & other.shifts[v]) == 0
        hours = (one.employment[s] & other.employment[v]) == 0
        liked = np.bitwise_count(one.wants[s] & other.benefits[v])
        wishes = np.maximum(np.bitwise_count(one.wants[s]), 1)
        return np.asarray(
            -1.0
            + 2.2 * self.near[one.trade[s], other.trade[v]]
            + 4.0 * np.clip(pay, -0.25, 0.30)
            - 0.9 * np.clip(way - 0.5, 0, 2.5)
            - 1.2 * shift
            - 1.3 * hours
            + 0.8 * liked / wishes
            + 0.35 * other.charm[v]
            + 0.7 * self._taste(s, v, side=1)
        )

    def of_employers(self, s: Ints, v: Ints) -> Floats:
        """Utility of the person to the employer; above 0 they would rather hire."""
        one, other = self.seekers, self.vacancies
        near = np.maximum(
            self.near[one.past_trade[s], other.trade[v]],
            0.6 * self.near[one.trade[s], other.trade[v]],
        )
        lacking = np.bitwise_count(other.licences[v] & ~one.licences[s])
        unspoken = np.bitwise_count(other.spoken[v] & ~one.spoken[s])
        short = np.clip(other.years[v] - one.years[s] * near, 0, 4)
        skilled = np.bitwise_count(one.skills[s] & other.skills[v]) * (near >= 1)
        return np.asarray(
            -1.5
            + 1.5 * near
            + 0.7 * self.entry[other.trade[v]]
            + 0.35 * skilled
            + 0.05 * np.minimum(one.years[s], 10) * near
            - 0.45 * short
            - 1.6 * lacking
            - 0.8 * unspoken
            - 0.5 * np.clip(other.education[v] - one.education[s], 0, 3)
            + 0.5 * one.ability[s]
            + 0.6 * self._taste(s, v, side=2)
        )

    def mutual(self, s: Ints, v: Ints) -> Floats:
        """Log of the chance that both would say yes if nobody else applied: the oracle."""
        return np.asarray(
            -np.logaddexp(0, -self.of_seekers(s, v)) - np.logaddexp(0, -self.of_employers(s, v))
        )

    def _taste(self, s: Ints, v: Ints, *, side: int) -> Floats:
        """Standard normal noise that belongs to the pair."""
        offset = np.uint64((self.seed * 2 + side) % 2**32) << np.uint64(20)
        key = (s.astype(np.uint64) << np.uint64(32)) ^ v.astype(np.uint64)
        return normal(hashed(key + offset))


def chance(utility: Floats) -> Floats:
    """Logistic function of a utility."""
    return np.asarray(1 / (1 + np.exp(-utility)))
