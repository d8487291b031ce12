"""Keeps the live index up with the register while the service runs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from api.problems import DATABASE_TROUBLE
from matcher.bootstrap import App
from matcher.encoder.model import Role
from matcher.errors import MatcherError
from matcher.features.reading import read_wishes
from matcher.service.clock import day_of
from matcher.service.practice import practise

EVERY_SECONDS = 1.0
STOP_SECONDS = 10.0
A_TEXT = "工作"

log = structlog.get_logger(__name__)


class Follower:
    """A thread that takes in changes every second; what hinders it is logged once and retried."""

    def __init__(self, app: App, *, every: float = EVERY_SECONDS) -> None:
        self._app = app
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self.trouble: Exception | None = None
        self.warmed_up = threading.Event()

    @property
    def running(self) -> bool:
        """Whether it still follows; it ends only when stopped, or by an error nobody foresaw."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Load the newest ranker and index now, then follow in the background."""
        self._attempt(lambda: self._app.champion.load_newest())
        self._attempt(lambda: self._app.live.load_newest())
        self._attempt(lambda: self._app.follow_market())
        self._thread.start()

    def stop(self) -> None:
        """End after the step in hand."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        self._attempt(self._warm_up)
        self.warmed_up.set()
        while not self._stopping.wait(self._every):
            self._attempt(self._follow)

    def _warm_up(self) -> None:
        """Load code, patterns and the encoder before visitors wait for them, and catch up."""
        practise(self._app.reference)
        indexer = self._app.indexer
        read_wishes(A_TEXT, lexicon=indexer.lexicon, reference=self._app.reference)
        indexer.encoder.encode([A_TEXT], role=Role.QUERY)
        self._app.sync()

    def _follow(self) -> None:
        self._app.sync()
        self._app.figures.keep_fresh(day_of(self._app.clock()))
        self._app.overview.keep_fresh()

    def _attempt(self, step: Callable[[], object]) -> None:
        try:
            step()
        except (MatcherError, *DATABASE_TROUBLE) as error:
            if repr(error) != repr(self.trouble):
                # The text of a database error holds statements and values: its kind is enough.
                reason = str(error) if isinstance(error, MatcherError) else type(error).__name__
                log.error("not_following", reason=reason)
            self.trouble = error
        else:
            if self.trouble is not None:
                log.info("following_again")
            self.trouble = None
