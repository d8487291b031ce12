"""From a query to a ranked list: eligibility, retrieval, features, ranking, reasons. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.pairs import build_rows, distance_km
from matcher.features.vectors import Vectors
from matcher.ranking.ranker import Ranker
from matcher.ranking.reasons import Reason, reasons
from matcher.reference import Reference
from matcher.retrieval.criteria import (
    Criterion,
    check,
    criteria_in,
    eligible_seekers,
    eligible_vacancies,
    facts,
)
from matcher.retrieval.pool import C, Found, Pool

RETRIEVED = 200
"""Candidates that retrieval hands to ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a list.

    `hired` and `interviewed` are probabilities of what follows a referral, None where the ranker
    knows none. `explained` adds the reasons, and in `unknown` what could not be told of this pair.
    """

    id: str
    rank: int
    score: float
    similarity: float
    hired: float | None
    interviewed: float | None
    reasons: tuple[Reason, ...] = ()
    unknown: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchList:
    """Candidates, best first, how many were eligible in all, and what the lines are made of.

    `rows` (n, features) belong to the n candidates; of `seekers` and `vacancies` one side has n
    rows and the other the one that asked.
    """

    candidates: tuple[Candidate, ...]
    eligible: int
    rows: NDArray[np.float32]
    seekers: SeekerColumns
    vacancies: VacancyColumns


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
    person = facts(seeker)
    found = pool.search(
        vectors,
        lambda segment: eligible_vacancies(
            person,
            segment.columns,
            segment.alive,
            kinds=segment.kinds,
            starts=segment.starts,
            distances=reference.distances_km,
            today=today,
        ),
        max(RETRIEVED, k),
    )
    asking = seeker if wishes is None else wishes
    ranked = _ranked(
        asking, found.columns, found, ranker=ranker, reference=reference, today=today, k=k
    )
    return MatchList(
        candidates=ranked.candidates,
        eligible=found.eligible,
        rows=ranked.rows,
        seekers=asking,
        vacancies=ranked.columns,
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
    offer = facts(vacancy)
    found = pool.search(
        vectors,
        lambda segment: eligible_seekers(
            segment.kinds[0],
            offer,
            segment.alive,
            distances=reference.distances_km,
            today=today,
        ),
        max(RETRIEVED, k),
    )
    ranked = _ranked(
        found.columns, vacancy, found, ranker=ranker, reference=reference, today=today, k=k
    )
    return MatchList(
        candidates=ranked.candidates,
        eligible=found.eligible,
        rows=ranked.rows,
        seekers=ranked.columns,
        vacancies=vacancy,
    )


def explained(
    matches: MatchList,
    chosen: Sequence[Candidate],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
) -> tuple[Candidate, ...]:
    """The `chosen` ones of the candidates, in their order, with reasons and what is unknown.

    Apart from ranking, since it costs most and only what is shown needs it.
    """
    if not chosen:
        return ()
    places = {candidate.id: place for place, candidate in enumerate(matches.candidates)}
    at = np.array([places[candidate.id] for candidate in chosen], np.int64)
    rows = matches.rows[at]
    seekers = matches.seekers if len(matches.seekers) == 1 else matches.seekers.take(at)
    vacancies = matches.vacancies if len(matches.vacancies) == 1 else matches.vacancies.take(at)
    told = reasons(rows, ranker.contributions(rows), seekers, vacancies, reference)
    unknown = check(seekers, vacancies, distances=reference.distances_km, today=today).unknown
    return tuple(
        replace(candidate, reasons=why, unknown=criteria_in(bits))
        for candidate, why, bits in zip(chosen, told, unknown.tolist(), strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Ranked(Generic[C]):
    candidates: tuple[Candidate, ...]
    rows: NDArray[np.float32]
    columns: C


def _ranked(
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    found: Found[C],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
    k: int,
) -> _Ranked[C]:
    rows = build_rows(
        seekers,
        vacancies,
        similarity=found.similarity,
        title_similarity=found.title_similarity,
        distance_km=distance_km(seekers, vacancies, reference.distances_km),
        today=today,
    )
    scores = ranker.scores(rows)
    best = np.lexsort((found.columns.ids, -scores))[:k]
    columns = found.columns.take(best)
    chances = ranker.chances(scores[best])
    nothing = [None] * len(best)
    candidates = tuple(
        Candidate(
            id=key.decode(),
            rank=rank,
            score=round(score, 4),
            similarity=round(similarity, 4),
            hired=None if hired is None else round(hired, 4),
            interviewed=None if interviewed is None else round(interviewed, 4),
        )
        for rank, (key, score, similarity, hired, interviewed) in enumerate(
            zip(
                columns.ids.tolist(),
                scores[best].tolist(),
                found.similarity[best].tolist(),
                nothing if chances is None else chances.hired.tolist(),
                nothing if chances is None else chances.interviewed.tolist(),
                strict=True,
            ),
            start=1,
        )
    )
    return _Ranked(candidates, rows[best], columns)
