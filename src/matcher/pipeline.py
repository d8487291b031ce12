"""From a query to a ranked list: eligibility, retrieval, features, ranking, reasons. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.pairs import build_rows, distance_km
from matcher.features.vectors import Vectors
from matcher.ranking.ranker import Ranker
from matcher.ranking.reasons import Reason, reasons
from matcher.reference import Reference
from matcher.retrieval.criteria import Criterion, Eligibility, check, criteria_in
from matcher.retrieval.pool import Found, Pool

RETRIEVED = 200
"""Candidates that retrieval hands to ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a list. `unknown` are the criteria that could not be told for this pair.

    `hired` and `interviewed` are probabilities of what follows a referral, None where the ranker
    knows none.
    """

    id: str
    rank: int
    score: float
    similarity: float
    hired: float | None
    interviewed: float | None
    reasons: tuple[Reason, ...]
    unknown: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class MatchList:
    """Candidates, best first, and how many were eligible in all."""

    candidates: tuple[Candidate, ...]
    eligible: int


def match_vacancies(
    seeker: SeekerColumns,
    vectors: Vectors,
    pool: Pool[VacancyColumns],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
    k: int,
    wishes: SeekerColumns | None = None,
) -> MatchList:
    """The `k` best vacancies for one seeker (columns and vectors of one row).

    `wishes`, if given, takes the seeker's place in features and reasons, but never in the criteria:
    what was read out of free text may order a list and must not shorten it.
    """

    def checked(person: SeekerColumns, vacancies: VacancyColumns) -> Eligibility:
        return check(person, vacancies, distances=reference.distances_km, today=today)

    found = pool.search(vectors, lambda vacancies: checked(seeker, vacancies), max(RETRIEVED, k))
    if wishes is not None:
        # What the text said is not unknown, though nobody made it a criterion.
        found = replace(found, unknown=checked(wishes, found.columns).unknown)
    return _ranked(
        wishes or seeker,
        found.columns,
        found,
        ranker=ranker,
        reference=reference,
        today=today,
        k=k,
    )


def match_seekers(
    vacancy: VacancyColumns,
    vectors: Vectors,
    pool: Pool[SeekerColumns],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
    k: int,
) -> MatchList:
    """The `k` best seekers for one vacancy (columns and vectors of one row)."""
    found = pool.search(
        vectors,
        lambda seekers: check(seekers, vacancy, distances=reference.distances_km, today=today),
        max(RETRIEVED, k),
    )
    return _ranked(
        found.columns,
        vacancy,
        found,
        ranker=ranker,
        reference=reference,
        today=today,
        k=k,
    )


def _ranked(
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    found: Found[SeekerColumns] | Found[VacancyColumns],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
    k: int,
) -> MatchList:
    rows = build_rows(
        seekers,
        vacancies,
        similarity=found.similarity,
        title_similarity=found.title_similarity,
        distance_km=distance_km(seekers, vacancies, reference.distances_km),
        today=today,
    )
    scores = ranker.scores(rows)
    ids = found.columns.ids
    best = np.lexsort((ids, -scores))[:k]
    told = reasons(
        rows[best],
        ranker.contributions(rows[best]),
        seekers if len(seekers) == 1 else seekers.take(best),
        vacancies if len(vacancies) == 1 else vacancies.take(best),
        reference,
    )
    chances = ranker.chances(scores[best])
    candidates = tuple(
        Candidate(
            id=ids[row].decode(),
            rank=rank,
            score=round(float(scores[row]), 4),
            similarity=round(float(found.similarity[row]), 4),
            hired=None if chances is None else round(float(chances.hired[rank - 1]), 4),
            interviewed=None if chances is None else round(float(chances.interviewed[rank - 1]), 4),
            reasons=told[rank - 1],
            unknown=criteria_in(int(found.unknown[row])),
        )
        for rank, row in enumerate(best.tolist(), start=1)
    )
    return MatchList(candidates, found.eligible)
