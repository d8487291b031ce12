"""Keeps the newest counts of the last twelve months, so that no reader waits for them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from matcher.db.engine import reading
from matcher.db.events import newest_event
from matcher.service.clock import Clock, day_of, now
from matcher.service.figures import last_twelve_months
from matcher.service.publication import Publication, Publisher

COUNTED_EVERY = timedelta(minutes=5)
"""How old counts grow, where the register has changed, before a service counts anew."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted, when, and up to which event of the log."""

    publication: Publication
    at: datetime
    event: int


class Overview:
    """Counts when nothing is kept for the day; whoever keeps it fresh does so off the request."""

    def __init__(self, engine: Engine, publisher: Publisher, clock: Clock = now) -> None:
        self._engine = engine
        self._publisher = publisher
        self._clock = clock
        self._kept: Counted | None = None
        self._counting = threading.Lock()

    def newest(self) -> Counted:
        """The counts of the twelve months that end today, as old as they were last counted."""
        kept = self._kept
        if kept is not None and day_of(kept.at) == day_of(self._clock()):
            return kept
        with self._counting:
            return self._renewed()

    def keep_fresh(self) -> None:
        """Count anew where the day or, some minutes ago, the register has changed."""
        with self._counting:
            self._renewed()

    def _renewed(self) -> Counted:
        kept, at = self._kept, self._clock()
        today = day_of(at)
        same_day = kept is not None and day_of(kept.at) == today
        if kept is not None and same_day and at - kept.at < COUNTED_EVERY:
            return kept
        with reading(self._engine) as connection:
            event = newest_event(connection)
        if kept is not None and same_day and event == kept.event:
            return kept
        publication = self._publisher.gather(last_twelve_months(today))
        self._kept = Counted(publication, at, event)
        return self._kept
