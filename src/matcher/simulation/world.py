"""What a simulated year begins with: people, firms, vacancies and what each thinks of the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from matcher.reference import Reference
from matcher.simulation.firms import Employers, Vacancies, draw_employers, draw_vacancies
from matcher.simulation.people import Seekers, draw_seekers
from matcher.simulation.preferences import Preferences
from matcher.simulation.trades import Trade, load_trades

STREAMS = 6
"""People, employers, vacancies, the market, records, programmes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that is settled before the first day."""

    seekers: Seekers
    employers: Employers
    vacancies: Vacancies
    preferences: Preferences
    trades: tuple[Trade, ...]


def streams_of(seed: int) -> list[np.random.Generator]:
    """A generator for each of the STREAMS."""
    return [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(STREAMS)]


def draw_world(*, seekers: int, seed: int, start: date, reference: Reference) -> World:
    """The world of a seed, for so many people in the year from `start`."""
    trades = load_trades()
    streams = streams_of(seed)
    people = draw_seekers(
        streams[0], count=seekers, start=start, trades=trades, reference=reference
    )
    firms = draw_employers(streams[1], seekers=seekers, trades=trades, reference=reference)
    jobs = draw_vacancies(streams[2], firms, start=start, trades=trades, reference=reference)
    return World(
        seekers=people,
        employers=firms,
        vacancies=jobs,
        preferences=Preferences.build(people, jobs, trades=trades, reference=reference, seed=seed),
        trades=trades,
    )
