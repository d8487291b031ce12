"""A searchable pool: a large mapped base and a small overlay of the day's changes.

A pool is never changed. An update makes a new pool that shares the base, so that searches under way
keep the one they began with and need no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.vectors import Vectors, title_similarity
from matcher.retrieval.criteria import Facts, facts, kinds_of
from matcher.retrieval.index import VectorIndex
from matcher.retrieval.scoring import Rows

C = TypeVar("C", SeekerColumns, VacancyColumns)


@dataclass(frozen=True, slots=True)
class Segment(Generic[C]):
    """Records laid out by place, their vectors, and which rows still count.

    The records of place p stand in the rows from `starts[p + 1]` to `starts[p + 2]`, those of an
    unknown place before them. `kinds` are those of vacancies; of seekers each is a kind of its own.
    `by_id` are the rows in the order of ids.
    """

    columns: C
    kinds: tuple[Facts, NDArray[np.int32]]
    index: VectorIndex
    titles: NDArray[np.float16]
    alive: NDArray[np.bool_]
    starts: NDArray[np.int64]
    by_id: NDArray[np.int64]

    @classmethod
    def of(cls, columns: C, vectors: Vectors) -> Self:
        """A segment in which every row counts, of n records in any order."""
        index = VectorIndex.of(vectors.texts)
        order = _layout(columns, index)
        return cls.laid_out(columns.take(order), index.take(order), vectors.titles[order])

    @classmethod
    def laid_out(cls, columns: C, index: VectorIndex, titles: NDArray[np.float16]) -> Self:
        """The same of records that come from a segment and are in its order already."""
        places = _places(columns)
        starts = np.searchsorted(places, np.arange(-1, places.max(initial=-1) + 2))
        by_id = np.argsort(columns.ids, kind="stable")
        kinds = (
            kinds_of(columns)
            if isinstance(columns, VacancyColumns)
            else (facts(columns), np.arange(len(columns), dtype=np.int32))
        )
        return cls(columns, kinds, index, titles, np.ones(len(columns), np.bool_), starts, by_id)

    def rows_of(self, ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Rows of those of `ids` that are here and count."""
        if len(self.columns) == 0:
            return np.empty(0, np.int64)
        places = np.searchsorted(self.columns.ids, ids, sorter=self.by_id)
        rows = self.by_id[np.minimum(places, len(self.by_id) - 1)]
        found: NDArray[np.int64] = rows[(self.columns.ids[rows] == ids) & self.alive[rows]]
        return found

    def without(self, ids: NDArray[np.bytes_]) -> Segment[C]:
        """The same segment in which the rows of `ids` no longer count."""
        alive = self.alive.copy()
        alive[self.rows_of(ids)] = False
        return replace(self, alive=alive)

    def extended(self, columns: C, vectors: Vectors) -> Segment[C]:
        """The rows that count and these new ones, in a segment of their own."""
        kept = np.flatnonzero(self.alive)
        joined = type(columns).concatenate([self.columns.take(kept), columns])
        index = self.index.take(kept).extended(vectors.texts)
        titles = np.concatenate([self.titles[kept], vectors.titles])
        order = _layout(joined, index)
        return Segment.laid_out(joined.take(order), index.take(order), titles[order])

    def vectors_of(self, rows: NDArray[np.int64]) -> Vectors:
        """Vectors of the chosen rows."""
        return Vectors(self.index.vectors[rows], self.titles[rows])


@dataclass(frozen=True, slots=True)
class Found(Generic[C]):
    """What a search brought: one row a candidate, best first, ties by id."""

    columns: C
    similarity: NDArray[np.float32]
    title_similarity: NDArray[np.float32]
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

    def one(self, record_id: str) -> tuple[C, Vectors] | None:
        """Columns and vectors of one record, a row each; None where it is not here."""
        for segment in (self.overlay, self.base):
            rows = segment.rows_of(np.array([record_id.encode()], "S32"))
            if len(rows):
                return segment.columns.take(rows), segment.vectors_of(rows)
        return None

    def updated(self, gone: Iterable[str], columns: C, vectors: Vectors) -> Pool[C]:
        """The pool without `gone`, and with these rows in place of older ones of their ids.

        `columns` and `vectors` have one row a record, each id once.
        """
        ids = np.array(sorted({*(i.encode() for i in gone), *columns.ids.tolist()}), "S32")
        return Pool(self.base.without(ids), self.overlay.without(ids).extended(columns, vectors))

    def without(self, ids: Iterable[str]) -> Pool[C]:
        """The pool in which these records cannot be found."""
        gone = np.array(sorted(key.encode() for key in ids), "S32")
        return Pool(self.base.without(gone), self.overlay.without(gone))

    def search(self, query: Vectors, eligible: Callable[[Segment[C]], Rows], k: int) -> Found[C]:
        """The `k` rows most similar to the one text of `query` among those that are `eligible`."""
        found = [
            _found(segment, query, eligible(segment), k)
            for segment in (self.base, self.overlay)
            if len(segment.columns) or segment is self.base
        ]
        if len(found) == 1:
            return found[0]
        columns = type(found[0].columns).concatenate([part.columns for part in found])
        similarity = np.concatenate([part.similarity for part in found])
        titles = np.concatenate([part.title_similarity for part in found])
        best = np.lexsort((columns.ids, -similarity))[:k]
        passed = sum(part.eligible for part in found)
        return Found(columns.take(best), similarity[best], titles[best], passed)


def _found(segment: Segment[C], query: Vectors, eligible: Rows, k: int) -> Found[C]:
    rows, similarity = segment.index.search(query.texts[0], eligible, k)
    best = np.lexsort((segment.columns.ids[rows], -similarity))[:k]
    rows = rows[best]
    titles = title_similarity(query.titles, segment.titles[rows])
    return Found(segment.columns.take(rows), similarity[best], titles, len(eligible))


def _layout(columns: SeekerColumns | VacancyColumns, index: VectorIndex) -> NDArray[np.int64]:
    """The order of records in a segment: by place, there by cluster, lest memory be read in leaps.

    Ids come last, so that the order does not depend on that of the records.
    """
    return np.lexsort((columns.ids, index.clusters, _places(columns)))


def _places(columns: SeekerColumns | VacancyColumns) -> NDArray[np.int16]:
    found: NDArray[np.int16] = (
        columns.place if isinstance(columns, VacancyColumns) else columns.home
    )
    return found
