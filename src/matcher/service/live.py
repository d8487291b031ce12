"""The index that a running service answers from: a published generation and the changes since."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine

from matcher.artifacts.folder import current
from matcher.artifacts.index import KIND, IndexGeneration, load_index
from matcher.db.engine import reading
from matcher.db.store import (
    CHANGED,
    active_seekers,
    changed_since,
    changes_since,
    indexable_vacancies,
    last_change,
    register_id,
)
from matcher.entities import JobSeeker, Vacancy
from matcher.errors import ArtefactError, NotReadyError
from matcher.service.indexing import Indexer

BATCH = 50
"""Changes taken in at once: a large import becomes searchable piece by piece."""
ROUND = 20 * BATCH
"""Changes taken in before looking whether a new generation holds them already."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What searches read: an index generation brought up to change `seq`.

    `ahead` tells which single records are taken in up to a later change.
    """

    index: IndexGeneration
    seq: int
    ahead: Mapping[str, int] = field(default_factory=dict)


class LiveIndex:
    """Swaps snapshots: readers take the newest without a lock, one writer makes the next."""

    def __init__(self, engine: Engine, indexer: Indexer, folder: Path) -> None:
        self._engine = engine
        self._indexer = indexer
        self._folder = folder
        self._snapshot: Snapshot | None = None
        self._refused: ArtefactError | None = None
        self._seen = ""
        self._writer = threading.Lock()

    @property
    def snapshot(self) -> Snapshot:
        """The newest state; raises NotReadyError before the first index was loaded."""
        if self._snapshot is None:
            raise NotReadyError("No index is loaded yet.", remedy="Run `matcher index`.")
        return self._snapshot

    def standing(self, snapshot: Snapshot) -> LiveIndex:
        """The same index as it is in `snapshot`, or a part of it; it follows nothing."""
        still = LiveIndex(self._engine, self._indexer, self._folder)
        still._snapshot = snapshot
        return still

    @property
    def refused(self) -> ArtefactError | None:
        """Why the newest generation was not taken up, where a former one goes on answering."""
        return self._refused

    def load_newest(self) -> None:
        """Take up the current generation if it is another; a bad one leaves the last good.

        Raises ArtefactError where there is no good one yet.
        """
        newest = self._seen
        try:
            newest = current(self._folder, kind=KIND)
            if newest == self._seen:
                return
            index = self._load()
        except ArtefactError as error:
            if self._snapshot is None:
                raise
            if self._refused is None:
                log.error("index_not_loaded", reason=error.message)
            self._refused, self._seen = error, newest
            return
        with self._writer:
            self._snapshot = Snapshot(index, index.manifest.change_seq)
            self._refused, self._seen = None, newest
        log.info("index_loaded", generation=newest)

    def _load(self) -> IndexGeneration:
        with reading(self._engine) as connection:
            register, newest_change = register_id(connection), last_change(connection)
        index = load_index(
            self._folder,
            encoder_fingerprint=self._indexer.encoder.fingerprint,
            register=register,
        )
        if index.manifest.change_seq > newest_change:
            raise ArtefactError(
                "The index knows later changes than the register: was a backup restored?",
                remedy="Run `matcher index` to build it anew.",
            )
        return index

    def sync(self, today: date) -> int:
        """Take in changes of the register since the last call, up to ROUND; returns how many."""
        taken = 0
        while taken < ROUND and (batch := self._sync_batch(today)):
            taken += batch
        return taken

    def take_in(self, kind: type[JobSeeker | Vacancy], key: str, today: date) -> None:
        """Follow one record just written, or erased, at once, before its turn in `sync`."""
        with self._writer:
            old = self._snapshot
            if old is None:
                return
            with reading(self._engine) as connection:
                later = changed_since(connection, kind, [key], old.seq)
                renewed = self._renewed(connection, old, {kind: [key]}, today)
            self._snapshot = replace(renewed, ahead={**old.ahead, **later})

    def _sync_batch(self, today: date) -> int:
        with self._writer:
            old = self.snapshot
            with reading(self._engine) as connection:
                changes = changes_since(connection, old.seq, BATCH)
                if not changes:
                    return 0
                touched = {
                    kind: sorted({key for _, name, key in changes if name == CHANGED[kind]})
                    for kind in CHANGED
                }
                renewed = self._renewed(connection, old, touched, today)
            seq = changes[-1][0]
            ahead = {key: number for key, number in old.ahead.items() if number > seq}
            self._snapshot = replace(renewed, seq=seq, ahead=ahead)
            return len(changes)

    def _renewed(
        self,
        connection: Connection,
        old: Snapshot,
        touched: Mapping[type, Sequence[str]],
        today: date,
    ) -> Snapshot:
        """The snapshot with the records of these ids as the register holds them now."""
        index = old.index
        if vacancy_ids := touched.get(Vacancy):
            vacancies = list(indexable_vacancies(connection, today, vacancy_ids))
            rows = self._indexer.vacancies(vacancies, index.centring, index.past_of(vacancy_ids))
            pool = index.vacancies.updated(vacancy_ids, *rows)
            index = replace(index, vacancies=pool)
        if seeker_ids := touched.get(JobSeeker):
            seekers = list(active_seekers(connection, seeker_ids))
            rows_of_people = self._indexer.seekers(seekers, index.centring)
            people = index.seekers.updated(seeker_ids, *rows_of_people)
            index = replace(index, seekers=people)
        return replace(old, index=index)
