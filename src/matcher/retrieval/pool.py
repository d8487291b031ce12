"""A searchable pool: a large mapped base and, in a few small segments, the day's changes.

A pool is never changed. An update makes a new pool that shares what stays as it was, so that
searches under way keep the one they began with and need no lock.
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

GROWTH = 16
"""How many times larger a segment of changes is than the one after it."""


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

    def __len__(self) -> int:
        return len(self.columns)

    def rows_of(self, ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Rows of those of `ids` that are here and count."""
        rows = self.every_row_of(ids)
        return rows[self.alive[rows]]

    def every_row_of(self, ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Rows of those of `ids` that are here, whether they count or no longer do."""
        if len(self) == 0:
            return np.empty(0, np.int64)
        places = np.searchsorted(self.columns.ids, ids, sorter=self.by_id)
        rows = self.by_id[np.minimum(places, len(self.by_id) - 1)]
        found: NDArray[np.int64] = rows[self.columns.ids[rows] == ids]
        return found

    def without(self, ids: NDArray[np.bytes_]) -> Segment[C]:
        """The same segment in which the rows of `ids` no longer count."""
        rows = self.rows_of(ids)
        if not len(rows):
            return self
        alive = self.alive.copy()
        alive[rows] = False
        return replace(self, alive=alive)

    def joined(self, other: Segment[C]) -> Segment[C]:
        """The rows of both that count, in a segment of their own."""
        kept, new = np.flatnonzero(self.alive), np.flatnonzero(other.alive)
        columns = type(self.columns).concatenate([self.columns.take(kept), other.columns.take(new)])
        index = self.index.take(kept).extended(other.index.vectors[new])
        titles = np.concatenate([self.titles[kept], other.titles[new]])
        order = _layout(columns, index)
        return Segment.laid_out(columns.take(order), index.take(order), titles[order])

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
    """Everything that can be found on one side: `segments` are the base and what changed since.

    A record counts in one segment at most. Of changes, each segment is at least GROWTH times as
    large as the next, so that a new one seldom moves many rows and a search looks at few segments:
    the logarithmic method (Bentley and Saxe, 1980).
    """

    segments: tuple[Segment[C], ...]

    @classmethod
    def of(cls, base: Segment[C]) -> Pool[C]:
        """A pool of the rows of `base`."""
        return cls((base,))

    @property
    def base(self) -> Segment[C]:
        """What was published; some of its rows may no longer count."""
        return self.segments[0]

    def __len__(self) -> int:
        return sum(int(np.count_nonzero(segment.alive)) for segment in self.segments)

    def one(self, record_id: str) -> tuple[C, Vectors] | None:
        """Columns and vectors of one record, a row each; None where it is not here."""
        for segment in self.segments:
            rows = segment.rows_of(np.array([record_id.encode()], "S32"))
            if len(rows):
                return segment.columns.take(rows), segment.vectors_of(rows)
        return None

    def updated(self, gone: Iterable[str], columns: C, vectors: Vectors) -> Pool[C]:
        """The pool without `gone`, and with these rows in place of older ones of their ids.

        `columns` and `vectors` have one row a record, each id once.
        """
        kept = self.without([*gone, *(key.decode() for key in columns.ids.tolist())])
        if not len(columns):
            return kept
        segments = list(kept.segments)
        segments.append(Segment.of(columns, vectors))
        while len(segments) > 2 and len(segments[-2]) < GROWTH * len(segments[-1]):
            last = segments.pop()
            segments[-1] = segments[-1].joined(last)
        return Pool(tuple(segments))

    def without(self, ids: Iterable[str]) -> Pool[C]:
        """The pool in which these records cannot be found."""
        gone = np.array(sorted({key.encode() for key in ids}), "S32")
        return Pool(tuple(segment.without(gone) for segment in self.segments))

    def search(self, query: Vectors, eligible: Callable[[Segment[C]], Rows], k: int) -> Found[C]:
        """The `k` rows most similar to the one text of `query` among those that are `eligible`."""
        passing = [eligible(segment) for segment in self.segments]
        found = [
            segment.index.search(query.texts[0], rows, k)
            for segment, rows in zip(self.segments, passing, strict=True)
        ]
        scores = np.concatenate([similarity for _, similarity in found])
        least = np.partition(scores, -k)[-k] if len(scores) > k else -np.inf
        scores = scores[scores >= least]
        # Columns are gathered only of what may be among the best of all segments.
        within = [rows[similarity >= least] for rows, similarity in found]
        parts = list(zip(self.segments, within, strict=True))
        columns = type(self.base.columns).concatenate([s.columns.take(rows) for s, rows in parts])
        titles = np.concatenate([segment.titles[rows] for segment, rows in parts])
        best = np.lexsort((columns.ids, -scores))[:k]
        return Found(
            columns.take(best),
            scores[best],
            title_similarity(query.titles, titles[best]),
            sum(map(len, passing)),
        )


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
