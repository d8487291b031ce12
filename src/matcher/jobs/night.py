"""One night: the bureau it works on, the moment it works as of, and what its steps share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from matcher.artifacts.folder import current
from matcher.artifacts.index import KIND as INDEX
from matcher.artifacts.index import IndexGeneration, load_index
from matcher.artifacts.plan import load_plan
from matcher.compliance.lint import Linter
from matcher.db.engine import reading
from matcher.db.events import newest_event
from matcher.db.store import last_change, register_id
from matcher.identity import IdentityKey
from matcher.jobs.index import Track
from matcher.jobs.journal import Journal
from matcher.jobs.recording import Store
from matcher.service.champion import Champion
from matcher.service.indexing import Indexer
from matcher.service.retention import Retention

CANDIDATES, PLAN = "candidates", "plan"
SLATES, SHORTLISTS, REPORT = "slates", "shortlists", "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bureau:
    """What the night works on. `folder` holds its journals and lists, a folder for each night.

    `floor` is what everybody keeps of a list's worth under prices; None: nothing is planned.
    """

    engine: Engine
    indexer: Indexer
    linter: Linter
    key: IdentityKey | None
    retention: Retention
    incoming: Path
    rejects: Path
    index: Path
    rankers: Path
    models: Path
    plans: Path
    floor: float | None
    folder: Path
    store: Store


@dataclass(frozen=True, slots=True)
class Night:
    """The steps of one night, as of the moment at which its journal began."""

    bureau: Bureau
    journal: Journal
    track: Track

    @property
    def now(self) -> datetime:
        """The moment all steps work as of."""
        return self.journal.began_at

    @property
    def today(self) -> date:
        """The day that the lists are for."""
        return self.journal.night

    @property
    def register(self) -> tuple[str, int, int]:
        """Name and state of the register: the numbers of its newest change and event."""
        with reading(self.bureau.engine) as connection:
            return register_id(connection), last_change(connection), newest_event(connection)

    @property
    def lists_from(self) -> tuple[object, ...]:
        """What lists depend on."""
        ranker = self.champion().ranker.version
        return self.today, current(self.bureau.index, kind=INDEX), ranker

    def published(self) -> IndexGeneration:
        """The index that serves."""
        return load_index(
            self.bureau.index,
            encoder_fingerprint=self.bureau.indexer.encoder.fingerprint,
            register=self.register[0],
        )

    def market(self) -> dict[str, Any] | None:
        """What this night's plan tells; None where nothing was planned."""
        if not self.journal.told(PLAN).get("planned", False):
            return None
        return load_plan(self.bureau.plans, register=self.register[0]).market

    def champion(self) -> Champion:
        """The ranker that serves."""
        found = Champion(
            self.bureau.engine,
            self.bureau.rankers,
            encoder_fingerprint=self.bureau.indexer.encoder.fingerprint,
        )
        found.load_newest()
        return found
