"""The ranker that serves: the promoted one, or the linear baseline where none can."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog
from sqlalchemy import Engine

from matcher.artifacts.folder import current_if_any
from matcher.artifacts.ranker import load_champion
from matcher.db.engine import reading
from matcher.db.store import register_id
from matcher.errors import ArtefactError
from matcher.ranking.linear import LinearRanker
from matcher.ranking.ranker import Ranker

log = structlog.get_logger(__name__)


class Champion:
    """Swaps rankers while lists are made: a list uses one from its beginning to its end."""

    def __init__(self, engine: Engine, folder: Path, *, encoder_fingerprint: str) -> None:
        self._engine = engine
        self._folder = folder
        self._fingerprint = encoder_fingerprint
        self._ranker: Ranker = LinearRanker()
        self._seen = ""
        self._refused: ArtefactError | None = None
        self._lock = threading.Lock()

    @property
    def ranker(self) -> Ranker:
        """The newest good one; the linear baseline before any was promoted."""
        return self._ranker

    @property
    def refused(self) -> ArtefactError | None:
        """Why the promoted ranker was not taken up, where another goes on serving."""
        return self._refused

    def load_newest(self) -> None:
        """Take up the promoted ranker if it is another; a bad one leaves the one that serves."""
        with self._lock:
            try:
                newest = current_if_any(self._folder)
            except ArtefactError as error:
                self._refuse(error)
                return
            if newest == self._seen:
                return
            with reading(self._engine) as connection:
                register = register_id(connection)
            self._seen, self._refused = newest, None
            try:
                self._ranker = load_champion(
                    self._folder, encoder_fingerprint=self._fingerprint, register=register
                )
            except ArtefactError as error:
                self._refuse(error)
                return
        log.info("ranker_loaded", version=self._ranker.version)

    def _refuse(self, error: ArtefactError) -> None:
        if str(error) != str(self._refused):
            log.error("ranker_not_loaded", reason=error.message)
        self._refused = error
