"""Takes out of a vector what only tells its language, so that texts meet by meaning across them.

Multilingual encoders put texts of one language close together whatever they say. What the texts of
a language have in common is their mean: without it a cosine speaks of the work alone, and a person
who writes in another language than the employer is not ranked behind for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Language

PRIOR_WEIGHT = 50
"""Texts of a register that count as much as what was known of the language before."""

Means = Mapping[Language, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Centres:
    """Means (d,) by language, of texts in the role of queries and of passages.

    J. Libovický, R. Rosa and A. Fraser, "On the Language Neutrality of Pre-trained Multilingual
    Representations" (Findings of EMNLP 2020): centring by language.
    """

    queries: Means
    passages: Means

    def of_queries(
        self, vectors: NDArray[np.float32], languages: Sequence[Language]
    ) -> NDArray[np.float32]:
        """Unit vectors (n, d) of queries in these n languages, less their means."""
        return centred(vectors, languages, self.queries)

    def of_passages(
        self, vectors: NDArray[np.float32], languages: Sequence[Language]
    ) -> NDArray[np.float32]:
        """Unit vectors (n, d) of passages in these n languages, less their means."""
        return centred(vectors, languages, self.passages)


def means(
    vectors: NDArray[np.float32], languages: Sequence[Language], prior: Means
) -> dict[Language, NDArray[np.float32]]:
    """Mean of (n, d) `vectors` by language: (sum + w * prior) / (count + w), w = PRIOR_WEIGHT.

    A language with few texts so stays near what was known before.
    """
    chosen = np.array([str(language) for language in languages])
    found = {}
    for language, before in prior.items():
        own = vectors[chosen == language.value]
        total = own.sum(axis=0, dtype=np.float64) + PRIOR_WEIGHT * before
        found[language] = (total / (len(own) + PRIOR_WEIGHT)).astype(np.float32)
    return found


def centred(
    vectors: NDArray[np.float32], languages: Sequence[Language], centres: Means
) -> NDArray[np.float32]:
    """Vectors (n, d) less the mean of each one's language, and made of unit length again."""
    if not len(vectors):
        return vectors
    moved = vectors - np.stack([centres[language] for language in languages])
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    # A text that says nothing but its language has no direction left: it is like no other.
    unit: NDArray[np.float32] = np.divide(moved, length, where=length > 1e-6, out=moved * 0)
    return unit
