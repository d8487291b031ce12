"""The prices that lists are made by: the newest plan, and what the day has done since."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine

from matcher.allocation.price_list import PriceList
from matcher.artifacts.folder import current_if_any
from matcher.artifacts.plan import PlanGeneration, load_plan
from matcher.db.engine import reading
from matcher.db.history import sent_between
from matcher.db.store import register_id
from matcher.errors import ArtefactError

OLDEST = timedelta(days=7)
"""An older plan knows too little of today's market: lists are then made by themselves."""

log = structlog.get_logger(__name__)


class Prices:
    """Swaps price lists while lists are made; `on` is whether any are used."""

    def __init__(self, engine: Engine, folder: Path, *, on: bool) -> None:
        self._engine, self._folder, self._on = engine, folder, on
        self._plan: PlanGeneration | None = None
        self._prices: PriceList | None = None
        self._seen = ""
        self._sent: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def newest(self) -> PriceList | None:
        """Prices as the last `follow` left them; None where lists are made by themselves."""
        return self._prices

    @property
    def market(self) -> dict[str, Any] | None:
        """What the newest plan tells of starved and crowded vacancies, as JSON."""
        return None if self._plan is None else self._plan.market

    def follow(self, today: date) -> None:
        """Take up the newest plan and the referrals made since it; a bad plan leaves the last."""
        if not self._on:
            return
        with self._lock:
            self._take_up()
            if self._plan is None:
                return
            planned = date.fromisoformat(self._plan.market["day"])
            if today - planned > OLDEST:
                self._prices = None
                return
            with reading(self._engine) as connection:
                sent = Counter(vacancy for _, vacancy in sent_between(connection, planned, today))
            if self._prices is None or sent != self._sent:
                self._sent, self._prices = sent, self._plan.prices.after(sent)

    def _take_up(self) -> None:
        try:
            newest = current_if_any(self._folder)
            if newest == self._seen:
                return
            self._seen = newest
            with reading(self._engine) as connection:
                register = register_id(connection)
            self._plan, self._prices = load_plan(self._folder, register=register), None
        except ArtefactError as error:
            log.error("plan_not_loaded", reason=error.message)
            return
        log.info("plan_loaded", generation=newest)
