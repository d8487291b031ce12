"""A searchable pool: a large mapped base and a small overlay of the day's changes.

A pool is never changed. An update makes a new pool that shares the base, so that searches under way
keep the one they began with and need no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.vectors import Vectors, title_similarity
from matcher.retrieval.criteria import Eligibility
from matcher.retrieval.index import FaissIndex

C = TypeVar("C", SeekerColumns, VacancyColumns)


@dataclass(frozen=True, slots=True)
class Segment(Generic[C]):
    """Columns sorted by id, their vectors, and which rows still count."""

    columns: C
    index: FaissIndex
    titles: NDArray[np.float16]
    alive: NDArray[np.bool_]

    @classmethod
    def of(cls, columns: C, vectors: Vectors) -> Segment[C]:
        """A segment in which every row counts."""
        return cls.mapped(columns, FaissIndex.of(vectors.texts), vectors.titles)

    @classmethod
    def mapped(cls, columns: C, index: FaissIndex, titles: NDArray[np.float16]) -> Segment[C]:
        """The same from vectors that lie in an index already."""
        return cls(columns, index, titles, np.ones(len(columns), np.bool_))

    def rows_of(self, ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Rows of those of `ids` that are here."""
        if len(self.columns) == 0:
            return np.empty(0, np.int64)
        rows = np.searchsorted(self.columns.ids, ids)
        rows[rows == len(self.columns)] = 0
        found: NDArray[np.int64] = rows[self.columns.ids[rows] == ids]
        return found

    def without(self, ids: NDArray[np.bytes_]) -> Segment[C]:
        """The same segment in which the rows of `ids` no longer count."""
        alive = self.alive.copy()
        alive[self.rows_of(ids)] = False
        return replace(self, alive=alive)


@dataclass(frozen=True, slots=True)
class Found(Generic[C]):
    """What a search brought: one row a candidate, best first, ties by id."""

    columns: C
    similarity: NDArray[np.float32]
    title_similarity: NDArray[np.float32]
    unknown: NDArray[np.uint16]
    eligible: int
    """How many passed all criteria, retrieved or not."""


@dataclass(frozen=True, slots=True)
class Pool(Generic[C]):
    """Everything that can be found on one side."""

    base: Segment[C]
    overlay: Segment[C]

    @classmethod
    def of(cls, base: Segment[C]) -> Pool[C]:
        """A pool of the rows of `base`."""
        nothing = Vectors.empty(base.index.vectors.shape[1])
        return cls(base, Segment.of(base.columns.take(np.empty(0, np.int64)), nothing))

    def __len__(self) -> int:
        return sum(int(np.count_nonzero(s.alive)) for s in (self.base, self.overlay))

    def updated(self, gone: Iterable[str], columns: C, vectors: Vectors) -> Pool[C]:
        """The pool without `gone`, and with these rows in place of older ones of their ids.

        `columns` and `vectors` have one row a record, each id once.
        """
        ids = np.array(sorted({*(i.encode() for i in gone), *columns.ids.tolist()}), "S32")
        kept = self.overlay.without(ids)
        merged = type(columns).concatenate([kept.columns.take(kept.alive), columns])
        order = np.argsort(merged.ids, kind="stable")
        texts = np.concatenate([kept.index.vectors[kept.alive], vectors.texts])
        titles = np.concatenate([kept.titles[kept.alive], vectors.titles])
        overlay = Segment.of(merged.take(order), Vectors(texts[order], titles[order]))
        return Pool(self.base.without(ids), overlay)

    def search(self, query: Vectors, check: Callable[[C], Eligibility], k: int) -> Found[C]:
        """The `k` rows most similar to the one text of `query` among those that `check` passes."""
        parts: list[C] = []
        scores, titles, unknown, eligible = [], [], [], 0
        for segment in (self.base, self.overlay):
            eligibility = check(segment.columns)
            allowed = eligibility.passed & segment.alive
            eligible += int(np.count_nonzero(allowed))
            rows, similarity = segment.index.search(query.texts[0], allowed, k)
            parts.append(segment.columns.take(rows))
            scores.append(similarity)
            titles.append(title_similarity(query.titles, segment.titles[rows]))
            unknown.append(eligibility.unknown[rows])
        merged = type(parts[0]).concatenate(parts)
        similarity = np.concatenate(scores)
        order = np.lexsort((merged.ids, -similarity))[:k]
        return Found(
            merged.take(order),
            similarity[order],
            np.concatenate(titles)[order],
            np.concatenate(unknown)[order],
            eligible,
        )
