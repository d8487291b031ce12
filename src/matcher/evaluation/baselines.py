"""What a trained ranker has to beat: five ways to order candidates that nobody had to train."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import bm25s
import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.metrics import Floats, Pools, Rows


class Scorer(Protocol):
    """Scores candidates for a query, each for itself: its company changes nothing."""

    def scores(self, query: int, candidates: Rows) -> Floats:
        """Scores (n,) of (n,) `candidates`, rows of the catalogue, for a row of the queries."""


def score_pools(scorer: Scorer, pools: Pools) -> Floats:
    """Scores (n,) of all rows of `pools`, whose query i is row i of the scorer's queries."""
    scores = np.empty(len(pools.items))
    for query, (first, last) in enumerate(zip(pools.offsets, pools.offsets[1:], strict=False)):
        scores[first:last] = scorer.scores(query, pools.items[first:last])
    return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomOrder:
    """A shuffle that each of the `query_ids` (q,) always gets again."""

    query_ids: NDArray[np.bytes_]
    catalogue_size: int
    seed: int = 0

    def scores(self, query: int, candidates: Rows) -> Floats:
        """Uniform between 0 and 1."""
        rng = np.random.default_rng([self.seed, *self.query_ids[query]])
        return rng.random(self.catalogue_size)[candidates]


@dataclass(frozen=True, slots=True)
class NewestFirst:
    """By the day of posting or registration, `days` (catalogue,) since 1970."""

    days: NDArray[Any]

    def scores(self, query: int, candidates: Rows) -> Floats:  # noqa: ARG002
        """The day."""
        return np.asarray(self.days[candidates], np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Popularity:
    """By how often a candidate was referred before the day of the query.

    `counts` (days, catalogue) are the referrals made before each of some days, `day_of_query` (q,)
    the row of `counts` that a query may see.
    """

    counts: NDArray[Any]
    day_of_query: Rows

    def scores(self, query: int, candidates: Rows) -> Floats:
        """The number of referrals."""
        return np.asarray(self.counts[self.day_of_query[query], candidates], np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingOnly:
    """By cosine of unit vectors: `queries` (q, d), `catalogue` (c, d)."""

    queries: NDArray[np.float32]
    catalogue: NDArray[np.float32]

    def scores(self, query: int, candidates: Rows) -> Floats:
        """Cosines."""
        # Row by row, as a matrix product may round the same vector differently in another place.
        cosines = np.vecdot(self.catalogue[candidates], self.queries[query])
        return np.asarray(cosines, np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class BM25:
    """By shared words; `tokens` says what counts as one.

    S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
    in Lucene's form, k1 1.5 and b 0.75: sum over the query's tokens of ln(1 + (N - df + 0.5) /
    (df + 0.5)) * tf / (tf + k1 * (1 - b + b * length / mean length)).
    """

    queries: Sequence[list[str]]
    index: bm25s.BM25 | None
    """None where no text of the catalogue has a token."""

    @classmethod
    def of(cls, queries: Sequence[str], catalogue: Sequence[str]) -> Self:
        """The texts of the queries (q) and of the catalogue (c)."""
        documents = [tokens(text) for text in catalogue]
        index = None
        if any(documents):
            index = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
            index.index(documents, show_progress=False)
        return cls(queries=[tokens(text) for text in queries], index=index)

    def scores(self, query: int, candidates: Rows) -> Floats:
        """BM25 scores, 0 where nothing is shared."""
        if self.index is None:
            return np.zeros(len(candidates))
        known = self.index.get_tokens_ids(self.queries[query])
        scores = self.index.get_scores_from_ids(known)
        return np.asarray(scores[candidates], np.float64)


HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
THAI = "\u0e00-\u0e7f"
RUNS = re.compile(rf"(?P<han>[{HAN}]+)|(?P<thai>[{THAI}]+)|(?P<word>[^\W_{HAN}{THAI}]+)")


def tokens(text: str) -> list[str]:
    """Tokens of a text in any of the service's languages, in order, repetitions kept.

    After NFKC and case folding: two neighbouring characters of Chinese and three of Thai, which
    put no spaces between words (a shorter run stays whole), and whole words of all other scripts.
    A run ends where the script changes, so that "CNC車床" is found by either half.
    """
    found = []
    for run in RUNS.finditer(unicodedata.normalize("NFKC", text).casefold()):
        match run.lastgroup:
            case "han":
                found += _grams(run[0], 2)
            case "thai":
                found += _grams(run[0], 3)
            case _:
                found.append(run[0])
    return found


def _grams(run: str, length: int) -> list[str]:
    return [run[start : start + length] for start in range(max(1, len(run) - length + 1))]
