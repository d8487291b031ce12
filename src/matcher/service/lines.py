"""Lines of a list: which ranked candidates still stand in the register, and the records behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from matcher.db.store import (
    active_seekers,
    changed_since,
    get_many,
    last_change,
    open_vacancies,
    openings_left,
)
from matcher.entities import Employer, JobSeeker, Vacancy
from matcher.features.columns import day_number
from matcher.pipeline import Candidate, MatchList, explained
from matcher.ranking.ranker import Ranker
from matcher.reference import Reference
from matcher.service.live import Snapshot


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list with the record behind it as the register holds it now."""

    candidate: Candidate
    vacancy: Vacancy | None = None
    openings_left: int | None = None
    employer: Employer | None = None
    seeker: JobSeeker | None = None


def unchanged(
    connection: Connection, snapshot: Snapshot, kind: type, ids: Sequence[str]
) -> list[str]:
    """Those of `ids` that are still what the snapshot holds: changed ones wait for the index."""
    if last_change(connection) == snapshot.seq:
        return list(ids)
    later = changed_since(connection, kind, ids, snapshot.seq)
    return [key for key in ids if later.get(key, 0) <= snapshot.ahead.get(key, 0)]


def standing_vacancies(
    connection: Connection, snapshot: Snapshot, candidates: Sequence[Candidate], today: date
) -> dict[str, int]:
    """Openings left of those that may be shown, by id."""
    ids = unchanged(connection, snapshot, Vacancy, [candidate.id for candidate in candidates])
    return openings_left(connection, today, ids)


def vacancy_lines(
    connection: Connection, candidates: Sequence[Candidate], left: Mapping[str, int]
) -> list[Line]:
    """A line for each candidate, all of which have openings `left`."""
    vacancies = get_many(connection, Vacancy, [candidate.id for candidate in candidates])
    employer_ids = sorted({vacancy.employer_id for vacancy in vacancies.values()})
    employers = get_many(connection, Employer, employer_ids)
    return [
        Line(
            candidate=candidate,
            vacancy=vacancies[candidate.id],
            openings_left=left[candidate.id],
            employer=employers[vacancies[candidate.id].employer_id],
        )
        for candidate in candidates
    ]


def seeker_lines(
    connection: Connection,
    snapshot: Snapshot,
    candidates: Sequence[Candidate],
    *,
    vacancy_id: str,
    today: date,
) -> list[Line]:
    """A line for each candidate who may be shown; none where the vacancy no longer may be."""
    ids = unchanged(connection, snapshot, JobSeeker, [candidate.id for candidate in candidates])
    still_open = any(open_vacancies(connection, today, [vacancy_id]))
    seekers = {s.id: s for s in active_seekers(connection, ids if still_open else [])}
    return [
        Line(candidate=candidate, seeker=seekers[candidate.id])
        for candidate in candidates
        if candidate.id in seekers
    ]


def told(
    matches: MatchList, lines: Sequence[Line], *, ranker: Ranker, reference: Reference, today: date
) -> tuple[Line, ...]:
    """The lines that are shown, ranked anew, with reasons."""
    candidates = explained(
        matches,
        [line.candidate for line in lines],
        ranker=ranker,
        reference=reference,
        today=day_number(today),
    )
    return tuple(
        replace(line, candidate=candidate)
        for line, candidate in zip(lines, candidates, strict=True)
    )
