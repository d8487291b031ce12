"""From register to index: texts, vectors and columns, for a whole build and for single changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.encoder.cache import VectorCache, encode_cached
from matcher.encoder.model import Role, SentenceEncoder
from matcher.entities import JobSeeker, Language, Vacancy
from matcher.features.centres import Centres, Means, means
from matcher.features.columns import (
    NOTHING_YET,
    Past,
    SeekerColumns,
    VacancyColumns,
    seeker_columns,
    vacancy_columns,
)
from matcher.features.reading import Lexicon
from matcher.features.script import language_of
from matcher.features.text import encoder_text
from matcher.features.vectors import Centring, Vectors
from matcher.reference import Reference

Progress = Callable[[int, int], None]


def silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors of n records as the encoder gives them, texts and titles (n, d).

    Zeros where there is no title; `languages` are those the records are written in.
    """

    texts: NDArray[np.float32]
    titles: NDArray[np.float32]
    languages: tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class Indexer:
    """Turns entities into rows of a pool; encodes only texts it has not seen."""

    encoder: SentenceEncoder
    cache: VectorCache
    reference: Reference
    lexicon: Lexicon

    def encode_seekers(self, seekers: Sequence[JobSeeker], progress: Progress = silent) -> Encoded:
        """What the encoder makes of n seekers; vectors are kept in the cache."""
        return self._encode(seekers, Role.QUERY, progress)

    def encode_vacancies(
        self, vacancies: Sequence[Vacancy], progress: Progress = silent
    ) -> Encoded:
        """What the encoder makes of n vacancies; vectors are kept in the cache."""
        return self._encode(vacancies, Role.PASSAGE, progress)

    def centring(self, seekers: Encoded, vacancies: Encoded) -> Centring:
        """The means of these texts and titles by language, to be taken out of every vector.

        Where there are few of a language, the names of occupations in it stand for its texts.
        """
        asked, offered = (self._prior(role) for role in (Role.QUERY, Role.PASSAGE))
        return Centring(
            texts=Centres(
                queries=means(seekers.texts, seekers.languages, asked),
                passages=means(vacancies.texts, vacancies.languages, offered),
            ),
            titles=Centres(
                queries=_title_means(seekers, asked), passages=_title_means(vacancies, offered)
            ),
        )

    def seekers(
        self, seekers: Sequence[JobSeeker], centring: Centring
    ) -> tuple[SeekerColumns, Vectors]:
        """Columns and centred vectors of n `seekers`, in their order."""
        return self.columns(seekers), centred_seekers(self.encode_seekers(seekers), centring)

    def vacancies(
        self,
        vacancies: Sequence[tuple[Vacancy, int]],
        centring: Centring,
        past: Past,
    ) -> tuple[VacancyColumns, Vectors]:
        """Columns and centred vectors of n (vacancy, openings left), in their order."""
        encoded = self.encode_vacancies([vacancy for vacancy, _ in vacancies])
        return self.offers(vacancies, past), centred_vacancies(encoded, centring)

    def stranger(self, profile: JobSeeker, centring: Centring) -> Vectors:
        """Vectors of somebody not on the register: nothing of them is kept."""
        text = encoder_text(profile, self.reference, self.lexicon)
        vectors = self.encoder.encode([text, profile.title], role=Role.QUERY)
        if not profile.title.strip():
            vectors[1] = 0
        # What they are spoken to in need not be what they write.
        language = language_of(f"{profile.title} {profile.text}", profile.language)
        return centring.of_seekers(vectors[:1], vectors[1:], [language])

    def columns(self, seekers: Sequence[JobSeeker]) -> SeekerColumns:
        """Columns of n seekers, without encoding anything."""
        return seeker_columns(seekers, self.reference, self.lexicon)

    def columns_of(self, seeker: JobSeeker) -> SeekerColumns:
        """Columns of one row."""
        return self.columns([seeker])

    def offers(
        self,
        vacancies: Sequence[tuple[Vacancy, int]],
        past: Past = NOTHING_YET,
    ) -> VacancyColumns:
        """Columns of n (vacancy, openings left), without encoding anything."""
        return vacancy_columns(vacancies, self.reference, self.lexicon, past)

    def _encode(
        self, records: Sequence[JobSeeker] | Sequence[Vacancy], role: Role, progress: Progress
    ) -> Encoded:
        texts = [encoder_text(record, self.reference, self.lexicon) for record in records]
        every_title = [record.title.strip() for record in records]
        named = [row for row, title in enumerate(every_title) if title]
        titles = [every_title[row] for row in named]
        people = [record.id for record in records if isinstance(record, JobSeeker)]
        # In one call, so that progress counts everything once.
        vectors = encode_cached(
            self.encoder,
            self.cache,
            [*texts, *titles],
            role=role,
            owners=[*people, *(people[row] for row in named)] if people else (),
            progress=progress,
        )
        spread = np.zeros((len(records), self.encoder.dimension), np.float32)
        spread[named] = vectors[len(texts) :]
        return Encoded(vectors[: len(texts)], spread, tuple(r.language for r in records))

    def _prior(self, role: Role) -> Means:
        found = {}
        for language in Language:
            words = self.lexicon.work.get(language.value, ())
            vectors = encode_cached(self.encoder, self.cache, words, role=role)
            found[language] = (
                vectors.mean(axis=0) if len(words) else np.zeros(self.encoder.dimension, np.float32)
            )
        return found


def centred_seekers(encoded: Encoded, centring: Centring) -> Vectors:
    """The vectors of seekers, less the means of their languages."""
    return centring.of_seekers(encoded.texts, encoded.titles, encoded.languages)


def centred_vacancies(encoded: Encoded, centring: Centring) -> Vectors:
    """The vectors of vacancies, less the means of their languages."""
    return centring.of_vacancies(encoded.texts, encoded.titles, encoded.languages)


def _title_means(encoded: Encoded, prior: Means) -> Means:
    named = np.flatnonzero(encoded.titles.any(axis=1))
    return means(encoded.titles[named], [encoded.languages[row] for row in named.tolist()], prior)
