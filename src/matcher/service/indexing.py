"""From register to index: texts, vectors and columns, for a whole build and for single changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.encoder.cache import VectorCache, encode_cached
from matcher.encoder.model import Role, SentenceEncoder
from matcher.entities import JobSeeker, Vacancy
from matcher.features.columns import (
    SeekerColumns,
    VacancyColumns,
    seeker_columns,
    vacancy_columns,
)
from matcher.features.reading import Lexicon
from matcher.features.text import encoder_text
from matcher.reference import Reference

Progress = Callable[[int, int], None]


def silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Indexer:
    """Turns entities into rows of a pool; encodes only texts it has not seen."""

    encoder: SentenceEncoder
    cache: VectorCache
    reference: Reference
    lexicon: Lexicon

    def seekers(
        self, seekers: Sequence[JobSeeker], progress: Progress = silent
    ) -> tuple[SeekerColumns, NDArray[np.float32]]:
        """Columns (n) and vectors (n, d) of `seekers`, in their order."""
        texts = [encoder_text(s, self.reference, self.lexicon) for s in seekers]
        vectors = encode_cached(self.encoder, self.cache, texts, role=Role.QUERY, progress=progress)
        return seeker_columns(seekers, self.reference, self.lexicon), vectors

    def vector_of_stranger(self, profile: JobSeeker) -> NDArray[np.float32]:
        """Vector (d,) of somebody not on the register: nothing of them is kept."""
        text = encoder_text(profile, self.reference, self.lexicon)
        vector: NDArray[np.float32] = self.encoder.encode([text], role=Role.QUERY)[0]
        return vector

    def columns_of(self, seeker: JobSeeker) -> SeekerColumns:
        """Columns of one row, without encoding anything."""
        return seeker_columns([seeker], self.reference, self.lexicon)

    def vacancies(
        self, vacancies: Sequence[tuple[Vacancy, int]], progress: Progress = silent
    ) -> tuple[VacancyColumns, NDArray[np.float32]]:
        """Columns (n) and vectors (n, d) of (vacancy, openings left), in their order."""
        texts = [encoder_text(v, self.reference, self.lexicon) for v, _ in vacancies]
        vectors = encode_cached(
            self.encoder, self.cache, texts, role=Role.PASSAGE, progress=progress
        )
        return vacancy_columns(vacancies, self.reference, self.lexicon), vectors
