"""From a query to a ranked list: eligibility, retrieval, features, ranking, reasons. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.pairs import build_rows, distance_km
from matcher.ranking.linear import LinearRanker
from matcher.ranking.reasons import Reason, reasons
from matcher.reference import Reference
from matcher.retrieval.criteria import Criterion, Eligibility, check, criteria_in
from matcher.retrieval.pool import Pool

RETRIEVED = 200
"""Candidates that retrieval hands to ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a list. `unknown` are the criteria that could not be told for this pair."""

    id: str
    rank: int
    score: float
    similarity: float
    reasons: tuple[Reason, ...]
    unknown: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class MatchList:
    """Candidates, best first, and how many were eligible in all."""

    candidates: tuple[Candidate, ...]
    eligible: int


def match_vacancies(
    seeker: SeekerColumns,
    vector: NDArray[np.float32],
    pool: Pool[VacancyColumns],
    *,
    ranker: LinearRanker,
    reference: Reference,
    today: int,
    k: int,
    wishes: SeekerColumns | None = None,
) -> MatchList:
    """The `k` best vacancies for one seeker (columns of one row, vector (d,)).

    `wishes`, if given, takes the seeker's place in features and reasons, but never in the criteria:
    what was read out of free text may order a list and must not shorten it.
    """

    def checked(person: SeekerColumns, vacancies: VacancyColumns) -> Eligibility:
        return check(person, vacancies, distances=reference.distances_km, today=today)

    found = pool.search(vector, lambda vacancies: checked(seeker, vacancies), max(RETRIEVED, k))
    return _ranked(
        wishes or seeker,
        found.columns,
        ids=found.columns.ids,
        similarity=found.similarity,
        # What the text said is not unknown, though nobody made it a criterion.
        unknown=checked(wishes, found.columns).unknown if wishes else found.unknown,
        eligible=found.eligible,
        ranker=ranker,
        reference=reference,
        today=today,
        k=k,
    )


def match_seekers(
    vacancy: VacancyColumns,
    vector: NDArray[np.float32],
    pool: Pool[SeekerColumns],
    *,
    ranker: LinearRanker,
    reference: Reference,
    today: int,
    k: int,
) -> MatchList:
    """The `k` best seekers for one vacancy (columns of one row, vector (d,))."""
    found = pool.search(
        vector,
        lambda seekers: check(seekers, vacancy, distances=reference.distances_km, today=today),
        max(RETRIEVED, k),
    )
    return _ranked(
        found.columns,
        vacancy,
        ids=found.columns.ids,
        similarity=found.similarity,
        unknown=found.unknown,
        eligible=found.eligible,
        ranker=ranker,
        reference=reference,
        today=today,
        k=k,
    )


def _ranked(
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    *,
    ids: NDArray[np.bytes_],
    similarity: NDArray[np.float32],
    unknown: NDArray[np.uint16],
    eligible: int,
    ranker: LinearRanker,
    reference: Reference,
    today: int,
    k: int,
) -> MatchList:
    rows = build_rows(
        seekers,
        vacancies,
        similarity=similarity,
        distance_km=distance_km(seekers, vacancies, reference.distances_km),
        today=today,
    )
    points = ranker.contributions(rows)
    scores = points.sum(axis=1)
    best = np.lexsort((ids, -scores))[:k]
    told = reasons(
        rows[best],
        points[best],
        seekers if len(seekers) == 1 else seekers.take(best),
        vacancies if len(vacancies) == 1 else vacancies.take(best),
        reference,
    )
    candidates = tuple(
        Candidate(
            id=ids[row].decode(),
            rank=rank,
            score=round(float(scores[row]), 4),
            similarity=round(float(similarity[row]), 4),
            reasons=told[rank - 1],
            unknown=criteria_in(int(unknown[row])),
        )
        for rank, row in enumerate(best.tolist(), start=1)
    )
    return MatchList(candidates, eligible)
