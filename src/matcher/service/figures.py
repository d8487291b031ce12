"""The bureau's rates for a period, counted from the register."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine

from matcher.db.engine import reading
from matcher.db.events import count_events, holds_simulated_records
from matcher.rates.registry import Period, Rate, compute

FRESH_SECONDS = 60.0
"""How old the rates printed under every list grow before a service counts them anew."""
OLDEST_SECONDS = 2 * FRESH_SECONDS
"""How far they may lag behind the register: a list that finds none so new counts them itself."""
HEADLINE = ("employment_rate", "fill_rate")


def last_twelve_months(today: date) -> Period:
    """The 365 days that end today."""
    return Period(first=today - timedelta(days=364), last=today)


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands under every list: the two rates, and whether the register is simulated."""

    rates: tuple[Rate, ...]
    simulated: bool


class Figures:
    """Computes rates; remembers the newest for the match lists."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._recent: dict[date, tuple[float, Headline]] = {}

    def rates(self, period: Period) -> tuple[Rate, ...]:
        """Every registered rate for `period`, counted now."""
        with reading(self._engine) as connection:
            counts = count_events(connection, period)
        return tuple(compute(counts, period))

    def under_lists(self, today: date) -> Headline:
        """Employment rate and fill rate of the last twelve months, at most OLDEST_SECONDS old."""
        return self._headline(today, OLDEST_SECONDS)

    def keep_fresh(self, today: date) -> None:
        """Count them anew if they are older than FRESH_SECONDS, so that no list has to."""
        self._headline(today, FRESH_SECONDS)

    def _headline(self, today: date, oldest: float) -> Headline:
        counting = time.monotonic()
        made, headline = self._recent.get(today, (float("-inf"), None))
        if headline is None or counting - made > oldest:
            counted = self.rates(last_twelve_months(today))
            rates = tuple(rate for rate in counted if rate.formula.key in HEADLINE)
            headline = Headline(rates, self.simulated())
            self._recent = {today: (counting, headline)}
        return headline

    def simulated(self) -> bool:
        """Whether the register holds simulated records, so that every figure must say so."""
        with reading(self._engine) as connection:
            return holds_simulated_records(connection)
