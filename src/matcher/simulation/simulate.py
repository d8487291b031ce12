"""Runs one simulated year and writes it as files that the register can import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from matcher.errors import InvalidInputError
from matcher.reference import Reference
from matcher.simulation.counsellors import Counters
from matcher.simulation.fairs import Fairground
from matcher.simulation.firms import draw_employers, draw_vacancies
from matcher.simulation.ledger import Ledger, Totals
from matcher.simulation.market import Market, seeker_id, vacancy_id
from matcher.simulation.people import DAYS, draw_seekers
from matcher.simulation.preferences import Preferences
from matcher.simulation.programmes import programme_steps
from matcher.simulation.records import MOST_SEEKERS, Records
from matcher.simulation.trades import load_trades

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
    trades = load_trades()
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(6)]
    people = draw_seekers(
        streams[0], count=seekers, start=start, trades=trades, reference=reference
    )
    firms = draw_employers(streams[1], seekers=seekers, trades=trades, reference=reference)
    jobs = draw_vacancies(streams[2], firms, start=start, trades=trades, reference=reference)
    preferences = Preferences.build(people, jobs, trades=trades, reference=reference, seed=seed)
    steps = DAYS + -(-len(people) // BLOCK) + -(-len(jobs) // BLOCK)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, steps)

    with Ledger(out) as ledger:
        market = Market(
            seekers=people,
            employers=firms,
            vacancies=jobs,
            preferences=preferences,
            trades=trades,
            start=start,
            ledger=ledger,
            rng=streams[3],
        )
        counters, fairs = Counters(market), Fairground(market, trades, reference, start)
        for day in range(DAYS):
            open_now = market.open_on(day)
            counters.receive(day, open_now)
            fairs.hold(day)
            market.interview(day)
            market.decide(day)
            market.walk_in(open_now)
            market.leave(day)
            market.report(day)
            step()
        records = Records(market, trades, reference, start, streams[4])
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
        _write_oracle(ledger, preferences, np.unique(np.concatenate([*counters.seen, *fairs.seen])))
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
