"""From what is known of a fair to its plan: records into arrays, interviews into places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import numpy as np

from matcher.allocation.congestion import Ints
from matcher.allocation.fair import FIRST, MINUTE, Fair, Interview, level, schedule
from matcher.db.fair_plans import Appointment, Visitor
from matcher.entities import Booth, FairResume

STAY = timedelta(minutes=90)
"""How long after they were last at a kiosk somebody is taken to be there."""
SUGGESTED = timedelta(minutes=20)
"""How long after that booths are suggested where they handed no résumé in."""
FOLLOWED = 0.5
"""How often somebody goes to such a booth because they were told to."""
BOOTHS = 3
"""Booths a person is sent to, unless they handed in at more."""
WALK, FROZEN = timedelta(minutes=2), 5
"""From the kiosk to a booth; minutes before an interview when it stays put."""
LATE = timedelta(minutes=5)
"""How long after it should be over an interview is taken to last, if nobody notes its result."""
ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An interview of the plan; `number` is the résumé's, None where none was handed in."""

    visitor_id: str
    number: int | None
    booth_number: str
    starts_at: datetime
    under_way: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An open vacancy of a fair: the row of its booth, and its openings left."""

    booth: int
    openings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a plan is made from.

    `booths` and `visitors` stand in their order; `offers` are vacancies by id, `resumes` by id, and
    `appointments` what was planned last, by time.
    """

    booths: Sequence[Booth]
    visitors: Sequence[Visitor]
    offers: Mapping[str, Offer]
    resumes: Mapping[str, FairResume]
    appointments: Sequence[Appointment]


@cache
def practise() -> None:
    """Plan a made-up fair, so that no transaction waits until the code is compiled."""
    one, nobody = np.ones(1, np.int32), np.zeros(1, np.int32)
    fair = Fair(
        ready=nobody,
        leaves=2 * one,
        wanted=one,
        first=np.zeros(1),
        chances=np.ones((1, 1)),
        vacancies=np.zeros((1, 1), np.int32),
        interviewers=one,
        minutes=one,
        queued=nobody,
        openings=one,
        pending=np.zeros(1),
    )
    schedule(fair, waiting=0.0, before=schedule(fair, waiting=0.0).interviews)


def places(known: Known, now: datetime) -> tuple[list[Place], list[Appointment]]:
    """The plan as of now, by time, and appointments that must be over though nobody said so."""
    now = now.replace(second=0, microsecond=0)
    people = {visitor.id: at for at, visitor in enumerate(known.visitors)}
    rows = {booth.number: at for at, booth in enumerate(known.booths)}
    handed_in = [_handed_in(visitor, rows, known.resumes) for visitor in known.visitors]
    been = [{b for b, resume in own.items() if _seen(resume)} for own in handed_in]
    under_way: list[Interview] = []
    before: list[Interview] = []
    over: list[Appointment] = []
    for one in known.appointments:
        p, b = people.get(one.visitor_id), rows.get(one.booth_number)
        # A place where nothing was handed in was a suggestion, and is given anew or not.
        if p is None or b is None or b in been[p] or b not in handed_in[p]:
            continue
        begun, lasts = one.starts_at <= now, known.booths[b].minutes
        start = _minutes(one.starts_at - now)
        if begun and now >= one.starts_at + lasts * ONE_MINUTE + LATE:
            over.append(one)
            been[p].add(b)
        elif begun and _has_room(under_way, p, b, known.booths[b]):
            under_way.append(Interview(p, b, start, max(start + lasts, 1)))
        else:
            before.append(Interview(p, b, start, start + lasts))
    fair = _fair(known, now, handed_in, been)
    plan = schedule(
        fair,
        waiting=MINUTE * level(fair.chances),
        under_way=under_way,
        before=before,
        frozen=FROZEN,
    )
    found = [
        Place(
            visitor_id=known.visitors[one.person].id,
            number=resume.number if (resume := handed_in[one.person].get(one.booth)) else None,
            booth_number=known.booths[one.booth].number,
            starts_at=now + one.start * ONE_MINUTE,
            under_way=one in under_way,
        )
        for one in plan.interviews
    ]
    return found, over


def _handed_in(
    visitor: Visitor, rows: Mapping[str, int], resumes: Mapping[str, FairResume]
) -> dict[int, FairResume]:
    """The résumé of a visitor at each booth; of several the one that was seen, else the first."""
    found: dict[int, FairResume] = {}
    for key in visitor.resumes.values():
        resume = resumes.get(key)
        row = rows.get(resume.booth_number or "") if resume else None
        if resume is not None and row is not None and (row not in found or _seen(resume)):
            found[row] = resume
    return found


def _seen(resume: FairResume) -> bool:
    return resume.interviewed or resume.matched


def _has_room(under_way: Sequence[Interview], person: int, booth: int, of: Booth) -> bool:
    """Whether one more can have begun: a person is in one place, an interviewer has one person."""
    busy = sum(one.booth == booth for one in under_way)
    return busy < (of.interviewers or 0) and all(one.person != person for one in under_way)


def _fair(
    known: Known,
    now: datetime,
    handed_in: Sequence[Mapping[int, FairResume]],
    been: Sequence[set[int]],
) -> Fair:
    matched = Counter(r.vacancy_id for r in known.resumes.values() if r.matched)
    left = {key: offer.openings - matched[key] for key, offer in sorted(known.offers.items())}
    offers = {key: at for at, key in enumerate(key for key in left if left[key] > 0)}
    shape = (len(known.visitors), len(known.booths))
    chances, vacancies = np.zeros(shape), np.zeros(shape, np.int32)
    for p, visitor in enumerate(known.visitors):
        suggested = now - visitor.seen_at <= SUGGESTED
        for key, chance in visitor.chances.items():
            if key not in offers:
                continue
            b = known.offers[key].booth
            chosen = key in visitor.resumes
            if b in been[p] or not (chosen or (suggested and b not in handed_in[p])):
                continue
            worth = chance if chosen else FOLLOWED * chance
            if worth > chances[p, b]:
                chances[p, b], vacancies[p, b] = worth, offers[key]
    waiting = [len(own.keys() - seen) for own, seen in zip(handed_in, been, strict=True)]
    return Fair(
        ready=_column(max(0, -_minutes(now - v.seen_at - WALK)) for v in known.visitors),
        leaves=_column(_minutes(v.seen_at + STAY - now) for v in known.visitors),
        wanted=_column(
            max(BOOTHS - len(seen), own) for seen, own in zip(been, waiting, strict=True)
        ),
        first=np.array([0.0 if seen else FIRST * level(chances) for seen in been]),
        chances=chances,
        vacancies=vacancies,
        interviewers=_column(booth.interviewers or 0 for booth in known.booths),
        minutes=_column(booth.minutes for booth in known.booths),
        queued=np.zeros(len(known.booths), np.int32),
        openings=_column(left[key] for key in offers),
        pending=np.zeros(len(offers)),
    )


def _minutes(span: timedelta) -> int:
    return span // ONE_MINUTE


def _column(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int32)
