"""The vectors of records: what their whole text means, and what their title alone means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Language
from matcher.features.centres import Centres, Means, centred


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of n records: `texts` (n, d) float32 and `titles` (n, d) float16.

    A record without a title has a row of zeros among the titles. Half precision is enough for what
    is never searched, only compared, and halves the memory.
    """

    texts: NDArray[np.float32]
    titles: NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class Centring:
    """The means that are taken out of the vectors of texts and of titles."""

    texts: Centres
    titles: Centres

    def of_seekers(
        self, texts: NDArray[np.float32], titles: NDArray[np.float32], languages: Sequence[Language]
    ) -> Vectors:
        """Centred vectors of n seekers from those of the encoder, (n, d); zeros stay zeros."""
        return _vectors(texts, titles, languages, self.texts.queries, self.titles.queries)

    def of_vacancies(
        self, texts: NDArray[np.float32], titles: NDArray[np.float32], languages: Sequence[Language]
    ) -> Vectors:
        """Centred vectors of n vacancies from those of the encoder, (n, d); zeros stay zeros."""
        return _vectors(texts, titles, languages, self.texts.passages, self.titles.passages)


def title_similarity(one: NDArray[np.float16], other: NDArray[np.float16]) -> NDArray[np.float32]:
    """Cosines (n,) of titles (n, d); either side may be a single row; NaN without a title."""
    pairs = np.broadcast_arrays(one, other)
    cosines: NDArray[np.float32] = np.einsum("nd,nd->n", *pairs, dtype=np.float32)
    # Hardly any but those without a title are exactly 0: to look at all takes as long again.
    zero = np.flatnonzero(cosines == 0)
    titled = np.logical_and(*(np.any(side[zero], axis=1) for side in pairs))
    cosines[zero[~titled]] = np.nan
    return cosines


def _vectors(
    texts: NDArray[np.float32],
    titles: NDArray[np.float32],
    languages: Sequence[Language],
    text_means: Means,
    title_means: Means,
) -> Vectors:
    named = np.any(titles, axis=1, keepdims=True)
    moved = np.where(named, centred(titles, languages, title_means), 0)
    return Vectors(centred(texts, languages, text_means), moved.astype(np.float16))
