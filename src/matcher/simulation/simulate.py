"""Runs one simulated year and writes it as files that the register can import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from matcher.errors import InvalidInputError
from matcher.reference import Reference
from matcher.simulation.counsellors import Counters
from matcher.simulation.draws import InTurn
from matcher.simulation.fairs import Fairground
from matcher.simulation.ledger import Ledger, Totals
from matcher.simulation.market import Market, seeker_id, vacancy_id
from matcher.simulation.people import DAYS
from matcher.simulation.preferences import Preferences
from matcher.simulation.programmes import programme_steps
from matcher.simulation.records import MOST_SEEKERS, Records
from matcher.simulation.world import draw_world, streams_of

BLOCK = 1000
PAIRS = 200_000


def simulate(
    *,
    seekers: int,
    seed: int,
    start: date,
    out: Path,
    reference: Reference,
    progress: Callable[[int, int], None] | None = None,
) -> Totals:
    """Write a year of a simulated register, 365 days from `start`, into the folder `out`.

    `seekers` people register in the course of it; `seed` and the other arguments determine every
    byte. `progress` is told (steps done, steps in all). Raises InvalidInputError for a number of
    seekers or a seed that cannot be simulated.
    """
    _check(seekers, seed)
    streams = streams_of(seed)
    world = draw_world(seekers=seekers, seed=seed, start=start, reference=reference)
    people, jobs = world.seekers, world.vacancies
    steps = DAYS + -(-len(people) // BLOCK) + -(-len(jobs) // BLOCK)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, steps)

    with Ledger(out) as ledger:
        market = Market(world, start=start, ledger=ledger, rng=streams[3], draws=InTurn(streams[3]))
        counters = Counters(market)
        fairs = Fairground(market, world.trades, reference, start)
        for day in range(DAYS):
            open_now = market.open_on(day)
            counters.receive(day, open_now)
            fairs.hold(day)
            market.close_of_business(day, open_now)
            step()
        records = Records(market, world.trades, reference, start, streams[4])
        ledger.write("employers", records.employers())
        for first in range(0, len(people), BLOCK):
            rows = range(first, min(first + BLOCK, len(people)))
            ledger.write("seekers", map(records.seeker, rows))
            ledger.write("protected", map(records.protected, rows))
            step()
        for first in range(0, len(jobs), BLOCK):
            rows = range(first, min(first + BLOCK, len(jobs)))
            ledger.write("vacancies", map(records.vacancy, rows))
            step()
        ledger.write("services", programme_steps(market, fairs.days, reference, streams[5]))
        _write_oracle(
            ledger, world.preferences, np.unique(np.concatenate([*counters.seen, *fairs.seen]))
        )
        return ledger.totals()


def _write_oracle(ledger: Ledger, preferences: Preferences, pairs: np.ndarray) -> None:
    """Write the hidden utility of every pair that somebody considered."""
    for first in range(0, len(pairs), PAIRS):
        block = pairs[first : first + PAIRS]
        s, v = block >> 32, block & 0xFFFFFFFF
        utility = preferences.mutual(s, v).tolist()
        ledger.write(
            "oracle",
            (
                (seeker_id(a), vacancy_id(b), f"{u:.4f}")
                for a, b, u in zip(s.tolist(), v.tolist(), utility, strict=True)
            ),
        )


def _check(seekers: int, seed: int) -> None:
    if not 1 <= seekers <= MOST_SEEKERS:
        raise InvalidInputError(
            f"Cannot simulate {seekers} job seekers.",
            remedy=f"Ask for 1 to {MOST_SEEKERS}: there are no more simulated identity numbers.",
        )
    if seed < 0:
        raise InvalidInputError(f"The seed {seed} is negative.", remedy="Give a seed of 0 or more.")
