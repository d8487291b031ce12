"""From a query to a ranked list: eligibility, retrieval, features, ranking, allocation, reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from matcher.allocation.price_list import PriceList
from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.pairs import build_rows, distance_km
from matcher.features.vectors import Vectors, title_similarity
from matcher.ranking.habits import appeal
from matcher.ranking.ranker import Chances, Ranker
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
from matcher.retrieval.scoring import products_of

RETRIEVED = 200
"""Candidates that retrieval hands to ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a list.

    `hired` and `interviewed` are probabilities of what follows a referral, None where the ranker
    knows none. Under prices, `free` is the chance that an opening is still there for one more and
    `shown_to` the number of people in whose list it stands. `explained` adds the reasons, and in
    `unknown` what could not be told of this pair.
    """

    id: str
    rank: int
    score: float
    similarity: float
    hired: float | None
    interviewed: float | None
    free: float | None = None
    shown_to: int | None = None
    reasons: tuple[Reason, ...] = ()
    unknown: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchList:
    """Candidates, best first, how many were eligible in all, and what the lines are made of.

    `rows` (n, features) belong to the n candidates; of `seekers` and `vacancies` one side has n
    rows and the other the one that asked. `plan` names the plan whose prices ordered them.
    """

    candidates: tuple[Candidate, ...]
    eligible: int
    rows: NDArray[np.float32]
    seekers: SeekerColumns
    vacancies: VacancyColumns
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Scored(Generic[C]):
    """What was found for one query: features (n, features) and scores (n,) of the n candidates."""

    found: Found[C]
    rows: NDArray[np.float32]
    scores: NDArray[np.float64]


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
    prices: PriceList | None = None,
) -> MatchList:
    """The `k` best vacancies for one seeker (columns and vectors of one row).

    `wishes`, if given, takes the seeker's place in features and reasons, but never in the criteria:
    what was read out of free text may order a list and must not shorten it. `prices`, if given,
    make the list the best for all people together, where the ranker knows chances.
    """
    asking = seeker if wishes is None else wishes
    scored = scored_vacancies(
        seeker, vectors, pool, ranker=ranker, reference=reference, today=today, k=k, wishes=wishes
    )
    ranked = _ranked(scored, scored.found.columns, ranker=ranker, k=k, prices=prices)
    return MatchList(
        candidates=ranked.candidates,
        eligible=scored.found.eligible,
        rows=ranked.rows,
        seekers=asking,
        vacancies=ranked.columns,
        plan=ranked.plan,
    )


def scored_vacancies(
    seeker: SeekerColumns,
    vectors: Vectors,
    pool: Pool[VacancyColumns],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
    k: int = RETRIEVED,
    wishes: SeekerColumns | None = None,
) -> Scored[VacancyColumns]:
    """All that ranking is handed for one seeker, as `match_vacancies`, in no order."""
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
    return _scored(asking, found.columns, found, ranker=ranker, reference=reference, today=today)


def chances_of_pairs(
    seekers: tuple[SeekerColumns, Vectors],
    vacancies: tuple[VacancyColumns, Vectors],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
) -> Chances | None:
    """Chances of n pairs whoever is eligible: row by row of both sides."""
    (people, asking), (offers, offered) = seekers, vacancies
    numbers = np.arange(len(people), dtype=np.int32)
    rows = build_rows(
        people,
        offers,
        similarity=products_of(asking.texts, numbers, offered.texts, numbers),
        title_similarity=title_similarity(asking.titles, offered.titles),
        distance_km=distance_km(people, offers, reference.distances_km),
        today=today,
    )
    return ranker.chances(rows, ranker.scores(rows))


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
    scored = _scored(found.columns, vacancy, found, ranker=ranker, reference=reference, today=today)
    ranked = _ranked(scored, vacancy, ranker=ranker, k=k)
    return MatchList(
        candidates=ranked.candidates,
        eligible=found.eligible,
        rows=ranked.rows,
        seekers=ranked.columns,
        vacancies=vacancy,
    )


def in_order(
    ids: NDArray[np.bytes_],
    scores: NDArray[np.float64],
    chances: Chances | None,
    openings: NDArray[np.int32],
    prices: PriceList | None,
) -> NDArray[np.intp]:
    """Positions (n,) of candidates, best first, ties by id.

    The highest score first; under `prices`, where `chances` are known, what is best for all: a line
    leads to a hire if it is acted on and the person is taken.
    """
    if prices is None or chances is None:
        return np.lexsort((ids, -scores))
    acted = appeal(scores, prices.terms.discerning)
    return prices.order(ids, chances.hired * acted, openings)


def explained(
    matches: MatchList,
    chosen: Sequence[Candidate],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
) -> tuple[Candidate, ...]:
    """The `chosen` ones of the candidates, ranked anew, with reasons and what is unknown.

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
        replace(candidate, rank=rank, reasons=why, unknown=criteria_in(bits))
        for rank, (candidate, why, bits) in enumerate(
            zip(chosen, told, unknown.tolist(), strict=True), start=1
        )
    )


@dataclass(frozen=True, slots=True)
class _Ranked(Generic[C]):
    candidates: tuple[Candidate, ...]
    rows: NDArray[np.float32]
    columns: C
    plan: str | None


def _scored(
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    found: Found[C],
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
) -> Scored[C]:
    rows = build_rows(
        seekers,
        vacancies,
        similarity=found.similarity,
        title_similarity=found.title_similarity,
        distance_km=distance_km(seekers, vacancies, reference.distances_km),
        today=today,
    )
    return Scored(found, rows, ranker.scores(rows))


def _ranked(
    scored: Scored[C],
    vacancies: VacancyColumns,
    *,
    ranker: Ranker,
    k: int,
    prices: PriceList | None = None,
) -> _Ranked[C]:
    found, scores, ids = scored.found, scored.scores, scored.found.columns.ids
    openings = vacancies.openings_left
    # By themselves, only the lines that are kept need chances.
    chances = None if prices is None else ranker.chances(scored.rows, scores)
    best = in_order(ids, scores, chances, openings, prices)[:k]
    rows, columns = scored.rows[best], found.columns.take(best)
    chances = ranker.chances(rows, scores[best]) if chances is None else chances.take(best)
    nothing = [None] * len(best)
    free: Sequence[float | None] = nothing
    shown_to: Sequence[int | None] = nothing
    if prices is not None:
        free = np.round(prices.free(ids, openings)[best], 4).tolist()
        shown_to = prices.shown_to(ids[best]).tolist()
    hired = nothing if chances is None else np.round(chances.hired, 4).tolist()
    interviewed = nothing if chances is None else np.round(chances.interviewed, 4).tolist()
    candidates = tuple(
        Candidate(
            id=key.decode(),
            rank=rank,
            score=round(score, 4),
            similarity=round(similarity, 4),
            hired=hired[rank - 1],
            interviewed=interviewed[rank - 1],
            free=free[rank - 1],
            shown_to=shown_to[rank - 1],
        )
        for rank, (key, score, similarity) in enumerate(
            zip(
                columns.ids.tolist(),
                scores[best].tolist(),
                found.similarity[best].tolist(),
                strict=True,
            ),
            start=1,
        )
    )
    plan = None if prices is None or chances is None else prices.plan
    return _Ranked(candidates, rows, columns, plan)
