"""The index that a running service answers from: a published generation and the changes since."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import structlog
from sqlalchemy import Engine

from matcher.artifacts.folder import current
from matcher.artifacts.index import IndexGeneration, load_index
from matcher.db.engine import reading
from matcher.db.store import CHANGED, active_seekers, changes_since, open_vacancies
from matcher.entities import JobSeeker, Vacancy
from matcher.errors import ArtefactError, NotReadyError
from matcher.service.indexing import Indexer

BATCH = 50
"""Changes taken in at once: a large import becomes searchable piece by piece."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What searches read: an index generation brought up to change `seq`."""

    index: IndexGeneration
    seq: int


class LiveIndex:
    """Swaps snapshots: readers take the newest without a lock, one writer makes the next."""

    def __init__(self, engine: Engine, indexer: Indexer, folder: Path) -> None:
        self._engine = engine
        self._indexer = indexer
        self._folder = folder
        self._snapshot: Snapshot | None = None
        self._writer = threading.Lock()

    @property
    def snapshot(self) -> Snapshot:
        """The newest state; raises NotReadyError before the first index was loaded."""
        if self._snapshot is None:
            raise NotReadyError("No index is loaded yet.", remedy="Run `matcher index`.")
        return self._snapshot

    def load_newest(self) -> None:
        """Take up the current generation if it is another; a bad one leaves the last good.

        Raises ArtefactError where there is no good one yet.
        """
        with self._writer:
            try:
                loaded = self._snapshot and self._snapshot.index.manifest.generation
                if current(self._folder) == loaded:
                    return
                fingerprint = self._indexer.encoder.fingerprint
                index = load_index(self._folder, encoder_fingerprint=fingerprint)
            except ArtefactError as error:
                if self._snapshot is None:
                    raise
                log.error("index_not_loaded", reason=error.message, kept=loaded)
                return
            self._snapshot = Snapshot(index, index.manifest.change_seq)
            log.info("index_loaded", generation=index.manifest.generation)

    def sync(self, today: date) -> int:
        """Take in all changes of the register since the last call; returns how many."""
        taken = 0
        while batch := self._sync_batch(today):
            taken += batch
        return taken

    def take_in(self, record: JobSeeker | Vacancy, today: date) -> None:
        """Make one record just written searchable at once, before its turn in `sync`."""
        with self._writer:
            if self._snapshot is not None:
                touched = {type(record): [record.id]}
                self._snapshot = self._renewed(self._snapshot, touched, today)

    def _sync_batch(self, today: date) -> int:
        with self._writer:
            old = self.snapshot
            with reading(self._engine) as connection:
                changes = changes_since(connection, old.seq, BATCH)
            if changes:
                touched = {
                    kind: sorted({key for _, name, key in changes if name == CHANGED[kind]})
                    for kind in CHANGED
                }
                renewed = self._renewed(old, touched, today)
                self._snapshot = replace(renewed, seq=changes[-1][0])
            return len(changes)

    def _renewed(
        self, old: Snapshot, touched: Mapping[type, Sequence[str]], today: date
    ) -> Snapshot:
        """The snapshot with the records of these ids as the register holds them now."""
        seeker_ids, vacancy_ids = touched.get(JobSeeker, ()), touched.get(Vacancy, ())
        with reading(self._engine) as connection:
            seekers = list(active_seekers(connection, seeker_ids))
            vacancies = list(open_vacancies(connection, today, vacancy_ids))
        index = old.index
        if vacancy_ids:
            pool = index.vacancies.updated(vacancy_ids, *self._indexer.vacancies(vacancies))
            index = replace(index, vacancies=pool)
        if seeker_ids:
            index = replace(
                index, seekers=index.seekers.updated(seeker_ids, *self._indexer.seekers(seekers))
            )
        return replace(old, index=index)
