"""Rankers for tests: one that remembers what it was asked, and small trained ones to publish."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from matcher.artifacts.folder import Manifest, promote
from matcher.artifacts.ranker import KIND, publish_ranker
from matcher.bootstrap import App
from matcher.db.engine import reading
from matcher.db.store import register_id
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.habits import Habits
from matcher.ranking.propensity import Propensity, Source
from matcher.ranking.ranker import Chances, Ranker
from matcher.ranking.trained import TrainedRanker
from matcher.ranking.training import fit, weights_of
from tests.ranking.made_up import past, referrals_of

NOTHING = np.empty((0, len(FEATURE_NAMES)), np.float32)


@dataclass
class Recorder:
    """Remembers the rows of its last list; without `inner` it leaves them in their order."""

    inner: Ranker | None = None
    version: str = "recorder"
    trained: bool = False
    rows: np.ndarray = field(default_factory=lambda: NOTHING)
    scored: np.ndarray = field(default_factory=lambda: np.empty(0))

    @property
    def habits(self) -> Habits | None:
        return None if self.inner is None else self.inner.habits

    def scores(self, rows: np.ndarray) -> np.ndarray:
        falling = -np.arange(len(rows), dtype=np.float64)
        self.rows, self.scored = rows, falling if self.inner is None else self.inner.scores(rows)
        return self.scored

    def contributions(self, rows: np.ndarray) -> np.ndarray:
        return np.zeros(rows.shape)

    def chances(self, rows: np.ndarray, scores: np.ndarray) -> Chances | None:
        return None if self.inner is None else self.inner.chances(rows, scores)


@cache
def small_ranker(version: str = "small", seed: int = 0) -> TrainedRanker:
    """Learnt from made-up lists: another seed, other trees."""
    examples = past(lists=400, rate=0.3, seed=seed).examples
    read = Propensity(0.5, Source.ASSUMED)
    weights = weights_of(examples, read)
    return fit(examples, weights, referrals_of(examples), propensity=read, version=version)


def manifest_for(app: App, generation: str) -> Manifest:
    """The manifest of a ranker that fits this bureau."""
    with reading(app.engine) as connection:
        register = register_id(connection)
    encoder = app.indexer.encoder
    return Manifest(
        kind=KIND,
        register=register,
        generation=generation,
        created_at="2026-03-16T12:00:00+08:00",
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        feature_names=FEATURE_NAMES,
        change_seq=0,
        counts={},
        code_version="0",
    )


def put_in_place(app: App, ranker: TrainedRanker) -> Path:
    """Publish and promote `ranker` under its version; the running service is not told."""
    path = publish_ranker(
        app.ranker_folder, manifest_for(app, ranker.version), ranker, card="# Made up\n"
    )
    promote(app.ranker_folder, ranker.version)
    return path
